"""A plan as a NumPy script: values, the forward pass line by line, the backward pass line by line, a check.

numpy_script   the script of both passes of a trace; it needs nothing but NumPy

The lines are the plan's instructions, made from the same rules the stepper runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from core.base.arrays import Value
from core.export.code import heading, listed, printed
from core.export.numpy.helpers import HELPERS
from core.export.numpy.statements import Statements, assigned
from core.passes.trace import Trace

AGREES = 1e-6
# how many computations the comparison with centred differences may take in all: a node's is one, and so is
# that of every ten entries of an array
MOST_WORK = 2_000_000
PER_COMPUTATION = 10
MOST_PLACES = 50
PER_LINE = 12

CHECK = '''\
def difference(name, most):
    """How far a gradient is from the centred difference (f(x + h) - f(x - h)) / 2h, at `most` entries."""
    worst = 0.0
    places = list(np.ndindex(np.shape(inputs[name])))
    for place in places[:: 1 + (len(places) - 1) // most]:
        h = 1e-5 * max(1.0, abs(inputs[name][place]))
        ends = []
        for moved_by in (h, -h):
            moved = np.array(inputs[name])
            moved[place] += moved_by
            values, _ = passes(**{**inputs, name: moved[()]})
            ends.append(np.sum(gradients[OUTPUT] * values[OUTPUT]))
        slope = (ends[0] - ends[1]) / (2 * h)
        error = abs(gradients[name][place] - slope) / max(1.0, abs(slope))
        worst = max(worst, error) if error == error else np.inf
    return worst
'''
TABLE = """\
print(f"{'name':<12}  {'value':<24}  gradient")
for name in values:
    gradient = gradients.get(name, "")
    print(f"{name:<12}  {str(values[name]):<24}  {gradient}")
"""


def numpy_script(trace: Trace) -> str:
    """Write both passes of a trace as a script that needs nothing but NumPy.

    Args:
        trace: the trace, for its plan and its inputs' values.

    Returns:
        The script: values, a function that runs both passes, and a check of the gradients by differences.
    """
    return _Script(trace).script()


class _Script(Statements):
    """The parts of one script."""

    def forward_lines(self) -> list[str]:
        steps = [s for s in self.plan.instructions if s.phase == "forward" and s.node in self.live]
        return [self.forward(step) for step in steps]

    def backward_lines(self) -> list[str]:
        steps = [step for step in self.plan.instructions if step.phase == "backward"]
        return [f"{self.gradients[step.arg]} += {printed(self.flow(step))}" for step in steps]

    def starts(self) -> list[str]:
        """Before anything arrives gradients are 0, the output's is 1 or the seed that was chosen."""
        shapes = {gradient: self.graph.nodes[node].shape for node, gradient in self.gradients.items()}
        seed = self.gradients[self.graph.output]
        numbers = [gradient for gradient, shape in shapes.items() if not shape and gradient != seed]
        rows = [numbers[i : i + PER_LINE] for i in range(0, len(numbers), PER_LINE)]
        return [
            *(f"{' = '.join(row)} = np.float64(0)" for row in rows),
            *(f"{g} = np.zeros({shape})" for g, shape in shapes.items() if shape and g != seed),
            self.seed(),
        ]

    def values(self) -> dict[str, Value]:
        """The value of each input, and of what depends on no input, by its identifier."""
        found = {}
        for node in self.graph.nodes.values():
            if node.name in self.names and (node.is_leaf or node.name not in self.live):
                value = self.trace.last.value(node.name)
                assert value is not None
                found[self.names[node.name]] = value
        return found

    def passes(self) -> list[str]:
        inputs = [self.names[node] for node in self.graph.inputs]
        shown = {self.names[n]: self.names[n] for n in self.graph.nodes if n in self.names}
        gradients = {self.names[node]: gradient for node, gradient in self.gradients.items()}
        return [
            *listed("def passes(", inputs, "):"),
            '    """Both passes, one line for each step: the values and gradients of all nodes by name."""',
            "    # forward",
            *(f"    {line}" for line in self.forward_lines()),
            "",
            "    # backward: dx is the gradient of the output with respect to x",
            *(f"    {line}" for line in [*self.starts(), *self.backward_lines()]),
            "",
            *listed("values = {", _pairs(shown), "}", 4),
            *listed("gradients = {", _pairs(gradients), "}", 4),
            "    return values, gradients",
        ]

    def definitions(self) -> list[str]:
        """Everything from the values up to the first call."""
        inputs = {self.names[node]: self.names[node] for node in self.graph.inputs}
        passes = self.passes()
        return [
            *listed("inputs = {", _pairs(inputs), "}"),
            f'OUTPUT = "{self.names[self.graph.output]}"',
            "",
            "",
            *(f"{HELPERS[helper]}\n" for helper in self.helpers),
            *passes,
            "",
            "",
            CHECK,
            "",
            'np.seterr(all="ignore")  # what is infinite or not a number is shown',
            "values, gradients = passes(**inputs)",
        ]

    def script(self) -> str:
        definitions, values = self.definitions(), self.values()
        compared, left_out = self._compared(definitions, values)
        lines = [
            *heading(
                "both passes of this program, a line for each step.", self.graph.program.text, self.renamed
            ),
            *self.imports(),
            "",
            "# the values",
            *(assigned(identifier, value) for identifier, value in values.items()),
            *definitions,
            "",
            *TABLE.splitlines(),
        ]
        if left_out:
            said = ", ".join(left_out)
            lines += ["", f"# not compared, for there is a kink, a stop or too much to compute: {said}"]
        if compared:
            lines += [
                "",
                "# every gradient is the centred difference",
                *listed("for name, most in [", [f'("{n}", {most})' for n, most in compared], "]:"),
                "    error = difference(name, most)",
                f'    assert error < {AGREES}, f"the gradient of {{name}} is {{error}} off"',
                f'print("the gradients of {len(compared)} inputs equal the centred differences")',
            ]
        return "\n".join([*lines, ""])

    def _compared(
        self, definitions: list[str], values: Mapping[str, Value]
    ) -> tuple[list[tuple[str, int]], list[str]]:
        """The inputs whose gradient is the centred difference, with a number of entries; and the others."""
        # the values themselves: to read a million of them from the script's text would take seconds
        space: dict[str, Any] = {name: np.array(value)[()] for name, value in values.items()}
        found, left_out = [], []
        wanted = [self.names[node] for node in self.graph.inputs if node in self.gradients]
        passes = 4 * sum(1 + math.prod(n.shape) // PER_COMPUTATION for n in self.graph.nodes.values())
        most = max(1, min(MOST_PLACES, MOST_WORK // (passes * max(1, len(wanted)))))
        work = 0
        with np.errstate(all="ignore"):
            # the script's own text, in which every name is one of `Identifiers`
            exec("\n".join([*self.imports(), *definitions]), space)
            for wish in wanted:
                work += most * passes
                agrees = work <= MOST_WORK and space["difference"](wish, most) < AGREES
                (found.append((wish, most)) if agrees else left_out.append(wish))
        return found, left_out


def _pairs(names: Mapping[str, str]) -> list[str]:
    return [f'"{key}": {value}' for key, value in names.items()]

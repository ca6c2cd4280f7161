"""A plan of plain numbers as straight-line Python on floats, for one example at a time.

NumPy takes longer to look at a number than to compute with it. The rules' own text is Python as it stands, so
what is written here does the stepper's operations in the stepper's order and agrees with it to the last bit.
Where Python raises and IEEE arithmetic has an infinity or NaN, the stepper itself is asked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from struct import Struct
from typing import Any

import numpy as np

from core.base.arrays import Array
from core.compiled.layout import Slot
from core.compiled.names import Names
from core.compiled.ready import Compiled, Flat, nothing
from core.graph.plan import GRADIENT, OUTPUT, Instruction, Plan
from core.ops.rules import ON_NUMBERS
from core.passes.stepper import steps
from core.passes.trace import Snapshot, Trace

RAISED = (ArithmeticError, ValueError)
SPACE = {"inf": math.inf, "nan": math.nan, **ON_NUMBERS}
HEAD = """\
from math import inf, nan

from core.ops.rules import ON_NUMBERS

globals().update(ON_NUMBERS)


"""


def compile_numbers(
    plan: Plan,
    batched: Collection[str],
    places: Mapping[str, Slot],
    watch: Collection[str],
    backward: bool,
    flat: Flat,
) -> Compiled | None:
    """The plan compiled for one example, or None if not all that it needs are numbers."""
    graph = plan.graph
    needed = graph.upstream_of([graph.output, *watch])
    part = _part(plan, needed, places if backward else ())
    shaped = any(graph.nodes[name].shape for name in (*needed, *places))
    if shaped or not all(i.rule is None or i.rule.takes_numbers for i in part.instructions):
        return None
    inputs = [name for name in graph.inputs if name in needed and name not in places]
    floats = Floats(part, list(places), inputs, flat)
    depends = graph.downstream_of(batched)
    arrays = {name: floats.arrays[name] for name in graph.nodes if name in needed}
    values = {name: array if name in depends else array.reshape(()) for name, array in arrays.items()}
    compiled = Compiled(
        size=1,
        flat=flat,
        inputs={name: values[name] for name in inputs},
        views={name: slot.of(flat.parameters) for name, slot in places.items()},
        values=values,
        forward=floats.forward,
        step=floats.step if places and backward else floats.forward,
        rewind=nothing,
        drops=False,
        source=HEAD + floats.listing,
        _output=values[graph.output],
        _share=np.ones_like(values[graph.output]),
        _places=places,
    )
    compiled.set({name: value for name, value in graph.stated.items() if name in inputs})
    return compiled


def _part(plan: Plan, needed: Collection[str], parameters: Collection[str]) -> Plan:
    """The instructions for the values of some nodes and the gradients of the parameters."""
    leading = plan.graph.downstream_of(parameters)

    def serves(instruction: Instruction) -> bool:
        if instruction.phase == "forward":
            return instruction.node in needed
        return bool(parameters) and (instruction.phase == "seed" or instruction.arg in leading)

    return Plan(plan.graph, tuple(filter(serves, plan.instructions)))


class Floats:
    """A plan's two functions, where they find their numbers, and where they leave them.

    arrays    for each node the place of its value, an array of one entry
    listing   the functions as they are written
    """

    def __init__(self, plan: Plan, parameters: Sequence[str], inputs: Sequence[str], flat: Flat):
        self.plan, self.learned, self.leaves = plan, parameters, [*parameters, *inputs]
        self.computed = [i.node for i in plan.instructions if i.phase == "forward"]
        self.constants = {n.name: n.value for n in plan.graph.nodes.values() if isinstance(n.value, float)}
        self._parameters, self._inputs = flat.parameters, np.zeros(len(inputs))
        values = np.zeros(len(self.computed))
        self.arrays = {name: np.array([value]) for name, value in self.constants.items()}
        self.arrays |= _entries(parameters, self._parameters) | _entries(inputs, self._inputs)
        self.arrays |= _entries(self.computed, values)
        self.listing = _listing(plan, self.constants, parameters, inputs, self.computed)
        space: dict[str, Any] = {"__builtins__": {}, **SPACE}
        # the listing names nothing a user wrote that `Names` has not made an identifier of
        exec(self.listing, space)
        self._forward, self._backward = space["forward"], space["backward"]
        self._keep, self._learn = _into(values), _into(flat.gradient)

    def forward(self) -> None:
        """Compute the values."""
        try:
            values = self._forward(self._parameters.tolist(), self._inputs.tolist())
        except RAISED:
            values = map(self._told().value, self.computed)
        self._keep(*values)

    def step(self) -> None:
        """Compute the values and the gradients of the parameters."""
        parameters, inputs = self._parameters.tolist(), self._inputs.tolist()
        try:
            values = self._forward(parameters, inputs)
            gradients = self._backward(parameters, inputs, values)
        except RAISED:
            told = self._told()
            values, found = map(told.value, self.computed), map(told.gradient, self.learned)
            gradients = (0.0 if gradient is None else gradient for gradient in found)
        self._keep(*values)
        self._learn(*gradients)

    def _told(self) -> Snapshot:
        """All that is known after the stepper's pass."""
        at = [*self._parameters.tolist(), *self._inputs.tolist()]
        known = self.constants | dict(zip(self.leaves, at, strict=True))
        return Trace(self.plan, known, steps(self.plan, known)).last


def _entries(names: Sequence[str], vector: Array) -> dict[str, Array]:
    return {name: vector[i : i + 1] for i, name in enumerate(names)}


def _into(vector: Array) -> Callable[..., None]:
    """What writes numbers into a vector, quicker than an assignment does."""
    return partial(Struct(f"{vector.size}d").pack_into, vector.data, 0)


# -- the listing


def _listing(
    plan: Plan,
    constants: Mapping[str, float],
    parameters: Sequence[str],
    inputs: Sequence[str],
    computed: Sequence[str],
) -> str:
    """Two functions: `forward` returns the values of the computed nodes, which `backward` takes."""
    names = Names(["inputs", "values", *SPACE])
    called = {name: repr(value) for name, value in constants.items()}
    called |= {name: names.new(name) for name in (*parameters, *inputs, *computed)}
    rows = [_row(called[name] for name in group) for group in (parameters, inputs, computed)]
    leaves = [f"{rows[0]} = parameters", f"{rows[1]} = inputs"]
    forward = [f"{called[i.node]} = {_formula(i, called)}" for i in plan.instructions if i.phase == "forward"]
    backward, gradients = _way_back(plan, called, names)
    found = _row(gradients.get(name, "0.0") for name in parameters)
    lines = [
        "def forward(parameters, inputs):",
        *_indented([*leaves, *forward, f"return {rows[2]}"]),
        "",
        "",
        "def backward(parameters, inputs, values):",
        *_indented([*leaves, f"{rows[2]} = values", *backward, f"return {found}"]),
    ]
    return "\n".join([*lines, ""])


def _way_back(plan: Plan, called: Mapping[str, str], names: Names) -> tuple[list[str], dict[str, str]]:
    """The statements of the backward pass, and what each node's gradient is called in them."""
    output = plan.graph.output
    gradients = {output: names.new(f"d{output}")}
    lines = [f"{gradients[output]} = 1.0"]
    for i in plan.instructions:
        if i.phase != "backward":
            continue
        formula = _formula(i, called, **{OUTPUT: called[i.node], GRADIENT: gradients[i.node]})
        if i.arg in gradients:
            lines.append(f"{gradients[i.arg]} += {formula}")
        else:
            gradients[i.arg] = names.new(f"d{i.arg}")
            lines.append(f"{gradients[i.arg]} = {formula}")
    return lines, gradients


def _formula(i: Instruction, called: Mapping[str, str], **more: str) -> str:
    """The rule of an instruction with what its nodes are called in place of its names."""
    assert i.rule and i.binding is not None
    return i.rule.python({port: called[arg] for port, arg in i.binding.items()} | more)


def _row(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]

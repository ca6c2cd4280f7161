"""A listing in NumPy: a statement for each of its lines, and all of them as a script that runs."""

from __future__ import annotations

import ast
from collections import Counter

from core.export.code import filled, heading, printed
from core.export.numpy.helpers import HELPERS
from core.export.numpy.statements import Statements, assigned
from core.passes.listing import Line, Listing
from core.passes.steps import Flowed

# what computes new numbers; anything else may be another view of numbers that are there already
FRESH = (ast.BinOp, ast.UnaryOp)


class NumPyListing:
    """The lines of a listing in NumPy."""

    def __init__(self, listing: Listing):
        self.listing, self._trace = listing, listing.trace
        self.statements = Statements(listing.trace)
        plan = listing.trace.plan
        self._forward = {one.node: one for one in plan.instructions if one.phase == "forward"}
        self._back = {(one.node, one.port): one for one in plan.instructions if one.phase == "backward"}
        self._parts = Counter(step.arg for step in listing.trace.steps if isinstance(step, Flowed))

    def line(self, line: Line) -> str:
        """A line as a statement, or as several where it stands for several lines."""
        if line.part == "given":
            return self.statements.names[line.node]
        return "; ".join(self._statement(line.part, number) for number in line.steps)

    def _statement(self, part: str, number: int) -> str:
        step, write = self._trace.steps[number - 1], self.statements
        if part == "forward":
            return write.forward(self._forward[step.node])
        if not isinstance(step, Flowed):
            after = self._trace.snapshot(number)
            stopped = {node: after.gradient(node) for node in self._trace.plan.stopped}
            zeros = [assigned(write.gradients[n], zero) for n, zero in stopped.items() if zero is not None]
            return "; ".join([write.seed(), *zeros])
        flow = write.flow(self._back[step.node, step.port])
        target, before = write.gradients[step.arg], self._trace.snapshot(number - 1).gradient(step.arg)
        if before is None and self._parts[step.arg] > 1 and not isinstance(flow, FRESH):
            flow = filled("np.copy(flow)", {"flow": flow})  # what is added later must not change the original
        return f"{target} {'=' if before is None else '+='} {printed(flow)}"

    def script(self) -> str:
        """The listing as a script: the values, the forward pass, the backward pass."""
        write, graph = self.statements, self._trace.graph
        lines = {
            part: [self.line(one) for one in self.listing.lines if one.part == part]
            for part in ("forward", "backward")
        }
        given = {
            write.names[node]: self._trace.inputs[node] for node in write.names if node in self._trace.inputs
        }
        made = "both passes of this program, line by line; dx is the gradient of x."
        return "\n".join(
            [
                *heading(made, graph.program.text, write.renamed),
                *write.imports(),
                "",
                *(f"\n{HELPERS[helper]}" for helper in write.helpers),
                "# the values",
                *(assigned(identifier, value) for identifier, value in given.items()),
                "",
                "# forward",
                *lines["forward"],
                "",
                "# backward",
                *lines["backward"],
                "",
            ]
        )

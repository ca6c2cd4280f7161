"""A listing in PyTorch: the forward pass line by line, and one line that makes all gradients."""

from __future__ import annotations

from core.base.arrays import Value
from core.export.code import Identifiers, heading, literal, name, printed
from core.export.dropout import random_nodes, with_masks
from core.export.torch.functions import DEFINITIONS
from core.export.torch.script import MASKS, TAKEN, backward_statement, given_tensor, imported
from core.export.torch.text import TorchText, followed
from core.graph.graph import Graph
from core.passes.listing import Line, Listing
from core.passes.steps import Computed


class TorchListing:
    """The lines of a listing in PyTorch, which keeps what it computes and finds the way back itself.

    Raises Problem for an operation that PyTorch has no form for.
    """

    def __init__(self, listing: Listing):
        trace = self._trace = listing.trace
        graph = self._graph = with_masks(trace.graph)
        names = self._names = Identifiers(TAKEN)
        self.inputs = {node: names.new(node) for node in graph.inputs}
        live = graph.downstream_of(graph.inputs)
        shown = [n.name for n in graph.nodes.values() if not n.is_leaf and n.name in live]
        shown.append(graph.output)
        known = {node: name(identifier) for node, identifier in self.inputs.items()}
        text = self._text = TorchText(graph, names, known, _constant(listing, graph, live), shown=shown)
        self._forward = {node: "".join(text.lines({node})) for node in graph.nodes}
        self._reached = graph.output in followed(graph, graph.inputs)
        self.listing = Listing(trace, tuple(self._lines(listing)))

    def _lines(self, listing: Listing) -> list[Line]:
        """The lines up to the seed; the backward pass is one, and each input has a line for its gradient."""
        before = [line for line in listing.lines if line.part != "backward"]
        back = tuple(n for n, step in enumerate(self._trace.steps, start=1) if not isinstance(step, Computed))
        last = self._trace.last
        received = [node for node in self.inputs if last.gradient(node) is not None]
        gradients = [Line("backward", node) for node in received]
        return [*before, Line("backward", self._trace.graph.output, back), *gradients]

    def line(self, line: Line) -> str:
        """A line as a statement, or as several where it stands for several lines."""
        if line.part == "given":
            return self.inputs[line.node]
        if line.part == "backward":
            return self._backward() if line.steps else f"{self.inputs[line.node]}.grad"
        nodes = [self._trace.steps[number - 1].node for number in line.steps]
        return "; ".join(self._forward[node] or self._known(node) for node in nodes)

    def _known(self, node: str) -> str:
        """The value of what no input reaches, which is written as a number wherever it is used."""
        known = self._text.known.get(node)
        value = self._trace.last.value(node)
        assert value is not None
        target = printed(known) if known else self._names.new(node)
        return f"{target} = {literal(value, 'torch')}"

    def _backward(self) -> str:
        return backward_statement(self._trace, printed(self._text.known[self._graph.output]), self._reached)

    def script(self) -> str:
        """The listing as a script: the values, the forward pass, the gradients."""
        text, graph = self._text, self._graph
        lines = [line for node in graph.nodes if (line := self._forward[node])]
        constants = [given_tensor(constant, value) for constant, value in text.constants.items()]
        shown = [self.line(line) for line in self.listing.lines if line.part == "backward" and not line.steps]
        nodes = self._trace.graph.nodes
        renamed = {old: new for old, new in self._names.renamed.items() if old in nodes}
        return "\n".join(
            [
                *heading("this program in PyTorch, line by line.", graph.program.text, renamed),
                *imported(lines, "math"),
                "import torch",
                *imported(lines, "F"),
                "",
                "torch.set_default_dtype(torch.float64)  # the precision Chainlight computes in",
                *(f"\n\n{DEFINITIONS[function]}" for function in text.functions),
                "",
                "# the values",
                *(given_tensor(one, self._trace.inputs[node], True) for node, one in self.inputs.items()),
                *([MASKS] if random_nodes(self._trace.graph) else []),
                *constants,
                "",
                "# forward",
                *lines,
                "",
                "# backward",
                self._backward(),
                *(f"print({gradient})" for gradient in shown),
                "",
            ]
        )


def _constant(listing: Listing, graph: Graph, live: frozenset[str]) -> dict[str, Value]:
    """The values of all that no input reaches."""
    found: dict[str, Value] = {}
    for node in graph.nodes.values():
        value = listing.trace.last.value(node.name) if node.value is None else node.value
        if node.name not in live and value is not None:
            found[node.name] = value
    return found

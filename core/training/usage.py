"""How a graph uses the names that have no value of their own: what is compared with what, and where."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from core.dataclass import dataclass
from core.graph import CONSTANT, Edge, Graph

LOGARITHMS = ("log", "log2", "log10", "log_softmax", "log1p")
TARGET_PORTS = ("t", "k")  # the inputs of the losses that take a target


@dataclass(frozen=True)
class Usage:
    """A graph, seen from its features and from the names that are learned, as far as they are known."""

    graph: Graph
    features: Collection[str]
    learned: Collection[str]
    fixed: Collection[str]

    @cached_property
    def fed(self) -> frozenset[str]:
        """What depends on the features; before these are known, on what is learned."""
        return self.graph.downstream_of(self.features or self.learned)

    @cached_property
    def trained(self) -> frozenset[str]:
        """What depends on what is learned."""
        return self.graph.downstream_of(self.learned)

    def meetings(self, name: str) -> Iterable[Edge]:
        """The edges on which what is computed from a name alone meets something else."""
        alone = {name}
        leaves = {n for n, node in self.graph.nodes.items() if node.op == CONSTANT} | set(self.fixed)
        for node in self.graph.nodes.values():
            if not node.is_leaf and alone & set(node.args) and alone | leaves >= set(node.args):
                alone.add(node.name)
        for node in self.graph.nodes.values():
            if node.name not in alone:
                yield from (Edge(arg, node.name, port) for port, arg in enumerate(node.args) if arg in alone)

    def others(self, edge: Edge) -> list[str]:
        """What a value meets where an edge ends."""
        return [arg for port, arg in enumerate(self.graph.nodes[edge.target].args) if port != edge.port]

    def is_compared(self, name: str) -> bool:
        """Whether all a name does is to meet what depends on the features, and not in a sum."""
        edges = list(self.meetings(name))
        return bool(edges) and all(
            self.graph.nodes[edge.target].op != "add" and not self.fed.isdisjoint(self.others(edge))
            for edge in edges
        )

    def is_told(self, name: str) -> bool:
        """Whether a name meets predictions as a target does: in a difference, a loss, beside a logarithm."""
        return self.is_compared(name) and all(self._is_telling(edge) for edge in self.meetings(name))

    def _is_telling(self, edge: Edge) -> bool:
        node, others = self.graph.nodes[edge.target], self.others(edge)
        if self.trained.isdisjoint(others):
            return False
        if node.op == "sub" or self.graph.port(edge) in TARGET_PORTS:
            return True
        return node.op in ("mul", "dot") and any(self.graph.nodes[n].op in LOGARITHMS for n in others)

    def reconstructs(self) -> bool:
        """Whether the features themselves are what a prediction is compared with."""
        return any(
            edge.target in self.trained
            and self._is_telling(edge)
            and not self.fed.isdisjoint(self.others(edge))
            for feature in self.features
            for edge in self.meetings(feature)
        )

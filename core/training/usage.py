"""How a graph uses the names that have no value of their own: what is compared with what, and where."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

from msgspec import Struct

from core.graph.graph import Edge, Graph
from core.graph.targets import LOGARITHMS


class Usage(Struct, frozen=True, dict=True):
    """A graph, seen from its features and from the names that are learned, as far as they are known."""

    graph: Graph
    features: Collection[str]
    learned: Collection[str]
    fixed: Collection[str]

    @cached_property
    def feature_dependents(self) -> frozenset[str]:
        """What depends on the features; before these are known, on what is learned."""
        return self.graph.downstream_of(self.features or self.learned)

    @cached_property
    def learned_dependents(self) -> frozenset[str]:
        """What depends on what is learned; before that is known, on the features."""
        return self.graph.downstream_of(self.learned) if self.learned else self.feature_dependents

    def combinations(self, name: str) -> Iterable[Edge]:
        """The edges on which what is computed from a name alone meets something else."""
        alone = {name}
        leaves = {n for n, node in self.graph.nodes.items() if node.is_constant} | set(self.fixed)
        for node in self.graph.nodes.values():
            if not node.is_leaf and alone & set(node.args) and alone | leaves >= set(node.args):
                alone.add(node.name)
        for node in self.graph.nodes.values():
            if node.name not in alone:
                yield from (Edge(arg, node.name, port) for port, arg in enumerate(node.args) if arg in alone)

    def others(self, edge: Edge) -> list[str]:
        """What a value meets where an edge ends."""
        return [arg for port, arg in enumerate(self.graph.nodes[edge.target].args) if port != edge.port]

    def combined_with(self, name: str) -> list[str]:
        """What a name is combined with that depends on the features, in computing order."""
        found = {
            other for edge in self.combinations(name) for other in self.others(edge)
        } & self.feature_dependents
        knowing = self.graph.downstream_of([name])
        return [node for node in self.graph.nodes if node in found and node not in knowing]

    def is_compared(self, name: str) -> bool:
        """Return whether a name is only combined with values that depend on the features, and never added."""
        edges = list(self.combinations(name))
        added = any(self.graph.nodes[edge.target].operation.signs == "+" for edge in edges)
        return (
            bool(edges)
            and not added
            and all(self.feature_dependents & {*self.others(edge)} for edge in edges)
        )

    def is_used_as_target(self, name: str) -> bool:
        """Return whether a name meets predictions only in differences, losses or beside logarithms."""
        return self.is_compared(name) and all(self._is_target_edge(edge) for edge in self.combinations(name))

    def _is_target_edge(self, edge: Edge) -> bool:
        op, others = self.graph.nodes[edge.target].operation, self.others(edge)
        if self.learned_dependents.isdisjoint(others):
            return False
        if op.signs == "-" or self.graph.port(edge) in op.learning.targets:
            return True
        if self.graph.pointed(edge):
            return True
        return op.learning.multiplies and any(self.graph.nodes[n].op in LOGARITHMS for n in others)

    def is_scored(self, edge: Edge) -> bool:
        """Return whether the value on an edge is the number of a learned score, or of an entry of onehot."""
        into = self.graph.pointed(edge)
        return into is not None and (into.name in self.learned_dependents or not into.shape)

    def reconstructs(self) -> bool:
        """Return whether the features themselves are what a prediction is compared with."""
        return any(
            edge.target in self.learned_dependents
            and self._is_target_edge(edge)
            and not self.feature_dependents.isdisjoint(self.others(edge))
            for feature in self.features
            for edge in self.combinations(feature)
        )

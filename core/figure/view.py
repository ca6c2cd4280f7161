"""What is drawn of a graph: one node for a sum of many terms, none for a constant that stands in a circle.

Graph and steps stay as they are; a view says which nodes of the graph a drawn node holds.
Reading order: Shown, Arc, View, view_of.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from core.figure.symbols import is_inlined
from core.graph.graph import Edge, Graph, Node
from core.passes.unfold import frame_of


class Arc(Struct, frozen=True):
    """An arrow between two drawn nodes, and the edge of the graph that comes in on it."""

    source: str
    target: str
    edge: Edge


class Shown(Struct, frozen=True):
    """A drawn node, called by the last of the nodes of the graph that it holds, in computing order."""

    node: Node
    members: tuple[str, ...]
    arcs: tuple[Arc, ...]
    """Those that arrive, in the order in which they are written."""

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def takes_any_order(self) -> bool:
        """Whether its arrows may arrive in any order."""
        return not self.node.is_leaf and self.node.operation.commutative


class View(Struct, frozen=True, dict=True):
    """The drawn nodes of a graph by their names, in computing order."""

    graph: Graph
    nodes: Mapping[str, Shown]

    @cached_property
    def home(self) -> Mapping[str, str]:
        """In which drawn node a node of the graph is."""
        return {member: shown.name for shown in self.nodes.values() for member in shown.members}

    @cached_property
    def arcs(self) -> tuple[Arc, ...]:
        return tuple(arc for shown in self.nodes.values() for arc in shown.arcs)

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Arc, ...]]:
        """For each drawn node the arrows on which its value leaves."""
        found: dict[str, list[Arc]] = {name: [] for name in self.nodes}
        for arc in self.arcs:
            found[arc.source].append(arc)
        return {name: tuple(arcs) for name, arcs in found.items()}

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """The drawn outputs that nothing else uses: the program's own and the chosen one."""
        names = dict.fromkeys(self.home[name] for name in (self.graph.own_output, self.graph.output))
        return tuple(name for name in names if not self.leaving[name])


def view_of(graph: Graph, sums: bool = True) -> View:
    """Say what is drawn of a graph.

    Args:
        graph: the graph.
        sums: whether a chain of additions, `a + b + c`, is one node; else each `+` is on its own.

    Returns:
        Every node of the graph is a drawn one, is held by one, or is a constant that stands in a circle.
    """
    edges = [edge for edge in graph.edges if not is_inlined(graph, edge)]
    arriving: dict[str, list[Edge]] = {name: [] for name in graph.nodes}
    uses: dict[str, int] = dict.fromkeys(graph.nodes, 0)
    for edge in edges:
        arriving[edge.target].append(edge)
        uses[edge.source] += 1
    outputs = {graph.output, graph.own_output}
    drawn = {
        name: node
        for name, node in graph.nodes.items()
        if uses[name] or arriving[name] or name in outputs or not node.is_constant
    }
    into: dict[str, str] = {}  # which node a sum goes on in
    if sums:
        for edge in edges:
            parts = arriving[edge.source], arriving[edge.target]
            single = uses[edge.source] == 1 and edge.source not in outputs
            if single and all(len(part) == 2 for part in parts) and _goes_on(graph, edge):
                into[edge.source] = edge.target
    members: dict[str, list[str]] = {}
    arcs: dict[str, list[Arc]] = {}
    for name in drawn:  # a node comes after those that go on in it
        members[name], arcs[name] = [], []
        for edge in arriving[name]:
            if edge.source in into:
                members[name] += members.pop(edge.source)
                arcs[name] += arcs.pop(edge.source)
            else:
                arcs[name].append(Arc(edge.source, name, edge))
        members[name].append(name)
    nodes = {
        name: Shown(
            drawn[name],
            tuple(members[name]),
            tuple(Arc(arc.source, name, arc.edge) for arc in arcs[name]),
        )
        for name in members
    }
    return View(graph, nodes)


def _goes_on(graph: Graph, edge: Edge) -> bool:
    """Whether an unnamed sum is only a part of the sum that uses it."""
    part, whole = graph.nodes[edge.source], graph.nodes[edge.target]
    return (
        not part.is_leaf
        and not part.named
        and part.operation.look.chained
        and part.op == whole.op
        and part.shape == whole.shape
        and frame_of(graph, part.name) == frame_of(graph, whole.name)
    )

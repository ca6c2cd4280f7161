"""What is drawn of a graph: one node for a sum of many terms, none for a constant that stands in a circle.

Graph and steps stay as they are; a view says which nodes of the graph a drawn node holds.
Reading order: Weight, Arc, Shown, View, operations_of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct

from core.base.arrays import Shape, Value
from core.base.lazy_numpy import np
from core.figure.symbols import is_inlined
from core.graph.graph import Edge, Graph, Node
from core.passes.unfold import frame_of


class Weight(Struct, frozen=True):
    """An entry of an input that is written beside an arrow or a circle instead of being drawn."""

    name: str
    entry: tuple[int, ...] = ()

    def of(self, value: Value) -> Value:
        """The entry of a value of the input."""
        return float(np.asarray(value)[self.entry]) if self.entry else value


class Arc(Struct, frozen=True):
    """An arrow between two drawn nodes, and the edge of the graph that comes in on it.

    `place` is its place among those that arrive. One that is `hidden` holds what is left out in its column.
    One into a node that holds several may stand for more edges, which come in `also`.
    """

    source: str
    target: str
    edge: Edge
    place: int = 0
    weight: Weight | None = None
    hidden: bool = False
    also: tuple[Edge, ...] = ()

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges that it stands for."""
        return self.edge, *self.also


class Shown(Struct, frozen=True):
    """A drawn node: that of a node of the graph, of one `entry` of its value, or of those that are left out.

    Its `members` are the nodes of the graph that it holds, in computing order; those that arrive stand in the
    order in which they are written. A group that the user has made has a `title`.
    """

    name: str
    node: Node
    members: tuple[str, ...]
    arcs: tuple[Arc, ...]
    entry: int | None = None
    bias: Weight | None = None
    kind: Literal["node", "group", "unit", "rest"] = "node"
    title: str = ""

    @property
    def shape(self) -> Shape:
        """That of the value that is written beside it."""
        return self.node.shape if self.entry is None else ()

    def shows(self, member: str) -> bool:
        """Whether the value of a member is seen: those of a sum as it grows, of a group only its own."""
        return self.kind != "group" or member == self.node.name

    def value(self, of_node: Value) -> Value:
        """What it shows of the value of its node."""
        return of_node if self.entry is None else float(np.ravel(of_node)[self.entry])

    @property
    def in_circle(self) -> bool:
        """Whether it stands in a circle; else it is a plain name, or dots."""
        return not self.node.is_leaf and self.kind != "rest"

    @property
    def takes_any_order(self) -> bool:
        """Whether its arrows may arrive in any order."""
        return not self.node.is_leaf and self.node.operation.commutative


class View(Struct, frozen=True, dict=True):
    """The drawn nodes of a graph by their names, in computing order."""

    graph: Graph
    nodes: Mapping[str, Shown]

    @cached_property
    def homes(self) -> Mapping[str, tuple[str, ...]]:
        """The drawn nodes in which a node of the graph is: one, or one for each entry."""
        found: dict[str, list[str]] = {}
        for shown in self.nodes.values():
            for member in shown.members:
                found.setdefault(member, []).append(shown.name)
        return {member: tuple(names) for member, names in found.items()}

    def touched(self, names: Iterable[str]) -> set[str]:
        """The drawn nodes that look different when these nodes of the graph do, or the weights at them."""
        found: set[str] = set()
        for name in names:
            found.update(self.homes.get(name, ()), self.beside.get(name, ()))
        return found

    @cached_property
    def beside(self) -> Mapping[str, frozenset[str]]:
        """At which drawn nodes entries of an input are written."""
        found: dict[str, set[str]] = {}
        for shown in self.nodes.values():
            for weight in (shown.bias, *(arc.weight for arc in shown.arcs)):
                if weight:
                    found.setdefault(weight.name, set()).add(shown.name)
        return {name: frozenset(homes) for name, homes in found.items()}

    def shown_by(self, drawn: str) -> str:
        """The node of the graph whose value a drawn node shows."""
        return self.nodes[drawn].node.name if drawn in self.nodes else drawn

    def home(self, name: str) -> str:
        """The first drawn node in which a node of the graph is; empty if there is none."""
        return self.homes.get(name, ("",))[0]

    @cached_property
    def arcs(self) -> tuple[Arc, ...]:
        return tuple(arc for shown in self.nodes.values() for arc in shown.arcs)

    @cached_property
    def weights(self) -> tuple[Weight, ...]:
        """All that is written beside arrows and units."""
        beside = [arc.weight for arc in self.arcs] + [shown.bias for shown in self.nodes.values()]
        return tuple(dict.fromkeys(weight for weight in beside if weight))

    def is_plain(self, arc: Arc) -> bool:
        """Whether an arrow is an edge of the graph, between whole values."""
        ends = self.nodes[arc.source], self.nodes[arc.target]
        return not arc.weight and not arc.also and all(shown.entry is None for shown in ends)

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
        graph = self.graph
        names = dict.fromkeys(
            home for name in (graph.own_output, graph.output) for home in self.homes.get(name, ())
        )
        return tuple(name for name in names if not self.leaving[name] and self.nodes[name].kind != "rest")


def operations_of(graph: Graph, sums: bool = True) -> View:
    """Show the operations of a graph.

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
            name,
            drawn[name],
            tuple(members[name]),
            tuple(Arc(arc.source, name, arc.edge, place) for place, arc in enumerate(arcs[name])),
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

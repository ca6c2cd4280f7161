"""A computational graph: what a program computes, node by node, with every shape known.

The graph is immutable. Its nodes stand in an order in which every node comes after its arguments; the
arguments keep their order and number, so `a - b` is not `b - a` and `a + a` has two edges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Shape, Value, joined_shape
from core.base.errors import Problem, Span
from core.math.mathtree import Math
from core.math.typeset import Typesetter
from core.notation.nearest import nearest
from core.notation.program import Program, Remark
from core.notation.tree import Tree
from core.ops import OPS, Op
from core.ops.rules import Rule

if TYPE_CHECKING:
    import networkx as nx

INPUT, CONSTANT = "input", "constant"
MOST_LISTED = 8  # names in a sentence


class Node(Struct, frozen=True):
    """One box of the graph: an input, a constant (with its value), or an operation on earlier nodes.

    `named` says whether the program gave it its name; `tree` is the expression it computes.
    """

    name: str
    op: str
    args: tuple[str, ...]
    shape: Shape
    tree: Tree
    named: bool = False
    value: Value | None = None

    @property
    def span(self) -> Span:
        return self.tree.span

    @property
    def operation(self) -> Op:
        """The operation's declaration; inputs and constants have none."""
        return OPS[self.op]

    @property
    def ports(self) -> tuple[str, ...]:
        """The names that the arguments have in the operation's rules, in their order."""
        return self.operation.ports(len(self.args))

    @property
    def by_port(self) -> dict[str, str]:
        """The arguments by the names that they have in the operation's rules."""
        return dict(zip(self.ports, self.args, strict=True))

    @property
    def value_rule(self) -> Rule:
        """The operation's rule for as many arguments as it has here."""
        return self.operation.value_rule(len(self.args))

    @property
    def is_input(self) -> bool:
        """Whether its value comes from outside."""
        return self.op == INPUT

    @property
    def is_constant(self) -> bool:
        return self.op == CONSTANT

    @property
    def is_leaf(self) -> bool:
        """Whether it is no operation."""
        return self.op in (INPUT, CONSTANT)


class Edge(Struct, frozen=True):
    """The value of `source` is argument number `port` of `target`."""

    source: str
    target: str
    port: int


class Graph(Struct, frozen=True, dict=True):
    """`nodes` in computing order, the `output` node's name, and the values the program itself states.

    `last` is the node of the program's last statement where another one is the output.
    `folded` are the nodes that were replaced by what they stand for, as they were (core/passes/unfold.py).
    """

    program: Program
    nodes: Mapping[str, Node]
    output: str
    stated: Mapping[str, Value]
    remarks: tuple[Remark, ...] = ()
    last: str = ""
    folded: Mapping[str, Node] = {}

    @property
    def own_output(self) -> str:
        """The node of the last statement, whichever node was asked for."""
        return self.last or self.output

    @cached_property
    def typesetter(self) -> Typesetter:
        """Sets names and trees of the program as they are printed."""
        return Typesetter(self.program.faces)

    @cached_property
    def typeset_names(self) -> frozenset[Math]:
        """The names of all nodes as they are printed; a constant's text is no name."""
        return frozenset(self.typesetter.name(n.name) for n in self.nodes.values() if not n.is_constant)

    @cached_property
    def symbols(self) -> dict[object, Math]:
        """What was written in drawn nodes so far: in search of room a graph is drawn many times."""
        return {}

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The nodes that get their value from outside, in order of appearance."""
        return tuple(node.name for node in self.nodes.values() if node.is_input)

    @cached_property
    def free(self) -> tuple[str, ...]:
        """The inputs the program does not give a value itself."""
        return tuple(name for name in self.inputs if name not in self.stated)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(
            Edge(arg, node.name, port) for node in self.nodes.values() for port, arg in enumerate(node.args)
        )

    @cached_property
    def users(self) -> Mapping[str, tuple[Edge, ...]]:
        """For each node the edges on which its value leaves."""
        found: dict[str, list[Edge]] = {name: [] for name in self.nodes}
        for edge in self.edges:
            found[edge.source].append(edge)
        return {name: tuple(edges) for name, edges in found.items()}

    def port(self, edge: Edge) -> str:
        """The name of the input that an edge reaches."""
        return self.nodes[edge.target].ports[edge.port]

    def pointed(self, edge: Edge) -> Node | None:
        """The vector, or the number of entries, into which the value on an edge is an index."""
        node = self.nodes[edge.target]
        points = node.operation.points
        if not points or self.port(edge) != points[0]:
            return None
        return self.nodes[node.by_port[points[1]]]

    def stretched_shape(self, node: Node) -> Shape | None:
        """The shape to which the arguments of a node that works entry by entry are stretched; else None."""
        if not node.operation.stretches:
            return None
        return joined_shape(node.args, [self.nodes[arg].shape for arg in node.args])

    def is_setting(self, name: str) -> bool:
        """Whether a node only decides shapes, as the 2 of a stride does."""
        used = self.users[name]
        return bool(used) and all(self.port(e) in self.nodes[e.target].operation.settings for e in used)

    def with_output(self, name: str) -> Graph:
        """The same graph asked for another node."""
        return replace(self, output=name, last=self.own_output)

    def upstream_of(self, roots: Iterable[str]) -> frozenset[str]:
        """The given nodes and everything they are computed from."""
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting.extend(self.nodes[name].args)
        return frozenset(found)

    def downstream_of(self, roots: Iterable[str]) -> frozenset[str]:
        """The given nodes and everything computed from them."""
        found = set(roots)
        for node in self.nodes.values():
            if not found.isdisjoint(node.args):
                found.add(node.name)
        return frozenset(found)

    def digraph(self) -> nx.MultiDiGraph:
        """The graph for networkx: operations on the nodes, argument numbers on the edges."""
        import networkx as nx

        found = nx.MultiDiGraph(output=self.output)
        for node in self.nodes.values():
            found.add_node(node.name, op=node.op, shape="×".join(map(str, node.shape)))
        found.add_edges_from((edge.source, edge.target, {"port": edge.port}) for edge in self.edges)
        return found


def check_node(graph: Graph, name: str) -> None:
    """Raise a Problem, with a name that may be meant, unless the graph has a node of this name."""
    if name not in graph.nodes:
        meant = nearest(name, list(graph.nodes))
        some = ", ".join([node.name for node in graph.nodes.values() if node.named][:MOST_LISTED])
        raise Problem(
            f"There is no node {name}", hint=f"Did you mean {meant}?" if meant else f"Its nodes are {some}"
        )

"""Folding and unfolding: nodes of a graph replaced by the nodes of what they stand for.

A node that is unfolded keeps its name and becomes the last operation of its expansion; the operations inside
are named after it: `y.1`, `y.2` inside `y`, `y.2.1` inside `y.2`. That last operation may stand for something
itself: its key is `y.0`, and inside it are `y.0.1`, `y.0.2`. So a name or key says where it belongs, no
program can hold it, and it does not depend on what else is unfolded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from core.builder import CONSTANTS, Builder
from core.errors import Problem
from core.expansions import expansion
from core.graph import CONSTANT, Graph, Node
from core.nodes import Nodes, Operand
from core.notation.tree import Name, Number, Program, Statement, Tree, substituted

Wanted = Callable[[str, Node], bool]


def composite(key: str, node: Node) -> bool:
    """Whether a node abbreviates a formula: σ, softmax, losses."""
    return bool(node.operation.stands_for)


def anything(key: str, node: Node) -> bool:
    """Composites and operations on arrays: until only numbers are left."""
    return True


LEVELS: Mapping[str, Wanted] = {"all": composite, "numbers": anything}


def unfolded(graph: Graph, wanted: Wanted) -> Graph:
    """The graph with every node that is wanted, by its key, and stands for something replaced by that.

    Values and gradients of the other nodes stay what they were. Raises Problem where there is no room.
    """
    room, folded = Nodes(set()), dict(graph.folded)
    found = replace(graph, nodes=room.nodes, folded=folded)
    waiting = list(graph.nodes.items())[::-1]
    while waiting:
        key, node = waiting.pop()
        inside = _inside(found, key, node) if not node.is_leaf and wanted(key, node) else []
        if inside:
            folded[key] = node
            waiting.extend(reversed(inside))
        elif node.op != CONSTANT or key not in room.nodes:
            room.keep(node)
    return found if folded else graph


def _inside(graph: Graph, key: str, node: Node) -> list[tuple[str, Node]]:
    """The nodes of what a node stands for, by their keys, the node itself last; none if it is an atom."""
    try:
        tree = expansion(graph, node)
    except Problem:
        return []
    builder = _Inside(graph, key, node)
    name = builder.settled(builder.expression(_without_names_of(graph, tree, node), builder.scope)).node
    if name not in builder.made.values():
        return []
    last = replace(node, op=builder.nodes[name].op, args=builder.nodes[name].args)
    inner = [(made.name, made) for made in builder.nodes.values() if made.name not in (*node.args, name)]
    return [*inner, (f"{key}.0", last)]


def _without_names_of(graph: Graph, tree: Tree, node: Node) -> Tree:
    """The tree with e and π as numbers where the program means something else by these names."""
    taken = {name for name in CONSTANTS if name in graph.nodes and graph.nodes[name].op != CONSTANT}
    return substituted(tree, {name: Number(CONSTANTS[name]) for name in taken - set(node.args)})


class _Inside(Builder):
    """Builds what a node stands for; an operation that is there already is used a second time."""

    def __init__(self, graph: Graph, key: str, node: Node):
        super().__init__(Program("", (Statement(node.tree),)), {})
        self.key, self.span = key, node.span
        self.nodes = {arg: graph.nodes[arg] for arg in node.args}
        self.scope = {
            arg: Operand(Name(arg), inner.shape, arg, inner.value) for arg, inner in self.nodes.items()
        }
        self.made: dict[tuple[str, tuple[str, ...]], str] = {}

    def new_name(self) -> str:
        self.count += 1
        return f"{self.key}.{self.count}"

    def add(self, op: str, operands: Sequence[Operand], part: Tree) -> str:
        known = op, tuple(self.node_of(operand) for operand in operands)
        if known not in self.made:
            self.made[known] = super().add(op, operands, replace(part, span=self.span))
        return self.made[known]


# -- where a node belongs


def key_of(graph: Graph, name: str) -> str:
    """The key under which a node's operation is unfolded: its name, or within its own expansion `name.0`."""
    while name in graph.folded:
        name += ".0"
    return name


def frame_of(graph: Graph, name: str) -> str:
    """The key of the innermost unfolded node that a node stands inside, or the empty string."""
    return parent(graph, key_of(graph, name))


def parent(graph: Graph, key: str) -> str:
    """The key of the unfolded node directly around a node or an unfolded one, or the empty string."""
    around = key.rpartition(".")[0]
    return around if around in graph.folded else ""

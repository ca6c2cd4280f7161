"""What stands in a node's circle, and which constants are written there instead of being drawn as nodes."""

from __future__ import annotations

from core.graph.formulas import formula
from core.graph.graph import CONSTANT, Edge, Graph, Node
from core.math.marks import marked
from core.math.mathtree import Math, Sign, Word
from core.notation.tree import Index, Name, Tree


def symbol(graph: Graph, node: Node) -> Math:
    """What stands in a node's circle; a constant argument is part of it: `x²`, `+1`, `1/x`."""
    typesetter = graph.typesetter
    if node.is_leaf:
        return typesetter.name(node.name) if node.op != CONSTANT else typesetter.tree(node.tree)
    if node.op == "pick":
        return _entry(graph, node)
    if node.op == "cut":
        return typesetter.tree(formula(graph, node))
    op = node.operation
    for port, text in op.look.with_constant.items():
        edge = Edge(node.args[op.inputs.index(port)], node.name, op.inputs.index(port))
        constant = graph.nodes[edge.source]
        if is_inlined(graph, edge) and not op.is_usual(port, constant.value):
            return marked(text, {port: typesetter.tree(constant.tree)})
    if op.look.circle:
        return marked(op.look.circle)
    return Word(op.symbol, "ord") if len(op.symbol) > 1 else Sign(op.symbol, "ord")


def _entry(graph: Graph, node: Node) -> Math:
    """An entry by the name of its array and its place; of a row that was picked itself, by both places."""
    places: list[Tree] = []
    while node.op == "pick":
        place = graph.nodes[node.args[1]]
        places.append(place.tree if place.op == CONSTANT else Name(place.name))
        node = graph.nodes[node.args[0]]
        if node.named or places[-1] != place.tree:
            break
    array = node.tree if node.op == CONSTANT else Name(node.name)
    return graph.typesetter.tree(Index(array, tuple(reversed(places))))


def is_inlined(graph: Graph, edge: Edge) -> bool:
    """Whether a constant argument is part of the operation instead of being drawn as a node.

    Settings and usual values such as a margin of 1 are; so is the one constant number of an operation whose
    circle has room for it.
    """
    constant, node = graph.nodes[edge.source], graph.nodes[edge.target]
    if constant.op != CONSTANT:
        return False
    port, op = graph.port(edge), node.operation
    if port in op.settings or op.is_usual(port, constant.value):
        return True
    others = [arg for arg in node.args if graph.nodes[arg].op != CONSTANT]
    return not constant.shape and len(others) == 1 and port in op.look.with_constant

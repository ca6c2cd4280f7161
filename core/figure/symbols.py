"""What stands in a node's circle, and which constants are written there instead of being drawn as nodes.

Reading order: symbol, written_out and gist (of several operations in one node), operand, is_inlined.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from core.figure.sizes import extent
from core.graph.formulas import formula
from core.graph.graph import Edge, Graph, Node
from core.math.marks import HOLE, marked
from core.math.mathtree import Digits, Letter, Math, Sign, Word, parts_of
from core.math.parts import LOOSE, Part
from core.notation.tree import PRODUCTS, Binary, Index, Name, Tree
from core.ops.facts import AS_WRITTEN

WIDEST = 5.2  # em; a symbol with the names of its operands; in a wider one dots stand for them
WIDEST_FORMULA = 14.0  # em; what several operations compute
WIDEST_GIST = 8.0  # em; the same in a box for what is far away


def symbol(graph: Graph, node: Node, named: bool = True) -> Math:
    """What stands in a node's circle; a constant argument is part of it: `x²`, `+1`, `1/x`.

    Operands are called by the names that the program gives them. One without a name is a dot, as in `(⋅)²`;
    so are all where names would be too wide, or are not wanted.
    """
    if node.is_leaf:
        return operand(graph, node)[0]
    found = _with_operands(graph, node, named)
    return found if extent(found, 1.0)[0] <= WIDEST else _with_operands(graph, node, named=False)


def written_out(graph: Graph, members: Iterable[str], widest: float = WIDEST_FORMULA) -> Math | None:
    """What operations in one drawn node compute of what arrives there, or None if that is too wide.

    Args:
        graph: the graph.
        members: the nodes in the drawn one, in computing order.
        widest: how wide the formula may be, in em.

    Returns:
        The formula of the last one, in which no member is called by its name: `σ(W x + b)`.
    """
    parts: dict[str, Part] = {}
    found = None
    for name in members:
        node = graph.nodes[name]
        if node.is_leaf:
            continue
        operands = {
            port: parts.get(arg) or operand(graph, graph.nodes[arg]) for port, arg in node.by_port.items()
        }
        if node.tree is graph.nodes[node.args[0]].tree:  # a row where a matrix is needed: nothing was typed
            parts[name] = operands[node.ports[0]]
            continue
        parts[name] = graph.typesetter.part(_as_typed(graph, node), operands)
        found = parts[name][0]
        if extent(found, 1.0)[0] > widest:  # all that is made of it is no narrower
            return None
    return found


def gist(graph: Graph, members: Iterable[str]) -> Math | None:
    """What operations in one drawn node compute, as far as a small box has room for it.

    Args:
        graph: the graph.
        members: the nodes in the drawn one, in computing order.

    Returns:
        The formula of the last one: all of it, `σ(W x + b)`; or with the names that the program gives to its
        parts, `σ(z)`; or with dots for its first parts, `½(⋅)²`. None if that would be dots and signs alone.
    """
    operations = [name for name in members if not graph.nodes[name].is_leaf]
    unnamed = [name for name in operations[:-1] if not graph.nodes[name].named] + operations[-1:]
    for chosen in (operations, unnamed):
        if whole := written_out(graph, chosen, WIDEST_GIST):
            return whole
    found = None
    for count in range(1, len(unnamed)):
        longer = written_out(graph, unnamed[-count:], WIDEST_GIST)
        if longer is None:
            break
        found = longer
    says = found and any(isinstance(part, Letter | Digits | Word) for part in parts_of(found))
    return found if says else None


def _as_typed(graph: Graph, node: Node) -> Tree:
    """What a node computes, over its operation's inputs; between two factors is the sign that was typed."""
    tree = formula(graph, node)
    match tree, node.tree:
        case Binary(), Binary(op) if node.operation.elementwise and tree.op in PRODUCTS and op in PRODUCTS:
            return replace(tree, op=op)
    return tree


def _with_operands(graph: Graph, node: Node, named: bool = True) -> Math:
    if node.op == "pick":
        return _entry(graph, node, named)
    op = node.operation
    operands = {port: operand(graph, graph.nodes[arg], named) for port, arg in node.by_port.items()}
    arrays = all(graph.nodes[arg].shape for arg in node.args)
    alone = (arrays and op.look.of_arrays) or op.look.circle
    text = next((op.look.with_constant[port] for port in _constants(graph, node)), alone)
    if not text:
        return Word(op.symbol, "ord") if len(op.symbol) > 1 else Sign(op.symbol, "ord")
    given = {port: math for port, (math, _) in operands.items()}
    if AS_WRITTEN in text:
        given["formula"] = graph.typesetter.tree(formula(graph, node), operands)
    return marked(text, given)


def operand(graph: Graph, node: Node, named: bool = True) -> Part:
    """An operand in a circle: its name or number, or a dot."""
    if node.is_constant and (named or not node.shape):
        return graph.typesetter.part(node.tree)
    has_name = named and (node.is_input or node.named)
    return graph.typesetter.named(node.name) if has_name else (HOLE, LOOSE)


def _entry(graph: Graph, node: Node, named: bool) -> Math:
    """An entry by the name of its array and its place; of a row that was picked itself, by both places."""
    places: list[Tree] = []
    called: dict[str, Part] = {}
    while node.op == "pick":
        array, place = (graph.nodes[arg] for arg in node.args)
        places.append(Name(place.name))
        called |= {part.name: operand(graph, part, named) for part in (array, place)}
        node = array
        if node.named or not place.is_constant:
            break
    return graph.typesetter.tree(Index(Name(node.name), tuple(reversed(places))), called)


def _constants(graph: Graph, node: Node) -> list[str]:
    """The inputs whose constant is part of the circle's text."""
    edges = {port: Edge(arg, node.name, place) for place, (port, arg) in enumerate(node.by_port.items())}
    return [
        port
        for port in node.operation.look.with_constant
        if is_inlined(graph, edges[port])
        and not node.operation.is_usual(port, graph.nodes[edges[port].source].value)
    ]


def is_inlined(graph: Graph, edge: Edge) -> bool:
    """Whether a constant argument is part of the operation instead of being drawn as a node.

    Settings and usual values such as a margin of 1 are; so is the one constant number of an operation whose
    circle has room for it.
    """
    constant, node = graph.nodes[edge.source], graph.nodes[edge.target]
    if not constant.is_constant:
        return False
    port, op = graph.port(edge), node.operation
    if port in op.settings or op.is_usual(port, constant.value):
        return True
    others = [arg for arg in node.args if not graph.nodes[arg].is_constant]
    return not constant.shape and len(others) == 1 and port in op.look.with_constant

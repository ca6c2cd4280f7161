"""What stands in a node's circle, and which constants are written there instead of being drawn as nodes."""

from __future__ import annotations

from collections.abc import Callable

from core.graph.graph import CONSTANT, Edge, Graph, Node
from core.math.mathtree import (
    Digits,
    Fenced,
    Letter,
    Math,
    Root,
    Scripts,
    Sign,
    Word,
    row,
)
from core.math.typeset import ATOM, COLON, indexed
from core.notation.tree import Index, Indicator, Name, Tree
from core.ops import OPS, Op


def symbol(graph: Graph, node: Node) -> Math:
    """What stands in a node's circle; a constant argument is part of it: `x²`, `+1`, `1/x`."""
    typesetter = graph.typesetter
    if node.is_leaf:
        return typesetter.name(node.name) if node.op != CONSTANT else typesetter.tree(node.tree)
    edges = [Edge(arg, node.name, port) for port, arg in enumerate(node.args)]
    constants = [graph.nodes[edge.source] if is_inlined(graph, edge) else None for edge in edges]
    if node.op == "pick":
        return _entry(graph, node)
    if any(constants) and node.op in WITH_CONSTANT:
        found = WITH_CONSTANT[node.op](*(typesetter.tree(c.tree) if c else None for c in constants))
        if found is not None:
            return found
    sign = node.operation.symbol
    shared = SYMBOLS.get(node.op) or SYMBOLS.get(node.operation.call)
    return shared or (Word(sign, "ord") if len(sign) > 1 else Sign(sign, "ord"))


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


X = Letter("x")
SYMBOLS: dict[str, Math] = {
    "neg": row(Sign("−", "ord"), X),
    "sigmoid": Letter("σ"),
    "mul": Sign("×", "ord"),
    "dot": Sign("⋅", "ord"),
    "matvec": row(Letter("W"), X),
    "vecmat": row(Scripts(X, sup=Sign("⊤", "ord")), Letter("W")),
    "matmul": row(Letter("A"), Letter("B")),
    "outer": row(X, Scripts(Letter("y"), sup=Sign("⊤", "ord"))),
    "transpose": Scripts(Letter("X"), sup=Sign("⊤", "ord")),
    "row": Scripts(X, sup=Sign("⊤", "ord")),
    "log2": Scripts(Word("log", "ord"), sub=Digits("2")),
    "log10": Scripts(Word("log", "ord"), sub=Digits("10")),
    "stack": Fenced("[", Sign("⋯", "ord"), "]"),
    "sqrt": Root(X),
    "abs": Fenced("|", X, "|"),
    "norm": Fenced("‖", X, "‖"),
    "pow": Scripts(X, sup=Letter("y")),
    "sum": Sign("∑", "ord"),
    "cross_entropy": Word("CE", "ord"),
    "log_softmax": Word("ln softmax", "ord"),
    "logsumexp": row(Word("ln", "ord"), Sign("∑", "ord"), Word("exp", "ord")),
}


def _signed(sign: str, left: Math | None, right: Math | None) -> Math:
    return row(left, Sign(sign, "ord")) if left else row(Sign(sign, "ord"), right or Digits(""))


def _cut(start: Math, stop: Math, axis: Math) -> Math:
    before = [(COLON, ATOM)] if axis != Digits("0") else []
    return indexed((X, ATOM), [*before, (row(start, COLON, stop), ATOM)])[0]


def _conv2d(stride: Math) -> Math:
    star = Sign("⋆", "ord")
    return star if stride == Digits("1") else Scripts(star, sub=row(Sign("↓", "ord"), stride))


def _compared(relation: str) -> Callable[[Math | None, Math | None], Math]:
    return lambda a, b: row(a or X, Sign(relation, "rel"), b or X)


def is_comparison(op: Op) -> bool:
    """Whether an operation is a relation between its two inputs, such as [x ≥ y]."""
    tree = op.value.tree
    return isinstance(tree, Indicator) and isinstance(tree.left, Name) and isinstance(tree.right, Name)


WITH_CONSTANT: dict[str, Callable[..., Math | None]] = {
    "add": lambda a, b: row(Sign("+", "ord"), a or b),
    "sub": lambda a, b: _signed("−", a, b),
    "mul": lambda a, b: row(Sign("×", "ord"), a or b),
    "div": lambda a, b: row(a, Sign("/", "ord"), X) if a else row(Sign("÷", "ord"), b),
    "pow": lambda a, b: Scripts(X, sup=b) if b else Scripts(a, sup=X),
    "maximum": lambda a, b: row(
        Word("max", "ord"), Fenced("(", row(a or X, Sign(",", "punct"), b or X), ")")
    ),
    "minimum": lambda a, b: row(
        Word("min", "ord"), Fenced("(", row(a or X, Sign(",", "punct"), b or X), ")")
    ),
    "pick": lambda a, b: None,  # by the names of the array and the place, whatever they are
    "leaky_relu": lambda a, b: Word("LReLU", "ord"),
    "elu": lambda a, b: Word("ELU", "ord"),
    "cut": lambda x, start, stop, axis: _cut(start, stop, axis),
    "sum_along": lambda x, axis: Scripts(Sign("∑", "ord"), sub=axis),
    "mean_along": lambda x, axis: Scripts(Word("mean", "ord"), sub=axis),
    "reshape": lambda x, shape: Word("reshape", "ord"),
    "conv2d": lambda x, w, stride, padding: _conv2d(stride),
    **{op.name: _compared(op.symbol) for op in OPS.values() if is_comparison(op)},
}


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
    return not constant.shape and len(others) == 1 and node.op in WITH_CONSTANT

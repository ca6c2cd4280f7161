"""A tree as a sum of products of powers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.base.arrays import Shape
from core.notation.simplify.forms import Algebra, Sum, joined
from core.notation.tree import PRODUCTS, Binary, Call, Index, Indicator, Name, Negative, Number, Tree, fold

Handler = Callable[[Algebra, list[Sum]], Sum]
# what the signs and functions of algebra make of their arguments
MEANT: dict[str, Handler] = {
    "+": lambda algebra, found: algebra.add(*found),
    "-": lambda algebra, found: algebra.add(found[0], algebra.negative(found[1])),
    **dict.fromkeys(PRODUCTS, lambda algebra, found: algebra.multiply(*found)),
    "/": lambda algebra, found: algebra.divide(*found),
    "^": lambda algebra, found: algebra.power(*found),
    "power": lambda algebra, found: algebra.power(*found),
    "sqrt": lambda algebra, found: algebra.power(found[0], algebra.half),
}


def form(
    algebra: Algebra,
    tree: Tree,
    parts: Mapping[str, Sum] | None = None,
    calls: Mapping[str, Handler] | None = None,
) -> Sum:
    """The normal form of a tree; `parts` stand in place of names.

    `calls` say what more functions mean, and may give signs and indicators (`[=]`) another meaning.
    """
    known, meant = parts or {}, {**MEANT, **(calls or {})}

    def combine(part: Tree, found: list[Sum]) -> Sum:
        match part:
            case Number(value):
                return algebra.number(value)
            case Name(name):
                return known[name] if name in known else algebra.atom("Name", name)
            case Negative():
                return algebra.negative(found[0])
            case Binary(op):
                return meant[op](algebra, found)
            case Call(function) if function in meant:
                return meant[function](algebra, found)
            case Indicator(relation) if f"[{relation}]" in meant:
                return meant[f"[{relation}]"](algebra, found)
        return algebra.atom(type(part).__name__, label_of(part), tuple(found), _shape(part, found))

    return fold(tree, combine)


def label_of(part: Tree) -> str:
    """What a part is called besides its kind: a function by its name, an indicator by its relation."""
    match part:
        case Call(function):
            return function
        case Indicator(relation):
            return relation
    return ""


def _shape(part: Tree, found: list[Sum]) -> Shape:
    """Calls and indicators work entry by entry; a list adds an axis, an index takes some off."""
    match part:
        case Index():
            return found[0].shape[len(found) - 1 :]
        case Call() | Indicator():
            return joined(item.shape for item in found)
    shape = joined(item.shape for item in found)
    return (len(found), *shape) if type(part).__name__ == "Listing" else shape[::-1]

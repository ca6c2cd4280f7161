"""Sides of equations with numbers in them: which operands are shown, and how many digits give the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct

from core.base.arrays import Value, shape_of
from core.base.numbers import ALMOST, EQUAL, equation
from core.math.latex import latex
from core.math.mathtree import Math, Sign
from core.math.parts import Part
from core.notation.tree import Name, Tree, walk

# an array of up to this many rows and columns is shown entry by entry in a formula, a larger one by its name
LARGEST_SHOWN = 6
# with more columns in one side of an equation, what occurs in it several times is shown by its name
MOST_COLUMNS = 15


class Side(Struct, frozen=True):
    """One side of an equation: the operands that are shown as numbers, how it is set, what it comes to."""

    operands: Mapping[str, Value]
    set_as: Callable[[Mapping[str, Part]], Math]
    value: Callable[[Mapping[str, Value]], Value]


def side_of(
    tree: Tree,
    known: Mapping[str, Value],
    set_as: Callable[[Mapping[str, Part]], Math],
    value: Callable[[Mapping[str, Value]], Value],
    named: Collection[str] = (),
) -> Side:
    """A side that uses the names of a tree: numbers stand for those that are not too large.

    Args:
        tree: the side as a tree.
        known: the values of its names, and of all that `value` uses.
        set_as: sets the side with a part for each name.
        value: what the side comes to at the values of its names.
        named: the names that are to stay; so does what would make the side too long.
    """
    used = Counter(part.name for part in walk(tree) if isinstance(part, Name))
    shown = {name: known[name] for name in used if name in known and name not in named and fits(known[name])}
    if sum(used[name] * _columns(value) for name, value in shown.items()) > MOST_COLUMNS:
        shown = {name: value for name, value in shown.items() if used[name] == 1 or not shape_of(value)}
    return Side(shown, set_as, lambda printed: value({**known, **printed}))


def equated(
    sides: Sequence[Side],
    numbers: Callable[[Mapping[str, Value], int], Mapping[str, Part]],
    said: Math,
    result: Part,
    value: Value,
    digits: int,
) -> list[Math]:
    """The sides and their result, with = or ≈ between them.

    Args:
        sides: the sides, from left to right.
        numbers: a part for each name, with numbers of so many digits for some operands.
        said: what stands on the left already; a side that is the same is left out.
        result: the value as it is printed.
        value: the value itself.
        digits: how many digits its printed numbers have; operands have more where that takes them.
    """
    shown: list[tuple[Math, str]] = []
    printed = {latex(said), latex(result[0])}
    for side in sides:
        enough, sign = equation(
            lambda *values, side=side: side.value(dict(zip(side.operands, values, strict=True))),
            tuple(side.operands.values()),
            value,
            digits,
        )
        math = side.set_as(numbers(side.operands, enough))
        if (text := latex(math)) not in printed:
            printed.add(text)
            shown.append((math, sign))
    parts: list[Math] = []
    for i, (math, sign) in enumerate(shown):
        almost = ALMOST in (sign, *(later for _, later in shown[i + 1 : i + 2]))
        parts += [math, Sign(ALMOST if almost else EQUAL, "rel")]
    return [*parts, result[0]]


def fits(value: Value, most: int = LARGEST_SHOWN) -> bool:
    """Whether an array has at most so many rows and columns, and so is shown entry by entry."""
    return max(shape_of(value), default=0) <= most and can_be_set(value)


def can_be_set(value: Value) -> bool:
    """Whether a value can be set at all, long axes shortened."""
    return len(shape_of(value)) <= 2


def _columns(value: Value) -> int:
    """How many columns a value has as it is set."""
    return shape_of(value)[1] if len(shape_of(value)) > 1 else 1

"""Arrays that are stretched to fit others, and sums over the axes that were stretched, as mathematics."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from core.base.arrays import Shape, repeated_axes
from core.math.array_forms import added_up, ones
from core.math.mathtree import Digits, Fenced, Letter, Word, row
from core.math.parts import ATOM, COLON, PRODUCT, Part, indexed, listed, side_by_side, turned

INDICES = "ijklmnpqrs"


def index_letters(taken: Collection[str]) -> Iterator[Part]:
    """The letters for indices that are not `taken` by names."""
    return ((Letter(letter), ATOM) for letter in INDICES if letter not in taken)


def stretched(part: Part, shape: Shape, to: Shape) -> Part:
    """An array as it takes part in an operation entry by entry on arrays of a larger shape.

    A vector b that stands in every row of a matrix is 𝟏 bᵀ. A number needs no sign of this, and arrays of
    three and more axes have no such product.
    """
    if shape == to or not shape:
        return part
    if math.prod(shape) == 1:
        return indexed(part, [(Digits("0"), ATOM)] * len(shape))
    if len(to) != 2:
        return part
    if shape == (to[0], 1):
        return side_by_side(part, turned(ones(to[1:])))
    line = turned(part) if len(shape) == 1 else part
    return line if to[0] == 1 else side_by_side(ones(to[:1]), line)


def summed(part: Part, shape: Shape, to: Shape, taken: Collection[str] = ()) -> Part:
    """The sum of an array over the axes along which one of shape `to` was stretched.

    Its indices are letters that are not `taken`.
    """
    if shape == to:
        return part
    axes = repeated_axes(shape, to)
    letters = dict(zip(axes, index_letters(taken), strict=False))
    places = [letters.get(axis, (COLON, ATOM)) for axis in range(max(axes) + 1)]
    total = added_up(indexed(part, places), *letters.values())
    kept = tuple(length for i, length in enumerate(shape) if i not in axes)
    return _laid_out(total, kept, to)


def _laid_out(part: Part, shape: Shape, to: Shape) -> Part:
    """A number or a vector with the axes of length 1 that it is meant to have."""
    if shape == to or (len(shape) == 1 and to == (*shape, 1)):
        return part
    if not shape:
        math_ = part[0]
        for _ in to:
            math_ = Fenced("[", math_, "]")
        return math_, ATOM
    if len(shape) == 1 and to == (1, *shape):
        return turned(part)
    return row(Word("reshape"), Fenced("(", listed([part, _sizes(to)]), ")")), PRODUCT


def _sizes(shape: Sequence[int]) -> Part:
    return Fenced("[", listed([(Digits(str(size)), ATOM) for size in shape]), "]"), ATOM

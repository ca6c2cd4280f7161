"""How large things are drawn, estimated from characters: a layout must not depend on a font file.

Lengths are points of the drawing.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from core.base.arrays import Array, Shape, Value, shape_of
from core.base.lazy_numpy import np
from core.figure.options import Options, Sizes
from core.math.mathtree import (
    Accented,
    Big,
    Digits,
    Fenced,
    Fraction,
    Letter,
    Math,
    Root,
    Row,
    Scripts,
    Sign,
    Table,
    Tinted,
    Word,
)
from core.math.typeset import value_math

CLEAR = 4.0  # between a label and its edge
WIDER = {"bold": 1.2, "calligraphic": 1.35}  # letters of these alphabets, next to plain ones
LISTED = 3  # a vector of up to this many entries is set as a column of numbers


Extent = tuple[float, float]
"""Width and height."""
Measure = Callable[[Math, float], Extent]
"""How wide and high a formula of a text size is: `extent`, or what measures it with the font."""


def extent(math: Math, size: float) -> tuple[float, float]:
    """About how wide and high a formula is when set at a size."""
    width, height = _ems(math)
    return width * size, height * size


def _ems(math: Math) -> tuple[float, float]:
    match math:
        case Letter(text, face):
            return sum(_letter_width(char) for char in text) * WIDER.get(face, 1.0), 1.1
        case Accented(base):
            width, height = _ems(base)
            return width, height + 0.2
        case Digits(text):
            return 0.5 * len(text) + 0.1 * ("−" in text), 0.72
        case Word(text, kind):
            return 0.5 * len(text) + 0.1, 1.1
        case Sign(text, kind):
            return {"bin": 1.2, "rel": 1.3}.get(kind, 0.5 * len(text)), 1.1
        case Big():
            return 1.2, 1.6
        case Row(parts):
            sizes = [_ems(part) for part in parts]
            return sum(w for w, _ in sizes), max((h for _, h in sizes), default=1.1)
        case Fraction(top, bottom):
            (a, b), (c, d) = _ems(top), _ems(bottom)
            return max(a, c) + 0.3, b + d + 0.2
        case Scripts(base, sub, sup):
            (w, h) = _ems(base)
            scripts = [_ems(part)[0] * 0.75 + 0.05 for part in (sub, sup) if part]
            return w + max(scripts, default=0), h + 0.25 * len(scripts)
        case Fenced(_, body, _):
            w, h = _ems(body)
            return w + 0.8, h
        case Root(body):
            w, h = _ems(body)
            return w + 0.7, h + 0.15
        case Table(rows):
            widths = [max(_ems(line[i])[0] for line in rows) for i in range(len(rows[0]))]
            return sum(widths) + 0.9 * (len(widths) - 1) + 0.8, 1.22 * len(rows) + 0.2
        case Tinted(_, body):
            return _ems(body)


def _letter_width(char: str) -> float:
    if char in "ijlt":
        return 0.4
    return 1.0 if char in "MW" else 0.85 if char in "mw" else 0.72 if char.isupper() else 0.58


def heat_extent(shape: Shape, longest: float = 64.0) -> tuple[float, float]:
    """How large an array's heat map is drawn: square cells of at most 16, at least a point high and wide."""
    down, across = heat_tiles(shape)
    rows, columns = (down * shape[-2], across * shape[-1]) if len(shape) > 1 else (shape[0], 1)
    cell = min(16.0, longest * math.sqrt(min(down, across)) / max(rows, columns))
    return max(columns * cell, 6.0), max(rows * cell, 6.0)


def heat_tiles(shape: Shape) -> tuple[int, int]:
    """How many pictures an array is drawn as, down and across: a stack's channels, filters by channels."""
    if len(shape) < 3:
        return 1, 1
    if len(shape) == 3:
        across = math.ceil(math.sqrt(shape[0]))
        return math.ceil(shape[0] / across), across
    return math.prod(shape[:-3]), shape[-3]


def heat_cells(values: Array) -> Array:
    """An array as the rows and columns of its heat map: a vector is a column, pictures stand in tiles."""
    if values.ndim < 3:
        return values.reshape(len(values), -1)
    down, across = heat_tiles(values.shape)
    tiles = values.reshape(-1, *values.shape[-2:])
    empty = np.zeros((down * across - len(tiles), *tiles.shape[1:]))
    grid = np.concatenate([tiles, empty]).reshape(down, across, *tiles.shape[1:])
    return grid.transpose(0, 2, 1, 3).reshape(down * tiles.shape[1], across * tiles.shape[2])


def is_listed(shape: Shape) -> bool:
    """Whether an array is small enough to be shown as numbers."""
    return len(shape) == 1 and shape[0] <= LISTED


def label_extent(shape: Shape, options: Options) -> tuple[float, float]:
    """The room that a value of a shape takes at least: a number as wide as `−0.0000` with as many digits."""
    if not shape:
        return extent(Digits(f"−0.{'0' * options.digits}"), options.sizes.label)
    if is_listed(shape):
        return extent(Table(tuple((Digits("−0.000"),) for _ in range(shape[0]))), options.sizes.small)
    return heat_extent(shape)


def text_size(shape: Shape, sizes: Sizes) -> float:
    """The size of the text of a value."""
    return sizes.small if shape else sizes.label


def value_label(value: Value, digits: int) -> Math:
    """A number, or a small vector's numbers with fewer digits, as it is written in a figure."""
    return value_math(value, min(digits, 3) if shape_of(value) else digits)

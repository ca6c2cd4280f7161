"""How a value is written: a number, a column of numbers, a map of coloured cells, or a picture.

A matrix of up to four rows and columns has its numbers in the cells of its map; others have a scale below.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Array, Shape, Value, shape_of
from core.base.lazy_numpy import np
from core.figure.options import Options
from core.figure.sizes import Extent, extent
from core.math.mathtree import Digits, Math, Scripts, Sign, Table, Word, row
from core.math.typeset import named_column, number_math, value_math

LISTED = 4  # a vector of up to this many entries is set as a column of numbers
NUMBERED = 4  # a matrix of up to so many rows and columns has numbers in its cells
ENTRY_DIGITS = 3  # significant digits of the entries of an array, at most
CELL, LONGEST = 16.0, 64.0  # the side of a cell without a number at most, and of a whole map
CELL_ROOM = 8.0  # beside and above a number in its cell
BAR, BESIDE_BAR, ABOVE_SCALE = 22.0, 4.0, 3.0  # the scale's bar of colours, and the room around it
BESIDE_SCALE = 8.0  # between the scale and the shape
BAR_HEIGHT = 7.0
GROUND, BORDER = 2.5, 3.0  # how far the ground of a gradient reaches beside its text, and around its cells
LEAST_MARKED = 4.0  # the side of a cell that has a bar if it is negative and has no number
CHANNELS = 3  # of a picture in colours: red, green and blue


class Map(Struct, frozen=True, eq=False):
    """An array as coloured cells.

    values   the array
    size     the width and height of all cells
    text     the size of the text
    numbers  what stands in the cells, row by row, or nothing
    scale    the number that the strongest colour means, or None where there are numbers or true colours
    shape    the shape of the array, if it is shown
    largest  that number: the largest entry by its size
    picture  whether entries are brightness, from none to full, instead of values of two signs
    border   how far the ground behind its cells reaches around them: that of a gradient
    """

    values: Array
    size: Extent
    text: float
    numbers: tuple[tuple[Math, ...], ...] = ()
    scale: Math | None = None
    shape: Math | None = None
    largest: float = 1.0
    picture: bool = False
    border: float = 0.0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Map) or not np.array_equal(self.values, other.values, equal_nan=True):
            return False
        others = [name for name in self.__struct_fields__ if name != "values"]
        return all(getattr(self, name) == getattr(other, name) for name in others)

    @property
    def in_colours(self) -> bool:
        """Whether it is a picture whose channels are red, green and blue."""
        return self.picture and len(self.values) == CHANNELS and self.values.ndim == 3

    @property
    def range(self) -> tuple[float, float]:
        """The shares at both ends of the scale: it has no colours that no entry can have."""
        return -1.0 if np.any(self.values < 0) else 0.0, 1.0 if self.largest else 0.0

    @property
    def extent(self) -> Extent:
        """The room of the cells, their border and what stands below them."""
        width, height = self.size
        return _above_foot((width + 2 * self.border, height + 2 * self.border), self.foot)

    @property
    def foot(self) -> Extent:
        """How wide and high what stands below the cells is."""
        return _foot(self.scale, self.shape, self.text)

    @property
    def tiles(self) -> tuple[int, int]:
        """How many pictures the array is drawn as, down and across."""
        return (1, 1) if self.in_colours else heat_tiles(self.values.shape)

    @property
    def shares(self) -> Array:
        """The cells as shares of the largest entry, from −1 to 1; what is no number stays none."""
        with np.errstate(invalid="ignore"):
            found = self.cells / (self.largest or 1.0)
        return np.asarray(np.clip(found, -1.0, 1.0))

    def thinned(self, most: int) -> Array:
        """The shares of every n-th row and column, so that there are about `most` cells or fewer."""
        rows, columns = self.shares.shape[:2]
        stride = max(1, math.ceil(math.sqrt(rows * columns / most)))
        return self.shares[::stride, ::stride]

    @property
    def cells(self) -> Array:
        """The entries in rows and columns; of a picture in colours three at each place."""
        return np.moveaxis(self.values, 0, -1) if self.in_colours else heat_cells(self.values)


def negative_bar(side: float) -> Extent:
    """How wide and high the bar is in a cell that is negative."""
    return 0.4 * side, max(0.1 * side, 0.7)


class Written(Struct, frozen=True):
    """A value as it is written: a formula of a size with a ground that reaches beside it, or a map."""

    size: float
    math: Math | None
    map: Map | None = None
    ground: float = 0.0

    @property
    def extent(self) -> Extent:
        """The room it takes, estimated."""
        if self.map:
            return self.map.extent
        assert self.math is not None
        width, height = extent(self.math, self.size)
        return width + 2 * self.ground, height


def written(
    value: Value,
    options: Options,
    picture: bool = False,
    on_ground: bool = False,
    classes: Sequence[str] = (),
) -> Written:
    """Write a value.

    Args:
        value: a number or an array.
        options: its digits, of which the entries of an array have at most three, and the size of its text.
        picture: whether an array may be shown as a picture, which it is if no entry is negative.
        on_ground: whether it is a gradient, with a ground behind it: the layout keeps room for that where an
            edge runs beside it, down, and around cells.
        classes: what the entries of a vector are called, which is written beside them.
    """
    shape, sizes, few = shape_of(value), options.sizes, min(options.digits, ENTRY_DIGITS)
    ground = _ground(options) if on_ground else 0.0
    if not shape:
        return Written(sizes.label, value_math(value, options.digits), ground=ground)
    if is_listed(shape) or classes:
        column = named_column(value, few, classes) if classes else value_math(value, few)
        if options.shapes:
            column = Scripts(column, sub=_shape(shape))
        return Written(sizes.small, column, ground=ground)
    shown = _map(np.asarray(value, dtype=np.float64), few, sizes.small, picture)
    shown = replace(shown, border=BORDER) if on_ground else shown
    return Written(sizes.small, None, replace(shown, shape=_shape(shape)) if options.shapes else shown)


def small_gradient(math: Math, options: Options) -> Written:
    """Small text on the ground of a gradient."""
    return Written(options.sizes.small, math, ground=_ground(options))


def _ground(options: Options) -> float:
    """The room that is kept for the ground beside the text of a gradient."""
    return GROUND if options.down else 0.0


def _shape(shape: Shape) -> Math:
    """A shape as it is written: `2×3`."""
    return Word("×".join(map(str, shape)), "ord")


def _map(values: Array, digits: int, text: float, picture: bool) -> Map:
    finite = np.isfinite(values)
    largest = float(np.max(np.abs(values), where=finite, initial=0.0))
    in_colours = values.ndim == 3 and len(values) == CHANNELS
    picture = picture and (values.ndim == 2 or in_colours) and bool(np.all(finite & (values >= 0)))
    if picture:
        largest = max(largest, 1.0)
    if picture and in_colours:
        return Map(values, heat_extent(values.shape[1:]), text, largest=largest, picture=True)
    if is_numbered(values.shape):
        numbers = tuple(tuple(number_math(float(entry), digits) for entry in line) for line in values)
        return Map(values, _numbered_extent(numbers, text), text, numbers, largest=largest, picture=picture)
    scale: Math = number_math(largest, digits)
    if not picture and np.any(values < 0):
        scale = row(Sign("±", "ord"), scale)
    return Map(values, heat_extent(values.shape), text, scale=scale, largest=largest, picture=picture)


def _numbered_extent(numbers: tuple[tuple[Math, ...], ...], text: float) -> Extent:
    """Cells as wide as the widest number, of one size."""
    sizes = [extent(number, text) for line in numbers for number in line]
    wide, high = (max(size[axis] for size in sizes) + CELL_ROOM for axis in (0, 1))
    return max(wide, high) * len(numbers[0]), high * len(numbers)


def _foot(scale: Math | None, shape: Math | None, text: float) -> Extent:
    """How wide and high the scale and the shape are that stand below the cells, side by side."""
    parts = [extent(part, text) for part in (scale, shape) if part]
    beside = (BAR + BESIDE_BAR if scale else 0.0) + (BESIDE_SCALE if scale and shape else 0.0)
    return sum(part[0] for part in parts) + beside, max((part[1] for part in parts), default=0.0)


def _above_foot(cells: Extent, foot: Extent) -> Extent:
    return (max(cells[0], foot[0]), cells[1] + ABOVE_SCALE + foot[1]) if foot[1] else cells


def is_listed(shape: Shape) -> bool:
    """Whether an array is small enough to be shown as a column of numbers."""
    return len(shape) == 1 and shape[0] <= LISTED


def is_numbered(shape: Shape) -> bool:
    """Whether an array is small enough to have numbers in the cells of its map."""
    return len(shape) == 2 and max(shape) <= NUMBERED


def least_extent(shape: Shape, options: Options, classes: Sequence[str] = ()) -> Extent:
    """The room that a value of a shape takes at least: a number as wide as `−0.0000` with as many digits.

    The cells of a matrix are as wide as one digit at least.
    """
    sizes, digits = options.sizes, options.digits
    if not shape:
        return extent(Digits(f"−0.{'0' * digits}"), sizes.label)
    entry = Digits(f"−0.{'0' * min(digits, ENTRY_DIGITS)}")
    if classes:
        return extent(Table(tuple((Word(name, "ord"), entry) for name in classes)), sizes.small)
    if is_listed(shape):
        return extent(Table(((entry,),) * shape[0]), sizes.small)
    if is_numbered(shape):
        return _numbered_extent(((Digits("0"),) * shape[1],) * shape[0], sizes.small)
    return _above_foot(heat_extent(shape), _foot(entry, None, sizes.small))


def heat_extent(shape: Shape) -> Extent:
    """How large an array's cells are drawn: squares of at most 16, all at least 6 points high and wide."""
    down, across = heat_tiles(shape)
    rows, columns = (down * shape[-2], across * shape[-1]) if len(shape) > 1 else (shape[0], 1)
    cell = min(CELL, LONGEST * math.sqrt(min(down, across)) / max(rows, columns))
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
    """An array as the rows and columns of its map: a vector is a column, pictures stand in tiles."""
    if values.ndim < 3:
        return values.reshape(len(values), -1)
    down, across = heat_tiles(values.shape)
    tiles = values.reshape(-1, *values.shape[-2:])
    empty = np.zeros((down * across - len(tiles), *tiles.shape[1:]))
    grid = np.concatenate([tiles, empty]).reshape(down, across, *tiles.shape[1:])
    return grid.transpose(0, 2, 1, 3).reshape(down * tiles.shape[1], across * tiles.shape[2])

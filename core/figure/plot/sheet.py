"""What stands where on a sheet that shows a plot, in points from its upper left corner."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from core.base.arrays import Array
from core.figure.plot.facts import Axis, Role, Shape
from core.math.mathtree import Math

Anchor = Literal["left", "middle", "right"]


class Raster(Struct, frozen=True, eq=False):
    """Colours in a rectangle: shares (rows, columns) or (rows, columns, classes), the first row on top.

    `pale` colours are so strong next to those of the scale. Those `inked` are shares of ink, from 0 to 1.
    """

    key: str
    x: float
    y: float
    width: float
    height: float
    shares: Array
    smooth: bool = True
    pale: float = 1.0
    inked: bool = False


class Line(Struct, frozen=True, eq=False):
    """A line through points (n, 2); NaN leaves a gap. Of `pairs` each two points are a line of their own."""

    key: str
    points: Array
    role: Role
    width: float
    dashed: bool = False
    pairs: bool = False


class Symbol(Struct, frozen=True):
    """A point of a width; its colour is that of a role or of a share on the scale. `row` is its example."""

    key: str
    x: float
    y: float
    size: float
    shape: Shape
    filled: bool
    role: Role
    share: float = 0.0
    ring: bool = False
    row: int = -1


class Text(Struct, frozen=True):
    """A formula whose baseline is at y; x is its left end, its middle or its right end.

    One that stands `on` the colour of a share has the ink that can be read there. That of a cell has its
    `entry`, the row and the column.
    """

    key: str
    x: float
    y: float
    math: Math
    size: float
    role: Role = "ink"
    anchor: Anchor = "left"
    on: float | None = None
    entry: tuple[int, int] | None = None


class Tile(Struct, frozen=True):
    """A rectangle with the colour of a share on the scale, with an outline or both; of a cell its `entry`."""

    key: str
    x: float
    y: float
    width: float
    height: float
    share: float | None = None
    outline: Role = ""
    entry: tuple[int, int] | None = None


Placed = Raster | Line | Symbol | Text | Tile


class Frame(Struct, frozen=True):
    """The rectangle of a plot's axes, and what is where in it."""

    x: float
    y: float
    width: float
    height: float
    across: Axis
    up: Axis

    def values(self, x: float, y: float) -> tuple[float, float] | None:
        """What is at a place of the sheet, or None outside."""
        right, down = (x - self.x) / self.width, (y - self.y) / self.height
        if not (0 <= right <= 1 and 0 <= down <= 1):
            return None
        return _between(self.across, right), _between(self.up, 1 - down)


def _between(axis: Axis, share: float) -> float:
    if axis.log:
        return float(axis.low * (axis.high / axis.low) ** share)
    return axis.low + share * (axis.high - axis.low)


class Cells(Struct, frozen=True, eq=False):
    """The rectangle of a matrix, its entries, and the numbers of the examples that its rows are, if any.

    One that may be chosen as a whole has its `number`, others −1.
    """

    key: str
    x: float
    y: float
    width: float
    height: float
    values: Array
    examples: tuple[int, ...] = ()
    number: int = -1

    def rectangle(self, place: tuple[int, int]) -> tuple[float, float, float, float]:
        """Where an entry stands: x, y, width and height; of what is chosen as a whole, all of it."""
        if self.number >= 0 or len(self.examples) == 1 < len(self.values):
            return self.x, self.y, self.width, self.height
        high, wide = self.height / self.values.shape[0], self.width / self.values.shape[1]
        return self.x + place[1] * wide, self.y + place[0] * high, wide, high

    def example(self, row: int) -> int | None:
        """The number of the example that a row is, or belongs to; None where it is none."""
        if not self.examples:
            return None
        return self.examples[row if len(self.examples) == len(self.values) else 0]

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and the column at a place of the sheet, or None outside."""
        right, down = (x - self.x) / self.width, (y - self.y) / self.height
        if not (0 <= right < 1 and 0 <= down < 1):
            return None
        rows, columns = self.values.shape
        return int(down * rows), int(right * columns)


class Sheet(Struct, frozen=True, eq=False):
    """A sheet with its parts, the lowest first; `height` is what it takes, which may be less than it had."""

    width: float
    height: float
    parts: tuple[Placed, ...]
    frame: Frame | None = None
    cells: tuple[Cells, ...] = ()

    def nearest(self, x: float, y: float, reach: float) -> Symbol | None:
        """The point of an example that is nearest to a place, at most so far away."""
        found = [
            (distance, part)
            for part in self.parts
            if isinstance(part, Symbol) and part.row >= 0
            if (distance := (part.x - x) ** 2 + (part.y - y) ** 2) <= reach**2
        ]
        return min(found, key=lambda one: one[0])[1] if found else None

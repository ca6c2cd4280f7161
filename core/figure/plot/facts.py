"""What a plot shows, in the units of what it shows: no colours, no pixels."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from core.base.arrays import Array
from core.math.mathtree import Math

Range = tuple[float, float]
Shape = Literal[
    "circle", "triangle", "square", "diamond", "down", "pentagon", "star", "cross", "plus", "hexagon"
]
SHAPES: tuple[Shape, ...] = (
    *("circle", "triangle", "square", "diamond", "down"),
    *("pentagon", "star", "cross", "plus", "hexagon"),
)
"""The shapes of points, by their class."""
Role = str
"""What a colour is for: one of the theme's, such as `ink` or `local`, or `class 3`."""


class Axis(Struct, frozen=True):
    """From which number to which an axis goes, what it is called, and whether it is logarithmic."""

    low: float
    high: float
    name: Math | None = None
    log: bool = False


class Scale(Struct, frozen=True):
    """What the colours of signed numbers mean: paper at `middle`, the strongest at `span` from it."""

    middle: float
    span: float
    name: Math | None = None

    def shares(self, values: Array) -> Array:
        """Numbers as shares of the strongest colours, from −1 to 1; NaN stays."""
        found: Array = ((values - self.middle) / self.span).clip(-1, 1)
        return found


class Field(Struct, frozen=True, eq=False):
    """Colours over a rectangle of the plane; the first row is the lowest.

    shares  (rows, columns) numbers from −1 to 1, or (rows, columns, classes) shares that add up to 1;
            a number stands for the colour at its own place, the outermost ones at the edges
    """

    shares: Array
    across: Range
    up: Range


class Curve(Struct, frozen=True, eq=False):
    """A line through points (n, 2); NaN leaves a gap. Of `pairs` each two points are a line of their own."""

    key: str
    points: Array
    role: Role = "ink"
    width: float = 1.4
    dashed: bool = False
    pairs: bool = False


class Points(Struct, frozen=True, eq=False):
    """Points of one look.

    at      (n, 2) where they are
    rows    (n,) the numbers of the examples that they are, or empty
    shares  (n,) their colours on the scale of the field, from −1 to 1; empty where `role` says the colour
    size    their width, next to that of usual points
    """

    key: str
    at: Array
    rows: Array
    shares: Array
    shape: Shape = "circle"
    filled: bool = True
    role: Role = ""
    size: float = 1.0
    ring: bool = False


class Note(Struct, frozen=True):
    """A mark at a place of the horizontal axis, with what happened there."""

    at: float
    text: str


class Entry(Struct, frozen=True):
    """A line of the legend: a point or, without a shape, a piece of line."""

    text: str
    role: Role = "ink"
    shape: Shape | None = None
    filled: bool = True
    dashed: bool = False
    ring: bool = False


class Said(Struct, frozen=True):
    """A piece of text in the title's line, behind a piece of the line that it is of, if there is one."""

    text: str
    role: Role = "ink"
    line: Literal["", "solid", "dashed"] = ""


class Arrows(Struct, frozen=True, eq=False):
    """Arrows in the direction, as it is seen, in which something grows fastest; the steeper the longer.

    at      (n, 2) where they begin
    slopes  (n, 2) by how much it grows for each unit of the two axes
    """

    key: str
    at: Array
    slopes: Array
    role: Role = "ink"
    width: float = 1.4


Layer = Field | Curve | Points | Arrows


class Plot(Struct, frozen=True, eq=False):
    """Layers above two axes, the lowest first.

    key     what it is of, such as `boundary`
    scale   the scale of the colours, which stands in the title's line
    pale    how strong the colours of fields are, so that points can be told from them
    square  whether both axes are equally long
    said    numbers at the right of the title's line
    notes   marks at the horizontal axis
    empty   what is said where there is nothing to be seen yet
    """

    key: str
    title: str
    across: Axis
    up: Axis
    layers: tuple[Layer, ...]
    scale: Scale | None = None
    pale: float = 1.0
    square: bool = False
    said: tuple[Said, ...] = ()
    notes: tuple[Note, ...] = ()
    legend: tuple[Entry, ...] = ()
    empty: str = ""


class Matrix(Struct, frozen=True, eq=False):
    """Numbers in cells with their colours.

    values    (rows, columns)
    written   whether each cell has its number
    rows      the names of the rows, or none
    columns   the names of the columns, or none
    picture   whether it is seen as a picture, whose cells have no lines between them
    inked     whether the numbers of a picture are shares of ink, from 0 to 1
    scale     which of the scales its colours are of
    shares    (rows, columns) the colours of the cells, from −1 to 1, where they are not those of a scale
    cells     what is written in the cells in place of the numbers, None for nothing
    ends      what stands behind each row, or nothing
    below     what stands below a picture
    examples  the numbers of the examples that its rows are, or the one that a picture is
    framed    the cells with a frame around them: the first row and column, and those after the last
    number    its number among those of which one may be chosen; −1 where none is
    """

    key: str
    name: Math | None
    values: Array
    written: bool = True
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    picture: bool = False
    inked: bool = False
    scale: int = 0
    shares: Array | None = None
    cells: tuple[tuple[Math | None, ...], ...] = ()
    ends: tuple[str, ...] = ()
    below: Math | None = None
    examples: tuple[int, ...] = ()
    framed: tuple[int, int, int, int] | None = None
    number: int = -1


class Matrices(Struct, frozen=True, eq=False):
    """Matrices one behind the other in rows.

    title   may be empty where a tab or a heading shows it
    scales  what the colours mean, in the title's line; none where they are explained otherwise
    said    the texts beside the title
    empty   what is said where there is nothing to be seen
    across  how many pictures stand side by side, where they have room; 0 is as many as have room
    """

    key: str
    title: str
    matrices: tuple[Matrix, ...]
    scales: tuple[Scale, ...] = ()
    said: tuple[Said, ...] = ()
    empty: str = ""
    across: int = 0


class Small(Struct, frozen=True, eq=False):
    """One of several small plots: a curve (n, 2) of a colour, its name, and a number beside that."""

    key: str
    name: Math
    points: Array
    role: Role = "ink"
    number: float | None = None


class Multiples(Struct, frozen=True, eq=False):
    """Small plots with the same axes, one behind the other in rows."""

    key: str
    title: str
    across: Axis
    up: Axis
    plots: tuple[Small, ...]
    said: tuple[Said, ...] = ()


View = Plot | Matrices | Multiples

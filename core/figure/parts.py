"""What a figure consists of: boxes, arrows and labels, each with its mood. No colours, no pixels."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from core.base.arrays import Array
from core.figure.options import Sizes
from core.figure.values import Map
from core.graph.graph import Edge
from core.layout import Point, Route
from core.math.mathtree import Math

Mood = Literal["idle", "active", "receiving", "done"]
Role = Literal[
    "value", "gradient", "contribution", "sum", "name", "note", "formula", "rule", "numbers", "counter"
]


class OverPlane(Struct, frozen=True, eq=False):
    """What a node computes over a plane.

    shares   (rows, columns) from −1 to 1, the first row on top; NaN where it is no finite number
    largest  the number that the strongest colour means
    """

    shares: Array
    largest: float


class Box(Struct, frozen=True):
    """One node: a circle or pill with a symbol, or the plain name of an input, or a map in their place.

    Its symbol is text of a `size`. A second ring marks the `chosen` output, where the backward pass starts in
    place of the program's own. A `note` is the user's. The map shows what it computes `over` a plane; its
    `bias` is a share of the largest one, from −1 to 1.
    """

    node: str
    kind: Literal["input", "operation"]
    centre: Point
    width: float
    height: float
    symbol: Math
    size: float
    mood: Mood = "idle"
    backward: bool = False
    chosen: bool = False
    note: str = ""
    over: OverPlane | None = None
    bias: float | None = None


class Arrow(Struct, frozen=True):
    """One edge of the graph to a drawn node, or the arrow on which an output leaves (to none, port −1).

    In the backward pass the gradient may be that of the weight `beside` it: then nothing comes back along it.
    Where its `weight` is seen it is a share of the largest one, from −1 to 1.
    """

    edge: Edge
    route: Route
    target: str
    mood: Mood = "idle"
    backward: bool = False
    beside: bool = False
    weight: float | None = None

    @property
    def way(self) -> Route:
        """The route as the arrow points: against the edge while a gradient comes back on it."""
        return self.route.reversed if self.points_back else self.route

    @property
    def points_back(self) -> bool:
        """Whether a gradient comes back along it."""
        return self.backward and not self.beside


IDLE = 0.72  # how much of a line's colour there is in lines on which nothing has come yet, and in frames
THINNEST, THICKEST = 1.0, 9.0  # edges that show weights
STRENGTH = 0.72  # how much of its colour there is in one
BIAS = 12.0  # the side of the square of a bias, in the lower left corner of a map
MAP_FRAME = 1.2  # the width of the line around a map


def weight_width(share: float) -> float:
    """How wide an edge is that shows a weight, as a share of the largest one."""
    return THINNEST + (THICKEST - THINNEST) * abs(share)


class Label(Struct, frozen=True):
    """Text or a map at a point: `below` says whether it hangs under the point or stands on it.

    A contribution comes back on an `edge`; a formula, a rule, its numbers and a counter belong to no node.
    """

    node: str
    role: Role
    at: Point
    size: float
    math: Math | None = None
    map: Map | None = None
    extent: tuple[float, float] = (0.0, 0.0)
    below: bool = False
    centred: bool = True
    edge: Edge | None = None


class Part(Struct, frozen=True):
    """What is seen of a node: its box, the arrows that arrive and that of an output, and its labels."""

    box: Box
    arrows: tuple[Arrow, ...]
    labels: tuple[Label, ...]


class Frame(Struct, frozen=True):
    """What was unfolded, in a frame: its key, the node it makes, and as a title what it stands for."""

    key: str
    node: str
    title: Math
    size: float
    left: float
    top: float
    width: float
    height: float


class Figure(Struct, frozen=True):
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    labels: tuple[Label, ...]
    sizes: Sizes
    frames: tuple[Frame, ...] = ()

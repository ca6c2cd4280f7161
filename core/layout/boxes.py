"""What the layout knows of a node's box: its size, its outline, and where arrows meet it."""

from __future__ import annotations

import math

from msgspec import Struct

from core.layout.curves import Point


class Stretch(Struct, frozen=True):
    """A level piece of an edge, and the heights kept free above and below it for what is written there."""

    length: float = 0.0
    above: float = 0.0
    below: float = 0.0


class Space(Struct, frozen=True):
    """What is kept free around a box: to its left, above and below it, and beside the edge that leaves it.

    What is no wider than the box stands at its `top` and `bottom`; other things stand `above` and `below` all
    that arrives. A value leaves on its `stem`, which is level.
    """

    left: float = 0.0
    above: float = 0.0
    below: float = 0.0
    stem: Stretch = Stretch()
    top: float = 0.0
    bottom: float = 0.0


class Box(Struct, frozen=True):
    """The size of a node's box and the space around it; a `round` one is a circle, or longer with round ends.

    A box around other boxes is met where its `entries` are, from top to bottom, and left at its `exit`, both
    measured from the centre.
    """

    width: float
    height: float
    round: bool
    space: Space = Space()
    entries: tuple[float, ...] = ()
    exit: float = 0.0

    @property
    def holds_others(self) -> bool:
        """Whether this is a box around other boxes."""
        return bool(self.entries)

    @property
    def above(self) -> float:
        """How far above its centre nothing else may stand."""
        return max(self.height / 2 + max(self.space.above, self.space.top), self.space.stem.above)

    @property
    def below(self) -> float:
        """How far below its centre nothing else may stand."""
        return max(self.height / 2 + max(self.space.below, self.space.bottom), self.space.stem.below)

    @property
    def left(self) -> float:
        """How far to the left of its centre nothing else may stand."""
        return self.width / 2 + self.space.left

    @property
    def right(self) -> float:
        """How far to the right of its centre the stem ends."""
        return self.width / 2 + self.space.stem.length

    def outline(self, y: float) -> Point:
        """The point of the outline on the left, so far below the centre; from the centre."""
        if not self.round:
            return -self.width / 2, y
        turn = min(self.width, self.height) / 2
        # between its round ends a box higher than wide is straight
        past = max(abs(y) - (self.height / 2 - turn), 0.0)
        return turn - self.width / 2 - math.sqrt(max(turn * turn - past * past, 0.0)), y

    def slope(self, y: float) -> float:
        """The slope of an arrow that meets the outline there pointing to the centre; 0 at a square box."""
        return y / self.outline(y)[0] if self.round else 0.0


class Span(Struct, frozen=True):
    """A rectangle: x from `left` to `right`, y from `top` to `bottom`."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def of_all(cls, centre: Point, box: Box) -> Span:
        """The rectangle of a box at a place together with the space around it."""
        x, y = centre
        return cls(x - box.left, y - box.above, x + box.right, y + box.below)

    def with_other(self, other: Span) -> Span:
        """The rectangle around both."""
        lows = min(self.left, other.left), min(self.top, other.top)
        return Span(*lows, max(self.right, other.right), max(self.bottom, other.bottom))

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def flipped(self) -> Span:
        """The rectangle with x and y exchanged."""
        return Span(self.top, self.left, self.bottom, self.right)

    def grown(self, by: float) -> Span:
        """The rectangle with a margin."""
        return Span(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def shifted(self, dx: float, dy: float) -> Span:
        """The rectangle elsewhere."""
        return Span(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def holds(self, point: Point) -> bool:
        """Whether the point lies inside, not on the border."""
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom

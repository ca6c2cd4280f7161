"""What the layout knows of a node's box: its size, its outline, and where arrows meet it."""

from __future__ import annotations

import math

from msgspec import Struct

from core.layout.curves import Point

# over how much of the left side arrows arrive: of a round box an angle, of others a share of the height
_ARC = math.radians(130)
_SHARE = 0.9


class Box(Struct, frozen=True):
    """The size of a node's box; the outline is an ellipse if it is `round`.

    A box around other boxes is met where its `entries` are, from top to bottom, and left at its `exit`, both
    measured from the centre.
    """

    width: float
    height: float
    round: bool
    entries: tuple[float, ...] = ()
    exit: float = 0.0

    @property
    def holds_others(self) -> bool:
        """Whether this is a box around other boxes."""
        return bool(self.entries)

    def arrival(self, lean: float) -> Point:
        """Where an arrow of this lean (-1/2 top to 1/2 bottom) meets the box, from its centre."""
        if self.entries:
            return -self.width / 2, self.entries[round((lean + 0.5) * len(self.entries) - 0.5)]
        if self.round:
            angle = lean * _ARC
            return -self.width / 2 * math.cos(angle), self.height / 2 * math.sin(angle)
        return -self.width / 2, self.height * _SHARE * lean

    def slope(self, lean: float) -> float:
        """The slope of an arrow that arrives pointing to the centre of a round box; 0 at a square one."""
        if not self.round:
            return 0.0
        dx, dy = self.arrival(lean)
        return dy / dx


class Span(Struct, frozen=True):
    """A rectangle: x from `left` to `right`, y from `top` to `bottom`."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, centre: Point, box: Box) -> Span:
        """The rectangle of a box at a place."""
        (x, y), w, h = centre, box.width / 2, box.height / 2
        return cls(x - w, y - h, x + w, y + h)

    def higher(self, above: float, below: float) -> Span:
        """The rectangle with more height above and below."""
        return Span(self.left, self.top - above, self.right, self.bottom + below)

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

    def grown(self, by: float) -> Span:
        """The rectangle with a margin."""
        return Span(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def shifted(self, dx: float, dy: float) -> Span:
        """The rectangle elsewhere."""
        return Span(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def holds(self, point: Point) -> bool:
        """Whether the point lies inside, not on the border."""
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom

"""The shape of an edge: a chain of cubic Bézier pieces, walked by arc length.

Reading order: Point, Route, point_at (where a token is). Lengths are in the units of the box sizes; y grows
downwards.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import cast

from msgspec import Struct

Point = tuple[float, float]
Piece = tuple[Point, Point, Point]
Cubic = tuple[Point, Point, Point, Point]  # a piece together with the point it starts from

# chords per piece when a curve is measured: their length is then right to about a tenth of a per cent
_CHORDS = 16


class Route(Struct, frozen=True):
    """The way of one edge: from `start` along cubic pieces, each (first control, second control, end)."""

    start: Point
    pieces: tuple[Piece, ...]

    @property
    def end(self) -> Point:
        """The point where the arrow's tip sits."""
        return self.pieces[-1][2] if self.pieces else self.start

    @property
    def reversed(self) -> Route:
        """The same way from its end to its start."""
        pieces = tuple((second, first, start) for start, first, second, _ in self.cubics())
        return Route(self.end, pieces[::-1])

    def shifted(self, dx: float, dy: float) -> Route:
        """The same way elsewhere."""
        if not dx and not dy:
            return self
        pieces = tuple(
            ((ax + dx, ay + dy), (bx + dx, by + dy), (cx + dx, cy + dy))
            for (ax, ay), (bx, by), (cx, cy) in self.pieces
        )
        return Route((self.start[0] + dx, self.start[1] + dy), pieces)

    @property
    def flipped(self) -> Route:
        """The way with x and y exchanged."""
        pieces = tuple(tuple((y, x) for x, y in piece) for piece in self.pieces)
        return Route((self.start[1], self.start[0]), cast(tuple[Piece, ...], pieces))

    @property
    def hull(self) -> tuple[Point, Point]:
        """The corners, upper left and lower right, of a rectangle that surely holds the curve."""
        points = [self.start, *(point for piece in self.pieces for point in piece)]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return (min(xs), min(ys)), (max(xs), max(ys))

    def cubics(self) -> Iterator[Cubic]:
        """Every piece together with the point it starts from."""
        start = self.start
        for first, second, end in self.pieces:
            yield start, first, second, end
            start = end

    def sampled(self, chords: int = _CHORDS) -> list[Point]:
        """Points on the curve, `chords` + 1 per piece, the joints once."""
        points = [self.start]
        for (ax, ay), (bx, by), (cx, cy), (dx, dy) in self.cubics():
            for i in range(1, chords + 1):
                t = i / chords
                s = 1 - t
                a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
                points.append((a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy))
        return points


def halves(cubic: Cubic) -> tuple[Cubic, Cubic]:
    """The two halves of a piece, by de Casteljau's construction."""
    a, b, c, d = cubic
    ab, bc, cd = _middle(a, b), _middle(b, c), _middle(c, d)
    abc, bcd = _middle(ab, bc), _middle(bc, cd)
    middle = _middle(abc, bcd)
    return (a, ab, abc, middle), (middle, bcd, cd, d)


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def straight(start: Point, end: Point) -> Route:
    """The straight way between two points."""
    (ax, ay), (bx, by) = start, end
    first, second = (ax + (bx - ax) / 3, ay + (by - ay) / 3), (bx - (bx - ax) / 3, by - (by - ay) / 3)
    return Route(start, ((first, second, end),))


def joined(parts: Sequence[Route]) -> Route:
    """Routes of which each begins where the one before ends, as one."""
    return Route(parts[0].start, tuple(piece for part in parts for piece in part.pieces))


@lru_cache(maxsize=4096)
def _measured(route: Route) -> tuple[tuple[Point, ...], tuple[float, ...]]:
    """The sampled points of a route and the length of the way up to each of them."""
    points = route.sampled()
    lengths = [0.0]
    for a, b in pairwise(points):
        lengths.append(lengths[-1] + math.dist(a, b))
    return tuple(points), tuple(lengths)


def point_at(route: Route, t: float) -> Point:
    """The point after the share `t` (0 to 1, clipped) of the route's length."""
    points, lengths = _measured(route)
    want = min(max(t, 0.0), 1.0) * lengths[-1]
    after = min(bisect_right(lengths, want), len(points) - 1)
    if after == 0:
        return points[0]
    (ax, ay), (bx, by) = points[after - 1], points[after]
    length = lengths[after] - lengths[after - 1]
    share = min((want - lengths[after - 1]) / length, 1.0) if length else 0.0
    return ax + share * (bx - ax), ay + share * (by - ay)

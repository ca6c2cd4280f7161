"""The shape of an edge: a chain of cubic Bézier pieces, walked by arc length.

Reading order: Point, Route, point_at (where a token is), label_spot (where a value can be read).
Lengths are in the units of the box sizes; y grows downwards.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

Point = tuple[float, float]
Piece = tuple[Point, Point, Point]

# chords per piece when a curve is measured: their length is then right to about a tenth of a per cent
_CHORDS = 16


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one edge: from `start` along cubic pieces, each (first control, second control, end)."""

    start: Point
    pieces: tuple[Piece, ...]

    @property
    def end(self) -> Point:
        """The point where the arrow's tip sits."""
        return self.pieces[-1][2] if self.pieces else self.start

    def cubics(self) -> Iterator[tuple[Point, Point, Point, Point]]:
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


def label_spot(route: Route, size: tuple[float, float]) -> Point:
    """The point of the route above and below which a label of `size` (width, height) is read best.

    The route is level over the label's width there, or as level as it gets; the label keeps away from the boxes at
    both ends, and among equally good places the one nearest the middle is taken.
    """
    width, height = size
    points, lengths = _measured(route)
    total = lengths[-1]
    places = 33

    def badness(share: float) -> float:
        x, y = point_at(route, share)
        left, right = x - width / 2, x + width / 2
        inside = [py for px, py in points if left <= px <= right]
        rise = max((abs(py - y) for py in inside), default=0.0)
        overhang = _overhang(route, left, right)
        return rise + 2 * overhang + height * abs(share - 0.5)

    if total == 0:
        return route.start
    return point_at(route, min((i / (places - 1) for i in range(places)), key=badness))


def _overhang(route: Route, left: float, right: float) -> float:
    """How far the span `left` to `right` reaches beyond the route's ends."""
    low, high = sorted((route.start[0], route.end[0]))
    return max(low - left, 0.0) + max(right - high, 0.0)

"""Where along their edges values and gradients are written, so that they cover neither boxes nor one another.

Every label has a few candidate places on its edge; one after the other chooses the place that hides least.
The choice depends on the drawing alone, so labels do not wander from step to step.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.dataclass import dataclass, replace
from core.layout import Point, Route, point_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rect = tuple[float, float, float, float]  # left, top, right, bottom
CLEAR = 4.0  # between a label and its edge
OVER_BOX, OVER_LABEL, OVER_CURVE, FAR, OTHER_SIDE = 6.0, 4.0, 24.0, 0.3, 0.5
BETWEEN_POINTS = 10.0  # of a curve that is looked at


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place for a label of a width: `above` and `below` are the heights needed on both sides of the edge.

    `shares` are candidate places along the edge, the preferred first. A label that may stand on `either`
    side goes above where it would cover too much below.
    """

    key: tuple[str, int]
    route: Route
    width: float
    above: float
    below: float
    shares: Sequence[float]
    either: bool = False

    @property
    def turned(self) -> Wanted:
        """The same label on the other side of its edge."""
        return replace(self, above=self.below, below=self.above)


class Spot(NamedTuple):
    """Where on its edge a label is centred, and whether what belongs below it stands there."""

    x: float
    below: bool = True


def near_source(route: Route, width: float, beyond: float = 0.0) -> list[float]:
    """Candidates from just behind the source to the middle, where a level edge leaves room for a label.

    What lies `beyond` a frame around the source begins so far behind it.
    """
    left, right = sorted((route.start[0], route.end[0]))
    reach = max(right - left, 1.0)
    begin = beyond / reach
    first = begin + min(0.5 * (1 - begin), (width / 2 + 5) / reach)
    others = (begin + share * (1 - begin) for share in (0.4, 0.5, 0.6, 0.3, 0.7))
    return [first, *(share for share in others if abs(share - first) > 0.05)]


MIDDLE = (0.55, 0.45, 0.65, 0.35, 0.75, 0.25)
NEAR_END = (0.75, 0.65, 0.8, 0.55, 0.45, 0.35)


def where_alone(route: Route, routes: Iterable[Route]) -> list[float]:
    """Candidates in the middle of an edge; where it first goes along with others, nearer to its own end."""
    begin = max(_shared(route, other) for other in routes if other is not route)
    return [begin + share * (1 - begin) for share in (NEAR_END if begin else MIDDLE)]


def _shared(route: Route, other: Route) -> float:
    """How much of a route's way another one takes as well."""
    common = takewhile(lambda pair: pair[0] == pair[1], zip(route.pieces, other.pieces, strict=False))
    end = route.start
    for piece, _ in common:
        end = piece[2]
    return (end[0] - route.start[0]) / max(route.end[0] - route.start[0], 1.0)


def choose_spots(
    wanted: Iterable[Wanted], boxes: Sequence[Rect], routes: Sequence[Route]
) -> Mapping[tuple[str, int], Spot]:
    """For each label its place on its edge."""
    points = sorted(point for route in routes for point in _points(route)) or [(1e9, 1e9)]
    curves = np.ascontiguousarray(np.array(points).T)
    taken = [np.array(boxes or [(1e9,) * 4], dtype=float), np.empty((0, 4))]
    found: dict[tuple[str, int], Spot] = {}
    for want in wanted:
        sides = [(want, 0.0), (want.turned, OTHER_SIDE)] if want.either else [(want, 0.0)]
        choices = [
            (FAR * (rank + worse) * want.width + _hidden(side, share, taken, curves), share, side)
            for side, worse in sides
            for rank, share in enumerate(want.shares)
        ]
        _, best, side = min(choices, key=lambda choice: choice[0])
        taken[1] = np.vstack([taken[1], *(np.array([rect]) for rect in _rects(side, best))])
        found[want.key] = Spot(point_at(want.route, best)[0], side is want)
    return found


def _points(route: Route) -> Iterator[Point]:
    """Points on a curve, close enough that none of its stretches passes unseen below a label."""
    for start, first, second, end in route.cubics():
        chords = max(12, round(math.dist(start, end) / BETWEEN_POINTS))
        yield from Route(start, ((first, second, end),)).sampled(chords)


def climb(route: Route, x: float, width: float) -> float:
    """How far an edge climbs below a label of a width at x."""
    return beside(route, x, width, True)[1] - beside(route, x, width, False)[1] - 2 * CLEAR


def beside(route: Route, x: float, width: float, below: bool) -> Point:
    """The point above or below an edge at x that keeps a label of a width clear of the curve."""
    xs, ys = _line(route)
    away = np.abs(xs - x)
    passed = ys[away <= max(width / 2 + CLEAR, float(away.min()))]
    return (x, float(passed.max()) + CLEAR) if below else (x, float(passed.min()) - CLEAR)


@lru_cache(4096)
def _line(route: Route) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The xs and ys of points on a curve."""
    xs, ys = np.array(route.sampled()).T
    return xs, ys


def _rects(want: Wanted, share: float) -> list[Rect]:
    x = point_at(want.route, share)[0]
    left, right = x - want.width / 2, x + want.width / 2
    found = []
    if want.above:
        bottom = beside(want.route, x, want.width, False)[1]
        found.append((left, bottom - want.above, right, bottom))
    if want.below:
        top = beside(want.route, x, want.width, True)[1]
        found.append((left, top, right, top + want.below))
    return found


def _hidden(
    want: Wanted, share: float, taken: Sequence[NDArray[np.float64]], curves: NDArray[np.float64]
) -> float:
    """How much a label at a place would cover: boxes and labels by area, curves by points, sorted by x."""
    total = 0.0
    for left, top, right, bottom in _rects(want, share):
        for weight, others in ((OVER_BOX, taken[0]), (OVER_LABEL, taken[1])):
            wide = np.minimum(others[:, 2], right) - np.maximum(others[:, 0], left)
            high = np.minimum(others[:, 3], bottom) - np.maximum(others[:, 1], top)
            total += weight * float(np.maximum(wide, 0.0) @ np.maximum(high, 0.0)) / 20
        first, last = np.searchsorted(curves[0], (left, right))
        heights = curves[1, first:last]
        total += OVER_CURVE * float(np.count_nonzero((heights > top) & (heights < bottom)))
    return total

"""Where along their edges values and gradients are written, so that they cover neither boxes nor one another.

Every label has a few candidate places on its edge; one after the other chooses the place that hides least.
The choice depends on the drawing alone, so labels do not wander from step to step.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.dataclass import dataclass
from core.layout import Point, Route, point_at, points_on

Rect = tuple[float, float, float, float]  # left, top, right, bottom
CLEAR = 4.0  # between a label and its edge
OVER_BOX, OVER_LABEL, OVER_CURVE, FAR, OTHER_SIDE = 6.0, 4.0, 8.0, 0.35, 0.5


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
    def turned(self) -> "Wanted":
        """The same label on the other side of its edge."""
        return replace(self, above=self.below, below=self.above)


class Spot(NamedTuple):
    """Where on its edge a label is centred, and whether what belongs below it stands there."""

    x: float
    below: bool = True


def near_source(route: Route, width: float) -> list[float]:
    """Candidates from just behind the source to the middle, where a level edge leaves room for a label."""
    left, right = sorted((route.start[0], route.end[0]))
    reach = max(right - left, 1.0)
    first = min(0.5, (width / 2 + 5) / reach)
    return [first, *(share for share in (0.4, 0.5, 0.6, 0.3, 0.7) if abs(share - first) > 0.05)]


MIDDLE = (0.55, 0.45, 0.65, 0.35, 0.75, 0.25)


def choose_spots(
    wanted: Iterable[Wanted], boxes: Sequence[Rect], routes: Sequence[Route]
) -> Mapping[tuple[str, int], Spot]:
    """For each label its place on its edge."""
    curves = np.array([point for route in routes for point in route.sampled(12)] or [(1e9, 1e9)])
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


def beside(route: Route, x: float, width: float, below: bool) -> Point:
    """The point above or below an edge at x that keeps a label of a width clear of the curve."""
    passed = [py for px, py in points_on(route) if abs(px - x) <= width / 2 + CLEAR]
    if not passed:
        passed = [min(points_on(route), key=lambda point: abs(point[0] - x))[1]]
    return (x, max(passed) + CLEAR) if below else (x, min(passed) - CLEAR)


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
    """How much a label at a place would cover: boxes and labels by area, curves by points."""
    total = 0.0
    for rect in _rects(want, share):
        left, top, right, bottom = rect
        for weight, rects in ((OVER_BOX, taken[0]), (OVER_LABEL, taken[1])):
            wide = np.minimum(rects[:, 2], right) - np.maximum(rects[:, 0], left)
            high = np.minimum(rects[:, 3], bottom) - np.maximum(rects[:, 1], top)
            total += weight * float(np.sum(np.clip(wide, 0, None) * np.clip(high, 0, None))) / 20
        inside = (
            (curves[:, 0] > left) & (curves[:, 0] < right) & (curves[:, 1] > top) & (curves[:, 1] < bottom)
        )
        total += OVER_CURVE * float(np.count_nonzero(inside))
    return total

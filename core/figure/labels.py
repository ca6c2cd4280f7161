"""Where along their edges values and gradients are written, so that they cover neither boxes nor one another.

Every label has a few candidate places on its edge; one after the other chooses the place that hides least.
The choice depends on the drawing alone, so labels do not wander from step to step.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from core.base.slicing import Work
from core.layout import Cubic, Point, Route, halves, point_at, points_on

Rect = tuple[float, float, float, float]  # left, top, right, bottom
CLEAR = 4.0  # between a label and its edge
OVER_BOX, OVER_LABEL, OVER_CURVE, FAR, OTHER_SIDE = 6.0, 4.0, 24.0, 0.3, 0.5
BETWEEN_POINTS = 10.0  # of a curve that is looked at
CELL = 64.0  # the side of the square cells in which one looks for what is near
LONG = 512.0  # a curve that is looked at in parts
MOST_POINTS = 200_000  # of all curves; labels take no heed of those that are left
MOST_LOOKS = 20_000  # at points to see whether they strike labels, about 20 microseconds each
Cell = tuple[int, int]


class Wanted(Struct, frozen=True):
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
    """Where on its edge a label is centred, and whether what belongs below it stands there.

    `struck` says on which sides, above (False) or below (True), lines of other edges run through it.
    """

    x: float
    below: bool = True
    struck: frozenset[bool] = frozenset()


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


def where_alone(routes: Sequence[Route]) -> list[list[float]]:
    """Candidates on each of the edges that leave a box together.

    They are in the middle of an edge; where it first goes along with others, nearer to its own end.
    """
    begins = [0.0] * len(routes)
    # what two routes share is a beginning, so each shares most with its neighbours in this order
    for one, other in pairwise(sorted(range(len(routes)), key=lambda at: routes[at].pieces)):
        parts = _shared(routes[one], routes[other])
        for at, part in zip((one, other), parts, strict=True):
            begins[at] = max(begins[at], part)
    return [[begin + share * (1 - begin) for share in (NEAR_END if begin else MIDDLE)] for begin in begins]


def _shared(one: Route, other: Route) -> tuple[float, float]:
    """How much of its way each of two routes goes along with the other."""
    end = one.start
    for piece, same in zip(one.pieces, other.pieces, strict=False):
        if piece != same:
            break
        end = piece[2]
    shared = end[0] - one.start[0]
    first, second = (shared / max(route.end[0] - route.start[0], 1.0) for route in (one, other))
    return first, second


class _Choice(NamedTuple):
    """A place for a label, what it would cover there, and what speaks against it whatever stands there."""

    spot: Spot
    rects: Mapping[bool, Rect]  # above its edge (False) and below (True)
    cost: float


def choose_spots(
    wanted: Sequence[Wanted], boxes: Iterable[Rect], routes: Iterable[Route]
) -> Work[Mapping[tuple[str, int], Spot]]:
    """For each label its place on its edge."""
    choices = {}
    for want in wanted:
        choices[want.key] = list(_choices(want))
        yield
    routes_of = {want.key: want.route for want in wanted}
    covered = _Covered()
    looked_at: set[Cell] = set()
    for of_one in choices.values():
        looked_at.update(cell for choice in of_one for cell in _cells(*choice.rects.values()))
        yield
    for box in boxes:
        covered.add(box, OVER_BOX)
    yield
    # where edges run together there is one line to be seen
    seen = 0
    for cubic in dict.fromkeys(cubic for route in routes for cubic in route.cubics()):
        yield
        for point in _points(cubic, looked_at) if seen < MOST_POINTS else ():
            covered.points[_cell(*point)].append(point)
            seen += 1
    found: dict[tuple[str, int], Spot] = {}
    for key, of_one in choices.items():
        yield
        best = min(of_one, key=lambda choice: choice.cost + sum(map(covered.by, choice.rects.values())))
        for rect in best.rects.values():
            covered.add(rect, OVER_LABEL)
        struck = frozenset(
            side
            for side, rect in best.rects.items()
            if covered.strikes(rect, routes_of[key], best.spot.x, side)
        )
        found[key] = best.spot._replace(struck=struck)
    return found


def _choices(want: Wanted) -> Iterator[_Choice]:
    for side, worse in ((want, 0.0), (want.turned, OTHER_SIDE))[: 1 + want.either]:
        for rank, share in enumerate(want.shares):
            x = point_at(want.route, share)[0]
            yield _Choice(Spot(x, side is want), _rects(side, x), FAR * (rank + worse) * want.width)


def _cell(x: float, y: float) -> Cell:
    return int(x // CELL), int(y // CELL)


class _Covered:
    """What stands on the canvas already, kept by the square cells it lies in."""

    def __init__(self) -> None:
        self.rects: defaultdict[Cell, list[tuple[Rect, float]]] = defaultdict(list)
        self.points: defaultdict[Cell, list[Point]] = defaultdict(list)
        self.looks = 0  # at points that may strike a label

    def add(self, rect: Rect, weight: float) -> None:
        for cell, part in _parts(rect):
            self.rects[cell].append((part, weight))

    def by(self, rect: Rect) -> float:
        """How much a rectangle would cover: boxes and labels by area, curves by points."""
        total = OVER_CURVE * self.lines(rect)
        for cell, (left, top, right, bottom) in _parts(rect):
            for (x, y, end, foot), weight in self.rects.get(cell, ()):
                wide, high = min(end, right) - max(x, left), min(foot, bottom) - max(y, top)
                if wide > 0 and high > 0:
                    total += weight * wide * high / 20
        return total

    def lines(self, rect: Rect) -> int:
        """How many points of curves lie in a rectangle."""
        return sum(1 for _ in self.within(rect))

    def within(self, rect: Rect) -> Iterator[Point]:
        """The points of curves that lie in a rectangle."""
        left, top, right, bottom = rect
        for cell in _cells(rect):
            for x, y in self.points.get(cell, ()):
                if left <= x < right and top < y < bottom:
                    yield x, y

    def strikes(self, rect: Rect, route: Route, x: float, below: bool) -> bool:
        """Whether a curve may run through a label at x for which there is room in a rectangle.

        A label narrower than the rectangle stands nearer to its edge, where that is not level. When very many
        points have been looked at, one more is enough.
        """
        left, top, right, bottom = rect
        near = beside(route, x, 0.0, below)[1]
        whole = (left, min(top, near), right, max(bottom, near))
        for px, py in self.within(whole):
            self.looks += 1
            if self.looks > MOST_LOOKS:
                return True
            edge = beside(route, x, 2 * abs(px - x), below)[1]
            if (py > edge) if below else (py < edge):
                return True
        return False


def _cells(*rects: Rect) -> Iterator[Cell]:
    for left, top, right, bottom in rects:
        (first, upper), (last, lower) = _cell(left, top), _cell(right, bottom)
        for i in range(first, last + 1):
            for j in range(upper, lower + 1):
                yield i, j


def _parts(rect: Rect) -> Iterator[tuple[Cell, Rect]]:
    """The parts of a rectangle in the cells it lies in."""
    left, top, right, bottom = rect
    for i, j in _cells(rect):
        x, y = i * CELL, j * CELL
        yield (i, j), (max(left, x), max(top, y), min(right, x + CELL), min(bottom, y + CELL))


def _points(cubic: Cubic, looked_at: Collection[Cell]) -> Iterator[Point]:
    """Points on a curve, close enough that none of its stretches passes unseen below a label.

    Of a long curve those stretches alone that come by where one looks.
    """
    parts = [cubic]
    while parts:
        start, first, second, end = part = parts.pop()
        length = math.dist(start, end)
        if length > LONG:
            parts += halves(part)
            continue
        xs, ys = zip(*part, strict=True)
        if any(cell in looked_at for cell in _cells((min(xs), min(ys), max(xs), max(ys)))):
            chords = max(12, round(length / BETWEEN_POINTS))
            yield from Route(start, ((first, second, end),)).sampled(chords)


def climb(route: Route, x: float, width: float) -> float:
    """How far an edge climbs below a label of a width at x."""
    highest, lowest = _passed(route, x, width)
    return lowest - highest


def beside(route: Route, x: float, width: float, below: bool) -> Point:
    """The point above or below an edge at x that keeps a label of a width clear of the curve."""
    highest, lowest = _passed(route, x, width)
    return (x, lowest + CLEAR) if below else (x, highest - CLEAR)


def _passed(route: Route, x: float, width: float) -> tuple[float, float]:
    """The highest and the lowest place of an edge below a label of a width at x."""
    left, right = x - width / 2 - CLEAR, x + width / 2 + CLEAR
    heights = [py for px, py in points_on(route) if left <= px <= right]
    if not heights:
        heights = [min(points_on(route), key=lambda point: abs(point[0] - x))[1]]
    return min(heights), max(heights)


def _rects(want: Wanted, x: float) -> dict[bool, Rect]:
    """What a label at x covers above its edge (False) and below (True)."""
    left, right = x - want.width / 2, x + want.width / 2
    highest, lowest = _passed(want.route, x, want.width)
    found = {}
    if want.above:
        found[False] = left, highest - CLEAR - want.above, right, highest - CLEAR
    if want.below:
        found[True] = left, lowest + CLEAR, right, lowest + CLEAR + want.below
    return found

"""The way of an edge whose nodes stand anywhere, because the user has moved them.

Reading order: free_route, then its three shapes: forward around boxes, a short S, and back around in a loop.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from core.layout.boxes import Span
from core.layout.curves import Cubic, Piece, Point, Route, halves
from core.layout.routing import smooth

Gate = tuple[float, float, float]
"""x, and the least and the greatest y allowed there."""

# an edge to a target at least this far to the right runs forward, to one this far to the left it loops back
_FORWARD, _BACK = 24.0, -8.0
# the least and the greatest width of a turn
_NARROW, _WIDE = 24.0, 70.0
# levels tried for the way back
_LEVELS = 12
# shorter pieces of a route are no longer halved to see whether they hit a box
_STEP = 6.0


def free_route(
    start: Point, end: Point, arriving: float, ends: Sequence[Span], others: Sequence[Span], margin: float
) -> Route:
    """A route leaving start and reaching end rightwards, `margin` away from the other boxes.

    `ends` are the boxes of source and target; `arriving` is the slope an arrow may have at the end. Where no
    way around is found, the direct one is taken.
    """
    run = end[0] - start[0]
    if run >= _FORWARD:
        return _forward(start, end, arriving, others, margin)
    if run > _BACK:
        reach = min(max(abs(end[1] - start[1]) / 2, _NARROW), _WIDE)
        return Route(start, (((start[0] + reach, start[1]), (end[0] - reach, end[1]), end),))
    return _loop(start, end, [*ends, *others], margin)


def hits(route: Route, boxes: Sequence[Span]) -> bool:
    """Whether the route passes through one of the boxes."""
    return any(_passes(cubic, boxes) for cubic in route.cubics())


def _passes(cubic: Cubic, boxes: Sequence[Span]) -> bool:
    """Whether a piece passes through one of the boxes: if its hull meets some, a half of it may."""
    xs, ys = [x for x, _ in cubic], [y for _, y in cubic]
    left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    near = [
        box
        for box in boxes
        if box.left < right and left < box.right and box.top < bottom and top < box.bottom
    ]
    if any(box.holds(cubic[0]) or box.holds(cubic[3]) for box in near):
        return True
    if not near or max(right - left, bottom - top) < _STEP:
        return False
    return any(_passes(half, near) for half in halves(cubic))


def _forward(start: Point, end: Point, arriving: float, others: Sequence[Span], margin: float) -> Route:
    """The direct way if it is clear, else one around the boxes, wide or else close."""
    direct = smooth((start, end), arriving)
    if not hits(direct, [box.grown(margin / 2) for box in others]):
        return direct
    for distance in (margin, margin / 3):
        gates = _gates_around(start, end, [box.grown(distance) for box in others])
        if gates:
            string = _taut(start, gates, end)
            loose = smooth(_corners(string), arriving)
            return smooth(string, arriving) if hits(loose, others) else loose
    return direct


def _corners(points: Sequence[Point]) -> list[Point]:
    """The points of a line at which it bends, and its ends."""
    corners = [points[0]]
    for (bx, by), (cx, cy) in pairwise(points[1:]):
        ax, ay = corners[-1]
        if abs((by - ay) * (cx - ax) - (cy - ay) * (bx - ax)) > 1e-3 * (cx - ax):
            corners.append((bx, by))
    return [*corners, points[-1]]


def _gates_around(start: Point, end: Point, boxes: Sequence[Span]) -> list[Gate]:
    """Gates that lead around the boxes with little climbing; none if the way is closed.

    Between two borders of boxes the same stretches of y are free; the way is a chain of such stretches that
    overlap.
    """
    between = [box for box in boxes if start[0] < box.right and box.left < end[0]]
    inner = {x for box in between for x in (box.left, box.right) if start[0] < x < end[0]}
    borders = [start[0], *sorted(inner), end[0]]
    ways: list[tuple[float, float, list[tuple[float, float]]]] = [(0.0, start[1], [])]
    for left, right in pairwise(borders):
        free = _free_stretches([box for box in between if box.left < right and left < box.right])
        ways = [way for stretch in free if (way := _cheapest_into(stretch, ways))]
    open_ways = [(cost + abs(end[1] - y), way) for cost, y, way in ways if way[-1][0] <= end[1] <= way[-1][1]]
    if not open_ways:
        return []
    stretches = min(open_ways, key=lambda priced: priced[0])[1]
    return [
        (x, max(low, next_low), min(high, next_high))
        for x, (low, high), (next_low, next_high) in zip(borders[1:], stretches, stretches[1:], strict=False)
    ]


def _taut(start: Point, gates: Sequence[Gate], end: Point) -> list[Point]:
    """A string pulled tight from start to end: the points where it passes the gates, x growing."""
    stops = [*gates, (end[0], end[1], end[1])]
    points = [start]
    corner = 0
    while corner < len(stops):
        last, by = _next_corner(points[-1], stops, corner)
        (ax, ay), bx = points[-1], stops[last][0]
        slope = (by - ay) / max(bx - ax, 1e-9)
        points += [(x, ay + slope * (x - ax)) for x, _, _ in stops[corner:last]]
        points.append((bx, by))
        corner = last + 1
    return points


def _next_corner(start: Point, stops: Sequence[Gate], first: int) -> tuple[int, float]:
    """The stop at which the string bends first, and its y there."""
    (x, y), steepest, flattest = start, math.inf, -math.inf
    steep_at = flat_at = first
    for i in range(first, len(stops)):
        gate_x, low, high = stops[i]
        run = max(gate_x - x, 1e-9)
        if (low - y) / run > steepest:
            return steep_at, stops[steep_at][2]
        if (high - y) / run < flattest:
            return flat_at, stops[flat_at][1]
        if (low - y) / run >= flattest:
            flattest, flat_at = (low - y) / run, i
        if (high - y) / run <= steepest:
            steepest, steep_at = (high - y) / run, i
    return len(stops) - 1, stops[-1][1]


def _free_stretches(boxes: Sequence[Span]) -> list[tuple[float, float]]:
    """The stretches of y that none of the boxes covers."""
    free = []
    low = -math.inf
    for box in sorted(boxes, key=lambda box: box.top):
        if box.top > low:
            free.append((low, box.top))
        low = max(low, box.bottom)
    return [*free, (low, math.inf)]


def _cheapest_into(
    stretch: tuple[float, float], ways: Sequence[tuple[float, float, list[tuple[float, float]]]]
) -> tuple[float, float, list[tuple[float, float]]] | None:
    """The way with the least climbing that goes on into the stretch, as (climbed, y, stretches)."""
    low, high = stretch
    best = None
    for climbed, y, way in ways:
        touches = low <= y <= high if not way else max(low, way[-1][0]) < min(high, way[-1][1])
        goes_to = min(max(y, low), high)
        cost = climbed + abs(goes_to - y)
        if touches and (best is None or cost < best[0]):
            best = cost, goes_to, [*way, stretch]
    return best


def _loop(start: Point, end: Point, boxes: Sequence[Span], margin: float) -> Route:
    """Out of the source to the right, back on a level free of boxes, and into the target from the left.

    The nearest level is taken, or if a turn would run into a box there, one of the next few.
    """
    left, right = end[0] - _WIDE, start[0] + _WIDE
    in_the_way = [
        box for box in (box.grown(margin) for box in boxes) if box.left < right and left < box.right
    ]
    levels = [(start[1] + end[1]) / 2, *(y for box in in_the_way for y in (box.top, box.bottom))]
    free = [y for y in levels if not any(box.top < y < box.bottom for box in in_the_way)]
    free.sort(key=lambda y: abs(y - start[1]) + abs(y - end[1]))
    loops = [_loop_at(level, start, end) for level in free[:_LEVELS]]
    return next((loop for loop in loops if not hits(loop, boxes)), loops[0])


def _loop_at(level: float, start: Point, end: Point) -> Route:
    out, back = (start[0], level), (end[0], level)
    along = ((2 * start[0] + end[0]) / 3, level), ((start[0] + 2 * end[0]) / 3, level), back
    return Route(start, (_turn(start, out, 1), along, _turn(back, end, -1)))


def _turn(a: Point, b: Point, side: int) -> Piece:
    """Half a turn between two heights, to the right (side 1) or to the left (side -1)."""
    reach = side * min(max(abs(b[1] - a[1]) * 0.66, _NARROW), _WIDE)
    return (a[0] + reach, a[1]), (b[0] + reach, b[1]), b

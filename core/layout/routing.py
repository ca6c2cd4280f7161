"""The way of every edge: level beside boxes and labels, and a smooth curve from column to column.

Reading order: route_edges, arriving (its last points), smooth (a curve along points).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.base.slicing import Work
from core.layout.arrivals import Arrival
from core.layout.boxes import Box
from core.layout.curves import Piece, Point, Route, joined
from core.layout.layers import Layered, Link
from core.layout.placing import Columns
from core.layout.rows import Rows

# an edge runs level to its column's border where its box ends at least this far from it
_LEVEL = 6.0
# where an edge that arrives beside the place where it meets its node turns there
_TURN = 14.0


def route_edges(
    graph: Layered,
    links: Sequence[Link],
    boxes: Sequence[Box],
    y: Sequence[float],
    columns: Columns,
    arrivals: Sequence[Arrival],
    rows: Rows | None = None,
) -> Work[list[Route]]:
    """The routes of all links between the placed vertices, each arriving where it is to, through all rows."""
    layer_of = graph.layer_of
    routes = []
    for link, chain, (offset, meets) in zip(links, graph.chains, arrivals, strict=True):
        yield
        source, target = boxes[link.source], boxes[link.target]
        start = columns.centres[link.source] + source.width / 2, y[link.source] + source.exit
        dx, dy = target.outline(meets)
        end = columns.centres[link.target] + dx, y[link.target] + dy
        parts, points = [], [start]
        for v, after in pairwise(chain):
            at, to = layer_of[v], layer_of[after]
            level = points[-1][1]
            if columns.rights[at] - points[-1][0] >= _LEVEL:
                _go_to((columns.rights[at], level), points)
            height = y[after] + (offset if after == link.target else 0.0)
            entering = min(end[0], columns.lefts[to]) if after == link.target else columns.lefts[to], height
            if rows and rows.row_of[at] != rows.row_of[to]:
                beginning = entering[0] - _LEVEL, height
                parts += [smooth(points)] if points[1:] else []
                parts.append(rows.back(v, rows.row_of[at], points[-1], beginning))
                points = [beginning] if after == link.target else [beginning, entering]
            elif after != link.target:
                _go_to(entering, points)
        points += [point for point in arriving(entering, end) if point != points[-1]]
        routes.append(joined([*parts, smooth(points, target.slope(meets))]))
    return routes


def _go_to(point: Point, points: list[Point]) -> None:
    """Lead a line on to a point; where it goes on level it needs no point in between."""
    if points[1:] and points[-2][1] == points[-1][1] == point[1]:
        points[-1] = point
    else:
        points.append(point)


def arriving(entering: Point, end: Point) -> list[Point]:
    """The last points of an edge: level from where it enters its target's column, then to its box."""
    if end[0] - entering[0] < _LEVEL:
        return [end]
    if entering[1] != end[1] and end[0] - entering[0] > _TURN + _LEVEL:
        return [entering, (end[0] - _TURN, entering[1]), end]
    return [entering, end]


def smooth(points: Sequence[Point], arriving: float = 0.0) -> Route:
    """A curve through points of growing x that does not overshoot them: level at the start, at the end no
    steeper than the slope `arriving`.
    """
    chords = [(by - ay) / max(bx - ax, 1e-9) for (ax, ay), (bx, by) in pairwise(points)]
    level, steep = sorted((0.0, chords[-1]))
    slopes = [0.0, *(_mean_slope(a, b) for a, b in pairwise(chords)), min(max(arriving, level), steep)]
    pieces: list[Piece] = []
    begins: list[Point] = []
    for i, ((ax, ay), (bx, by)) in enumerate(pairwise(points)):
        straight = abs(slopes[i] - chords[i]) + abs(slopes[i + 1] - chords[i]) < 1e-3
        if straight and pieces and _is_straight(begins[-1], pieces[-1], (bx, by)):
            pieces.pop()
            (ax, ay) = begins.pop()
        pieces.append(_piece((ax, ay), (bx, by), slopes[i], slopes[i + 1]))
        begins.append((ax, ay))
    return Route(points[0], tuple(pieces))


def _mean_slope(a: float, b: float) -> float:
    """The slope of the curve where chords of these slopes meet: none at a peak, else the harmonic mean."""
    return 2 * a * b / (a + b) if a * b > 0 else 0.0


def _piece(a: Point, b: Point, slope_a: float, slope_b: float) -> Piece:
    """A cubic with these slopes at its ends; its control points reach far unless that made it overshoot."""
    (ax, ay), (bx, by) = a, b
    reach = (bx - ax) / (2 if abs(slope_a + slope_b) * (bx - ax) < 1.6 * abs(by - ay) else 3)
    return (ax + reach, ay + reach * slope_a), (bx - reach, by - reach * slope_b), b


def _is_straight(start: Point, piece: Piece, end: Point) -> bool:
    """Whether a piece runs straight from start towards `end`."""
    (ax, ay), (bx, by) = start, end
    slope = (by - ay) / max(bx - ax, 1e-9)
    return all(abs(ay + slope * (x - ax) - y) < 1e-2 for x, y in piece)

"""The way of every edge between the columns: as straight as the gates allow, and smooth.

Reading order: route_edges, _Gates (how far a long edge may leave its row), taut (the straightest way through
gates), smooth (a curve along it). A gate is the stretch of a column's border on which an edge passes between
its neighbours in the layer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from core.base.slicing import Work
from core.layout.boxes import Box
from core.layout.curves import Piece, Point, Route
from core.layout.layers import Layered, Link
from core.layout.placing import Columns

Gate = tuple[float, float, float]
"""x, and the least and the greatest y allowed there."""
Ends = tuple[Point, Point, Point, Point]
"""Where a link leaves its box and its column, enters the target's column, and meets the target."""

# an edge runs level to its column's border where its box ends at least this far from it
_LEVEL = 6.0
# edges pulled straight once may have made room for others
_TIGHTENINGS = 2
# how far parallel edges bow out, in gaps
_BOW = 2.4
# stops that may be looked at while edges are pulled straight (about 0.3 microseconds each), and the number of
# vertices of the longest edge that is
_LOOKS, _LONGEST = 600_000, 200


def route_edges(
    graph: Layered,
    links: Sequence[Link],
    boxes: Sequence[Box],
    y: Sequence[float],
    columns: Columns,
    gap: float,
) -> Work[list[Route]]:
    """The routes of all links between the placed vertices; `gap` is the least distance in a layer.

    Links are pulled straight while the effort lasts. From then on, and where one passes too many layers, they
    run straight from their first bend to their last.
    """
    gates = _Gates(graph, boxes, y, columns, gap)
    looks = 0
    yield
    ends = [_ends(graph, link, boxes, y, columns, gates.layer_of) for link in links]
    strings: dict[int, list[Point]] = {}
    for _ in range(_TIGHTENINGS):
        for i, chain in enumerate(graph.chains):
            yield
            if looks > _LOOKS or len(chain) > _LONGEST:
                strings.setdefault(i, gates.direct(y, ends[i], chain))
            elif len(chain) > 2 or i not in strings:
                _, leaving, entering, _ = ends[i]
                strings[i], looked_at = _pulled(leaving, gates.of(chain), entering)
                gates.settle(chain, strings[i])
                looks += looked_at
    bows = parallel_bows(links, gap)
    routes = []
    for i, link in enumerate(links):
        start, leaving, entering, end = ends[i]
        points = [start, *strings[i][1:-1], end]
        if leaving[0] - start[0] >= _LEVEL:
            points.insert(1, leaving)
        if end[0] - entering[0] >= _LEVEL:
            points.insert(-1, entering)
        yield
        route = smooth(points, boxes[link.target].slope(link.lean))
        routes.append(bowed(route, bows[i]) if len(graph.chains[i]) == 2 else route)
    return routes


def _ends(
    graph: Layered,
    link: Link,
    boxes: Sequence[Box],
    y: Sequence[float],
    columns: Columns,
    layer_of: Sequence[int],
) -> Ends:
    """Where a link leaves its box and its column, enters the target's column, and meets the target."""
    source_at, target_at = layer_of[link.source], layer_of[link.target]
    dx, dy = boxes[link.target].arrival(link.lean)
    source = boxes[link.source]
    start = (columns.centres[link.source] + source.width / 2, y[link.source] + source.exit)
    end = (columns.centres[link.target] + dx, y[link.target] + dy)
    leaving = (max(start[0], columns.rights[source_at]), start[1])
    entering = (min(end[0], columns.lefts[target_at]), end[1])
    return start, leaving, entering, end


def parallel_bows(links: Sequence[Link], gap: float) -> list[float]:
    """How far each link bows down so that links between the same two nodes stay apart; 0 for one alone."""
    same = Counter((link.source, link.target) for link in links)
    return [_BOW * gap * link.lean if same[link.source, link.target] > 1 else 0.0 for link in links]


class _Gates:
    """The free stretches between neighbours in a layer; they move when edges are pulled straight."""

    def __init__(
        self, graph: Layered, boxes: Sequence[Box], y: Sequence[float], columns: Columns, gap: float
    ):
        self.graph, self.boxes, self.columns, self.gap = graph, boxes, columns, gap
        self.layer_of = [0] * graph.vertices
        self.place = [0] * graph.vertices
        for at, layer in enumerate(graph.layers):
            for i, v in enumerate(layer):
                self.layer_of[v], self.place[v] = at, i
        # where a vertex stands at its column's left and right border
        self.at_borders = [(height, height) for height in y]

    def of(self, chain: Sequence[int]) -> list[Gate]:
        """The gates of a long edge: two per bend, at the left and at the right border of the column."""
        gates = []
        for v in chain[1:-1]:
            at = self.layer_of[v]
            for border, x in enumerate((self.columns.lefts[at], self.columns.rights[at])):
                gates.append((x, self._limit(v, -1, border), self._limit(v, 1, border)))
        return gates

    def direct(self, y: Sequence[float], ends: Ends, chain: Sequence[int]) -> list[Point]:
        """The way of an edge that goes straight from its first bend to its last."""
        _, leaving, entering, _ = ends
        if len(chain) == 2:
            return [leaving, entering]
        first, last = chain[1], chain[-2]
        begin = self.columns.lefts[self.layer_of[first]], y[first]
        return [leaving, begin, (self.columns.rights[self.layer_of[last]], y[last]), entering]

    def settle(self, chain: Sequence[int], string: Sequence[Point]) -> None:
        """Take note of the way an edge goes through its gates."""
        heights = [y for _, y in string[1:-1]]
        for v, left, right in zip(chain[1:-1], heights[::2], heights[1::2], strict=True):
            self.at_borders[v] = left, right

    def _limit(self, v: int, side: int, border: int) -> float:
        """How far up (side -1) or down (side 1) a bend may move at a border."""
        layer = self.graph.layers[self.layer_of[v]]
        i = self.place[v] + side
        if not 0 <= i < len(layer):
            return side * math.inf
        other = layer[i]
        clear = self.gap / 2 + (self.boxes[other].height / 2 if other < self.graph.nodes else 0.0)
        return self.at_borders[other][border] - side * clear


def taut(start: Point, gates: Sequence[Gate], end: Point) -> list[Point]:
    """A string pulled tight from start to end: the points where it passes the gates, x growing."""
    return _pulled(start, gates, end)[0]


def _pulled(start: Point, gates: Sequence[Gate], end: Point) -> tuple[list[Point], int]:
    """A string pulled tight, and how many stops were looked at, some of them several times."""
    stops = [*gates, (end[0], end[1], end[1])]
    points = [start]
    corner = looks = 0
    while corner < len(stops):
        last, by, farthest = _next_corner(points[-1], stops, corner)
        looks += farthest - corner + 1
        (ax, ay), bx = points[-1], stops[last][0]
        slope = (by - ay) / max(bx - ax, 1e-9)
        points += [(x, ay + slope * (x - ax)) for x, _, _ in stops[corner:last]]
        points.append((bx, by))
        corner = last + 1
    return points, looks


def _next_corner(start: Point, stops: Sequence[Gate], first: int) -> tuple[int, float, int]:
    """The stop at which the string bends first, its y there, and the last stop looked at."""
    (x, y), steepest, flattest = start, math.inf, -math.inf
    steep_at = flat_at = first
    for i in range(first, len(stops)):
        gate_x, low, high = stops[i]
        run = max(gate_x - x, 1e-9)
        if (low - y) / run > steepest:
            return steep_at, stops[steep_at][2], i
        if (high - y) / run < flattest:
            return flat_at, stops[flat_at][1], i
        if (low - y) / run >= flattest:
            flattest, flat_at = (low - y) / run, i
        if (high - y) / run <= steepest:
            steepest, steep_at = (high - y) / run, i
    return len(stops) - 1, stops[-1][1], len(stops) - 1


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


def bowed(route: Route, by: float) -> Route:
    """The route with its longest piece bent down by about three quarters of `by`."""
    if not by:
        return route
    starts = [route.start, *(piece[2] for piece in route.pieces)]
    longest = max(range(len(route.pieces)), key=lambda i: abs(route.pieces[i][2][0] - starts[i][0]))
    (ax, ay), (bx, by_), end = route.pieces[longest]
    pieces = list(route.pieces)
    pieces[longest] = (ax, ay + by), (bx, by_ + by), end
    return Route(route.start, tuple(pieces))

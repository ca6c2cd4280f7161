"""A long drawing in several rows, one below the other, as a text is: edges return like a carriage.

Reading order: Rows (with the way back to the beginning of a row), in_rows (how far everything moves),
row_starts (where rows begin).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from core.layout.boxes import Box
from core.layout.curves import Piece, Point, Route, straight
from core.layout.layers import Layered
from core.layout.placing import Columns

# the radius of a turn, between two lanes, and between a row and the first lane
_TURN, _LANE, _CLEAR = 9.0, 8.0, 14.0
# how much wider a row may be where that cuts one edge less
_CUT = 12.0


class Rows(NamedTuple):
    """The columns and heights of a drawing in rows, and what edges that return need to know."""

    columns: Columns
    y: Sequence[float]
    row_of: Sequence[int]
    """The row of every layer."""
    lanes: Sequence[Sequence[int]]
    """For every row the vertices from which edges return to the next one, from top to bottom."""
    floors: Sequence[float]
    ends: Sequence[float]
    """The y below every row, and the x behind it."""

    def back(self, vertex: int, row: int, start: Point, end: Point) -> Route:
        """The way from the end of a row to the beginning of the next one.

        The topmost edge turns outermost at the right, so runs lowest and turns innermost at the left: none
        cross.
        """
        lane = self.lanes[row].index(vertex)
        out = len(self.lanes[row]) - 1 - lane
        right, left = self.ends[row] + _CLEAR + _LANE * out, end[0] - _CLEAR - _LANE * lane
        level = self.floors[row] + _CLEAR + _LANE * out
        corners = [start, (right, start[1]), (right, level), (left, level), (left, end[1]), end]
        return _rounded(corners)


def in_rows(
    graph: Layered,
    boxes: Sequence[Box],
    columns: Columns,
    y: Sequence[float],
    starts: Sequence[int],
    gap: float,
) -> Rows:
    """Everything in rows that begin at these layers and are `gap` or more apart."""
    layer_of, links = graph.layer_of, _links(graph)
    row_of = [sum(start <= at for start in starts) - 1 for at in range(len(graph.layers))]
    above = [box.above for box in boxes] + [0.0] * (graph.vertices - graph.nodes)
    below = [box.below for box in boxes] + [0.0] * (graph.vertices - graph.nodes)
    lanes: list[list[int]] = [[] for _ in starts]
    for source, target in links:
        row = row_of[layer_of[source]]
        if row != row_of[layer_of[target]] and source not in lanes[row]:
            lanes[row].append(source)
    lefts, rights, centres, heights = [], [], list(columns.centres), list(y)
    floors, ends = [], []
    top = 0.0
    for row, start in enumerate(starts):
        layers = [at for at, other in enumerate(row_of) if other == row]
        members = [v for at in layers for v in graph.layers[at]]
        highest = min(y[v] - above[v] for v in members)
        lowest = max(y[v] + below[v] for v in members)
        indent = _CLEAR + _LANE * len(lanes[row - 1]) if row else 0.0
        dx, dy = indent - columns.lefts[start], top - highest
        for at in layers:
            lefts.append(columns.lefts[at] + dx)
            rights.append(columns.rights[at] + dx)
        for v in members:
            heights[v] += dy
            if v < graph.nodes:
                centres[v] += dx
        floors.append(lowest + dy)
        ends.append(rights[-1])
        lanes[row].sort(key=lambda v: y[v])
        top = floors[-1] + 2 * gap + (_CLEAR + _LANE * len(lanes[row]) if lanes[row] else 0.0)
    return Rows(Columns(tuple(lefts), tuple(rights), tuple(centres)), heights, row_of, lanes, floors, ends)


def row_starts(graph: Layered, columns: Columns, count: int) -> list[int]:
    """The layers at which at most `count` rows begin: of all cuts, those with the narrowest widest row."""
    layer_of, links = graph.layer_of, _links(graph)
    layers = len(columns.lefts)
    cut = [0] * (layers + 1)
    for source, target in links:
        for at in range(layer_of[source] + 1, layer_of[target] + 1):
            cut[at] += 1
    # for so many layers in so many rows: the cost, the widest row, and where the last one begins
    best: list[dict[int, tuple[float, float, int]]] = [{0: (0.0, 0.0, 0)}]
    for _ in range(count):
        found = {}
        for end in range(1, layers + 1):
            ways = [
                (widest + _CUT * cuts, widest, start, cuts)
                for start, (cost, wide, _) in best[-1].items()
                if start < end
                for widest in [max(wide, columns.rights[end - 1] - columns.lefts[start])]
                for cuts in [(cost - wide) / _CUT + (cut[start] if start else 0)]
            ]
            if ways:
                cost, widest, start, _ = min(ways)
                found[end] = (cost, widest, start)
        best.append(found)
    rows = min((row for row in range(1, count + 1) if layers in best[row]), key=lambda row: best[row][layers])
    starts, end = [], layers
    for row in range(rows, 0, -1):
        end = best[row][end][2]
        starts.append(end)
    return starts[::-1]


def _links(graph: Layered) -> set[tuple[int, int]]:
    return {pair for chain in graph.chains for pair in pairwise(chain)}


def _rounded(corners: Sequence[Point]) -> Route:
    """A line along right angles, with round corners."""
    pieces: list[Piece] = []
    at = corners[0]
    for (x, y), after in pairwise(corners[1:]):
        before, behind = _towards((x, y), at), _towards((x, y), after)
        if at != before:
            pieces += straight(at, before).pieces
        first = (before[0] + 2 * x) / 3, (before[1] + 2 * y) / 3
        second = (behind[0] + 2 * x) / 3, (behind[1] + 2 * y) / 3
        pieces.append((first, second, behind))
        at = behind
    if at != corners[-1]:
        pieces += straight(at, corners[-1]).pieces
    return Route(corners[0], tuple(pieces))


def _towards(corner: Point, other: Point) -> Point:
    """The point where the turn at a corner begins, on the way from another one."""
    (x, y), (a, b) = corner, other
    reach = min(_TURN, (abs(a - x) + abs(b - y)) / 2)
    return x + reach * ((a > x) - (a < x)), y + reach * ((b > y) - (b < y))

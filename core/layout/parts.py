"""A graph's connected parts laid out one by one through all stages, and packed.

Reading order: Placement, placed; _place_part (one part through all stages), _packed.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

from core.base.kept import Kept
from core.base.slicing import Work
from core.layout.arrivals import Arrival, arrive, main_ways
from core.layout.boxes import Box, Span, Stretch
from core.layout.curves import Point, Route
from core.layout.layers import (
    Edge,
    Layered,
    Link,
    assign_layers,
    check_order,
    components,
    cut_into_layers,
    numbered,
    with_first,
    with_late_inputs,
)
from core.layout.ordering import Order, order_layers
from core.layout.placing import Columns, place_columns, place_heights, pulls_of
from core.layout.routing import route_edges
from core.layout.rows import Rows, in_rows, row_starts


class Gaps(NamedTuple):
    """The least distances, of columns and of what stands in a column, and how many rows there may be.

    Inputs may stand in an `early` row, or else in that of their first use.
    """

    x: float
    y: float
    rows: int = 1
    early: bool = False


class Placement(Struct, frozen=True):
    """Where everything is: centres of the boxes, and routes in the order of the edges.

    `arrivals` say how far below its target's centre each edge arrives. All, with the space kept free around
    it, lies within `width` × `height` from the corner (`left`, `top`), which is (0, 0) unless something was
    moved beyond it. `frames` are the rectangles around nodes that belong together. `returns` says how many
    lines lead from a row to the next one.
    """

    centres: Mapping[str, Point]
    routes: tuple[Route, ...]
    arrivals: tuple[Arrival, ...]
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0
    frames: Mapping[str, Span] = {}
    returns: int = 0

    @property
    def flipped(self) -> Placement:
        """All with x and y exchanged: data then flow down."""
        return Placement(
            MappingProxyType({name: (y, x) for name, (x, y) in self.centres.items()}),
            tuple(route.flipped for route in self.routes),
            self.arrivals,
            self.height,
            self.width,
            self.top,
            self.left,
            {key: span.flipped for key, span in self.frames.items()},
            self.returns,
        )


class _Part(Struct, frozen=True):
    """Nodes that hang together: their numbers, those of their edges, and where they are."""

    nodes: Sequence[int]
    edges: Sequence[int]
    centres: Sequence[Point]
    routes: Sequence[Route]
    arrivals: Sequence[Arrival]
    extent: Span
    returns: int


# while a node is dragged the same graph is asked for again and again
placements_found = Kept[Placement](64)
# a name, a number or a gap that changes leaves the order as it is
orders_found = Kept[Order](8)


def placed(
    boxes: tuple[tuple[str, Box], ...],
    edges: tuple[Edge, ...],
    gaps: Gaps,
    free: frozenset[str] = frozenset(),
    entries: frozenset[str] = frozenset(),
    series: tuple[tuple[str, ...], ...] = (),
) -> Work[Placement]:
    """The placement of the graph as if no user had touched it.

    Edges arrive at the `free` nodes in any order; `entries` stand in a column before all.
    """
    key = boxes, edges, gaps, free, entries, series
    found = placements_found.get(key)
    if found is None:
        found = yield from _placed(*key)
        placements_found.keep(key, found)
    return found


def _placed(
    boxes: tuple[tuple[str, Box], ...],
    edges: tuple[Edge, ...],
    gaps: Gaps,
    free: frozenset[str],
    entries: frozenset[str],
    series: tuple[tuple[str, ...], ...],
) -> Work[Placement]:
    names = [name for name, _ in boxes]
    links = numbered(names, edges, free)
    check_order(names, links)
    groups = components(len(names), links)
    group_of = {node: i for i, nodes in enumerate(groups) for node in nodes}
    edges_of: list[list[int]] = [[] for _ in groups]
    for i, link in enumerate(links):
        edges_of[group_of[link.source]].append(i)
    graph = _Graph(
        [box for _, box in boxes],
        links,
        [edge.stretch for edge in edges],
        {node for node, name in enumerate(names) if name in free},
        {node for node, name in enumerate(names) if name in entries},
        [[names.index(name) for name in one] for one in series],
    )
    parts = []
    for nodes, inside in zip(groups, edges_of, strict=True):
        part = yield from _place_part(graph, nodes, inside, gaps)
        parts.append(part)
    centres: list[Point] = [(0.0, 0.0)] * len(names)
    routes: list[Route] = [Route((0.0, 0.0), ())] * len(links)
    arrivals = [Arrival(0.0, 0.0)] * len(links)
    width = height = 0.0
    for part, (x, y) in zip(parts, _packed([part.extent for part in parts], gaps.x, 2 * gaps.y), strict=True):
        dx, dy = x - part.extent.left, y - part.extent.top
        for node, (node_x, node_y) in zip(part.nodes, part.centres, strict=True):
            centres[node] = node_x + dx, node_y + dy
        for i, route, arrival in zip(part.edges, part.routes, part.arrivals, strict=True):
            routes[i], arrivals[i] = route.shifted(dx, dy), arrival
        width = max(width, part.extent.right + dx)
        height = max(height, part.extent.bottom + dy)
    named = MappingProxyType(dict(zip(names, centres, strict=True)))
    returns = sum(part.returns for part in parts)
    return Placement(named, tuple(routes), tuple(arrivals), width, height, returns=returns)


class _Graph(NamedTuple):
    """What is to be placed, its nodes numbered."""

    boxes: Sequence[Box]
    links: Sequence[Link]
    stretches: Sequence[Stretch]
    free: Collection[int]
    entries: Collection[int]
    series: Sequence[Sequence[int]]


def _place_part(whole: _Graph, nodes: Sequence[int], edges: Sequence[int], gaps: Gaps) -> Work[_Part]:
    """One part through all stages."""
    number = {node: i for i, node in enumerate(nodes)}
    links = [
        Link(number[link.source], number[link.target], link.lean) for link in (whole.links[i] for i in edges)
    ]
    stretches = [whole.stretches[i] for i in edges]
    layer_of = yield from assign_layers(len(nodes), links)
    entries = [number[node] for node in nodes if node in whole.entries]
    if entries:
        layer_of = with_first(layer_of, entries)
    series = [[number[node] for node in one if node in number] for one in whole.series]
    free = {number[node] for node in nodes if node in whole.free}
    parts = _Graph([whole.boxes[node] for node in nodes], links, stretches, free, entries, series)
    placed = yield from _place_layers(parts, layer_of, gaps)
    if gaps.rows > 1:
        starts = row_starts(placed.graph, placed.columns, gaps.rows)
        later, begins = with_late_inputs(layer_of, links, starts, entries)
        if later != layer_of and not gaps.early:
            placed, starts = (yield from _place_layers(parts, later, gaps)), begins
        placed = placed.in_rows(starts, gaps.y)
    routes = yield from route_edges(
        placed.graph, links, placed.boxes, placed.y, placed.columns, placed.arrivals, placed.rows
    )
    centres = [(x, placed.y[v]) for v, x in enumerate(placed.columns.centres)]
    extent = extent_of(centres, placed.boxes, routes)
    returns = sum(map(len, placed.rows.lanes)) if placed.rows else 0
    return _Part(nodes, edges, centres, routes, placed.arrivals, extent, returns)


class _Placed(NamedTuple):
    """Nodes at their places, before edges are routed."""

    graph: Layered
    arrivals: Sequence[Arrival]
    boxes: Sequence[Box]
    columns: Columns
    y: Sequence[float]
    rows: Rows | None = None

    def in_rows(self, starts: Sequence[int], gap: float) -> _Placed:
        """The same in rows that begin at these layers."""
        rows = in_rows(self.graph, self.boxes, self.columns, self.y, starts, gap)
        return self._replace(columns=rows.columns, y=rows.y, rows=rows)


def _place_layers(part: _Graph, layer_of: Sequence[int], gaps: Gaps) -> Work[_Placed]:
    """Place the nodes of a part that stand in these layers."""
    links = part.links
    graph = yield from cut_into_layers(layer_of, links)
    yield from _put_layers_in_order(graph, (tuple(layer_of), tuple(links)))
    for one in part.series:
        _put_in_order(one, layer_of, graph.layers)
    main = main_ways(layer_of, links)
    arrivals, boxes = arrive(graph, links, part.stretches, part.boxes, part.free, main)
    pulls = pulls_of(graph, links, boxes, arrivals, main)
    y = yield from place_heights(graph, boxes, pulls, gaps.y)
    columns = place_columns(graph, boxes, links, part.stretches, pulls, y, gaps.x)
    return _Placed(graph, arrivals, boxes, columns, y)


def _put_layers_in_order(graph: Layered, same: Hashable) -> Work[None]:
    """Put the layers into the best order found, now or for an equal graph before."""
    order = orders_found.get(same)
    if order is None:
        yield from order_layers(graph)
        order = graph.layers
        orders_found.keep(same, order)
    graph.layers = [list(layer) for layer in order]


def _put_in_order(series: Sequence[int], layer_of: Sequence[int], layers: Sequence[list[int]]) -> None:
    """Let nodes stand in their order, at the places in their columns that they have together."""
    by_layer: dict[int, list[int]] = {}
    for node in series:
        by_layer.setdefault(layer_of[node], []).append(node)
    for at, members in by_layer.items():
        places = sorted(layers[at].index(node) for node in members)
        for place, node in zip(places, members, strict=True):
            layers[at][place] = node


def extent_of(centres: Iterable[Point], boxes: Iterable[Box], routes: Iterable[Route]) -> Span:
    """The rectangle that holds these boxes with the space around them, and routes."""
    spans = [Span.of_all(centre, box) for centre, box in zip(centres, boxes, strict=True)]
    spans += [Span(*upper_left, *lower_right) for upper_left, lower_right in (route.hull for route in routes)]
    return Span(
        min(span.left for span in spans),
        min(span.top for span in spans),
        max(span.right for span in spans),
        max(span.bottom for span in spans),
    )


def _packed(extents: Sequence[Span], gap_x: float, gap_y: float) -> list[Point]:
    """The upper left corners of parts set in lines, like words, no line wider than the widest part."""
    widest = max((extent.right - extent.left for extent in extents), default=0.0)
    corners = []
    x = y = lowest = 0.0
    for extent in extents:
        if x and x + extent.right - extent.left > widest:
            x, y = 0.0, lowest + gap_y
        corners.append((x, y))
        x += extent.right - extent.left + gap_x
        lowest = max(lowest, y + extent.bottom - extent.top)
    return corners

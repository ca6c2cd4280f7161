"""The whole layout: a graph's parts placed one by one, packed, and what the user has moved put in place.

Reading order: Placement, place; _place_part (one connected part through all stages), _packed, _with_moved.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from core.dataclass import dataclass
from core.layout.boxes import Box, Span
from core.layout.curves import Point, Route
from core.layout.detours import free_route, hits
from core.layout.layers import Edge, Link, assign_layers, check_order, components, cut_into_layers, numbered
from core.layout.ordering import order_layers
from core.layout.placing import place_columns, place_rows
from core.layout.routing import bowed, parallel_bows, route_edges

# the distances of columns, and of boxes or edges one above the other
GAP_X, GAP_Y = 76.0, 28.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everything is: centres of the boxes, and routes in the order of the edges.

    All lies within `width` × `height` from the corner (`left`, `top`), which is (0, 0) unless something was
    moved beyond it.
    """

    centres: Mapping[str, Point]
    routes: tuple[Route, ...]
    width: float
    height: float
    left: float = 0.0
    top: float = 0.0


def place(
    sizes: Mapping[str, tuple[float, float]],
    edges: Sequence[Edge],
    *,
    gap_x: float = GAP_X,
    gap_y: float = GAP_Y,
    fixed: Mapping[str, Point] | None = None,
    rounds: Collection[str] | None = None,
) -> Placement:
    """Places for boxes of these sizes (width, height) and routes for the edges.

    Columns are at least `gap_x` apart, boxes and edges in a column `gap_y`.
    `fixed` holds centres that are kept as they are; the other nodes stand as if nothing were fixed, and names
    not in `sizes` are passed over. Arrows meet the nodes in `rounds` on an ellipse (by default those as wide
    as high), all others on their left side. ValueError if the edges form a cycle or name a node without a
    size.
    """
    round_names = {name for name, (w, h) in sizes.items() if w == h} if rounds is None else rounds
    boxes = {name: Box(w, h, name in round_names) for name, (w, h) in sizes.items()}
    placement = _placed(tuple(boxes.items()), tuple(edges), gap_x, gap_y)
    moved = {name: at for name, at in (fixed or {}).items() if placement.centres.get(name, at) != at}
    return _with_moved(placement, moved, boxes, edges, gap_y) if moved else placement


@dataclass(frozen=True, slots=True)
class _Part:
    """Nodes that hang together: their numbers, those of their edges, and where they are."""

    nodes: Sequence[int]
    edges: Sequence[int]
    centres: Sequence[Point]
    routes: Sequence[Route]
    extent: Span


# while a node is dragged the same graph is asked for again and again
@lru_cache(maxsize=16)
def _placed(
    boxes: tuple[tuple[str, Box], ...], edges: tuple[Edge, ...], gap_x: float, gap_y: float
) -> Placement:
    """The placement of the graph as if no user had touched it."""
    names = [name for name, _ in boxes]
    links = numbered(names, edges)
    check_order(names, links)
    groups = components(len(names), links)
    group_of = {node: i for i, nodes in enumerate(groups) for node in nodes}
    edges_of: list[list[int]] = [[] for _ in groups]
    for i, link in enumerate(links):
        edges_of[group_of[link.source]].append(i)
    parts = [
        _place_part(nodes, inside, [box for _, box in boxes], links, gap_x, gap_y)
        for nodes, inside in zip(groups, edges_of, strict=True)
    ]
    centres: list[Point] = [(0.0, 0.0)] * len(names)
    routes: list[Route] = [Route((0.0, 0.0), ())] * len(links)
    width = height = 0.0
    for part, (x, y) in zip(parts, _packed([part.extent for part in parts], gap_x, 2 * gap_y), strict=True):
        dx, dy = x - part.extent.left, y - part.extent.top
        for node, (node_x, node_y) in zip(part.nodes, part.centres, strict=True):
            centres[node] = node_x + dx, node_y + dy
        for i, route in zip(part.edges, part.routes, strict=True):
            routes[i] = route.shifted(dx, dy)
        width = max(width, part.extent.right + dx)
        height = max(height, part.extent.bottom + dy)
    named = MappingProxyType(dict(zip(names, centres, strict=True)))
    return Placement(named, tuple(routes), width, height)


def _place_part(
    nodes: Sequence[int],
    edges: Sequence[int],
    all_boxes: Sequence[Box],
    all_links: Sequence[Link],
    gap_x: float,
    gap_y: float,
) -> _Part:
    """One part through all stages."""
    number = {node: i for i, node in enumerate(nodes)}
    boxes = [all_boxes[node] for node in nodes]
    links = [
        Link(number[link.source], number[link.target], link.lean) for link in (all_links[i] for i in edges)
    ]
    graph = cut_into_layers(assign_layers(len(nodes), links), links)
    order_layers(graph)
    y = place_rows(graph, boxes, gap_y)
    columns = place_columns(graph, boxes, y, gap_x)
    routes = route_edges(graph, links, boxes, y, columns, gap_y)
    centres = [(0.0, 0.0)] * len(nodes)
    for at, layer in enumerate(graph.layers):
        for v in layer:
            if v < graph.nodes:
                centres[v] = columns.centre(at), y[v]
    return _Part(nodes, edges, centres, routes, _extent(centres, boxes, routes))


def _extent(centres: Iterable[Point], boxes: Iterable[Box], routes: Iterable[Route]) -> Span:
    """The rectangle that holds these boxes and routes."""
    spans = [Span.around(centre, box) for centre, box in zip(centres, boxes, strict=True)]
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


def _with_moved(
    normal: Placement, moved: Mapping[str, Point], boxes: Mapping[str, Box], edges: Sequence[Edge], gap: float
) -> Placement:
    """The placement with some nodes elsewhere; routes that touch them find a new way, all others stay."""
    centres = {**normal.centres, **moved}
    spans = {name: Span.around(centre, boxes[name]) for name, centre in centres.items()}
    in_the_way = [spans[name] for name in moved]
    links = numbered(boxes, edges)
    routes = list(normal.routes)
    for i, (edge, link, bow) in enumerate(zip(edges, links, parallel_bows(links, gap), strict=True)):
        if edge.source in moved or edge.target in moved or hits(routes[i], in_the_way):
            target, (x, y) = boxes[edge.target], centres[edge.target]
            dx, dy = target.arrival(link.lean)
            start = spans[edge.source].right, centres[edge.source][1]
            ends = spans[edge.source], spans[edge.target]
            others = [span for name, span in spans.items() if name not in (edge.source, edge.target)]
            route = free_route(start, (x + dx, y + dy), target.slope(link.lean), ends, others, gap / 2)
            routes[i] = bowed(route, bow)
    extent = _extent(centres.values(), (boxes[name] for name in centres), routes)
    left, top = min(extent.left, 0.0), min(extent.top, 0.0)
    return Placement(
        MappingProxyType(centres), tuple(routes), extent.right - left, extent.bottom - top, left, top
    )

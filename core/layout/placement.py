"""The whole layout: a graph's parts placed one by one, packed, and what the user has moved put in place.

Reading order: place_in_pieces, _with_moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from core.base.slicing import Work, at_once
from core.layout.boxes import Box, Span
from core.layout.curves import Point
from core.layout.detours import free_route, hits
from core.layout.frames import Frame, place_framed, stretched
from core.layout.layers import Edge, numbered
from core.layout.parts import Gaps, Placement, extent_of, placed
from core.layout.routing import bowed, parallel_bows

# the distances of columns, and of boxes or edges one above the other
GAP_X, GAP_Y = 76.0, 28.0


def place_in_pieces(
    sizes: Mapping[str, tuple[float, float]],
    edges: Sequence[Edge],
    *,
    gap_x: float = GAP_X,
    gap_y: float = GAP_Y,
    fixed: Mapping[str, Point] | None = None,
    rounds: Collection[str] | None = None,
    frames: Mapping[str, Frame] | None = None,
    rooms: Mapping[str, tuple[float, float]] | None = None,
) -> Work[Placement]:
    """Places for boxes of these sizes (width, height) and routes for the edges.

    Columns are at least `gap_x` apart, boxes and edges in a column `gap_y`.
    `fixed` holds centres that are kept as they are; the other nodes stand as if nothing were fixed, and names
    not in `sizes` are passed over. Arrows meet the nodes in `rounds` on an ellipse (by default those as wide
    as high), all others on their left side. The members of each of the `frames` stand in a rectangle of their
    own, with the heights of `rooms` above and below them. ValueError if the edges form a cycle or name a node
    without a size.
    """
    round_names = {name for name, (w, h) in sizes.items() if w == h} if rounds is None else rounds
    boxes = {name: Box(w, h, name in round_names) for name, (w, h) in sizes.items()}
    gaps = Gaps(gap_x, gap_y)
    if frames:
        placement = yield from place_framed(boxes, edges, frames, rooms or {}, gaps)
    else:
        placement = yield from placed(tuple(boxes.items()), tuple(edges), gaps)
    moved = {name: at for name, at in (fixed or {}).items() if placement.centres.get(name, at) != at}
    if not moved:
        return placement
    spans = {name: Span.around(at, boxes[name]) for name, at in moved.items()}
    kept = stretched(frames or {}, placement.frames, spans)
    return replace(_with_moved(placement, moved, boxes, edges, gap_y), frames=kept)


place = at_once(place_in_pieces)


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
    extent = extent_of(centres.values(), (boxes[name] for name in centres), routes)
    left, top = min(extent.left, 0.0), min(extent.top, 0.0)
    return Placement(
        MappingProxyType(centres), tuple(routes), extent.right - left, extent.bottom - top, left, top
    )

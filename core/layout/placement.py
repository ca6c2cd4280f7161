"""The whole layout: a graph's parts placed one by one, packed, and what the user has moved put in place.

Reading order: place_in_pieces, _with_moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from core.base.slicing import Work, at_once
from core.layout.boxes import Box, Space, Span
from core.layout.curves import Point, joined, straight
from core.layout.detours import free_route, hits
from core.layout.frames import Frame, place_framed, stretched
from core.layout.layers import Edge
from core.layout.parts import Gaps, Placement, extent_of, placed
from core.layout.routing import arriving, smooth

# the distances of columns, and of boxes or edges one above the other
GAP_X, GAP_Y = 22.0, 12.0
# how far an edge of a node that was moved keeps from boxes
_CLEAR = 14.0


def place_in_pieces(
    sizes: Mapping[str, tuple[float, float]],
    edges: Sequence[Edge],
    *,
    gap_x: float = GAP_X,
    gap_y: float = GAP_Y,
    fixed: Mapping[str, Point] | None = None,
    rounds: Collection[str] | None = None,
    frames: Mapping[str, Frame] | None = None,
    spaces: Mapping[str, Space] | None = None,
    free: Collection[str] = (),
    rows: int = 1,
    early: bool = False,
    series: Sequence[Sequence[str]] = (),
) -> Work[Placement]:
    """Places for boxes of these sizes (width, height) and routes for the edges.

    Columns are at least `gap_x` apart, boxes and edges in a column `gap_y`, beyond the `spaces` around boxes.
    `fixed` holds centres that are kept as they are; the other nodes stand as if nothing were fixed, and names
    not in `sizes` are passed over. The nodes in `rounds` have round ends (by default those as wide as high).
    The members of each of the `frames` stand in a rectangle of their own. At the nodes in `free` edges arrive
    as they come, else from top to bottom by their ports. Without frames a drawing is put into so many `rows`
    at most; inputs stand in the row of their first use unless they may in an `early` one. Those of a `series`
    stand in its order where they share a column. ValueError if the edges form a cycle or name a node without
    a size.
    """
    round_names = {name for name, (w, h) in sizes.items() if w == h} if rounds is None else rounds
    around = spaces or {}
    boxes = {
        name: Box(w, h, name in round_names, around.get(name, Space())) for name, (w, h) in sizes.items()
    }
    gaps, free = Gaps(gap_x, gap_y, 1 if frames else rows, early), frozenset(free)
    if frames:
        placement = yield from place_framed(boxes, edges, frames, gaps, free)
    else:
        placement = yield from placed(
            tuple(boxes.items()), tuple(edges), gaps, free, series=tuple(map(tuple, series))
        )
    moved = {name: at for name, at in (fixed or {}).items() if placement.centres.get(name, at) != at}
    if not moved:
        return placement
    spans = {name: Span.of_all(at, boxes[name]) for name, at in moved.items()}
    kept = stretched(frames or {}, placement.frames, spans)
    return replace(_with_moved(placement, moved, boxes, edges), frames=kept)


place = at_once(place_in_pieces)


def _with_moved(
    normal: Placement, moved: Mapping[str, Point], boxes: Mapping[str, Box], edges: Sequence[Edge]
) -> Placement:
    """The placement with some nodes elsewhere; routes that touch them find a new way, all others stay."""
    centres = {**normal.centres, **moved}
    spans = {name: Span.of_all(centre, boxes[name]) for name, centre in centres.items()}
    in_the_way = [spans[name] for name in moved]
    routes = list(normal.routes)
    for i, (edge, (offset, meets)) in enumerate(zip(edges, normal.arrivals, strict=True)):
        if edge.source in moved or edge.target in moved or hits(routes[i], in_the_way):
            source, target = boxes[edge.source], boxes[edge.target]
            (left, level), (x, y) = centres[edge.source], centres[edge.target]
            dx, dy = target.outline(meets)
            start, leaving = (left + source.width / 2, level), (left + source.right, level)
            ends = spans[edge.source], spans[edge.target]
            others = [span for name, span in spans.items() if name not in (edge.source, edge.target)]
            end, slope = (x + dx, y + dy), target.slope(meets)
            last = [end]
            if edge.stretch.length:
                last = arriving((x - target.left - edge.stretch.length, y + offset), end)
            way = free_route(leaving, last[0], 0.0 if last[1:] else slope, ends, others, _CLEAR)
            parts = [straight(start, leaving), way] if leaving != start else [way]
            routes[i] = joined([*parts, smooth(last, slope)] if last[1:] else parts)
    extent = extent_of(centres.values(), (boxes[name] for name in centres), routes)
    left, top = min(extent.left, 0.0), min(extent.top, 0.0)
    return Placement(
        MappingProxyType(centres),
        tuple(routes),
        normal.arrivals,
        extent.right - left,
        extent.bottom - top,
        left,
        top,
        returns=normal.returns,
    )

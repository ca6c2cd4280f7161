"""At which height each edge arrives at its node, so that edges and what is written beside them stay apart.

Reading order: main_ways (the edges that run straight), arrive (all of them).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from core.layout.boxes import Box, Stretch
from core.layout.layers import Layered, Link

# over which share of a box's height edges arrive, how far apart at most, at least, and clear of one another
_SHARE, _MOST, _LEAST, _CLEAR = 0.85, 22.0, 12.0, 6.0

# how many more edges may arrive on one side of the main way than on the other while that runs to the centre
_UNEVEN = 2


class Arrival(NamedTuple):
    """How far below its target's centre an edge arrives, and how far below it meets the box."""

    offset: float
    meets: float


def main_ways(layer: Sequence[int], links: Sequence[Link]) -> list[int]:
    """For every node the link that runs straight into it, by its place in `links`, or -1.

    It comes from the source with strictly the longest way behind it, and the node has strictly the longest
    way ahead of all that the source leads to: data flows along a level line from the inputs to the output.
    """
    into: list[list[int]] = [[] for _ in layer]
    out_of: list[list[int]] = [[] for _ in layer]
    for i, link in enumerate(links):
        into[link.target].append(i)
        out_of[link.source].append(i)
    order = sorted(range(len(layer)), key=layer.__getitem__)
    behind, ahead = [0] * len(layer), [0] * len(layer)
    for node in order:
        behind[node] = max((behind[links[i].source] + 1 for i in into[node]), default=0)
    for node in reversed(order):
        ahead[node] = max((ahead[links[i].target] + 1 for i in out_of[node]), default=0)
    found = []
    for node in range(len(layer)):
        best = _largest(into[node], [behind[links[i].source] for i in into[node]])
        if best >= 0:
            leading = out_of[links[best].source]
            best = best if _largest(leading, [ahead[links[i].target] for i in leading]) == best else -1
        found.append(best)
    return found


def _largest(links: Sequence[int], lengths: Sequence[int]) -> int:
    """The link with the one largest length, or -1 where there are several or none."""
    most = max(lengths, default=0)
    return links[lengths.index(most)] if lengths.count(most) == 1 else -1


def arrive(
    graph: Layered,
    links: Sequence[Link],
    stretches: Sequence[Stretch],
    boxes: Sequence[Box],
    free: Collection[int],
    main: Sequence[int],
) -> tuple[list[Arrival], list[Box]]:
    """Where the links arrive, and the boxes with room for what is written there.

    They arrive by their inputs from top to bottom, at the nodes in `free` as they come; a node's main way at
    its centre, the others above and below it, unless most of them come from one side.
    """
    place = [0] * graph.vertices
    for layer in graph.layers:
        for i, v in enumerate(layer):
            place[v] = i
    into: list[list[int]] = [[] for _ in boxes]
    for i, link in enumerate(links):
        into[link.target].append(i)
    found, grown = [Arrival(0.0, 0.0)] * len(links), list(boxes)
    for node, arriving in enumerate(into):
        if not arriving:
            continue
        as_they_come = node in free
        arriving.sort(key=lambda i: place[graph.chains[i][-2]] if as_they_come else links[i].lean)
        box, kept = boxes[node], [stretches[i] for i in arriving]
        straight = arriving.index(main[node]) if main[node] >= 0 else None
        if straight is not None and abs(len(arriving) - 1 - 2 * straight) > _UNEVEN:
            straight = None
        offsets = list(box.entries) or _offsets(box, kept, straight)
        farthest = 0.0 if box.holds_others else max(map(abs, offsets))
        scale = min(1.0, _SHARE * box.height / 2 / farthest) if farthest else 1.0
        for i, offset in zip(arriving, offsets, strict=True):
            found[i] = Arrival(offset, scale * offset)
        above = max(stretch.above - offset for stretch, offset in zip(kept, offsets, strict=True))
        below = max(stretch.below + offset for stretch, offset in zip(kept, offsets, strict=True))
        grown[node] = _with_room(box, above, below)
    return found, grown


def _offsets(box: Box, kept: Sequence[Stretch], straight: int | None) -> list[float]:
    """The heights at which edges with these stretches arrive, the `straight` one, if any, at the centre."""
    last = len(kept) - 1
    beside = last / 2 if straight is None else max(straight, last - straight)
    even = min(_MOST, _SHARE * box.height / 2 / max(beside, 0.5))
    found = [0.0]
    for upper, lower in pairwise(kept):
        apart = upper.below + _CLEAR + lower.above
        found.append(found[-1] + (max(apart, _LEAST) if upper.length or lower.length else even))
    level = found[-1] / 2 if straight is None else found[straight]
    return [offset - level for offset in found]


def _with_room(box: Box, above: float, below: float) -> Box:
    """The box with these heights above and below its centre free for arrivals, inside the space around it."""
    more_above, more_below = max(above - box.height / 2, 0.0), max(below - box.height / 2, 0.0)
    if not more_above and not more_below:
        return box
    space = box.space
    room = replace(space, above=space.above + more_above, below=space.below + more_below)
    return replace(box, space=room)

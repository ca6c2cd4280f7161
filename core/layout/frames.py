"""Frames around boxes that belong together, at any depth: nothing else stands inside one, none overlap.

Every frame is laid out alone and stands as one box in the layout around it. Edges meet that box where
they go on inside, so that the way of an edge is the chain of its parts. Reading order: Frame, place_framed,
stretched, _Level (one frame, or the whole), _Framed (all of them put together).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from core.base.slicing import Work
from core.layout.arrivals import Arrival
from core.layout.boxes import Box, Space, Span, Stretch
from core.layout.curves import Point, Route, joined, straight
from core.layout.layers import Edge
from core.layout.parts import Gaps, Placement, placed

PADDING = 14.0  # between a frame and what is inside


class Frame(Struct, frozen=True):
    """A frame by what it holds: its `members`, the key of the frame `around` it, the node whose value leaves.

    `title` is the width and height of what is written at its top.
    """

    members: frozenset[str]
    around: str
    exit: str
    title: tuple[float, float]


Link = tuple[str, str, int]  # source and target at one level, and the input of the target


def place_framed(
    boxes: Mapping[str, Box],
    edges: Sequence[Edge],
    frames: Mapping[str, Frame],
    gaps: Gaps,
    free: frozenset[str],
) -> Work[Placement]:
    """The placement with a rectangle for each frame.

    Frames come before those inside them; an edge leaves a frame only at its exit.
    """
    framed = _Framed(boxes, edges, frames, gaps, free)
    for key in (*reversed(list(frames)), ""):
        framed.levels[key] = yield from framed.level(key)
    return framed.placement()


def stretched(
    frames: Mapping[str, Frame], spans: Mapping[str, Span], moved: Mapping[str, Span]
) -> Mapping[str, Span]:
    """The rectangles of frames where boxes inside have been moved elsewhere."""
    found = dict(spans)
    for key, frame in reversed(list(frames.items())):
        for name in frame.members & moved.keys():
            found[key] = found[key].with_other(moved[name].grown(2 * PADDING))
        if frame.around and found[key] != spans[key]:
            found[frame.around] = found[frame.around].with_other(found[key].grown(PADDING))
    return found


class _Level(Struct, frozen=True):
    """One frame laid out, or the whole graph: in its own coordinates, with `span` the frame itself."""

    placement: Placement
    routes: Mapping[Link, Route]
    arrivals: Mapping[Link, Arrival]
    sources: tuple[str, ...]
    span: Span
    exit: float

    @property
    def box(self) -> Box:
        """The frame as a box of the layout around it."""
        middle = (self.span.top + self.span.bottom) / 2
        heights = tuple(self.placement.centres[_entry(source)][1] - middle for source in self.sources)
        return Box(self.span.width, self.span.height, False, Space(), heights, self.exit - middle)


def _entry(source: str) -> str:
    """What stands at a frame's border for a node outside; no node is called so."""
    return f"entry {source}"


def _frame(key: str) -> str:
    return f"frame {key}"


class _Framed:
    def __init__(
        self,
        boxes: Mapping[str, Box],
        edges: Sequence[Edge],
        frames: Mapping[str, Frame],
        gaps: Gaps,
        free: frozenset[str],
    ):
        self.boxes, self.edges, self.frames, self.gaps, self.free = boxes, edges, frames, gaps, free
        self.home = {name: key for key, frame in frames.items() for name in frame.members}
        self.levels: dict[str, _Level] = {}

    # -- who is where

    def around(self, name: str) -> list[str]:
        """The frames around a node, the innermost first, and "" for the whole graph."""
        keys = [self.home.get(name, "")]
        while keys[-1]:
            keys.append(self.frames[keys[-1]].around)
        return keys

    def at(self, key: str, name: str) -> str:
        """What a node is at a level: itself, the frame it is in, or an entry if it is outside."""
        keys = self.around(name)
        if key not in keys:
            return _entry(name)
        depth = keys.index(key)
        return _frame(keys[depth - 1]) if depth else name

    # -- one level

    def level(self, key: str) -> Work[_Level]:
        """A frame laid out, when those inside it are."""
        links = self._links(key)
        inside = [_frame(inner) for inner, frame in self.frames.items() if frame.around == key]
        boxes = {name: box for name, box in self.boxes.items() if self.home.get(name, "") == key}
        boxes |= {name: self.levels[name.removeprefix("frame ")].box for name in inside}
        sources = {source: None for source, _, _ in links if source not in boxes}
        boxes |= {source: Box(0.0, 0.0, False) for source in sources}
        inputs = frozenset(sources)
        placement = yield from placed(
            tuple(boxes.items()), tuple(links.values()), self.gaps, self.free.intersection(boxes), inputs
        )
        routes = dict(zip(links, placement.routes, strict=True))
        arrivals = dict(zip(links, placement.arrivals, strict=True))
        order = sorted(sources, key=lambda source: placement.centres[source][1])
        names = tuple(source.removeprefix("entry ") for source in order)
        span = self._span(key, [placement.centres[source][0] for source in sources], placement)
        return _Level(placement, routes, arrivals, names, span, self._exit(key, placement))

    def _links(self, key: str) -> dict[Link, Edge]:
        """The edges as they run at this level, each part of their ways once."""
        found: dict[Link, Edge] = {}
        for edge in self.edges:
            source, target = self.at(key, edge.source), self.at(key, edge.target)
            if source == target or target.startswith("entry "):
                continue
            port, ports = edge.port, edge.ports
            if target.startswith("frame "):
                entering = self.levels[target.removeprefix("frame ")].sources
                port, ports = entering.index(edge.source), len(entering)
            # what is written beside an edge stands where it arrives in the end
            stretch = Stretch() if target.startswith("frame ") else edge.stretch
            found[source, target, port] = Edge(source, target, port, ports, stretch)
        return found

    def _exit(self, key: str, placement: Placement) -> float:
        if not key:
            return 0.0
        name = self.at(key, self.frames[key].exit)
        inner = self.levels[name.removeprefix("frame ")].box.exit if name.startswith("frame ") else 0.0
        return placement.centres[name][1] + inner

    def _span(self, key: str, entries: Sequence[float], placement: Placement) -> Span:
        """The rectangle around everything at a level; edges enter it at the x of its entries."""
        if not key:
            return Span(0.0, 0.0, placement.width, placement.height)
        width, height = self.frames[key].title
        left = min(entries) if entries else -PADDING
        right = max(placement.width, left + width + PADDING) + PADDING
        return Span(left, -PADDING - height, right, placement.height + PADDING)

    # -- all levels

    def placement(self) -> Placement:
        whole = self.levels[""].placement
        shifts: dict[str, Point] = {"": (0.0, 0.0)}
        spans: dict[str, Span] = {}
        for key, frame in self.frames.items():
            level, (dx, dy) = self.levels[key], shifts[frame.around]
            x, y = self.levels[frame.around].placement.centres[_frame(key)]
            middle = (level.span.left + level.span.right) / 2, (level.span.top + level.span.bottom) / 2
            shifts[key] = dx, dy = dx + x - middle[0], dy + y - middle[1]
            spans[key] = level.span.shifted(dx, dy)
        centres = {}
        for name in self.boxes:
            home = self.home.get(name, "")
            (x, y), (dx, dy) = self.levels[home].placement.centres[name], shifts[home]
            centres[name] = x + dx, y + dy
        routes = tuple(joined(list(self._parts(edge, shifts, centres))) for edge in self.edges)
        arrivals = tuple(self._arrival(edge) for edge in self.edges)
        return replace(whole, centres=centres, routes=routes, arrivals=arrivals, frames=spans)

    def _arrival(self, edge: Edge) -> Arrival:
        """Where an edge arrives at its target."""
        key = self.home.get(edge.target, "")
        return self.levels[key].arrivals[self.at(key, edge.source), edge.target, edge.port]

    def _parts(
        self, edge: Edge, shifts: Mapping[str, Point], centres: Mapping[str, Point]
    ) -> Iterator[Route]:
        """The parts of an edge's way: out of the frames around its source, and into those of its target."""
        outer = next(key for key in self.around(edge.target) if key in self.around(edge.source))
        inward = self.around(edge.target)
        first = True
        for key in reversed(inward[: inward.index(outer) + 1]):
            source, target = self.at(key, edge.source), self.at(key, edge.target)
            port = edge.port
            if target.startswith("frame "):
                port = self.levels[target.removeprefix("frame ")].sources.index(edge.source)
            route = self.levels[key].routes[source, target, port].shifted(*shifts[key])
            if first and source.startswith("frame "):
                x, y = centres[edge.source]
                yield straight((x + self.boxes[edge.source].width / 2, y), route.start)
            first = False
            yield route

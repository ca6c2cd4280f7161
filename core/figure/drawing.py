"""The lasting part of a figure: where everything of a graph stands, whatever the step."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Value, shape_of
from core.base.numbers import DIGITS
from core.base.slicing import Work, at_once, finished
from core.figure.arrivals import best_arrivals
from core.figure.frames import layout_frames
from core.figure.labels import (
    CLEAR,
    Rect,
    Spot,
    Wanted,
    choose_spots,
    climb,
    near_source,
    where_alone,
)
from core.figure.parts import Frame
from core.figure.sizes import (
    GAP_X,
    GAP_Y,
    LABEL,
    LEAST_WIDTH,
    NAME,
    RADIUS,
    SMALL,
    SYMBOL,
    WIDTH_STEP,
    extent,
    heat_extent,
    is_listed,
    label_extent,
)
from core.figure.symbols import is_inlined, symbol
from core.graph.graph import CONSTANT, Edge, Graph, Node
from core.layout import Edge as LayoutEdge
from core.layout import Placement, Point, Route, place_in_pieces, point_at
from core.math.mathtree import Math
from core.math.typeset import value_math
from core.passes.steps import Computed, Flowed, Seeded, Step
from core.passes.trace import Trace


class Drawing(Struct, frozen=True, dict=True):
    """A graph laid out: sizes of boxes, places, routes; moved nodes keep the place the user gave them."""

    graph: Graph
    placement: Placement
    sizes: Mapping[str, tuple[float, float]]
    symbols: Mapping[str, Math]
    edges: tuple[Edge, ...]
    room: float
    frames: tuple[Frame, ...] = ()

    def at_other_values(self, graph: Graph) -> Drawing:
        """The drawing for a graph of the same nodes: what was found out about places still holds."""
        found = replace(self, graph=graph)
        vars(found).update(vars(self) | {"graph": graph})
        return found

    @cached_property
    def routes(self) -> Mapping[tuple[str, int], Route]:
        return {(e.target, e.port): r for e, r in zip(self.edges, self.placement.routes, strict=True)}

    @cached_property
    def leaving(self) -> Mapping[str, tuple[Edge, ...]]:
        """For each node the drawn edges on which its value leaves."""
        found: dict[str, list[Edge]] = {name: [] for name in self.sizes}
        for edge in self.edges:
            found[edge.source].append(edge)
        return {name: tuple(edges) for name, edges in found.items()}

    @cached_property
    def arriving(self) -> Mapping[str, tuple[Edge, ...]]:
        """For each node the drawn edges that bring its inputs."""
        found: dict[str, list[Edge]] = {name: [] for name in self.sizes}
        for edge in self.edges:
            found[edge.target].append(edge)
        return {name: tuple(edges) for name, edges in found.items()}

    @cached_property
    def stubs(self) -> Mapping[str, Route]:
        """The arrows on which outputs leave that nothing else uses: the chosen one and the program's own."""
        names = dict.fromkeys((self.graph.own_output, self.graph.output))
        return {name: self._stub(name) for name in names if not self.leaving[name]}

    def _stub(self, name: str) -> Route:
        x, y = self.placement.centres[name]
        start, third = x + self.sizes[name][0] / 2, (self._inside(name) + self.room + GAP_X) / 3
        return Route((start, y), (((start + third, y), (start + 2 * third, y), (start + 3 * third, y)),))

    def _inside(self, name: str) -> float:
        """How far behind a node the outermost frame ends that its value leaves."""
        ends = (frame.left + frame.width for frame in self.frames if frame.node == name)
        return max(
            (end - self.placement.centres[name][0] - self.sizes[name][0] / 2 for end in ends), default=0
        )

    @cached_property
    def alone(self) -> Mapping[str, Route]:
        """The edge beside which a node's labels stand: the only one it leaves on, unless that is steep."""
        found = {name: route for name, route in self._only.items() if name not in self.steep}
        return {**found, **self.stubs}

    @cached_property
    def _only(self) -> Mapping[str, Route]:
        """The edge on which a node's value leaves, for nodes that have just one."""
        only = {name: edges[0] for name, edges in self.leaving.items() if len(edges) == 1}
        return {name: self.routes[edge.target, edge.port] for name, edge in only.items()}

    @cached_property
    def steep(self) -> frozenset[str]:
        """The nodes whose only edge climbs so much that there is no room for labels beside it."""
        found = set()
        for name, route in self._only.items():
            shape = self.graph.nodes[name].shape
            width, _ = label_extent(shape, self.room)
            x = point_at(route, near_source(route, width, self._inside(name))[0])[0]
            if climb(route, x, width) > (STEEP_FOR_ARRAYS if shape else STEEP):
                found.add(name)
        return frozenset(found)

    @cached_property
    def spots(self) -> Mapping[tuple[str, int], Spot]:
        """Where on its edge a label is centred: (node, −1) for values, (target, port) for contributions."""
        return finished(self._choosing_spots())

    def _choosing_spots(self) -> Work[Mapping[tuple[str, int], Spot]]:
        wanted = yield from self._wanted()
        found = yield from choose_spots(wanted, self._obstacles(), self.placement.routes)
        return found

    def _wanted(self) -> Work[list[Wanted]]:
        values, contributions = [], []
        for name, edges in self.leaving.items():
            yield
            width, height = label_extent(self.graph.nodes[name].shape, self.room)
            if name in self.alone:
                route = self.alone[name]
                beyond = self._inside(name)
                if name in self.stubs:
                    begin = beyond / (route.end[0] - route.start[0])
                    shares = [begin + 0.45 * (1 - begin)]
                else:
                    shares = near_source(route, width, beyond)
                # an array's map stands beside the name of an input, so that only its gradient needs room
                above = 0 if shows_map(self.graph.nodes[name]) else height
                values.append(Wanted((name, -1), route, width, above, height, shares))
                continue
            if len(edges) < 2:
                continue
            routes = [self.routes[edge.target, edge.port] for edge in edges]
            for edge, route, shares in zip(edges, routes, where_alone(routes), strict=True):
                contributions.append(Wanted((edge.target, edge.port), route, width, 0, height, shares, True))
        return values + contributions

    def _obstacles(self) -> list[Rect]:
        """Boxes with their captions and the labels that stand above and below them; the borders of frames."""
        found = []
        for name, (width, height) in self.sizes.items():
            x, y = self.placement.centres[name]
            node = self.graph.nodes[name]
            label = 0 if name in self.alone else label_extent(node.shape, self.room)[1]
            caption = 0 if node.is_leaf else LABEL + 4
            half = width / 2 if name in self.alone else max(width, self.room * 0.8) / 2
            found.append((x - half, y - height / 2 - caption - label, x + half, y + height / 2 + label))
        for frame in self.frames:
            bottom = frame.top + frame.height
            for border in (frame.left, frame.left + frame.width):
                found.append((border - BORDER, frame.top, border + BORDER, bottom))
        return found


def label_width(trace: Trace, digits: int = DIGITS) -> float:
    """Find the room that the widest number of a trace takes, in steps: dragging a value shakes nothing.

    Args:
        trace: the trace.
        digits: how many significant digits numbers are shown with.

    Returns:
        A width in the units of the drawing.
    """
    widest = max(
        (_value_width(value, digits) for step in trace.shown.steps for value in _told(step)), default=0.0
    )
    return LEAST_WIDTH + WIDTH_STEP * max(0, math.ceil((widest - LEAST_WIDTH) / WIDTH_STEP))


def _told(step: Step) -> tuple[Value, ...]:
    match step:
        case Computed(_, value) | Seeded(_, value):
            return (value,)
        case Flowed(contribution=contribution, total=total):
            return contribution, total
    return ()


def _value_width(value: Value, digits: int) -> float:
    shape = shape_of(value)
    if not shape:
        return extent(value_math(value, digits), LABEL)[0]
    if is_listed(shape):
        return extent(value_math(value, min(digits, 3)), SMALL)[0]
    return heat_extent(shape)[0]


# an edge that climbs more below a label leaves no room beside it; the labels of arrays are higher themselves
STEEP, STEEP_FOR_ARRAYS = 4 * RADIUS, RADIUS
BORDER = 3.0  # beside a frame's line, where no label should stand


def draw_in_pieces(
    graph: Graph, moved: Mapping[str, Point] | None = None, room: float = 0.0
) -> Work[Drawing]:
    """Lay a graph out in pieces of work, data flowing from left to right.

    Args:
        graph: the graph.
        moved: where the user has put nodes, in the units of the drawing; all others are placed.
        room: the width kept free between columns for numbers.

    Returns:
        In the end the drawing: where each box stands and how each edge runs.
    """
    edges = tuple(edge for edge in graph.edges if not is_inlined(graph, edge))
    used = {edge.source for edge in edges} | {edge.target for edge in edges}
    used |= {graph.output, graph.own_output}
    shown = [n for n in graph.nodes.values() if n.name in used or n.op != CONSTANT]
    symbols = {node.name: symbol(graph, node) for node in shown}
    sizes = {node.name: _box_size(node, symbols[node.name]) for node in shown}
    fixed = {name: point for name, point in (moved or {}).items() if name in sizes}
    room = max(room, LEAST_WIDTH)

    frames, titles = layout_frames(graph, shown, edges)

    def drawn(steep: Collection[str]) -> Work[Drawing]:
        rooms = _rooms(graph, shown, edges, steep) if frames else {}

        def placed(links: list[LayoutEdge]) -> Work[Placement]:
            x, y = room + GAP_X, _gap_y(graph)
            return place_in_pieces(sizes, links, gap_x=x, gap_y=y, fixed=fixed, frames=frames, rooms=rooms)

        placement = yield from best_arrivals(graph, edges, placed)
        framed = tuple(
            Frame(key, graph.folded[key].name, titles[key], span.left, span.top, span.width, span.height)
            for key, span in placement.frames.items()
        )
        return Drawing(graph, placement, sizes, symbols, edges, room, framed)

    found = yield from drawn(())
    # where edges are steep is known when all is placed; what then stands above and below boxes needs room
    if frames and found.steep:
        found = yield from drawn(found.steep)
    vars(found)["spots"] = yield from found._choosing_spots()
    return found


draw = at_once(draw_in_pieces)


def _rooms(
    graph: Graph, shown: Iterable[Node], edges: Iterable[Edge], steep: Collection[str]
) -> Mapping[str, tuple[float, float]]:
    """The heights needed above and below each box for its caption and for labels there or beside it."""
    uses = Counter(edge.source for edge in edges)
    found = {}
    for node in shown:
        label = label_extent(node.shape)[1]
        caption = 0.0 if node.is_leaf else LABEL + 4
        beside = max(label + CLEAR - RADIUS, 0.0)
        at_box = uses[node.name] > 1 or node.name in steep
        found[node.name] = (caption + label, label) if at_box else (max(caption, beside), beside)
    return found


def shows_map(node: Node) -> bool:
    """Whether an input's value is a map beside its name."""
    return node.is_leaf and bool(node.shape) and not is_listed(node.shape)


def _gap_y(graph: Graph) -> float:
    """Room between boxes for the labels above and below their edges; arrays may stand above a caption."""
    tallest = max(label_extent(node.shape)[1] for node in graph.nodes.values())
    caption = LABEL if any(node.shape for node in graph.nodes.values()) else 0
    return 2 * tallest + caption + GAP_Y


def _box_size(node: Node, math: Math) -> tuple[float, float]:
    if node.is_leaf:
        width, height = extent(math, NAME)
        if node.shape and not is_listed(node.shape):
            heat = heat_extent(node.shape)
            return width + 12 + heat[0], max(height, heat[1])
        return width + 6, height
    width, _ = extent(math, SYMBOL)
    return max(2 * RADIUS, width + 22), 2 * RADIUS

"""The lasting part of a figure: where everything of a graph stands, whatever the step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from core.base.numbers import DIGITS
from core.base.slicing import Work, finished
from core.figure.frames import layout_frames
from core.figure.parts import Frame
from core.figure.rooms import BESIDE, TURN, Rooms, rooms_of
from core.figure.sizes import CLEAR, LABEL, NAME, RADIUS, SMALL, SYMBOL, extent
from core.figure.symbols import is_inlined, symbol
from core.graph.graph import CONSTANT, Edge, Graph, Node
from core.layout import Edge as LayoutEdge
from core.layout import Placement, Point, Route, Space, Stretch, place_in_pieces
from core.math.mathtree import Math
from core.passes.trace import Trace

ARROW = 26.0  # the arrow on which an output leaves, behind its value
BESIDE_HEAD = 6.0  # between an arrow's head and the output's name


class Drawing(Struct, frozen=True, dict=True):
    """A graph laid out: sizes of boxes, places, routes; moved nodes keep the place the user gave them."""

    graph: Graph
    placement: Placement
    sizes: Mapping[str, tuple[float, float]]
    symbols: Mapping[str, Math]
    edges: tuple[Edge, ...]
    rooms: Rooms
    frames: tuple[Frame, ...] = ()

    def at_other_values(self, graph: Graph) -> Drawing:
        """The drawing for a graph of the same nodes: all keeps its place."""
        return replace(self, graph=graph)

    @cached_property
    def routes(self) -> Mapping[tuple[str, int], Route]:
        return {(e.target, e.port): r for e, r in zip(self.edges, self.placement.routes, strict=True)}

    @cached_property
    def arriving(self) -> Mapping[str, tuple[Edge, ...]]:
        """For each node the drawn edges that bring its inputs."""
        found: dict[str, list[Edge]] = {name: [] for name in self.sizes}
        for edge in self.edges:
            found[edge.target].append(edge)
        return {name: tuple(edges) for name, edges in found.items()}

    @cached_property
    def outputs(self) -> Mapping[str, Route]:
        """The arrows on which outputs leave that nothing else uses: the chosen one and the program's own."""
        found = {}
        for name in _outputs(self.graph, self.edges):
            x, y = self.placement.centres[name]
            start = x + self.sizes[name][0] / 2
            end = start + self.rooms.stems[name].length + ARROW
            third = (end - start) / 3
            found[name] = Route((start, y), (((start + third, y), (end - third, y), (end, y)),))
        return found

    def beside(self, name: str) -> Point:
        """The middle of the level stretch on which a node's value leaves."""
        x, y = self.placement.centres[name]
        return x + self.sizes[name][0] / 2 + self.rooms.stems[name].length / 2, y

    def before(self, edge: Edge) -> Point:
        """The middle of the level stretch on which an edge arrives."""
        x, y = self.placement.centres[edge.target]
        stretch = self.rooms.arrivals[edge.target, edge.port]
        left = x - self.sizes[edge.target][0] / 2 - self._spaces[edge.target].left
        return left - TURN - (stretch.length - TURN) / 2, y + self._offsets[edge.target, edge.port]

    def above(self, name: str) -> float:
        """How far above a node's centre its caption stands: above its box and what arrives there."""
        tops = [
            self.rooms.arrivals.get((edge.target, edge.port), Stretch()).above
            - self._offsets[edge.target, edge.port]
            for edge in self.arriving[name]
        ]
        return max([self.sizes[name][1] / 2, *tops])

    @cached_property
    def _offsets(self) -> Mapping[tuple[str, int], float]:
        arrivals = zip(self.edges, self.placement.arrivals, strict=True)
        return {(edge.target, edge.port): arrival.offset for edge, arrival in arrivals}

    @cached_property
    def _spaces(self) -> Mapping[str, Space]:
        return _spaces(self.graph, self.sizes, self.edges, self.rooms)


def drawn_edges(graph: Graph) -> tuple[Edge, ...]:
    """The edges of a graph that are drawn: all but those of constants which stand in a circle."""
    return tuple(edge for edge in graph.edges if not is_inlined(graph, edge))


def draw(trace: Trace, moved: Mapping[str, Point] | None = None, digits: int = DIGITS) -> Drawing:
    """Lay out the graph of a trace, with room for all its numbers.

    Args:
        trace: the trace.
        moved: where the user has put nodes, in the units of the drawing; all others are placed.
        digits: how many significant digits numbers are shown with.

    Returns:
        Where each box stands and how each edge runs.
    """
    edges = drawn_edges(trace.graph)
    return finished(draw_in_pieces(trace.graph, edges, rooms_of(trace, edges, digits), moved))


def draw_in_pieces(
    graph: Graph, edges: tuple[Edge, ...], rooms: Rooms, moved: Mapping[str, Point] | None = None
) -> Work[Drawing]:
    """Lay a graph out in pieces of work, data flowing from left to right.

    Args:
        graph: the graph.
        edges: those of its edges that are drawn.
        rooms: what is kept free for numbers.
        moved: where the user has put nodes, in the units of the drawing; all others are placed.

    Returns:
        In the end the drawing: where each box stands and how each edge runs.
    """
    used = {edge.source for edge in edges} | {edge.target for edge in edges}
    used |= {graph.output, graph.own_output}
    shown = [n for n in graph.nodes.values() if n.name in used or n.op != CONSTANT]
    symbols = {node.name: symbol(graph, node) for node in shown}
    sizes = {node.name: _box_size(node, symbols[node.name]) for node in shown}
    stems = {name: rooms.stems.get(name, Stretch()) for name in sizes}
    rooms = replace(rooms, stems={name: _with_sum(name, stem, rooms) for name, stem in stems.items()})
    frames, titles = layout_frames(graph, shown, edges)
    placement = yield from place_in_pieces(
        sizes,
        _links(graph, edges, rooms),
        fixed={name: point for name, point in (moved or {}).items() if name in sizes},
        rounds={node.name for node in shown if not node.is_leaf},
        frames=frames,
        spaces=_spaces(graph, sizes, edges, rooms),
        free={node.name for node in shown if not node.is_leaf and node.operation.commutative},
    )
    framed = tuple(
        Frame(key, graph.folded[key].name, titles[key], span.left, span.top, span.width, span.height)
        for key, span in placement.frames.items()
    )
    return Drawing(graph, placement, sizes, symbols, edges, rooms, framed)


def _links(graph: Graph, edges: tuple[Edge, ...], rooms: Rooms) -> list[LayoutEdge]:
    """The edges for the layout: which input of how many each one reaches, from top to bottom."""
    arriving: dict[str, list[Edge]] = {}
    for edge in edges:
        arriving.setdefault(edge.target, []).append(edge)
    return [
        LayoutEdge(
            edge.source,
            edge.target,
            arriving[edge.target].index(edge),
            len(arriving[edge.target]),
            rooms.arrivals.get((edge.target, edge.port), Stretch()),
        )
        for edge in edges
    ]


def _spaces(
    graph: Graph, sizes: Mapping[str, tuple[float, float]], edges: tuple[Edge, ...], rooms: Rooms
) -> Mapping[str, Space]:
    """What is kept free around each box, for its caption and for what is written where its value leaves."""
    outputs = _outputs(graph, edges)
    found = {}
    for name, (box_width, _) in sizes.items():
        node, stem = graph.nodes[name], rooms.stems[name]
        if name in outputs:
            width, height = extent(graph.typesetter.name(name), NAME)
            above, below = max(stem.above, height / 2), max(stem.below, height / 2)
            stem = Stretch(stem.length + ARROW + BESIDE_HEAD + width, above, below)
        caption = (0.0, 0.0) if node.is_leaf or name in outputs else caption_extent(graph, node)
        beyond = max(caption[0] - box_width, 0.0) / (1 if node.shape else 2)
        found[name] = Space(beyond, caption[1], 0.0, stem)
    return found


def caption_extent(graph: Graph, node: Node) -> tuple[float, float]:
    """The room that a node's name takes above its box."""
    width, height = extent(graph.typesetter.name(node.name), LABEL if node.named else SMALL)
    return width, height + CLEAR


def _with_sum(name: str, stem: Stretch, rooms: Rooms) -> Stretch:
    """A stem long enough for the sum of gradients under it."""
    return replace(stem, length=max(stem.length, rooms.sums.get(name, 0.0) + 2 * BESIDE))


def _outputs(graph: Graph, edges: tuple[Edge, ...]) -> list[str]:
    used = {edge.source for edge in edges}
    return [name for name in dict.fromkeys((graph.own_output, graph.output)) if name not in used]


def _box_size(node: Node, math: Math) -> tuple[float, float]:
    if node.is_leaf:
        width, height = extent(math, NAME)
        return width + 6, height
    width, _ = extent(math, SYMBOL)
    return max(2 * RADIUS, width + 22), 2 * RADIUS

"""The lasting part of a figure: where everything of a graph stands, whatever the step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from core.base.slicing import Work, finished
from core.figure.frames import layout_frames
from core.figure.options import Options, Sizes
from core.figure.parts import Frame
from core.figure.rooms import BESIDE, TURN, Rooms, rooms_of
from core.figure.sizes import CLEAR, Extent, Measure, extent
from core.figure.symbols import symbol
from core.figure.view import Arc, Shown, View, view_of
from core.graph.graph import Graph
from core.layout import Edge as LayoutEdge
from core.layout import Placement, Point, Route, Space, Stretch, place_in_pieces
from core.math.mathtree import Math
from core.passes.trace import Trace

BESIDE_HEAD = 6.0  # between an arrow's head and the output's name
BESIDE_NAME, BESIDE_SYMBOL = 3.0, 10.0  # between a name or a symbol and the border of its box
HEAD_ROOM = 13.0  # for the head of an arrow, where many arrive at a node
DEFAULT = Options()


class Drawing(Struct, frozen=True, dict=True):
    """A graph laid out: sizes of boxes, places, routes; moved nodes keep the place the user gave them."""

    view: View
    options: Options
    placement: Placement
    sizes: Mapping[str, Extent]
    spaces: Mapping[str, Space]
    symbols: Mapping[str, Math]
    names: Mapping[str, Extent]
    """How large the names of operations are that are written."""
    rooms: Rooms
    frames: tuple[Frame, ...] = ()

    @property
    def graph(self) -> Graph:
        return self.view.graph

    def at_other_values(self, view: View) -> Drawing:
        """The drawing for a graph of the same nodes: all keeps its place."""
        return replace(self, view=view)

    @cached_property
    def routes(self) -> Mapping[tuple[str, int], Route]:
        """How the edges of the graph run that come in at a drawn node, by target and port."""
        routes = zip(self.view.arcs, self.placement.routes, strict=True)
        return {(arc.edge.target, arc.edge.port): route for arc, route in routes}

    @cached_property
    def outputs(self) -> Mapping[str, Route]:
        """The arrows on which outputs leave that nothing else uses."""
        found = {}
        for name in self.view.outputs:
            x, y = self.placement.centres[name]
            start = x + self.sizes[name][0] / 2
            end = start + self.rooms.stems[name].length + self.options.sizes.arrow
            third = (end - start) / 3
            found[name] = Route((start, y), (((start + third, y), (end - third, y), (end, y)),))
        return found

    def beside(self, name: str) -> Point:
        """The middle of the level stretch on which a node's value leaves."""
        x, y = self.placement.centres[name]
        return x + self.sizes[name][0] / 2 + self.rooms.stems[name].length / 2, y

    def below(self, name: str, width: float) -> Point:
        """The middle of the upper side of a sum of gradients of a width, below the total."""
        x, y = self.beside(name)
        stem = self.rooms.stems[name]
        return min(x, x + stem.length / 2 - BESIDE - width / 2), y + stem.below - self.rooms.sums[name][1]

    def before(self, arc: Arc) -> Point:
        """The middle of the level stretch on which a contribution is written."""
        x, y = self.placement.centres[arc.target]
        length = self.rooms.arrivals[arc.edge.target, arc.edge.port].length - TURN
        left = x - self.sizes[arc.target][0] / 2 - self.spaces[arc.target].left
        return left - TURN - length / 2, y + self._offsets[arc.edge.target, arc.edge.port]

    def above(self, name: str) -> float:
        """How far above a node's centre its name stands: above its box and what arrives there."""
        edges = [(arc.edge.target, arc.edge.port) for arc in self.view.nodes[name].arcs]
        tops = [self.rooms.arrivals.get(edge, NONE).above - self._offsets[edge] for edge in edges]
        return max([self.sizes[name][1] / 2, *tops])

    @cached_property
    def _offsets(self) -> Mapping[tuple[str, int], float]:
        arrivals = zip(self.view.arcs, self.placement.arrivals, strict=True)
        return {(arc.edge.target, arc.edge.port): arrival.offset for arc, arrival in arrivals}


NONE = Stretch()


def draw(
    trace: Trace,
    moved: Mapping[str, Point] | None = None,
    options: Options = DEFAULT,
    measure: Measure = extent,
) -> Drawing:
    """Lay out the graph of a trace, with room for all its numbers.

    Args:
        trace: the trace.
        moved: where the user has put nodes, in the units of the drawing; all others are placed.
        options: what of the graph is shown, and how large.
        measure: how large names and symbols are; by default estimated from their characters.

    Returns:
        Where each box stands and how each edge runs.
    """
    view = view_of(trace.graph, options.sums)
    return finished(draw_in_pieces(view, rooms_of(trace, view, options), options, moved, measure))


def draw_in_pieces(
    view: View,
    rooms: Rooms,
    options: Options,
    moved: Mapping[str, Point] | None = None,
    measure: Measure = extent,
) -> Work[Drawing]:
    """Lay a graph out in pieces of work, data flowing from left to right.

    Args:
        view: what of the graph is drawn.
        rooms: what is kept free for numbers.
        options: what of the graph is shown, and how large.
        moved: where the user has put nodes, in the units of the drawing; all others are placed.
        measure: how large names and symbols are.

    Returns:
        In the end the drawing: where each box stands and how each edge runs.
    """
    graph, look = view.graph, options.sizes
    symbols = {name: symbol(graph, shown.node) for name, shown in view.nodes.items()}
    sizes = {name: _box_size(shown, symbols[name], look, measure) for name, shown in view.nodes.items()}
    stems = {name: _stem(shown, sizes[name], rooms) for name, shown in view.nodes.items()}
    rooms = replace(rooms, stems=stems)
    names = _names(view, options, measure)
    spaces = {name: _space(view, name, sizes[name], names.get(name), rooms, look) for name in view.nodes}
    frames, titles = layout_frames(view, look.small, measure)
    placement = yield from place_in_pieces(
        sizes,
        [
            LayoutEdge(
                arc.source,
                arc.target,
                place,
                len(shown.arcs),
                rooms.arrivals.get((arc.edge.target, arc.edge.port), NONE),
            )
            for shown in view.nodes.values()
            for place, arc in enumerate(shown.arcs)
        ],
        gap_x=look.arrow,
        gap_y=look.gap,
        fixed={name: point for name, point in (moved or {}).items() if name in sizes},
        rounds={name for name, shown in view.nodes.items() if not shown.node.is_leaf},
        frames=frames,
        spaces=spaces,
        free={name for name, shown in view.nodes.items() if shown.takes_any_order},
    )
    framed = tuple(
        Frame(key, frames[key].exit, titles[key], look.small, span.left, span.top, span.width, span.height)
        for key, span in placement.frames.items()
    )
    return Drawing(view, options, placement, sizes, spaces, symbols, names, rooms, framed)


def _box_size(shown: Shown, math: Math, look: Sizes, measure: Measure) -> Extent:
    if shown.node.is_leaf:
        width, _ = measure(math, look.name)
        return width + 2 * BESIDE_NAME, 1.1 * look.name
    width, height = measure(math, look.symbol)
    heads = HEAD_ROOM * len(shown.arcs)
    return max(2 * look.radius, width + 2 * BESIDE_SYMBOL), max(
        2 * look.radius, height + BESIDE_SYMBOL, heads
    )


def _stem(shown: Shown, box: Extent, rooms: Rooms) -> Stretch:
    """A node's stem, with room for the sum of gradients below the total and below a circle."""
    stem = rooms.stems.get(shown.name, NONE)
    if shown.name not in rooms.sums:
        return stem
    width, height = rooms.sums[shown.name]
    top = max(stem.below, 0.0 if shown.node.is_leaf else box[1] / 2 + CLEAR)
    return Stretch(max(stem.length, width - box[0] + 2 * BESIDE), stem.above, top + height)


def _names(view: View, options: Options, measure: Measure) -> Mapping[str, Extent]:
    """How large the names of operations are: those that the program gives, or all, and those of outputs."""
    graph, look = view.graph, options.sizes
    chosen = view.home[graph.output]
    found = {}
    for name, shown in view.nodes.items():
        written = shown.node.named or options.captions or name in (chosen, *view.outputs)
        if written and not shown.node.is_leaf:
            found[name] = measure(graph.typesetter.name(name), name_size(view, name, look))
    return found


def name_size(view: View, name: str, look: Sizes) -> float:
    """The text size of an operation's name."""
    if name in view.outputs:
        return look.name
    return look.label if view.graph.nodes[name].named else look.small


def _space(view: View, name: str, box: Extent, written: Extent | None, rooms: Rooms, look: Sizes) -> Space:
    """What is kept free around a box, for its name and for what is written where its value leaves."""
    stem = rooms.stems[name]
    if written is None:
        return Space(stem=stem)
    width, height = written
    if name in view.outputs:
        above, below = max(stem.above, height / 2), max(stem.below, height / 2)
        return Space(stem=Stretch(stem.length + look.arrow + BESIDE_HEAD + width, above, below))
    # beside an array's map, which is high, a name reaches to the left only
    beyond = max(width - box[0], 0.0) / (1 if view.graph.nodes[name].shape else 2)
    return Space(beyond, height + CLEAR, 0.0, stem)

"""The lasting part of a figure: where everything of a graph stands, whatever the step."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from core.base.slicing import Work, finished
from core.figure.directions import (
    DIRECTIONS,
    HEAD,
    NO_BIAS,
    NOTHING,
    BiasText,
    Direction,
    Spot,
    Texts,
)
from core.figure.frames import layout_frames
from core.figure.nets import entry_name, name_of, symbol_of, view_of
from core.figure.notes import note_math, note_of
from core.figure.options import Options, Sizes
from core.figure.parts import Frame, Label
from core.figure.rooms import Rooms, rooms_of
from core.figure.sizes import Extent, Measure, extent
from core.figure.values import is_listed, is_numbered
from core.figure.view import Arc, Shown, View, Weight
from core.graph.graph import Graph
from core.layout import Edge as LayoutEdge
from core.layout import Placement, Point, Route, Space, Stretch, place_in_pieces, straight
from core.math.mathtree import Math
from core.passes.explain import typeset_program
from core.passes.trace import Trace

BESIDE_NAME, BESIDE_SYMBOL = 3.0, 10.0  # between a name or a symbol and the border of its box
BESIDE_CORNER = 3.0  # between the corner of a symbol and the round end of its box
BESIDE_NOTE = 5.0  # between a note and what stands at its node
HEAD_ROOM = 13.0  # for the head of an arrow, where many arrive at a node
DEFAULT = Options()


class NoteText(Struct, frozen=True):
    """A note as it is written, how large it is, and how far beyond what stands at its node."""

    math: Math
    extent: Extent
    away: float


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
    texts: Mapping[str, Texts]
    stretches: Mapping[Arc, Stretch]
    """Where arrows arrive beside which something is written."""
    rooms: Rooms
    notes: Mapping[str, NoteText] = {}
    """The notes that stand beside nodes."""
    frames: tuple[Frame, ...] = ()
    heading: tuple[Label, ...] = ()
    """The program above the graph, if it is shown."""

    @property
    def extent(self) -> Extent:
        """How wide and high all is."""
        place, heading = self.placement, self.heading
        width = max([place.width, *(label.extent[0] for label in heading)])
        top = min([place.top, *(label.at[1] - label.extent[1] for label in heading)])
        return width, place.top + place.height - top

    @cached_property
    def number_size(self) -> float:
        """The size of the smallest numbers at its nodes, which are the entries of arrays if any has some."""
        shapes = {shown.shape for shown in self.view.nodes.values()}
        has_entries = any(is_listed(shape) or is_numbered(shape) for shape in shapes)
        return self.options.sizes.small if has_entries else self.options.sizes.label

    @property
    def graph(self) -> Graph:
        return self.view.graph

    def at_other_values(self, view: View) -> Drawing:
        """The drawing for a graph of the same nodes: all keeps its place."""
        return replace(self, view=view)

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The inputs that some operation takes as a picture."""
        nodes = self.graph.nodes
        operations = (node for node in nodes.values() if not node.is_leaf)
        taken = {node.args[0] for node in operations if node.operation.takes_picture}
        return frozenset(name for name in taken if nodes[name].is_input)

    @cached_property
    def routes(self) -> Mapping[Arc, Route]:
        """How the arrows run."""
        return dict(zip(self.view.arcs, self.placement.routes, strict=True))

    @property
    def direction(self) -> Direction:
        return DIRECTIONS[self.options.down, self.options.at_nodes]

    @cached_property
    def outputs(self) -> Mapping[str, Route]:
        """The arrows on which outputs leave that nothing else uses; none leaves a map."""
        nodes = self.view.nodes
        return {
            name: self._output(name) for name in self.view.outputs if not is_mapped(nodes[name], self.options)
        }

    def _output(self, name: str) -> Route:
        (x, y), (width, height) = self.placement.centres[name], self.sizes[name]
        length = self.spaces[name].stem.length + self.options.sizes.arrow
        if self.options.down:
            return straight((x, y + height / 2), (x, y + height / 2 + length))
        return straight((x + width / 2, y), (x + width / 2 + length, y))

    @cached_property
    def printed(self) -> Mapping[str, Math]:
        """The names of operations that are written."""
        return {name: name_of(self.graph, self.view.nodes[name]) for name in self.names}

    def spot(self, name: str) -> Spot:
        """A box with what the places of its labels depend on."""
        if name not in self._spots:
            self._spots[name] = self._spot(name)
        return self._spots[name]

    @cached_property
    def _spots(self) -> dict[str, Spot]:
        return {}

    def _spot(self, name: str) -> Spot:
        above = below = self.sizes[name][0 if self.options.down else 1] / 2
        for arc in () if self.texts[name].crowded else self.view.nodes[name].arcs:
            stretch, offset = self.stretches.get(arc, NO_STRETCH), self._offsets[arc]
            above, below = max(above, stretch.above - offset), max(below, stretch.below + offset)
        circle = _is_shape(self.view.nodes[name], self.options)
        at, box = self.placement.centres[name], self.sizes[name]
        return Spot(name, at, box, circle, self.spaces[name].stem, self.texts[name], above, below)

    def beside(self, arc: Arc, spot: Spot, label: Extent, below: bool) -> Point:
        """Where a label stands at an arrow's end, at the box of a spot."""
        left, length = self.spaces[arc.target].left, self.stretches[arc].length
        return self.direction.beside_arrival(spot, left, self._offsets[arc], length, label, below)

    @cached_property
    def _offsets(self) -> Mapping[Arc, float]:
        arrivals = zip(self.view.arcs, self.placement.arrivals, strict=True)
        return {arc: arrival.offset for arc, arrival in arrivals}


NO_STRETCH = Stretch()


def draw(
    trace: Trace,
    moved: Mapping[str, Point] | None = None,
    options: Options = DEFAULT,
    measure: Measure = extent,
    counts: Collection[int] | None = None,
) -> Drawing:
    """Lay out the graph of a trace, with room for all its numbers.

    Args:
        trace: the trace.
        moved: where the user has put nodes, in the units of the drawing; all others are placed.
        options: what of the graph is shown, and how large.
        measure: how large names and symbols are; by default estimated from their characters.
        counts: after how many steps it is pictured, if its values stay what they are, as for `rooms_of`.

    Returns:
        Where each box stands and how each edge runs.
    """
    view = view_of(trace.graph, options)
    return finished(draw_in_pieces(view, rooms_of(trace, view, options, counts), options, moved, measure))


def draw_in_pieces(
    view: View,
    rooms: Rooms,
    options: Options,
    moved: Mapping[str, Point] | None = None,
    measure: Measure = extent,
) -> Work[Drawing]:
    """Lay a graph out in pieces of work.

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
    direction = DIRECTIONS[options.down, options.at_nodes]
    flipped = flip if options.down else same
    symbols = {name: symbol_of(graph, shown, bool(options.near)) for name, shown in view.nodes.items()}
    sizes = {name: _box_size(shown, symbols[name], options, measure) for name, shown in view.nodes.items()}
    rooms_of_boxes = dict(sizes)
    for homes in view.homes.values():  # the units of a layer are of one size, and dots stand in their middle
        units = [home for home in homes if view.nodes[home].kind != "rest"]
        if units[1:]:
            width, height = (max(sizes[unit][axis] for unit in units) for axis in (0, 1))
            sizes |= dict.fromkeys(units, (width, height))
            for home in homes:
                own = sizes[home]
                rooms_of_boxes[home] = (own[0], height) if options.down else (width, own[1])
    names = _names(view, options, measure)
    stretches = _stretches(view, rooms, direction)
    texts, spaces, with_outputs, notes = {}, {}, {}, {}
    for name, shown in view.nodes.items():
        is_output = name in view.outputs and not is_mapped(shown, options)
        written = names.get(name, NOTHING)
        number, terms = rooms.values.get(name, NOTHING), rooms.sums.get(name, NOTHING)
        called = NOTHING if is_output else written
        bias = _bias(shown.bias, graph, rooms, options, measure) if shown.bias else NO_BIAS
        beside = sum(arc in stretches for arc in shown.arcs)
        crowded = not shown.shape and beside > (0 if shown.bias else 1)
        head, lone = HEAD if rooms.heads else 0.0, name in rooms.lone
        texts[name] = Texts(number, terms, called, bias, head, crowded, lone)
        space = direction.space(sizes[name], _is_shape(shown, options), texts[name])
        if options.note_texts and shown.kind != "rest" and (note := note_of(shown.node, options)):
            notes[name] = _note(note, space, sizes[name], options, measure)
            space = _with_note(space, sizes[name], notes[name], options.down)
        spaces[name] = space
        with_outputs[name] = direction.with_output(space, written, look.arrow) if is_output else space
    frames, titles = layout_frames(view, look.small, measure, options.down)
    placement = yield from place_in_pieces(
        {name: flipped(size) for name, size in rooms_of_boxes.items()},
        [
            LayoutEdge(arc.source, arc.target, arc.place, len(shown.arcs), stretches.get(arc, NO_STRETCH))
            for shown in view.nodes.values()
            for arc in shown.arcs
        ],
        gap_x=look.arrow,
        gap_y=look.gap,
        fixed={name: flipped(point) for name, point in (moved or {}).items() if name in sizes},
        rounds={
            name for name, shown in view.nodes.items() if shown.in_circle and not is_mapped(shown, options)
        },
        frames=frames,
        spaces=with_outputs,
        free={name for name, shown in view.nodes.items() if shown.takes_any_order},
        rows=options.rows,
        early=options.early,
        series=[homes for homes in view.homes.values() if homes[1:]],
    )
    if options.down:
        placement = placement.flipped
    framed = tuple(
        Frame(key, frames[key].exit, titles[key], look.small, span.left, span.top, span.width, span.height)
        for key, span in placement.frames.items()
    )
    heading = _heading(graph, placement, look, measure) if options.formula else ()
    return Drawing(
        *(view, options, placement, sizes, spaces, symbols, names, texts, stretches, rooms),
        notes=notes,
        frames=framed,
        heading=heading,
    )


def _note(text: str, space: Space, box: Extent, options: Options, measure: Measure) -> NoteText:
    math = note_math(text)
    size = measure(math, options.sizes.small)
    reaches_stem = not options.down and size[0] > box[0]  # where numbers stand
    beyond = max(space.stem.below - box[1] / 2, 0.0) if reaches_stem else 0.0
    return NoteText(math, size, space.below + space.bottom + beyond + BESIDE_NOTE)


def _with_note(space: Space, box: Extent, note: NoteText, down: bool) -> Space:
    """The space around a box with room for a note beyond all else below it, or right of it."""
    (width, height), along = note.extent, 1 if down else 0
    beyond = max((height if down else width) - box[along], 0.0) / 2
    stem = replace(space.stem, length=max(space.stem.length, beyond))
    thick = width if down else height
    return replace(
        space, left=max(space.left, beyond), below=note.away + thick, stem=stem, bottom=0.0, top=space.top
    )


def _bias(bias: Weight, graph: Graph, rooms: Rooms, options: Options, measure: Measure) -> BiasText:
    """How large a bias is with its name, if biases are written."""
    if bias not in rooms.weights:
        return NO_BIAS
    name = measure(entry_name(graph, bias.name, bias.entry), options.sizes.label)
    return BiasText(name, rooms.weights[bias], options.values + options.gradients)


def _heading(graph: Graph, placement: Placement, look: Sizes, measure: Measure) -> tuple[Label, ...]:
    math = typeset_program(graph)
    at = placement.left + placement.width / 2, placement.top - look.name
    return (Label("", "formula", at, look.symbol, math, extent=measure(math, look.symbol)),)


def _stretches(view: View, rooms: Rooms, direction: Direction) -> Mapping[Arc, Stretch]:
    """The room before boxes for contributions, and for weights with their gradients."""
    found = {}
    for arc in view.arcs:
        key = arc.edge.target, arc.edge.port
        if arc.weight and arc.weight in rooms.weights:
            weight = rooms.weights[arc.weight]
            found[arc] = direction.arrival(weight, weight)
        elif key in rooms.contributions and view.is_plain(arc):
            found[arc] = direction.arrival(NOTHING, rooms.contributions[key])
    return found


def flip(pair: Point) -> Point:
    """The other direction: x and y, or width and height, exchanged."""
    return pair[1], pair[0]


def same(pair: Point) -> Point:
    return pair


def _box_size(shown: Shown, symbol: Math, options: Options, measure: Measure) -> Extent:
    """A box as large as what stands in it, with room for the heads of what arrives."""
    look = options.sizes
    if is_mapped(shown, options):
        return look.map, look.map
    if not shown.in_circle:
        width, _ = measure(symbol, look.name)
        return width + 2 * BESIDE_NAME, 1.1 * look.name
    width, height = measure(symbol, look.symbol)
    circle, heads = 2 * look.radius, HEAD_ROOM * len(shown.arcs)
    across, along = (heads, 0.0) if options.down else (0.0, heads)
    # a high symbol keeps its corners away from the round ends
    inside = math.sqrt(max((look.radius - BESIDE_CORNER) ** 2 - (height / 2) ** 2, 0.0))
    beside = max(BESIDE_SYMBOL, look.radius - inside)
    return max(circle, width + 2 * beside, across), max(circle, height + BESIDE_SYMBOL, along)


def _names(view: View, options: Options, measure: Measure) -> Mapping[str, Extent]:
    """How large the names of operations are: those that the program gives, or all, and those of outputs."""
    graph = view.graph
    chosen = view.home(graph.output)
    found = {}
    for name, shown in view.nodes.items():
        is_map = is_mapped(shown, options)
        written = is_map or shown.node.named or options.captions or name in (chosen, *view.outputs)
        if written and _is_shape(shown, options):
            found[name] = measure(name_of(graph, shown), name_size(shown, options, name in view.outputs))
    return found


def is_mapped(shown: Shown, options: Options) -> bool:
    """Whether a drawn node is a map of what it computes over a plane: it has one number."""
    return shown.node.name in options.maps and not shown.shape and shown.kind != "rest"


def _is_shape(shown: Shown, options: Options) -> bool:
    """Whether a drawn node is a circle or a map, with a name above it; else it is a plain name, or dots."""
    return shown.in_circle or is_mapped(shown, options)


def name_size(shown: Shown, options: Options, is_output: bool) -> float:
    """The text size of an operation's name: large behind the arrow of an output."""
    if is_output and not is_mapped(shown, options):
        return options.sizes.name
    return options.sizes.label if shown.node.named or shown.node.is_leaf else options.sizes.small

"""The passing part of a figure: what is known after some steps and what the last one lights up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Value
from core.figure.directions import BESIDE_HEAD, Spot
from core.figure.drawing import Drawing, name_size
from core.figure.nets import entry_name
from core.figure.notes import class_names, note_of
from core.figure.parts import Arrow, Box, Figure, Label, Mood, OverPlane, Part, Role
from core.figure.rooms import gradient_at, sum_shown
from core.figure.strides import since
from core.figure.values import Written, written
from core.figure.view import Arc, Shown, Weight
from core.graph.graph import Edge
from core.passes.steps import Computed, Flowed, Seeded, Step
from core.passes.trace import Snapshot, Trace


def figure(drawing: Drawing, snapshot: Snapshot, highlight: bool = True) -> Figure:
    """Picture a graph after some steps.

    Args:
        drawing: the graph laid out, as by `draw`; all steps of a trace share one.
        snapshot: what is known after the steps.
        highlight: whether what the last step touches is lit; without it a figure is a finished picture.

    Returns:
        Boxes, arrows and labels at their places in points, without colours. Who pictures many steps makes
        one `Figures`, which keeps what no step touches.
    """
    return Figures(drawing, snapshot.trace, highlight).at(snapshot.count)


class Lit(Struct, frozen=True):
    """What the steps of a stride touch: the nodes that compute, get the seed, send and receive.

    A `way` leads from a node that sends to one that receives, a `port` is that at which it is an argument.
    """

    computed: frozenset[str] = frozenset()
    seeded: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    receivers: frozenset[str] = frozenset()
    ports: frozenset[tuple[str, int]] = frozenset()
    ways: frozenset[tuple[str, str]] = frozenset()

    @property
    def active(self) -> frozenset[str]:
        return self.computed | self.seeded | self.senders


def lit_by(steps: Iterable[Step]) -> Lit:
    """What some steps touch."""
    steps = tuple(steps)
    flows = [step for step in steps if isinstance(step, Flowed)]
    return Lit(
        frozenset(step.node for step in steps if isinstance(step, Computed)),
        frozenset(step.node for step in steps if isinstance(step, Seeded)),
        frozenset(step.node for step in flows),
        frozenset(step.arg for step in flows),
        frozenset((step.node, step.port) for step in flows),
        frozenset((step.node, step.arg) for step in flows),
    )


class Learned(Struct, frozen=True, eq=False):
    """What a figure of a training shows: maps of drawn nodes, weights as shares of the largest.

    Where there are `gradients` of nodes they are shown in the place of those of the trace.
    """

    maps: Mapping[str, OverPlane] = {}
    weights: Mapping[Weight, float] = {}
    gradients: Mapping[str, Value] = {}


NOTHING_LEARNED = Learned()


class Figures:
    """What is to be seen at every step of a trace, or of a training at a sample.

    Lit is what the last stride touches: the steps since the last of the `stops`, without stops the last step.
    From one step to the next the parts of nodes that no step in between touches stay the same objects, and
    nothing is done for them.
    """

    def __init__(
        self,
        drawing: Drawing,
        trace: Trace,
        highlight: bool = True,
        stops: Sequence[int] = (),
        learned: Learned = NOTHING_LEARNED,
    ):
        self.drawing, self._trace, self._highlight = drawing, trace.shown, highlight
        self._stops, self.learned = stops, learned
        self._parts: dict[str, Part] = {}
        self._count, self._lit = -1, Lit()
        self._figure: Figure | None = None

    def at(self, count: int) -> Figure:
        """The figure after so many steps."""
        self._go(count)
        if self._figure is None:
            parts, drawing = self._parts.values(), self.drawing
            self._figure = Figure(
                tuple(part.box for part in parts),
                tuple(arrow for part in parts for arrow in part.arrows),
                (*(label for part in parts for label in part.labels), *drawing.heading),
                drawing.options.sizes,
                drawing.frames,
            )
        return self._figure

    def parts(self, count: int, names: Iterable[str]) -> dict[str, Part]:
        """What is seen of these drawn nodes after so many steps."""
        self._go(count)
        return {name: self._parts[name] for name in names}

    def since(self, count: int) -> int:
        """After how many steps the stride began that the last of `count` steps is in."""
        return since(self._stops, count)

    def changed(self, one: int, other: int) -> set[str]:
        """The drawn nodes that look different after `one` steps and after `other` steps."""
        low, high = sorted((one, other))
        touched = self._trace.touched(min(self.since(low) + 1, high), high)
        return self.drawing.view.touched(touched) & self.drawing.sizes.keys()

    def last_step(self, count: int) -> dict[str, Part]:
        """What is seen of the drawn nodes that the last stride of so many steps touches."""
        return self.parts(count, self.changed(count, count))

    def last_message(self, count: int) -> dict[str, Part]:
        """What is seen of the drawn nodes that the very last of so many steps touches."""
        touched = self.drawing.view.touched(self._trace.touched(count, count))
        return self.parts(count, touched & self.drawing.sizes.keys())

    def lit(self, count: int) -> Lit:
        """What the last stride of so many steps touches; nothing in a finished picture."""
        self._go(count)
        return self._lit

    def sum_at(self, name: str, count: int) -> Label | None:
        """The terms of a drawn node's gradient so far; None of one that is no sum, or has no room for it."""
        found = _gradient(self.drawing, Snapshot(self._trace, count), self.drawing.view.nodes[name], True, {})
        return next((label for label in found if label.role == "sum"), None)

    def is_known(self, drawn: str, count: int, gradient: bool) -> bool:
        """Whether the value, or the gradient, of a drawn node is there after so many steps."""
        snapshot, node = Snapshot(self._trace, count), self.drawing.view.shown_by(drawn)
        return (snapshot.gradient(node) if gradient else snapshot.value(node)) is not None

    def _go(self, count: int) -> None:
        """Look at the nodes anew that look different now."""
        if count == self._count:
            return
        names = self.drawing.sizes if self._count < 0 else self.changed(self._count, count)
        snapshot = Snapshot(self._trace, count, at_rest=not self._highlight)
        self._lit = lit_by(self._trace.steps[self.since(count) : count] if self._highlight else ())
        for name in names:
            self._parts[name] = _part(self.drawing, snapshot, self._lit, name, self.learned)
        self._count, self._figure = count, None


def _part(drawing: Drawing, snapshot: Snapshot, lit: Lit, name: str, learned: Learned) -> Part:
    shown = drawing.view.nodes[name]
    arrows = [_arrow(drawing, snapshot, lit, arc, learned) for arc in shown.arcs if _is_drawn(drawing, arc)]
    if name in drawing.outputs:
        arrows.append(_output(drawing, snapshot, lit, name))
    box = _box(drawing, snapshot, lit, shown, learned)
    return Part(box, tuple(arrows), tuple(_labels(drawing, snapshot, shown, learned)))


def _box(drawing: Drawing, snapshot: Snapshot, lit: Lit, shown: Shown, learned: Learned) -> Box:
    name, look = shown.name, drawing.options.sizes
    mood = _box_mood(shown, snapshot, lit)
    return Box(
        name,
        "operation" if shown.in_circle else "input",
        drawing.placement.centres[name],
        *drawing.sizes[name],
        drawing.symbols[name],
        look.symbol if shown.in_circle else look.name,
        mood,
        backward=mood in ("active", "receiving") and not lit.computed,
        chosen=drawing.graph.output in shown.members and drawing.graph.output != drawing.graph.own_output,
        note=note_of(shown.node, drawing.options),
        over=learned.maps.get(name),
        bias=learned.weights.get(shown.bias) if shown.bias else None,
    )


def _box_mood(shown: Shown, snapshot: Snapshot, lit: Lit) -> Mood:
    if shown.kind == "rest":
        return "done"
    if not lit.active.isdisjoint(shown.members):
        return "active"
    if not lit.receivers.isdisjoint(shown.members):
        return "receiving"
    return "done" if _known(shown, snapshot) else "idle"


def _known(shown: Shown, snapshot: Snapshot) -> list[Value]:
    """The values that have been seen at a drawn node, the present one last."""
    values = (snapshot.value(member) for member in shown.members if shown.shows(member))
    return [value for value in values if value is not None]


def _is_drawn(drawing: Drawing, arc: Arc) -> bool:
    return not arc.hidden and not (arc.weight and drawing.options.weights == "off")


def _arrow(drawing: Drawing, snapshot: Snapshot, lit: Lit, arc: Arc, learned: Learned) -> Arrow:
    edge, target = arc.edge, drawing.graph.nodes[arc.edge.target]
    along = (edge.target, edge.port) in lit.ports
    beside = False
    if arc.weight is not None and arc.weight.name in lit.receivers and not along:
        ways = ((node, arc.weight.name) for node in (target.name, *target.args))
        beside = any(way in lit.ways for way in ways)
    backward, is_lit = along or beside, along or beside or edge.target in lit.computed
    mood: Mood = "active" if is_lit else "idle" if snapshot.value(edge.target) is None else "done"
    shown = edge if drawing.view.is_plain(arc) else Edge(arc.source, arc.target, arc.place)
    weight = learned.weights.get(arc.weight) if arc.weight else None
    return Arrow(shown, drawing.routes[arc], arc.target, mood, backward, beside, weight)


def _output(drawing: Drawing, snapshot: Snapshot, lit: Lit, name: str) -> Arrow:
    """The arrow on which an output leaves."""
    node = drawing.view.nodes[name].node.name
    seeded = node in lit.seeded
    is_lit = seeded or node in lit.computed
    mood: Mood = "active" if is_lit else "done" if snapshot.value(node) is not None else "idle"
    return Arrow(Edge(name, "", -1), drawing.outputs[name], "", mood, seeded)


def _labels(drawing: Drawing, snapshot: Snapshot, shown: Shown, learned: Learned) -> list[Label]:
    """The labels of a node: its name, what leaves it, and what it sends back to inputs used elsewhere too."""
    name, options = shown.name, drawing.options
    gradients = replace(options, shapes=False)  # which are those of values
    spot, direction = drawing.spot(name), drawing.direction
    found = [] if (called := _name(drawing, name, spot)) is None else [called]
    if shown.kind == "rest":
        return found
    if note := _note(drawing, shown, spot):
        found.append(note)
    known, names = _known(shown, snapshot), class_names(shown.node, shown.shape, options)
    if known and options.values and not shown.node.is_constant:
        is_picture = name in drawing.pictures
        label = _label(name, "value", written(shown.value(known[-1]), options, is_picture, classes=names))
        found.append(replace(label, at=direction.value(spot, label.extent)))
    step = snapshot.step
    is_sent = isinstance(step, Flowed) and step.arg == name
    found += _gradient(drawing, snapshot, shown, is_sent, learned.gradients)
    if shown.bias in drawing.rooms.weights and shown.bias:
        found += _at_bias(drawing, snapshot, shown.bias, spot)
    for arc in shown.arcs:
        if arc not in drawing.stretches:
            continue
        found += _at_weight(drawing, snapshot, arc, spot) if arc.weight else []
        contribution = snapshot.contribution(arc.edge.target, arc.edge.port)
        if contribution is not None and not arc.weight:
            source = drawing.graph.nodes[arc.edge.source]
            entries = class_names(source, source.shape, options)
            value = written(contribution, gradients, on_ground=True, classes=entries)
            label = _label(arc.source, "contribution", value)
            at = drawing.beside(arc, spot, label.extent, below=True)
            found.append(replace(label, at=at, below=True, edge=arc.edge))
    return found


def _at_weight(drawing: Drawing, snapshot: Snapshot, arc: Arc, spot: Spot) -> list[Label]:
    """A weight above its arrow and its gradient below."""
    assert arc.weight
    found = []
    for label in _of_weight(drawing, snapshot, arc.weight):
        below = label.role == "gradient"
        at = drawing.beside(arc, spot, label.extent, below)
        edge = Edge(arc.source, arc.target, arc.place)
        found.append(replace(label, at=at, below=below, edge=edge))
    return found


def _gradient(
    drawing: Drawing, snapshot: Snapshot, shown: Shown, with_terms: bool, given: Mapping[str, Value]
) -> list[Label]:
    """The gradient of a node, and below it the terms of which it is the sum, where there is room for them."""
    name, options = shown.name, drawing.options
    known = given.get if given else snapshot.gradient
    gradient = known(shown.node.name) if options.gradients else None
    if gradient is None:
        return []
    spot, direction = drawing.spot(name), drawing.direction
    number = gradient_at(snapshot.trace, shown, gradient, replace(options, shapes=False))
    total = _label(name, "gradient", number)
    found = [replace(total, at=direction.gradient(spot, total.extent), below=True)]
    terms = sum_shown(snapshot, name, options) if with_terms and name in drawing.rooms.sums else None
    if terms is not None:
        at = direction.terms(spot, total.extent, terms.extent)
        found.append(replace(_label(name, "sum", terms), at=at, below=True))
    return found


def _at_bias(drawing: Drawing, snapshot: Snapshot, bias: Weight, spot: Spot) -> list[Label]:
    """A bias at its unit: its name, its value, and its gradient below that."""
    middle, text, size = drawing.direction.bias(spot), spot.texts.bias, drawing.options.sizes.label
    name = Label(bias.name, "name", (0.0, 0.0), size, entry_name(drawing.graph, bias.name, bias.entry))
    edge, found = Edge(bias.name, spot.name, -1), []
    for label in (replace(name, extent=text.name), *_of_weight(drawing, snapshot, bias)):
        places = dict(zip(("name", "value", "gradient"), text.places(middle, label.extent), strict=True))
        found.append(replace(label, at=places[label.role], edge=edge))
    return found


def _of_weight(drawing: Drawing, snapshot: Snapshot, weight: Weight) -> list[Label]:
    """The value and the gradient of a weight, as far as they are known, without their places."""
    options = drawing.options
    known: list[tuple[Role, bool, Value | None]] = [
        ("value", options.values, snapshot.value(weight.name)),
        ("gradient", options.gradients, snapshot.gradient(weight.name)),
    ]
    return [
        _label(weight.name, role, written(weight.of(value), options, on_ground=role == "gradient"))
        for role, is_shown, value in known
        if is_shown and value is not None
    ]


def _name(drawing: Drawing, name: str, spot: Spot) -> Label | None:
    """The name of an operation's value: behind the arrow of an output, else at its box."""
    extent = drawing.names.get(name)
    if extent is None:
        return None
    printed, size = (
        drawing.printed[name],
        name_size(drawing.view.nodes[name], drawing.options, name in drawing.view.outputs),
    )
    label = Label(name, "name", (0.0, 0.0), size, printed, extent=extent)
    if name not in drawing.outputs:
        x, y = drawing.direction.name(spot, extent)
        return replace(label, at=(x, y + extent[1] / 2))
    x, y = drawing.outputs[name].end
    if drawing.options.down:
        return replace(label, at=(x, y + BESIDE_HEAD), below=True)
    return replace(label, at=(x + BESIDE_HEAD, y), centred=False)


def _note(drawing: Drawing, shown: Shown, spot: Spot) -> Label | None:
    """What is noted at a node, below all else that stands there, or beside it where data flow down."""
    text = drawing.notes.get(shown.name)
    if text is None:
        return None
    size = drawing.options.sizes.small
    label = Label(shown.name, "note", spot.at, size, text.math, extent=text.extent)
    away = spot.below + text.away
    if drawing.options.down:
        return replace(label, at=(spot.at[0] + away, spot.at[1]), centred=False)
    return replace(label, at=(spot.at[0], spot.at[1] + away), below=True)


def _label(node: str, role: Role, shown: Written) -> Label:
    """A value as it is written, without its place."""
    return Label(node, role, (0.0, 0.0), shown.size, shown.math, shown.map, shown.extent)

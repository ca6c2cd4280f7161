"""The passing part of a figure: what is known after some steps and what the last one lights up."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from core.base.arrays import Value
from core.figure.directions import BESIDE_HEAD, Spot
from core.figure.drawing import Drawing, name_size
from core.figure.nets import entry_name, name_of
from core.figure.parts import Arrow, Box, Figure, Label, Mood, Part, Role
from core.figure.rooms import sum_shown
from core.figure.values import Written, written
from core.figure.view import Arc, Shown, Weight
from core.graph.graph import Edge
from core.passes.steps import Computed, Flowed, Seeded
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


class Figures:
    """What is to be seen at every step of a trace.

    From one step to the next the parts of nodes that no step in between touches stay the same objects, and
    nothing is done for them.
    """

    def __init__(self, drawing: Drawing, trace: Trace, highlight: bool = True):
        self.drawing, self._trace, self._highlight = drawing, trace.shown, highlight
        self._parts: dict[str, Part] = {}
        self._count = -1
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

    def changed(self, one: int, other: int) -> set[str]:
        """The drawn nodes that look different after `one` steps and after `other` steps."""
        return self.drawing.view.touched(self._trace.touched(one, other)) & self.drawing.sizes.keys()

    def last_step(self, count: int) -> dict[str, Part]:
        """What is seen of the drawn nodes that the last of so many steps touches."""
        return self.parts(count, self.changed(count, count))

    def _go(self, count: int) -> None:
        """Look at the nodes anew that look different now."""
        if count == self._count:
            return
        names = self.drawing.sizes if self._count < 0 else self.changed(self._count, count)
        snapshot = Snapshot(self._trace, count, at_rest=not self._highlight)
        for name in names:
            self._parts[name] = _part(self.drawing, snapshot, name)
        self._count, self._figure = count, None


def _part(drawing: Drawing, snapshot: Snapshot, name: str) -> Part:
    shown = drawing.view.nodes[name]
    arrows = [_arrow(drawing, snapshot, arc) for arc in shown.arcs if _is_drawn(drawing, arc)]
    if name in drawing.outputs:
        arrows.append(_output(drawing, snapshot, name))
    return Part(_box(drawing, snapshot, shown), tuple(arrows), tuple(_labels(drawing, snapshot, shown)))


def _box(drawing: Drawing, snapshot: Snapshot, shown: Shown) -> Box:
    name, look = shown.name, drawing.options.sizes
    mood = _box_mood(shown, snapshot)
    return Box(
        name,
        "operation" if shown.in_circle else "input",
        drawing.placement.centres[name],
        *drawing.sizes[name],
        drawing.symbols[name],
        look.symbol if shown.in_circle else look.name,
        mood,
        backward=mood in ("active", "receiving") and isinstance(snapshot.step, Flowed | Seeded),
        chosen=drawing.graph.output in shown.members and drawing.graph.output != drawing.graph.own_output,
    )


def _box_mood(shown: Shown, snapshot: Snapshot) -> Mood:
    if shown.kind == "rest":
        return "done"
    match snapshot.step:
        case Computed(node) | Seeded(node) | Flowed(node) if node in shown.members:
            return "active"
        case Flowed(arg=arg) if arg in shown.members:
            return "receiving"
    return "done" if _known(shown, snapshot) else "idle"


def _known(shown: Shown, snapshot: Snapshot) -> list[Value]:
    """The values that have been seen at a drawn node, the present one last."""
    values = (snapshot.value(member) for member in shown.members if shown.shows(member))
    return [value for value in values if value is not None]


def _is_drawn(drawing: Drawing, arc: Arc) -> bool:
    return not arc.hidden and not (arc.weight and drawing.options.weights == "off")


def _arrow(drawing: Drawing, snapshot: Snapshot, arc: Arc) -> Arrow:
    edge, lit, backward, beside = arc.edge, False, False, False
    match snapshot.step:
        case Computed(node):
            lit = node == edge.target
        case Flowed(node, port, arg) if node == edge.target:
            beside = arc.weight is not None and arg == arc.weight.name
            lit = backward = beside or port == edge.port
        case Flowed(node, arg=arg) if arc.weight is not None and arg == arc.weight.name:
            lit = backward = beside = node in drawing.graph.nodes[edge.target].args
    mood: Mood = "active" if lit else "idle" if snapshot.value(edge.target) is None else "done"
    shown = edge if drawing.view.is_plain(arc) else Edge(arc.source, arc.target, arc.place)
    return Arrow(shown, drawing.routes[arc], arc.target, mood, backward, beside)


def _output(drawing: Drawing, snapshot: Snapshot, name: str) -> Arrow:
    """The arrow on which an output leaves."""
    step, node = snapshot.step, drawing.view.nodes[name].node.name
    lit = isinstance(step, Seeded | Computed) and step.node == node
    mood: Mood = "active" if lit else "done" if snapshot.value(node) is not None else "idle"
    return Arrow(Edge(name, "", -1), drawing.outputs[name], "", mood, lit and isinstance(step, Seeded))


def _labels(drawing: Drawing, snapshot: Snapshot, shown: Shown) -> list[Label]:
    """The labels of a node: its name, what leaves it, and what it sends back to inputs used elsewhere too."""
    name, options = shown.name, drawing.options
    gradients = replace(options, shapes=False)  # which are those of values
    spot, direction = drawing.spot(name), drawing.direction
    found = [] if (called := _name(drawing, name, spot)) is None else [called]
    if shown.kind == "rest":
        return found
    known = _known(shown, snapshot)
    gradient = snapshot.gradient(shown.node.name) if options.gradients else None
    if known and options.values and not shown.node.is_constant:
        label = _label(name, "value", written(shown.value(known[-1]), options, name in drawing.pictures))
        found.append(replace(label, at=direction.value(spot, label.extent)))
    if gradient is not None:
        total = _label(name, "gradient", written(shown.value(gradient), gradients, on_ground=True))
        found.append(replace(total, at=direction.gradient(spot, total.extent), below=True))
        step = snapshot.step
        terms = sum_shown(snapshot, options) if isinstance(step, Flowed) and step.arg == name else None
        if terms is not None and name in drawing.rooms.sums:
            at = direction.terms(spot, total.extent, terms.extent)
            found.append(replace(_label(name, "sum", terms), at=at, below=True))
    if shown.bias in drawing.rooms.weights and shown.bias:
        found += _at_bias(drawing, snapshot, shown.bias, spot)
    for arc in shown.arcs:
        if arc not in drawing.stretches:
            continue
        found += _at_weight(drawing, snapshot, arc, spot) if arc.weight else []
        contribution = snapshot.contribution(arc.edge.target, arc.edge.port)
        if contribution is not None and not arc.weight:
            label = _label(arc.source, "contribution", written(contribution, gradients, on_ground=True))
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
        name_of(drawing.graph, drawing.view.nodes[name]),
        name_size(drawing.view, name, drawing.options.sizes),
    )
    label = Label(name, "name", (0.0, 0.0), size, printed, extent=extent)
    if name not in drawing.outputs:
        x, y = drawing.direction.name(spot, extent)
        return replace(label, at=(x, y + extent[1] / 2))
    x, y = drawing.outputs[name].end
    if drawing.options.down:
        return replace(label, at=(x, y + BESIDE_HEAD), below=True)
    return replace(label, at=(x + BESIDE_HEAD, y), centred=False)


def _label(node: str, role: Role, shown: Written) -> Label:
    """A value as it is written, without its place."""
    return Label(node, role, (0.0, 0.0), shown.size, shown.math, shown.map, shown.extent)

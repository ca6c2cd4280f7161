"""The passing part of a figure: what is known after some steps and what the last one lights up."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Literal

from msgspec.structs import replace

from core.base.arrays import Array, Value, shape_of
from core.base.lazy_numpy import np
from core.base.numbers import DIGITS, equation
from core.figure.drawing import Drawing, shows_map
from core.figure.labels import Spot, beside
from core.figure.parts import Arrow, Box, Figure, Label, Mood, Options, Role
from core.figure.sizes import LABEL, NAME, SMALL, extent, heat_extent, is_listed
from core.graph.graph import CONSTANT, Edge
from core.layout import Route
from core.math.mathtree import Fenced, Math, Sign, row
from core.math.typeset import PLUS, is_loose, number_math, value_math
from core.passes.steps import Computed, Flowed, Seeded
from core.passes.trace import Snapshot, Trace

DEFAULT = Options()


def figure(drawing: Drawing, snapshot: Snapshot, digits: int = DIGITS, options: Options = DEFAULT) -> Figure:
    """Picture a graph after some steps.

    Args:
        drawing: the graph laid out, as by `draw`; all steps of a trace share one.
        snapshot: what is known after the steps.
        digits: how many significant digits numbers are shown with.
        options: what of it is shown.

    Returns:
        Boxes, arrows and labels at their places in points, without colours. Who pictures many steps makes
        one `Figures`, which keeps what no step touches.
    """
    return Figures(drawing, snapshot.trace, digits, options).at(snapshot.count)


class Figures:
    """What is to be seen at every step of a trace.

    From one figure to the next the parts of nodes that no step in between touches stay the same objects.
    """

    def __init__(self, drawing: Drawing, trace: Trace, digits: int = DIGITS, options: Options = DEFAULT):
        self._drawing, self._trace, self._digits = drawing, trace.shown, digits
        self._options = options
        self._boxes: dict[str, Box] = {}
        self._arrows: dict[str, list[Arrow]] = {}  # those into a node
        self._stubs: dict[str, Arrow] = {}
        self._labels: dict[str, list[Label]] = {}
        set_name = drawing.graph.typesetter.name
        ends = (stub.end[0] + extent(set_name(name), NAME)[0] + 8 for name, stub in drawing.stubs.items())
        self._extent = max(drawing.placement.width, *ends, 0.0), drawing.placement.height
        self._last: tuple[int, Figure] | None = None

    def at(self, count: int) -> Figure:
        """The figure after so many steps."""
        if self._last is None:
            self._last = count, self._after(count, self._drawing.sizes)
        elif count != self._last[0]:
            touched = self._trace.touched(self._last[0], count) & self._drawing.sizes.keys()
            self._last = count, self._after(count, touched)
        return self._last[1]

    def _after(self, count: int, touched: Iterable[str]) -> Figure:
        """The figure after so many steps, made from the last one by looking at the touched nodes anew."""
        drawing = self._drawing
        snapshot = Snapshot(self._trace, count, at_rest=not self._options.highlight)
        for name in touched:
            self._boxes[name] = _box(drawing, snapshot, name)
            self._arrows[name] = _arrows(drawing, snapshot, name)
            self._labels[name] = _labels(drawing, snapshot, name, self._digits, self._options.captions)
            if name in drawing.stubs:
                self._stubs[name] = _stub(drawing, snapshot, name)
        return Figure(
            tuple(self._boxes.values()),
            (*chain.from_iterable(self._arrows.values()), *self._stubs.values()),
            tuple(chain.from_iterable(self._labels.values())),
            *self._extent,
            drawing.frames,
        )


def _box(drawing: Drawing, snapshot: Snapshot, name: str) -> Box:
    node = drawing.graph.nodes[name]
    width, height = drawing.sizes[name]
    kind: Literal["input", "operation"] = "input" if node.is_leaf else "operation"
    mood, centre = _box_mood(name, snapshot), drawing.placement.centres[name]
    backward = mood in ("active", "receiving") and isinstance(snapshot.step, Flowed | Seeded)
    chosen = name == drawing.graph.output != drawing.graph.own_output
    return Box(name, kind, centre, width, height, drawing.symbols[name], mood, backward, chosen)


def _box_mood(name: str, snapshot: Snapshot) -> Mood:
    match snapshot.step:
        case Computed(node) | Seeded(node) if node == name:
            return "active"
        case Flowed(node, _, arg):
            if node == name:
                return "active"
            if arg == name:
                return "receiving"
    return "idle" if snapshot.value(name) is None else "done"


def _arrows(drawing: Drawing, snapshot: Snapshot, name: str) -> list[Arrow]:
    """The edges into a node."""
    return [
        Arrow(edge, drawing.routes[name, edge.port], *_arrow_mood(edge, snapshot))
        for edge in drawing.arriving[name]
    ]


def _arrow_mood(edge: Edge, snapshot: Snapshot) -> tuple[Mood, bool]:
    match snapshot.step:
        case Computed(node) if node == edge.target:
            return "active", False
        case Flowed(node, port) if (node, port) == (edge.target, edge.port):
            return "active", True
    return ("done" if snapshot.value(edge.target) is not None else "idle"), False


def _stub(drawing: Drawing, snapshot: Snapshot, name: str) -> Arrow:
    """The arrow on which an output leaves."""
    step = snapshot.step
    lit = isinstance(step, Seeded | Computed) and step.node == name
    mood: Mood = "active" if lit else "done" if snapshot.value(name) is not None else "idle"
    return Arrow(Edge(name, "", -1), drawing.stubs[name], mood, lit and isinstance(step, Seeded))


def _labels(drawing: Drawing, snapshot: Snapshot, name: str, digits: int, captions: bool) -> list[Label]:
    graph = drawing.graph
    node = graph.nodes[name]
    found: list[Label] = []
    printed = graph.typesetter.name(name)
    x, y = drawing.placement.centres[name]
    width, height = drawing.sizes[name]
    stub, alone = drawing.stubs.get(name), drawing.alone.get(name)
    value, gradient = snapshot.value(name), snapshot.gradient(name)
    if shows_map(node) and value is not None:
        heat_w, heat_h = heat_extent(node.shape)
        x += width / 2 - heat_w / 2
        at = (x, y + heat_h / 2)
        found.append(Label(name, "value", at, LABEL, None, _array(value), (heat_w, heat_h)))
        value = None
    if stub:
        found.append(Label(name, "name", (stub.end[0] + 6, stub.end[1]), NAME, printed, centred=False))
    elif not node.is_leaf and (node.named or captions or name == graph.output):
        found.append(
            Label(name, "name", (x, y - height / 2 - 3), SMALL if not node.named else LABEL, printed)
        )
    if alone:
        spot = drawing.spots[name, -1]
        if value is not None:
            found.append(_beside(alone, spot, _label(name, "value", value, digits)))
        if gradient is not None:
            found.append(_beside(alone, spot, _label(name, "gradient", gradient, digits, below=True)))
        return found
    top = y - height / 2 - (3 if node.is_leaf else (SMALL if not node.named else LABEL) + 5)
    if value is not None and node.op != CONSTANT:
        found.append(replace(_label(name, "value", value, digits), at=(x, top)))
    total = _sum_label(drawing, snapshot, name, digits)
    if total is not None:
        found.append(total)
    elif gradient is not None:
        found.append(
            replace(_label(name, "gradient", gradient, digits, below=True), at=(x, y + height / 2 + 3))
        )
    for edge in drawing.leaving[name] if len(drawing.leaving[name]) > 1 else ():
        contribution = snapshot.contribution(edge.target, edge.port)
        if contribution is not None:
            route = drawing.routes[edge.target, edge.port]
            spot = drawing.spots[edge.target, edge.port]
            label = replace(_label(name, "contribution", contribution, digits, spot.below), port=edge.port)
            found.append(_beside(route, spot, label))
    return found


def sums(drawing: Drawing, trace: Trace, digits: int = DIGITS) -> list[Label]:
    """The sums of gradients a trace comes to show: what a figure needs room for from the beginning."""
    trace = trace.shown
    last = {
        step.arg: count
        for count, step in enumerate(trace.steps, start=1)
        if isinstance(step, Flowed) and step.arg in drawing.sizes and step.arg not in drawing.alone
    }
    found = (_sum_label(drawing, trace.snapshot(count), name, digits) for name, count in last.items())
    return [label for label in found if label is not None]


def _sum_label(drawing: Drawing, snapshot: Snapshot, name: str, digits: int) -> Label | None:
    """The sum below a box, clear of the edges that leave it on the right."""
    math = _sum_shown(snapshot, name, digits)
    if math is None:
        return None
    x, y = drawing.placement.centres[name]
    width, height = drawing.sizes[name]
    size = extent(math, LABEL)
    centre = min(x, x + width / 2 - size[0] / 2)
    return Label(name, "gradient", (centre, y + height / 2 + 3), LABEL, math, extent=size, below=True)


def _sum_shown(snapshot: Snapshot, name: str, digits: int) -> Math | None:
    """At a fan-out the gradient that has just arrived is shown being added: `3 + 4 = 7`."""
    step = snapshot.step
    if not isinstance(step, Flowed) or step.arg != name or not isinstance(step.total, float):
        return None
    arrived = [value for value in snapshot.arrived(name) if isinstance(value, float)]
    if len(arrived) < 2 or len(arrived) > 4:
        return None
    digits_of_terms, sign = equation(lambda *terms: float(sum(terms)), arrived, step.total, digits)
    parts: list[Math] = []
    for value in arrived:
        term: Math = number_math(value, digits_of_terms)
        parts.extend([PLUS, Fenced("(", term, ")") if is_loose(value) else term] if parts else [term])
    return row(*parts, Sign(sign, "rel"), number_math(step.total, digits))


def _label(node: str, role: Role, value: Value, digits: int, below: bool = False) -> Label:
    """A label that has no place yet."""
    shape, nowhere = shape_of(value), (0.0, 0.0)
    if not shape:
        math = value_math(value, digits)
        return Label(node, role, nowhere, LABEL, math, None, extent(math, LABEL), below)
    if is_listed(shape):
        math = value_math(value, min(digits, 3))
        return Label(node, role, nowhere, SMALL, math, None, extent(math, SMALL), below)
    return Label(node, role, nowhere, LABEL, None, _array(value), heat_extent(shape), below)


def _beside(route: Route, spot: Spot, label: Label) -> Label:
    """The label above or below its edge at a spot, clear of the curve over its whole width."""
    at = beside(route, spot.x, label.extent[0], label.below)
    return replace(label, at=at, struck=label.below in spot.struck)


def _array(value: Value) -> Array:
    return np.asarray(value, dtype=np.float64)

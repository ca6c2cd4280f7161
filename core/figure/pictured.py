"""The passing part of a figure: what is known after some steps and what the last one lights up."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Literal

from msgspec.structs import replace

from core.base.arrays import Array, Value, shape_of
from core.base.lazy_numpy import np
from core.base.numbers import DIGITS
from core.figure.drawing import BESIDE_HEAD, Drawing
from core.figure.parts import Arrow, Box, Figure, Label, Mood, Options, Role
from core.figure.rooms import sum_shown
from core.figure.sizes import CLEAR, LABEL, NAME, SMALL, extent, heat_extent, is_listed
from core.graph.graph import CONSTANT, Edge, Node
from core.layout import Point
from core.math.typeset import value_math
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
        self._outputs: dict[str, Arrow] = {}
        self._labels: dict[str, list[Label]] = {}
        placement = drawing.placement
        self._extent = placement.width, placement.height
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
            if name in drawing.outputs:
                self._outputs[name] = _output(drawing, snapshot, name)
        return Figure(
            tuple(self._boxes.values()),
            (*chain.from_iterable(self._arrows.values()), *self._outputs.values()),
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


def _output(drawing: Drawing, snapshot: Snapshot, name: str) -> Arrow:
    """The arrow on which an output leaves."""
    step = snapshot.step
    lit = isinstance(step, Seeded | Computed) and step.node == name
    mood: Mood = "active" if lit else "done" if snapshot.value(name) is not None else "idle"
    return Arrow(Edge(name, "", -1), drawing.outputs[name], mood, lit and isinstance(step, Seeded))


def _labels(drawing: Drawing, snapshot: Snapshot, name: str, digits: int, captions: bool) -> list[Label]:
    """The labels of a node: its name, what leaves it, and what it sends back to inputs used elsewhere too."""
    node = drawing.graph.nodes[name]
    named = node.named or captions or name in (drawing.graph.output, *drawing.outputs)
    found = [_name(drawing, node)] if named and not node.is_leaf else []
    x, y = drawing.beside(name)
    value, gradient = snapshot.value(name), snapshot.gradient(name)
    if value is not None and node.op != CONSTANT:
        found.append(_label(name, "value", value, digits, (x, y - CLEAR)))
    if gradient is not None:
        found.append(_label(name, "gradient", gradient, digits, (x, y + CLEAR), below=True))
        step = snapshot.step
        terms = sum_shown(snapshot, digits) if isinstance(step, Flowed) and step.arg == name else None
        if terms is not None:
            at = x, y + CLEAR + found[-1].extent[1]
            found.append(Label(name, "sum", at, SMALL, terms, extent=extent(terms, SMALL), below=True))
    for edge in drawing.arriving[name]:
        contribution = snapshot.contribution(name, edge.port)
        if contribution is not None and (name, edge.port) in drawing.rooms.arrivals:
            x, y = drawing.before(edge)
            label = _label(edge.source, "contribution", contribution, digits, (x, y + CLEAR), below=True)
            found.append(replace(label, port=edge.port))
    return found


def _name(drawing: Drawing, node: Node) -> Label:
    """The name of an operation's value: behind the arrow of an output, else above its box."""
    printed = drawing.graph.typesetter.name(node.name)
    output = drawing.outputs.get(node.name)
    if output:
        at = output.end[0] + BESIDE_HEAD, output.end[1]
        return Label(node.name, "name", at, NAME, printed, extent=extent(printed, NAME), centred=False)
    size = LABEL if node.named else SMALL
    x, y = drawing.placement.centres[node.name]
    width, height = extent(printed, size)
    if node.shape:
        x = min(x, x + (drawing.sizes[node.name][0] - width) / 2)  # what leaves it may be as high
    at = x, y - drawing.above(node.name) - CLEAR
    return Label(node.name, "name", at, size, printed, extent=(width, height))


def _label(node: str, role: Role, value: Value, digits: int, at: Point, below: bool = False) -> Label:
    """A number, a small vector's numbers, or an array's map."""
    shape = shape_of(value)
    if not shape:
        math = value_math(value, digits)
        return Label(node, role, at, LABEL, math, None, extent(math, LABEL), below)
    if is_listed(shape):
        math = value_math(value, min(digits, 3))
        return Label(node, role, at, SMALL, math, None, extent(math, SMALL), below)
    return Label(node, role, at, LABEL, None, _array(value), heat_extent(shape), below)


def _array(value: Value) -> Array:
    return np.asarray(value, dtype=np.float64)

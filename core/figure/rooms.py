"""How much room the numbers of a whole trace take beside their edges: nothing moves from step to step."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Value
from core.base.numbers import equation
from core.figure.directions import NOTHING
from core.figure.notes import class_names
from core.figure.options import Options
from core.figure.sizes import Extent
from core.figure.values import Written, least_extent, small_gradient, written
from core.figure.view import Shown, View, Weight
from core.math.mathtree import Sign, row
from core.math.parts import added
from core.math.typeset import EQUALS, number_math
from core.passes.gradient_names import gradient_math
from core.passes.steps import Computed, Flowed, Seeded
from core.passes.trace import Snapshot, Trace

WIDTH_STEP = 22.0  # a number that grows while it is dragged takes more room in steps
MOST_TERMS = 4  # gradients that are shown being added


Key = TypeVar("Key", str, tuple[str, int], Weight)


class Rooms(Struct, frozen=True):
    """How large numbers become: a node's `values` and gradients, and its `sums` of gradients if any.

    Weights and biases that are written beside arrows and units have `weights`.
    The `heads` of arrows stand before numbers where gradients are seen to come back. In the steps that are
    pictured `lone` nodes have a value and no gradient.
    Where a node is used several times, `contributions` come back on its edges (by target and port).
    """

    values: Mapping[str, Extent]
    contributions: Mapping[tuple[str, int], Extent]
    sums: Mapping[str, Extent]
    weights: Mapping[Weight, Extent]
    heads: bool
    lone: frozenset[str] = frozenset()


def rooms_of(trace: Trace, view: View, options: Options, counts: Collection[int] | None = None) -> Rooms:
    """Find the room that the numbers of a trace take: nothing moves from step to step.

    Args:
        trace: the trace.
        view: what of its graph is drawn.
        options: which numbers are shown, with how many digits, and how large they are.
        counts: after how many steps the graph is pictured, if its values stay what they are: numbers have
            just the room that they need, and sums of gradients if a lit step shows them. Without it there
            is room for all sums, and more for numbers, in steps: dragging a value shakes nothing. Options
            with `until` are as counts from 0 to that, and what comes later has no room.

    Returns:
        Lengths and heights in the units of the drawing.
    """
    graph, shown, homes = trace.graph, trace.shown, view.homes
    if options.until is not None:
        counts = range(options.until + 1)
    shared = [
        arc.edge for arcs in view.leaving.values() if len(arcs) > 1 for arc in arcs if view.is_plain(arc)
    ]
    several = {edge.source for edge in shared}
    at_nodes: dict[str, Extent] = {}
    at_edges: dict[tuple[str, int], Extent] = {}
    sums: dict[str, Extent] = {}
    arrived: dict[str, int] = {}
    weights: dict[Weight, Extent] = {}
    grounds: set[str] = set()

    def widen_all(name: str, value: Value, on_ground: bool) -> None:
        for home in homes.get(name, ()):
            drawn = view.nodes[home]
            if drawn.kind != "rest" and drawn.shows(name):
                names = class_names(drawn.node, drawn.shape, options)
                number = gradient_at(trace, drawn, value, options) if on_ground else None
                grounds.update([home] if on_ground else ())
                room = number.extent if number else _extent(drawn.value(value), options, on_ground, names)
                _widen(at_nodes, home, room)
        for weight in of_input.get(name, ()):
            _widen(weights, weight, _extent(weight.of(value), options, on_ground))

    of_input: dict[str, list[Weight]] = {}
    for weight in view.weights if options.weights == "values" else ():
        of_input.setdefault(weight.name, []).append(weight)
    for node in graph.nodes.values():
        if options.values and node.name in shown.inputs:
            widen_all(node.name, shown.inputs[node.name], on_ground=False)
    for count, step in enumerate(shown.steps[: options.until], start=1):
        match step:
            case Computed(name, value) if options.values:
                widen_all(name, value, on_ground=False)
            case Seeded(name, value) if options.gradients:
                widen_all(name, value, on_ground=True)
                for stopped in trace.plan.stopped:  # whose gradients are 0 from here on
                    zero = shown.snapshot(count).gradient(stopped)
                    if zero is not None:
                        widen_all(stopped, zero, on_ground=True)
            case Flowed(name, port, arg, contribution, total) if options.gradients:
                widen_all(arg, total, on_ground=True)
                if arg in several:
                    names = class_names(graph.nodes[arg], graph.nodes[arg].shape, options)
                    extent = _extent(contribution, options, on_ground=True, classes=names)
                    _widen(at_edges, (name, port), extent)
                    arrived[arg] = arrived.get(arg, 0) + 1
                    seen = counts is None or (options.highlight and count in counts)
                    terms = None
                    if seen and arrived[arg] <= MOST_TERMS and (not options.near or arg in options.near):
                        terms = sum_shown(shown.snapshot(count), arg, options)
                    if terms is not None:
                        _widen(sums, arg, terms.extent)
    if counts is not None:
        lit = (shown.steps[count - 1] for count in counts if options.highlight and count)
        heads = any(isinstance(step, Flowed | Seeded) for step in lit)
        lone = frozenset() if options.until is None else at_nodes.keys() - grounds
        return Rooms(at_nodes, at_edges, sums, weights, heads, frozenset(lone))
    values = {name: _kept(room, _least(view.nodes[name], options)) for name, room in at_nodes.items()}
    contributions = {}
    for edge in shared if options.gradients else ():
        key, least = (edge.target, edge.port), least_extent(graph.nodes[edge.source].shape, options)
        contributions[key] = _kept(at_edges.get(key, NOTHING), least)
    return Rooms(
        values,
        contributions,
        {name: _kept(room, NOTHING) for name, room in sums.items()},
        {weight: _kept(room, NOTHING) for weight, room in weights.items()},
        options.gradients,
    )


def _widen(rooms: dict[Key, Extent], key: Key, needed: Extent) -> None:
    width, height = rooms.get(key, NOTHING)
    rooms[key] = max(width, needed[0]), max(height, needed[1])


def _kept(needed: Extent, least: Extent) -> Extent:
    return _in_steps(needed[0], least[0]), max(needed[1], least[1])


def _in_steps(width: float, least: float) -> float:
    return least + WIDTH_STEP * max(0, math.ceil((width - least) / WIDTH_STEP))


def _least(shown: Shown, options: Options) -> Extent:
    return least_extent(shown.shape, options, class_names(shown.node, shown.shape, options))


def _extent(value: Value, options: Options, on_ground: bool, classes: Sequence[str] = ()) -> Extent:
    return written(value, options, on_ground=on_ground, classes=classes).extent


def gradient_at(trace: Trace, shown: Shown, value: Value, options: Options) -> Written:
    """Write the gradient at a drawn node, with its name before it where these are shown.

    A part of it that has arrived is not the gradient and has no name.
    """
    names, node = class_names(shown.node, shown.shape, options), shown.node.name
    found = written(shown.value(value), options, on_ground=True, classes=names)
    whole = value is trace.last.gradient(node) or value is trace.shown.last.gradient(node)
    if not (options.gradient_names and whole) or found.math is None or shown.entry is not None:
        return found
    name = gradient_math(trace, node, options.notation)
    return replace(found, math=row(name, EQUALS, found.math))


def sum_shown(snapshot: Snapshot, node: str, options: Options) -> Written | None:
    """Set the sum of what has arrived at a fan-out, `3 + 4 = 7`; None of arrays, of one term and of many."""
    total = snapshot.gradient(node)
    if not isinstance(total, float):
        return None
    arrived = [value for value in snapshot.arrived(node) if isinstance(value, float)]
    if not 2 <= len(arrived) <= MOST_TERMS:
        return None
    digits = options.digits
    digits_of_terms, sign = equation(lambda *terms: float(sum(terms)), arrived, total, digits)
    terms = added([number_math(value, digits_of_terms) for value in arrived])
    return small_gradient(row(terms, Sign(sign, "rel"), number_math(total, digits)), options)

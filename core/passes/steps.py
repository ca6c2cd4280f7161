"""What happened in a pass, one fact at a time, and all that is known after any number of facts.

Steps are frozen and know nothing of screens. A Story keeps for every node when its value came and how its
gradient grew, so the snapshot after step i is a look-up and a pass of thousands of nodes costs no copies.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from core.base.arrays import Array, Value, frozen, shape_of, sum_to, zero_like
from core.base.lazy_numpy import np
from core.base.numbers import NOISE, without_noise
from core.graph.graph import Graph, Node
from core.graph.plan import GRADIENT, OUTPUT, Phase, Plan
from core.notation.tree import Binary, Listing, Negative, Number, Tree, fold, is_constant, walk
from core.ops.scaled import Scaled, hypot, scaled


class Computed(Struct, frozen=True):
    """A node got its value."""

    node: str
    value: Value


class Seeded(Struct, frozen=True):
    """The backward pass began: the gradient of the output with respect to itself."""

    node: str
    gradient: Value


class Flowed(Struct, frozen=True):
    """A gradient went back from a node along one edge and was added to what had arrived there before."""

    node: str
    port: int
    arg: str
    contribution: Value
    total: Value


class Updated(Struct, frozen=True):
    """A parameter made a step downhill."""

    parameter: str
    before: Value
    after: Value


Step = Computed | Seeded | Flowed | Updated
PHASES: dict[type, Phase] = {Computed: "forward", Seeded: "seed", Flowed: "backward"}


class Story:
    """A plan's steps at given input values; `snapshot(i)` is what is known after i of them."""

    def __init__(self, plan: Plan, inputs: dict[str, Value], steps: Iterable[Step]):
        self.plan, self.inputs = plan, inputs
        self.graph = plan.graph
        self.steps = tuple(steps)
        self._computed: dict[str, tuple[int, Value]] = {name: (0, value) for name, value in inputs.items()}
        self._grew: dict[str, tuple[list[int], list[Value]]] = {}
        self._edges: dict[tuple[str, int], tuple[int, Value]] = {}
        for number, step in enumerate(self.steps, start=1):
            if isinstance(step, Flowed):
                self._edges[step.node, step.port] = (number, step.contribution)
                self._grow(step.arg, number, step.total)
            elif isinstance(step, Computed):
                self._computed[step.node] = (number, step.value)
            elif isinstance(step, Seeded):
                self._grow(step.node, number, step.gradient)
                for name in plan.stopped:
                    self._grow(name, number, zero_like(self._computed[name][1]))

    def _grow(self, node: str, number: int, total: Value) -> None:
        numbers, totals = self._grew.get(node) or self._grew.setdefault(node, ([], []))
        numbers.append(number)
        totals.append(total)

    def __len__(self) -> int:
        return len(self.steps)

    def snapshot(self, count: int) -> Snapshot:
        """Look up all that is known after the first `count` steps, from 0 to all of them."""
        return Snapshot(self, count)

    @cached_property
    def shown(self) -> Story:
        """The same trace for the screen, with rounding errors next to 0 as 0; nothing is computed from it."""
        if not may_have_noise(self.inputs, self.steps):
            return self
        return Story(self.plan, *noise_as_zero(self.graph, self.inputs, self.steps))

    @property
    def last(self) -> Snapshot:
        return Snapshot(self, len(self.steps))

    def touched(self, one: int, other: int) -> frozenset[str]:
        """Find the nodes that look different after `one` steps and after `other` steps.

        They are those of the steps in between and of the last one of both, which is lit in one snapshot only.
        """
        low, high = sorted((one, other))
        found: set[str] = set()
        for step in self.steps[max(low - 1, 0) : high]:
            match step:
                case Computed(node):
                    found.add(node)
                case Seeded(node):
                    found.update((node, *self.plan.stopped))
                case Flowed(node, _, arg):
                    found.update((node, arg))
                case Updated(parameter):
                    found.add(parameter)
        return frozenset(found)

    @property
    def seed(self) -> Value:
        """The gradient of the output that the backward pass started from, of the output's shape."""
        return next(step.gradient for step in self.steps if isinstance(step, Seeded))

    def phase(self, count: int) -> str:
        """The phase of step number `count` (from 1): forward, seed or backward; `start` for 0."""
        return PHASES[type(self.steps[count - 1])] if count else "start"

    def position(self, name: str) -> int:
        """Count the steps that a name stands for.

        Args:
            name: `start`, `end`, `seed`, `forward:k`, `backward:k`, or a plain number of steps.

        Raises:
            ValueError: with a sentence, for any other text and for a number that is too large.
        """
        kind, _, number = name.partition(":")
        forward = sum(isinstance(step, Computed) for step in self.steps)
        limits = {"forward": (0, forward), "backward": (forward + 1, len(self) - forward - 1)}
        if kind in ("start", "end", "seed") and not number:
            return {"start": 0, "end": len(self), "seed": forward + 1}[kind]
        if name.isascii() and name.isdigit():
            kind, number, limits = "step", name, {"step": (0, len(self))}
        if kind not in limits or not (number.isascii() and number.isdigit()):
            raise ValueError(
                f"'{name}' is not a step; write start, forward:2, seed, backward:3, end or a number"
            )
        offset, most = limits[kind]
        if len(number) > 9 or int(number) > most:
            raise ValueError(f"There is no step {name}: the {kind} pass has {most} step{'s' * (most != 1)}")
        return offset + int(number)


class Snapshot(Struct, frozen=True):
    """What is known after `count` steps of a story; what is not known yet is None."""

    story: Story
    count: int

    @property
    def shown(self) -> Snapshot:
        """The same snapshot with rounding errors next to 0 shown as 0."""
        return self.story.shown.snapshot(self.count)

    @property
    def step(self) -> Step | None:
        """The step that was done last; None before the first."""
        return self.story.steps[self.count - 1] if self.count else None

    def value(self, node: str) -> Value | None:
        number, value = self.story._computed[node]
        return value if number <= self.count else None

    def gradient(self, node: str) -> Value | None:
        """The sum of the contributions so far, of the shape of the node's value; None before the first."""
        numbers, totals = self.story._grew.get(node, ((), ()))
        arrived = bisect_right(numbers, self.count)
        return totals[arrived - 1] if arrived else None

    def contribution(self, node: str, port: int) -> Value | None:
        """What `node` has sent back to its argument number `port` (from 0); None if nothing so far."""
        number, value = self.story._edges.get((node, port), (0, None))
        return value if value is not None and number <= self.count else None

    def arrived(self, node: str) -> tuple[Value, ...]:
        """The contributions that a node's gradient is the sum of so far, in the order in which they came."""
        edges = [(self.story._edges.get((edge.target, edge.port))) for edge in self.story.graph.users[node]]
        return tuple(
            value
            for number, value in sorted((e for e in edges if e), key=lambda e: e[0])
            if number <= self.count
        )


# -- rounding noise


def _computed(steps: Iterable[Step]) -> Iterator[Value]:
    """All numbers that some steps computed."""
    for step in steps:
        if isinstance(step, Computed):
            yield step.value
        elif isinstance(step, Flowed):
            yield step.contribution
            yield step.total


def may_have_noise(inputs: Mapping[str, Value], steps: Iterable[Step]) -> bool:
    """Whether a number is so small beside another that it is worth asking what it was made of.

    What is added up may be products of two of the numbers, which are larger than both.
    """
    largest, smallest = 1.0, math.inf
    for value in (*inputs.values(), *_computed(steps)):
        for size in (abs(value),) if isinstance(value, float) else _ends(value):
            if size > largest:
                largest = size
            elif 0 < size < smallest:
                smallest = size
    return smallest < NOISE * largest * largest


def _ends(value: Array) -> tuple[float, ...]:
    """The smallest entry above 0 and the largest, by size."""
    sizes = np.abs(value)
    return (
        float(np.min(sizes, where=sizes > 0, initial=math.inf)),
        float(np.max(sizes, where=np.isfinite(sizes), initial=0.0)),
    )


def _leaf(node: Node, value: Value) -> Scaled:
    """An input or constant; one that is written as a sum, such as 0.1 + 0.2 − 0.3, has the scale of that."""
    if not is_constant(node.tree) or _multiplies_arrays(node.tree):
        return Scaled(value)
    with np.errstate(all="ignore"):
        return Scaled(value, fold(node.tree, _written).scale)


def _multiplies_arrays(tree: Tree) -> bool:
    """Whether a constant holds a product of two lists, which is more than one product for each entry."""
    products = [
        part for part in walk(tree) if isinstance(part, Binary) and part.op not in ("+", "-", "/", "^")
    ]
    return any(
        all(any(isinstance(inner, Listing) for inner in walk(side)) for side in part.children)
        for part in products
    )


def _written(part: Tree, found: list[Scaled]) -> Scaled:
    match part:
        case Number(value):
            return scaled(value)
        case Negative():
            return -found[0]
        case Listing():
            return Scaled(*(np.stack([getattr(item, of) for item in found]) for of in ("value", "scale")))
        case Binary("+"):
            return found[0] + found[1]
        case Binary("-"):
            return found[0] - found[1]
        case Binary("/"):
            return found[0] / found[1]
        case Binary("^"):
            return Scaled(np.power(found[0].value, found[1].value))
    return found[0] * found[1]


def noise_as_zero(
    graph: Graph, inputs: Mapping[str, Value], steps: Iterable[Step]
) -> tuple[dict[str, Value], Iterator[Step]]:
    """Put 0 for every number that is nothing but rounding errors of larger ones.

    Args:
        graph: what was computed.
        inputs: the value of every node without arguments.
        steps: both passes at these values.

    Returns:
        The inputs and the steps again, of the same shapes.
    """
    leaves = {name: _leaf(graph.nodes[name], value) for name, value in inputs.items()}
    kept = {name: without_noise(leaf.value, leaf.scale) for name, leaf in leaves.items()}
    return kept, _without_noise(graph, leaves, steps)


def _without_noise(graph: Graph, leaves: Mapping[str, Scaled], steps: Iterable[Step]) -> Iterator[Step]:
    """The steps with 0 for what is noise; along with them goes the scale of every value and gradient."""
    with np.errstate(all="ignore"):
        values = dict(leaves)
        gradients: dict[str, Scaled] = {}
        for step in steps:
            if isinstance(step, Computed):
                node = graph.nodes[step.node]
                values[node.name] = found = Scaled(step.value, _scale_of_value(node, values))
                yield Computed(node.name, without_noise(step.value, found.scale))
            elif isinstance(step, Flowed):
                node = graph.nodes[step.node]
                rule = node.operation.back_rule(step.port)
                assert rule
                known = _bound(node, values) | {OUTPUT: values[node.name], GRADIENT: gradients[node.name]}
                scale = rule.scaled(known).scale
                if not isinstance(scale, float):
                    scale = np.sqrt(sum_to(frozen(np.square(scale)), shape_of(step.contribution)))
                before = gradients.get(step.arg)
                total = scale if before is None else hypot(before.scale, scale)
                gradients[step.arg] = Scaled(step.total, total)
                seen = (without_noise(step.contribution, scale), without_noise(step.total, total))
                yield Flowed(step.node, step.port, step.arg, *seen)
            else:
                if isinstance(step, Seeded):
                    gradients[step.node] = Scaled(step.gradient)
                yield step


def _bound(node: Node, values: Mapping[str, Scaled]) -> dict[str, Scaled]:
    return {
        port: values[arg] for port, arg in zip(node.operation.ports(len(node.args)), node.args, strict=True)
    }


def _scale_of_value(node: Node, values: Mapping[str, Scaled]) -> Any:
    """The scale by the operation's rule; a function passes on its inputs' scales by its local derivatives."""
    op, known = node.operation, _bound(node, values)
    found = op.value_rule(len(node.args)).scaled(known)
    scale = found.scale
    for port, local in op.local.items() if op.value.calls else ():
        slope = abs(local.scaled(known | {OUTPUT: Scaled(found.value)}).value)
        passed = slope * known[port].scale
        if isinstance(scale, float) and isinstance(passed, float):
            scale = max(scale, passed) if math.isfinite(passed) else scale
        else:
            scale = np.where(np.isfinite(passed), np.maximum(scale, passed), scale)
    return scale

"""How a target is encoded for a program: as a number, as −1 or 1, by a 1 at its class, or as the inputs.

CODINGS   the table of what there is
coding    which of them a program means, found by trying its loss
Loss      what a program's loss makes of predictions
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Array, Shape, Value, frozen, shape_of
from core.data.examples import Dataset
from core.graph.graph import INPUT, Graph
from core.graph.plan import Plan, make_plan
from core.notation.printers import expression_text
from core.ops.facts import NUMBER, ONE_HOT, SIGNS
from core.passes.stepper import forward_values

ONE_HOT_SIGNS, INPUTS = "one-hot signs", "inputs"  # beside NUMBER, SIGNS and ONE_HOT
TRIED = (-1.7, -0.6, 0.0, 0.3, 0.5, 0.8, 1.4)  # predictions that a loss is tried with
PAIRS = ((-0.6, 1.4), (0.2, 0.8))  # a lower and a higher prediction, the second pair of probabilities
THRESHOLDS = (0.5, 0.0)
TWO, FAR = 2.0, 100.0  # a target that is no class of two, and a prediction far from it
DRAWS, WIDE = 12, 30.0  # how often, and how widely, inputs are drawn to see where a prediction lies
EPSILON = 1e-9


class Coding(Struct, frozen=True):
    """One way: its name for a data set, the shapes of a name it fits, and all targets in it."""

    title: Callable[[Dataset], str]
    fits: Callable[[Dataset, Shape], bool]
    encoded: Callable[[Dataset], Array]


def _is_number(shape: Shape) -> bool:
    return math.prod(shape) == 1


CODINGS: Mapping[str, Coding] = {
    NUMBER: Coding(
        lambda data: {0: "number", 2: "0 or 1"}.get(data.classes, "class number"),
        lambda data, shape: _is_number(shape),
        lambda data: data.targets,
    ),
    SIGNS: Coding(
        lambda data: "−1 or 1",
        lambda data, shape: _is_number(shape) and data.classes == 2,
        lambda data: 2 * data.targets - 1,
    ),
    ONE_HOT: Coding(
        lambda data: "one-hot, 0 or 1",
        lambda data, shape: data.classes > 0 and shape == (data.classes,),
        lambda data: np.eye(data.classes)[data.targets],
    ),
    ONE_HOT_SIGNS: Coding(
        lambda data: "one-hot, −1 or 1",
        lambda data, shape: data.classes > 0 and shape == (data.classes,),
        lambda data: 2 * np.eye(data.classes)[data.targets] - 1,
    ),
    INPUTS: Coding(
        lambda data: "the inputs",
        lambda data, shape: len(shape) > 0 and math.prod(shape) == data.inputs.shape[1],
        lambda data: data.inputs,
    ),
}


def codings_for(dataset: Dataset, shape: Shape) -> list[str]:
    """The codings for a name of this shape, the likely one first; unasked, only pictures are inputs again."""
    found = [name for name, coding in CODINGS.items() if coding.fits(dataset, shape)]
    return [name for name in found if name != INPUTS or dataset.image_shape]


def encoded(name: str, dataset: Dataset, shape: Shape) -> Array:
    """The targets of all examples in a coding, along the first axis of an array."""
    return CODINGS[name].encoded(dataset).reshape(len(dataset), *shape)


def of_prediction(graph: Graph, dataset: Dataset, prediction: str) -> str:
    """The coding of a target that the program does not use; it must fit the prediction's shape."""
    found = codings_for(dataset, graph.nodes[prediction].shape)
    signs = [name for name in found if name in (SIGNS, ONE_HOT_SIGNS)]
    return (signs if signs and is_signed(graph, prediction) else found or [NUMBER])[0]


def coding(graph: Graph, dataset: Dataset, target: str, prediction: str) -> str:
    """The coding that a program means; one that fits, or "" if none does."""
    found = codings_for(dataset, graph.nodes[target].shape)
    if not prediction or any(graph.pointed(edge) for edge in graph.users[target]):
        return found[0] if found else ""
    loss = Loss(graph, target, prediction)
    if SIGNS in found:
        return SIGNS if loss.wants_signs or is_signed(graph, prediction) else NUMBER
    if ONE_HOT in found and (loss.wants_sides or is_signed(graph, prediction)):
        return ONE_HOT_SIGNS
    return found[0] if found else ""


def is_signed(graph: Graph, prediction: str) -> bool:
    """Return whether a prediction always lies between −1 and 1 and uses both ends, as tanh does."""
    asked = graph.with_output(prediction)
    nodes = {name: asked.nodes[name] for name in asked.nodes if name in asked.upstream_of([prediction])}
    plan = make_plan(replace(asked, nodes=nodes))
    rng, lowest = np.random.default_rng(0), 0.0
    for _ in range(DRAWS):
        drawn = {n: frozen(rng.normal(0, WIDE, node.shape)) for n, node in nodes.items() if node.is_input}
        value = np.asarray(forward_values(plan, drawn)[prediction])
        if not np.all(np.abs(value) <= 1 + EPSILON):
            return False
        lowest = min(lowest, float(value.min()))
    return lowest < -0.5


class Loss(Struct, frozen=True, dict=True):
    """A program's loss, seen as a function of its prediction and the target."""

    graph: Graph
    target: str
    prediction: str

    @cached_property
    def _cut(self) -> Plan:
        """The way from the prediction, and whatever computes the same, to the output."""
        graph = self.graph
        text = expression_text(graph.nodes[self.prediction].tree)
        twins = [name for name, node in graph.nodes.items() if expression_text(node.tree) == text]
        nodes = {**graph.nodes, **{n: replace(graph.nodes[n], op=INPUT, args=()) for n in twins}}
        needed = replace(graph, nodes=nodes).upstream_of([graph.output])
        return make_plan(replace(graph, nodes={name: nodes[name] for name in nodes if name in needed}))

    @property
    def is_known(self) -> bool:
        """Return whether the output depends on the prediction."""
        return self.prediction in self._cut.graph.nodes

    def costs(self, target: float | Array, tried: Sequence[float | Array] = TRIED) -> list[float]:
        """The output for some predictions, all inputs that are not the target being 0.5."""
        plan, shape = self._cut, self.graph.nodes[self.prediction].shape
        text = expression_text(self.graph.nodes[self.prediction].tree)
        leaves = [node for node in plan.graph.nodes.values() if node.is_input]
        known: dict[str, Value] = {node.name: frozen(np.full(node.shape, 0.5)) for node in leaves}
        if self.target in known:
            known[self.target] = frozen(np.broadcast_to(target, shape_of(known[self.target])).copy())
        found = []
        for number in tried:
            value = frozen(np.broadcast_to(number, shape).copy())
            values = known | {n.name: value for n in leaves if expression_text(n.tree) == text}
            found.append(float(np.sum(forward_values(plan, values)[plan.graph.output])))
        return found

    @property
    def is_blind_at_0(self) -> bool:
        """Return whether the loss is the same for every prediction where the target is 0, and only there."""
        return _is_level(self.costs(0.0)) and not _is_level(self.costs(1.0))

    @property
    def wants_signs(self) -> bool:
        """Return whether two classes are told apart as −1 and 1, and not, or less well, as 0 and 1."""
        if not self.is_known or self.graph.nodes[self.prediction].shape:
            return False
        return self.is_blind_at_0 or (self.direction((-1.0, 1.0)) != 0 == self.direction((0.0, 1.0)))

    @property
    def wants_sides(self) -> bool:
        """Return whether each entry of a vector has a margin of its own, so that 0 would tell it nothing."""
        shape = self.graph.nodes[self.prediction].shape
        if (
            not self.is_known
            or len(shape) != 1
            or self.graph.nodes[self.target].shape != shape
            or shape[0] < 2
        ):
            return False
        first, second = np.eye(shape[0])[:2]
        tried = [0.3 + (number - 0.3) * second for number in TRIED]
        blind = _is_level(self.costs(first, tried)) and _is_level(self.costs(np.zeros(shape), tried))
        signed = self.costs(first - second, tried)
        return blind and all(map(math.isfinite, signed)) and not _is_level(signed)

    def direction(self, both: Sequence[float]) -> int:
        """1 if larger predictions cost more of the first class and less of the second, −1 if it is reversed.

        `both` are the targets of the two classes. 0 if neither.
        """
        for tried in PAIRS:
            (low, high), (low2, high2) = (self.costs(target, tried) for target in both)
            if high - low > EPSILON and low2 - high2 > EPSILON:
                return 1
            if low - high > EPSILON and high2 - low2 > EPSILON:
                return -1
        return 0

    @property
    def takes_numbers(self) -> bool:
        """Return whether the loss makes sense for a target such as 2: it is least somewhere near."""
        near, far = self.costs(TWO, (TWO, FAR))
        return math.isfinite(near) and not far < near

    def threshold(self, both: Sequence[float]) -> float:
        """The prediction at which both classes cost the same: 0 of a score, 0.5 of a probability."""
        gaps = {}
        for tried in THRESHOLDS:
            one, other = (self.costs(target, [tried])[0] for target in both)
            gaps[tried] = abs(one - other) if math.isfinite(one - other) else math.inf
        return min(gaps, key=lambda tried: gaps[tried])


def _is_level(numbers: Sequence[float]) -> bool:
    finite = [number for number in numbers if math.isfinite(number)]
    return all(number == finite[0] for number in finite)

"""How a target is told to a program: as a number, as −1 or 1, by a 1 at its class, or as the inputs again.

CODINGS   the table of what there is
coding    which of them a program means, found by what its loss does with the target
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from core.arrays import Shape, Value, frozen
from core.dataclass import dataclass, replace
from core.graph import INPUT, Graph
from core.late import np
from core.notation.printers import expression_text
from core.notation.tree import Program
from core.passes import input_values, steps
from core.plan import Plan, make_plan
from core.steps import Computed
from core.targets import targets
from core.training.data import Array, Dataset

NUMBER, SIGNS, ONE_HOT, ONE_HOT_SIGNS, INPUTS = "number", "signs", "one-hot", "one-hot signs", "inputs"
# predictions that lie between −1 and 1
SIGNED = ("tanh", "sign", "softsign", "sin")
TRIED = (-1.7, -0.6, 0.0, 0.3, 0.5, 0.8, 1.4)  # predictions that a loss is tried with
THRESHOLDS = (0.5, 0.0)
RISING = ((-0.6, 1.4), (0.2, 0.8))  # a lower and a higher prediction, the second pair of chances


@dataclass(frozen=True, slots=True)
class Coding:
    """One way: its name for a data set, the shapes of a name it fits, and the targets of all examples."""

    title: Callable[[Dataset], str]
    fits: Callable[[Dataset, Shape], bool]
    told: Callable[[Dataset], Array]


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
        lambda data: "the inputs again",
        lambda data, shape: len(shape) > 0 and math.prod(shape) == data.inputs.shape[1],
        lambda data: data.inputs,
    ),
}


def fitting(dataset: Dataset, shape: Shape) -> list[str]:
    """The codings for a name of this shape, the likely one first; unasked, only pictures are inputs again."""
    found = [name for name, coding in CODINGS.items() if coding.fits(dataset, shape)]
    return [name for name in found if name != INPUTS or dataset.image_shape]


def told(name: str, dataset: Dataset, shape: Shape) -> Array:
    """The targets of all examples in a coding, along the first axis of an array."""
    return CODINGS[name].told(dataset).reshape(len(dataset), *shape)


def of_prediction(graph: Graph, dataset: Dataset, prediction: str) -> str:
    """The coding of a target that stands in no formula, which must fit the prediction's shape."""
    node = graph.nodes[prediction]
    found = fitting(dataset, node.shape)
    signs = [name for name in found if name in (SIGNS, ONE_HOT_SIGNS)] if node.op in SIGNED else []
    return (signs or found or [NUMBER])[0]


def coding(graph: Graph, dataset: Dataset, target: str, prediction: str) -> str:
    """The coding that a program means; one that fits, or "" if none does."""
    found = fitting(dataset, graph.nodes[target].shape)
    signed = bool(prediction) and graph.nodes[prediction].op in SIGNED
    if SIGNS in found and not any(graph.pointed(edge) for edge in graph.users[target]):
        return SIGNS if signed or is_blind_at_0(graph, target, prediction) else NUMBER
    if ONE_HOT in found and (signed or _has_sides(graph.program, target, graph.nodes[target].shape)):
        return ONE_HOT_SIGNS
    return found[0] if found else ""


def _has_sides(program: Program, target: str, shape: Shape) -> bool:
    return targets(program, {target: shape}).get(target) == "side"


def is_blind_at_0(graph: Graph, target: str, prediction: str) -> bool:
    """Whether the loss is the same for every prediction where the target is 0, and is not where it is 1."""
    if not prediction or graph.nodes[prediction].shape:
        return False
    at_0, at_1 = (losses(graph, prediction, {target: told}) for told in (0.0, 1.0))
    return _is_level(at_0) and not _is_level(at_1)


def rises(graph: Graph, target: str, prediction: str, both: Sequence[float]) -> bool:
    """Whether a larger prediction costs more of the first class and less of the second, told as `both`."""
    for tried in RISING:
        first, second = (losses(graph, prediction, {target: told}, tried) for told in both)
        if first[0] < first[1] and second[0] > second[1]:
            return True
    return False


def threshold(graph: Graph, target: str, prediction: str, both: Sequence[float]) -> float:
    """The prediction at which both classes, told as `both`, cost the same: 0 of a score, 0.5 of a chance."""
    gaps = {}
    for tried in THRESHOLDS:
        one, other = (losses(graph, prediction, {target: told}, [tried])[0] for told in both)
        gap = abs(one - other)
        gaps[tried] = gap if math.isfinite(gap) else math.inf
    return min(gaps, key=lambda tried: gaps[tried])


def losses(
    graph: Graph, prediction: str, given: Mapping[str, Value], tried: Sequence[float] = TRIED
) -> list[float]:
    """The program's output for some predictions, whatever they come from; all inputs not given are 0.5."""
    same = expression_text(graph.nodes[prediction].tree)
    twins = {name: node for name, node in graph.nodes.items() if expression_text(node.tree) == same}
    loose = replace(graph, nodes={**graph.nodes, **{n: replace(twins[n], op=INPUT, args=()) for n in twins}})
    needed = loose.upstream_of([graph.output])
    cut = replace(loose, nodes={name: node for name, node in loose.nodes.items() if name in needed})
    plan = make_plan(cut)
    forward = Plan(cut, tuple(step for step in plan.instructions if step.phase == "forward"))
    values = {name: frozen(np.full(node.shape, 0.5)) for name, node in cut.nodes.items() if node.op == INPUT}
    found = []
    for number in tried:
        known = input_values(cut, {**values, **given, **dict.fromkeys(twins, number)})
        known |= {step.node: step.value for step in steps(forward, known) if isinstance(step, Computed)}
        found.append(float(np.sum(known[cut.output])))
    return found


def _is_level(numbers: Sequence[float]) -> bool:
    finite = [number for number in numbers if math.isfinite(number)]
    return all(number == finite[0] for number in finite)

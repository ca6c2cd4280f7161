"""Numbers that are nothing but rounding errors of larger ones, shown as 0."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from core.base.arrays import Array, Value, frozen, shape_of, sum_to
from core.base.lazy_numpy import np
from core.base.numbers import NOISE, without_noise
from core.graph.graph import Graph, Node
from core.graph.plan import GRADIENT, OUTPUT
from core.notation.tree import Binary, Listing, Negative, Number, Tree, fold, is_constant, walk
from core.ops.scaled import Scaled, hypot, scaled
from core.passes.steps import Computed, Flowed, Seeded, Step


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
    return {port: values[arg] for port, arg in node.by_port.items()}


def _scale_of_value(node: Node, values: Mapping[str, Scaled]) -> Any:
    """The scale by the operation's rule; a function passes on its inputs' scales by its local derivatives."""
    op, known = node.operation, _bound(node, values)
    found = node.value_rule.scaled(known)
    scale = found.scale
    for port, local in op.local.items() if op.value.calls else ():
        slope = abs(local.scaled(known | {OUTPUT: Scaled(found.value)}).value)
        passed = slope * known[port].scale
        if isinstance(scale, float) and isinstance(passed, float):
            scale = max(scale, passed) if math.isfinite(passed) else scale
        else:
            scale = np.where(np.isfinite(passed), np.maximum(scale, passed), scale)
    return scale

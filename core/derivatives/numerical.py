"""The gradient check: each gradient against the centred difference (f(x + h) − f(x − h)) / 2h."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from core.arrays import Value, frozen
from core.passes import steps
from core.plan import Plan
from core.steps import Computed, Story

# the cube root of a double's precision: where rounding and the curve's bend cost equally much
STEP = 6e-6
# how many operations on numbers a check may take in all, about half a second
MOST_WORK = 50_000
ENTRIES_AS_ONE = 1000
# the bounds of Stanford's CS231n, "Gradient checks": a relative error above the first is probably a mistake
VERDICTS = (
    (1e-2, "probably wrong"),
    (1e-4, "suspicious"),
    (1e-7, "fine if there is a kink near"),
    (-1.0, "right"),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A node's numerical gradient, the largest relative error of an entry, and what to think of it."""

    numerical: Value
    error: float
    verdict: str


def check_gradients(story: Story, names: Iterable[str]) -> dict[str, Checked]:
    """Check the gradients of these nodes; left out are those without one, and what would take too long."""
    found: dict[str, Checked] = {}
    left: float = MOST_WORK
    for name in names:
        gradient, value = story.last.gradient(name), story.last.value(name)
        if gradient is None or value is None:
            continue
        forward = _onward(story.plan, name)
        work = 2 * np.size(value) * _work(forward)
        if work > left:
            continue
        left -= work
        numerical = _slopes(story, name, value, forward)
        error = relative_error(gradient, numerical)
        verdict = "not finite" if error != error else next(text for least, text in VERDICTS if error > least)
        found[name] = Checked(numerical, error, verdict)
    return found


def numerical_gradient(story: Story, name: str) -> Value:
    """The centred difference of the output, summed over its entries, for each entry of a node."""
    value = story.last.value(name)
    assert value is not None
    return _slopes(story, name, value, _onward(story.plan, name))


def _slopes(story: Story, name: str, value: Value, forward: Plan) -> Value:
    known = {node: found for node in story.graph.nodes if (found := story.last.value(node)) is not None}
    entries = np.array(value, dtype=np.float64).reshape(-1)
    slopes = np.empty_like(entries)
    for i, entry in enumerate(entries.tolist()):
        h = STEP * max(1.0, abs(entry))
        outputs = []
        for moved in (entry + h, entry - h):
            entries[i] = moved
            known[name] = frozen(entries.copy().reshape(np.shape(value)))
            outputs.append(_output(forward, known))
        entries[i] = entry
        slopes[i] = (outputs[0] - outputs[1]) / ((entry + h) - (entry - h) or np.nan)
    return frozen(slopes.reshape(np.shape(value)))


def relative_error(one: Value, other: Value) -> float:
    """The largest relative difference of two entries; 0 where both are 0, or equally infinite."""
    a, b = np.asarray(one), np.asarray(other)
    with np.errstate(all="ignore"):
        errors = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-300)
    return float(np.max(np.where(a == b, 0.0, errors), initial=0.0))


def _onward(plan: Plan, name: str) -> Plan:
    """The part of the forward pass that a node's value has a bearing on."""
    after = plan.graph.downstream_of([name]) - {name}
    return Plan(plan.graph, tuple(i for i in plan.instructions if i.phase == "forward" and i.node in after))


def _work(forward: Plan) -> float:
    """How long these instructions take, counted in operations on numbers."""
    nodes = forward.graph.nodes
    touched = (name for i in forward.instructions for name in (i.node, *nodes[i.node].args))
    return 1 + len(forward.instructions) + sum(math.prod(nodes[n].shape) for n in touched) / ENTRIES_AS_ONE


def _output(forward: Plan, known: Mapping[str, Value]) -> float:
    """The output, its entries summed, when the values on the way to it are computed anew."""
    output = forward.graph.output
    found = known[output]
    for step in steps(forward, known):
        if isinstance(step, Computed) and step.node == output:
            found = step.value
    with np.errstate(all="ignore"):
        return float(np.sum(found))

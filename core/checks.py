"""The gradient check: each gradient against the centred difference (f(x + h) − f(x − h)) / 2h."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.arrays import Value, frozen
from core.passes import steps
from core.plan import Plan
from core.steps import Computed, Story

# the cube root of a double's precision: where rounding and the curve's bend cost equally much
STEP = 6e-6
MOST_ENTRIES = 400
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
    """Check the gradients of these nodes; left out are those without one and arrays of too many entries."""
    found: dict[str, Checked] = {}
    for name in names:
        gradient, value = story.last.gradient(name), story.last.value(name)
        if gradient is None or value is None or np.size(value) > MOST_ENTRIES:
            continue
        numerical = numerical_gradient(story, name)
        error = relative_error(gradient, numerical)
        verdict = "not finite" if error != error else next(text for least, text in VERDICTS if error > least)
        found[name] = Checked(numerical, error, verdict)
    return found


def numerical_gradient(story: Story, name: str) -> Value:
    """The centred difference of the output, summed over its entries, for each entry of a node."""
    value = story.last.value(name)
    assert value is not None
    forward = _without(story.plan, name)
    entries = np.array(value, dtype=np.float64).reshape(-1)
    slopes = np.empty_like(entries)
    for i, entry in enumerate(entries.tolist()):
        h = STEP * max(1.0, abs(entry))
        outputs = []
        for moved in (entry + h, entry - h):
            entries[i] = moved
            outputs.append(_output(forward, story, name, frozen(entries.copy().reshape(np.shape(value)))))
        entries[i] = entry
        slopes[i] = (outputs[0] - outputs[1]) / ((entry + h) - (entry - h) or np.nan)
    return frozen(slopes.reshape(np.shape(value)))


def relative_error(one: Value, other: Value) -> float:
    """The largest relative difference of two entries; 0 where both are 0, or equally infinite."""
    a, b = np.asarray(one), np.asarray(other)
    with np.errstate(all="ignore"):
        errors = np.abs(a - b) / np.maximum(np.maximum(np.abs(a), np.abs(b)), 1e-300)
    return float(np.max(np.where(a == b, 0.0, errors), initial=0.0))


def _without(plan: Plan, name: str) -> Plan:
    """The forward pass that takes a node's value instead of computing it."""
    kept = tuple(i for i in plan.instructions if i.phase == "forward" and i.node != name)
    return Plan(plan.graph, kept)


def _output(forward: Plan, story: Story, name: str, value: Value) -> float:
    output = forward.graph.output
    values: dict[str, Value] = {**story.inputs, name: value}
    for step in steps(forward, values):
        if isinstance(step, Computed):
            values[step.node] = step.value
    with np.errstate(all="ignore"):
        return float(np.sum(values[output]))

"""Where an operation has no derivative: what is told of it is true, and training does as the stepper does."""

import re
from itertools import product

import numpy as np
import pytest

from core.base.arrays import frozen, shape_of
from core.compiled import compile_plan
from core.derivatives.numerical import kinks_between
from core.graph.plan import make_plan
from core.ops import OPS
from core.passes.explain import caveat
from core.passes.stepper import run
from tests.core.test_compiled import close, stepped, summed
from tests.core.test_ops import drawn, forward, written

KINKED = [op for op in OPS.values() if op.kink]
H = 1e-6
# the places of kinks where an operation has several, or not where all is 0
PLACES = {
    "hard_sigmoid": [{"x": -3.0}, {"x": 3.0}],
    "clip": [{"x": -1.0, "a": -1.0, "b": 2.0}, {"x": 2.0, "a": -1.0, "b": 2.0}],
    "hinge": [{"y": 1.0, "t": 1.0}, {"y": -1.0, "t": -1.0}, {"y": 0.5, "t": 2.0}, {"y": -0.25, "t": -4.0}],
    "perceptron": [{"y": 0.0, "t": 1.0}, {"y": 0.0, "t": -1.0}, {"y": 0.0, "t": 2.0}],
    "leaky_relu": [{"x": 0.0, "α": 0.25}, {"x": 0.0, "α": 3.0}],
    "elu": [{"x": 0.0, "α": 0.25}, {"x": 0.0, "α": 3.0}],
    "maximum": [{"x": 2.0, "y": 2.0}],
    "minimum": [{"x": -2.0, "y": -2.0}],
    "multiclass_hinge": [{"s": [1, 2, 0, -1], "k": 1.0, "margin": 1.0}],
    "multiclass_hinge_rows": [{"S": [[1, 2, 0, -1], [0, 0, 3, 0]], "k": [1, 2], "margin": 1.0}],
    "maxpool": [{"x": [[[3, 1], [3, 2]]], "window": 2.0, "stride": 2.0}],
    "largest": [{"x": [3, 3, 1, 0]}],
    "smallest": [{"x": [1, 1, 3, 2]}],
    "argmax": [{"x": [3, 3, 1, 0]}],
    "argmax_rows": [{"X": [[2, 2, 0, 0], [0, 1, 2, 3], [3, 2, 1, 0]]}],
    "elastic": [{"x": [0, 1, 2], "β": 2.0}],
    "l1": [{"x": [0, 1, 2]}],
}


def complete(op, place):
    """All inputs of an operation at a kink, which the first entry of the first input has or shares."""
    return {**op.at_kink(), **{port: frozen(value) for port, value in place.items()}}


CASES = [
    pytest.param(op, complete(op, place), id=f"{op.name} {place}".strip(" {}"))
    for op in KINKED
    for place in PLACES.get(op.name, [{}])
]
WITH_SLOPES = [case for case in CASES if case.values[0].kink.left]


def first(op, values):
    """The first entry of the first input."""
    return (0,) * len(shape_of(values[op.inputs[0]]))


def sides(op, values):
    """The slopes just below and just above the kink, each from two points of its own side."""
    port = op.inputs[0]

    def at(steps):
        moved = np.array(values[port], dtype=float)
        moved[first(op, values)] += steps * H
        return float(np.sum(forward(op, {**values, port: frozen(moved)})))

    return (at(-1) - at(-2)) / H, (at(2) - at(1)) / H


def number(text):
    plain = re.sub("(·?)10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", lambda match: "e" if match[1] else "1e", text)
    return float(plain.translate(str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")))


@pytest.mark.parametrize(("op", "values"), WITH_SLOPES)
def test_the_slopes_told_at_a_kink_are_those_on_its_two_sides(op, values):
    trace = run(written(op, values), values)
    node = next(node for node in trace.graph.nodes.values() if node.op == op.name)
    said = caveat(trace.last, node)
    below, above = sides(op, values)
    if op.kink.jumps:
        assert "the value jumps" in said and (below, above) == (0, 0)
        return
    found = re.search(r"slope between (\S+) and (\S+?)\.(?: Used|$)", said)
    assert [number(side) for side in found.groups()] == pytest.approx(
        sorted((below, above)), rel=1e-3, abs=1e-4
    )


@pytest.mark.parametrize(("op", "values"), WITH_SLOPES)
def test_differences_over_a_kink_are_warned_of_with_both_slopes(op, values):
    trace = run(written(op, values), values)
    found = kinks_between(trace, op.inputs[0], first(op, values), 1e-5)
    assert [kink.symbol for kink in found] == [op.symbol]
    told = sorted(map(number, (found[0].left, found[0].right)))
    assert told == pytest.approx(sorted(sides(op, values)), rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(("op", "values"), CASES)
def test_what_is_said_to_be_used_at_a_kink_is_used(op, values):
    """By the stepper; in a tie an even share for each."""
    trace = run(f"sum({written(op, values)})", values)
    node = next(node for node in trace.graph.nodes.values() if node.op == op.name)
    found = re.search(r"sed: (.+)\.$", caveat(trace.last, node))
    gradient = trace.last.gradient(op.inputs[0])
    if found is None or gradient is None:
        assert not op.back or not found
        return
    slope, used = float(np.asarray(gradient)[first(op, values)]), found[1]
    if op.kink.is_tie or "even share" in used:
        others = [] if "to each" in used else np.ravel(values[op.inputs[0]])[1:]
        equal = 2 if "to each" in used else 1 + np.sum(others == np.ravel(values[op.inputs[0]])[0])
        assert slope == pytest.approx(1 / equal)
    elif used == "(p − t)/10⁻¹²":
        assert slope == pytest.approx((values["p"] - values["t"]) / 1e-12)
    else:
        assert slope == pytest.approx(number(used.replace("∞", "inf")), rel=1e-3)


# -- training

TRAINED = [case for case in CASES if case.values[0].back]


@pytest.mark.parametrize(("op", "values"), TRAINED)
def test_at_kinks_and_in_ties_training_does_what_the_stepper_does(op, values):
    """One by one, and in a batch of examples of which some are at the kink; each choice of what is data."""
    shapes = [shape_of(value) for value in values.values()]
    graph = summed(op, shapes)
    plan = make_plan(graph)
    examples = [values, drawn(op, shapes, 1), values]
    for chosen in product([False, True], repeat=len(graph.inputs)):
        own = [port for port, is_batched in zip(graph.inputs, chosen, strict=True) if is_batched]
        shared = {port: values[port] for port in graph.inputs if port not in own}
        parameters = [port for port in shared if port in op.back]
        compiled = (
            compile_plan(plan, own, 3, parameters=parameters)
            if own
            else compile_plan(plan, parameters=parameters)
        )
        compiled.set(shared)
        for port in own:
            compiled.inputs[port][...] = np.stack([example[port] for example in examples], axis=-1)
        with np.errstate(all="ignore"):
            compiled.step()
            told = [stepped(plan, {**example, **shared}) for example in (examples if own else examples[:1])]
        close(compiled.loss, np.mean([found[graph.output] for found, _ in told]))
        for port in parameters:
            expected = np.mean([gradients[port] for _, gradients in told], axis=0)
            close(compiled.part(compiled.gradient, port), expected)

"""Differences entry by entry, the errors of many steps, kinks in between, and the complex step."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.arrays import frozen
from core.base.errors import Problem
from core.derivatives.complex_step import complex_step, takes_complex
from core.derivatives.numerical import (
    Differenced,
    check_gradients,
    differences,
    kinks_between,
    numerical_gradient,
    relative_error,
    sweep,
    verdict,
)
from core.graph.builder import build
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.ops import OPS
from core.passes.guessed_values import with_defaults
from core.passes.stepper import record, run
from tests.core.test_ops import drawn, written
from tests.core.test_passes import at_defaults

FILE = Path(__file__).parents[1] / "cases" / "gradcheck.json"
CASES = {case["id"]: case for case in json.loads(FILE.read_text(encoding="utf-8"))}
NET = "h = tanh(W x + b); L = mse(h, t)"


# -- the lecture's numbers


def test_verdicts_are_the_lectures():
    case = CASES["gradcheck_thresholds"]
    assert [verdict(error).words for error in case["inputs"]["rel"]] == case["values"]["verdict"]
    assert all(verdict(error).short for error in case["inputs"]["rel"])


EDGES = [(1e-2, "uncomfortable"), (1e-4, "okay with kinks, too high without"), (1e-7, "good")]


@pytest.mark.parametrize(("bound", "words"), EDGES)
def test_a_bound_belongs_to_the_better_side(bound, words):
    assert verdict(bound).words == words
    assert verdict(math.nextafter(bound, 1)).words != words


def test_extreme_errors_have_verdicts():
    found = [verdict(error).words for error in (0.0, math.inf, math.nan)]
    assert found == ["good", "probably wrong", "not finite"]


def test_a_kink_between_the_two_points_is_named():
    case = CASES["gradcheck_relu_kink"]
    x, h = case["inputs"]["x"], case["inputs"]["h"]
    trace = run(case["program"][0], {"x": x})
    (row,) = differences(trace, "x", h=h)
    assert trace.last.value("f") == case["values"]["f"]
    assert trace.last.gradient("x") == case["values"]["analytic"]
    assert row.slope == pytest.approx(case["values"]["numeric_centred"], abs=case["tol"])
    (kink,) = kinks_between(trace, "x", h=h)
    assert (kink.node, kink.left, kink.right) == ("f", "0", "1")
    assert kink.sentence == (
        "f (ReLU) has a kink between x − h and x + h: slope 0 on one side, 1 on the other"
    )
    assert kinks_between(trace, "x", h=9e-7) == ()


def test_errors_over_h_have_the_shape_of_a_v():
    case = CASES["gradcheck_h_sweep"]
    found = sweep(run(case["program"][0], {"x": 1.0}), "x")
    assert found.exact == pytest.approx(case["grads"]["x"], rel=1e-14)
    assert [row.h for row in found.rows] == pytest.approx([10.0**-k for k in range(1, 16)])
    for row, (h, one_sided, centred) in zip(found.rows, case["sweep"]["rows"], strict=False):
        assert row.h == pytest.approx(h)
        # below 1e-6 rounding rules, of which only the size is certain
        tolerance = 1e-3 if h >= 1e-5 else 10
        assert row.one_sided_error == pytest.approx(one_sided, rel=tolerance)
        assert row.centred_error == pytest.approx(centred, rel=tolerance if h > 1e-5 else 10)
    assert found.best_centred.h == pytest.approx(1e-5)
    assert found.best_one_sided.h == pytest.approx(1e-7, rel=10)
    assert found.best_centred.centred_error < found.best_one_sided.one_sided_error
    errors = [row.centred_error for row in found.rows]
    assert errors[:5] == sorted(errors[:5], reverse=True)
    assert errors[-1] > 1e-3 > errors[1]
    assert found.sentence.startswith("One-sided differences are best at h = 10⁻")


# -- rows


def test_rows_come_one_entry_at_a_time():
    trace = run("sum(x ⊙ x)", {"x": frozen([[1, 2], [3, 4]])})
    rows = differences(trace, "x", "one-sided", h=0.5)
    assert isinstance(rows, Iterator)
    assert next(rows) == Differenced((0, 0), 0.5, 30.0, 31.25, None, 2.5)
    assert next(rows) == Differenced((0, 1), 0.5, 30.0, 32.25, None, 4.5)
    centred = list(differences(trace, "x", h=0.5))
    assert centred[3] == Differenced((1, 1), 0.5, 30.0, 34.25, 26.25, 8.0)


def test_a_number_has_one_row_and_a_step_that_suits_it():
    trace = run("x^2", {"x": -300.0})
    (one,) = differences(trace, "x", "one-sided")
    (two,) = differences(trace, "x", "centred")
    assert (one.h, two.h) == (300 * 1.5e-8, 300 * 6e-6)
    assert one.slope == pytest.approx(-600, rel=1e-6)
    assert two.slope == pytest.approx(-600, rel=1e-9)
    (still,) = differences(trace, "x", h=1e-15)
    assert still.slope == 0  # 300 + 1e-15 is 300


def test_an_output_of_several_entries_is_weighted_with_the_seed():
    values = {"W": frozen([[1, 2], [3, 4], [5, 6]]), "x": frozen([1, -1])}
    trace = record(run("W x", values).plan, values, frozen([0, 2, 0]))
    np.testing.assert_allclose(numerical_gradient(trace, "x"), [6, 8], rtol=1e-9)
    assert check_gradients(trace, ["W", "x"])["W"].verdict == "correct"


def test_a_stopped_value_is_held():
    trace = run("y = x^2; x stop_gradient(y) + y", {"x": 3.0})
    found = check_gradients(trace, ["x", "y"])
    assert found["x"].numerical == pytest.approx(9 + 6)
    assert [checked.verdict for checked in found.values()] == ["correct", "correct"]


def test_a_check_names_the_kink_it_meets():
    trace = run("h = max(x, y); k = relu(z); 2 h + k", {"x": 1.0, "y": 1.0, "z": 2.0})
    found = check_gradients(trace, ["x", "y", "z"])
    assert [kink.node for kink in found["x"].kinks] == []  # the slope 1/2 is what centred differences find
    found = check_gradients(run("h = relu(z); 2 h", {"z": 0.0}), ["z"])["z"]
    assert (found.verdict, found.error) == ("probably wrong", 1.0)
    assert [kink.node for kink in found.kinks] == ["h"]


def test_what_is_asked_for_must_exist():
    trace = run("x^2; y = t x", {"x": 1.0, "t": 2.0})
    with pytest.raises(Problem, match="There is no node q"):
        differences(trace, "q")
    with pytest.raises(Problem, match="'left' is no kind of difference"):
        differences(trace, "x", "left")
    for h in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(Problem, match="The step h must be a positive number"):
            differences(trace, "x", h=h)
    with pytest.raises(Problem, match="a has no gradient for t"):
        sweep(run("b = t; a = x", {"x": 1.0, "t": 1.0}), "t")


# -- kinks

KINKED = [op for op in OPS.values() if op.kink]


@pytest.mark.parametrize("op", KINKED, ids=lambda op: op.name)
def test_every_kink_is_met_between_its_two_sides_and_nowhere_else(op):
    shapes = op.test_shapes or [()] * len(op.inputs)
    at_kink, port = op.at_kink(), op.inputs[0]
    nudged = np.array(at_kink[port])
    first = (0,) * nudged.ndim
    nudged[first] += 3e-7
    assert met(op, {**at_kink, port: frozen(nudged)}, first, 1e-6)
    assert not met(op, {**at_kink, port: frozen(nudged)}, first, 1e-7)
    assert not met(op, drawn(op, shapes), (0,) * len(shapes[0]), 1e-6)


def met(op, values, entry, h):
    trace = run(written(op, values), values)
    return [kink.symbol for kink in kinks_between(trace, op.inputs[0], entry, h)] == [op.symbol]


NO_KINKS = [
    ("relu(x) + y", {"x": 0.0, "y": 1.0}, "y"),
    ("max(x, x - y)", {"x": 0.0, "y": 1.0}, "x"),
    ("leaky_relu(x, 1)", {"x": 0.0}, "x"),
    ("‖[x, 1]‖", {"x": 0.0}, "x"),
    ("max([3, 3, x])", {"x": 1.0}, "x"),
    ("sum(relu([0, x]))", {"x": 1.0}, "x"),
]


@pytest.mark.parametrize(("text", "values", "name"), NO_KINKS)
def test_a_kink_that_is_not_moved_over_is_none(text, values, name):
    assert kinks_between(run(text, values), name, h=1e-3) == ()


MET = [
    ("v = relu(W x)", {"W": frozen([[1, -1], [2, 0.5]]), "x": frozen([1, 1])}, "x", (1,), ["v"]),
    ("a = x - 1; b = |a|; c = b + relu(x - 5)", {"x": 1.0}, "x", (), ["b"]),
    ("n = ‖x - y‖", {"x": frozen([1, 2]), "y": frozen([1, 2])}, "y", (0,), ["n"]),
    ("c = clip(x, -1, 1); d = relu(c)", {"x": 1.0}, "x", (), ["c"]),
    ("h = hinge(w·x, 1)", {"w": frozen([0.5, 0.5]), "x": frozen([1, 1])}, "w", (1,), ["h"]),
    ("s = [x > 2] y", {"x": 2.0, "y": 1.0}, "x", (), ["v1"]),
]


@pytest.mark.parametrize(("text", "values", "name", "entry", "nodes"), MET)
def test_kinks_on_the_way_are_named(text, values, name, entry, nodes):
    assert [kink.node for kink in kinks_between(run(text, values), name, entry)] == nodes


# -- the complex step

SMOOTH = [
    "(x+y)z",
    "σ(w·x + b)",
    NET.replace("L = ", ""),
    "x^T W x",
    "cross_entropy(W x + b, k)",
    "b = a + a; c = b b",
]
SMOOTH += [
    "p = softmax(W x + b); L = -ln(p[k])",
    "sin(x) cos(y)/(1 + x^3)",
    "‖v - u‖",
    "outer(x, y)",
    "log2(x) x^y",
]


@pytest.mark.parametrize("text", SMOOTH)
def test_the_complex_step_loses_no_digits(text):
    trace = at_defaults(text)
    for name in trace.graph.inputs:
        if trace.last.gradient(name) is not None:
            np.testing.assert_allclose(
                complex_step(trace, name), trace.last.gradient(name), rtol=1e-13, atol=1e-16
            )


@given(st.floats(-3, 3), st.floats(0.1, 3))
@settings(max_examples=50, deadline=None)
def test_three_ways_agree(x, y):
    trace = run("σ(x y) + ln(y) tanh(x) + exp(sin(x))/y", {"x": x, "y": y})
    for name in "xy":
        exact = trace.last.gradient(name)
        assert complex_step(trace, name) == pytest.approx(exact, rel=1e-12, abs=1e-14)
        assert numerical_gradient(trace, name) == pytest.approx(exact, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.back], ids=lambda op: op.name)
def test_whatever_has_a_derivative_takes_complex_numbers(op):
    """On the far side of each kink too: the real parts choose the branch."""
    assert takes_complex(op, len(op.test_shapes) or len(op.inputs))
    for seed in range(3):
        values = drawn(op, op.test_shapes or [()] * len(op.inputs), seed)
        trace = run(written(op, values), values)
        for port in trace.graph.inputs:
            if trace.last.gradient(port) is None or op.name == "stop_gradient":
                continue
            np.testing.assert_allclose(
                complex_step(trace, port), trace.last.gradient(port), rtol=1e-12, atol=1e-15
            )


NO_COMPLEX_STEP = [
    ("relu(x)", {"x": 0.0}, r"f \(ReLU\) stands at its kink"),
    ("y = [x > 0]; x y", {"x": 0.0}, r"y \(>\) stands at its kink"),
    ("argmax([x, 1])", {"x": 0.0}, r"cannot follow a choice: f is arg max"),
    ("‖x‖", {"x": frozen([0, 0])}, "stands at its kink"),
    ("[1, 2][x]", {"x": 1.0}, r"cannot follow a choice: f is \[k\]"),
    ("y = ln(x); y", {"x": -1.0}, "y has no value for complex numbers here"),
    ("y = σ(x); y", {"x": -800.0}, "y has no value for complex numbers here"),
]


@pytest.mark.parametrize(("text", "values", "said"), NO_COMPLEX_STEP)
def test_where_the_complex_step_ends_is_named(text, values, said):
    with pytest.raises(Problem, match=said):
        complex_step(run(text, values), "x")


def test_a_comparison_is_flat_for_the_complex_step_too():
    assert complex_step(run("y = [x > 0]; x y", {"x": 2.0}), "x") == 1


def test_a_difference_over_a_jump_sees_the_jump():
    trace = run("[x > 2] + x", {"x": 2.0})
    found = check_gradients(trace, ["x"])["x"]
    assert trace.last.gradient("x") == 1 and found.numerical > 1e4
    assert [kink.node for kink in found.kinks] == ["v1"]


def test_what_lies_beside_the_way_may_have_kinks():
    trace = run("a = relu(y); b = relu(x); c = x^2 a", {"x": 3.0, "y": 2.0})
    assert complex_step(trace, "x") == 12


def test_a_stopped_value_is_held_in_the_complex_step():
    assert complex_step(run("x stop_gradient(x) + 0 x", {"x": 3.0}), "x") == 3


def test_relative_errors_are_compared_with_the_larger():
    assert relative_error(1.0, 1.1) == pytest.approx(0.1 / 1.1)


INDICES = ["s = W x; L = sum(max(0, s - s[k] + 1)) - k", "x[k] k^2", "p[j] + cross_entropy(s, c) c"]


@pytest.mark.parametrize("text", INDICES)
def test_an_index_stays_where_it_points_while_its_name_moves(text):
    """A name may be a number and an index; what it points to has no slope."""
    program = read_program(text)
    values = with_defaults(program, {})
    trace = record(make_plan(build(program, values)), values)
    checked = check_gradients(trace, trace.graph.inputs)
    assert checked and all(found.verdict == "correct" for found in checked.values())

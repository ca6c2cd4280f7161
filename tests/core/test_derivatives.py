"""Gradients checked by centred differences, and what the differences are thought to say."""

import math

import numpy as np
import pytest
from msgspec.structs import replace

from core.base.arrays import frozen
from core.derivatives.numerical import check_gradients, numerical_gradient, relative_error
from core.passes.stepper import run
from core.passes.steps import Flowed
from core.passes.trace import Trace
from tests.counting import at_most

NET = "a = tanh(W x + b); L = ‖a‖^2 + b[0]"
VALUES = {"W": frozen([[0.5, -1], [2, 0.1]]), "x": frozen([1, -0.5]), "b": frozen([0.3, -0.2])}


def test_right_gradients_are_right():
    trace = run(NET, VALUES)
    checked = check_gradients(trace, trace.graph.inputs)
    assert list(checked) == ["W", "x", "b"]
    for name, found in checked.items():
        assert found.verdict == "correct"
        np.testing.assert_allclose(found.numerical, trace.last.gradient(name), rtol=1e-8)


def test_a_wrong_gradient_is_found():
    trace = run("x^3", {"x": 2.0})
    wrong = [replace(step, total=11.0) if isinstance(step, Flowed) else step for step in trace.steps]
    checked = check_gradients(Trace(trace.plan, trace.inputs, wrong), ["x"])["x"]
    assert checked.verdict == "probably wrong"
    assert checked.error == pytest.approx(1 / 12)


def test_a_node_on_the_way_can_be_checked():
    trace = run(NET, VALUES)
    np.testing.assert_allclose(numerical_gradient(trace, "a"), trace.last.gradient("a"), rtol=1e-8)
    assert numerical_gradient(trace, "L") == pytest.approx(1.0)


def test_a_kink_is_not_right():
    assert check_gradients(run("relu(x)", {"x": 0.0}), ["x"])["x"].verdict == "probably wrong"


def test_what_has_no_gradient_is_left_out():
    assert check_gradients(run("y = 2 t; x", {"t": 1.0, "x": 2.0}), ["t", "x"]).keys() == {"x"}


ERRORS = [(1.0, 1.0, 0.0), (0.0, 0.0, 0.0), (1.0, 2.0, 0.5), (math.inf, math.inf, 0.0), (1.0, -1.0, 2.0)]


@pytest.mark.parametrize(("one", "other", "error"), ERRORS)
def test_relative_errors(one, other, error):
    assert relative_error(one, other) == error
    assert relative_error(frozen([0, one]), frozen([0, other])) == error


@pytest.mark.parametrize(("functions", "checked"), [(3, {"x": "correct"}), (90, {})])
def test_a_check_that_would_take_too_long_is_left_out(functions, checked):
    text = "sum(" + "sin(" * functions + "x" + ")" * (functions + 1)
    trace = run(text, {"x": frozen(np.full(500, 0.5))})
    with at_most(300_000):
        assert {name: found.verdict for name, found in check_gradients(trace, ["x"]).items()} == checked

"""The ways side by side, as rows and as text."""

import math

import numpy as np
import pytest

from core.base.arrays import frozen
from core.base.errors import Problem
from core.derivatives.methods_compared import METHODS, Found, jacobian_text, side_by_side, ways_text
from core.passes.seed import entry_seed
from core.passes.stepper import run

NEURON = "z = w·x + b; y = σ(z); L = 1/2 (y - t)^2"
AT = {"w": frozen([2, -3]), "x": frozen([-1, -2]), "b": -3.0, "t": 1.0}


def rows(trace, name):
    return {found.way: found for found in side_by_side(trace, name) if found}


def test_every_way_finds_the_gradient_of_a_neuron():
    trace = run(NEURON, AT)
    found = rows(trace, "w")
    assert list(found) == list(METHODS)
    for row in found.values():
        np.testing.assert_allclose(row.value, trace.last.gradient("w"), rtol=1e-6)
    assert {row.verdict.words for row in found.values() if row.verdict} == {"good"}
    assert found["reverse mode"].verdict is None


def test_the_price_of_each_way_is_told():
    found = rows(run(NEURON, AT), "w")
    assert {way: row.passes for way, row in found.items()} == {
        "reverse mode": 1,
        "forward mode": 2,
        "one-sided": 3,
        "centred": 4,
        "complex step": 2,
    }
    # w·x has two products, then come z, y, y - t, the square and L
    assert (found["reverse mode"].multiplications, found["forward mode"].multiplications) == (7, 14)
    assert found["centred"].multiplications is None


def test_a_way_comes_in_pieces_and_reverse_mode_first():
    found = list(side_by_side(run(NEURON, AT), "w"))
    assert next(row.way for row in found if row) == "reverse mode"
    assert found.count(None) == 2 * len(METHODS)


def test_at_a_kink_differences_are_wrong_and_say_why():
    found = rows(run("relu(x)", {"x": 0.0}), "x")
    assert found["one-sided"].kinks[0].sentence.startswith("f (ReLU) has a kink between x and x + h")
    assert found["centred"].kinks[0].sentence.startswith("f (ReLU) has a kink between x − h and x + h")
    assert found["centred"].verdict.words == "probably wrong"
    assert found["complex step"].value is None and "stands at its kink" in found["complex step"].said
    assert math.isnan(found["complex step"].error)


def test_rounding_around_0_is_no_error():
    trace = run("softmax(s)", {"s": frozen([1, -2, 0])})
    assert {row.verdict.words for row in rows(trace, "s").values() if row.verdict} == {"good"}


def test_the_seed_weighs_a_vector_in_every_way():
    trace = run("softmax(s)", {"s": frozen([1, -2, 0])}, seed=entry_seed("f", (3,), (0,)))
    for row in rows(trace, "s").values():
        np.testing.assert_allclose(row.value, trace.last.gradient("s"), rtol=1e-6)
    assert (
        rows(trace, "s")["reverse mode"].multiplications * 3
        == rows(trace, "s")["forward mode"].multiplications
    )


def test_what_would_take_too_long_is_left_out_and_its_price_told():
    rng = np.random.default_rng(1)
    trace = run(
        "sum(tanh(W x))", {"W": frozen(rng.normal(size=(300, 400))), "x": frozen(rng.normal(size=400))}
    )
    found = rows(trace, "W")
    assert found["reverse mode"].value.shape == (300, 400)
    assert found["forward mode"] == Found(
        "forward mode",
        None,
        "Left out: 120,000 passes would take too long",
        pytest.approx(math.nan, nan_ok=True),
        120_000,
        found["forward mode"].multiplications,
    )


def test_a_node_that_is_not_there_is_refused():
    with pytest.raises(Problem, match="There is no node q"):
        list(side_by_side(run("x^2", {"x": 1.0}), "q"))


# -- as text


def test_a_closed_form_and_every_way_are_shown():
    text = ways_text(run("ln(x^2)", {"x": 3.0}), ["x"])
    assert text.startswith("df/dx = 2/x\n")
    assert all(way in text for way in METHODS)
    assert text.count("0.6667") == len(METHODS)
    assert "Reverse mode: 1 pass" in text


def test_the_reason_for_reverse_mode_is_told():
    assert "That is why reverse mode is used" in ways_text(run(NEURON, AT), ["w", "b"])
    assert "wins with each further input" in ways_text(run("x^2", {"x": 1.0}), ["x"])


def test_a_way_that_cannot_be_taken_says_why():
    text = ways_text(run("[x > 2] + x", {"x": 2.0}), ["x"])
    assert "The complex step needs a derivative; v1 (>) stands at its kink" in text


def test_a_kink_is_named_and_the_error_judged():
    text = ways_text(run("relu(x)", {"x": 0.0}), ["x"])
    assert "0.5   relative error 1 (probably wrong)" in text
    assert "f (ReLU) has a kink between x − h and x + h" in text


def test_one_entry_of_a_vector_has_a_closed_form():
    trace = run("p = softmax(s)", {"s": frozen([1, -2, 0])}, seed=entry_seed("p", (3,), (0,)))
    assert ways_text(trace, ["s"]).startswith("dp[0]/ds = p[0] ([1, 0, 0]) − p[0] p\n")


def test_an_input_that_does_not_matter_has_derivative_0():
    text = ways_text(run("y = x; f = 2 x", {"x": 1.0, "z": 3.0}), ["y"])
    assert "reverse mode  0" in text


@pytest.mark.parametrize(("layout", "first"), [("numerator", "1  2"), ("denominator", "1  3")])
def test_a_jacobian_is_named_and_listed(layout, first):
    trace = run("W x", {"W": frozen([[1, 2], [3, 4]]), "x": frozen([1, 2])})
    text = jacobian_text(trace, "f", "x", layout)
    assert "W" in text.splitlines()[0]
    assert text.splitlines()[2] == first


def test_a_large_jacobian_is_shown_in_part():
    trace = run("sin(x)", {"x": frozen([0.1] * 30)})
    text = jacobian_text(trace, "f", "x", "numerator")
    assert text.endswith("…") and len(text.splitlines()) == 23

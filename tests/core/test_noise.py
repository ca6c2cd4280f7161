"""Rounding noise is 0 for the eye, by one rule; honest small numbers and the exact ones stay."""

import json

import numpy as np
import pytest

from core.base.arrays import frozen
from core.base.numbers import NOISE, without_noise
from core.figure import draw, figure
from core.math.latex import latex
from core.ops import OPS
from core.ops.scaled import Scaled
from core.passes.explain import explain
from core.passes.stepper import run
from core.service.report import Report
from core.service.request import Request
from tests.core.test_ops import PAIRS, drawn, forward, gradients, name_of

NAN, INF = float("nan"), float("inf")


def test_the_rule():
    assert without_noise(1e-13, 1.0) == 0
    assert without_noise(2e-12, 1.0) == 2e-12
    assert without_noise(1e-20, 1e-20) == 1e-20
    assert without_noise(1e-13, INF) == 1e-13
    assert without_noise(INF, 1.0) == INF and np.isnan(without_noise(NAN, 1.0))
    value = frozen([1e-17, 1e-17, 1.0])
    assert without_noise(value, np.array([1.0, 1e-17, 1.0])).tolist() == [0, 1e-17, 1]
    assert without_noise(frozen([1.0]), np.array([1.0])).tolist() == [1]


# text, values, node, its gradient or its value, what is seen
NOISY = [
    ("softmax(x)", {"x": frozen([1, 2, 3])}, "x", "gradient", [0, 0, 0]),
    (
        "y = W x; p = softmax(y)",
        {"W": frozen([[-1, -0.8], [1.3, -1.6], [0.4, 0.9]]), "x": frozen([-0.6, -0.9])},
        "x",
        "gradient",
        [0, 0],
    ),
    ("softmax(X)", {"X": frozen([[1, 2, 3], [0.1, 0.3, 0.7]])}, "X", "gradient", [[0] * 3] * 2),
    ("log_softmax(X)", {"X": frozen([[0.25] * 7])}, "X", "gradient", [[0] * 7]),
    ("sum(X, 1)", {"X": frozen([[0.1, 0.2, -0.3], [1, 2, 3]])}, "f", "value", [0, 6]),
    ("mean(X, 0)", {"X": frozen([[0.1, 1], [0.2, 2], [-0.3, 3]])}, "f", "value", [0, 2]),
    ("flip([u + v - w, 1])", {"u": 0.1, "v": 0.2, "w": 0.3}, "f", "value", [1, 0]),
    ("sum_except(x, 3)", {"x": frozen([0.1, 0.2, -0.3, 5])}, "f", "value", 0),
    ("d = u + v - w; f = 7 d", {"u": 0.1, "v": 0.2, "w": 0.3}, "d", "value", 0),
    ("d = u + v - w; f = 7 d^2", {"u": 0.1, "v": 0.2, "w": 0.3}, "u", "gradient", 0),
    ("d = u + v - w; f = 7 d", {"u": 0.1, "v": 0.2, "w": 0.3}, "f", "value", 0),
    ("d = 0.1 + 0.2 - 0.3; f = 7 d", {}, "d", "value", 0),
    ("d = [0.1 + 0.2 - 0.3, 1/4]; f = 8 d", {}, "f", "value", [0, 2]),
    ("sin(x)", {"x": np.pi}, "f", "value", 0),
    ("cos(x)", {"x": np.pi / 2}, "f", "value", 0),
    ("x·y", {"x": frozen([0.1, 0.2, 0.3]), "y": frozen([1, 1, -1])}, "f", "value", 0),
    ("y = [u + v - w, 1]; f = y + 1", {"u": 0.1, "v": 0.2, "w": 0.3}, "y", "value", [0, 1]),
    (
        "d = A (B x) - (A B) x",
        {
            "A": frozen([[0.1, 0.7], [0.3, 0.2]]),
            "B": frozen([[0.9, 0.4], [0.6, 0.3]]),
            "x": frozen([0.7, -1.2]),
        },
        "d",
        "value",
        [0, 0],
    ),
    ("max(u + v - w, 0)", {"u": 0.1, "v": 0.2, "w": 0.3}, "f", "value", 0),
    ("huber(u + v, w)", {"u": 0.1, "v": 0.2, "w": 0.3}, "w", "gradient", 0),
]


@pytest.mark.parametrize(("text", "values", "node", "what", "seen"), NOISY)
def test_noise_is_0_for_the_eye_and_there_for_the_record(text, values, node, what, seen):
    trace = run(text, values)
    at = {
        "value": lambda snapshot: snapshot.value(node),
        "gradient": lambda snapshot: snapshot.gradient(node),
    }[what]
    assert np.array_equal(at(trace.shown.last), seen)
    exact = np.asarray(at(trace.last))
    assert 0 < np.max(np.abs(exact - seen)) < 1e-15


HONEST = [
    ("x y", {"x": 1e-20, "y": 3.0}),
    ("x", {"x": 1e-300}),
    ("d = 1e-20; f = 3 d", {}),
    ("d = 1e-20/4 - 3e-20; f = 3 d^2", {}),
    ("d = [1e-9, -2^(-60), 2^0.5·1e-30]; f = 3 d", {}),
    ("x + y", {"x": 1e-20, "y": 2e-20}),
    ("σ(x)", {"x": -60.0}),
    ("exp(x)", {"x": -300.0}),
    ("tanh(x)^2", {"x": 1e-9}),
    ("softplus(x)", {"x": -50.0}),
    ("softmax(x)[0]", {"x": frozen([0, 60])}),
    ("ln(1 + x)", {"x": 1e-6}),
    ("u - v", {"u": 1.0, "v": 1 - 1e-9}),
    ("λ sum(w^2)", {"λ": 1e-10, "w": frozen([1e-4, 2e-5])}),
    ("max(x, y)", {"x": 1e-20, "y": -5.0}),
    ("prod(x)", {"x": frozen([1e-9, 1e-8, 1e-7])}),
    ("1/x", {"x": 1e200}),
]


@pytest.mark.parametrize(("text", "values"), HONEST)
def test_an_honest_small_number_stays(text, values):
    trace = run(text, values)
    for node in trace.graph.nodes:
        assert np.array_equal(trace.shown.last.value(node), trace.last.value(node))
        seen, exact = trace.shown.last.gradient(node), trace.last.gradient(node)
        assert (seen is None) == (exact is None)
        assert seen is None or np.array_equal(seen, exact)


@pytest.mark.parametrize("depth", [30, 300])
def test_a_long_way_does_not_turn_numbers_into_noise(depth):
    """The scale stays near the number over products, sums and layers."""
    chain = "; ".join(f"h{i} = 1.001 h{i - 1} + 1e-9 x" for i in range(1, depth))
    trace = run(f"h0 = 1e-9 x; {chain}; f = h{depth - 1}", {"x": 1.0})
    layers = "; ".join(f"a{i} = tanh(W a{i - 1})" for i in range(1, depth // 3))
    W = frozen(np.random.default_rng(4).normal(size=(4, 4)))
    net = run(
        f"a0 = 1 x; {layers}; L = 1e-13 sum(a{depth // 3 - 1}) + y",
        {"W": W, "x": frozen([1, -1, 2, 0.5]), "y": 1e-14},
    )
    for told in (trace, net):
        for node in told.graph.nodes:
            exact = np.asarray(told.last.value(node))
            assert np.array_equal(told.shown.last.value(node), exact)


@pytest.mark.parametrize(("op", "shapes"), PAIRS, ids=name_of)
def test_the_scale_of_a_rule_is_no_smaller_than_its_number_and_is_one_for_each_entry(op, shapes):
    values = drawn(op, shapes)
    known = {port: Scaled(np.asarray(value)) for port, value in values.items()}
    out = forward(op, values)
    found = op.value_rule(len(values)).scaled(known)
    np.testing.assert_allclose(found.value, out, rtol=1e-12)
    assert np.all(np.broadcast_to(found.scale, np.shape(out)) >= 0.3 * np.abs(out))
    g = frozen(np.random.default_rng(1).uniform(0.5, 2, np.shape(out)))
    known |= {"out": Scaled(np.asarray(out)), "g": Scaled(np.asarray(g))}
    for port in gradients(op, values, g):
        rule = op.back_rule(op.ports(len(values)).index(port))
        found = rule.scaled(known)
        np.testing.assert_allclose(
            found.value, rule.value({**values, "out": out, "g": g}), rtol=1e-12, atol=1e-15
        )
        assert np.all(np.isfinite(found.scale)) and np.all(found.scale >= 0)


def test_a_trace_without_noise_is_shown_as_it_is():
    trace = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0})
    assert trace.shown is trace
    assert trace.last.shown.trace is trace


def test_all_that_is_shown_takes_it_from_the_same_place():
    values = {"x": frozen([1, 2, 3])}
    trace = run("softmax(x)", values)
    labels = figure(draw(trace), trace.last).labels
    said = " ".join(latex(label.math) for label in labels if label.math is not None)
    assert "10^" not in said
    found = explain(trace, len(trace))
    assert "10^" not in latex(found.numbers) and "10" not in found.sentence
    request = Request("softmax(x)", values)
    report = Report(request, trace)
    assert "10⁻" not in report.text()
    assert json.dumps(report.answer()["grads"]) == json.dumps({"x": trace.last.gradient("x").tolist()})


def test_the_slope_used_at_a_kink_is_told_of_the_exact_number():
    """What is seen as 0 does not stand at the kink for that."""
    trace = run("relu(u + v - w)", {"u": 0.1, "v": 0.2, "w": 0.3})
    assert trace.shown.last.value("v2") == 0 != trace.last.value("v2")
    assert explain(trace, 3).caveat == ""
    assert trace.shown.last.gradient("u") == 1


def test_every_operation_is_tried():
    assert {op.name for op, _ in PAIRS} == set(OPS)
    assert NOISE == 1e-12


@pytest.mark.parametrize(
    "text, value",
    [
        ("[[1, 2], [3, 4], [5, 6]] [1, 2] x", [10.0, 22.0, 34.0]),
        ("([1, 2]·[3, 4]) x", 22.0),
        ("2 [1, 2] x", [4.0, 8.0]),
    ],
)
def test_constants_that_are_products_of_lists_are_shown(text, value):
    trace = run(text, {"x": 2.0})
    assert np.array_equal(trace.shown.last.value("f"), value)

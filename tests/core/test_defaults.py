"""Values that are guessed: a program just typed shows something worth seeing."""

import math

import numpy as np
import pytest

from core.base.arrays import shape_of
from core.graph.builder import build
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.graph.targets import targets
from core.ops import OPS
from core.ops.facts import SATURATED
from core.passes.guessed_values import carried_over, is_edit, with_defaults
from core.passes.stepper import record

LECTURE = [
    "(x+y)z",
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2",
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; Lreg = L + λ R",
    "σ(w·x + b)",
    "σ(w x + b)",
    "1/(1 + exp(-(w0 x0 + w1 x1 + w2)))",
    "1/(1 + e^(-(w0 x0 + w1 x1 + w2)))",
    "tanh(w·x + b)",
    "y = relu(w·x + b); L = (y - t)^2",
    "h = relu(W1 x + b1); y = W2 h + b2; L = mse(y, t)",
    "h = σ(W1 x + b1); y = σ(W2 h + b2); L = sum((y - t)^2)",
    "a1 = tanh(W1 x + b1); a2 = tanh(W2 a1 + b2); a3 = tanh(W3 a2 + b3); L = sum(a3^2)",
    "a = σ(w1 x + b1); c = σ(w2 a + b2); L = bce(c, t)",
    "p = softmax(W x + b); L = -ln(p[k])",
    "L = cross_entropy(W x + b, k)",
    "s = W x + b; L = sum(max(0, s - s[k] + 1)) - 1",
    "multiclass_hinge(W x + b, k)",
    "bce(p, t)",
    "bce_logits(w·x + b, t)",
    "-(t ln(p) + (1 - t) ln(1 - p))",
    "L = hinge(w·x + b, t)",
    "L = max(0, -t (w·x + b))",
    "huber(y, t)",
    "x^2 + 10 y^2",
    "k x^2",
    "100 (y - x^2)^2 + (1 - x)^2",
    "ln(x) + sqrt(y)",
    "ln(x y)/sqrt(z)",
    "‖x‖ + sum(ln(v))",
    "x^T W x",
    "c = a + b; d = b + 1; e = c d",
    "max(x, y) z + |x - y|",
    "Y = relu(conv2d(X, W) + b); f = sum(Y)",
    "c = conv2d(X, K, 1, 1); m = maxpool(relu(c)); f = mean(m)",
    "q = W x; k = V x; s = q·k; p = σ(s)",
    "i = σ(W x + U h); f = σ(V x + M h); g = i ⊙ f; L = sum(g)",
    "elu(x) + selu(y) + gelu(z) + softplus(u)",
    "hard_sigmoid(x) + softsign(y)",
    "x/y + y/x",
    "u = exp(x); v = u + 1; L = ln(v)",
    "sin(x) cos(y)",
    "S = X W^T + b; L = mean(cross_entropy(S, k))",
    "P = softmax(X W + b); L = mean(nll(P, k))",
    "H = relu(X W1 + b1); S = H W2; L = mean(svm(S, k))",
    "L = -mean(sum(T ⊙ log_softmax(A W), 1))",
    "L = sum(logsumexp(X W))",
    "m = mean(A, 0); L = sum((A - m)^2)",
    "L = sum(tanh(sum(A, 1)))",
    "L = sum(conv2d(P, flip(K)))",
    "p = x/sum_except(x, k); L = sum(p^2)",
    "L = sum(x^2)/numel(x)",
]


def guessed(text, given=()):
    program = read_program(text)
    values = with_defaults(program, dict(given))
    return program, values, record(make_plan(build(program, values)), values)


@pytest.mark.parametrize("text", LECTURE)
def test_a_program_of_a_lecture_starts_with_values_worth_seeing(text):
    _, values, trace = guessed(text)
    snapshot, graph = trace.last, trace.graph
    pointed = {edge.source for edge in graph.edges if graph.pointed(edge)}
    pointed |= targets(graph.program, {name: shape_of(value) for name, value in values.items()}).keys()
    for name, value in values.items():
        entries = np.ravel(value)
        if name not in pointed:
            assert np.all(entries != 0), name
            tenth = 0.01 if name == "ε" else 0.1
            assert np.allclose(entries / tenth, np.round(entries / tenth)), name
        if name not in pointed and 1 < entries.size <= 36:
            assert len(set(entries)) == entries.size, name
    numbers = [value for name, value in values.items() if isinstance(value, float) and name not in pointed]
    assert len(set(numbers)) == len(numbers)
    for node in graph.nodes.values():
        assert np.all(np.isfinite(snapshot.value(node.name))), node.name
        if node.is_leaf:
            continue
        args = [np.asarray(snapshot.value(arg)) for arg in node.args]
        if OPS[node.op].saturates < math.inf:
            assert np.max(np.abs(args[0])) <= SATURATED, node.name
        if node.operation.kink:
            ports = {port: snapshot.value(arg) for port, arg in node.by_port.items()}
            assert not np.any(node.operation.kink.at.value(ports)), node.name
    assert np.any(snapshot.value(graph.output) != 0)


SATURATING = ["sigmoid", "tanh", "softmax", "cross_entropy", "log_softmax"]


@pytest.mark.parametrize("op", ["bce_logits", *SATURATING, *(f"{name}_rows" for name in SATURATING[2:])])
def test_what_saturates_is_declared(op):
    assert OPS[op].saturates == SATURATED


@pytest.mark.parametrize("text", ["S = X W + b; softmax(S)", "S = X W^T; mean(cross_entropy(S, k))"])
def test_a_batch_is_guessed_as_a_matrix_with_an_example_in_each_row(text):
    _, values, trace = guessed(text)
    assert [len(shape_of(values[name])) for name in "XW"] == [2, 2]
    assert trace.graph.nodes["S"].op in ("add", "matmul")
    assert any(node.operation.rows for node in trace.graph.nodes.values() if not node.is_leaf)


def test_filters_are_square():
    for text in ("conv2d(X, W)", "sum(relu(conv2d(X, F) + b))", "conv2d(X, K, 2, 1)"):
        _, values, _ = guessed(text)
        shapes = [shape_of(value) for name, value in values.items() if name in "WFK"]
        assert shapes == [(3, 3)]


def test_a_guess_does_not_depend_on_how_one_got_there():
    first = guessed("z = w x + b; y = σ(z)")[1]
    again = guessed("z = w x + b; y = σ(z)")[1]
    assert first == again


GATES = [
    "y = relu(W x + b); L = mean((y - t)^2)",
    "h = relu(W1 x + b1); y = W2 h + b2; L = ||y - t||^2",
    "h = relu(W x + b); y = u·h + c",
    "h = max(0, W x + b); L = sum(h^2)",
    "h = max(W x + b, 0); L = sum(h^2)",
    "y = leaky_relu(W x + b); L = sum(y)",
    "h = relu(W1 x + b1); g = relu(W2 h + b2); L = sum((g - t)^2)",
    "h = relu(w x + b); y = (h - t)^2",
    "L = mean((max(0, 1 - y (w·x)) - 3)^2)",
    r"z^{[1]} = W^{[1]}x + b^{[1]}; a^{[1]} = \mathrm{ReLU}(z^{[1]}); z^{[2]} = W^{[2]} a^{[1]} + b^{[2]}; "
    r"\mathcal{J} = \frac12 \|z^{[2]} - y\|^2",
]


@pytest.mark.parametrize("text", GATES)
def test_no_relu_is_shut_for_all_entries_and_a_long_one_is_for_some(text):
    trace = guessed(text)[2]
    gates = [n for n in trace.graph.nodes.values() if n.op in ("relu", "maximum", "leaky_relu")]
    assert gates
    for gate in gates:
        opened = np.ravel(trace.last.value(gate.name)) > 0
        assert np.any(opened)
        assert opened.size < 3 or not np.all(opened)


TARGETS = [
    ("p = sigmoid(z); L = -(y log p + (1 - y) log(1 - p))", "y", 1),
    ("p = sigmoid(z); L = -((1 - a) log(1 - p) + a log p)", "a", 1),
    ("p = σ(X w); L = -mean(y ⊙ log p + (1 - y) ⊙ log(1 - p))", "y", {0, 1}),
    ("bce(σ(z), y)", "y", 1),
    ("max(0, 1 - y (w·x))", "y", 1),
    ("m = q (w·x + b); L = max(0, 1 - m)", "q", 1),
    ("s = w·x + b; L = max(0, -y s)", "y", -1),
    (r"\sum_i \max(0, 1 - y_i s_i)", "y", {-1, 1}),
    (r"h = softmax(W x + b); L = -\sum_k t_k \log h_k", "t", [1, 0, 0]),
    ("h = softmax(W x + b); L = -q^T log h", "q", [1, 0, 0]),
    ("L = -mean(sum(T ⊙ log_softmax(X W), 1))", "T", [[1, 0], [0, 1], [1, 0]]),
]


@pytest.mark.parametrize(("text", "name", "expected"), TARGETS)
def test_a_target_is_one_that_its_loss_can_have(text, name, expected):
    value = guessed(text)[1][name]
    if isinstance(expected, set):
        assert set(np.ravel(value)) == expected
    else:
        assert np.array_equal(value, expected)


@pytest.mark.parametrize(
    "text", ["x ln(y)", "-sum(p ⊙ ln(p))", "h = σ(x); y = relu(-w h)", "h = W x; y = relu(1 - w·h)"]
)
def test_what_only_looks_like_a_loss_has_no_target(text):
    values = guessed(text)[1]
    assert not targets(read_program(text), {name: shape_of(value) for name, value in values.items()})


SHAPES = [
    (r"h = tanh(W x + b); \hat{y} = \vec{u} \cdot \mathbf{h}", {"u": (3,)}),
    ("h = relu(W x + b); y = u·h + c", {"u": (3,), "c": ()}),
    ("h = tanh(W x + b); y = α·h", {"α": ()}),
    (r"\mathbf{a} \odot \mathbf{b}", {"a": (2,), "b": (2,)}),
    (r"s\mathbf{v}", {"s": (), "v": (2,)}),
    (r"\mathbf{C} = \mathbf{A}\mathbf{B}", {"A": (3, 2), "B": (2, 2)}),
    (r"\vec{F} + 1", {"F": (2,)}),
    ("softmax(Q K^T / sqrt(d)) V", {"Q": (3, 2), "K": (2, 2), "V": (2, 2), "d": ()}),
    ("softmax(X K^T) V", {"X": (3, 2), "K": (2, 2), "V": (2, 2)}),
    ("x y^T", {"x": (2,), "y": (2,)}),
    ("λ w^T w", {"λ": ()}),
    ("1 - y w^T x", {"y": ()}),
    ("h = W x; D = h y^T", {"y": (2,)}),
    ("mean((X w + b - t)^2)", {"X": (3, 2), "w": (2,), "b": (), "t": (3,)}),
    ("W[k]", {"W": (2, 2)}),
    ("A[1] - A[0]", {"A": (2,)}),
    ("p[k]", {"p": (2,)}),
    ("S = X W + b; L = mean(cross_entropy(S, k))", {"b": (2,), "k": (3,)}),
    ("h_t = tanh(W_h h_{t-1} + W_x x_t + b)", {"W_h": (3, 3), "h_{t-1}": (3,), "W_x": (3, 2), "x_t": (2,)}),
    ("h_next = tanh(W h_prev)", {"W": (3, 3), "h_prev": (3,)}),
    (r"\mathbf{h}^{(t)} = \tanh(\mathbf{W} \mathbf{h}^{(t-1)})", {"W": (3, 3)}),
    ("(W x)^T y + x^T W^T y", {"W": (3, 2), "x": (2,), "y": (3,)}),
    ("-v^T W", {"v": (2,), "W": (2, 2)}),
    ("exp(-w·x)", {"w": (2,), "x": (2,)}),
]


@pytest.mark.parametrize(("text", "expected"), SHAPES)
def test_shapes_are_those_of_the_slide(text, expected):
    values = guessed(text)[1]
    assert {name: shape_of(values[name]) for name in expected} == expected


def test_a_bias_that_is_given_stays_a_number():
    assert guessed("S = X W + b; sum(S)", {"b": 0.5})[1]["b"] == 0.5
    assert shape_of(guessed("b = 0.5; S = X W + b; sum(S)")[1]["W"]) == (2, 2)


def test_each_row_has_a_class_of_its_own():
    assert list(guessed("S = X W; L = mean(nll(softmax(S), k))")[1]["k"]) == [0, 1, 0]


def test_bold_letters_count_only_if_the_program_can_be_built_with_them():
    assert guessed(r"\mathbf{w} + \mathbf{x}")[1]["w"].shape == (2,)
    assert guessed(r"\mathbf{w} \mathbf{x}")[1] == {"w": 2, "x": 3}


def test_what_is_given_stays_and_the_others_make_the_best_of_it():
    values = guessed("σ(w x + b)", {"w": 4.0})[1]
    assert values["w"] == 4 and abs(4 * values["x"] + values["b"]) <= SATURATED
    values = guessed("σ(w x)", {"w": 50.0, "x": 50.0})[1]
    assert values == {"w": 50, "x": 50}


def test_an_index_may_be_0():
    assert guessed("x[k]")[1]["k"] == 0
    assert guessed("k x")[1]["k"] != 0


EDITS = [
    ("(x+y)z", "(x+y)z + x", True),
    ("z = w x + b", "z = w x + b; y = σ(z)", True),
    ("z = w x + b; y = σ(z)", "z = w x + b", True),
    ("y = σ(w x)", "y = tanh(w x)", True),
    ("x", "x y", True),
    ("(x+y)z", "σ(w·x + b)", False),
    ("(x+y)z", "s", False),
    ("(x+y)z", "z", False),
    ("y = σ(w·x + b)", "L = cross_entropy(W x + b, k)", False),
    ("", "x", False),
]


@pytest.mark.parametrize(("before", "after", "edit"), EDITS)
def test_what_is_an_edit_of_a_program_and_what_is_another_one(before, after, edit):
    assert is_edit(before, after) == edit


def test_a_guess_of_another_shape_is_made_anew():
    program = read_program("conv2d(X, W)")
    values = carried_over(program, {"W": np.ones((3, 2))}, ())
    assert shape_of(values["W"]) == (3, 3)


def test_large_graphs_are_not_tried_out():
    text = "; ".join(["h0 = σ(9 x)", *(f"h{i} = σ(9 h{i - 1})" for i in range(1, 250))])
    assert guessed(text)[1] == {"x": 2.0}


def test_what_stands_beside_entries_is_a_number():
    values = with_defaults(read_program("s = \\sum_i (w_i x_i + b)"), {})
    assert shape_of(values["b"]) == ()
    assert shape_of(values["w"]) == shape_of(values["x"]) == (2,)

"""Typed programs train as they mean: targets, shapes and roles are found, without a word of help."""

import re

import numpy as np
import pytest

from core.base.arrays import frozen, shape_of
from core.base.errors import Problem
from core.graph.builder import graph_of
from core.graph.plan import make_plan
from core.passes.stepper import record
from core.training.boundary import Plane
from core.training.initial import initial_values
from core.training.networks import Network
from core.training.settings import TrainingSettings
from core.training.setup import setup

ADAM = {"optimizer": "adam", "rate": 0.01}
PERCEPTRON = {"optimizer": "rosenblatt", "rate": 1.0, "batch": 1}
# program, data, settings, updates, and the accuracy that must be reached on the training data
LEARNERS = {
    "margin": ("s = w·x + b; L = max(0, -t s)", "gauss", {}, 300, 0.97),
    "margin in brackets": ("L = max(0, -(t (w·x + b)))", "gauss", {}, 300, 0.97),
    "hinge": ("s = w·x + b; L = max(0, 1 - t s)", "gauss", {}, 300, 0.97),
    "hinge of 0 and 1": ("s = w·x + b; L = max(0, 1 - (2 t - 1) s)", "gauss", {}, 300, 0.97),
    "hinge with a penalty": ("s = w·x + b; L = hinge(s, t) + λ ‖w‖^2", "gauss", {}, 300, 0.97),
    "logistic of −1 and 1": ("s = w·x + b; L = log(1 + exp(-t s))", "gauss", {}, 300, 0.97),
    "exponential": ("s = w·x + b; L = exp(-y s)", "gauss", {"rate": 0.01}, 300, 0.97),
    "least squares": ("o = w·x + b; L = (o - t)^2", "gauss", {"rate": 0.01}, 600, 0.97),
    "logistic": ("p = σ(w·x + b); L = -[y log(p) + (1-y) log(1-p)]", "gauss", {}, 300, 0.97),
    "logistic in one line": (
        "L = -(t log(σ(w·x + b)) + (1 - t) log(1 - σ(w·x + b)))",
        "gauss",
        {},
        300,
        0.97,
    ),
    "textbook neuron": ("z = w1 x1 + w2 x2 + b; y = σ(z); L = 1/2 (y - t)^2", "gauss", {}, 300, 0.93),
    "tanh neuron": ("y = tanh(w·x + b); L = 1/2 (y - t)^2", "gauss", {}, 300, 0.97),
    "Adaline": ("o = w·x + b; L = 1/2 (t - o)^2", "gauss", {"optimizer": "delta", "rate": 0.01}, 600, 0.97),
    "Adaline without a loss": ("o = w·x + b", "gauss", {"optimizer": "delta", "rate": 0.01}, 600, 0.97),
    "perceptron": ("y = step(w·x + b); E = 1/2 (d - y)^2", "gauss", PERCEPTRON, 600, 0.97),
    "perceptron without a loss": ("z = w·x + b; y = [z ≥ 0]", "gauss", PERCEPTRON, 600, 0.97),
    "three perceptrons": ("y = step(W x + b)", "iris", PERCEPTRON, 3000, 0.6),
    "softmax and f[k]": ("f = softmax(W x + b); L = -log(f[k])", "digits", {"rate": 0.3}, 300, 0.93),
    "softmax and f[y]": ("f = softmax(W x + b); L = -log(f[y])", "digits", {"rate": 0.3}, 300, 0.93),
    "one-hot": ("f = softmax(W x + b); L = -t·log(f)", "digits", {"rate": 0.3}, 300, 0.93),
    "cross-entropy": ("s = W x + b; L = cross_entropy(s, k)", "digits", {"rate": 0.3}, 300, 0.93),
    "pictures made flat": (
        "x = flatten(P)\ns = W x + b\nL = cross_entropy(s, k)",
        "digits",
        {"rate": 0.3},
        300,
        0.93,
    ),
    "hinge of many classes": ("s = W x + b; L = sum(max(0, s - s[k] + 1)) - 1", "iris", ADAM, 600, 0.93),
    "a hinge for each class": ("s = W x + b; L = sum(max(0, 1 - t ⊙ s))", "iris", ADAM, 900, 0.85),
    "the other class's chance": (
        "p = σ(w·x + b); q = 1 - p; L = -(t log p + (1-t) log q)",
        "gauss",
        {},
        300,
        0.97,
    ),
    "likelihood": ("p = σ(w·x + b); L = -log(p^y (1-p)^(1-y))", "gauss", {}, 300, 0.97),
    "a function of one's own": ("f(x) = σ(w·x + b); L = bce(f(x), t)", "gauss", {}, 300, 0.97),
    "as in PyTorch": ("s = x @ W.T + b\nL = F.cross_entropy(s, k)", "iris", ADAM, 600, 0.9),
    "as on a slide": (
        r"\hat{y} = \sigma(\mathbf{w}^\top \mathbf{x} + b)"
        "\n"
        r"\mathcal{L} = -[y \log \hat{y} + (1-y)\log(1-\hat{y})]",
        "gauss",
        {},
        300,
        0.97,
    ),
    "layers in brackets": (
        "a^{[1]} = σ(W^{[1]} x + b^{[1]})\nŷ = σ(w^{[2]}·a^{[1]} + b^{[2]})\n"
        "L = −(y log ŷ + (1 − y) log(1 − ŷ))",
        "circle",
        {**ADAM, "rate": 0.05},
        600,
        0.93,
    ),
    "gates": (
        "g = σ(W1 x + b1); h = tanh(W2 x + b2); s = w·(g ⊙ h) + b; L = bce_logits(s, t)",
        "circle",
        {**ADAM, "rate": 0.05},
        600,
        0.93,
    ),
    "two layers of filters": (
        "a = relu(conv2d(x, K, 1, 1)); c = relu(conv2d(maxpool(a), F)); s = W flatten(c) + b;"
        "L = cross_entropy(s, k)",
        "digits",
        ADAM,
        900,
        0.93,
    ),
    "squares of one-hot": ("y = W x + b; L = sum((y - t)^2)", "iris", {**ADAM, "rate": 0.05}, 1500, 0.75),
    "two layers": (
        "h = max(0, W1 x + b1); s = W2 h + b2; L = cross_entropy(s, k)",
        "digits",
        {"rate": 0.1},
        600,
        0.95,
    ),
    "exclusive or": (
        "h = tanh(W1 x + b1); z = w2·h + b2; L = bce_logits(z, t)",
        "xor",
        {"rate": 0.3},
        900,
        0.93,
    ),
    "features of one's own": (
        "φ = [x1, x2, x1^2, x2^2]; p = σ(w·φ + b); L = -(y log(p) + (1 - y) log(1 - p))",
        "circle",
        {**ADAM, "rate": 0.1},
        600,
        0.95,
    ),
    "a residual block": (
        "h = tanh(W1 x + b1); g = h + tanh(W2 h + b2); p = σ(w·g + b); L = bce(p, t)",
        "circle",
        {"rate": 0.3},
        900,
        0.95,
    ),
    "a ConvNet": (
        "a = relu(conv2d(x, K)); p = maxpool(a, 2, 2); s = W flatten(p) + b; L = cross_entropy(s, k)",
        "digits",
        ADAM,
        600,
        0.95,
    ),
}
# program, data, settings, updates, and by how much the loss must at least shrink
FITTERS = {
    "autoencoder": ("h = relu(W1 x + b1); y = W2 h + b2; L = 1/2 ‖y - x‖^2", "digits", ADAM, 600, 0.1),
    "inpainting": ("x = m ⊙ y; h = relu(W1 x); ŷ = W2 h; L = 1/2 ‖y - ŷ‖^2", "digits", ADAM, 600, 0.2),
    "a sine": ("h = tanh(W1 x + b1); y = w2·h + b2; L = (y - t)^2", "sine", ADAM, 900, 0.4),
    "a line in Greek": ("y = α + β x; L = (y - t)^2", "sine", ADAM, 900, 0.5),
    "a plane": ("y = w·x + b; L = (y - t)^2", "plane", {"rate": 0.01}, 600, 0.05),
}


def settings_of(data, settings=None, **more):
    samples = {"digits": 1797, "iris": 150}.get(data, 200)
    usual = {"trains": "program", "data": data, "rate": 0.1, "samples": samples}
    return TrainingSettings(**{**usual, **(settings or {}), **more})


@pytest.mark.parametrize("name", LEARNERS)
def test_a_typed_program_learns_its_data(name):
    text, data, settings, updates, wanted = LEARNERS[name]
    trainer = setup(settings_of(data, settings), text, {}).trainer()
    trainer.parameters *= -1  # chance may have started it where it ends
    before = trainer.record()
    trainer.step(updates)
    after = trainer.record()
    assert before.train_accuracy < wanted <= after.train_accuracy
    assert after.train_loss < before.train_loss


@pytest.mark.parametrize("name", FITTERS)
def test_a_typed_program_fits_its_data(name):
    text, data, settings, updates, wanted = FITTERS[name]
    trainer = setup(settings_of(data, settings), text, {}).trainer()
    before = trainer.record()
    trainer.step(updates)
    assert trainer.record().train_loss <= wanted * before.train_loss
    assert before.train_accuracy is None, "there are no classes to get right"


@pytest.mark.parametrize(
    "text, data, told",
    [
        ("s = w·x + b; L = max(0, -t s)", "gauss", "target signs"),
        ("s = w·x + b; L = max(-t s, 0)", "gauss", "target signs"),
        ("s = w·x + b; L = relu(-s t)", "gauss", "target signs"),
        ("s = w·x + b; L = (1 - t s)^2", "gauss", "target signs"),
        ("s = w·x + b; L = -log(σ(t s))", "gauss", "target signs"),
        ("y = sign(w·x + b); L = (y - t)^2 + ‖w‖^2", "gauss", "target signs"),
        ("y = tanh(w·x + b); L = (y - t)^2", "gauss", "target signs"),
        ("s = w·x + b; L = max(0, 1 - (2 t - 1) s)", "gauss", "target number"),
        ("y = σ(w·x + b); L = (y - t)^2", "gauss", "target number"),
        ("y = w·x + b; L = |y - t|", "gauss", "target number"),
        ("s = W x; L = cross_entropy(s, t)", "gauss", "target number"),
        ("s = W x; L = cross_entropy(s, t)", "iris", "target number"),
        ("y = softmax(W x); L = -sum(t ⊙ log(y))", "iris", "target one-hot"),
        ("y = tanh(W x); L = sum((y - t)^2)", "iris", "target one-hot signs"),
        ("s = W x; L = sum(max(0, 1 - t ⊙ s))", "iris", "target one-hot signs"),
        ("y = w·x; L = (y - t)^2", "plane", "target number"),
        ("y = 2 σ(w·x + b) - 1; L = (y - t)^2", "gauss", "target signs"),
        ("p = σ(w·x + b); L = bce(p, (t + 1)/2)", "gauss", "target signs"),
        ("p = σ(w·x + b); L = -(1 + t)/2 log(p) - (1 - t)/2 log(1 - p)", "gauss", "target signs"),
        ("p = softmax(W x); L = sum(-t ⊙ log(p))", "iris", "target one-hot"),
        ("p = softmax(W x); e = -t ⊙ log(p); L = mean(e)", "iris", "target one-hot"),
        ("z = exp(W x); p = z/sum(z); L = -sum(t ⊙ log(p))", "iris", "target one-hot"),
        ("L = mse(W x + b, t)", "iris", "target one-hot"),
        ("s = W x; L = sum(exp(-t ⊙ s))", "iris", "target one-hot signs"),
        ("s = W x; L = sum((1 - t ⊙ s)^2)", "iris", "target one-hot signs"),
        ("s = w·x; L = exp(s) - t s", "plane", "target number"),
    ],
)
def test_the_target_is_told_as_the_loss_needs_it(text, data, told):
    roles = setup(settings_of(data), text, {}).roles
    assert roles.role("t") == told


@pytest.mark.parametrize(
    "text, threshold",
    [
        ("p = σ(w·x + b); L = bce(p, t)", 0.5),
        ("s = w·x + b; L = bce_logits(s, t)", 0.0),
        ("s = w·x + b; L = -(t log(σ(s)) + (1 - t) log(1 - σ(s)))", 0.0),
        ("y = w·x + b; L = (y - t)^2", 0.5),
        ("s = w·x + b; L = max(0, -t s)", 0.0),
        ("s = w·x + b; L = max(0, 1 - (2 t - 1) s)", 0.0),
    ],
)
def test_the_threshold_lies_where_both_classes_cost_the_same(text, threshold):
    assert setup(settings_of("gauss"), text, {}).roles.threshold == threshold


@pytest.mark.parametrize(
    "text, data, expected",
    [
        (
            "z = w x + b; y = σ(z); L = 1/2 (y - t)^2",
            "none",
            {"w": "parameter", "b": "parameter", "x": "constant", "t": "constant"},
        ),
        (
            "x = m ⊙ y; ŷ = W x; L = 1/2 ‖y - ŷ‖^2",
            "digits",
            {"m": "constant", "y": "input", "W": "parameter"},
        ),
        ("o = w·i; E = 1/2 (d - o)^2", "gauss", {"w": "parameter", "i": "input", "d": "target number"}),
        ("y = a x + c; L = (y - t)^2", "sine", {"a": "parameter", "c": "parameter", "x": "input"}),
        (
            "y = w0 x0 + w1 x1 + w2 x2; L = (y - t)^2",
            "gauss",
            {"x0": "constant", "x1": "input", "x2": "input", "w0": "parameter"},
        ),
        ("f = softmax(W x); L = -log(f[label])", "iris", {"label": "target number"}),
        ("L = 1/2 (x^2 + 10 y^2)", "none", {"x": "parameter", "y": "parameter"}),
        ("y = w·x; L = (y - t)^2 + λ ‖w‖^2", "gauss", {"λ": "constant"}),
        ("y = w·x; L = (y - t)^2 + λ1 ‖w‖_1 + λ2 ‖w‖^2", "gauss", {"λ1": "constant", "λ2": "constant"}),
        ("s = w·x; L = 1/2 ‖w‖^2 + C max(0, 1 - y s)", "gauss", {"C": "constant", "y": "target signs"}),
        ("s = w·x + b; L = max(0, m - t s)", "gauss", {"m": "constant", "t": "target signs"}),
        ("p = σ(w·x); L = -(t (1 - p)^γ log(p) + (1 - t) p^γ log(1 - p))", "gauss", {"γ": "constant"}),
        ("s = W x; L = cross_entropy(s/T, k)", "iris", {"T": "constant"}),
        ("y = α + β x; L = (y - t)^2 + λ β^2", "sine", {"α": "parameter", "λ": "constant"}),
        ("y = β·x + b; L = (y - t)^2", "plane", {"β": "parameter"}),
        ("h = relu(W x); s = V (h ⊙ m); L = cross_entropy(s, k)", "iris", {"m": "constant"}),
        ("L = (k x + d - y)^2", "sine", {"k": "parameter", "d": "parameter", "y": "target number"}),
        ("L = (y - k x - d)^2", "sine", {"k": "parameter", "d": "parameter", "y": "target number"}),
    ],
)
def test_names_have_the_roles_one_expects(text, data, expected):
    roles = setup(settings_of(data), text, {}).roles
    assert {name: roles.role(name) for name in expected} == expected


@pytest.mark.parametrize(
    "text, data, prediction",
    [
        ("s = w·x + b; p = σ(s); c = 1 - p; L = bce(p, t)", "gauss", "p"),
        ("s = w·x + b; m = |s|; p = σ(s); L = bce_logits(s, t)", "gauss", "p"),
        ("p = σ(w·x + b); odds = p/(1 - p); L = bce(p, t)", "gauss", "p"),
        ("s = W x + b; m = max(s); L = cross_entropy(s, k)", "iris", "s"),
        ("s = W x + b; p = softmax(s); g = argmax(p); L = -log(p[k])", "iris", "p"),
        ("s = W x + b; Z = sum(exp(s)); L = -s[k] + log(Z)", "iris", "s"),
        ("h = tanh(W x + c); L = (w·h + b - t)^2", "circle", "v4"),
        ("p = σ(w·x + b); L = -log(p^y (1 - p)^(1 - y))", "gauss", "p"),
    ],
)
def test_the_prediction_is_what_the_target_meets(text, data, prediction):
    assert setup(settings_of(data), text, {}).roles.prediction == prediction


@pytest.mark.parametrize(
    "text",
    [
        "p = σ(-(w·x + b)); L = -t log(1 - p) - (1 - t) log(p)",
        "p = 1 - σ(w·x + b); L = bce(1 - p, t)",
        "s = -(w·x) + b; L = bce_logits(-s, t)",
    ],
)
def test_a_prediction_of_the_first_class_counts_the_other_way_round(text):
    made = setup(settings_of("gauss"), text, {})
    trainer = made.trainer()
    trainer.step(300)
    assert not made.roles.higher_is_second and trainer.record().train_accuracy > 0.97
    corners = Plane(trainer, resolution=2).prediction()  # the second class of this set lies at the lower left
    second = made.dataset.inputs[made.dataset.targets == 1].mean(axis=0) > 0
    assert corners[int(second[1]), int(second[0])] == corners.max()


def test_roles_can_be_chosen():
    text = "y = w·x + b; L = (y - t)^2 + c"
    chosen = {"t": "target signs", "b": "constant", "c": "constant"}
    made = setup(settings_of("gauss", roles=chosen), text, {"b": 0.25, "c": 3.0})
    assert made.roles.parameters == ("w",) and made.roles.fixed == ("b", "c")
    assert set(made.examples.arrays["t"]) == {-1, 1}
    trainer = made.trainer()
    trainer.step(20)
    assert trainer.values()["b"] == 0.25 and trainer.values()["c"] == 3.0


def test_a_target_is_learned_only_if_it_is_made_a_parameter():
    text, values = "y = w x; L = (y - t)^2", {"w": 1.0, "x": 1.0, "t": 3.0}
    trainer = setup(settings_of("none", roles={"t": "parameter", "w": "constant"}), text, values).trainer()
    trainer.step(50)
    assert trainer.values()["w"] == 1 and trainer.values()["t"] != 3


def test_inputs_are_reconstructed_where_the_target_is_to_be_the_inputs():
    text = "h = relu(W1 x + b1); y = W2 h + b2; L = 1/2 ‖y - t‖^2"
    made = setup(settings_of("digits", ADAM, roles={"t": "target inputs"}), text, {})
    assert np.array_equal(made.examples.arrays["t"], made.examples.arrays["x"])
    assert made.examples.labels is None


@pytest.mark.parametrize(
    "text, data, shapes",
    [
        ("f = softmax(W x + b); L = -log(f[k])", "digits", {"W": (10, 64), "b": (10,)}),
        ("s = W x + b; L = cross_entropy(s, k)", "iris", {"W": (3, 4), "b": (3,)}),
        ("c = conv2d(x, K); s = W flatten(c); L = cross_entropy(s, k)", "digits", {"K": (8, 3, 3)}),
        (
            "c = relu(conv2d(x, K)); d = conv2d(c, F); s = W flatten(d); L = cross_entropy(s, k)",
            "digits",
            {"F": (8, 8, 3, 3), "W": (10, 128)},
        ),
        ("y = W2 tanh(W1 x); L = 1/2 ‖y - x‖^2", "digits", {"W2": (64, 32)}),
        ("y = softmax(W x); L = -t·log(y)", "iris", {"t": (3,)}),
        ("y = W x + b; L = ‖y - t‖^2", "plane", {"W": (1, 2), "t": (1,)}),
    ],
)
def test_shapes_come_from_the_data(text, data, shapes):
    made = setup(settings_of(data), text, {})
    assert {name: shape_of(made.values[name]) for name in shapes} == shapes


def test_parameters_start_from_the_seed_unless_they_were_given():
    text = "h = tanh(W1 x + b1); z = w2·h + b2; L = bce_logits(z, t)"
    guesses = {"W1": frozen(np.ones((8, 2))), "b2": 5.0, "w2": frozen(np.ones(8))}
    one, same, other = (
        setup(settings_of("gauss", weights_seed=seed), text, guesses, {"W1", "w2"}).values
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one["W1"], same["W1"]) and not np.array_equal(one["W1"], other["W1"])
    assert one["b2"] == other["b2"] == 5 and not np.any(one["b1"])
    assert np.std(one["W1"]) < 1.5 and not np.array_equal(one["W1"], guesses["W1"])


@pytest.mark.parametrize("activation", ["tanh", "relu", "softplus"])
def test_a_typed_network_starts_as_the_built_one(activation):
    made = setup(
        TrainingSettings(
            data="gauss", activation=activation, hidden=(8, 8), rate=0.1, data_seed=7, weights_seed=7
        ),
        "",
        {},
    )
    typed = setup(
        settings_of("gauss", data_seed=7, weights_seed=7, activation=activation),
        made.text,
        made.values,
        made.values.keys(),
    )
    assert all(np.array_equal(typed.values[name], made.values[name]) for name in made.roles.parameters)
    trainers = made.trainer(), typed.trainer()
    assert trainers[0].step(30) == trainers[1].step(30)


@pytest.mark.parametrize(
    "text, name, variance",
    [
        ("h = relu(W x + b); L = sum(h) + t", "W", 2 / 400),
        ("h = max(0, W x); L = sum(h) + t", "W", 2 / 400),
        ("h = tanh(W x + b); L = sum(h) + t", "W", 2 / 700),
        ("h = relu(Wᵀ x); L = sum(h) + t", "W", 2 / 300),
    ],
)
def test_the_spread_of_weights_follows_what_comes_after_them(text, name, variance):
    shape = (300, 400)
    x, b = (300, 400) if "ᵀ" in text else (400, 300)
    values = {"W": np.zeros(shape), "x": np.zeros(x), "b": np.zeros(b), "t": 0.0}
    graph = graph_of(text, {key: frozen(value) for key, value in values.items() if key in text})
    assert np.var(initial_values(graph, [name], 0)[name]) == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize(
    "text, data, sentence",
    [
        ("y = step(w·x + b); L = (y - t)^2", "gauss", "step has slope 0 everywhere.*w and b.*Rosenblatt"),
        ("y = [w·x > 0]; L = (y - t)^2", "gauss", "a comparison has slope 0 everywhere"),
        ("f = sigmoid(w·x + b)", "gauss", r"ignores the labels.*Add the line L = bce\(f, t\)"),
        ("σ(w·x + b)", "gauss", r"Name the output, f = …, and add the line L = bce\(f, t\)"),
        ("y = w·x + b", "plane", r"ignores the targets.*L = \(y - t\)\^2"),
        ("f = softmax(W x + b)", "digits", r"10 entries.*Add the line L = -log\(f\[k\]\)"),
        ("y = w x + b; L = (y - t)^2", "gauss", "L has 2 entries, and a loss must be one number. Write w·x"),
        ("y = W x; L = (y - t)^2", "iris", r"Add them up, as in sum\(L\)"),
        ("p = σ(w·x + b); L = bce(p, t)", "iris", "t is 0 or 1 in this loss, and the data have 3 classes"),
        ("s = w·x; L = max(0, 1 - t s)", "plane", "t is −1 or 1 in this loss, and the data have numbers"),
        ("s = W x; L = cross_entropy(s, k)", "sine", "k is the number of a class, and these data have no"),
        ("y = w·q1 + v·q2; L = (y - t)^2", "gauss", "No name of the program takes the data"),
        (
            "s = w·x; L = log(1 + exp(-t s))",
            "digits",
            "t is −1 or 1 in this loss, and the data have 10 classes",
        ),
        ("s = w·x; L = (1 - t s)^2", "plane", "t is −1 or 1 in this loss, and the data have numbers"),
        ("p = σ(w·x); L = -log(p^t (1 - p)^(1 - t))", "iris", "t is 0 or 1 in this loss"),
        ("z = w1 x1 + w2 x2 + w3 x3; L = (z - t)^2", "gauss", "2 features; there is none for x3"),
        ("L = sum((conv2d(x, K, 1, 1) - t)^2)", "digits", "t is one number for each example, and .* 8×8×8"),
        ("p = softmax(W x); L = -sum(t log(p))", "iris", "t is one number for each example, and p has 3"),
        ("y = argmax(W x); L = (y - k)^2", "iris", "argmax has slope 0 everywhere"),
        ("w = [1, 2]; y = w·x; L = (y - t)^2", "gauss", "Take out the line w = … and give w its value in"),
        ("y = w·x; L = (y - 1)^2", "gauss", r"ignores the labels.*Add the line E = \(y - t\)\^2"),
        ("y = step(w·x + b)", "gauss", "step has slope 0 everywhere.*choose Rosenblatt's rule"),
        (
            "p = σ(w·x + b); loss = bce(p, y); right = [p > 0.5]",
            "gauss",
            "The output is right, and no gradient reaches w and b from it. Put the line loss = … last",
        ),
        ("L = sign(w)", "none", "sign has slope 0 everywhere"),
    ],
)
def test_what_cannot_be_trained_says_why_and_what_to_do(text, data, sentence):
    with pytest.raises(Problem) as caught:
        setup(settings_of(data), text, {})
    assert re.search(sentence, str(caught.value))


def test_only_values_that_do_not_fit_are_lost():
    text = "y = w·x + b; L = (y - t)^2 + λ ‖w‖^2"
    made = setup(settings_of("gauss"), text, {"w": frozen(np.ones(3)), "b": 2.0, "λ": 0.9})
    assert made.values["b"] == 2 and made.values["λ"] == 0.9 and shape_of(made.values["w"]) == (2,)
    assert made.remarks == ("The given value of w does not fit the data; w (2 entries) starts anew",)


@pytest.mark.parametrize(
    "chosen, sentence",
    [
        ({"t": "target signs", "b": "target number"}, "t and b are all targets"),
        ({"t": "target signs"}, "t cannot be a target: −1 or 1: the data do not fit"),
    ],
)
def test_roles_that_make_no_sense_are_refused(chosen, sentence):
    data = "iris" if len(chosen) == 1 else "gauss"
    with pytest.raises(Problem, match=sentence):
        setup(settings_of(data, roles=chosen), "y = w·x + b; L = (y - t)^2", {})


def test_scalars_that_divide_start_at_1():
    made = setup(settings_of("plane"), "y = w·x/s + b; L = (y - t)^2/v + log(v)", {})
    assert made.values["s"] == 1 and made.values["v"] == 1


def test_what_is_no_class_has_no_accuracy():
    made = setup(settings_of("iris"), "y = w·x + b; L = (y - t)^2", {})
    assert made.examples.labels is None and set(made.examples.arrays["t"]) == {0, 1, 2}


def test_parameters_that_no_gradient_reaches_are_named():
    made = setup(settings_of("gauss"), "h = step(W x + c); p = σ(w·h + b); L = bce(p, t)", {})
    assert made.remarks == ("No gradient reaches W and c: they keep the values they start from",)


def test_values_that_do_not_fit_the_data_are_named_and_drawn():
    text = "s = W x + b; L = cross_entropy(s, k)"
    made = setup(settings_of("iris"), text, {"W": frozen(np.ones((2, 2))), "b": frozen(np.ones(2))})
    said = "The given values of W and b do not fit the data; W (3×4) and b (3 entries) start anew"
    assert made.remarks == (said,)
    assert shape_of(made.values["W"]) == (3, 4)


def test_an_example_on_the_canvas_has_the_loss_of_the_training():
    made = setup(
        settings_of("digits", samples=40, test_percent=0),
        "a = relu(conv2d(x, K)); s = W flatten(a); L = cross_entropy(s, k)",
        {},
    )
    trace = record(make_plan(made.graph), {**made.values, **made.examples.example(3)})
    trainer = made.trainer()
    place = list(trainer.train_data.rows).index(3)
    assert trace.last.value("L") == pytest.approx(trainer.node_values(["L"])["L"][place], rel=1e-12)


def test_the_built_network_draws_what_it_always_drew():
    values = Network(2, (3,), "tanh").initial_values(0)
    rng = np.random.default_rng(0)
    assert np.array_equal(values["W1"], rng.normal(0, np.sqrt(2 / 5), (3, 2)))
    assert np.array_equal(values["w2"], rng.normal(0, np.sqrt(2 / 4), (1, 3))[0])

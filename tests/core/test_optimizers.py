"""Every update rule against its formula written plainly, one parameter and one update at a time."""

import json
from math import copysign, sqrt
from pathlib import Path

import numpy as np
import pytest

from core.training.optimizers import OPTIMIZERS, make_optimizer

BOWL = json.loads((Path(__file__).parents[1] / "cases" / "optimizers.json").read_text(encoding="utf-8"))


def sgd(w, gradients, lr, momentum=0.0, nesterov=False, weight_decay=0.0):
    v = 0.0
    for g in gradients:
        g = g + weight_decay * w
        v = momentum * v + g
        w = w - lr * (g + momentum * v if nesterov else v)
    return w


def adam(w, gradients, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0):
    m = s = 0.0
    for t, g in enumerate(gradients, start=1):
        g = g + weight_decay * w
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        w = w - lr * (m / (1 - beta1**t)) / (sqrt(s / (1 - beta2**t)) + eps)
    return w


def adamw(w, gradients, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m = s = 0.0
    for t, g in enumerate(gradients, start=1):
        w = w - lr * weight_decay * w
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g**2
        w = w - lr * (m / (1 - beta1**t)) / (sqrt(s / (1 - beta2**t)) + eps)
    return w


def rmsprop(w, gradients, lr, alpha=0.99, eps=1e-8, momentum=0.0, weight_decay=0.0):
    s = v = 0.0
    for g in gradients:
        g = g + weight_decay * w
        s = alpha * s + (1 - alpha) * g**2
        v = momentum * v + g / (sqrt(s) + eps)
        w = w - lr * v
    return w


def adagrad(w, gradients, lr, eps=1e-10, weight_decay=0.0):
    s = 0.0
    for g in gradients:
        g = g + weight_decay * w
        s = s + g**2
        w = w - lr * g / (sqrt(s) + eps)
    return w


def playground(w, gradients, lr, l1=0.0, l2=0.0):
    for g in gradients:
        stepped = w - lr * g
        pulled = stepped - lr * (l1 * copysign(1, w) + l2 * w)
        if l1 and stepped * pulled < 0:
            return 0.0
        w = pulled
    return w


def delta(w, gradients, lr):
    """Both rules of single units are a step against the gradient: that of an objective of their own."""
    return sgd(w, gradients, lr)


def rosenblatt(w, gradients, lr):
    return sgd(w, gradients, lr)


RULES = [
    (sgd, {}),
    (sgd, {"momentum": 0.9}),
    (sgd, {"momentum": 0.9, "nesterov": True}),
    (sgd, {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1}),
    (adam, {}),
    (adam, {"beta1": 0.5, "beta2": 0.9, "eps": 0.1, "weight_decay": 0.1}),
    (adamw, {}),
    (adamw, {"beta1": 0.0, "beta2": 0.9, "eps": 0.1, "weight_decay": 0.3}),
    (rmsprop, {}),
    (rmsprop, {"alpha": 0.5, "eps": 0.1, "momentum": 0.9, "weight_decay": 0.1}),
    (adagrad, {}),
    (adagrad, {"eps": 0.1, "weight_decay": 0.1}),
    (playground, {}),
    (playground, {"l1": 2.0}),
    (playground, {"l2": 0.5}),
    (rosenblatt, {}),
    (delta, {}),
]
RULE_NAMES = [" ".join([rule.__name__, *hyper]) for rule, hyper in RULES]


def test_every_rule_is_written_out_here_with_every_number_it_has():
    assert {rule.__name__ for rule, _ in RULES} == set(OPTIMIZERS)
    for name, rule in OPTIMIZERS.items():
        used = {hyper for written, numbers in RULES for hyper in numbers if written.__name__ == name}
        assert used | {"lr"} == {known.name for known in rule.hyperparameters}, name


@pytest.mark.parametrize(("rule", "hyper"), RULES, ids=RULE_NAMES)
@pytest.mark.parametrize(("dtype", "within"), [(np.float64, 1e-13), (np.float32, 1e-4)])
def test_rule_is_its_formula(rule, hyper, dtype, within):
    chance = np.random.default_rng(7)
    start, gradients = chance.normal(size=40), chance.normal(size=(12, 40))
    optimizer = make_optimizer(rule.__name__, lr=0.05, **hyper)
    parameters = start.astype(dtype)
    for gradient in gradients.astype(dtype):
        before = gradient.copy()
        optimizer.update(parameters, gradient)
        assert np.array_equal(gradient, before)
    expected = [rule(w, list(column), 0.05, **hyper) for w, column in zip(start, gradients.T, strict=True)]
    assert parameters.dtype == dtype
    assert parameters == pytest.approx(np.array(expected), rel=within, abs=within)


@pytest.mark.parametrize("path", BOWL["paths"].values(), ids=BOWL["paths"])
def test_path_in_the_lecture_bowl(path):
    optimizer = make_optimizer(path["optimizer"], lr=BOWL["lr"], **path["hyper"])
    w = np.array(BOWL["start"])
    walked = [w.tolist()]
    for _ in path["points"][1:]:
        optimizer.update(w, w * [1.0, 10.0])
        walked.append(w.tolist())
    assert walked == [pytest.approx(point, rel=1e-12) for point in path["points"]]


def test_playground_kills_for_good_and_spares_biases():
    optimizer = make_optimizer("playground", np.array([True, True, False]), lr=1.0, l1=0.5)
    w = np.array([0.2, -3.0, 0.2])
    optimizer.update(w, np.zeros(3))
    assert w.tolist() == [0, -2.5, 0.2]
    optimizer.update(w, np.full(3, -1.0))
    assert w.tolist() == [0, -1.0, 1.2]


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "rmsprop", "adagrad"])
def test_regularisation_reaches_only_the_mask(name):
    def walked(l2, decayed=None):
        w, optimizer = np.ones(2), make_optimizer(name, decayed, lr=0.1, l2=l2)
        for gradient in ([1.0, 1.0], [-2.0, -2.0]):
            optimizer.update(w, np.array(gradient))
        return w

    free, held = walked(0), walked(0.5)
    assert not np.isclose(free, held).any()
    assert np.array_equal(walked(0.5, np.array([True, False])), [held[0], free[1]])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_same_vector_same_buffers_and_a_second_run_is_the_first(name):
    optimizer = make_optimizer(name)
    runs = []
    for _ in range(2):
        w = np.linspace(-1, 1, 5)
        optimizer.update(w, np.ones(5))
        kept = dict(optimizer.state)
        optimizer.update(w, np.ones(5))
        assert all(optimizer.state[letter] is kept[letter] for letter in kept)
        assert optimizer.updates == 2
        optimizer.reset()
        runs.append(w)
    assert np.array_equal(*runs)


def test_learning_rate_can_change_in_between():
    optimizer = make_optimizer("sgd", lr=0.5)
    w = np.ones(1)
    optimizer.update(w, np.ones(1))
    optimizer.set(lr=0.25)
    optimizer.update(w, np.ones(1))
    assert w == [0.25]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_table_says_what_the_code_takes(name):
    rule = OPTIMIZERS[name]
    assert rule.title
    assert dict(make_optimizer(name).hyper) == {one.name: one.default for one in rule.all_hyperparameters()}
    for one in rule.hyperparameters:
        assert one.is_switch or one.symbol in rule.formula
        assert one.low <= one.usual[0] < one.usual[1] <= one.high


@pytest.mark.parametrize(
    ("name", "hyper", "sentence"),
    [
        ("sdg", {}, "There is no optimizer called sdg; there are sgd, adam"),
        ("adagrad", {"momentum": 0.9}, "Adagrad has no momentum; it has lr, eps, weight_decay"),
        ("sgd", {"lr": -1}, r"learning rate \(lr\) must be finite and 0 or more, not -1"),
        ("sgd", {"lr": float("nan")}, "not nan"),
        ("sgd", {"lr": float("inf")}, "not inf"),
        ("sgd", {"momentum": 1.5}, r"momentum \(momentum\) must be from 0 to 1, not 1.5"),
        ("adam", {"beta2": 1}, r"must be from 0 to below 1, not 1"),
        ("sgd", {"lr": "fast"}, r"learning rate \(lr\) is a number, not 'fast'"),
        ("sgd", {"lr": True}, "is a number, not True"),
        ("sgd", {"momentum": 0.9, "nesterov": 1}, "is true or false, not 1"),
        ("sgd", {"nesterov": True}, "Nesterov momentum needs a momentum above 0"),
        ("playground", {"l1": 0.1, "l2": 0.1}, "by l1 or by l2, not by both"),
    ],
)
def test_refusals_are_sentences(name, hyper, sentence):
    with pytest.raises(ValueError, match=sentence):
        make_optimizer(name, **hyper)


def test_a_refused_change_changes_nothing():
    optimizer = make_optimizer("sgd", lr=0.5)
    with pytest.raises(ValueError, match="momentum"):
        optimizer.set(lr=0.1, momentum=2)
    assert optimizer.hyper["lr"] == 0.5


def test_vectors_that_do_not_fit():
    optimizer = make_optimizer("adam")
    with pytest.raises(ValueError, match="one flat vector of floats, not int"):
        optimizer.update(np.ones(3, dtype=int), np.ones(3))
    optimizer.update(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="began with 3 parameters; now there are 4, and 3 entries"):
        optimizer.update(np.ones(4), np.ones(3))
    with pytest.raises(ValueError, match="mask of decayed parameters has 2 entries for 3"):
        make_optimizer("sgd", np.array([True, False]), l2=0.1).update(np.ones(3), np.ones(3))

"""Update rules as text: what is read, what a 0 leaves out, what is computed in place."""

import numpy as np
import pytest

from core.notation.printers import expression_text
from core.training.optimizers import OPTIMIZERS, Optimizer, epsilon, learning_rate, make_optimizer
from core.training.update_rules import remembered, settled, statements, updating
from tests.counting import at_most

MOMENTUM = "g ← g + λ w; v ← μ v + g; w ← w − η v"


def lines(rule):
    return [f"{target} ← {expression_text(tree)}" for target, tree in rule]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"μ": 0.9, "λ": 0.1}, ["g ← g + λ w", "v ← μ v + g", "w ← w − η v"]),
        ({"μ": 0.9, "λ": 0.0}, ["v ← μ v + g", "w ← w − η v"]),
        ({"μ": 0.0, "λ": 0.1}, ["g ← g + λ w", "w ← w − η g"]),
        ({"μ": 0.0, "λ": 0.0}, ["w ← w − η g"]),
        ({"μ": 0.0, "λ": 0.0, "η": 0.0}, []),
    ],
)
def test_what_is_multiplied_by_0_is_left_out(numbers, expected):
    assert lines(settled(MOMENTUM, numbers)) == expected


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_another_rate_costs_little(name):
    """As a schedule gives one for every epoch, which may be a few updates."""
    rule = make_optimizer(name, lr=0.3)
    rule.update(np.ones(3), np.ones(3))
    with at_most(150):
        rule.set(lr=0.2)


def test_another_name_is_kept_where_what_it_names_changes():
    assert lines(settled("u ← w; w ← w − η g; w ← w + u", {"η": 1.0})) == [
        "u ← w",
        "w ← w − η g",
        "w ← w + u",
    ]


def test_what_is_read_before_it_is_assigned_is_remembered():
    assert remembered(statements("c ← m + g; w ← w − c; m ← s + g; s ← m")) == ["m", "s"]
    assert remembered(settled(MOMENTUM, {"μ": 0.0})) == []


@pytest.mark.parametrize(
    "rule", ["g ← g + w; g ← g g; w ← w − g", "u ← w; w ← w − η g; w ← (w + u) / (u + 2 w)"]
)
def test_a_rule_in_place_is_its_statements_one_after_the_other(rule):
    w, g = np.array([1.0, -2.0, 0.5]), np.array([0.3, 0.2, -1.0])
    names = {"w": w.copy(), "g": g.copy(), "η": 0.1}
    for part in rule.split("; "):
        target, text = part.split(" ← ")
        source = (
            text.replace("−", "-").replace("g g", "g * g").replace("η g", "η * g").replace("2 w", "2 * w")
        )
        names[target] = eval(source, {}, dict(names))
    given = g.copy()
    update, _ = updating(statements(rule), ["η"], [], {}, w)
    update(w, given, 0.1, 1)
    np.testing.assert_allclose(w, names["w"], rtol=1e-15)
    assert np.array_equal(given, g)


def test_momentum_that_is_switched_on_starts_from_0():
    late, fresh = make_optimizer("rmsprop", alpha=1.0), make_optimizer("rmsprop", alpha=1.0, momentum=0.5)
    w = np.ones(2)
    late.update(w, np.ones(2))
    late.set(momentum=0.5)
    fresh.update(np.ones(2), np.zeros(2))
    moved, expected = w.copy(), w.copy()
    late.update(moved, np.full(2, 1e-9))
    fresh.update(expected, np.full(2, 1e-9))
    assert np.array_equal(moved, expected)


class Warm(Optimizer):
    """A rule that no one has: its numbers alone make a number."""

    name = "warm"
    title = "Warm"
    formula = "s ← s + g²; w ← w − η √(1 − ε^t) g / (√s + ε)"
    hyperparameters = (learning_rate(0.1), epsilon(0.5))


def test_an_optimizer_is_one_class(monkeypatch):
    monkeypatch.setitem(OPTIMIZERS, "warm", Warm)
    optimizer, w, s, expected = make_optimizer("warm"), np.ones(2), 0.0, 1.0
    for t, g in enumerate([0.5, -0.25, 2.0], start=1):
        optimizer.update(w, np.full(2, g))
        s += g * g
        expected -= 0.1 * np.sqrt(1 - 0.5**t) * g / (np.sqrt(s) + 0.5)
    np.testing.assert_allclose(w, expected, rtol=1e-14)

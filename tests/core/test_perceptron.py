"""Rosenblatt's rule and the delta rule against tables worked out by hand, pattern by pattern."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.base.arrays import frozen
from core.base.errors import Problem
from core.data.examples import Examples
from core.export.torch.module import torch_module
from core.graph.builder import graph_of
from core.training.objectives import found_units
from core.training.roles import Roles
from core.training.settings import TrainingSettings
from core.training.setup import setup
from core.training.trainer import Trainer
from core.training.trainer_options import TrainerOptions

CASES = json.loads((Path(__file__).parents[1] / "cases" / "perceptron.json").read_text())
PERCEPTRON = "s = w·x + b; y = step(s)"


def trainer_of(program, weights, data, rule="rosenblatt", **settings):
    """A trainer of a program, its roles found by structure, that takes the patterns one by one."""
    arrays = {name: np.asarray(array, float) for name, array in data.items()}
    values = {name: frozen(value) for name, value in weights.items()}
    values |= {name: frozen(array[0]) for name, array in arrays.items()}
    graph = graph_of(program, values)
    parameters = tuple(name for name in weights if name != "α")
    target, prediction = found_units(graph, parameters, list(data))
    features = tuple(name for name in data if name != target)
    fixed = tuple(name for name in weights if name == "α")
    roles = Roles(parameters, features, (), target, fixed=fixed, prediction=prediction)
    settings = {"hyper": {"lr": 1.0}, "batches": [[i] for i in range(len(data[features[0]]))]} | settings
    return Trainer(graph, values, roles, Examples(arrays), TrainerOptions(rule, **settings))


def perceptron(case, program=PERCEPTRON, **settings):
    weights = {"w": [0.0] * len(case["x"][0]), "b": 0.0, **({"α": 1.0} if "α" in program else {})}
    return trainer_of(program, weights, {"x": case["x"], "d": case["d"]}, **settings)


def epochs_until_right(trainer, most=100):
    """The first epoch in which no pattern changes a weight, or None."""
    for epoch in range(1, most + 1):
        changes = 0
        for _ in range(len(trainer.train_data)):
            before = trainer.parameters.copy()
            trainer.step()
            changes += not np.array_equal(trainer.parameters, before)
        if not changes:
            return epoch
    return None


def gate(name):
    return {"x": CASES["gates"]["x"], **CASES["gates"][name]}


WRITTEN = [
    PERCEPTRON,
    "y = step(w·x + b)",
    "y = [w·x + b > 0]",
    "y = [0 < w·x + b]",
    "y = [w·x > -b]",
    "y = [-(w·x) - b < 0]",
    "y = 1/2 (2 [w·x + b > 0] - 1) + 1/2",
    "y = 0 if w·x + b <= 0 else 1",
    "s = w·x + b; y = 0 if s <= 0 else 1; L = (d - y)^2",
    "y = 1 - step(-(w·x) - b) - [w·x + b = 0]",
    "y = 1 - [w·x ≤ -b]",
    "s = w·x + b; y = [s > 0] + 0 [s ≤ 0]",
    "s = w·x + b; y = 0 [s ≤ 0] + [s > 0]",
    "s = w·x + b; y = step(s); L = 1/2 (d - y)^2",
    "s = w·x + b; y = step(s); L = |d - y|",
    "s = w·x + b; L = max(0, -d s)",
    "s = w·x + b; y = step(s); v = w + α (d - y) x",
]


@pytest.mark.parametrize("program", WRITTEN)
def test_and_is_learned_pattern_by_pattern_however_it_is_written(program):
    case = CASES["and"]
    trainer = perceptron(case, program)
    rows = []
    for _ in case["rows"]:
        trainer.step()
        rows.append([trainer.values()["w"].tolist(), trainer.values()["b"]])
    assert rows == [[w, b] for _, w, b in case["rows"]]
    assert epochs_until_right(perceptron(case, program)) == case["epochs"]


@pytest.mark.parametrize("name, relation", [("students", "≥"), ("t_and_l", ">")])
def test_tables_of_several_epochs(name, relation):
    case = CASES[name]
    trainer = perceptron(case, f"z = w·x + b; y = [z {relation} 0]")
    for number, (answer, w, b) in enumerate(case["rows"]):
        row = number % len(case["x"])
        assert trainer.node_values(["y"])["y"][row] == answer
        trainer.step()
        assert (trainer.values()["w"].tolist(), trainer.values()["b"]) == (w, b)
    trainer.reset()
    assert epochs_until_right(trainer) == case["epochs"]
    assert (trainer.values()["w"].tolist(), trainer.values()["b"]) == (case["w"], case["b"])


def test_the_rate_only_scales_weights_that_start_at_0():
    case = CASES["and"]
    half = perceptron(case, hyper={"lr": 0.5})
    assert epochs_until_right(half) == case["half_rate"]["epochs"]
    assert (
        half.values()["w"].tolist() == case["half_rate"]["w"] and half.values()["b"] == case["half_rate"]["b"]
    )


def test_a_unit_that_answers_1_at_0_learns_another_bias():
    case = CASES["and"]
    trainer = perceptron(case, "y = [w·x + b ≥ 0]")
    assert epochs_until_right(trainer) == case["at_least"]["epochs"]
    values = trainer.values()
    assert (values["w"].tolist(), values["b"]) == (case["at_least"]["w"], case["at_least"]["b"])


@pytest.mark.parametrize("name", ["or", "and", "second_without_first", "xor"])
def test_gates(name):
    trainer = perceptron(gate(name))
    assert epochs_until_right(trainer) == gate(name)["epochs"]
    if name != "xor":
        assert trainer.values()["w"].tolist() == gate(name)["w"] and trainer.values()["b"] == gate(name)["b"]


def test_targets_of_1_and_minus_1_are_answered_by_the_sign():
    x, d = CASES["gates"]["x"], [-1, -1, -1, 1]
    written, own = (
        trainer_of(text, {"w": [0.0, 0.0], "b": 0.25}, {"x": x, "d": d})
        for text in ("y = sign(w·x + b)", "s = w·x + b; L = hinge(s, d)")
    )
    w, b = np.zeros(2), 0.25
    for number in range(40):
        row = np.array(x[number % 4])
        error = d[number % 4] - np.sign(w @ row + b)
        w, b = w + error * row, b + error
        for trainer in (written, own):
            trainer.step()
            assert (trainer.values()["w"].tolist(), trainer.values()["b"]) == (w.tolist(), b)


@pytest.mark.parametrize("program", ["y = 2 step(w·x + b) - 1", "y = 1 - 2 [w·x ≤ -b]"])
def test_a_unit_that_answers_1_or_minus_1_takes_such_targets(program):
    x, d = np.array(CASES["gates"]["x"]), [-1, -1, -1, 1]
    trainer = trainer_of(program, {"w": [0.0, 0.0], "b": 0.0}, {"x": x, "d": d})
    w, b = np.zeros(2), 0.0
    for number in range(40):
        row = x[number % 4]
        error = d[number % 4] - (1 if w @ row + b > 0 else -1)
        w, b = w + error * row, b + error
        trainer.step()
        assert (trainer.values()["w"].tolist(), trainer.values()["b"]) == (w.tolist(), b)
    assert trainer.node_values(["y"])["y"].tolist() == d


def test_looking_for_the_answers_of_a_unit_changes_no_weight():
    trainer = perceptron(CASES["and"])
    assert (trainer.values()["w"].tolist(), trainer.values()["b"], trainer.updates) == ([0, 0], 0, 0)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("rule", ["rosenblatt", "delta"])
def test_a_batch_for_several_units(rule, reduction):
    rng = np.random.default_rng(0)
    x, d = rng.normal(size=(5, 3)), rng.integers(0, 2, (5, 2)).astype(float)
    W, b = rng.normal(size=(2, 3)), rng.normal(size=2)
    program = {"rosenblatt": "y = step(W x + b)", "delta": "y = W x + b"}[rule]
    options = {"rule": rule, "reduction": reduction, "hyper": {"lr": 0.1}, "batches": [range(5), [0, 3, 3]]}
    trainer = trainer_of(program, {"W": W, "b": b}, {"x": x, "d": d}, **options)
    answers = {"rosenblatt": lambda s: (s > 0) * 1.0, "delta": lambda s: s}[rule]
    collect = {"mean": np.mean, "sum": np.sum}[reduction]
    for rows in (range(5), [0, 3, 3], range(5)):
        loss = collect(np.sum((d - answers(x @ W.T + b)) ** 2, axis=1) / 2)
        assert trainer.record().train_loss == pytest.approx(loss, rel=1e-12)
        error = (d - answers(x @ W.T + b))[rows]
        W = W + 0.1 * collect(error[:, :, None] * x[rows][:, None], axis=0)
        b = b + 0.1 * collect(error, axis=0)
        trainer.step()
        np.testing.assert_allclose(trainer.values()["W"], W, rtol=1e-12)
        np.testing.assert_allclose(trainer.values()["b"], b, rtol=1e-12)


@pytest.mark.parametrize(
    "program", ["o = w·x; E = 1/2 (t - o)^2", "E = |t - w·x|^3", "o = w·x", "y = [w·x > 1/2]"]
)
def test_adaline_goes_down_on_the_squared_error_whatever_the_loss(program):
    case = CASES["adaline"]
    batches = {"batches": [range(4)]}
    trainer = trainer_of(
        program,
        {"w": [0.0] * 3},
        {"x": case["x"], "t": case["t"]},
        "delta",
        hyper={"lr": case["rate"]},
        **batches,
    )
    for step in range(201):
        if str(step) in case["path"]:
            np.testing.assert_allclose(trainer.values()["w"], case["path"][str(step)]["w"], rtol=1e-9)
        if program.endswith("o)^2") and str(step) in case["losses"]:
            assert trainer.record().train_loss == pytest.approx(case["losses"][str(step)], rel=1e-9)
        trainer.step()


def test_the_delta_rule_goes_through_an_activation():
    x, t = [[1.0, 2.0], [-1.0, 0.5]], [1.0, 0.0]
    trainer = trainer_of("y = σ(w·x)", {"w": [0.3, -0.2]}, {"x": x, "t": t}, "delta", hyper={"lr": 0.5})
    w = np.array([0.3, -0.2])
    for row, target in zip(np.array(x), t, strict=True):
        y = 1 / (1 + np.exp(-w @ row))
        w = w + 0.5 * (target - y) * y * (1 - y) * row
        trainer.step()
    np.testing.assert_allclose(trainer.values()["w"], w, rtol=1e-12)


def test_a_program_without_a_loss_tells_its_output():
    trainer = perceptron(CASES["and"])
    assert (trainer.record().train_loss, trainer.record().test_loss) == (0.0, None)
    trainer.step(4)
    assert trainer.record().train_loss == 1.0
    assert trainer.step().batch_loss == 1.0


X, D = CASES["and"]["x"], CASES["and"]["d"]


@pytest.mark.parametrize(
    "program, data, sentence",
    [
        ("y = step(w·x + b)", {"x": X}, "Rosenblatt's rule needs a target"),
        ("y = step(w·x + b); L = (x·x - y)^2", {"x": X}, "needs a target"),
        ("y = σ(w·x + b)", {"x": X, "d": D}, "needs a threshold unit, and y has no threshold"),
        ("y = step(w + b x)", {"x": X, "d": D}, "d is a number and y has 2 entries, and there must be"),
        ("y = step(w·x + b)", {"x": X, "d": [0, 1, 2, 1]}, "can answer, 0 or 1; d has 3 different values"),
        ("s = w·x + b", {"x": X, "d": [0, 1, 2, 1]}, "can answer, 0 or 1; d has 3 different values"),
        ("y = step(w·x + b)", {"x": X, "d": [-1, -1, -1, 1]}, "can answer, 0 or 1; d has the value −1"),
        ("y = step(w·x - 50)", {"x": X, "d": [-1, -1, -1, 1]}, "can answer, 0 or 1; d has the value −1"),
        ("y = 2 [w·x > b] - 1", {"x": X, "d": D}, "can answer, −1 or 1; d has the value 0"),
        ("y = 2 - 3 step(w·x + b)", {"x": X, "d": D}, "can answer, −1 or 2; d has the value 0"),
        ("y = step(w·x + b)", {"x": X, "d": D, "e": D}, "needs a target"),
    ],
)
def test_what_no_unit_can_learn_from_is_refused(program, data, sentence):
    with pytest.raises(Problem, match=sentence):
        trainer_of(program, {"w": [0.0, 0.0], **({"b": 0.0} if "b" in program else {})}, data)


@pytest.mark.parametrize(
    "program, data, target, prediction",
    [
        ("o = w·x; E = 1/2 (q - o)^2", "xq", "q", "o"),
        ("E = |q - w·x|", "xq", "q", "v1"),
        ("y = step(w·x + b)", "xq", "q", "y"),
        ("y = step(w·x + b z)", "xzq", "q", "y"),
        ("y = w·x + b z; E = (y - q)^2", "xzq", "q", "y"),
        ("y = step(w·x); E = (y - q)^2", "xqr", "q", "y"),
        ("y = w·x; E = c (y - t)^2", "xct", "t", "y"),
        ("E = t^2 - 2 t (w·x) + (w·x)^2", "xt", "", ""),
        ("E = (w·x - t + b z)^2", "xzt", "", ""),
        ("y = w·x; E = y^2", "x", "", ""),
        ("y = w·x", "xqr", "", ""),
    ],
)
def test_the_target_is_what_the_prediction_does_not_depend_on(program, data, target, prediction):
    values = {"w": frozen([1.0, 2.0]), "b": 1.0, **dict.fromkeys(data, 1.0), "x": frozen([1.0, 2.0])}
    graph = graph_of(program, values)
    found = found_units(graph, ["w", "b"] if "b" in graph.nodes else ["w"], list(data))
    assert found[0] == target
    assert found[1] == prediction or program.startswith("E")
    assert not prediction or graph.upstream_of([found[1]]).isdisjoint([target])


def test_rules_of_units_have_no_momentum():
    with pytest.raises(Problem, match="The delta rule has no momentum; it has lr"):
        perceptron(CASES["and"], rule="delta", hyper={"momentum": 0.9})


@pytest.mark.parametrize(
    "rule, line", [("rosenblatt", "(y - t).detach() * s"), ("delta", "0.5 * (s - t) ** 2")]
)
def test_the_lab_trains_and_exports_the_rules(rule, line):
    settings = TrainingSettings("program", "plane" if rule == "delta" else "xor", samples=40, optimizer=rule)
    made = setup(settings, "s = w·x + b; y = step(s); L = 1/2 (y - t)^2", {})
    trainer = made.trainer()
    before = trainer.parameters.copy()
    trainer.step(10)
    assert not np.array_equal(trainer.parameters, before)
    text = torch_module(made)
    assert line in text and "torch.optim.SGD(net.parameters(), lr=0.03)" in text
    compile(text, "net.py", "exec")


@pytest.mark.parametrize("program", ["y = step(w·x + b)", "s = w·x + b; y = step(s); L = 1/2 (y - t)^2"])
def test_a_perceptron_becomes_an_onnx_model(program):
    pytest.importorskip("onnx", reason="the package onnx is not installed")
    from core.export.onnx.model import trained_model
    from core.export.options import Options

    made = setup(TrainingSettings("program", "gauss", samples=40, optimizer="rosenblatt"), program, {})
    assert trained_model(made, Options("1"))

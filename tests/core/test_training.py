"""Training: the numbers of others are met, runs repeat bit by bit, what does not fit is said plainly."""

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from core.base.arrays import frozen
from core.base.errors import Problem
from core.data.datasets import DATASETS
from core.data.examples import Dataset, Examples
from core.graph.builder import graph_of
from core.graph.plan import make_plan
from core.passes.stepper import record
from core.training import trainer as trainer_module
from core.training.activations import ACTIVATIONS
from core.training.boundary import Plane, plane_of
from core.training.coding import NUMBER, ONE_HOT, SIGNS
from core.training.inferred_roles import roles_of
from core.training.networks import TASKS, Network, task_for
from core.training.optimizers import OPTIMIZERS
from core.training.roles import Roles
from core.training.trainer import Trainer
from core.training.trainer_options import TrainerOptions

CASES = json.loads((Path(__file__).parent.parent / "cases" / "training.json").read_text())


def dataset(inputs, targets, classes=0):
    inputs = np.asarray(inputs, float)
    names = tuple(f"x{i + 1}" for i in range(inputs.shape[1]))
    return Dataset("made", "Made", inputs, np.asarray(targets), classes, names, None, "here")


def trainer_of(text, values, data=None, **settings):
    values = {name: frozen(value) for name, value in values.items()}
    graph = graph_of(text, values)
    roles = roles_of(graph, data)
    examples = roles.examples(data, graph) if data else None
    return Trainer(graph, values, roles, examples, TrainerOptions(**settings))


def network_trainer(network, data, seed=0, **settings):
    values = network.initial_values(seed) | network.example_values()
    return trainer_of(network.program_text(), values, data, **settings)


def small_trainer(**settings):
    data = DATASETS["xor"].make(seed=0, n=50)
    return network_trainer(Network(2, (4,)), data, **{"hyper": {"lr": 0.1}, **settings})


# -- the numbers of others

RULES = {
    "sgd": ("sgd", {}),
    "momentum": ("sgd", {"momentum": 0.9}),
    "nesterov": ("sgd", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("adagrad", {"eps": 1e-8}),
    "rmsprop": ("rmsprop", {}),
    "adam": ("adam", {}),
}


@pytest.mark.parametrize("name", RULES)
def test_downhill_on_a_formula_without_data(name):
    path = CASES["optimizers_bowl"]["trajectories"][name]
    optimizer, hyper = RULES[name]
    text = "f = 0.5 (x[0]^2 + 10 x[1]^2)"
    trainer = trainer_of(text, {"x": [1.0, 1.0]}, optimizer=optimizer, hyper={"lr": 0.05, **hyper})
    for place in path:
        np.testing.assert_allclose(trainer.values()["x"], place, rtol=1e-6)
        trainer.step()
    assert trainer.epoch == trainer.updates == len(path)


def test_one_step_of_tensorflow_playground():
    case = CASES["tfp_parity_step"]
    given = case["inputs"]
    data = dataset([[given["x1"], given["x2"]]], [1], classes=2)
    trainer = trainer_of(
        "o = tanh(w1 x1 + w2 x2 + b); E = 1/2 (o - t)^2",
        {"t": 1.0, **given},
        data,
        hyper={"lr": case["learning_rate"]},
    )
    assert trainer.step().batch_loss == pytest.approx(case["E"], rel=1e-12)
    assert trainer.values() == pytest.approx(case["after"], rel=1e-12)


def test_softmax_regression_of_cs231n():
    case = CASES["cs231n_spiral_linear"]
    rng = np.random.RandomState(0)
    arms = []
    for j in range(3):
        r, angle = np.linspace(0, 1, 100), np.linspace(j * 4, (j + 1) * 4, 100) + rng.randn(100) * 0.2
        arms.append(np.column_stack([r * np.sin(angle), r * np.cos(angle)]))
    data = dataset(np.concatenate(arms), np.repeat([0, 1, 2], 100), classes=3)
    assert data.inputs.sum() == pytest.approx(case["X_sum"])
    text = "s = x W + b; L = cross_entropy(s, k); R = 1/2 sum(W ⊙ W); L_reg = L + λ R"
    values = {"W": case["W0"], "b": np.zeros(3), "x": np.zeros(2), "k": 0.0, "λ": 1e-3}
    trainer = trainer_of(text, values, data, hyper={"lr": 1.0}, batch_size=300)
    losses = [progress.batch_loss for progress in islice(trainer.train(), 191)]
    assert {step: losses[int(step)] for step in case["loss_at"]} == pytest.approx(case["loss_at"], rel=1e-9)
    list(islice(trainer.train(), 9))
    record = trainer.record()
    assert (record.train_accuracy, record.test_accuracy) == (pytest.approx(case["accuracy"]), None)


def test_the_yin_and_yang_of_micrograd():
    case = CASES["llm101n_yinyang"]
    data = dataset(case["X_train"], case["y_train"], classes=3)
    hyper = {"lr": 0.1, "beta1": 0.9, "beta2": 0.95, "eps": 1e-8, "weight_decay": 1e-4}
    text = "s = W2 tanh(W1 x + b1) + b2; L = cross_entropy(s, k)"
    values = {**case["params0"], "x": np.zeros(2), "k": 0.0}
    trainer = trainer_of(text, values, data, optimizer="adamw", hyper=hyper, batch_size=80)
    losses = [progress.batch_loss for progress in islice(trainer.train(), 100)]
    np.testing.assert_allclose(losses, case["train_loss"], rtol=1e-9)


# -- learning


def test_xor_is_solved_by_four_hidden_units():
    data = DATASETS["xor"].make(seed=0)
    trainer = network_trainer(Network(2, (4,)), data, seed=1, hyper={"lr": 0.1}, test_fraction=0.2)
    trainer.step(3000)
    record = trainer.record()
    assert record.train_accuracy > 0.97 and record.test_accuracy > 0.9


def test_xor_is_not_solved_by_a_single_neuron():
    trainer = network_trainer(Network(2, ()), DATASETS["xor"].make(seed=0), hyper={"lr": 0.1})
    trainer.step(1000)
    assert trainer.record().train_accuracy < 0.8


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_digits_are_learned_by_one_layer(dtype):
    data = DATASETS["digits"].make()
    network = Network.for_data(data, ())
    trainer = network_trainer(network, data, hyper={"lr": 0.5}, batch_size=64, test_fraction=0.2, dtype=dtype)
    while trainer.epoch < 5:
        trainer.step()
    record = trainer.record()
    assert record.train_accuracy > 0.9 and record.test_accuracy > 0.85
    assert trainer.parameters.dtype == np.dtype(dtype)
    assert [record.epoch for record in trainer.records] == [0, 1, 2, 3, 4, 5]
    assert trainer.records[0].train_loss > trainer.records[-1].train_loss > 0


def test_digits_are_learned_by_a_convolution():
    rng = np.random.default_rng(0)
    weights = {"W1": rng.normal(size=(6, 3, 3)) / 3, "W2": rng.normal(size=(10, 54)) / 7}
    values = {**weights, "b1": np.zeros((6, 1, 1)), "b2": np.zeros(10), "x": np.zeros((8, 8)), "k": 0.0}
    text = "p = maxpool(relu(conv2d(x, W1) + b1)); s = W2 flatten(p) + b2; L = cross_entropy(s, k)"
    data = DATASETS["digits"].make()
    trainer = trainer_of(text, values, data, hyper={"lr": 0.1}, batch_size=32, test_fraction=0.2)
    trainer.step(500)
    record = trainer.record()
    assert record.train_accuracy > 0.9 and record.test_accuracy > 0.9


def dropped_trainer(**settings):
    rng = np.random.default_rng(0)
    values = {"W1": rng.normal(size=(20, 2)), "b1": np.zeros(20), "w2": rng.normal(size=20) / 4, "b2": 0.0}
    text = "h = dropout(tanh(W1 x + b1), 0.4, 3); y = w2·h + b2; L = (y - t)^2"
    data = DATASETS["xor"].make(seed=0, n=50)
    values |= {"x": np.zeros(2), "t": 0.0}
    return trainer_of(text, values, data, hyper={"lr": 0.05}, batch_size=50, **settings)


def test_dropout_draws_anew_at_every_step_and_drops_nothing_where_one_only_looks():
    trainer = dropped_trainer()
    measured = trainer.record().train_loss
    assert measured == trainer.record().train_loss
    rate, trainer.optimizer.hyper["lr"] = trainer.optimizer.hyper["lr"], 0.0
    losses = {trainer.step().batch_loss for _ in range(5)}
    assert len(losses) == 5 and measured not in losses
    trainer.optimizer.set(lr=rate)
    trainer.step(400)
    assert trainer.record().train_loss < measured


def test_dropout_repeats_after_a_reset():
    trainer = dropped_trainer()
    first = list(islice(trainer.train(), 20))
    trainer.reset()
    assert list(islice(trainer.train(), 20)) == first


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_every_data_set_is_learned_a_little_by_its_network(name, activation):
    data = DATASETS[name].make(seed=0)
    trainer = network_trainer(Network.for_data(data, (4,), activation), data, hyper={"lr": 0.02})
    before = trainer.record().train_loss
    trainer.step(200)
    assert trainer.record().train_loss < before


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_goes_downhill(optimizer):
    trainer = small_trainer(optimizer=optimizer, hyper={"lr": 0.02})
    before = trainer.record().train_loss
    trainer.step(100)
    assert trainer.record().train_loss < before


# -- runs


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "playground"])
def test_reset_repeats_the_first_run_bit_by_bit(optimizer):
    trainer = small_trainer(optimizer=optimizer, seed=3, test_fraction=0.3)
    first = list(islice(trainer.train(), 60))
    parameters, records = trainer.parameters.copy(), trainer.records
    trainer.reset()
    assert trainer.updates == 0 and trainer.records == records[:1] == [trainer.record()]
    assert list(islice(trainer.train(), 60)) == first
    assert np.array_equal(trainer.parameters, parameters) and trainer.records == records
    other = small_trainer(optimizer=optimizer, seed=3, test_fraction=0.3)
    assert list(islice(other.train(), 60)) == first


def test_steps_told_one_by_one_or_many_at_once_are_the_same():
    one, many = small_trainer(), small_trainer()
    assert list(islice(one.train(), 50))[49::50] == list(islice(many.train(every=50), 1))
    assert np.array_equal(one.parameters, many.parameters)


def test_the_last_batch_of_an_epoch_is_smaller():
    data = DATASETS["sine"].make(seed=0, n=25)
    trainer = trainer_of(
        "y = w x + b; L = (y - t)^2", {"w": 0.5, "b": 0.0, "x": 0.0, "t": 0.0}, data, hyper={"lr": 0.01}
    )
    w, b = 0.5, 0.0
    sizes = []
    for rows in trainer.train_data.batches(10, seed=0, epoch=0):
        x, t = data.inputs[rows, 0], data.targets[rows]
        error = w * x + b - t
        assert trainer.step().batch_loss == pytest.approx(np.mean(error**2), rel=1e-12)
        w, b = w - 0.01 * np.mean(2 * error * x), b - 0.01 * np.mean(2 * error)
        sizes.append(len(rows))
    assert sizes == [10, 10, 5] and trainer.epoch == 1
    assert trainer.values() == pytest.approx({"w": w, "b": b}, rel=1e-12)


def test_batches_can_be_given():
    data = dataset([[1.0], [2.0], [3.0]], [1.0, 2.0, 4.0])
    values = {"w": 1.0, "x": 0.0, "t": 0.0}
    trainer = trainer_of("y = w x; L = (y - t)^2", values, data, batches=[[2], [0, 1]], hyper={"lr": 0.0})
    assert [p.batch_loss for p in islice(trainer.train(), 4)] == [1.0, 0.0, 1.0, 0.0]
    assert trainer.epoch == 2
    with pytest.raises(Problem, match="0 to 2"):
        trainer_of("y = w x; L = (y - t)^2", values, data, batches=[[3]])


@pytest.mark.parametrize("batches", [[[0, 1, 2]], [[2], [0, 1], [1, 1, 1, 0]]])
@pytest.mark.parametrize("reduction, collect", [("mean", np.mean), ("sum", np.sum)])
def test_the_loss_of_a_batch_is_the_mean_or_the_sum_of_its_examples(reduction, collect, batches):
    inputs, targets = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])
    w, pull = 0.5, 0.1
    trainer = trainer_of(
        "y = w x; L = (y - t)^2 + λ w^2",
        {"w": w, "x": 0.0, "t": 0.0, "λ": pull},
        dataset(inputs[:, None], targets),
        batches=batches,
        hyper={"lr": 0.01},
        reduction=reduction,
    )
    for rows in batches * 2:
        x, t = inputs[rows], targets[rows]
        assert trainer.record().train_loss == pytest.approx(
            collect((w * inputs - targets) ** 2 + pull * w**2), rel=1e-12
        )
        assert trainer.step().batch_loss == pytest.approx(collect((w * x - t) ** 2 + pull * w**2), rel=1e-12)
        w -= 0.01 * collect(2 * (w * x - t) * x + 2 * pull * w)
        assert trainer.values()["w"] == pytest.approx(w, rel=1e-12)


def test_a_sum_over_examples_that_make_no_difference_counts_each():
    settings = TrainerOptions(reduction="sum", batches=[[0, 1, 2]], hyper={"lr": 0.01})
    examples = Examples({"x": np.ones(5)})
    trainer = Trainer(graph_of("f = w^2", {"w": 3.0}), {"w": 3.0}, Roles(("w",)), examples, settings)
    assert trainer.record().train_loss == 45.0 and trainer.step().batch_loss == 27.0
    assert trainer.values()["w"] == pytest.approx(3 - 0.01 * 3 * 6)


def test_a_batch_larger_than_the_data_is_all_of_it():
    trainer = small_trainer(batch_size=1000)
    assert trainer.step().batch_loss == pytest.approx(small_trainer().record().train_loss, rel=1e-12)
    assert trainer.epoch == 1


def test_divergence_keeps_the_weights_before_and_says_so():
    data = DATASETS["plane"].make(seed=0, n=50)
    trainer = network_trainer(Network.for_data(data, ()), data, hyper={"lr": 1.0})
    told = list(trainer.train())
    last = told[-1]
    assert last.why_stopped == trainer.why_stopped
    said = f"The loss became infinite after update {last.step + 1}: in example 0 v₃ = (y − t)^2 is infinite"
    assert last.why_stopped.startswith(said)
    assert last.why_stopped.endswith("The weights had grown large: try a smaller learning rate than 1.")
    assert not any(progress.why_stopped for progress in told[:-1])
    assert np.isfinite(trainer.parameters).all()
    with pytest.raises(Problem, match="became infinite"):
        trainer.step()
    assert list(trainer.train()) == []
    trainer.reset()
    assert trainer.step() == told[0]


def test_a_parameter_that_overflows_is_named():
    trainer = trainer_of("f = w^3", {"w": -1e100}, hyper={"lr": 1e200})
    progress = trainer.step()
    assert progress.why_stopped.startswith("w became infinite after update 1.")
    assert progress.why_stopped.endswith("Try a smaller learning rate than 1e+200.")
    assert (trainer.values(), trainer.updates) == ({"w": -1e100}, 0)


def test_the_update_that_led_to_an_infinite_loss_is_taken_back():
    trainer = trainer_of("f = log(w)", {"w": 1.0}, hyper={"lr": 1.0})
    said = trainer.step().why_stopped
    assert said.startswith("The loss became infinite after update 1: f is infinite: the logarithm needs")
    assert said.endswith("The weights before it are kept. Try a smaller learning rate than 1.")
    assert (trainer.values(), trainer.updates, trainer.failed.record.step) == ({"w": 1.0}, 0, 1)
    assert trainer.failed.values == {"w": 0.0}


def test_all_examples_are_looked_at_before_the_first_update():
    trainer = trainer_of(
        "y = w log(x); L = (y - t)^2",
        {"w": 1.0, "x": 1.0, "t": 0.0},
        dataset([[1.0], [2.0], [-1.0]], [0.0, 0.0, 0.0]),
        batches=[[0], [1], [2]],
    )
    said = trainer.step().why_stopped
    assert said.startswith(
        "The loss is not a number before update 1: in example 2 v₁ = log(x) is not a number: the logarithm"
    )
    assert "in example 2 v₁" in said and "The weights are the initial ones." in said
    assert (trainer.values(), trainer.updates, trainer.failed.record.step) == ({"w": 1.0}, 0, 0)


def test_a_batch_may_overflow_where_the_examples_do_not():
    settings = TrainerOptions(reduction="sum", batches=[[0, 0, 0]], hyper={"lr": 2.5 / 6})
    start = {"w": 7e153}
    trainer = Trainer(graph_of("f = w^2", start), start, Roles(("w",)), Examples({"x": np.ones(1)}), settings)
    assert trainer.step().why_stopped == "" and [record.step for record in trainer.records] == [0, 1]
    assert trainer.step().why_stopped.startswith("The loss became infinite after update 1")
    assert (trainer.values(), trainer.updates, [r.step for r in trainer.records]) == (start, 0, [0])
    assert (trainer.failed.record.step, trainer.failed.record.train_loss) == (1, np.inf)


def test_an_infinite_gradient_at_the_start_is_not_the_learning_rates_doing():
    said = trainer_of("f = √w", {"w": 0.0}).step().why_stopped
    assert said.startswith("w became") and "The learning rate is not the cause" in said


def test_values_that_were_set_are_kept_where_the_loss_is_not_finite_at_them():
    trainer = trainer_of("f = log(w)^2", {"w": 2.0}, hyper={"lr": 0.01})
    trainer.step(3)
    trainer.set_values({"w": -1.0})
    said = trainer.step().why_stopped
    assert said.startswith("The loss is not a number before update 4: v₁ = log(w) is not a number")
    assert "The weights are those that were set. The learning rate is not the cause" in said
    assert (trainer.values(), trainer.updates) == ({"w": -1.0}, 3)


def test_losses_of_probabilities_are_advised_to_be_made_of_scores():
    data = dataset([[1.0], [2.0]], [0, 1], classes=2)
    trainer = trainer_of("p = w x; L = bce(p, t)", {"w": 0.3, "x": 0.0, "t": 0.0}, data, hyper={"lr": 1.0})
    said = next(progress.why_stopped for progress in trainer.train() if progress.why_stopped)
    assert said.endswith("or a loss made of scores, such as bce_logits or cross_entropy.")


def test_a_loss_that_is_not_a_number_at_once_keeps_the_start():
    trainer = trainer_of("f = log(w)", {"w": -1.0})
    said = trainer.step().why_stopped
    assert said.startswith("The loss is not a number before update 1: f is not a number: the logarithm needs")
    assert "The weights are the initial ones. The learning rate is not the cause" in said
    assert said.endswith("change the formula, the data or the values it starts from.")
    assert trainer.values() == {"w": -1.0}


def test_values_open_on_the_canvas_at_the_loss_of_the_training():
    data = DATASETS["spiral3"].make(seed=0, n=30)
    network = Network.for_data(data, (5,), "relu")
    trainer = network_trainer(network, data)
    trainer.step(10)
    plan = make_plan(trainer.graph)
    losses = [record(plan, trainer.example(i)).last.value("L") for i in range(len(data))]
    assert trainer.record().train_loss == pytest.approx(np.mean(losses), rel=1e-12)
    np.testing.assert_allclose(trainer.node_values(["L"])["L"], losses, rtol=1e-12)
    assert set(trainer.values()) == {"W1", "b1", "W2", "b2"}
    assert trainer.node_values(["s"])["s"].shape == (30, 3)


def test_evaluating_more_examples_than_fit_at_once(monkeypatch):
    whole = small_trainer(test_fraction=0.2).record()
    monkeypatch.setattr("core.training.evaluation.MOST_AT_ONCE", 7)
    parts = small_trainer(test_fraction=0.2).record()
    assert parts.train_loss == pytest.approx(whole.train_loss, rel=1e-12)
    assert (parts.train_accuracy, parts.test_accuracy) == (whole.train_accuracy, whole.test_accuracy)


def test_data_are_brought_once_to_be_evaluated_again_and_again(monkeypatch):
    trainer = small_trainer(test_fraction=0.5)
    brought = []
    for evaluation in (trainer._evaluation, trainer._test):
        for run in next(iter(evaluation._runs.values())):
            run.fills[:] = [lambda rows, fill=fill: (brought.append(1), fill(rows)) for fill in run.fills]
    before = trainer.record()
    taken_turns = len(brought)
    monkeypatch.setattr(trainer, "_test", None)
    for _ in range(5):
        assert trainer.record().train_loss == before.train_loss
    assert len(brought) <= taken_turns + 2
    trainer.set_values(trainer.values())  # which may give an engine other data
    assert trainer.record().train_loss == before.train_loss
    assert len(brought) <= taken_turns + 4


def test_records_of_a_long_run_are_thinned(monkeypatch):
    monkeypatch.setattr(trainer_module, "MOST_RECORDS", 8)
    trainer = small_trainer(batch_size=50)
    trainer.step(40)
    epochs = [record.epoch for record in trainer.records]
    assert 4 < len(epochs) <= 8
    assert epochs == list(range(0, 41, epochs[1]))


def test_the_rate_and_the_weights_can_be_changed_while_training():
    trainer = small_trainer()
    trainer.optimizer.set(lr=0.0)
    before = trainer.parameters.copy()
    trainer.step(3)
    assert np.array_equal(trainer.parameters, before)
    trainer.set_values({"b2": 0.25})
    assert trainer.values()["b2"] == 0.25


def test_playground_spares_the_biases():
    data = dataset([[0.0, 0.0]], [1], classes=2)
    network = Network(2, ())
    values = network.initial_values(0) | network.example_values() | {"b1": 5.0}
    trainer = trainer_of(
        network.program_text(), values, data, optimizer="playground", hyper={"lr": 0.1, "l2": 0.5}
    )
    trainer.step()
    np.testing.assert_allclose(trainer.values()["w1"], values["w1"] * (1 - 0.1 * 0.5), rtol=1e-12)
    assert trainer.values()["b1"] == pytest.approx(5.0, abs=1e-3)


@pytest.mark.parametrize(
    "settings, sentence",
    [
        ({"dtype": "int8"}, "float64 or float32"),
        ({"batch_size": 0}, "at least 1 example"),
        ({"test_fraction": 1.0}, "below 1"),
        ({"optimizer": "magic"}, "no optimizer called magic"),
        ({"hyper": {"lr": -1.0}}, "learning rate"),
        ({"reduction": "product"}, "mean or sum"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, sentence):
    with pytest.raises(Problem, match=sentence):
        small_trainer(**settings)


# -- roles

NUMBERS = {"w": 1.0, "b": 0.0, "x1": 0.0, "x2": 0.0, "t": 0.0, "λ": 0.1}
VECTORS = {"W": np.eye(2), "b": np.zeros(2), "x": np.zeros(2), "k": 0.0, "m": 1.0}
PLANE = DATASETS["plane"].make(n=10)
TWO = DATASETS["xor"].make(n=10)
THREE = DATASETS["spiral3"].make(n=9)
SINE = DATASETS["sine"].make(n=9)


def roles(text, values, data=None):
    return roles_of(graph_of(text, {name: frozen(value) for name, value in values.items()}), data)


def test_roles_of_numbers():
    found = roles("y = w x1 + x2 + b; L = (y - t)^2 + λ w^2", NUMBERS, PLANE)
    assert (found.parameters, found.fixed) == (("w", "b"), ("λ",))
    assert (found.features, found.columns, found.target) == (("x1", "x2"), (0, 1), "t")
    assert (found.prediction, found.coding) == ("y", NUMBER)
    assert found.data == ("x1", "x2", "t")


def test_roles_of_a_vector():
    found = roles("s = W x + b; p = softmax(s); L = cross_entropy(s, k)", VECTORS, TWO)
    assert (found.features, found.columns, found.target) == (("x",), (), "k")
    assert (found.prediction, found.coding) == ("p", NUMBER)


def test_other_names_are_learned_when_there_are_data():
    found = roles("y = m x + c; L = (y - t)^2", {"m": 1.0, "c": 0.0, "x": 0.0, "t": 0.0}, SINE)
    assert found.parameters == ("m", "c")


def test_without_data_the_weights_are_learned_or_all_there_is():
    values = {"w": 1.0, "x": 2.0, "t": 1.0}
    assert roles("L = (w x - t)^2", values).parameters == ("w",)
    assert roles("L = (w x - t)^2", values).fixed == ("x", "t")
    assert roles("f = (x - 3)^2 + α y^2", {"x": 1.0, "y": 2.0, "α": 0.5}).parameters == ("x", "y")


def test_columns_are_counted_from_0_or_1():
    values = {"w": 1.0, "x0": 0.0, "x1": 0.0, "t": 0.0}
    assert roles("y = w x0 + x1; L = (y - t)^2", values, PLANE).columns == (0, 1)
    iris = DATASETS["iris"].make(n=9)
    only = {"w": 1.0, "x3": 0.0, "t": 0.0}
    assert roles("y = w x3; L = (y - t)^2", only, iris).columns == (2,)


@pytest.mark.parametrize(
    "text, coding, threshold",
    [
        ("y = tanh(w x1 + x2); L = 1/2 (y - t)^2", SIGNS, 0.0),
        ("y = w x1 + x2; L = hinge(y, t)", SIGNS, 0.0),
        ("y = w x1 + x2; L = max(0, 1 - t y)", SIGNS, 0.0),
        ("y = σ(w x1 + x2); L = bce(y, t)", NUMBER, 0.5),
        ("s = w x1 + x2; L = bce_logits(s, t)", NUMBER, 0.0),
        ("s = w x1 + x2; y = σ(s); L = bce_logits(s, t)", NUMBER, 0.5),
        ("y = step(w x1 + x2); L = (y - t)^2", NUMBER, 0.5),
    ],
)
def test_two_classes_are_told_as_the_program_wants_them(text, coding, threshold):
    found = roles(text, NUMBERS, TWO)
    assert (found.coding, found.threshold) == (coding, threshold)
    target = found.examples(TWO, graph_of(text, NUMBERS)).arrays["t"]
    assert set(target) == ({-1, 1} if coding == SIGNS else {0, 1})


def test_a_vector_as_target_is_one_hot():
    text, values = (
        "p = softmax(W x); L = -sum(t ⊙ log(p))",
        {"W": np.ones((3, 2)), "x": [0, 0], "t": [1, 0, 0]},
    )
    found = roles(text, values, THREE)
    assert found.coding == ONE_HOT
    graph = graph_of(text, {name: frozen(np.array(value, float)) for name, value in values.items()})
    assert np.array_equal(found.examples(THREE, graph).arrays["t"], np.eye(3)[THREE.targets])


@pytest.mark.parametrize(
    "text, values, data, sentence",
    [
        (
            "y = w·x; L = (y - t)^2",
            {"w": np.ones(3), "x": np.ones(3), "t": 0.0},
            PLANE,
            "x has 3 entries and the data have 2 features",
        ),
        (
            "y = w x; L = (y - t)^2",
            {"w": 1.0, "x": 1.0, "t": 0.0},
            PLANE,
            "x is a number and the data have 2",
        ),
        (
            "y = w x3; L = (y - t)^2",
            {"w": 1.0, "x3": 1.0, "t": 0.0},
            PLANE,
            "2 features; there is none for x3",
        ),
        ("y = w q; L = (y - t)^2", {"w": 1.0, "q": 1.0, "t": 0.0}, PLANE, "No name of the program takes"),
        (
            "s = W x; L = cross_entropy(s, k)",
            VECTORS,
            THREE,
            "s has 2 entries and the data have 3 classes",
        ),
        ("s = W x; L = cross_entropy(s, k)", VECTORS, PLANE, "k is the number of a class"),
        (
            "y = W x; L = mse(y, t)",
            {"W": np.eye(2), "x": np.zeros(2), "t": np.zeros(2)},
            THREE,
            "t has 2 entries and the data have 3 classes",
        ),
        (
            "y = W x; L = mse(y, t)",
            {"W": np.eye(2), "x": np.zeros(2), "t": np.zeros(2)},
            PLANE,
            "one number as the target",
        ),
        ("y = 2 x1; L = (y - t)^2", {"x1": 1.0, "t": 0.0}, PLANE, "nothing to learn"),
        ("w = 2; L = w^2", {}, None, "nothing to learn"),
        (
            "y = w·x1 + w·x2; L = y",
            {"w": np.ones(2), "x1": np.ones(2), "x2": np.ones(2)},
            PLANE,
            "x1 has 2 entries and takes one feature",
        ),
    ],
)
def test_what_does_not_fit_is_said(text, values, data, sentence):
    with pytest.raises(Problem, match=sentence):
        roles(text, values, data)


def test_an_image_can_be_taken_as_a_matrix():
    digits = DATASETS["digits"].make(n=40)
    values = {"W": np.zeros((10, 8)), "u": np.ones(8), "x": np.zeros((8, 8)), "k": 0.0}
    trainer = trainer_of("s = W (x u); L = cross_entropy(s, k)", values, digits)
    assert trainer.record().train_loss == pytest.approx(np.log(10))
    example = trainer.example(7)
    assert np.array_equal(example["x"], digits.inputs[7].reshape(8, 8))
    trainer.step(20)
    assert trainer.record().train_loss < np.log(10)


# -- networks


@pytest.mark.parametrize("hidden", [(), (3,), (4, 2, 3)])
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_network_is_a_program_that_reads_and_builds(activation, task, hidden):
    outputs = 3 if task == "classes" else 1
    network = Network(2, hidden, activation, outputs, task, dropout=0.1)
    values = network.initial_values(0)
    graph = graph_of(network.program_text(), values | network.example_values())
    assert graph.output == "L"
    assert set(graph.free) == set(values) | set(network.example_values())
    assert network.initial_values(0).keys() == values.keys()
    assert np.array_equal(network.initial_values(0)["b1"], values["b1"])


def test_the_program_of_a_network_is_what_one_would_write():
    assert Network(2, (4, 2)).program_text() == (
        "a1 = tanh(W1 x + b1)\na2 = tanh(W2 a1 + b2)\ny = tanh(w3·a2 + b3)\nL = 1/2 (y - t)^2"
    )
    assert Network(4, (5,), "relu", 3, "classes").program_text() == (
        "a1 = relu(W1 x + b1)\ns = W2 a1 + b2\nL = cross_entropy(s, k)"
    )
    assert Network(1, (3,), task="regression", dropout=0.1).program_text() == (
        "a1 = tanh(W1 x + b1)\nd1 = dropout(a1, 0.1, 1)\ny = w2·d1 + b2\nL = 1/2 (y - t)^2"
    )


def test_weights_start_by_the_activation():
    wide = Network(400, (300,), "relu").initial_values(0)
    assert np.std(wide["W1"]) == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert np.std(Network(400, (300,), "tanh").initial_values(0)["W1"]) == pytest.approx(
        np.sqrt(2 / 700), rel=0.02
    )


def test_tasks_of_data_sets():
    assert {name: task_for(row.make(n=max(10, row.classes))) for name, row in DATASETS.items()} == {
        name: "regression" if not row.classes else "signs" if row.classes == 2 else "classes"
        for name, row in DATASETS.items()
    }


@pytest.mark.parametrize(
    "fields, sentence",
    [
        ({"activation": "magic"}, "no activation called magic"),
        ({"task": "magic"}, "no task called magic"),
        ({"hidden": (0,)}, "1 to 512 units"),
        ({"hidden": (1,) * 7}, "up to 6 hidden layers"),
        ({"outputs": 3}, "1 output"),
        ({"task": "classes"}, "several classes"),
        ({"inputs": 0}, "at least 1 input"),
    ],
)
def test_networks_that_make_no_sense_are_refused(fields, sentence):
    with pytest.raises(Problem, match=sentence):
        Network(**{"inputs": 2, **fields})


# -- maps of the plane


def test_the_boundary_is_the_prediction_at_every_point():
    trainer = small_trainer()
    trainer.step(100)
    before = trainer.parameters.copy()
    plane = Plane(trainer, (-1, 1), (-2, 2), resolution=5)
    found = plane.prediction()
    plan = make_plan(trainer.graph)
    for row, x2 in enumerate(np.linspace(-2, 2, 5)):
        for column, x1 in enumerate(np.linspace(-1, 1, 5)):
            values = trainer.example(0) | {"x": frozen([x1, x2])}
            last = record(plan, values).last
            assert found[row, column] == pytest.approx(last.value("y"), abs=1e-5)
            np.testing.assert_allclose(plane.unit_maps()["a1"][:, row, column], last.value("a1"), atol=1e-5)
    assert np.array_equal(trainer.parameters, before)
    trainer.step()
    assert not np.array_equal(plane.prediction(), found)


def test_scores_of_several_classes_become_shares():
    trainer = network_trainer(Network.for_data(THREE, (4,)), THREE)
    found = Plane(trainer).prediction()
    assert found.shape == (100, 100, 3)
    np.testing.assert_allclose(found.sum(axis=2), 1, rtol=1e-5)


def test_features_that_are_numbers_make_a_plane_too():
    values = {"w1": 1.0, "w2": 2.0, "b": 0.5, "x1": 0.0, "x2": 0.0, "t": 0.0}
    trainer = trainer_of("z = w1 x1 + w2 x2 + b; y = tanh(z); L = (y - t)^2", values, TWO)
    plane = Plane(trainer, (0, 1), (0, 1), resolution=2)
    np.testing.assert_allclose(plane.prediction(), np.tanh([[0.5, 1.5], [2.5, 3.5]]), rtol=1e-6)
    np.testing.assert_allclose(plane.unit_maps()["z"], [[[0.5, 1.5], [2.5, 3.5]]], rtol=1e-6)


@pytest.mark.parametrize(
    "text, values, data",
    [
        ("y = w x; L = (y - t)^2", {"w": 1.0, "x": 0.0, "t": 0.0}, SINE),
        ("L = w·x", {"w": [1.0, 1.0], "x": [0.0, 0.0]}, PLANE),
        ("f = w^2", {"w": 1.0}, None),
    ],
)
def test_there_is_no_plane_where_there_is_nothing_to_draw(text, values, data):
    assert plane_of(trainer_of(text, values, data)) is None

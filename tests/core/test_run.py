"""A training that goes on whatever is changed: settings, rests, undone changes, saved and opened states."""

import math
from itertools import pairwise

import numpy as np
import pytest
from msgspec.structs import replace

from core.base.errors import Problem
from core.graph.plan import make_plan
from core.passes.stepper import record
from core.training.initial import DISTRIBUTIONS
from core.training.optimizers import FOR_ALL, OPTIMIZERS, make_optimizer
from core.training.schedules import FORMS, Schedule
from core.training.settings import SETTINGS, USUAL, TrainingSettings, offered, settings_from
from core.training.setup import options_of, setup
from core.training.shares import shares
from core.training.stopping import Stops, Watched
from core.training.trainer_options import TrainerOptions

SMALL = TrainingSettings(samples=40, hidden=(3,), rate=0.1)
NEURON = "s = w·x + b; L = 1/2 (s - t)^2"
PLANE = TrainingSettings("program", "plane", 40, rate=0.1)


def trainer_of(settings, text=""):
    return setup(settings, text, {}).trainer()


def changed_to(trainer, settings):
    options = options_of(settings)
    assert trainer.can_change_to(options)
    trainer.change(options)


def assert_same_run(one, other):
    """To the last bit: weights, what the rule remembers, records."""
    assert np.array_equal(one.parameters, other.parameters)
    assert one.optimizer.state.keys() == other.optimizer.state.keys()
    for letter, array in one.optimizer.state.items():
        assert np.array_equal(array, other.optimizer.state[letter])
    assert (one.updates, one.epoch, one.records) == (other.updates, other.epoch, other.records)


# -- penalties and clipping


def penalised(w, l1, l2):
    return l1 * np.abs(w).sum() + l2 / 2 * np.square(w).sum()


@pytest.mark.parametrize("numbers", [{"l1": 0.3}, {"l2": 0.7}, {"l1": 0.2, "l2": 0.5}], ids=str)
def test_the_penalty_pulls_by_its_own_slope(numbers):
    w = np.array([0.5, -1.25, 3.0])
    optimizer = make_optimizer("sgd", lr=1.0, **numbers)
    l1, l2 = numbers.get("l1", 0), numbers.get("l2", 0)
    h = 1e-6
    slopes = [
        (penalised(w + h * step, l1, l2) - penalised(w - h * step, l1, l2)) / (2 * h) for step in np.eye(3)
    ]
    assert optimizer.penalty(w) == pytest.approx(penalised(w, l1, l2), rel=1e-15)
    moved = w.copy()
    optimizer.update(moved, np.zeros(3))
    np.testing.assert_allclose(w - moved, slopes, rtol=1e-8)


@pytest.mark.parametrize("name", sorted(set(OPTIMIZERS) - {"playground"}))
def test_every_rule_takes_the_clipped_sum_of_gradient_and_pull(name):
    """Clipping comes after the penalty; the rule does with what comes out what it does with any gradient."""
    chance = np.random.default_rng(3)
    mask = np.array([1.0, 1.0, 0.0, 1.0])
    for numbers in ({"clip_value": 0.4}, {"clip_norm": 0.5}):
        asked = make_optimizer(name, mask, lr=0.1, l1=0.2, l2=0.3, **numbers)
        plain = make_optimizer(name, lr=0.1)
        w = chance.normal(size=4)
        v = w.copy()
        for gradient in chance.normal(size=(5, 4)):
            g = gradient + mask * (0.2 * np.sign(v) + 0.3 * v)
            if "clip_value" in numbers:
                g = np.clip(g, -0.4, 0.4)
            else:
                g = g * min(1.0, 0.5 / math.sqrt(float(np.sum(g * g))))
            plain.update(v, g)
            asked.update(w, gradient)
            np.testing.assert_allclose(w, v, rtol=1e-13)


def test_a_gradient_of_zeros_is_not_clipped_to_nothing_that_is_a_number():
    w, optimizer = np.ones(2), make_optimizer("sgd", lr=0.1, clip_norm=1.0)
    with np.errstate(all="ignore"):
        optimizer.update(w, np.zeros(2))
    assert w.tolist() == [1, 1]


@pytest.mark.parametrize("kind", ["l1", "l2", "elastic"])
def test_it_is_the_penalty_one_writes_by_hand(kind):
    """Of the weights; the bias is spared. What the data say and what the penalty says are told apart."""
    l1, l2 = (0.02 if kind != "l2" else 0.0), (0.05 if kind != "l1" else 0.0)
    by_hand = f"{NEURON}; J = L + {l1} ‖w‖_1 + {l2 / 2} ‖w‖^2"
    asked = trainer_of(replace(PLANE, regularisation=kind, l1_rate=0.02, l2_rate=0.05), NEURON)
    written = trainer_of(PLANE, by_hand)
    for _ in range(5):
        asked.step(7)
        written.step(7)
        np.testing.assert_allclose(asked.parameters, written.parameters, rtol=1e-12)
        record = asked.record()
        assert record.penalty > 0
        assert record.train_loss + record.penalty == pytest.approx(written.record().train_loss, rel=1e-12)


def test_what_is_only_added_is_spared_whatever_it_is_called():
    trainer = trainer_of(replace(PLANE, regularisation="l2", l2_rate=1.0), "s = b·x + w; L = 1/2 (s - t)^2")
    assert trainer.spared == ["w"]


def test_max_norm_holds_the_weights_that_come_into_each_unit():
    settings = replace(SMALL, regularisation="max_norm", max_norm=0.5, rate=1.0)
    free, held = trainer_of(replace(settings, regularisation="none")), trainer_of(settings)
    free.step()
    held.step()
    for name in ("W1", "w2"):
        w = np.atleast_2d(np.asarray(free.values()[name]))
        norms = np.sqrt(np.sum(w * w, axis=1, keepdims=True))
        assert norms.max() > 0.5
        expected = np.where(norms > 0.5, w * 0.5 / norms, w)
        np.testing.assert_allclose(np.atleast_2d(held.values()[name]), expected, rtol=1e-12)
    assert np.array_equal(held.values()["b1"], free.values()["b1"])


def test_of_a_matrix_behind_the_data_a_unit_is_a_column():
    text = "s = sum(x W) + b; L = 1/2 (s - t)^2"
    start = {"W": np.array([[3.0, 0.1], [4.0, 0.2]]), "b": 0.0}
    settings = replace(PLANE, regularisation="max_norm", max_norm=1.0, rate=1e-6)
    trainer = setup(settings, text, start).trainer()
    trainer.step()
    np.testing.assert_allclose(trainer.values()["W"], [[0.6, 0.1], [0.8, 0.2]], atol=1e-4)


# -- schedules

EPOCHS = {
    "constant": lambda t: 1.0,
    "step": lambda t: 0.5 ** (t // 3),
    "cosine": lambda t: 0.5 * (1 + math.cos(math.pi * min(t, 3) / 3)),
    "1/t": lambda t: 1 / (1 + 0.5 * t),
}


@pytest.mark.parametrize("kind", FORMS)
def test_each_epoch_has_the_rate_of_its_schedule(kind):
    settings = replace(SMALL, schedule=kind, schedule_epochs=3, schedule_factor=0.5)
    trainer = trainer_of(settings)
    for epoch in range(8):
        assert trainer.epoch == epoch
        assert trainer.optimizer.hyper["lr"] == pytest.approx(0.1 * EPOCHS[kind](epoch), abs=1e-15)
        before = trainer.parameters.copy()
        trainer.step(trainer.per_epoch)
        assert np.array_equal(before, trainer.parameters) == (kind == "cosine" and epoch >= 3)


def test_a_schedule_that_makes_no_sense_is_refused():
    for wrong in ({"kind": "magic"}, {"epochs": 0}, {"factor": 2.0}):
        with pytest.raises(Problem):
            Schedule(**wrong)


# -- first weights


@pytest.mark.parametrize("initial", DISTRIBUTIONS)
def test_first_weights_are_drawn_as_was_chosen(initial):
    made = setup(TrainingSettings(hidden=(400, 300), initial=initial, initial_size=0.25), "", {})
    w, b = np.asarray(made.values["W2"]), np.asarray(made.values["b2"])
    deviation, largest = {
        "usual": (math.sqrt(2 / 700), math.inf),
        "xavier": (math.sqrt(2 / 700), math.inf),
        "he": (math.sqrt(2 / 400), math.inf),
        "uniform": (0.25 / math.sqrt(3), 0.25),
        "constant": (0.0, 0.25),
        "zero": (0.0, 0.0),
        "playground": (0.5 / math.sqrt(3), 0.5),
    }[initial]
    assert np.std(w) == pytest.approx(deviation, rel=0.02, abs=1e-12)
    assert np.abs(w).max() <= largest and (largest == math.inf or np.abs(w).max() > 0.99 * largest - 1e-12)
    assert np.all(b == (0.1 if initial == "playground" else 0.0))


def test_the_two_seeds_draw_each_its_own():
    usual, data, weights = (
        setup(replace(SMALL, **more), "", {}) for more in ({}, {"data_seed": 2}, {"weights_seed": 2})
    )
    assert not np.array_equal(usual.dataset.inputs, data.dataset.inputs)
    assert np.array_equal(usual.dataset.inputs, weights.dataset.inputs)
    assert np.array_equal(usual.values["W1"], data.values["W1"])
    assert not np.array_equal(usual.values["W1"], weights.values["W1"])
    dealt = [made.trainer().coming.tolist() for made in (usual, weights)]
    assert dealt[0] == dealt[1]


# -- changed while it runs

CHANGES = [
    {"rate": 0.03},
    {"optimizer": "adam"},
    {"beta1": 0.5, "beta2": 0.9},
    {"batch": 7},
    {"regularisation": "elastic", "l1_rate": 0.01},
    {"clipping": "norm", "clip_at": 0.3},
    {"optimizer": "sgd", "momentum": 0.9, "nesterov": True},
    {"schedule": "1/t", "clipping": "value"},
    {"regularisation": "max_norm", "max_norm": 1.0},
    {"batch": 100, "schedule": "cosine", "schedule_epochs": 20},
]


def walked(trainer, settings, looks=lambda trainer: None, pieces=(13,)):
    """The trainer after all changes, some updates before each, made in pieces."""
    for number, more in enumerate(CHANGES):
        for updates in pieces:
            trainer.step(updates)
            looks(trainer)
        settings = replace(settings, **more)
        changed_to(trainer, settings)
        assert trainer.updates == 13 * (number + 1)
    trainer.step(13)
    return trainer


def test_settings_change_while_it_runs_and_nothing_is_lost():
    trainer = walked(trainer_of(SMALL), SMALL)
    assert trainer.updates == 13 * (len(CHANGES) + 1)
    steps = [record.step for record in trainer.records]
    assert all(before < after for before, after in pairwise(steps))
    assert [record.epoch for record in trainer.records] == list(range(trainer.epoch + 1))


def test_it_is_the_same_to_the_last_bit_however_it_is_looked_at_and_paused():
    def look(trainer):
        trainer.record()
        trainer.node_values(["y"])
        trainer.reached()

    assert_same_run(walked(trainer_of(SMALL), SMALL), walked(trainer_of(SMALL), SMALL, look, (1, 4, 0, 8)))


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("rest", [3, 4, 11])
def test_from_what_it_has_reached_it_goes_on_to_the_last_bit(name, rest):
    settings = replace(SMALL, optimizer=name, momentum=0.9, schedule="1/t", batch=10, rate=0.01)
    if OPTIMIZERS[name].objective:
        settings = replace(settings, hidden=())
    whole, first = trainer_of(settings), trainer_of(settings)
    first.step(rest)
    other = trainer_of(settings)
    other.go_on_from(first.reached())
    whole.step(rest + 20)
    other.step(20)
    assert_same_run(whole, other)


def test_masks_of_dropout_too_go_on_where_they_were():
    settings = replace(SMALL, dropout=0.5, hidden=(6, 6))
    whole, first = trainer_of(settings), trainer_of(settings)
    first.step(7)
    other = trainer_of(settings)
    other.go_on_from(first.reached())
    whole.step(30)
    other.step(23)
    assert_same_run(whole, other)
    calm = trainer_of(replace(settings, dropout=0.0))
    calm.step(30)
    assert not np.array_equal(calm.parameters, whole.parameters)


def test_each_update_leaves_out_other_units():
    trainer = trainer_of(replace(SMALL, dropout=0.5, hidden=(8,), rate=1e-6))
    engine = trainer.engines.of(10, watch=("d1", "a1"))
    kept = []
    for update in range(3):
        engine.rewind(update)
        engine.step()
        kept.append((np.asarray(engine.values["d1"]) != 0).tolist())
    assert kept[0] != kept[1] != kept[2] != kept[0]


def test_a_change_back_at_the_same_update_leaves_no_trace():
    plain, changed = trainer_of(SMALL), trainer_of(SMALL)
    for trainer in (plain, changed):
        trainer.step(5)
    before = changed.reached()
    changed_to(changed, replace(SMALL, optimizer="adam", batch=3))
    changed.step(9)
    changed_to(changed, SMALL)
    changed.go_on_from(before)
    for trainer in (plain, changed):
        trainer.step(20)
    assert_same_run(plain, changed)


def test_with_a_smaller_rate_it_goes_on_from_the_last_good_weights():
    trainer = trainer_of(replace(PLANE, rate=100.0), "s = w·x + b; L = (s - t)^4")
    trainer.step(500)
    assert trainer.why_stopped
    updates = trainer.updates
    changed_to(trainer, replace(PLANE, rate=1e-6))
    assert not trainer.why_stopped
    trainer.change(replace(trainer.options, hyper={**trainer.options.hyper, "clip_norm": 1e-3}))
    trainer.step()
    assert trainer.updates == updates + 1 and np.all(np.isfinite(trainer.parameters))


def test_what_a_trainer_cannot_go_over_to_is_made_anew():
    trainer = trainer_of(SMALL)
    for more in ({"reduction": "sum"}, {"data_seed": 2}, {"optimizer": "delta"}, {"test_percent": 30}):
        assert not trainer.can_change_to(options_of(replace(SMALL, **more))), more


# -- when it pauses by itself


def test_it_pauses_at_the_epoch_asked_for_and_goes_on_when_told():
    trainer = trainer_of(replace(SMALL, stop_epoch=3))
    for _ in trainer.train():
        pass
    assert (trainer.epoch, trainer.updates) == (3, 3 * trainer.per_epoch)
    assert trainer.why_paused == "It stopped at epoch 3, as was asked."
    trainer.step(5)
    assert trainer.updates == 3 * trainer.per_epoch + 5 and not trainer.why_paused


def test_it_pauses_where_the_loss_has_come_down():
    trainer = trainer_of(replace(SMALL, stop_loss=0.3, samples=100))
    for _ in trainer.train():
        pass
    *before, last = trainer.records
    assert last.train_loss <= 0.3 and all(record.train_loss > 0.3 for record in before)
    assert "training loss is" in trainer.why_paused
    trainer.step(trainer.per_epoch)
    assert not trainer.why_paused


def test_patience_is_over_after_so_many_epochs_without_a_smaller_test_loss():
    trainer = trainer_of(replace(SMALL, patience=4, rate=1.0, hidden=(8,), noise=0.4, test_percent=50))
    for _ in trainer.train():
        assert trainer.epoch < 3000
    losses = [record.test_loss for record in trainer.records]
    best = losses.index(min(losses))
    assert trainer.epoch == best + 4 and f"epoch {best:,}" in trainer.why_paused


def test_patience_needs_no_thinned_records(monkeypatch):
    stops, found = Stops(patience=2), Watched()
    trainer = trainer_of(SMALL)
    told = []
    for epoch, loss in enumerate([3.0, 2.0, 2.5, 2.5, 1.0, 1.5, 1.5]):
        record = replace(trainer.records[0], epoch=epoch, test_loss=loss)
        told.append(bool(stops.why(record, found)))
        found = found.after(record)
    assert told == [False, False, False, True, False, False, True]


# -- the table


def test_a_setting_is_offered_where_it_makes_a_difference():
    assert {name for name in SETTINGS if not offered(USUAL, name)} == {
        *("beta1", "beta2", "alpha", "eps", "weight_decay", "schedule_epochs", "schedule_factor"),
        *("l1_rate", "l2_rate", "max_norm", "clip_at", "initial_size", "formula"),
    }
    adamw = replace(USUAL, optimizer="adamw")
    assert all(offered(adamw, name) for name in ("beta1", "beta2", "eps", "weight_decay"))
    assert not any(offered(adamw, name) for name in ("momentum", "nesterov", "alpha"))
    assert not offered(replace(USUAL, optimizer="adam"), "weight_decay")  # L2 says it
    assert offered(replace(USUAL, regularisation="elastic"), "l1_rate")
    assert not offered(replace(USUAL, data="none", trains="program"), "patience")
    assert not offered(replace(USUAL, trains="program"), "dropout")


def test_every_number_of_every_rule_is_a_setting():
    told = {setting.of_rule for setting in SETTINGS.values()}
    for rule in OPTIMIZERS.values():
        for one in rule.hyperparameters:
            assert one.name in {*told, "lr"} or one.penalty, (rule.name, one.name)
    assert {one.name for one in FOR_ALL} == {"l1", "l2", "clip_value", "clip_norm"}


def test_what_restarts_says_so():
    assert {name for name, setting in SETTINGS.items() if setting.restarts} == {
        *("trains", "data", "samples", "noise", "data_seed", "weights_seed", "test_percent", "hidden"),
        *(
            "activation",
            "features",
            "initial",
            "initial_size",
            "roles",
            "stratified",
            "standardise",
            "formula",
            "own",
        ),
    }


def test_a_switch_is_true_or_false_in_a_file():
    assert settings_from({"nesterov": True}).nesterov is True
    with pytest.raises(Problem, match="nesterov must be true or false"):
        settings_from({"nesterov": 1})


def test_options_without_sense_are_refused():
    for wrong in ({"epoch": -1}, {"loss": -0.5}, {"patience": -2}):
        with pytest.raises(Problem):
            Stops(**wrong)
    assert TrainerOptions().stops == Stops()


# -- whose gradient


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_gradient_of_a_batch_is_made_of_those_of_its_samples(reduction):
    trainer = trainer_of(replace(SMALL, reduction=reduction, regularisation="elastic", l1_rate=0.1))
    trainer.step(2)
    before, rows = trainer.reached(), trainer.coming
    found = shares(trainer, "W1")
    assert found.rows == tuple(rows) and found.each.shape == (10, 3, 2)
    assert found.divisor == (10 if reduction == "mean" else 1)
    assert np.array_equal(found.total, found.each.sum(axis=0))
    np.testing.assert_allclose(np.asarray(found.total) / found.divisor, found.whole, rtol=1e-12, atol=1e-15)
    assert trainer.reached().same_values(before)
    # to the last bit what the update takes
    w = np.asarray(trainer.values()["W1"])
    trainer.step()
    pulled = np.asarray(found.whole) + np.asarray(found.penalty)
    np.testing.assert_allclose(trainer.values()["W1"], w - 0.1 * pulled, rtol=1e-15, atol=1e-17)
    np.testing.assert_allclose(found.penalty, 0.1 * np.sign(w) + 0.001 * w, rtol=1e-15)


def test_each_share_is_the_gradient_that_the_steps_of_this_sample_show():
    trainer = trainer_of(SMALL)
    found = shares(trainer, "a1", [4, 9])
    for row, share in zip((4, 9), found.each, strict=True):
        trace = record(make_plan(trainer.graph), trainer.example(row))
        assert np.array_equal(share, trace.last.gradient("a1"))
    assert np.array_equal(found.whole, (found.each[0] + found.each[1]) / 2)
    assert not np.any(found.penalty)


def test_shares_that_are_not_there_are_told():
    trainer = trainer_of(SMALL)
    for node, rows, told in (("z", None, "not in"), ("W1", [], "1 to 256"), ("W1", range(300), "1 to 256")):
        with pytest.raises(Problem, match=told):
            shares(trainer, node, rows)

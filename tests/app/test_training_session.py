"""What a training session trains, without any widget: it runs, pauses, and follows the document."""

import gc
import subprocess
import sys
from pathlib import Path
from weakref import ref

import numpy as np
import pytest

from app.state.session import Session
from app.state.training_session import TrainingSession
from core.base.arrays import frozen, same
from core.base.errors import Problem
from core.data.datasets import DATASETS
from core.project.document import Document, dumps, loads
from core.training.setup import setting_up

NEURON = "s = w·x + b; L = max(0, 1 - t s)"


@pytest.fixture
def training(session):
    return TrainingSession(session)


@pytest.fixture
def typed(training):
    """The training of a typed neuron on data."""
    train(training, NEURON, data="gauss", rate=0.1)
    return training


def train(training, text, **settings):
    """Let the training train a typed program."""
    training.session.set_text(text)
    training.change("train the program", trains="program", **settings)


def weights(training):
    return training.run.trainer.learned()


def heard(signal):
    """How often a signal is emitted, counted from now on in a list."""
    found = []
    signal.connect(lambda: found.append(signal))
    return found


# -- training


def test_numbers_are_written_anew_with_every_second_picture_and_with_the_last(training):
    """Nobody reads ten numbers a second, and writing them would take the time of training."""
    training.set_speed(1)
    training.toggle()
    pictures, numbers = heard(training.progressed), heard(training.readable)
    for _ in range(6):
        training._pace.progressed.emit()
    assert (len(pictures), len(numbers)) == (6, 3)
    training.pause()
    assert len(numbers) - 3 == len(pictures) - 6 > 0
    training.step()
    assert len(numbers) - 3 == len(pictures) - 6


def test_training_runs_until_it_is_paused(training, qtbot):
    changes = heard(training.progressed)
    training.toggle()
    assert training.is_training and changes
    qtbot.waitUntil(lambda: training.run.trainer.updates > 200)
    training.toggle()
    assert not training.is_training
    updates = training.run.trainer.updates
    qtbot.wait(50)
    assert training.run.trainer.updates == training.record.step == updates


def test_while_it_trains_the_last_record_is_told_and_else_the_present_losses(training):
    training.step(3)
    assert training.record.step == 3 and training.run.trainer.records[-1].step == 0
    training.toggle()
    assert training.record is training.run.trainer.records[-1]
    training.stop()


def test_a_step_pauses(training):
    training.toggle()
    training.step()
    assert not training.is_training and training.run.trainer.updates == 1


def test_one_update_and_back_to_the_same_start(training):
    start = weights(training)
    training.step(5)
    first = weights(training)
    changes = heard(training.progressed)
    training.reset()
    assert len(changes) == 1
    assert all(same(value, start[name]) for name, value in weights(training).items())
    training.step(5)
    assert all(same(value, first[name]) for name, value in weights(training).items())


@pytest.mark.parametrize("data", DATASETS)
def test_every_data_set_is_learned_from(training, data):
    training.change("choose data", data=data, samples=60)
    assert training.problem is None
    first = training.record.train_loss
    training.step(30)
    assert training.record.train_loss < first


def test_the_typed_program_itself_is_trained(training):
    train(training, "y = σ(w·x + b); L = bce(y, t)", data="gauss")
    training.step(200)
    assert training.record.train_accuracy > 0.95


def test_a_formula_is_minimised_without_data(training):
    train(training, "L = (w - 3)^2", data="none", rate=0.1)
    training.step(100)
    assert weights(training)["w"] == pytest.approx(3, abs=1e-3)


def test_a_run_that_diverges_is_taken_back_and_can_be_reset(training):
    train(training, "L = (w - 3)^4", data="none", rate=10.0)
    assert training.why_stopped == ""
    training.step(50)
    assert "try a smaller learning rate" in training.why_stopped
    assert np.isfinite(weights(training)["w"]) and training.run.trainer.updates < 50
    training.toggle()
    assert not training.is_training
    training.reset()
    assert training.why_stopped == "" and training.run.trainer.updates == 0


def test_perceptrons_learn_by_their_own_rule(training):
    train(training, "y = step(w·x + b)", data="gauss")
    assert training.run is None and "choose Rosenblatt's rule" in training.problem.hint
    training.change("Rosenblatt's rule", optimizer="rosenblatt", rate=1.0, batch=1)
    training.step(300)
    assert training.record.train_accuracy > 0.97
    training.open_on_canvas()
    assert same(training.session.trace.inputs["w"], weights(training)["w"])


def test_the_loss_of_a_batch_is_its_mean_or_its_sum(training):
    train(training, "y = w·x + b; L = (y - t)^2", data="plane", rate=0.001, batch=10, test_percent=0)
    before = weights(training)["w"]
    training.step()
    by_mean = np.subtract(weights(training)["w"], before)
    training.change("sum", reduction="sum")
    training.reset()
    training.step()
    assert np.subtract(weights(training)["w"], before) == pytest.approx(10 * by_mean, rel=1e-9)


# -- making what is trained


def test_nothing_is_made_before_it_is_asked_for(training, monkeypatch):
    made = []
    monkeypatch.setattr(
        "core.training.setup.setting_up", lambda *asked: made.append(asked) or setting_up(*asked)
    )
    training.session.set_text(NEURON)
    training.change("another seed", data_seed=2)
    assert not training.differs and made == []
    assert training.run is training.run
    assert len(made) == 1


def test_another_run_is_told_once(typed):
    runs = heard(typed.runChanged)
    before = typed.run
    typed.change("another seed", data_seed=2)
    assert typed.run is not before and len(runs) == 1
    typed.session.set_text("y = σ(w·x + b); L = bce(y, t)")
    assert typed.run.setup.text == typed.session.document.text and len(runs) == 2
    typed.session.seek(3)
    typed.change("the same seed", data_seed=2)
    assert len(runs) == 2


def test_settings_are_undone_like_everything(training):
    before = training.run
    training.choose_data("xor")
    assert (
        training.settings.data == "xor"
        and training.run.setup.dataset.name == "xor"
        and training.run is not before
    )
    training.session.undo_stack.undo()
    assert training.settings.data == "circle" and training.run.setup.dataset.name == "circle"


def test_noise_comes_back_after_data_that_take_none(training):
    noise = training.settings.noise
    training.choose_data("digits")
    assert (training.settings.samples, training.settings.noise) == (1797, 0.0)
    training.choose_data("xor")
    assert (training.settings.samples, training.settings.noise) == (200, noise) and noise > 0


def test_what_does_not_fit_is_said(training):
    train(training, "z = x1 + x2", data="circle")
    assert training.run is None and training.record is None and training.problem.message
    training.step()
    training.toggle()
    assert not training.is_training
    with pytest.raises(Problem):
        training.present()
    training.change("a net again", trains="network")
    assert training.run is not None and training.problem is None


def test_a_run_that_takes_long_to_make_is_made_in_slices(typed, slow, qtbot):
    before, runs = typed.run, heard(typed.runChanged)
    typed.change("another seed", data_seed=2)
    qtbot.waitUntil(lambda: bool(runs))
    assert typed.run is not before and typed.run.setup.options.seed == 2


def test_who_asks_does_not_wait_for_the_slices(typed, slow):
    before, runs = typed.run, heard(typed.runChanged)
    typed.change("another seed", data_seed=2)
    typed.session._ticker.finish()
    assert not runs
    assert typed.run is not before and typed.run.setup.options.seed == 2 and len(runs) == 1


def test_who_hears_of_another_run_can_ask_for_it_at_once(typed, slow, qtbot):
    before, found = typed.run, []
    typed.runChanged.connect(lambda: found.append(typed.run))
    typed.change("another seed", data_seed=2)
    qtbot.waitUntil(lambda: bool(found))
    assert found == [typed.run] and typed.run is not before


def test_a_change_while_a_run_is_being_made_makes_it_anew(typed, slow):
    """Not even a value goes into the run before, which is still there."""
    before = typed.run
    typed.change("another seed", data_seed=2)
    typed.session._ticker.finish()
    typed.session.set_value("b", 7.0)
    typed.session._ticker.finish()
    assert weights(typed)["b"] == 7.0 != before.trainer.learned()["b"]
    assert typed.run is not before and typed.run.setup.options.seed == 2


def test_a_run_left_half_made_is_made_when_it_is_asked_for(typed, slow):
    before = typed.run
    typed.change("another seed", data_seed=2)
    typed.session._ticker.finish()
    assert typed._maker.running
    typed.stop()
    assert not typed._maker.running
    assert typed.run is not before and typed.run.setup.options.seed == 2


def test_a_sample_beyond_the_data_is_the_last(training):
    training.choose_sample(150)
    training.change("fewer", samples=60)
    assert training.run and training.sample == 59


# -- the canvas


def test_the_net_goes_to_the_canvas_at_its_weights_and_on_the_sample(training):
    training.step()
    training.choose_sample(7)
    opened = heard(training.opened)
    training.open_on_canvas()
    session, run = training.session, training.run
    assert len(opened) == 1
    assert session.document.text == run.setup.text
    assert same(session.document.values["x"], run.setup.dataset.inputs[7])
    for name, value in weights(training).items():
        assert same(session.document.values[name], value)
    session.seek(len(session.trace))
    assert session.problem is None
    session.undo_stack.undo()
    assert session.document.text == "(x+y)z"


def test_it_knows_whether_the_canvas_has_other_weights(typed):
    assert typed.run and typed.differs
    typed.open_on_canvas()
    assert not typed.differs
    typed.run.trainer.set_values({"b": 9.0})
    assert typed.differs, "one is enough"
    typed.open_on_canvas()
    typed.step()
    assert typed.differs
    typed.session.set_text("f = x^2")
    assert not typed.differs


def test_the_run_survives_what_the_canvas_shows(typed):
    typed.step(5)
    run, before = typed.run, weights(typed)
    typed.open_on_canvas()
    assert same(typed.session.trace.inputs["w"], before["w"])
    typed.session.set_value("x", frozen([0.5, 0.5]))
    assert typed.run is run and run.trainer.updates == 5
    typed.session.undo_stack.undo()
    typed.session.undo_stack.undo()
    assert typed.run is run and same(weights(typed)["w"], before["w"])


def test_undoing_what_was_opened_leaves_the_training_alone(typed):
    typed.session.set_value("w", frozen([1.0, -1.0]))
    assert typed.run
    typed.step(5)
    before = weights(typed)
    typed.open_on_canvas()
    typed.session.undo_stack.undo()
    assert typed.run.trainer.updates == 5
    assert all(same(weights(typed)[name], before[name]) for name in before)


def test_values_edited_on_the_canvas_go_into_the_run(typed):
    typed.step(5)
    changes = heard(typed.progressed)
    typed.session.set_value("w", frozen([3.0, -2.0]))
    assert same(weights(typed)["w"], frozen([3.0, -2.0])) and typed.run.trainer.updates == 5
    assert len(changes) == 1
    typed.step()
    typed.session.set_value("w", frozen([3.0, 5.0]))
    assert same(weights(typed)["w"], frozen([3.0, 5.0])) and typed.run.trainer.updates == 6
    typed.step()
    typed.session.undo_stack.undo()
    assert same(weights(typed)["w"], frozen([3.0, -2.0])) and typed.run.trainer.updates == 7
    typed.reset()
    assert same(weights(typed)["w"], frozen([3.0, -2.0]))


def test_values_edited_while_it_trains_go_in(typed):
    run = typed.run
    typed.toggle()
    typed.session.set_value("b", 40.0)
    assert typed.is_training and typed.run is run and weights(typed)["b"] == 40.0
    typed.stop()


def test_a_value_in_another_shape_makes_another_run(typed):
    run = typed.run
    typed.session.set_value("w", frozen([1.0, 2.0, 3.0]))
    assert typed.run is not run


def test_undoing_a_value_keeps_the_run_and_a_reset_draws_it_again(typed):
    first = weights(typed)["w"]
    typed.step()
    typed.session.set_value("w", frozen([3.0, -2.0]))
    typed.step()
    typed.session.undo_stack.undo()
    assert typed.run.trainer.updates == 2 and not same(weights(typed)["w"], first)
    typed.reset()
    assert same(weights(typed)["w"], first)


def test_weights_start_from_the_seed_and_reset_returns_to_them(typed):
    first = weights(typed)
    typed.step()
    typed.reset()
    assert same(weights(typed)["w"], first["w"])
    typed.change("another seed", weights_seed=2)
    assert not same(weights(typed)["w"], first["w"])
    assert "w" in typed.session.document.guessed
    typed.session.set_value("w", frozen([1.0, 1.0]))
    typed.change("a third seed", weights_seed=3)
    assert same(weights(typed)["w"], frozen([1.0, 1.0]))


# -- roles


def test_a_role_is_chosen_saved_and_undone(typed):
    typed.choose_role("b", "constant")
    typed.choose_role("t", "target number")
    assert typed.settings.roles == {"b": "constant", "t": "target number"}
    assert typed.run.trainer.roles.parameters == ("w",)
    document = typed.session.document
    assert loads(dumps(document)).training.roles == document.training.roles
    typed.choose_role("t", "")
    assert typed.settings.roles == {"b": "constant"}
    for _ in range(3):
        typed.session.undo_stack.undo()
    assert typed.settings.roles == {} and typed.run.trainer.roles.parameters == ("w", "b")


def test_roles_that_do_not_fit_can_be_changed_back(typed):
    typed.change("nothing learned", roles={"w": "constant", "b": "constant"})
    assert typed.run is None and "nothing to learn" in typed.problem.message
    typed.choose_role("w", "parameter")
    assert typed.run.trainer.roles.parameters == ("w",)


def test_another_program_has_no_roles_chosen_for_the_last_one(typed):
    typed.choose_role("b", "constant")
    typed.session.set_text("h = tanh(W x + b); p = σ(v·h + c); L = bce(p, y)")
    assert typed.settings.roles == {} and "b" in typed.run.trainer.roles.parameters
    typed.session.undo_stack.undo()
    assert typed.settings.roles == {"b": "constant"}


def test_a_program_that_does_not_fit_still_has_roles(training):
    train(training, "y = w x + b; L = (y - t)^2", data="gauss")
    names, roles, data = training.roles()
    assert training.run is None and data.name == "gauss"
    assert {name: roles.role(name) for name in names} == {
        "w": "parameter",
        "x": "input",
        "b": "parameter",
        "t": "target",
    }


# -- what it leaves behind


@pytest.mark.parametrize("text", [NEURON, "z = x1 + x2"])
def test_it_is_freed_by_reference_counting(qapp, text):
    gc.collect()
    gc.disable()
    try:
        session = Session()
        training = TrainingSession(session)
        train(training, text, data="gauss")
        assert (training.run is None) == (training.problem is not None)
        training.toggle()
        training.stop()
        training.open_on_canvas()
        gone = ref(training), ref(training.run.trainer if training.run else training)
        del training
        assert [found() for found in gone] == [None, None]
    finally:
        gc.enable()


def test_a_run_that_is_over_is_freed_by_reference_counting(typed):
    gc.collect()
    gc.disable()
    try:
        gone = ref(typed.run)
        typed.toggle()
        typed.change("another seed", data_seed=2)
        assert typed.run is not None and gone() is None
    finally:
        gc.enable()


WITHOUT_WIDGETS = """
import sys
from PySide6.QtCore import QCoreApplication
from app.state.training_session import TrainingSession
from app.state.session import Session

app = QCoreApplication([])
training = TrainingSession(Session())
print("numpy" in sys.modules)
training.step(3)
print(training.record.step, "PySide6.QtWidgets" in sys.modules)
"""


def test_it_needs_no_widgets_and_loads_numpy_with_the_first_run():
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_WIDGETS],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["False", "3", "False"]


def test_another_document_has_another_run(typed):
    typed.step()
    typed.session.replace_document(Document("(x+y)z", {"x": 1.0, "y": 2.0, "z": 3.0}), None)
    assert typed.run.trainer.updates == 0 and typed.run.setup.dataset.name == "circle"

"""Nothing destroys a run: settings that change while it runs, undo and redo, saved and opened projects."""

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt, QTimer

from app.state import session as session_module
from app.state.session import Session
from app.state.training_pace import TrainingPace
from app.state.training_session import TrainingSession
from app.state.undo import hold_runs
from core.project.document import Document, dumps, loads
from core.training.curve_plot import loss_plot
from core.training.run import change_text
from core.training.settings import TrainingSettings

SETTINGS = TrainingSettings(samples=40, hidden=(3,), rate=0.1)


def opened(document):
    session = Session()
    session.replace_document(document, None)
    return TrainingSession(session)


@pytest.fixture
def training(qapp):
    made = opened(Document("x y", {"x": 2.0, "y": 3.0}, training=SETTINGS))
    assert made.run is not None
    return made


def bits(training):
    trainer = training.run.trainer
    memory = [array.copy() for array in trainer.optimizer.state.values()]
    return [trainer.parameters.copy(), *memory], trainer.updates, list(trainer.records)


def assert_same(one, other):
    assert len(one[0]) == len(other[0])
    assert all(np.array_equal(a, b) for a, b in zip(one[0], other[0], strict=True))
    assert one[1:] == other[1:]


LIVE = [
    {"rate": 0.03},
    {"optimizer": "adam"},
    {"batch": 3},
    {"momentum": 0.9},
    {"regularisation": "l2"},
    {"clipping": "norm"},
    {"schedule": "cosine"},
    {"dropout": 0.5},
    {"reduction": "sum"},
    {"patience": 3},
]


@pytest.mark.parametrize("changed", LIVE, ids=lambda changed: next(iter(changed)))
def test_a_setting_changes_while_it_runs_and_undo_brings_all_back(training, changed):
    training.step(7)
    before = bits(training)
    training.change("set it", **changed)
    assert_same((bits(training)[0][:1], *bits(training)[1:]), (before[0][:1], *before[1:]))
    (event,) = training.run.events
    assert event.step == 7 and {event.setting: event.after} == changed
    training.step(5)
    after = bits(training)
    assert after[1] == 12
    training.session.undo_stack.undo()
    assert_same(bits(training), before)
    assert training.settings == SETTINGS and training.run.events == ()
    training.session.undo_stack.redo()
    assert_same(bits(training), after)
    assert training.run.events == (event,)


@pytest.mark.parametrize(
    "changed", [{"hidden": (5,)}, {"data": "xor"}, {"initial": "zero"}, {"weights_seed": 9}], ids=str
)
def test_what_begins_anew_can_be_undone_as_well(training, changed):
    training.step(7)
    before = bits(training)
    training.change("set it", **changed)
    assert training.run.trainer.updates == 0
    training.step(3)
    later = bits(training)
    training.session.undo_stack.undo()
    assert_same(bits(training), before)
    training.step(4)
    training.session.undo_stack.redo()
    assert_same(bits(training), later)
    training.session.undo_stack.undo()
    assert training.run.trainer.updates == 11


def test_undone_and_done_again_it_is_the_run_it_would_have_been(training):
    other = opened(Document("x y", training=SETTINGS))
    for one in (training, other):
        one.run.trainer.step(13)
    training.change("other rule", optimizer="adam", batch=7)
    training.step(20)
    training.change("other layers", hidden=(2, 2))
    training.step(5)
    training.session.undo_stack.undo()
    training.session.undo_stack.undo()
    for one in (training, other):
        one.change("smaller", rate=0.01)
        one.step(30)
    assert_same(bits(training), bits(other))


def test_it_goes_on_training_through_a_change(training):
    training.toggle()
    training.change("slower", rate=0.01)
    assert training.is_training and training.run.trainer.options.hyper["lr"] == 0.01
    training.change("dropout", dropout=0.2)
    assert training.run.trainer.graph.nodes["d1"] and training.is_training
    training.stop()


def test_a_change_that_makes_no_sense_keeps_the_weights_until_it_does(training):
    training.change("own rule", optimizer="playground")
    training.step(9)
    before = bits(training)
    training.change("both", regularisation="elastic")
    assert training.run is None and "not by both" in training.problem.message
    training.change("one", regularisation="l1")
    assert_same(bits(training), before)


def test_events_are_told_in_words(training):
    training.step()
    training.change("1", rate=0.03, optimizer="adam")
    training.step()
    training.change("2", clipping="norm")
    training.change("3", clip_at=0.5, dropout=0.25)
    training.change("4", clip_at=0.25)
    told = [(event.step, change_text(event)) for event in training.run.events]
    assert told == [
        (1, "Optimizer Gradient descent → Adam"),
        (1, "Rate 0.1 → 0.03"),
        (2, "Clip gradients none → the norm"),
        (2, "Dropout 0 → 0.25"),
        (2, "Clip at 1 → 0.25"),
    ]
    assert [(note.at, note.text) for note in loss_plot(training.run).notes] == told


def test_weights_are_set_as_one_edit(training):
    training.step(4)
    before = bits(training)
    training.set_weights("set b2", {"b2": 1.5})
    assert training.run.trainer.learned()["b2"] == 1.5 and training.run.trainer.updates == 4
    training.session.undo_stack.undo()
    assert_same(bits(training), before)
    training.session.undo_stack.redo()
    assert training.run.trainer.learned()["b2"] == 1.5


def test_an_edit_that_has_nothing_to_do_with_it_keeps_no_run(training):
    training.step(4)
    training.session.set_text("x y + 1")
    training.session.undo_stack.undo()
    training.step(2)
    training.session.undo_stack.redo()
    assert training.run.trainer.updates == 6
    assert training.session.undo_stack.command(0).run_before is None


def test_runs_that_are_kept_take_bounded_room(training, monkeypatch):
    stack = training.session.undo_stack
    for number in range(6):
        training.change("rate", rate=0.2 + number)
    sizes = [stack.command(place).run_before.size for place in range(6)]
    hold_runs(stack, sum(sizes[-3:]))
    kept = [stack.command(place).run_before is not None for place in range(6)]
    assert kept == [False, False, False, True, True, True]
    monkeypatch.setattr(session_module, "MOST_KEPT", 0)
    training.change("rate", rate=7.0)
    assert not any(stack.command(place).run_before for place in range(7))
    for _ in range(7):
        stack.undo()
    assert training.settings.rate == 0.1 and training.run.trainer.options.hyper["lr"] == 0.1


# -- saved and opened


@pytest.mark.parametrize(
    "more", [{}, {"optimizer": "adam"}, {"dropout": 0.5}, {"schedule": "1/t", "batch": 7}], ids=str
)
def test_a_project_goes_on_to_the_last_bit_where_it_was_saved(training, more):
    training.change("as asked", **more)
    training.step(13)
    training.change("slower", rate=0.02)
    training.step(4)
    text = dumps(training.session.whole)
    again = opened(loads(text))
    assert again.run.events == training.run.events and len(again.run.events) >= 1
    for one in (training, again):
        one.step(25)
    assert_same(bits(training), bits(again))
    again.reset()
    training.reset()
    assert_same(bits(training), bits(again))


def test_a_typed_program_too(qapp):
    settings = TrainingSettings("program", "gauss", 40, optimizer="adam")
    training = opened(Document("s = w·x + b; L = bce_logits(s, t)", training=settings))
    training.run.trainer.step(11)
    again = opened(loads(dumps(training.session.whole)))
    for one in (training, again):
        one.step(9)
    assert_same(bits(training), bits(again))


def test_a_trained_run_is_unsaved_work(training):
    session = training.session
    assert session.is_saved
    training.step()
    assert not session.is_saved
    session.saved_as(None)
    assert session.is_saved
    training.step()
    training.reset()
    assert not session.is_saved
    session.replace_document(loads(dumps(session.whole)), None)
    assert session.is_saved and training.run.trainer.updates == 0


def test_what_was_opened_stands_in_no_memory_twice(training):
    training.step(3)
    session = training.session
    session.replace_document(loads(dumps(session.whole)), None)
    assert session.document.run is None and training.run.trainer.updates == 3


BROKEN = {
    "no table": ("run", 5),
    "another rule": ("optimizer", "magic"),
    "fewer numbers": ("values", {"b2": {"shape": [3], "float64": "AAAA"}}),
    "no shape": ("values", {"b2": {"shape": "x", "float64": ""}}),
    "other names": ("start", {}),
    "half an update": ("updates", 1.5),
    "no records": ("records", []),
    "a record too short": ("records", [[1, 2]]),
    "an event of no setting": ("changes", [[1, "magic", 1, 2]]),
    "an event of another kind": ("changes", [[1, "rate", "a", "b"]]),
    "no memory": ("memory", 3),
    "no watched": ("watched", [1]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_run_is_refused_in_a_sentence(training, case):
    import json

    from core.base.errors import Problem

    training.step(3)
    found = json.loads(dumps(training.session.whole))
    part, broken = BROKEN[case]
    if part == "run":
        found["run"] = broken
    else:
        found["run"][part] = broken
    with pytest.raises(Problem, match="run"):
        loads(json.dumps(found))


def test_a_run_that_fits_no_longer_is_left_out(training):
    training.step(3)
    document = training.session.whole
    other = opened(replace(document, training=replace(SETTINGS, hidden=(5,))))
    assert other.run.trainer.updates == 0


# -- step by step


def test_a_sample_a_batch_an_epoch(training):
    trainer, other = training.run.trainer, opened(Document(training=SETTINGS)).run.trainer
    coming = [int(trainer.train_data.rows[row]) for row in trainer.coming]
    seen = []
    for _ in coming:
        assert trainer.updates == 0
        training.step_sample()
        seen.append(training.sample)
    assert seen == coming and trainer.updates == 1 and training.presented == 0
    training.step_sample()
    training.step()  # the whole of the batch that had begun
    assert trainer.updates == 2 and training.presented == 0
    training.step_epoch()
    assert (trainer.epoch, trainer.updates) == (1, trainer.per_epoch)
    training.step_epoch()
    assert trainer.epoch == 2
    other.step(trainer.updates)
    assert np.array_equal(trainer.parameters, other.parameters)


def test_so_many_updates_a_second(training, qtbot):
    training.set_speed(60)
    training.toggle()
    assert training.is_training and training.run.trainer.updates == 0
    qtbot.waitUntil(lambda: training.run.trainer.updates >= 4)
    assert training.run.trainer.updates % 2 == 0  # two a tick
    training.pause()
    assert not training.is_training
    training.set_speed(0)
    training.toggle()
    training.set_speed(1)
    assert training.is_training
    training.stop()


@pytest.mark.parametrize("speed", [1, 7, 31, 50, 100, 1000])
def test_a_speed_is_the_one_that_was_chosen(training, speed):
    trainer, pace = training.run.trainer, TrainingPace()
    pace.speed = speed
    pace.start(trainer)
    (timer,) = pace.findChildren(QTimer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    timer.timeout.emit()
    assert trainer.updates * 1000 / timer.interval() == pytest.approx(speed, rel=0.02)
    assert timer.interval() >= 33
    pace.stop()


def test_it_pauses_as_asked_and_says_why(training, qtbot):
    training.change("asked", stop_epoch=2)
    for speed in (0, 1000):
        training.reset()
        training.set_speed(speed)
        training.toggle()
        qtbot.waitUntil(lambda: not training.is_training)
        assert training.run.trainer.epoch == 2 and "as was asked" in training.why_paused


def test_a_reset_can_be_undone(training):
    training.step(9)
    training.change("slower", rate=0.01)
    before = bits(training)
    training.reset()
    assert training.run.trainer.updates == 0 and training.run.events == ()
    training.session.undo_stack.undo()
    assert_same(bits(training), before)
    assert len(training.run.events) == 1


# -- in the window


def test_undo_while_it_trains_goes_back_although_the_canvas_follows(window, qtbot):
    """The canvas takes the weights of a training that pauses, and must not while undo brings others back."""
    session, training = window.session, window.training
    session.set_text("s = w·x + b; L = max(0, 1 - t s)")
    training.change("train the program", trains="program", data="gauss", rate=0.1)
    assert training.is_on_canvas
    training.change("another rate", rate=0.01)
    training.set_speed(1000)
    training.toggle()
    qtbot.waitUntil(lambda: training.run.trainer.updates > 40)
    session.undo_stack.undo()
    assert session.document.training.rate == 0.1 and not training.is_training
    assert training.run.trainer.updates == 0
    session.undo_stack.redo()
    assert training.run.trainer.updates > 40 and session.document.training.rate == 0.01


def test_every_other_workspace_says_that_a_training_runs_and_pauses_it(window):
    window.show()
    running = window.header.running
    window.show_workspace("train")
    window.training.toggle()
    assert not running.isVisible()  # whose own bar says it
    window.show_workspace("step")
    assert window.training.is_training and running.isVisible() and "Training: update" in running.text()
    window.show_workspace("lectures")
    assert running.isVisible()
    running.click()
    assert not window.training.is_training and not running.isVisible()


def test_closing_asks_for_a_training_that_is_not_saved(window, monkeypatch):
    asked = []
    monkeypatch.setattr(window.files, "_ask", lambda sentence, *buttons: asked.append(sentence) or 2)
    assert window.files.may_close() and not asked
    window.training.step(3)
    assert window.isWindowModified()
    assert not window.files.may_close()
    assert "Save the training of" in asked[0] and "weights are lost" in asked[0]
    window.training.change("slower", rate=0.001)
    assert not window.files.may_close() and "Save the changes to" in asked[1]

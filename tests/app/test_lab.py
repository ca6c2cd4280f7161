"""The training lab: it learns, shows it, and hands the net to the canvas."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.lab.controls import CONTROLS
from app.lab.weights import weight_maps
from core.base.arrays import frozen, same
from core.project.document import dumps, loads


@pytest.fixture
def lab(window):
    window.lab_dock.toggle()
    return window.lab


def test_filters_are_drawn_one_by_one():
    values = {"W": np.arange(36.0).reshape(2, 2, 3, 3), "b": np.zeros((2, 1, 1)), "V": np.eye(3)}
    maps = weight_maps({name: frozen(value) for name, value in values.items()})
    assert [(name, array.shape) for name, array in maps] == [
        ("W[0]", (3, 6)),
        ("W[1]", (3, 6)),
        ("b", (2, 1)),
        ("V", (3, 3)),
    ]
    np.testing.assert_array_equal(maps[1][1][:, 3:], values["W"][1, 1])


def test_training_runs_and_pauses(window, lab, qtbot):
    QTest.mouseClick(lab.bar.train, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: lab.trainer.updates > 200)
    QTest.mouseClick(lab.bar.train, Qt.MouseButton.LeftButton)
    assert not lab.ticker.running
    updates = lab.trainer.updates
    assert lab.curves.train.getData()[0][-1] <= updates
    assert f"update\N{NO-BREAK SPACE}{updates:,}" in lab.bar.numbers.text()


def test_one_update_and_back_to_the_same_start(lab):
    start = lab.trainer.values()
    for _ in range(5):
        lab.step()
    first = lab.trainer.values()
    lab.reset()
    assert all(same(value, start[name]) for name, value in lab.trainer.values().items())
    for _ in range(5):
        lab.step()
    assert all(same(value, first[name]) for name, value in lab.trainer.values().items())


def test_the_boundary_is_the_nets_own_answer(lab):
    from core.passes.stepper import run

    for _ in range(20):
        lab.step()
    values = lab.trainer.values()
    plane = lab._plane.prediction()
    for row, column in [(0, 0), (0, 99), (50, 30), (99, 99)]:
        x = np.array([-6 + 12 * column / 99, -6 + 12 * row / 99])
        story = run(lab.setup.text, values | {"x": x, "t": 0.0})
        assert plane[row, column] == pytest.approx(story.last.value("y"), abs=2e-5)


def test_the_net_goes_to_the_canvas_at_its_weights_and_on_the_sample(window, lab):
    lab.step()
    lab.choose_sample(7)
    lab.open_on_canvas()
    session = window.session
    assert session.document.text == lab.setup.text
    assert same(session.document.values["x"], lab.setup.dataset.inputs[7])
    for name, value in lab.trainer.values().items():
        assert same(session.document.values[name], value)
    session.seek(len(session.story))
    assert session.problem is None
    session.undo_stack.undo()
    assert session.document.text == "(x+y)z"


def test_settings_are_undone_like_everything(window, lab):
    before = lab.trainer
    field = lab.controls._fields["data"]
    field.setCurrentIndex(field.findData("xor"))
    field.activated.emit(field.currentIndex())
    assert window.session.lab.data == "xor" and lab.trainer is not before
    window.session.undo_stack.undo()
    assert window.session.lab.data == "circle" and field.currentData() == "circle"


@pytest.mark.parametrize(
    "data", ["circle", "xor", "gauss", "spiral", "spiral3", "moons", "iris", "digits", "plane", "sine"]
)
def test_every_data_set_is_learned_from(window, lab, data):
    window.session.set_lab("choose data", data=data, samples=60)
    assert lab.trainer is not None, lab.message.text()
    first = lab.trainer.record().train_loss
    for _ in range(30):
        lab.step()
    assert lab.trainer.record().train_loss < first
    assert lab.boundary.isVisible() == (lab.setup.dataset.inputs.shape[1] == 2)
    assert lab.templates.isVisible() == (data == "digits")


def test_digits_show_a_template_for_every_class_of_a_linear_net(window, lab):
    window.session.set_lab("digits", data="digits", samples=100, hidden=())
    assert [name for name, _ in lab.templates._maps] == [str(digit) for digit in range(10)]
    assert all(values.shape == (8, 8) for _, values in lab.templates._maps)


def test_the_typed_program_itself_is_trained(window, lab):
    window.session.set_text("y = σ(w·x + b); L = bce(y, t)")
    window.session.set_lab("train the program", trains="program", data="gauss")
    assert lab.trainer is not None, lab.message.text()
    for _ in range(200):
        lab.step()
    assert lab.trainer.record().train_accuracy > 0.95


def test_a_formula_is_minimised_without_data(window, lab):
    window.session.set_text("L = (w - 3)^2")
    window.session.set_lab("descend", trains="program", data="none", rate=0.1)
    for _ in range(100):
        lab.step()
    assert lab.trainer.values()["w"] == pytest.approx(3, abs=1e-3)


def test_what_does_not_fit_is_said(window, lab):
    window.session.set_text("z = x1 + x2")
    window.session.set_lab("train the program", trains="program", data="circle")
    assert lab.trainer is None
    assert lab.message.isVisible() and lab.message.text()
    window.session.set_lab("a net again", trains="network")
    assert lab.trainer is not None and not lab.message.isVisible()


def test_divergence_is_told_in_words(window, lab):
    window.session.set_text("L = (w - 3)^4")
    window.session.set_lab("too fast", trains="program", data="none", rate=10.0)
    for _ in range(50):
        lab.step()
    assert "try a smaller learning rate" in lab.message.text()
    lab.reset()
    assert not lab.message.isVisible()


def test_a_weight_is_told_in_numbers(lab):
    rect, name, _ = lab.weights._placed[0]
    told = lab.weights.told_at(QPointF(rect.left() + 1, rect.top() + 1))
    assert told.startswith(f"{name}[0, 0] = ")


@pytest.mark.parametrize("text", ["4 x", "0", "9999", "1 2 3 4 5 6 7"])
def test_layers_that_cannot_be_are_not_taken(window, lab, text):
    field = lab.controls._fields["hidden"]
    field.setText(text)
    field.editingFinished.emit()
    assert window.session.lab.hidden == (4, 2)
    assert field.text() == "4 2"


def test_closing_while_training_ends_cleanly(window, lab, qtbot):
    lab.toggle()
    qtbot.waitUntil(lambda: lab.trainer.updates > 10)
    window.session.undo_stack.setClean()
    assert window.close()
    assert not lab.ticker.running


@pytest.mark.parametrize(("name", "text"), [("hidden", "4 abc"), ("rate", "1e9"), ("rate", "fast")])
def test_what_cannot_be_set_is_answered_below_the_settings(window, lab, name, text):
    field = lab.controls._fields[name]
    edit = field.lineEdit() if name == "rate" else field
    before = edit.text()
    edit.setText(text)
    edit.editingFinished.emit()
    assert text in lab.controls.message.text() and not lab.controls.message.isHidden()
    assert edit.text() == before
    edit.editingFinished.emit()
    assert lab.controls.message.isHidden()


def test_samples_kept_for_testing_are_diamonds(lab):
    symbols = list(lab.boundary.samples.data["symbol"])
    assert symbols.count("d") == len(lab.trainer.test_data)
    assert symbols.count("o") == len(lab.trainer.train_data)


def test_the_canvas_has_the_keys_once_the_net_is_on_it(window, lab):
    lab.controls._fields["seed"].setFocus()
    lab.open_on_canvas()
    assert window.view.hasFocus()


def test_noise_comes_back_after_data_that_take_none(window, lab):
    control = next(c for c in CONTROLS if c.field == "data")
    noise = window.session.lab.noise
    lab.controls._set(control, "digits")
    lab.controls._set(control, "xor")
    assert window.session.lab.noise == noise > 0


def test_a_program_that_cannot_be_trained_shows_no_old_pictures(window, lab):
    window.session.set_lab("set train", trains="program")
    assert lab.message.text() and lab.views.isHidden()
    window.session.set_lab("set train", trains="network")
    assert not lab.views.isHidden()


def test_after_divergence_the_plane_is_not_grey(window, lab):
    window.session.set_text("y = w1 x1 + w2 x2 + b; L = (y - t)^2")
    window.session.set_lab("set rate", rate=10.0, trains="program")
    for _ in range(400):
        lab.trainer.step()
        if lab.trainer.trouble:
            break
    assert lab.trainer.trouble
    lab._show()
    assert not (lab.boundary.image.image == 128).all(axis=2).any()


def test_the_bar_says_whose_accuracy_it_shows(window, lab):
    text = lab.bar.numbers.text().replace("\N{NO-BREAK SPACE}", " ")
    assert "test accuracy " in text and "training accuracy" not in text
    window.session.set_lab("test nothing", test_percent=0)
    text = lab.bar.numbers.text().replace("\N{NO-BREAK SPACE}", " ")
    assert "training accuracy " in text and "test" not in text


NEURON = "s = w·x + b; L = max(0, 1 - t s)"


@pytest.fixture
def typed(window, lab):
    """The panel while it trains a typed neuron on data."""
    window.session.set_text(NEURON)
    window.session.set_lab("train the program", trains="program", data="gauss", rate=0.1)
    return lab


def choose(field, words):
    """Choose an entry of a list, as a click on it does."""
    place = field.findText(words)
    assert place >= 0, f"there is no {words}"
    field.setCurrentIndex(place)
    field.activated.emit(place)


def test_roles_are_shown_and_found_by_the_loss(typed):
    fields = typed.roles.fields
    assert {name: field.currentText() for name, field in fields.items()} == {
        "w": "parameter (auto)",
        "x": "input (auto)",
        "b": "parameter (auto)",
        "t": "target: −1 or 1 (auto)",
    }
    assert all(field.isVisible() for field in fields.values())


def test_a_role_is_chosen_saved_and_undone(window, typed):
    choose(typed.roles.fields["b"], "constant")
    choose(typed.roles.fields["t"], "target: 0 or 1")
    assert window.session.lab.roles == {"b": "constant", "t": "target number"}
    assert typed.trainer.roles.parameters == ("w",)
    assert loads(dumps(window.session.document)).lab.roles == window.session.lab.roles
    window.session.undo_stack.undo()
    window.session.undo_stack.undo()
    assert window.session.lab.roles == {} and typed.trainer.roles.parameters == ("w", "b")
    assert typed.roles.fields["b"].currentText() == "parameter (auto)"


def test_roles_that_do_not_fit_can_be_changed_back(window, typed):
    window.session.set_lab("nothing learned", roles={"w": "constant", "b": "constant"})
    assert typed.trainer is None and "nothing to learn" in typed.message.text()
    choose(typed.roles.fields["w"], "parameter")
    assert typed.trainer.roles.parameters == ("w",)


def test_a_built_network_has_no_roles_to_choose(window, typed):
    window.session.set_lab("a net again", trains="network")
    assert not typed.roles.isVisible()


def test_an_entry_of_a_vector_can_be_changed_and_undone_while_its_program_is_trained(window, typed):
    for _ in range(5):
        typed.step()
    window.session.set_value("w", frozen([3.0, -2.0]))
    assert same(typed.trainer.values()["w"], frozen([3.0, -2.0])) and typed.trainer.updates == 5
    typed.step()
    window.session.set_value("w", frozen([3.0, 5.0]))
    assert same(typed.trainer.values()["w"], frozen([3.0, 5.0])) and typed.trainer.updates == 6
    typed.step()
    window.session.undo_stack.undo()
    assert same(typed.trainer.values()["w"], frozen([3.0, -2.0])) and typed.trainer.updates == 7
    typed.reset()
    assert same(typed.trainer.values()["w"], frozen([3.0, -2.0]))


def test_the_run_survives_what_the_canvas_shows(window, typed):
    for _ in range(5):
        typed.step()
    trainer, weights = typed.trainer, typed.trainer.values()
    typed.open_on_canvas()
    assert same(window.session.story.inputs["w"], weights["w"])
    window.session.set_value("x", frozen([0.5, 0.5]))
    assert typed.trainer is trainer and trainer.updates == 5
    window.session.undo_stack.undo()
    window.session.undo_stack.undo()
    assert typed.trainer is trainer and same(trainer.values()["w"], weights["w"])


def test_a_bar_says_when_the_canvas_and_the_training_have_different_weights(window, typed, qtbot):
    assert window.notice.isVisible() and "different weights" in window.notice.label.text()
    QTest.mouseClick(window.notice.button, Qt.MouseButton.LeftButton)
    assert not window.notice.isVisible()
    typed.step()
    assert window.notice.isVisible()
    window.session.set_text("f = x^2")
    assert not window.notice.isVisible()


def test_weights_start_from_the_seed_and_reset_returns_to_them(window, typed):
    first = typed.trainer.values()
    typed.step()
    typed.reset()
    assert same(typed.trainer.values()["w"], first["w"])
    window.session.set_lab("another seed", seed=2)
    assert not same(typed.trainer.values()["w"], first["w"])
    assert "w" in window.session.document.guessed
    window.session.set_value("w", frozen([1.0, 1.0]))
    window.session.set_lab("a third seed", seed=3)
    assert same(typed.trainer.values()["w"], frozen([1.0, 1.0]))


def test_targets_are_not_among_the_weights_shown(window, lab):
    window.session.set_text("z = w x + b; y = σ(z); L = 1/2 (y - t)^2")
    window.session.set_lab("no data", trains="program", data="none")
    assert [name for name, _ in lab.weights._maps] == ["w", "b"]


def test_what_was_done_unasked_is_said(window, lab):
    window.session.set_text("h = step(W x + c); p = σ(w·h + b); L = bce(p, t)")
    window.session.set_lab("train the program", trains="program", data="gauss")
    assert lab.note.isVisible() and "No gradient reaches W and c" in lab.note.text()


def test_perceptrons_learn_by_their_own_rule(window, lab):
    window.session.set_text("y = step(w·x + b)")
    window.session.set_lab("train the program", trains="program", data="gauss")
    assert lab.trainer is None and "choose Rosenblatt's rule" in lab.message.text()
    window.session.set_lab("Rosenblatt's rule", optimizer="rosenblatt", rate=1.0, batch=1)
    lab.step(300)
    assert lab.trainer.record().train_accuracy > 0.97
    lab.open_on_canvas()
    assert same(window.session.story.inputs["w"], lab.trainer.values()["w"])


def test_the_loss_of_a_batch_is_its_mean_or_its_sum(window, lab):
    window.session.set_text("y = w·x + b; L = (y - t)^2")
    window.session.set_lab("train", trains="program", data="plane", rate=0.001, batch=10, test_percent=0)
    before = lab.trainer.values()["w"]
    lab.step()
    by_mean = np.subtract(lab.trainer.values()["w"], before)
    choose(lab.controls._fields["reduction"], "sum")
    lab.step()
    assert np.subtract(lab.trainer.values()["w"], before) == pytest.approx(10 * by_mean, rel=1e-9)


def test_undoing_what_was_opened_leaves_the_training_alone(window, typed):
    window.session.set_value("w", frozen([1.0, -1.0]))
    for _ in range(5):
        typed.step()
    weights = typed.trainer.values()
    typed.open_on_canvas()
    window.session.undo_stack.undo()
    assert typed.trainer.updates == 5
    assert all(same(typed.trainer.values()[name], weights[name]) for name in weights)


def test_undoing_a_value_keeps_the_run_and_a_reset_draws_it_again(window, typed):
    first = typed.trainer.values()["w"]
    typed.step()
    window.session.set_value("w", frozen([3.0, -2.0]))
    typed.step()
    window.session.undo_stack.undo()
    assert typed.trainer.updates == 2 and not same(typed.trainer.values()["w"], first)
    typed.reset()
    assert same(typed.trainer.values()["w"], first)


def test_the_notice_is_for_who_works_with_both(window, typed):
    typed.step()
    assert window.notice.isVisible()
    window.presentation.start(None)
    typed.step()
    assert not window.notice.isVisible()
    window.presentation.stop()
    window.lab_dock.toggle()
    assert not window.notice.isVisible()


def test_another_program_has_no_roles_chosen_for_the_last_one(window, typed):
    choose(typed.roles.fields["b"], "constant")
    window.session.set_text("h = tanh(W x + b); p = σ(v·h + c); L = bce(p, y)")
    assert window.session.lab.roles == {} and "b" in typed.trainer.roles.parameters
    window.session.undo_stack.undo()
    assert window.session.lab.roles == {"b": "constant"}


def test_a_program_that_does_not_fit_still_shows_its_roles(window, lab):
    window.session.set_text("y = w x + b; L = (y - t)^2")
    window.session.set_lab("train the program", trains="program", data="gauss")
    assert lab.trainer is None
    assert {name: field.currentText() for name, field in lab.roles.fields.items()} == {
        "w": "parameter (auto)",
        "x": "input (auto)",
        "b": "parameter (auto)",
        "t": "target (auto)",
    }


def test_what_makes_no_difference_without_data_cannot_be_set(window, lab):
    window.session.set_text("L = (w - 3)^2")
    window.session.set_lab("no data", trains="program", data="none")
    fields = lab.controls._fields
    assert not any(fields[name].isEnabled() for name in ("samples", "noise", "test_percent", "batch"))
    assert fields["rate"].isEnabled()


def test_the_plane_follows_weights_however_large(window, lab):
    window.session.set_text("y = w·x + b; L = (y - t)^2")
    window.session.set_lab("train", trains="program", data="gauss")
    lab.trainer.parameters[...] = 1e200
    plane = lab._plane.prediction()
    assert np.isfinite(plane).all() and plane[-1, -1] > 1e200 and plane[0, 0] < -1e200


def test_programs_for_pictures_ask_for_pictures(window, lab):
    window.session.set_text("s = W flatten(conv2d(x, K)) + b; L = cross_entropy(s, k)")
    window.session.set_lab("train", trains="program", data="gauss")
    assert "such as Handwritten digits" in lab.message.text()

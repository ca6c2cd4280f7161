"""The training panel shows what the training session trains; its fields and buttons do what they say."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.formula import measured
from app.shell.view_commands import scale_text
from app.training.controls import SHOWN, Controls
from app.training.plot_view import MARGIN
from app.widgets.theme import DARK
from core.base.arrays import frozen
from core.data.datasets import DATASETS
from core.figure.plot import Symbol, Text
from core.training.run import TrainingRun
from core.training.settings import SETTINGS, TrainingSettings
from core.training.setup import setup
from core.training.weights_plot import weights_plot


@pytest.fixture
def training(window):
    return window.training


@pytest.fixture
def panel(window):
    window.show_workspace("train")
    return window.panes["training"].made


def test_filters_are_drawn_one_by_one():
    run = TrainingRun(
        setup(
            TrainingSettings(trains="program", data="digits", samples=60),
            "s = W flatten(relu(conv2d(x, K))) + b; L = cross_entropy(s, k)",
            {"K": frozen(np.arange(18.0).reshape(2, 1, 3, 3))},
        )
    )
    shown = {one.key: one.values for one in weights_plot(run).matrices}
    assert {name: values.shape for name, values in shown.items() if name[0] != "W"} == {
        "K[0]": (3, 3),
        "K[1]": (3, 3),
        "b": (10, 1),
    }
    np.testing.assert_array_equal(shown["K[1]"], np.arange(9.0, 18).reshape(3, 3))


def numbers(panel):
    return panel.bar.numbers.text().replace("\N{NO-BREAK SPACE}", " ")


def click(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(field, words):
    """Choose an entry of a list, as a click on it does."""
    place = field.findText(words)
    assert place >= 0, f"there is no {words}"
    field.setCurrentIndex(place)
    field.activated.emit(place)


def test_training_runs_and_pauses(window, training, panel, qtbot):
    click(window.transport.play)
    qtbot.waitUntil(lambda: training.run.trainer.updates > 200)
    click(window.transport.play)
    assert not training.is_training
    updates = training.run.trainer.updates
    shown = panel.views["loss"].made()
    assert shown.layers[0].points[-1, 0] <= updates
    assert f"update {updates:,} " in numbers(panel)


def test_the_buttons_do_what_they_say(window, training, panel):
    click(window.transport.buttons["next"])
    assert training.run.trainer.updates == 1 and "update 1 " in numbers(panel)
    click(window.transport.buttons["first"])
    assert training.run.trainer.updates == 0 and "update 0 " in numbers(panel)
    panel.bar.sample.setValue(7)
    click(panel.bar.canvas)
    assert window.session.document.text == training.run.setup.text
    assert window.session.document.values["x"].tolist() == training.run.setup.dataset.inputs[7].tolist()


def test_the_commands_show_what_they_train(window, training, qtbot):
    assert window.panes["training"].made is None
    window.actions_by_id["train_step"].trigger()
    qtbot.waitUntil(lambda: window.panes["training"].seen)
    assert training.run.trainer.updates == 1
    assert "update 1 " in numbers(window.panes["training"].made)


def test_the_boundary_is_the_nets_own_answer(training):
    from core.passes.stepper import run

    training.step(20)
    values = training.run.trainer.values()
    plane = training.run.plane.prediction()
    for row, column in [(0, 0), (0, 99), (50, 30), (99, 99)]:
        x = np.array([-6 + 12 * column / 99, -6 + 12 * row / 99])
        trace = run(training.run.setup.text, values | {"x": x, "t": 0.0})
        assert plane[row, column] == pytest.approx(trace.last.value("y"), abs=2e-5)


def test_a_sample_is_chosen_in_the_plane_or_by_its_number(training, panel, qtbot):
    view = panel.views["boundary"]
    view.grab()
    data = training.run.setup.dataset
    alone = max(
        range(len(data)), key=lambda k: np.partition(np.abs(data.inputs - data.inputs[k]).sum(1), 1)[1]
    )
    point = next(part for part in view.sheet.parts if isinstance(part, Symbol) and part.row == alone)
    at = QPoint(round(point.x) + MARGIN, round(point.y) + MARGIN)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
    assert training.sample == panel.bar.sample.value() == alone
    panel.bar.sample.setValue(9)
    view.grab()
    ring = next(part for part in view.sheet.parts if part.key == "chosen")
    assert training.sample == 9
    assert np.allclose(view.sheet.frame.values(ring.x, ring.y), data.inputs[9])


def test_every_setting_with_a_label_has_its_field(window, panel):
    column = window.panes["data"].made
    of_data = {"data", "formula", *column.sliders, *column.checks}
    assert {*SHOWN, *of_data} == {name for name, setting in SETTINGS.items() if setting.label}
    assert not {*SHOWN} & of_data


def test_fields_stand_two_in_a_row_only_where_there_is_room(training):
    controls = Controls(training)
    columns = {}
    for width in (1000, 300, 1000):
        controls.resize(width, 600)
        controls.show()
        places = [controls._grid.getItemPosition(n)[1] for n in range(controls._grid.count())]
        columns[width] = {column for column in places if column < 4}
        rights = [field.geometry().right() for field in controls._fields.values() if field.isVisible()]
        assert max(rights) < controls.width()
    assert columns == {1000: {0, 1, 2, 3}, 300: {0, 1}}
    controls.deleteLater()


def test_settings_are_undone_like_everything(window, training, panel):
    before = training.run
    field = panel.controls._fields["activation"]
    choose(field, "ReLU")
    assert training.settings.activation == "relu" and training.run is not before
    window.session.undo_stack.undo()
    assert training.settings.activation == "tanh" and field.currentData() == "tanh"


@pytest.mark.parametrize("data", DATASETS)
def test_every_data_set_is_shown(training, panel, data):
    training.change("choose data", data=data, samples=60)
    assert panel.views["loss"].isVisible() and "update 0 " in numbers(panel)
    dataset = training.run.setup.dataset
    has_plane = dataset.inputs.shape[1] > 1 and not dataset.image_shape
    assert panel.views["boundary"].isVisible() == has_plane
    assert panel.views["templates"].isVisible() == (data == "digits")


def test_digits_show_a_template_for_every_class_of_a_linear_net(training, panel):
    training.change("digits", data="digits", samples=100, hidden=())
    shown = panel.views["templates"].made().matrices
    assert [one.name.text for one in shown] == [str(digit) for digit in range(10)]
    assert all(one.values.shape == (8, 8) for one in shown)


def test_what_does_not_fit_is_said(window, training, panel):
    window.session.set_text("z = x1 + x2")
    training.change("train the program", trains="program", data="circle")
    assert panel.message.isVisible() and panel.message.text()
    assert (
        not any(view.isVisible() for view in panel.views.values())
        and not panel.bar.isEnabled()
        and not numbers(panel)
    )
    training.change("a net again", trains="network")
    assert not panel.message.isVisible() and panel.views["boundary"].isVisible() and panel.bar.isEnabled()


def test_divergence_is_told_in_words(window, training, panel):
    window.session.set_text("L = (w - 3)^4")
    training.change("too fast", trains="program", data="none", rate=10.0)
    training.step(50)
    assert "try a smaller learning rate" in panel.message.text() and panel.message.isVisible()
    training.reset()
    assert not panel.message.isVisible()


def test_a_weight_is_told_in_numbers(training, panel):
    panel.show_page("weights")
    view = panel.views["weights"]
    view.grab()
    first = view.sheet.cells[0]
    told = view.text_at(QPointF(first.x + MARGIN + 1, first.y + MARGIN + 1))
    assert told.startswith(f"{first.key}[0, 0] = ")


@pytest.mark.parametrize("text", ["4 x", "0", "9999", "1 2 3 4 5 6 7"])
def test_layers_that_cannot_be_are_not_taken(training, panel, text):
    field = panel.controls._fields["hidden"]
    field.setText(text)
    field.editingFinished.emit()
    assert training.settings.hidden == (4, 2)
    assert field.text() == "4 2"


def test_closing_while_training_ends_cleanly(window, training, panel, qtbot):
    training.toggle()
    qtbot.waitUntil(lambda: training.run.trainer.updates > 10)
    window.session.saved_as(window.session.path)
    assert window.close()
    assert not training.is_training


def test_hiding_the_panel_pauses(window, training, panel):
    window.show_workspace("step")
    window.panes["training"].open()
    training.toggle()
    window.panes["training"].toggle()
    assert not training.is_training


@pytest.mark.parametrize(("name", "text"), [("hidden", "4 abc"), ("rate", "1e9"), ("rate", "fast")])
def test_what_cannot_be_set_is_answered_below_the_settings(panel, name, text):
    field = panel.controls._fields[name]
    edit = field.lineEdit() if name == "rate" else field
    before = edit.text()
    edit.setText(text)
    edit.editingFinished.emit()
    assert text in panel.controls.message.text() and not panel.controls.message.isHidden()
    assert edit.text() == before
    edit.editingFinished.emit()
    assert panel.controls.message.isHidden()


def test_the_canvas_has_the_keys_once_the_net_is_on_it(window, training, panel):
    panel.controls._fields["data_seed"].setFocus()
    training.open_on_canvas()
    assert window.view.hasFocus()


def test_after_divergence_the_plane_is_not_grey(window, training, panel):
    window.session.set_text("y = w1 x1 + w2 x2 + b; L = (y - t)^2")
    training.change("set rate", rate=10.0, trains="program")
    training.step(400)
    assert training.why_stopped
    view = panel.views["boundary"]
    image = view.grab().toImage()
    (field,) = (part for part in view.sheet.parts if part.key == "field")
    assert np.isfinite(field.shares).all()
    assert image.pixelColor(view.width() // 2, view.height() // 2) != QColor(128, 128, 128)


def test_the_bar_says_whose_accuracy_it_shows(training, panel):
    assert "test accuracy " in numbers(panel) and "training accuracy" not in numbers(panel)
    training.change("test nothing", test_percent=0)
    assert "training accuracy " in numbers(panel) and "test" not in numbers(panel)


@pytest.fixture
def typed(window, training, panel):
    """The panel while a typed neuron is trained on data."""
    window.session.set_text("s = w·x + b; L = max(0, 1 - t s)")
    training.change("train the program", trains="program", data="gauss", rate=0.1)
    return panel


def test_roles_are_shown_and_found_by_the_loss(typed):
    fields = typed.roles.fields
    typed.show_page("settings")
    assert {name: field.currentText() for name, field in fields.items()} == {
        "w": "parameter (auto)",
        "x": "input (auto)",
        "b": "parameter (auto)",
        "t": "target: −1 or 1 (auto)",
    }
    assert all(field.isVisible() for field in fields.values())


def test_a_role_is_chosen_and_undone(window, training, typed):
    choose(typed.roles.fields["b"], "constant")
    choose(typed.roles.fields["t"], "target: 0 or 1")
    assert training.settings.roles == {"b": "constant", "t": "target number"}
    window.session.undo_stack.undo()
    window.session.undo_stack.undo()
    assert training.settings.roles == {} and typed.roles.fields["b"].currentText() == "parameter (auto)"


def test_a_built_network_has_no_roles_to_choose(training, typed):
    training.change("a net again", trains="network")
    assert not typed.roles.isVisible() and not typed.roles_title.isVisible()


def test_a_program_that_does_not_fit_still_shows_its_roles(window, training, panel):
    window.session.set_text("y = w x + b; L = (y - t)^2")
    training.change("train the program", trains="program", data="gauss")
    assert training.run is None
    assert {name: field.currentText() for name, field in panel.roles.fields.items()} == {
        "w": "parameter (auto)",
        "x": "input (auto)",
        "b": "parameter (auto)",
        "t": "target (auto)",
    }


def test_a_bar_says_when_the_canvas_and_the_training_have_different_weights(window, training, typed):
    assert not window.notice.isVisible(), "the canvas shows what is trained"
    beside_the_steps(window)
    assert window.notice.isVisible() and "different weights" in window.notice.label.text()
    click(window.notice.button)
    assert not window.notice.isVisible() and window.view.hasFocus()
    training.step()
    assert not window.notice.isVisible(), "beside its results the canvas has the weights of each update"
    training.change("data that no line parts", data="xor")
    training.set_speed(1)
    training.toggle()
    assert training.is_training
    training.run.trainer.step()
    training.progressed.emit()
    assert window.notice.isVisible(), "but not while it goes on"
    training.pause()
    assert not window.notice.isVisible()
    window.session.set_text("f = x^2")
    assert not window.notice.isVisible()


def test_weights_that_were_changed_on_the_canvas_alone_stay_there_through_updates(window, training, panel):
    training.change("a net", trains="network")
    training.open_on_canvas()
    beside_the_steps(window)
    window.session.set_value("b3", 9.0)
    assert window.notice.isVisible()
    other = window.session.trace.inputs["x"]
    training.step()
    training.choose_sample(5)
    assert window.notice.isVisible() and window.session.trace.inputs["b3"] == 9.0
    assert not np.array_equal(window.session.trace.inputs["x"], other), (
        "the sample is the one that was chosen"
    )


def beside_the_steps(window):
    """The results of the training beside the steps."""
    window.show_workspace("step")
    window.panes["training"].open()
    QApplication.processEvents()


def test_the_notice_is_for_who_works_with_both(window, training, typed):
    training.step()
    beside_the_steps(window)
    assert window.notice.isVisible()
    window.presentation.start(None)
    assert not window.notice.isVisible()
    window.presentation.stop()
    window.panes["training"].toggle()
    QApplication.processEvents()
    assert not window.notice.isVisible()


def test_targets_are_not_among_the_weights_shown(window, training, panel):
    window.session.set_text("z = w x + b; y = σ(z); L = 1/2 (y - t)^2")
    training.change("no data", trains="program", data="none")
    assert [one.key for one in panel.views["weights"].made().matrices] == ["w", "b"]


def test_what_was_done_unasked_is_said(window, training, panel):
    window.session.set_text("h = step(W x + c); p = σ(w·h + b); L = bce(p, t)")
    training.change("train the program", trains="program", data="gauss")
    assert panel.note.isVisible() and "No gradient reaches W and c" in panel.note.text()


def test_what_makes_no_difference_without_data_cannot_be_set(window, training, panel):
    window.session.set_text("L = (w - 3)^2")
    training.change("no data", trains="program", data="none")
    fields = panel.controls._fields
    assert not fields["batch"].isEnabled()
    assert fields["rate"].isEnabled()


def test_the_plane_follows_weights_however_large(window, training):
    window.session.set_text("y = w·x + b; L = (y - t)^2")
    training.change("train", trains="program", data="gauss")
    training.run.trainer.parameters[...] = 1e200
    plane = training.run.plane.prediction()
    assert np.isfinite(plane).all() and plane[-1, -1] > 1e200 and plane[0, 0] < -1e200


def test_programs_for_pictures_ask_for_pictures(window, training, panel):
    window.session.set_text("s = W flatten(conv2d(x, K)) + b; L = cross_entropy(s, k)")
    training.change("train", trains="program", data="gauss")
    assert "such as Handwritten digits" in panel.message.text()


def test_another_theme_repaints_the_views(training, panel):
    view = panel.views["boundary"]
    corner = view.rect().bottomRight() - QPoint(2, 2)
    before = view.grab().toImage().pixelColor(corner)
    panel.set_theme(DARK)
    assert (before, view.grab().toImage().pixelColor(corner)) == (QColor("#ffffff"), QColor(DARK.paper))


def test_numbers_that_grow_and_shrink_move_nothing_below_them(window):
    window.resize(1440, 900)
    window.show()
    window.show_workspace("train")
    QApplication.processEvents()
    bar, panel = window.panes["training"].made.bar, window.panes["training"].made

    def top_with(text):
        bar.numbers.setText(text)
        bar._keep_height()
        panel.layout().activate()
        QApplication.processEvents()
        return panel.split.y()

    short = top_with("loss 1")
    long = top_with("loss 3.203·10⁻⁵    " * 12)
    assert long > short
    assert top_with("loss 1") == long


def test_in_a_low_panel_with_large_text_the_first_view_is_a_page_and_nothing_of_it_is_cut(window):
    """At 1280 x 760 with text at 200 % the plane has the whole height of the column."""
    window.resize(1280, 760)
    scale_text(window, 1.0)
    window.show_workspace("train")
    QApplication.processEvents()
    panel = window.panes["training"].made
    assert panel.tabs.currentWidget() is panel.first and panel.tabs.tabText(0) == "Boundary"
    view = panel.views["boundary"]
    assert view.isVisible() and view.sheet.frame.height > 4 * view.fontMetrics().height()
    texts = [part for part in view.sheet.parts if isinstance(part, Text) and part.key in ("legend", "scale")]
    for part in texts:
        wide = measured(part.math, part.size)[0]
        left = part.x - (wide if part.anchor == "right" else 0)
        assert left >= 0 and left + wide <= view.width() and part.y <= view.height(), part
    title = next(part for part in view.sheet.parts if isinstance(part, Text) and part.key == "title")
    end = title.x + measured(title.math, title.size)[0]
    assert all(part.x > end for part in view.sheet.parts if part.key == "scale")
    scale_text(window, -1.0)
    QApplication.processEvents()
    window.resize(1280, 900)
    QApplication.processEvents()
    assert panel.split.widget(0) is panel.first and panel.first.isVisible()
    assert panel.tabs.indexOf(panel.first) < 0

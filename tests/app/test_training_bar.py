"""The bar of the workspace for training: its fields change a run that goes on, and fold."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QStyle, QStyleOptionComboBox, QToolTip

from app.widgets.captioned import Captioned
from app.widgets.fields import DRAG
from tests.app.seen.pixels import widget

CONTROL, EDIT = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField


@pytest.fixture
def bar(window):
    window.resize(1440, 900)
    window.show_workspace("train")
    QApplication.processEvents()
    return window.transport


@pytest.fixture
def training(window):
    return window.training


def field(window, name):
    return window.fields.parts[name].field


def seen(window):
    return [name for name, part in window.fields.parts.items() if part.parent() is window.transport]


def enter(field, text):
    field.setFocus()
    field.lineEdit().selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def wheel(field, up):
    at = QPointF(field.rect().center())
    event = QWheelEvent(
        at,
        QPointF(field.mapToGlobal(at.toPoint())),
        QPoint(),
        QPoint(0, 120 if up else -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, event)


def drag(label, pixels):
    QTest.mousePress(label, Qt.MouseButton.LeftButton, pos=QPoint(2, 4))
    for share in (0.5, 1.0):
        QTest.mouseMove(label, QPoint(2 + round(share * pixels), 4))
    QTest.mouseRelease(label, Qt.MouseButton.LeftButton, pos=QPoint(2 + pixels, 4))


def test_a_rate_that_is_typed_or_turned_holds_at_once_and_is_marked_on_the_loss(window, bar, training):
    training.step(5)
    run, rate = training.run, field(window, "rate")
    enter(rate, "0.05")
    assert window.view.hasFocus()  # the next key trains again
    wheel(rate, up=True)
    QTest.keyClick(rate, Qt.Key.Key_Up)
    QTest.keyClick(rate, Qt.Key.Key_Down)
    assert training.settings.rate == 0.1 and training.run is run and run.trainer.updates == 5
    (event,) = run.events
    assert (event.step, event.before, event.after) == (5, 0.03, 0.1)


def test_a_dragged_label_is_one_change(window, bar, training):
    for name, steps, expected in (("rate", 2, 0.3), ("batch", 3, 13), ("batch", -4, 9)):
        count = window.session.undo_stack.count()
        drag(window.fields.parts[name].label, steps * DRAG)
        assert getattr(training.settings, name) == expected
        assert window.session.undo_stack.count() == count + 1


@pytest.mark.parametrize("name", ["rate", "batch"])
def test_what_is_not_taken_has_a_red_frame_and_the_run_goes_on(window, bar, training, name):
    before, one = getattr(training.settings, name), field(window, name)
    assert widget(one, window.theme).amount("wrong", "gradient") == 0
    one.setFocus()
    one.lineEdit().selectAll()
    QTest.keyClicks(one, "fast")
    assert widget(one, window.theme).amount("wrong", "gradient") > 2 * one.width()
    QTest.keyClick(one, Qt.Key.Key_Return)
    assert name in QToolTip.text().lower() and getattr(training.settings, name) == before
    window.view.setFocus()
    assert widget(one, window.theme).amount("wrong", "gradient") == 0 and one.value() == before


def test_the_penalty_brings_its_factor(window, bar, training):
    assert window.fields.parts["l2_rate"].isHidden()
    training.change("a penalty", regularisation="elastic")
    shown = [part for part in window.fields.parts.values() if not part.isHidden()]
    assert window.fields.parts["l1_rate"] in shown and window.fields.parts["l2_rate"] in shown
    assert window.fields.parts["max_norm"] not in shown


@pytest.mark.parametrize(
    ("width", "scale", "there"),
    [(1024, 1.0, 4), (1280, 1.0, 5), (1440, 1.0, 7), (1280, 2.0, 1)],
)
def test_what_has_no_room_folds_and_nothing_is_clipped(window, bar, width, scale, there):
    window.settings.set("text_scale", scale)
    window.set_theme(window.theme)
    window.resize(width, 760)
    QApplication.processEvents()
    order = ["rate", "optimizer", "batch", "regularisation"]
    names = [name for name in seen(window) if not window.fields.parts[name].isHidden()]
    assert len(names) >= there and {*names} >= {*order[:there]}
    parts = [part for part in bar.findChildren(Captioned) if part.isVisible() and part.window() is window]
    rights = [part.mapTo(bar, part.rect().topRight()).x() for part in parts]
    assert max(rights) < bar.width() and all(part.width() >= part.minimumSizeHint().width() for part in parts)
    assert bar.more.isVisible() == (len(names) < 7)
    for name in names:
        if isinstance(one := field(window, name), QComboBox) and not one.isEditable():
            box = QStyleOptionComboBox()
            one.initStyleOption(box)
            room = one.style().subControlRect(CONTROL, box, EDIT, one).width()
            assert one.fontMetrics().horizontalAdvance(one.currentText()) <= room
    window.settings.set("text_scale", 1.0)
    window.set_theme(window.theme)


def test_seeds_change_weights_data_or_both(window, bar, training):
    def drawn():
        run = training.run
        return float(run.trainer.start["W1"][0, 0]), float(run.setup.dataset.inputs[0, 0])

    weight, datum = drawn()
    window.actions_by_id["new_weights"].trigger()
    assert drawn()[0] != weight and drawn()[1] == datum
    window.session.undo_stack.undo()
    window.actions_by_id["new_data"].trigger()
    assert drawn()[0] == weight and drawn()[1] != datum
    window.session.undo_stack.undo()
    window.actions_by_id["new_weights_and_data"].trigger()
    assert drawn()[0] != weight and drawn()[1] != datum
    window.session.undo_stack.undo()
    assert drawn() == (weight, datum)


def test_the_speed_is_chosen_in_the_bar(window, bar, training):
    bar.pace.setCurrentText("1/s")
    bar.pace.activated.emit(bar.pace.currentIndex())
    assert training.speed == 1 and not window.session.undo_stack.canUndo()


def test_buttons_make_one_sample_one_update_one_epoch(window, bar, training):
    QTest.mouseClick(bar.buttons["previous"], Qt.MouseButton.LeftButton)
    assert training.presented == 1 and training.run.trainer.updates == 0
    QTest.mouseClick(bar.buttons["next"], Qt.MouseButton.LeftButton)
    assert training.run.trainer.updates == 1
    QTest.mouseClick(bar.buttons["last"], Qt.MouseButton.LeftButton)
    assert training.run.trainer.epoch == 1 and bar.where.text() == "1"

"""The program field as a user has it: typing, the keys of undo, long notes in a narrow panel."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.app.listing_cells import everything, inks, text, type_value

Key = Qt.Key
Control, Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
AGAIN = [(Key.Key_Z, Control | Shift), (Key.Key_Y, Control)]


@pytest.fixture
def field(window, qtbot):
    """The program field with the keys, its cursor at the end of the text."""
    window.activateWindow()
    window.program.editor.setFocus()
    QTest.keyClick(window.program.editor, Key.Key_End, Control)
    qtbot.waitUntil(window.program.editor.hasFocus)
    return window.program.editor


def texts(window):
    return window.program.editor.toPlainText(), window.session.document.text


@pytest.mark.parametrize(("key", "held"), AGAIN)
def test_typing_is_undone_and_redone_in_the_field(window, qtbot, field, key, held):
    before = window.session.document.text
    QTest.keyClicks(field, " + 7")
    qtbot.waitUntil(lambda: window.session.document.text == f"{before} + 7")
    QTest.keyClick(field, Key.Key_Z, Control)
    assert texts(window) == (before, before)
    QTest.keyClick(field, key, held)
    assert texts(window) == (f"{before} + 7", f"{before} + 7")


def test_undo_takes_back_what_was_typed_a_moment_ago(window, field):
    before = window.session.document.text
    QTest.keyClicks(field, " + 7")
    QTest.keyClick(field, Key.Key_Z, Control)
    assert texts(window) == (before, before)


def test_typing_after_an_undo_is_a_step_of_its_own(window, field):
    before = window.session.document.text
    for typed in (" + 7", " + 8"):
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Key.Key_Z, Control)
        assert texts(window) == (before, before)


def test_a_fix_is_undone_with_the_keys_in_the_field(window, qtbot, field):
    field.selectAll()
    QTest.keyClicks(field, "y = (x + 2")
    qtbot.waitUntil(window.program.fix.isVisible)
    QTest.mouseClick(window.program.fix, Qt.MouseButton.LeftButton)
    assert window.session.document.text == "y = (x + 2)"
    QTest.keyClick(field, Key.Key_Z, Control)
    assert texts(window) == ("y = (x + 2", "y = (x + 2")


LONG = "y = \\sum_{i=1}^n w_i x_i + b"


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_a_long_note_does_not_widen_the_panel(window, qtbot, field, size):
    window.resize(*size)
    window.edit_program()
    field.selectAll()
    QTest.keyClicks(field, LONG)
    qtbot.waitUntil(lambda: bool(window.program.remarks.buttons))
    (button,) = window.program.remarks.buttons
    whole = "Write \\sum_{i=1}^n (w_i x_i + b) instead"
    assert button.accessibleName() == whole and whole in button.toolTip()
    assert_inside(window.program, field, button, window.program.reading)
    assert field.viewport().height() >= 3 * field.fontMetrics().lineSpacing()


def assert_inside(panel, *parts):
    assert not panel._area.horizontalScrollBar().isVisible()
    for part in parts:
        right = part.mapTo(panel, part.rect().topRight()).x()
        assert part.isVisible() and right < panel.width()


def test_a_shortened_button_keeps_both_its_ends(qtbot, fonts):
    from app.widgets.labels import Button

    button = Button()
    qtbot.addWidget(button)
    button.show_text("Write a very long thing & more instead", "")
    assert button.minimumSizeHint().width() < button.sizeHint().width()
    button.resize(button.sizeHint())
    whole = button.grab().toImage()
    button.resize(button.minimumSizeHint())
    assert button.grab().toImage() != whole.copy(button.rect())
    assert button.text() == "Write a very long thing && more instead"


def shown(window):
    """What the table says, each row with its values and gradients."""
    return everything(window.algorithm)


REFUSED = "x + [1, 2] + [1, 2, 3]"  # it can be read, so that there is a guess for x, but not be built


@pytest.mark.parametrize("at", [0, 4, 99])
def test_a_refused_program_leaves_the_last_one_in_all_panels(window, qtbot, field, at):
    window.session.seek(at)
    before, explained = shown(window), window.explanation.sentence.text()
    field.selectAll()
    QTest.keyClicks(field, REFUSED)
    qtbot.waitUntil(window.program.message.isVisible)
    assert window.session.document.values != window.session.trace.inputs
    assert shown(window) == before and window.explanation.sentence.text() == explained
    faint = window.theme.colour("faint")
    assert inks(window) == {"faint"}
    label = window.explanation.sentence
    assert label.palette().color(label.foregroundRole()) == faint
    QTest.keyClick(field, Key.Key_Z, Control)
    assert shown(window) == before and "value" in inks(window)
    assert label.palette().color(label.foregroundRole()) == window.theme.colour("ink")


def test_a_value_typed_meanwhile_is_said_to_wait(window, qtbot, field):
    field.selectAll()
    QTest.keyClicks(field, "(x + y) z + ")
    qtbot.waitUntil(window.program.message.isVisible)
    before = shown(window)
    type_value(window.algorithm, "x", "5")
    assert shown(window) == before and "as soon as the program can be read" in window.algorithm.message.text()
    field.selectAll()
    QTest.keyClicks(field, "(x + y) z + 1")
    qtbot.waitUntil(lambda: window.session.problem is None and not window.session.computing)
    qtbot.waitUntil(lambda: text(window.algorithm, "x") == "5")

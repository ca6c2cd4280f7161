"""The program field as a user has it: typing, the keys of undo, long notes in a narrow panel."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

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

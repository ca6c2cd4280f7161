"""Fields: for numbers, one that says why it does not take what is typed; for all, whose a key is.

A field claims keys that move in a text or change it. Those of the window's commands it gets only while
something is being typed into it: then Ctrl+Z takes back a letter, and else the last change of the document.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QLineEdit,
    QToolTip,
    QWidget,
)

State = QValidator.State
Event, Keys = QEvent.Type, QKeySequence.StandardKey
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
UNDO = (Keys.Undo, Keys.Redo)
MOVES = tuple(map(QKeySequence, ("Ctrl+Right", "Ctrl+Home")))


class NumberField(QDoubleSpinBox):
    """Takes a number from a range, a whole one where it has no decimals.

    No key is swallowed: a text that is no such number stays, with a sentence below the field, until it is
    corrected. When the field is left, its last number is back.
    """

    def __init__(self, low: float = 0, high: float = 0, decimals: int = 0, parent: QWidget | None = None):
        super().__init__(parent)
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.lineEdit().textEdited.connect(self._typed)

    def refusal(self) -> str:
        """Why the text in the field is not taken; empty where it is."""
        written = self.text().removeprefix(self.prefix()).strip()
        if self._state(written) == State.Acceptable:
            return ""
        pointed = written.replace(",", ".")
        if self._state(pointed) == State.Acceptable:
            return f"Use a point: {pointed}"
        kind = f"a number of up to {self.decimals()} decimals" if self.decimals() else "a whole number"
        limits = f"from {self.minimum():,g} to {self.maximum():,g}"
        return f"{self.accessibleName() or 'Here'}: {kind} {limits}"

    def validate(self, text: str, position: int) -> tuple[State, str, int]:
        """Whether a text is a number of the field; one that is not may still become one."""
        state = self._state(text)
        return State.Acceptable if state == State.Acceptable else State.Intermediate, text, position

    def fixup(self, text: str) -> str:
        """The text as it is: Qt takes commas out of it, and 0,3 would be 3."""
        return text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter leaves a text that is not taken where it is, to be corrected."""
        sentence = self.refusal() if event.key() in ENTER else ""
        if sentence:
            self._say(sentence)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        sentence = self.refusal()
        super().focusOutEvent(event)
        if sentence:
            QTimer.singleShot(0, self, partial(self._say, sentence))  # a change of the focus hides tooltips

    def _typed(self) -> None:
        """Say at once what no further key would mend."""
        unfinished = self._state(self.lineEdit().text()) == State.Intermediate
        self._say("" if unfinished else self.refusal())

    def _say(self, sentence: str) -> None:
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), sentence, self)

    def _state(self, text: str) -> State:
        return State.Invalid if "," in text else super().validate(text, len(text))[0]


class CommandKeys(QObject):
    """Gives a window's commands their keys while a line of text in the window has the focus."""

    def __init__(self, window: QWidget, commands: Iterable[QAction]):
        super().__init__(window)
        self._window, self._commands = window, list(commands)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._watch)

    def eventFilter(self, field: QObject, event: QEvent) -> bool:
        """Refuse, in the field's place, a key that is a command's."""
        if isinstance(event, QKeyEvent) and isinstance(field, QWidget):
            line = line_of(field)
            if event.type() == Event.ShortcutOverride and line and self._is_ours(event, line):
                event.ignore()
                return True
            if event.type() == Event.KeyRelease and event.key() in ENTER and line:
                line.setModified(not line.hasAcceptableInput())  # what was typed has been taken
        return False

    def _watch(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and line_of(now) and self._has(now):
            now.installEventFilter(self)

    def _has(self, field: QWidget) -> bool:
        """Whether a field is in the window, or in another one of its columns; a dialog has its own keys."""
        window = field.window()
        return window is self._window or (window.parent() is self._window and not isinstance(window, QDialog))

    def _is_ours(self, event: QKeyEvent, line: QLineEdit) -> bool:
        keys = QKeySequence(event.keyCombination())
        if not any(keys in command.shortcuts() for command in self._commands):
            return False
        of_text = keys in MOVES or any(map(event.matches, UNDO))
        return not of_text or not being_edited(line)


def line_of(field: QWidget) -> QLineEdit | None:
    """The line of text of a field, where it has one."""
    if isinstance(field, QAbstractSpinBox | QComboBox):
        return field.lineEdit()
    return field if isinstance(field, QLineEdit) else None


def being_edited(line: QLineEdit) -> bool:
    """Whether something typed has not been taken yet; a field in the cell of a table is there for typing."""
    parent = line.parentWidget()
    in_table = parent is not None and isinstance(parent.parentWidget(), QAbstractItemView)
    return line.isModified() or in_table

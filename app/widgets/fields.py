"""Fields for numbers, which say why they do not take what is typed, in a red frame; for all, whose a key is.

A field claims keys that move in a text or change it. Those of the window's commands it gets only while
something is being typed into it: then Ctrl+Z takes back a letter, and else the last change of the document.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QValidator,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QToolTip,
    QWidget,
)

State = QValidator.State
Event, Keys = QEvent.Type, QKeySequence.StandardKey
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
UNDO = (Keys.Undo, Keys.Redo)
MOVES = tuple(map(QKeySequence, ("Ctrl+Right", "Ctrl+Home")))
DRAG = 8  # pixels that a label is dragged for each step of its number


class WrongFrame(QWidget):
    """A red frame around a field whose text is not taken."""

    def __init__(self, field: QWidget):
        super().__init__(field)
        self._field = field
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_around(self, wrong: bool) -> None:
        """Stand around the field, or be gone."""
        self.setGeometry(self._field.rect())
        self.raise_()
        self.setVisible(wrong)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.BrightText), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 2, 2)


def say_below(field: QWidget, sentence: str) -> None:
    """Say something below a field; the empty sentence takes back what was said."""
    QToolTip.showText(field.mapToGlobal(QPoint(0, field.height())), sentence, field)


class NumberField(QDoubleSpinBox):
    """Takes a number from a range, a whole one where it has no decimals.

    No key is swallowed: a text that is no such number stays, with a sentence below the field, until it is
    corrected. When the field is left, its last number is back.
    """

    def __init__(self, low: float = 0, high: float = 0, decimals: int = 0, parent: QWidget | None = None):
        super().__init__(parent)
        self.setDecimals(decimals)
        self.setRange(low, high)
        self.frame = WrongFrame(self)
        self.lineEdit().textEdited.connect(self._typed)
        self.lineEdit().textChanged.connect(lambda: self.frame.show_around(bool(self.refusal())))

    def settle(self) -> None:
        """Tell the number that steps have led to while signals were blocked."""
        self.valueChanged.emit(self.value())

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
        self.frame.show_around(False)  # the last number is back
        if sentence:
            QTimer.singleShot(0, self, partial(self._say, sentence))  # a change of the focus hides tooltips

    def _typed(self) -> None:
        """Say at once what no further key would mend."""
        unfinished = self._state(self.lineEdit().text()) == State.Intermediate
        self._say("" if unfinished else self.refusal())

    def _say(self, sentence: str) -> None:
        say_below(self, sentence)

    def _state(self, text: str) -> State:
        return State.Invalid if "," in text else super().validate(text, len(text))[0]


class NumberList(QComboBox):
    """A list of usual numbers, the least first, that takes any other of a range, too.

    Arrow keys and the wheel go to the next usual number: upwards to larger ones. `chosen` tells a number, and
    `refused` a text that is none of the range, of which the field then shows its last number again.
    """

    chosen = Signal(float)
    refused = Signal(str)

    def __init__(self, low: float, high: float, offers: Sequence[str], parent: QWidget | None = None):
        super().__init__(parent)
        self.low, self.high, self._value = low, high, low
        self.setEditable(True)
        self.addItems(list(offers))
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMinimumContentsLength(6)
        self._offers = [float(offer) for offer in offers]
        self.frame = WrongFrame(self)
        self.activated.connect(self._take)
        edit = self.line
        edit.editingFinished.connect(self._take)
        edit.textChanged.connect(lambda text: self.frame.show_around(self._number(text) is None))

    @property
    def line(self) -> QLineEdit:
        edit = self.lineEdit()
        assert edit is not None
        return edit

    def value(self) -> float:
        return self._value

    def setValue(self, value: float) -> None:
        """Show a number, without telling of it."""
        self._value = value
        with QSignalBlocker(self):
            self.setCurrentIndex(self._offers.index(value) if value in self._offers else -1)
        self.setEditText(f"{value:g}")

    def stepBy(self, steps: int) -> None:
        """Go to a larger usual number, or with less than 0 steps to a smaller one."""
        offers = self._offers
        at = bisect_right(offers, self._value) - 1 if steps > 0 else bisect_left(offers, self._value)
        self.setValue(offers[min(max(at + steps, 0), len(offers) - 1)])
        self.settle()

    def settle(self) -> None:
        """Tell the number that steps have led to while signals were blocked."""
        self.chosen.emit(self._value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.stepBy(1 if event.angleDelta().y() > 0 else -1)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepBy(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)

    def _number(self, text: str) -> float | None:
        """The number that a text is, with a comma too; None where it is none of the range."""
        text = text.strip().replace(",", ".")
        try:
            number = float(text) if text.isascii() else math.nan
        except ValueError:
            number = math.nan
        return number if self.low <= number <= self.high else None

    def _take(self) -> None:
        text = self.currentText()
        number = self._number(text)
        if number is None:
            self.setValue(self._value)
            self.refused.emit(text)
        elif f"{number:g}" != f"{self._value:g}":
            self._value = number
            self.chosen.emit(number)
        else:
            self.setValue(self._value)
            self.chosen.emit(self._value)


class DragLabel(QLabel):
    """The label of a number's field: dragged to the right it makes the number larger, as one change."""

    def __init__(self, text: str, field: NumberField | NumberList):
        super().__init__(text)
        self.setBuddy(field)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self._field, self._from, self._steps = field, 0.0, 0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from, self._steps = event.position().x(), 0

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        steps = round((event.position().x() - self._from) / DRAG)
        if steps != self._steps and self._field.isEnabled():
            with QSignalBlocker(self._field):
                self._field.stepBy(steps - self._steps)
            self._steps = steps

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._steps:
            self._steps = 0
            self._field.settle()


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

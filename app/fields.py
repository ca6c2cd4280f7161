"""A field for a number that says why it does not take what is typed, and keeps the text meanwhile."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QToolTip, QWidget

State = QValidator.State


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
        sentence = self.refusal() if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) else ""
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

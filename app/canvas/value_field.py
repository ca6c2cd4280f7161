"""A value of the canvas while it is being typed, where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from app.state.session import Session
from core.base.errors import Problem
from core.base.numbers import typed_text
from core.graph.typed_value import read_value

ROOM = 10  # pixels around the text
LEAST = 64  # pixels of a field
SIZES = 13.0, 44.0  # of its text, in pixels
MOST_ENTRIES = 16  # of an array that is typed here; a larger one is typed in the table


class ValueField(QLineEdit):
    """Enter takes what was typed, Escape leaves the value as it is; a mistake is said and the field stays."""

    def __init__(self, session: Session, parent: QWidget):
        super().__init__(parent)
        self._session, self._canvas = session, parent
        self._name = self._before = ""
        self.setAccessibleName("Value on the canvas")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.textEdited.connect(self._make_room)
        self.hide()

    def open(self, name: str, place: QRect, size: float) -> None:
        """Show the value of an input where it stands, in pixels as large as there, all of it selected."""
        value = self._session.snapshot.value(name)
        assert value is not None
        self._name, self._before = name, typed_text(value)
        self.setAccessibleName(f"Value of {name}")
        font = self.font()
        font.setPixelSize(round(min(max(size, SIZES[0]), SIZES[1])))
        self.setFont(font)
        self.setText(self._before)
        self.setGeometry(place)
        self._make_room()
        self.show()
        self.setFocus()
        self.selectAll()

    def close_unchanged(self) -> None:
        """Leave the value as it is."""
        self._name = ""
        self.hide()

    def _make_room(self) -> None:
        width = max(LEAST, self.fontMetrics().horizontalAdvance(self.text()) + 3 * ROOM)
        middle, height = self.geometry().center(), self.sizeHint().height()
        parent = self._canvas.rect()
        left = max(0, min(middle.x() - width // 2, parent.width() - width))
        self.setGeometry(left, max(0, middle.y() - height // 2), min(width, parent.width()), height)

    def _take(self) -> bool:
        """Give the input what was typed; whether that is a value."""
        if not self._name or self.text() == self._before:
            return True
        try:
            value = read_value(self.text(), self._name)
        except Problem as problem:
            place = self.mapToGlobal(self.rect().bottomLeft())
            QToolTip.showText(place, f"{problem}", self)
            return False
        name, self._name = self._name, ""
        self._session.set_value(name, value, self._session.gesture())
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._take():
                self._leave()
        elif event.key() == Qt.Key.Key_Escape:
            self._name = ""
            self._leave()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # letters and arrows are for the text, not for commands
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.isVisible():
            self._take()
            self.close_unchanged()

    def _leave(self) -> None:
        self.close_unchanged()
        self._canvas.setFocus()

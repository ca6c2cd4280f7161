"""A value of the canvas while it is being typed, where it stands."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from app.state.session import Session
from core.base.errors import Problem
from core.base.numbers import typed_text
from core.graph.typed_value import read_value
from core.notation.names import in_text

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
        self._middle = QPoint()
        self.setAccessibleName("Value on the canvas")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.textEdited.connect(self._make_room)
        self.hide()

    def open(self, name: str, size: float) -> None:
        """Show the value of an input, in pixels as large as it stands there, all of it selected."""
        self.take()
        value = self._session.snapshot.value(name)
        assert value is not None
        self._name, self._before = name, typed_text(value)
        self.setAccessibleName(f"Value of {in_text(name)}")
        font = self.font()
        font.setPixelSize(round(min(max(size, SIZES[0]), SIZES[1])))
        self.setFont(font)
        self.setText(self._before)
        self.show()
        self.setFocus()
        self.selectAll()

    def stand_at(self, place: QRect) -> None:
        """Stand over the middle of a rectangle of the canvas, inside of it as far as that goes."""
        self._middle = place.center()
        self._make_room()

    def take(self) -> bool:
        """Give the input what was typed, and close; a mistake is said, and the field stays.

        The answer is whether nothing is left to be corrected.
        """
        if not self.isVisible():
            return True
        name, self._name = self._name, ""
        if self.text() != self._before and name in self._session.trace.graph.inputs:
            try:
                value = read_value(self.text(), name)
            except Problem as problem:
                self._name = name
                QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), f"{problem}", self)
                return False
            self.hide()
            self._session.set_value(name, value, self._session.gesture())
        self.hide()
        return True

    def leave(self) -> None:
        """Close, and leave the value as it is."""
        self._name = ""
        self.hide()

    def _make_room(self) -> None:
        width = max(LEAST, self.fontMetrics().horizontalAdvance(self.text()) + 3 * ROOM)
        height, room = self.sizeHint().height(), self._canvas.rect()
        left = max(0, min(self._middle.x() - width // 2, room.width() - width))
        self.setGeometry(left, max(0, self._middle.y() - height // 2), min(width, room.width()), height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.take():
                self._canvas.setFocus()
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
            self._canvas.setFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own menu
            self.take()

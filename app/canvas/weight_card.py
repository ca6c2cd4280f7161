"""What is known of a weight or a unit under the pointer, in a card; a weight is typed there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QLineEdit, QToolTip, QWidget

from app.formula import FormulaLabel
from app.widgets.labels import tint
from app.widgets.theme import LIGHT, Theme
from core.base.errors import Problem
from core.graph.typed_value import read_value
from core.math.mathtree import Math

AWAY = 14  # pixels from what is pointed at
ROOM = 10
TITLE = 1.35  # the size of the name, next to other text


class WeightField(QLineEdit):
    """Enter takes what was typed, Escape leaves the weight as it is."""

    taken = Signal(float)
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def take(self) -> None:
        """Give the weight what was typed; a mistake is said, and the field stays."""
        try:
            value = read_value(self.text(), "The weight")
        except Problem as problem:
            said = f"{problem}"
        else:
            if isinstance(value, float):
                self.taken.emit(value)
                return
            said = "A weight is one number"
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), said, self)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own menu
            self.left.emit()


class WeightCard(QFrame):
    """A name and its numbers, each with what it is; beside what they belong to, never on it."""

    def __init__(self, canvas: QWidget):
        super().__init__(canvas)
        self._canvas, self._theme = canvas, LIGHT
        self._place = QRect()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setBackgroundRole(QPalette.ColorRole.Window)  # not that of the canvas: then labels are tinted
        self._title, self._note = FormulaLabel(TITLE, self), QLabel(self)
        self.names, self.numbers = [QLabel(self) for _ in range(2)], [QLabel(self) for _ in range(2)]
        self.field = WeightField(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(ROOM, ROOM // 2, ROOM, ROOM // 2)
        self._grid.setHorizontalSpacing(2 * ROOM)
        self._grid.setVerticalSpacing(2)
        self._grid.addWidget(self._title, 0, 0, 1, 2)
        for row, (name, number) in enumerate(zip(self.names, self.numbers, strict=True), start=1):
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(number, row, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(self.field, 1, 1)
        self._grid.addWidget(self._note, 3, 0, 1, 2)
        for label in (*self.names, *self.numbers, self._note):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.field.setAccessibleName("Weight on the canvas")
        self.field.hide()
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for label in (*self.names, self._note):
            tint(label, theme.faint)
        for label, colour in zip(self.numbers, (theme.value, theme.gradient), strict=True):
            tint(label, colour)

    def show_at(
        self, place: QRect, title: Math, spoken: str, rows: Sequence[tuple[str, str]], note: str = ""
    ) -> None:
        """Tell of what is at a place of the canvas.

        Args:
            place: where it is; the card covers none of it.
            title: its name.
            spoken: the name in words.
            rows: what each number is, with the number; a value, then a gradient.
            note: a sentence below them.
        """
        self._title.set_math(title)
        for k, (name, number) in enumerate(zip(self.names, self.numbers, strict=True)):
            name.setVisible(k < len(rows))
            number.setVisible(k < len(rows) and not (k == 0 and self.is_typed))
            if k < len(rows):
                name.setText(rows[k][0])
                number.setText(rows[k][1])
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.setAccessibleName(spoken)
        self.setAccessibleDescription(", ".join([*(f"{name} {number}" for name, number in rows), note]))
        self._place = place
        self.show()
        self._stand()

    @property
    def is_typed(self) -> bool:
        """Whether its value is being typed."""
        return not self.field.isHidden()

    def type(self, value: str, named: str) -> None:
        """Let its value be typed."""
        self.numbers[0].hide()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, False)
        self.field.setText(value)
        self.field.setAccessibleName(named)
        self.field.show()
        self._stand()
        self.field.setFocus()
        self.field.selectAll()

    def close_field(self) -> None:
        """Leave the value as it is."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.field.hide()
        self.numbers[0].show()

    def _stand(self) -> None:
        """Stand above its place, or below where there is no room, within the canvas."""
        self._grid.activate()
        self.adjustSize()
        room, size, place = self._canvas.rect(), self.size(), self._place
        left = max(0, min(place.center().x() - size.width() // 2, room.width() - size.width()))
        top = place.top() - AWAY - size.height()
        if top < 0:
            top = place.bottom() + AWAY
        if top + size.height() > room.height():
            top = max(0, min(place.center().y() - size.height() // 2, room.height() - size.height()))
            is_right = place.right() + AWAY + size.width() <= room.width()
            left = place.right() + AWAY if is_right else max(0, place.left() - AWAY - size.width())
        self.setGeometry(QRect(QPoint(left, top), size))
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.setBrush(theme.colour("field"))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)

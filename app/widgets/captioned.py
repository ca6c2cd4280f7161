"""A field with its name small above it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.widgets.labels import tint
from app.widgets.theme import Theme

SMALL = 0.84  # the size of the name, next to other text
HEIGHT = 25 / 15.5  # of the field, in heights of a line of text


class Captioned(QWidget):
    """A small label above a field, which may have another part beside it."""

    def __init__(self, label: QLabel, field: QWidget, *beside: QWidget):
        super().__init__()
        self.label, self.field, self.beside = label, field, beside
        label.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout()
        row.setSpacing(2)
        for part in (field, *beside):
            row.addWidget(part)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(1)
        box.addWidget(label)
        box.addLayout(row)
        self._set_sizes()

    def set_theme(self, theme: Theme) -> None:
        tint(self.label, theme.faint)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._set_sizes()

    def _set_sizes(self) -> None:
        font = QFont(self.font())
        font.setPointSizeF(SMALL * self.font().pointSizeF())
        self.label.setFont(font)
        for part in (self.field, *self.beside):
            part.setFixedHeight(round(HEIGHT * self.fontMetrics().height()))

"""A bar above the canvas: its weights differ from the training's; a button shows those."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.widgets.labels import plain_label, tint
from app.widgets.theme import Theme

DIFFERS = "The canvas and the training have different weights."


class Notice(QWidget):
    """Hidden while there is nothing to say; `pressed` asks to show the weights of the training."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.label = plain_label()
        self.label.setText(DIFFERS)
        self.button = QPushButton("Open on canvas")
        self.button.setToolTip("Show the weights of the training, on the chosen sample (Ctrl+Shift+O)")
        self.button.clicked.connect(self.pressed)
        box = QHBoxLayout(self)
        box.setContentsMargins(10, 4, 10, 4)
        box.addWidget(self.label, 1)
        box.addWidget(self.button)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        tint(self.label, theme.ink)

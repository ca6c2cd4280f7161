"""Pages of which one is shown, chosen by buttons that break into a second line where the room is narrow."""

from __future__ import annotations

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.widgets.flow_layout import FlowLayout


class Tabs(QWidget):
    """Buttons of which one is down, with arrow keys among them; only the page that is shown needs room."""

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.buttons: list[QToolButton] = []
        self.pages: list[QWidget] = []
        self.current = 0
        self._group = QButtonGroup(self)
        choice = QWidget()
        choice.setAccessibleName(name)
        self._flow = FlowLayout(choice, QMargins(8, 2, 8, 2))
        self._flow.setSpacing(2)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addWidget(choice)
        self._group.idToggled.connect(lambda number, down: self._show(number) if down else None)

    def add(self, page: QWidget, title: str, tip: str) -> None:
        button = QToolButton()
        button.setText(title)
        button.setToolTip(tip)
        button.setAccessibleName(title)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._flow.addWidget(button)
        self._box.addWidget(page, 1)
        page.setVisible(not self.pages)
        self.pages.append(page)
        self.buttons.append(button)
        self._group.addButton(button, len(self.buttons) - 1)
        button.setChecked(len(self.buttons) == 1)

    def set_theme(self) -> None:
        """The button that is down looks like a selected row."""
        self._show(self.current)

    def choose(self, number: int) -> None:
        self.buttons[number].setChecked(True)

    def _show(self, number: int) -> None:
        for other, button in enumerate(self.buttons):
            palette = QApplication.palette()
            if other == number:
                palette.setColor(QPalette.ColorRole.Button, palette.color(QPalette.ColorRole.Highlight))
                palette.setColor(
                    QPalette.ColorRole.ButtonText, palette.color(QPalette.ColorRole.HighlightedText)
                )
            button.setPalette(palette)
        if number != self.current:
            self.pages[self.current].hide()
            self.pages[number].show()
            self.current = number
            self.changed.emit()

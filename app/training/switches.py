"""What views of a training may show besides, as actions that they offer at a right click."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.state.viewing import Viewing
from core.training.shown import SWITCHES


class Switches(QObject):
    """An action for each of SWITCHES, which views share."""

    def __init__(self, viewing: Viewing, parent: QWidget):
        super().__init__(parent)
        self._viewing = viewing
        self.actions: Mapping[str, QAction] = {
            name: QAction(one.text, parent) for name, one in SWITCHES.items()
        }
        for name, action in self.actions.items():
            action.setToolTip(SWITCHES[name].tip)
            action.setCheckable(True)
            action.toggled.connect(lambda on, name=name: viewing.show(**{name: on}))
        viewing.changed.connect(self._show)
        self._show()

    def of(self, view: str) -> list[QAction]:
        """The actions that a view offers."""
        return [action for name, action in self.actions.items() if view in SWITCHES[name].views]

    def _show(self) -> None:
        for name, action in self.actions.items():
            action.setChecked(getattr(self._viewing.shown, name))

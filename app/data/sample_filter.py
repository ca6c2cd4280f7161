"""A list of which examples the data column shows: all, or those that a view picks out."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from app.state.training_session import TrainingSession
from core.data.examples import Dataset
from core.training.shown import Cell, Picked

KINDS: dict[Picked, str] = {
    "all": "All examples",
    "test": "Those kept for testing",
    "wrong": "Those whose class is not predicted",
}


class SampleFilter(QComboBox):
    """Shows what is picked out, and picks something else; a cell is offered while it is picked."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self._training, self._viewing = training, training.viewing
        self.setAccessibleName("Which samples")
        self.setToolTip("Which samples are shown; a cell of the confusion shows those that it counts")
        for kind, tip in KINDS.items():
            self.addItem(str(kind), kind)
            self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.activated.connect(lambda: self._viewing.pick(self.currentData()))
        self._viewing.changed.connect(self.renew)
        training.data.dataChanged.connect(self.renew)

    def renew(self) -> None:
        """Show what is picked out now."""
        picked, data = self._viewing.picked, self._training.data.dataset
        with QSignalBlocker(self):
            while self.count() > len(KINDS):
                self.removeItem(len(KINDS))
            if isinstance(picked, Cell) and data is not None:
                self.addItem(_told(picked, data), picked)
                self.setCurrentIndex(len(KINDS))
            elif not isinstance(picked, Cell):
                self.setCurrentIndex([*KINDS].index(picked))


def _told(cell: Cell, data: Dataset) -> str:
    return f"{data.class_names[cell.true]} → {data.class_names[cell.predicted]}"

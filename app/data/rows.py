"""The rows of the data as a table: the present one is marked, and an edited cell makes them own data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.state.data_session import DataSession
from app.state.training_session import TrainingSession
from app.widgets.labels import sentence_of
from core.base.errors import Problem
from core.base.numbers import short
from core.data.table import Table

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NO_INDEX = QModelIndex()
FEWEST_LINES = 5  # that are in view


class Rows(QAbstractTableModel):
    """The table of a data session; a cell that is set is one entry of undo."""

    refused = Signal(str)  # why what was typed is not taken, or "" once it is

    def __init__(self, data: DataSession, parent: QWidget):
        super().__init__(parent)
        self.session = data
        self.table: Table = data.table
        self.tested = data.tested

    def renew(self) -> None:
        """Take the rows that there are now."""
        self.beginResetModel()
        self.table, self.tested = self.session.table, self.session.tested
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return len(self.table)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return len(self.table.titles)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row, column = index.row(), index.column()
        value = self.table.rows[row][column]
        of_class = column == len(self.table.features) and self.table.classes
        if role == Role.DisplayRole:
            mark = " ○" if column == len(self.table.features) and self._is_tested(row) else ""
            return (self.table.classes[int(value)] if of_class else _brief(value)) + mark
        if role == Role.EditRole:
            return (
                self.table.classes[int(value)] if of_class else f"{value:.17g}" if value % 1 else f"{value:g}"
            )
        if role == Role.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Role.ToolTipRole:
            part = "kept for testing" if self._is_tested(row) else "trained on"
            return f"{self.table.titles[column]} of example {row}, which is {part}"
        return None

    def _is_tested(self, row: int) -> bool:
        return row < len(self.tested) and bool(self.tested[row])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if role not in (Role.DisplayRole, Role.ToolTipRole):
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self.table.titles[section]
        return f"{section}"

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if str(value) == self.data(index, Role.EditRole):
            return False
        try:
            changed = self.table.with_cell(index.row(), index.column(), str(value))
        except Problem as problem:
            self.refused.emit(sentence_of(problem))
            return False
        self.refused.emit("")
        self.session.edit("edit a cell of the data", changed)
        return True


def _brief(number: float) -> str:
    """A number in few characters, for a narrow column."""
    return short(float(f"{number:.3g}"))


class RowsView(QTableView):
    """Shows the rows; the present example is the chosen row. Del takes the chosen rows away."""

    def __init__(self, training: TrainingSession, numbered: bool = True, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.session = training, training.data
        self.rows = Rows(training.data, self)
        self.refused = self.rows.refused
        self.setModel(self.rows)
        self.setAccessibleName("Rows of the data")
        self.setToolTip("Type into a cell to change it: the data are your own from then on")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        across, down = self.horizontalHeader(), self.verticalHeader()
        across.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        across.setMinimumSectionSize(24)
        across.setTextElideMode(Qt.TextElideMode.ElideRight)
        down.setVisible(numbered)
        down.setDefaultSectionSize(self.fontMetrics().height() + 6)
        lines = FEWEST_LINES * down.defaultSectionSize() + across.sizeHint().height() + 4
        self.setMinimumHeight(lines)
        self.selectionModel().currentRowChanged.connect(self._choose)
        training.data.dataChanged.connect(self._renew)
        training.sampleChanged.connect(self._show_present)
        self._hidden: frozenset[int] = frozenset()
        self._show_present()

    def show_only(self, numbers: Sequence[int]) -> None:
        """Show the rows of these numbers."""
        hidden = frozenset(range(self.rows.rowCount())) - {*numbers}
        for row in hidden ^ self._hidden:
            self.setRowHidden(row, row in hidden)
        self._hidden = hidden

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove_chosen()
        else:
            super().keyPressEvent(event)

    def remove_chosen(self) -> None:
        """Take the chosen rows away."""
        chosen = {index.row() for index in self.selectionModel().selectedRows()}
        if chosen:
            words = "delete a row" if len(chosen) == 1 else f"delete {len(chosen)} rows"
            self.session.edit(f"{words} of the data", self.rows.table.without(chosen))

    def _renew(self) -> None:
        self.show_only(range(self.rows.rowCount()))
        self.rows.renew()
        self._show_present()

    def _choose(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid():
            self.training.choose_sample(now.row())

    def _show_present(self) -> None:
        """Mark the row of the present example."""
        row = self.training.sample
        if row < self.rows.rowCount() and self.currentIndex().row() != row:
            with QSignalBlocker(self.selectionModel()):
                self.selectRow(row)
            self.setCurrentIndex(self.rows.index(row, 0))

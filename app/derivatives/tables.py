"""Tables that are read, not typed into; Ctrl+C copies what is selected."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QTableWidget, QTableWidgetItem

Align = Qt.AlignmentFlag
NUMBER = Align.AlignRight | Align.AlignVCenter
PADDING = 6  # pixels, between rows
WORDS = Align.AlignLeft | Align.AlignVCenter


def read_only(table: QTableView, name: str, tip: str) -> None:
    """Make a table one that is only read: Tab leaves it, arrows walk in it."""
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setAlternatingRowColors(True)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.horizontalHeader().setHighlightSections(False)
    table.verticalHeader().setHighlightSections(False)
    table.setAccessibleName(name)
    table.setToolTip(tip)
    copy = QAction("Copy", table)
    copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
    copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(selected_text(table)))
    table.addAction(copy)
    table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def table_of(columns: Mapping[str, str], name: str, tip: str) -> QTableWidget:
    """A table with these columns, each with its tip."""
    table = QTableWidget(0, len(columns))
    read_only(table, name, tip)
    for place, (title, column_tip) in enumerate(columns.items()):
        item = QTableWidgetItem(title)
        item.setToolTip(column_tip)
        table.setHorizontalHeaderItem(place, item)
    table.verticalHeader().hide()
    return table


def put(
    table: QTableWidget, row: int, column: int, text: str, colour: QColor, tip: str = "", align: Align = WORDS
) -> None:
    """Write a cell."""
    item = table.item(row, column)
    if item is None:
        item = QTableWidgetItem()
        table.setItem(row, column, item)
    item.setText(text)
    item.setToolTip(tip or text)
    item.setForeground(colour)
    item.setTextAlignment(align)


def selected_text(table: QTableView) -> str:
    """The selected cells as lines with tabs between cells."""
    chosen: QItemSelectionModel = table.selectionModel()
    model: QAbstractItemModel = table.model()
    rows: dict[int, list[str]] = {}
    for index in sorted(chosen.selectedIndexes(), key=lambda index: (index.row(), index.column())):
        text = str(model.data(index, Qt.ItemDataRole.DisplayRole) or "")
        rows.setdefault(index.row(), []).append(" ".join(text.split()))
    return "\n".join("\t".join(cells) for cells in rows.values())


def fit_height(table: QTableWidget) -> None:
    """Give a short table room for all its rows, so that only what it lies in scrolls."""
    table.resizeRowsToContents()
    for row in range(table.rowCount()):
        table.setRowHeight(row, table.rowHeight(row) + PADDING)
    rows = sum(table.rowHeight(row) for row in range(table.rowCount()))
    wide = table.horizontalHeader().length() > table.viewport().width()
    below = table.horizontalScrollBar().sizeHint().height() if wide else 0
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setFixedHeight(rows + table.horizontalHeader().sizeHint().height() + below + 2 * table.frameWidth())

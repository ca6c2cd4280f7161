"""All nodes in a table: inputs, whose values are typed or dragged sideways, then what is computed."""

from __future__ import annotations

from operator import is_

from msgspec import Struct
from PySide6.QtCore import QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.names import TYPESET, NameDelegate
from app.state.session import Session
from app.widgets.labels import tint
from app.widgets.scrubbing import scrub_step, scrubbed
from app.widgets.theme import LIGHT, Theme
from core.base.arrays import Value
from core.base.errors import Problem
from core.base.numbers import exact, short, typed_text, value_text
from core.graph.typed_value import read_value

NAME, VALUE, GRADIENT = range(3)
MOST_ROWS = 400
HOW_TO_TYPE = "Type a number, a fraction or a list: 1.5, 1/3, [1, 2]"


class Drag(Struct):
    """A number being dragged sideways."""

    name: str
    start: float
    step: float
    from_x: int
    gesture: int
    moved: bool = False


class Table(QTableWidget):
    """Names, values and gradients; the number of an input is dragged sideways."""

    def __init__(self, session: Session):
        super().__init__(0, 3)
        self.session = session
        self._drag: Drag | None = None
        self.setHorizontalHeaderLabels(["Name", "Value", "Gradient"])
        self.verticalHeader().hide()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setItemDelegateForColumn(NAME, NameDelegate(self))
        self.setAccessibleName("Values and gradients")
        self.setToolTip("Values: double-click to type, or drag a number sideways")
        header = self.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(GRADIENT, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)

    def names(self) -> list[str]:
        """The nodes of the rows: inputs, then computed nodes."""
        graph = self.session.trace.graph
        computed = [n.name for n in graph.nodes.values() if n.op not in ("input", "constant")]
        return [*graph.inputs, *computed][:MOST_ROWS]

    def rows(self) -> dict[str, int]:
        """The row of each node that has one."""
        return {name: row for row, name in enumerate(self.names())}

    def row_of(self, name: str) -> int:
        return self.rows().get(name, -1)

    # -- dragging a number sideways

    def _number_at(self, at: QPoint) -> tuple[str, float] | None:
        index = self.indexAt(at)
        if not index.isValid() or index.column() != VALUE:
            return None
        name = self.names()[index.row()]
        value = self.session.snapshot.value(name)
        is_input = self.session.trace.graph.nodes[name].is_input and not self.session.is_outdated
        if is_input and isinstance(value, float):
            return name, value
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        number = self._number_at(at) if event.button() == Qt.MouseButton.LeftButton else None
        if number:
            name, value = number
            self._drag = Drag(name, value, scrub_step(value), at.x(), self.session.gesture())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, drag = event.position().toPoint(), self._drag
        if drag is None:
            over = self._number_at(at) is not None
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.ArrowCursor)
            super().mouseMoveEvent(event)
            return
        drag.moved = drag.moved or abs(at.x() - drag.from_x) >= 4
        if drag.moved:
            number = scrubbed(drag.start, drag.step, at.x() - drag.from_x)
            self.session.set_value(drag.name, number, drag.gesture)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        super().mouseReleaseEvent(event)


class ValuesPanel(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.table = Table(session)
        self._shown: tuple[object, ...] = ()  # what all rows were written for
        self._count = 0  # and the step
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.hide()
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        self.setMinimumWidth(230)
        box.addWidget(self.table, 1)
        box.addWidget(self.message)
        self.table.itemChanged.connect(self._typed)
        self.table.itemSelectionChanged.connect(self._selected)
        session.traceChanged.connect(self._show)
        session.cursorMoved.connect(self._show)
        session.selectionChanged.connect(self._show)
        session.documentChanged.connect(self.message.hide)  # it was about what was there before

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        tint(self.message, theme.wrong)
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(header.fontMetrics().horizontalAdvance(" Gradient "))
        self._show()

    def edit(self, name: str) -> None:
        """Open an input's value for typing."""
        row = self.table.row_of(name)
        if row >= 0:
            self.table.setFocus()
            if self.table.state() == QAbstractItemView.State.EditingState:
                self.table.reset()  # a field left open elsewhere: Qt opens no second one
            self.table.setCurrentCell(row, VALUE)
            item = self.table.item(row, VALUE)
            assert item is not None
            self.table.editItem(item)

    # -- showing

    def _show(self) -> None:
        """Update the rows: all of them, or after a step those of the nodes it touched."""
        session, rows = self.session, self.table.rows()
        shown = session.trace, session.document.values, session.problem, session.digits, self.theme
        stepped = len(self._shown) == len(shown) and all(map(is_, self._shown, shown))
        touched = session.trace.touched(self._count, session.cursor) & rows.keys() if stepped else rows
        self._shown, self._count = shown, session.cursor
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(rows))
            for name in touched:
                self._show_row(rows[name], name)
            row = rows.get(session.selection, -1)
            if row >= 0:
                self.table.selectRow(row)
            else:
                self.table.clearSelection()

    def _show_row(self, row: int, name: str) -> None:
        snapshot, graph = self.session.snapshot, self.session.trace.graph
        node, printed = graph.nodes[name], graph.typesetter.name(name)
        value, gradient = snapshot.value(name), snapshot.gradient(name)
        seen = snapshot.shown
        shown, editable = seen.value(name), node.is_input
        if editable and (typed := self.session.typed_value(name)) is not None:
            value = shown = typed  # even where it does not fit
        cells = (
            (name, name, "ink" if node.named else "faint"),
            (
                _shown(shown, self.session.digits),
                _full(value),
                "value" if value is not None else "faint",
            ),
            (_shown(seen.gradient(name), self.session.digits), _full(gradient), "gradient"),
        )
        for column, (text, tip, part) in enumerate(cells):
            item = self.table.item(row, column)
            if item is None:
                item = QTableWidgetItem()
                self.table.setItem(row, column, item)
            if item.text() != text:
                item.setText(text)
            if column == NAME and item.data(TYPESET) != printed:
                item.setData(TYPESET, printed)
            item.setToolTip(tip)
            item.setForeground(self.theme.colour("faint" if self.session.problem else part))
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            if editable and column == VALUE:
                flags |= Qt.ItemFlag.ItemIsEditable
            if item.flags() != flags:  # Qt would notify the whole table even where they are the same
                item.setFlags(flags)

    # -- changing

    def _selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        names = self.table.names()
        if rows and rows[0].row() < len(names):
            self.session.select(names[rows[0].row()])

    def _typed(self, item: QTableWidgetItem) -> None:
        name = self.table.names()[item.row()]
        self._shown = ()  # the cell shows what was typed, even where nothing else changes
        try:
            value = read_value(item.text(), name)
        except Problem as problem:
            self.message.setText(f"{problem.message}. {HOW_TO_TYPE}")
            self.message.show()
            self._show()
            return
        self.message.hide()
        self.session.set_value(name, value, self.session.gesture())
        if self.session.is_outdated:
            self._explain_waiting(name)
        self._show()

    def _explain_waiting(self, name: str) -> None:
        """The values shown are those of the program that could be read last."""
        waits = f"{name} takes this value as soon as the program can be read."
        stated = name in self.session.trace.graph.stated
        self.message.setText(f"{name} gets its value in the program. Change it there." if stated else waits)
        self.message.show()


def _shown(value: Value | None, digits: int) -> str:
    if value is None:
        return ""
    return short(value, digits) if isinstance(value, float) else value_text(value, digits)


def _full(value: Value | None) -> str:
    if value is None:
        return "not computed yet"
    if isinstance(value, float):
        return exact(value)
    return typed_text(value) if value.size <= 64 else value_text(value)

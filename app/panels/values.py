"""All nodes in a table: inputs, whose values are typed or dragged sideways, then what is computed."""

from PySide6.QtCore import QEvent, QObject, QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QBrush, QColor, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.canvas.gestures import scrub_step, scrubbed
from app.session import Session
from app.theme import LIGHT, Theme
from core.arrays import Value
from core.dataclass import dataclass
from core.errors import Problem
from core.numbers import exact, short, typed_text, value_text
from core.values import read_value

NAME, VALUE, GRADIENT = range(3)
MOST_ROWS = 400
HOW_TO_TYPE = "Type a number, a fraction or a list: 1.5, 1/3, [1, 2]"


@dataclass
class Drag:
    """A number being dragged sideways."""

    name: str
    start: float
    step: float
    from_x: int
    gesture: int
    moved: bool = False


class ValuesPanel(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self._drag: Drag | None = None
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(["Name", "Value", "Gradient"])
        self.table.verticalHeader().hide()
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Values and gradients")
        self.table.setToolTip("Values: double-click to type, or drag a number sideways")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(GRADIENT, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.table.viewport().installEventFilter(self)
        self.table.viewport().setMouseTracking(True)
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
        session.runChanged.connect(self._show)
        session.cursorMoved.connect(self._show)
        session.selectionChanged.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.message.setStyleSheet(f"color: {theme.wrong}")
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(header.fontMetrics().horizontalAdvance(" Gradient "))
        self._show()

    def edit(self, name: str) -> None:
        """Open an input's value for typing."""
        row = self._row(name)
        if row >= 0:
            self.table.setFocus()
            self.table.setCurrentCell(row, VALUE)
            item = self.table.item(row, VALUE)
            assert item is not None
            self.table.editItem(item)

    # -- showing

    def _names(self) -> list[str]:
        graph = self.session.story.graph
        computed = [n.name for n in graph.nodes.values() if n.op not in ("input", "constant")]
        return [*graph.inputs, *computed][:MOST_ROWS]

    def _show(self) -> None:
        names = self._names()
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(names))
            for row, name in enumerate(names):
                self._show_row(row, name)
            row = self._row(self.session.selection)
            if row >= 0:
                self.table.selectRow(row)
            else:
                self.table.clearSelection()

    def _show_row(self, row: int, name: str) -> None:
        picture, node = self.session.picture, self.session.story.graph.nodes[name]
        value, gradient = picture.value(name), picture.gradient(name)
        editable = node.op == "input"
        cells = (
            (name, name, "ink"),
            (_shown(value, self.session.digits), _full(value), "value" if value is not None else "faint"),
            (_shown(gradient, self.session.digits), _full(gradient), "gradient"),
        )
        for column, (text, tip, part) in enumerate(cells):
            item = self.table.item(row, column)
            if item is None:
                item = QTableWidgetItem()
                self.table.setItem(row, column, item)
            if item.text() != text:
                item.setText(text)
            item.setToolTip(tip)
            item.setForeground(QBrush(QColor(getattr(self.theme, part))))
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if editable and column == VALUE else flags)
            font = item.font()
            font.setBold(column == NAME and node.named)
            item.setFont(font)

    def _row(self, name: str) -> int:
        names = self._names()
        return names.index(name) if name in names else -1

    # -- changing

    def _selected(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        names = self._names()
        if rows and rows[0].row() < len(names):
            self.session.select(names[rows[0].row()])

    def _typed(self, item: QTableWidgetItem) -> None:
        name = self._names()[item.row()]
        try:
            value = read_value(item.text(), name)
        except Problem as problem:
            self.message.setText(f"{problem.message}. {HOW_TO_TYPE}")
            self.message.show()
            self._show()
            return
        self.message.hide()
        self.session.set_value(name, value, self.session.gesture())
        self._show()

    # -- dragging a number sideways

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and watched is self.table.viewport():
            handlers = {
                QEvent.Type.MouseButtonPress: self._press,
                QEvent.Type.MouseMove: self._move,
                QEvent.Type.MouseButtonRelease: self._release,
            }
            handler = handlers.get(event.type())
            return handler(event.position().toPoint(), event) if handler else False
        return False

    def _number_at(self, at: QPoint) -> tuple[str, float] | None:
        index = self.table.indexAt(at)
        if not index.isValid() or index.column() != VALUE:
            return None
        name = self._names()[index.row()]
        value = self.session.picture.value(name)
        if self.session.story.graph.nodes[name].op == "input" and isinstance(value, float):
            return name, value
        return None

    def _press(self, at: QPoint, event: QMouseEvent) -> bool:
        number = self._number_at(at) if event.button() == Qt.MouseButton.LeftButton else None
        if number:
            name, value = number
            self._drag = Drag(name, value, scrub_step(value), at.x(), self.session.gesture())
        return False

    def _move(self, at: QPoint, event: QMouseEvent) -> bool:
        drag = self._drag
        if drag is None:
            over = self._number_at(at) is not None
            self.table.viewport().setCursor(
                Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.ArrowCursor
            )
            return False
        drag.moved = drag.moved or abs(at.x() - drag.from_x) >= 4
        if drag.moved:
            self.session.set_value(
                drag.name, scrubbed(drag.start, drag.step, at.x() - drag.from_x), drag.gesture
            )
        return True

    def _release(self, at: QPoint, event: QMouseEvent) -> bool:
        self._drag = None
        return False


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

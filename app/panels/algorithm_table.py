"""The table of the listing: how large its rows and columns are, and what mouse and keys do in it."""

from __future__ import annotations

from msgspec import Struct
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.panels.algorithm_cells import Cells
from app.panels.algorithm_rows import GRADIENT, LINE, ROW, VALUE, Heading, Rows
from app.state.session import Session
from app.widgets.scrubbing import scrub_step, scrubbed
from core.passes.listing import Line

MOST_SIZED = 400  # rows whose heights differ; of more rows all are as high as the highest
USUAL_LINE = Line("forward", "")


class Drag(Struct):
    """A number being dragged sideways."""

    name: str
    start: float
    step: float
    from_x: int
    gesture: int
    moved: bool = False


class Table(QTableView):
    """The rows of the listing; the number of an input is dragged sideways."""

    def __init__(self, session: Session, rows: Rows):
        super().__init__()
        self.session, self.rows = session, rows
        self._drag: Drag | None = None
        self.setModel(rows)
        self.cells = Cells(self, rows)
        self.setItemDelegate(self.cells)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setMinimumSectionSize(1)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Algorithm: lines, values and gradients")
        self.setAccessibleDescription("Return goes to the step of a line, F2 edits a given value")
        rows.modelReset.connect(self.fit_rows)

    # -- sizes

    def fit_rows(self) -> None:
        """Give the columns their widths and the rows their heights."""
        self.fit_columns()
        header, rows = self.verticalHeader(), self.rows.rows
        tall = [line for line in self.rows.shown.lines if self.rows.has_quotients(line)]
        alike = len(tall) > MOST_SIZED
        usual = self.cells.height_of(tall[0] if alike else USUAL_LINE)
        header.setDefaultSectionSize(usual)
        for place, row in enumerate(rows):
            differs = isinstance(row, Heading) or row.part == "given"
            high = not alike and isinstance(row, Line) and self.rows.has_quotients(row)
            wanted = self.cells.height_of(row) if differs or high else usual
            if header.sectionSize(place) != wanted:  # also where another program had a high row
                header.resizeSection(place, wanted)

    def fit_columns(self) -> None:
        """Two columns for numbers, as far as there is room; the lines have the rest."""
        room, number = self.viewport().width(), self.cells.number_width()
        number = min(number, round((0.42 if self.cells.below(USUAL_LINE) else 0.3) * room))
        self.setColumnWidth(VALUE, number)
        self.setColumnWidth(GRADIENT, number)
        self.setColumnWidth(LINE, max(1, room - 2 * number))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        usual = self.cells.height_of(USUAL_LINE)
        self.fit_columns()
        if usual != self.cells.height_of(USUAL_LINE):
            self.fit_rows()  # numbers stand below lines now, or beside them again

    # -- the mouse

    def row_at(self, at: QPoint) -> Line | None:
        """The line below a point of the viewport."""
        index = self.indexAt(at)
        row = index.data(ROW) if index.isValid() else None
        return row if isinstance(row, Line) else None

    def _number_at(self, at: QPoint) -> tuple[str, float] | None:
        line, index = self.row_at(at), self.indexAt(at)
        if line is None or line.part != "given" or index.column() != VALUE or self.session.is_outdated:
            return None
        value = self.session.snapshot.value(line.node)
        return (line.node, value) if isinstance(value, float) else None

    def _fold_at(self, at: QPoint) -> str:
        """The group whose triangle is below a point."""
        line = self.row_at(at)
        if line is None or at.x() > self.cells.gutter() / 2 or not self.rows.begins_group(line):
            return ""
        return line.group

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if event.button() == Qt.MouseButton.LeftButton:
            if group := self._fold_at(at):
                self.rows.toggle(group)
                return
            if number := self._number_at(at):
                name, value = number
                self._drag = Drag(name, value, scrub_step(value), at.x(), self.session.gesture())
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, drag = event.position().toPoint(), self._drag
        if drag is None:
            shapes = Qt.CursorShape
            line = self.row_at(at)
            over = shapes.SizeHorCursor if self._number_at(at) else shapes.ArrowCursor
            if self._fold_at(at) or (line and line.steps):
                over = shapes.PointingHandCursor
            self.viewport().setCursor(over)
            super().mouseMoveEvent(event)
            return
        drag.moved = drag.moved or abs(at.x() - drag.from_x) >= 4
        if drag.moved:
            number = scrubbed(drag.start, drag.step, at.x() - drag.from_x)
            self.session.set_value(drag.name, number, drag.gesture)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes to a line's step or edits a given value; + and − unfold and fold."""
        line = self.currentIndex().data(ROW) if self.currentIndex().isValid() else None
        editing = self.state() == QAbstractItemView.State.EditingState
        if isinstance(line, Line) and not editing:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if line.steps:
                    self.session.seek(line.steps[-1])
                else:
                    self.edit(self.currentIndex().siblingAtColumn(VALUE))
                return
            if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus) and line.group:
                if (event.key() == Qt.Key.Key_Minus) != (line.group in self.session.drawn.folded):
                    self.rows.toggle(line.group)
                return
        super().keyPressEvent(event)

"""A path as a row: a bar in its colour, its factors with their values below, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from msgspec import Struct
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formula.boxes import Box
from app.formula.layout import layout
from app.formula.painter import paint
from core.derivatives.path_rows import PathRow
from core.math.mathtree import Math, row
from core.math.parts import DOT
from core.math.plain import plain
from core.math.spoken import spoken
from core.math.typeset import EQUALS

BAR, INDENT, GAP, LEADING = 4, 14, 9.0, 3.0


class Cell(Struct, frozen=True, eq=False):
    """A factor or a sign: its name on the upper line, its value below, and below that its shape."""

    name: Box
    value: Box | None
    shape: str = ""

    @property
    def width(self) -> float:
        return max(self.name.width, self.value.width if self.value else 0.0)


class Placed(Struct, frozen=True, eq=False):
    """A cell and where it is: its left end, the baselines of its two lines, and the ends of their height."""

    cell: Cell
    x: float
    upper: float
    lower: float
    top: float
    bottom: float

    @property
    def rect(self) -> QRectF:
        return QRectF(self.x, self.top, self.cell.width, self.bottom - self.top)

    @property
    def boxes(self) -> Sequence[tuple[Box, float]]:
        """The name and the value, as far as there are any, with their baselines."""
        value = [(self.cell.value, self.lower)] if self.cell.value else []
        return [(self.cell.name, self.upper), *value]


class PathRowView(QWidget):
    """Shows a path; what is too wide goes on in the next line. `tagHovered` is as of a FormulaView."""

    tagHovered = Signal(str)

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.row: PathRow | None = None
        self.colour = QColor()
        self._known = True
        self._sizes = (18.0, 15.0)
        self._colours: Mapping[str, QColor] = {}
        self._ink = QColor()
        self._hovered = ""
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_row(self, path: PathRow, colour: QColor, known: bool) -> None:
        """Show a path, with its numbers if they are known."""
        self.row, self.colour, self._known = path, colour, known
        self.setAccessibleName("; ".join(plain(formula) for formula in path.equations))
        self.setAccessibleDescription("; ".join(spoken(formula) for formula in path.equations))
        self.updateGeometry()
        self.update()

    def set_look(self, names: float, numbers: float, colours: Mapping[str, QColor], ink: QColor) -> None:
        """Set names and numbers in pixels an em, in the colours of their roles."""
        self._sizes, self._colours, self._ink = (names, numbers), colours, ink
        self.updateGeometry()
        self.update()

    def _cells(self) -> Sequence[Cell]:
        assert self.row is not None
        names, numbers = self._sizes
        sign = DOT if self.row.is_product else None
        found: list[Cell] = []
        for column in self.row.columns:
            if found and sign is not None:
                found.append(self._cell(row(sign), row(sign)))
            shape = column.size if column.is_written or not self._known else ""
            value = layout(column.value, numbers) if self._known else None
            found.append(Cell(layout(column.name, names), value, shape))
        if self._known and self.row.is_product:
            result = row(EQUALS, self.row.product)
            found.append(Cell(layout(row(), names), layout(result, numbers)))
        return found

    def _cell(self, name: Math, value: Math) -> Cell:
        names, numbers = self._sizes
        return Cell(layout(name, names), layout(value, numbers) if self._known else None)

    def placed(self, width: float) -> tuple[Sequence[Placed], float]:
        """Where the cells are in a row of this width, and how high it is."""
        gap = GAP if self.row and self.row.is_product else 2 * GAP
        lines: list[list[Cell]] = [[]]
        x = float(INDENT)
        for cell in self._cells() if self.row else ():
            if lines[-1] and x + cell.width > width:
                lines.append([])
                x = float(INDENT)
            lines[-1].append(cell)
            x += cell.width + gap
        found: list[Placed] = []
        y = LEADING
        small = QFontMetricsF(self.font()).height()
        for line in lines:
            upper = y + max((cell.name.ascent for cell in line), default=0.0)
            bottom = upper + max((cell.name.descent for cell in line), default=0.0)
            values = [cell.value for cell in line if cell.value]
            lower = bottom + LEADING + max((value.ascent for value in values), default=0.0)
            end = lower + max((value.descent for value in values), default=0.0) if values else bottom
            x = float(INDENT)
            for cell in line:
                found.append(Placed(cell, x, upper, lower, y, end))
                x += cell.width + gap
            y = end + (small if any(cell.shape for cell in line) else 0.0) + LEADING
        return found, y

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return ceil(self.placed(width)[1])

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.heightForWidth(max(self.width(), 80)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.updateGeometry()

    def tag_at(self, at: QPointF) -> str:
        """What the factor at a place stands for, also where its value stands; or an empty string."""
        for placed in self.placed(self.width())[0]:
            if not placed.rect.contains(at):
                continue
            for box, baseline in placed.boxes:
                left = placed.x + (placed.cell.width - box.width) / 2
                if area := box.area_at(at.x() - left, at.y() - baseline):
                    return area.tag
            return next((area.tag for area in placed.cell.name.areas if area.tag), "")
        return ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.tag_at(event.position()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover("")
        super().leaveEvent(event)

    def _hover(self, tag: str) -> None:
        if tag != self._hovered:
            self._hovered = tag
            self.tagHovered.emit(tag)

    def paintEvent(self, event: QPaintEvent) -> None:
        cells, height = self.placed(self.width())
        small = QFontMetricsF(self.font())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(QRectF(0, LEADING, BAR, height - 2 * LEADING), self.colour)
            for placed in cells:
                cell = placed.cell
                at = placed.x + (cell.width - cell.name.width) / 2
                paint(painter, cell.name, at, placed.upper, self._colours, self._ink)
                below = placed.lower
                if cell.value is not None:
                    at = placed.x + (cell.width - cell.value.width) / 2
                    paint(painter, cell.value, at, placed.lower, self._colours, self._ink)
                    below += cell.value.descent
                if cell.shape:
                    painter.setPen(self._ink)
                    area = QRectF(placed.x - GAP, below, cell.width + 2 * GAP, small.height())
                    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, cell.shape)

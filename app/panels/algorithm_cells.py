"""How the rows of the algorithm are painted: numbers, marks, mathematics or code, values and gradients."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QLinearGradient,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView

from app.formula import formula, paint
from app.formula.widget import BESIDE_TEXT
from app.panels.algorithm_rows import GRADIENT, LINE, PARTS, ROW, VALUE, Heading, Index, Rows
from app.widgets.theme import LIGHT, Theme
from core.base.lazy_numpy import numpy_is_loaded
from core.math.mathtree import Math
from core.passes.listing import Line

WAIT = 20  # ms, for what lines back are written with
BAR = 4  # pixels at the left of a lit line
PAD = 4  # between a cell's text and its edge
FADE = 28  # over which what is too long fades out
# em: how high a line is, one with quotients in it, and numbers that stand below a line
USUAL, TALL, NUMBERS = 2.0, 2.9, 1.5
ROOM, ROOM_OF_CODE = 19, 36  # em: narrower tables have numbers below their lines
SMALLEST = 0.72  # to this part of its size a formula shrinks before it fades out
BASELINE = 0.3  # em below the middle of a row
Rect = QRectF


class Cells(QStyledItemDelegate):
    """Paints the cells of a table of Rows."""

    def __init__(self, table: QTableView, rows: Rows):
        super().__init__(table)
        self.table, self.rows, self.theme = table, rows, LIGHT
        self._ends: dict[tuple[Line, float], float] = {}  # how far lines reach, at a size of text
        rows.modelReset.connect(self._ends.clear)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    # -- sizes

    def em(self) -> float:
        return float(QFontInfo(self.table.font()).pixelSize())

    def gutter(self) -> float:
        """The room for numbers and marks, before what a line says."""
        return BAR + (2.3 + 0.56 * self.rows.longest_number) * self.em()

    def number_width(self) -> int:
        """The room for a number of as many digits as are shown, with its sign and point."""
        metrics = QFontMetricsF(self._bold())
        text = "−0.00" + "8" * self.rows.session.digits
        return round(metrics.horizontalAdvance(text)) + 2 * PAD

    def height_of(self, row: Line | Heading) -> int:
        """A heading is low; a line is as high as its formula usually needs."""
        em = self.em()
        if isinstance(row, Heading):
            return round(1.5 * em)
        below = NUMBERS if self.below(row) else 0
        return round((TALL if self.rows.has_quotients(row) else USUAL) * em) + round(below * em)

    def below(self, row: Line) -> bool:
        """Whether numbers stand below the line, as there is no room for them beside it."""
        room = sum(self.table.columnWidth(column) for column in range(GRADIENT + 1))
        return row.part != "given" and room < (ROOM_OF_CODE if self.rows.as_code else ROOM) * self.em()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(10, self.height_of(index.data(ROW)))

    # -- painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, rect = index.data(ROW), QRectF(option.rect)
        painter.save()
        painter.setClipRect(rect)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, Heading):
            painter.fillRect(rect, self.theme.colour("panel"))
            self._heading(painter, rect, row, index.column())
        else:
            ground = self._ground(painter, rect, row, index)
            whole = self._whole(rect, index.column())
            self._line(painter, self._line_rect(whole, row), row, ground, rect)
            for column in (VALUE, GRADIENT):
                self._number(painter, self._number_rect(whole, row, column), row, column, rect)
        painter.restore()

    def _heading(self, painter: QPainter, rect: Rect, row: Heading, column: int) -> None:
        if row == PARTS["given"] and column != LINE:
            text, part = ("value", "value") if column == VALUE else ("gradient", "gradient")
            painter.setPen(self._colour(part))
            painter.setFont(self._small())
            painter.drawText(rect.adjusted(0, 0, -PAD, 0), _RIGHT, text)
            return
        whole = self._whole(rect, column)
        painter.setPen(self._colour(row.part))
        painter.setFont(self._small())
        painter.drawText(whole.adjusted(self.gutter(), 0, 0, 0), _LEFT, row.text)

    def _whole(self, rect: Rect, column: int) -> Rect:
        """The rectangle of the row that a cell is part of."""
        left = sum(self.table.columnWidth(before) for before in range(column))
        width = sum(self.table.columnWidth(each) for each in range(GRADIENT + 1))
        return QRectF(rect.left() - left, rect.top(), width, rect.height())

    def _line_rect(self, whole: Rect, row: Line) -> Rect:
        """Where a line is written: up to its value, whose room a line back takes as it has none."""
        found = QRectF(whole)
        if self.below(row):
            found.setBottom(found.bottom() - NUMBERS * self.em())
        else:
            column = GRADIENT if row.part == "backward" else VALUE
            found.setRight(self._number_rect(whole, row, column).left() - PAD)
        return found

    def _number_rect(self, whole: Rect, row: Line, column: int) -> Rect:
        """Where a number may be written: in its column, or beside its line behind what that takes."""
        widths = [self.table.columnWidth(each) for each in range(GRADIENT + 1)]
        right = whole.right() - (widths[GRADIENT] if column == VALUE else 0)
        found = QRectF(right - widths[column], whole.top(), widths[column], whole.height())
        if self.below(row):
            found.setTop(found.bottom() - NUMBERS * self.em())
        elif (column == GRADIENT) == (row.part == "backward"):
            least = self._least_width(row, column, widths[column])
            found.setLeft(min(whole.left() + self._end_of(row), right - least))
        return found.adjusted(PAD, 0, -PAD, 0)

    def _least_width(self, row: Line, column: int, usual: float) -> float:
        """What a number takes at least: that of a value all its digits, an array its shape."""
        texts = list(self.rows.texts(row, column, last=True)) or [""]
        if row.part == "backward" and "×" not in texts[-1]:
            return usual  # it may be a part of what it will be
        said = texts[-1] if "×" in texts[-1] else texts[0]
        return min(usual, QFontMetricsF(self._bold()).horizontalAdvance(said) + 2 * PAD)

    def _end_of(self, row: Line) -> float:
        """How far from the left of its row a line reaches at its full size."""
        if row.part == "backward" and not numpy_is_loaded():
            return float("inf")  # it is not written yet
        key = row, self.em()
        if key not in self._ends:
            said = self.rows.written(row)
            if isinstance(said, str):
                width = QFontMetricsF(self._code_font()).horizontalAdvance(said)
            else:
                width = formula(said, BESIDE_TEXT * self.em()).width
            self._ends[key] = self.gutter() + width + PAD + 1
        return self._ends[key]

    def _text(self, row: Line, column: int, metrics: QFontMetricsF, room: float) -> str:
        """The longest text of a number for which there is room, an ellipsis if there is none."""
        texts = list(self.rows.texts(row, column))
        fits = (text for text in texts if metrics.horizontalAdvance(text) <= room)
        return next(fits, "…") if texts else ""

    def _ground(self, painter: QPainter, rect: Rect, row: Line, index: Index) -> QColor:
        """Paint what a row stands on, and return its colour."""
        theme, whole = self.theme, self._whole(rect, index.column())
        colour = theme.colour("panel")
        dimmed = self.rows.session.problem is not None
        lit = self.rows.is_lit(row) and not dimmed
        if lit:
            colour = theme.colour("lit_back" if row.part == "backward" else "lit")
        elif set(row.steps) & self.rows.shared:
            colour = theme.colour("receiving")
        painter.fillRect(rect, colour)
        if lit and index.column() == LINE:
            bar = theme.colour("gradient" if row.part == "backward" else "value")
            painter.fillRect(QRectF(whole.left(), whole.top(), BAR, whole.height()), bar)
        if row.node == self.rows.session.selection and row.part != "backward":
            painter.setPen(QPen(theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(whole.adjusted(BAR + 0.5, 0.5, -0.5, -0.5))
        return colour

    def _line(self, painter: QPainter, rect: Rect, row: Line, ground: QColor, cell: Rect) -> None:
        """Paint what of a line lies in a cell."""
        if cell.left() >= rect.right():
            return
        em = self.em()
        self._fold_mark(painter, rect, row)
        painter.setFont(self._small())
        painter.setPen(self._colour("faint"))
        number = rect.adjusted(0, 0, 0, 0)
        number.setRight(rect.left() + self.gutter() - 1.15 * em)
        painter.drawText(number, _RIGHT, row.number)
        self._kept_mark(painter, rect, row)
        if row.part == "backward" and not numpy_is_loaded():  # before the first picture
            QTimer.singleShot(WAIT, self.table.viewport(), self.table.viewport().update)
            return
        said = self.rows.written(row)
        inside = rect.adjusted(self.gutter(), 0, -PAD, 0)
        if isinstance(said, str):
            self._code(painter, inside, said)
        else:
            self._math(painter, inside, said, row)
        self._fade(painter, inside, ground)

    def _math(self, painter: QPainter, rect: Rect, math: Math, row: Line) -> None:
        size = BESIDE_TEXT * self.em()
        box = formula(math, size)
        fits = min(1.0, rect.width() / max(1.0, box.width), (rect.height() - 2) / max(1.0, box.height))
        self._too_wide = box.width * max(SMALLEST, fits) > rect.width()
        if fits < 1:
            box = formula(math, size * max(SMALLEST, fits))
        middle = rect.center().y() + BASELINE * size
        baseline = max(rect.top() + 1 + box.ascent, min(rect.bottom() - 1 - box.descent, middle))
        dimmed = self.rows.session.problem is not None
        ink = self._colour("faint" if dimmed else "ink")
        paint(painter, box, rect.left(), baseline, {} if dimmed else self.theme.roles, ink)

    def _code(self, painter: QPainter, rect: Rect, text: str) -> None:
        font = self._code_font()
        painter.setFont(font)
        painter.setPen(self._colour("faint" if self.rows.session.problem else "ink"))
        self._too_wide = QFontMetricsF(font).horizontalAdvance(text) > rect.width()
        painter.drawText(rect, _LEFT, text)

    def _fade(self, painter: QPainter, rect: Rect, ground: QColor) -> None:
        """What is too long fades out instead of being cut off."""
        if not self._too_wide:
            return
        clear = QColor(ground)
        clear.setAlpha(0)
        shade = QLinearGradient(QPointF(rect.right() - FADE, 0), QPointF(rect.right(), 0))
        shade.setColorAt(0, clear)
        shade.setColorAt(1, ground)
        painter.fillRect(QRectF(rect.right() - FADE, rect.top(), FADE + PAD, rect.height()), QBrush(shade))

    def _fold_mark(self, painter: QPainter, rect: Rect, row: Line) -> None:
        """A triangle before the first line of a group, down where its lines are shown."""
        if not self.rows.begins_group(row):
            return
        em, middle = self.em(), rect.center().y()
        x, size = rect.left() + BAR + 0.5 * em, 0.28 * em
        down = [(-size, -size / 2), (size, -size / 2), (0, size)]
        points = [(y, x) for x, y in down] if row.is_folded else down
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour("faint"))
        painter.drawPolygon(QPolygonF([QPointF(x + dx, middle + dy) for dx, dy in points]))

    def _kept_mark(self, painter: QPainter, rect: Rect, row: Line) -> None:
        """A diamond: filled where a value is kept for the backward pass, hollow where some are read."""
        kept = row.part != "backward" and any(n in self.rows.kept for n in (*row.makes, row.node))
        if not (kept or row.reads):
            return
        em, size = self.em(), 0.26 * self.em()
        centre = QPointF(rect.left() + self.gutter() - 0.55 * em, rect.center().y())
        now = kept and not self.rows.read_now().isdisjoint((*row.makes, row.node))
        if now:  # the lit line reads it
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.theme.colour("receiving"))
            painter.drawEllipse(centre, 2.0 * size, 2.0 * size)
            painter.setPen(QPen(self.theme.colour("local"), 1.2))
            painter.drawEllipse(centre, 1.8 * size, 1.8 * size)
        painter.setPen(QPen(self.theme.colour("local"), 1.2))
        painter.setBrush(self.theme.colour("local") if kept else Qt.BrushStyle.NoBrush)
        around = [(0, -size), (size, 0), (0, size), (-size, 0)]
        painter.drawPolygon(QPolygonF([centre + QPointF(dx, dy) for dx, dy in around]))

    def _number(self, painter: QPainter, room: Rect, row: Line, column: int, cell: Rect) -> None:
        """Paint what of a value or a gradient lies in a cell."""
        if not room.intersects(cell):
            return
        font = QFont(self.table.font())
        font.setBold(self.rows.is_lit(row))
        metrics = QFontMetricsF(font)
        text = self._text(row, column, metrics, room.width())
        if font.bold() and text != next(iter(self.rows.texts(row, column)), ""):
            font.setBold(False)
            text = self._text(row, column, QFontMetricsF(font), room.width())
        painter.setFont(font)
        part = "value" if column == VALUE else "gradient"
        painter.setPen(self._colour("faint" if self.rows.session.problem else part))
        painter.drawText(room, _RIGHT, text)

    def _bold(self) -> QFont:
        font = QFont(self.table.font())
        font.setBold(True)
        return font

    def _code_font(self) -> QFont:
        font = QFont(self.table.font())
        font.setFamilies(["DejaVu Sans Mono", "Menlo", "Consolas", "monospace"])
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(round(0.92 * self.em()))
        return font

    def _small(self) -> QFont:
        font = QFont(self.table.font())
        font.setPixelSize(max(9, round(0.85 * self.em())))
        return font

    def _colour(self, part: str) -> QColor:
        return self.theme.colour(part)

    _too_wide = False


_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

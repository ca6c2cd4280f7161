"""The plane in which own points are put: added, moved, relabelled and deleted, by mouse or by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import floor, log10

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.data.marks import colours
from app.state.training_session import TrainingSession
from app.widgets.labels import sentence_of
from app.widgets.theme import LIGHT, Theme
from core.base.arrays import Array
from core.base.errors import Problem
from core.base.numbers import short
from core.data.table import Row, Table
from core.figure.plot.facts import Axis
from core.figure.plot.ticks import ticks

RADIUS, REACH = 5.0, 9.0  # pixels: of a point, and how near to one a press must be
MOST_STEPS = 6  # of an axis, from one of its numbers to the next
NUDGE, FAR_NUDGE = 0.01, 0.05  # of the range, for an arrow key without and with Shift
KEYS = (
    "Click: a new point. Drag: move it. Right-click or Del: delete it. 1 to 9: its class."
    " Arrows: move it, with Shift farther. Page Up, Page Down: another point. Ins: a new point in the middle"
)
ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class PointsPlane(QWidget):
    """The rows of the data as points over two columns; each change of them is one entry of undo.

    A new point has the class `label`, or of numbers the target `value`, and in other columns what the chosen
    point has there.
    """

    labelChanged = Signal()
    refused = Signal(str)  # why a change is not taken, or "" once one is

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.data, self.theme = training, training.data, LIGHT
        self.label, self.value = 0, 0.0
        self._moving: tuple[int, QPointF] | None = None  # the point under the mouse's button, and where it is
        self._pressed_at = QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Plane of points")
        self.setToolTip(KEYS)
        self.setMinimumSize(240, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        training.data.dataChanged.connect(self._renew)
        training.sampleChanged.connect(self._renew)
        self._renew()

    def sizeHint(self) -> QSize:
        return QSize(430, 430)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    # -- what is where

    @property
    def table(self) -> Table:
        return self.data.table

    @property
    def columns(self) -> tuple[int, int] | None:
        """The columns across and up: two features, or one and its target; None for classes over one."""
        if len(self.table.features) >= 2:
            return 0, 1
        return None if self.table.classes else (0, 1)

    @property
    def chosen(self) -> int | None:
        """The number of the chosen point, if there is one."""
        return self.training.sample if self.training.sample < len(self.table) else None

    @property
    def area(self) -> QRectF:
        """The square in which points stand."""
        metrics = self.fontMetrics()
        left, bottom = metrics.horizontalAdvance("−0.00") + 10, 2 * metrics.height() + 6
        top = metrics.height() + 4
        side = max(40, min(self.width() - left - 10, self.height() - top - bottom))
        return QRectF(left, top, side, side)

    def range(self, column: int) -> tuple[float, float]:
        """The least and the largest number that a column has here."""
        return (*self.table.plane, self.table.goals)[column]

    def places_of(self, rows: Sequence[Row]) -> Array:
        """Where rows stand, in pixels, (number of rows, 2)."""
        numbers, (across, up) = np.array(rows), self.columns or (0, 0)
        return np.column_stack([self._pixels(numbers[:, k], k) for k in (across, up)])

    def place_of(self, row: Row) -> QPointF:
        """Where a row stands, in pixels."""
        return QPointF(*self.places_of([row])[0])

    def point_at(self, place: QPointF) -> tuple[float, float]:
        """The numbers at a place, as near as a pixel tells, inside the plane."""
        across, up = self.columns or (0, 0)
        (left, right), (low, high) = self.range(across), self.range(up)
        x = min(max((place.x() - self.area.left()) / self.area.width(), 0), 1)
        y = min(max((self.area.bottom() - place.y()) / self.area.height(), 0), 1)
        return _rounded(left + x * (right - left), right - left), _rounded(low + y * (high - low), high - low)

    def nearest(self, place: QPointF) -> int | None:
        """The number of the point under a place."""
        if not self.table.rows:
            return None
        apart = np.hypot(*(self.places_of(self.table.rows) - (place.x(), place.y())).T)
        last = len(apart) - 1 - int(apart[::-1].argmin())  # of several at one place the one painted last
        return last if apart[last] <= REACH else None

    # -- changes

    def add(self, x: float, y: float) -> None:
        """Add a point, which is chosen then."""
        if self.columns is None:
            return
        table, across_up = self.table, self.columns
        row = list(table.rows[self.chosen]) if self.chosen is not None else [0.0] * len(table.titles)
        row[-1] = float(min(self.label, len(table.classes) - 1)) if table.classes else self.value
        for column, number in zip(across_up, (x, y), strict=True):
            row[column] = number
        number = len(table)
        if self._edit("add a point", lambda: table.with_row(row)):
            self.training.choose_sample(number)
            self._renew()

    def put(self, number: int, x: float, y: float) -> None:
        """Move a point."""
        if self.columns is None:
            return
        row = list(self.table.rows[number])
        for column, place in zip(self.columns, (x, y), strict=True):
            row[column] = place
        self._edit("move a point", lambda: self.table.with_changed(number, row))

    def give_class(self, label: int) -> None:
        """Give the chosen point a class, which new ones get too; the one after the last is added."""
        if not self.table.classes or label > len(self.table.classes):
            return
        chosen = self.chosen
        if chosen is not None and self.table.rows[chosen][-1] != label:
            self._edit("change the class of a point", lambda: self.table.with_class_of(chosen, label))
        if label < len(self.table.classes):
            self.label = label
            self.labelChanged.emit()

    def delete(self, number: int | None) -> None:
        """Delete a point."""
        if number is not None:
            self._edit("delete a point", lambda: self.table.without({number}))

    def _edit(self, label: str, changed: Callable[[], Table]) -> bool:
        try:
            self.data.edit(label, changed())
        except Problem as problem:
            self.refused.emit(sentence_of(problem))
            return False
        self.refused.emit("")
        return True

    # -- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        number = self.nearest(place)
        if event.button() == Qt.MouseButton.RightButton:
            self.delete(number)
        elif event.button() == Qt.MouseButton.LeftButton and number is not None:
            self.training.choose_sample(number)
            self._moving, self._pressed_at = (number, self.place_of(self.table.rows[number])), place
        elif event.button() == Qt.MouseButton.LeftButton and self.area.contains(place):
            self.add(*self.point_at(place))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._moving is not None:
            self._moving = self._moving[0], event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._moving is None or event.button() != Qt.MouseButton.LeftButton:
            return
        number, self._moving = self._moving[0], None
        if (event.position() - self._pressed_at).manhattanLength() > 2:
            self.put(number, *self.point_at(event.position()))
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()  # the right button deletes

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and (event.key() in ARROWS or event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Insert))
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, chosen, count = event.key(), self.chosen, len(self.table)
        if key in ARROWS and chosen is not None and self.columns is not None:
            far = FAR_NUDGE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else NUDGE
            row = self.table.rows[chosen]
            moved = []
            for column, way in zip(self.columns, ARROWS[Qt.Key(key)], strict=True):
                low, high = self.range(column)
                moved.append(_rounded(row[column] + way * far * (high - low), high - low))
            self.put(chosen, moved[0], moved[1])
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete(chosen)
        elif key == Qt.Key.Key_Insert:
            self.add(*self.point_at(self.area.center()))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and count:
            step = 1 if key == Qt.Key.Key_PageDown else -1
            self.training.choose_sample(((chosen or 0) + step) % count)
        elif event.text() and event.text() in "123456789":
            self.give_class(int(event.text()) - 1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # -- what is painted

    def _renew(self) -> None:
        self._moving = None
        self.setAccessibleDescription(self._said())
        self.update()

    def _said(self) -> str:
        table, chosen = self.table, self.chosen
        if chosen is None:
            return f"{len(table)} points. {KEYS}"
        row = table.rows[chosen]
        names = [f"{title} = {short(x)}" for title, x in zip(table.features, row, strict=False)]
        goal = table.classes[int(row[-1])] if table.classes else short(row[-1])
        return f"Point {chosen + 1} of {len(table)}: {', '.join(names)}, {table.target} {goal}. {KEYS}"

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.theme.colour("accent" if self.hasFocus() else "line"), 1))
            painter.setBrush(self.theme.colour("paper"))
            painter.drawRect(self.area)
            if self.columns is None:
                painter.setPen(self.theme.colour("faint"))
                words = "One feature and classes: edit the rows in the table"
                painter.drawText(self.area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
                return
            self._paint_axes(painter)
            self._paint_points(painter)

    def _paint_axes(self, painter: QPainter) -> None:
        assert self.columns is not None
        area, metrics = self.area, self.fontMetrics()
        across, up = self.columns
        painter.setPen(self.theme.colour("faint"))
        for at, text in self._ticks(across):
            painter.drawLine(QPointF(at, area.bottom()), QPointF(at, area.bottom() + 4))
            box = QRectF(at - 40, area.bottom() + 4, 80, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        for at, text in self._ticks(up):
            painter.drawLine(QPointF(area.left() - 4, at), QPointF(area.left(), at))
            box = QRectF(0, at - metrics.height(), area.left() - 6, 2 * metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setPen(self.theme.colour("ink"))
        titles = self.table.titles
        below = QRectF(area.left(), area.bottom() + 4 + metrics.height(), area.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, titles[across])
        painter.drawText(QRectF(4, 0, area.right(), metrics.height()), Qt.AlignmentFlag.AlignLeft, titles[up])

    def _ticks(self, column: int) -> Iterator[tuple[float, str]]:
        """The pixels along an axis at which it has a number, and that number."""
        found = ticks(Axis(*self.range(column)), MOST_STEPS)
        places = self._pixels(np.array([number for number, _ in found]), column)
        yield from zip(places.tolist(), (text for _, text in found), strict=True)

    def _pixels(self, numbers: Array, column: int) -> Array:
        """Where numbers of a column stand along its axis."""
        low, high = self.range(column)
        shares, area = (numbers - low) / (high - low), self.area
        across = self.columns is not None and column == self.columns[0]
        return area.left() + shares * area.width() if across else area.bottom() - shares * area.height()

    def _paint_points(self, painter: QPainter) -> None:
        table = self.table
        if not table.rows:
            painter.setPen(self.theme.colour("faint"))
            painter.drawText(self.area, Qt.AlignmentFlag.AlignCenter, "Click to add a point")
            return
        goals = np.array([row[-1] for row in table.rows])
        inks = colours(goals, len(table.classes), self.theme)
        places = self.places_of(table.rows)
        if self._moving is not None:
            places[self._moving[0]] = self._moving[1].toTuple()
        painter.setPen(QPen(self.theme.colour("paper"), 1))
        for place, ink in zip(places.tolist(), inks, strict=True):
            painter.setBrush(ink)
            painter.drawEllipse(QPointF(*place), RADIUS, RADIUS)
        if self.chosen is not None:
            painter.setPen(QPen(self.theme.colour("ink"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(*places[self.chosen]), RADIUS + 3, RADIUS + 3)


def _rounded(number: float, span: float) -> float:
    """A number with as many digits as a thousandth of the range needs."""
    digits = max(0, 3 - floor(log10(span)))
    return round(number, digits)

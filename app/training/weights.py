"""The weights as heat maps, and for images the rows of the first matrix as templates."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.widgets.heat import heat_image
from app.widgets.theme import LIGHT, Theme
from core.base.arrays import Array, Value
from core.base.numbers import short
from core.figure import heat_cells

CAPTION, GAP = 18, 12
LARGEST_CELL, LONGEST = 26.0, 150.0
MOST_FILTERS = 40


class HeatMaps(QWidget):
    """Named arrays side by side as heat maps; hovering shows an entry's number."""

    def __init__(self, parent: QWidget | None = None, longest: float = LONGEST):
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.longest = longest
        self._maps: list[tuple[str, Array]] = []
        self._placed: list[tuple[QRectF, str, Array]] = []
        self._height = 60
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Weights")

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def show_maps(self, maps: list[tuple[str, Array]]) -> None:
        """Show these matrices; all share one scale of colour."""
        shapes = [(name, values.shape) for name, values in self._maps]
        self._maps = maps
        if shapes != [(name, values.shape) for name, values in maps]:
            self._place()
        else:
            self._placed = [(r, n, v) for (r, _, _), (n, v) in zip(self._placed, maps, strict=True)]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def _place(self) -> None:
        """Rows of maps, wrapped at the width."""
        self._placed = []
        x, y, tallest = 0.0, 0.0, 0.0
        for name, values in self._maps:
            rows, columns = values.shape
            cell = min(LARGEST_CELL, self.longest / max(rows, columns))
            width, height = max(columns * cell, 4.0), max(rows * cell, 4.0)
            room = max(width, self.fontMetrics().horizontalAdvance(name) + 2.0)
            if x and x + room > self.width():
                x, y, tallest = 0.0, y + tallest + CAPTION + GAP, 0.0
            self._placed.append((QRectF(x, y + CAPTION, width, height), name, values))
            x, tallest = x + room + GAP, max(tallest, height)
        height = round(y + tallest + CAPTION + 6)
        if height != self._height:
            self._height = height
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        largest = max((float(np.nanmax(np.abs(v), initial=0.0)) for _, _, v in self._placed), default=0.0)
        with QPainter(self) as painter:
            for rect, name, values in self._placed:
                painter.setPen(QPen(self.theme.colour("ink")))
                painter.drawText(QPointF(rect.left(), rect.top() - 4), name)
                painter.drawImage(rect, heat_image(values, self.theme, largest))
                painter.setPen(QPen(self.theme.colour("line"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(rect)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def text_at(self, at: QPointF) -> str:
        """The entry under a point, as `W1[0, 2] = −0.31`."""
        for rect, name, values in self._placed:
            if rect.contains(at):
                i = min(int((at.y() - rect.top()) / rect.height() * values.shape[0]), values.shape[0] - 1)
                j = min(int((at.x() - rect.left()) / rect.width() * values.shape[1]), values.shape[1] - 1)
                place = f"{i}, {j}" if values.shape[1] > 1 else f"{i}"  # a vector is a column
                return f"{name}[{place}] = {short(float(values[i, j]))}"
        return ""


def weight_maps(values: Mapping[str, Value]) -> list[tuple[str, Array]]:
    """Parameters as matrices to be drawn: a vector is a column, a number one cell, filters one by one."""
    found: list[tuple[str, Array]] = []
    for name, value in values.items():
        array = np.asarray(value, dtype=np.float64)
        if array.ndim > 2 and array[0].size > 1:
            found += [(f"{name}[{i}]", heat_cells(part)) for i, part in enumerate(array[:MOST_FILTERS])]
        else:
            found.append((name, array.reshape(len(array), -1) if array.ndim else array.reshape(1, 1)))
    return found


def template_maps(
    values: Mapping[str, Value], image: tuple[int, ...], names: tuple[str, ...]
) -> list[tuple[str, Array]]:
    """The rows of the first matrix with one column a pixel, each as a picture; up to 40."""
    pixels = math.prod(image)
    for name, value in values.items():
        if not isinstance(value, float) and value.ndim == 2 and value.shape[1] == pixels:
            rows = value[:40]
            titles = names if len(names) == len(rows) else tuple(f"{name}[{i}]" for i in range(len(rows)))
            return [(title, line.reshape(image)) for title, line in zip(titles, rows, strict=True)]
    return []

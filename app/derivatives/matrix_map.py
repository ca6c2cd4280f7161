"""A matrix too large to be read as numbers: a heat map; hovering shows an entry's number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.widgets.heat import heat_image
from app.widgets.theme import LIGHT, Theme
from core.base.arrays import Array

MOST_CELLS = 256  # along a side; of more, neighbours share a cell
LARGEST_CELL = 22.0
MARGIN = 2.0


def thinned(matrix: Array, most: int = MOST_CELLS) -> Array:
    """A matrix of at most so many rows and columns: of neighbours the one that is furthest from 0."""
    if max(matrix.shape) <= most:
        return matrix
    low, high = matrix, matrix
    for axis, count in enumerate(matrix.shape):
        starts = np.arange(0, count, -(-count // most))
        low = np.minimum.reduceat(low, starts, axis=axis)
        high = np.maximum.reduceat(high, starts, axis=axis)
    return np.where(-low > high, low, high)


class MatrixMap(QWidget):
    """`text_of` says an entry in words."""

    def __init__(self, text_of: Callable[[int, int], str], parent: QWidget | None = None):
        super().__init__(parent)
        self.theme: Theme = LIGHT
        self.matrix: Array = np.zeros((0, 0))
        self.largest = 0.0
        self._text_of = text_of
        self._image = QImage()
        # takes what the panel's height leaves; below this the panel is scrolled
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(120, 140)
        self.setAccessibleName("Jacobian as a heat map")

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.show_matrix(self.matrix)

    def show_matrix(self, matrix: Array) -> None:
        """Orange below 0, blue above; all entries share one scale."""
        self.matrix = matrix
        self.largest = float(np.nanmax(np.abs(matrix), initial=0.0))
        self._image = heat_image(thinned(matrix), self.theme, self.largest) if matrix.size else QImage()
        self.update()

    def area(self) -> QRectF:
        """Where the map is painted; a side with many cells does not make the other one thin."""
        rows, columns = self.matrix.shape
        inside = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        width, height = min(inside.width(), columns * LARGEST_CELL), min(inside.height(), rows * LARGEST_CELL)
        return QRectF(inside.left(), inside.top(), width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        with QPainter(self) as painter:
            painter.drawImage(self.area(), self._image)
            painter.setPen(QPen(self.theme.colour("line"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.area())

    def text_at(self, at: QPointF) -> str:
        """The entry under a point, or nothing."""
        area = self.area()
        if not self.matrix.size or not area.contains(at):
            return ""
        rows, columns = self.matrix.shape
        i = min(int((at.y() - area.top()) / area.height() * rows), rows - 1)
        j = min(int((at.x() - area.left()) / area.width() * columns), columns - 1)
        return self._text_of(i, j)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

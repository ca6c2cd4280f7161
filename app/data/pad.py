"""A pad on which a picture is drawn, and what becomes of it in few pixels."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.heat import ink_image
from app.widgets.theme import LIGHT
from core.base.arrays import Array

PAD, FINE = 110, 8  # pixels of the pad, and how many strokes' pixels one of the picture has across
BRUSH = 0.7  # pixels of the picture: half the width of a stroke


class Pad(QWidget):
    """Drawn on with the mouse, or by arrows and Space; its ink is averaged to the pixels of the data."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.theme = LIGHT
        self.shape = (8, 8)
        self.cell = (0, 0)  # where the keys draw
        self.strokes = np.zeros((64, 64))
        self._last: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Pad to draw on")
        self.setToolTip(
            "Draw with the mouse. By keys: arrows move, Space inks a pixel, Del clears; right-click clears"
        )
        self.set_side(PAD)

    def set_side(self, side: int) -> None:
        """Give the pad another side, in pixels."""
        self.setFixedSize(side, side)

    @property
    def picture(self) -> Array:
        """The ink of each pixel of the picture, from 0 to 1: the mean of the strokes in it."""
        rows, columns = self.shape
        return np.asarray(self.strokes.reshape(rows, FINE, columns, FINE).mean(axis=(1, 3)))

    def set_shape(self, shape: tuple[int, ...]) -> None:
        """Draw pictures of so many rows and columns."""
        if shape != self.shape and len(shape) == 2:
            self.shape, self.cell = (shape[0], shape[1]), (0, 0)
            self.clear()

    def clear(self) -> None:
        """Take all ink away."""
        self.strokes = np.zeros((self.shape[0] * FINE, self.shape[1] * FINE))
        self._tell()

    def stroke(self, start: QPointF, end: QPointF) -> None:
        """Ink a line between two places, in pixels of the pad."""
        rows, columns = self.strokes.shape
        y, x = np.mgrid[0:rows, 0:columns] + 0.5
        ends = [
            np.array([p.x() / self.width() * columns, p.y() / self.height() * rows]) for p in (start, end)
        ]
        along = ends[1] - ends[0]
        length = float(along @ along) or 1.0
        share = np.clip(((x - ends[0][0]) * along[0] + (y - ends[0][1]) * along[1]) / length, 0, 1)
        apart = np.hypot(x - ends[0][0] - share * along[0], y - ends[0][1] - share * along[1])
        self.strokes = np.maximum(self.strokes, (apart <= BRUSH * FINE).astype(float))
        self._tell()

    def _tell(self) -> None:
        self.changed.emit()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self.clear()
        else:
            self._last = event.position()
            self.stroke(self._last, self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self.stroke(self._last, event.position())
            self._last = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if event.key() in moves:
            step = moves[Qt.Key(event.key())]
            row, column = (
                min(max(a + b, 0), n - 1) for a, b, n in zip(self.cell, step, self.shape, strict=True)
            )
            self.cell = row, column
            self.setAccessibleDescription(f"Row {row}, column {column}, ink {self.picture[self.cell]:.2f}")
            self.update()
        elif event.key() == Qt.Key.Key_Space:
            row, column = (FINE * k for k in self.cell)
            block = self.strokes[row : row + FINE, column : column + FINE]
            block[...] = 0.0 if block.mean() > 0.5 else 1.0
            self._tell()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawImage(rect, ink_image(self.strokes, self.theme))
            painter.setPen(QPen(self.theme.colour("line"), 1, Qt.PenStyle.DashLine))
            painter.drawRect(rect)
            if not self.strokes.any():
                painter.setPen(self.theme.colour("faint"))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "draw here")
            if self.hasFocus():
                high, wide = rect.height() / self.shape[0], rect.width() / self.shape[1]
                painter.setPen(QPen(self.theme.colour("accent"), 1.5))
                painter.drawRect(QRectF(self.cell[1] * wide, self.cell[0] * high, wide, high))


class Averaged(QWidget):
    """A picture of few pixels, as the program gets it."""

    def __init__(self, pad: Pad):
        super().__init__()
        self.pad = pad
        self.setToolTip("What the program gets: the mean ink of each pixel")
        self.setAccessibleName("Averaged picture")
        self.setFixedSize(PAD // 2, PAD // 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawImage(rect, ink_image(self.pad.picture, self.pad.theme))
            painter.setPen(QPen(self.pad.theme.colour("line"), 1))
            painter.drawRect(rect)

"""The laser pointer of the stage: a red dot with a fading trail in place of the mouse pointer."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QCursor, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from app.canvas.camera import LINES

DOT = 14  # pixels across, on a screen of LINES
RIM = 0.12  # of the dot: the white line around it
RED = QColor("#ff1e1e")
TRAIL = 14  # places
FADES = 30  # milliseconds in which the trail gets shorter by one place


class Laser(QWidget):
    """Lies over the whole window while it is on, so that the mouse points and does nothing else."""

    def __init__(self, window: QWidget):
        super().__init__(window)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.setAccessibleName("Laser pointer")
        self._trail: deque[QPointF] = deque(maxlen=TRAIL)  # the last of these is where the dot is
        self._timer = QTimer(self, interval=FADES)
        self._timer.timeout.connect(self.fade)
        self.hide()

    @property
    def diameter(self) -> float:
        """That of the dot, in pixels."""
        return max(8.0, DOT * self.height() / LINES)

    def point_at(self, at: QPointF) -> None:
        """Move the dot to a place of the window."""
        self._trail.append(at)
        self._timer.start()
        self._repaint()

    def fade(self) -> None:
        """Let the oldest place of the trail go; the dot stays."""
        self._repaint()
        if len(self._trail) > 1:
            self._trail.popleft()
        else:
            self._timer.stop()

    def _repaint(self) -> None:
        room, places = self.diameter, list(self._trail)
        for one, other in pairwise([*places[:1], *places]):
            self.update(QRectF(one, other).normalized().adjusted(-room, -room, room, room).toAlignedRect())

    def showEvent(self, event: QShowEvent) -> None:
        here = self.mapFromGlobal(QCursor.pos())
        self._trail.clear()
        if self.rect().contains(here):
            self.point_at(QPointF(here))

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point_at(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self._trail.clear()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._trail:
            return
        places, whole = list(self._trail), self.diameter
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for number, (one, other) in enumerate(pairwise(places), start=1):
                share = number / len(places)
                colour = QColor(RED)
                colour.setAlphaF(0.6 * share)
                pen = QPen(colour, whole * share)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                painter.setPen(pen)
                painter.drawLine(one, other)
            painter.setPen(QPen(Qt.GlobalColor.white, whole * RIM))  # seen on a red node, too
            painter.setBrush(RED)
            painter.drawEllipse(places[-1], whole / 2, whole / 2)

"""All steps side by side, coloured by phase: where one is among them, and a way to go elsewhere."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.state.session import Session
from app.widgets.theme import LIGHT, Theme

MOST_CELLS = 60  # that are set apart
PHASE_COLOURS = {"forward": "value", "seed": "upstream", "backward": "gradient"}


class Scrubber(QWidget):
    """All strides side by side, each in the colour of its phase; drag or click to go to one."""

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(60)
        self.setAccessibleName("Steps")
        self.setToolTip("All steps: the forward pass, then the backward pass. Click or drag to go to one")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        session.traceChanged.connect(self.update)
        session.cursorMoved.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(300, 26 + self.fontMetrics().height())

    @property
    def cells(self) -> int:
        """How many strides there are."""
        return len(self.session.stops) - 1

    def _x(self, place: float) -> float:
        return 9 + (self.width() - 18) * place / max(1, self.cells)

    def paintEvent(self, event: QPaintEvent) -> None:
        session, cells, place = self.session, self.cells, self.session.place
        middle, metrics = self.height() - 13, self.fontMetrics()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for *ends, phase in session.trace.phases:
                first, last = (bisect_left(session.stops, end) for end in ends)
                colour = self.theme.colour(PHASE_COLOURS[phase])
                for start, end, alpha in ((first, min(last, place), 1.0), (max(first, place), last, 0.3)):
                    if start < end:
                        colour.setAlphaF(alpha)
                        painter.setBrush(colour)
                        painter.drawRect(QRectF(self._x(start), middle - 4, self._x(end) - self._x(start), 8))
                colour.setAlphaF(1.0)
                if self._x(last) - self._x(first) > metrics.horizontalAdvance(phase):
                    painter.setPen(colour)
                    painter.drawText(QPointF(self._x(first), middle - 9), phase)
                    painter.setPen(Qt.PenStyle.NoPen)
            if 1 < cells <= MOST_CELLS:
                painter.setPen(QPen(self.theme.colour("panel"), 1.5))
                for count in range(1, cells):
                    painter.drawLine(QPointF(self._x(count), middle - 4), QPointF(self._x(count), middle + 4))
            painter.setPen(QPen(self.theme.colour("ink"), 2))
            painter.setBrush(self.theme.colour("field"))
            x = self._x(place)
            if self.hasFocus():
                painter.setPen(QPen(self.theme.colour("accent"), 3))
            painter.drawEllipse(QPointF(x, middle), 7, 7)

    def _go(self, event: QMouseEvent) -> None:
        share = (event.position().x() - 9) / max(1, self.width() - 18)
        self.session.seek(self.session.stops[min(self.cells, max(0, round(share * self.cells)))])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)

"""What a pressed mouse button does on the canvas: one class per gesture, each one undo entry."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QGraphicsView

from app.state.session import Session
from app.widgets.scrubbing import scrub_step, scrubbed


class Gesture(Protocol):
    cursor: Qt.CursorShape

    def move(self, view: QGraphicsView, at: QPoint) -> None: ...


class DragNode:
    """A node follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, session: Session, node: str, grabbed: QPointF):
        self.session, self.node, self.id = session, node, session.gesture()
        x, y = session.drawing.placement.centres[node]
        self.offset = QPointF(x, y) - grabbed

    def move(self, view: QGraphicsView, at: QPoint) -> None:
        place = view.mapToScene(at) + self.offset
        self.session.move_node(self.node, (round(place.x(), 1), round(place.y(), 1)), self.id)


class Pan:
    """The paper follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, start: QPoint):
        self.last = start

    def move(self, view: QGraphicsView, at: QPoint) -> None:
        moved = at - self.last
        self.last = at
        across, down = view.horizontalScrollBar(), view.verticalScrollBar()
        across.setValue(across.value() - moved.x())
        down.setValue(down.value() - moved.y())


class Scrub:
    """A number grows to the right and shrinks to the left: a step for every few pixels."""

    cursor = Qt.CursorShape.SizeHorCursor

    def __init__(self, session: Session, node: str, start: QPoint):
        self.session, self.node, self.id = session, node, session.gesture()
        value = session.snapshot.value(node)
        self.start = value if isinstance(value, float) else 0.0
        self.from_x = start.x()
        self.step = scrub_step(self.start)

    def move(self, view: QGraphicsView, at: QPoint) -> None:
        self.session.set_value(self.node, scrubbed(self.start, self.step, at.x() - self.from_x), self.id)

"""What a pressed mouse button does on the canvas: one class per gesture, each one undo entry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QLineF, QPoint, QPointF, Qt
from PySide6.QtWidgets import QGraphicsView

from app.state.session import Session
from app.widgets.scrubbing import scrub_step, scrubbed

if TYPE_CHECKING:
    from app.canvas.scene import Scene

NEAR = 6.0  # pixels within which a dragged node stands level with another
SAME = 0.1  # points: no two nodes that differ by less are at different heights


class Gesture(Protocol):
    cursor: Qt.CursorShape

    def move(self, view: QGraphicsView, at: QPoint) -> None: ...


class DragNode:
    """A node follows the pointer, and stands level with another or straight below if it is near to that."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, session: Session, scene: Scene, node: str, grabbed: QPointF):
        self.session, self.scene, self.node, self.id = session, scene, node, session.gesture()
        centres = session.drawing.placement.centres
        self.offset = QPointF(*centres[node]) - grabbed
        self.others = [centre for name, centre in centres.items() if name != node]

    def move(self, view: QGraphicsView, at: QPoint) -> None:
        place, near = view.mapToScene(at) + self.offset, NEAR / view.transform().m11()
        x, beside_x = _aligned(place.x(), [x for x, _ in self.others], near)
        y, beside_y = _aligned(place.y(), [y for _, y in self.others], near)
        self.session.move_node(self.node, (round(x, 1), round(y, 1)), self.id)
        across = [other for other in self.others if beside_y and abs(other[1] - y) < SAME]
        along = [other for other in self.others if beside_x and abs(other[0] - x) < SAME]
        lines = [QLineF(other[0], y, x, y) for other in across] + [
            QLineF(x, other[1], x, y) for other in along
        ]
        self.scene.show_guides(lines)


def _aligned(place: float, others: Sequence[float], near: float) -> tuple[float, bool]:
    """The nearest of the others if it is near, and whether it is."""
    nearest = min(others, key=lambda other: abs(other - place), default=math.inf)
    return (nearest, True) if abs(nearest - place) <= near else (place, False)


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

"""The spotlight of the stage: all but what the present step touches is dimmed."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QPainterPath, QPainterPathStroker

from app.canvas.scene import Scene
from app.painting.parts import box_rect, label_rect, route_path
from core.figure import Part

AROUND_BOX, AROUND_LABEL, ALONG_ARROW = 12.0, 5.0, 22.0  # points: how far the light reaches


class Spotlight(QObject):
    """Keeps the light on the present step while it is `on`."""

    def __init__(self, scene: Scene):
        super().__init__(scene)
        self._scene = scene
        self.on = False
        scene.shown.connect(self._follow)

    def set_on(self, on: bool) -> None:
        """Dim all but the present step, or nothing."""
        if on != self.on:
            self.on = on
            self._follow()

    def _follow(self) -> None:
        """Light what the step touches, and where what moves in it comes from."""
        session, parts = self._scene.source, dict[str, Part]()
        if self.on and session.cursor and not session.shown_whole:
            figures, view = session.figures, session.drawing.view
            parts = figures.last_step(session.cursor)
            arrows = (arrow for part in parts.values() for arrow in part.arrows if arrow.mood == "active")
            sources = {view.home(arrow.edge.source) for arrow in arrows} & figures.drawing.sizes.keys()
            parts |= figures.parts(session.cursor, sources)
        self._scene.show_spot(light_on(parts.values()))


def light_on(parts: Iterable[Part]) -> QPainterPath:
    """The outline of the boxes of some nodes, of what is written at them, and of their lit arrows."""
    found, stroker = QPainterPath(), QPainterPathStroker()
    found.setFillRule(Qt.FillRule.WindingFill)
    stroker.setWidth(ALONG_ARROW)
    for part in parts:
        around = box_rect(part.box).adjusted(-AROUND_BOX, -AROUND_BOX, AROUND_BOX, AROUND_BOX)
        radius = min(around.width(), around.height()) / 2
        found.addRoundedRect(around, radius, radius)
        for label in part.labels:
            rect = label_rect(label)
            found.addRoundedRect(
                rect.adjusted(-AROUND_LABEL, -AROUND_LABEL, AROUND_LABEL, AROUND_LABEL),
                AROUND_LABEL,
                AROUND_LABEL,
            )
        for arrow in part.arrows:
            if arrow.mood == "active":
                found.addPath(stroker.createStroke(route_path(arrow.route)))
    return found.simplified()

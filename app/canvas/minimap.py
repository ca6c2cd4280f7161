"""A small picture of a large drawing in a corner of the canvas: what is seen of it, and where the step is."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QRegion, QTransform
from PySide6.QtWidgets import QGraphicsView, QWidget

from app.canvas.camera import Camera
from app.canvas.scene import Scene
from app.painting.parts import box_rect, route_path
from app.widgets.theme import mixed
from core.figure import Figure

MANY = 60  # nodes of a drawing that has a map
LEAST, WIDEST = QSizeF(60, 36), QSizeF(220, 130)
FROM_EDGE = 10  # pixels from the canvas's corner
INSET = 5.0
SLACK = 30.0  # points of a drawing's margin that need not be seen
LEAST_DOT = 2.5  # pixels, of a node
REACH = 2 * LEAST_DOT + 1  # pixels, of what is painted around a step's node
LEAST_FRAME = 8.0  # pixels, of what is seen


class Minimap(QWidget):
    """A press or a drag shows that place on the canvas."""

    def __init__(self, scene: Scene, view: QGraphicsView, camera: Camera):
        super().__init__(view)
        self._scene, self._view, self._camera = scene, view, camera
        self._picture: QPixmap | None = None
        self._drawn: object = None
        self._seen = QRectF()  # of the drawing
        self._on_map = QTransform()  # from places in the drawing to those on the map
        self._dots: list[
            tuple[QPointF, bool]
        ] = []  # where the step is, and whether it is one of the backward pass
        self.setAccessibleName("Map of the graph")
        self.setToolTip("The whole graph. Press or drag to go there")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else the canvas below is painted as well
        scene.shown.connect(self.refresh)
        self.hide()

    def refresh(self) -> None:
        """Come when a large drawing is not seen whole, and go; show another drawing, place or step."""
        bounds, drawing, seen = self._scene.bounds(), self._scene.source.drawing, self._camera.seen
        is_whole = seen.contains(bounds.adjusted(SLACK, SLACK, -SLACK, -SLACK))
        self.setVisible(len(drawing.sizes) > MANY and not is_whole)
        if not self.isVisible():
            return
        drawn = drawing.placement, self._scene.theme
        if drawn != self._drawn:
            self._drawn, self._picture = drawn, None
            size = bounds.size().scaled(WIDEST, Qt.AspectRatioMode.KeepAspectRatio)
            self.resize((size + QSizeF(2 * INSET, 2 * INSET)).expandedTo(LEAST).toSize())
            self._on_map, self._seen = self._mapped(bounds), QRectF()
        room = self._view.viewport().rect()
        self.move(room.right() - self.width() - FROM_EDGE, room.bottom() - self.height() - FROM_EDGE)
        changed = QRegion()
        for around in self._around_dots():
            changed += around
        session = self._scene.source
        self._dots = [
            (self._on_map.mapRect(box_rect(part.box)).center(), part.box.backward)
            for part in session.figures.last_step(session.cursor).values()
        ]
        for around in self._around_dots():
            changed += around
        if seen == self._seen:
            self.update(changed)
        else:
            self._seen = seen
            self.update()

    def _around_dots(self) -> Iterator[QRect]:
        for at, _ in self._dots:
            yield QRectF(at.x() - REACH, at.y() - REACH, 2 * REACH, 2 * REACH).toAlignedRect()

    def _mapped(self, bounds: QRectF) -> QTransform:
        across, down = self.width() - 2 * INSET, self.height() - 2 * INSET
        scale = min(across / bounds.width(), down / bounds.height())
        middle = QRectF(self.rect()).center()
        moved = QTransform.fromTranslate(middle.x(), middle.y()).scale(scale, scale)
        return moved.translate(-bounds.center().x(), -bounds.center().y())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, session = self._scene.theme, self._scene.source
        if self._picture is None:
            self._picture = self._pictured(session.figure)
        with QPainter(self) as painter:
            painter.drawPixmap(0, 0, self._picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for at, backward in self._dots:
                painter.setBrush(theme.colour("gradient" if backward else "value"))
                painter.drawEllipse(at, 2 * LEAST_DOT, 2 * LEAST_DOT)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("accent"), 1.5))
            inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            seen = self._on_map.mapRect(self._seen)
            wider, higher = (
                max(LEAST_FRAME - seen.width(), 0.0) / 2,
                max(LEAST_FRAME - seen.height(), 0.0) / 2,
            )
            painter.drawRect(seen.adjusted(-wider, -higher, wider, higher) & inside)

    def _pictured(self, figure: Figure) -> QPixmap:
        """The drawing without what a step changes: painted once."""
        theme, ratio = self._scene.theme, self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(mixed(theme.colour("paper"), theme.colour("line"), 0.06))
        with QPainter(picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(mixed(theme.colour("paper"), theme.colour("line"), 0.4), 1.0))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
            painter.save()
            painter.setTransform(self._on_map, True)
            pen = QPen(mixed(theme.colour("paper"), theme.colour("line"), 0.6), 0.7)
            pen.setCosmetic(True)
            painter.setPen(pen)
            for arrow in figure.arrows:
                painter.drawPath(route_path(arrow.route))
            painter.restore()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line"))
            for box in figure.boxes:
                dot = self._on_map.mapRect(box_rect(box))
                side = max(LEAST_DOT, min(dot.width(), dot.height()))
                painter.drawEllipse(dot.center(), side / 2, side / 2)
        return picture

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def _go(self, at: QPointF) -> None:
        self._camera.hold()
        back, _ = self._on_map.inverted()
        self._view.centerOn(back.map(at))

"""Looking at the scene: zoom, pan, select, drag, hover; arrows walk the graph along its edges."""

from __future__ import annotations

import math
from contextlib import suppress

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QToolTip, QWidget

from app.canvas.gestures import DragNode, Gesture, Pan, Scrub
from app.canvas.items import BoxItem, FrameItem, LabelItem
from app.canvas.minimap import Minimap
from app.canvas.motion import Motion
from app.canvas.scene import GLIDE, Scene
from app.canvas.value_field import MOST_ENTRIES, ValueField
from app.painting.parts import box_rect, frame_rect, label_rect
from app.state.session import Session
from app.widgets.key_repeat import KeyRepeat
from core.base.errors import Problem
from core.base.numbers import exact, value_text

SMALLEST, LARGEST = 0.05, 12.0
# the least and the largest a fitted figure is shown at; what fits only when smaller follows the steps
READABLE = 0.62, 2.2
CLOSE = 2.2  # the largest that a step is zoomed to
PRESENTED = 1.9, 6.0  # in a lecture room numbers need 24 points, and the figure the whole screen
LABEL_ROOM = 40.0  # around a lit box, for what is written beside it
DRAG_STARTS = 4  # pixels
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class View(QGraphicsView):
    """The canvas. Every new drawing fits the view, until the user zooms or pans."""

    editRequested = Signal(str)

    def __init__(self, session: Session, scene: Scene, parent: QWidget | None = None):
        super().__init__(scene, parent)
        self.session = session
        self._scene = scene
        self.least, self.most = READABLE
        self._text_scale = 1.0
        self._fitted = True
        self._pressed: QPoint | None = None
        self._gesture: Gesture | None = None
        self._pending: Gesture | None = None
        self._key_repeat = KeyRepeat(self)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 160)
        self.setAccessibleName("Computational graph")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        scene.shown.connect(self._keep_fitted)
        session.cursorMoved.connect(self._follow)
        self._drawn: object = None  # what was drawn last, and where it stood
        self._placement: object = None
        self._motion = Motion(self)
        self.value_field = ValueField(session, self.viewport())
        self.minimap = Minimap(scene, self)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self.minimap.refresh)
        session.traceChanged.connect(self.value_field.close_unchanged)

    # -- zoom

    def fit(self) -> None:
        """Show the whole figure as large as is comfortable."""
        self._fitted = True
        self._fit(SMALLEST, glide=True)

    def _fit(self, least: float, glide: bool = False) -> None:
        """Fit the figure but stay at least so large; what does not fit is reached by following the steps."""
        bounds = self._scene.bounds()
        available = self.viewport().rect()
        if bounds.isEmpty() or available.isEmpty():
            return
        whole = min((available.width() - 2) / bounds.width(), (available.height() - 2) / bounds.height())
        scale = max(min(whole, self.most), least)
        if least == READABLE[0] and self._text_scale > 1:
            scale = max(scale, self._text_scale)
        before = self._camera
        self.setSceneRect(self._with_room(bounds))
        self._look(scale, bounds.center())
        if whole < scale:
            self._show_lit()
        self._come_from(before, glide)

    @property
    def _camera(self) -> tuple[float, QPointF]:
        """The magnification, and what is in the middle."""
        return self.transform().m11(), self.mapToScene(self.viewport().rect()).boundingRect().center()

    def _look(self, scale: float, middle: QPointF) -> None:
        self.setTransform(QTransform.fromScale(scale, scale))
        self.centerOn(middle)
        self.minimap.refresh()

    def _come_from(self, before: tuple[float, QPointF], glide: bool) -> None:
        """Let the camera move to where it has just been put from where it was."""
        if not glide or not self._scene.animated or not self.isVisible():
            self._motion.cancel()
            return
        (scale, middle), (to_scale, to_middle) = before, self._camera
        growth = to_scale / scale

        def moved(share: float) -> None:
            self._look(scale * growth**share, middle + (to_middle - middle) * share)

        self._motion.begin(GLIDE, moved, lambda: moved(1.0))
        moved(0.0)

    def _follow(self) -> None:
        before = self._camera
        self._show_lit()
        if self._camera != before:
            self._come_from(before, glide=True)

    def _show_lit(self) -> None:
        """Bring what the present step lights into view; at the start, where the data come in."""
        rect = self._lit_rect()
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        if not seen.contains(rect):
            # some of what comes next as well, but no empty paper beyond the figure
            ahead = 0.2 * seen.width()
            self.ensureVisible(rect.adjusted(-ahead, 0, ahead, 0) & self._scene.bounds(), 4, 4)

    def _lit_rect(self) -> QRectF:
        """Where the present step lights something up, and what is written beside it."""
        figures, cursor = self.session.figures, self.session.cursor
        lit = figures.lit(cursor) or figures.parts(cursor, list(figures.drawing.sizes)[:1])
        rect = QRectF()
        for name, part in lit.items():
            rect = rect.united(box_rect(part.box))
            for label in part.labels:  # a sum at a fan-out is long
                if label.node == name and label.edge is None:
                    rect = rect.united(label_rect(label))
        return rect.adjusted(-LABEL_ROOM, -LABEL_ROOM, LABEL_ROOM, LABEL_ROOM) & self._scene.bounds()

    def _with_room(self, bounds: QRectF) -> QRectF:
        """Room around the figure to pan in."""
        return bounds.adjusted(-bounds.width(), -bounds.height(), bounds.width(), bounds.height())

    def zoom(self, factor: float, at: QPoint | None = None) -> None:
        """Magnify by a factor, within sensible bounds; what is at a point, or in the middle, stays there."""
        now = self.transform().m11()
        factor = min(max(now * factor, SMALLEST), LARGEST) / now
        self._fitted = False
        self._motion.finish()
        middle = self.viewport().rect().center()
        before = self.mapToScene(at or middle)
        self.scale(factor, factor)
        self.centerOn(self.mapToScene(middle) + before - self.mapToScene(at or middle))

    def zoom_to_step(self) -> None:
        """Show what the present step lights up, large enough to be read from afar."""
        self._fitted = False
        before, lit = self._camera, self._lit_rect()
        available = self.viewport().rect()
        scale = min(available.width() / lit.width(), available.height() / lit.height(), CLOSE)
        self.setSceneRect(self._with_room(self._scene.bounds()))
        self._look(scale, lit.center())
        self._come_from(before, glide=True)

    def present(self, presenting: bool) -> None:
        """Fit the figure again: large enough for a lecture room, or for a desk."""
        self.least, self.most = PRESENTED if presenting else READABLE
        self._fitted = True
        self._fit(self.least)

    def set_text_scale(self, scale: float) -> None:
        """Show the figure at least so large; text of the usual size asks for no more than is comfortable."""
        if scale != self._text_scale:
            self._text_scale = scale
            self._refit()

    def _keep_fitted(self) -> None:
        """Fit a new drawing; zoom and pan by hand hold while only numbers change or nodes are moved."""
        drawing, moved = self.session.drawing, self.session.document.moved
        if self._placement is drawing.placement:
            return
        drawn = tuple(drawing.view.nodes), drawing.options, bool(moved)
        if self._gesture is None and drawn != self._drawn:
            self._fitted = True
        if self._fitted and self._gesture is None:
            self._fit(self.least, glide=self._drawn is not None)
        self._drawn, self._placement = drawn, drawing.placement

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.minimap.refresh()
        if self._fitted:
            QTimer.singleShot(0, self, self._refit)

    def _refit(self) -> None:
        if self._fitted:
            self._fit(self.least)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.0015 ** event.angleDelta().y(), event.position().toPoint())
            event.accept()
        else:
            self._fitted = False
            super().wheelEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tooltip(event)
            return True
        if event.type() == QEvent.Type.NativeGesture:
            value = getattr(event, "value", lambda: 0.0)()
            self.zoom(1 + value)
            return True
        return super().viewportEvent(event)

    # -- pointing

    def node_under(self, at: QPoint) -> str:
        return next((name for item in self.items(at) if (name := self._scene.node_at(item))), "")

    def frame_under(self, at: QPoint) -> str:
        """The key of the innermost frame at a point, or the empty string."""
        here = self.mapToScene(at)
        found = (frame.key for frame in self.session.figure.frames if frame_rect(frame).contains(here))
        return max(found, key=len, default="")

    def _frame_titled(self, at: QPoint) -> str:
        """The key of the frame whose title is at a point."""
        items = (item for item in self.items(at) if isinstance(item, FrameItem))
        return next((item.frame.key for item in items), "")

    def _show_tooltip(self, event: QHelpEvent) -> None:
        node = self.node_under(event.pos())
        if node:
            QToolTip.showText(event.globalPos(), self.described(node), self)
        else:
            QToolTip.hideText()

    def described(self, name: str) -> str:
        """A node in words, every digit shown."""
        snapshot = self.session.snapshot
        node = self.session.trace.graph.nodes[name]
        lines = [name if node.is_leaf else f"{name} = {_source(self.session, name)}"]
        for what, value in (("value", snapshot.value(name)), ("gradient", snapshot.gradient(name))):
            if value is not None:
                text = exact(value) if isinstance(value, float) else value_text(value, 6, 24)
                lines.append(f"{what} {text}")
        if name == self.session.trace.graph.output:
            lines.append("the output: the backward pass starts here")
        return "\n".join(lines)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        self._pressed, self._pending = at, None
        if event.button() == Qt.MouseButton.MiddleButton:
            self._start(Pan(at))
        elif event.button() == Qt.MouseButton.LeftButton:
            self.setFocus()
            self._pending = self._gesture_at(at)
            more = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            select = self.session.select_also if more else self.session.select
            select(self.node_under(at))

    def _gesture_at(self, at: QPoint) -> Gesture:
        for item in self.items(at):
            if isinstance(item, LabelItem) and self._is_editable(item):
                return Scrub(self.session, item.label.node, at)
            if isinstance(item, BoxItem):
                return DragNode(self.session, self._scene, item.box.node, self.mapToScene(at))
        return Pan(at)

    def _is_editable(self, item: LabelItem) -> bool:
        node = self.session.trace.graph.nodes.get(item.label.node)
        if node is None or self.session.is_outdated:
            return False
        return item.label.role == "value" and node.is_input and not node.shape

    def type_value(self, name: str) -> None:
        """Let the value of an input be typed where it stands; that of a large array is typed in the table."""
        node = self.session.trace.graph.nodes.get(name)
        labels = (one for one in self.session.figure.labels if one.node == name and one.role == "value")
        label = next(labels, None)
        if node is None or not node.is_input or self.session.is_outdated:
            return
        is_part = label is not None and label.edge is not None and node.shape  # an entry at its own arrow
        if label is None or is_part or math.prod(node.shape) > MOST_ENTRIES:
            self.editRequested.emit(name)
        else:
            place = self.mapFromScene(label_rect(label)).boundingRect()
            self.value_field.open(name, place, label.size * self.transform().m11())

    def _start(self, gesture: Gesture) -> None:
        self._gesture = gesture
        self._scene.held = isinstance(gesture, DragNode)
        self.viewport().setCursor(gesture.cursor)
        if isinstance(gesture, Pan):
            self._fitted = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pending and self._pressed and (at - self._pressed).manhattanLength() >= DRAG_STARTS:
            self._start(self._pending)
            self._pending = None
        if self._gesture:
            self._gesture.move(self, at)
        elif not event.buttons():
            self._show_cursor(at)

    def _show_cursor(self, at: QPoint) -> None:
        top = next(iter(self.items(at)), None)
        if isinstance(top, LabelItem) and self._is_editable(top):
            self.viewport().setCursor(Qt.CursorShape.SizeHorCursor)
        elif isinstance(top, BoxItem):
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        elif isinstance(top, FrameItem):
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = self._pending and self._pressed
        item = next(iter(self.items(clicked)), None) if clicked else None
        if isinstance(item, LabelItem) and event.button() == Qt.MouseButton.LeftButton:
            self.type_value(item.label.node)
        self._gesture = self._pending = self._pressed = None
        self._scene.held = False
        self._scene.show_guides(())
        self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        node, titled = self.node_under(at), self._frame_titled(at)
        group = self.session.group_of(node) if node else ""
        if titled:
            self.session.fold(titled)
        elif group:
            self.session.ungroup(group)
        elif node and self.session.trace.graph.nodes[node].is_input:
            self.editRequested.emit(node)
        elif node:
            with suppress(Problem):  # an operation that is not made of others stays as it is
                self.session.unfold(node)

    # -- walking along edges with Alt and the arrow keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            neighbour = self._neighbour(event.key())
            if neighbour:
                if self._key_repeat.counts(event):
                    self.session.select(neighbour)
                return
        if event.key() == Qt.Key.Key_F2 and self.session.selection:
            self.type_value(self.session.selection)
            return
        event.ignore()

    def _neighbour(self, key: int) -> str:
        view = self.session.drawing.view
        here = view.home(self.session.selection)
        if key not in ARROWS:
            return ""
        if not here:
            return view.home(view.graph.output)
        if key == Qt.Key.Key_Left:
            return next((view.shown_by(arc.source) for arc in view.nodes[here].arcs), "")
        if key == Qt.Key.Key_Right:
            return next((view.shown_by(arc.target) for arc in view.leaving[here]), "")
        return self._beside(here, -1 if key == Qt.Key.Key_Up else 1)

    def _beside(self, here: str, direction: int) -> str:
        """The next node above or below among those that feed the same node."""
        view = self.session.drawing.view
        if not view.leaving[here]:
            return ""
        row = [view.shown_by(arc.source) for arc in view.nodes[view.leaving[here][0].target].arcs]
        at = row.index(view.shown_by(here)) + direction
        return row[at] if 0 <= at < len(row) else ""


def _source(session: Session, name: str) -> str:
    from core.notation.printers import expression_text

    return expression_text(session.trace.graph.nodes[name].tree, reading=True)

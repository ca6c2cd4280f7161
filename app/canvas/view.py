"""Looking at the scene: zoom, pan, select, drag, hover; arrows walk the graph along its edges."""

from __future__ import annotations

import math
from contextlib import suppress

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QToolTip, QWidget

from app.canvas.accessible import GraphInterface, Reads, install
from app.canvas.camera import Camera
from app.canvas.gestures import DragNode, Gesture, Pan, Scrub
from app.canvas.items import BoxItem, FrameItem, LabelItem
from app.canvas.minimap import Minimap
from app.canvas.scene import Scene
from app.canvas.value_field import MOST_ENTRIES, ValueField
from app.painting.parts import frame_rect, label_rect
from app.state.net_session import NetSession
from app.state.session import Session
from app.widgets.key_repeat import KeyRepeat
from core.base.errors import Problem
from core.base.numbers import exact, value_text
from core.figure import Label
from core.notation.names import in_text

DRAG_STARTS = 4  # pixels
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class View(QGraphicsView):
    """The canvas: what the mouse and the keys do on the scene, and where its `camera` looks."""

    editRequested = Signal(str)

    def __init__(self, session: Session, scene: Scene, parent: QWidget | None = None):
        super().__init__(scene, parent)
        self.session = session
        self._scene = scene
        self._pressed: QPoint | None = None
        self._typed_at = QRectF()
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
        install()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.camera = Camera(self, scene)
        self.value_field = ValueField(session, self.viewport())
        self.minimap = Minimap(scene, self, self.camera)
        self.camera.moved.connect(self.minimap.refresh)
        scene.sourceChanged.connect(self._choose_updates)
        for signal in (self.camera.moved, scene.shown):
            signal.connect(self._place_field)

    def _choose_updates(self) -> None:
        """Of a net that is trained all changes at once; of a step only little."""
        modes = QGraphicsView.ViewportUpdateMode
        is_program = self._scene.source is self.session
        self.setViewportUpdateMode(modes.MinimalViewportUpdate if is_program else modes.FullViewportUpdate)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.minimap.refresh()
        self.camera.refit_soon()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Paint everything again: Qt forgets where items were, and some would stay there."""
        super().scrollContentsBy(dx, dy)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.camera.zoom(1.0015 ** event.angleDelta().y(), event.position().toPoint())
            event.accept()
        else:
            self.camera.hold()
            super().wheelEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tooltip(event)
            return True
        if event.type() == QEvent.Type.NativeGesture:
            value = getattr(event, "value", lambda: 0.0)()
            self.camera.zoom(1 + value)
            return True
        return super().viewportEvent(event)

    def readable(self) -> GraphInterface:
        """The graph as a screen reader reads it."""
        self._readable = GraphInterface(
            self, Reads(lambda: self._scene.source, self._told, self._drawn_under)
        )
        return self._readable

    def _told(self, drawn: str) -> str:
        """A drawn node in words."""
        source = self._scene.source
        if isinstance(source, NetSession):
            return source.described(drawn)
        return self.described(self.session.drawing.view.shown_by(drawn))

    def _drawn_under(self, at: QPoint) -> str:
        """The drawn node at a point, or the empty string."""
        boxes = (item.box.node for item in self.items(at) if isinstance(item, BoxItem))
        labels = (item.label.node for item in self.items(at) if isinstance(item, LabelItem))
        return next((name for name in (*boxes, *labels) if name in self._scene.source.drawing.sizes), "")

    # -- pointing

    def node_under(self, at: QPoint) -> str:
        """The node of the program at a point; none where what is trained is shown."""
        if self._scene.source is not self.session:
            return ""
        return next((name for item in self.items(at) if (name := self._scene.node_at(item))), "")

    def frame_under(self, at: QPoint) -> str:
        """The key of the innermost frame at a point; none there, or where what is trained is shown."""
        if self._scene.source is not self.session:
            return ""
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
        lines = [in_text(name if node.is_leaf else f"{name} = {_source(self.session, name)}")]
        for what, value in (("value", snapshot.value(name)), ("gradient", snapshot.gradient(name))):
            if value is not None:
                text = exact(value) if isinstance(value, float) else value_text(value, 6, 24)
                lines.append(f"{what} {text}")
        if note := self.session.note_of(name):
            lines.append(note)
        if name == self.session.trace.graph.output:
            lines.append("the output: the backward pass starts here")
        return "\n".join(lines)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        self._scene.finish()  # what is pressed is where it goes
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
        is_program = self._scene.source is self.session  # the nodes of a net stay where they are
        for item in self.items(at) if is_program else ():
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
        """Let the value of an input be typed where it stands, or in the table if that cannot be."""
        if self.session.trace.graph.nodes[name].is_input:
            labels = (one for one in self.session.figure.labels if self._input_of(one) == name)
            label = next(labels, None)
            if label is not None:
                self.camera.show_rect(label_rect(label))
                self._type(label)
            elif not self.camera.presenting:
                self.editRequested.emit(name)

    def _input_of(self, label: Label) -> str:
        """The input whose value a label shows, or the empty string."""
        name = self.session.drawing.view.shown_by(label.node)
        node = self.session.trace.graph.nodes.get(name)
        is_input = node is not None and node.is_input and not self.session.is_outdated
        return name if is_input and label.role == "value" else ""

    def _type(self, label: Label) -> None:
        """Let a value be typed where a label shows it; that of a large array is typed in the table."""
        name = self._input_of(label)
        if math.prod(self.session.trace.graph.nodes[name].shape) <= MOST_ENTRIES:
            self._typed_at = label_rect(label)
            self.value_field.open(name, label.size * self.transform().m11())
            self._place_field()
        elif not self.camera.presenting:  # the audience sees no table
            self.editRequested.emit(name)

    def _place_field(self) -> None:
        """Keep the field where the value stands."""
        if self.value_field.isVisible():
            self.value_field.stand_at(self.mapFromScene(self._typed_at).boundingRect())

    def _start(self, gesture: Gesture) -> None:
        self._gesture = gesture
        self._scene.held = isinstance(gesture, DragNode)
        self.viewport().setCursor(gesture.cursor)
        if isinstance(gesture, Pan):
            self.camera.hold()

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
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        clicked = self._pressed if self._pending and plain else None
        item = next(iter(self.items(clicked)), None) if clicked else None
        if isinstance(item, LabelItem) and self._input_of(item.label):
            self._type(item.label)
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
        if event.key() == Qt.Key.Key_F2 and self.session.selection in self.session.trace.graph.nodes:
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

"""What mouse and keys do on a net that is trained: units and edges are pointed at, opened, typed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QGraphicsView,
    QHBoxLayout,
    QMenu,
    QStyleOptionGraphicsItem,
    QToolButton,
    QWidget,
)

from app.canvas.accessible import announce
from app.canvas.edge_numbers import EdgeNumbers
from app.canvas.items import BoxItem, PartItem
from app.canvas.scene import Scene
from app.canvas.weight_card import WeightCard
from app.painting.parts import box_rect, label_rect, paint_weight, route_path
from app.state.net_session import NetSession
from app.widgets.labels import ShortenedLabel, tint
from app.widgets.theme import Theme
from core.base.lazy_numpy import np
from core.base.numbers import exact, typed_text
from core.figure import Arrow, weight_width
from core.figure.nets import entry_name, name_of
from core.figure.view import Weight
from core.notation.names import in_text
from core.training.shown import Whose

if TYPE_CHECKING:
    from core.base.arrays import Array

REACH = 7.0  # pixels from the middle of an edge within which it is pointed at
SAMPLES = 24  # points along an edge
RING = 6.0  # the radius of the mark in the middle of an edge
FROM_EDGE = 4  # pixels between the edge of the canvas and what is said there
WHOSE: Mapping[Whose, str] = {
    "sample": "Gradients of this sample",
    "batch": "Gradients of the next mini-batch",
}
Event = QEvent.Type
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2)


class EdgeMark(PartItem):
    """The edge that is pointed at, in its full colour, with a ring in its middle."""

    def __init__(self, arrow: Arrow, theme: Theme):
        path = route_path(arrow.route)
        self._path = path
        super().__init__(
            theme, path.controlPointRect().adjusted(-RING - 9, -RING - 9, RING + 9, RING + 9), 0.8
        )
        self.arrow, self.middle = arrow, path.pointAtPercent(0.5)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        paint_weight(painter, self.arrow, self.theme, self._path, strength=1.0)
        painter.setPen(QPen(self.theme.colour("ink"), 2))
        painter.setBrush(self.theme.colour("paper"))
        painter.drawEllipse(self.middle, RING, RING)


class WhoseButton(QToolButton):
    """Says whose numbers are shown, and lets others be chosen."""


class NetHand(QObject):
    """Takes the events of a canvas while it shows a net that is trained."""

    opened = Signal(str)  # a drawn unit is to be seen step by step

    def __init__(self, view: QGraphicsView, scene: Scene, net: NetSession):
        super().__init__(view)
        self._view, self._scene, self._net = view, scene, net
        self.numbers = EdgeNumbers(view, net)  # below the card
        self.card = WeightCard(view.viewport())
        self.foot = QWidget()  # below the canvas
        self.foot.setAutoFillBackground(True)
        self.foot.setBackgroundRole(QPalette.ColorRole.Base)
        self.foot.setMinimumWidth(1)
        self.whose = WhoseButton()
        self.legend = ShortenedLabel()  # of the numbers at the edges
        self.legend.setAlignment(Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout(self.foot)
        row.setContentsMargins(FROM_EDGE, 0, FROM_EDGE, 0)
        row.addWidget(self.whose)
        row.addWidget(self.legend, 1)
        self.foot.hide()
        self.whose.setAccessibleName("Whose gradients")
        self.whose.setAutoRaise(True)
        self.whose.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.whose.clicked.connect(self._offer_whose)
        self.whose.setToolTip("Whose numbers stand at the units and edges")
        self.with_numbers, self._on_stage = True, False
        net.pointedChanged.connect(self.show_numbers)
        net.selectionChanged.connect(self.show_numbers)
        self.edge: Weight | None = None  # that is pointed at
        self._mark: EdgeMark | None = None
        self._pressed: QPoint | None = None
        self._lines: tuple[object, Array] | None = None  # of which drawing, points along its edges
        self.card.field.taken.connect(self._take)
        self.card.field.left.connect(self._leave_field)
        scene.shown.connect(self._refresh)
        scene.shown.connect(self.show_numbers)
        scene.sourceChanged.connect(self.leave)
        scene.sourceChanged.connect(self.show_numbers)
        for part in (view.viewport(), view):
            part.installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        self.card.set_theme(theme)
        self.numbers.theme = theme
        tint(self.legend, theme.faint)
        self.show_numbers()

    def show_numbers(self) -> None:
        """Show what the next update does at the edges, where it was not switched off."""
        self.numbers.show_now(self.active and self.with_numbers and not self._on_stage)
        self._show_whose()

    def set_presenting(self, on: bool) -> None:
        """Leave out on a stage what could not be read there."""
        self._on_stage = on
        self.show_numbers()

    def _switch_numbers(self, on: bool) -> None:
        self.with_numbers = on
        self.show_numbers()

    def _offer_whose(self) -> None:
        """Let be chosen whose gradients are shown."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for whose, says in WHOSE.items():
            action = menu.addAction(says, partial(self._net.set_whose, whose))
            action.setCheckable(True)
            action.setChecked(whose == self._net.whose)
        menu.addSeparator()
        edges = menu.addAction(
            "Next update at the edges", partial(self._switch_numbers, not self.with_numbers)
        )
        edges.setCheckable(True)
        edges.setChecked(self.with_numbers)
        menu.popup(self.whose.mapToGlobal(self.whose.rect().topLeft()))

    def _show_whose(self) -> None:
        """Say whose numbers are shown, below the net at the left."""
        said = self._net.numbers_text if self.active else ""
        told = f"Edges: w, {self._net.change_name}, new w" if said and self.numbers.cards else ""
        self.legend.setText(told)
        self.foot.setVisible(bool(said))
        if said:
            room = self._view.viewport().width() - 2 * FROM_EDGE
            self.whose.setAccessibleDescription(said)
            for text in (said, self._net.whose_text):
                self.whose.setText(f"{text} ▾")
                if self.whose.sizeHint().width() <= room:
                    break

    @property
    def active(self) -> bool:
        return self._scene.source is self._net

    # -- what is there

    def unit_at(self, at: QPoint) -> str:
        """The drawn node at a point of the view; the empty name for none."""
        here = self._view.mapToScene(at)
        items = (item for item in self._view.items(at) if isinstance(item, BoxItem))
        return next((item.box.node for item in items if box_rect(item.box).contains(here)), "")

    def edge_at(self, at: QPoint) -> Weight | None:
        """The weight whose edge is at a point of the view."""
        arrows, points = self._edges()
        if not arrows:
            return None
        here, scale = self._view.mapToScene(at), self._view.transform().m11()
        away = np.hypot(points[..., 0] - here.x(), points[..., 1] - here.y()).min(axis=1)
        near = int(away.argmin())
        reach = max(REACH / scale, weight_width(arrows[near].weight or 0.0) / 2 + 1)
        return self._net.arc_of(arrows[near]).weight if away[near] <= reach else None

    def _edges(self) -> tuple[list[Arrow], Array]:
        """The edges that show weights, and points along each, (edges, points, 2)."""
        net = self._net
        arrows = [arrow for arrow in net.figure.arrows if arrow.weight is not None]
        if self._lines is None or self._lines[0] is not net.drawing:
            shares = np.linspace(0, 1, SAMPLES)
            paths = [route_path(arrow.route) for arrow in arrows]
            places = [[path.pointAtPercent(share).toTuple() for share in shares] for path in paths]
            self._lines = net.drawing, np.array(places)
        return arrows, self._lines[1]

    def _arrow_of(self, weight: Weight) -> Arrow | None:
        return next((arrow for arrow in self._edges()[0] if self._net.arc_of(arrow).weight == weight), None)

    # -- pointing

    def point_at(self, at: QPoint) -> None:
        """Tell of what is at a point of the view."""
        if self.card.is_typed:
            return
        unit = self.unit_at(at)
        self._show(unit, None if unit else self.edge_at(at))

    def _show(self, unit: str, edge: Weight | None) -> None:
        self.edge = edge
        self._net.point_at(unit)
        self._refresh()

    def leave(self) -> None:
        """Nothing is pointed at any longer."""
        self.card.close_field()
        self.edge = None
        if self._net.is_there:
            self._net.point_at("")
        self._refresh()

    def _refresh(self) -> None:
        """Bring mark and card in line with the net as it is now."""
        arrow = self._arrow_of(self.edge) if self.active and self.edge else None
        if self._mark is not None:
            self._scene.removeItem(self._mark)
            self._mark = None
        if arrow is not None and self.edge:
            self._mark = EdgeMark(arrow, self._scene.theme)
            self._scene.addItem(self._mark)
            ring = QRectF(self._mark.middle, QSizeF()).adjusted(-RING, -RING, RING, RING)
            self._tell_edge(self.edge, self._view.mapFromScene(ring).boundingRect())
        elif self.active and self._net.pointed:
            self._tell_unit(self._net.pointed)
        elif not self.card.is_typed:
            self.card.hide()

    def _tell_edge(self, weight: Weight, place: QRect) -> None:
        net, gradient = self._net, self._net.gradient_of(weight)
        rows = [("weight", exact(net.value_of(weight)))]
        rows += [("gradient", exact(gradient))] if gradient is not None else []
        if numbers := net.update_numbers(weight):
            rows += [(f"next {net.change_name}", exact(numbers[1])), ("then", exact(numbers[2]))]
        name = entry_name(net.view.graph, weight.name, weight.entry)
        self.card.show_at(
            place, name, spoken(weight), rows, f"Gradient: {net.whose_text}" if net.whose_text else ""
        )

    def _tell_unit(self, drawn: str) -> None:
        net = self._net
        shown = net.view.nodes[drawn]
        if drawn not in net.figures.drawing.sizes or shown.kind == "rest":
            self.card.hide()
            return
        rows = [(what, exact(number)) for what, number in net.known(drawn)]
        part = net.figures.parts(net.cursor, [drawn])[drawn]
        place = box_rect(part.box)
        for label in part.labels:
            place = place.united(label_rect(label))
        at, name = self._view.mapFromScene(place).boundingRect(), name_of(net.view.graph, shown)
        self.card.show_at(at, name, in_text(drawn), rows, "\n".join(net.notes(drawn)))

    # -- typing a weight

    def type_edge(self) -> None:
        """Let the weight that is pointed at be typed."""
        if self.edge is not None and self._mark is not None:
            value = typed_text(self._net.value_of(self.edge))
            self.card.type(value, f"Weight {spoken(self.edge)}")

    def _take(self, value: float) -> None:
        edge = self.edge
        self.card.close_field()
        self._view.setFocus()
        if edge is not None and value != self._net.value_of(edge):
            self._net.set_weight(edge, value)

    def _leave_field(self) -> None:
        if self.card.is_typed:
            self.card.close_field()
            self._view.setFocus()
            self._refresh()

    # -- events

    def eventFilter(self, part: QObject, event: QEvent) -> bool:
        if not self.active:
            return False
        if part is self._view:
            return isinstance(event, QKeyEvent) and event.type() == Event.KeyPress and self._key(event)
        if event.type() == Event.Resize:
            QTimer.singleShot(0, self, self._show_whose)
        elif event.type() == Event.Leave:
            if not self.card.is_typed:
                self.leave()
        elif event.type() == Event.ToolTip or event.type() == Event.MouseButtonDblClick:
            return True
        elif isinstance(event, QMouseEvent):
            return self._mouse(event)
        return False

    def _mouse(self, event: QMouseEvent) -> bool:
        """Take what is done to units and edges; the paper is moved as always."""
        at, left = event.position().toPoint(), event.button() == Qt.MouseButton.LeftButton
        if event.type() == Event.MouseMove and not event.buttons():
            self.point_at(at)
            self._view.viewport().setCursor(
                Qt.CursorShape.PointingHandCursor
                if self._net.pointed or self.edge
                else Qt.CursorShape.ArrowCursor
            )
            return True
        if event.type() == Event.MouseButtonPress and left:
            self._leave_field()
            self.point_at(at)
            if self._net.pointed or self.edge:
                self._pressed = at
                self._view.setFocus()
                return True
        if event.type() == Event.MouseButtonRelease and left and self._pressed is not None:
            self._pressed = None
            if self._net.pointed:
                self._net.select(self._net.pointed)
                self.opened.emit(self._net.pointed)
            else:
                self.type_edge()
            return True
        return False

    def _key(self, event: QKeyEvent) -> bool:
        """Tab goes through units and edges, Enter opens or types what is reached, Escape leaves it."""
        if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return self._go(1 if event.key() == Qt.Key.Key_Tab else -1)
        if event.key() in ENTER and (self._net.pointed or self.edge):
            if self.edge:
                self.type_edge()
            else:
                self.opened.emit(self._net.pointed)
            return True
        if event.key() == Qt.Key.Key_Escape and (self._net.pointed or self.edge):
            self.leave()
            return True
        return False

    def _go(self, by: int) -> bool:
        """To the next unit or edge; at either end the focus goes on to what is beside the canvas."""
        stations = self.stations
        here = (self._net.pointed, self.edge)
        at = stations.index(here) + by if here in stations else (0 if by > 0 else len(stations) - 1)
        if not 0 <= at < len(stations):
            self.leave()
            return False
        self._show(*stations[at])
        announce(self._view, f"{self.card.accessibleName()}: {self.card.accessibleDescription()}")
        return True

    @property
    def stations(self) -> list[tuple[str, Weight | None]]:
        """All that can be reached: each unit, and behind it the edges that arrive."""
        found: list[tuple[str, Weight | None]] = []
        for name, shown in self._net.view.nodes.items():
            if shown.kind != "rest":
                found.append((name, None))
                found += [("", arc.weight) for arc in shown.arcs if arc.weight and not arc.hidden]
        return found


def spoken(weight: Weight) -> str:
    """A weight's name in words, such as W1[2, 1]."""
    place = f"[{', '.join(map(str, weight.entry))}]" if weight.entry else ""
    return in_text(weight.name) + place

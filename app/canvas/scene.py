"""The scene: keeps items for what is seen of every node, moves numbers along edges, and nodes to places."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from PySide6.QtCore import QLineF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from app.canvas.items import ArrowItem, BoxItem, FrameItem, HaloItem, LabelItem, TokenItem
from app.canvas.motion import Motion
from app.canvas.shown import Shown
from app.state.session import Session
from app.state.ticker import Ticker
from app.widgets.theme import LIGHT, Theme
from core.base.slicing import Work, finished
from core.figure import MARGIN, Figures, Label, Part, Token, View, tokens_of, underway
from core.graph.graph import Edge
from core.layout import Point
from core.passes.trace import Trace

MOST_MADE = 300  # nodes whose items are made, or moved, without leaving the window time in between
PIECE = 60
MOST_TRAVEL = 120  # numbers at once
TRAVEL = 420  # milliseconds in which numbers travel in a step, at normal speed
FAINT = 0.35  # of a figure whose program cannot be read
SHADE = QColor(0, 0, 0, 175)  # over all that is outside of the spotlight
BACK, GLIDE = 240, 240  # in a step back, and from one drawing to the next


Item = TypeVar("Item", bound=QGraphicsItem)


class NodeItems:
    """The items of a node: its box, the arrows that arrive, and its labels; what they show, at which step."""

    def __init__(self, box: BoxItem, part: Part, count: int):
        self.box, self.part, self.count = box, part, count
        self.arrows: dict[Edge, ArrowItem] = {}
        self.labels: list[LabelItem] = []

    def __iter__(self) -> Iterator[QGraphicsItem]:
        return iter((self.box, *self.arrows.values(), *self.labels))


class Scene(QGraphicsScene):
    """Items for what is seen of the session's graph; `shown` is emitted when all of them are there.

    A step looks only at the nodes that it touches. The many items of a large drawing are made in pieces, so
    that the window stays alive.
    """

    shown = Signal()
    sourceChanged = Signal()  # the graph of another source is shown

    def __init__(self, session: Session, parent: object | None = None):
        super().__init__()
        self.session = session
        self.source: Shown = session
        self.theme: Theme = LIGHT
        self.animated = True
        self.held = False  # whether a node is being dragged: it is where the hand is
        self.speed = 1.0
        self._dimmed = False
        self._guides: tuple[QLineF, ...] = ()
        self._spot = QPainterPath()
        self._halos: list[HaloItem] = []
        self._frames: dict[str, FrameItem] = {}
        self._nodes: dict[str, NodeItems] = {}
        self._figures: Figures | None = None  # what the items show, after so many steps
        self._count = 0
        self._selected: frozenset[str] = frozenset()
        self._pointed: frozenset[str] = frozenset()
        self._looked_at: frozenset[str] = frozenset()
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.BspTreeIndex)
        self._token = TokenItem(self.theme)
        self.addItem(self._token)
        self._travel, self._gliding = Motion(self), Motion(self)
        self._tokens: tuple[Token, ...] = ()
        self._way: tuple[int, int] | None = None  # the steps before and after what travels
        self._waits = False  # whether that sets out when nodes have come to their places
        self._trace: Trace | None = None
        self._underway: set[str] = set()  # the nodes whose look is still to come
        self._before: tuple[Mapping[str, Point], View] | None = None  # where nodes were in another drawing
        self._shifts: Mapping[str, Point] = {}
        self._ticker = Ticker(self)
        self._listen(True)

    def look_at(self, source: Shown) -> None:
        """Show the graph of another source: that of the steps, or of what is trained."""
        if source is not self.source:
            self.finish()
            self._listen(False)
            self.source = source
            self._listen(True)
            self.sourceChanged.emit()
            self._show_trace()

    def _listen(self, listens: bool) -> None:
        source = self.source
        for signal, slot in (
            (source.traceChanged, self._show_trace),
            (source.cursorMoved, self._show_step),
            (source.selectionChanged, self._show_selection),
            (source.pathsChanged, self._show_paths),
            (source.pointedChanged, self._show_pointed),
            (source.lookedAtChanged, self._show_looked_at),
        ):
            if listens:
                signal.connect(slot)
            else:
                signal.disconnect(slot)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.setBackgroundBrush(theme.colour("paper"))
        self._travel.finish()
        self._remove_items()
        self._figures = None
        self._show_trace()

    def finish(self) -> None:
        """End all movements at once."""
        self._gliding.finish()
        self._travel.finish()

    def show_guides(self, lines: Sequence[QLineF]) -> None:
        """Show with what a dragged node is level."""
        if lines or self._guides:
            self._guides = tuple(lines)
            self.update()

    def show_spot(self, spot: QPainterPath) -> None:
        """Dim all outside of a path that does not overlap itself; of an empty one, nothing."""
        if spot != self._spot:
            self._spot = spot
            self.update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if not self._spot.isEmpty():
            outside = QPainterPath(self._spot)
            outside.setFillRule(Qt.FillRule.OddEvenFill)
            outside.addRect(QRectF(rect).united(self._spot.boundingRect()).adjusted(-1, -1, 1, 1))
            painter.fillPath(outside, SHADE)
        if self._guides:
            pen = QPen(self.theme.colour("accent"), 2.0, Qt.PenStyle.DashLine)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawLines(list(self._guides))

    def dim(self, dimmed: bool) -> None:
        """Show the figure faintly: it belongs to a program that can no longer be read."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self._gliding.finish()
            for item in self.items():
                item.setOpacity(self._opacity)

    @property
    def _opacity(self) -> float:
        """That of all items that do not come or go."""
        return FAINT if self._dimmed else 1.0

    def node_at(self, item: QGraphicsItem | None) -> str:
        """The node of the graph an item belongs to, or the empty string."""
        view = self.source.drawing.view
        if isinstance(item, BoxItem):
            return view.shown_by(item.box.node)
        if isinstance(item, FrameItem):
            return item.frame.node
        return view.shown_by(item.label.node) if isinstance(item, LabelItem) else ""

    def bounds(self) -> QRectF:
        """All there is or will be to see at any step, with a margin."""
        place = self.source.drawing.placement
        rect = QRectF(place.left, place.top, place.width, place.height)
        return rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN + self.source.room_below)

    # -- what is shown

    def _show_trace(self) -> None:
        """Show other numbers, or another drawing: at once, or in pieces where many items are missing."""
        figures, way = self.source.figures, self._way
        goes_on = self._trace is self.source.trace and way is not None and way[1] == self.source.cursor
        self._trace = self.source.trace
        self._stop_travel()
        self.source.set_travelling(False)
        if self._figures is None or self._figures.drawing.placement is not figures.drawing.placement:
            self._begin_anew()
        self._figures, self._count = figures, self.source.cursor
        self._ticker.stop()
        missing = len(figures.drawing.sizes) - len(self._nodes)
        work = self._update_all(figures)
        if missing > MOST_MADE:
            self._before = None
            self._set_painted(False)  # a picture that grows would be painted again and again
            self._ticker.start(work)
        else:
            finished(work)
            if goes_on and way:  # numbers travel in the drawing that the step is seen in
                self._set_out(*way)
                self._waits = True
            if not self._glide():
                self._arrange()

    def _update_all(self, figures: Figures) -> Work[None]:
        for frame in figures.drawing.frames:  # which change only when nodes move: all items are new then
            if frame.key not in self._frames:
                self._frames[frame.key] = self._added(FrameItem(frame, self.theme))
        self._selected = self._boxes_of(self.source.selected)
        self._pointed = self._boxes_of((self.source.pointed,))
        self._looked_at = self._boxes_of(self.source.looked_at)
        names = list(figures.drawing.sizes)
        for start in range(0, len(names), PIECE):
            yield
            self._update(figures.parts(self._count, names[start : start + PIECE]))
        self.setSceneRect(self.bounds().adjusted(-400, -300, 400, 300))
        self._show_paths()
        self._set_painted(True)
        self.shown.emit()

    def _show_step(self) -> None:
        """Show another step; to the next one and back, numbers travel first."""
        figures, before, now = self.source.figures, self._count, self.source.cursor
        if self._figures is not figures or self._ticker.running:  # lit otherwise, or not all there yet
            self._show_trace()
            return
        names = figures.changed(before, now) | self._stop_travel()
        self._count = now
        self.source.set_travelling(False)
        self._update(figures.parts(now, names))
        self._set_out(before, now)
        self._travel_on()
        self.shown.emit()

    def _set_out(self, before: int, now: int) -> None:
        """Give the numbers of a stride to what travels: what they cause is still to come."""
        figures, late = self.source.figures, max(now, before)
        if not self.animated or before == now or figures.since(late) != min(now, before):
            return
        self._way, tokens = (before, now), tokens_of(figures, late)
        if 0 < len(tokens) <= MOST_TRAVEL:
            parts = underway(figures, late)
            self._update(parts, min(now, before))
            self._tokens, self._underway = tokens, set(parts)
            self.source.set_travelling(now > before)

    def _travel_on(self) -> None:
        """Let what travels go its way."""
        if self._way:
            before, now = self._way
            milliseconds = TRAVEL / self.speed if now > before else min(BACK, TRAVEL / self.speed)
            self._travel.begin(milliseconds, self._move_tokens, self._arrive, backwards=now < before)
            self._move_tokens(float(now < before))

    def _stop_travel(self) -> set[str]:
        """Let nothing travel any more: the nodes that look as if something were still to come."""
        names, self._tokens, self._underway = self._underway, (), set()
        self._way, self._waits = None, False
        self._travel.cancel()
        self._token.show_progress((), 1.0)
        return names

    def _move_tokens(self, share: float) -> None:
        self._token.show_progress(self._tokens, share)

    def _arrive(self) -> None:
        """What travelled is there: what it causes is seen, here and wherever numbers are shown."""
        names = self._stop_travel()
        if self._figures is not None:
            self._update(self._figures.parts(self._count, names))
        self.source.arrive()

    def _show_selection(self) -> None:
        before, self._selected = self._selected, self._boxes_of(self.source.selected)
        for name in before ^ self._selected:
            if name in self._nodes:
                items = self._nodes[name]
                self._update({name: items.part}, items.count)
        self._show_paths()

    def _show_paths(self) -> None:
        """Mark the edges on the paths of the selected node; nothing is done where there are none."""
        marked: dict[tuple[str, int], list[int]] = {}
        for number, edges in enumerate(self.source.paths):
            for edge in edges:
                marked.setdefault((edge.target, edge.port), []).append(number)
        for halo in self._halos:
            self.removeItem(halo)
        self._halos = []
        view = self.source.drawing.view
        for arc in view.arcs if marked else ():
            items = self._nodes.get(arc.target)
            numbers = [n for edge in arc.edges for n in marked.get((edge.target, edge.port), ())]
            if items is None or not numbers:
                continue
            edge = arc.edge if view.is_plain(arc) else Edge(arc.source, arc.target, arc.place)
            if edge in items.arrows:
                self._halos.append(self._added(HaloItem(items.arrows[edge].arrow, numbers, self.theme)))

    def _show_pointed(self) -> None:
        before, self._pointed = self._pointed, self._boxes_of((self.source.pointed,))
        for name in before ^ self._pointed:
            if name in self._nodes:
                self._nodes[name].box.point_at(name in self._pointed)

    def _show_looked_at(self) -> None:
        before, self._looked_at = self._looked_at, self._boxes_of(self.source.looked_at)
        for name in before ^ self._looked_at:
            if name in self._nodes:
                self._nodes[name].box.look_at(name in self._looked_at)

    def _boxes_of(self, nodes: Iterable[str]) -> frozenset[str]:
        """The drawn nodes that some nodes of the graph are in."""
        homes = self.source.drawing.view.homes
        drawn = self.source.drawing.view.nodes  # a unit may be meant alone
        return frozenset(home for name in nodes for home in homes.get(name, (name,) if name in drawn else ()))

    def _update(self, parts: Mapping[str, Part], count: int | None = None) -> None:
        """Bring the items of some nodes in line with what is seen of them, after `count` steps if not now."""
        count = self._count if count is None else count
        for name, part in parts.items():
            items = self._nodes.get(name)
            if items is None:
                box = self._added(BoxItem(part.box, self.theme))
                items = self._nodes[name] = NodeItems(box, part, count)
            items.part, items.count = part, count
            items.box.show_box(part.box, name in self._selected)
            items.box.point_at(name in self._pointed)
            items.box.look_at(name in self._looked_at)
            for arrow in part.arrows:
                if arrow.edge not in items.arrows:
                    items.arrows[arrow.edge] = self._added(ArrowItem(arrow, self.theme))
                items.arrows[arrow.edge].show_arrow(arrow)
            items.labels = self._labels(items.labels, self._labels_of(part, count))

    def _labels_of(self, part: Part, count: int) -> Sequence[Label]:
        """The labels of a node; at a selected one stays the sum of all that has come back to it."""
        name = part.box.node
        if self._figures is None or name not in self._selected:
            return part.labels
        terms = self._figures.sum_at(name, count)
        if terms is None or any(label.role == "sum" for label in part.labels):
            return part.labels
        return (*part.labels, terms)

    def _labels(self, before: Collection[LabelItem], labels: Sequence[Label]) -> list[LabelItem]:
        """The items of a node's labels: one stays while its label looks the same, or takes another."""
        left, found = list(before), dict[int, LabelItem]()
        for at, label in enumerate(labels):
            item = next((item for item in left if item.label is label or item.label == label), None)
            if item is not None:
                left.remove(item)
                item.label = label
                found[at] = item
        for at, label in enumerate(labels):
            if at not in found and left:
                found[at] = left.pop()
                found[at].show_label(label)
            elif at not in found:
                found[at] = self._added(LabelItem(label, self.theme))
        for item in left:
            self.removeItem(item)
        return [found[at] for at in range(len(labels))]

    def _added(self, item: Item) -> Item:
        if self._dimmed:
            item.setOpacity(FAINT)
        self.addItem(item)
        return item

    def _remove_items(self) -> None:
        nodes = (item for node in self._nodes.values() for item in node)
        for item in (*self._frames.values(), *self._halos, *nodes):
            self.removeItem(item)
        self._frames, self._halos, self._nodes = {}, [], {}
        self._token.theme = self.theme

    def _set_painted(self, painted: bool) -> None:
        for view in self.views():
            view.viewport().setUpdatesEnabled(painted)

    # -- from one drawing to the next

    def _begin_anew(self) -> None:
        """Make all items again for another drawing, and remember where nodes were."""
        self._gliding.finish()
        few = 0 < len(self._nodes) <= MOST_MADE
        self._before = None
        if self.animated and not self.held and not self._dimmed and few and self._figures is not None:
            centres = {name: items.box.box.centre for name, items in self._nodes.items()}
            self._before = centres, self._figures.drawing.view
        self._remove_items()

    def _glide(self) -> bool:
        """Let nodes move from where they were to where they are, or out of the node that held them.

        Returns:
            Whether any does.
        """
        if self._before is None:
            return False
        (centres, view), self._before = self._before, None
        shifts: dict[str, Point] = {}
        for name, items in self._nodes.items():
            members = self.source.drawing.view.nodes[name].members
            homes = (view.home(member) for member in (name, *reversed(members)))
            old = next((home for home in homes if home in centres), "")
            if old:
                (x, y), (to_x, to_y) = centres[old], items.box.box.centre
                shifts[name] = x - to_x, y - to_y
        if not any(math.hypot(*shift) > 1 for shift in shifts.values()) and len(shifts) == len(centres):
            return False
        self._shifts = shifts
        self._move_items(0.0)
        self._gliding.begin(GLIDE, self._move_items, self._arrange)
        return True

    def _arrange(self) -> None:
        """Nodes are at their places: what waited for that sets out."""
        if self._shifts:
            self._move_items(1.0)
            self._shifts = {}
        if self._waits:
            self._waits = False
            self._travel_on()

    def _move_items(self, share: float) -> None:
        """Put all items on their way from where their nodes were; what was nowhere fades in, as edges do."""
        for name, items in self._nodes.items():
            shift = self._shifts.get(name)
            for item in (items.box, *items.labels):
                if shift:
                    item.setPos((1.0 - share) * shift[0], (1.0 - share) * shift[1])
                else:
                    item.setOpacity(share * self._opacity)
            for arrow in items.arrows.values():
                arrow.setOpacity(share * self._opacity)
        for part in (*self._frames.values(), *self._halos):
            part.setOpacity(share * self._opacity)

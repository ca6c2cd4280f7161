"""The scene: keeps one item for each part of the session's figure and moves the token along the edges."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QLineF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from app.canvas.items import ArrowItem, BoxItem, FrameItem, LabelItem, TokenItem
from app.canvas.motion import Motion
from app.state.session import Session
from app.state.ticker import Ticker
from app.widgets.theme import LIGHT, Theme
from core.base.slicing import Work, finished
from core.figure import MARGIN, Figure, Label, Token, View, tokens_of, underway
from core.graph.graph import Edge
from core.layout import Point

MOST_AT_ONCE = 300  # boxes of a figure that are made without leaving the window time in between
PIECE = 100
TRAVEL = 420  # milliseconds in which numbers travel in a step, at normal speed
BACK, GLIDE = 240, 240  # in a step back, and from one drawing to the next


class Scene(QGraphicsScene):
    """Items for the parts of the session's figure; `shown` is emitted when all of them are there.

    The many parts of a large figure are made in pieces, so that the window stays alive.
    """

    shown = Signal()

    def __init__(self, session: Session, parent: object | None = None):
        super().__init__()
        self.session = session
        self.theme: Theme = LIGHT
        self.animated = True
        self.held = False  # whether a node is being dragged: it is where the hand is
        self.speed = 1.0
        self._dimmed = False
        self._guides: tuple[QLineF, ...] = ()
        self._frames: dict[str, FrameItem] = {}
        self._boxes: dict[str, BoxItem] = {}
        self._arrows: dict[Edge, ArrowItem] = {}
        self._labels: dict[int, LabelItem] = {}  # by the identity of the label they show
        self._placement: object = None
        self._view: View | None = None
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._token = TokenItem(self.theme)
        self.addItem(self._token)
        self._travel, self._gliding = Motion(self), Motion(self)
        self._tokens: tuple[Token, ...] = ()
        self._underway: Figure | None = None
        self._before: tuple[Mapping[str, Point], View] | None = None  # where nodes were in another drawing
        self._shifts: Mapping[str, Point] = {}
        self._last_cursor = 0
        self._ticker = Ticker(self)
        session.traceChanged.connect(self._show)
        session.cursorMoved.connect(self._follow_cursor)
        session.selectionChanged.connect(self._show)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.setBackgroundBrush(theme.colour("paper"))
        self._remove_items()
        self._show()

    def finish(self) -> None:
        """End all movements at once."""
        self._travel.finish()
        self._gliding.finish()

    def show_guides(self, lines: Sequence[QLineF]) -> None:
        """Show with what a dragged node is level."""
        if lines or self._guides:
            self._guides = tuple(lines)
            self.update()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if self._guides:
            pen = QPen(self.theme.colour("accent"), 2.0, Qt.PenStyle.DashLine)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawLines(list(self._guides))

    def dim(self, dimmed: bool) -> None:
        """Show the figure faintly: it belongs to a program that can no longer be read."""
        self._dimmed = dimmed
        self._set_opacity()

    def _set_opacity(self) -> None:
        """Of all parts; those that come while the figure is dimmed are as faint as the others."""
        for item in self.items():
            item.setOpacity(0.35 if self._dimmed else 1.0)

    def node_at(self, item: QGraphicsItem | None) -> str:
        """The node of the graph an item belongs to, or the empty string."""
        view = self.session.drawing.view
        if isinstance(item, BoxItem):
            return view.shown_by(item.box.node)
        if isinstance(item, FrameItem):
            return item.frame.node
        return view.shown_by(item.label.node) if isinstance(item, LabelItem) else ""

    def bounds(self) -> QRectF:
        """All there is or will be to see at any step, with a margin."""
        place = self.session.drawing.placement
        rect = QRectF(place.left, place.top, place.width, place.height)
        return rect.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def _remove_items(self) -> None:
        parts = (self._frames, self._boxes, self._arrows, self._labels)
        for item in (item for items in parts for item in items.values()):
            self.removeItem(item)
        self._frames, self._boxes, self._arrows, self._labels = {}, {}, {}, {}
        self._token.theme = self.theme

    def _follow_cursor(self) -> None:
        """Show another step; to the next one and back, numbers travel first."""
        before, now = self._last_cursor, self.session.cursor
        self._last_cursor = now
        self._tokens = ()
        if self.animated and abs(now - before) == 1:
            early, late = (self.session.figure_at(count) for count in sorted((before, now)))
            self._tokens = tokens_of(late, self.session.options.down)
            self._underway = underway(early, late)
        if not self._tokens:
            self.finish()
            self._show()
            return
        self._travel.cancel()
        self._show()
        milliseconds = TRAVEL / self.speed if now > before else min(BACK, TRAVEL / self.speed)
        self._travel.begin(milliseconds, self._move_tokens, self._arrive, backwards=now < before)
        self._move_tokens(float(now < before))

    def _move_tokens(self, share: float) -> None:
        self._token.show_progress(self._tokens, share)

    def _arrive(self) -> None:
        """What travelled is there: what it causes is seen."""
        self._underway = None
        self._token.show_progress((), 1.0)
        self._show()

    def _show(self) -> None:
        """Bring the items in line with the session's figure: at once, or in pieces where many are missing."""
        if self._placement is not self.session.drawing.placement:
            self._begin_anew()
        figure = self._underway or self.session.figure
        self._ticker.stop()
        work = self._update_items(figure)
        if len(figure.boxes) - len(self._boxes) > MOST_AT_ONCE:
            self._set_painted(False)  # a picture that grows would be painted again and again
            self._ticker.start(work)
        else:
            finished(work)
            self._glide()

    def _begin_anew(self) -> None:
        """Make all items again for another drawing, and remember where nodes were."""
        self._travel.cancel()
        self._gliding.finish()
        self._underway = None
        self._token.show_progress((), 1.0)
        few = 0 < len(self._boxes) <= MOST_AT_ONCE
        if self.animated and not self.held and not self._dimmed and few and self._view is not None:
            centres = {name: item.box.centre for name, item in self._boxes.items()}
            self._before = centres, self._view
        self._placement, self._view = self.session.drawing.placement, self.session.drawing.view
        self._remove_items()
        self._last_cursor = self.session.cursor

    def _glide(self) -> None:
        """Let nodes move from where they were to where they are, or out of the node that held them."""
        if self._before is None:
            return
        (centres, view), self._before = self._before, None
        shifts: dict[str, Point] = {}
        for name, item in self._boxes.items():
            members = self.session.drawing.view.nodes[name].members
            old = next(
                (home for member in (name, *reversed(members)) if (home := view.home(member)) in centres), ""
            )
            if old:
                (x, y), (to_x, to_y) = centres[old], item.box.centre
                shifts[name] = x - to_x, y - to_y
        if not any(math.hypot(*shift) > 1 for shift in shifts.values()) and len(shifts) == len(centres):
            return
        self._shifts = shifts
        self._move_items(0.0)
        self._gliding.begin(GLIDE, self._move_items, lambda: self._move_items(1.0))

    def _move_items(self, share: float) -> None:
        rest = 1.0 - share
        for name, item in self._boxes.items():
            self._shift(item, name, rest)
        for label in self._labels.values():
            self._shift(label, label.label.node, rest)
        for part in (*self._arrows.values(), *self._frames.values()):
            part.setOpacity(share)

    def _shift(self, item: QGraphicsItem, name: str, rest: float) -> None:
        """Put an item on its way from where its node was; what was nowhere fades in."""
        if name in self._shifts:
            dx, dy = self._shifts[name]
            item.setPos(rest * dx, rest * dy)
        else:
            item.setOpacity(1.0 - rest)

    def _update_items(self, figure: Figure) -> Work[None]:
        self._show_frames(figure)
        yield from self._show_boxes(figure)
        yield from self._show_arrows(figure)
        yield from self._show_labels(figure)
        if self._dimmed:
            self._set_opacity()
        self.setSceneRect(self.bounds().adjusted(-400, -300, 400, 300))
        self._set_painted(True)
        self.shown.emit()

    def _set_painted(self, painted: bool) -> None:
        for view in self.views():
            view.viewport().setUpdatesEnabled(painted)

    def _show_frames(self, figure: Figure) -> None:
        """Frames change only when nodes move, and then all items are made again."""
        for frame in figure.frames:
            if frame.key not in self._frames:
                self._frames[frame.key] = FrameItem(frame, self.theme)
                self.addItem(self._frames[frame.key])

    def _show_boxes(self, figure: Figure) -> Work[None]:
        homes = self.session.drawing.view.homes
        selected = {home for name in self.session.selected for home in homes.get(name, ())}
        for number, box in enumerate(figure.boxes):
            if number % PIECE == 0:
                yield
            item = self._boxes.get(box.node)
            if item is None:
                item = self._boxes[box.node] = BoxItem(box, self.theme)
                self.addItem(item)
            item.show_box(box, box.node in selected)

    def _show_arrows(self, figure: Figure) -> Work[None]:
        for number, arrow in enumerate(figure.arrows):
            if number % PIECE == 0:
                yield
            item = self._arrows.get(arrow.edge)
            if item is None:
                item = self._arrows[arrow.edge] = ArrowItem(arrow, self.theme)
                self.addItem(item)
            item.show_arrow(arrow)

    def _show_labels(self, figure: Figure) -> Work[None]:
        """An item stays while its label does, or one that looks the same comes in its place."""
        wanted = {id(label): label for label in figure.labels}
        before = self._labels
        alike = {_key(item.label): item for label, item in before.items() if label not in wanted}
        found: dict[int, LabelItem] = {}
        for place, (number, label) in enumerate(wanted.items()):
            if place % PIECE == 0:
                yield
            item = before.get(number) or alike.pop(_key(label), None)
            if item is None:
                item = self._labels[number] = LabelItem(label, self.theme)
                self.addItem(item)
            item.label = label
            found[number] = item
        for item in self._labels.values():
            if found.get(id(item.label)) is not item:
                self.removeItem(item)
        self._labels = found


def _key(label: Label) -> object:
    """What makes two labels the same to look at."""
    shown = label.map
    entries = (shown.values.tobytes(), shown.numbers, shown.scale) if shown else ()
    return (
        label.node,
        label.role,
        label.at,
        label.size,
        label.math,
        entries,
        label.extent,
        label.below,
        label.edge,
    )

"""The scene: keeps one item for each part of the session's figure and moves the token along the edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from app.canvas.items import ArrowItem, BoxItem, FrameItem, LabelItem, TokenItem
from app.state.session import Session
from app.state.ticker import Ticker
from app.widgets.theme import LIGHT, Theme
from core.base.slicing import Work, finished
from core.figure import MARGIN, Figure, Label
from core.graph.graph import Edge

if TYPE_CHECKING:
    from PySide6.QtCore import QVariantAnimation

MOST_AT_ONCE = 300  # boxes of a figure that are made without leaving the window time in between
PIECE = 100
TOKEN_TIME = 420  # milliseconds a token takes at normal speed


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
        self.speed = 1.0
        self._dimmed = False
        self._frames: dict[str, FrameItem] = {}
        self._boxes: dict[str, BoxItem] = {}
        self._arrows: dict[Edge, ArrowItem] = {}
        self._labels: dict[int, LabelItem] = {}  # by the identity of the label they show
        self._drawing: object = None
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self._token = TokenItem(self.theme)
        self.addItem(self._token)
        self._animation: QVariantAnimation | None = None
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
        """End the token's animation at once."""
        if self._animation is not None:
            self._animation.stop()
        self._token.show_progress((), 1.0)

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
        forward_by_one = self.session.cursor == self._last_cursor + 1
        self._show()
        self._last_cursor = self.session.cursor
        arrows = self.session.figure.tokens if forward_by_one and self.animated else ()
        self.finish()
        if arrows:
            self._animation = self._animation or self._make_animation()
            self._animation.setDuration(max(1, round(TOKEN_TIME / self.speed)))
            self._animation.start()

    def _make_animation(self) -> QVariantAnimation:
        from PySide6.QtCore import QEasingCurve, QVariantAnimation

        animation = QVariantAnimation(self, startValue=0.0, endValue=1.0)
        animation.setEasingCurve(QEasingCurve.Type.InOutSine)
        animation.valueChanged.connect(self._move_token)
        animation.finished.connect(self._hide_token)
        return animation

    def _move_token(self, progress: float) -> None:
        self._token.show_progress(self.session.figure.tokens, progress)

    def _hide_token(self) -> None:
        self._token.show_progress((), 1.0)

    def _show(self) -> None:
        """Bring the items in line with the session's figure: at once, or in pieces where many are missing."""
        figure = self.session.figure
        if self._drawing is not self.session.drawing.placement:
            self._drawing = self.session.drawing.placement
            self.finish()
            self._remove_items()
            self._last_cursor = self.session.cursor
        self._ticker.stop()
        work = self._update_items(figure)
        if len(figure.boxes) - len(self._boxes) > MOST_AT_ONCE:
            self._set_painted(False)  # a picture that grows would be painted again and again
            self._ticker.start(work)
        else:
            finished(work)

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

"""Where the canvas looks: it fits what is new, follows the steps, and stays where the hand has put it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from msgspec.structs import replace
from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, QSizeF, QTimer, Signal
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView

from app.canvas.motion import Motion
from app.canvas.scene import GLIDE, Scene
from app.canvas.shown import Shown
from app.painting.parts import box_rect, label_rect
from core.figure import Drawing, Part

SMALLEST, LARGEST = 0.05, 12.0
LARGEST_FITTED = 2.2  # magnification of a fitted figure
READABLE = 13  # pixels that numbers have on a canvas; what fits only when smaller follows the steps
NEARLY_READABLE = 0.85  # of that: smaller still rather than that a part is not seen
LINES = 1080  # of the screen for which the sizes of a stage are given
LARGEST_PRESENTED = 6.0
CLOSE = 2.2  # the largest that a step is zoomed to
LABEL_ROOM = 40.0  # around a lit box, for what is written beside it
EDGE = 4  # pixels between what comes into view and the edge of the view
MOST_COMING = 40  # strides that are looked ahead


class Camera(QObject):
    """The view's magnification and what is in its middle; `moved` is emitted when either changes.

    While it is `fitted`, the figure is fitted again when the view is resized or the figure grows.
    """

    moved = Signal()

    def __init__(self, view: QGraphicsView, scene: Scene):
        super().__init__(view)
        self._view, self._scene = view, scene
        self.presenting = False
        self.fitted = True
        self._text_scale = 1.0
        self._motion = Motion(self)
        self._cursor = 0
        self._drawn: object = None  # what was drawn last, and how
        self._drawing: Drawing | None = None
        scene.shown.connect(self._keep_fitted)
        self._listening: Shown | None = None
        scene.sourceChanged.connect(self._listen)
        self._listen()
        for bar in (view.horizontalScrollBar(), view.verticalScrollBar()):
            bar.valueChanged.connect(self.moved)

    @property
    def _session(self) -> Shown:
        """What the scene shows."""
        return self._scene.source

    def _listen(self) -> None:
        """Follow the steps of what the scene shows, which is fitted."""
        if self._listening is not None:
            self._listening.cursorMoved.disconnect(self._follow)
            self.fitted = True
        self._listening = self._session
        self._listening.cursorMoved.connect(self._follow)

    @property
    def least(self) -> float:
        """The magnification at which a figure is shown that fits only when smaller."""
        if self.presenting or self._session.shown_whole:
            return SMALLEST
        readable = READABLE / self._session.drawing.number_size
        return max(readable, self._text_scale if self._text_scale > 1 else 0.0)

    @property
    def seen(self) -> QRectF:
        """What is seen of the scene."""
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    # -- where to look

    def fit(self) -> None:
        """Show the whole figure as large as is comfortable."""
        self.fitted = True
        self._fit(SMALLEST, glide=True)

    def refit(self) -> None:
        """Fit the figure again, if it is fitted, into a view of another size."""
        if self.fitted:
            self._fit(self.least)

    def refit_soon(self) -> None:
        """Do so when the window has its new size."""
        QTimer.singleShot(0, self, self.refit)

    def present(self, presenting: bool) -> None:
        """Fit the figure: large enough for a lecture room, or for a desk."""
        self.presenting, self.fitted = presenting, True
        self._fit(self.least)

    def set_text_scale(self, scale: float) -> None:
        """Show the figure at least so large; text of the usual size asks for no more than is comfortable."""
        if scale != self._text_scale:
            self._text_scale = scale
            self.refit()

    def hold(self) -> None:
        """Stay where the hand puts it: nothing is fitted until there is something new."""
        self.fitted = False
        self._motion.cancel()

    def zoom(self, factor: float, at: QPoint | None = None) -> None:
        """Magnify by a factor, within sensible bounds; what is at a point, or in the middle, stays there."""
        self.hold()
        view = self._view
        now = view.transform().m11()
        factor = min(max(now * factor, SMALLEST), LARGEST) / now
        middle = view.viewport().rect().center()
        before = view.mapToScene(at or middle)
        view.scale(factor, factor)
        view.centerOn(view.mapToScene(middle) + before - view.mapToScene(at or middle))
        self.moved.emit()

    def zoom_to_step(self) -> None:
        """Show what the present step touches, large enough to be read from afar."""
        before = self._place
        self.hold()
        rect, available = self._step_rect(), self._view.viewport().rect()
        if rect.isEmpty() or available.isEmpty():
            return
        scale = min(available.width() / rect.width(), available.height() / rect.height(), CLOSE)
        self._view.setSceneRect(_with_room(self._scene.bounds()))
        self._look(scale, rect.center())
        self._come_from(before)

    def show_rect(self, rect: QRectF) -> None:
        """Bring a rectangle of the scene into view at once."""
        self._motion.finish()
        if not self.seen.contains(rect):
            self._view.ensureVisible(rect, 20, 20)

    def _keep_fitted(self) -> None:
        """Fit a new drawing; zoom and pan by hand hold while only numbers change or nodes are moved."""
        session, drawing = self._session, self._session.drawing
        if self._drawing is drawing:
            return
        options = replace(drawing.options, highlight=True)
        drawn = session.trace.graph.program.text, tuple(drawing.view.nodes), options
        is_first, is_new = self._drawing is None, drawn != self._drawn
        is_elsewhere = self._drawing is None or self._drawing.placement is not drawing.placement
        self._drawn, self._drawing = drawn, drawing
        if self._scene.held or not (is_new or is_elsewhere):
            return
        self.fitted = self.fitted or is_new
        if self.fitted:
            self._fit(self.least, glide=not is_first)

    def _fit(self, least: float, glide: bool = False) -> None:
        """Fit the figure but stay at least so large; what does not fit is reached by following the steps."""
        bounds, available = self._scene.bounds(), self._view.viewport().rect()
        if bounds.isEmpty() or available.isEmpty():
            return
        whole = min((available.width() - 2) / bounds.width(), (available.height() - 2) / bounds.height())
        most = LARGEST_PRESENTED if self.presenting else LARGEST_FITTED
        enough = least if self.presenting else NEARLY_READABLE * least
        scale = min(whole, most) if whole >= enough else least
        before = self._place
        self._motion.cancel()
        self._view.setSceneRect(_with_room(bounds))
        self._look(scale, bounds.center())
        if whole < scale:
            self._show_step()
        if glide:
            self._come_from(before)

    def _follow(self) -> None:
        before = self._place
        self._motion.finish()  # what it looks at in the end is what counts
        self._show_step()
        if self._place != before:
            self._come_from(before)

    def _show_step(self) -> None:
        """Bring what the present step touches into view; at the start, where the data come in."""
        rect, seen = self._step_rect(), self.seen
        if not seen.contains(rect):
            # with as much of what comes next as there is room for, so that it seldom moves
            self._view.ensureVisible(self._with_coming(rect), EDGE, EDGE)
        self._cursor = self._session.cursor

    def _with_coming(self, rect: QRectF) -> QRectF:
        """A rectangle and what the next steps touch, in the direction one goes, while all that fits."""
        session, figures = self._session, self._session.figures
        stops, here = session.stops, bisect_left(session.stops, session.cursor)
        on = stops[here + 1 :] if session.cursor >= self._cursor else stops[:here][::-1]
        room = self.seen.size() - QSizeF(2, 2) * EDGE
        for stop in on[:MOST_COMING]:
            more = rect.united(self._boxes_rect(figures.changed(stop, stop)))
            if more.width() > room.width() or more.height() > room.height():
                break
            rect = more
        return rect

    def _step_rect(self) -> QRectF:
        """Where the present step touches nodes, and what is written beside them."""
        figures, cursor = self._session.figures, self._session.cursor
        parts = figures.last_step(cursor) or figures.parts(cursor, list(figures.drawing.sizes)[:1])
        rect = self._rect_of(parts)
        if not QRectF(QPointF(), self.seen.size()).contains(QRectF(QPointF(), rect.size())):
            rect = self._rect_of(figures.last_message(cursor) or parts)  # where a long stride arrives
        return rect

    def _boxes_rect(self, names: Iterable[str]) -> QRectF:
        """Where drawn nodes are, with room for what is written beside them."""
        rect, drawing = QRectF(), self._session.drawing
        for name in names:
            (x, y), (width, height) = drawing.placement.centres[name], drawing.sizes[name]
            rect = rect.united(QRectF(x - width / 2, y - height / 2, width, height))
        return self._roomy(rect)

    def _roomy(self, rect: QRectF) -> QRectF:
        return rect.adjusted(-LABEL_ROOM, -LABEL_ROOM, LABEL_ROOM, LABEL_ROOM) & self._scene.bounds()

    def _rect_of(self, parts: Mapping[str, Part]) -> QRectF:
        """Where nodes are, and what is written beside them."""
        rect = QRectF()
        for name, part in parts.items():
            rect = rect.united(box_rect(part.box))
            for label in part.labels:  # a sum at a fan-out is long
                if label.node == name and label.edge is None:
                    rect = rect.united(label_rect(label))
        return self._roomy(rect)

    # -- on the way there

    @property
    def _place(self) -> tuple[float, QPointF]:
        """The magnification, and what is in the middle."""
        return self._view.transform().m11(), self.seen.center()

    def _look(self, scale: float, middle: QPointF) -> None:
        self._view.setTransform(QTransform.fromScale(scale, scale))
        self._view.centerOn(middle)
        self.moved.emit()

    def _come_from(self, before: tuple[float, QPointF]) -> None:
        """Let the camera move to where it has just been put from where it was."""
        if not self._scene.animated or not self._view.isVisible():
            return
        (scale, middle), (to_scale, to_middle) = before, self._place
        growth = to_scale / scale

        def moved(share: float) -> None:
            self._look(scale * growth**share, middle + (to_middle - middle) * share)

        self._motion.begin(GLIDE, moved, lambda: self._look(to_scale, to_middle))
        moved(0.0)


def _with_room(bounds: QRectF) -> QRectF:
    """A figure with room around it to pan in."""
    return bounds.adjusted(-bounds.width(), -bounds.height(), bounds.width(), bounds.height())

"""Scene items, one for each part of a figure; an item repaints only when its part changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from app.painting.parts import (
    HEAD,
    arrow_shape,
    box_rect,
    frame_rect,
    label_outline,
    label_rect,
    paint_arrow,
    paint_box,
    paint_far_arrow,
    paint_far_box,
    paint_frame,
    paint_label,
    paint_looked_at,
    paint_pointed,
    paint_token,
    paint_weight,
    route_path,
    symbol_outline,
    title_rect,
    token_rect,
)
from app.widgets.theme import Theme, mixed
from core.figure import Arrow, Box, Frame, Label, Token

# below this magnification text is too small to be read and is left out
LEAST_READABLE = 0.28
MARK = 11.0  # the side of the mark of a note
BAND, STRENGTH = 9.0, 0.45  # of a path that is marked: its breadth, and how much of its colour there is


def _is_far(painter: QPainter, option: QStyleOptionGraphicsItem) -> bool:
    """Whether all is so small that nothing can be read."""
    return option.levelOfDetailFromTransform(painter.worldTransform()) < LEAST_READABLE


class PartItem(QGraphicsRectItem):
    """A part of a figure. Qt keeps the rectangle it paints in and asks no Python for it."""

    def __init__(self, theme: Theme, around: QRectF, height: float):
        super().__init__(around)
        self.theme = theme
        self.setPen(Qt.PenStyle.NoPen)  # which would make the rectangle larger
        self.setZValue(height)


class FrameItem(PartItem):
    """What was unfolded: a frame that can be taken by its title."""

    def __init__(self, frame: Frame, theme: Theme):
        super().__init__(theme, frame_rect(frame).adjusted(-2, -2, 2, 2), -1.0)
        self.frame = frame

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(title_rect(self.frame).adjusted(-6, -4, 6, 4))
        return path

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        paint_frame(painter, self.frame, self.theme)


class BoxItem(PartItem):
    """A node's box."""

    def __init__(self, box: Box, theme: Theme):
        super().__init__(theme, _around(box), 1.0)
        self.box, self.selected, self.pointed, self.looked_at = box, False, False, False
        self._text: QPainterPath | None = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def show_box(self, box: Box, selected: bool) -> None:
        if (box, selected) != (self.box, self.selected):  # the same box is not looked into
            self.setRect(_around(box))
            if (box.symbol, box.size, box.centre) != (self.box.symbol, self.box.size, self.box.centre):
                self._text = None
            self.box, self.selected = box, selected
            self.update()

    def point_at(self, pointed: bool) -> None:
        """Mark that a term of the node is pointed at, or no longer."""
        if pointed != self.pointed:
            self.pointed = pointed
            self.update()

    def look_at(self, looked_at: bool) -> None:
        """Mark that a guided step speaks of the node, or no longer."""
        if looked_at != self.looked_at:
            self.looked_at = looked_at
            self.update()

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(box_rect(self.box).adjusted(-4, -4, 4, 4))
        return path

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.looked_at:
            paint_looked_at(painter, self.box, self.theme)
        if _is_far(painter, option) and not self.selected and not self.box.over:
            paint_far_box(painter, self.box, self.theme)
        else:
            self._text = self._text or symbol_outline(self.box)
            paint_box(painter, self.box, self.theme, self.selected, self._text)
            if self.box.note:
                self._paint_mark(painter)
        if self.pointed:
            paint_pointed(painter, self.box, self.theme)

    def _paint_mark(self, painter: QPainter) -> None:
        """That there is a note: a small sheet at the upper right, its corner turned down."""
        corner = box_rect(self.box).topRight() + QPointF(MARK / 2, -MARK / 2)
        left, top, right, bottom = corner.x() - MARK, corner.y(), corner.x(), corner.y() + MARK
        fold = MARK / 3
        sheet = [(left, top), (right - fold, top), (right, top + fold), (right, bottom), (left, bottom)]
        painter.setPen(QPen(self.theme.colour("accent"), 1.2))
        painter.setBrush(self.theme.colour("receiving"))
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in sheet]))


class ArrowItem(PartItem):
    """An edge."""

    def __init__(self, arrow: Arrow, theme: Theme):
        self._path, self._shape = route_path(arrow.route), arrow_shape(arrow)
        super().__init__(theme, _along(self._path), 0.5 if arrow.mood == "active" else 0.0)
        self.arrow = arrow

    def show_arrow(self, arrow: Arrow) -> None:
        if arrow is not self.arrow and arrow != self.arrow:
            if arrow.route != self.arrow.route:
                self._path = route_path(arrow.route)
                self.setRect(_along(self._path))
            if arrow.way != self.arrow.way:
                self._shape = arrow_shape(arrow)
            self.arrow = arrow
            self.setZValue(0.5 if arrow.mood == "active" else 0.0)
            self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.arrow.weight is not None:
            paint_weight(painter, self.arrow, self.theme, self._path)
        elif _is_far(painter, option):
            paint_far_arrow(painter, self.arrow, self._path, self.theme)
        else:
            paint_arrow(painter, self.arrow, self.theme, self._shape)


class HaloItem(PartItem):
    """An edge on paths of the selected node: a broad band below it in the colour of each of these."""

    def __init__(self, arrow: Arrow, paths: Sequence[int], theme: Theme):
        self._path, self.paths = route_path(arrow.route), tuple(paths)
        room = BAND * (len(self.paths) + 1)
        super().__init__(theme, _along(self._path).adjusted(-room, -room, room, room), -0.5)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in reversed(range(len(self.paths))):
            colour = mixed(self.theme.colour("paper"), self.theme.paths[self.paths[place]], STRENGTH)
            cap, join = Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.RoundJoin
            painter.setPen(QPen(colour, BAND * (place + 1), Qt.PenStyle.SolidLine, cap, join))
            painter.drawPath(self._path)


class LabelItem(PartItem):
    """A value, gradient or name."""

    def __init__(self, label: Label, theme: Theme):
        super().__init__(theme, _at(label), 2.0)
        self.label = label
        self._text: QPainterPath | None = None

    def show_label(self, label: Label) -> None:
        """Show another label in the place of this one."""
        self.setRect(_at(label))
        self.label, self._text = label, None
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if not _is_far(painter, option):
            self._text = self._text or label_outline(self.label)
            paint_label(painter, self.label, self.theme, text=self._text)


class TokenItem(QGraphicsItem):
    """What moves along the lit edges during a step."""

    def __init__(self, theme: Theme):
        super().__init__()
        self.theme = theme
        self.tokens: tuple[Token, ...] = ()
        self.progress = 1.0
        self.setZValue(3)

    def show_progress(self, tokens: tuple[Token, ...], progress: float) -> None:
        self.prepareGeometryChange()
        self.tokens, self.progress = tokens, progress
        self.setVisible(bool(tokens))

    def boundingRect(self) -> QRectF:
        found = QRectF()
        for token in self.tokens:
            found = found.united(token_rect(token, self.progress))
        return found.adjusted(-HEAD, -HEAD, HEAD, HEAD)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        for token in self.tokens:
            paint_token(painter, token, self.progress, self.theme)


def _around(box: Box) -> QRectF:
    """Where a box is painted, with the mark of a selected one."""
    return box_rect(box).adjusted(-10, -10, 10, 10)


def _along(path: QPainterPath) -> QRectF:
    """Where an edge is painted."""
    return path.controlPointRect().adjusted(-HEAD, -HEAD, HEAD, HEAD)


def _at(label: Label) -> QRectF:
    """Where a label is painted."""
    return label_rect(label).adjusted(-3, -3, 3, 3)

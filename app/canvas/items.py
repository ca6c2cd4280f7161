"""Scene items, one for each part of a figure; an item repaints only when its part changes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

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
    paint_token,
    route_path,
    symbol_outline,
    title_rect,
    token_rect,
)
from app.widgets.theme import Theme
from core.figure import Arrow, Box, Frame, Label, Token

# below this magnification text is too small to be read and is left out
LEAST_READABLE = 0.28


def _is_far(painter: QPainter, option: QStyleOptionGraphicsItem) -> bool:
    """Whether all is so small that nothing can be read."""
    return option.levelOfDetailFromTransform(painter.worldTransform()) < LEAST_READABLE


class FrameItem(QGraphicsItem):
    """What was unfolded: a frame that can be taken by its title."""

    def __init__(self, frame: Frame, theme: Theme):
        super().__init__()
        self.frame, self.theme = frame, theme
        self.setZValue(-1)

    def boundingRect(self) -> QRectF:
        return frame_rect(self.frame).adjusted(-2, -2, 2, 2)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(title_rect(self.frame).adjusted(-6, -4, 6, 4))
        return path

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        paint_frame(painter, self.frame, self.theme)


class BoxItem(QGraphicsItem):
    """A node's box."""

    def __init__(self, box: Box, theme: Theme):
        super().__init__()
        self.box, self.theme, self.selected = box, theme, False
        self._text: QPainterPath | None = None
        self.setZValue(1)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def show_box(self, box: Box, selected: bool) -> None:
        if (box, selected) != (self.box, self.selected):  # the same box is not looked into
            if box_rect(box) != box_rect(self.box):
                self.prepareGeometryChange()
            if (box.symbol, box.size, box.centre) != (self.box.symbol, self.box.size, self.box.centre):
                self._text = None
            self.box, self.selected = box, selected
            self.update()

    def boundingRect(self) -> QRectF:
        return box_rect(self.box).adjusted(-10, -10, 10, 10)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(box_rect(self.box).adjusted(-4, -4, 4, 4))
        return path

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if _is_far(painter, option) and not self.selected:
            paint_far_box(painter, self.box, self.theme)
        else:
            self._text = self._text or symbol_outline(self.box)
            paint_box(painter, self.box, self.theme, self.selected, self._text)


class ArrowItem(QGraphicsItem):
    """An edge."""

    def __init__(self, arrow: Arrow, theme: Theme):
        super().__init__()
        self.arrow, self.theme = arrow, theme
        self._path, self._shape = route_path(arrow.route), arrow_shape(arrow)
        self.setZValue(0.5 if arrow.mood == "active" else 0.0)

    def show_arrow(self, arrow: Arrow) -> None:
        if arrow is not self.arrow and arrow != self.arrow:
            if arrow.route != self.arrow.route:
                self.prepareGeometryChange()
                self._path = route_path(arrow.route)
            if arrow.way != self.arrow.way:
                self._shape = arrow_shape(arrow)
            self.arrow = arrow
            self.setZValue(0.5 if arrow.mood == "active" else 0.0)
            self.update()

    def boundingRect(self) -> QRectF:
        return self._path.controlPointRect().adjusted(-HEAD, -HEAD, HEAD, HEAD)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if _is_far(painter, option):
            paint_far_arrow(painter, self.arrow, self._path, self.theme)
        else:
            paint_arrow(painter, self.arrow, self.theme, self._shape)


class LabelItem(QGraphicsItem):
    """A value, gradient or name."""

    def __init__(self, label: Label, theme: Theme):
        super().__init__()
        self.label, self.theme = label, theme
        self._rect = label_rect(label)
        self._text: QPainterPath | None = None
        self.setZValue(2)

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-3, -3, 3, 3)

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

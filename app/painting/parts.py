"""A figure's parts on a painter: the canvas, image files and the clipboard all draw with these functions."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from app.formula import axis_height, formula, outline, paint
from app.painting.maps import grounds, paint_map
from app.widgets.theme import Theme, mixed
from core.figure import (
    BESIDE_NAME,
    BESIDE_SYMBOL,
    GROUND,
    IDLE,
    STRENGTH,
    Arrow,
    Box,
    Figure,
    Frame,
    Label,
    Token,
    weight_width,
)
from core.layout import Route

HEAD = 11.0  # length of an arrow's head
FADING = 4.0  # in the last share of its way, one by this, the number of a value fades
DOT = 4.0  # the radius of what moves along an arrow: it covers no number beside it
DASHES = (3.0, 2.0)  # of the outline of what receives a gradient, in widths of the line
# of a selected box, outside its outline, where names and numbers keep away
MARK, MARK_WIDTH = 2.4, 2.4
LIGHT_BEYOND, LIGHT_SHARE = 8.0, 0.25  # how far the light of a node goes beyond it; how much accent it has
SUM_FRAME = 1.0  # the width of the line around a sum of gradients
POINTED = (2.0, 1.5)  # the dashes of the same mark where a node is pointed at, in its widths
RING = 4.0  # between the two rings of the output that was chosen
TITLE_INSET = 10.0  # between a frame's border and its title


Part = Frame | Arrow | Box | Label


def parts_of(figure: Figure) -> list[Part]:
    """A figure's parts from the lowest to the highest: frames, arrows, the lit ones last, boxes, labels."""
    arrows = sorted(figure.arrows, key=lambda arrow: arrow.mood == "active")
    return [*figure.frames, *arrows, *figure.boxes, *figure.labels]


def paint_figure(painter: QPainter, figure: Figure, theme: Theme) -> None:
    """The whole figure."""
    for part in parts_of(figure):
        paint_part(painter, part, theme)


def paint_part(painter: QPainter, part: Part, theme: Theme) -> None:
    match part:
        case Frame():
            paint_frame(painter, part, theme)
        case Arrow():
            paint_arrow(painter, part, theme)
        case Box():
            paint_box(painter, part, theme)
        case Label():
            paint_label(painter, part, theme)


# -- frames


def frame_rect(frame: Frame) -> QRectF:
    return QRectF(frame.left, frame.top, frame.width, frame.height)


def title_rect(frame: Frame) -> QRectF:
    """Where a frame's title is painted: in its upper left corner."""
    laid = formula(frame.title, frame.size)
    return QRectF(frame.left + TITLE_INSET, frame.top + TITLE_INSET * 0.6, laid.width, laid.height)


def paint_frame(painter: QPainter, frame: Frame, theme: Theme) -> None:
    """What was unfolded: a light frame with the title of what it stands for."""
    line, paper = theme.colour("line"), theme.colour("paper")
    painter.setPen(QPen(mixed(paper, line, IDLE), theme.line_width * 0.6))
    painter.setBrush(mixed(line, paper, 0.94))
    painter.drawRoundedRect(frame_rect(frame), 10, 10)
    rect = title_rect(frame)
    laid = formula(frame.title, frame.size)
    paint(painter, laid, rect.left(), rect.top() + laid.ascent, {}, theme.colour("faint"))


# -- boxes


def box_rect(box: Box) -> QRectF:
    x, y = box.centre
    return QRectF(x - box.width / 2, y - box.height / 2, box.width, box.height)


def paint_box(
    painter: QPainter, box: Box, theme: Theme, selected: bool = False, text: QPainterPath | None = None
) -> None:
    """A node: an operation as a circle or pill, an input as its plain name.

    Who paints it often keeps the outline of its `text`.
    """
    rect = box_rect(box)
    if selected:
        _paint_ring(painter, box, QPen(theme.colour("accent"), MARK_WIDTH))
    if box.over:
        from app.painting.learned import paint_over_plane  # loads NumPy

        paint_over_plane(painter, rect, box.over, box.bias, theme)
        return
    fill = _fill(box, theme)
    if box.kind == "operation":
        painter.setPen(_outline(box, theme))
        painter.setBrush(fill or theme.colour("paper"))
        radius = min(rect.height(), rect.width()) / 2
        painter.drawRoundedRect(rect, radius, radius)
        if box.chosen:
            painter.drawRoundedRect(rect.adjusted(RING, RING, -RING, -RING), radius - RING, radius - RING)
        paint_symbol(painter, box, theme, _ink(box, theme), text)
        return
    if fill or box.chosen:
        painter.setPen(_outline(box, theme))
        painter.setBrush(fill or Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(-3, -1, 3, 1), 8, 8)
    paint_symbol(painter, box, theme, theme.colour("ink"), text)


def paint_pointed(painter: QPainter, box: Box, theme: Theme) -> None:
    """The mark of a node whose term is pointed at: a broken ring where that of a selected one is whole."""
    pen = QPen(theme.colour("ink"), MARK_WIDTH)
    pen.setDashPattern(POINTED)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    _paint_ring(painter, box, pen)


def paint_looked_at(painter: QPainter, box: Box, theme: Theme) -> None:
    """The ground of a node that is spoken of: a light in the accent, under lines and heads."""
    around = box_rect(box).adjusted(-LIGHT_BEYOND, -LIGHT_BEYOND, LIGHT_BEYOND, LIGHT_BEYOND)
    is_round = box.kind == "operation" and not box.over
    radius = min(around.height(), around.width()) / 2 if is_round else 10.0
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(theme.colour("paper"), theme.colour("accent"), LIGHT_SHARE))
    painter.save()
    dark = theme.colour("paper").lightness() < theme.colour("ink").lightness()
    mode = QPainter.CompositionMode
    painter.setCompositionMode(mode.CompositionMode_Lighten if dark else mode.CompositionMode_Darken)
    painter.drawRoundedRect(around, radius, radius)
    painter.restore()


def _paint_ring(painter: QPainter, box: Box, pen: QPen) -> None:
    around = box_rect(box).adjusted(-MARK, -MARK, MARK, MARK)
    is_round = box.kind == "operation" and not box.over
    radius = min(around.height(), around.width()) / 2 if is_round else 8.0
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(around, radius, radius)


def paint_far_box(painter: QPainter, box: Box, theme: Theme) -> None:
    """A node too small for its sign to be read: its shape and its light."""
    painter.setPen(QPen(theme.colour("line"), 0))  # one pixel, whatever the magnification
    painter.setBrush(_fill(box, theme) or theme.colour("paper" if box.kind == "operation" else "line"))
    rect = box_rect(box)
    if box.kind == "operation":
        painter.drawEllipse(rect)
    else:
        painter.drawRect(rect.adjusted(0, rect.height() / 3, 0, -rect.height() / 3))


def _fill(box: Box, theme: Theme) -> QColor | None:
    if box.mood == "receiving":
        return theme.colour("receiving")
    if box.mood == "active":
        return theme.colour("lit_back" if box.backward else "lit")
    return None


def _outline(box: Box, theme: Theme) -> QPen:
    """The line around a box: bold where something happens, broken where a gradient arrives."""
    if box.mood not in ("active", "receiving"):
        return QPen(theme.colour("line"), theme.line_width)
    pen = QPen(theme.colour("gradient" if box.backward else "value"), theme.line_width * 1.6)
    if box.mood == "receiving":
        pen.setDashPattern(DASHES)
    return pen


def _ink(box: Box, theme: Theme) -> QColor:
    return theme.colour("faint" if box.mood == "idle" else "ink")


def symbol_rect(box: Box) -> QRectF:
    """Where a box's symbol is painted: an input's begins at the left, an operation's is in the middle.

    The axis of the mathematics, the height of a minus sign, is level with the middle of the box: so signs are
    centred by their ink, and words have one baseline. A high symbol is moved to stay inside.
    """
    laid, rect = formula(box.symbol, box.size), box_rect(box)
    middle, inset = rect.center(), BESIDE_SYMBOL / 2 if box.kind == "operation" else 0.0
    left = rect.left() + BESIDE_NAME if box.kind == "input" else middle.x() - laid.width / 2
    top = middle.y() + axis_height(box.size) - laid.ascent
    top = max(min(top, rect.bottom() - inset - laid.height), rect.top() + inset)
    return QRectF(left, top, laid.width, laid.height)


def symbol_outline(box: Box) -> QPainterPath:
    """What stands in a box as one path."""
    laid, rect = formula(box.symbol, box.size), symbol_rect(box)
    return outline(laid, rect.left(), rect.top() + laid.ascent)


def paint_symbol(painter: QPainter, box: Box, theme: Theme, ink: QColor, text: QPainterPath | None) -> None:
    """What stands in a box."""
    if text is not None:
        painter.fillPath(text, ink)
        return
    laid, rect = formula(box.symbol, box.size), symbol_rect(box)
    paint(painter, laid, rect.left(), rect.top() + laid.ascent, theme.roles, ink)


# -- arrows


def route_path(route: Route) -> QPainterPath:
    path = QPainterPath(QPointF(*route.start))
    for first, second, end in route.pieces:
        path.cubicTo(QPointF(*first), QPointF(*second), QPointF(*end))
    return path


def arrow_head(route: Route) -> QPolygonF:
    """The triangle at a way's end, pointing as the curve arrives."""
    tip = QPointF(*route.end)
    first, second, end = route.pieces[-1]
    before = second if second != end else first
    angle = math.atan2(end[1] - before[1], end[0] - before[0])
    back = QPointF(tip.x() - HEAD * math.cos(angle), tip.y() - HEAD * math.sin(angle))
    side = QPointF(-math.sin(angle), math.cos(angle)) * (HEAD * 0.42)
    return QPolygonF([tip, back + side, back - side])


def arrow_shape(arrow: Arrow) -> tuple[QPainterPath, QPolygonF]:
    """An edge as it is painted, and its head."""
    return shortened(arrow.way), arrow_head(arrow.way)


def paint_arrow(
    painter: QPainter, arrow: Arrow, theme: Theme, shape: tuple[QPainterPath, QPolygonF] | None = None
) -> None:
    """An edge with its head; lit where something moves along it, faint where nothing has yet.

    Who paints it often keeps its `shape`.
    """
    if arrow.weight is not None:
        paint_weight(painter, arrow, theme, route_path(arrow.route))
        return
    path, head = shape or arrow_shape(arrow)
    colour = theme.colour("line")
    width = theme.line_width
    if arrow.mood == "active":
        colour, width = theme.colour("gradient" if arrow.backward else "value"), theme.line_width * 1.8
    elif arrow.mood == "idle":
        colour = mixed(theme.colour("paper"), theme.colour("line"), IDLE)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(head)


@lru_cache(16)
def _of_sign(theme: Theme, positive: bool, strength: float) -> QColor:
    """The colour of a sign on paper, mixed and not transparent: that would take five times as long."""
    return mixed(theme.colour("paper"), theme.colour("positive" if positive else "negative"), strength)


def paint_weight(
    painter: QPainter, arrow: Arrow, theme: Theme, path: QPainterPath, strength: float = STRENGTH
) -> None:
    """An edge that shows its weight: the thicker the larger, in the colour of its sign."""
    assert arrow.weight is not None
    colour = _of_sign(theme, arrow.weight >= 0, strength)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    width = weight_width(arrow.weight)
    painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    painter.drawPath(path)


def paint_far_arrow(painter: QPainter, arrow: Arrow, path: QPainterPath, theme: Theme) -> None:
    """An edge too small for its head to be seen: a line, thicker where it is lit."""
    lit = arrow.mood == "active"
    colour = theme.colour(("gradient" if arrow.backward else "value") if lit else "line")
    pen = QPen(colour, 2.5 if lit else 0)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def shortened(route: Route) -> QPainterPath:
    """The route up to the inside of its head, so that a thick line does not blunt the tip."""
    first, second, end = route.pieces[-1]
    before = second if second != end else first
    length = math.dist(before, end) or 1.0
    share = (HEAD * 0.7) / length
    inner = (end[0] + (before[0] - end[0]) * share, end[1] + (before[1] - end[1]) * share)
    return route_path(Route(route.start, (*route.pieces[:-1], (first, second, inner))))


def paint_token(painter: QPainter, token: Token, progress: float, theme: Theme) -> None:
    """The dot that moves along an arrow, and the number it carries; `progress` runs from 0 to 1."""
    painter.setPen(QPen(theme.colour("paper"), 1.5))
    painter.setBrush(theme.colour("gradient" if token.arrow.backward else "value"))
    painter.drawEllipse(QPointF(*token.at(progress)), DOT, DOT)
    number = token.number(progress)
    if number:
        # a value is used up where it arrives; a gradient stays
        painter.save()
        faded = 1.0 if token.arrow.backward else min(1.0, FADING * (1.0 - progress))
        painter.setOpacity(painter.opacity() * faded)
        paint_label(painter, number, theme, on_ground=False)
        painter.restore()


def token_rect(token: Token, progress: float) -> QRectF:
    """Where a token is painted."""
    at, number = QPointF(*token.at(progress)), token.number(progress)
    dot = QRectF(at.x() - DOT, at.y() - DOT, 2 * DOT, 2 * DOT)
    return dot.united(label_rect(number)) if number else dot


# -- labels

# the colours of labels that are not called as what they are
_COLOURS = {"contribution": "gradient", "sum": "gradient", "note": "faint", "counter": "faint"}
_COLOURS |= dict.fromkeys(("name", "formula", "rule", "numbers"), "ink")
_TINTED = ("rule", "numbers")  # whose terms have colours of their own


def label_rect(label: Label) -> QRectF:
    """Where a label is painted."""
    if label.math is not None:
        laid = formula(label.math, label.size)
        width, height = laid.width, laid.height
    else:
        width, height = label.extent
    x, y = label.at
    if not label.centred:
        return QRectF(x, y - height / 2, width, height)
    return QRectF(x - width / 2, y if label.below else y - height, width, height)


def label_outline(label: Label) -> QPainterPath | None:
    """The text of a label as one path; a map has none."""
    if label.math is None:
        return None
    laid, rect = formula(label.math, label.size), label_rect(label)
    return outline(laid, rect.left(), rect.top() + laid.ascent)


def paint_label(
    painter: QPainter, label: Label, theme: Theme, on_ground: bool = True, text: QPainterPath | None = None
) -> None:
    """A value, a gradient or a name; an array as a map.

    What travels has no ground, to cover nothing. Who paints it often keeps the outline of its `text`.
    """
    rect = label_rect(label)
    role = _COLOURS.get(label.role, label.role)
    if role == "gradient" and on_ground:
        framed = label.role == "sum"  # what came back from several uses is no gradient of one edge
        painter.setPen(QPen(theme.colour("gradient"), SUM_FRAME) if framed else Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("ground"))
        above = 2 * SUM_FRAME if framed else 0.0
        ground = rect.adjusted(-GROUND, -above, GROUND, above)
        for part in grounds(label.map, rect) if label.map else [ground]:
            painter.drawRoundedRect(part, GROUND, GROUND)
    if label.map:
        paint_map(painter, label.map, rect, theme, theme.colour(role))
        return
    if text is not None:
        painter.fillPath(text, theme.colour(role))
        return
    assert label.math is not None
    laid = formula(label.math, label.size)
    roles = theme.roles if label.role in _TINTED else {}
    paint(painter, laid, rect.left(), rect.top() + laid.ascent, roles, theme.colour(role))

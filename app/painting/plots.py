"""Plots on a painter: views in the window, files of pixels and files of marks draw with these functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen

from app.formula import formula, paint
from app.widgets.colours import CLASSES
from app.widgets.heat import ink_image, rgb_image
from app.widgets.theme import SIGNED, Theme, heat_colours, rgb
from core.base.arrays import Array
from core.base.shades import takes_black
from core.figure.plot import (
    CHOSEN,
    DASHES,
    HOLLOW,
    RIM,
    RINGED,
    Line,
    Placed,
    Raster,
    Sheet,
    Symbol,
    Text,
    Tile,
    class_colours,
    corners,
    pieces,
)
from core.figure.plot.facts import Role, Shape

CLASS = "class "


def paint_sheet(
    painter: QPainter, sheet: Sheet, theme: Theme, top: float = -math.inf, bottom: float = math.inf
) -> None:
    """All parts of a sheet, from its upper left corner; of a long one only what is seen of its height."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint = sheet_painting(sheet, theme)
    whole = top <= 0 and bottom >= sheet.height
    for part in sheet.parts:
        if whole or _is_between(part, top, bottom):
            paint(painter, part)


def _is_between(part: Placed, top: float, bottom: float) -> bool:
    """Whether a part may be seen between two heights."""
    match part:
        case Raster() | Tile():
            return part.y - RIM <= bottom and part.y + part.height + RIM >= top
        case Text() | Symbol():
            return part.y - 2 * part.size <= bottom and part.y + 2 * part.size >= top
    return True


def sheet_painting(sheet: Sheet, theme: Theme) -> Callable[[QPainter, Placed], None]:
    """What paints the parts of a sheet."""
    looks = _Looks(sheet, theme)

    def paint(painter: QPainter, part: Placed) -> None:
        match part:
            case Raster():
                _paint_raster(painter, part, theme)
            case Line():
                _paint_line(painter, part, theme)
            case Symbol():
                _paint_symbol(painter, part, looks)
            case Text():
                _paint_text(painter, part, looks)
            case Tile():
                _paint_tile(painter, part, looks)

    return paint


class _Looks:
    """The colours of the parts of a sheet, those of all shares found at once and each pen made once."""

    def __init__(self, sheet: Sheet, theme: Theme):
        self.theme = theme
        shares = [*dict.fromkeys(share for part in sheet.parts if (share := _share(part)) is not None)]
        colours = heat_colours(np.array(shares), theme, 1.0)
        inks = np.where(takes_black(colours), "black", "white").tolist()
        self._shades = {
            share: (QColor(*colour), QColor(ink))
            for share, colour, ink in zip(shares, colours.tolist(), inks, strict=True)
        }
        self._symbols: dict[tuple[object, ...], tuple[QPen, QBrush]] = {}

    def shade(self, share: float) -> QColor:
        """The colour of a share."""
        return self._shades[share][0]

    def ink_on(self, share: float) -> QColor:
        """The ink that can be read on the colour of a share."""
        return self._shades[share][1]

    def symbol(self, part: Symbol) -> tuple[QPen, QBrush]:
        """What a point is painted with."""
        key = part.role or part.share, part.ring, part.filled
        if key not in self._symbols:
            self._symbols[key] = self._made(part)
        return self._symbols[key]

    def _made(self, part: Symbol) -> tuple[QPen, QBrush]:
        colour = role_colour(self.theme, part.role) if part.role else self.shade(part.share)
        if part.ring:
            return QPen(colour, CHOSEN if part.filled else RINGED), QBrush()
        if part.filled:
            return QPen(self.theme.colour("paper" if part.role else "ink"), RIM), QBrush(colour)
        return QPen(colour, HOLLOW), QBrush(self.theme.colour("paper"))


def _share(part: Placed) -> float | None:
    """The share whose colour a part has, or stands on; None where it has that of a role."""
    match part:
        case Symbol(role=""):
            return part.share
        case Tile():
            return part.share
        case Text():
            return part.on
    return None


def role_colour(theme: Theme, role: Role) -> QColor:
    """The colour that a role has in a theme."""
    if role.startswith(CLASS):
        return QColor(CLASSES[int(role.removeprefix(CLASS)) % len(CLASSES)])
    return theme.colour(role)


def sheet_colours(sheet: Sheet, theme: Theme) -> dict[str, str]:
    """The colours that a sheet is painted with, by what they are for, each such as #12742f."""
    roles = dict.fromkeys(("paper", "ink", *SIGNED))
    for part in sheet.parts:
        if isinstance(part, Raster) and part.shares.ndim == 3:
            roles |= dict.fromkeys(f"{CLASS}{k}" for k in range(part.shares.shape[2]))
        elif isinstance(part, Tile):
            roles |= dict.fromkeys([part.outline])
        elif not isinstance(part, Raster):
            roles |= dict.fromkeys([part.role])
    return {role: role_colour(theme, role).name() for role in roles if role}


def share_colours(shares: Array, theme: Theme, pale: float = 1.0) -> NDArray[np.uint8]:
    """The colours of signed shares, (rows, columns), or of those of classes, (rows, columns, classes)."""
    if shares.ndim < 3:
        return heat_colours(pale * shares, theme, 1.0)
    paper = np.array(rgb(theme.colour("paper")), float)
    classes = np.array([rgb(role_colour(theme, f"{CLASS}{k}")) for k in range(shares.shape[2])])
    return class_colours(shares, paper, classes)


def raster_image(part: Raster, theme: Theme) -> QImage:
    """A raster as an image, a pixel for each of its numbers."""
    if part.inked:
        return ink_image(part.shares, theme)
    return rgb_image(share_colours(part.shares, theme, part.pale))


def _paint_raster(painter: QPainter, part: Raster, theme: Theme) -> None:
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, part.smooth)
    painter.drawImage(QRectF(part.x, part.y, part.width, part.height), raster_image(part, theme))


def _paint_line(painter: QPainter, part: Line, theme: Theme) -> None:
    pen = QPen(role_colour(theme, part.role), part.width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if part.dashed:
        pen.setDashPattern(DASHES)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPainterPath()
    for piece in pieces(part):
        path.moveTo(*piece[0])
        for place in piece[1:]:
            path.lineTo(*place)
    painter.drawPath(path)


@lru_cache(64)
def _outline(shape: Shape, size: float) -> QPainterPath:
    """A shape of a width around 0."""
    path = QPainterPath()
    places = corners(shape, size)
    if not places:
        path.addEllipse(QPointF(0, 0), size / 2, size / 2)
        return path
    path.moveTo(*places[0])
    for place in places[1:]:
        path.lineTo(*place)
    path.closeSubpath()
    return path


def _paint_symbol(painter: QPainter, part: Symbol, looks: _Looks) -> None:
    pen, brush = looks.symbol(part)
    painter.setPen(pen)
    painter.setBrush(brush)
    painter.drawPath(_outline(part.shape, round(part.size, 2)).translated(part.x, part.y))


def _paint_text(painter: QPainter, part: Text, looks: _Looks) -> None:
    laid = formula(part.math, part.size)
    left = part.x - laid.width * {"left": 0.0, "middle": 0.5, "right": 1.0}[part.anchor]
    ink = role_colour(looks.theme, part.role) if part.on is None else looks.ink_on(part.on)
    paint(painter, laid, left, part.y, {}, ink)


def _paint_tile(painter: QPainter, part: Tile, looks: _Looks) -> None:
    rect = QRectF(part.x, part.y, part.width, part.height)
    if part.outline:
        painter.setPen(QPen(role_colour(looks.theme, part.outline), 1.0))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(looks.shade(part.share) if part.share is not None else Qt.BrushStyle.NoBrush)
    painter.drawRect(rect)

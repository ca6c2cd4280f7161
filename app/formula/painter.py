"""Paint a laid-out formula: glyphs as outlines."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from app.formula.boxes import Box
from app.formula.layout import layout
from app.formula.mathfont import UNITS
from core.math.mathtree import Math

NAME = "name"  # the role of a part that is the name of what it is tagged with
BRACKET, THICK = 0.1, 0.06  # em: how high the ends of a bracket are, and how thick its line


class Writer(Protocol):
    """What takes formulas as text instead of painting them: a file with fonts."""

    def write(self, box: Box, x: float, y: float, colours: Mapping[str, QColor], default: QColor) -> None: ...


def paint(
    painter: QPainter | Writer, box: Box, x: float, y: float, colours: Mapping[str, QColor], default: QColor
) -> None:
    """Paint a box with the left end of its baseline at (x, y).

    A part whose role has no colour takes the default.
    """
    if not isinstance(painter, QPainter):
        painter.write(box, x, y, colours, default)
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(x, y)
    for rule in box.rules:
        colour = colours.get(rule.ink.role, default)
        painter.fillRect(QRectF(rule.x, rule.y, rule.width, rule.height), colour)
    baseline = painter.transform()
    for glyph in box.glyphs:
        scale = glyph.size / UNITS
        painter.setTransform(QTransform(scale, 0, 0, scale, glyph.x, glyph.y) * baseline)
        painter.fillPath(glyph.shape.path, colours.get(glyph.ink.role, default))
    painter.restore()


def paint_notes(
    painter: QPainter, box: Box, x: float, y: float, tags: Collection[str], colour: QColor
) -> None:
    """Put a flat bracket below each name or term of a painted box that has one of these tags."""
    size = max((glyph.size for glyph in box.glyphs), default=0.0)
    up = BRACKET * size
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, THICK * size))
    for area in box.areas:
        if area.tag in tags and area.role == NAME:
            left, right, low = x + area.x, x + area.x + area.width, y + area.y + area.height + 1.4 * up
            corners = (left, low - up), (left, low), (right, low), (right, low - up)
            painter.drawPolyline([QPointF(*corner) for corner in corners])
    painter.restore()


def outline(box: Box, x: float, y: float) -> QPainterPath:
    """All glyphs and rules of a box as one path, for what is painted again and again in one colour."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for rule in box.rules:
        path.addRect(QRectF(x + rule.x, y + rule.y, rule.width, rule.height))
    for glyph in box.glyphs:
        scale = glyph.size / UNITS
        path.addPath(QTransform(scale, 0, 0, scale, x + glyph.x, y + glyph.y).map(glyph.shape.path))
    return path


def measure(math: Math, size: float, *, display: bool = True) -> QSizeF:
    """The width and height a formula takes at `size` pixels per em."""
    box = layout(math, size, display=display)
    return QSizeF(box.width, box.height)

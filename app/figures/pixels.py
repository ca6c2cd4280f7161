"""A figure in pixels, and as PNG."""

from __future__ import annotations

import math

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from app.figures.style import POINTS_PER_INCH, FigureStyle, buffer, paint
from core.base.errors import Problem
from core.export import one_line
from core.figure import Figure

MOST_PIXELS = 64_000_000


def fitting_dpi(page: QSizeF, dpi: int) -> int:
    """The dots per inch, or as many as keep a page within MOST_PIXELS."""
    while dpi > 1 and math.prod(_pixels(page, dpi)) > MOST_PIXELS:
        dpi -= 1
    return dpi


def _pixels(page: QSizeF, dpi: int) -> tuple[int, int]:
    return round(page.width() * dpi / POINTS_PER_INCH), round(page.height() * dpi / POINTS_PER_INCH)


def image(figure: Figure, style: FigureStyle) -> QImage:
    """The figure in pixels. Raises Problem where they would be too many."""
    width, height = _pixels(style.page, style.dpi)
    if width * height > MOST_PIXELS:
        raise Problem(
            f"The picture would be {width:,}×{height:,} pixels; the limit is {MOST_PIXELS:,} in all",
            hint="Choose fewer dots per inch, or SVG or PDF, which are sharp at any size",
        )
    found = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    found.fill(Qt.GlobalColor.transparent)
    found.setDotsPerMeterX(round(style.dpi / 0.0254))
    found.setDotsPerMeterY(round(style.dpi / 0.0254))
    with QPainter(found) as painter:
        painter.scale(width / style.page.width(), height / style.page.height())
        paint(painter, figure, style)
    return found


def png(figure: Figure, style: FigureStyle) -> bytes:
    """PNG at the style's dots per inch."""
    device, data = buffer()
    picture = image(figure, style)
    if not style.transparent:
        picture = picture.convertToFormat(QImage.Format.Format_RGB32)
    picture.setText("Title", one_line(style.title))
    if not picture.save(device, "PNG"):  # type: ignore[call-overload]
        raise Problem("The picture could not be encoded")
    return bytes(data.data())

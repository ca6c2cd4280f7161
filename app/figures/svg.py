"""A figure as SVG."""

from __future__ import annotations

import re

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from app.figures.style import FigureStyle, buffer, paint
from core.export import one_line
from core.figure import Figure


def svg(figure: Figure, style: FigureStyle) -> bytes:
    """SVG with the figure's size in px; all text is outlines."""
    device, data = buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(device)
    generator.setSize(QSize(round(style.area.width()), round(style.area.height())))
    generator.setViewBox(QRectF(0, 0, style.area.width(), style.area.height()))
    generator.setTitle(one_line(style.title))
    generator.setDescription("")
    with QPainter(generator) as painter:
        paint(painter, figure, style)
    size = f'width="{style.area.width():g}" height="{style.area.height():g}"'.encode()
    return re.sub(rb'width="[\d.]+mm" height="[\d.]+mm"', size, bytes(data.data()), count=1)

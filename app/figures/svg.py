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
    """SVG with the page's size in points; all text is outlines."""
    device, data = buffer()
    width, height = style.page.toTuple()
    generator = QSvgGenerator()
    generator.setOutputDevice(device)
    generator.setSize(QSize(round(width), round(height)))
    generator.setViewBox(QRectF(0, 0, width, height))
    generator.setTitle(one_line(style.title))
    generator.setDescription("")
    with QPainter(generator) as painter:
        paint(painter, figure, style)
    size = f'width="{width:g}pt" height="{height:g}pt"'.encode()
    return re.sub(rb'width="[\d.]+mm" height="[\d.]+mm"', size, bytes(data.data()), count=1)

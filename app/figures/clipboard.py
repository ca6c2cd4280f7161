"""A figure for the clipboard: as vectors for programs that take them, as pixels for all others."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData

from app.figures.bounds import bounds
from app.figures.pdf import pdf
from app.figures.pixels import fitting_dpi, image
from app.figures.style import FigureStyle
from app.figures.svg import svg
from app.widgets.theme import Theme
from core.figure import Figure

DPI = 192


def figure_mime(figure: Figure, theme: Theme) -> QMimeData:
    """The figure as SVG, as PDF and as an image, of lower resolution where it would have too many pixels."""
    area = bounds([figure], theme)
    style = FigureStyle(theme, area, fitting_dpi(area, DPI))
    found = QMimeData()
    found.setImageData(image(figure, style))
    found.setData("image/svg+xml", QByteArray(svg(figure, style)))
    found.setData("application/pdf", QByteArray(pdf([figure], style)))
    return found

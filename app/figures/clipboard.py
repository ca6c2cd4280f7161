"""A figure for the clipboard: as vectors for programs that take them, as pixels for all others."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData

from app.figures.bounds import bounds
from app.figures.kinds import Look, fitting_dpi, image, pdf, svg
from app.widgets.theme import Theme
from core.figure import Figure

DPI = 192


def figure_mime(figure: Figure, theme: Theme) -> QMimeData:
    """The figure as SVG, as PDF and as an image, of lower resolution where it would have too many pixels."""
    area = bounds([figure], theme)
    look = Look(theme, area, fitting_dpi(area, DPI))
    found = QMimeData()
    found.setImageData(image(figure, look))
    found.setData("image/svg+xml", QByteArray(svg(figure, look)))
    found.setData("application/pdf", QByteArray(pdf([figure], look)))
    return found

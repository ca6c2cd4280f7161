"""A figure for the clipboard: as vectors for programs that take them, as pixels for all others."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QByteArray, QMimeData

from app.figures.bounds import Page, bounds
from app.figures.pdf import pdf
from app.figures.pixels import fitting_dpi, image
from app.figures.style import FigureStyle
from app.figures.svg import svg
from app.painting.shown import Shown
from app.widgets.theme import Theme

DPI = 192


def figure_mime(figure: Shown, theme: Theme, page: Page | None = None) -> QMimeData:
    """The figure as SVG, as PDF and as an image, of lower resolution where it would have too many pixels."""
    page = page or Page(bounds([figure], theme))
    style = FigureStyle(theme, page.area, scale=page.scale)
    style = replace(style, dpi=fitting_dpi(style.page, DPI))
    found = QMimeData()
    found.setImageData(image(figure, style))
    found.setData("image/svg+xml", QByteArray(svg(figure, style)))
    found.setData("application/pdf", QByteArray(pdf([figure], style)))
    return found

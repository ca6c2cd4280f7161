"""A figure for the clipboard: as vectors for programs that take them, as pixels for all others."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QMimeData

from app.figures.bounds import bounds
from app.figures.kinds import Look, image, svg
from app.theme import Theme
from core.figure import Figure

DPI = 192


def figure_mime(figure: Figure, theme: Theme) -> QMimeData:
    """The figure as an image and as SVG."""
    look = Look(theme, bounds([figure], theme), DPI)
    found = QMimeData()
    found.setImageData(image(figure, look))
    found.setData("image/svg+xml", QByteArray(svg(figure, look)))
    return found

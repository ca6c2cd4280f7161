"""A figure as TikZ."""

from __future__ import annotations

from app.figures.style import FigureStyle
from core.export.tikz import tikz
from core.figure import Figure

# the theme's colours a figure is drawn with
COLOURS = (
    *("ink", "faint", "line", "paper", "value", "gradient", "lit", "lit_back", "receiving", "ground"),
    *("negative", "zero", "positive"),
)


def document(figure: Figure, style: FigureStyle) -> bytes:
    """A TikZ picture in a document of its own."""
    colours = {name: getattr(style.theme, name) for name in COLOURS}
    area = (style.area.left(), style.area.top(), style.area.right(), style.area.bottom())
    paper = not style.transparent
    return tikz(figure, colours, style.theme.line_width, style.title, area, style.scale, paper).encode()

"""What is shown as TikZ."""

from __future__ import annotations

from app.figures.style import FigureStyle
from app.painting.shown import Shown
from core.export.tikz import tikz
from core.figure.plot import Sheet

# the theme's colours a figure is drawn with
COLOURS = (
    *("ink", "faint", "line", "paper", "value", "gradient", "lit", "lit_back", "receiving", "ground"),
    *("negative", "zero", "positive"),
)


def document(figure: Shown, style: FigureStyle) -> bytes:
    """A TikZ picture in a document of its own."""
    area = (style.area.left(), style.area.top(), style.area.right(), style.area.bottom())
    theme = style.theme
    paper = not style.transparent
    if isinstance(figure, Sheet):
        from app.painting.plots import sheet_colours
        from core.export.tikz_plot import tikz_plot

        colours = sheet_colours(figure, theme)
        return tikz_plot(figure, colours, style.title, area, style.scale, paper).encode()
    colours = {name: getattr(theme, name) for name in COLOURS}
    return tikz(figure, colours, theme.line_width, style.title, area, style.scale, paper).encode()

"""What pictures show: a graph at a step, or a plot on its sheet; their parts, and what paints these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtGui import QPainter

from app.painting.parts import Part as FigurePart
from app.painting.parts import paint_part, parts_of
from app.widgets.theme import Theme
from core.figure import Figure
from core.figure.plot import Placed, Sheet

Shown = Figure | Sheet
Part = FigurePart | Placed
Painting = Callable[[QPainter, Any], None]
"""What paints each part of something shown."""


def shown_parts(shown: Shown) -> Sequence[Part]:
    """The parts, the lowest first."""
    return shown.parts if isinstance(shown, Sheet) else parts_of(shown)


def painting_of(shown: Shown, theme: Theme) -> Painting:
    """What paints the parts in a theme."""
    if isinstance(shown, Sheet):
        from app.painting.plots import sheet_painting  # with what makes images of numbers

        return sheet_painting(shown, theme)
    return lambda painter, part: paint_part(painter, part, theme)


def paint_shown(painter: QPainter, shown: Shown, theme: Theme) -> None:
    """All of it, from its own origin."""
    paint = painting_of(shown, theme)
    for part in shown_parts(shown):
        paint(painter, part)

"""What is to be seen of a graph after some steps, decided here once for the window and for files.

Reading order: parts, sizes, symbols, frames, labels, drawing (where everything stands), pictured (what is
lit).
"""

from __future__ import annotations

from core.figure.drawing import Drawing, draw, draw_in_pieces, label_width
from core.figure.parts import IDLE, PATCH, Arrow, Box, Figure, Frame, Label, Mood, Options
from core.figure.pictured import Figures, figure, sums
from core.figure.sizes import LABEL, NAME, RADIUS, SMALL, SYMBOL, heat_cells, heat_tiles

MARGIN = 14.0  # around a figure

__all__ = [
    "IDLE",
    "LABEL",
    "MARGIN",
    "NAME",
    "PATCH",
    "RADIUS",
    "SMALL",
    "SYMBOL",
    "Arrow",
    "Box",
    "Drawing",
    "Figure",
    "Figures",
    "Frame",
    "Label",
    "Mood",
    "Options",
    "draw",
    "draw_in_pieces",
    "figure",
    "heat_cells",
    "heat_tiles",
    "label_width",
    "sums",
]

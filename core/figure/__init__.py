"""What is to be seen of a graph after some steps, decided here once for the window and for files.

Reading order: parts, sizes, symbols, frames, rooms, drawing (where everything stands), pictured (what is
lit).
"""

from __future__ import annotations

from core.figure.drawing import Drawing, draw, draw_in_pieces, drawn_edges
from core.figure.parts import IDLE, Arrow, Box, Figure, Frame, Label, Mood, Options
from core.figure.pictured import Figures, figure
from core.figure.rooms import Rooms, rooms_of
from core.figure.sizes import LABEL, NAME, RADIUS, SMALL, SYMBOL, heat_cells, heat_tiles

MARGIN = 14.0  # around a figure

__all__ = [
    "IDLE",
    "LABEL",
    "MARGIN",
    "NAME",
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
    "Rooms",
    "draw",
    "draw_in_pieces",
    "drawn_edges",
    "figure",
    "heat_cells",
    "heat_tiles",
    "rooms_of",
]

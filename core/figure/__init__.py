"""What is to be seen of a graph after some steps, decided here once for the window and for files.

Reading order: options (what is shown, how large), view (which nodes there are), nets and groups (that may be
one node), parts (what a figure consists of), sizes, values, symbols, frames, rooms (for numbers), directions
(in which they stand), drawing (where everything stands), strides (how far one goes at a time), pictured (what
is lit), motion (what travels in a stride), targets (a slide, a column), fit (how it is drawn for one),
nearby (what is drawn at each step where all is to be read), rule (that of a step, below the graph).
"""

from __future__ import annotations

from core.figure.drawing import BESIDE_NAME, BESIDE_SYMBOL, Drawing, draw, draw_in_pieces
from core.figure.fit import FIT_MARGIN, Fit, fit, fit_in_pieces, fitted_with
from core.figure.groups import exit_of
from core.figure.motion import Token, tokens_of, underway
from core.figure.nearby import Nearby
from core.figure.nets import view_of
from core.figure.options import MARGIN, TIGHT, Level, Options, Sizes
from core.figure.parts import (
    BIAS,
    IDLE,
    MAP_FRAME,
    STRENGTH,
    THICKEST,
    Arrow,
    Box,
    Figure,
    Frame,
    Label,
    Mood,
    OverPlane,
    Part,
    weight_width,
)
from core.figure.pictured import Figures, Learned, figure
from core.figure.rooms import Rooms, rooms_of
from core.figure.rule import above_rule, ruled
from core.figure.sizes import Measure, extent
from core.figure.strides import STRIDES, Stride, since, stops_of
from core.figure.targets import STAGE, TARGETS, Target, read_target
from core.figure.values import ABOVE_SCALE, BAR, BESIDE_BAR, BESIDE_SCALE, GROUND, Map, heat_cells
from core.figure.view import View

__all__ = [
    "ABOVE_SCALE",
    "BAR",
    "BESIDE_BAR",
    "BESIDE_NAME",
    "BESIDE_SCALE",
    "BESIDE_SYMBOL",
    "BIAS",
    "FIT_MARGIN",
    "GROUND",
    "IDLE",
    "MAP_FRAME",
    "MARGIN",
    "STAGE",
    "STRENGTH",
    "STRIDES",
    "TARGETS",
    "THICKEST",
    "TIGHT",
    "Arrow",
    "Box",
    "Drawing",
    "Figure",
    "Figures",
    "Fit",
    "Frame",
    "Label",
    "Learned",
    "Level",
    "Map",
    "Measure",
    "Mood",
    "Nearby",
    "Options",
    "OverPlane",
    "Part",
    "Rooms",
    "Sizes",
    "Stride",
    "Target",
    "Token",
    "View",
    "above_rule",
    "draw",
    "draw_in_pieces",
    "exit_of",
    "extent",
    "figure",
    "fit",
    "fit_in_pieces",
    "fitted_with",
    "heat_cells",
    "read_target",
    "rooms_of",
    "ruled",
    "since",
    "stops_of",
    "tokens_of",
    "underway",
    "view_of",
    "weight_width",
]

"""What is seen of a training, as plots: facts without colours or pixels, and where these stand on a sheet.

Reading order: facts (what a plot shows), contours, ticks, sheet (what stands where), outlines (what points
and lines are as paths), scales, matrices, multiples, placing, fitting (for a slide or a column).
"""

from __future__ import annotations

from core.figure.plot.contours import contour
from core.figure.plot.facts import (
    SHAPES,
    Arrows,
    Axis,
    Curve,
    Entry,
    Field,
    Layer,
    Matrices,
    Matrix,
    Multiples,
    Note,
    Plot,
    Points,
    Said,
    Scale,
    Small,
    View,
)
from core.figure.plot.fitting import FittedView, fitted_view, text_size
from core.figure.plot.outlines import CHOSEN, DASHES, HOLLOW, RIM, RINGED, corners, pieces
from core.figure.plot.placing import placed
from core.figure.plot.scales import class_colours
from core.figure.plot.sheet import Cells, Line, Placed, Raster, Sheet, Symbol, Text, Tile

__all__ = [
    "CHOSEN",
    "DASHES",
    "HOLLOW",
    "RIM",
    "RINGED",
    "SHAPES",
    "Arrows",
    "Axis",
    "Cells",
    "Curve",
    "Entry",
    "Field",
    "FittedView",
    "Layer",
    "Line",
    "Matrices",
    "Matrix",
    "Multiples",
    "Note",
    "Placed",
    "Plot",
    "Points",
    "Raster",
    "Said",
    "Scale",
    "Sheet",
    "Small",
    "Symbol",
    "Text",
    "Tile",
    "View",
    "class_colours",
    "contour",
    "corners",
    "fitted_view",
    "pieces",
    "placed",
    "text_size",
]

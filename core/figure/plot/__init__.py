"""What is seen of a training, as plots: facts without colours or pixels, and where these stand on a sheet.

Reading order: facts (what a plot shows), contours, ticks, sheet (what stands where), scales, matrices,
placing.
"""

from __future__ import annotations

from core.figure.plot.contours import contour
from core.figure.plot.facts import (
    SHAPES,
    Axis,
    Curve,
    Entry,
    Field,
    Layer,
    Matrices,
    Matrix,
    Note,
    Plot,
    Points,
    Said,
    Scale,
    View,
)
from core.figure.plot.placing import placed
from core.figure.plot.sheet import Line, Placed, Raster, Sheet, Symbol, Text, Tile

__all__ = [
    "SHAPES",
    "Axis",
    "Curve",
    "Entry",
    "Field",
    "Layer",
    "Line",
    "Matrices",
    "Matrix",
    "Note",
    "Placed",
    "Plot",
    "Points",
    "Raster",
    "Said",
    "Scale",
    "Sheet",
    "Symbol",
    "Text",
    "Tile",
    "View",
    "contour",
    "placed",
]

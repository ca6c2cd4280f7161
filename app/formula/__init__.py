"""Typeset mathematics: core's tree of parts is laid out by TeX's rules and painted with Qt.

Reading order: boxes (what a laid-out formula is), layout (one function per kind of part) and what it leans
on: mathfont, style, spacing, letters, characters, scripts, fractions, fences, grids; then painter,
in_figures, label and widget.
"""

from __future__ import annotations

from app.formula.boxes import Area, Box
from app.formula.in_figures import axis_height, formula, measured
from app.formula.label import FormulaLabel
from app.formula.layout import layout
from app.formula.painter import measure, outline, paint, paint_notes
from app.formula.underlines import LEGEND
from app.formula.widget import FormulaView

__all__ = [
    "LEGEND",
    "Area",
    "Box",
    "FormulaLabel",
    "FormulaView",
    "axis_height",
    "formula",
    "layout",
    "measure",
    "measured",
    "outline",
    "paint",
    "paint_notes",
]

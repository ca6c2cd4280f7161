"""Formulas as they stand in figures, set as within a line of text."""

from __future__ import annotations

from functools import lru_cache

from app.formula.boxes import Box
from app.formula.layout import layout
from app.formula.mathfont import math_font
from core.math.mathtree import Math


@lru_cache(2048)
def formula(math: Math, size: float) -> Box:
    """A formula laid out, kept for the next time it is measured or painted."""
    return layout(math, size, display=False)


def measured(math: Math, size: float) -> tuple[float, float]:
    """How wide and high a formula of a text size is."""
    box = formula(math, size)
    return box.width, box.height


def axis_height(size: float) -> float:
    """How far above the baseline the middle of `+`, `−` and brackets is, in text of a size."""
    return math_font().constants(size).axis_height

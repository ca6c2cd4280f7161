"""The line of a title: words, and the scale of the colours at its right end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.base.numbers import short
from core.figure.plot.facts import Scale
from core.figure.plot.sheet import Placed, Raster, Text
from core.figure.sizes import Measure
from core.math.mathtree import Digits, Math, Word

# in sizes of text
LINE, GAP, DESCENT = 1.6, 0.45, 0.3
BAR, BAR_HEIGHT, BAR_STEPS = 5.0, 0.75, 24


def words(text: str) -> Math:
    """Plain text as a formula."""
    return Word(text, "ord")


def scale_parts(
    scale: Scale, right: float, baseline: float, size: float, measure: Measure, pale: float = 1.0
) -> Iterator[Placed]:
    """The bar of a scale with the numbers at its ends and its name, its right end at a place."""
    if scale.name:
        yield Text("scale", right, baseline, scale.name, size, "ink", "right")
        right -= measure(scale.name, size)[0] + GAP * size
    high, low = (Digits(short(scale.middle + sign * scale.span)) for sign in (1, -1))
    yield Text("scale", right, baseline, high, size, "faint", "right")
    right -= measure(high, size)[0] + GAP * size + BAR * size
    shares = np.linspace(-1, 1, BAR_STEPS)[None]
    top = baseline - 0.3 * size - BAR_HEIGHT * size / 2
    yield Raster("scale", right, top, BAR * size, BAR_HEIGHT * size, shares, pale=pale)
    yield Text("scale", right - GAP * size, baseline, low, size, "faint", "right")

"""The line of a title: words, and the scale of the colours at its right end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Array
from core.base.numbers import short
from core.base.shades import GREY
from core.figure.plot.facts import Scale
from core.figure.plot.sheet import Placed, Raster, Text
from core.figure.sizes import Measure
from core.math.mathtree import Digits, Math, Word

# in sizes of text
LINE, GAP, DESCENT = 1.6, 0.45, 0.3
BAR, BAR_HEIGHT, BAR_STEPS = 5.0, 0.75, 24
OF_SEVERAL = 0.45  # how strongly a class of several colours the plane where it is sure


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


def scale_width(scale: Scale, size: float, measure: Measure) -> float:
    """How wide the bar of a scale is, with its numbers and its name."""
    ends = (Digits(short(scale.middle + sign * scale.span)) for sign in (1, -1))
    name = measure(scale.name, size)[0] + GAP * size if scale.name else 0.0
    return name + sum(measure(end, size)[0] for end in ends) + (2 * GAP + BAR) * size


def class_colours(shares: Array, paper: Array, classes: Array) -> NDArray[np.uint8]:
    """Shares of classes (…, classes) as bytes of red, green and blue: paper, tinted by each as it is sure.

    Args:
        shares: they add up to 1; grey is what is not a number.
        paper: red, green and blue (3,), from 0 to 255.
        classes: those of the classes (classes, 3).
    """
    mixed = paper + OF_SEVERAL * (shares @ classes - paper)
    return np.asarray(np.nan_to_num(mixed, nan=GREY[0]).round().clip(0, 255), dtype=np.uint8)

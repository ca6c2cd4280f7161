"""Several small plots on a sheet, all with the same axes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from core.base.numbers import short
from core.figure.plot.facts import Multiples, Small
from core.figure.plot.matrices import head
from core.figure.plot.scales import GAP, LINE
from core.figure.plot.sheet import Line, Placed, Sheet, Text, Tile
from core.figure.plot.ticks import places_on
from core.figure.sizes import Measure
from core.math.mathtree import Digits

# in sizes of text
LEAST, MOST, APART = 5.6, 22.0, 1.0  # widths of a plot, and what is free between two
HIGH = 0.62  # of the width
CURVE = 2.0
DIGITS = (4, 3, 2)  # of a number, as many as have room


def placed_multiples(
    view: Multiples, width: float, most: float, size: float, measure: Measure, corner: float
) -> Sheet:
    """Lay small plots out in a width, and no higher than `most` where they have room; see `placed`."""
    parts, top = head(view, width, size, measure, corner)
    count = max(1, len(view.plots))
    columns = 1  # as few as have room, so that each is large
    if math.isinf(most):
        columns = min(count, max(1, int((width + APART * size) / ((LEAST + APART) * size))))
    while columns < count and _height(columns, count, width, size) > most - top:
        columns += 1
    wide = _wide(columns, width, size)
    wide = min(wide, (MOST if math.isinf(most) else math.inf) * size)
    step = HIGH * wide + LINE * size + GAP * size
    for number, small in enumerate(view.plots):
        x = number % columns * (wide + APART * size)
        parts += _parts(view, small, x, top + number // columns * step, wide, size, measure)
    return Sheet(width, top + math.ceil(len(view.plots) / columns) * step, tuple(parts))


def _wide(columns: int, width: float, size: float) -> float:
    return (width - (columns - 1) * APART * size) / columns


def _height(columns: int, count: int, width: float, size: float) -> float:
    """How high so many plots are in so many columns."""
    return math.ceil(count / columns) * (HIGH * _wide(columns, width, size) + (LINE + GAP) * size)


def _parts(
    view: Multiples, small: Small, x: float, y: float, wide: float, size: float, measure: Measure
) -> Iterator[Placed]:
    high = HIGH * wide
    if view.up.low < 0 < view.up.high:
        zero = float(places_on(view.up, np.zeros(1), y + high, y)[0])
        yield Line("zero", np.array([[x, zero], [x + wide, zero]]), "line", 1.0)
    across = places_on(view.across, small.points[:, 0], x, x + wide)
    up = places_on(view.up, small.points[:, 1], y + high, y)
    yield Line(small.key, np.stack([across, up], axis=1), small.role, CURVE)
    yield Tile("frame", x, y, wide, high, None, "line")
    baseline = y + high + 1.1 * size
    yield Text("name", x, baseline, small.name, size)
    room = wide - measure(small.name, size)[0] - GAP * size
    if small.number is None:
        return
    numbers = (Digits(short(small.number, digits)) for digits in DIGITS)
    if number := next((one for one in numbers if measure(one, size)[0] <= room), None):
        yield Text("number", x + wide, baseline, number, size, "value", "right")

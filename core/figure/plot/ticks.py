"""Where numbers of an axis are, which of them are marked, and how these are written."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from core.base.arrays import Array
from core.figure.plot.facts import Axis

STEPS = (1, 2, 2.5, 5, 10)
THOUSAND, MILLION = 10_000, 1_000_000  # from here on numbers are counted in thousands, in millions


def places_on(axis: Axis, at: Array, start: float, end: float) -> Array:
    """Where numbers of an axis are on a sheet that has its ends at these places."""
    with np.errstate(all="ignore"):
        if axis.log:
            share = np.log(at / axis.low) / np.log(axis.high / axis.low)
        else:
            share = (at - axis.low) / (axis.high - axis.low)
    return np.asarray(start + share * (end - start))


def ticks(axis: Axis, most: int) -> list[tuple[float, str]]:
    """Places on an axis with their numbers: at least one, and at most so many steps between them."""
    found = [*_powers(axis, most)] if axis.log else [*_steps(axis, max(1, most))]
    return found or [*_steps(axis, max(1, most))]


def _steps(axis: Axis, most: int) -> Iterator[tuple[float, str]]:
    length = axis.high - axis.low
    power = 10.0 ** math.floor(math.log10(length / most))
    step = next(step * power for step in STEPS if length / (step * power) <= most)
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    digits = 1 - math.floor(math.log10(step))
    for number in range(first, last + 1):
        at = round(number * step, digits)
        yield at, _text(at, step, max(abs(axis.low), abs(axis.high)))


def _powers(axis: Axis, most: int) -> Iterator[tuple[float, str]]:
    """Powers of ten, with 2 and 5 times these where there is room."""
    low, high = math.log10(axis.low), math.log10(axis.high)
    decades = high - low
    factors = (1, 2, 5) if 3 * decades <= most else (1,)
    every = max(1, math.ceil(decades / most))
    for power in range(math.floor(low), math.ceil(high) + 1):
        for factor in factors if power % every == 0 else ():
            at = factor * 10.0**power
            if axis.low * 0.999 <= at <= axis.high * 1.001:
                yield at, _text(at, at, at)


def _text(value: float, step: float, largest: float) -> str:
    """A number with as many digits as its step needs, and a true minus sign."""
    unit, letter = (MILLION, "M") if largest >= MILLION else (1000, "k") if largest >= THOUSAND else (1, "")
    if not value:
        return "0"
    value, step = value / unit, step / unit
    if abs(value) < 1e-4:
        power = math.floor(math.log10(abs(value)))
        return f"{value / 10.0**power:.2g}e{power}".replace("-", "−")
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{value:.{digits + 1}f}"
    return (text.rstrip("0").rstrip(".") + letter).replace("-", "−")

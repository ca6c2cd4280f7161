"""Numbers changed by dragging sideways."""

from __future__ import annotations

from core.base.numbers import short


def scrub_step(value: float) -> float:
    """How much four pixels of dragging change a number: a tenth, or a hundredth of what is small."""
    digits = short(value).partition(".")[2]
    return 0.1 if len(digits) <= 1 else 0.01


def scrubbed(start: float, step: float, pixels: int) -> float:
    """The number after dragging so many pixels, on a round multiple of the step."""
    places = 1 if step >= 0.1 else 2
    return round(start + step * round(pixels / 4), places) + 0.0

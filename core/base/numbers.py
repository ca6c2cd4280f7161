"""Numbers as people read them: a few significant digits, a true minus, and powers of ten written as such."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from core.base.arrays import Value, frozen, shape_of, shape_text
from core.base.lazy_numpy import np

DIGITS = 4
# operands that do not give the printed result may be printed with this many digits
MOST_DIGITS = 6
EQUAL, ALMOST = "=", "≈"
NOISE = 1e-12
FIRST_INEXACT = 2**53  # doubles hold every whole number below this one
UNITS = ("1", "−1")  # mantissas that are not written before a power of ten
SUPERSCRIPTS = str.maketrans("-−0123456789", "⁻⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@lru_cache(4096)
def split_number(value: float, digits: int = DIGITS) -> tuple[str, str]:
    """A number rounded to significant digits as (mantissa, power of ten), the power empty for usual sizes."""
    if math.isnan(value):
        return "NaN", ""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞", ""
    if value == 0:
        return "0", ""  # the sign of 0 is a matter of rounding; `exact` and `typed_text` keep it
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = int(exponent)
    if -4 <= power < max(digits, 6):
        text, shown = f"{value:.{max(0, digits - 1 - power)}f}", ""
    else:
        text, shown = mantissa, str(power)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−"), shown


def short(value: float, digits: int = DIGITS) -> str:
    """A number as text: `−0.7311`, `1.2·10⁻⁵`, `−10⁻⁵`, `∞`."""
    mantissa, power = split_number(value, digits)
    if not power:
        return mantissa
    before = mantissa.removesuffix("1") if mantissa in UNITS else f"{mantissa}·"
    return f"{before}10{power.translate(SUPERSCRIPTS)}"


def without_noise(value: Value, scale: Any) -> Value:
    """A value as the eye is to see it: 0 where it is rounding noise.

    That is the rule: a number is noise if its size is below NOISE times the `scale` of what was added up to
    make it. Where the scale is infinite there is none.
    """
    if isinstance(value, float) and isinstance(scale, float):
        return 0.0 if abs(value) < NOISE * scale < math.inf else value
    with np.errstate(all="ignore"):
        noise = (np.abs(value) < NOISE * scale) & np.isfinite(scale)
    return frozen(np.where(noise, 0.0, value)) if np.any(noise & np.not_equal(value, 0)) else value


def exact(value: float) -> str:
    """All digits of a double, with a true minus."""
    return repr(float(value)).removesuffix(".0").replace("-", "−") if math.isfinite(value) else short(value)


def added_text(terms: Sequence[float], digits: int = DIGITS) -> str:
    """A sum of numbers: `0.1 + 2 − 0.3`."""
    first, *others = (short(value, digits) for value in terms)
    return first + "".join(f" − {term[1:]}" if term.startswith("−") else f" + {term}" for term in others)


def value_text(value: Value, digits: int = DIGITS, limit: int = 6) -> str:
    """A value on one line: a number, a short list, or the shape of what is too large to list."""
    if isinstance(value, float):
        return short(value, digits)
    if value.size > limit:
        return shape_text(value.shape)
    if value.ndim == 1:
        return f"[{', '.join(short(float(v), digits) for v in value)}]"
    return f"[{', '.join(value_text(np.asarray(part), digits, limit) for part in value)}]"


def typed_text(value: Value) -> str:
    """A value as one would type it, every digit kept: `-2`, `[1, 2]`, `[[1, 2], [3, 4]]`."""
    if isinstance(value, float):
        return repr(value).removesuffix(".0").replace("e+", "e")
    return f"[{', '.join(typed_text(float(p) if np.ndim(p) == 0 else p) for p in value)}]"


def digits_apart(a: float, b: float, digits: int = DIGITS) -> int:
    """How many digits two numbers need so that their difference shows in two of them; at least `digits`."""
    size, gap = max(abs(a), abs(b)), abs(a - b)
    if not 0 < gap < math.inf or math.isinf(size):
        return digits
    return min(17, max(digits, math.ceil(math.floor(math.log10(size)) + 2 - math.log10(gap))))


# -- equations between printed numbers


def printed(value: Value, digits: int = DIGITS) -> Value:
    """A value as a reader of its printed digits knows it."""
    if isinstance(value, float):
        mantissa, power = split_number(value, digits)
        return float(mantissa.replace("−", "-").replace("∞", "inf") + (f"e{power}" if power else ""))
    return frozen(np.reshape([printed(float(entry), digits) for entry in np.ravel(value)], value.shape))


def equation(
    compute: Callable[..., Value], operands: Sequence[Value], result: Value, digits: int = DIGITS
) -> tuple[int, str]:
    """How many digits the operands of an equation are printed with, and the sign before its result.

    The result is printed with `digits`. The operands gain digits, up to MOST_DIGITS, until what `compute`
    makes of the printed operands rounds to the printed result. If it never does, the sign is ≈.
    """
    for more in range(digits, max(digits, MOST_DIGITS) + 1):
        if rounds_to(compute(*(printed(operand, more) for operand in operands)), result, digits):
            return more, EQUAL
    return digits, ALMOST


def rounds_to(value: Value, result: Value, digits: int = DIGITS) -> bool:
    """Whether every entry of a value, rounded, gives the printed digits of the result's entry."""
    if shape_of(value) != shape_of(result):
        return False
    pairs = zip(np.ravel(value), np.ravel(result), strict=True)
    return all(_rounds_to(float(one), float(other), digits) for one, other in pairs)


def _rounds_to(value: float, result: float, digits: int) -> bool:
    shown = printed(result, digits)
    assert isinstance(shown, float)
    if not math.isfinite(shown) or shown == 0:
        return value == shown or (math.isnan(value) and math.isnan(shown))
    power = math.floor(math.log10(abs(shown)) + 1e-12)
    last = min(0, power - digits + 1) if -4 <= power < max(digits, 6) else power - digits + 1
    # halfway between two printed numbers it is a matter of taste which one is meant, so it does not count
    return abs(value - shown) < 0.5 * 10.0**last * (1 - 1e-6)

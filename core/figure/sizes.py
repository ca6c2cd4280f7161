"""How large things are drawn, estimated from characters: a layout must not depend on a font file.

Lengths are points of the drawing.
"""

from __future__ import annotations

from collections.abc import Callable

from core.math.mathtree import (
    Accented,
    Big,
    Digits,
    Fenced,
    Fraction,
    Letter,
    Math,
    Phantom,
    Root,
    Row,
    Scripts,
    Shaped,
    Sign,
    Table,
    Tinted,
    Word,
)

CLEAR = 4.0  # between a label and its edge
WIDER = {"bold": 1.2, "calligraphic": 1.35}  # letters of these alphabets, next to plain ones

Extent = tuple[float, float]
"""Width and height."""
Measure = Callable[[Math, float], Extent]
"""How wide and high a formula of a text size is: `extent`, or what measures it with the font."""


def extent(math: Math, size: float) -> tuple[float, float]:
    """About how wide and high a formula is when set at a size."""
    width, height = _ems(math)
    return width * size, height * size


def _ems(math: Math) -> tuple[float, float]:
    match math:
        case Letter(text, face):
            return sum(_letter_width(char) for char in text) * WIDER.get(face, 1.0), 1.1
        case Accented(base):
            width, height = _ems(base)
            return width, height + 0.2
        case Digits(text):
            return 0.5 * len(text) + 0.1 * ("−" in text), 0.72
        case Word(text, kind):
            return 0.5 * len(text) + 0.1, 1.1
        case Sign(text, kind):
            return {"bin": 1.2, "rel": 1.3}.get(kind, 0.5 * len(text)), 1.1
        case Big():
            return 1.2, 1.6
        case Row(parts):
            sizes = [_ems(part) for part in parts]
            return sum(w for w, _ in sizes), max((h for _, h in sizes), default=1.1)
        case Fraction(top, bottom):
            (a, b), (c, d) = _ems(top), _ems(bottom)
            return max(a, c) + 0.3, b + d + 0.2
        case Scripts(base, sub, sup):
            (w, h) = _ems(base)
            scripts = [_ems(part)[0] * 0.75 + 0.05 for part in (sub, sup) if part]
            return w + max(scripts, default=0), h + 0.25 * len(scripts)
        case Fenced(_, body, _):
            w, h = _ems(body)
            return w + 0.8, h
        case Root(body):
            w, h = _ems(body)
            return w + 0.7, h + 0.15
        case Table(rows):
            widths = [max(_ems(line[i])[0] for line in rows) for i in range(len(rows[0]))]
            return sum(widths) + 0.9 * (len(widths) - 1) + 0.8, 1.22 * len(rows) + 0.2
        case Tinted(_, body) | Phantom(body) | Shaped(body):
            return _ems(body)


def _letter_width(char: str) -> float:
    if char in "ijlt":
        return 0.4
    return 1.0 if char in "MW" else 0.85 if char in "mw" else 0.72 if char.isupper() else 0.58

"""Where superscripts, subscripts and limits go (The TeXbook, appendix G, rules 13a and 18)."""

from __future__ import annotations

from app.formula.boxes import Piece
from app.formula.math_table import MathConstants
from app.formula.mathfont import math_font
from app.formula.style import Style

_FURTHEST = 0.06
"""em that a subscript keeps away from its letter at most: for a tall one below a W the font asks for 0.24."""


def scripted(base: Piece, sub: Piece | None, sup: Piece | None, style: Style) -> Piece:
    """The scripts at the right of their base."""
    piece = Piece(first=base.first, last=base.last)
    piece.append(base)
    rise, drop = _script_shifts(base, sub, sup, style)
    right = base.width
    if sup:
        x = base.width + base.slant + _cut_in(base, rise - sup.descent, style, above=True)
        piece.put(sup, x, -rise)
        right = x + sup.width
    if sub:
        away = min(_cut_in(base, sub.ascent - drop, style, above=False), _FURTHEST * style.size)
        x = base.width + away
        piece.put(sub, x, drop)
        right = max(right, x + sub.width)
    piece.width = right + style.measures.space_after_script
    return piece


def _script_shifts(base: Piece, sub: Piece | None, sup: Piece | None, style: Style) -> tuple[float, float]:
    """How far the superscript rises and the subscript drops."""
    measures = style.measures
    rise = drop = 0.0
    if sup:
        rise = measures.superscript_shift_up_cramped if style.cramped else measures.superscript_shift_up
        rise = max(rise, measures.superscript_bottom_min + sup.descent)
        if base.letter is None:
            rise = max(rise, base.ascent - measures.superscript_baseline_drop_max)
    if sub:
        drop = max(measures.subscript_shift_down, sub.ascent - measures.subscript_top_max)
        if base.letter is None:
            drop = max(drop, base.descent + measures.subscript_baseline_drop_min)
    if sub and sup:
        return _parted(sub, sup, rise, drop, measures)
    return rise, drop


def _parted(sub: Piece, sup: Piece, rise: float, drop: float, measures: MathConstants) -> tuple[float, float]:
    """Keep a gap between the scripts: first by raising the superscript, then by lowering the subscript."""
    missing = measures.sub_superscript_gap_min - ((rise - sup.descent) - (sub.ascent - drop))
    if missing <= 0:
        return rise, drop
    liftable = max(0.0, measures.superscript_bottom_max_with_subscript - (rise - sup.descent))
    raised = min(missing, liftable)
    return rise + raised, drop + missing - raised


def _cut_in(base: Piece, height: float, style: Style, *, above: bool) -> float:
    """How far a script may move into the letter's open corner (negative) or must keep away."""
    if base.letter is None:
        return 0.0
    return math_font().kern(base.letter, height / style.size, above=above) * style.size


def with_limits(base: Piece, sub: Piece | None, sup: Piece | None, style: Style) -> Piece:
    """The scripts below and above their base."""
    measures = style.measures
    width = max(part.width for part in (base, sub, sup) if part)
    piece = Piece(width=width, first=base.first, last=base.last)
    piece.put(base, (width - base.width) / 2, 0.0)
    if sup:
        gap = max(measures.upper_limit_gap_min + sup.descent, measures.upper_limit_baseline_rise_min)
        piece.put(sup, (width - sup.width) / 2, -(base.ascent + gap))
    if sub:
        gap = max(measures.lower_limit_gap_min + sub.ascent, measures.lower_limit_baseline_drop_min)
        piece.put(sub, (width - sub.width) / 2, base.descent + gap)
    return piece

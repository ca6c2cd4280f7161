"""Fractions and roots: pieces with a rule between them or above."""

from __future__ import annotations

from app.formula.boxes import Piece, Rule
from app.formula.characters import glyph_piece
from app.formula.fences import NULL_FENCE
from app.formula.mathfont import math_font
from app.formula.style import Style

ROOT_OVERLAP = 0.01
"""em by which a root's bar reaches into its sign, so that no gap shows."""


def stacked(top: Piece, bottom: Piece, style: Style) -> Piece:
    """A numerator and a denominator with a rule between them."""
    measures = style.measures
    half_rule = measures.fraction_rule_thickness / 2
    rise, drop = _shifts(top, bottom, style)
    width = max(top.width, bottom.width)
    margin = NULL_FENCE * style.size
    piece = Piece(width=width + 2 * margin, first="inner", last="inner")
    piece.put(top, margin + (width - top.width) / 2, -rise)
    piece.put(bottom, margin + (width - bottom.width) / 2, drop)
    rule_y = -measures.axis_height - half_rule
    piece.rules.append(Rule(margin, rule_y, width, 2 * half_rule, style.ink))
    return piece


def _shifts(top: Piece, bottom: Piece, style: Style) -> tuple[float, float]:
    """How far the numerator rises and the denominator drops, the gaps to the rule kept."""
    measures = style.measures
    if style.display:
        rise = measures.fraction_numerator_display_style_shift_up
        drop = measures.fraction_denominator_display_style_shift_down
        gap_above = measures.fraction_num_display_style_gap_min
        gap_below = measures.fraction_denom_display_style_gap_min
    else:
        rise = measures.fraction_numerator_shift_up
        drop = measures.fraction_denominator_shift_down
        gap_above = measures.fraction_numerator_gap_min
        gap_below = measures.fraction_denominator_gap_min
    axis, half_rule = measures.axis_height, measures.fraction_rule_thickness / 2
    rise = max(rise, axis + half_rule + gap_above + top.descent)
    drop = max(drop, half_rule - axis + gap_below + bottom.ascent)
    return rise, drop


def under_root(body: Piece, style: Style) -> Piece:
    """A piece under a root's sign, which grows with it, and its bar."""
    measures = style.measures
    gap = measures.radical_display_style_vertical_gap if style.display else measures.radical_vertical_gap
    thickness = measures.radical_rule_thickness
    least = body.height + gap + thickness
    shape = math_font().grown("√", least / style.size)
    sign = glyph_piece(shape, style)
    surplus = sign.height - least
    top = body.ascent + gap + max(0.0, surplus / 2) + thickness
    width = sign.width + body.width
    piece = Piece(width=width)
    piece.put(sign, 0.0, sign.ascent - top)
    piece.put(body, sign.width, 0.0)
    bar_left = (shape.right - ROOT_OVERLAP) * style.size
    piece.rules.append(Rule(bar_left, -top, max(0.0, width - bar_left), thickness, style.ink))
    piece.ascent = top + measures.radical_extra_ascender
    return piece

"""Brackets, bars and braces that grow with what they enclose."""

from __future__ import annotations

from app.formula.boxes import Piece
from app.formula.characters import glyph_piece, on_axis
from app.formula.mathfont import math_font
from app.formula.style import Style

NULL_FENCE = 0.12
"""em; the space TeX leaves for a fence that is not drawn, and beside a fraction."""

_SHORTFALL = 0.25
"""em by which fences may fall short of a body that reaches further to one side of the axis."""


def between(left: str, body: Piece, right: str, style: Style) -> Piece:
    """A body between fences at least as tall as it is; an empty string is a fence that is not drawn."""
    axis = style.measures.axis_height
    symmetrical = 2 * max(body.ascent - axis, body.descent + axis)
    height = max(body.height, symmetrical - _SHORTFALL * style.size)
    closing = _fence(right, height, style)
    # beside a plain fence scripts keep the height they have beside a letter
    piece = Piece(first="open", last="close", letter=closing.letter)
    for part in (_fence(left, height, style), body, closing):
        piece.append(part)
    return piece


def _fence(sign: str, height: float, style: Style) -> Piece:
    if not sign:
        return Piece(width=NULL_FENCE * style.size)
    font = math_font()
    plain = glyph_piece(font.shape(sign), style)
    if plain.height >= height:
        return plain
    return on_axis(glyph_piece(font.grown(sign, height / style.size), style), style)

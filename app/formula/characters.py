"""Pieces made of characters: single glyphs, text, accents and primes."""

from __future__ import annotations

from collections.abc import Sequence

from app.formula.boxes import Glyph, Piece, Rule
from app.formula.mathfont import Shape, math_font
from app.formula.style import Style


def glyph_piece(shape: Shape, style: Style) -> Piece:
    """One glyph on the baseline."""
    return _side_by_side([shape], style)


def text_piece(text: str, style: Style) -> Piece:
    """Characters side by side."""
    font = math_font()
    return _side_by_side([font.shape(character) for character in text], style)


def _side_by_side(shapes: Sequence[Shape], style: Style) -> Piece:
    """Glyphs on the baseline without gaps; what hangs on them sees the last."""
    size, ink = style.size, style.ink
    width = top = bottom = 0.0
    glyphs = []
    for shape in shapes:
        glyphs.append(Glyph(shape, width, 0.0, size, ink))
        width += shape.advance * size
        top, bottom = max(top, shape.top), min(bottom, shape.bottom)
    piece = Piece(width=width, ascent=top * size, descent=-bottom * size, glyphs=glyphs)
    if shapes:
        piece.letter = last = shapes[-1]
        piece.slant = max(last.slant, last.right - last.advance) * size
    return piece


def accented_piece(stem: str, accents: tuple[str, ...], style: Style) -> Piece:
    """A letter with its accents, each above the last."""
    piece = text_piece(stem, style)
    base = piece.letter
    if base is None:
        return piece
    size, usual_height = style.size, style.measures.accent_base_height
    for accent in accents:
        shape = math_font().shape(accent)
        rise = max(0.0, piece.ascent - usual_height)
        x = (base.accent_x - shape.accent_x) * size
        piece.glyphs.append(Glyph(shape, x, -rise, size, style.ink))
        piece.ascent = rise + shape.top * size
        piece.slant = max(piece.slant, x + shape.right * size - piece.width)
    return piece


def wide_accented_piece(body: Piece, accent: str, style: Style) -> Piece:
    """A longer name below one accent, which is as wide as its variants allow and in the middle."""
    size = style.size
    shape = math_font().wider(accent, body.width / size)
    rise = max(0.0, body.ascent - style.measures.accent_base_height)
    x = (body.width + body.slant) / 2 - shape.accent_x * size
    return Piece(
        width=body.width,
        ascent=max(body.ascent, rise + shape.top * size),
        descent=body.descent,
        slant=body.slant,
        pieces=[(body, 0.0, 0.0)],
        glyphs=[Glyph(shape, x, -rise, size, style.ink)],
    )


def barred_piece(body: Piece, style: Style) -> Piece:
    """A longer name below a bar that is as wide as the name."""
    measures = style.measures
    thickness = measures.overbar_rule_thickness
    top = body.ascent + measures.overbar_vertical_gap + thickness
    return Piece(
        width=body.width,
        ascent=top + measures.overbar_extra_ascender,
        descent=body.descent,
        slant=body.slant,
        pieces=[(body, 0.0, 0.0)],
        rules=[Rule(0.0, -top, body.width, thickness, style.ink)],
    )


def prime_piece(count: int, style: Style) -> Piece:
    """Primes as a superscript in the given style.

    The font draws a prime at its final size and place beside a letter, so it is set at the letter's size and
    lowered by as much as the superscript will be raised.
    """
    beside = style.beside_letter()
    primes = text_piece("′" * count, beside)
    shift = beside.measures.superscript_shift_up
    return Piece(width=primes.width, ascent=primes.ascent - shift, pieces=[(primes, 0.0, shift)])


def on_axis(sign: Piece, style: Style) -> Piece:
    """The sign moved up or down until its middle lies at the height of the minus sign."""
    shift = (sign.ascent - sign.descent) / 2 - style.measures.axis_height
    return Piece(
        width=sign.width,
        ascent=sign.ascent - shift,
        descent=sign.descent + shift,
        pieces=[(sign, 0.0, shift)],
    )

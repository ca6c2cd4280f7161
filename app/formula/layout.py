"""Lay out a formula: core's tree of parts becomes a box of placed glyphs.

The rules are TeX's (The TeXbook, appendix G) with the measures of the font's MATH table. Each kind of part
has one function here, listed in `_LAYOUTS`; it gets the part and its style, and returns a `Piece`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from app.formula.boxes import Box, Ink, Piece, finished
from app.formula.characters import (
    accented_piece,
    barred_piece,
    glyph_piece,
    on_axis,
    prime_piece,
    text_piece,
    wide_accented_piece,
)
from app.formula.fences import between
from app.formula.fractions import stacked, under_root
from app.formula.grids import GRIDS, Grid, in_grid
from app.formula.labels import labelled, with_labels
from app.formula.letters import count_primes, italic, read_name, split_primes
from app.formula.mathfont import math_font
from app.formula.scripts import scripted, with_limits
from app.formula.spacing import spaces
from app.formula.style import Style
from app.formula.underlines import UNDERLINES, underline
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
from core.notation.names import ACCENTS

_LIMIT_WORDS = frozenset({"max", "min", "lim", "sup", "inf", "argmax", "argmin", "arg max", "arg min"})
_ACCENTS = {**ACCENTS, "arrow": "\N{COMBINING RIGHT ARROW ABOVE}"}
_TYPED_SIGNS = str.maketrans({"-": "−", "*": "∗", "'": "′"})


def layout(math: Math, size: float, *, display: bool = True) -> Box:
    """Lay out a formula at `size` pixels per em; `display=False` sets it small, as within a line of text."""
    return finished(math, _layout(math, Style(size, display=display)))


def _layout(math: Math, style: Style) -> Piece:
    """A part with its labels below it."""
    piece = _part(math, style)
    with_labels([piece], style.label())
    return piece


def _part(math: Math, style: Style) -> Piece:
    """A part of a line, whose labels are still to be put below the line."""
    return _LAYOUTS[type(math)](math, style)


# rows


class _Span(Struct, frozen=True):
    """The atoms from `start` up to `end` that have a tag, or are marked with the line of their role."""

    start: int
    end: int
    ink: Ink
    marked: bool = False


def _row(math: Row | Tinted, style: Style) -> Piece:
    """Parts side by side; colours and rows within a row do not change the spacing."""
    atoms: list[Piece] = []
    spans: list[_Span] = []
    _collect(math, style, atoms, spans)
    return _joined(atoms, spans, style)


def _collect(math: Math, style: Style, atoms: list[Piece], spans: list[_Span]) -> None:
    match math:
        case Row(parts):
            for part in parts:
                _collect(part, style, atoms, spans)
        case Tinted(role, body, tag, marked):
            start = len(atoms)
            tinted = style.tinted(role, tag)
            _collect(body, tinted, atoms, spans)
            if (tag or marked) and len(atoms) > start:
                marked = marked and role == tinted.ink.role and style.ink.role not in UNDERLINES
                spans.append(_Span(start, len(atoms), tinted.ink, marked))
        case _:
            atoms.append(_part(math, style))


def _joined(atoms: list[Piece], spans: Sequence[_Span], style: Style) -> Piece:
    """Atoms in a line with TeX's spaces between them."""
    if len(atoms) == 1:
        line, starts = atoms[0], [0.0]
    else:
        line, starts = _in_line(atoms, style)
    for span in spans:
        within = atoms[span.start : span.end]
        left = starts[span.start]
        width = starts[span.end - 1] + within[-1].width - left
        ascent, descent = max(atom.ascent for atom in within), max(atom.descent for atom in within)
        if span.ink.tag:
            line.mark(span.ink, left, width, ascent, descent)
        if span.marked:
            underline(line, span.ink, left, width, descent, style.size)
    return line


def _in_line(atoms: list[Piece], style: Style) -> tuple[Piece, list[float]]:
    """The line, and where each atom begins in it."""
    line = Piece()
    starts = []
    size = style.size
    gaps = spaces([(atom.first, atom.last) for atom in atoms], script=style.level > 0)
    for atom, gap in zip(atoms, gaps, strict=True):
        line.append(atom, gap * size)
        starts.append(line.width - atom.width)
    if atoms:
        line.first, line.last, line.slant = atoms[0].first, atoms[-1].last, atoms[-1].slant
    return line, starts


# characters


def _letter(math: Letter, style: Style) -> Piece:
    name = read_name(math.text, math.face)
    stem = accented_piece(name.stem, name.accents, style)
    if not name.primes:
        return stem
    return scripted(stem, None, prime_piece(name.primes, style.script()), style)


def _accented(math: Accented, style: Style) -> Piece:
    base, accent = math.base, _ACCENTS[math.accent]
    if isinstance(base, Letter) and len(base.text) == 1:
        name = read_name(base.text + accent, base.face)
        return accented_piece(name.stem, name.accents, style)
    body = _layout(base, style.under_bar())
    if math.accent == "bar":
        return barred_piece(body, style)
    return wide_accented_piece(body, accent, style)


def _digits(math: Digits, style: Style) -> Piece:
    return text_piece(math.text.translate(_TYPED_SIGNS), style)


def _sign(math: Sign, style: Style) -> Piece:
    primes = count_primes(math.text)
    if primes and style.level > 0:
        piece = prime_piece(primes, style)
    else:
        piece = text_piece(italic(math.text.translate(_TYPED_SIGNS)), style)
    piece.first = piece.last = math.kind
    return piece


def _word(math: Word, style: Style) -> Piece:
    piece = text_piece(math.text, style)
    piece.first = piece.last = math.kind
    return piece


# fractions and roots


def _fraction(math: Fraction, style: Style) -> Piece:
    top = _layout(math.top, style.fraction_part())
    bottom = _layout(math.bottom, style.fraction_part(cramped=True))
    return stacked(top, bottom, style)


def _root(math: Root, style: Style) -> Piece:
    return under_root(_layout(math.body, style.under_bar()), style)


# scripts and limits


def _scripts(math: Scripts, style: Style) -> Piece:
    math = _merged(math)
    base, primes = _without_primes(math.base)
    nucleus = _part(base, style)
    sub = _layout(math.sub, style.script(cramped=True)) if math.sub is not None else None
    sup = _superscript(math.sup, primes, style.script())
    if sub is None and sup is None:
        return nucleus
    if style.display and _takes_limits(base):
        return with_limits(nucleus, sub, sup, style)
    return scripted(nucleus, sub, sup, style)


def _merged(math: Scripts) -> Scripts:
    """A subscripted base with a superscript, or the reverse, gets both scripts one above the other."""
    match math:
        case Scripts(Scripts(base, sub, None), None, sup) | Scripts(Scripts(base, None, sup), sub, None):
            return Scripts(base, sub, sup)
        case _:
            return math


def _without_primes(base: Math) -> tuple[Math, int]:
    """Split `x′` so that the prime can stand above a subscript."""
    if not isinstance(base, Letter):
        return base, 0
    stem, primes = split_primes(base.text)
    return replace(base, text=stem), primes


def _superscript(sup: Math | None, primes: int, style: Style) -> Piece | None:
    pieces = [prime_piece(primes, style)] if primes else []
    if sup is not None:
        pieces.append(_layout(sup, style))
    return _joined(pieces, (), style) if pieces else None


def _takes_limits(base: Math) -> bool:
    """Whether scripts go below and above, as with `∑` and `max`."""
    match base:
        case Tinted(body=body) | Row((body,)):
            return _takes_limits(body)
        case Word(text, kind):
            return kind == "op" and text in _LIMIT_WORDS
        case _:
            return isinstance(base, Big)


def _big(math: Big, style: Style) -> Piece:
    font = math_font()
    shape = font.shape(math.text)
    if style.display:
        least = style.measures.display_operator_min_height / style.size
        shape = font.larger(math.text, least)
    piece = on_axis(glyph_piece(shape, style), style)
    piece.first = piece.last = "op"
    return piece


# fences and tables


def _fenced(math: Fenced, style: Style) -> Piece:
    return between(math.left, _part(math.body, style), math.right, style)


def _shaped(math: Shaped, style: Style) -> Piece:
    return labelled(_part(math.base, style), _part(math.below, style.label()), style.label())


def _phantom(math: Phantom, style: Style) -> Piece:
    """As large as what is not seen, and so are its labels, but empty."""
    hidden = _part(math.body, style)
    piece = hidden.emptied
    piece.labels = [(label.emptied, middle) for label, middle in hidden.labels]
    return piece


def _table(math: Table, style: Style) -> Piece:
    grid = GRIDS[math.style]
    body = in_grid(_cells(math, grid, style), grid, style)
    if grid.fences is None:
        return body
    left, right = grid.fences
    piece = between(left, body, right, style)
    piece.first = piece.last = "inner"
    return piece


def _cells(math: Table, grid: Grid, style: Style) -> list[list[Piece]]:
    """The cells' pieces; short rows are filled up with empty ones."""
    inner = style.cell(display=grid.display)
    columns = max((len(row) for row in math.rows), default=0)
    rows = []
    for row in math.rows:
        cells = [
            _part(_after_nothing(cell) if grid.alignment(j) == "continued" else cell, inner)
            for j, cell in enumerate(row)
        ]
        with_labels(cells, inner.label())
        rows.append(cells + [Piece() for _ in range(columns - len(row))])
    return rows


def _after_nothing(cell: Math) -> Math:
    """An equation's right side: its `=` is spaced as if something stood on its left."""
    return Row((Word("", "ord"), cell))


_LAYOUTS: dict[type, Callable[[Any, Style], Piece]] = {
    Letter: _letter,
    Accented: _accented,
    Digits: _digits,
    Sign: _sign,
    Word: _word,
    Row: _row,
    Tinted: _row,
    Phantom: _phantom,
    Shaped: _shaped,
    Fraction: _fraction,
    Root: _root,
    Scripts: _scripts,
    Big: _big,
    Fenced: _fenced,
    Table: _table,
}

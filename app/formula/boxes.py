"""What a laid-out formula is made of.

While it is being built a formula is a tree of `Piece`s, each with its own origin: moving a piece moves all
that is in it. `Box` is the finished formula, flat and frozen: glyphs and rules to paint, areas to hit.
Lengths are pixels, x goes right and y down from the left end of the baseline.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from msgspec import Struct

from app.formula.mathfont import Shape
from core.math.mathtree import Kind, Math

Class = Kind | Literal["inner"]
"""TeX's spacing classes: the signs' own kinds, and `inner` for fractions and tables."""


class Ink(Struct, frozen=True):
    """How something is to be painted: the role names its colour, the tag what it stands for."""

    role: str = ""
    tag: str = ""


class Glyph(NamedTuple):
    """A glyph whose origin lies at (x, y), set at `size` pixels per em."""

    shape: Shape
    x: float
    y: float
    size: float
    ink: Ink


class Rule(NamedTuple):
    """A filled rectangle with its top left corner at (x, y): a fraction's or a root's bar."""

    x: float
    y: float
    width: float
    height: float
    ink: Ink


class Area(NamedTuple):
    """The rectangle around a tagged part, with its top left corner at (x, y)."""

    tag: str
    role: str
    x: float
    y: float
    width: float
    height: float

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height


class Box(Struct, frozen=True):
    """A formula ready to be painted: `ascent` above the baseline, `descent` below it.

    Its glyphs come in the order in which they are read.
    """

    math: Math
    width: float
    ascent: float
    descent: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    areas: tuple[Area, ...]

    @property
    def height(self) -> float:
        return self.ascent + self.descent

    def area_at(self, x: float, y: float) -> Area | None:
        """The innermost tagged part at a place, or None."""
        hits = [area for area in self.areas if area.contains(x, y)]
        return min(hits, key=lambda area: area.width * area.height, default=None)


class Piece(Struct):
    """A part under construction.

    `first` and `last` are the classes its left and right neighbours see; `slant` is how far the top of its
    last glyph leans to the right; `letter` is its last glyph if it is plain text, whose scripts keep the
    font's usual height. `labels` are to stand below what the piece is put in, in one line, each around its x.
    """

    width: float = 0.0
    ascent: float = 0.0
    descent: float = 0.0
    first: Class = "ord"
    last: Class = "ord"
    slant: float = 0.0
    letter: Shape | None = None
    pieces: list[tuple[Piece, float, float]] = []
    glyphs: list[Glyph] = []
    rules: list[Rule] = []
    areas: list[Area] = []
    labels: list[tuple[Piece, float]] = []

    @property
    def height(self) -> float:
        return self.ascent + self.descent

    @property
    def emptied(self) -> Piece:
        """A piece as large, with nothing in it."""
        return Piece(self.width, self.ascent, self.descent, self.first, self.last)

    def put(self, piece: Piece, x: float, y: float) -> None:
        """Place a piece with its origin at (x, y) and grow upwards and downwards to hold it."""
        self.pieces.append((piece, x, y))
        self.labels += [(label, x + middle) for label, middle in piece.labels]
        self.ascent = max(self.ascent, piece.ascent - y)
        self.descent = max(self.descent, piece.descent + y)

    def append(self, piece: Piece, space: float = 0.0) -> None:
        """Place a piece on the baseline at the right end, after `space`."""
        self.put(piece, self.width + space, 0.0)
        self.width += space + piece.width

    def mark(self, ink: Ink, x: float, width: float, ascent: float, descent: float) -> None:
        """Remember the area of a tagged part that begins at x on the baseline."""
        self.areas.append(Area(ink.tag, ink.role, x, -ascent, width, ascent + descent))


def finished(math: Math, root: Piece) -> Box:
    """Flatten the tree of pieces that a formula was laid out as into a box."""
    glyphs: list[Glyph] = []
    rules: list[Rule] = []
    areas: list[Area] = []
    waiting = [(root, 0.0, 0.0)]
    while waiting:
        piece, x, y = waiting.pop()
        glyphs += [Glyph(shape, gx + x, gy + y, size, ink) for shape, gx, gy, size, ink in piece.glyphs]
        if piece.rules:
            rules += [Rule(r.x + x, r.y + y, r.width, r.height, r.ink) for r in piece.rules]
        if piece.areas:
            areas += [Area(a.tag, a.role, a.x + x, a.y + y, a.width, a.height) for a in piece.areas]
        for part, part_x, part_y in reversed(piece.pieces):
            waiting.append((part, x + part_x, y + part_y))
    return Box(math, root.width, root.ascent, root.descent, tuple(glyphs), tuple(rules), tuple(areas))

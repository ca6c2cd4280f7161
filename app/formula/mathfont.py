"""The mathematics font: outlines, the measures of its OpenType MATH table, and glyphs that grow.

The font is STIX Two Math; a character it lacks comes from DejaVu Sans, and one that both lack from whichever
installed font Qt finds. `math_font()` loads all this on its first call and needs a QGuiApplication.
All lengths here are in em, except the outlines themselves (see `UNITS`).
"""

from __future__ import annotations

import math
from functools import cached_property, lru_cache

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPainterPath, QRawFont, QTextLayout, QTransform

from app.formula.math_table import AssemblyPart, MathTable
from core.base.resources import BrokenInstallation, resource

STIX, DEJAVU = "STIXTwoMath-Regular.ttf", "DejaVuSans.ttf"

UNITS = 1000
"""Outline units per em: a glyph's path is scaled by `size / UNITS` when it is painted."""

FALLBACK_SCALE = 0.87
"""DejaVu's small letters are larger than STIX's (547 to 479 thousandths); this makes them equal."""


class Shape(Struct, frozen=True, eq=False):
    """One glyph's outline and measures.

    `left`, `right`, `top` and `bottom` bound the ink, upwards positive from the baseline; `slant` is the
    italic correction, `accent_x` the place above which an accent is centred. `text` is the character it
    shows. `glyph` is its index in the bundled font file `font`; a shape that is built from parts or comes
    from an installed font has neither.
    """

    path: QPainterPath
    advance: float
    left: float
    right: float
    top: float
    bottom: float
    slant: float = 0.0
    accent_x: float = 0.0
    text: str = ""
    font: str = ""
    glyph: int = 0

    @property
    def height(self) -> float:
        return self.top - self.bottom


class MathFont:
    """STIX Two Math and its fallbacks, asked by character; see `math_font`."""

    def __init__(self) -> None:
        self._stix = _load(STIX)
        self._table = MathTable(bytes(self._stix.fontTable("MATH").data()), self._stix.unitsPerEm())
        self._glyphs: dict[tuple[int, str], Shape] = {}
        self._characters: dict[str, Shape] = {}
        self.script_scales = self._table.script_scales()
        self.constants = lru_cache(maxsize=256)(self._table.constants().scaled)
        """The MATH table's lengths in pixels, for text of so many pixels per em."""
        self.grown = lru_cache(maxsize=1024)(self._grown)

    @cached_property
    def _dejavu(self) -> QRawFont:
        return _load(DEJAVU)

    def has(self, character: str) -> bool:
        """Whether STIX Two Math itself draws this character."""
        return self._index(character) != 0

    def shape(self, character: str) -> Shape:
        """A character's glyph, from the first font that has it."""
        found = self._characters.get(character)
        if found is None:
            index = self._index(character)
            found = self._stix_shape(index, character) if index else self._fallback(character)
            self._characters[character] = found
        return found

    def larger(self, character: str, height: float) -> Shape:
        """The smallest variant at least `height` tall, or the largest there is."""
        glyph = self._index(character)
        if not glyph:
            return self.shape(character)
        variants = [self._stix_shape(variant, character) for variant in self._table.variants(glyph)]
        return next((shape for shape in variants if shape.height >= height), variants[-1])

    def wider(self, character: str, width: float) -> Shape:
        """The widest variant at most `width` wide, or the narrowest there is: a hat over a whole name."""
        glyph = self._index(character)
        if not glyph:
            return self.shape(character)
        variants = self._table.wide_variants(glyph)
        narrowest, *others = [self._stix_shape(variant, character) for variant in variants]
        fitting = [shape for shape in others if shape.right - shape.left <= width]
        return fitting[-1] if fitting else narrowest

    def _grown(self, character: str, height: float) -> Shape:
        """A fence or root at least `height` tall: a variant if one reaches so far, else built from parts."""
        variant = self.larger(character, height)
        parts = self._table.assembly(self._index(character))
        if variant.height >= height or not parts:
            return variant
        return replace(self._assembled(parts, height), text=character)

    def kern(self, shape: Shape, height: float, *, above: bool) -> float:
        """The cut-in of a superscript (`above`) or subscript whose near edge lies at `height`."""
        return self._table.kern(shape.glyph, 0 if above else 2, height) if shape.font == STIX else 0.0

    def _index(self, character: str) -> int:
        indices = self._stix.glyphIndexesForString(character)
        return indices[0] if len(indices) == 1 else 0

    def _stix_shape(self, glyph: int, character: str = "") -> Shape:
        shape = self._glyphs.get((glyph, character))
        if shape is None:
            shape = _shape(self._stix, glyph, character, STIX, self._table)
            self._glyphs[glyph, character] = shape
        return shape

    def _fallback(self, character: str) -> Shape:
        for font in (self._dejavu, *_installed_fonts(character)):
            indices = font.glyphIndexesForString(character)
            if len(indices) == 1 and indices[0]:
                return _shape(font, indices[0], character, DEJAVU if font is self._dejavu else "")
        return self.shape("\N{REPLACEMENT CHARACTER}")

    def _assembled(self, parts: list[AssemblyPart], height: float) -> Shape:
        """Repeat the extending parts as often as needed, then let neighbours overlap until it fits."""
        least = self._table.min_overlap
        lengths = [self._stix_shape(part.glyph).height for part in parts]
        gain = reach = 0.0
        for part, length in zip(parts, lengths, strict=True):
            if part.repeats:
                gain += length - least
            else:
                reach += length - least
        repeats = max(0, math.ceil((height - least - reach) / gain)) if gain > 0 else 1
        chosen = [part for part in parts for _ in range(repeats if part.repeats else 1)]
        surplus = reach + repeats * gain + least - height
        return self._stacked(chosen, least + surplus / max(1, len(chosen) - 1))

    def _stacked(self, parts: list[AssemblyPart], overlap: float) -> Shape:
        """The parts in one outline, neighbours overlapping as wanted where the connectors allow it."""
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        advance = bottom = 0.0
        for part, above in zip(parts, [*parts[1:], parts[-1]], strict=True):
            shape = self._stix_shape(part.glyph)
            path.addPath(shape.path.translated(0.0, (shape.bottom - bottom) * UNITS))
            advance = max(advance, shape.advance)
            # STIX gives both parts of ‖ different connectors, though they are one and the same glyph
            limit = max if part.glyph == above.glyph else min
            bottom += shape.height - min(overlap, limit(part.end_connector, above.start_connector))
        # smooth edges painted twice look thicker, even within one path: the overlaps must go
        return _measured(path.simplified(), advance)


@lru_cache(maxsize=1)
def math_font() -> MathFont:
    """The one mathematics font of the program, loaded on the first call."""
    return MathFont()


def _load(name: str) -> QRawFont:
    path = resource("fonts", name)
    font = QRawFont(str(path), UNITS, QFont.HintingPreference.PreferNoHinting)
    if not font.isValid():
        raise BrokenInstallation(f"fonts/{name}", "is damaged")
    return font


def _installed_fonts(character: str) -> list[QRawFont]:
    """The installed fonts with which Qt would draw this character."""
    line = QTextLayout(character, QFont())
    line.beginLayout()
    line.createLine()
    line.endLayout()
    fonts = [run.rawFont() for run in line.glyphRuns()]
    for font in fonts:
        font.setPixelSize(UNITS)
    return fonts


def _shape(font: QRawFont, glyph: int, text: str, file: str, table: MathTable | None = None) -> Shape:
    """One glyph of a font; without a MATH table it is a fallback font's and is made to match."""
    scale = 1.0 if table else FALLBACK_SCALE
    path = QTransform.fromScale(scale, scale).map(font.pathForGlyph(glyph))
    path.setFillRule(Qt.FillRule.WindingFill)
    advance = font.advancesForGlyphIndexes([glyph])[0].x() * scale / UNITS
    found = _measured(path, advance)
    if table:
        accent_x = table.accent_x(glyph)
        found = replace(
            found, slant=table.slant(glyph), accent_x=found.accent_x if accent_x is None else accent_x
        )
    return replace(found, text=text, font=file, glyph=glyph if file else 0)


def _measured(path: QPainterPath, advance: float) -> Shape:
    """The shape of an outline; an accent is centred above its ink."""
    bounds = path.boundingRect()
    return Shape(
        path=path,
        advance=advance,
        left=bounds.left() / UNITS,
        right=bounds.right() / UNITS,
        top=-bounds.top() / UNITS,
        bottom=-bounds.bottom() / UNITS,
        accent_x=bounds.center().x() / UNITS,
    )

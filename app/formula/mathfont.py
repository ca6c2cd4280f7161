"""The mathematics font: outlines, the measures of its OpenType MATH table, and glyphs that grow.

The font is STIX Two Math; a character it lacks comes from DejaVu Sans, and one that both lack from whichever
installed font Qt finds. `math_font()` loads all this on its first call and needs a QGuiApplication.
All lengths here are in em, except the outlines themselves (see `UNITS`).

Source of the table's layout: the OpenType specification, "MATH - the mathematical typesetting table".
"""

from __future__ import annotations

import math
import struct
from functools import cached_property, lru_cache

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPainterPath, QRawFont, QTextLayout, QTransform

from core.base.resources import BrokenInstallation, resource

UNITS = 1000
"""Outline units per em: a glyph's path is scaled by `size / UNITS` when it is painted."""

_FALLBACK_SCALE = 0.87
"""DejaVu's small letters are larger than STIX's (547 to 479 thousandths); this makes them equal."""


class Shape(Struct, frozen=True):
    """One glyph's outline and measures.

    `left`, `right`, `top` and `bottom` bound the ink, upwards positive from the baseline; `slant` is the
    italic correction, `accent_x` the place above which an accent is centred; `glyph` is its index in STIX Two
    Math, or 0 if it is built from parts or comes from a fallback font.
    """

    path: QPainterPath
    advance: float
    left: float
    right: float
    top: float
    bottom: float
    slant: float = 0.0
    accent_x: float = 0.0
    glyph: int = 0

    @property
    def height(self) -> float:
        return self.top - self.bottom


class MathConstants(Struct, frozen=True):
    """The MATH table's lengths, in the order in which the table stores them."""

    delimited_sub_formula_min_height: float
    display_operator_min_height: float
    math_leading: float
    axis_height: float
    accent_base_height: float
    flattened_accent_base_height: float
    subscript_shift_down: float
    subscript_top_max: float
    subscript_baseline_drop_min: float
    superscript_shift_up: float
    superscript_shift_up_cramped: float
    superscript_bottom_min: float
    superscript_baseline_drop_max: float
    sub_superscript_gap_min: float
    superscript_bottom_max_with_subscript: float
    space_after_script: float
    upper_limit_gap_min: float
    upper_limit_baseline_rise_min: float
    lower_limit_gap_min: float
    lower_limit_baseline_drop_min: float
    stack_top_shift_up: float
    stack_top_display_style_shift_up: float
    stack_bottom_shift_down: float
    stack_bottom_display_style_shift_down: float
    stack_gap_min: float
    stack_display_style_gap_min: float
    stretch_stack_top_shift_up: float
    stretch_stack_bottom_shift_down: float
    stretch_stack_gap_above_min: float
    stretch_stack_gap_below_min: float
    fraction_numerator_shift_up: float
    fraction_numerator_display_style_shift_up: float
    fraction_denominator_shift_down: float
    fraction_denominator_display_style_shift_down: float
    fraction_numerator_gap_min: float
    fraction_num_display_style_gap_min: float
    fraction_rule_thickness: float
    fraction_denominator_gap_min: float
    fraction_denom_display_style_gap_min: float
    skewed_fraction_horizontal_gap: float
    skewed_fraction_vertical_gap: float
    overbar_vertical_gap: float
    overbar_rule_thickness: float
    overbar_extra_ascender: float
    underbar_vertical_gap: float
    underbar_rule_thickness: float
    underbar_extra_descender: float
    radical_vertical_gap: float
    radical_display_style_vertical_gap: float
    radical_rule_thickness: float
    radical_extra_ascender: float

    def scaled(self, size: float) -> MathConstants:
        """The same lengths in pixels, for text of `size` pixels per em."""
        return MathConstants(*(getattr(self, name) * size for name in self.__struct_fields__))


class _Part(Struct, frozen=True):
    """One part of a glyph assembly; connectors say how far neighbours may overlap."""

    glyph: int
    start_connector: float
    end_connector: float
    repeats: bool


class _MathTable:
    """Reads the MATH table; positions are bytes from its start, glyphs are indices."""

    def __init__(self, data: bytes, units_per_em: float) -> None:
        self._data = data
        self._em = units_per_em
        self._constants_at, self._glyphs_at, self._variants_at = (self._uint(at) for at in (4, 6, 8))

    def _uint(self, at: int) -> int:
        value: int = struct.unpack_from(">H", self._data, at)[0]
        return value

    def _int(self, at: int) -> int:
        value: int = struct.unpack_from(">h", self._data, at)[0]
        return value

    def _length(self, at: int) -> float:
        return self._int(at) / self._em

    def constants(self) -> MathConstants:
        at = self._constants_at
        heights = [self._uint(at + 4) / self._em, self._uint(at + 6) / self._em]
        records = len(MathConstants.__struct_fields__) - len(heights)
        return MathConstants(*heights, *(self._length(at + 8 + 4 * i) for i in range(records)))

    def script_scales(self) -> tuple[float, float, float]:
        """Sizes of text, scripts and scripts of scripts, relative to text."""
        at = self._constants_at
        return 1.0, self._int(at) / 100, self._int(at + 2) / 100

    def _covered(self, at: int) -> list[int]:
        """The glyphs of a coverage table, in coverage order."""
        count = self._uint(at + 2)
        if self._uint(at) == 1:
            return list(struct.unpack_from(f">{count}H", self._data, at + 4))
        ranges = struct.iter_unpack(">HHH", self._data[at + 4 : at + 4 + 6 * count])
        return [glyph for first, last, _ in ranges for glyph in range(first, last + 1)]

    def _values_by_glyph(self, which: int) -> dict[int, int]:
        """One length per glyph, in units of the font: italic corrections are 0, accent positions 1."""
        at = self._glyphs_at + self._uint(self._glyphs_at + 2 * which)
        glyphs = self._covered(at + self._uint(at))
        lengths = struct.unpack_from(f">{2 * len(glyphs)}h", self._data, at + 4)[::2]
        return dict(zip(glyphs, lengths, strict=True))

    @cached_property
    def _slants(self) -> dict[int, int]:
        return self._values_by_glyph(0)

    @cached_property
    def _accents(self) -> dict[int, int]:
        return self._values_by_glyph(1)

    def slant(self, glyph: int) -> float:
        return self._slants.get(glyph, 0) / self._em

    def accent_x(self, glyph: int) -> float | None:
        """Where an accent stands above a glyph, where the font says so."""
        length = self._accents.get(glyph)
        return None if length is None else length / self._em

    @cached_property
    def _kerns_at(self) -> dict[int, int]:
        at = self._kern_table
        return {glyph: at + 4 + 8 * i for i, glyph in enumerate(self._covered(at + self._uint(at)))}

    @property
    def _kern_table(self) -> int:
        return self._glyphs_at + self._uint(self._glyphs_at + 6)

    def kern(self, glyph: int, corner: int, height: float) -> float:
        """How far a script moves towards (negative) a glyph's corner: 0 top right, 2 bottom right."""
        record = self._kerns_at.get(glyph)
        offset = self._uint(record + 2 * corner) if record is not None else 0
        if not offset:
            return 0.0
        at = self._kern_table + offset
        count = self._uint(at)
        steps = (self._length(at + 2 + 4 * i) for i in range(count))
        passed = sum(height >= step for step in steps)
        return self._length(at + 2 + 4 * count + 4 * passed)

    @cached_property
    def _constructions_at(self) -> dict[int, int]:
        """The offset of each vertically growing glyph's construction in the MATH table, by glyph."""
        return self._constructions(coverage=2, first=10)

    @cached_property
    def _wide_constructions_at(self) -> dict[int, int]:
        """The same for each glyph that grows sideways; stored after the others in the table."""
        return self._constructions(coverage=4, first=10 + 2 * self._uint(self._variants_at + 6))

    def _constructions(self, coverage: int, first: int) -> dict[int, int]:
        at = self._variants_at
        glyphs = self._covered(at + self._uint(at + coverage))
        return {glyph: at + self._uint(at + first + 2 * i) for i, glyph in enumerate(glyphs)}

    def variants(self, glyph: int) -> list[int]:
        """The same sign in growing sizes; only the glyph itself if it has none."""
        return self._sizes(glyph, self._constructions_at.get(glyph))

    def wide_variants(self, glyph: int) -> list[int]:
        """The same sign in growing widths; only the glyph itself if it has none."""
        return self._sizes(glyph, self._wide_constructions_at.get(glyph))

    def _sizes(self, glyph: int, at: int | None) -> list[int]:
        if at is None:
            return [glyph]
        return [self._uint(at + 4 + 4 * i) for i in range(self._uint(at + 2))] or [glyph]

    def assembly(self, glyph: int) -> list[_Part]:
        """The parts, bottom first, from which the sign is built at any height; empty if it has none."""
        construction = self._constructions_at.get(glyph)
        offset = self._uint(construction) if construction is not None else 0
        if construction is None or not offset:
            return []
        at = construction + offset
        return [self._part(at + 6 + 10 * i) for i in range(self._uint(at + 4))]

    def _part(self, at: int) -> _Part:
        start, end = self._length(at + 2), self._length(at + 4)
        return _Part(self._uint(at), start, end, bool(self._uint(at + 8) & 1))

    @property
    def min_overlap(self) -> float:
        return self._uint(self._variants_at) / self._em


class MathFont:
    """STIX Two Math and its fallbacks, asked by character; see `math_font`."""

    def __init__(self) -> None:
        self._stix = _load("STIXTwoMath-Regular.ttf")
        self._table = _MathTable(bytes(self._stix.fontTable("MATH").data()), self._stix.unitsPerEm())
        self._glyphs: dict[int, Shape] = {}
        self._characters: dict[str, Shape] = {}
        self.script_scales = self._table.script_scales()
        self.constants = lru_cache(maxsize=256)(self._table.constants().scaled)
        """The MATH table's lengths in pixels, for text of so many pixels per em."""
        self.grown = lru_cache(maxsize=1024)(self._grown)

    @cached_property
    def _dejavu(self) -> QRawFont:
        return _load("DejaVuSans.ttf")

    def has(self, character: str) -> bool:
        """Whether STIX Two Math itself draws this character."""
        return self._index(character) != 0

    def shape(self, character: str) -> Shape:
        """A character's glyph, from the first font that has it."""
        found = self._characters.get(character)
        if found is None:
            index = self._index(character)
            found = self._stix_shape(index) if index else self._fallback(character)
            self._characters[character] = found
        return found

    def larger(self, character: str, height: float) -> Shape:
        """The smallest variant at least `height` tall, or the largest there is."""
        glyph = self._index(character)
        if not glyph:
            return self.shape(character)
        variants = [self._stix_shape(variant) for variant in self._table.variants(glyph)]
        return next((shape for shape in variants if shape.height >= height), variants[-1])

    def wider(self, character: str, width: float) -> Shape:
        """The widest variant at most `width` wide, or the narrowest there is: a hat over a whole name."""
        glyph = self._index(character)
        if not glyph:
            return self.shape(character)
        narrowest, *others = [self._stix_shape(variant) for variant in self._table.wide_variants(glyph)]
        fitting = [shape for shape in others if shape.right - shape.left <= width]
        return fitting[-1] if fitting else narrowest

    def _grown(self, character: str, height: float) -> Shape:
        """A fence or root at least `height` tall: a variant if one reaches so far, else built from parts."""
        variant = self.larger(character, height)
        parts = self._table.assembly(self._index(character))
        if variant.height >= height or not parts:
            return variant
        return self._assembled(parts, height)

    def kern(self, shape: Shape, height: float, *, above: bool) -> float:
        """The cut-in of a superscript (`above`) or subscript whose near edge lies at `height`."""
        return self._table.kern(shape.glyph, 0 if above else 2, height) if shape.glyph else 0.0

    def _index(self, character: str) -> int:
        indices = self._stix.glyphIndexesForString(character)
        return indices[0] if len(indices) == 1 else 0

    def _stix_shape(self, glyph: int) -> Shape:
        shape = self._glyphs.get(glyph)
        if shape is None:
            shape = _shape(self._stix, glyph, self._table)
            self._glyphs[glyph] = shape
        return shape

    def _fallback(self, character: str) -> Shape:
        for font in (self._dejavu, *_installed_fonts(character)):
            indices = font.glyphIndexesForString(character)
            if len(indices) == 1 and indices[0]:
                return _shape(font, indices[0])
        return self.shape("\N{REPLACEMENT CHARACTER}")

    def _assembled(self, parts: list[_Part], height: float) -> Shape:
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

    def _stacked(self, parts: list[_Part], overlap: float) -> Shape:
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


def _shape(font: QRawFont, glyph: int, table: _MathTable | None = None) -> Shape:
    """One glyph of a font; without a MATH table it is a fallback font's and is made to match."""
    scale = 1.0 if table else _FALLBACK_SCALE
    path = QTransform.fromScale(scale, scale).map(font.pathForGlyph(glyph))
    path.setFillRule(Qt.FillRule.WindingFill)
    advance = font.advancesForGlyphIndexes([glyph])[0].x() * scale / UNITS
    if table is None:
        return _measured(path, advance)
    return _measured(path, advance, table.slant(glyph), table.accent_x(glyph), glyph)


def _measured(
    path: QPainterPath, advance: float, slant: float = 0.0, accent_x: float | None = None, glyph: int = 0
) -> Shape:
    """The shape of an outline; unless told otherwise an accent is centred above its ink."""
    bounds = path.boundingRect()
    return Shape(
        path=path,
        advance=advance,
        left=bounds.left() / UNITS,
        right=bounds.right() / UNITS,
        top=-bounds.top() / UNITS,
        bottom=-bounds.bottom() / UNITS,
        slant=slant,
        accent_x=bounds.center().x() / UNITS if accent_x is None else accent_x,
        glyph=glyph,
    )

"""The OpenType MATH table of a font: its constants, variants and parts of glyphs, kerns and corrections.

All lengths are in em. Source of the layout: the OpenType specification, "MATH - the mathematical typesetting
table".
"""

from __future__ import annotations

import struct
from functools import cached_property

from msgspec import Struct


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


class AssemblyPart(Struct, frozen=True):
    """One part of a glyph assembly; connectors say how far neighbours may overlap."""

    glyph: int
    start_connector: float
    end_connector: float
    repeats: bool


class MathTable:
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

    def assembly(self, glyph: int) -> list[AssemblyPart]:
        """The parts, bottom first, from which the sign is built at any height; empty if it has none."""
        construction = self._constructions_at.get(glyph)
        offset = self._uint(construction) if construction is not None else 0
        if construction is None or not offset:
            return []
        at = construction + offset
        return [self._part(at + 6 + 10 * i) for i in range(self._uint(at + 4))]

    def _part(self, at: int) -> AssemblyPart:
        start, end = self._length(at + 2), self._length(at + 4)
        return AssemblyPart(self._uint(at), start, end, bool(self._uint(at + 8) & 1))

    @property
    def min_overlap(self) -> float:
        return self._uint(self._variants_at) / self._em

"""The circumstances a part of a formula is set in: TeX's display, text and script styles."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from app.formula.boxes import Ink
from app.formula.math_table import MathConstants
from app.formula.mathfont import math_font

_PLAIN, _LABEL = Ink(), Ink("shape")
_SMALLEST_LEVEL = 2


class Style(Struct, frozen=True):
    """How a part is set.

    `body` is the size of the surrounding text in pixels per em; `level` is 0 in text, 1 in scripts, 2 in
    scripts of scripts; `display` gives fractions and sums their full size; `cramped` keeps superscripts low,
    as below a bar.
    """

    body: float
    level: int = 0
    display: bool = False
    cramped: bool = False
    ink: Ink = _PLAIN

    @property
    def size(self) -> float:
        """Pixels per em at this level."""
        return self.body * math_font().script_scales[self.level]

    @property
    def measures(self) -> MathConstants:
        """The font's measures in pixels at this level."""
        return math_font().constants(self.size)

    def script(self, *, cramped: bool = False) -> Style:
        level = min(self.level + 1, _SMALLEST_LEVEL)
        return replace(self, level=level, display=False, cramped=self.cramped or cramped)

    def fraction_part(self, *, cramped: bool = False) -> Style:
        """A display fraction's parts are full-size text, any other fraction's parts are scripts."""
        if self.display:
            return replace(self, display=False, cramped=self.cramped or cramped)
        return self.script(cramped=cramped)

    def cell(self, *, display: bool) -> Style:
        return replace(self, display=display)

    def under_bar(self) -> Style:
        return replace(self, cramped=True)

    def beside_letter(self) -> Style:
        """One level up: the style of the letter that carries this script."""
        return replace(self, level=max(self.level - 1, 0))

    def label(self) -> Style:
        """The shape below an array: as small as a script, in a colour of its own."""
        return replace(self, level=max(1, self.level), display=False, ink=_LABEL)

    def tinted(self, role: str, tag: str) -> Style:
        """An empty role or tag leaves the surrounding one; a name has the role of what it is in."""
        if role == "name":
            role = self.ink.role or role
        return replace(self, ink=Ink(role or self.ink.role, tag or self.ink.tag))

"""Lines below terms that tell their roles apart without colours: each role has its own."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from app.formula.boxes import Ink, Piece, Rule

_BELOW, _THICK, _BETWEEN = 0.09, 0.045, 0.05
"""em between a term and its line, of the line, and between two lines."""


class Underline(Struct, frozen=True):
    """So many lines below one another, of dashes with gaps between them; lengths in em, none is unbroken."""

    meaning: str
    name: str
    lines: int = 1
    dash: float = 0.0
    gap: float = 0.0


UNDERLINES: Mapping[str, Underline] = {
    "upstream": Underline("the upstream gradient", "dashed", dash=0.22, gap=0.12),
    "local": Underline("the local derivative", "a line"),
    "value": Underline("a value", "dotted", dash=_THICK, gap=0.1),
    "gradient": Underline("the result", "a double line", lines=2),
}
LEGEND = "Below a term: " + ", ".join(f"{mark.name} {mark.meaning}" for mark in UNDERLINES.values()) + "."


def underline(piece: Piece, ink: Ink, x: float, width: float, descent: float, size: float) -> None:
    """Draw the line of a role below a part of a piece, and let the piece reach below it."""
    mark = UNDERLINES.get(ink.role)
    if mark is None:
        return
    thick, y = _THICK * size, descent + _BELOW * size
    for _ in range(mark.lines):
        piece.rules += [Rule(left, y, long, thick, ink) for left, long in _dashes(mark, x, width, size)]
        y += thick + _BETWEEN * size
    piece.descent = max(piece.descent, y - _BETWEEN * size)


def _dashes(mark: Underline, x: float, width: float, size: float) -> list[tuple[float, float]]:
    """The left ends and lengths of a line's dashes: whole ones, the first and the last at its ends."""
    if not mark.dash:
        return [(x, width)]
    dash = min(mark.dash * size, width)
    count = max(2, round((width + mark.gap * size) / ((mark.dash + mark.gap) * size)))
    pitch = (width - dash) / (count - 1)
    return [(x + number * pitch, dash) for number in range(count)]

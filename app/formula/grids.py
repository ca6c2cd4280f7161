"""Cells in rows and columns: matrices, aligned equations, cases."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from app.formula.boxes import Piece
from app.formula.style import Style

Alignment = Literal["left", "centre", "right", "continued"]
"""How a column's cells stand; `continued` is to the left, and what it begins with joins the column before."""

_SLACK_SHARE: dict[Alignment, float] = {"left": 0.0, "centre": 0.5, "right": 1.0, "continued": 0.0}
"""The part of a cell's free width that goes to its left."""

_LINE = (0.84, 0.36)
"""em above and below the baseline that a line of a table takes at least: TeX's strut."""


class Grid(Struct, frozen=True):
    """How a table is set; lengths in em. Alignments, and the gap before each column, recur in turn."""

    alignments: tuple[Alignment, ...]
    column_gaps: tuple[float, ...]
    row_gap: float
    display: bool
    fences: tuple[str, str] | None

    def alignment(self, column: int) -> Alignment:
        return self.alignments[column % len(self.alignments)]

    def gap_before(self, column: int) -> float:
        return self.column_gaps[column % len(self.column_gaps)]


GRIDS = {
    "matrix": Grid(("centre",), (1.0,), 0.1, display=False, fences=("[", "]")),
    "aligned": Grid(("right", "continued"), (2.0, 0.0), 0.3, display=True, fences=None),
    "cases": Grid(("left",), (1.0,), 0.2, display=False, fences=("{", "")),
}


def in_grid(rows: list[list[Piece]], grid: Grid, style: Style) -> Piece:
    """The cells in rows and columns, the middle of the whole on the axis."""
    size = style.size
    widths = [max(cell.width for cell in column) for column in zip(*rows, strict=True)]
    lefts, width = _column_places(widths, grid, size)
    baselines, height = _row_places(rows, grid, size)
    top = -style.measures.axis_height - height / 2
    piece = Piece(width=width, first="inner", last="inner")
    for row, baseline in zip(rows, baselines, strict=True):
        for j, cell in enumerate(row):
            x = lefts[j] + _SLACK_SHARE[grid.alignment(j)] * (widths[j] - cell.width)
            piece.put(cell, x, top + baseline)
    piece.ascent, piece.descent = max(0.0, -top), max(0.0, top + height)
    return piece


def _column_places(widths: list[float], grid: Grid, size: float) -> tuple[list[float], float]:
    """The columns' left edges, and the width of all."""
    lefts = []
    right = 0.0
    for j, width in enumerate(widths):
        left = right + (grid.gap_before(j) * size if j else 0.0)
        lefts.append(left)
        right = left + width
    return lefts, right


def _row_places(rows: list[list[Piece]], grid: Grid, size: float) -> tuple[list[float], float]:
    """The rows' baselines below the top edge, and the height of all."""
    baselines = []
    bottom = 0.0
    for i, row in enumerate(rows):
        ascent = max([_LINE[0] * size, *(cell.ascent for cell in row)])
        descent = max([_LINE[1] * size, *(cell.descent for cell in row)])
        baselines.append(bottom + (grid.row_gap * size if i else 0.0) + ascent)
        bottom = baselines[-1] + descent
    return baselines, bottom

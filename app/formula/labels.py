"""Labels below parts of a formula, such as the shapes of arrays: all of a line stand on one line below it."""

from __future__ import annotations

from collections.abc import Sequence

from app.formula.boxes import Piece
from app.formula.style import Style

_APART = 0.5
"""em of the labels' text that is free between two of them."""

_BELOW = 0.3
"""em of the labels' text between what they belong to and their tops."""


def labelled(base: Piece, label: Piece, style: Style) -> Piece:
    """A part whose label will stand below the line it is in: at least as wide as the label."""
    width = max(base.width, label.width + _APART * style.size)
    piece = Piece(width=width, first=base.first, last=base.last)
    piece.put(base, (width - base.width) / 2, 0.0)
    piece.labels.append((label, width / 2))
    return piece


def with_labels(line: Sequence[Piece], style: Style) -> None:
    """Put the labels of pieces that share a line below that line."""
    labels = [label for piece in line for label, _ in piece.labels]
    if not labels:
        return
    ascent = max(label.ascent for label in labels)
    baseline = max(piece.descent for piece in line) + _BELOW * style.size + ascent
    for piece in line:
        waiting, piece.labels = piece.labels, []
        for label, middle in waiting:
            piece.put(label, middle - label.width / 2, baseline)

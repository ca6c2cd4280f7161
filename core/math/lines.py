"""Equations that are too wide for one line."""

from __future__ import annotations

from collections.abc import Callable

from core.math.mathtree import Math, Row, Sign, Table, row


def in_lines(math: Math, fits: Callable[[Math], bool]) -> Math:
    """Break an equation before its relation signs, where it does not fit in one line.

    Args:
        math: the equation; what has only one such sign stays as it is.
        fits: whether a line is narrow enough.

    Returns:
        The equation, or its lines, aligned at the signs with which all but the first begin.
    """
    if not isinstance(math, Row) or fits(math):
        return math
    sides: list[list[Math]] = [[]]
    for part in math.parts:
        if isinstance(part, Sign) and part.kind == "rel":
            sides.append([])
        sides[-1].append(part)
    left, *rights = sides
    if len(rights) < 2:
        return math
    lines = [rights[0]]
    for side in rights[1:]:
        longer = [*lines[-1], *side]
        if fits(row(*left, *longer)):
            lines[-1] = longer
        else:
            lines.append(side)
    starts = [row(*left), *(row() for _ in lines[1:])]
    return Table(tuple((start, row(*line)) for start, line in zip(starts, lines, strict=True)), "aligned")

"""Where a figure is to stand, a slide or a column of print: how large it may be, and what can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from core.base.errors import Problem, cut
from core.figure.drawing import Drawing
from core.figure.options import TIGHT, Sizes

MOST_ROWS = 8  # that a long graph is put into
POINTS = {"pt": 1.0, "cm": 72 / 2.54}
SHORTEST, LONGEST = 20.0, 6000.0  # points, a side of a figure


class Target(Struct, frozen=True):
    """Where a figure is to stand: how large it may be there, and what can be read.

    name           what it is called
    where          the same in a sentence
    width, height  at most, in points
    rows           how many rows a long graph may stand in
    plenty         numbers of that size need not become larger, in points
    least          the smallest text, in points
    numbers        the smallest numbers, in points, of a graph of numbers with up to so many nodes
    sizes          how large things are drawn beside one another
    """

    name: str
    where: str
    width: float
    height: float
    rows: int
    plenty: float
    least: float
    numbers: tuple[tuple[int, float], ...] = ()
    sizes: Sizes = TIGHT

    def scale(self, width: float, height: float) -> float:
        """How much larger something of this size may be drawn."""
        return min(self.width / width, self.height / height)

    def readable(self, drawing: Drawing) -> float:
        """How large the numbers of a drawing are to be."""
        if not any(shown.shape for shown in drawing.view.nodes.values()):
            for nodes, points in self.numbers:
                if len(drawing.view.nodes) <= nodes:
                    return points
        return self.least


SLIDE = Target("slide", "on a slide", 888, 432, 2, 22.0, 12.0, ((15, 18.0), (25, 14.0)))
COLUMN = Target("column", "in a column", 241, 360, MOST_ROWS, 10.0, 7.0)
STAGE = Target("stage", "on the stage", 888, 432, 1, 24.0, 18.0, sizes=replace(TIGHT, small=TIGHT.label))
TARGETS: Mapping[str, Target] = {target.name: target for target in (SLIDE, COLUMN, STAGE)}
"""A slide of 13.33 × 7.5 inches within its margins; a column of 8.5 cm; a slide with no rows, for a hall."""


def read_target(text: str) -> Target:
    """Read a target: one of TARGETS by its name, or a width and a height such as `8.5x6cm`.

    Raises:
        Problem: it is neither, or too small or large.
    """
    word = text.strip().lower()
    if word in TARGETS:
        return TARGETS[word]
    hint = f"Write {', '.join(TARGETS)}, or a width and a height such as 8.5x6cm or 241x360pt"
    found = re.fullmatch(r"(\d{1,5}(?:\.\d{1,9})?) ?[x×] ?(\d{1,5}(?:\.\d{1,9})?) ?(cm|pt)", word, re.ASCII)
    if not found:
        raise Problem(f"'{cut(text)}' is not a size for a figure", hint=hint)
    width, height = (float(side) * POINTS[found[3]] for side in found.group(1, 2))
    if not all(SHORTEST <= side <= LONGEST for side in (width, height)):
        least, most = (f"{side / POINTS['cm']:.1f}" for side in (SHORTEST, LONGEST))
        raise Problem(f"A figure of {word} cannot be made", hint=f"Choose sides from {least} to {most} cm")
    return replace(COLUMN, name=word, where="in print", width=width, height=height)

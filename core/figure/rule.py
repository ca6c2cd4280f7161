"""The rule of a step below its graph, with names and with numbers, and how far the pass has come."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from core.figure.parts import Figure, Label, Role
from core.figure.pictured import Figures
from core.figure.sizes import Extent, Measure
from core.figure.targets import Target
from core.math.mathtree import Math, Table, Word, row
from core.passes.explain import explain
from core.passes.trace import Trace

NUMBER, RULE, COUNTER = 36, 60, 32  # pixels of text on a stage of 1,080 lines; in files in these proportions
SMALLEST = 0.6  # a line that is too long for the page shrinks down to this part of its size
APART = 0.5  # em of the rule above each line
BAND = 0.31  # of the height of a page, or of a stage, is left for the rule


class _Line(Struct, frozen=True):
    role: Role
    math: Math
    size: float
    extent: Extent


def above_rule(target: Target) -> Target:
    """The part of a target that is left for the graph."""
    return replace(target, height=(1 - BAND) * target.height)


def ruled(
    figures: Figures,
    trace: Trace,
    counts: Collection[int],
    stops: Sequence[int],
    measure: Measure,
    width: float = 0.0,
) -> list[Figure]:
    """The figures after so many steps, each with the rule of its step and a counter below the graph.

    Args:
        figures: what is to be seen of the graph.
        trace: the trace.
        counts: after how many steps it is pictured; the counter has one place in all.
        stops: after how many steps one halts, which are counted.
        measure: how large formulas are.
        width: the width of the page, in the units of the drawing; a rule is as wide as the graph, or this.
    """
    place, options = figures.drawing.placement, figures.drawing.options
    room, pixel = max(figures.drawing.extent[0], width), options.sizes.label / NUMBER
    middle, bottom, gap = place.left + place.width / 2, place.top + place.height, APART * RULE * pixel
    lines = {}
    for count in counts:
        found = explain(trace, count, options.digits, options.notation, since=figures.since(count))
        formulas: tuple[tuple[Role, Math | None], ...] = (("rule", found.rule), ("numbers", found.numbers))
        lines[count] = [
            _line(role, formula, RULE * pixel, room, measure) for role, formula in formulas if formula
        ]
    lowest = bottom + max(sum(gap + line.extent[1] for line in shown) for shown in lines.values())
    made = []
    for count in counts:
        labels, y = [], bottom
        for line in lines[count]:
            at = (middle, y + gap)
            labels.append(Label("", line.role, at, line.size, line.math, extent=line.extent, below=True))
            y += gap + line.extent[1]
        said = Word(f"{max(0, bisect_right(stops, count) - 1)} / {len(stops) - 1}", "ord")
        wide, high = measure(said, COUNTER * pixel)
        at = (middle + room / 2 - wide / 2, lowest + gap / 2)
        labels.append(Label("", "counter", at, COUNTER * pixel, said, extent=(wide, high), below=True))
        figure = figures.at(count)
        made.append(replace(figure, labels=(*figure.labels, *labels)))
    return made


def _line(role: Role, formula: Math, size: float, room: float, measure: Measure) -> _Line:
    """A formula in display style, no larger than fits."""
    aligned = isinstance(formula, Table) and formula.style == "aligned"
    math = formula if aligned else Table(((row(), formula),), "aligned")
    size *= max(SMALLEST, min(1.0, room / max(1.0, measure(math, size)[0])))
    return _Line(role, math, size, measure(math, size))

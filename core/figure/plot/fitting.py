"""A view as large as it may be in its place: a sheet for a target, its text as large as has room there."""

from __future__ import annotations

from msgspec import Struct

from core.figure.plot.facts import View
from core.figure.plot.placing import placed
from core.figure.plot.sheet import Sheet
from core.figure.sizes import Measure, extent
from core.figure.targets import Target, read_target

EDGE = 0.4  # free around a view, in sizes of its text
SMALLER = 0.9  # by how much text shrinks at a time until a view has room
SMALLEST = 2.0  # points
USUAL, USUAL_SIZE = read_target("12x9cm"), 9.0


class FittedView(Struct, frozen=True):
    """A view for a place: the sheet, with an edge around it, the size of its text and its page, in points."""

    sheet: Sheet
    size: float
    edge: float
    target: Target

    @property
    def page(self) -> tuple[float, float]:
        """The width and height of the page, in points."""
        return self.sheet.width + 2 * self.edge, self.sheet.height + 2 * self.edge

    @property
    def remark(self) -> str:
        """What is to be said: that text is too small to be read; or empty."""
        if self.size >= self.target.least:
            return ""
        return f"The text has {self.size:.2g} pt; {self.target.where} the least is {self.target.least:g}"


def text_size(target: Target) -> float:
    """How large the text of a view is on a target, in points: halfway from the least to plenty."""
    return (target.least + target.plenty) / 2


def fitted_view(
    view: View, target: Target | None = None, size: float = 0.0, measure: Measure = extent
) -> FittedView:
    """Lay a view out for a target.

    Args:
        view: what is shown.
        target: where it is to stand; None is of a usual size.
        size: of its text, in points; 0 is what suits the target.
        measure: how large formulas are.

    Returns:
        The view; its text is smaller where there is no room for all of it.
    """
    size = size or (text_size(target) if target else USUAL_SIZE)
    target = target or USUAL
    while True:
        edge = EDGE * size
        sheet = placed(view, target.width - 2 * edge, target.height - 2 * edge, size, measure)
        if sheet.height <= target.height - 2 * edge or size * SMALLER < SMALLEST:
            return FittedView(sheet, size, edge, target)
        size *= SMALLER

"""What moves in a step: numbers travel along edges, and what they cause is seen when they arrive.

Reading order: Token, tokens_of (with _with_gradient, _with_value, _carried), underway.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from core.figure.parts import Arrow, Label, Part
from core.figure.pictured import Figures
from core.figure.sizes import CLEAR
from core.layout import Point, point_at

ARRIVED = 0.97  # of an edge: a number that stops before a box does not cover its outline


class Token(Struct, frozen=True):
    """Something that travels along an arrow as it points, and the number it carries, if that is shown.

    The number stands so far beside the dot at its `start`, and so far at its `end`: it leaves from where it
    is written, or arrives where it will be.
    """

    arrow: Arrow
    label: Label | None = None
    start: Point = (0.0, 0.0)
    end: Point = (0.0, 0.0)

    def at(self, progress: float) -> Point:
        """Where it is after a share of its way, from 0 to 1."""
        return point_at(self.arrow.way, ARRIVED * progress)

    def number(self, progress: float) -> Label | None:
        """The number where it is then."""
        if self.label is None:
            return None
        (x, y), (dx, dy), (to_x, to_y) = self.at(progress), self.start, self.end
        at = x + dx + progress * (to_x - dx), y + dy + progress * (to_y - dy)
        return replace(self.label, at=at)


def tokens_of(figures: Figures, count: int) -> tuple[Token, ...]:
    """What travels in a stride.

    Args:
        figures: what is to be seen at every step.
        count: the number of the stride's last step, from 1.

    Returns:
        A token for every edge that brings a value to what is computed, or a gradient back, all at once; of a
        long stride for those whose numbers are there before it, for nothing leaves before it has come. The
        arrow of an output brings its seed, but takes no value away: that is what the step makes.
    """
    down, before, found = figures.drawing.options.down, figures.since(count), []
    for part in figures.last_step(count).values():
        for arrow in filter(_is_moving, part.arrows):
            sender = arrow.target if arrow.backward else arrow.edge.source
            if sender and not figures.is_known(sender, before, gradient=arrow.backward):
                continue
            (source,) = figures.parts(count, [arrow.edge.source]).values()
            label = _carried(arrow, (*part.labels, *source.labels))
            if label is None:
                found.append(Token(arrow))
            elif arrow.backward:
                found.append(_with_gradient(arrow, label, down))
            else:
                found.append(_with_value(arrow, label, part.box.centre, down))
    return tuple(found)


def _is_moving(arrow: Arrow) -> bool:
    """Whether something travels on an arrow: it is lit, and no value leaves on it that the step makes."""
    return arrow.mood == "active" and not arrow.beside and bool(arrow.target or arrow.backward)


def _with_gradient(arrow: Arrow, label: Label, down: bool) -> Token:
    """A gradient that arrives where it is written."""
    width, height = label.extent
    beside = (-CLEAR - width / 2, -height / 2) if down else (0.0, CLEAR)
    x, y = point_at(arrow.way, ARRIVED)
    return Token(arrow, label, beside, (label.at[0] - x, label.at[1] - y))


def _with_value(arrow: Arrow, label: Label, centre: Point, down: bool) -> Token:
    """A value that leaves from where it is written; on arrows side by side numbers keep apart."""
    (width, height), (x, y), (to_x, to_y) = label.extent, arrow.way.start, arrow.way.end
    if down:
        beside = CLEAR + width / 2, height / 2
        beside = (-beside[0], beside[1]) if to_x < centre[0] - 1 else beside
    else:
        beside = 0.0, CLEAR + height if to_y > centre[1] + 1 else -CLEAR
    return Token(arrow, label, (label.at[0] - x, label.at[1] - y), beside)


def _carried(arrow: Arrow, labels: Iterable[Label]) -> Label | None:
    """The number that comes along an arrow: a value, or what is sent back."""
    own = [label for label in labels if label.node == arrow.edge.source]
    if not arrow.backward:
        return next((label for label in own if label.role == "value" and label.edge is None), None)
    sent = (label for label in own if label.role == "contribution" and label.edge == arrow.edge)
    whole = (label for label in own if label.role == "gradient" and label.edge is None)
    return next(sent, None) or next(whole, None)


def underway(figures: Figures, count: int) -> dict[str, Part]:
    """What is to be seen while the numbers of a stride travel: their edges are lit, their effect is to come.

    Args:
        figures: what is to be seen at every step.
        count: the number of the stride's last step, from 1.

    Returns:
        The parts that look different before and after the stride: as after it, but for nodes that it changes.
    """
    start = figures.since(count)
    names = figures.changed(start, count)
    before, after = figures.parts(start, names), figures.parts(count, names)
    moving = [arrow for part in after.values() for arrow in part.arrows if _is_moving(arrow)]
    changed = {arrow.edge.source if arrow.backward else arrow.target for arrow in moving}
    found = {}
    for name, part in after.items():
        to_come = [label for label in before[name].labels if label.node in changed]
        labels = (*(label for label in part.labels if label.node not in changed), *to_come)
        shown = _to_come(before[name], part) if name in changed else part
        found[name] = replace(shown, labels=labels)
    return found


def _to_come(before: Part, after: Part) -> Part:
    """A node before its value or gradient comes, without the light of the step before.

    What gets its own seed is lit: it is where the backward pass starts.
    """
    box = after.box
    if not (box.mood == "active" and box.backward):
        lit = before.box.mood in ("active", "receiving")
        box = replace(before.box, mood="done", backward=False) if lit else before.box
    arrows = tuple(
        new if new.target or new.backward else old
        for old, new in zip(before.arrows, after.arrows, strict=True)
    )
    return replace(after, box=box, arrows=arrows)

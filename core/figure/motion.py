"""What moves in a step: numbers travel along edges, and what they cause is seen when they arrive.

Reading order: Token, tokens_of (with _with_gradient, _with_value, _carried), underway.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from core.figure.parts import Arrow, Box, Figure, Label
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


def tokens_of(figure: Figure, down: bool) -> tuple[Token, ...]:
    """What travels in the step that a figure shows.

    Args:
        figure: the figure after the step.
        down: whether data flow down in it; numbers then stand beside edges, not above and below.

    Returns:
        A token for every edge that brings a value to what is computed, or a gradient back. The arrow of an
        output brings its seed, but takes no value away: that is what the step makes.
    """
    centres = {box.node: box.centre for box in figure.boxes}
    found = []
    for arrow in _moving(figure):
        label = _carried(arrow, figure)
        if label is None:
            found.append(Token(arrow))
        elif arrow.backward:
            found.append(_with_gradient(arrow, label, down))
        else:
            found.append(_with_value(arrow, label, centres[arrow.target], down))
    return tuple(found)


def _moving(figure: Figure) -> list[Arrow]:
    """The lit arrows, but for that on which a value leaves that the step makes."""
    return [arrow for arrow in figure.tokens if arrow.target or arrow.backward]


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


def _carried(arrow: Arrow, figure: Figure) -> Label | None:
    """The number that comes along an arrow: a value, or what is sent back."""
    own = [label for label in figure.labels if label.node == arrow.edge.source]
    if not arrow.backward:
        return next((label for label in own if label.role == "value" and label.edge is None), None)
    sent = (label for label in own if label.role == "contribution" and label.edge == arrow.edge)
    whole = (label for label in own if label.role == "gradient" and label.edge is None)
    return next(sent, None) or next(whole, None)


def underway(before: Figure, after: Figure) -> Figure:
    """What is to be seen while the numbers of a step travel: their edges are lit, their effect is to come.

    Args:
        before: the figure before the step.
        after: the figure after it, of the same drawing.

    Returns:
        The figure after the step, but for the nodes that it changes.
    """
    changed = {arrow.edge.source if arrow.backward else arrow.target for arrow in _moving(after)}
    boxes = tuple(
        _as_before(old, new) if new.node in changed else new
        for old, new in zip(before.boxes, after.boxes, strict=True)
    )
    arrows = tuple(
        old if new.edge.source in changed and not new.target and not new.backward else new
        for old, new in zip(before.arrows, after.arrows, strict=True)
    )
    kept = [label for label in before.labels if label.node in changed]
    others = [label for label in after.labels if label.node not in changed]
    return replace(after, boxes=boxes, arrows=arrows, labels=(*others, *kept))


def _as_before(old: Box, new: Box) -> Box:
    """A box before its value or gradient comes, without the light of the step before.

    What gets its own seed is lit: it is where the backward pass starts.
    """
    if new.mood == "active" and new.backward:
        return new
    lit = old.mood in ("active", "receiving")
    return replace(old, mood="done", backward=False) if lit else old

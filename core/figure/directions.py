"""Where labels stand beside boxes and edges when data flow to the right, or down.

A layout knows one direction, to the right; one that flows down is laid out with x and y exchanged. Each
direction says what room the layout keeps for a label, and where the label then stands in the drawing.
"""

from __future__ import annotations

from typing import Protocol

from core.figure.sizes import CLEAR, Extent
from core.layout import Point, Space, Stretch

BESIDE = 5.0  # between a box and a label behind it
TURN = 18.0  # before an arrow's head, where no label stands
BESIDE_HEAD = 6.0  # between an arrow's head and the output's name
NOTHING: Extent = (0.0, 0.0)


class Direction(Protocol):
    """Rooms are for the layout; places are those of the drawing, in it the middle of a label's upper or lower
    side, or of its left one.
    """

    @property
    def down(self) -> bool: ...

    def stem(self, label: Extent, terms: Extent, box: Extent, circle: bool) -> Stretch:
        """The room behind a box for a value, its gradient and the terms of the gradient's sum."""

    def arrival(self, label: Extent) -> Stretch:
        """The room before a box for a contribution."""

    def space(self, stem: Stretch, box: Extent, name: Extent, high: bool) -> Space:
        """The room around a box, with a name above it; what leaves it is `high` where it is an array."""

    def output(self, stem: Stretch, name: Extent, arrow: float) -> Space:
        """The room around an output's box, with its arrow and the name behind that."""

    def value(self, at: Point, box: Extent, stem: Stretch, label: Extent) -> Point:
        """The middle of the lower side of a value."""

    def gradient(self, at: Point, box: Extent, stem: Stretch, label: Extent) -> Point:
        """The middle of the upper side of a gradient."""

    def terms(self, at: Point, box: Extent, stem: Stretch, total: Extent, label: Extent) -> Point:
        """The middle of the upper side of a sum of gradients, below the total."""

    def contribution(self, at: Point, before: float, offset: float, length: float, label: Extent) -> Point:
        """The middle of the upper side of a contribution that arrives so far beside a box's centre, on a
        stretch of a length that ends `before` it.
        """


class Rightwards:
    """Values stand above the line on which they leave, gradients below; names stand above circles."""

    down = False

    def stem(self, label: Extent, terms: Extent, box: Extent, circle: bool) -> Stretch:
        if label == NOTHING:
            return Stretch()
        length, beside = label[0] + 2 * BESIDE, label[1] + CLEAR
        if terms == NOTHING:
            return Stretch(length, beside, beside)
        top = max(beside, box[1] / 2 + CLEAR) if circle else beside
        return Stretch(max(length, terms[0] - box[0] + 2 * BESIDE), beside, top + terms[1])

    def arrival(self, label: Extent) -> Stretch:
        return Stretch(label[0] + BESIDE + TURN, 0.0, label[1] + CLEAR)

    def space(self, stem: Stretch, box: Extent, name: Extent, high: bool) -> Space:
        # beside an array's map, which is high, a name reaches to the left only
        beyond = max(name[0] - box[0], 0.0) / (1 if high else 2)
        return Space(beyond, name[1] + CLEAR if name[1] else 0.0, 0.0, stem)

    def output(self, stem: Stretch, name: Extent, arrow: float) -> Space:
        above, below = max(stem.above, name[1] / 2), max(stem.below, name[1] / 2)
        return Space(stem=Stretch(stem.length + arrow + BESIDE_HEAD + name[0], above, below))

    def value(self, at: Point, box: Extent, stem: Stretch, label: Extent) -> Point:
        return at[0] + box[0] / 2 + stem.length / 2, at[1] - CLEAR

    def gradient(self, at: Point, box: Extent, stem: Stretch, label: Extent) -> Point:
        return at[0] + box[0] / 2 + stem.length / 2, at[1] + CLEAR

    def terms(self, at: Point, box: Extent, stem: Stretch, total: Extent, label: Extent) -> Point:
        right = at[0] + box[0] / 2 + stem.length - BESIDE
        return min(right + BESIDE - stem.length / 2, right - label[0] / 2), at[1] + stem.below - label[1]

    def contribution(self, at: Point, before: float, offset: float, length: float, label: Extent) -> Point:
        return at[0] - before - TURN - (length - TURN) / 2, at[1] + offset + CLEAR


class Downwards:
    """Values stand right of the line on which they leave, gradients left; names stand right of circles."""

    down = True

    def stem(self, label: Extent, terms: Extent, box: Extent, circle: bool) -> Stretch:
        if label == NOTHING:
            return Stretch()
        left = max(label[0], terms[0]) + CLEAR
        return Stretch(label[1] + terms[1] + 2 * BESIDE, left, label[0] + CLEAR)

    def arrival(self, label: Extent) -> Stretch:
        return Stretch(label[1] + BESIDE + TURN, label[0] + CLEAR, 0.0)

    def space(self, stem: Stretch, box: Extent, name: Extent, high: bool) -> Space:
        return Space(0.0, 0.0, name[0] + CLEAR if name[0] else 0.0, stem)

    def output(self, stem: Stretch, name: Extent, arrow: float) -> Space:
        left, right = max(stem.above, name[0] / 2), max(stem.below, name[0] / 2)
        return Space(stem=Stretch(stem.length + arrow + BESIDE_HEAD + name[1], left, right))

    def value(self, at: Point, box: Extent, stem: Stretch, label: Extent) -> Point:
        return at[0] + CLEAR + label[0] / 2, at[1] + box[1] / 2 + BESIDE + label[1]

    def gradient(self, at: Point, box: Extent, stem: Stretch, label: Extent) -> Point:
        return at[0] - CLEAR - label[0] / 2, at[1] + box[1] / 2 + BESIDE

    def terms(self, at: Point, box: Extent, stem: Stretch, total: Extent, label: Extent) -> Point:
        return at[0] - CLEAR - label[0] / 2, at[1] + box[1] / 2 + BESIDE + total[1]

    def contribution(self, at: Point, before: float, offset: float, length: float, label: Extent) -> Point:
        return at[0] + offset - CLEAR - label[0] / 2, at[1] - before - TURN - label[1]


RIGHTWARDS, DOWNWARDS = Rightwards(), Downwards()

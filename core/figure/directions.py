"""Where labels stand beside boxes and edges: data flow to the right or down, numbers stand at edges or nodes.

A layout knows one direction, to the right; one that flows down is laid out with x and y exchanged. Each
`Direction` says what room the layout keeps for labels, and where they then stand in the drawing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from msgspec import Struct
from msgspec.structs import replace

from core.figure.sizes import CLEAR, Extent
from core.layout import Point, Space, Stretch

BESIDE = 3.0  # between a label and the beginning or the end of the line at which it stands
HEAD = 9.0  # more where the head of an arrow comes back
PAIRS = 3.0  # around a weight and its gradient, so that they are seen to belong together
HEAD_SIDE = 5.0  # from the side of a box to the far end of a head that arrives at its corner
TURN = 18.0  # before an arrow's head, where no label stands
BESIDE_HEAD = 6.0  # between an arrow's head and the output's name
BETWEEN = 10.0  # between a name and the value above it, which else would look like a fraction
OUTLINE = 3.0  # between an input's box and its outline, where it is lit
MOST_BEYOND = 20.0  # that a name reaches between a box and a map behind it; a longer one stands above all
HEADS = 14.0  # what arrives at the upper and lower left of a box takes so much of its width
BEHIND_NAME = 6.0  # between the name of a bias and its numbers
APART = 5.0  # between the value and the gradient of a bias
NOTHING: Extent = (0.0, 0.0)


class BiasText(Struct, frozen=True):
    """How large a unit's bias is: its name, and behind it in so many lines its value and its gradient."""

    name: Extent = NOTHING
    number: Extent = NOTHING
    lines: int = 0

    @property
    def extent(self) -> Extent:
        if not self.lines:
            return NOTHING
        return self.name[0] + BEHIND_NAME + self.number[0], max(self.name[1], self._numbers)

    @property
    def _numbers(self) -> float:
        """How high its lines are."""
        return self.lines * (self.number[1] + APART) - APART

    def places(self, middle: Point, label: Extent) -> tuple[Point, Point, Point]:
        """Where its name, its value and its gradient stand around a middle: the middles of lower sides.

        The numbers are as wide as a label and begin at one x.
        """
        width, height = self.extent
        left, top = middle[0] - width / 2, middle[1] - height / 2
        x = left + self.name[0] + BEHIND_NAME + label[0] / 2
        name = max(self.name[1], self.number[1])  # it reaches below the line on which it stands
        return (left + self.name[0] / 2, top + name), (x, top + self.number[1]), (x, top + self._numbers)


NO_BIAS = BiasText()


class Texts(Struct, frozen=True):
    """How large what is written at a box is: a value or gradient, the terms of the gradient's sum, a name, a
    bias; and how much of the stem the head of an arrow takes that comes back.

    At a `crowded` box, where much arrives, they stand right of the heads of what does. No gradient comes to
    stand below a `lone` value.
    """

    number: Extent = NOTHING
    terms: Extent = NOTHING
    name: Extent = NOTHING
    bias: BiasText = NO_BIAS
    head: float = 0.0
    crowded: bool = False
    lone: bool = False


class Spot(Struct, frozen=True):
    """A node's box that is placed: its centre and size, a circle or a plain name, and the stem behind it.

    What is written at its sides begins `above` and `below` its centre, in the layout: beyond what arrives,
    or at the box where that is out of the way of the heads.
    """

    name: str
    at: Point
    box: Extent
    circle: bool
    stem: Stretch
    texts: Texts
    above: float
    below: float


class Direction(ABC):
    """Rooms are those of the layout; places are those of the drawing: the middle of a text's lower side for
    values, of its upper side for gradients.
    """

    down = False

    @abstractmethod
    def space(self, box: Extent, circle: bool, texts: Texts) -> Space:
        """The room around a box."""

    @abstractmethod
    def arrival(self, value: Extent, gradient: Extent) -> Stretch:
        """The room before a box for a weight, if any, and for its gradient or a contribution."""

    @abstractmethod
    def value(self, spot: Spot, label: Extent) -> Point:
        """Where a value stands."""

    @abstractmethod
    def gradient(self, spot: Spot, label: Extent) -> Point:
        """Where a gradient stands."""

    @abstractmethod
    def terms(self, spot: Spot, total: Extent, label: Extent) -> Point:
        """Where the terms of a gradient stand, below the gradient."""

    @abstractmethod
    def beside_arrival(
        self, spot: Spot, left: float, offset: float, length: float, label: Extent, below: bool
    ) -> Point:
        """Where a label stands at an arrow that arrives so far beside a box's centre, on a stretch of a
        length that ends where the room `left` of the box begins: `below` it a gradient, else a value.
        """

    @abstractmethod
    def name(self, spot: Spot, label: Extent) -> Point:
        """Where the middle of a name is."""

    @abstractmethod
    def bias(self, spot: Spot) -> Point:
        """Where the middle of a bias with its name and its gradient is."""

    def with_output(self, space: Space, name: Extent, arrow: float) -> Space:
        """The room around an output's box, with its arrow and the name behind that."""
        stem, (along, across) = space.stem, name[::-1] if self.down else name
        above, below = max(stem.above, across / 2), max(stem.below, across / 2)
        return replace(space, stem=Stretch(stem.length + arrow + BESIDE_HEAD + along, above, below))


class Rightwards(Direction):
    """Values stand above the line on which they leave, gradients below; names stand above circles."""

    def space(self, box: Extent, circle: bool, texts: Texts) -> Space:
        name, bias = (text[1] + CLEAR if text[1] else 0.0 for text in (texts.name, texts.bias.extent))
        stem, longer = self._stem(box, circle, texts), max(texts.name[0] - box[0], 0.0)
        if texts.crowded:
            beyond = max(_right_of_heads(text, box) - box[0] / 2 for text in (texts.name, texts.bias.extent))
            return Space(stem=replace(stem, length=max(stem.length, beyond)), top=name, bottom=bias)
        if _is_between_heads(texts.name, box):
            return Space(0.0, 0.0, 0.0, stem, name, bias)
        ends = _beyond(texts.name, box)
        if _is_beside_map(stem, box):
            if ends > MOST_BEYOND:
                return Space(longer, name, 0.0, stem, 0.0, bias)
            ends = texts.number[0] - texts.head + 2 * (ends + CLEAR)
        return Space(longer / 2, 0.0, 0.0, replace(stem, length=max(stem.length, ends)), name, bias)

    def _stem(self, box: Extent, circle: bool, texts: Texts) -> Stretch:
        if texts.number == NOTHING:
            return Stretch()
        length, beside = texts.number[0] + texts.head + 2 * BESIDE, texts.number[1] + CLEAR
        if texts.terms == NOTHING:
            return Stretch(length, beside, 0.0 if texts.lone else beside)
        bias = texts.bias.extent[1] + CLEAR if texts.bias.lines else 0.0
        top = max(beside, box[1] / 2 + bias + CLEAR + (0.0 if circle else OUTLINE))
        longer = texts.terms[0] - box[0] + texts.head + 2 * BESIDE
        return Stretch(max(length, longer), beside, top + texts.terms[1])

    def arrival(self, value: Extent, gradient: Extent) -> Stretch:
        pairs = PAIRS if value[1] else 0.0
        above, below = (label[1] + CLEAR + pairs if label[1] else 0.0 for label in (value, gradient))
        return Stretch(max(value[0], gradient[0]) + BESIDE + TURN, above, below)

    def value(self, spot: Spot, label: Extent) -> Point:
        return self._beside(spot), spot.at[1] - CLEAR

    def gradient(self, spot: Spot, label: Extent) -> Point:
        return self._beside(spot), spot.at[1] + CLEAR

    def _beside(self, spot: Spot) -> float:
        """The x of the middle of what stands behind a box."""
        return spot.at[0] + spot.box[0] / 2 + (spot.stem.length + spot.texts.head) / 2

    def terms(self, spot: Spot, total: Extent, label: Extent) -> Point:
        right = spot.at[0] + spot.box[0] / 2 + spot.stem.length - BESIDE
        return min(self._beside(spot), right - label[0] / 2), spot.at[1] + spot.stem.below - label[1]

    def beside_arrival(
        self, spot: Spot, left: float, offset: float, length: float, label: Extent, below: bool
    ) -> Point:
        end = spot.at[0] - spot.box[0] / 2 - left - TURN
        return end - (length - TURN) / 2, spot.at[1] + offset + (CLEAR if below else -CLEAR)

    def name(self, spot: Spot, label: Extent) -> Point:
        (x, y), top, right = spot.at, spot.box[1] / 2, 0.0
        if spot.texts.crowded:
            right = _right_of_heads(label, spot.box) - label[0] / 2
        elif not _is_between_heads(label, spot.box):
            ends = _beyond(label, spot.box)
            if ends > MOST_BEYOND and _is_beside_map(spot.stem, spot.box):
                top, right = spot.above, min(0.0, (spot.box[0] - label[0]) / 2)
            elif spot.above > top:  # beside what arrives from above
                right = spot.box[0] / 2 + ends - label[0] / 2
        return x + right, y - top - CLEAR - label[1] / 2

    def bias(self, spot: Spot) -> Point:
        label = spot.texts.bias.extent
        return self._middle(spot, label), spot.at[1] + spot.below + CLEAR + label[1] / 2

    def _middle(self, spot: Spot, label: Extent) -> float:
        """The x of the middle of what stands above or below a box."""
        right = _right_of_heads(label, spot.box) - label[0] / 2 if spot.texts.crowded else 0.0
        return spot.at[0] + right


def _right_of_heads(label: Extent, box: Extent) -> float:
    """How far right of a box's middle a label above or below it ends, which begins right of what arrives."""
    return max(label[0] / 2, HEADS - box[0] / 2 + label[0])


def _is_between_heads(label: Extent, box: Extent) -> bool:
    """Whether a label above or below a box is out of the way of what arrives at its upper and lower left."""
    return label[0] <= max(box[0] - 2 * HEADS, 0.0)


def _is_beside_map(stem: Stretch, box: Extent) -> bool:
    """Whether what leaves a box is so high that a name above the box must end before it."""
    return stem.above > box[1] / 2 + CLEAR


def _beyond(label: Extent, box: Extent) -> float:
    """How far a label reaches beyond a box to the right that begins where no head arrives."""
    return max(label[0] - box[0] + HEADS, 0.0)


class RightwardsAtNodes(Rightwards):
    """Values of circles stand above them and their names, gradients below: columns are narrow."""

    def space(self, box: Extent, circle: bool, texts: Texts) -> Space:
        if not circle:
            return super().space(box, circle, texts)
        written = texts.name, texts.number, texts.terms, texts.bias.extent
        number, terms, bias = (text[1] + CLEAR if text[1] else 0.0 for text in written[1:])
        above, below = self._above(texts) + texts.number[1], number + terms + bias
        if texts.crowded:
            right = max(_right_of_heads(text, box) for text in written) - box[0] / 2
            return Space(stem=Stretch(max(right, 0.0)), top=above, bottom=below)
        beyond = max(max(text[0] for text in written) - box[0], 0.0) / 2
        return Space(beyond, above, below, Stretch(max(beyond, _beyond(texts.name, box))))

    def value(self, spot: Spot, label: Extent) -> Point:
        if not spot.circle:
            return super().value(spot, label)
        return self._middle(spot, label), spot.at[1] - spot.above - self._above(spot.texts)

    def _above(self, texts: Texts) -> float:
        """How far above a circle its value stands: above its name, if it has one."""
        return CLEAR + texts.name[1] + BETWEEN if texts.name[1] else CLEAR

    def gradient(self, spot: Spot, label: Extent) -> Point:
        if not spot.circle:
            return super().gradient(spot, label)
        return self._middle(spot, label), spot.at[1] + spot.below + CLEAR

    def bias(self, spot: Spot) -> Point:
        x, y = super().bias(spot)
        return x, y + sum(text[1] + CLEAR for text in (spot.texts.number, spot.texts.terms) if text[1])

    def terms(self, spot: Spot, total: Extent, label: Extent) -> Point:
        if not spot.circle:
            return super().terms(spot, total, label)
        return self._middle(spot, label), spot.at[1] + spot.below + 2 * CLEAR + total[1]


class Downwards(Direction):
    """Values stand right of the line on which they leave, gradients left; names stand right of circles."""

    down = True

    def space(self, box: Extent, circle: bool, texts: Texts) -> Space:
        side = self._side(texts)
        name, left = (text[0] + side if text[0] else 0.0 for text in (texts.name, texts.bias.extent))
        if texts.crowded:
            return Space(stem=self._stem(texts), top=left, bottom=name)
        right, close = (0.0, name) if _is_between_heads(texts.name[::-1], box[::-1]) else (name, 0.0)
        return Space(0.0, left, right, self._stem(texts), 0.0, close)

    def _stem(self, texts: Texts) -> Stretch:
        if texts.number == NOTHING:
            return Stretch()
        left = max(texts.number[0], texts.terms[0]) + CLEAR
        length = texts.number[1] + texts.terms[1] + texts.head + 2 * BESIDE
        return Stretch(length, left, texts.number[0] + CLEAR)

    def arrival(self, value: Extent, gradient: Extent) -> Stretch:
        pairs = PAIRS if value[0] else 0.0
        right, left = (label[0] + CLEAR + pairs if label[0] else 0.0 for label in (value, gradient))
        return Stretch(max(value[1], gradient[1]) + BESIDE + TURN, left, right)

    def value(self, spot: Spot, label: Extent) -> Point:
        return spot.at[0] + CLEAR + label[0] / 2, self._beside(spot) + label[1]

    def gradient(self, spot: Spot, label: Extent) -> Point:
        return spot.at[0] - CLEAR - label[0] / 2, self._beside(spot)

    def _beside(self, spot: Spot) -> float:
        """The y of the upper side of what stands behind a box."""
        return spot.at[1] + spot.box[1] / 2 + spot.texts.head + BESIDE

    def terms(self, spot: Spot, total: Extent, label: Extent) -> Point:
        return spot.at[0] - CLEAR - label[0] / 2, self._beside(spot) + total[1]

    def beside_arrival(
        self, spot: Spot, left: float, offset: float, length: float, label: Extent, below: bool
    ) -> Point:
        end, beside = spot.at[1] - spot.box[1] / 2 - left - TURN, CLEAR + label[0] / 2
        x = spot.at[0] + offset
        return (x - beside, end - label[1]) if below else (x + beside, end)

    def name(self, spot: Spot, label: Extent) -> Point:
        return spot.at[0] + self._beside_box(spot, label, spot.below) + label[0] / 2, spot.at[1]

    def _beside_box(self, spot: Spot, label: Extent, reach: float) -> float:
        """How far from the centre of a box a label begins that stands beside it, or beside what arrives."""
        is_close = _is_between_heads(label[::-1], spot.box[::-1])
        return (spot.box[0] / 2 if is_close else reach) + self._side(spot.texts)

    def _right(self, spot: Spot, label: Extent) -> float:
        """The x of the middle of what stands right of a box."""
        return spot.at[0] + spot.below + self._side(spot.texts) + label[0] / 2

    def bias(self, spot: Spot) -> Point:
        return spot.at[0] - spot.above - self._side(spot.texts) - spot.texts.bias.extent[0] / 2, spot.at[1]

    def _side(self, texts: Texts) -> float:
        """How far from a box that stands which is beside it: out of the way of the heads that arrive."""
        return CLEAR + HEAD_SIDE if texts.crowded else CLEAR


class DownwardsAtNodes(Downwards):
    """Numbers of circles stand right of them, gradients below values; names stand left: rows are low."""

    def space(self, box: Extent, circle: bool, texts: Texts) -> Space:
        if not circle:
            return super().space(box, circle, texts)
        widest = max(texts.number[0], texts.terms[0])
        lower = texts.number[1] + texts.terms[1] + CLEAR - box[1] / 2
        before, behind = max(texts.number[1] - box[1] / 2, 0.0), Stretch(max(lower, 0.0))
        side = self._side(texts)
        name, right, bias = (w + side if w else 0.0 for w in (texts.name[0], widest, texts.bias.extent[0]))
        if texts.crowded:
            return Space(before, stem=behind, top=name + bias, bottom=right)
        return Space(before, name + bias, right, behind)

    def value(self, spot: Spot, label: Extent) -> Point:
        if not spot.circle:
            return super().value(spot, label)
        return self._right(spot, label), spot.at[1] - CLEAR / 2

    def gradient(self, spot: Spot, label: Extent) -> Point:
        if not spot.circle:
            return super().gradient(spot, label)
        return self._right(spot, label), spot.at[1] + CLEAR / 2

    def terms(self, spot: Spot, total: Extent, label: Extent) -> Point:
        if not spot.circle:
            return super().terms(spot, total, label)
        return self._right(spot, label), spot.at[1] + CLEAR / 2 + total[1]

    def bias(self, spot: Spot) -> Point:
        x, y = super().bias(spot)
        return x - (spot.texts.name[0] + CLEAR if spot.texts.name[0] else 0.0), y

    def name(self, spot: Spot, label: Extent) -> Point:
        return spot.at[0] - self._beside_box(spot, label, spot.above) - label[0] / 2, spot.at[1]


DIRECTIONS: dict[tuple[bool, bool], Direction] = {
    (False, False): Rightwards(),
    (False, True): RightwardsAtNodes(),
    (True, False): Downwards(),
    (True, True): DownwardsAtNodes(),
}
"""By whether data flow down, and whether numbers stand at nodes."""

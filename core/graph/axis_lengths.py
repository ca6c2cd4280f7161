"""Axes whose lengths may not be known yet: those that must be equally long are joined."""

from __future__ import annotations

from msgspec import Struct

USUAL_LENGTH = 2


class Lengths(Struct, frozen=True):
    """The lengths of axes that a program leaves open: how many classes, and units in a layer, there are.

    `filters` is how many filters are a stack, 0 for a single one that is none; `indexed` says that an entry
    chosen by a name is that of a class.
    """

    classes: int = 3
    units: int = 3
    filters: int = 0
    indexed: bool = False


USUAL = Lengths()


class Axis:
    """An axis of an array, of length 0 as long as it is not known.

    `of_units` says that it has an entry for each unit of a layer, `of_examples` for each example.
    """

    def __init__(self, length: int = 0) -> None:
        self.length = length
        self.of_units = False
        self.of_examples = False
        self._joined_with: Axis | None = None

    def root(self) -> Axis:
        """The axis that stands for all it is joined with."""
        found = self
        while found._joined_with:
            found = found._joined_with
        if self is not found:
            self._joined_with = found  # the next way is short
        return found

    def join(self, other: Axis) -> None:
        """State that two axes are equally long, and of the same things."""
        a, b = self.root(), other.root()
        if a is not b:
            a.length = a.length or b.length
            a.of_units = a.of_units or b.of_units
            a.of_examples = a.of_examples or b.of_examples
            b._joined_with = a


Axes = tuple[Axis, ...]


def join_axes(some: Axes, others: Axes) -> None:
    """State that two arrays with as many axes have the same shape."""
    for one, other in zip(some, others, strict=True):
        one.join(other)

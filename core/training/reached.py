"""How far a training has come: all that is needed to go on from there bit by bit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from core.base.arrays import Value, same, shape_of
from core.training.records import Change, Record
from core.training.stopping import Watched

BYTES_OF_A_RECORD = 150


class Reached(Struct, frozen=True):
    """A training after some updates.

    updates, epoch, place   how many updates and whole epochs there have been, and how much of the next epoch
    values                  the parameters and the fixed inputs
    start                   those it goes back to when it is reset
    optimizer               the rule's name, how many updates it has made, and its memory: what it remembers,
                            by the letters of its formula and the names of the parameters
    records, every          the points of the loss curves, one in so many epochs
    watched                 what early stopping remembers
    changes                 the settings that were changed on the way
    """

    updates: int
    epoch: int
    place: int
    values: Mapping[str, Value]
    start: Mapping[str, Value]
    optimizer: str
    optimizer_updates: int
    memory: Mapping[str, Mapping[str, Value]]
    records: tuple[Record, ...]
    every: int = 1
    watched: Watched = Watched()
    changes: tuple[Change, ...] = ()

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        tables = [self.values, self.start, *self.memory.values()]
        numbers = sum(int(np.size(value)) for table in tables for value in table.values())
        return 8 * numbers + BYTES_OF_A_RECORD * (len(self.records) + len(self.changes))

    def fits(self, values: Mapping[str, Value]) -> bool:
        """Whether a program with these values of parameters and fixed inputs can go on from here."""
        return values.keys() == self.values.keys() and all(
            shape_of(values[name]) == shape_of(value) for name, value in self.values.items()
        )

    def same_values(self, other: Reached) -> bool:
        """Whether another has the same numbers of updates and the same weights."""
        return self.updates == other.updates and all(
            name in other.values and same(value, other.values[name]) for name, value in self.values.items()
        )

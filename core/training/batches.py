"""Which examples each mini-batch has, by their numbers.

Batches    the mini-batches of every epoch of a training, from any place in it on
Shuffled   mini-batches as scripts ask for them, from one generator for the whole run
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.base.errors import Problem
from core.data.examples import Examples


class Shuffled(Struct, frozen=True):
    """Mini-batches from an order shuffled anew for each epoch, by one generator for the whole run."""

    size: int
    seed: int

    def sizes(self, count: int) -> set[int]:
        """How many examples a mini-batch may have."""
        size = min(self.size, count)
        return {size, count % size or size}


class Batches:
    """The mini-batches of a training; where there are no data, there is one example.

    An epoch's order follows from the seed and its number alone, so that a training can go on from anywhere.

    per_epoch   how many of them use all examples once
    """

    def __init__(
        self, data: Examples | None, given: Sequence[Sequence[int]] | Shuffled, size: int, seed: int
    ):
        """Shuffled anew for each epoch, unless they are `given`. Raises Problem for examples not there."""
        self._data, self._size, self._seed = data, size, seed
        self._examples = len(data) if data else 1
        self._shuffled = given if isinstance(given, Shuffled) else None
        self._given: list[Array] = []
        if not isinstance(given, Shuffled) and (data is None or given):
            self._given = [np.asarray(rows, np.intp) for rows in given or [[0]]]
            last = self._examples - 1
            if not all(rows.size and rows.min() >= 0 and rows.max() <= last for rows in self._given):
                raise Problem(f"Mini-batches have numbers of examples, 0 to {last}")
        dealt = self._shuffled.size if self._shuffled else size
        self.per_epoch = len(self._given) or math.ceil(self._examples / dealt)
        self._orders: Iterator[Array] | None = None
        self._drawn = 0

    def of_epoch(self, epoch: int, place: int = 0) -> Sequence[Array]:
        """The numbers of the examples of each mini-batch that an epoch still has.

        Args:
            epoch: its number, from 0 on.
            place: how many examples it has used; of batches that are given, how many batches.
        """
        if self._given:
            return self._given[place:]
        if self._data is None:
            return []
        size = self._shuffled.size if self._shuffled else self._size
        order = self._order(epoch, self._shuffled) if self._shuffled else self._data.order(self._seed, epoch)
        return [order[start : start + size] for start in range(place, self._examples, size)]

    def passed(self, rows: Array) -> int:
        """How much farther a place is behind a mini-batch."""
        return 1 if self._given else len(rows)

    def _order(self, epoch: int, shuffled: Shuffled) -> Array:
        """The order of an epoch by the one generator of the run, from its start where it is beyond that."""
        if self._orders is None or epoch < self._drawn:
            rng = np.random.default_rng(shuffled.seed)
            self._orders, self._drawn = (rng.permutation(self._examples) for _ in count()), 0
        while True:
            order = next(self._orders)
            self._drawn += 1
            if self._drawn == epoch + 1:
                return order

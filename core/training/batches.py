"""Which examples each mini-batch has, by their numbers.

Batches    the mini-batches of a training, dealt from the start as often as it is reset
Shuffled   mini-batches as scripts ask for them, from one generator for the whole run
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import count, cycle

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

    def deal(self) -> Iterator[Array]:
        """Yield the numbers of the examples of each mini-batch, from the first one and without end."""
        if self._given:
            yield from cycle(self._given)
        elif self._shuffled:
            size, rng = self._shuffled.size, np.random.default_rng(self._shuffled.seed)
            while True:
                order = rng.permutation(self._examples)
                yield from (order[start : start + size] for start in range(0, self._examples, size))
        elif self._data:
            for epoch in count():
                yield from self._data.batches(self._size, self._seed, epoch)

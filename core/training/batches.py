"""Which examples each mini-batch has, by their numbers.

Batches    the mini-batches of a training, dealt from the start as often as it is reset
Shuffled   mini-batches as scripts ask for them, from one generator for the whole run
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, count, cycle

import numpy as np
from msgspec import Struct

from core.base.errors import Problem
from core.data.examples import Array, Examples


class Shuffled(Struct, frozen=True):
    """Mini-batches from an order shuffled anew for each epoch, by one generator for the whole run."""

    size: int
    seed: int

    def deal(self, count: int) -> Iterator[Array]:
        """The numbers of the examples of one mini-batch after the other, without end."""
        rng = np.random.default_rng(self.seed)
        while True:
            order = rng.permutation(count)
            yield from (order[start : start + self.size] for start in range(0, count, self.size))

    def sizes(self, count: int) -> set[int]:
        """How many examples a mini-batch may have."""
        size = min(self.size, count)
        return {size, count % size or size}


class Batches:
    """The mini-batches of a training; where there are no data, there is one example.

    deal        starts from the first mini-batch and never ends
    per_epoch   how many of them use all examples once
    """

    def __init__(
        self, data: Examples | None, given: Sequence[Sequence[int]] | Shuffled, size: int, seed: int
    ):
        """Shuffled anew for each epoch, unless they are `given`. Raises Problem for examples not there."""
        examples = len(data) if data else 1
        self.deal: Callable[[], Iterator[Array]]
        if isinstance(given, Shuffled):
            self.per_epoch = math.ceil(examples / given.size)
            self.deal = partial(given.deal, examples)
        elif data is None or given:
            batches = [np.asarray(rows, np.intp) for rows in given or [[0]]]
            if not all(rows.size and rows.min() >= 0 and rows.max() < examples for rows in batches):
                raise Problem(f"Mini-batches have numbers of examples, 0 to {examples - 1}")
            self.per_epoch = len(batches)
            self.deal = partial(cycle, batches)
        else:
            self.per_epoch = math.ceil(examples / size)
            self.deal = partial(_by_epoch, data, size, seed)


def _by_epoch(data: Examples, size: int, seed: int) -> Iterator[Array]:
    return chain.from_iterable(data.batches(size, seed, epoch) for epoch in count())

"""How a trainer trains: the update rule, the mini-batches, what is kept for testing, the precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from core.base.errors import Problem
from core.training.batches import Shuffled
from core.training.lab import REDUCTIONS

DTYPES = ("float64", "float32")
MEAN, SUM = REDUCTIONS


class Settings(Struct, frozen=True):
    """How to train; `batches`, if given, say how the mini-batches are dealt: shuffled in their own way, or
    the examples' numbers of each, over and over.

    The loss of several examples, and so its gradient, is the `mean` of theirs or their `sum`.
    """

    optimizer: str = "sgd"
    hyper: Mapping[str, float] = {}
    batch_size: int = 10
    seed: int = 0
    test_fraction: float = 0.0
    dtype: str = "float64"
    batches: Sequence[Sequence[int]] | Shuffled = ()
    reduction: str = MEAN

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise Problem(f"Numbers are {' or '.join(DTYPES)}, not {self.dtype}")
        if self.reduction not in (MEAN, SUM):
            raise Problem(f"The reduction is {MEAN} or {SUM}, not {self.reduction}")
        if self.batch_size < 1:
            raise Problem(f"A mini-batch holds at least 1 example, not {self.batch_size}")
        if not 0 <= self.test_fraction < 1:
            raise Problem(f"The part kept for testing is from 0 to below 1, not {self.test_fraction:g}")

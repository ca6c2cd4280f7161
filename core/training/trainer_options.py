"""How a trainer trains: the update rule, the mini-batches, what is kept for testing, the precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from core.base.errors import Problem
from core.training.batches import Shuffled
from core.training.choices import REDUCTIONS
from core.training.schedules import Schedule
from core.training.stopping import Stops

DTYPES = ("float64", "float32")
MEAN, SUM = REDUCTIONS


class TrainerOptions(Struct, frozen=True):
    """How to train. Raises Problem for what is out of range.

    optimizer       the name of the update rule, of OPTIMIZERS
    hyper           its numbers, such as the learning rate `lr`; those left out are the usual ones
    batch_size      the examples of a mini-batch; they are shuffled anew for each epoch
    seed            the random seed of that, and of what is kept for testing
    test_fraction   the part kept for testing, from 0 to below 1
    dtype           the numbers' precision, float64 or float32
    batches         mini-batches given instead: the examples' numbers of each, over and over, or Shuffled
    reduction       whether the loss of several examples, and so its gradient, is their `mean` or their `sum`
    max_norm        the largest norm of the weights that come into a unit, biases aside; 0 for any
    schedule        how the learning rate changes from epoch to epoch
    stops           when the training pauses
    """

    optimizer: str = "sgd"
    hyper: Mapping[str, float] = {}
    batch_size: int = 10
    seed: int = 0
    test_fraction: float = 0.0
    dtype: str = "float64"
    batches: Sequence[Sequence[int]] | Shuffled = ()
    reduction: str = MEAN
    max_norm: float = 0.0
    schedule: Schedule = Schedule()
    stops: Stops = Stops()

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise Problem(f"Numbers are {' or '.join(DTYPES)}, not {self.dtype}")
        if self.reduction not in (MEAN, SUM):
            raise Problem(f"The reduction is {MEAN} or {SUM}, not {self.reduction}")
        if self.batch_size < 1:
            raise Problem(f"A mini-batch holds at least 1 example, not {self.batch_size}")
        if not 0 <= self.test_fraction < 1:
            raise Problem(f"The part kept for testing is from 0 to below 1, not {self.test_fraction:g}")

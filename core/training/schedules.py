"""Schedules of the learning rate: what it is multiplied by after so many epochs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from msgspec import Struct

from core.base.errors import Problem
from core.training.choices import CONSTANT, COSINE, RECIPROCAL, STEPS


class Schedule(Struct, frozen=True):
    """How the rate η of epoch t, counted from 0, comes from the rate that was chosen. Raises Problem.

    kind     constant: η; step: η f^⌊t / n⌋; cosine: η (1 + cos(π t / n)) / 2, from epoch n on 0;
             1/t: η / (1 + f t)
    epochs   n
    factor   f
    """

    kind: str = CONSTANT
    epochs: int = 1
    factor: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in FORMS:
            raise Problem(f"There is no schedule called {self.kind}; there are {', '.join(FORMS)}")
        if self.epochs < 1:
            raise Problem(f"A schedule has at least 1 epoch, not {self.epochs}")
        if not 0 <= self.factor <= 1:
            raise Problem(f"The factor of a schedule is from 0 to 1, not {self.factor:g}")

    def rate(self, chosen: float, epoch: int) -> float:
        """The rate of an epoch."""
        return chosen * FORMS[self.kind](self, epoch)


def _cosine(schedule: Schedule, epoch: int) -> float:
    if epoch >= schedule.epochs:
        return 0.0
    return (1 + math.cos(math.pi * epoch / schedule.epochs)) / 2


FORMS: Mapping[str, Callable[[Schedule, int], float]] = {
    CONSTANT: lambda schedule, epoch: 1.0,
    STEPS: lambda schedule, epoch: schedule.factor ** (epoch // schedule.epochs),
    COSINE: _cosine,
    RECIPROCAL: lambda schedule, epoch: 1 / (1 + schedule.factor * epoch),
}

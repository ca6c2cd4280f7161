"""What the next update of a training will do, found by making it elsewhere: the training stays as it is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from core.base.arrays import Value
from core.base.numbers import ALMOST, DIGITS, EQUAL, printed, rounds_to, short, split_number
from core.training.run import TrainingRun
from core.training.trainer import Trainer

NEAR = 1e-9  # how far rate times gradient may be from the change, next to the largest: rounding


class NextUpdate(Struct, frozen=True):
    """The parameters by name, before the next update and after it.

    is_product   whether each change is −rate × gradient of the mini-batch, and nothing besides
    """

    before: Mapping[str, Value]
    after: Mapping[str, Value]
    is_product: bool


class Ahead:
    """Goes one update ahead of a run, with a trainer of its own."""

    def __init__(self, run: TrainingRun):
        self._run, self._setup = run, run.setup
        self._trainer: Trainer = run.setup.trainer()

    def next_update(self) -> NextUpdate | None:
        """What the run's next update does to the last bit; None where it cannot go on from there."""
        run = self._run
        if run.trainer.why_stopped:
            return None
        if run.setup is not self._setup:
            self._setup, self._trainer = run.setup, run.setup.trainer()
        self._trainer.go_on_from(run.trainer.reached())
        before = run.trainer.learned()
        self._trainer.step()
        if self._trainer.why_stopped:
            return None
        return NextUpdate(before, self._trainer.learned(), self._is_product())

    def _is_product(self) -> bool:
        update = self._trainer.last_update
        if update is None:
            return False
        apart = np.abs(-update.rate * update.gradient - update.change)
        return bool(apart.max() <= NEAR * np.abs(update.change).max())


def sum_text(before: float, change: float, after: float, digits: int = DIGITS) -> tuple[str, str, str]:
    """A sum in three lines: a weight, its change with a sign, and what comes out, with = or ≈.

    The sign is = where the sum of the printed numbers rounds to the printed result.
    """
    shown = [printed(value, digits) for value in (before, change)]
    holds = rounds_to(float(shown[0]) + float(shown[1]), after, digits)
    plus = "" if split_number(change, digits)[0].startswith("−") else "+"
    return (
        short(before, digits),
        plus + short(change, digits),
        f"{EQUAL if holds else ALMOST} {short(after, digits)}",
    )

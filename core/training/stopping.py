"""When a training pauses as its settings ask: at an epoch, at a loss, or when the test loss stops falling."""

from __future__ import annotations

import math

from msgspec import Struct

from core.base.errors import Problem
from core.base.numbers import short
from core.training.records import Record


class Watched(Struct, frozen=True):
    """What is remembered of the epochs so far: the least test loss, when it was met, and the last loss."""

    best: float = math.inf
    best_epoch: int = 0
    last: float = math.inf

    def after(self, record: Record) -> Watched:
        """The same with one more epoch."""
        if record.test_loss is not None and record.test_loss < self.best:
            return Watched(record.test_loss, record.epoch, record.train_loss)
        return Watched(self.best, self.best_epoch, record.train_loss)


class Stops(Struct, frozen=True):
    """When a training pauses; 0 is never. Raises Problem for a number below that.

    epoch      after so many epochs
    loss       when the loss over the training data has come down to this
    patience   when for so many epochs the test loss has not been smaller than before, and again after as many
    """

    epoch: int = 0
    loss: float = 0.0
    patience: int = 0

    def __post_init__(self) -> None:
        if min(self.epoch, self.loss, self.patience) < 0:
            raise Problem("A training stops at an epoch, at a loss or after a patience of 0 or more")

    @property
    def look(self) -> bool:
        """Whether every epoch's losses must be known."""
        return self.loss > 0 or self.patience > 0

    def why(self, record: Record, before: Watched) -> str:
        """Say why the training pauses after an epoch, or ""."""
        if self.epoch and record.epoch == self.epoch:
            return f"It stopped at epoch {self.epoch:,}, as was asked."
        if record.train_loss <= self.loss < before.last:
            return f"It stopped where the training loss is {short(record.train_loss)}, as was asked."
        waited = record.epoch - before.best_epoch
        is_over = bool(self.patience) and waited > 0 and waited % self.patience == 0
        if is_over and record.test_loss is not None and record.test_loss >= before.best:
            best = f"{short(before.best)} after epoch {before.best_epoch:,}"
            return f"It stopped: for {waited:,} epochs the test loss has not been smaller than {best}."
        return ""

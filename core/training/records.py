"""The facts of a training.

Progress   an update was made
Record     all data were evaluated
Change     a setting was changed while it ran
Failed     an update led to something infinite or not a number, and was taken back
LastUpdate what an update did to its mini-batch and to the parameters
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from core.base.arrays import Array, Value


class Progress(Struct, frozen=True):
    """How many updates and whole epochs there have been, and the loss of the last batch before its update.

    Where `why_stopped` has a sentence, the update that led there is taken back and there will be no other.
    """

    step: int
    epoch: int
    batch_loss: float
    why_stopped: str = ""


class Record(Struct, frozen=True):
    """Losses and accuracies over all data at some step; None where there is nothing to measure.

    The losses are those of the data alone; `penalty` is what regularisation adds to them.
    """

    step: int
    epoch: int
    train_loss: float
    test_loss: float | None = None
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    penalty: float = 0.0


class Change(Struct, frozen=True):
    """A setting that was changed after so many updates, by its name, with its values before and after."""

    step: int
    setting: str
    before: str | float | bool
    after: str | float | bool


class Failed(Struct, frozen=True):
    """What an update led to that was taken back: the record and the values after it, not all of them finite.

    `record.step` is the number of that update; 0 if the loss was not finite before any.
    """

    record: Record
    values: Mapping[str, Value]


class LastUpdate(Struct, frozen=True, eq=False):
    """What an update did, over all parameters end to end.

    count          the examples of its mini-batch
    loss_before    the loss of these before it, without penalty
    loss_after     and after it
    rate           the learning rate
    before         the parameters before it (number of parameters,)
    gradient       the gradient of the mini-batch, without penalty, (number of parameters,)
    change         what was added to the parameters, (number of parameters,)
    """

    count: int
    loss_before: float
    loss_after: float
    rate: float
    before: Array
    gradient: Array
    change: Array

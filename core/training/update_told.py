"""The last update in a sentence whose arithmetic is true with the printed digits.

told   what is said of a trainer's last update, in pieces that have the colours of what they are
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from core.base.numbers import DIGITS, equation, short
from core.notation.names import in_text
from core.training.optimizers import OPTIMIZERS
from core.training.records import LastUpdate
from core.training.trainer import Trainer
from core.training.trainer_options import SUM

Role = Literal["position", "ink", "value", "gradient"]
MOST_DIGITS = 9  # of two losses that are nearly the same
NEAR = 1e-9  # how far rate times gradient may be from the change, next to it: rounding


class Piece(Struct, frozen=True):
    """A part of a sentence, and what it is."""

    text: str
    role: Role = "ink"


class Told(Struct, frozen=True):
    """A sentence on an update: whole, and short for a narrow line."""

    whole: tuple[Piece, ...]
    brief: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.whole)


def told(trainer: Trainer) -> Told:
    """Say what the last update did: its number, the loss of its samples, and which weight moved most."""
    position = Piece(f"Update {trainer.updates:,}", "position")
    update = trainer.last_update
    if update is None:
        what = (
            "Play or → makes the first update." if not trainer.updates else "Play or → makes the next update."
        )
        return Told((position, Piece(f"  {what}")), (position, Piece(f"  {what}")))
    of_batch = [Piece(_loss_of(trainer, update)), *_change(update.loss_before, update.loss_after)]
    most = int(np.abs(update.change).argmax())
    if not update.change[most]:
        still = (position, *of_batch, Piece(". No weight moved."))
        return Told(still, still)
    name, place = trainer.named(most)
    weight = in_text(name) + (f"[{', '.join(map(str, place))}]" if place else "")
    moved = [Piece(f". Most moved: {weight}, by "), *_product(trainer, update, most), Piece(".")]
    brief = (
        position,
        Piece(f"  loss of its {_samples(update)} "),
        *_change(update.loss_before, update.loss_after, " → "),
        Piece(f"; most moved: {weight}"),
    )
    return Told((position, *of_batch, *moved), brief)


def _samples(update: LastUpdate) -> str:
    return "1 sample" if update.count == 1 else f"{update.count:,} samples"


def _loss_of(trainer: Trainer, update: LastUpdate) -> str:
    if trainer.train_data is None:
        return "  The loss went from "
    kind = (
        "loss" if update.count == 1 else ("summed loss" if trainer.options.reduction == SUM else "mean loss")
    )
    return f"  The {kind} of its {_samples(update)} went from "


def _change(before: float, after: float, to: str = " to ") -> Sequence[Piece]:
    """Two numbers, with digits enough that one sees that they are not the same."""
    pairs = ((short(before, digits), short(after, digits)) for digits in range(DIGITS, MOST_DIGITS + 1))
    first, second = next((pair for pair in pairs if pair[0] != pair[1]), (short(before), short(after)))
    return Piece(first, "value"), Piece(to), Piece(second, "value")


def _product(trainer: Trainer, update: LastUpdate, most: int) -> Sequence[Piece]:
    """The change of a weight as −rate × gradient where it is that, else the change and the rule's name."""
    rate, gradient, change = update.rate, float(update.gradient[most]), float(update.change[most])
    after = Piece(short(float(update.before[most]) + change), "value")
    whose = (
        "" if trainer.train_data is None or update.count == 1 else f" ({mean_or_sum(trainer)} of the batch)"
    )
    if abs(-rate * gradient - change) > NEAR * abs(change):
        name = OPTIMIZERS[trainer.options.optimizer].title
        name += " with momentum" if trainer.optimizer.hyper.get("momentum") else ""
        said = f" ({name}; its gradient{whose} was "
        return (
            Piece(short(change), "value"),
            Piece(said),
            Piece(short(gradient), "gradient"),
            Piece("), to "),
            after,
        )
    digits, sign = equation(lambda a, b: -a * b, (rate, gradient), change)
    return (
        Piece(f"−{short(rate, digits)} × "),
        Piece(short(gradient, digits), "gradient"),
        Piece(f"{whose} {sign} "),
        Piece(short(change), "value"),
        Piece(", to "),
        after,
    )


def mean_or_sum(trainer: Trainer) -> str:
    """How the gradients of a mini-batch are put together."""
    return "sum" if trainer.options.reduction == SUM else "mean"

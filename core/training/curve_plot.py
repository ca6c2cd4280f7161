"""Losses and accuracies against updates, as plots."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from msgspec.structs import replace

from core.base.arrays import Array
from core.base.numbers import short
from core.figure.plot import Axis, Curve, Note, Plot, Said
from core.math.mathtree import Word
from core.training.records import Record
from core.training.run import TrainingRun, change_text
from core.training.trainer import Trainer

ROOM = 0.05  # of the range of the numbers, left free above them
LEAST = 1e-12  # the least loss that a logarithmic axis shows
WIDTH = 2.0
NOT_YET = "No update yet"
Line = tuple[str, str, bool, Callable[[Record], float | None]]
"""A curve: its name, its colour, whether it is dashed, and its number in a record."""

LOSSES: Sequence[Line] = (
    ("training", "local", False, lambda record: record.train_loss),
    ("test", "upstream", True, lambda record: record.test_loss),
    ("penalty", "faint", True, lambda record: record.penalty or None),
)
ACCURACIES: Sequence[Line] = (
    ("training", "local", False, lambda record: record.train_accuracy),
    ("test", "upstream", True, lambda record: record.test_accuracy),
)


def loss_plot(run: TrainingRun, log: bool = False) -> Plot:
    """The losses of all data against the number of updates, on a logarithmic axis when asked."""
    shown = _plot("loss", "Loss", run, LOSSES, log, short)
    return replace(shown, notes=tuple(Note(change.step, change_text(change)) for change in run.events))


def has_accuracy(run: TrainingRun) -> bool:
    """Whether classes are predicted."""
    return run.trainer.records[0].train_accuracy is not None


def accuracy_plot(run: TrainingRun) -> Plot | None:
    """The accuracies against the number of updates; None where nothing is classified."""
    if not has_accuracy(run):
        return None
    return _plot("accuracy", "Accuracy", run, ACCURACIES, False, "{:.1%}".format, top=1.0)


def _plot(
    key: str,
    title: str,
    run: TrainingRun,
    lines: Sequence[Line],
    log: bool,
    written: Callable[[float], str],
    top: float = 0.0,
) -> Plot:
    records = run.trainer.records
    updates = np.array([record.step for record in records], float)
    curves, said = [], []
    for name, role, dashed, number in lines:
        values = np.array([number(record) for record in records], float)
        if not np.isfinite(values).any():
            continue
        points = np.stack([updates, values], axis=1)
        curves.append(Curve(f"{key} {name}", points, role, WIDTH, dashed))
        last = values[np.isfinite(values)][-1]
        said.append(Said(f"{name} {written(float(last))}", role, "dashed" if dashed else "solid"))
    up = _axis([curve.points[:, 1] for curve in curves], log, top)
    if up.log:
        curves = [_above(curve, up.low) for curve in curves]
    across = Axis(0.0, max(float(updates.max(initial=0.0)), 1.0), Word("update", "ord"))
    empty = "" if len(records) > 1 else _what_it_waits_for(run.trainer)
    return Plot(key, title, across, up, tuple(curves), said=tuple(said), empty=empty)


def _what_it_waits_for(trainer: Trainer) -> str:
    """Why there is no curve yet: all data are looked at once an epoch."""
    if not trainer.updates:
        return NOT_YET
    return f"Measured after each epoch, next at update {trainer.updates + trainer.left_in_epoch:,}"


def _above(curve: Curve, low: float) -> Curve:
    """A curve on a logarithmic axis: what is below it leaves a gap."""
    points = curve.points.copy()
    points[~(points[:, 1] >= low), 1] = np.nan
    return Curve(curve.key, points, curve.role, curve.width, curve.dashed)


def _axis(found: Sequence[Array], log: bool, top: float) -> Axis:
    """An axis with room for all numbers that are finite; one for losses below 0 begins at the least."""
    numbers = np.concatenate([*found, [top]])
    numbers = numbers[np.isfinite(numbers)]
    high, low = float(numbers.max()), float(numbers.min())
    if log and (positive := numbers[numbers > LEAST]).size:
        low, high = float(positive.min()), float(positive.max())
        return Axis(low / 1.2, max(high, 2 * low) * 1.2, log=True)
    low = min(0.0, low * (1 + ROOM))
    return Axis(low, (high + ROOM * (high - low)) if high > low else low + 1.0)


def record_at(records: Sequence[Record], update: float) -> Record:
    """The record that is nearest to an update."""
    return min(records, key=lambda record: abs(record.step - update))

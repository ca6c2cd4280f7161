"""The loss as the track of a bar of time: heights against updates, and what is marked on it.

track   the training loss on a logarithmic scale, with the lowest test loss and the settings that were changed
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.base.numbers import short
from core.training.curve_plot import LEAST
from core.training.run import TrainingRun, change_text


class Mark(Struct, frozen=True):
    """What is marked at a share of the way, from 0 to 1."""

    at: float
    text: str
    changed: bool = False


class Track(Struct, frozen=True, eq=False):
    """points (n, 2): shares of the way and of the height, from 0 to 1; marks; the update it has come to."""

    points: Array
    marks: tuple[Mark, ...]
    update: int


def track(run: TrainingRun) -> Track:
    """The loss of a run as a track: the lowest loss at a tenth of the height, the highest at the top."""
    records, end = run.trainer.records, max(run.trainer.updates, 1)
    steps = np.array([record.step for record in records], float)
    losses = np.array([record.train_loss for record in records], float)
    y = np.log(np.maximum(np.where(np.isfinite(losses), losses, np.nan), LEAST))
    low, high = (
        float(pick(y[np.isfinite(y)], initial=start)) for pick, start in ((np.min, np.inf), (np.max, -np.inf))
    )
    heights = 0.1 + 0.9 * (y - low) / (high - low) if high > low else np.full(len(y), 0.5)
    marks = [Mark(change.step / end, change_text(change), changed=True) for change in run.events]
    tested = np.array([record.test_loss for record in records], float)  # None is not a number
    finite = np.isfinite(tested)
    if finite.sum() > 1:
        best = int(np.argmin(np.where(finite, tested, np.inf)))
        said = f"lowest test loss {short(float(tested[best]))}, update {records[best].step:,}"
        marks.append(Mark(records[best].step / end, said))
    return Track(np.stack([steps / end, np.nan_to_num(heights)], axis=1), tuple(marks), run.trainer.updates)

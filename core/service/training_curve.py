"""A training followed from its start to its end: losses and accuracies epoch by epoch, and what is learned.

follow   train for some updates, or until it diverges or is stopped -> Curve
Curve    what was seen, as columns, as plain data for JSON, as CSV and as lines for a terminal
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from core.base.arrays import Value, shape_of, shape_text
from core.base.numbers import DIGITS, short, value_text
from core.graph.json_values import plain_value
from core.service.report import table
from core.training.records import Record
from core.training.trainer import Trainer

# what is told of each record: its heading in a table, its name in JSON, and the field of a record
COLUMNS = (
    ("step", "steps", "step"),
    ("epoch", "epochs", "epoch"),
    ("training loss", "losses", "train_loss"),
    ("test loss", "test_losses", "test_loss"),
    ("training accuracy", "accuracies", "train_accuracy"),
    ("test accuracy", "test_accuracies", "test_accuracy"),
)
MOST_WEIGHTS = 100  # that have columns of their own in CSV
MOST_ROWS = 21  # of a table for a terminal
MOST_ENTRIES = 6  # of a parameter that is written out there
KINDS = {1: "", 2: " matrix"}  # what is said behind a shape of so many axes


class Curve(Struct, frozen=True):
    """What was seen of a training, at the start and after every epoch, and how it ended.

    weights       for each record the entries of the parameters, such as w[0]; none where there are many
    values        the parameters at the end
    why_stopped   the sentence that says why it ended too soon, or ""
    diverged      the number of the update after which the loss or a parameter was not finite, or None; the
                  last record is what was there, and the parameters before that update are kept
    interrupted   whether it was stopped before its end
    why_paused    the sentence that says why it paused before its end, as the settings ask, or ""
    """

    records: Sequence[Record]
    weights: Sequence[Mapping[str, float]]
    values: Mapping[str, Value]
    why_stopped: str = ""
    diverged: int | None = None
    interrupted: bool = False
    why_paused: str = ""

    def _columns(self) -> dict[str, list[float]]:
        """What the records tell under its heading in a table; what is never known is left out."""
        found = {heading: [getattr(record, of) for record in self.records] for heading, _, of in COLUMNS}
        return {heading: column for heading, column in found.items() if column[0] is not None}

    def answer(self) -> dict[str, Any]:
        """Plain data for JSON."""
        known = self._columns()
        return {
            "ok": True,
            **{
                name: [_plain(number) for number in known[heading]]
                for heading, name, _ in COLUMNS
                if heading in known
            },
            "values": {name: plain_value(value) for name, value in self.values.items()},
            "diverged": self.diverged,
            "trouble": self.why_stopped,
            "interrupted": self.interrupted,
            "stopped": self.why_paused,
        }

    def csv(self) -> str:
        """A row for each record: losses, accuracies, and the weights where there are few."""
        written = io.StringIO()
        rows, columns = csv.writer(written, lineterminator="\n"), self._columns()
        weights = list(self.weights[0]) if self.weights else []
        rows.writerow([*(heading.replace(" ", "_") for heading in columns), *weights])
        for number, cells in enumerate(zip(*columns.values(), strict=True)):
            entries = self.weights[number].values() if weights else ()
            rows.writerow([_plain(cell) for cell in (*cells, *entries)])
        return written.getvalue()

    def text(self, digits: int = DIGITS) -> str:
        """A table of some of the records, and the parameters at the end."""
        last = len(self.records) - 1
        shown = sorted({round(i * last / (MOST_ROWS - 1)) for i in range(MOST_ROWS)})
        columns = {
            heading: [_shown(column[row], heading, digits) for row in shown]
            for heading, column in self._columns().items()
        }
        learned = [_line(name, value, digits) for name, value in self.values.items()]
        return "\n".join([*table(columns), "", *learned])


def _plain(number: float) -> Any:
    return plain_value(float(number))


def _line(name: str, value: Value, digits: int) -> str:
    """A parameter for a terminal: its value, or the shape of a large one."""
    if np.size(value) <= MOST_ENTRIES:
        return f"{name} = {value_text(value, digits, MOST_ENTRIES)}"
    shape = shape_of(value)
    return f"{name}: {shape_text(shape)}{KINDS.get(len(shape), ' array')}"


def _shown(number: float, heading: str, digits: int) -> str:
    return f"{100 * number:.3g} %" if heading.endswith("accuracy") else short(number, digits)


def follow(
    trainer: Trainer,
    updates: int,
    stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[Record], object] = lambda record: None,
) -> Curve:
    """Train for some updates, or until it diverges or is `stopped`; `tell` hears of each record."""
    records: list[Record] = []
    weights: list[Mapping[str, float]] = []
    few = trainer.parameters.size <= MOST_WEIGHTS

    def note(record: Record, learned: Mapping[str, Value]) -> None:
        records.append(record)
        tell(record)
        if few:
            weights.append(_entries(learned))

    note(trainer.checked(), trainer.learned())
    while trainer.updates < updates and not (trainer.why_stopped or trainer.why_paused or stopped()):
        trainer.step(min(trainer.left_in_epoch, updates - trainer.updates))
        last = trainer.records[-1]  # of this epoch, unless it is a long run or the epoch goes on
        record = last if last.step == trainer.updates else trainer.checked()
        if not trainer.why_stopped:
            note(record, trainer.learned())
    diverged, failed = None, trainer.failed
    if failed:
        diverged = failed.record.step
        while records and records[-1].step >= diverged:
            records.pop()
            weights[-1:] = []
        note(failed.record, {name: failed.values[name] for name in trainer.roles.parameters})
    interrupted = trainer.updates < updates and not (failed or trainer.why_paused)
    ended = trainer.why_stopped, diverged, interrupted, trainer.why_paused
    return Curve(records, weights, trainer.learned(), *ended)


def _entries(values: Mapping[str, Value]) -> dict[str, float]:
    """Every entry of some values by its name: b, w[0], W[0,1]."""
    found = {}
    for name, value in values.items():
        for place in np.ndindex(np.shape(value)):
            index = f"[{','.join(map(str, place))}]" if place else ""
            found[f"{name}{index}"] = float(np.asarray(value)[place])
    return found

"""Which classes are taken for which, and the worst errors, as tables and pictures."""

from __future__ import annotations

import numpy as np

from core.base.arrays import Array
from core.base.numbers import short
from core.data.examples import Dataset
from core.figure.plot import Matrices, Matrix, Said
from core.figure.plot.scales import words
from core.math.mathtree import Digits, Letter, Math, Row
from core.training.classified import Classified, classified
from core.training.run import TrainingRun
from core.training.shown import Cell

MOST_CLASSES = 40  # that a table of them has room for
MOST_ERRORS = 12
ERRORS_ACROSS = 6  # pictures side by side
RIGHT, WRONG, STRONGEST = (
    0.75,
    0.35,
    0.85,
)  # shares of the colours: all right, an error, the most frequent one


def confusion_plot(
    run: TrainingRun, of_training: bool = False, chosen: Cell | None = None
) -> Matrices | None:
    """How many examples of each class are taken for each.

    Args:
        run: what is trained.
        of_training: whether of the examples that are trained on; else of those kept for testing, if any.
        chosen: the cell that is framed.

    Returns:
        A table with a row for each true class, or None where no classes are told.
    """
    found, data = classified(run, of_training), run.setup.dataset
    if found is None or data is None:
        return None
    counts, names = found.counts[:MOST_CLASSES, :MOST_CLASSES], data.class_names[:MOST_CLASSES]
    of_class = found.counts.sum(axis=1)[:MOST_CLASSES]
    recall = counts.diagonal() / np.maximum(of_class, 1)
    matrix = Matrix(
        "confusion",
        None,
        counts.astype(float),
        rows=names,
        columns=names,
        shares=_shares(counts, recall),
        cells=tuple(tuple(_count(counts, i, j) for j in range(len(names))) for i in range(len(names))),
        ends=tuple(f"{share:.0%}" if count else "–" for share, count in zip(recall, of_class, strict=True)),
        framed=_framed(chosen),
    )
    accuracy = float(np.mean(found.true == found.predicted))
    said = (
        Said("true ↓ predicted →", "faint"),
        Said(f"{len(found.rows):,} {found.part}, {accuracy:.1%} correct"),
    )
    return Matrices("confusion", "Confusion", (matrix,), said=said)


def errors_plot(run: TrainingRun, of_training: bool = False, sample: int = -1) -> Matrices | None:
    """The examples whose class is not predicted, the worst first.

    Args:
        run: what is trained.
        of_training: as of `confusion_plot`.
        sample: the number of the chosen example, which is framed.

    Returns:
        Pictures where the data are pictures, else a table; None where no classes are told.
    """
    found, data = classified(run, of_training), run.setup.dataset
    if found is None or data is None:
        return None
    wrong = found.wrong()
    shown = wrong[:MOST_ERRORS]
    matrices = tuple(_pictures(found, shown, data, sample)) if data.image_shape else ()
    if len(shown) and not data.image_shape:
        matrices = (_table(found, shown, data, sample),)
    of = "p of the true class" if found.is_share else "signed distance"
    said = (
        Said("true → predicted", "faint"),
        Said(of, "faint"),
        Said(f"{len(wrong):,} of {len(found.rows):,} {found.part}"),
    )
    empty = "" if len(shown) else f"All {len(found.rows):,} {found.part} are correct."
    return Matrices("errors", "Worst errors", matrices, said=said, empty=empty, across=ERRORS_ACROSS)


def _shares(counts: Array, recall: Array) -> Array:
    """Blue for what is right, orange for errors, the stronger the more there are."""
    errors = counts - np.diag(counts.diagonal())
    most = max(1, errors.max(initial=0))
    shares = np.where(errors > 0, -(WRONG + (STRONGEST - WRONG) * (errors - 1) / max(1, most - 1)), 0.0)
    return shares + np.diag(RIGHT * recall)


def _count(counts: Array, i: int, j: int) -> Math | None:
    count = f"{counts[i, j]}"
    return None if not counts[i, j] else Digits(count) if i == j else Letter(count, "bold")


def _framed(cell: Cell | None) -> tuple[int, int, int, int] | None:
    return (cell.true, cell.predicted, cell.true + 1, cell.predicted + 1) if cell else None


def _told(found: Classified, place: int, data: Dataset) -> str:
    return f"{data.class_names[found.true[place]]} → {data.class_names[found.predicted[place]]}"


def _pictures(found: Classified, shown: Array, data: Dataset, sample: int) -> list[Matrix]:
    assert data.image_shape
    high, wide = data.image_shape
    pictures = []
    for place in shown.tolist():
        row = int(found.rows[place])
        ink = data.as_given[row].reshape(high, wide)
        below = Row((words(_told(found, place, data)), words(f"  {short(found.sureness[place], 2)}")))
        whole = (0, 0, high, wide) if row == sample else None
        pictures.append(
            Matrix(
                *(f"error {row}", None, ink),
                written=False,
                picture=True,
                inked=True,
                below=below,
                examples=(row,),
                framed=whole,
            )
        )
    return pictures


def _table(found: Classified, shown: Array, data: Dataset, sample: int) -> Matrix:
    rows, sureness = found.rows[shown], found.sureness[shown]
    place = rows.tolist().index(sample) if sample in rows else -1
    return Matrix(
        "errors",
        None,
        sureness[:, None],
        rows=tuple(f"{row}: {_told(found, at, data)}" for row, at in zip(rows, shown.tolist(), strict=True)),
        shares=np.zeros((len(shown), 1)),
        cells=tuple((Digits(short(float(value), 2)),) for value in sureness),
        examples=tuple(rows.tolist()),
        framed=(place, 0, place + 1, 1) if place >= 0 else None,
    )

"""What is said in the end: the machine, then the worst first, then what is not compared."""

import math
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from tests.bench.threads import threads
from tests.bench.timing import GROWTH, OURS, Row, middle, missing

PACKAGES = ("numpy", "PySide6-Essentials", "pyqtgraph", "autograd", "torch")
UNITS = ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms"), (float("inf"), 1.0, "s"))
NOT_COMPARED = (
    "Training: of the optimizers gradient descent and Adam are compared; PyTorch's loops and programs that "
    "run in a browser are not.",
    "Training: 784-100-10 is trained on numbers at random in float32; the window trains in float64.",
    "Steps: HIPS autograd has no convolution. No graphics card is used by anyone.",
)


@dataclass(frozen=True)
class Table:
    """Lines that are printed as they are, below their title."""

    title: str
    lines: Sequence[str]


def report(rows: Sequence[Row], remarks: Iterable[str], tables: Iterable[Table] = ()) -> str:
    """All that was found, as text."""
    compared = [row for row in rows if row.theirs]
    sections = {
        "": machine(),
        f"How many times as long {OURS} takes; in brackets: the middle half of the rounds": [
            _compared(row) for row in worst_first(compared) if row.part != GROWTH
        ],
        "Ten times the nodes beside ten times the time; above 1 it grows more than in proportion": [
            _compared(row) for row in worst_first(compared) if row.part == GROWTH
        ],
        **{table.title: table.lines for table in tables},
        "Without a rival": [_alone(row) for row in rows if not row.theirs],
        "Not compared, and how it was measured": [
            f"- {remark}" for remark in dict.fromkeys([*remarks, *NOT_COMPARED, *_absent()])
        ],
    }
    return "\n\n".join("\n".join([title, *lines]).lstrip() for title, lines in sections.items() if lines)


def worst_first(rows: Iterable[Row]) -> list[Row]:
    """Sorted by how many times as long it takes."""
    return sorted(rows, key=lambda row: middle(row.ratios)[0], reverse=True)


def machine() -> list[str]:
    """Where the numbers come from."""
    versions = [f"{name} {found}" for name in PACKAGES if (found := _version(name))]
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    return [
        f"{_processor()}, {os.cpu_count()} processors, {platform.system()}, {load}",
        f"Python {platform.python_version()}, {', '.join(versions)}",
        f"BLAS: {threads()}",
        "All times are the processor's, medians over rounds in shuffled order.",
    ]


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text(encoding="utf-8").splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _absent() -> Iterator[str]:
    for name in missing():
        yield f"Steps: {name} is not installed, so it is not compared."


def _compared(row: Row) -> str:
    ratio, low, high = middle(row.ratios)
    spread = f"({_short(low)} to {_short(high)})"
    mine, theirs = (_time(float(np.median(times))) for times in (row.ours, row.theirs))
    return f"{_short(ratio):>7}  {spread:18}{mine:>9}{theirs:>9}  {row.part}: {row.what} | {row.rival}"


def _alone(row: Row) -> str:
    time, low, high = map(_time, middle(row.ours))
    return f"{time:>9}  ({low} to {high})  {row.part}: {row.what}"


def _short(ratio: float) -> str:
    digits = next(digits for least, digits in ((100, 0), (10, 1), (0.1, 2), (-math.inf, 3)) if ratio >= least)
    return f"{ratio:.{digits}f}"


def _time(seconds: float) -> str:
    factor, unit = next((factor, unit) for below, factor, unit in UNITS if seconds < below)
    number = seconds * factor
    return f"{number:.0f} {unit}" if number >= 100 else f"{number:.{1 if number >= 10 else 2}f} {unit}"

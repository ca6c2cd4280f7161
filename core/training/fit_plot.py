"""The fit of one feature as a plot: the function over the points, its parts as thin curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.base.arrays import Array
from core.base.numbers import short
from core.data.examples import Dataset, with_room
from core.figure.plot import Axis, Curve, Entry, Layer, Multiples, Plot, Points, Said, Small
from core.training.fitted_line import Part
from core.training.plane_plot import feature_name, is_tested
from core.training.run import TrainingRun
from core.training.weights_plot import entry_math

THICK, THIN = 3.2, 1.1
POINT, CHOSEN = 0.8, 1.3  # widths, next to those of usual points
MOST_PARTS = 24  # that are drawn
MOST_NAMED = 8  # in the legend
FARTHEST = 1.0  # of the range of the targets, how far beyond it parts are seen
NO_ROWS, NO_SHARES = np.empty(0, int), np.empty(0)


def has_fit(run: TrainingRun) -> bool:
    """Whether numbers are predicted from one feature."""
    return run.line is not None


def fit_plot(run: TrainingRun, sample: int = -1) -> Plot | None:
    """The function that has been learned, over the examples; `sample` is the chosen one, −1 none."""
    line, data = run.line, run.setup.dataset
    if line is None or data is None:
        return None
    found, parts = line.prediction(), line.parts()[:MOST_PARTS]
    low, high = _range([data.targets, found, *(part.values for part in parts)], data.targets)
    layers: list[Layer] = [
        *(
            Curve(
                f"part {part.name}",
                _inside(line.x, part.values, low, high),
                _role(part, k),
                THIN,
                part.is_constant,
            )
            for k, part in enumerate(parts)
        ),
        Curve("fit", _inside(line.x, found, low, high), "local", THICK),
        *_points(run, data, sample),
    ]
    prediction = run.setup.graph.typesetter.name(run.setup.roles.prediction)
    return Plot(
        "fit",
        "Fitted function",
        Axis(float(line.x[0]), float(line.x[-1]), feature_name(data.feature_names[0])),
        Axis(low, high, prediction),
        tuple(layers),
        legend=tuple(_legend(run, parts)),
    )


def has_parts(run: TrainingRun) -> bool:
    """Whether what is predicted from one feature is a sum of parts."""
    return run.line is not None and len(run.line.terms) > 1


def parts_plot(run: TrainingRun) -> Multiples | None:
    """Each part of the function in a plot of its own, in its colour, with its weight; all on one scale."""
    line, data = run.line, run.setup.dataset
    if line is None or data is None or not has_parts(run):
        return None
    parts = line.parts()[:MOST_PARTS]
    shown = [(k, part) for k, part in enumerate(parts) if not part.is_constant]
    constants = [part for part in parts if part.is_constant]
    low, high = _range([part.values for _, part in shown] or [data.targets], data.targets)
    found = tuple(
        Small(
            f"part {part.name}",
            entry_math(run, part.weight_name, part.entry) if part.weight_name else entry_math(run, part.name),
            _inside(line.x, part.values, low, high),
            _role(part, k),
            part.weight,
        )
        for k, part in shown
    )
    prediction = run.setup.roles.prediction
    beside = ", ".join(f"{part.name} = {short(float(part.values[0]), 3)}" for part in constants)
    count = len(line.parts())
    sum_of = f"{f'with {beside} ' * bool(beside)}they add up to {prediction}"
    sum_of = f"the first {len(parts)} of {count}" if count > len(parts) else sum_of
    return Multiples(
        "parts",
        "Parts",
        Axis(float(line.x[0]), float(line.x[-1])),
        Axis(low, high),
        found,
        (Said(sum_of), Said(f"each from {short(low, 3)} to {short(high, 3)}", "faint")),
    )


def _role(part: Part, number: int) -> str:
    return "faint" if part.is_constant else f"class {number}"


def _range(found: Sequence[Array], targets: Array) -> tuple[float, float]:
    """Room for all numbers, but for those far from the targets."""
    numbers = np.concatenate(found)
    numbers = numbers[np.isfinite(numbers)]
    low, high = float(targets.min()), float(targets.max())
    beyond = FARTHEST * ((high - low) or 1.0)
    return with_room(max(float(numbers.min()), low - beyond), min(float(numbers.max()), high + beyond))


def _inside(x: Array, y: Array, low: float, high: float) -> Array:
    """A curve, with gaps where it is not in view."""
    return np.stack([x, np.where((low <= y) & (y <= high), y, np.nan)], axis=1)


def _points(run: TrainingRun, data: Dataset, sample: int) -> Iterator[Points]:
    places, tested = np.stack([data.inputs[:, 0], data.targets], axis=1), is_tested(run, data)
    for kept in (False, True):
        (rows,) = np.nonzero(tested == kept)
        key = "test" if kept else "training"
        yield Points(key, places[rows], rows, NO_SHARES, filled=not kept, role="ink", size=POINT)
    if 0 <= sample < len(data):
        at = places[sample : sample + 1]
        yield Points("chosen", at, NO_ROWS, NO_SHARES, role="ink", size=CHOSEN, ring=True)


def _legend(run: TrainingRun, parts: Sequence[Part]) -> Iterator[Entry]:
    yield Entry(run.setup.roles.prediction, "local")
    yield Entry("training", "ink", "circle")
    if run.trainer.test_data is not None:
        yield Entry("test", "ink", "circle", filled=False)
    if len(parts) <= MOST_NAMED:
        for k, part in enumerate(parts):
            yield Entry(part.name, _role(part, k), dashed=part.is_constant)

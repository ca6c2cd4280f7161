"""The decision boundary as a plot: what is predicted over the plane, with the examples on it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.base.arrays import Array
from core.data.examples import Dataset
from core.figure.plot import (
    SHAPES,
    Axis,
    Curve,
    Entry,
    Field,
    Layer,
    Plot,
    Points,
    Scale,
    contour,
)
from core.math.mathtree import Math, Word
from core.math.typeset import Typesetter
from core.notation.names import in_text
from core.training.boundary import Plane
from core.training.run import TrainingRun
from core.training.shown import Shown

SHORT = 3  # letters of a feature's name that is set as mathematics
LINE, THIN = 1.6, 1.1  # widths of the boundary and of other lines
NOW, BEFORE = ("boundary", "ink", LINE), ("before", "faint", THIN)
CHOSEN = 1.3  # how large the ring around the chosen example is, next to those of the mini-batch
PALE = 0.7  # how strongly the plane is coloured next to points
MOST_NAMED = 10  # classes in the legend
NO_ROWS, NO_SHARES = np.empty(0, int), np.empty(0)


def plane_plot(
    run: TrainingRun,
    sample: int = -1,
    shown: Shown | None = None,
    unit: tuple[str, int] | None = None,
    before: bool = False,
) -> Plot | None:
    """The plane of a run with two features.

    Args:
        run: what is trained.
        sample: the number of the chosen example; −1 is none.
        shown: what is shown on it; the usual things if not given.
        unit: a node on the way to the prediction and its entry, which are shown in the place of that.
        before: whether the boundary before the last update is shown, too.

    Returns:
        The plot, or None where there is no plane.
    """
    plane, data = run.plane, run.setup.dataset
    if plane is None or data is None:
        return None
    values, places = plane.node_map(*unit) if unit else plane.prediction(), plane.places(data.inputs)
    title = "Decision boundary" if data.classes else "Prediction"
    titles = plane.chart.titles if plane.chart else data.feature_names
    shown = shown or Shown()
    scale: Scale | None
    if unit:
        node, entry = run.setup.graph.nodes[unit[0]], unit[1]
        place = f"[{entry}]" if node.shape else ""
        scale, title = _of_unit(values), f"{in_text(unit[0])}{place} over the plane"
    elif values.ndim == 3 and values.shape[2] == 2:
        values = _second(values)
        scale = Scale(0.5, 0.5, Word(f"P({data.class_names[1]})", "ord"))
    else:
        scale = None if values.ndim == 3 else _scale(run, data)
    last = run.trainer.last_update if before and not unit else None
    earlier = _second(plane.prediction(last.before)) if last else None
    layers: list[Layer] = [
        *_field(values, scale, plane, shown),
        *(_lines(earlier, scale, plane, BEFORE) if earlier is not None else ()),
        *_lines(values, scale, plane, NOW),
        *_unit_lines(plane, shown),
        *_points(run, data, scale, shown, places),
        *_rings(run, data, sample, shown, places),
    ]
    across, up = (
        Axis(*ends, feature_name(title)) for ends, title in zip((plane.across, plane.up), titles, strict=True)
    )
    return Plot(
        "boundary",
        title,
        across,
        up,
        tuple(layers),
        scale,
        PALE,
        square=True,
        legend=(
            *_legend(run, data, shown),
            *([Entry("one update ago", "faint")] if last else []),
        ),
    )


def feature_name(name: str) -> Math:
    """A feature's name: a short one as mathematics, words as they are."""
    return Typesetter().name(name) if name.isidentifier() and len(name) <= SHORT else Word(name, "ord")


def class_role(data: Dataset, number: int) -> str:
    """The colour of a class: of two the ends of the scale, of more its own."""
    return ("negative", "positive")[number] if data.classes == 2 else f"class {number}"


def _scale(run: TrainingRun, data: Dataset) -> Scale:
    """From which number to which the plane's colours run."""
    roles = run.setup.roles
    name = run.setup.graph.typesetter.name(roles.prediction) if roles.higher_is_second else None
    if not data.classes:
        return Scale(0.0, float(np.abs(data.targets).max(initial=0.0)) or 1.0, name)
    return Scale(roles.threshold, roles.threshold or 1.0, name)


def _of_unit(values: Array) -> Scale:
    """Colours from the largest number with either sign."""
    largest = float(np.max(np.abs(values), where=np.isfinite(values), initial=0.0))
    return Scale(0.0, largest or 1.0)


def _field(values: Array, scale: Scale | None, plane: Plane, shown: Shown) -> Iterator[Field]:
    if not np.isfinite(values).all():
        return
    shares = scale.shares(values) if scale else values
    if shown.two_colours:
        shares = np.sign(shares) if scale else np.eye(shares.shape[2])[shares.argmax(axis=2)]
    yield Field(shares, plane.across, plane.up)


def _second(values: Array) -> Array:
    """Of shares of two classes those of the second."""
    return values[:, :, 1] if values.ndim == 3 and values.shape[2] == 2 else values


def _lines(values: Array, scale: Scale | None, plane: Plane, look: tuple[str, str, float]) -> Iterator[Curve]:
    """Where the predicted class changes; of numbers where they are 0."""
    if not np.isfinite(values).all():
        return
    pieces = []
    if scale:
        pieces.append(contour(values, scale.middle, plane.across, plane.up))
    else:
        for k in range(values.shape[2]):
            lead = values[:, :, k] - np.delete(values, k, axis=2).max(axis=2)
            pieces.append(contour(lead, 0.0, plane.across, plane.up))
    key, role, width = look
    yield Curve(key, np.concatenate(pieces), role, width, pairs=True)


def _unit_lines(plane: Plane, shown: Shown) -> Iterator[Curve]:
    for name, values in plane.unit_sums() if shown.unit_lines else ():
        yield Curve(
            f"unit {name}", contour(values, 0.0, plane.across, plane.up), "ink", THIN, True, pairs=True
        )


def is_tested(run: TrainingRun, data: Dataset) -> Array:
    """Whether each example is kept for testing, (n,)."""
    tested, kept = np.zeros(len(data), bool), run.trainer.test_data
    if kept is not None and kept.rows is not None:
        tested[kept.rows] = True
    return tested


def _points(
    run: TrainingRun, data: Dataset, scale: Scale | None, shown: Shown, places: Array
) -> Iterator[Points]:
    """The examples: filled those for training, hollow those for testing; the shape tells the class."""
    tested = is_tested(run, data)
    for kept in (False, True) if shown.test_points else (False,):
        part, key = tested == kept, "test" if kept else "training"
        for k in range(data.classes):
            (rows,) = np.nonzero(part & (data.targets == k))
            shape = SHAPES[k % len(SHAPES)]
            yield Points(
                f"{key} class-{k}", places[rows], rows, NO_SHARES, shape, not kept, class_role(data, k)
            )
        if not data.classes and scale:
            (rows,) = np.nonzero(part)
            shares = scale.shares(data.targets[rows])
            yield Points(key, places[rows], rows, shares, filled=not kept)


def _rings(run: TrainingRun, data: Dataset, sample: int, shown: Shown, places: Array) -> Iterator[Points]:
    trained = run.trainer.train_data
    if shown.this_batch and trained is not None and trained.rows is not None:
        at = places[trained.rows[run.trainer.coming]]
        if len(at) < len(trained.rows):  # rings around all would say nothing
            yield Points("batch", at, NO_ROWS, NO_SHARES, filled=False, role="ink", ring=True)
    if 0 <= sample < len(data):
        at = places[sample : sample + 1]
        yield Points("chosen", at, NO_ROWS, NO_SHARES, role="ink", size=CHOSEN, ring=True)


def _legend(run: TrainingRun, data: Dataset, shown: Shown) -> Iterator[Entry]:
    for k in range(data.classes if data.classes <= MOST_NAMED else 0):
        yield Entry(data.class_names[k], class_role(data, k), SHAPES[k % len(SHAPES)])
    if shown.test_points and run.trainer.test_data is not None:
        yield Entry("training", "faint", "circle")
        yield Entry("test", "faint", "circle", filled=False)
    if shown.this_batch and len(run.trainer.coming) < len(run.trainer.train_data or ()):
        yield Entry("next mini-batch", "ink", "circle", filled=False, ring=True)

"""The decision boundary as a plot: what is predicted over the plane, with the examples on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.base.numbers import short
from core.data.examples import Dataset
from core.figure.plot import (
    SHAPES,
    Arrows,
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
from core.figure.plot.ticks import ticks
from core.math.mathtree import Math, Word
from core.math.typeset import Typesetter
from core.notation.names import in_text
from core.ops import OPS
from core.training.boundary import Plane
from core.training.run import TrainingRun
from core.training.shown import Shown

SHORT = 3  # letters of a feature's name that is set as mathematics
LINE, THIN, FINE = 1.6, 1.1, 0.8  # widths of the boundary and of other lines
ALONG = (0.15, 0.3, 0.5, 0.7, 0.85)  # shares of a unit's line, where its arrow may begin
MARGIN = "margin"  # the input of a loss
SURE = 0.75  # halfway from undecided to sure, of two classes
LEVELS = 10  # contours at most
MOST_CODES = 1 << 18  # of patterns, before those that occur are counted anew
AN_ARROW = ", arrows to above 0"
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
    maps: Mapping[str, Array] | None = None,
) -> Plot | None:
    """The plane of a run with two features.

    Args:
        run: what is trained.
        sample: the number of the chosen example; −1 is none.
        shown: what is shown on it; the usual things if not given.
        unit: a node on the way to the prediction and its entry, which are shown in the place of that.
        before: whether the boundary before the last update is shown, too.
        maps: what the node shown is over the plane, (entries, rows, columns), if it is known more finely.

    Returns:
        The plot, or None where there is no plane.
    """
    plane, data = run.plane, run.setup.dataset
    if plane is None or data is None:
        return None
    (name,) = names = nodes_shown(run, unit)
    raw, places = (maps or plane.maps(names))[name], plane.places(data.inputs)
    values = raw[unit[1]] if unit else plane.answer(raw)
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
    lines = plane.unit_sums() if shown.unit_lines or shown.regions else []
    regions = _regions([sums for _, sums in lines], values.shape[0]) if shown.regions and lines else None
    margins = _margins(run, raw, values, scale) if shown.margins and data.classes and not unit else None
    layers: list[Layer] = [
        *_field(values, scale, plane, shown, regions),
        *(_contours(values, scale, plane) if shown.contours else ()),
        *(_lines(earlier, scale, plane, BEFORE) if earlier is not None else ()),
        *_lines(values, scale, plane, NOW),
        *(_margin_lines(margins, plane) if margins else ()),
        *_unit_lines(lines, plane),
        *plane.once((scale, shown.test_points), lambda: [*_points(run, data, scale, shown, places)]),
        *_rings(run, data, sample, shown, places),
        *(_unit_arrows(lines, plane) if shown.unit_lines else ()),
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
            *([Entry(margins.says)] if margins else []),
            *([Entry("contours", "faint")] if shown.contours else []),
            *([Entry(f"units = 0{AN_ARROW * shown.unit_lines}", "faint", dashed=True)] if lines else []),
            *([Entry(_counted(regions), "faint", "square")] if regions is not None else []),
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


def nodes_shown(run: TrainingRun, unit: tuple[str, int] | None = None) -> tuple[str]:
    """The node whose values are shown over the plane: the prediction, or that of a unit."""
    return (unit[0] if unit else run.setup.roles.prediction,)


def _field(
    values: Array, scale: Scale | None, plane: Plane, shown: Shown, regions: Array | None
) -> Iterator[Field]:
    if not np.isfinite(values).all():
        return
    shares = scale.shares(values) if scale else values
    if regions is not None:
        shares = _mean_in(regions, shares)
    if shown.two_colours:
        shares = np.sign(shares) if scale else np.eye(shares.shape[2])[shares.argmax(axis=2)]
    yield Field(shares, plane.across, plane.up)


def _regions(sums: Sequence[Array], side: int) -> Array:
    """The number of the region, counted from 0, of each point of a grid (side, side).

    Regions are cut by lines where sums that are linear over the plane are 0; these are given at corners.
    """
    code, count = np.zeros((side, side), np.int64), 1
    steps = np.linspace(0, 1, side)
    for corners in sums:
        low, right, up = corners[0, 0], corners[0, -1] - corners[0, 0], corners[-1, 0] - corners[0, 0]
        above = low + steps * right + steps[:, None] * up > 0
        code, count = 2 * code + above, 2 * count
        if count > MOST_CODES:
            code, count = _counted_off(code)
    return _counted_off(code)[0]


def _counted_off(code: Array) -> tuple[Array, int]:
    """Whole numbers in place of others, without gaps between them, and how many there are."""
    there = np.bincount(code.ravel()) > 0
    return (np.cumsum(there) - 1)[code], int(there.sum())


def _counted(regions: Array) -> str:
    count = int(regions.max()) + 1
    return f"{count} region{'s' * (count != 1)}, each with its mean"


def _mean_in(regions: Array, shares: Array) -> Array:
    """The mean of shares, (rows, columns) or (rows, columns, classes), in the region of each point."""
    parts = np.moveaxis(np.atleast_3d(shares), -1, 0)
    counts = np.bincount(regions.ravel())
    means = [(np.bincount(regions.ravel(), part.ravel()) / counts)[regions] for part in parts]
    return np.stack(means, axis=-1).reshape(shares.shape)


class _Margins(Struct, frozen=True, eq=False):
    """The lines beside a boundary: a map for each class with the numbers that it has along them."""

    maps: tuple[Array, ...]
    levels: tuple[float, ...]
    says: str


def _margins(run: TrainingRun, raw: Array, values: Array, scale: Scale | None) -> _Margins:
    """What is halfway to sure; of scores where they are the numbers that the two targets stand for.

    Scores of several classes whose loss has a margin reach it, before the highest of the others.
    """
    nodes, name = run.setup.graph.nodes, run.setup.roles.prediction
    if scale:
        is_score = not OPS[nodes[name].op].learning.squashes_to and values.ndim == raw.ndim - 1 == 2
        is_score = is_score and not nodes[name].shape
        far = scale.span if is_score else scale.span / 2
        levels = scale.middle - far, scale.middle + far
        letter = "p" if nodes[name].shape else in_text(name)
        return _Margins((values,), levels, f"{letter} = {short(levels[0])} and {short(levels[1])}")
    margin = _margin_of(run)
    if margin is None:
        return _Margins(tuple(np.moveaxis(values, -1, 0)), (SURE,), f"p = {SURE:g}")
    leads = tuple(raw[k] - np.delete(raw, k, axis=0).max(axis=0) for k in range(len(raw)))
    return _Margins(leads, (margin,), f"ahead by {short(margin)}, the margin")


def _margin_of(run: TrainingRun) -> float | None:
    """The margin of a loss that has one and takes the prediction; None where none has."""
    graph, name = run.setup.graph, run.setup.roles.prediction
    for edge in graph.users.get(name, ()):
        user = graph.nodes[edge.target]
        given = dict(zip(OPS[user.op].inputs, user.args, strict=False))
        if MARGIN in given:
            value = run.setup.values.get(given[MARGIN], graph.nodes[given[MARGIN]].value)
            return None if value is None else float(value)
        if MARGIN in OPS[user.op].inputs:
            return float(OPS[user.op].defaults[MARGIN])
    return None


def _margin_lines(margins: _Margins, plane: Plane) -> Iterator[Curve]:
    found = [
        contour(one, level, plane.across, plane.up)
        for one in margins.maps
        for level in margins.levels
        if np.isfinite(one).all()
    ]
    if found:
        yield Curve("margins", np.concatenate(found), "ink", THIN, pairs=True)


def _contours(values: Array, scale: Scale | None, plane: Plane) -> Iterator[Curve]:
    """Lines at round numbers; of several classes those of the share of the likeliest one."""
    top = values if scale else values.max(axis=2)
    if not np.isfinite(top).all() or not np.ptp(top):
        return
    levels = [at for at, _ in ticks(Axis(float(top.min()), float(top.max())), LEVELS)]
    found = np.concatenate([contour(top, level, plane.across, plane.up) for level in levels])
    yield Curve("contours", found, "faint", FINE, pairs=True)


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


def _unit_lines(lines: Sequence[tuple[str, Array]], plane: Plane) -> Iterator[Curve]:
    """Where the sum of each unit is 0."""
    for name, sums in lines:
        line = contour(sums, 0.0, plane.across, plane.up)
        yield Curve(f"unit {name}", line, "faint", THIN, True, pairs=True)


def _unit_arrows(lines: Sequence[tuple[str, Array]], plane: Plane) -> Iterator[Arrows]:
    """From the line of each unit an arrow to where its sum is above 0, away from the other arrows."""
    corner = np.array([plane.across[0], plane.up[0]])
    size = np.array([plane.across[1], plane.up[1]]) - corner
    at, slopes = [np.full(2, 0.5)], []
    for _, sums in lines:
        line = contour(sums, 0.0, (0.0, 1.0), (0.0, 1.0))
        if not len(line):
            continue
        ends = line[[np.lexsort(line.T)[0], np.lexsort(line.T)[-1]]]
        places = [ends[0] + share * (ends[1] - ends[0]) for share in ALONG]
        at.append(max(places, key=lambda place: min(np.hypot(*(place - other)) for other in at)))
        slopes.append(np.array([sums[0, -1] - sums[0, 0], sums[-1, 0] - sums[0, 0]]) / size)
    if slopes:
        yield Arrows("weights of units", corner + np.array(at[1:]) * size, np.array(slopes), "ink", LINE)


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

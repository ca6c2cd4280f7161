"""What has been learned as matrices: weights with their numbers, templates, units over the plane."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from core.base.arrays import Array
from core.figure import heat_cells
from core.figure.plot import Matrices, Matrix, Said, Scale
from core.graph.plan import make_plan
from core.math.mathtree import Digits, Fenced, Math, Word, row
from core.passes.stepper import record
from core.training.run import TrainingRun
from core.training.shares import batch_gradients_of_parameters
from core.training.shown import Whose

MOST_FILTERS, MOST_UNITS = 40, 24
TEMPLATES_ACROSS = 5


def weights_plot(run: TrainingRun) -> Matrices:
    """All parameters on one scale: a vector is a column, a number one cell, filters are drawn one by one."""
    found = [*_weights(run)]
    return Matrices("weights", "Weights", tuple(found), (_common([one.values for one in found]),))


def has_templates(run: TrainingRun) -> bool:
    """Whether some matrix has a column for each pixel of the data's pictures."""
    return template_matrix(run) is not None


def has_units(run: TrainingRun) -> bool:
    """Whether there are hidden units that have a value at each point of a plane."""
    return run.plane is not None and run.plane.has_units


def template_matrix(run: TrainingRun) -> str | None:
    """The first parameter with a column for each pixel of the data's pictures."""
    data, nodes = run.setup.dataset, run.setup.graph.nodes
    if data is None or not data.image_shape:
        return None
    pixels = math.prod(data.image_shape)
    found = (name for name in run.setup.roles.parameters if nodes[name].shape[1:] == (pixels,))
    return next(found, None)


def templates_plot(
    run: TrainingRun, gradients: bool = False, whose: Whose = "batch", sample: int = -1, chosen: int = -1
) -> Matrices | None:
    """The rows of the first matrix with a column for each pixel, each as a picture, all on one scale.

    Args:
        run: what is trained.
        gradients: whether the gradient of each stands below it, all these on a scale of their own.
        whose: the gradient of what: of the next mini-batch, or of the chosen sample, if there is one.
        sample: the number of the chosen sample; −1 is none.
        chosen: the number of the template that is framed; −1 is none.
    """
    data, name = run.setup.dataset, template_matrix(run)
    if data is None or data.image_shape is None or name is None:
        return None
    rows, (high, wide) = np.asarray(run.trainer.learned()[name])[:MOST_FILTERS], data.image_shape
    classes = data.class_names if len(data.class_names) == len(rows) else ()
    found = [
        Matrix(
            f"{name}[{i}]",
            Word(classes[i], "ord") if classes else entry_math(run, name, i),
            row.reshape(high, wide),
            written=False,
            picture=True,
            framed=(0, 0, high, wide) if i == chosen else None,
            number=i,
        )
        for i, row in enumerate(rows)
    ]
    if not gradients:
        return Matrices("templates", "Templates", tuple(found), (_common([rows]),), across=TEMPLATES_ACROSS)
    of_sample = whose == "sample" and sample >= 0
    slopes = _gradient(run, name, sample if of_sample else -1)[: len(rows)]
    below = [
        Matrix(f"gradient {name}[{i}]", None, row.reshape(high, wide), False, picture=True, scale=1)
        for i, row in enumerate(slopes)
    ]
    lines = range(0, len(rows), TEMPLATES_ACROSS)
    together = [one for k in lines for part in (found, below) for one in part[k : k + TEMPLATES_ACROSS]]
    weights, gradient = _common([rows]), _common([slopes])
    count = len(run.trainer.coming)
    of = f"sample {sample}" if of_sample else f"the next mini-batch, {count} sample{'s' * (count != 1)}"
    return Matrices(
        "templates",
        "Templates and gradients",
        tuple(together),
        (replace(weights, name=entry_math(run, name)), replace(gradient, name=Word("gradient", "ord"))),
        (Said(f"gradients of {of}", "faint"),),
        across=TEMPLATES_ACROSS,
    )


def _gradient(run: TrainingRun, name: str, sample: int) -> Array:
    """The gradient of a matrix: that of a sample, or that which the trainer takes of the next mini-batch."""
    if sample < 0:
        return np.asarray(batch_gradients_of_parameters(run.trainer)[name])
    found = record(make_plan(run.setup.graph), run.inputs(sample)).last.gradient(name)
    return np.zeros(run.setup.graph.nodes[name].shape) if found is None else np.asarray(found)


def units_plot(run: TrainingRun) -> Matrices | None:
    """What each hidden unit says over the plane, the largest second feature on top; None without a plane."""
    maps = run.plane.unit_maps() if run.plane else {}
    found = [
        Matrix(
            f"{layer}[{i}]" if len(values) > 1 else layer,
            entry_math(run, layer, i if len(values) > 1 else None),
            np.flipud(unit),
            written=False,
            picture=True,
        )
        for layer, values in maps.items()
        for i, unit in enumerate(values)
    ][:MOST_UNITS]
    if not found:
        return None
    return Matrices("units", "Hidden units", tuple(found), (_common([one.values for one in found]),))


def _weights(run: TrainingRun) -> Iterator[Matrix]:
    for name, value in run.trainer.learned().items():
        array = np.asarray(value, dtype=np.float64)
        if array.ndim > 2 and array[0].size > 1:
            for i, part in enumerate(array[:MOST_FILTERS]):
                yield Matrix(f"{name}[{i}]", entry_math(run, name, i), heat_cells(part))
        else:
            cells = array.reshape(len(array), -1) if array.ndim else array.reshape(1, 1)
            yield Matrix(name, entry_math(run, name), cells)


def entry_math(run: TrainingRun, name: str, entry: int | None = None) -> Math:
    """A name, or that of one of its entries."""
    typeset = run.setup.graph.typesetter.name(name)
    return typeset if entry is None else row(typeset, Fenced("[", Digits(str(entry)), "]"))


def _common(found: list[Array]) -> Scale:
    largest = max(
        (float(np.abs(values).max(initial=0.0, where=np.isfinite(values))) for values in found), default=0.0
    )
    return Scale(0.0, largest or 1.0)

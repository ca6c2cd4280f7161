"""What a program with two features answers everywhere in the plane, and what each hidden unit says there."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from core.base.arrays import Array
from core.base.errors import Problem
from core.compiled import Compiled, compile_plan
from core.data.examples import Range
from core.graph.graph import Graph
from core.graph.plan import make_plan
from core.ops import squashing
from core.training.chart import Chart
from core.training.roles import Roles
from core.training.trainer import Trainer

WHOLE: Range = (-6.0, 6.0)
SHARES = squashing("probabilities")
LARGE = 1e9  # weights beyond this overflow single precision soon


class Plane:
    """A grid of points and an engine of its own, in single precision: nothing that trains is disturbed.

    Maps have a row for each step of the second feature, the least first, and a column for each of the first;
    `across` and `up` are the ranges of the two features, the grid's outermost points included.
    """

    def __init__(
        self,
        trainer: Trainer,
        across: Range = WHOLE,
        up: Range = WHOLE,
        resolution: int = 100,
        chart: Chart | None = None,
    ):
        """Look at a program over two features, or over the plane of a chart, which has ranges of its own.

        Raises Problem unless the program predicts something from two features, or from those of the chart.
        """
        graph, roles = trainer.graph, trainer.roles
        name = roles.prediction
        if not name:
            raise Problem("The program names no prediction", hint="Give it a line of its own, such as y = …")
        shape = graph.nodes[roles.features[0]].shape
        count = len(roles.columns) or math.prod(shape)
        fits = count == 2 or (chart is not None and (bool(roles.columns) or count == len(chart.origin)))
        if not fits or len(graph.nodes[name].shape) > 1:
            raise Problem(
                "A map of the plane needs two features, and one answer or several scores for a point"
            )
        self.resolution, self._trainer, self._name = resolution, trainer, name
        self._scores = bool(graph.nodes[name].shape) and graph.nodes[name].op not in SHARES
        self._hidden, self._higher_is_second, self._threshold = (
            _hidden(graph, roles),
            roles.higher_is_second,
            roles.threshold,
        )
        self.across, self.up = (chart.across, chart.up) if chart else (across, up)
        grid = _grid(self.across, self.up, resolution)
        self._points = chart.inputs(grid) if chart else grid
        self._engine = self._compiled(np.float32)

    def _compiled(self, dtype: npt.DTypeLike) -> Compiled:
        """An engine for all points at once."""
        graph, roles = self._trainer.graph.with_output(self._name), self._trainer.roles
        size, points = self.resolution**2, self._points
        engine = compile_plan(make_plan(graph), roles.data, size, dtype, roles.parameters, backward=False)
        for place, feature in enumerate(roles.features):
            if feature in engine.inputs:
                given = points[roles.columns[place]] if roles.columns else points
                engine.inputs[feature][...] = given.reshape(engine.inputs[feature].shape)
        return engine

    def prediction(self) -> Array:
        """The answers now: (rows, columns) numbers, or (rows, columns, classes) shares that add up to 1."""
        self._compute()
        answer = self._engine.values[self._name]
        if self._scores:
            with np.errstate(all="ignore"):
                e = np.exp(answer - answer.max(axis=0))
                answer = e / e.sum(axis=0)
        if not self._higher_is_second:
            answer = 2 * self._threshold - answer  # so that the second class is high
        maps = answer.reshape(*answer.shape[:-1], self.resolution, self.resolution)
        return np.moveaxis(maps, (-2, -1), (0, 1)).copy()

    def unit_maps(self) -> dict[str, Array]:
        """For each hidden layer, by its name, what its units say now: (units, rows, columns)."""
        self._compute()
        side = self.resolution
        return {name: self._engine.values[name].reshape(-1, side, side).copy() for name in self._hidden}

    def _compute(self) -> None:
        """Run the engine with the trainer's parameters, which lie in the same order here."""
        with np.errstate(all="ignore"):
            if self._engine.parameters.dtype == np.float32 and np.any(
                np.abs(self._trainer.parameters) > LARGE
            ):
                self._engine = self._compiled(np.float64)
            self._engine.parameters[...] = self._trainer.parameters
            self._engine.set(self._trainer.engines.fixed)
            self._engine.forward()


def plane_of(trainer: Trainer, chart: Chart | None = None) -> Plane | None:
    """The plane of a trainer's program, or None where there is nothing to draw."""
    try:
        return Plane(trainer, chart=chart)
    except Problem:
        return None


def _grid(across: Range, up: Range, resolution: int) -> Array:
    """The points of the grid as two rows, the lowest row of the picture first."""
    x, y = np.linspace(*across, resolution), np.linspace(*up, resolution)
    return np.stack([np.tile(x, resolution), np.repeat(y, resolution)])


def _hidden(graph: Graph, roles: Roles) -> tuple[str, ...]:
    """The named numbers and vectors on the way from the features to the prediction."""
    between = graph.downstream_of(roles.features) & graph.upstream_of([roles.prediction])
    return tuple(
        node.name
        for node in graph.nodes.values()
        if node.named and not node.is_leaf and len(node.shape) <= 1
        if node.name in between and node.name != roles.prediction
    )

"""What a program with two features answers everywhere in the plane, and what each hidden unit says there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

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
CORNERS = 3  # points a side, for what is linear
ROUNDING = 1e-4  # of single precision


class Grid:
    """The values of a program's nodes at points, by an engine of its own, in single precision.

    Nothing that trains is disturbed.
    """

    def __init__(self, trainer: Trainer, name: str, points: Array):
        """`points` are (number of features, number of points)."""
        self._trainer, self._name, self._points = trainer, name, points
        self._engine = self._compiled(np.float32)

    def _compiled(self, dtype: npt.DTypeLike) -> Compiled:
        """An engine for all points at once."""
        graph, roles = self._trainer.graph.with_output(self._name), self._trainer.roles
        points = self._points
        plan = make_plan(graph)
        engine = compile_plan(plan, roles.data, points.shape[1], dtype, roles.parameters, backward=False)
        self._feed(engine)
        return engine

    def _feed(self, engine: Compiled) -> None:
        roles, points = self._trainer.roles, self._points
        for place, feature in enumerate(roles.features):
            if feature in engine.inputs:
                given = points[roles.columns[place]] if roles.columns else points
                engine.inputs[feature][...] = given.reshape(engine.inputs[feature].shape)

    def move(self, points: Array) -> None:
        """Take other points, as many as before."""
        self._points = points
        self._feed(self._engine)

    def values(self) -> Mapping[str, Array]:
        """What all nodes up to the last are now, the points along the last axis."""
        with np.errstate(all="ignore"):
            if self._engine.parameters.dtype == np.float32 and np.any(
                np.abs(self._trainer.parameters) > LARGE
            ):
                self._engine = self._compiled(np.float64)
            self._engine.parameters[...] = self._trainer.parameters  # they lie in the same order here
            self._engine.set(self._trainer.engines.fixed)
            self._engine.forward()
        return self._engine.values


class Plane:
    """What is predicted on a grid of points in the plane of two features.

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
        self.across, self.up = (chart.across, chart.up) if chart else (across, up)
        self.chart, self.resolution = chart, resolution
        self._trainer, self._name = trainer, name
        self._scores = bool(graph.nodes[name].shape) and graph.nodes[name].op not in SHARES
        self._hidden = _hidden(graph, roles)
        self._grid = Grid(trainer, name, self._inputs(_points(self.across, self.up, resolution)))

    def places(self, inputs: Array) -> Array:
        """Where examples (n, d) stand in the plane, (n, 2)."""
        return self.chart.places(inputs) if self.chart else inputs

    def _inputs(self, points: Array) -> Array:
        """The features at points (2, n) of the plane."""
        return self.chart.inputs(points) if self.chart else points

    def prediction(self) -> Array:
        """The answers now: (rows, columns) numbers, or (rows, columns, classes) shares that add up to 1."""
        answer, roles = self._answer(self._grid), self._trainer.roles
        if not roles.higher_is_second:
            answer = 2 * roles.threshold - answer  # so that the second class is high
        maps = answer.reshape(*answer.shape[:-1], self.resolution, self.resolution)
        return np.moveaxis(maps, (-2, -1), (0, 1)).copy()

    def at(self, x: float, y: float) -> Array:
        """The answer at one point: a number (), or a share for each class (classes,)."""
        self._probe.move(self._inputs(np.array([[x], [y]])))
        return np.array(self._answer(self._probe)[..., 0], float)

    def _answer(self, grid: Grid) -> Array:
        answer = grid.values()[self._name]
        if not self._scores:
            return answer
        with np.errstate(all="ignore"):
            e = np.exp(answer - answer.max(axis=0))
            return np.asarray(e / e.sum(axis=0))

    @cached_property
    def _probe(self) -> Grid:
        return Grid(self._trainer, self._name, self._inputs(np.zeros((2, 1))))

    @property
    def has_units(self) -> bool:
        """Whether there are hidden units."""
        return bool(self._hidden)

    def unit_maps(self) -> dict[str, Array]:
        """For each hidden layer, by its name, what its units say now: (units, rows, columns)."""
        values, side = self._grid.values(), self.resolution
        return {name: values[name].reshape(-1, side, side).copy() for name in self._hidden}

    def unit_sums(self) -> list[tuple[str, Array]]:
        """What the activations of the first layer are taken of, where these sums are linear in the features.

        Returns:
            For each unit its name with (CORNERS, CORNERS) values, evenly spaced over the plane.
        """
        found = []
        for name, grid in self._sums.items():
            values = grid.values()[self._trainer.graph.nodes[name].args[0]].astype(float)
            units = values.reshape(-1, CORNERS, CORNERS)
            if np.isfinite(units).all() and _is_linear(units):
                labels = [name] if len(units) == 1 else [f"{name}[{i}]" for i in range(len(units))]
                found += [*zip(labels, units, strict=True)]
        return found

    @cached_property
    def _sums(self) -> Mapping[str, Grid]:
        """Of each hidden layer that is an activation of something, that on a coarse grid."""
        points = self._inputs(_points(self.across, self.up, CORNERS))
        nodes = self._trainer.graph.nodes
        return {
            name: Grid(self._trainer, nodes[name].args[0], points)
            for name in self._hidden
            if len(nodes[name].args) == 1 and not nodes[nodes[name].args[0]].is_leaf
        }


def _is_linear(units: Array) -> bool:
    """Whether values on grids, (units, CORNERS, CORNERS), lie on planes, but for rounding."""
    bends = np.diff(units, 2, axis=1), np.diff(units, 2, axis=2), np.diff(np.diff(units, axis=1), axis=2)
    return all(np.abs(bend).max() <= ROUNDING * np.abs(units).max() for bend in bends)


def plane_of(trainer: Trainer, chart: Chart | None = None) -> Plane | None:
    """The plane of a trainer's program, or None where there is nothing to draw."""
    try:
        return Plane(trainer, chart=chart)
    except Problem:
        return None


def _points(across: Range, up: Range, resolution: int) -> Array:
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

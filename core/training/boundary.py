"""What a program with two features answers everywhere in the plane, and what each hidden unit says there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from core.base.arrays import Array
from core.base.errors import Problem
from core.data.examples import Range
from core.graph.graph import Graph
from core.training.answers import Answers, Points
from core.training.chart import Chart
from core.training.roles import Roles
from core.training.trainer import Trainer

WHOLE: Range = (-6.0, 6.0)
CORNERS = 3  # points a side, for what is linear
ROUNDING = 1e-4  # of single precision


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
        count = len(roles.columns) or sum(math.prod(graph.nodes[name].shape) for name in roles.features)
        fits = count == 2 or (chart is not None and (bool(roles.columns) or count == len(chart.origin)))
        if not fits:
            raise Problem("A map of the plane needs two features, or a plane chosen among more")
        self.across, self.up = (chart.across, chart.up) if chart else (across, up)
        self.chart, self.resolution = chart, resolution
        self._trainer = trainer
        self._answers = Answers(trainer, self._inputs(_points(self.across, self.up, resolution)))
        self._hidden = _hidden(graph, roles)

    def places(self, inputs: Array) -> Array:
        """Where examples (n, d) stand in the plane, (n, 2)."""
        return self.chart.places(inputs) if self.chart else inputs

    def _inputs(self, points: Array) -> Array:
        """The features at points (2, n) of the plane."""
        return self.chart.inputs(points) if self.chart else points

    def prediction(self) -> Array:
        """The answers now: (rows, columns) numbers, or (rows, columns, classes) shares that add up to 1."""
        answer, roles = self._answers.now(), self._trainer.roles
        if not roles.higher_is_second:
            answer = 2 * roles.threshold - answer  # so that the second class is high
        maps = answer.reshape(*answer.shape[:-1], self.resolution, self.resolution)
        return np.moveaxis(maps, (-2, -1), (0, 1)).copy()

    def at(self, x: float, y: float) -> Array:
        """The answer at one point: a number (), or a share for each class (classes,)."""
        self._probe.move(self._inputs(np.array([[x], [y]])))
        return np.array(self._probe.now()[..., 0], float)

    @cached_property
    def _probe(self) -> Answers:
        return Answers(self._trainer, self._inputs(np.zeros((2, 1))))

    @property
    def has_units(self) -> bool:
        """Whether there are hidden units."""
        return bool(self._hidden)

    def unit_maps(self) -> dict[str, Array]:
        """For each hidden layer, by its name, what its units say now: (units, rows, columns)."""
        values, side = self._answers.values(), self.resolution
        return {name: values[name].reshape(-1, side, side).copy() for name in self._hidden}

    def unit_sums(self) -> list[tuple[str, Array]]:
        """What the activations of the first layer are taken of, where these sums are linear in the features.

        Returns:
            For each unit its name with (CORNERS, CORNERS) values, evenly spaced over the plane.
        """
        found = []
        for name, points in self._sums.items():
            values = points.values()[self._trainer.graph.nodes[name].args[0]].astype(float)
            units = values.reshape(-1, CORNERS, CORNERS)
            if np.isfinite(units).all() and _is_linear(units):
                labels = [name] if len(units) == 1 else [f"{name}[{i}]" for i in range(len(units))]
                found += [*zip(labels, units, strict=True)]
        return found

    @cached_property
    def _sums(self) -> Mapping[str, Points]:
        """Of each hidden layer that is an activation of something, that on a coarse grid."""
        points = self._inputs(_points(self.across, self.up, CORNERS))
        nodes = self._trainer.graph.nodes
        return {
            name: Points(self._trainer, nodes[name].args[0], points)
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

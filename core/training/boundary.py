"""What a program with two features answers everywhere in the plane, and what each hidden unit says there."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from core.base.arrays import Array
from core.base.errors import Problem
from core.base.slicing import Work
from core.data.examples import Range
from core.graph.graph import Graph
from core.training.answers import Answers, Points
from core.training.chart import Chart
from core.training.roles import Roles
from core.training.trainer import Trainer

Made = TypeVar("Made")
WHOLE: Range = (-6.0, 6.0)
CORNERS = 3  # points a side, for what is linear
ROUNDING = 1e-4  # of single precision
MOST_AT_ONCE = 1_000_000  # numbers that are computed for maps of nodes before other work is let in


class NodeMaps:
    """What the nodes on the way to a program's prediction compute over a plane, in pieces of work.

    Maps have `side` rows and columns; the first row is that of the least second feature.
    """

    def __init__(self, trainer: Trainer, plane: Plane, side: int, at_once: int = MOST_AT_ONCE):
        """Look at the nodes over the same points as a plane, on a grid of its own.

        Args:
            trainer: what is trained.
            plane: where.
            side: how many rows and columns the grid has.
            at_once: how many numbers are computed before other work is let in.
        """
        self.side, self._trainer = side, trainer
        self._inputs = plane.inputs(_points(plane.across, plane.up, side))
        nodes = trainer.graph.nodes
        between = trainer.graph.upstream_of([trainer.roles.prediction])
        self._entries = sum(math.prod(nodes[name].shape) for name in between)
        self._rows = max(1, min(side, at_once // (self._entries * side)))
        self._points = Answers(trainer, self._piece(0))

    def _piece(self, row: int) -> Array:
        """The inputs at the points of so many rows; the last rows where fewer are left."""
        row = min(row, self.side - self._rows)
        return self._inputs[:, row * self.side : (row + self._rows) * self.side]

    def now(self, names: Collection[str]) -> Work[dict[str, Array]]:
        """Compute the maps of some nodes at the parameters as they are when it begins.

        Returns:
            For each node (entries, rows, columns); a number has one entry.
        """
        parameters, side, rows = self._trainer.parameters.copy(), self.side, self._rows
        nodes = self._trainer.graph.nodes
        found = {name: np.empty((math.prod(nodes[name].shape), side, side)) for name in names}
        for row in range(0, side, rows):
            if row:
                yield
            if rows < side:
                self._points.move(self._piece(row))
            values, first = self._points.values(parameters), min(row, side - rows)
            for name in names:  # as they are: what overflowed is seen to have
                found[name][:, first : first + rows] = values[name].reshape(-1, rows, side)
        return found


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
        self._answers = Answers(trainer, self.inputs(_points(self.across, self.up, resolution)))
        self._hidden = _hidden(graph, roles)
        self._kept: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is made for pictures of this plane and stays the same while it trains, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        found: Made = self._kept[key]
        return found

    def places(self, inputs: Array) -> Array:
        """Where examples (n, d) stand in the plane, (n, 2)."""
        return self.chart.places(inputs) if self.chart else inputs

    def inputs(self, points: Array) -> Array:
        """The features at points (2, n) of the plane."""
        return self.chart.inputs(points) if self.chart else points

    def maps(self, names: Collection[str], parameters: Array | None = None) -> dict[str, Array]:
        """What nodes before the prediction are now, or at other parameters: (entries, rows, columns)."""
        values, side = self._answers.values(parameters), self.resolution
        return {name: values[name].reshape(-1, side, side).copy() for name in names}

    def prediction(self, parameters: Array | None = None) -> Array:
        """The answers now, or at other parameters; see `answer`."""
        name = self._trainer.roles.prediction
        return self.answer(self.maps([name], parameters)[name])

    def answer(self, values: Array) -> Array:
        """The answers where the prediction has values (entries, rows, columns).

        Returns:
            Numbers (rows, columns), the second of two classes where they are high; or shares of classes that
            add up to 1, (rows, columns, classes).
        """
        roles = self._trainer.roles
        if not self._trainer.graph.nodes[roles.prediction].shape:
            found = values[0] if roles.higher_is_second else 2 * roles.threshold - values[0]
            return np.array(found)
        return np.moveaxis(self._answers.shares(values), 0, -1).copy()

    def at(self, x: float, y: float) -> Array:
        """The answer at one point: a number (), or a share for each class (classes,)."""
        self._probe.move(self.inputs(np.array([[x], [y]])))
        return np.array(self._probe.now()[..., 0], float)

    @cached_property
    def _probe(self) -> Answers:
        return Answers(self._trainer, self.inputs(np.zeros((2, 1))))

    @property
    def has_units(self) -> bool:
        """Whether there are hidden units."""
        return bool(self._hidden)

    def unit_maps(self) -> dict[str, Array]:
        """For each hidden layer, by its name, what its units say now: (units, rows, columns)."""
        return self.maps(self._hidden)

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
        points = self.inputs(_points(self.across, self.up, CORNERS))
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
    """The named numbers and vectors with parameters on the way from the features to the prediction."""
    between = graph.downstream_of(roles.features) & graph.upstream_of([roles.prediction])
    between &= graph.downstream_of(roles.parameters)
    return tuple(
        node.name
        for node in graph.nodes.values()
        if node.named and not node.is_leaf and len(node.shape) <= 1
        if node.name in between and node.name != roles.prediction
    )

"""What a program that is trained makes of any points, with the parameters as they are.

Points    the values of its nodes there
Answers   what it predicts there: numbers, or for each class its share
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from core.base.arrays import Array
from core.base.errors import Problem
from core.compiled import Compiled, compile_plan
from core.graph.plan import make_plan
from core.ops import squashing
from core.training.trainer import Trainer

SHARES = squashing("probabilities")
LARGE = 1e9  # weights beyond this overflow single precision soon


class Points:
    """The values of a program's nodes at points, by an engine of its own: no training is disturbed."""

    def __init__(self, trainer: Trainer, name: str, points: Array, dtype: npt.DTypeLike = np.float32):
        """Look at all nodes that lead to the one of that name.

        Args:
            trainer: what is trained.
            name: the last node.
            points: what the features are, (number of features, number of points).
            dtype: how precisely it computes; in single precision only while the weights allow it.
        """
        self._trainer, self._name, self._points = trainer, name, points
        self._engine = self._compiled(dtype)

    def _compiled(self, dtype: npt.DTypeLike) -> Compiled:
        """An engine for all points at once."""
        graph, roles = self._trainer.graph.with_output(self._name), self._trainer.roles
        plan, count = make_plan(graph), self._points.shape[1]
        engine = compile_plan(plan, roles.data, count, dtype, roles.parameters, backward=False)
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

    def values(self, parameters: Array | None = None) -> Mapping[str, Array]:
        """What all nodes up to the last are, the points along the last axis: now, or at these parameters."""
        parameters = self._trainer.parameters if parameters is None else parameters
        with np.errstate(all="ignore"):
            if self._engine.parameters.dtype == np.float32 and np.any(np.abs(parameters) > LARGE):
                self._engine = self._compiled(np.float64)
            self._engine.parameters[...] = parameters  # they lie in the same order here
            self._engine.set(self._trainer.engines.fixed)
            self._engine.forward()
        return self._engine.values


def shares_of(scores: Array) -> Array:
    """The shares of classes that scores (classes, points) speak for."""
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max(axis=0))
        return np.asarray(e / e.sum(axis=0))


class Answers(Points):
    """What a program predicts at points."""

    def __init__(self, trainer: Trainer, points: Array, dtype: npt.DTypeLike = np.float32):
        """Raises Problem where the program predicts neither a number nor a score for each class."""
        nodes, name = trainer.graph.nodes, trainer.roles.prediction
        if not name or len(nodes[name].shape) > 1:
            said = "The program has no prediction that is a number or a score for each class"
            raise Problem(said, hint="Give it a line of its own, such as y = …")
        self._scores = bool(nodes[name].shape) and nodes[name].op not in SHARES
        super().__init__(trainer, name, points, dtype)

    def now(self, parameters: Array | None = None) -> Array:
        """The predictions: numbers (points,), or shares that add up to 1, (classes, points).

        They are those now, or those at other parameters.
        """
        return self.shares(self.values(parameters)[self._name])

    def shares(self, values: Array) -> Array:
        """The predictions where the last node has these values: of scores the shares they speak for."""
        return shares_of(values) if self._scores else values

    def classes(self) -> Array:
        """The class that is predicted at each point, as a whole number."""
        return self._trainer.roles.classes(self.now())

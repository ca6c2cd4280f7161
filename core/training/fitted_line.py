"""What a program of one feature answers along it, and the parts of which that is a sum."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.data.examples import Range
from core.graph.summands import Term, summands
from core.training.answers import Points
from core.training.trainer import Trainer

POINTS = 200


class Part(Struct, frozen=True, eq=False):
    """A summand over the feature: its name, and its values (points,).

    Of one that has a weight this with its name, and which entry it is of several.
    """

    name: str
    values: Array
    is_constant: bool = False
    weight: float | None = None
    weight_name: str = ""
    entry: int | None = None


class FittedLine:
    """What is predicted at evenly spaced points of the only feature."""

    def __init__(self, trainer: Trainer, across: Range):
        self.x = np.linspace(*across, POINTS)
        self._trainer, self._name = trainer, trainer.roles.prediction
        self._points = Points(trainer, self._name, self.x[None], np.float64)
        self.terms = tuple(summands(trainer.graph, self._name, trainer.roles.parameters))

    def prediction(self) -> Array:
        """The predictions now, (points,)."""
        return self._whole(self._name)

    def parts(self) -> list[Part]:
        """The summands of the prediction now; none where it is no sum of parts."""
        if len(self.terms) < 2:
            return []
        return [part for term in self.terms for part in self._parts(term)]

    def at(self, x: float) -> float:
        """The prediction at a place, between those at the points around it."""
        return float(np.interp(x, self.x, self.prediction()))

    def _whole(self, name: str) -> Array:
        values = np.ravel(np.asarray(self._points.values()[name], float))  # a constant has one for all points
        return np.array(np.broadcast_to(values, POINTS))

    def _parts(self, term: Term) -> Iterator[Part]:
        learned = self._trainer.values()
        if not term.weight:
            if term.node in learned:
                value = term.sign * float(np.ravel(learned[term.node])[0])
                yield Part(term.node, np.full(POINTS, value), True)
            else:
                is_constant = np.ndim(self._points.values()[term.node]) == 0
                yield Part(term.node, term.sign * self._whole(term.node), is_constant)
            return
        weights = np.ravel(np.asarray(learned[term.weight], float))
        values = np.asarray(self._points.values()[term.node], float).reshape(len(weights), -1)
        for i, weight in enumerate(weights):
            place = f"[{i}]" if len(weights) > 1 else ""
            part, entry = f"{term.weight}{place} {term.node}{place}", i if place else None
            yield Part(part, term.sign * weight * values[i], False, float(weight), term.weight, entry)


def line_of(trainer: Trainer, across: Range) -> FittedLine | None:
    """What a trainer's program predicts along a range of its feature; None where that is not one number."""
    name = trainer.roles.prediction
    if not name or math.prod(trainer.graph.nodes[name].shape) != 1:
        return None
    return FittedLine(trainer, across)

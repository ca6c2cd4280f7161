"""Max-norm: the weights that come into a unit are scaled down where their norm exceeds a limit.

limited   the weights of a program that are limited, each with the axes along which a unit's weights lie
Limits    the limit at work on arrays of weights
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.base.arrays import Array
from core.graph.graph import Graph
from core.training.initial import incoming

FORMULA = "w ← min(1, c / ‖w‖) w for the weights w of each unit"


def limited(graph: Graph, parameters: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The axes along which the weights of one unit lie, for each parameter that is no bias."""
    found = {name: incoming(graph, name) for name in parameters}
    return {name: axes for name, axes in found.items() if axes is not None}


class Limits:
    """The weights of each unit, held at a norm of at most `most`."""

    def __init__(self, weights: Mapping[str, Array], axes: Mapping[str, tuple[int, ...]], most: float):
        """The weights are changed in place, an array for each name of the axes."""
        self.most, self._parts = most, [(weights[name], axes[name]) for name in axes]

    def hold(self) -> None:
        """Scale down what is larger; where all weights of a unit are 0 they stay so."""
        for array, axes in self._parts:
            norms = np.sqrt(np.square(array).sum(axis=axes, keepdims=True))
            np.multiply(array, np.minimum(1.0, self.most / norms), out=array)

"""The plane in which data of any number of features are looked at: two of them, or two directions.

Chart          the plane: its axes, and which inputs each of its points stands for
chart_of       the plane of two features, the others held where one example has them
principal      the plane of the two directions in which the data spread most
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.base.numbers import short
from core.data.examples import Dataset, Range, with_room

MOST_NAMED = 4  # features whose held numbers are told


class Chart(Struct, frozen=True, eq=False):
    """A plane through the features: the point (u, v) stands for the inputs origin + u·first + v·second.

    titles      what the two axes are called
    origin      the inputs (d,) at (0, 0)
    directions  `first` and `second`, (2, d), each of length 1 and at right angles
    across, up  the ranges of u and v
    held        what the other features are, in a sentence; empty where there are none
    """

    titles: tuple[str, str]
    origin: Array
    directions: Array
    across: Range
    up: Range
    held: str = ""

    def inputs(self, points: Array) -> Array:
        """The inputs (d, m) that points of the plane (2, m) stand for."""
        return np.asarray(self.origin[:, None] + self.directions.T @ points)

    def places(self, inputs: Array) -> Array:
        """Where inputs (n, d) stand in the plane, (n, 2): of several that differ elsewhere the same place."""
        return np.asarray((inputs - self.origin) @ self.directions.T)


def chart_of(dataset: Dataset, across: int = 0, up: int = 1, held_at: int = 0) -> Chart:
    """The plane of two features.

    Args:
        dataset: the data; of at least two features.
        across: the number of the feature to the right.
        up: the number of the feature upwards.
        held_at: the example that has the other features.

    Returns:
        The plane, its ranges those of the features.
    """
    names = dataset.feature_names
    directions = np.eye(len(names))[[across, up]]
    origin = np.where(directions.any(axis=0), 0.0, dataset.inputs[held_at])
    others = [k for k in range(len(names)) if k not in (across, up)]
    told = [f"{names[k]} = {short(float(origin[k]))}" for k in others[:MOST_NAMED]]
    more = [f"{len(others) - MOST_NAMED} more"] * (len(others) > MOST_NAMED)
    held = f"Held as in example {held_at}: {', '.join([*told, *more])}" if others else ""
    titles = (names[across], names[up])
    return Chart(titles, origin, directions, dataset.range(across), dataset.range(up), held)


def principal(dataset: Dataset, held_at: int = 0) -> Chart:
    """The plane of the two directions in which the data spread most, through one example.

    Args:
        dataset: the data; of at least two features.
        held_at: the example whose inputs are kept at right angles to the plane.

    Returns:
        The plane; its ranges hold all data, and `held` tells the share of the variance in it.
    """
    mean, two, share = _spread(dataset)
    aside = dataset.inputs[held_at] - mean
    origin = mean + aside - two.T @ (two @ aside)
    places = (dataset.inputs - origin) @ two.T
    across, up = (with_room(float(column.min()), float(column.max())) for column in places.T)
    titles = ("1st principal direction", "2nd principal direction")
    held = f"{share:.0%} of the variance; the rest held as in example {held_at}" if len(mean) > 2 else ""
    return Chart(titles, origin, two, across, up, held)


@lru_cache(1)
def _spread(dataset: Dataset) -> tuple[Array, Array, float]:
    """The mean (d,) of the inputs, the two directions (2, d) of most variance, and the share of it in these.

    Kept for the next example of the same data, since large data take seconds.
    """
    mean = dataset.inputs.mean(axis=0)
    triangle = np.linalg.qr(dataset.inputs - mean, mode="r")  # of the same directions, with few rows
    _, spread, directions = np.linalg.svd(triangle, full_matrices=False)
    two = directions[:2]
    if len(two) < 2:  # a single example
        two = np.eye(len(mean))[:2]
    largest = np.abs(two).argmax(axis=1)
    two = two * np.sign(two[[0, 1], largest])[:, None]  # the same whatever the library's signs
    total = float((spread**2).sum())
    return mean, two, float((spread[:2] ** 2).sum()) / total if total else 1.0

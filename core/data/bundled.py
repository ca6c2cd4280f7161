"""The bundled data sets: handwritten digits and irises, some or all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from core.base.arrays import Array
from core.base.resources import resource
from core.data.drawn import Draw

IRIS_SPECIES = ("setosa", "versicolor", "virginica")


@cache
def raw_digits() -> tuple[Array, Array]:
    with np.load(resource("data", "digits.npz"), allow_pickle=False) as file:
        return file["images"].reshape(-1, 64) / 16, file["labels"]


@cache
def raw_iris() -> tuple[Array, Array]:
    rows = np.loadtxt(resource("data", "iris.csv"), delimiter=",", skiprows=1, dtype=str, encoding="ascii")
    return rows[:, :4].astype(float), np.searchsorted(IRIS_SPECIES, rows[:, 4])


def some_of(load: Callable[[], tuple[Array, Array]]) -> Draw:
    """Draws n of the examples of a bundled set, left in the order of the file."""

    def draw(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
        inputs, targets = load()
        rows = np.sort(rng.choice(len(targets), n, replace=False))
        return inputs[rows], targets[rows]

    return draw

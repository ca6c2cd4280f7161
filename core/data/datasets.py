"""The data sets there are to learn from: drawn by numpy at a seed, or bundled.

DatasetSource one row of the table: what a set is called, what may be chosen, and how it is drawn
DATASETS      the table, by name: `DATASETS["spiral"].make(seed=0, n=200, noise=0.1)`

The sets in the plane lie in the square [-6, 6]², where TF Playground shows its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.base.errors import Problem
from core.base.resources import resource
from core.data.examples import DRAWING, Dataset, seeded_rng

Draw = Callable[[np.random.Generator, int, float], tuple[Array, Array]]

RADIUS = 5.0
MOST_EXAMPLES = 100_000


class DatasetSource(Struct, frozen=True):
    """A set that can be made: its words, what it starts with, how far one may go, and how it is drawn.

    noise_high = 0 says that the set takes no noise, n_high how many examples there are at most.
    """

    name: str
    title: str
    sentence: str
    classes: int
    draw: Draw
    n: int = 200
    n_high: int = MOST_EXAMPLES
    noise: float = 0.0
    noise_high: float = 0.5
    feature_names: tuple[str, ...] = ("x1", "x2")
    class_names: tuple[str, ...] = ()
    image_shape: tuple[int, ...] | None = None
    source: str = "drawn by numpy"

    @property
    def kind(self) -> str:
        """What there is to learn: "classification" or "regression"."""
        return "classification" if self.classes else "regression"

    def make(self, seed: int = 0, n: int | None = None, noise: float | None = None) -> Dataset:
        """The set of `n` examples at a seed; the same arguments give the same numbers."""
        n = self.n if n is None else n
        noise = self.noise if noise is None else noise
        fewest = max(2, self.classes)
        if not fewest <= n <= self.n_high:
            raise Problem(f"{self.title} has {fewest} to {self.n_high} examples, not {n}")
        if not 0 <= noise <= self.noise_high:
            raise Problem(f"The noise of {self.title} is 0 to {self.noise_high:g}, not {noise:g}")
        inputs, targets = self.draw(seeded_rng(seed, DRAWING), n, noise)
        return Dataset(
            self.name,
            self.title,
            inputs,
            targets,
            self.classes,
            self.feature_names,
            self.image_shape,
            self.source,
            self.class_names,
        )


def _labels(n: int, classes: int) -> Array:
    """0, 0, …, 1, 1, …: as many of each class as n allows."""
    return np.arange(n) * classes // n


def _polar(radius: Array, angle: Array) -> Array:
    """Points at an angle counted clockwise from the top, as TF Playground and CS231n count it."""
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])


def _nudged(rng: np.random.Generator, points: Array, reach: float) -> Array:
    """Where the points are taken to lie when they are labelled: this noise leaves the points alone."""
    return points + rng.uniform(-reach, reach, points.shape)


def _circle(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
    inside = _labels(n, 2)
    radius = RADIUS * np.where(inside, rng.uniform(0, 0.5, n), rng.uniform(0.7, 1, n))
    points = _polar(radius, rng.uniform(0, 2 * np.pi, n))
    seen = _nudged(rng, points, RADIUS * noise)
    return points, np.hypot(*seen.T) < 0.5 * RADIUS


def _xor(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
    points = rng.uniform(-RADIUS, RADIUS, (n, 2))
    points += np.where(points > 0, 0.3, -0.3)
    return points, _nudged(rng, points, RADIUS * noise).prod(axis=1) >= 0


def _gauss(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
    labels = _labels(n, 2)
    variance = 0.5 + 7 * noise
    return rng.normal(4.0 * labels[:, None] - 2, np.sqrt(variance), (n, 2)), labels


def _along(labels: Array, endpoint: bool = True) -> Array:
    """How far along its own arm each point lies, from 0 to 1."""
    return np.concatenate([np.linspace(0, 1, count, endpoint) for count in np.bincount(labels)])


def _spiral(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
    labels = _labels(n, 2)
    # TF Playground's loop stops short of the end, CS231n's linspace takes it in
    along = _along(labels, endpoint=False)
    points = _polar(RADIUS * along, 2 * np.pi * 1.75 * along + np.pi * (1 - labels))
    return points + noise * rng.uniform(-1, 1, (n, 2)), labels


def _spiral3(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
    labels = _labels(n, 3)
    along = _along(labels)
    return _polar(RADIUS * along, 4 * (labels + along) + noise * rng.normal(size=n)), labels


def _moons(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
    labels = _labels(n, 2)
    angle = np.pi * _along(labels)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    unit = np.where(labels[:, None], [1, 0.5] - upper, upper) + noise * rng.normal(size=(n, 2))
    return 3 * (unit - [0.5, 0.25]), labels


def _plane(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
    points = rng.uniform(-6, 6, (n, 2))
    return points, _nudged(rng, points, 6 * noise).sum(axis=1) / 10


def _sine(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
    x = rng.uniform(-6, 6, (n, 1))
    return x, np.sin(x[:, 0]) + noise * rng.normal(size=n)


@cache
def _raw_digits() -> tuple[Array, Array]:
    with np.load(resource("data", "digits.npz"), allow_pickle=False) as file:
        return file["images"].reshape(-1, 64) / 16, file["labels"]


@cache
def _raw_iris() -> tuple[Array, Array]:
    rows = np.loadtxt(resource("data", "iris.csv"), delimiter=",", skiprows=1, dtype=str, encoding="ascii")
    return rows[:, :4].astype(float), np.searchsorted(IRIS_SPECIES, rows[:, 4])


def _some_of(load: Callable[[], tuple[Array, Array]]) -> Draw:
    """Draws n of the examples of a bundled set, left in the order of the file."""

    def draw(rng: np.random.Generator, n: int, noise: float) -> tuple[Array, Array]:
        inputs, targets = load()
        rows = np.sort(rng.choice(len(targets), n, replace=False))
        return inputs[rows], targets[rows]

    return draw


IRIS_SPECIES = ("setosa", "versicolor", "virginica")
_PLAYGROUND = "geometry of TensorFlow Playground, drawn by numpy"

DATASETS: dict[str, DatasetSource] = {
    row.name: row
    for row in (
        DatasetSource(
            "circle",
            "Circle",
            "A disc (1) inside a ring (0); noise blurs which points count as inside.",
            classes=2,
            draw=_circle,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "xor",
            "XOR",
            "Four quarters of a square, 1 where both inputs have the same sign; noise blurs the axes.",
            classes=2,
            draw=_xor,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "gauss",
            "Two Gaussians",
            "Two round clouds that a straight line can part; noise makes them wider.",
            classes=2,
            draw=_gauss,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "spiral",
            "Spiral, two arms",
            "Two arms wound into each other; noise scatters the points.",
            classes=2,
            draw=_spiral,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "spiral3",
            "Spiral, three arms",
            "Three arms wound into each other; noise is the spread of the angle in radians.",
            classes=3,
            draw=_spiral3,
            n=300,
            noise=0.2,
            source="geometry of CS231n's case study, five times as large, drawn by numpy",
        ),
        DatasetSource(
            "moons",
            "Two moons",
            "Two half circles that reach into each other; noise scatters the points.",
            classes=2,
            draw=_moons,
            noise=0.1,
            source="geometry of scikit-learn's make_moons, centred and three times as large, drawn by numpy",
        ),
        DatasetSource(
            "plane",
            "Plane",
            "The slope (x1 + x2) / 10 over a square, which one linear neuron fits; noise roughens it.",
            classes=0,
            draw=_plane,
            source=_PLAYGROUND,
        ),
        DatasetSource(
            "sine",
            "Sine",
            "sin x over almost two periods; noise moves the targets up and down.",
            classes=0,
            draw=_sine,
            feature_names=("x",),
        ),
        DatasetSource(
            "digits",
            "Handwritten digits",
            "1797 handwritten digits as images of 8×8 pixels, from 0 (paper) to 1 (ink).",
            classes=10,
            draw=_some_of(_raw_digits),
            n=1797,
            n_high=1797,
            noise_high=0.0,
            feature_names=tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8)),
            image_shape=(8, 8),
            source="E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI, CC BY 4.0",
        ),
        DatasetSource(
            "iris",
            "Iris",
            "150 flowers of three species, measured in centimetres by their sepals and petals.",
            classes=3,
            draw=_some_of(_raw_iris),
            n=150,
            n_high=150,
            noise_high=0.0,
            feature_names=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
            class_names=IRIS_SPECIES,
            source="R. A. Fisher, Iris, UCI, CC BY 4.0, as corrected in scikit-learn",
        ),
    )
}

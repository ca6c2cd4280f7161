"""How the data sets in the plane and on a line are drawn: each of `n` examples, at a noise, by a generator.

Points in the plane lie in the square [-6, 6]², where TF Playground shows its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.base.arrays import Array

RADIUS = 5.0  # as far out as points in the plane lie
Drawn = tuple[Array, Array]  # inputs (n, d) and targets (n,)
Draw = Callable[[np.random.Generator, int, float], Drawn]


def _labels(n: int, classes: int) -> Array:
    """0, 0, …, 1, 1, …: as many of each class as n allows."""
    return np.arange(n) * classes // n


def _polar(radius: Array, angle: Array) -> Array:
    """Points at an angle counted clockwise from the top, as TF Playground and CS231n count it."""
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])


def nudged(rng: np.random.Generator, points: Array, reach: float) -> Array:
    """Where the points are taken to lie when they are labelled: this noise leaves the points alone."""
    return points + rng.uniform(-reach, reach, points.shape)


def circle(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    inside = _labels(n, 2)
    radius = RADIUS * np.where(inside, rng.uniform(0, 0.5, n), rng.uniform(0.7, 1, n))
    points = _polar(radius, rng.uniform(0, 2 * np.pi, n))
    seen = nudged(rng, points, RADIUS * noise)
    return points, np.hypot(*seen.T) < 0.5 * RADIUS


def xor(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    points = rng.uniform(-RADIUS, RADIUS, (n, 2))
    points += np.where(points > 0, 0.3, -0.3)
    return points, nudged(rng, points, RADIUS * noise).prod(axis=1) >= 0


def gauss(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    labels = _labels(n, 2)
    variance = 0.5 + 7 * noise
    return rng.normal(4.0 * labels[:, None] - 2, np.sqrt(variance), (n, 2)), labels


def _along(labels: Array, endpoint: bool = True) -> Array:
    """How far along its own arm each point lies, from 0 to 1."""
    return np.concatenate([np.linspace(0, 1, count, endpoint) for count in np.bincount(labels)])


def spiral(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    labels = _labels(n, 2)
    # TF Playground's loop stops short of the end, CS231n's linspace takes it in
    along = _along(labels, endpoint=False)
    points = _polar(RADIUS * along, 2 * np.pi * 1.75 * along + np.pi * (1 - labels))
    return points + noise * rng.uniform(-1, 1, (n, 2)), labels


def spiral3(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    labels = _labels(n, 3)
    along = _along(labels)
    return _polar(RADIUS * along, 4 * (labels + along) + noise * rng.normal(size=n)), labels


def moons(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    labels = _labels(n, 2)
    angle = np.pi * _along(labels)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    unit = np.where(labels[:, None], [1, 0.5] - upper, upper) + noise * rng.normal(size=(n, 2))
    return 3 * (unit - [0.5, 0.25]), labels


def plane(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    points = rng.uniform(-6, 6, (n, 2))
    return points, nudged(rng, points, 6 * noise).sum(axis=1) / 10


def cs231n(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    """The three arms of CS231n's case study in its own size: of radius 1, noise on the angle."""
    points, labels = spiral3(rng, n, noise)
    return points / RADIUS, labels


def yin_yang(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    """Kriener and others' disc, of radius 5 round the origin: yin (0), yang (1), and the two dots (2)."""
    wanted, small = _labels(n, 3), RADIUS / 5
    found = [np.empty((0, 2))] * 3
    while any(len(found[k]) < np.count_nonzero(wanted == k) for k in range(3)):
        points = rng.uniform(-RADIUS, RADIUS, (2 * n, 2))
        points = points[np.hypot(*points.T) <= RADIUS]
        right, left = (np.hypot(points[:, 0] - x, points[:, 1]) for x in (RADIUS / 2, -RADIUS / 2))
        lower = right <= small
        lower |= (left > small) & (left <= RADIUS / 2)
        lower |= (points[:, 1] > 0) & (right > RADIUS / 2)
        labels = np.where((right < small) | (left < small), 2, lower)
        found = [np.concatenate([found[k], points[labels == k]]) for k in range(3)]
    points = np.concatenate([found[k][: np.count_nonzero(wanted == k)] for k in range(3)])
    return points + noise * rng.uniform(-1, 1, points.shape), wanted


def checkerboard(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    """Four by four fields; noise blurs their borders."""
    points = rng.uniform(-RADIUS, RADIUS, (n, 2))
    seen = nudged(rng, points, RADIUS * noise / 2)
    return points, np.floor(seen / (RADIUS / 2)).sum(axis=1) % 2 == 0


def truth_table(values: tuple[int, int, int, int]) -> Draw:
    """Draws the rows 00, 01, 10, 11 of a table with these outputs, over and over; noise scatters them."""

    def draw(rng: np.random.Generator, n: int, noise: float) -> Drawn:
        row = np.arange(n) % 4
        points = np.column_stack([row // 2, row % 2]) + noise * rng.uniform(-1, 1, (n, 2))
        return points, np.array(values)[row]

    return draw


LANDMARKS = ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1))


def multi_gauss(rng: np.random.Generator, n: int, noise: float) -> Drawn:
    """TF Playground's six hills and hollows, cones of radius 2; the highest or deepest counts."""
    points = rng.uniform(-6, 6, (n, 2))
    seen = nudged(rng, points, 6 * noise)
    heights = np.stack(
        [sign * np.clip(1 - np.hypot(*(seen - [x, y]).T) / 2, 0, 1) for x, y, sign in LANDMARKS]
    )
    return points, heights[np.abs(heights).argmax(axis=0), np.arange(n)]


def on_a_line(f: Callable[[Array], Array]) -> Draw:
    """Draws x (n,) from −6 to 6 with f(x) as the target, which noise moves up and down."""

    def draw(rng: np.random.Generator, n: int, noise: float) -> Drawn:
        x = rng.uniform(-6, 6, (n, 1))
        return x, f(x[:, 0]) + noise * rng.normal(size=n)

    return draw


sine = on_a_line(np.sin)
line = on_a_line(lambda x: x / 2 + 1)
step = on_a_line(lambda x: np.where(x > 0, 1.0, 0.0))
bump = on_a_line(lambda x: np.exp(-(x**2) / 2))

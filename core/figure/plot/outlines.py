"""What points and lines of a sheet are as paths: for every painter and every kind of file the same."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from core.figure.plot.facts import Shape
from core.figure.plot.sheet import Line

RIM, HOLLOW, RINGED, CHOSEN = 1.0, 1.7, 1.2, 2.4  # widths of the outlines of points, in points
DASHES = (4.0, 3.0)  # in widths of the line
# the corners of shapes: how many, where the first is (in turns from the top), how far the inner ones are
CORNERS: dict[Shape, tuple[int, float, float]] = {
    "triangle": (3, 0.0, 0.0),
    "square": (4, 0.125, 0.0),
    "diamond": (4, 0.0, 0.0),
    "down": (3, 0.5, 0.0),
    "pentagon": (5, 0.0, 0.0),
    "hexagon": (6, 0.0, 0.0),
    "star": (5, 0.0, 0.45),
    "plus": (4, 0.0, 0.4),
    "cross": (4, 0.125, 0.4),
}
LARGER = 1.25  # shapes with corners look smaller than a circle of the same width


def corners(shape: Shape, size: float) -> list[tuple[float, float]]:
    """The corners of a shape of a width around 0, with the clock; none of a circle."""
    if shape not in CORNERS:
        return []
    count, first, inner = CORNERS[shape]
    radii = (LARGER, LARGER * inner) if inner else (LARGER,)
    found = []
    for k in range(count * len(radii)):
        turn = 2 * math.pi * (first + k / (count * len(radii)))
        radius = radii[k % len(radii)] * size / 2
        found.append((radius * math.sin(turn), -radius * math.cos(turn)))
    return found


def pieces(part: Line) -> Iterator[list[list[float]]]:
    """The pieces of a line that have no gap, each as its points."""
    if part.pairs:
        yield from part.points.reshape(-1, 2, 2).tolist()
        return
    gaps = np.nonzero(~np.isfinite(part.points).all(axis=1))[0]
    for piece in np.split(part.points, gaps):
        whole = piece[np.isfinite(piece).all(axis=1)]
        if len(whole) > 1:
            yield whole.tolist()

"""The lines along which a grid of numbers has one value."""

from __future__ import annotations

import numpy as np

from core.base.arrays import Array
from core.figure.plot.facts import Range

# of a cell's corners, counted from the lowest left one against the clock, the sides between them
SIDES = ((0, 1), (1, 2), (2, 3), (3, 0))


def contour(values: Array, level: float, across: Range, up: Range) -> Array:
    """The pieces of a contour line.

    Args:
        values: (rows, columns) numbers, the first row the lowest, the outermost ones at the edges.
        level: the number that they have along the line.
        across, up: the ranges of columns and of rows.

    Returns:
        (2 n, 2): the ends of n pieces, one piece after the other. Where a cell's corners are high and low
        crosswise, its middle decides which of them are joined.
    """
    found = values - level
    found = np.where(found == 0, np.finfo(float).tiny, found)
    rows, columns = found.shape
    x, y = np.linspace(*across, columns), np.linspace(*up, rows)
    corners = np.stack([found[:-1, :-1], found[:-1, 1:], found[1:, 1:], found[1:, :-1]])
    high = corners > 0
    mixed = np.isfinite(corners).all(axis=0) & high.any(axis=0) & ~high.all(axis=0)
    i, j = np.nonzero(mixed)
    corners, high = corners[:, i, j], high[:, i, j]
    at = np.stack(
        [np.stack([x[j + right], y[i + above]], 1) for right, above in ((0, 0), (1, 0), (1, 1), (0, 1))]
    )
    places, crossed = [], []
    for a, b in SIDES:
        with np.errstate(all="ignore"):
            share = corners[a] / (corners[a] - corners[b])  # of no use where the side is not crossed
            places.append(at[a] + share[:, None] * (at[b] - at[a]))
        crossed.append(high[a] != high[b])
    met, sides = np.array(places), np.array(crossed)
    simple = sides.sum(axis=0) == 2
    order = np.argsort(~sides, axis=0, kind="stable")[:2]
    ends = np.stack([met[order[k], np.arange(len(i))] for k in range(2)], axis=1)[simple]
    pieces = [ends.reshape(-1, 2)]
    for cell in np.nonzero(~simple)[0]:
        joined = high[0, cell] == (corners[:, cell].mean() > 0)
        pairs = ((0, 1), (2, 3)) if joined else ((3, 0), (1, 2))
        pieces += [met[[a, b], cell] for a, b in pairs]
    return np.concatenate(pieces)

"""Curves with no more points than can be told apart."""

from __future__ import annotations

import numpy as np

from core.base.arrays import Array


def thinned(points: Array, most: int) -> Array:
    """A curve with at most so many points and one: of every stretch its least and its greatest.

    Args:
        points: (n, 2), from left to right.
        most: how many points, 2 at least.
    """
    if len(points) <= most:
        return points
    y = points[:, 1]
    stretch = -(-len(y) // (most // 2))
    starts = np.arange(0, len(y), stretch)
    filled = np.full(len(starts) * stretch, y[-1])
    filled[: len(y)] = y
    parts = np.nan_to_num(filled).reshape(-1, stretch)
    ends = np.stack([starts + parts.argmin(axis=1), starts + parts.argmax(axis=1)])
    keep = np.unique(np.minimum(ends, len(y) - 1))
    keep[-1] = len(y) - 1
    found: Array = points[keep]
    return found

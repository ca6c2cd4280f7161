"""Matrices on a sheet: one behind the other in rows, all on one scale, each cell with its number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.numbers import short
from core.figure.plot.facts import Matrices, Matrix
from core.figure.plot.scales import DESCENT, GAP, LINE, scale_parts, words
from core.figure.plot.sheet import Cells, Placed, Raster, Sheet, Text, Tile
from core.figure.sizes import Measure
from core.math.mathtree import Digits, Math

# in sizes of text
CELL, HIGH, PLAIN, PICTURE, APART = 4.2, 1.9, 1.3, 8.0, 1.2
SMALLER, SMALLEST = 0.85, 0.1  # by how much cells shrink at a time, and at most
MOST_SEEN = 32  # rows of a picture whose cells are seen one by one
MOST_WRITTEN = 12  # columns that still have numbers
SHARE = 3  # significant digits in a cell


class _Stood(Struct, frozen=True):
    """A matrix with the corner of its cells and their size."""

    matrix: Matrix
    x: float
    y: float
    cell: tuple[float, float]


def placed_matrices(
    view: Matrices, width: float, most: float, size: float, measure: Measure, corner: float
) -> Sheet:
    """Lay matrices out in a width; see `placed`. Where they are higher than `most` cells become smaller."""
    stood, height = _arranged(view, width, size, measure, 1.0)
    smaller = SMALLER
    if height > most:
        view = replace(view, matrices=tuple(replace(one, written=False) for one in view.matrices))
        stood, height = _arranged(view, width, size, measure, 1.0)
    while height > most and smaller > SMALLEST:
        stood, height = _arranged(view, width, size, measure, smaller)
        smaller *= SMALLER
    parts: list[Placed] = []
    baseline = (LINE - DESCENT - 0.2) * size
    parts.append(Text("title", 0.0, baseline, words(view.title), size))
    parts += scale_parts(view.scale, width - corner, baseline, size, measure)
    cells: list[Cells] = []
    for one in stood:
        parts += _parts(one, view, size)
        rows, columns = one.matrix.values.shape
        extent = columns * one.cell[0], rows * one.cell[1]
        cells.append(Cells(one.matrix.key, one.x, one.y, *extent, one.matrix.values))
    if view.empty:
        parts.append(Text("empty", 0.0, 2 * LINE * size, words(view.empty), size, "faint"))
    return Sheet(width, height, tuple(parts), None, tuple(cells))


def _arranged(
    view: Matrices, width: float, size: float, measure: Measure, smaller: float
) -> tuple[list[_Stood], float]:
    """The matrices in rows, cells without numbers so much smaller, and how high these are."""
    found: list[_Stood] = []
    x, y, tallest = 0.0, LINE * size, 0.0
    for matrix in view.matrices:
        rows, columns = matrix.values.shape
        cell = _cell(matrix, width, size)
        if not is_written(matrix, width, size):
            cell = smaller * cell[0], smaller * cell[1]
        wide = max(columns * cell[0], measure(matrix.name, size)[0])
        if x and x + wide > width:
            x, y, tallest = 0.0, y + tallest + LINE * size + GAP * size, 0.0
        found.append(_Stood(matrix, x, y + LINE * size, cell))
        x, tallest = x + wide + APART * size, max(tallest, rows * cell[1])
    return found, y + tallest + LINE * size + GAP * size


def _cell(matrix: Matrix, width: float, size: float) -> tuple[float, float]:
    """How wide and high a cell is."""
    rows, columns = matrix.values.shape
    if matrix.picture:
        side = PICTURE * size / max(rows, columns)
        return side, side
    if is_written(matrix, width, size):
        return CELL * size, HIGH * size
    side = min(PLAIN * size, width / columns)
    return side, side


def is_written(matrix: Matrix, width: float, size: float) -> bool:
    """Whether there is room for the numbers of a matrix."""
    columns = matrix.values.shape[1]
    return matrix.written and columns <= MOST_WRITTEN and columns * CELL * size <= width


def _parts(one: _Stood, view: Matrices, size: float) -> Iterator[Placed]:
    matrix, (wide, high) = one.matrix, one.cell
    rows, columns = matrix.values.shape
    yield Text("name", one.x, one.y - 0.4 * size, matrix.name, size)
    shares = view.scale.shares(matrix.values)
    if wide < CELL * size:
        is_fine = matrix.picture and rows > MOST_SEEN
        yield Raster(matrix.key, one.x, one.y, columns * wide, rows * high, shares, smooth=is_fine)
    else:
        for i, j in np.ndindex(rows, columns):
            share = float(shares[i, j])
            x, y = one.x + j * wide, one.y + i * high
            yield Tile(matrix.key, x, y, wide, high, share, "paper", (i, j))
            middle = x + wide / 2, y + high / 2 + 0.34 * size
            number = _number(float(matrix.values[i, j]))
            yield Text(matrix.key, *middle, number, size, "ink", "middle", share, (i, j))
    yield Tile("frame", one.x, one.y, columns * wide, rows * high, None, "line")


def _number(value: float) -> Math:
    return Digits(short(value, SHARE))

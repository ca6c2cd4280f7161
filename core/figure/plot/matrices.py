"""Matrices on a sheet: one behind the other in rows, each cell with its number; pictures, and tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Array
from core.base.numbers import short
from core.figure.plot.facts import Matrices, Matrix, Multiples, Scale
from core.figure.plot.scales import DESCENT, GAP, LINE, scale_parts, scale_width, words
from core.figure.plot.sheet import Cells, Line, Placed, Raster, Sheet, Text, Tile
from core.figure.sizes import Measure
from core.math.mathtree import Digits, Math

# in sizes of text
CELL, HIGH, PLAIN, PICTURE, APART = 4.2, 1.9, 1.3, 8.0, 1.2
TABLE = 2.1  # the least width of a cell of a table, and its height
MOST_NAME = 0.45  # of the width, for the names of rows
LETTER = 0.34  # from the middle of a cell down to the baseline
SMALLER, SMALLEST = 0.93, 0.1  # by how much cells shrink at a time, and at most
MOST_SEEN = 32  # rows of a picture whose cells are seen one by one
MOST_WRITTEN = 12  # columns that still have numbers
SHARE = 3  # significant digits in a cell
FRAME = 2.0  # the width of the frame around what is chosen, in points
CUT = "…"


class _Stood(Struct, frozen=True):
    """A matrix with the corner of its cells, their size, that of its text, and the room at the left."""

    matrix: Matrix
    x: float
    y: float
    cell: tuple[float, float]
    text: float
    left: float

    def parts(self, view: Matrices, measure: Measure) -> Iterator[Placed]:
        """What is seen of it."""
        matrix, size, (wide, high) = self.matrix, self.text, self.cell
        rows, columns = matrix.values.shape
        right, bottom, up = self.x + columns * wide, self.y + rows * high, self.y - 0.4 * size
        if matrix.name:
            yield Text("name", self.x, up - LINE * size * bool(matrix.columns), matrix.name, size)
        for j, name in enumerate(matrix.columns):
            math = _cut(name, wide, size, measure)
            yield Text("column", self.x + (j + 0.5) * wide, up, math, size, "faint", "middle")
        for i in range(rows if matrix.rows or matrix.ends else 0):
            baseline = self.y + (i + 0.5) * high + LETTER * size
            if matrix.rows:
                math = _cut(matrix.rows[i], self.left, size, measure)
                yield Text("row", self.x - GAP * size, baseline, math, size, "faint", "right")
            if matrix.ends:
                yield Text("end", right + GAP * size, baseline, words(matrix.ends[i]), size, "faint")
        yield from self._cells(view, measure)
        if matrix.below:
            yield Text("below", self.x, bottom + 1.1 * size, matrix.below, size)
        yield Tile("frame", self.x, self.y, right - self.x, bottom - self.y, None, "line")
        if matrix.framed:
            top, left, low, end = matrix.framed
            places = ((left, top), (end, top), (end, low), (left, low), (left, top))
            corners = np.array([(self.x + j * wide, self.y + i * high) for j, i in places])
            yield Line("chosen", corners, "accent", FRAME)

    def _cells(self, view: Matrices, measure: Measure) -> Iterator[Placed]:
        matrix, size, (wide, high) = self.matrix, self.text, self.cell
        rows, columns = matrix.values.shape
        shares = _shares(matrix, view)
        if not (matrix.cells or wide >= CELL * size):
            is_fine = matrix.picture and rows > MOST_SEEN
            extent = columns * wide, rows * high
            yield Raster(matrix.key, self.x, self.y, *extent, shares, is_fine, inked=matrix.inked)
            return
        for i, j in np.ndindex(rows, columns):
            share = float(shares[i, j])
            x, y = self.x + j * wide, self.y + i * high
            yield Tile(matrix.key, x, y, wide, high, share, "paper", (i, j))
            middle = x + wide / 2, y + high / 2 + LETTER * size
            number = matrix.cells[i][j] if matrix.cells else _number(float(matrix.values[i, j]))
            if number is not None and measure(number, size)[0] <= wide:
                yield Text(matrix.key, *middle, number, size, "ink", "middle", share, (i, j))


def placed_matrices(
    view: Matrices, width: float, most: float, size: float, measure: Measure, corner: float
) -> Sheet:
    """Lay matrices out in a width; see `placed`. Where they are higher than `most` cells become smaller."""
    parts, top = head(view, width, size, measure, corner)
    stood, height = _arranged(view, width, size, measure, 1.0, top)
    if height > most:
        view = replace(view, matrices=tuple(replace(one, written=False) for one in view.matrices))
        beside = {view.across, 2 * view.across}  # in a low place pictures are larger in fewer rows
        found = [_shrunk(replace(view, across=across), width, most, size, measure, top) for across in beside]
        stood, height = max(found, key=lambda one: (one[1] <= most, one[0][0].cell if one[0] else ()))
    cells: list[Cells] = []
    for one in stood:
        parts += one.parts(view, measure)
        rows, columns = one.matrix.values.shape
        extent = columns * one.cell[0], rows * one.cell[1]
        cells.append(
            Cells(
                one.matrix.key,
                one.x,
                one.y,
                *extent,
                one.matrix.values,
                one.matrix.examples,
                one.matrix.number,
            )
        )
    if view.empty:
        parts.append(Text("empty", 0.0, top + LINE * size, words(view.empty), size, "faint"))
        height = max(height, top + 2 * LINE * size)
    return Sheet(width, height, tuple(parts), None, tuple(cells))


def _shrunk(
    view: Matrices, width: float, most: float, size: float, measure: Measure, top: float
) -> tuple[list[_Stood], float]:
    """The matrices in rows with cells so small that they have room in a height, and how high they are."""
    smaller = 1.0
    stood, height = _arranged(view, width, size, measure, smaller, top)
    while height > most and smaller > SMALLEST:
        smaller *= SMALLER
        stood, height = _arranged(view, width, size, measure, smaller, top)
    return stood, height


def head(
    view: Matrices | Multiples, width: float, size: float, measure: Measure, corner: float
) -> tuple[list[Placed], float]:
    """Place the title, and texts and scales beside it or below it; return the parts and their height."""
    baseline, title = (LINE - DESCENT - 0.2) * size, words(view.title)
    parts: list[Placed] = [Text("title", 0.0, baseline, title, size)] if view.title else []
    scales: tuple[Scale, ...] = view.scales if isinstance(view, Matrices) else ()
    wide = [measure(words(one.text), size)[0] for one in view.said]
    wide += [scale_width(scale, size, measure) for scale in scales]
    together, right = sum(wide) + 1.5 * size * len(wide), width - corner
    is_beside = measure(title, size)[0] * bool(view.title) + together <= right + 1.5 * size * (not view.title)
    x, lines = right - together if is_beside else 0.0, 1
    for number, one in enumerate(wide):
        if is_beside:
            x += 1.5 * size
        elif lines == 1 or (x and x + one > width):
            x, lines = 0.0, lines + 1
        at = baseline + (lines - 1) * LINE * size
        if number < len(view.said):
            said = view.said[number]
            parts.append(Text("said", x, at, words(said.text), size, said.role))
        else:
            parts += scale_parts(scales[number - len(view.said)], x + one, at, size, measure)
        x += one + (0.0 if is_beside else size)
    return parts, lines * LINE * size


def _arranged(
    view: Matrices, width: float, size: float, measure: Measure, smaller: float, top: float
) -> tuple[list[_Stood], float]:
    """The matrices in rows, cells without numbers so much smaller, and how high these are."""
    found: list[_Stood] = []
    x, y, tallest, beside = 0.0, top, 0.0, 0
    for matrix in view.matrices:
        rows, columns = matrix.values.shape
        text = smaller * size if matrix.cells else size
        left = _widest(matrix.rows, text, measure)
        left = min(left + GAP * text, MOST_NAME * width) if left else 0.0
        behind = _widest(matrix.ends, text, measure)
        behind += GAP * text * bool(behind)
        cell = _cell(view, matrix, width - left - behind, text, measure)
        if not (matrix.cells or is_written(matrix, width, size)):
            cell = smaller * cell[0], smaller * cell[1]
        wide = left + max(columns * cell[0] + behind, measure(matrix.name, size)[0] if matrix.name else 0.0)
        if x and (x + wide > width + 0.01 or beside == view.across > 0):
            x, y, tallest, beside = 0.0, y + tallest + GAP * size, 0.0, 0
        above = LINE * text * (bool(matrix.name) + bool(matrix.columns))
        found.append(_Stood(matrix, x + left, y + above, cell, text, left - GAP * text))
        x, beside = x + wide + APART * size, beside + 1
        tallest = max(tallest, above + rows * cell[1] + LINE * size * (matrix.below is not None))
    return found, y + tallest + GAP * size


def _cell(view: Matrices, matrix: Matrix, width: float, size: float, measure: Measure) -> tuple[float, float]:
    """How wide and high a cell is, of a matrix that has so much room."""
    rows, columns = matrix.values.shape
    if matrix.picture:
        side = PICTURE * size
        if view.across:
            side = min(side, (width - (view.across - 1) * APART * size) / view.across)
        return side / max(rows, columns), side / max(rows, columns)
    if matrix.cells:
        widest = max((measure(math, size)[0] for row in matrix.cells for math in row if math), default=0.0)
        widest = max(widest, _widest(matrix.columns, size, measure)) + GAP * size
        return min(max(TABLE * size, widest), width / columns), TABLE * size
    if is_written(matrix, width, size):
        return CELL * size, HIGH * size
    side = min(PLAIN * size, width / columns)
    return side, side


def is_written(matrix: Matrix, width: float, size: float) -> bool:
    """Whether there is room for the numbers of a matrix."""
    columns = matrix.values.shape[1]
    return matrix.written and columns <= MOST_WRITTEN and columns * CELL * size <= width


def _shares(matrix: Matrix, view: Matrices) -> Array:
    """The colours of the cells."""
    if matrix.shares is not None:
        return matrix.shares
    return matrix.values if matrix.inked else view.scales[matrix.scale].shares(matrix.values)


def _widest(texts: tuple[str, ...], size: float, measure: Measure) -> float:
    return max((measure(words(text), size)[0] for text in texts), default=0.0)


def _cut(text: str, width: float, size: float, measure: Measure) -> Math:
    """A text as far as it has room."""
    kept = text
    while len(kept) > 1 and measure(words(kept), size)[0] > width:
        kept = kept.removesuffix(CUT)[:-1].rstrip() + CUT
    return words(kept)


def _number(value: float) -> Math:
    return Digits(short(value, SHARE))

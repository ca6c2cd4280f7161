"""What a matrix looks like: the structures a Jacobian can have, each with the sentence that names it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.base.numbers import short
from core.base.slicing import Work, finished

# the largest difference, compared with the largest entry, of what counts as equal
ROUNDING = 1e-12
SAMPLES = 8  # rows that are looked at first, since most matrices are not of rank one


class Recognised(Struct, frozen=True):
    """A matrix's structure, and the sentence's end that names it."""

    structure: str
    sentence: str
    names: tuple[str, ...] = ()
    vectors: tuple[Array, ...] = ()


Partners = Sequence[tuple[str, Array]]


def recognised(matrix: Array, partners: Partners = ()) -> Recognised:
    """The first structure of the table below that a matrix has; `partners` may give it their names."""
    return finished(recognition(matrix, partners))


def recognition(matrix: Array, partners: Partners = ()) -> Work[Recognised]:
    """Look for one structure after the other; see `recognised`."""
    for look in LOOKS:
        if found := look(matrix, partners):
            return found
        yield
    raise AssertionError("the last look takes any matrix")


def _equal(a: Array, b: Array) -> bool:
    if a.shape != b.shape or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return False
    return bool(np.max(np.abs(a - b), initial=0) <= ROUNDING * np.max(np.abs(b), initial=0))


def _zero(matrix: Array, partners: Partners) -> Recognised | None:
    return None if np.any(matrix) else Recognised("zero", "zero: nothing passes from the one to the other")


def _number(matrix: Array, partners: Partners) -> Recognised | None:
    return Recognised("number", f"one number, {short(float(matrix[0, 0]))}") if matrix.size == 1 else None


def _program_matrix(matrix: Array, partners: Partners) -> Recognised | None:
    for name, value in partners:
        for shown, array in ((name, value), (f"{name}ᵀ", value.T)):
            if value.ndim == 2 and _equal(matrix, array):
                return Recognised("W", f"the matrix {shown}", (shown,))
    return None


def _diagonal(matrix: Array, partners: Partners) -> Recognised | None:
    rows, columns = matrix.shape
    diagonal = np.diag(matrix)
    if rows != columns or np.count_nonzero(matrix) != np.count_nonzero(diagonal):
        return None
    if np.all(diagonal == 1):
        return Recognised("identity", "the identity: each entry passes on unchanged")
    if _equal(diagonal, np.full(rows, diagonal[0])):
        factor = short(float(diagonal[0]))
        return Recognised("scaled identity", f"{factor} times the identity: each entry is scaled alike")
    return Recognised("diagonal", "diagonal: each entry depends on its own entry alone")


def _line(matrix: Array, partners: Partners) -> Recognised | None:
    if 1 not in matrix.shape:
        return None
    name = next((name for name, value in partners if _equal(matrix.reshape(-1), value.reshape(-1))), "")
    structure, sign = ("row", "ᵀ") if matrix.shape[0] == 1 else ("column", "")
    said = f"{name}{sign}, a {structure}" if name else f"a {structure}"
    return Recognised(structure, f"{said} of {matrix.size:,} entries", (name,))


def _rank_one(matrix: Array, partners: Partners) -> Recognised | None:
    if not np.all(np.isfinite(matrix)):
        return None
    i, j = np.unravel_index(np.argmax(np.abs(matrix)), matrix.shape)
    column, row = matrix[:, j], matrix[i] / matrix[i, j]
    some = slice(None, None, max(1, len(column) // SAMPLES))
    if any(not _equal(np.outer(column[rows], row), matrix[rows]) for rows in (some, slice(None))):
        return None
    # the product leaves open which of the two has a factor: a vector of the program keeps its own entries
    left, right = (_proportional(vector, partners) for vector in (column, row))
    if left:
        column, row = left[1], row * (matrix[i, j] / left[1][i])
    elif right:
        column, row = column / right[1][j], right[1]
    names = (left[0] if left else "", right[0] if right and (not left or _equal(row, right[1])) else "")
    shown = [name or letter for name, letter in zip(names, "uv", strict=True)]
    said = f"of rank one, {shown[0]} {shown[1]}ᵀ: all rows are multiples of one"
    return Recognised("rank one", said, names, (column, row))


def _proportional(vector: Array, partners: Partners) -> tuple[str, Array] | None:
    """A vector of the program that is a multiple of this one."""
    most = int(np.argmax(np.abs(vector)))
    for name, value in partners:
        if (
            value.shape == vector.shape
            and value[most]
            and _equal(vector * (value[most] / vector[most]), value)
        ):
            return name, value
    return None


def _blocks(matrix: Array, partners: Partners) -> Recognised | None:
    """The finest division into equal blocks outside of which all is 0."""
    (rows, columns), filled = matrix.shape, np.count_nonzero(matrix)
    most = math.gcd(rows, columns) if filled < matrix.size else 1
    for count in (n for n in range(most, 1, -1) if most % n == 0):
        cut = matrix.reshape(count, rows // count, count, columns // count)
        blocks = cut[np.arange(count), :, np.arange(count), :]
        if np.count_nonzero(blocks) == filled:
            alike = " alike" if all(_equal(block, blocks[0]) for block in blocks) else ""
            size = f"{rows // count}×{columns // count}"
            return Recognised("block diagonal", f"block diagonal: {count} blocks of {size}{alike}")
    return None


def _any(matrix: Array, partners: Partners) -> Recognised | None:
    zeros = matrix.size - np.count_nonzero(matrix)
    structure = "sparse" if 2 * zeros >= matrix.size else "dense"
    said = f"{zeros:,} of its {matrix.size:,} entries are 0" if zeros else "none of its entries is 0"
    return Recognised(structure, f"{structure}: {said}")


LOOKS: tuple[Callable[[Array, Partners], Recognised | None], ...] = (
    _zero,
    _number,
    _program_matrix,
    _diagonal,
    _line,
    _rank_one,
    _blocks,
    _any,
)

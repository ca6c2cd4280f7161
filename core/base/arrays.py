"""What a value is: a Python float, or a read-only array of doubles. Shapes as people say them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.base.errors import Problem
from core.base.lazy_numpy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]  # of doubles; in training of single precision where that is asked for
else:
    Array = Any  # not to load NumPy for a name
Value = float | Array
Shape = tuple[int, ...]

MAX_ENTRIES = 1_000_000
MAX_RANK = 4  # examples, channels, rows, columns


def shape_of(value: Value) -> Shape:
    """The shape of a value; a number's is `()`."""
    return () if isinstance(value, float) else value.shape


def frozen(value: object) -> Value:
    """A value from numbers or nested lists: a float, or a read-only array. Raises Problem for ragged rows."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (ValueError, TypeError):
        raise Problem("The rows of a matrix must all have the same number of entries") from None
    if array.ndim == 0:
        return float(array)
    if array.size > MAX_ENTRIES:
        raise Problem(f"A value can have {MAX_ENTRIES:,} entries; this one has {array.size:,}")
    if array.ndim > MAX_RANK:
        raise Problem(
            f"A value can have {MAX_RANK} axes; this one has {array.ndim}", hint="Nest lists less deeply"
        )
    if array.flags.writeable:
        array = array.copy() if array is value else array
        array.flags.writeable = False
    return array


def zero_like(value: Value) -> Value:
    """0 in the shape of a value."""
    return 0.0 if isinstance(value, float) else frozen(np.zeros_like(value))


def is_finite(value: Value) -> bool:
    """Whether no entry of a value is infinite or not a number."""
    return math.isfinite(value) if isinstance(value, float) else bool(np.isfinite(value).all())


def same(a: Value, b: Value) -> bool:
    """Whether two values are equal entry by entry; NaN equals NaN."""
    return shape_of(a) == shape_of(b) and bool(np.array_equal(a, b, equal_nan=True))


def shape_text(shape: Shape) -> str:
    """A shape as people say it: `a number`, `3 entries`, `2×3`."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"{shape[0]} entr{'y' if shape[0] == 1 else 'ies'}"
    return "×".join(map(str, shape))


def describe(name: str, shape: Shape) -> str:
    """`x has 3 entries`, `W is 2×3`, `b is a number`."""
    return f"{name} {'has' if len(shape) == 1 else 'is'} {shape_text(shape)}"


def joined_shape(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    """The shape of an element-by-element result, stretched as NumPy does. Raises Problem where none fits."""
    if shapes.count(shapes[0]) == len(shapes):
        return shapes[0]
    try:
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError:
        said = " and ".join(describe(name, shape) for name, shape in zip(names, shapes, strict=True))
        raise Problem(f"{said}; element by element they must have the same shape") from None


def repeated_axes(shape: Shape, part: Shape) -> tuple[int, ...]:
    """The axes of `shape` along which an array of shape `part` is repeated to take part in it.

    Those in front that it lacks, and those along which it has one entry where `shape` has another number.
    """
    extra = len(shape) - len(part)
    return tuple(i for i, n in enumerate(shape) if i < extra or part[i - extra] == 1 != n)


def sum_to(contribution: Value, shape: Shape) -> Value:
    """Undo stretching: add a gradient up over every axis along which the value was repeated."""
    if shape_of(contribution) == shape:
        return contribution
    array = np.asarray(contribution)
    with np.errstate(all="ignore"):
        return frozen(array.sum(axis=repeated_axes(array.shape, shape)).reshape(shape))

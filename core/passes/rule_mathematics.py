"""A rule as mathematics at given values: products by the shapes of their factors, every name a known one.

A rule is written for programs, where `*` multiplies entry by entry whatever the shapes, and a kernel such as
`stretch` does what a formula says with a vector of ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.base.arrays import Shape, Value, frozen
from core.base.lazy_numpy import np
from core.math.array_forms import FORMS
from core.notation.tree import (
    Binary,
    Call,
    Index,
    Indicator,
    Listing,
    Name,
    Negative,
    Number,
    Range,
    Transposed,
    Tree,
    walk,
)
from core.ops import FUNCTIONS, OPS
from core.ops.entry_kernels import RELATIONS
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS, place_of_axis
from core.ops.rules import PI

ONE = Number(1.0)
# all entries along an axis, and the letters that stand for the number of a row and of what is added up
ALL = Range(Number(0.0))
ROW, INDEX = Name("i"), Name("j")
Found = tuple[Tree, Any]


class NoNotation(ValueError):
    """A function of a rule for which mathematics has no sign."""


def as_mathematics(tree: Tree, values: Mapping[str, Value]) -> tuple[Tree, Value]:
    """A rule's tree as it is typeset where its names have these values, and its value there.

    Raises NoNotation where the rule can only be said in words.
    """
    for part in walk(tree):
        if isinstance(part, Call) and part.function not in KNOWN:
            raise NoNotation(part.function)
    with np.errstate(all="ignore"):
        made, value = interpreted(tree, _AsWritten(values))
    return made, frozen(value)


def ones(shape: Shape) -> Tree:
    """An array of ones; a number 1 where there are no axes."""
    return Call("ones", _sizes(shape)) if shape else ONE


class _AsWritten:
    """The tree that a part of a rule is written as, and its value."""

    def __init__(self, values: Mapping[str, Value]):
        self.values = values

    def number(self, value: float) -> Found:
        return Number(value), np.float64(value)

    def name(self, name: str) -> Found:
        return Name(name), np.asarray(self.values[name] if name in self.values else PI[name])

    def call(self, function: str, args: Sequence[Found]) -> Found:
        trees, known = [tree for tree, _ in args], [value for _, value in args]
        if function == "ones":
            return Call(function, tuple(trees)), np.ones([int(size) for size in known])
        value = KERNELS[function].array(*known)
        write = WRITTEN.get(function)
        return write(trees, known, value) if write else Call(function, tuple(trees)), value


def _times(left: Found, right: Found) -> Tree:
    """A product by the shapes of its factors; a factor 1 is left out."""
    (a, x), (b, y) = left, right
    if a == ONE:
        return b
    if b == ONE:
        return a
    if not np.ndim(x) or not np.ndim(y):
        return Binary("*", a, b)
    for one, other, array in ((a, b, y), (b, a, x)):
        if number := _of_ones(one, np.shape(array)):
            return _times((number, 0.0), (other, array))
    return Binary("⊙", a, b)


def _of_ones(tree: Tree, shape: Shape) -> Tree | None:
    """The number that all entries are, of an array of ones or a multiple of it."""
    match tree:
        case Binary("*", number, array) if array == ones(shape):
            return number
    return ONE if tree == ones(shape) else None


# -- what formulas say in place of a kernel


def _sizes(shape: Sequence[int]) -> tuple[Tree, ...]:
    return tuple(Number(float(size)) for size in shape)


def _stretch(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    return _times((trees[0], values[0]), (ones(np.shape(value)), value))


def _log1p(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    """ln(1 + x), and ln(1 − x) of a negative."""
    inner = trees[0]
    if isinstance(inner, Negative):
        return Call("log", (Binary("-", ONE, inner.body),))
    return Call("log", (Binary("+", ONE, inner),))


def _put(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    """A number at one entry of a vector, or an array at one place of the first axis."""
    unit = Call("unit_vector", (trees[2],))
    if value.ndim == 1:
        return _times((trees[0], values[0]), (unit, value))
    return Call("outer" if value.ndim == 2 else "in_row", (unit, trees[0]))


def _share(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    hit, ties = Indicator("=", trees[0], trees[1]), np.count_nonzero(value)
    return hit if ties == 1 else Binary("/", hit, Number(float(ties)))


def _unit(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    if np.all(values[1] != 0):
        return Binary("/", trees[0], trees[1])
    return Call("zeros", _sizes(np.shape(value))) if np.ndim(value) else Number(0.0)


def _end(first: bool) -> Callable[[list[Tree], list[Any], Any], Tree]:
    """The entries at the start or at the end of g that one part of it receives."""

    def made(trees: list[Tree], values: list[Any], value: Any) -> Tree:
        length, size = len(values[0]), len(value) if np.ndim(value) else 1
        start = 0 if first else length - size
        place = Range(*_sizes((start, start + size))) if np.ndim(value) else Number(float(start))
        return Index(trees[0], (place,))

    return made


def _paste(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    """g between blocks of zeros."""
    start, stop, axis = (int(setting) for setting in values[2:])

    def zeros(count: int) -> list[Tree]:
        shape = (*value.shape[:axis], count, *value.shape[axis + 1 :])
        one = value.ndim == 1 and count == 1
        return [] if not count else [Number(0.0) if one else Call("zeros", _sizes(shape))]

    blocks = (*zeros(start), trees[0], *zeros(value.shape[axis] - stop))
    return Call("blocks", (Number(float(axis)), *blocks))


def _convolution(function: str) -> Callable[[list[Tree], list[Any], Any], Tree]:
    def made(trees: list[Tree], values: list[Any], value: Any) -> Tree:
        if (float(values[3]), float(values[4])) != (1.0, 0.0):
            raise NoNotation(function)  # a stride or a padding
        return Call(function, tuple(trees[:2]))

    return made


def _as_shape(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    if not np.ndim(value):
        return Index(trees[0], _sizes((0,) * np.ndim(values[0])))
    if np.shape(value) == np.shape(values[0]):
        return trees[0]
    return Call("reshape", (trees[0], Listing(_sizes(np.shape(value)))))


def _chosen(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    """An entry of each row: of one column, or of the column that is given for the row."""
    if not np.ndim(values[1]):
        return Index(trees[0], (ALL, trees[1]))
    return Call("for_each", (Index(trees[0], (ROW, Index(trees[1], (ROW,)))), ROW))


def _sum_along(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    shape = np.shape(values[0])
    axis = place_of_axis(values[1], len(shape))
    if trees[0] == ones(shape):
        return _times((Number(float(shape[axis])), 0.0), (ones(np.shape(value)), value))
    return Call("added_up", (Index(trees[0], (*(ALL,) * axis, INDEX)), INDEX))


def _spread_along(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    """A number for each row beside itself, g 𝟏ᵀ; one for each column below itself, 𝟏 gᵀ."""
    one, shape = trees[0], np.shape(value)
    if number := _of_ones(one, np.shape(values[0])):
        return _times((number, 0.0), (ones(shape), value))
    if len(shape) > 2:
        raise NoNotation("spread_along")
    axis = place_of_axis(values[2], len(shape))
    line = ones(shape[axis : axis + 1])
    if len(shape) == 1:
        return Binary("*", one, line)
    return Call("outer", (one, line) if axis == 1 else (line, one))


def _by_sign(sign: str) -> Callable[[list[Tree], list[Any], Any], Tree]:
    return lambda trees, values, value: Binary(sign, trees[0], trees[1])


def _by_relation(function: str) -> Callable[[list[Tree], list[Any], Any], Tree]:
    return lambda trees, values, value: Indicator(KERNELS[function].signs, trees[0], trees[1])


def _negative(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    return Number(-1.0) if trees[0] == ONE else Negative(trees[0])


def _fraction(trees: list[Tree], values: list[Any], value: Any) -> Tree:
    return trees[0] if trees[1] == ONE else Binary("/", trees[0], trees[1])


WRITTEN: dict[str, Callable[[list[Tree], list[Any], Any], Tree]] = {
    "negative": _negative,
    "add": _by_sign("+"),
    "subtract": _by_sign("-"),
    "multiply": lambda trees, values, value: _times((trees[0], values[0]), (trees[1], values[1])),
    "divide": _fraction,
    "power": _by_sign("^"),
    **{function: _by_relation(function) for function in RELATIONS},
    "size": lambda trees, values, value: Number(float(value)),
    "size_along": lambda trees, values, value: Number(float(value)),
    "sum_along": _sum_along,
    "spread_along": _spread_along,
    "choose": _chosen,
    "stretch": _stretch,
    "log1p": _log1p,
    "put": _put,
    "share": _share,
    "unit": _unit,
    "entry": lambda trees, values, value: Index(trees[0], (trees[1],)),
    "front": _end(True),
    "rear": _end(False),
    "paste": _paste,
    "as_shape": _as_shape,
    "conv2d_x": _convolution("conv2d_x"),
    "conv2d_W": _convolution("conv2d_W"),
    "unrow": lambda trees, values, value: Transposed(trees[0]),
    "transpose": lambda trees, values, value: Transposed(trees[0]),
}
KNOWN = {*FORMS, *FUNCTIONS, *WRITTEN, *(op.name for op in OPS.values() if op.rows), "others"}

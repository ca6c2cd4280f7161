"""ONNX operators as they are put together: tensors that know their shapes, constants, ways to make one more.

Tensor      a value of the model
Operators   the operators so far, in computing order; the same one twice is made once

A batch has its examples along the first axis. Nothing here needs the onnx package.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.arrays import Shape

# the numbers of element types in onnx.proto
FLOAT, INT64, DOUBLE = 1, 7, 11
UFUNCS = {
    "add": "Add",
    "subtract": "Sub",
    "multiply": "Mul",
    "divide": "Div",
    "power": "Pow",
    "negative": "Neg",
    "maximum": "Max",
    "minimum": "Min",
    "absolute": "Abs",
    "sign": "Sign",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "sin": "Sin",
    "cos": "Cos",
    "tan": "Tan",
    "arctan": "Atan",
    "sinh": "Sinh",
    "cosh": "Cosh",
    "tanh": "Tanh",
    "greater": "Greater",
    "less": "Less",
    "greater_equal": "GreaterOrEqual",
    "less_equal": "LessOrEqual",
    "equal": "Equal",
}
TELLS = ("greater", "less", "greater_equal", "less_equal", "equal")


@dataclass(frozen=True, eq=False, slots=True)
class Tensor:
    """A value: one example's shape, whether it comes in batches, and the number that it is if it is known."""

    shape: Shape
    batched: bool = False
    number: float | None = None

    @property
    def axes(self) -> tuple[int, ...]:
        """Where one example's axes are."""
        return tuple(range(self.batched, self.batched + len(self.shape)))


@dataclass(frozen=True, eq=False, slots=True)
class Operator:
    """An ONNX operator with its one output; `part_of` is the name for whose sake it is computed."""

    kind: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    attributes: Mapping[str, Any]
    part_of: str


class Operators:
    """Makes operators; numbers are of the `element` type. `part_of` is written on those that come next.

    `unswapped` has for each transposed matrix what it was.
    """

    def __init__(self, element: int = DOUBLE):
        self.element, self.dtype = element, np.dtype(np.float32 if element == FLOAT else np.float64)
        self.all: list[Operator] = []
        self.constants: dict[Tensor, npt.NDArray[Any]] = {}
        self.unswapped: dict[Tensor, Tensor] = {}
        self.part_of = ""
        self._known: dict[Hashable, Tensor] = {}

    def make(
        self,
        kind: str,
        inputs: Sequence[Tensor],
        shape: Shape,
        batched: bool | None = None,
        **attributes: Any,
    ) -> Tensor:
        """An operator's output; it is a batch if one of the inputs is, unless that is told."""
        key = (kind, *inputs, *((name, str(value)) for name, value in attributes.items()))
        if key not in self._known:
            batched = any(x.batched for x in inputs) if batched is None else batched
            self._known[key] = self._add(kind, inputs, Tensor(shape, batched), attributes)
        return self._known[key]

    def copy(self, x: Tensor) -> Tensor:
        """The same value once more, to have a name of its own."""
        found = self._add("Identity", [x], Tensor(x.shape, x.batched), {})
        if x in self.unswapped:
            self.unswapped[found] = self.unswapped[x]
        return found

    def _add(
        self, kind: str, inputs: Sequence[Tensor], output: Tensor, attributes: Mapping[str, Any]
    ) -> Tensor:
        self.all.append(Operator(kind, tuple(inputs), output, attributes, self.part_of))
        return output

    # -- constants

    def number(self, value: float) -> Tensor:
        return self._constant(np.asarray(value, self.dtype), value)

    def constant(self, array: npt.ArrayLike) -> Tensor:
        return self._constant(np.asarray(array, self.dtype))

    def whole(self, numbers: int | Sequence[int]) -> Tensor:
        """Whole numbers: axes, shapes, places."""
        return self._constant(np.asarray(numbers, np.int64))

    def _constant(self, array: npt.NDArray[Any], number: float | None = None) -> Tensor:
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = found = Tensor(array.shape, number=number)
            self.constants[found] = array
        return self._known[key]

    # -- entry by entry

    def ufunc(self, name: str, *args: Tensor) -> Tensor:
        """NumPy's function of that name; of plain numbers, the number."""
        numbers = [arg.number for arg in args if arg.number is not None]
        if len(numbers) == len(args):
            with np.errstate(all="ignore"):
                return self.number(float(getattr(np, name)(*numbers)))
        if name == "power" and args[1].number in (1, 2):
            return args[0] if args[1].number == 1 else self.ufunc("multiply", args[0], args[0])
        if name == "multiply" and 1 in numbers:
            return args[0] if args[1].number == 1 else args[1]
        found = self.each(UFUNCS[name], *args)
        return self.cast(found, self.element) if name in TELLS else found

    def each(self, kind: str, *args: Tensor) -> Tensor:
        """An operator that works entry by entry; its operands are stretched as NumPy does."""
        shape = np.broadcast_shapes(*(arg.shape for arg in args))
        return self.make(kind, [self.lifted(arg, len(shape)) for arg in args], shape)

    def cast(self, x: Tensor, element: int) -> Tensor:
        return self.make("Cast", [x], x.shape, to=element)

    # -- shapes

    def unsqueezed(self, x: Tensor, axis: int, count: int = 1) -> Tensor:
        """With axes of length 1, the first of them at `axis` of an example."""
        first = axis + x.batched
        shape = (*x.shape[:axis], *(1,) * count, *x.shape[axis:])
        return self.make("Unsqueeze", [x, self.whole(range(first, first + count))], shape)

    def squeezed(self, x: Tensor, *axes: int) -> Tensor:
        """Without some axes of an example, all of length 1."""
        shape = tuple(n for axis, n in enumerate(x.shape) if axis not in axes)
        return self.make("Squeeze", [x, self.whole([axis + x.batched for axis in axes])], shape)

    def lifted(self, x: Tensor, rank: int) -> Tensor:
        """A batch of smaller arrays gets axes to meet `rank` axes an example."""
        missing = rank - len(x.shape)
        return self.unsqueezed(x, 0, missing) if x.batched and missing > 0 else x

    def swapped(self, x: Tensor) -> Tensor:
        """A matrix, or each in a batch, with rows and columns swapped; the second time it is the first."""
        if x in self.unswapped:
            return self.unswapped[x]
        found = self.make("Transpose", [x], x.shape[::-1], perm=[0, 2, 1] if x.batched else [1, 0])
        self.unswapped[found] = x
        return found

    def expanded(self, x: Tensor, shape: Shape) -> Tensor:
        """Stretched to a shape that an example of x fits."""
        if x.shape == shape:
            return x
        x = self.lifted(x, len(shape))
        return self.make("Expand", [x, self.whole((1,) * x.batched + shape)], shape)

    def expanded_like(self, x: Tensor, other: Tensor) -> Tensor:
        """Stretched to the shape of another, to its batch too."""
        shape = self.make("Shape", [other], (), batched=False)
        return self.make("Expand", [x, shape], other.shape, other.batched)

    def reduced(self, kind: str, x: Tensor, axes: Sequence[int], keep: bool = False) -> Tensor:
        """Over some axes of an example."""
        if not axes:
            return x
        kept = (1,) * keep
        shape = tuple(m for axis, n in enumerate(x.shape) for m in (kept if axis in axes else (n,)))
        places = self.whole([axis + x.batched for axis in axes])
        return self.make(kind, [x, places], shape, keepdims=int(keep))

    def over_batch(self, kind: str, x: Tensor) -> Tensor:
        """One example's array of those of a whole batch."""
        return self.make(kind, [x, self.whole([0])], x.shape, batched=False, keepdims=0)

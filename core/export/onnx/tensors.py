"""The tensors and operators of an ONNX model as they are put together; none of it needs the onnx package.

Tensor      a value of the model
Operator    what computes one
Maker       the operators so far, in computing order; the same one twice is made once
NoForm      what is raised where there is no way to write something
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from core.base.arrays import Shape

# the numbers of element types in onnx.proto
FLOAT, INT64, DOUBLE = 1, 7, 11


class NoForm(LookupError):
    """Something is not written in ONNX yet: what is named, or else the whole operation."""


class Tensor(Struct, frozen=True, eq=False):
    """A value: one example's shape, whether it comes in batches, and the number that it is if it is known."""

    shape: Shape
    batched: bool = False
    number: float | None = None


class Operator(Struct, frozen=True, eq=False):
    """An ONNX operator with its one output; `part_of` is the name for whose sake it is computed."""

    kind: str
    inputs: tuple[Tensor, ...]
    output: Tensor
    attributes: Mapping[str, Any]
    part_of: str


class Maker:
    """Makes operators and constants of one element type.

    `part_of` is written on the operators that come next; `unswapped` has for each transposed matrix what it
    was.
    """

    def __init__(self, element: int):
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
        """An operator's output; it is a batch if one of the inputs is, unless that is said."""
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

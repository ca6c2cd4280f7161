"""The ways to make ONNX operators that forms are written in: entry by entry, and what changes shapes.

A batch has its examples along the first axis; axes are told as those of one example.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.base.arrays import Shape
from core.export.onnx.tensors import Maker, NoForm, Tensor
from core.ops.entry_kernels import RELATIONS
from core.ops.kernels import KERNELS

SEEDED, DRAWN, OFF = "seeded", "drawn", "off"
# in front of every entry, counted from the end
BEFORE_ALL = -(2**31)


class Operators(Maker):
    """Makes operators; `dropout` says how its masks come about.

    SEEDED   from the seed, as on the canvas
    DRAWN    anew at every run, as in training
    OFF      not at all
    """

    def __init__(self, element: int, dropout: str = SEEDED):
        super().__init__(element)
        self.dropout = dropout

    # -- entry by entry

    def call(self, name: str, *args: Tensor) -> Tensor:
        """The kernel of that name, entry by entry; of plain numbers, the number. Raises NoForm."""
        kernel = KERNELS[name]
        numbers = [arg.number for arg in args if arg.number is not None]
        if not kernel.onnx:
            raise NoForm
        if len(numbers) == len(args):
            with np.errstate(all="ignore"):
                return self.number(float(kernel.array(*numbers)))
        if name == "power" and args[1].number in (1, 2):
            return args[0] if args[1].number == 1 else self.call("multiply", args[0], args[0])
        if name == "multiply" and 1 in numbers:
            return args[0] if args[1].number == 1 else args[1]
        found = self.each(kernel.onnx, *args)
        return self.cast(found, self.element) if name in RELATIONS else found

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

    def reshaped(self, x: Tensor, shape: Shape, batched: bool | None = None) -> Tensor:
        """The same entries laid out otherwise; one example may become a batch of one, and the other way."""
        batched = x.batched if batched is None else batched
        if (shape, batched) == (x.shape, x.batched):
            return x
        return self.make("Reshape", [x, self.whole((-1,) * batched + shape)], shape, batched)

    def sliced(self, x: Tensor, start: int, stop: int, axis: int = 0) -> Tensor:
        """The entries from start up to, not including, stop along an axis of an example."""
        if (start, stop) == (0, x.shape[axis]):
            return x
        shape = (*x.shape[:axis], stop - start, *x.shape[axis + 1 :])
        return self.make("Slice", [x, *map(self.whole, ([start], [stop], [axis + x.batched]))], shape)

    def turned(self, x: Tensor, axes: Sequence[int]) -> Tensor:
        """The entries from the last to the first along some axes of an example."""
        last, places = [-1] * len(axes), [axis + x.batched for axis in axes]
        ranges = [last, [BEFORE_ALL] * len(axes), places, last]  # start, stop, axes, steps
        return self.make("Slice", [x, *map(self.whole, ranges)], x.shape)

    def padded(self, x: Tensor, before: int, after: int, axis: int = 0, value: float = 0.0) -> Tensor:
        """With more entries before and after along an axis of an example."""
        if not (before or after):
            return x
        ends = np.zeros((2, x.batched + len(x.shape)), np.int64)
        ends[:, axis + x.batched] = before, after
        shape = (*x.shape[:axis], before + x.shape[axis] + after, *x.shape[axis + 1 :])
        return self.make("Pad", [x, self.whole(ends.ravel().tolist()), self.number(value)], shape)

    def joined(self, parts: Sequence[Tensor], axis: int = 0) -> Tensor:
        """Arrays one after the other along an axis of an example."""
        batch = next((part for part in parts if part.batched), None)
        if batch:
            parts = [part if part.batched else self._in_batches(part, batch) for part in parts]
        first = parts[0].shape
        shape = (*first[:axis], sum(part.shape[axis] for part in parts), *first[axis + 1 :])
        return self.make("Concat", parts, shape, axis=axis + bool(batch))

    def _in_batches(self, x: Tensor, batch: Tensor) -> Tensor:
        """As many copies as a batch has examples."""
        size = self.make("Shape", [batch], (1,), batched=False, start=0, end=1)
        shape = self.make("Concat", [size, self.whole(x.shape)], (), batched=False, axis=0)
        return self.make("Expand", [x, shape], x.shape, batched=True)

    def over_batch(self, kind: str, x: Tensor) -> Tensor:
        """One example's array of those of a whole batch."""
        return self.make(kind, [x, self.whole([0])], x.shape, batched=False, keepdims=0)

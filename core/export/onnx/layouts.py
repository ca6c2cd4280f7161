"""Entries by their numbers, arrays put together, taken apart and laid out otherwise, in ONNX."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from core.export.onnx.operators import Operators
from core.export.onnx.tensors import INT64, Tensor
from core.ops.array_kernels import as_sizes


def setting(x: Tensor) -> int:
    """A whole number that the program states."""
    assert x.number is not None
    return int(x.number)


# -- entries by number


def _pick(ops: Operators, x: Tensor, k: Tensor) -> Tensor:
    place = ops.whole(int(k.number)) if k.number is not None else ops.cast(k, INT64)
    if x.batched and place.batched:
        return ops.make("GatherND", [x, ops.unsqueezed(place, 0)], x.shape[1:], batch_dims=1)
    return ops.make("Gather", [x, place], x.shape[1:], axis=int(x.batched))


def _places(ops: Operators, x: Tensor) -> Tensor:
    """The numbers of the entries along the first axis of x, in its rank."""
    return _numbered(ops, x.shape[0], len(x.shape))


def _numbered(ops: Operators, count: int, rank: int = 1) -> Tensor:
    return ops.constant(np.arange(count).reshape(-1, *(1,) * (rank - 1)))


def _choice(ops: Operators, k: Tensor, n: Tensor) -> Tensor:
    return ops.call("equal", _numbered(ops, setting(n)), k)


def _onehot(ops: Operators, k: Tensor, x: Tensor) -> Tensor:
    return ops.call("equal", _places(ops, x), k)


def _put(ops: Operators, g: Tensor, x: Tensor, k: Tensor) -> Tensor:
    """Chosen, not multiplied: an infinite g is no exception."""
    return ops.each("Where", ops.each("Equal", _places(ops, x), k), g, ops.number(0.0))


# -- the same entries laid out otherwise


def _transpose(ops: Operators, x: Tensor) -> Tensor:
    return ops.swapped(x)


def _row(ops: Operators, x: Tensor) -> Tensor:
    return ops.unsqueezed(x, 0)


def _unrow(ops: Operators, x: Tensor) -> Tensor:
    return ops.squeezed(x, 0)


def _reshape(ops: Operators, x: Tensor, shape: Tensor) -> Tensor:
    return ops.reshaped(x, as_sizes(ops.constants[shape]))


def _flatten(ops: Operators, x: Tensor) -> Tensor:
    return ops.reshaped(x, (math.prod(x.shape),))


def _as_shape(ops: Operators, g: Tensor, x: Tensor) -> Tensor:
    return ops.reshaped(g, x.shape)


def _flip(ops: Operators, x: Tensor) -> Tensor:
    return ops.turned(x, range(len(x.shape))[-2:])


# -- together and apart


def _stack(ops: Operators, *parts: Tensor) -> Tensor:
    return ops.joined([ops.unsqueezed(part, 0) for part in parts])


def _concat(ops: Operators, *parts: Tensor) -> Tensor:
    return ops.joined([part if part.shape else ops.unsqueezed(part, 0) for part in parts])


def _front(ops: Operators, g: Tensor, x: Tensor) -> Tensor:
    return ops.sliced(g, 0, x.shape[0]) if x.shape else _pick(ops, g, ops.number(0.0))


def _rear(ops: Operators, g: Tensor, y: Tensor) -> Tensor:
    length = g.shape[0]
    if not y.shape:
        return _pick(ops, g, ops.number(length - 1.0))
    return ops.sliced(g, length - y.shape[0], length)


def _cut(ops: Operators, x: Tensor, start: Tensor, stop: Tensor, axis: Tensor) -> Tensor:
    return ops.sliced(x, setting(start), setting(stop), setting(axis))


def _paste(ops: Operators, g: Tensor, x: Tensor, start: Tensor, stop: Tensor, axis: Tensor) -> Tensor:
    at = setting(axis)
    return ops.padded(g, setting(start), x.shape[at] - setting(stop), at)


# -- sines and cosines


def _angles(ops: Operators, x: Tensor, octaves: Tensor) -> tuple[Tensor, Tensor]:
    """The frequencies, and the angles (coordinates, octaves)."""
    frequencies = ops.constant(np.pi * np.exp2(np.arange(setting(octaves))))
    column = ops.reshaped(x, (math.prod(x.shape), 1))
    return frequencies, ops.call("multiply", column, frequencies)


def _positional_encoding(ops: Operators, x: Tensor, octaves: Tensor) -> Tensor:
    _, angles = _angles(ops, x, octaves)
    pair = [ops.unsqueezed(ops.call(name, angles), 2) for name in ("sin", "cos")]
    return ops.reshaped(ops.joined(pair, 2), (2 * math.prod(angles.shape),))


def _positional_slope(ops: Operators, x: Tensor, g: Tensor, octaves: Tensor) -> Tensor:
    frequencies, angles = _angles(ops, x, octaves)
    pairs = ops.reshaped(g, (*angles.shape, 2))
    sine, cosine = (ops.squeezed(ops.sliced(pairs, part, part + 1, 2), 2) for part in (0, 1))
    up, down = (
        ops.call("multiply", part, ops.call(name, angles)) for part, name in ((sine, "cos"), (cosine, "sin"))
    )
    slopes = ops.call("multiply", ops.call("subtract", up, down), frequencies)
    return ops.reshaped(ops.reduced("ReduceSum", slopes, [1]), x.shape)


FORMS: dict[str, Callable[..., Tensor]] = {
    "pick": _pick,
    "entry": _pick,
    "choice": _choice,
    "onehot": _onehot,
    "put": _put,
    "transpose": _transpose,
    "row": _row,
    "unrow": _unrow,
    "reshape": _reshape,
    "flatten": _flatten,
    "as_shape": _as_shape,
    "flip": _flip,
    "stack": _stack,
    "concat": _concat,
    "front": _front,
    "rear": _rear,
    "cut": _cut,
    "paste": _paste,
    "positional_encoding": _positional_encoding,
    "positional_slope": _positional_slope,
}

"""Convolution and pooling in ONNX, which takes pictures in batches: (examples, channels, rows, columns).

A picture without a batch is a batch of one. On the way back from a pool each channel is one picture.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.base.arrays import Shape
from core.export.onnx.layouts import setting
from core.export.onnx.operators import Operators
from core.export.onnx.tensors import NoForm, Tensor
from core.ops.image_kernels import filter_stack, is_stack

ONE = (1,)


def _pictures(ops: Operators, x: Tensor) -> Tensor:
    """A batch of pictures with channels."""
    return ops.reshaped(x, ONE * (3 - len(x.shape)) + x.shape, batched=True)


def _single(ops: Operators, x: Tensor) -> Tensor:
    """Every channel of every picture, one by one."""
    shape = (1, *x.shape[-2:])
    return ops.make("Reshape", [x, ops.whole((-1, *shape))], shape, batched=True)


def _rest(x: Shape, size: Shape, stride: int, padding: int = 0) -> list[int]:
    """How many rows and columns at the end no window reaches."""
    return [(n + 2 * padding - m) % stride for n, m in zip(x[-2:], size[-2:], strict=True)]


def conv2d(ops: Operators, x: Tensor, w: Tensor, stride: Tensor, padding: Tensor) -> Tensor:
    if w.batched:
        raise NoForm("conv2d of filters that differ from example to example")
    s, p = setting(stride), setting(padding)
    filters = ops.reshaped(w, filter_stack(x.shape, w.shape))
    places = [(n + 2 * p - m) // s + 1 for n, m in zip(x.shape[-2:], w.shape[-2:], strict=True)]
    shape = (filters.shape[0], *places)
    inputs = [_pictures(ops, x), filters]
    found = ops.make("Conv", inputs, shape, strides=[s, s], pads=[p] * 4)
    return ops.reshaped(found, shape if is_stack(x.shape, w.shape) else shape[1:], x.batched)


def conv2d_x(ops: Operators, g: Tensor, w: Tensor, x: Tensor, stride: Tensor, padding: Tensor) -> Tensor:
    s, p = setting(stride), setting(padding)
    filters = ops.reshaped(w, filter_stack(x.shape, w.shape))
    found = ops.make(
        "ConvTranspose",
        [_pictures(ops, g), filters],
        ONE * (3 - len(x.shape)) + x.shape,
        strides=[s, s],
        pads=[p] * 4,
        output_padding=_rest(x.shape, w.shape, s, p),
    )
    return ops.reshaped(found, x.shape, g.batched)


def conv2d_W(ops: Operators, g: Tensor, x: Tensor, w: Tensor, stride: Tensor, padding: Tensor) -> Tensor:
    """Over all examples: the pictures are convolved with the gradients, examples in the place of channels."""
    s, p = setting(stride), setting(padding)
    shape = filter_stack(x.shape, w.shape)
    turned = [
        ops.make("Transpose", [part], (part.shape[0], 0, *part.shape[1:]), batched=False, perm=[1, 0, 2, 3])
        for part in (_pictures(ops, x), _pictures(ops, g))
    ]
    rows, columns = (n + rest for n, rest in zip(shape[2:], _rest(x.shape, shape, s, p), strict=True))
    found = ops.make("Conv", turned, (shape[1], shape[0], rows, columns), dilations=[s, s], pads=[p] * 4)
    reached = ops.sliced(ops.sliced(found, 0, shape[2], 2), 0, shape[3], 3)
    return ops.reshaped(ops.make("Transpose", [reached], shape, perm=[1, 0, 2, 3]), w.shape)


# -- pooling


def _pool(kind: str) -> Callable[[Operators, Tensor, Tensor, Tensor], Tensor]:
    def form(ops: Operators, x: Tensor, size: Tensor, stride: Tensor) -> Tensor:
        n, s = setting(size), setting(stride) or setting(size)
        shape = (*x.shape[:-2], *((m - n) // s + 1 for m in x.shape[-2:]))
        pictures = _pictures(ops, x)
        whole = (*pictures.shape[:1], *shape[-2:])
        found = ops.make(kind, [pictures], whole, kernel_shape=[n, n], strides=[s, s])
        return ops.reshaped(found, shape, x.batched)

    return form


def _spread(ops: Operators, parts: Tensor, filters: Tensor, x: Tensor, stride: int) -> Tensor:
    """Windows laid back over each other in the shape of x."""
    rest = _rest(x.shape, filters.shape, stride)
    strides = [stride, stride]
    inputs = [parts, filters]
    found = ops.make("ConvTranspose", inputs, (1, *x.shape[-2:]), strides=strides, output_padding=rest)
    return ops.reshaped(found, x.shape, x.batched)


def maxpool_x(ops: Operators, g: Tensor, x: Tensor, out: Tensor, size: Tensor, stride: Tensor) -> Tensor:
    """Filters with a single 1 cut the windows out, an entry in each channel, and lay them back."""
    n, s = setting(size), setting(stride) or setting(size)
    single = ops.constant(np.eye(n * n).reshape(-1, 1, n, n))
    shape = (n * n, *out.shape[-2:])
    windows = ops.make("Conv", [_single(ops, x), single], shape, strides=[s, s])
    hit = ops.call("equal", windows, _single(ops, out))
    count = ops.reduced("ReduceSum", hit, [0], keep=True)
    share = ops.call("multiply", hit, ops.call("divide", _single(ops, g), count))
    return _spread(ops, share, single, x, s)


def avgpool_x(ops: Operators, g: Tensor, x: Tensor, size: Tensor, stride: Tensor) -> Tensor:
    n, s = setting(size), setting(stride) or setting(size)
    return _spread(ops, _single(ops, g), ops.constant(np.full((1, 1, n, n), 1 / n**2)), x, s)


FORMS: dict[str, Callable[..., Tensor]] = {
    "conv2d": conv2d,
    "conv2d_x": conv2d_x,
    "conv2d_W": conv2d_W,
    "maxpool": _pool("MaxPool"),
    "maxpool_x": maxpool_x,
    "avgpool": _pool("AveragePool"),
    "avgpool_x": avgpool_x,
}

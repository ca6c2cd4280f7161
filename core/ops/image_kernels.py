"""The kernels of convolution and pooling for one picture, in the plain way that the fast one is held to.

A picture is (rows, columns) or (channels, rows, columns). A window of `size` slides over it in steps of
`stride`; entries at the end that no window reaches take no part.
"""

from __future__ import annotations

from typing import Any

from core.base.arrays import Array, Shape
from core.base.lazy_numpy import np
from core.ops.kernels import kernel


def filter_stack(x: Shape, w: Shape) -> Shape:
    """The shape of filters as a stack: (filters, channels, rows, columns)."""
    if len(w) == 4:
        return w
    if len(w) == 3 and len(x) == 2:
        return (w[0], 1, *w[1:])
    return (1, *(1,) * (3 - len(w)), *w)


def is_stack(x: Shape, w: Shape) -> bool:
    """Whether there are several filters, so that the result has a channel for each; else it has none."""
    return len(w) == 4 or len(w) > len(x)


def _windows(x: Array, size: Shape, stride: int) -> Array:
    """Every window of a picture with channels: (channels, places down, across, rows, columns); read only."""
    return np.lib.stride_tricks.sliding_window_view(x, tuple(size), (1, 2))[:, ::stride, ::stride]


def _channels(x: Array) -> Array:
    return x if x.ndim == 3 else x[None]


def _spread(parts: Array, shape: Shape, stride: int) -> Array:
    """The sum of windows laid back over each other: the transpose of cutting them out."""
    found = np.zeros(shape, parts.dtype)
    down, across, rows, columns = parts.shape[1:]
    if down * across < rows * columns:
        for i, j in np.ndindex(down, across):
            at, to = i * stride, j * stride
            found[:, at : at + rows, to : to + columns] += parts[:, i, j]
        return found
    for i in range(rows):
        for j in range(columns):
            reached = np.s_[
                :, i : i + stride * (down - 1) + 1 : stride, j : j + stride * (across - 1) + 1 : stride
            ]
            found[reached] += parts[..., i, j]
    return found


def _padded(x: Array, padding: int) -> Array:
    return np.pad(_channels(x), ((0, 0), (padding, padding), (padding, padding)))


@kernel(complex_too=True, linear=(0, 1), product=True)
def conv2d(x: Array, w: Array, stride: Any, padding: Any) -> Array:
    """Each filter's dot product with the window at every place; the filter is not turned."""
    filters = np.reshape(w, filter_stack(x.shape, w.shape))
    windows = _windows(_padded(x, int(padding)), filters.shape[2:], int(stride))
    found = np.einsum("chwij,fcij->fhw", windows, filters, optimize=True)
    return found if is_stack(x.shape, w.shape) else found[0]


def _upstream(g: Array, x: Array, w: Array) -> Array:
    return g if is_stack(x.shape, w.shape) else g[None]


@kernel(shape_only=(2,), linear=(0, 1), product=True)
def conv2d_x(g: Array, w: Array, x: Array, stride: Any, padding: Any) -> Array:
    """What comes back to the picture: each filter laid down at every place, as strong as g says."""
    filters, p = np.reshape(w, filter_stack(x.shape, w.shape)), int(padding)
    parts = np.einsum("fhw,fcij->chwij", _upstream(g, x, w), filters, optimize=True)
    channels, rows, columns = _channels(x).shape
    found = _spread(parts, (channels, rows + 2 * p, columns + 2 * p), int(stride))
    return np.reshape(found[:, p : p + rows, p : p + columns], x.shape)


@kernel(shape_only=(2,), linear=(0, 1), product=True)
def conv2d_W(g: Array, x: Array, w: Array, stride: Any, padding: Any) -> Array:
    """What comes back to the filters: the windows added up, each as strong as g says at its place."""
    size = filter_stack(x.shape, w.shape)[2:]
    windows = _windows(_padded(x, int(padding)), size, int(stride))
    return np.reshape(np.einsum("fhw,chwij->fcij", _upstream(g, x, w), windows, optimize=True), w.shape)


def _pooled(x: Array, size: Any, stride: Any) -> Array:
    """The windows of a pool, in pictures of one channel as well; a stride of 0 is the window's size."""
    return _windows(_channels(x), (int(size), int(size)), int(stride) or int(size))


def _pool_spread(parts: Array, x: Array, size: Any, stride: Any) -> Array:
    return np.reshape(_spread(parts, _channels(x).shape, int(stride) or int(size)), x.shape)


@kernel(complex_too=True)
def maxpool(x: Array, size: Any, stride: Any) -> Array:
    found = np.max(_pooled(x, size, stride), axis=(3, 4))
    return found if x.ndim == 3 else found[0]


@kernel(linear=(0,))
def maxpool_x(g: Array, x: Array, out: Array, size: Any, stride: Any) -> Array:
    """The gradient of each window at its largest entry, split evenly among ties."""
    hit = np.equal(_pooled(x, size, stride), _channels(out)[..., None, None]) * 1.0
    share = hit * (_channels(g) / np.sum(hit, axis=(3, 4)))[..., None, None]
    return _pool_spread(share, x, size, stride)


@kernel
def windows(x: Array, size: Any, stride: Any) -> Array:
    """The entries of each window along a last axis."""
    found = _pooled(x, size, stride)
    return np.reshape(found, (*found.shape[:3], -1))


@kernel
def tops(x: Array, size: Any, stride: Any) -> Array:
    """The largest entry of each window, along a last axis of length 1."""
    return np.max(windows(x, size, stride), axis=-1, keepdims=True)


@kernel
def counted(hits: Array) -> Array:
    """The sum along the last axis."""
    return np.sum(hits, axis=-1)


@kernel(complex_too=True, linear=(0,))
def avgpool(x: Array, size: Any, stride: Any) -> Array:
    found = np.mean(_pooled(x, size, stride), axis=(3, 4))
    return found if x.ndim == 3 else found[0]


@kernel(shape_only=(1,), linear=(0,))
def avgpool_x(g: Array, x: Array, size: Any, stride: Any) -> Array:
    """An equal share of each window's gradient for every entry of it."""
    n = int(size)
    share = np.broadcast_to((_channels(g) / n**2)[..., None, None], (*_channels(g).shape, n, n))
    return _pool_spread(share, x, size, stride)

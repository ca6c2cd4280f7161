"""The kernels of vectors and matrices: products, sums and the like, entries by number, rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from core.base.arrays import Array
from core.base.lazy_numpy import np
from core.ops.kernels import EVERY, KERNELS, Kernel, axes_of, kernel, of_numpy, place_of_axis, whole_numbers


def _product(name: str, einsum: str, array: Callable[[Array, Array], Array]) -> None:
    """A product of vectors and matrices: its subscripts, and the fastest way NumPy knows for it."""
    KERNELS[name] = Kernel(name, array, einsum=einsum, on_complex=array, linear=(0, 1), product=True)


_product("dot", "i,i->", of_numpy("dot"))
_product("matvec", "ij,j->i", of_numpy("dot"))
_product("vecmat", "i,ij->j", of_numpy("dot"))
_product("matmul", "ij,jk->ik", of_numpy("dot"))
_product("outer", "i,j->ij", lambda x, y: x[:, None] * y)  # np.multiply.outer fails inside a rule
# the same products with one matrix transposed, for the way back
_product("matvec_t", "ij,i->j", lambda x, y: np.dot(y, x))
_product("vecmat_t", "j,ij->i", lambda x, y: np.dot(y, x))
_product("matmul_t", "ij,kj->ik", lambda x, y: np.dot(x, y.T))
_product("t_matmul", "ji,jk->ik", lambda x, y: np.dot(x.T, y))


@kernel(complex_too=True, linear=(0,))
def sum(x: Array, rank: int | None = None) -> Array:
    return np.sum(x, axis=axes_of(x, rank))


@kernel(complex_too=True, linear=(0,))
def mean(x: Array, rank: int | None = None) -> Array:
    return np.mean(x, axis=axes_of(x, rank))


@kernel(complex_too=True)  # NumPy compares complex numbers by their real parts
def largest(x: Array, rank: int | None = None) -> Array:
    return np.max(x, axis=axes_of(x, rank))


@kernel(complex_too=True)
def smallest(x: Array, rank: int | None = None) -> Array:
    return np.min(x, axis=axes_of(x, rank))


@kernel(gate=True)
def share(x: Array, out: Array, rank: int | None = None) -> Array:
    """1 where x equals out, split evenly among ties."""
    hit = np.equal(x, out).astype(np.float64)
    return hit / np.sum(hit, axis=axes_of(x, rank))


@kernel(complex_too=True, shape_only=(0,))
def size(x: Array, rank: int | None = None) -> Array:
    return np.float64(math.prod(np.shape(x)[: len(axes_of(x, rank))]))  # type: ignore[return-value]


@kernel(shape_only=(1,), linear=(0,))
def stretch(g: Array, x: Array, rank: int | None = None) -> Array:
    """One number for every entry of x."""
    return np.broadcast_to(g, np.shape(x)).copy()


@kernel(complex_too=True)
def norm(x: Array, rank: int | None = None) -> Array:
    return np.sqrt(np.sum(x * x, axis=axes_of(x, rank)))


@kernel
def unit(x: Array, out: Array, rank: int | None = None) -> Array:
    """x divided by its norm, and 0 where the norm is 0."""
    return np.divide(x, out, out=np.zeros_like(x), where=np.broadcast_to(out != 0, np.shape(x)))


@kernel(complex_too=True)
def softmax(x: Array, rank: int | None = None) -> Array:
    """Exponentials divided by their sum, along the first axis; shifted by the maximum: none overflows."""
    e = np.exp(x - np.max(x, axis=0))
    return e / np.sum(e, axis=0)


@kernel(complex_too=True)
def logsumexp(x: Array, rank: int | None = None) -> Array:
    top = np.max(x, axis=0)
    return top + np.log(np.sum(np.exp(x - top), axis=0))


@kernel(complex_too=True)
def log_softmax(x: Array, rank: int | None = None) -> Array:
    shifted = x - np.max(x, axis=0)  # first: large scores would lose the logarithm
    return shifted - np.log(np.sum(np.exp(shifted), axis=0))


@kernel(complex_too=True, linear=(0,))
def pick(x: Array, k: Array, rank: int | None = None) -> Array:
    """Entry k of x, counted from 0; in a batch, each example's own entry."""
    at = whole_numbers(k)
    if not at.ndim:
        return x[int(at)]
    if x.ndim == rank:
        return x[at].T if x.ndim > 1 else x[at]
    return np.take_along_axis(x, at.reshape((1,) * (x.ndim - 1) + (-1,)), 0)[0]


@kernel(shape_only=(1,), linear=(0,))
def put(g: Array, x: Array, k: Array, rank: int | None = None) -> Array:
    """Zeros in the shape of x with g at entry k."""
    at = whole_numbers(k)
    batch = max(np.shape(g)[-1:], at.shape, key=len) if rank is not None else ()
    found = np.zeros(np.shape(x) if np.ndim(x) != rank else np.shape(x) + batch)
    if at.ndim:
        found[at, ..., np.arange(at.size)] = np.moveaxis(np.broadcast_to(g, found.shape[1:]), -1, 0)
    else:
        found[int(at)] = g
    return found


@kernel(complex_too=True, shape_only=(1,))
def onehot(k: Array, x: Array, rank: int | None = None) -> Array:
    """1 at entry k and 0 elsewhere, in the shape of x."""
    at = whole_numbers(k)
    places = np.arange(np.shape(x)[0])
    return np.equal(places[:, None] if at.ndim else places, at).astype(np.float64)


# -- the rows of a matrix, and its other axis


def _with_batch(part: Any, axes: int, rank: int | None) -> Any:
    """In a batch, an array that is the same for all examples with an axis to meet theirs."""
    return part[..., None] if rank is not None and np.ndim(part) == axes else part


def _hits(k: Array, shape: tuple[int, ...], rank: int | None) -> Array:
    """Where the entry that k tells for each row is, in (rows, entries); k may be one number for all rows."""
    at = whole_numbers(k)
    of_rows = _with_batch(at if at.ndim else np.broadcast_to(at, shape[:1]), 1, rank)
    found: Array = np.equal(_with_batch(np.arange(shape[1]), 1, rank), of_rows[:, None])
    return found


@kernel(complex_too=True, linear=(0,))
def choose(x: Array, k: Array, rank: int | None = None) -> Array:
    """Of each row of a matrix the entry that k tells."""
    chosen: Array = np.where(_hits(k, np.shape(x), rank), _with_batch(x, 2, rank), 0.0)
    return np.sum(chosen, axis=1)


@kernel(shape_only=(1,), linear=(0,))
def put_rows(g: Array, x: Array, k: Array, rank: int | None = None) -> Array:
    """Zeros in the shape of the matrix x with an entry of g in each row, where k tells."""
    found: Array = np.where(_hits(k, np.shape(x), rank), _with_batch(g, 1, rank)[:, None], 0.0)
    whole = np.broadcast_shapes(np.shape(found), np.shape(_with_batch(x, 2, rank)))
    return np.broadcast_to(found, whole).copy()


@kernel(shape_only=(1,))
def onehot_rows(k: Array, x: Array, rank: int | None = None) -> Array:
    """In each row 1 where k tells and 0 elsewhere, in the shape of the matrix x."""
    return _hits(k, np.shape(x), rank).astype(np.float64)


@kernel(complex_too=True)
def softmax_rows(x: Array) -> Array:
    e = np.exp(x - np.max(x, axis=1)[:, None])
    return e / np.sum(e, axis=1)[:, None]


@kernel(complex_too=True)
def logsumexp_rows(x: Array) -> Array:
    top = np.max(x, axis=1)
    return top + np.log(np.sum(np.exp(x - top[:, None]), axis=1))


@kernel(complex_too=True)
def log_softmax_rows(x: Array) -> Array:
    shifted = x - np.max(x, axis=1)[:, None]  # first: large scores would lose the logarithm
    return shifted - np.log(np.sum(np.exp(shifted), axis=1))[:, None]


@kernel
def argmax_rows(x: Array) -> Array:
    """The number of the first largest entry of each row."""
    return np.asarray(np.argmax(x, axis=1), np.float64)


@kernel(complex_too=True, linear=(0,))
def sum_along(x: Array, axis: Any, rank: int | None = None) -> Array:
    return np.sum(x, axis=place_of_axis(axis, len(axes_of(x, rank))))


@kernel(complex_too=True, shape_only=(0,))
def size_along(x: Array, axis: Any, rank: int | None = None) -> Array:
    found = np.shape(x)[place_of_axis(axis, len(axes_of(x, rank)))]
    return np.float64(found)  # type: ignore[return-value]


@kernel(complex_too=True, shape_only=(1,), linear=(0,))
def spread_along(g: Array, x: Array, axis: Any, rank: int | None = None) -> Array:
    """What belongs to a sum along an axis of x, for every entry that was added up."""
    at = place_of_axis(axis, np.ndim(g) + 1 if rank is None else rank + 1)
    whole = np.expand_dims(g, at)
    shape = np.shape(x)
    if rank is not None and np.ndim(whole) > np.ndim(x):  # one x for the whole batch
        shape = (*shape, np.shape(g)[-1])
    elif rank is not None and np.ndim(x) > np.ndim(whole):
        whole = whole[..., None]
    return np.broadcast_to(whole, shape).copy()


@kernel(complex_too=True, linear=(0,))
def flip(x: Array, rank: int | None = None) -> Array:
    """Turned by 180 degrees: a vector from end to end, else rows and columns, the last two axes."""
    return np.flip(x, axes_of(x, rank)[-2:]).copy()


@kernel(complex_too=True, linear=(0,))
def transpose(x: Array, rank: int | None = None) -> Array:
    return np.swapaxes(x, 0, 1)


@kernel(complex_too=True, linear=(0,))
def row(x: Array, rank: int | None = None) -> Array:
    """A vector as a matrix of one row."""
    return np.expand_dims(x, 0)


@kernel(linear=(0,))
def unrow(x: Array, rank: int | None = None) -> Array:
    return x[0]


@kernel(complex_too=True, linear=EVERY)
def stack(*parts: Array) -> Array:
    """Values of one shape as the entries of a new first axis."""
    return np.stack(np.broadcast_arrays(*parts))


@kernel(linear=(0,))
def entry(g: Array, position: int, rank: int | None = None) -> Array:
    return g[int(position)]

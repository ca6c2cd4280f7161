"""The functions that rules are written with, each for numbers, for arrays, and for batches of arrays.

A batch has its examples along the last axis ("features first"), so the axes of one example keep their places:
a kernel that works along axes 0 … rank−1 works unchanged on a batch.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array


@dataclass(frozen=True, slots=True)
class Kernel:
    """One function of the rule language.

    `number` takes floats and may raise ArithmeticError or ValueError, after which `array` decides.
    `ufunc` is NumPy's name for an element-by-element kernel; `einsum` the subscripts of a linear one.
    `array` takes arrays of one example, or of a batch when `rank`, the example's number of axes, is given.
    """

    name: str
    array: Callable[..., Array]
    number: Callable[..., float] | None = None
    ufunc: str = ""
    einsum: str = ""


KERNELS: dict[str, Kernel] = {}


def _ufunc(name: str, ufunc: str = "", number: Callable[..., float] | None = None) -> None:
    ufunc = ufunc or name
    KERNELS[name] = Kernel(name, getattr(np, ufunc), number or getattr(math, name), ufunc=ufunc)


for _name in ["exp", "log", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"]:
    _ufunc(_name)
_ufunc("arctan", number=math.atan)
_ufunc("abs", "absolute", number=math.fabs)
_ufunc("power", number=math.pow)
_ufunc("max", "maximum", number=lambda x, y: max(x, y) if x == x and y == y else math.nan)
_ufunc("min", "minimum", number=lambda x, y: min(x, y) if x == x and y == y else math.nan)
_ufunc("sign", number=lambda x: float((x > 0) - (x < 0)) if x == x else math.nan)
_ufunc("logaddexp", number=lambda x, y: float(np.logaddexp(x, y)))


KERNELS["zero"] = Kernel("zero", np.zeros_like, lambda x: 0.0)


def _einsum(name: str, subscripts: str) -> None:
    def array(x: Array, y: Array) -> Array:
        return np.einsum(subscripts, x, y)

    KERNELS[name] = Kernel(name, array, einsum=subscripts)


_einsum("dot", "i,i->")
_einsum("matvec", "ij,j->i")
_einsum("vecmat", "i,ij->j")
_einsum("matmul", "ij,jk->ik")
_einsum("outer", "i,j->ij")
# the same products with one matrix transposed, for the way back
_einsum("matvec_t", "ij,i->j")
_einsum("vecmat_t", "j,ij->i")
_einsum("matmul_t", "ij,kj->ik")
_einsum("t_matmul", "ji,jk->ik")


def kernel(function: Callable[..., Array]) -> Callable[..., Array]:
    """Register a structural kernel under its function's name."""
    KERNELS[function.__name__] = Kernel(function.__name__, function)
    return function


def _axes(x: Array, rank: int | None) -> tuple[int, ...]:
    return tuple(range(np.ndim(x) if rank is None else rank))


@kernel
def sum(x: Array, rank: int | None = None) -> Array:
    return np.sum(x, axis=_axes(x, rank))


@kernel
def mean(x: Array, rank: int | None = None) -> Array:
    return np.mean(x, axis=_axes(x, rank))


@kernel
def largest(x: Array, rank: int | None = None) -> Array:
    return np.max(x, axis=_axes(x, rank))


@kernel
def smallest(x: Array, rank: int | None = None) -> Array:
    return np.min(x, axis=_axes(x, rank))


@kernel
def share(x: Array, out: Array, rank: int | None = None) -> Array:
    """1 where x equals out, split evenly among ties."""
    hit = np.equal(x, out).astype(np.float64)
    return hit / np.sum(hit, axis=_axes(x, rank))


@kernel
def size(x: Array, rank: int | None = None) -> Array:
    return np.float64(math.prod(np.shape(x)[: len(_axes(x, rank))]))  # type: ignore[return-value]


@kernel
def stretch(g: Array, x: Array, rank: int | None = None) -> Array:
    """One number for every entry of x."""
    return np.broadcast_to(g, np.shape(x)).copy()


@kernel
def norm(x: Array, rank: int | None = None) -> Array:
    return np.sqrt(np.sum(x * x, axis=_axes(x, rank)))


@kernel
def unit(x: Array, out: Array, rank: int | None = None) -> Array:
    """x divided by its norm, and 0 where the norm is 0."""
    return np.divide(x, out, out=np.zeros_like(x), where=np.broadcast_to(out != 0, np.shape(x)))


@kernel
def softmax(x: Array, rank: int | None = None) -> Array:
    """Exponentials divided by their sum, along the first axis; shifted by the maximum: none overflows."""
    e = np.exp(x - np.max(x, axis=0))
    return e / np.sum(e, axis=0)


@kernel
def logsumexp(x: Array, rank: int | None = None) -> Array:
    top = np.max(x, axis=0)
    return top + np.log(np.sum(np.exp(x - top), axis=0))


@kernel
def log_softmax(x: Array, rank: int | None = None) -> Array:
    return x - logsumexp(x)


@kernel
def pick(x: Array, k: Array, rank: int | None = None) -> Array:
    """Entry k of x, counted from 0; in a batch, each example's own entry."""
    at = _whole(k)
    if not at.ndim:
        return x[int(at)]
    if x.ndim == rank:
        return x[at].T if x.ndim > 1 else x[at]
    return np.take_along_axis(x, at.reshape((1,) * (x.ndim - 1) + (-1,)), 0)[0]


@kernel
def put(g: Array, x: Array, k: Array, rank: int | None = None) -> Array:
    """Zeros in the shape of x with g at entry k."""
    at = _whole(k)
    batch = max(np.shape(g)[-1:], at.shape, key=len) if rank is not None else ()
    found = np.zeros(np.shape(x) if np.ndim(x) != rank else np.shape(x) + batch)
    if at.ndim:
        found[at, ..., np.arange(at.size)] = np.moveaxis(np.broadcast_to(g, found.shape[1:]), -1, 0)
    else:
        found[int(at)] = g
    return found


@kernel
def onehot(k: Array, x: Array, rank: int | None = None) -> Array:
    """1 at entry k and 0 elsewhere, in the shape of x."""
    at = _whole(k)
    places = np.arange(np.shape(x)[0])
    return np.equal(places[:, None] if at.ndim else places, at).astype(np.float64)


def _whole(k: Array) -> NDArray[np.intp]:
    return np.asarray(k).astype(np.intp)


@kernel
def transpose(x: Array, rank: int | None = None) -> Array:
    return np.swapaxes(x, 0, 1)


@kernel
def row(x: Array, rank: int | None = None) -> Array:
    """A vector as a matrix of one row."""
    return np.expand_dims(x, 0)


@kernel
def unrow(x: Array, rank: int | None = None) -> Array:
    return x[0]


@kernel
def stack(*parts: Array) -> Array:
    """Values of one shape as the entries of a new first axis."""
    return np.stack(np.broadcast_arrays(*parts))


@kernel
def entry(g: Array, position: int, rank: int | None = None) -> Array:
    return g[int(position)]

"""The kernels that put arrays together, take them apart, lay them out otherwise, or make them of numbers."""

from __future__ import annotations

from typing import Any

from core.base.arrays import Array, Shape
from core.base.lazy_numpy import np
from core.ops.kernels import EVERY, axes_of, kernel, whole_numbers


@kernel(complex_too=True)
def prod(x: Array, rank: int | None = None) -> Array:
    return np.prod(x, axis=axes_of(x, rank))


@kernel
def others(x: Array, rank: int | None = None) -> Array:
    """For each entry the product of all the others; no division, so that entries may be 0."""
    axes = axes_of(x, rank)
    flat = np.reshape(x, (-1, *np.shape(x)[len(axes) :]))
    one = np.ones_like(flat[:1])
    before = np.cumprod(np.concatenate([one, flat[:-1]]), axis=0)
    after = np.cumprod(np.concatenate([one, flat[:0:-1]]), axis=0)[::-1]
    return np.reshape(before * after, np.shape(x))


@kernel
def argmax(x: Array, rank: int | None = None) -> Array:
    """The number of the first largest entry."""
    return np.asarray(np.argmax(x, axis=0), np.float64)


@kernel(complex_too=True, linear=EVERY)
def concat(x: Array, y: Array) -> Array:
    """One array after the other along the first axis; a number is an array of one entry."""
    return np.concatenate([np.atleast_1d(x), np.atleast_1d(y)])


@kernel(shape_only=(1,), linear=(0,))
def front(g: Array, x: Array) -> Array:
    """As many entries from the start as x has, in the shape of x."""
    return g[: len(x)] if np.ndim(x) else g[0]


@kernel(shape_only=(1,), linear=(0,))
def rear(g: Array, y: Array) -> Array:
    """As many entries from the end as y has, in the shape of y."""
    return g[len(g) - len(y) :] if np.ndim(y) else g[-1]


def _range(start: Any, stop: Any, axis: Any) -> tuple[slice, ...]:
    return (*(slice(None),) * int(axis), slice(int(start), int(stop)))


@kernel(complex_too=True, linear=(0,))
def cut(x: Array, start: Any, stop: Any, axis: Any) -> Array:
    """The entries from start up to, not including, stop along an axis."""
    return x[_range(start, stop, axis)]


@kernel(shape_only=(1,), linear=(0,))
def paste(g: Array, x: Array, start: Any, stop: Any, axis: Any) -> Array:
    """Zeros in the shape of x with g in the range."""
    found = np.zeros(np.shape(x))
    found[_range(start, stop, axis)] = g
    return found


def as_sizes(shape: Any) -> Shape:
    """A setting such as [3, 2], or one number, as a shape."""
    return tuple(int(size) for size in np.ravel(shape))


@kernel(complex_too=True, shape_only=(1,), linear=(0,))
def reshape(x: Array, shape: Array) -> Array:
    return np.reshape(x, as_sizes(shape))


@kernel(complex_too=True, linear=(0,))
def flatten(x: Array) -> Array:
    return np.reshape(x, -1)


@kernel(shape_only=(1,), linear=(0,))
def as_shape(g: Array, x: Array) -> Array:
    """The entries of g in the shape of x."""
    return np.reshape(g, np.shape(x))


@kernel
def choice(k: Array, n: Any) -> Array:
    """1 at entry k and 0 at the others of n."""
    return np.equal(np.arange(int(n)), whole_numbers(k)).astype(np.float64)


def _angles(x: Array, octaves: Any, rank: int | None) -> tuple[Array, Array]:
    """The frequencies 2^l π, and the angles (coordinates, octaves) with a last axis for a batch."""
    coordinates = x if (np.ndim(x) if rank is None else rank) else x[None]
    frequencies = np.pi * np.exp2(np.arange(int(octaves), dtype=np.float64))
    angles: Array = np.einsum("i...,l->il...", coordinates, frequencies)
    return frequencies, angles


@kernel(complex_too=True)
def positional_encoding(x: Array, octaves: Any, rank: int | None = None) -> Array:
    """The sine and the cosine of 2^l π x for each octave l, one coordinate after the other.

    Source: Mildenhall et al., "NeRF", ECCV 2020, equation 4.
    """
    _, angles = _angles(x, octaves, rank)
    pairs = np.stack([np.sin(angles), np.cos(angles)], axis=2)
    return np.reshape(pairs, (-1, *pairs.shape[3:]))


@kernel
def positional_slope(x: Array, g: Array, octaves: Any, rank: int | None = None) -> Array:
    """What comes back to each coordinate from its sines and cosines."""
    frequencies, angles = _angles(x, octaves, rank)
    sine, cosine = np.moveaxis(np.reshape(g, (*angles.shape[:2], 2, *np.shape(g)[1:])), 2, 0)
    if angles.ndim > sine.ndim:  # one gradient for the whole batch
        sine, cosine = sine[..., None], cosine[..., None]
    slopes = sine * np.cos(angles) - cosine * np.sin(angles)
    return np.reshape(np.einsum("il...,l->i...", slopes, frequencies), np.shape(x))


@kernel(complex_too=True, shape_only=(0,))
def kept(x: Array, p: Any, seed: Any) -> Array:
    """0 for each entry with chance p, else 1/(1 − p); which ones follows from the seed."""
    return draw(np.random.default_rng(int(seed)), np.shape(x), float(p))


def draw(chance: np.random.Generator, shape: Shape, p: float) -> Array:
    """The next mask of a generator."""
    return np.greater_equal(chance.random(shape), p) / (1 - p)

"""Convolution and pooling as terms: windows laid out side by side make a convolution one matrix product."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import NamedTuple

from core.base.arrays import Shape
from core.compiled.terms import BATCH, Term, Terms
from core.ops.image_kernels import filter_stack, is_stack


class Grid(NamedTuple):
    """A window's rows and columns, its steps, and how many places it has down and across."""

    rows: int
    columns: int
    stride: int
    down: int
    across: int

    @classmethod
    def over(cls, picture: Shape, rows: int, columns: int, stride: int) -> Grid:
        down, across = (picture[-2] - rows) // stride + 1, (picture[-1] - columns) // stride + 1
        return cls(rows, columns, stride, down, across)

    @property
    def apart(self) -> bool:
        """Whether no two windows overlap."""
        return self.stride >= max(self.rows, self.columns)

    def reached(self) -> list[str]:
        """For each entry of the window the part of a picture it meets, as an index."""
        return [
            f"[:, {_steps(i, self.stride, self.down)}, {_steps(j, self.stride, self.across)}]"
            for i in range(self.rows)
            for j in range(self.columns)
        ]


def _steps(start: int, stride: int, count: int) -> str:
    stop = start + stride * (count - 1) + 1
    return f"{start}:{stop}" if stride == 1 else f"{start}:{stop}:{stride}"


def _channels(terms: Terms, x: Term) -> Term:
    """A picture without channels as one that has a single one."""
    return x if len(x.shape) == 3 else terms.view(x, "{}[None]", (1, *x.shape), x.solid)


def _as(terms: Terms, x: Term, shape: Shape) -> Term:
    """Without the channel again, where the shape has none."""
    return x if len(x.shape) == len(shape) else terms.view(x, "{}[0]", shape, x.solid)


def _filters(terms: Terms, x: Term, w: Term) -> Term:
    return terms.laid_out(w, filter_stack(x.shape, w.shape))


def _side_by_side(terms: Terms, x: Term, grid: Grid, padding: int) -> Term:
    """All windows of a picture, copied: (channels, rows, columns, places down, places across)."""
    padded = terms.padded(x, padding)
    cut = f"np.lib.stride_tricks.sliding_window_view({{}}, ({grid.rows}, {grid.columns}), (1, 2))"
    places = "[:, :, :]" if grid.stride == 1 else f"[:, ::{grid.stride}, ::{grid.stride}]"
    turned = "(0, 4, 5, 1, 2, 3)" if padded.batched else "(0, 3, 4, 1, 2)"
    shape = (x.shape[0], *grid[:2], *grid[3:])
    return terms.solid(terms.view(padded, f"{cut}{places}.transpose{turned}", shape))


def _grid(x: Term, w: Term, stride: Term, padding: Term) -> tuple[Grid, int]:
    p = int(padding.value)
    rows, columns = w.shape[-2:]
    return Grid.over((x.shape[-2] + 2 * p, x.shape[-1] + 2 * p), rows, columns, int(stride.value)), p


def _letters(own: str, term: Term) -> str:
    return own + BATCH * term.batched


def _conv2d(terms: Terms, x: Term, w: Term, stride: Term, padding: Term) -> Term:
    """The picture convolved with the filters: a product of both over the windows."""
    grid, p = _grid(x, w, stride, padding)
    windows, filters = _side_by_side(terms, _channels(terms, x), grid, p), _filters(terms, x, w)
    output = "fhw" + BATCH * (x.batched or w.batched)
    inputs = [_letters("fcij", filters), _letters("cijhw", windows)]
    found = terms.einsum(inputs, output, [filters, windows])
    return found if is_stack(x.shape, w.shape) else terms.view(found, "{}[0]", found.shape[1:], True)


def _upstream(terms: Terms, g: Term, x: Term, w: Term) -> Term:
    return g if is_stack(x.shape, w.shape) else terms.view(g, "{}[None]", (1, *g.shape), g.solid)


def _conv2d_x(terms: Terms, g: Term, w: Term, x: Term, stride: Term, padding: Term) -> Term:
    """What comes back to the picture: each window's share, added up where windows overlap."""
    grid, p = _grid(x, w, stride, padding)
    upstream, filters = _upstream(terms, g, x, w), _filters(terms, x, w)
    output = "cijhw" + BATCH * (g.batched or w.batched)
    inputs = [_letters("fcij", filters), _letters("fhw", upstream)]
    windows = terms.einsum(inputs, output, [filters, upstream])
    places = [(i, j) for i in range(grid.rows) for j in range(grid.columns)]
    inner = (*windows.shape[:1], *windows.shape[3:])
    parts = [terms.view(windows, f"{{}}[:, {i}, {j}]", inner) for i, j in places]
    return _as(terms, terms.spread(parts, grid.reached(), _channels(terms, x).shape, p, grid.apart), x.shape)


def _conv2d_W(terms: Terms, g: Term, x: Term, w: Term, stride: Term, padding: Term) -> Term:
    """What comes back to the filters: the sum over all windows."""
    grid, p = _grid(x, w, stride, padding)
    upstream, windows = _upstream(terms, g, x, w), _side_by_side(terms, _channels(terms, x), grid, p)
    output = "fcij" + BATCH * w.batched  # filters that all examples share gather from all of them at once
    inputs = [_letters("fhw", upstream), _letters("cijhw", windows)]
    found = terms.einsum(inputs, output, [upstream, windows])
    return terms.laid_out(found, w.shape)


def _pool(terms: Terms, x: Term, window: Term, stride: Term) -> tuple[Term, Grid, list[Term]]:
    """The picture with channels, its windows, and for each entry of the window what it meets."""
    x, n = _channels(terms, x), int(window.value)
    grid = Grid.over(x.shape, n, n, int(stride.value) or n)
    shape = (x.shape[0], grid.down, grid.across)
    return x, grid, [terms.view(x, f"{{}}{reached}", shape) for reached in grid.reached()]


def _maxpool(terms: Terms, x: Term, window: Term, stride: Term) -> Term:
    """The largest entry of each window."""
    _, _, met = _pool(terms, x, window, stride)
    found = reduce(lambda a, b: terms.ufunc("maximum", a, b), met)
    return _as(terms, found, (*x.shape[:-2], *found.shape[1:]))


def _maxpool_x(terms: Terms, g: Term, x: Term, out: Term, window: Term, stride: Term) -> Term:
    """What comes back to the largest entries of each window, in even shares."""
    picture, grid, met = _pool(terms, x, window, stride)
    hits = [terms.ufunc("equal", part, _channels(terms, out)) for part in met]
    share = terms.ufunc("divide", _channels(terms, g), terms.sum_of(hits))
    parts = [terms.ufunc("multiply", hit, share) for hit in hits]
    return _as(terms, terms.spread(parts, grid.reached(), picture.shape, 0, grid.apart), x.shape)


def _avgpool(terms: Terms, x: Term, window: Term, stride: Term) -> Term:
    """The mean of each window."""
    _, _, met = _pool(terms, x, window, stride)
    found = terms.ufunc("divide", terms.sum_of(met), terms.number(len(met)))
    return _as(terms, found, (*x.shape[:-2], *found.shape[1:]))


def _avgpool_x(terms: Terms, g: Term, x: Term, window: Term, stride: Term) -> Term:
    """What comes back to all entries of each window, in even shares."""
    picture, grid, met = _pool(terms, x, window, stride)
    share = terms.ufunc("divide", _channels(terms, g), terms.number(len(met)))
    return _as(terms, terms.spread([share] * len(met), grid.reached(), picture.shape, 0, grid.apart), x.shape)


IMAGES: dict[str, Callable[..., Term]] = {
    "conv2d": _conv2d,
    "conv2d_x": _conv2d_x,
    "conv2d_W": _conv2d_W,
    "maxpool": _maxpool,
    "maxpool_x": _maxpool_x,
    "avgpool": _avgpool,
    "avgpool_x": _avgpool_x,
}

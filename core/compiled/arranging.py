"""Functions of rules that lay entries out otherwise, put arrays together or take them apart, as terms."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from core.base.arrays import Shape
from core.compiled.terms import Term, Terms
from core.ops.array_kernels import as_sizes


def entry(terms: Terms, x: Term, position: Term) -> Term:
    """The entry of an array at a number that is known."""
    return terms.view(x, f"{{}}[{int(position.value)}, ...]", x.shape[1:], x.solid)


def _flip(terms: Terms, x: Term) -> Term:
    before = ":, " * (len(x.shape) - 2)
    return terms.view(x, f"{{}}[{before}{', '.join(['::-1'] * min(len(x.shape), 2))}]", x.shape)


def _transpose(terms: Terms, x: Term) -> Term:
    text = "{}.swapaxes(0, 1)" if x.batched else "{}.T"
    return terms.view(x, text, (x.shape[1], x.shape[0], *x.shape[2:]))


def _row(terms: Terms, x: Term) -> Term:
    return terms.view(x, "{}[None]", (1, *x.shape), x.solid)


def _unrow(terms: Terms, x: Term) -> Term:
    return entry(terms, x, terms.number(0))


def _stack(terms: Terms, *parts: Term) -> Term:
    shape: Shape = (len(parts), *np.broadcast_shapes(*(part.shape for part in parts)))
    return terms.make("stack", parts, None, shape, any(part.batched for part in parts))


def _laid_out(terms: Terms, x: Term, like: Term) -> Term:
    return terms.laid_out(x, like.shape)


def _reshape(terms: Terms, x: Term, shape: Term) -> Term:
    return terms.laid_out(x, as_sizes(shape.detail))


def _flatten(terms: Terms, x: Term) -> Term:
    return terms.laid_out(x, (math.prod(x.shape),))


def _concat(terms: Terms, *parts: Term) -> Term:
    rest = next((part.shape[1:] for part in parts if part.shape), ())
    length = sum(part.shape[0] if part.shape else 1 for part in parts)
    return terms.make("concat", parts, None, (length, *rest), any(part.batched for part in parts))


def _front(terms: Terms, g: Term, x: Term) -> Term:
    return terms.view(g, f"{{}}[:{x.shape[0]}]" if x.shape else "{}[0, ...]", x.shape, g.solid)


def _rear(terms: Terms, g: Term, y: Term) -> Term:
    return terms.view(g, f"{{}}[-{y.shape[0]}:]" if y.shape else "{}[-1, ...]", y.shape, g.solid)


def _place(start: Term, stop: Term, axis: Term) -> str:
    return f"[{':, ' * int(axis.value)}{int(start.value)}:{int(stop.value)}]"


def _cut(terms: Terms, x: Term, start: Term, stop: Term, axis: Term) -> Term:
    at, length = int(axis.value), int(stop.value) - int(start.value)
    shape = (*x.shape[:at], length, *x.shape[at + 1 :])
    return terms.view(x, f"{{}}{_place(start, stop, axis)}", shape, x.solid and at == 0)


def _paste(terms: Terms, g: Term, x: Term, start: Term, stop: Term, axis: Term) -> Term:
    return terms.spread([g], [_place(start, stop, axis)], x.shape, apart=True)


ARRANGING: dict[str, Callable[..., Term]] = {
    "flip": _flip,
    "transpose": _transpose,
    "row": _row,
    "unrow": _unrow,
    "entry": entry,
    "stack": _stack,
    "reshape": _reshape,
    "flatten": _flatten,
    "as_shape": _laid_out,
    "concat": _concat,
    "front": _front,
    "rear": _rear,
    "cut": _cut,
    "paste": _paste,
}

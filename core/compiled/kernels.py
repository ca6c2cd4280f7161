"""Rules become terms: each function of the rule language, said in NumPy's own functions.

A kernel without an entry here is called as it is, so a new one works before it is made fast.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.compiled.arranging import ARRANGING, entry
from core.compiled.images import IMAGES
from core.compiled.terms import BATCH, NUMBER, Term, Terms
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS, Kernel, place_of_axis
from core.ops.rules import Rule


def lowered(terms: Terms, rule: Rule, binding: Mapping[str, Term]) -> Term:
    """The term of a rule whose names stand for the given terms."""
    return interpreted(rule.computed, _AsTerms(terms, binding))


class _AsTerms:
    def __init__(self, terms: Terms, binding: Mapping[str, Term]):
        self.number, self.name, self.terms = terms.number, binding.__getitem__, terms

    def call(self, function: str, args: Sequence[Term]) -> Term:
        kernel, terms = KERNELS[function], self.terms
        if function in EXPANSIONS:
            return EXPANSIONS[function](terms, *args)
        if kernel.ufunc:
            return terms.ufunc(kernel.ufunc, *args)
        if kernel.einsum:
            inputs, output = kernel.einsum.split("->")
            letters = [own + BATCH * arg.batched for own, arg in zip(inputs.split(","), args, strict=True)]
            return terms.einsum(letters, output + BATCH * any(arg.batched for arg in args), args)
        return _as_it_is(terms, kernel, args)


def _as_it_is(terms: Terms, kernel: Kernel, args: Sequence[Term]) -> Term:
    """A call of the kernel; the result's shape is found by calling it on zeros and the settings."""
    with np.errstate(all="ignore"):
        known = (np.full(arg.shape, arg.value if arg.op == NUMBER else 0.0) for arg in args)
        shape = np.shape(kernel.array(*known))
    batched = any(arg.batched for arg in args)
    ranked = batched and "rank" in inspect.signature(kernel.array).parameters
    return terms.make("call", args, (kernel.name, len(args[0].shape) if ranked else None), shape, batched)


def _gate(terms: Terms, gate: Term, x: Term) -> Term:
    """x times the gate, and 0 where that is 0."""
    if gate.op == NUMBER or x.op == NUMBER:
        return terms.ufunc("multiply", gate, x)
    shape = tuple(np.broadcast_shapes(gate.shape, x.shape))
    return terms.make("gate", (gate, x), None, shape, gate.batched or x.batched)


# -- reductions of one example's array


def _axes(x: Term) -> range:
    return range(len(x.shape))


def _sum(terms: Terms, x: Term) -> Term:
    return terms.total(x, _axes(x))


def _mean(terms: Terms, x: Term) -> Term:
    return terms.ufunc("divide", _sum(terms, x), terms.number(math.prod(x.shape)))


def _extreme(name: str, all_axes: bool) -> Callable[[Terms, Term], Term]:
    def expand(terms: Terms, x: Term) -> Term:
        axes = tuple(_axes(x)) if all_axes else (0,)
        return terms.make("extreme", [x], (name, axes), x.shape[len(axes) :], x.batched)

    return expand


_top = _extreme("maximum", all_axes=False)


def _share(terms: Terms, x: Term, out: Term) -> Term:
    hit = terms.ufunc("equal", x, out)
    return terms.ufunc("divide", hit, _sum(terms, hit))


def _size(terms: Terms, x: Term) -> Term:
    return terms.number(math.prod(x.shape))


def _stretch(terms: Terms, g: Term, x: Term) -> Term:
    whole = (*x.shape, terms.size) if g.batched else x.shape
    return terms.view(g, f"np.broadcast_to({{}}, {whole})", x.shape)


def _norm(terms: Terms, x: Term) -> Term:
    return terms.ufunc("sqrt", _sum(terms, terms.ufunc("multiply", x, x)))


def _unit(terms: Terms, x: Term, out: Term) -> Term:
    """x over its norm; where the norm is 0 so is x, and 1 is as good a divisor."""
    divisor = terms.ufunc("add", out, terms.ufunc("equal", out, terms.number(0)))
    return terms.ufunc("divide", x, divisor)


# -- softmax and its kin share their exponentials


def _exponentials(terms: Terms, x: Term) -> tuple[Term, Term, Term]:
    """The largest score, the exponentials of the scores less that, and their sum."""
    top = _top(terms, x)
    e = terms.ufunc("exp", terms.ufunc("subtract", x, top))
    return top, e, terms.total(e, [0])


def _softmax(terms: Terms, x: Term) -> Term:
    _, e, total = _exponentials(terms, x)
    return terms.ufunc("divide", e, total)


def _logsumexp(terms: Terms, x: Term) -> Term:
    top, _, total = _exponentials(terms, x)
    return terms.ufunc("add", top, terms.ufunc("log", total))


def _log_softmax(terms: Terms, x: Term) -> Term:
    top, _, total = _exponentials(terms, x)
    return terms.ufunc("subtract", terms.ufunc("subtract", x, top), terms.ufunc("log", total))


# -- entries by number


def _index(terms: Terms, k: Term) -> Term:
    """An index as a whole number."""
    return terms.make("index", [k], None, (), k.batched)


def _pick(terms: Terms, x: Term, k: Term) -> Term:
    if k.op == NUMBER:
        return entry(terms, x, k)
    return terms.make("pick", [x, _index(terms, k)], None, x.shape[1:], x.batched or k.batched)


def _put(terms: Terms, g: Term, x: Term, k: Term) -> Term:
    index = k if k.op == NUMBER else _index(terms, k)
    return terms.make("put", [g, index], None, x.shape, g.batched or k.batched)


def _onehot(terms: Terms, k: Term, x: Term) -> Term:
    places = terms.make("places", [], x.shape[0], x.shape[:1])
    return terms.ufunc("equal", places, k)


# -- the rows of a matrix, and its other axis


def _sum_along(terms: Terms, x: Term, axis: Term) -> Term:
    return terms.total(x, [place_of_axis(axis.value, len(x.shape))])


def _size_along(terms: Terms, x: Term, axis: Term) -> Term:
    return terms.number(x.shape[place_of_axis(axis.value, len(x.shape))])


def _spread_along(terms: Terms, g: Term, x: Term, axis: Term) -> Term:
    return _spread(terms, g, x, place_of_axis(axis.value, len(x.shape)))


def _spread(terms: Terms, g: Term, x: Term, at: int) -> Term:
    """What belongs to a sum along an axis of x, for every entry that was added up."""
    whole = (*x.shape, terms.size) if g.batched else x.shape
    return terms.view(g, f"np.broadcast_to({{}}[{':, ' * at}None], {whole})", x.shape)


def _exponentials_of_rows(terms: Terms, x: Term) -> tuple[Term, Term, Term]:
    top = terms.make("extreme", [x], ("maximum", (1,)), x.shape[:1], x.batched)
    e = terms.ufunc("exp", terms.ufunc("subtract", x, _spread(terms, top, x, 1)))
    return top, e, terms.total(e, [1])


def _softmax_rows(terms: Terms, x: Term) -> Term:
    _, e, total = _exponentials_of_rows(terms, x)
    return terms.ufunc("divide", e, _spread(terms, total, x, 1))


def _logsumexp_rows(terms: Terms, x: Term) -> Term:
    top, _, total = _exponentials_of_rows(terms, x)
    return terms.ufunc("add", top, terms.ufunc("log", total))


def _log_softmax_rows(terms: Terms, x: Term) -> Term:
    top, _, total = _exponentials_of_rows(terms, x)
    shifted = terms.ufunc("subtract", x, _spread(terms, top, x, 1))
    return terms.ufunc("subtract", shifted, _spread(terms, terms.ufunc("log", total), x, 1))


def _for_each_row(terms: Terms, k: Term, x: Term) -> Term:
    """The entry of each row, where one number holds for all rows."""
    if k.shape:
        return k
    whole = (x.shape[0], terms.size) if k.batched else x.shape[:1]
    return terms.view(k, f"np.broadcast_to({{}}, {whole})", x.shape[:1])


def _choose(terms: Terms, x: Term, k: Term) -> Term:
    if k.op == NUMBER:
        return terms.view(x, f"{{}}[:, {int(k.value)}]", x.shape[:1])
    return _as_it_is(terms, KERNELS["choose"], [x, _for_each_row(terms, k, x)])


def _put_rows(terms: Terms, g: Term, x: Term, k: Term) -> Term:
    return _as_it_is(terms, KERNELS["put_rows"], [g, x, _for_each_row(terms, k, x)])


def _onehot_rows(terms: Terms, k: Term, x: Term) -> Term:
    places = terms.make("places", [], x.shape[1], x.shape[1:])
    return terms.ufunc("equal", places, _spread(terms, _for_each_row(terms, k, x), x, 1))


# -- dropout


def _kept(terms: Terms, x: Term, p: Term, seed: Term) -> Term:
    """A mask drawn anew by every step, one for each example; all is kept where nothing is learned."""
    if not terms.drops:
        return terms.number(1, x.shape, x.batched)
    return terms.make("drawn", [], (int(seed.value), p.value), x.shape, x.batched)


def _choice(terms: Terms, k: Term, n: Term) -> Term:
    places = terms.make("places", [], int(n.value), (int(n.value),))
    return terms.ufunc("equal", places, k)


EXPANSIONS: dict[str, Callable[..., Term]] = {
    "sum": _sum,
    "mean": _mean,
    "prod": _extreme("multiply", all_axes=True),
    "largest": _extreme("maximum", all_axes=True),
    "smallest": _extreme("minimum", all_axes=True),
    "share": _share,
    "gate": _gate,
    "size": _size,
    "stretch": _stretch,
    "norm": _norm,
    "unit": _unit,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "log_softmax": _log_softmax,
    "pick": _pick,
    "put": _put,
    "onehot": _onehot,
    "sum_along": _sum_along,
    "size_along": _size_along,
    "spread_along": _spread_along,
    "softmax_rows": _softmax_rows,
    "logsumexp_rows": _logsumexp_rows,
    "log_softmax_rows": _log_softmax_rows,
    "choose": _choose,
    "put_rows": _put_rows,
    "onehot_rows": _onehot_rows,
    **ARRANGING,
    "kept": _kept,
    "choice": _choice,
    **IMAGES,
}

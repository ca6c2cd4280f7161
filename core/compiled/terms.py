"""Terms: arrays still to be computed; what rules are before they become NumPy statements.

Equal terms are one object, so what two rules both need is computed once. A term knows the shape it has for
one example, and whether it is batched, that is, whether there is one for each example along a last axis.
Making a term simplifies it: numbers are folded, factors gathered, a sum of products becomes one contraction.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from core.base.arrays import Shape, repeated_axes

LETTERS, BATCH = "ijklmnopqrst", "b"
BUFFER, NUMBER, VIEW, SETTING = "buffer", "number", "view", "setting"


class Term(Struct, frozen=True, eq=False):
    """An operation on other terms; an operation that has no other meaning is NumPy's function of that name.

    `detail` says more: a buffer's name, a number's value, a view's text. `solid` tells whether the entries
    lie in memory one after the other, so that they can be laid out as another shape without a copy.
    """

    op: str
    args: tuple[Term, ...]
    detail: Any
    shape: Shape
    batched: bool
    solid: bool = True

    @property
    def is_atom(self) -> bool:
        """Whether it is at hand without computing: a named array, a number, or part of a named array."""
        return self.op in (BUFFER, NUMBER) or (self.op == VIEW and self.args[0].is_atom)

    @property
    def value(self) -> float:
        """A number's value."""
        assert isinstance(self.detail, float)
        return self.detail


class Terms:
    """Makes terms, each once, for batches of `size` examples; `drops` says whether dropout is at work."""

    def __init__(self, size: int, drops: bool = True):
        self.size, self.drops = size, drops
        self._known: dict[tuple[Hashable, ...], Term] = {}

    def make(
        self,
        op: str,
        args: Sequence[Term] = (),
        detail: Hashable = None,
        shape: Shape = (),
        batched: bool = False,
        solid: bool = True,
    ) -> Term:
        """The term of that description; the same object for the same description."""
        key = (op, *args, repr(detail), shape, batched)
        if key not in self._known:
            self._known[key] = Term(op, tuple(args), detail, shape, batched, solid)
        return self._known[key]

    def full(self, term: Term) -> Shape:
        """The shape of the array in memory."""
        return (*term.shape, self.size) if term.batched else term.shape

    def number(self, value: float, shape: Shape = (), batched: bool = False) -> Term:
        """The same number for every entry of a shape."""
        return self.make(NUMBER, (), float(value), shape, batched)

    def buffer(self, name: str, shape: Shape, batched: bool, solid: bool = True) -> Term:
        """A named array."""
        return self.make(BUFFER, (), name, shape, batched, solid)

    def view(self, term: Term, text: str, shape: Shape, solid: bool = False) -> Term:
        """Part of an array, or its entries laid out otherwise; in `text` braces stand for the array."""
        if term.op == NUMBER:
            return self.number(term.value, shape, term.batched)
        return self.make(VIEW, (term,), text, shape, term.batched, solid)

    def solid(self, term: Term) -> Term:
        """The same entries lying in memory one after the other: copied if they do not."""
        if term.solid or term.op == NUMBER:
            return term
        return self.make("solid", (term,), None, term.shape, term.batched)

    def laid_out(self, term: Term, shape: Shape) -> Term:
        """The same entries in the same order in another shape."""
        if term.shape == shape:
            return term
        whole = (*shape, self.size) if term.batched else shape
        return self.view(self.solid(term), f"{{}}.reshape({whole})", shape, solid=True)

    def padded(self, term: Term, padding: int) -> Term:
        """A picture with zeros around it."""
        if not padding:
            return term
        channels, rows, columns = term.shape
        shape = (channels, rows + 2 * padding, columns + 2 * padding)
        return self.make("padded", (term,), padding, shape, term.batched)

    def spread(
        self,
        parts: Sequence[Term],
        places: Sequence[str],
        shape: Shape,
        padding: int = 0,
        apart: bool = False,
    ) -> Term:
        """Zeros with parts added, each at a place given as an index of the padded picture.

        The padding is cut off at the end. `apart` says that no two places overlap.
        """
        batched = any(part.batched for part in parts)
        return self.make("spread", parts, (tuple(places), padding, apart), shape, batched)

    # -- entry by entry

    def ufunc(self, name: str, *args: Term) -> Term:
        """NumPy's function of that name, entry by entry."""
        shape = tuple(np.broadcast_shapes(*(arg.shape for arg in args)))
        batched = any(arg.batched for arg in args)
        if all(arg.op == NUMBER for arg in args):
            with np.errstate(all="ignore"):
                value = getattr(np, name)(*(np.float64(arg.value) for arg in args))
            return self.number(value, shape, batched)
        simpler = SIMPLER[name](self, *args) if name in SIMPLER else None
        if simpler and (simpler.shape, simpler.batched) == (shape, batched):
            return simpler
        return self.make(name, args, None, shape, batched)

    def sum_of(self, args: Sequence[Term]) -> Term:
        """The sum of any number of terms of one shape."""
        batched = any(arg.batched for arg in args)
        return self.make("sum", args, None, args[0].shape, batched) if len(args) > 1 else args[0]

    # -- sums along axes

    def einsum(self, inputs: Sequence[str], output: str, args: Sequence[Term]) -> Term:
        """A contraction written with letters for the axes in memory; the batch's letter is b."""
        sizes: dict[str, int] = {}
        for letters, arg in zip(inputs, args, strict=True):
            sizes |= zip(letters, self.full(arg), strict=True)
        shape = tuple(sizes[letter] for letter in output if letter != BATCH)
        return self.make("einsum", args, (tuple(inputs), output), shape, BATCH in output)

    def total(self, term: Term, axes: Iterable[int]) -> Term:
        """The sum along some of the axes in memory."""
        letters = LETTERS[: len(term.shape)] + BATCH * term.batched
        lost = {letters[axis] for axis in axes}
        output = "".join(letter for letter in letters if letter not in lost)
        summed = SUMMED.get(term.op) if lost else None
        found = summed(self, term, letters, output) if summed else None
        if found:
            return found
        return self.einsum([letters], output, [term]) if lost else term

    def sum_to(self, term: Term, shape: Shape, batched: bool) -> Term:
        """Undo stretching: a gradient added up over every axis along which its value was repeated."""
        axes = repeated_axes(term.shape, shape)
        found = self.total(term, [*axes, *[-1] * (term.batched and not batched)])
        return self.laid_out(found, shape)


def uses(roots: Iterable[Term]) -> Counter[Term]:
    """How often each term is needed when each is computed once."""
    found: Counter[Term] = Counter()
    waiting = list(roots)
    while waiting:
        term = waiting.pop()
        found[term] += 1
        if found[term] == 1:
            waiting.extend(term.args)
    return found


def _is(term: Term, value: float) -> bool:
    return term.op == NUMBER and term.value == value


# -- simpler forms of a function of some terms, or None


def _multiply(terms: Terms, x: Term, y: Term) -> Term | None:
    """Numbers stand first and meet in one factor; a reciprocal becomes a division."""
    if y.op == NUMBER:
        return terms.ufunc("multiply", y, x)
    if _is(x, 1.0):
        return y
    if x.op == NUMBER and y.op == "negative":
        return terms.ufunc("multiply", terms.ufunc("negative", x), y.args[0])
    if x.op == NUMBER and y.op == "multiply" and y.args[0].op == NUMBER:
        return terms.ufunc("multiply", terms.ufunc("multiply", x, y.args[0]), y.args[1])
    for one, other in ((x, y), (y, x)):
        if other.op == "divide" and _is(other.args[0], 1.0):
            return terms.ufunc("divide", one, other.args[1])
    return None


def _divide(terms: Terms, x: Term, y: Term) -> Term | None:
    inverse = 1 / y.value if y.op == NUMBER and y.value else math.nan
    if not math.isfinite(inverse):
        return None
    return terms.ufunc("multiply", terms.number(inverse, y.shape, y.batched), x)


def _power(terms: Terms, x: Term, y: Term) -> Term | None:
    if _is(y, 2.0):
        return terms.ufunc("multiply", x, x)
    return x if _is(y, 1.0) else None


def _negative(terms: Terms, x: Term) -> Term | None:
    if x.op == "multiply" and x.args[0].op == NUMBER:
        return terms.ufunc("multiply", terms.ufunc("negative", x.args[0]), x.args[1])
    return x.args[0] if x.op == "negative" else None


SIMPLER: dict[str, Callable[..., Term | None]] = {
    "multiply": _multiply,
    "divide": _divide,
    "power": _power,
    "negative": _negative,
}

# -- simpler forms of a term's sum along axes, or None; `letters` name its axes, `output` those that stay


def _total_number(terms: Terms, term: Term, letters: str, output: str) -> Term:
    sizes = dict(zip(letters, terms.full(term), strict=True))
    count = math.prod(n for letter, n in sizes.items() if letter not in output)
    shape = tuple(n for letter, n in sizes.items() if letter in output and letter != BATCH)
    return terms.number(term.value * count, shape, BATCH in output)


def _total_contraction(terms: Terms, term: Term, letters: str, output: str) -> Term:
    inputs, before = term.detail
    kept = "".join(old for old, letter in zip(before, letters, strict=True) if letter in output)
    return terms.einsum(inputs, kept, term.args)


def _total_negative(terms: Terms, term: Term, letters: str, output: str) -> Term:
    axes = [axis for axis, letter in enumerate(letters) if letter not in output]
    return terms.ufunc("negative", terms.total(term.args[0], axes))


def _total_product(terms: Terms, term: Term, letters: str, output: str) -> Term | None:
    """A factor that stays the same along the axes is taken out of the sum; else both are contracted."""
    own = []
    for arg in term.args:
        shape = term.shape[len(term.shape) - len(arg.shape) :]
        if arg.shape != shape and arg.op != NUMBER:
            return None
        first = len(term.shape) - len(arg.shape)
        own.append(LETTERS[first : len(term.shape)] + BATCH * arg.batched)
    axes = [axis for axis, letter in enumerate(letters) if letter not in output]
    for factor, rest in ((0, 1), (1, 0)):
        steady = term.args[factor].op == NUMBER or set(own[factor]) <= set(output)
        if steady and own[rest] == letters:
            arg = term.args[factor]
            arg = terms.number(arg.value) if arg.op == NUMBER else arg
            return terms.ufunc("multiply", arg, terms.total(term.args[rest], axes))
    if any(arg.op == NUMBER for arg in term.args):
        return None
    return terms.einsum(own, output, term.args)


def _total_put(terms: Terms, term: Term, letters: str, output: str) -> Term | None:
    """Gradients of one entry each, added up over the batch."""
    if letters != output + BATCH:
        return None
    g, index = term.args
    if index.batched:
        return terms.make("scatter", term.args, None, term.shape)
    return terms.make("put", (terms.total(g, [-1]), index), None, term.shape)


SUMMED: dict[str, Callable[[Terms, Term, str, str], Term | None]] = {
    NUMBER: _total_number,
    "einsum": _total_contraction,
    "negative": _total_negative,
    "multiply": _total_product,
    "put": _total_put,
}

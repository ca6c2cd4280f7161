"""What the functions of the rules mean for closed forms: products of arrays, sums, one-hot vectors."""

from __future__ import annotations

from core.base.arrays import Shape
from core.notation.simplify.forms import Algebra, Atom, Sum, Term
from core.notation.simplify.reading import Handler
from core.notation.tree import PRODUCTS
from core.ops.kernels import KERNELS

# a vector of more ones is not written out
MOST_ONES = 16


class Unknown(ValueError):
    """A function that has no closed form here."""


def ones(algebra: Algebra, part: Sum, shape: Shape) -> Sum:
    """A number that stands for every entry of a vector, as that vector. Raises Unknown for larger arrays."""
    if part.shape == shape:
        return part
    if part.shape or len(shape) != 1 or shape[0] > MOST_ONES:
        raise Unknown
    return algebra.multiply(part, algebra.atom("Listing", "", (algebra.one,) * shape[0], shape))


def _numbers_and_rest(algebra: Algebra, part: Sum) -> tuple[Sum, Sum]:
    """A product's numbers, which can stand before any linear function of it, and its arrays."""
    coefficient, factors = algebra.split(part)
    powers = [(algebra.power(algebra.bare(atom), exponent), atom) for atom, exponent in factors]
    numbers = algebra.multiply(
        algebra.number(coefficient), *(power for power, atom in powers if not atom.shape)
    )
    return numbers, algebra.multiply(*(power for power, atom in powers if atom.shape))


def linear(algebra: Algebra, label: str, x: Sum, y: Sum) -> Sum:
    """A product of vectors and matrices, numbers in front of it."""
    (a, left), (b, right) = _numbers_and_rest(algebra, x), _numbers_and_rest(algebra, y)
    shape = _shape(label, left.shape, right.shape)
    if not a.terms or not b.terms:
        return algebra.zero
    return algebra.multiply(a, b, algebra.atom("Product", label, (left, right), shape))


def _shape(label: str, x: Shape, y: Shape) -> Shape:
    """The shape of a product, by the letters of its axes; a number may stand for an array."""
    factors, _, result = KERNELS[label].einsum.partition("->")
    left, right = factors.split(",")
    sizes = {**dict(zip(left, x, strict=False)), **dict(zip(right, y, strict=False))}
    return tuple(sizes[letter] for letter in result if letter in sizes)


# a vector in front of a matrix is written behind it: xᵀW as Wᵀx, g Wᵀ as W g
TURNED = {"vecmat": "matvec_t", "vecmat_t": "matvec"}
PRODUCTS_OF_ARRAYS = {name for name, kernel in KERNELS.items() if kernel.einsum}


def _linear(label: str) -> Handler:
    if label in TURNED:
        return lambda algebra, found: linear(algebra, TURNED[label], found[1], found[0])
    return lambda algebra, found: linear(algebra, label, found[0], found[1])


def total(algebra: Algebra, part: Sum) -> Sum:
    """The sum of an array's entries; with a one-hot factor only one entry is left."""
    if any(_one_hot(term) for term in part.terms) and len(part.terms) > 1:
        terms = (total(algebra, _alone(algebra, term)) for term in part.terms)
        return algebra.add(*terms)
    numbers, rest = _numbers_and_rest(algebra, part)
    if len(rest.terms) == 1 and _one_hot(rest.terms[0]) and len(rest.terms[0].factors) == 1:
        return numbers
    return algebra.multiply(numbers, algebra.atom("Call", "sum", (rest,))) if part.shape else part


def _alone(algebra: Algebra, term: Term) -> Sum:
    powers = (algebra.power(algebra.bare(atom), exponent) for atom, exponent in term.factors)
    return algebra.multiply(algebra.number(term.coefficient), *powers)


def _one_hot(term: Term) -> Atom | None:
    return next((atom for atom, _ in term.factors if atom.label == "onehot"), None)


def each(algebra: Algebra, x: Sum, y: Sum) -> Sum:
    """The product entry by entry; a one-hot factor leaves one entry of the others."""
    for one, other in ((x, y), (y, x)):
        if other.shape and len(one.terms) > 1 and any(map(_one_hot, one.terms)):
            return algebra.add(*(each(algebra, other, _alone(algebra, term)) for term in one.terms))
        if len(one.terms) == 1 and (hot := _one_hot(one.terms[0])) and other.shape == hot.shape:
            return algebra.multiply(one, _entry(algebra, other, hot))
    return algebra.multiply(x, y)


def _entry(algebra: Algebra, part: Sum, hot: Atom) -> Sum:
    """The entry of a vector that a one-hot vector points at."""
    place, found = hot.parts[0], []
    for term in part.terms:
        factors = [algebra.number(term.coefficient)]
        for atom, exponent in term.factors:
            bare = algebra.bare(atom)
            if atom is hot:
                continue
            chosen = algebra.atom("Index", "", (bare, place)) if atom.shape else bare
            factors.append(algebra.power(chosen, exponent))
        found.append(algebra.multiply(*factors))
    return algebra.add(*found)


def onehot(algebra: Algebra, place: Sum, x: Sum) -> Sum:
    """The one-hot vector as long as x."""
    if len(x.shape) != 1:
        raise Unknown
    return algebra.atom("Call", "onehot", (place, algebra.number(float(x.shape[0]))), x.shape)


def _size(algebra: Algebra, found: list[Sum]) -> Sum:
    count = 1
    for length in found[0].shape:
        count *= length
    return algebra.number(float(count))


def _softmax(algebra: Algebra, found: list[Sum]) -> Sum:
    return algebra.atom("Call", "softmax", tuple(found), found[0].shape)


CALLS: dict[str, Handler] = {
    **{label: _linear(label) for label in PRODUCTS_OF_ARRAYS},
    "size": _size,
    "sum": lambda algebra, found: total(algebra, found[0]),
    "stretch": lambda algebra, found: found[0],
    "unit": lambda algebra, found: algebra.divide(*found),
    "onehot": lambda algebra, found: onehot(algebra, *found),
    "put": lambda algebra, found: algebra.multiply(found[0], onehot(algebra, found[2], found[1])),
    "pick": lambda algebra, found: algebra.atom("Index", "", tuple(found), found[0].shape[1:]),
    "transpose": lambda algebra, found: algebra.atom("Transposed", "", tuple(found), found[0].shape[::-1]),
    "softmax": _softmax,
}
# in a rule for the way back, products meet one-hot vectors
BACK: dict[str, Handler] = {
    **CALLS,
    **dict.fromkeys(PRODUCTS, lambda algebra, found: each(algebra, found[0], found[1])),
}
# in a local derivative, ties of a maximum are left out
LOCAL: dict[str, Handler] = {**BACK, "[=]": lambda algebra, found: algebra.zero}
KNOWN = CALLS.keys() | {name for name, kernel in KERNELS.items() if kernel.ufunc}

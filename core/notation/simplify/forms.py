"""A formula as a sum of products of powers, and the arithmetic of such sums.

Equal sums are one and the same object, whatever the order of their terms, so a formula that occurs a
thousand times is simplified once, and comparing two formulas is comparing two objects. Products of sums are
not multiplied out: formulas stay factored, as they are written in a lecture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from msgspec import Struct

from core.base.arrays import Shape

ONE = Fraction(1)
# a coefficient with more bits is rounded to a double; beyond all doubles it stays at this size
EXACT_BITS, GREATEST = 200, Fraction(2) ** 1100
LARGEST_FOLDED = 64


class Atom(Struct, frozen=True, eq=False):
    """A factor that arithmetic does not look into: a name, a call, an indicator, a sum in brackets.

    `kind` is the kind of tree it is written as, `Sum` for brackets; `label` the name, function or relation.
    """

    kind: str
    label: str
    parts: tuple[Sum, ...]
    shape: Shape


Factors = tuple[tuple[Atom, "Sum"], ...]
Key = frozenset[tuple[Atom, "Sum"]]


class Term(Struct, frozen=True, eq=False):
    """A number times powers of atoms: each factor is an atom and its exponent; `key` forgets their order."""

    coefficient: Fraction
    factors: Factors
    key: Key
    size: int


class Sum(Struct, frozen=True, eq=False):
    """Terms in the order they were met; `size` counts the numbers and names of the formula written out."""

    terms: tuple[Term, ...]
    shape: Shape
    size: int

    @property
    def number(self) -> Fraction | None:
        """The value of a sum that is a number alone."""
        if not self.terms:
            return Fraction(0)
        only = self.terms[0]
        return only.coefficient if len(self.terms) == 1 and not only.factors else None


def kept(value: Fraction) -> Fraction:
    """A coefficient of bounded length: exact while it is short, else to a double's precision."""
    above, below = value.numerator.bit_length(), value.denominator.bit_length()
    if max(above, below) <= EXACT_BITS:
        return value
    if above - below > 1020:
        return GREATEST if value > 0 else -GREATEST
    return Fraction(float(value))


def is_whole(exponent: Sum) -> bool:
    return exponent.number is not None and exponent.number.denominator == 1


class Algebra:
    """Makes sums and calculates with them; `aliases` are names to write in place of what they stand for."""

    def __init__(self) -> None:
        self.aliases: dict[Sum | Atom, str] = {}
        self._sums: dict[frozenset[Term], Sum] = {}
        self._opposites: dict[Atom, Atom] = {}
        self._terms: dict[tuple[Key, Fraction], Term] = {}
        self._atoms: dict[tuple[str, str, tuple[Sum, ...]], Atom] = {}
        self.zero = self._sum([])
        self.one = self.number(1.0)
        self.half = self.number(0.5)

    # -- making

    def number(self, value: float | Fraction) -> Sum:
        """A number, in the decimals it is written with."""
        if isinstance(value, float) and not math.isfinite(value):
            return self.atom("Number", repr(value))
        exact = kept(value if isinstance(value, Fraction) else Fraction(repr(value)))
        return self._product(exact, ()) if exact else self.zero

    def atom(self, kind: str, label: str, parts: tuple[Sum, ...] = (), shape: Shape = ()) -> Sum:
        """An atom as a sum of its own."""
        key = (kind, label, parts)
        found = self._atoms.get(key)
        if found is None:
            found = self._atoms[key] = Atom(kind, label, parts, shape)
        return self.bare(found)

    def bare(self, atom: Atom) -> Sum:
        """The sum that is this atom alone; brackets around nothing else are left out."""
        return atom.parts[0] if atom.kind == "Sum" else self._product(ONE, ((atom, self.one),))

    def atom_of(self, sum_: Sum) -> Atom:
        """A sum as one factor: the atom it is, or itself in brackets."""
        if len(sum_.terms) == 1:
            term = sum_.terms[0]
            if term.coefficient == 1 and len(term.factors) == 1 and term.factors[0][1] is self.one:
                return term.factors[0][0]
        key = ("Sum", "", (sum_,))
        if key not in self._atoms:
            self._atoms[key] = Atom(*key, sum_.shape)
        return self._atoms[key]

    def _sum(self, terms: Iterable[Term]) -> Sum:
        terms = tuple(terms)
        key = frozenset(terms)
        found = self._sums.get(key)
        if found is None:
            shape = joined(atom.shape for term in terms for atom, _ in term.factors)
            found = self._sums[key] = Sum(terms, shape, max(1, sum(term.size for term in terms)))
        return found

    def _term(self, coefficient: Fraction, factors: Factors, key: Key | None = None) -> Term:
        key = frozenset(factors) if key is None else key
        found = self._terms.get((key, coefficient))
        if found is None:
            size = int(abs(coefficient) != 1 or not factors)
            for atom, exponent in factors:
                size += self._atom_size(atom) + (0 if exponent is self.one else exponent.size)
            found = self._terms[key, coefficient] = Term(coefficient, factors, key, size)
        return found

    def _product(self, coefficient: Fraction, factors: Factors) -> Sum:
        return self._sum([self._term(coefficient, factors)])

    def _atom_size(self, atom: Atom) -> int:
        if atom in self.aliases:
            return 1
        sizes = (1 if part in self.aliases else part.size for part in atom.parts)
        return sum(sizes) + (atom.kind != "Sum")

    def call(self, part: Sum, name: str) -> None:
        """Have a sum written by a name from now on, as a whole and where it is a factor."""
        self.aliases[part] = self.aliases[self.atom_of(part)] = name

    # -- calculating

    def add(self, *sums: Sum) -> Sum:
        """The sum, like terms collected."""
        found: dict[Key, Term] = {}
        for part in sums:
            for term in self._opened(part).terms:
                before = found.get(term.key)
                found[term.key] = term if before is None else self._more(before, term.coefficient)
        return self._sum(term for term in found.values() if term.coefficient)

    def _more(self, term: Term, coefficient: Fraction) -> Term:
        return self._term(kept(term.coefficient + coefficient), term.factors, term.key)

    def _opened(self, part: Sum) -> Sum:
        """`−(a + b)` as `−a − b`; brackets with any other factor stay."""
        if len(part.terms) == 1:
            term = part.terms[0]
            if abs(term.coefficient) == 1 and len(term.factors) == 1:
                atom, exponent = term.factors[0]
                if atom.kind == "Sum" and exponent is self.one:
                    return self._scaled(atom.parts[0], term.coefficient)
        return part

    def _scaled(self, part: Sum, by: Fraction) -> Sum:
        if by == 1:
            return part
        return self._sum(
            self._term(kept(term.coefficient * by), term.factors, term.key) for term in part.terms
        )

    def negative(self, part: Sum) -> Sum:
        return self._scaled(self._opened(part), Fraction(-1))

    def multiply(self, *sums: Sum) -> Sum:
        """The product: numbers in front, equal factors collected into powers."""
        coefficient, found = ONE, dict[Atom, Sum]()
        for part in sums:
            number, factors = self.split(part)
            coefficient = kept(coefficient * number)
            for atom, exponent in factors:
                coefficient *= self._collect(found, atom, exponent)
        if not coefficient:
            return self.zero
        opened = [(a, e) for a, e in found.items() if a.kind == "Sum" and self._opens(a, e)]
        kept_factors = tuple((a, e) for a, e in found.items() if e is not self.zero and (a, e) not in opened)
        product = self._product(coefficient, kept_factors)
        if opened:
            return self.multiply(product, *(self.power(a.parts[0], e) for a, e in opened))
        return self._opened(product)

    def _opens(self, atom: Atom, exponent: Sum) -> bool:
        """Whether brackets around a product are needed no longer: √(x²)² is x²."""
        if len(atom.parts[0].terms) != 1 or not exponent.number or not is_whole(exponent):
            return False
        return self._folds(atom.parts[0].terms[0].coefficient, exponent.number)

    def split(self, part: Sum) -> tuple[Fraction, Factors]:
        """A sum as a number times factors; what divides all terms comes out of the brackets."""
        if not part.terms:
            return Fraction(0), ()
        if len(part.terms) == 1:
            return part.terms[0].coefficient, part.terms[0].factors
        numbers = [term.coefficient for term in part.terms]
        whole = all(number.denominator == 1 for number in numbers)
        content = Fraction(math.gcd(*(number.numerator for number in numbers))) if whole else ONE
        if all(number < 0 for number in numbers):
            content = -content
        return content, ((self.atom_of(self._scaled(part, 1 / content)), self.one),)

    def _collect(self, found: dict[Atom, Sum], atom: Atom, exponent: Sum) -> int:
        """Put a factor to its equals; the sign that comes out when they are opposites, as t − y and y − t."""
        if atom in found:
            found[atom] = self.add(found[atom], exponent)
            return 1
        if atom.kind == "Sum" and is_whole(exponent) and any(a.kind == "Sum" for a in found):
            opposite = self._opposites.get(atom) or self.atom_of(self._scaled(atom.parts[0], Fraction(-1)))
            self._opposites[atom] = opposite
            if opposite in found:
                found[opposite] = self.add(found[opposite], exponent)
                return -1 if (exponent.number or 0) % 2 else 1
        found[atom] = exponent
        return 1

    def power(self, base: Sum, exponent: Sum) -> Sum:
        """A power. Powers of powers and of products are taken apart only where that holds for every sign."""
        if exponent is self.one:
            return base
        if exponent is self.zero or base is self.one:
            return self.one
        number = exponent.number
        if number is None or number.denominator != 1 or base is self.zero:
            return self._product(ONE, ((self.atom_of(base), exponent),))
        content, factors = self.split(base)
        if not self._folds(content, number):
            return self._product(ONE, ((self.atom_of(base), exponent),))
        raised = [self._product(ONE, ((a, self.multiply(inner, exponent)),)) for a, inner in factors]
        return self.multiply(self.number(content ** int(number)), *raised)

    def _folds(self, content: Fraction, number: Fraction) -> bool:
        bits = max(content.numerator.bit_length(), content.denominator.bit_length())
        return abs(content) == 1 or bits * abs(number) <= LARGEST_FOLDED

    def divide(self, top: Sum, bottom: Sum) -> Sum:
        return self.multiply(top, self.power(bottom, self.number(-1.0)))


def joined(shapes: Iterable[Shape]) -> Shape:
    """The shape of numbers and arrays combined entry by entry."""
    found = {shape for shape in shapes if shape}
    return np.broadcast_shapes(*found) if len(found) > 1 else next(iter(found), ())

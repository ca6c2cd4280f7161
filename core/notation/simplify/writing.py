"""A sum of products of powers as the tree a lecturer would write."""

from __future__ import annotations

from collections.abc import Callable, Collection
from fractions import Fraction

from core.notation.simplify.forms import Algebra, Atom, Factors, Sum, Term
from core.notation.simplify.reading import label_of
from core.notation.tree import (
    Binary,
    Call,
    Index,
    Indicator,
    Listing,
    Name,
    Negative,
    Number,
    Transposed,
    Tree,
    fold,
)

# a fraction of longer numbers is written as a decimal
LONGEST = 10**6
# a one-hot vector of more entries is not written out
LONGEST_LIST = 10
# products of vectors and matrices: how each of the two factors stands, and the sign between them
PRODUCT_SIGNS: dict[str, tuple[bool, str, bool]] = {
    "dot": (False, "·", False),
    "matvec": (False, " ", False),
    "matmul": (False, " ", False),
    "outer": (False, " ", True),
    "matvec_t": (True, " ", False),
    "matmul_t": (False, " ", True),
    "t_matmul": (True, " ", False),
}


def _product(label: str, parts: list[Tree]) -> Tree:
    first, sign, second = PRODUCT_SIGNS[label]
    left = Transposed(parts[0]) if first else parts[0]
    return Binary(sign, left, Transposed(parts[1]) if second else parts[1])


KINDS: dict[str, Callable[[str, list[Tree]], Tree]] = {
    "Name": lambda label, parts: Name(label),
    "Number": lambda label, parts: Number(float(label)),
    "Call": lambda label, parts: Call(label, tuple(parts)),
    "Indicator": lambda label, parts: Indicator(label, parts[0], parts[1]),
    "Listing": lambda label, parts: Listing(tuple(parts)),
    "Transposed": lambda label, parts: Transposed(parts[0]),
    "Index": lambda label, parts: Index(parts[0], tuple(parts[1:])),
    "Sum": lambda label, parts: parts[0],
    "Product": _product,
}


class Writer:
    """Writes sums as trees, each once, and names in place of what they stand for.

    `sign` stands between factors; after a name of one of the `functions` there is always a dot, since
    `norm (x)` would be a call.
    """

    def __init__(self, algebra: Algebra, sign: str = "·", functions: Collection[str] = ()) -> None:
        self.algebra, self.sign, self.functions = algebra, sign, functions
        self.written: dict[Sum, Tree] = {}

    def tree(self, sum_: Sum, but: str = "") -> Tree:
        """The tree of a sum; the name `but` does not stand for the whole, so that it can be defined."""
        waiting = self._parts(sum_, but) if but else [sum_]
        while waiting:
            if waiting[-1] in self.written:
                waiting.pop()
            elif needed := [part for part in self._parts(waiting[-1]) if part not in self.written]:
                waiting.extend(needed)
            else:
                part = waiting.pop()
                self.written[part] = self._whole(part)
        return self._whole(sum_, but) if but else self.written[sum_]

    def _parts(self, sum_: Sum, but: str = "") -> list[Sum]:
        """The sums that must be written before this one."""
        alias = self.algebra.aliases.get(sum_, but)
        if alias != but:
            return []
        found = []
        for term in sum_.terms:
            for atom, exponent in term.factors:
                if exponent is not self.algebra.one:
                    found.append(exponent)
                if self._alias(atom, but) is None:
                    found.extend(atom.parts)
        return found if sum_.number is None else []

    def _alias(self, atom: Atom, but: str = "") -> str | None:
        alias = self.algebra.aliases.get(atom)
        return None if alias == but else alias

    def _whole(self, sum_: Sum, but: str = "") -> Tree:
        alias = self.algebra.aliases.get(sum_, but)
        if alias != but:
            return Name(alias)
        if not sum_.terms:
            return Number(0.0)
        # a sum begins with a term that has no minus, if there is one
        terms = list(sum_.terms)
        first = next((term for term in terms if term.coefficient > 0), terms[0])
        terms.remove(first)
        tree = self._term(first, but)
        if first.coefficient < 0:
            tree = negative(tree)
        for term in terms:
            tree = Binary("-" if term.coefficient < 0 else "+", tree, self._term(term, but))
        return tree

    def _term(self, term: Term, but: str) -> Tree:
        """A term without its sign, as one fraction at most."""
        above, below = _number(abs(term.coefficient))
        top = [(above, False)] if above != Number(1.0) else []
        bottom = [(below, False)] if below else []
        for atom, exponent in _ordered(term.factors):
            under = _is_under(exponent)
            size = self.algebra.negative(exponent) if under else exponent
            (bottom if under else top).append((self._power(atom, size, but), bool(atom.shape)))
        product = self._joined(top) if top else Number(1.0)
        return Binary("/", product, self._joined(bottom)) if bottom else product

    def _power(self, atom: Atom, exponent: Sum, but: str) -> Tree:
        alias = self._alias(atom, but)
        base = Name(alias) if alias else KINDS[atom.kind](atom.label, [self.written[p] for p in atom.parts])
        if exponent is self.algebra.one:
            return base
        if exponent is self.algebra.half:
            return Call("sqrt", (base,))
        shown = self.written.get(exponent)
        return Binary("^", base, self._whole(exponent) if shown is None else shown)

    def _joined(self, factors: list[tuple[Tree, bool]]) -> Tree:
        """A product, from left to right; each factor comes with whether it is an array."""
        product, is_array = factors[0]
        for tree, more in factors[1:]:
            sign = "⊙" if is_array and more else self._sign(product)
            if not is_array and isinstance(tree, Binary) and tree.op in " ·" and sign == " ":
                # a number in front of a product of arrays needs no brackets
                product = Binary(tree.op, Binary(sign, product, tree.left), tree.right)
            else:
                product = Binary(sign, product, tree)
            is_array = is_array or more
        return product

    def _sign(self, left: Tree) -> str:
        last = left.right if isinstance(left, Binary) and left.op != "^" else left
        return "·" if isinstance(last, Name) and last.name in self.functions else self.sign


def negative(tree: Tree) -> Tree:
    """A tree with a minus in front, which stands at a product's first factor and before a fraction."""
    if isinstance(tree, Number):
        return Number(-tree.value)
    if not isinstance(tree, Binary) or tree.op in "/^+-":
        return Negative(tree)
    products = []
    while isinstance(tree, Binary) and tree.op not in "/^+-":
        products.append(tree)
        tree = tree.left
    found = negative(tree)
    for product in reversed(products):
        found = Binary(product.op, found, product.right)
    return found


def on_one_line(tree: Tree) -> Tree:
    """The tree as it is best written in a line that a program can hold.

    `−1/x^2` needs no brackets, and a short one-hot vector whose entry is known is a list of numbers.
    """

    def combine(part: Tree, found: list[Tree]) -> Tree:
        match part, found:
            case Number() | Name(), _:
                return part
            case Negative(), [Binary("/", top, bottom)]:
                return Binary("/", negative(top), bottom)
            case Negative(), [body]:
                return Negative(body)
            case Binary(op), [left, right]:
                return Binary(op, left, right)
            case Call("onehot"), [Number(place), Number(length)] if length <= LONGEST_LIST:
                return Listing(tuple(Number(float(i == place)) for i in range(int(length))))
        return KINDS[type(part).__name__](label_of(part), found)

    return fold(tree, combine)


def _number(value: Fraction) -> tuple[Tree, Tree | None]:
    """A positive number as numerator and denominator; a number in tenths is a decimal."""
    try:
        whole = float(value)
    except OverflowError:
        return Binary("^", Number(10.0), Number(400.0)), None
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    decimal = rest == 1 and value.denominator % 5 == 0
    if decimal or value.denominator == 1 or max(value.numerator, value.denominator) > LONGEST:
        return Number(whole), None
    return Number(float(value.numerator)), Number(float(value.denominator))


def _is_under(exponent: Sum) -> bool:
    """Whether a power is written below a fraction's line."""
    return exponent.number is not None and exponent.number < 0


def _ordered(factors: Factors) -> list[tuple[Atom, Sum]]:
    """Numbers of the program before arrays, and `2x cos(x²)` rather than `2 cos(x²) x`."""
    brackets = any(atom.kind == "Sum" and not _is_under(exponent) for atom, exponent in factors)
    return sorted(factors, key=lambda pair: (bool(pair[0].shape), not brackets and pair[0].kind != "Name"))

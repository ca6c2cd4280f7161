"""A derivative found as a formula: its closed form, and the chain rule as a list of steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec import Struct

from core.math.derivative_names import PARTIAL, Notation, gradient_name, local_name
from core.math.mathtree import Math, Table, Word, row
from core.math.parts import ATOM, DIVIDED, POWER, PRODUCT, Part, product, side_by_side, turned, wrap
from core.math.typeset import EQUALS, PLUS, Typesetter
from core.notation.printers import expression_text
from core.notation.program import Remark
from core.notation.simplify.writing import on_one_line
from core.notation.tree import Binary, Index, Name, Number, Tree, walk
from core.passes.seed import Entry

# factors with more parts are not set in a step, only their product
MAX_SET = 40


class ChainTerm(Struct, frozen=True):
    """One way the derivative takes: ∂of/∂node times ∂node/∂arg, and their product.

    An operation on whole vectors has no `local` factor; it says how the upstream gradient comes back.
    `shaped` says that the node is an array, `each` that the factors are and are multiplied entry by entry.
    """

    node: str
    arg: str
    upstream: Tree
    local: Tree | None
    product: Tree
    shaped: bool = False
    each: bool = False


class ChainStep(Struct, frozen=True):
    """∂of/∂by as the sum of what arrives over each use of `by`; `tree` is the product so far, simplified.

    `gradients` says which gradient each name such as dq stands for; of a vector one `entry` is taken.
    `everywhere` says that `tree` is a number and every entry of the array `by` has that derivative.
    Names are printed by the program's `typesetter`; those that are `taken` stand for no gradient.
    """

    of: str
    by: str
    terms: tuple[ChainTerm, ...]
    tree: Tree
    gradients: Mapping[str, str]
    typesetter: Typesetter
    entry: Entry = ()
    everywhere: bool = False
    notation: Notation = PARTIAL
    taken: Collection[Math] = frozenset()

    @property
    def math(self) -> Math:
        """∂L/∂z = ∂L/∂y · ∂y/∂z, below it the factors' closed forms, and below these their product."""
        typesetter = self.typesetter
        shown = gradient_parts(typesetter, self.of, self.gradients, self.entry, self.notation, self.taken)
        lines = []
        if any(self._has_factors(term) for term in self.terms):
            lines.append(_added([self._factors(term, shown) for term in self.terms]))
        part = typesetter.part(self.tree, shown)
        result = in_every_entry(part, self.tree) if self.everywhere else row(part[0])
        if (
            self.terms
            and not self.everywhere
            and sum(1 for term in self.terms for _ in walk(term.product)) <= MAX_SET
        ):
            lines.append(_added([self._worked_out(term, shown) for term in self.terms]))
        if result not in lines[-1:]:
            lines.append(result)
        head = derivative_math(typesetter, self.of, self.by, self.entry, self.notation, self.taken)
        heads = [head, *[row()] * (len(lines) - 1)]
        rows = [(head, row(EQUALS, line)) for head, line in zip(heads, lines, strict=True)]
        return Table(tuple(rows), "aligned")

    def _has_factors(self, term: ChainTerm) -> bool:
        """Whether there is more to it than a local derivative: at the output itself there is not."""
        return term.node != self.of or bool(self.entry)

    def _factors(self, term: ChainTerm, shown: Mapping[str, Part]) -> Part:
        """∂L/∂y · ∂y/∂z, and for an array y the transposed Jacobian times ∂L/∂y."""
        if not self._has_factors(term):
            return self._worked_out(term, shown)
        whole = derivative_math(self.typesetter, self.of, term.node, self.entry, self.notation, self.taken)
        names = self.typesetter.name(term.node), self.typesetter.name(self.by)
        local = local_name(*names, notation=self.notation), DIVIDED
        if term.shaped:
            return side_by_side(turned(local), (whole, POWER))
        return product((whole, POWER), local), PRODUCT

    def _worked_out(self, term: ChainTerm, shown: Mapping[str, Part]) -> Part:
        """The factors' closed forms; a factor 1 is left out."""
        one = Number(1.0)
        if term.local is None or one in (term.upstream, term.local):
            only = term.product if term.local is None or term.local == one else term.local
            return self.typesetter.part(only, shown)
        sign = "⊙" if term.each else "·"
        return self.typesetter.part(Binary(sign, term.upstream, term.local), shown)


class Symbolic(Struct, frozen=True):
    """∂of/∂by in closed form, the steps of the chain rule to it, and what should be known of it.

    Of a vector it is the derivative of one `entry`. `where` defines, in order, the names in `tree` that are
    not inputs of the program. Names are printed by the program's `typesetter`, and `taken` by it.
    """

    of: str
    by: str
    tree: Tree
    where: tuple[tuple[str, Tree], ...]
    steps: tuple[ChainStep, ...]
    remarks: tuple[Remark, ...]
    math: Math
    typesetter: Typesetter
    entry: Entry = ()
    notation: Notation = PARTIAL
    taken: Collection[Math] = frozenset()

    @property
    def text(self) -> str:
        """The closed form in the program's notation."""
        return expression_text(on_one_line(self.tree))

    def definitions(self) -> Iterator[Math]:
        """What the names in the formula stand for, set as equations, in the order of `where`."""
        gradients = self.steps[-1].gradients if self.steps else {}
        shown = gradient_parts(self.typesetter, self.of, gradients, self.entry, self.notation, self.taken)
        for name, tree in self.where:
            yield row(self.typesetter.tree(Name(name), shown), EQUALS, self.typesetter.tree(tree, shown))

    @property
    def program(self) -> str:
        """A program that computes the derivative from the inputs: the definitions, then the closed form."""
        lines = [f"{name} = {expression_text(on_one_line(tree))}" for name, tree in self.where]
        return "\n".join([*lines, self.text])


def _added(parts: Sequence[Part]) -> Math:
    first, *others = parts
    return row(first[0], *(math for part in others for math in (PLUS, wrap(part, PRODUCT))))


def in_every_entry(part: Part, tree: Tree) -> Math:
    """A number, given as typeset and as a tree, in every entry of an array."""
    ones = Word("𝟏", "ord")
    return row(ones if tree == Number(1.0) else product(part, (ones, ATOM)))


def derivative_math(
    typesetter: Typesetter,
    of: str,
    by: str,
    entry: Entry = (),
    notation: Notation = PARTIAL,
    taken: Collection[Math] = frozenset(),
) -> Math:
    """∂of/∂by, or of one entry of it, in a notation; not by a name that is `taken`."""
    places = tuple(Number(float(place)) for place in entry)
    whole = typesetter.part(Index(Name(of), places)) if entry else typesetter.named(of)
    return gradient_name(whole, typesetter.name(by), notation, taken)


def gradient_parts(
    typesetter: Typesetter,
    of: str,
    gradients: Mapping[str, str],
    entry: Entry = (),
    notation: Notation = PARTIAL,
    taken: Collection[Math] = frozenset(),
) -> dict[str, Part]:
    """The names of gradients are set as what they are: dq is ∂L/∂q."""
    how = entry, notation, taken
    return {name: (derivative_math(typesetter, of, node, *how), ATOM) for name, node in gradients.items()}

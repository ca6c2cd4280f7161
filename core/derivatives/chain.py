"""A derivative found as a formula: its closed form, and the chain rule as a list of steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.dataclass import dataclass
from core.notation.mathtree import Math, Table, row
from core.notation.printers import expression_text
from core.notation.simplify.writing import on_one_line
from core.notation.tree import Index, Name, Note, Number, Tree, walk
from core.notation.typeset import (
    ATOM,
    EQUALS,
    PLUS,
    Part,
    name_math,
    partial,
    product,
    typeset,
    typeset_part,
)
from core.seed import Entry

# factors with more parts are not set in a step, only their product
MAX_SET = 40


@dataclass(frozen=True, slots=True)
class ChainTerm:
    """One way the derivative takes: ∂of/∂node times ∂node/∂arg, and their product.

    An operation on whole vectors has no `local` factor; it says how the upstream gradient comes back.
    """

    node: str
    arg: str
    upstream: Tree
    local: Tree | None
    product: Tree


@dataclass(frozen=True, slots=True)
class ChainStep:
    """∂of/∂by as the sum of what arrives over each use of `by`; `tree` is the product so far, simplified.

    `gradients` says which gradient each name such as dq stands for; of a vector one `entry` is taken.
    """

    of: str
    by: str
    terms: tuple[ChainTerm, ...]
    tree: Tree
    gradients: Mapping[str, str]
    entry: Entry = ()

    @property
    def math(self) -> Math:
        """∂L/∂z = ∂L/∂y · ∂y/∂z, below it the factors' closed forms, and below these their product."""
        shown = gradient_parts(self.of, self.gradients, self.entry)
        lines = [_added([self._factors(term) for term in self.terms])] if self.terms else []
        if lines and sum(1 for term in self.terms for _ in walk(term.product)) <= MAX_SET:
            lines.append(_added([_worked_out(term, shown) for term in self.terms]))
        if (result := typeset(self.tree, shown)) not in lines[-1:]:
            lines.append(result)
        heads = [derivative_math(self.of, self.by, self.entry), *[row()] * (len(lines) - 1)]
        rows = [(head, row(EQUALS, line)) for head, line in zip(heads, lines, strict=True)]
        return Table(tuple(rows), "aligned")

    def _factors(self, term: ChainTerm) -> Math:
        upstream = derivative_math(self.of, term.node, self.entry)
        local = derivative_math(term.node, self.by)
        return product((upstream, ATOM), (local, ATOM))


@dataclass(frozen=True, slots=True)
class Symbolic:
    """∂of/∂by in closed form, the steps of the chain rule to it, and what should be known of it.

    Of a vector it is the derivative of one `entry`. `where` defines, in order, the names in `tree` that are
    not inputs of the program.
    """

    of: str
    by: str
    tree: Tree
    where: tuple[tuple[str, Tree], ...]
    steps: tuple[ChainStep, ...]
    notes: tuple[Note, ...]
    math: Math
    entry: Entry = ()

    @property
    def text(self) -> str:
        """The closed form in the program's notation."""
        return expression_text(on_one_line(self.tree))

    def definitions(self) -> Iterator[Math]:
        """What the names in the formula stand for, set as equations, in the order of `where`."""
        gradients = self.steps[-1].gradients if self.steps else {}
        shown = gradient_parts(self.of, gradients, self.entry)
        for name, tree in self.where:
            yield row(shown.get(name, (name_math(name), ATOM))[0], EQUALS, typeset(tree, shown))

    @property
    def program(self) -> str:
        """A program that computes the derivative from the inputs: the definitions, then the closed form."""
        lines = [f"{name} = {expression_text(on_one_line(tree))}" for name, tree in self.where]
        return "\n".join([*lines, self.text])


def _worked_out(term: ChainTerm, shown: Mapping[str, Part]) -> Math:
    if term.local is None:
        return typeset(term.product, shown)
    return product(typeset_part(term.upstream, shown), typeset_part(term.local, shown))


def _added(parts: Sequence[Math]) -> Math:
    return row(parts[0], *(math for part in parts[1:] for math in (PLUS, part)))


def derivative_math(of: str, by: str, entry: Entry = ()) -> Math:
    """∂of/∂by, or of one entry of it"""
    places = tuple(Number(float(place)) for place in entry)
    return partial(typeset(Index(Name(of), places)) if entry else name_math(of), name_math(by))


def gradient_parts(of: str, gradients: Mapping[str, str], entry: Entry = ()) -> dict[str, Part]:
    """The names of gradients are set as what they are: dq is ∂L/∂q."""
    return {name: (derivative_math(of, node, entry), ATOM) for name, node in gradients.items()}

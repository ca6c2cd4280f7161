"""The expression tree: what was written, before anyone knows the shapes of the values.

A sum of thousands of terms is a tree thousands deep, so trees are walked with `fold`, which does not recurse.
Spans are left out of comparisons: two trees are equal when they mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from core.base.errors import Span

NOWHERE = Span(0, 0)
# the signs of a product, a space for one that is written without a sign
PRODUCTS = " ·*⊙@"
Result = TypeVar("Result")


class Part(Struct, frozen=True):
    """A part of a tree: two are equal when they mean the same, wherever they stand in the text."""

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _meaning(self) == _meaning(other)

    def __hash__(self) -> int:
        return hash(_meaning(self))


def _meaning(part: Struct) -> tuple[object, ...]:
    """The fields of a part but its spans."""
    return tuple(getattr(part, name) for name in part.__struct_fields__ if name not in ("span", "name_span"))


class Number(Part, frozen=True):
    """A number as it is written, without a sign."""

    value: float
    span: Span = NOWHERE
    children = ()


class Name(Part, frozen=True):
    """A name in its one spelling: of an input, a constant, a parameter, or an earlier statement."""

    name: str
    span: Span = NOWHERE
    children = ()


class Negative(Part, frozen=True):
    """`-x`."""

    body: Tree
    span: Span = NOWHERE

    @property
    def children(self) -> tuple[Tree, ...]:
        return (self.body,)


class Binary(Part, frozen=True):
    """`op` is one of `+ - / ^ * ⊙ @ ·` or a space for a product written without a sign."""

    op: str
    left: Tree
    right: Tree
    span: Span = NOWHERE

    @property
    def children(self) -> tuple[Tree, ...]:
        return (self.left, self.right)


class Call(Part, frozen=True):
    """A known function by its canonical name, or one the program defines."""

    function: str
    args: tuple[Tree, ...]
    span: Span = NOWHERE

    @property
    def children(self) -> tuple[Tree, ...]:
        return self.args


class Transposed(Part, frozen=True):
    """`x^T`."""

    body: Tree
    span: Span = NOWHERE

    @property
    def children(self) -> tuple[Tree, ...]:
        return (self.body,)


class Listing(Part, frozen=True):
    """`[a, b]`: a vector, or a matrix when its items are vectors."""

    items: tuple[Tree, ...]
    span: Span = NOWHERE

    @property
    def children(self) -> tuple[Tree, ...]:
        return self.items


class Indicator(Part, frozen=True):
    """`[x > 0]`: 1 where the relation holds, else 0."""

    relation: str
    left: Tree
    right: Tree
    span: Span = NOWHERE

    @property
    def children(self) -> tuple[Tree, ...]:
        return (self.left, self.right)


class Range(Part, frozen=True):
    """`a:b` in an index: the entries from a up to, not including, b; without `stop` up to the end."""

    start: Tree
    stop: Tree | None = None

    @property
    def parts(self) -> tuple[Tree, ...]:
        return (self.start,) if self.stop is None else (self.start, self.stop)


class Index(Part, frozen=True):
    """`p[k]`, `W[i, j]` or `x[1:3]`; entries are counted from 0."""

    body: Tree
    places: tuple[Tree | Range, ...]
    span: Span = NOWHERE

    @property
    def children(self) -> tuple[Tree, ...]:
        ends = (place.parts if isinstance(place, Range) else (place,) for place in self.places)
        return (self.body, *chain.from_iterable(ends))

    def grouped(self, found: Sequence[Result]) -> list[tuple[Tree | Range, tuple[Result, ...]]]:
        """Each place with its results, given those of the children; a range has two, or one if it is open."""
        results = iter(found[1:])
        return [
            (place, tuple(islice(results, len(place.parts) if isinstance(place, Range) else 1)))
            for place in self.places
        ]


class Reduction(Part, frozen=True):
    """A sum, product, maximum or minimum of `body` over indices.

    `start` and `stop` are the limits of the only index where they are written; `excluded` is what an index is
    not, as in `j ≠ y`. It stands in a tree only while a statement is read.
    """

    kind: str
    indices: tuple[str, ...]
    body: Tree
    start: Tree | None = None
    stop: Tree | None = None
    excluded: Tree | None = None
    span: Span = NOWHERE
    each: bool = False  # it is written out term by term, as its limits depend on another index

    @property
    def children(self) -> tuple[Tree, ...]:
        return (self.body,)


Tree = Number | Name | Negative | Binary | Call | Transposed | Listing | Indicator | Index | Reduction


def left_over(part: Reduction) -> AssertionError:
    """The error of a sum over an index in a tree that was read: operations on arrays should replace it."""
    return AssertionError(f"A {part.kind} over {', '.join(part.indices)} is left over")


def fold(tree: Tree, combine: Callable[[Tree, list[Result]], Result]) -> Result:
    """Combine every part of a tree with its children's results, children first, left to right."""
    waiting: list[Tree | int] = [tree]
    results: list[Result] = []
    while waiting:
        part = waiting.pop()
        found: list[Result] = []
        if isinstance(part, int):  # so many children of the part below have their results
            count, part = part, waiting.pop()
            assert not isinstance(part, int)
            found = results[-count:]
            del results[-count:]
        elif children := part.children:
            waiting += (part, len(children), *reversed(children))
            continue
        results.append(combine(part, found))
    return results[0]


def walk(tree: Tree) -> Iterator[Tree]:
    """Every part of a tree, the outer before the inner, left to right."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(part.children))


def names(tree: Tree) -> list[str]:
    """The names used in a tree, each once, in order of appearance."""
    return list(dict.fromkeys(part.name for part in walk(tree) if isinstance(part, Name)))


def is_constant(tree: Tree) -> bool:
    """Whether a tree is numbers and arithmetic alone, such as `-2`, `1/3` or `[1, [2]]`."""
    return all(isinstance(part, Number | Negative | Binary | Listing) for part in walk(tree))


def with_names(tree: Tree, numbers: Mapping[str, float]) -> Tree:
    """The tree with some names replaced by numbers."""
    return substituted(tree, {name: Number(value) for name, value in numbers.items()})


def substituted(tree: Tree, parts: Mapping[str, Tree]) -> Tree:
    """The tree with some names replaced by other trees."""
    return rebuilt(tree, lambda part: parts.get(part.name, part) if isinstance(part, Name) else part)


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The tree with every part replaced by its change, children before what they are parts of."""
    return fold(tree, lambda part, found: change(remade(part, found)))


def with_span(tree: Tree, span: Span) -> Tree:
    """The same tree with another span: a bracketed part reaches from bracket to bracket."""
    return replace(tree, span=span)


def remade(part: Tree, found: Sequence[Tree]) -> Tree:
    """A part with other children."""
    match part:
        case Number() | Name():
            return part
        case Negative(span=span):
            return Negative(found[0], span)
        case Binary(op=op, span=span):
            return Binary(op, found[0], found[1], span)
        case Call(function=function, span=span):
            return Call(function, tuple(found), span)
        case Transposed(span=span):
            return Transposed(found[0], span)
        case Listing(span=span):
            return Listing(tuple(found), span)
        case Indicator(relation=relation, span=span):
            return Indicator(relation, found[0], found[1], span)
        case Reduction():
            return replace(part, body=found[0])
        case Index(span=span):
            places = (Range(*new) if isinstance(old, Range) else new[0] for old, new in part.grouped(found))
            return Index(found[0], tuple(places), span)

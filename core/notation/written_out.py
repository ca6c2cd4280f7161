"""Sums over an index written out term by term: where the terms are numbers with names of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from msgspec.structs import replace

from core.base.errors import Problem
from core.notation.entries import Known, entry_of, scalars, shifted
from core.notation.names import Parts, parts
from core.notation.sums import WORDS, labels_of, rebuilt_with_sums, reductions_in
from core.notation.tree import Binary, Index, Name, Number, Reduction, Tree, fold, names, remade, walk

MOST_TERMS = 100
MOST_PARTS = 30_000  # of all terms of a program that are written out


def written_out(tree: Reduction, known: Known, room: int) -> Tree | None:
    """The terms of a sum over w_1, w_2, … that have values of their own, or of a formula of the index itself.

    None where the sum is one over the entries of arrays. Raises Problem for limits that make no sense, and
    where the terms have more parts in all than there is `room` for.
    """
    if len(tree.indices) != 1 or tree.kind not in ("sum", "prod"):
        return None
    index = tree.indices[0]
    named = [part for part in walk(tree.body) if isinstance(part, Name)]
    numbered = [
        found for part in named if entry_of(part, known, (index,)) and (found := scalars(part, known))
    ]
    inner = [r for r in reductions_in(tree.body) if index in _limit_names(r)]
    itself = any(part.name == index or shifted(part, (index,)) for part in named)
    if not (tree.each or numbered or inner or itself):
        carried = any(entry_of(part, known, (index,)) for part in named)
        if carried or any(isinstance(part, Index) for part in walk(tree.body)):
            return None
    start, stop = _value(tree.start), _value(tree.stop)
    start = 1.0 if start is None else start
    if stop is None and numbered:
        first = 0 if numbered[0][0].endswith("0") else 1
        start, stop = float(first), float(first + min(map(len, numbered)) - 1)
    if stop is None:
        if inner:
            message = f"The limits of a {WORDS[inner[0].kind]} depend on the index {index}"
            raise Problem(
                message, inner[0].span, "Write numbers as the limits of the outer sum, such as i=1 and 3"
            )
        return None
    if stop - start + 1 > MOST_TERMS:
        raise Problem(f"A sum of more than {MOST_TERMS} terms is not written out", tree.span, "Use a vector")
    if stop < start:
        if tree.each:
            return Number(0.0 if tree.kind == "sum" else 1.0, tree.span)
        raise Problem("This sum has no terms", tree.span, "Write limits such as i=1 and 3")
    if (stop - start + 1) * sum(1 for _ in walk(tree.body)) > room:
        said = f"The sums stand for more than {MOST_PARTS:,} parts when each is written out"
        raise Problem(said, tree.span, "Use vectors")
    terms = [_term(tree, known, index, number) for number in range(int(start), int(stop) + 1)]
    sign = "+" if tree.kind == "sum" else "·"
    return reduce(lambda a, b: Binary(sign, a, b, tree.span), terms)


def _limit_names(tree: Reduction) -> set[str]:
    return {name for limit in (tree.start, tree.stop) if limit for name in names(limit)}


def _value(limit: Tree | None) -> float | None:
    """A limit as a number, if it is one or is made of numbers."""

    def combine(part: Tree, found: list[float | None]) -> float | None:
        match part:
            case Number(value):
                return value
            case Binary("+" | "-" as sign) if None not in found:
                left, right = found[0] or 0.0, found[1] or 0.0
                return left + right if sign == "+" else left - right
        return None

    return None if limit is None else fold(limit, combine)


def _term(tree: Reduction, known: Known, index: str, number: int) -> Tree:
    """The body at one value of the index; sums inside whose limits it decides are written out as well."""
    counted_from = 0.0 if _value(tree.start) == 0 else 1.0

    def at(part: Tree) -> Tree:
        if not isinstance(part, Name):
            return part
        if part.name == index:
            return Number(float(number), part.span)
        made = parts(part.name)
        if shift := shifted(part, (index,)):
            _, _, sign, added = shift
            return entry(made, [index], sign * number + added, part)
        labels = labels_of(made.sub)
        if part.name in known.names or index not in labels:
            return part
        return entry(made, labels, number, part)

    def entry(made: Parts, labels: Sequence[str], place: int, part: Name) -> Tree:
        named = _with_label(made, labels, index, place)
        base = replace(made, sub="")
        is_array = base.text in known.names or base.text in known.arrays
        if is_array and named not in known.names and len(labels) == 1:
            if place < counted_from:
                message = f"There is no entry {place} of {base.text}; the entries are counted from 1 here"
                raise Problem(message, part.span, "Change the limits of the sum")
            return Index(Name(base.text, part.span), (Number(place - counted_from),), part.span)
        return Name(named, part.span)

    body = tree.body
    if any(index in _limit_names(inner) for inner in reductions_in(body)):
        body = _each(body, index)
    return rebuilt_with_sums(body, at)


def _each(tree: Tree, index: str) -> Tree:
    """The tree with the sums whose limits hold an index marked to be written out."""

    def combine(part: Tree, found: list[Tree]) -> Tree:
        if not isinstance(part, Reduction):
            return remade(part, found)
        return replace(part, body=found[0], each=part.each or index in _limit_names(part))

    return fold(tree, combine)


def _with_label(made: Parts, labels: Sequence[str], index: str, number: int) -> str:
    return replace(made, sub="".join(str(number) if label == index else label for label in labels)).text

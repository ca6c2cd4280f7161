"""Sums over an index written out term by term: where the terms are numbers with names of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from core.dataclass import replace
from core.errors import Problem
from core.notation.entries import Known, entry_of, scalars
from core.notation.names import Parts, parts
from core.notation.sums import Reduction, labels_of
from core.notation.tree import Binary, Index, Name, Number, Tree, rebuilt, walk

MOST_TERMS = 100


def written_out(tree: Reduction, known: Known) -> Tree | None:
    """The terms of a sum over w_1, w_2, … that have values of their own, or of a formula of the index itself.

    None where the sum is one over the entries of arrays. Raises Problem for limits that make no sense.
    """
    if len(tree.indices) != 1 or tree.kind not in ("sum", "prod"):
        return None
    index = tree.indices[0]
    named = [part for part in walk(tree.body) if isinstance(part, Name)]
    alone = any(part.name == index for part in named)
    numbered = [found for part in named if entry_of(part, known, (index,)) and (found := scalars(part, known))]
    if not numbered and not alone:
        carried = any(entry_of(part, known, (index,)) for part in named)
        if carried or any(isinstance(part, Index) for part in walk(tree.body)):
            return None
    start = tree.start.value if isinstance(tree.start, Number) else 1.0
    stop = tree.stop.value if isinstance(tree.stop, Number) else None
    if stop is None and numbered:
        first = 0 if numbered[0][0].endswith("0") else 1
        start, stop = float(first), float(first + min(map(len, numbered)) - 1)
    if stop is None:
        return None
    if stop - start + 1 > MOST_TERMS:
        raise Problem(f"A sum of more than {MOST_TERMS} terms is not written out", tree.span, "Use a vector")
    if stop < start:
        raise Problem("This sum has no terms", tree.span, "Write limits such as i=1 and 3")
    terms = [_term(tree, known, index, float(number), start) for number in range(int(start), int(stop) + 1)]
    sign = "+" if tree.kind == "sum" else "·"
    return reduce(lambda a, b: Binary(sign, a, b, tree.span), terms)


def _term(tree: Reduction, known: Known, index: str, number: float, start: float) -> Tree:
    """The body at one value of the index."""

    def at(part: Tree) -> Tree:
        if not isinstance(part, Name):
            return part
        if part.name == index:
            return Number(number, part.span)
        made = parts(part.name)
        labels = labels_of(made.sub)
        if part.name in known.names or index not in labels:
            return part
        named = _with_label(made, labels, index, int(number))
        base = replace(made, sub="")
        if base.text in known.names and named not in known.names and len(labels) == 1:
            return Index(Name(base.text, part.span), (Number(number - start),), part.span)
        return Name(named, part.span)

    return rebuilt(tree.body, at)


def _with_label(made: Parts, labels: Sequence[str], index: str, number: int) -> str:
    return replace(made, sub="".join(str(number) if label == index else label for label in labels)).text

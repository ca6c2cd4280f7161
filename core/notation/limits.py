"""What the limits of a sum promise: the lengths of the arrays under it, and what a letter stands for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from core.base.errors import Problem
from core.notation.entries import Known, Labels
from core.notation.printers import expression_text
from core.notation.program import ShapeCondition
from core.notation.sums import WORDS
from core.notation.tree import Binary, Call, Name, Number, Reduction, Tree, names, walk


class Promises(Struct, frozen=True):
    """The lengths that arrays must have, and the one that a letter without a value stands for."""

    conditions: tuple[ShapeCondition, ...] = ()
    counts: Mapping[str, Tree] = {}


def promises(
    tree: Reduction, entries: Sequence[tuple[Tree, Labels]], active: Collection[str], known: Known
) -> Promises:
    """What the limits of a sum say of the length of each array that carries its index.

    `entries` are the arrays that are indexed under it, `active` the indices of sums around it. Raises Problem
    where the limits take a part of the entries, or depend on another index.
    """
    if tree.start is None and tree.stop is None:
        return Promises()
    index = tree.indices[0]
    start = _start(tree, active, known)
    named, less = _symbolic(tree.stop)
    message = f"The {WORDS[tree.kind]} runs {_limit_text(tree)}"
    length, letter, counts = _length(start, tree.stop, known), "", {}
    if named and named not in known.names:
        more = less + (start.value == 0)
        counts = _counts(named, index, more, entries)
        length, letter = Number(float(more)), named
    if length is None:
        return Promises()
    conditions = tuple(
        ShapeCondition(array, message, axis=labels.index(index), length=length, letter=letter, span=tree.span)
        for array, labels in entries
        if index in labels
    )
    return Promises(conditions, counts)


def _start(tree: Reduction, active: Collection[str], known: Known) -> Number:
    """The lower limit of a sum over all entries: 0 or 1. Raises Problem for other sums."""
    start = tree.start or Number(1.0)
    used = {name for limit in (start, tree.stop) if limit for name in names(limit)}
    if depends := used & {*active, *tree.indices}:
        message = f"The limits of this {WORDS[tree.kind]} depend on the index {min(depends)}"
        raise Problem(message, tree.span, "Write numbers as the limits of the outer sum, such as i=1 and 3")
    message, hint = "A sum over a part of the entries is not read", "Write a range, such as sum(x[1:])"
    if not isinstance(start, Number) or start.value not in (0.0, 1.0):
        raise Problem(message, start.span, hint)
    named, less = _symbolic(tree.stop)
    whole = named and (less == 0 or (less == -1 and start.value == 0))
    if used - known.names and not whole and tree.stop is not None:
        raise Problem(message, tree.stop.span, hint)
    return start


def _counts(name: str, index: str, more: int, entries: Sequence[tuple[Tree, Labels]]) -> dict[str, Tree]:
    """What a limit without a value stands for: the length of an axis, less one if counted from 0."""
    for array, labels in entries:
        if index in labels and isinstance(array, Name):
            axis = (Number(float(labels.index(index))),) if len(labels) > 1 else ()
            length = Call("numel", (array, *axis))
            return {name: Binary("-", length, Number(float(more))) if more else length}
    return {}


def _length(start: Number, stop: Tree | None, known: Known) -> Tree | None:
    """How many terms there are, as far as it can be told from numbers and names with values."""
    if stop is None or any(isinstance(part, Name) and part.name not in known.names for part in walk(stop)):
        return None
    return stop if start.value else Binary("+", stop, Number(1.0))


def _limit_text(tree: Reduction) -> str:
    start = expression_text(tree.start) if tree.start else "1"
    return f"from {start} to {expression_text(tree.stop) if tree.stop else '…'}"


def _symbolic(stop: Tree | None) -> tuple[str, int]:
    """The name in a limit such as n or n − 1, and the number added to it; "" for anything else."""
    match stop:
        case Name(name):
            return name, 0
        case Binary("-", Name(name), Number(1.0)):
            return name, -1
    return "", 0

"""Products of arrays with labelled axes, and sums of them over a label: products of vectors and matrices."""

from __future__ import annotations

from collections.abc import Sequence

from core.base.errors import Problem, Span
from core.notation.entries import Labels
from core.notation.tree import Binary, Call, Number, Transposed, Tree

Labelled = tuple[Tree, Labels]


def aligned(found: Sequence[Labelled], span: Span) -> tuple[list[Tree], Labels]:
    """Trees with their axes in one order, to meet entry by entry, and the labels of the result."""
    longest = max((labels for _, labels in found), key=len)
    if any(set(labels) - set(longest) for _, labels in found):
        both = sorted({label for _, labels in found for label in labels})
        said = f"Entries with the indices {' and '.join(both)} meet in a way that needs a table"
        raise Problem(said, span, "Write it with vectors and matrices")
    if len(longest) == 2 and any(labels == longest[:1] for _, labels in found):
        if any(labels == longest[1:] for _, labels in found):
            raise Problem(
                "A row index and a column index meet here", span, "Write it with vectors and matrices"
            )
        longest = longest[::-1]  # a vector meets the last axis
    trees = []
    for tree, labels in found:
        if len(labels) == 2 and labels != longest:
            tree = Transposed(tree, tree.span)
        trees.append(tree)
    return trees, longest


def contracted(inside: Sequence[Labelled], index: str, span: Span) -> Labelled:
    """The sum over one index of a product of factors that all carry it."""
    grouped: dict[Labels, Labelled] = {}
    for tree, labels in inside:
        key = tuple(sorted(labels))
        if key in grouped:
            grouped[key] = multiplied(grouped[key], (tree, labels), span)
        else:
            grouped[key] = (tree, labels)
    factors = list(grouped.values())
    if len(factors) == 1:
        tree, labels = factors[0]
        if len(labels) == 1:
            return Call("sum", (tree,), span), ()
        axis = Number(float(labels.index(index)))
        return Call("sum", (tree, axis), span), tuple(label for label in labels if label != index)
    if len(factors) == 2:
        return _matrix_product(factors[0], factors[1], index, span)
    raise Problem("A sum over three tables is not read", span, "Write it with matrices")


def multiplied(one: Labelled, other: Labelled, span: Span) -> Labelled:
    """The product entry by entry of two arrays."""
    (a, b), labels = aligned([one, other], span)
    return Binary("⊙", a, b, span), labels


def _matrix_product(one: Labelled, other: Labelled, index: str, span: Span) -> Labelled:
    """The sum over an index of two factors that carry it: a product of vectors or matrices."""
    (a, left), (b, right) = one, other
    if len(left) == 1 and len(right) == 2:
        (a, left), (b, right) = (b, right), (a, left)
    if len(left) == 1:
        return Binary("·", a, b, span), ()
    if left[0] == index:
        a, left = Transposed(a, a.span), left[::-1]
    if len(right) == 2 and right[1] == index:
        b, right = Transposed(b, b.span), right[::-1]
    return Binary(" ", a, b, span), (left[0], *right[1:])

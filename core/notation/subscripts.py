"""Subscripts behind a formula: `softmax(z)_k` is entry k, `(x)_+` is max(0, x)."""

from __future__ import annotations

from core.base.errors import Span
from core.notation.reading import Reading
from core.notation.tree import Call, Index, Name, Number, Tree


def entry(reader: Reading, left: Tree) -> Tree | None:
    """`softmax(z)_k` is entry k; a subscript elsewhere belongs to a name."""
    behind = [reader.ahead(count).text for count in (1, 2, 3)]
    plus = 2 if behind[0] == "+" else 4 if behind == ["{", "+", "}"] else 0
    if reader.token.kind == "under" and plus and reader.text[left.span.end - 1] in ")]}":
        reader.at += plus
        return Call("max", (Number(0.0), left), left.span.to(reader.tokens[reader.at - 1].span))
    if (
        reader.token.spaced
        or not isinstance(left, Call | Index)
        or reader.text[left.span.end - 1] not in ")]}"
    ):
        return None
    token = reader.token
    if token.kind == "sub":
        place: Tree = label_tree(token.text, token.span)
        reader.take()
    else:
        following = reader.ahead()
        if following.kind not in ("name", "number"):
            return None
        reader.take()
        reader.take()
        place = label_tree(following.text, following.span)
    return Index(left, (place,), left.span.to(reader.tokens[reader.at - 1].span))


def label_tree(label: str, span: Span) -> Tree:
    """A subscript as the number of an entry: a number, or a name."""
    return Number(float(label), span) if label.isdigit() else Name(label, span)

"""Comparisons and choices: `x > 0`, `0 < x < 1`, `a if c else b`."""

from __future__ import annotations

from core.base.errors import Problem
from core.notation.libraries import chosen
from core.notation.reading import Reading
from core.notation.tree import Binary, Indicator, Number, Tree, with_span


def relation(reader: Reading) -> Tree:
    """An expression, or a comparison such as `x > 0` or `0 < x < 1`: 1 where it holds, else 0."""
    return comparison(reader)[0]


def comparison(reader: Reading) -> tuple[Tree, bool]:
    """The same, and whether it is a comparison."""
    first = reader.expression()
    found: Tree | None = None
    while reader.at_relation():
        sign = reader.take()
        second = reader.expression()
        compared = _compared(sign.text, first, second)
        found = _both(found, compared) if found else compared
        first = second
    if found and reader.token.kind == "name" and reader.token.text == "and":
        reader.take()
        found = _both(found, relation(reader))
    return found or first, found is not None


def conditional(reader: Reading, then: Tree) -> Tree:
    """`a if c else b`."""
    reader.take()
    condition = relation(reader)
    token = reader.token
    if not (token.kind == "name" and token.text in ("else", "otherwise")):
        raise Problem("'if' needs an 'else'", then.span.to(condition.span), "Write a if x > 0 else b")
    reader.take()
    otherwise = reader.expression()
    return with_span(chosen(condition, then, otherwise), then.span.to(otherwise.span))


def _compared(sign: str, left: Tree, right: Tree) -> Tree:
    span = left.span.to(right.span)
    if sign == "≠":
        return Binary("-", Number(1.0), Indicator("=", left, right, span), span)
    return Indicator("=" if sign == "==" else sign, left, right, span)


def _both(one: Tree, other: Tree) -> Tree:
    return Binary("*", one, other, one.span.to(other.span))

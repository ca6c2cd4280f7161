"""Slopes: `σ'(z)` as the formula it is, and the derivative of a function that the program defines."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.base.errors import Problem
from core.notation.lexer import Token
from core.notation.reading import Reading
from core.notation.signatures import Signature
from core.notation.tree import (
    Binary,
    Call,
    Indicator,
    Name,
    Negative,
    Number,
    Tree,
    fold,
    remade,
    substituted,
    with_span,
)

ZERO, ONE = Number(0.0), Number(1.0)
Pair = tuple[Tree, Tree]  # a part and its slope


def slope(reader: Reading, token: Token, function: str, primes: int) -> Tree:
    """`σ'(z)`: the slope of a function at a value, as the formula it is."""
    span = reader.since(token)
    if primes > 1:
        raise Problem("A second slope is not computed", span, "Write its formula")
    if not reader.at_sign("(", "{"):
        raise Problem(
            f"'{reader.source(span)}' needs the value it is taken at", span, f"Write {function}'(x)"
        )
    opening = reader.take()
    value = reader.listed(opening, f"{function}'(…)", reader.expression)
    formula = reader.slope_of(function) if len(value) == 1 else None
    if formula is None:
        hint = "Write its formula; the gradients of the program are computed anyway"
        raise Problem(f"The slope of {function} is not a formula of one value", span, hint)
    tree = with_span(substituted(formula, {"x": value[0]}), reader.since(token))
    reader.remark_on_reading(tree, tree.span)
    return tree


def slope_of(
    tree: Tree, name: str, functions: Mapping[str, Signature], formula: Callable[[str], Tree]
) -> Tree:
    """The derivative of a formula with respect to a name, by the rules of calculus, lightly simplified.

    `formula` reads the slope that a function states. Raises Problem for a part whose slope is no formula.
    """

    def combine(part: Tree, found: list[Pair]) -> Pair:
        return remade(part, [tree for tree, _ in found]), _slope(part, found)

    def _slope(part: Tree, found: list[Pair]) -> Tree:
        match part:
            case Number() | Indicator():
                return ZERO
            case Name(own):
                return ONE if own == name else ZERO
            case Negative():
                return _negative(found[0][1])
            case Binary(op) if op in "+-":
                return _sum(op, found[0][1], found[1][1])
            case Binary("/"):
                (a, da), (b, db) = found
                first = _quotient(da, b)
                return _sum("-", first, _quotient(_product(a, db), Binary("^", b, Number(2.0))))
            case Binary("^"):
                return _power(found)
            case Binary():
                (a, da), (b, db) = found
                return _sum("+", _product(da, b), _product(a, db))
            case Call(function) if len(found) == 1 and functions[function].slope:
                outer = substituted(formula(functions[function].slope), {"x": found[0][0]})
                return _product(outer, found[0][1])
        raise Problem("The slope of this part is not a formula", part.span, "Write the slope out")

    def _power(found: list[Pair]) -> Tree:
        (a, da), (b, db) = found
        if db == ZERO:
            less = Number(b.value - 1) if isinstance(b, Number) else Binary("-", b, ONE)
            inner = a if less == ONE else ONE if less == ZERO else Binary("^", a, less)
            return _product(_product(b, inner), da)
        if isinstance(a, Name) and a.name == "e":
            return _product(Binary("^", a, b), db)
        by_log = _product(db, Call("log", (a,)))
        return _product(Binary("^", a, b), _sum("+", by_log, _quotient(_product(b, da), a)))

    return with_span(fold(tree, combine)[1], tree.span)


def _negative(a: Tree) -> Tree:
    return ZERO if a == ZERO else Negative(a)


def _sum(op: str, a: Tree, b: Tree) -> Tree:
    if b == ZERO:
        return a
    if a == ZERO:
        return b if op == "+" else Negative(b)
    return Binary(op, a, b)


def _product(a: Tree, b: Tree) -> Tree:
    if ZERO in (a, b):
        return ZERO
    return b if a == ONE else a if b == ONE else Binary("*", a, b)


def _quotient(a: Tree, b: Tree) -> Tree:
    return ZERO if a == ZERO else Binary("/", a, b)

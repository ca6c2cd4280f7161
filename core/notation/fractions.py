"""Fractions and roots as LaTeX writes them."""

from __future__ import annotations

from contextlib import suppress

from core.base.errors import Problem
from core.notation.lexer import Token
from core.notation.reading import Reading
from core.notation.tree import Binary, Call, Name, Number, Tree


def fraction(reader: Reading, token: Token) -> Tree:
    """`\\frac{a}{b}`, `\\frac12`, `\\frac\\lambda2`, as copied from a slide's source."""
    with reader.level(token):
        parts = [_fraction_part(reader, token) for _ in range(2)]
    return Binary("/", parts[0], parts[1], reader.since(token))


def _fraction_part(reader: Reading, token: Token) -> Tree:
    if reader.at_sign("{"):
        return reader.bracketed(reader.take())
    part = reader.take()
    if part.kind == "number":
        with suppress(ValueError):  # 12x, run together behind a letter, is none
            return Number(float(part.text), part.span)
    if part.kind == "name" and part.text not in reader.functions:
        return Name(part.text, part.span)
    raise Problem("\\frac needs two parts in braces", token.span.to(part.span), "Write \\frac{a}{b}")


def root(reader: Reading, token: Token) -> Tree:
    """`\\sqrt{x}`, `\\sqrt[3]{x}`, `\\sqrt x`."""
    degree: Tree | None = None
    if reader.at_sign("[") and not reader.token.spaced:
        opening = reader.take()
        reader.fences.append("[")
        degree = reader.expression()
        reader.close(opening)
    body = reader.bracketed(reader.take()) if reader.at_sign("{", "(") else reader.operand(token)
    return nth_root(reader, token, degree, body) if degree else Call("sqrt", (body,), reader.since(token))


def nth_root(reader: Reading, token: Token, degree: Tree, body: Tree) -> Tree:
    """A root as a power with the fraction 1/degree."""
    return Binary("^", body, Binary("/", Number(1.0), degree), reader.since(token))

"""Absolute values and norms: what stands between bars."""

from __future__ import annotations

from core.base.errors import Problem, Span
from core.notation.lexer import Token
from core.notation.program import ShapeCondition
from core.notation.reading import Reading
from core.notation.tree import Call, Tree

NORMS = {"1": "l1", "2": "norm", "F": "norm", "": "norm"}


def bars(reader: Reading, opening: Token) -> Tree:
    """`|x|`, `‖x‖`, `‖x‖_1`."""
    with reader.level(opening):
        reader.fences.append(opening.text)
        body = reader.expression()
        closing = reader.close(opening)
    function = "norm" if opening.text == "‖" else "abs"
    if reader.token.kind in ("sub", "under") and not reader.token.spaced:
        which, closing = _which_norm(reader)
        if which not in NORMS:
            hint = "‖x‖₁ adds up the sizes of the entries, ‖x‖₂ is the length"
            raise Problem(f"There is no norm with the number {which}", closing.span, hint)
        function = NORMS[which]
        if which in ("1", "2"):
            need_vector(reader, body, opening.span.to(closing.span))
    return Call(function, (body,), opening.span.to(closing.span))


def need_vector(reader: Reading, body: Tree, span: Span) -> None:
    """Note that a norm with a number is one of a vector: of a matrix it is another one."""
    message, hint = (
        "This norm of a matrix is another number",
        "Write ‖W‖_F for the root of the sum of squares",
    )
    reader.conditions.append(ShapeCondition(body, message, hint, rank=1, at_most=True, span=span))


def _which_norm(reader: Reading) -> tuple[str, Token]:
    """The label of a norm: `_1`, `_{2}`, `_F`, `₂`."""
    token = reader.take()
    if token.kind == "sub":
        return token.text, token
    if reader.at_sign("{"):
        reader.take()
        label = reader.take()
        if not reader.at_sign("}"):
            return "", label
        reader.take()
        return label.text, label
    label = reader.take()
    return label.text, label


def split_bars(reader: Reading) -> None:
    """`|a||b|`: inside single bars a double bar is one that closes and one that opens."""
    token = reader.token
    middle = token.span.start + 1
    reader.tokens[reader.at : reader.at + 1] = [
        Token("bar", "|", Span(token.span.start, middle), token.spaced),
        Token("bar", "|", Span(middle, token.span.end)),
    ]

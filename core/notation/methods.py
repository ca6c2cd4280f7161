"""Methods: `x.tanh()`, `W.T`, `w.dot(x)`."""

from __future__ import annotations

from core.base.errors import Problem, Span
from core.notation import mistaken_calls
from core.notation.arguments import Keywords, arguments, finished, number_of
from core.notation.foreign import translated
from core.notation.lexer import Token
from core.notation.libraries import ALONG_ANY, FOREIGN
from core.notation.reading import Reading
from core.notation.tree import (
    Call,
    Listing,
    Tree,
)


def method(reader: Reading, left: Tree) -> Tree:
    """`x.tanh()`, `W.T`, `w.dot(x)`: the function with what stands before the point as its first value."""
    token = reader.take()
    name = token.text.removeprefix(".")
    span = left.span.to(token.span)
    if name in ("T", "mT"):
        return Call("transpose", (left,), span)
    if name in ("detach", "data"):
        name = "stop_gradient"
    if not reader.at_sign("(") or reader.token.spaced:
        hint = "A point belongs in a number; a product is written ·"
        raise Problem(
            "The character '.' has no meaning here", Span(token.span.start, token.span.start + 1), hint, "·"
        )
    opening = reader.take()
    args: tuple[Tree, ...] = ()
    keywords: Keywords = {}
    if reader.at_sign(")"):
        reader.take()
    else:
        args, keywords = arguments(reader, opening, f"{name}(…)")
    span = reader.since(Token("", "", left.span))
    if name in ("reshape", "view"):
        return _laid_out(left, args, span)
    signature = reader.functions.get(name)
    if name in ("max", "min", "amax", "amin") and args:
        raise mistaken_calls.no_axis(name, span)
    if signature is not None and not (name == "norm" and args):
        if signature.name in ALONG_ANY and len(args) == 1:
            return finished(reader, name, signature, (left,), {"axis": args[0]}, span)
        return finished(reader, name, signature, (left, *args), keywords, span)
    foreign = FOREIGN.get(name)
    if foreign is None:
        raise mistaken_calls.no_such_method(reader, token)
    return translated(reader, name, foreign, (left, *args), keywords, span)


def _laid_out(left: Tree, args: tuple[Tree, ...], span: Span) -> Tree:
    """`x.reshape(2, 3)`, `x.reshape([2, 3])`; `x.view(-1)` is one long vector."""
    if len(args) == 1:
        return (
            Call("flatten", (left,), span)
            if number_of(args[0]) == -1
            else Call("reshape", (left, args[0]), span)
        )
    return Call("reshape", (left, Listing(args, span)), span)

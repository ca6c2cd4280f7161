"""Calls of functions of NumPy, PyTorch and other languages."""

from __future__ import annotations

from core.base.errors import Problem, Span
from core.notation import mistaken_calls
from core.notation.arguments import Keywords, arguments, axis_of, number_of
from core.notation.bars import need_vector
from core.notation.lexer import Token
from core.notation.libraries import FOREIGN, LOSSES, Foreign
from core.notation.reading import Reading
from core.notation.signatures import Signature
from core.notation.tree import Number, Tree, with_span


def foreign_at(reader: Reading, token: Token, library: bool) -> Foreign | None:
    """What a function of another language means here; only behind its library or with brackets."""
    spelled = reader.source(token.span)
    found = FOREIGN.get(spelled) or FOREIGN.get(token.text)
    if not found or token.text in reader.known or not reader.at_sign("("):
        return None
    if found.qualified and not library:
        return None
    return found if library or len(spelled) > 1 else None


def check_library(reader: Reading, first: Token, token: Token, signature: Signature) -> None:
    """Raise a Problem where a library's function of the same name computes something else."""
    if first.kind != "library" or not reader.at_sign("("):
        return
    inside = [inner.text for inner in reader.inside()]
    second = "".join(inside[inside.index(",") + 1 :][:1]) if "," in inside else ""
    span = first.span.to(token.span)
    if token.text in ("max", "min") and (second.isdigit() or second == "-"):
        raise mistaken_calls.no_axis(token.text, span)
    if "jax" in first.text and signature.name == "gelu":
        raise Problem(
            "jax computes gelu by an approximation with tanh", span, "Write gelu(x) for the exact one"
        )
    if first.text.startswith(("tf.", "keras.")) and signature.name == "leaky_relu" and not second:
        raise Problem("TensorFlow has the slope 0.2 here", span, "Write leaky_relu(x, 0.2)")


def foreign_call(reader: Reading, first: Token, token: Token, foreign: Foreign) -> Tree:
    """A call of another language's function, whose name was taken, with the values in its brackets."""
    if token.text in LOSSES and reader.ahead().text == ")":
        raise mistaken_calls.loss_as_a_layer(reader, token)
    opening = reader.take()
    args, keywords = arguments(reader, opening, f"{reader.source(token.span)}(…)")
    span = reader.since(first)
    return translated(reader, reader.source(token.span), foreign, args, keywords, span)


def translated(
    reader: Reading, shown: str, foreign: Foreign, args: tuple[Tree, ...], keywords: Keywords, span: Span
) -> Tree:
    """A call of another language's function as a tree of the program's notation."""
    keywords, axis = axis_of(keywords)
    if axis is not None and not (foreign.along_first and number_of(axis) == 0):
        order = keywords.get("ord", keywords.get("p", args[1] if len(args) > 1 else None))
        said = "l1" if shown == "norm" and order == Number(1.0) else shown
        raise mistaken_calls.no_axis(said, axis.span, f"{number_of(axis) or 0:g}")
    by_name = {}
    for key, value in keywords.items():
        if key not in foreign.keywords or not key or foreign.keywords.index(key) < len(args):
            raise Problem(f"{shown} has no value named {key} here", span, "Write the values in their order")
        by_name[{"min": "least", "max": "most"}.get(key, key)] = value
    if shown in ("amax", "amin") and len(args) == 2:
        raise mistaken_calls.no_axis(shown, span)
    if not foreign.least <= len(args) <= foreign.most - len(by_name):
        usage = f"{shown}({', '.join('xyz'[: foreign.least])})"
        raise mistaken_calls.wrong_count(shown, foreign.least, foreign.most, usage, len(args), span)
    if shown == "norm" and (len(args) > 1 or by_name):
        need_vector(reader, args[0], span)
    try:
        if "delta" in by_name:
            args, by_name = (*args, by_name["delta"]), {}
        tree = foreign.tree(*args, **by_name)
    except Problem as problem:
        raise problem.at(span) from None
    reader.remark_on_reading(tree, span)
    return with_span(tree, span)

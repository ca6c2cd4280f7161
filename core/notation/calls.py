"""Names and functions: calls with brackets and without."""

from __future__ import annotations

from core.base.errors import Problem
from core.notation import mistaken_calls
from core.notation.arguments import arguments, finished, number_of
from core.notation.foreign import check_library, foreign_at, foreign_call
from core.notation.lexer import Token
from core.notation.names import parts
from core.notation.program import ShapeCondition
from core.notation.reading import Reading
from core.notation.signatures import Signature
from core.notation.slopes import slope
from core.notation.tree import Binary, Call, Name, Number, Transposed, Tree

# -- names


def named(reader: Reading, token: Token) -> Tree:
    """A name, or a call if it is a function."""
    library = token.kind == "library"
    first = token
    if library:
        token = reader.take()
        if token.kind != "name":
            raise Problem("A function is missing behind this library", first.span, "Write its name", "")
        constant = {"π": "π", "pi": "π", "e": "e"}.get(token.text)
        if constant and not reader.at_sign("("):
            return Name(constant, first.span.to(token.span))
    signature = reader.functions.get(token.text)
    foreign = foreign_at(reader, token, library)
    if signature is None and foreign is None:
        function = token.text.rstrip("′")
        if function in reader.functions and token.text not in reader.known and reader.at_sign("(", "{"):
            return slope(reader, token, function, len(token.text) - len(function))
        return _plain_name(reader, token, library)
    if reader.token.kind == "prime":
        return slope(reader, token, token.text, len(reader.take().text))
    if foreign and (signature is None or foreign.qualified):
        return foreign_call(reader, first, token, foreign)
    assert signature is not None
    check_library(reader, first, token, signature)
    if reader.at_sign("(", "{", "["):
        return _call(reader, first, token, signature)
    return applied(reader, token, signature)


def _plain_name(reader: Reading, token: Token, library: bool) -> Tree:
    if library:
        raise mistaken_calls.no_such_function(reader, token)
    if parts(token.text).primes and token.text not in reader.known:
        raise mistaken_calls.prime_of_a_name(reader, token)
    opening = reader.at_sign("(", "{") and not reader.token.spaced
    if opening and token.text == "I" and "I" not in reader.known and _holds_relation(reader):
        return reader.bracketed(reader.take())
    if opening and sum(inner.kind == "bar" for inner in reader.inside()) == 1:
        raise mistaken_calls.conditional_probability(reader, token)
    if reader.at_sign("[") and token.text in reader.upright and token.text not in reader.known:
        raise mistaken_calls.no_such_function(reader, token)
    if opening and token.text in reader.known:
        mistaken_calls.refuse_number_for_name(reader, token)
    if token.text not in reader.known and reader.token.kind in ("name", "number"):
        mistaken_calls.refuse_operator(reader, token)
    if reader.at_sign("(") and token.text not in reader.known and not reader.token.spaced:
        mistaken_calls.refuse_unknown_function(reader, token)
    elif reader.at_sign("("):
        mistaken_calls.refuse_list_for_name(reader, token)
    if (
        token.text in ("f", "g", "h")
        and token.text not in reader.known
        and opening
        and reader.ahead().kind == "name"
        and reader.ahead(2).text == ")"
    ):
        shown = reader.source(reader.ahead().span)
        said = f"{token.text}({shown}) is read as {token.text} · {shown}"
        reader.remark(said, token.span.to(reader.ahead(2).span))
    return Name(reader.newest_names.get(token.text, token.text), token.span)


def _holds_relation(reader: Reading) -> bool:
    return any(token.kind == "sign" and token.text in "<>≤≥=≠" for token in reader.inside())


# -- calls


def _call(reader: Reading, first: Token, token: Token, signature: Signature) -> Tree:
    opening = reader.take()
    if opening.text == "{" and signature.most == 1:
        body = reader.bracketed(opening)
        return Call(signature.name, (body,), reader.since(first))
    args, keywords = arguments(reader, opening, f"{reader.source(token.span)}(…)")
    span = reader.since(first)
    if first.kind == "library" and signature.name == "argmax" and len(args) == 1 and not keywords:
        message, hint = (
            "NumPy counts through all entries of a matrix",
            "Write argmax(A, axis=1) for one a row",
        )
        reader.conditions.append(ShapeCondition(args[0], message, hint, rank=1, span=span))
    return finished(reader, token.text, signature, args, keywords, span)


# -- without brackets


def applied(reader: Reading, token: Token, signature: Signature) -> Tree:
    """A function without brackets takes the next factor: `log p`, `sin^2 x`, `\\tanh x`."""
    start = reader.at
    exponent = _function_power(reader, token)
    bracket = reader.at_sign("(", "{", "[")
    if exponent is not None and token.text in reader.defined:
        message = f"A power of {token.text} has two meanings"
        hint = f"Write {token.text}(x)^2 for the square, or {token.text}({token.text}(x))"
        raise Problem(message, reader.since(token), hint)
    if signature.most > 1 or not (bracket or reader.starts_factor()):
        reader.at = start
        raise mistaken_calls.brackets_missing(reader, token, signature.most > 1)
    with reader.level(token):
        if bracket:
            opening = reader.take()
            args, keywords = arguments(reader, opening, f"{token.text}(…)")
            call = finished(reader, token.text, signature, args, keywords, reader.since(token))
        else:
            call = Call(signature.name, (_next_factor(reader, token),), reader.since(token))
            mistaken_calls.refuse_unclear_end(reader, token, call)
            reader.remark_on_reading(call, call.span)
    if exponent is None:
        return call
    return Binary("^", call, exponent, reader.since(token))


def _function_power(reader: Reading, token: Token) -> Tree | None:
    """The power in `sin^2 x` or `sin²x`, which is that of the result."""
    if reader.token.kind == "sup":
        power: Tree = Number(float(reader.token.text), reader.token.span)
        reader.take()
    elif reader.at_sign("^"):
        reader.take()
        power = reader.bracketed(reader.take()) if reader.at_sign("{", "(") else reader.prefix()
    else:
        return None
    if number_of(power) is None or (number_of(power) or 0) <= 0:
        span = reader.since(token)
        hint = f"Write 1/{token.text}(x) for one divided by it; the inverse function has a name of its own"
        raise Problem(f"A power of {token.text} with this exponent has two meanings", span, hint)
    return power


def _next_factor(reader: Reading, token: Token) -> Tree:
    """The next factor: a name or a number with its powers, and what stands against it as in `2x` or `wx`."""
    factor = reader.factor()
    while (
        reader.token.kind in ("name", "number")
        and not reader.token.spaced
        and reader.token.text not in reader.functions
        and isinstance(factor, Name | Number | Binary | Transposed)
    ):
        more = reader.factor()
        factor = Binary(" ", factor, more, factor.span.to(more.span))
    return factor

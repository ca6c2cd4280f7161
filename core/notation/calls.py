"""Names and functions: calls with and without brackets, methods, slopes written with a prime."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from core.errors import Problem, Span
from core.notation import mistakes
from core.notation.lexer import Token
from core.notation.libraries import (
    ALONG_ANY,
    ALONG_LAST,
    FOREIGN,
    IGNORED,
    KEYWORDS,
    LOSSES,
    Foreign,
)
from core.notation.names import parts
from core.notation.signatures import Signature
from core.notation.tree import (
    Binary,
    Call,
    Listing,
    Name,
    Needed,
    Negative,
    Number,
    Transposed,
    Tree,
    substituted,
    with_span,
)

if TYPE_CHECKING:
    from core.notation.expressions import Expressions

ROWS = "a row at a time"
Keywords = dict[str, Tree]


def label_tree(label: str, span: Span) -> Tree:
    """A subscript as the number of an entry: a number, or a name."""
    return Number(float(label), span) if label.isdigit() else Name(label, span)


# -- names


def named(reader: Expressions, token: Token) -> Tree:
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
    foreign = _foreign(reader, token, library)
    if signature is None and foreign is None:
        function = token.text.rstrip("′")
        if function in reader.functions and token.text not in reader.known and reader.at_sign("(", "{"):
            return slope(reader, token, function, len(token.text) - len(function))
        return _plain_name(reader, token, library)
    if reader.token.kind == "prime":
        return slope(reader, token, token.text, len(reader.take().text))
    if foreign and (signature is None or foreign.qualified):
        return _foreign_call(reader, first, token, foreign)
    assert signature is not None
    _check_library(reader, first, token, signature)
    if reader.at_sign("(", "{", "["):
        return _call(reader, first, token, signature)
    return applied(reader, token, signature)


def _check_library(reader: Expressions, first: Token, token: Token, signature: Signature) -> None:
    """Raise a Problem where a library's function of the same name computes something else."""
    if first.kind != "library" or not reader.at_sign("("):
        return
    inside = [inner.text for inner in reader.inside()]
    behind = inside[inside.index(",") + 1 :] if "," in inside else []
    second = behind[0] if behind else ""
    span = first.span.to(token.span)
    if token.text in ("max", "min") and (second.isdigit() or second == "-"):
        raise mistakes.no_axis(token.text, span)
    if "jax" in first.text and signature.name == "gelu":
        raise Problem(
            "jax computes gelu by an approximation with tanh", span, "Write gelu(x) for the exact one"
        )
    if first.text.startswith(("tf.", "keras.")) and signature.name == "leaky_relu" and not second:
        raise Problem("TensorFlow has the slope 0.2 here", span, "Write leaky_relu(x, 0.2)")


def _foreign(reader: Expressions, token: Token, library: bool) -> Foreign | None:
    """What a function of another language means here; only behind its library or with brackets."""
    spelled = _written(reader, token)
    found = FOREIGN.get(spelled) or FOREIGN.get(token.text)
    if not found or token.text in reader.known or not reader.at_sign("("):
        return None
    if found.qualified and not library:
        return None
    return found if library or len(spelled) > 1 else None


def _written(reader: Expressions, token: Token) -> str:
    """A name as it is written: `binary_cross_entropy` may have another spelling as a name."""
    return reader.source(token.span)


def _plain_name(reader: Expressions, token: Token, library: bool) -> Tree:
    if library:
        raise mistakes.no_such_function(reader, token)
    if parts(token.text).primes and token.text not in reader.known:
        raise mistakes.prime_of_a_name(reader, token)
    opening = reader.at_sign("(", "{") and not reader.token.spaced
    if opening and token.text == "I" and "I" not in reader.known and _holds_relation(reader):
        return reader.bracketed(reader.take())
    if opening and sum(inner.kind == "bar" for inner in reader.inside()) == 1:
        raise mistakes.conditional_probability(reader, token)
    if reader.at_sign("[") and token.text in reader.whole and token.text not in reader.known:
        raise mistakes.no_such_function(reader, token)
    if token.text not in reader.known and reader.token.kind in ("name", "number"):
        mistakes.refuse_operator(reader, token)
    if reader.at_sign("(") and token.text not in reader.known and not reader.token.spaced:
        mistakes.refuse_unknown_function(reader, token)
    elif reader.at_sign("("):
        mistakes.refuse_list_for_name(reader, token)
    if (
        token.text in ("f", "g", "h")
        and token.text not in reader.known
        and opening
        and reader.ahead().kind == "name"
        and reader.ahead(2).text == ")"
    ):
        shown = reader.source(reader.ahead().span)
        said = f"{token.text}({shown}) is read as {token.text} · {shown}"
        reader.note(said, token.span.to(reader.ahead(2).span))
    return Name(reader.current.get(token.text, token.text), token.span)


def _holds_relation(reader: Expressions) -> bool:
    return any(token.kind == "sign" and token.text in "<>≤≥=≠" for token in reader.inside())


# -- calls


def _call(reader: Expressions, first: Token, token: Token, signature: Signature) -> Tree:
    opening = reader.take()
    if opening.text == "{" and signature.most == 1:
        body = reader.bracketed(opening)
        return Call(signature.name, (body,), reader.since(first))
    args, keywords = arguments(reader, opening, f"{_written(reader, token)}(…)")
    span = reader.since(first)
    if first.kind == "library" and signature.name == "argmax" and len(args) == 1 and not keywords:
        message, hint = (
            "NumPy counts through all entries of a matrix",
            "Write argmax(A, axis=1) for one a row",
        )
        reader.needed.append(Needed(args[0], message, hint, rank=1, span=span))
    return _finished(reader, token.text, signature, args, keywords, span)


def _finished(
    reader: Expressions,
    shown: str,
    signature: Signature,
    args: tuple[Tree, ...],
    keywords: Keywords,
    span: Span,
) -> Tree:
    """A call with its keywords put in their places and the number of its values checked."""
    keywords, axis = _axis(keywords)
    if axis is None and signature.name in ALONG_LAST and len(args) == 2:
        axis = args[-1]
        args = args[:-1]
    mistakes.refuse_second_value(reader, signature, args, keywords, span)
    args = _placed(shown, signature, args, keywords, span)
    if axis is not None and args:
        return _along(reader, signature, args, axis, span)
    if signature.name == "prod" and len(args) == 2:
        raise mistakes.no_axis(shown, span)
    if not signature.least <= len(args) <= signature.most:
        least, most = signature.least, signature.most
        raise mistakes.wrong_count(shown, least, most, signature.usage, len(args), span)
    return Call(signature.name, args, span)


def arguments(reader: Expressions, opening: Token, what: str) -> tuple[tuple[Tree, ...], Keywords]:
    """The values in a function's brackets, and those that are given by name, such as `dim=-1`."""
    keywords: Keywords = {}

    def one() -> Tree | None:
        if reader.token.kind == "name" and reader.ahead().text == "=" and reader.ahead().kind == "sign":
            key = reader.take()
            reader.take()
            name = _written(reader, key)
            if name in keywords:
                raise Problem(f"{name} is given twice", key.span, "Delete one of them")
            if name == "dtype" and reader.token.kind == "library":
                reader.take()
                reader.take()
                return None
            value = _keyword_value(reader)
            if name in ("keepdims", "keepdim") and value == Number(1.0):
                hint = "Leave it out; to divide each row by its sum write (A^T / sum(A, 1))^T"
                raise Problem(f"{name} is not read", key.span, hint)
            if value is not None:
                keywords[name] = value
            return None
        return reader.relation()

    values = reader.listed(opening, what, one)
    return tuple(value for value in values if value is not None), keywords


def _keyword_value(reader: Expressions) -> Tree | None:
    """The value of a keyword; nothing for None."""
    token = reader.token
    if token.kind == "name" and token.text == "None":
        reader.take()
        return None
    if token.kind == "name" and token.text in ("True", "False"):
        reader.take()
        return Number(float(token.text == "True"), token.span)
    return reader.expression()


def _axis(keywords: Keywords) -> tuple[Keywords, Tree | None]:
    """The keywords that matter, and the axis, however it is called."""
    left = {key: value for key, value in keywords.items() if key not in IGNORED}
    axis = next((left.pop(key) for key in ("dim", "axis") if key in left), None)
    return left, axis


def _placed(
    shown: str, signature: Signature, args: tuple[Tree, ...], keywords: Keywords, span: Span
) -> tuple[Tree, ...]:
    """The values with those given by name at the places the function has for them."""
    inputs = signature.inputs
    found = list(args)
    for key, value in keywords.items():
        port = key if key in inputs else KEYWORDS.get(key, "")
        if port not in inputs:
            raise Problem(f"{shown} has no value named {key}", span, f"Write {signature.usage}")
        if inputs.index(port) != len(found):
            raise Problem(f"{shown} needs the values before {key} too", span, f"Write {signature.usage}")
        found.append(value)
    return tuple(found)


def _number(tree: Tree) -> float | None:
    match tree:
        case Number(value):
            return value
        case Negative(Number(value)):
            return -value
    return None


def _along(reader: Expressions, signature: Signature, args: tuple[Tree, ...], axis: Tree, span: Span) -> Tree:
    """A function along an axis: sums and means take any, softmax and its like work along the last."""
    number = _number(axis)
    if number is None or number != int(number):
        raise Problem("An axis is written as a whole number", axis.span, "Write axis=0 or axis=1")
    if signature.name in ALONG_ANY and len(args) == 1:
        return Call(signature.name, (*args, axis), span)
    if signature.name in ALONG_LAST:
        call = Call(signature.name, args, span)
        if number != -1:
            wanted = int(number) + 1
            said = f"{signature.name} works along the last axis; axis {int(number)} is another one here"
            hint = "Transpose the matrix before and after" if number == 0 else "Leave the axis out"
            reader.needed.append(Needed(args[0], said, hint, rank=wanted, span=span))
        return call
    if signature.elementwise:
        raise Problem(f"{signature.name} has no axis", axis.span, f"Write {signature.usage}")
    raise mistakes.no_axis(signature.name, axis.span)


def _foreign_call(reader: Expressions, first: Token, token: Token, foreign: Foreign) -> Tree:
    if token.text in LOSSES and reader.ahead().text == ")":
        raise mistakes.loss_as_a_layer(reader, token)
    opening = reader.take()
    args, keywords = arguments(reader, opening, f"{_written(reader, token)}(…)")
    span = reader.since(first)
    return translated(reader, _written(reader, token), foreign, args, keywords, span)


def translated(
    reader: Expressions, shown: str, foreign: Foreign, args: tuple[Tree, ...], keywords: Keywords, span: Span
) -> Tree:
    """A call of another language's function as a tree of the program's notation."""
    keywords, axis = _axis(keywords)
    if axis is not None and not (foreign.along_first and _number(axis) == 0):
        order = keywords.get("ord", keywords.get("p", args[1] if len(args) > 1 else None))
        said = "l1" if shown == "norm" and order == Number(1.0) else shown
        raise mistakes.no_axis(said, axis.span, f"{_number(axis) or 0:g}")
    by_name = {}
    for key, value in keywords.items():
        if key not in foreign.keywords or not key or foreign.keywords.index(key) < len(args):
            raise Problem(f"{shown} has no value named {key} here", span, "Write the values in their order")
        by_name[{"min": "least", "max": "most"}.get(key, key)] = value
    if shown in ("amax", "amin") and len(args) == 2:
        raise mistakes.no_axis(shown, span)
    if not foreign.least <= len(args) <= foreign.most - len(by_name):
        usage = f"{shown}({', '.join('xyz'[: foreign.least])})"
        raise mistakes.wrong_count(shown, foreign.least, foreign.most, usage, len(args), span)
    if shown == "norm" and (len(args) > 1 or by_name):
        reader.need_vector(args[0], span)
    try:
        if "delta" in by_name:
            args, by_name = (*args, by_name["delta"]), {}
        tree = foreign.tree(*args, **by_name)
    except Problem as problem:
        raise problem.at(span) from None
    _note_reading(reader, tree, span)
    return with_span(tree, span)


def _note_reading(reader: Expressions, tree: Tree, span: Span) -> None:
    """Say what a part of the text is read as, unless it is written just so."""
    written, shown = reader.source(span), reader.printed(tree)
    if written != shown:
        reader.note(f"{written} is read as {shown}", span)


# -- without brackets


def applied(reader: Expressions, token: Token, signature: Signature) -> Tree:
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
        raise mistakes.brackets_missing(reader, token, signature.most > 1)
    with reader.level(token):
        if bracket:
            opening = reader.take()
            args, keywords = arguments(reader, opening, f"{token.text}(…)")
            call = _finished(reader, token.text, signature, args, keywords, reader.since(token))
        else:
            call = Call(signature.name, (_next_factor(reader, token),), reader.since(token))
            mistakes.refuse_unclear_end(reader, token, call)
            _note_reading(reader, call, call.span)
    if exponent is None:
        return call
    return Binary("^", call, exponent, reader.since(token))


def _function_power(reader: Expressions, token: Token) -> Tree | None:
    """The power in `sin^2 x` or `sin²x`, which is that of the result."""
    if reader.token.kind == "sup":
        power: Tree = Number(float(reader.token.text), reader.token.span)
        reader.take()
    elif reader.at_sign("^"):
        reader.take()
        power = reader.bracketed(reader.take()) if reader.at_sign("{", "(") else reader.prefix()
    else:
        return None
    if _number(power) is None or (_number(power) or 0) <= 0:
        span = reader.since(token)
        hint = f"Write 1/{token.text}(x) for one divided by it; the inverse function has a name of its own"
        raise Problem(f"A power of {token.text} with this exponent has two meanings", span, hint)
    return power


def _next_factor(reader: Expressions, token: Token) -> Tree:
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


# -- methods


def method(reader: Expressions, left: Tree) -> Tree:
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
        raise mistakes.no_axis(name, span)
    if signature is not None and not (name == "norm" and args):
        if signature.name in ALONG_ANY and len(args) == 1:
            return _finished(reader, name, signature, (left,), {"axis": args[0]}, span)
        return _finished(reader, name, signature, (left, *args), keywords, span)
    foreign = FOREIGN.get(name)
    if foreign is None:
        raise mistakes.no_such_method(reader, token)
    return translated(reader, name, foreign, (left, *args), keywords, span)


def _laid_out(left: Tree, args: tuple[Tree, ...], span: Span) -> Tree:
    """`x.reshape(2, 3)`, `x.reshape([2, 3])`; `x.view(-1)` is one long vector."""
    if len(args) == 1:
        return (
            Call("flatten", (left,), span)
            if _number(args[0]) == -1
            else Call("reshape", (left, args[0]), span)
        )
    return Call("reshape", (left, Listing(args, span)), span)


# -- slopes


def slope(reader: Expressions, token: Token, function: str, primes: int) -> Tree:
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
    _note_reading(reader, tree, tree.span)
    return tree


def is_multi_letter(name: str) -> bool:
    """Whether a name is a word: two or more letters before any subscript."""
    return len(re.sub(r"[0-9]", "", parts(name).base)) > 1

"""The sentences for calls that cannot be read: of what is no function, or with values it does not take."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from core.base.errors import Problem, Span
from core.notation.cursor import Cursor
from core.notation.lexer import Token
from core.notation.libraries import FOREIGN, LOSSES, TITLES
from core.notation.names import parts
from core.notation.nearest import nearest
from core.notation.reading import Reading
from core.notation.signatures import Signature
from core.notation.tree import Call, Name, Number, Tree

FACTORS = ("name", "number", "sup", "transpose")


def brackets_missing(cursor: Cursor, function: Token, several: bool = False) -> Problem:
    """The problem of a function without brackets; the fix brackets what follows, up to the next sign.

    A function of `several` values takes those behind commas as well.
    """
    shown = cursor.text[function.span.start : function.span.end]
    if function.text == "abs" and cursor.token.kind == "bar":
        return Problem("|x| is the absolute value already", function.span, "Delete the name", "")
    start = cursor.at + (2 if cursor.at_sign("^") else 1 if cursor.token.kind == "sup" else 0)
    if start > cursor.at and cursor.tokens[min(start, len(cursor.tokens) - 1)].text == "(":
        end, argument = cursor.partner(start) + 1, "{}"
    else:
        end, argument = _run(cursor, start, several), "({})"
    if end == start:
        return Problem(f"'{shown}' is a function and needs brackets", function.span, *_written(f"{shown}(x)"))
    first, last = cursor.tokens[start].span, cursor.tokens[end - 1].span
    power = cursor.text[function.span.end : first.start].strip()
    mended = shown + argument.format(cursor.text[first.start : last.end]) + power
    message = f"'{shown}' is a function and needs brackets"
    if power:
        message = "The power of a function goes behind its brackets"
    return Problem(message, function.span.to(last), *_written(mended))


def _written(mended: str) -> tuple[str, str]:
    return f"Write {mended}", mended


def _run(cursor: Cursor, start: int, several: bool) -> int:
    """Where the factors end that begin at a token, their indices and powers included."""
    end, tokens = start, cursor.tokens
    while tokens[min(end, len(tokens) - 1)].kind in FACTORS:
        end += 1
        then, after = tokens[end], tokens[min(end + 1, len(tokens) - 1)]
        if then.text == "[" and not then.spaced:
            end = cursor.partner(end) + 1
        elif (then.text == "^" and after.kind in ("name", "number")) or (
            several and then.text == "," and after.kind in FACTORS
        ):
            end += 1
    return end


def wrong_count(shown: str, least: int, most: int, usage: str, given: int, span: Span) -> Problem:
    """The problem of a function with too many or too few values."""
    takes = f"{least}" if least == most else f"{least} to {most}"
    plural = "" if takes == "1" else "s"
    return Problem(f"{shown} takes {takes} value{plural}; here it has {given}", span, f"Write {usage}")


def letter_of_a_function(
    tokens: Sequence[Token], places: Sequence[int], called: str, *, valued: bool
) -> Problem:
    """The problem of σ as a width and as the sigmoid; `valued` says that it was given a value."""
    token = tokens[places[0]]
    letter = token.text
    if valued:
        message = f"{letter} has a value and is the {called} too"
        hint = f"Write {letter}·(x) for a product; for the {called} give the value another name"
        return Problem(message, token.span, hint)
    message = f"{letter} is the {called} here and needs a value in brackets"
    free = len(places) == 1 and not any(other.text == "s" for other in tokens)
    return Problem(message, token.span, f"Write {letter}(x), or call the width s", "s" if free else None)


def no_axis(shown: str, span: Span, axis: str = "1") -> Problem:
    """The problem of an axis given to a function that works on all entries."""
    hint = "An axis is read in sum and mean"
    if shown in ("max", "min", "amax", "amin", "prod", "l1"):
        hint = f"For a matrix take it of one row or column at a time, as in {shown}(A[0]) or {shown}(A[:, 0])"
    if shown in ("reduce_sum", "reduce_mean"):
        hint = f"Write {shown.removeprefix('reduce_')}(A, {axis})"
    if shown in ("concatenate", "cat", "concat"):
        hint = "For matrices side by side write concat(A^T, B^T)^T"
    if shown == "norm":
        hint = f"Write sqrt(sum(A ⊙ A, {axis})) for the lengths along an axis"
    return Problem(f"{shown} has no axis here", span, hint)


def refuse_second_value(
    cursor: Reading, function: Signature, args: Sequence[Tree], keywords: Mapping[str, Tree], span: Span
) -> None:
    """Refuse the base of a logarithm and the β of a softplus, with how they are written. Raises Problem."""
    second = keywords.get("beta", args[1] if len(args) == 2 else None)
    if function.name not in ("log", "softplus") or not args or not isinstance(second, Number | Name):
        return
    value, number = cursor.source(args[0].span), cursor.source(second.span)
    if function.name == "softplus":
        mended = f"(softplus({number}·({value}))/{number})"
        raise Problem("softplus takes no β here", span, *_written(mended))
    mended = f"log{number}({value})" if number in ("2", "10") else f"(log({value})/log({number}))"
    raise Problem("log takes no base here", span, *_written(mended))


def loss_as_a_layer(cursor: Reading, token: Token) -> Problem:
    """The problem of a loss that PyTorch makes as a layer first: `nn.BCELoss()(p, t)`."""
    shown = cursor.source(token.span)
    return Problem(f"'{shown}' is a layer of PyTorch", token.span, f"Write {LOSSES[shown]}")


def _meant(name: str, choices: Sequence[str]) -> str:
    """The nearest choice, unless it is the name itself or would make one loss of another."""
    found = nearest(name, choices)
    one, other = (text.lower().replace("_", "") for text in (name, found))
    short_loss = found.lower().endswith("loss") or found in ("mse", "MSE", "bce", "nll")
    return "" if found == name or (short_loss and one != other) else found


def comparison_as_index(cursor: Cursor) -> Problem:
    """The problem of `a[x > 0]`, which chooses entries in NumPy."""
    hint = "Write a ⊙ [x > 0] for a where it holds, else 0"
    return Problem("An index is a number, no comparison", cursor.token.span, hint)


def refuse_unknown_function(cursor: Reading, token: Token) -> None:
    """Refuse a word, or a name in front of a list of values, that looks like a call of an unknown function.

    Raises Problem; a single letter in front of a bracket is a factor.
    """
    comma = cursor.has_comma()
    shown = cursor.source(token.span)
    if shown in LOSSES:
        raise loss_as_a_layer(cursor, token)
    letters = re.sub("[0-9]", "", parts(token.text).base)
    base = replace(parts(token.text), sub="").text
    word = len(letters) > 1 or (base != token.text and base in cursor.functions)
    if not comma and not word:
        return
    message = f"'{shown}' is not a function" + ", so it takes no list of values" * comma
    meant = _meant(shown, list(cursor.functions)) if len(letters) > 2 or comma else ""
    if base != token.text and base in cursor.functions:
        number = parts(token.text).sub
        if base in ("log", "ln") and number:
            said = f"There is no logarithm to base {number}"
            raise Problem(said, token.span, f"Write log(x)/log({number}) with its value for x")
        meant = base
    if meant:
        raise Problem(message, token.span, f"Did you mean {meant}?", meant)
    if not comma and len(letters) == 2 and parts(token.text).base == shown:
        product = " ".join(shown)
        raise Problem(
            message, token.span, f"Write {product} for a product, or define it in a line before", product
        )
    if re.match(r"\(\d+,\d+\)", cursor.text[token.span.end :]):
        raise Problem(message, token.span, "Decimals use a point; a function is defined in a line before")
    inputs = "x, y" if comma else "x"
    hint = f"Define it in a line before, as in {shown}({inputs}) = {inputs.replace(', ', ' + ')}"
    if word and not comma:
        hint += ", or put a space between the factors of a product"
    raise Problem(message, token.span, hint)


def refuse_operator(cursor: Reading, token: Token) -> None:
    """Refuse a name in front of a value that stands for a function: no product is meant. Raises Problem."""
    if token.text in TITLES:
        value = cursor.source(cursor.token.span)
        message = f"{token.text} takes its value in brackets"
        raise Problem(message, token.span, f"Write {token.text}({value})")
    if cursor.source(token.span).startswith("\\operatorname"):
        raise no_such_function(cursor, token)


def refuse_number_for_name(cursor: Reading, token: Token) -> None:
    """Refuse a number in brackets behind a name, as f(3) may be a value of f or a product, and note f(x).

    Raises Problem.
    """
    if cursor.ahead().kind == "number" and cursor.ahead(2).text == ")":
        shown, number = cursor.source(token.span), cursor.ahead().text
        message = f"{shown}({number}) may be a product or a value of a function"
        value = "z" if shown == "x" else "x"
        hint = f"Write {number} {shown} for the product, or {shown}({value}) = … before it for the function"
        raise Problem(message, token.span, hint)
    if cursor.ahead().kind == "name" and cursor.ahead(2).text == ")" and token.text in ("f", "g", "h"):
        span = token.span.to(cursor.ahead(2).span)
        factors = f"{token.text} · {cursor.ahead().text}"
        cursor.remark(f"{cursor.source(span)} is read as the product {factors}", span)


def refuse_list_for_name(cursor: Reading, token: Token) -> None:
    """Refuse values behind commas after a name that has a value and so is no function. Raises Problem."""
    if cursor.has_comma():
        shown = cursor.source(token.span)
        message = f"'{shown}' is not a function, so it takes no list of values"
        raise Problem(message, token.span, f"Define it in a line before, as in {shown}(x, y) = x + y")


def no_such_function(cursor: Reading, token: Token) -> Problem:
    """The problem of a function of a library that the program does not have."""
    shown = cursor.source(token.span)
    if shown in LOSSES:
        return loss_as_a_layer(cursor, token)
    meant = _meant(shown, [*cursor.functions, *FOREIGN])
    hint = f"Did you mean {meant}?" if meant else "The functions are listed in Help"
    return Problem(f"'{shown}' is not a function here", token.span, hint, meant or None)


def conditional_probability(cursor: Reading, token: Token) -> Problem:
    """The problem of p(y | x)."""
    end = cursor.tokens[cursor.partner(cursor.at)].span
    message = "A probability is not computed from a distribution"
    return Problem(message, token.span.to(end), "Write its formula, such as 1/(1 + e^(-z))")


def no_such_method(cursor: Reading, token: Token) -> Problem:
    """The problem of a method that the program does not have."""
    name = token.text.removeprefix(".")
    meant = _meant(name, [*cursor.functions, *FOREIGN])
    span = Span(token.span.start + 1, token.span.end)
    return Problem(
        f"'{name}' is not a function here", span, f"Did you mean {meant}?" if meant else "", meant or None
    )


def prime_of_a_name(cursor: Reading, token: Token) -> Problem:
    """The problem of a prime behind a name without a value: MATLAB's transpose, or a slope."""
    written = cursor.source(token.span)
    shown = replace(parts(token.text), primes=0).text
    hint = f"Write {shown}^T for a transpose; for a slope write its formula, as σ(z)(1 - σ(z)) for that of σ"
    message = f"'{written}' has no value, and {shown} is no function"
    if cursor.ranks.get(shown) == 0:
        return Problem(
            message, token.span, f"Write the formula of the slope, or {written} = … in a line before"
        )
    return Problem(message, token.span, hint, f"{shown}^T")


def refuse_unclear_end(cursor: Reading, function: Token, call: Call) -> None:
    """Refuse `tanh W x`, where the function may be of the next factor or of the product. Raises Problem."""
    token = cursor.token
    if not (
        token.kind in ("name", "number") and token.text not in cursor.functions and cursor.starts_factor()
    ):
        return
    shown = cursor.source(function.span)
    end = _run(cursor, cursor.at, several=False)
    first, last = call.args[0].span, cursor.tokens[max(end - 1, cursor.at)].span
    inside = cursor.source(first.to(last))
    mended = f"{shown}({inside})"
    message = f"Where the argument of '{shown}' ends is not clear"
    alone = f"{shown}({cursor.source(call.args[0].span)})"
    rest = cursor.text[first.end : last.end].strip()
    hint = f"Write {mended} or {alone} {rest}"
    raise Problem(message, function.span.to(last), hint, mended)

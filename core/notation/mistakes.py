"""The sentences for what cannot be read: what is wrong, where, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from core.base.errors import Problem
from core.notation.cursor import RELATIONS, Cursor
from core.notation.lexer import Token, refuse_character
from core.notation.program import Statement
from core.notation.reading import Reading
from core.notation.words import PROSE

ARITHMETIC_SIGNS = set("+-*·/^⊙@")


# -- between statements


def unexpected_after_statement(cursor: Cursor, statement: Statement) -> Problem:
    """The problem of a token that cannot go on with a statement, nor begin another one."""
    token = cursor.token
    if token.text == "=":
        return second_equals(cursor, statement)
    if token.text == "==":
        return Problem("'==' compares", token.span, "Use [a > b] for a comparison", "=")
    if token.text in (")", "]", "}"):
        return closes_nothing(token)
    if token.text == ",":
        return stray_comma(cursor)
    if token.text == ":":
        return stray_colon(token)
    if token.kind in ("sub", "under"):
        return subscript_alone(token, cursor.ahead())
    if token.kind == "name" and token.text in ("and", "or"):
        hint = "Write [x > 0 and y > 0]; for 'or' write cases"
        return Problem(f"'{token.text}' joins comparisons in brackets", token.span, hint)
    following = cursor.ahead()
    if token.text == "<" and following.text == "-" and not following.spaced:
        return Problem("'<-' gives no value", token.span.to(following.span), "Write =", "=")
    if token.kind == "sign" and token.text in RELATIONS + "≠":
        hint = "Write it in square brackets, as in [x > 0]: 1 where it holds, else 0"
        return Problem("A comparison needs square brackets", token.span, hint)
    hint = "Put ; or a new line before it" if cursor.at else ""
    return Problem(f"Did not expect {cursor.display_name(token)} here", token.span, hint)


def second_equals(cursor: Cursor, statement: Statement) -> Problem:
    """The problem of an = behind a statement: a second one, or a formula where the name should be."""
    if statement.name:
        hint = "Give each name its own line, or put ; between them"
        return Problem("A statement can have one =", cursor.token.span, hint)
    message = "Only a single name can stand on the left of ="
    right = cursor.ahead()
    if right.kind == "name" and cursor.ahead(2).kind in ("end", "stop"):
        formula = cursor.text[statement.span.start : statement.span.end]
        turned = f"{cursor.text[right.span.start : right.span.end]} = {formula}"
        return Problem(message, statement.span.to(right.span), f"Write {turned}", turned)
    return Problem(message, statement.span, "Equations are not solved; write a name = its formula")


def stray_comma(cursor: Cursor) -> Problem:
    """The problem of a comma outside a function's brackets: a decimal comma, or a list without any."""
    comma = cursor.token
    around = cursor.tokens[cursor.at - 1], cursor.ahead()
    if all(token.kind == "number" for token in around) and not comma.spaced and not around[1].spaced:
        return Problem("A decimal comma is not understood", comma.span, "Decimals use a point", ".")
    message = "This comma is not between the values of a function"
    if around[1].kind == "name" and cursor.ahead(2).text == "=":
        return Problem(message, comma.span, "Put ; between statements", ";")
    return Problem(message, comma.span, "Write [a, b] for a list; put ; between statements")


def stray_colon(colon: Token) -> Problem:
    """The problem of a colon outside an index."""
    return Problem("The character ':' has no meaning here", colon.span, "Write = to give a name a value", "=")


def subscript_alone(token: Token, behind: Token | None = None) -> Problem:
    """The problem of a subscript behind something that is no name; `behind` is its label after a _."""
    span = token.span.to(behind.span) if token.kind == "under" and behind else token.span
    hint = "Write it behind a name, as in x₁, or behind a norm, as in ‖x‖₁"
    return Problem("This subscript belongs to nothing", span, hint, "")


def closes_nothing(token: Token) -> Problem:
    """The problem of a closing bracket that has no partner."""
    return Problem(f"This '{token.text}' closes nothing", token.span, "Delete it", "")


# -- values that are missing, numbers that are too many


def value_missing(cursor: Cursor, token: Token) -> Problem:
    """The problem of a token, just taken, that stands where a value should."""
    if token.text == ":":
        return stray_colon(token)
    if token.kind == "under":
        return refuse_character(cursor.text, token.span.start)
    if token.kind == "sub":
        return subscript_alone(token)
    before = cursor.tokens[cursor.at - 2] if cursor.at > 1 else None
    if before is None or before.kind == "end":
        if token.text == "=":
            return Problem("A name is missing before this '='", token.span, "Write y = …")
        if token.text in (")", "]", "}"):
            return closes_nothing(token)
        return Problem(
            f"A formula cannot begin with {cursor.display_name(token)}", token.span, "Delete it", ""
        )
    if token.kind in ("stop", "end"):
        hint = "Write one behind it" + ", or delete it" * (before.text in ARITHMETIC_SIGNS)
        return Problem(f"A value is missing after {cursor.display_name(before)}", before.span, hint)
    message = f"A value is missing between {cursor.display_name(before)} and {cursor.display_name(token)}"
    hint = (
        "Delete one of the two" if {before.text, token.text} <= ARITHMETIC_SIGNS else "Write one between them"
    )
    if token.text == "=":
        hint = "A name keeps its value; give the new one a name of its own, as in y = x + 1"
    return Problem(message, before.span.to(token.span), hint)


def number_follows(token: Token, before: str, in_list: bool) -> Problem:
    """The problem of a number right behind something else, whose text is `before`."""
    if token.text.startswith(".") and not token.spaced and before.rstrip(".")[-1:].isdigit():
        return Problem("A number can have one point", token.span, "Delete what is too much", "")
    message = "A number cannot follow directly"
    if in_list:
        return Problem(message, token.span, "Put a comma between the entries of a list", f", {token.text}")
    hint = "Write · for a product, ^ for a power or _ for an index"
    return Problem(message, token.span, hint, f"·{token.text}")


# -- what is no program


def refuse_equation_number(cursor: Reading) -> None:
    """Refuse a number in brackets at the end of a line, which may be the number of the equation."""
    number, closing, end = cursor.ahead(), cursor.ahead(2), cursor.ahead(3)
    if number.kind == "number" and closing.text == ")" and end.kind in ("end", "stop"):
        span = cursor.token.span.to(closing.span)
        shown = cursor.source(span)
        message = f"{shown} may be the number of an equation or a factor"
        raise Problem(message, span, f"Delete it, or write ·{number.text}", "")


def refuse_prose(cursor: Reading) -> None:
    """Refuse words of prose side by side with names. Raises Problem."""
    token = cursor.token
    before = cursor.tokens[cursor.at - 1]
    for word in (before, token):
        if word.kind == "name" and word.text in PROSE and word.text not in cursor.known:
            shown = cursor.source(word.span)
            message = f"'{shown}' is prose, not a formula"
            if word.text in ("for", "where", "when") and _compares(cursor):
                hint = "Write cases, or [x > 0] times the formula where it is 0 elsewhere"
                raise Problem(message, word.span, hint)
            raise Problem(message, word.span, "Leave the words out", "")


def _compares(cursor: Cursor) -> bool:
    """Whether a comparison stands between here and the end of the statement."""
    for token in cursor.tokens[cursor.at :]:
        if token.kind in ("end", "stop"):
            return False
        if token.kind == "sign" and token.text in "<>≤≥≠":
            return True
    return False


def unexpected(cursor: Reading) -> Problem:
    """The problem of a token that cannot stand in a row of a matrix or of cases."""
    return Problem(
        f"Did not expect {cursor.display_name(cursor.token)} here", cursor.token.span, "Put & between entries"
    )


def refuse_derivative(tokens: Sequence[Token], known: Collection[str]) -> None:
    """`d/dx f` asks for what is computed anyhow, unless d or dx have values. Raises Problem."""
    hint = "Type the function alone; its gradients are computed for you"
    for at, (over, line, under) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False)):
        differential = re.fullmatch(r"d[^\W\d_]\w*", under.text)
        asked = (
            line.text == "/" and line.kind == "sign" and differential and re.fullmatch(r"d\w?\d*", over.text)
        )
        if asked and {over.text, under.text}.isdisjoint(known):
            fix = _without(over.text, tokens[at + 3])
            message = f"'{over.text}/{under.text}' asks for a derivative"
            raise Problem(message, over.span.to(under.span), hint, fix)
    for at, token in enumerate(tokens):
        if token.kind == "frac" and (end := _differentials(tokens, at, known)):
            fix = _without(tokens[at + 2].text, tokens[end + 1])
            message = "This fraction asks for a derivative"
            raise Problem(message, token.span.to(tokens[end].span), hint, fix)


def _without(over: str, behind: Token) -> str | None:
    """The fix that leaves out a d/dx in front of its function; that of a dL/dx is none, nor before a sign."""
    opens = behind.kind == "sign" and behind.text in "([{√"
    return "" if over == "d" and (opens or behind.kind not in ("sign", "end", "stop")) else None


def _differentials(tokens: Sequence[Token], at: int, known: Collection[str]) -> int:
    """Where a fraction of differentials such as dL/dw ends, which starts at a token; 0 if it is none."""
    place = at + 1
    for part in ("above", "below"):
        if place >= len(tokens) or tokens[place].text != "{":
            return 0
        inside = place + 1
        first = tokens[inside]
        whole = (
            re.fullmatch(r"d[^\W\d_]?\w*", first.text) and len(first.text) <= 3 and first.text not in known
        )
        if first.kind != "name" or not whole:
            return 0
        while inside < len(tokens) - 1 and tokens[inside].text != "}":
            inside += 1
        if inside - place > 4 or (part == "below" and first.text == "d" and inside - place < 3):
            return 0
        place = inside + 1
    return place - 1

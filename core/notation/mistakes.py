"""The sentences for what cannot be read: what is wrong, where, and what was probably meant."""

from collections.abc import Collection

from core.errors import Problem, Span, place
from core.notation.cursor import CLOSING, RELATIONS, Cursor
from core.notation.lexer import MAX_NAME, Token
from core.notation.tree import Statement

# functions of other languages, and how the lecture writes them
ELSEWHERE = {
    **dict.fromkeys(["dot", "inner"], "w·x"),
    **dict.fromkeys(["matmul", "mm"], "W x"),
    **dict.fromkeys(["transpose", "trans"], "W^T"),
    **dict.fromkeys(["power", "pow"], "x^2"),
    **dict.fromkeys(["multiply", "hadamard"], "x ⊙ y"),
    "add": "x + y",
    "concat": "[x, y]",
    "vector": "[x, y]",
}


def unexpected_after_statement(cursor: Cursor, statement: Statement) -> Problem:
    token = cursor.token
    if token.text == "=" and statement.name:
        hint = "Give each name its own line, or put ; between them"
        return Problem("A statement can have one =", token.span, hint)
    if token.text == "=":
        return Problem("Only a single name can stand on the left of =", statement.span)
    if token.text == "==":
        return Problem("'==' compares", token.span, "Use [a > b] for a comparison", "=")
    if token.text in (")", "]", "}"):
        return closes_nothing(token)
    if token.text == ",":
        return stray_comma(cursor)
    if token.text == ":":
        return stray_colon(token)
    if token.kind == "sign" and token.text in RELATIONS + "≠":
        hint = "Write it in square brackets, as in [x > 0]: 1 where it holds, else 0"
        return Problem("A comparison needs square brackets", token.span, hint)
    return Problem(f"Did not expect {cursor.called(token)} here", token.span)


def stray_comma(cursor: Cursor) -> Problem:
    """The problem of a comma outside a function's brackets: a decimal comma, or a list without any."""
    comma = cursor.token
    around = cursor.tokens[cursor.at - 1], cursor.ahead()
    if all(token.kind == "number" for token in around) and not comma.spaced and not around[1].spaced:
        return Problem("A decimal comma is not understood", comma.span, "Decimals use a point", ".")
    hint = "Write [a, b] for a list; put ; between statements"
    return Problem("This comma is not between the values of a function", comma.span, hint)


def stray_colon(colon: Token) -> Problem:
    """The problem of a colon outside an index."""
    return Problem("The character ':' has no meaning here", colon.span, "Write = to give a name a value", "=")


def value_missing(cursor: Cursor, token: Token) -> Problem:
    """The problem of a token, just taken, that stands where a value should."""
    if token.text == ":":
        return stray_colon(token)
    before = cursor.tokens[cursor.at - 2] if cursor.at > 1 else None
    if before is None or before.kind == "end":
        if token.text == "=":
            return Problem("A name is missing before this '='", token.span, "Write y = …")
        if token.text in (")", "]", "}"):
            return closes_nothing(token)
        return Problem(f"A formula cannot begin with {cursor.called(token)}", token.span)
    if token.kind in ("stop", "end"):
        return Problem(f"A value is missing after {cursor.called(before)}", before.span)
    message = f"A value is missing between {cursor.called(before)} and {cursor.called(token)}"
    return Problem(message, before.span.to(token.span))


def closes_nothing(token: Token) -> Problem:
    return Problem(f"This '{token.text}' closes nothing", token.span, "Delete it", "")


def not_closed(cursor: Cursor, opening: Token) -> Problem:
    """The problem of a bracket that should close here; the fix closes it at the end of the text."""
    text, closing = cursor.text, CLOSING[opening.text]
    at = place(text, opening.span)
    where = f"column {at.column}" if "\n" not in text else f"line {at.line}, column {at.column}"
    found = cursor.called(cursor.token)
    message = f"The '{opening.text}' at {where} is not closed: expected '{closing}' but found {found}"
    if cursor.token.kind != "stop":
        return Problem(message, cursor.token.span)
    end = len(text.rstrip())
    return Problem(message, Span(max(0, end - 1), end), f"Add '{closing}'", text[end - 1 : end] + closing)


def brackets_missing(cursor: Cursor, function: Token) -> Problem:
    """The problem of a function without brackets; the fix brackets what follows, up to the next sign."""
    shown = cursor.text[function.span.start : function.span.end]
    span = function.span
    power_length = 2 if cursor.at_sign("^") else 1 if cursor.token.kind == "sup" else 0
    if power_length and cursor.ahead(power_length).text == "(":
        close = cursor.partner(cursor.at + power_length)
        opening, last = cursor.ahead(power_length).span, cursor.tokens[close].span
        power = cursor.text[function.span.end : opening.start]
        mended = f"{shown}{cursor.text[opening.start : last.end]}{power}"
        message = "The power of a function goes behind its brackets"
        return Problem(message, span.to(last), f"Write {mended}", mended)
    end = cursor.at
    while cursor.tokens[end].kind in ("name", "number", "sup", "transpose"):
        end += 1
        if cursor.tokens[end].text == "[" and not cursor.tokens[end].spaced:
            end = cursor.partner(end) + 1
        elif cursor.tokens[end].text == "^" and cursor.tokens[end + 1].kind in ("name", "number"):
            end += 1
    argument = "x"
    if end > cursor.at:
        last = cursor.tokens[end - 1].span
        argument, span = cursor.text[cursor.token.span.start : last.end], span.to(last)
    mended = f"{shown}({argument})"
    return Problem(f"'{shown}' is a function and needs brackets", span, f"Write {mended}", mended)


def not_a_function(
    cursor: Cursor, token: Token, functions: Collection[str], misspelt: bool
) -> Problem | None:
    """The problem of a name in front of a bracket that is meant as a function: by a comma or a likeness."""
    comma = cursor.has_comma()
    meant = nearest(token.text, functions) if comma or misspelt else ""
    if not comma and not meant:
        return None
    message = f"'{token.text}' is not a function" + ", so it takes no list of values" * comma
    if comma and token.text in ELSEWHERE:
        return Problem(message, token.span, f"Write {ELSEWHERE[token.text]}")
    return Problem(message, token.span, f"Did you mean {meant}?" if meant else "", meant or None)


def nearest(name: str, choices: Collection[str]) -> str:
    """The choice most like a name, or the empty string if none is close."""
    from difflib import get_close_matches  # late: only a mistake needs it

    if len(name) > MAX_NAME:
        return ""
    for choice in choices:
        if choice.lower() == name.lower():
            return choice
    return next(iter(get_close_matches(name, list(choices), 1, 0.6)), "")

"""A place among tokens, from which the reader looks around and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.base.errors import Problem, Span, place
from core.notation.lexer import Token

RELATIONS = "<>≤≥=≠"
CLOSING = {"(": ")", "[": "]", "{": "}", "‖": "‖", "|": "|", "⟨": "⟩"}
MAX_DEPTH = 100
SUM, PRODUCT, POWER = 10, 20, 30  # how tightly signs bind
BINDING = {"+": SUM, "-": SUM, **dict.fromkeys("*·/⊙@", PRODUCT)}


class Cursor:
    """`at` is the number of the token that comes next; `fences` are the brackets that are open."""

    def __init__(self, text: str, tokens: list[Token]):
        self.text, self.tokens, self.at = text, tokens, 0
        self.fences: list[str] = []
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def ahead(self, steps: int = 1) -> Token:
        return self.tokens[min(self.at + steps, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def at_sign(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in signs

    def at_relation(self) -> bool:
        return self.token.kind == "sign" and (self.token.text in RELATIONS or self.token.text == "==")

    @contextmanager
    def level(self, token: Token) -> Iterator[None]:
        """One level of nesting: a bracket, a function or a root. Raises Problem beyond MAX_DEPTH."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_deep(token)
        yield
        self.depth -= 1

    def close(self, opening: Token) -> Token:
        """Take the bracket that closes `opening`. Raises Problem where another token stands."""
        self.fences.pop()
        closing = CLOSING[opening.text]
        if self.token.text == closing and self.token.kind in ("sign", "bar", "bars"):
            return self.take()
        raise not_closed(self, opening)

    def display_name(self, token: Token) -> str:
        """How a sentence names a token."""
        if token.kind == "stop":
            return "the end of the program"
        if token.text == "\n":
            return "the end of the line"
        return f"'{self.text[token.span.start : token.span.end]}'"

    def partner(self, at: int) -> int:
        """Where the bracket that opens at a token closes, or else the statement's last token."""
        depth = 0
        for last in range(at, len(self.tokens)):
            depth += nesting(self.tokens[last])
            if depth == 0:
                return last
            if self.tokens[last].kind in ("end", "stop") and depth <= 0:
                return last - 1
        return len(self.tokens) - 2

    def inside(self) -> list[Token]:
        """The tokens directly in the bracket that opens here, not those of brackets within."""
        depth, found = 0, []
        for token in self.tokens[self.at : -2]:
            depth += nesting(token)
            if depth == 0:
                break
            if depth == 1:
                found.append(token)
        return found

    def has_comma(self) -> bool:
        """Whether a comma stands directly in the bracket that opens here."""
        return any(token.text == "," for token in self.inside())


def too_deep(token: Token) -> Problem:
    """The problem of a bracket, a function or a root that is nested too deeply."""
    return Problem(f"This is nested deeper than {MAX_DEPTH} levels", token.span, "Name a part of it")


def not_closed(cursor: Cursor, opening: Token) -> Problem:
    """The problem of a bracket that should close here; the fix closes it at the end of the text, or here."""
    text, closing, token = cursor.text, CLOSING[opening.text], cursor.token
    at = place(text, opening.span)
    where = f"column {at.column}" if "\n" not in text else f"line {at.line}, column {at.column}"
    message = f"The '{opening.text}' at {where} is not closed: expected '{closing}' but found "
    message += cursor.display_name(token)
    if text[opening.span.start : opening.span.end] == "||" and "bar" in (t.kind for t in cursor.tokens):
        return Problem(message, opening.span, "Write abs(…) for the outer bars where bars stand in bars")
    if token.kind == "stop":
        end = len(text.rstrip())
        return Problem(message, Span(max(0, end - 1), end), f"Add '{closing}'", text[end - 1 : end] + closing)
    if token.text == ";" and opening.text == "[":
        hint = "Entries have commas between them, and rows brackets of their own: [[1, 2], [3, 4]]"
        return Problem(message, token.span, hint, ",")
    if token.text in (")", "]", "}"):
        return Problem(message, token.span, f"Write '{closing}' instead", closing)
    return Problem(message, token.span, f"Add '{closing}' before it")


def nesting(token: Token) -> int:
    """1 for an opening bracket, −1 for a closing one."""
    if token.kind in ("begin", "finish"):
        return 1 if token.kind == "begin" else -1
    if token.kind != "sign":
        return 0
    return (token.text in "([{⟨") - (token.text in ")]}⟩")

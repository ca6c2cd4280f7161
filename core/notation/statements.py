"""Tokens set apart into statements."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.base.errors import Problem
from core.notation.lexer import Token
from core.notation.words import CONDITIONS

OPENING, CLOSING = "([{⟨", ")]}⟩"


def set_apart(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with statements set apart: no line ends in brackets, an end before ', y ='."""
    found: list[Token] = []
    depth: list[str] = []
    last = len(tokens) - 1
    skipped = 0  # tokens before this one are left out
    for at, token in enumerate(tokens):
        if at < skipped:
            continue
        if token.kind == "end" and token.text == "\n" and depth:
            continue
        if token.kind == "sign" and token.text in OPENING:
            depth.append(token.text)
        elif token.kind == "sign" and token.text in CLOSING and depth:
            depth.pop()
        elif token.kind == "begin":
            depth.append("begin")
        elif token.kind == "finish" and depth:
            depth.pop()
        comma = token.kind == "sign" and token.text == ","
        if (comma or token.kind == "gap") and not depth:
            following = tokens[min(at + 1, last)]
            if comma and following.kind == "gap":
                continue
            if behind := _remark(tokens, at + 1):
                skipped = behind
                continue
            if following.kind == "name" and following.text in ("where", "with") and _assigns(tokens, at + 2):
                skipped = at + 2
            behind_comma = not comma and at > 0 and tokens[at - 1].text == ","
            signed = behind_comma and following.kind == "sign" and following.text in "-+"
            starts = signed or (not comma and _starts_statement(following))
            if skipped > at or _assigns(tokens, at + 1) or starts:
                found.append(Token("end", ";", token.span, token.spaced))
                continue
            if comma and following.kind in ("end", "stop") and found:
                continue
        if token.kind != "gap":
            found.append(token)
    return found


def _starts_statement(token: Token) -> bool:
    """Whether a token behind a wide space begins another statement."""
    if token.kind == "name":
        return token.text not in CONDITIONS
    if token.kind in ("number", "frac", "root", "reduce", "begin", "bar", "bars", "library", "indicator"):
        return True
    return token.kind == "sign" and token.text in "([{√⟨"


def _remark(tokens: Sequence[Token], at: int) -> int:
    """Where what stands in brackets behind a formula ends, if it is the equation's number; 0 if it is none.

    Raises Problem for a condition, which changes what the formula is.
    """
    opening = tokens[min(at, len(tokens) - 1)]
    if opening.kind != "sign" or opening.text not in ("(", "["):
        return 0
    end, depth = at, 0
    while end < len(tokens) - 1:
        depth += (tokens[end].text in "([") - (tokens[end].text in ")]") if tokens[end].kind == "sign" else 0
        end += 1
        if not depth:
            break
    if tokens[end].kind not in ("end", "stop", "finish"):
        return 0
    inside = tokens[at + 1 : end - 1]
    number = "".join(token.text for token in inside)
    if re.fullmatch(r"[0-9.]+[a-z]?|[a-z]|[ivx]+|\*+", number):
        return end
    if any(token.kind == "sign" and token.text in "<>≤≥≠=" for token in inside):
        span = opening.span.to(tokens[end - 1].span)
        hint = "Write cases, or [x > 0] times the formula where it is 0 elsewhere"
        raise Problem("A condition behind a formula is not read", span, hint)
    return 0


def _assigns(tokens: Sequence[Token], at: int) -> bool:
    """Whether a statement that gives a name a value starts at a token."""
    if at + 1 >= len(tokens) or tokens[at].kind != "name":
        return False
    behind = at + 1
    if tokens[behind].text == "(":
        while behind < len(tokens) - 1 and tokens[behind].text != ")":
            if tokens[behind].kind not in ("name", "sign") or tokens[behind].text == "=":
                return False
            behind += 1
        behind += 1
    return behind < len(tokens) and tokens[behind].kind == "sign" and tokens[behind].text == "="

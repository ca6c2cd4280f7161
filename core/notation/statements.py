"""Plain tokens set apart into statements."""

from __future__ import annotations

from collections.abc import Sequence

from core.notation.lexer import Token

OPENING, CLOSING = "([{⟨", ")]}⟩"


def set_apart(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with statements set apart: no line ends in brackets, an end before ', y ='."""
    found: list[Token] = []
    depth: list[str] = []
    last = len(tokens) - 1
    for at, token in enumerate(tokens):
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
                found.append(Token("end", ";", token.span, token.spaced))
                continue
            if _assigns(tokens, at + 1):
                found.append(Token("end", ";", token.span, token.spaced))
                continue
            if comma and following.kind in ("end", "stop") and found:
                continue
        if token.kind != "gap":
            found.append(token)
    return found


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

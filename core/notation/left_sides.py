"""The left sides of statements: a name, or a call such as f(x, y), and whether it defines a function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from core.base.errors import Problem
from core.notation.cursor import Cursor
from core.notation.lexer import Token


class Side(Struct, frozen=True):
    """A name, or a call such as f(x, y), on the left of =; `end` is the number of the token behind the =."""

    name: Token
    parameters: tuple[str, ...] | None
    end: int


class Uses(Struct, frozen=True):
    """How a program uses its names: which are `called`, how often each is `named`, all `texts` of tokens.

    `begun` are the texts with which statements begin, but the first, each with the last place where one does;
    `last` is the last of these places.
    """

    called: set[str]
    named: Mapping[str, int]
    texts: set[str]
    begun: Mapping[str, int]
    last: int


def uses_in(tokens: list[Token]) -> Uses:
    """How the tokens of a program use its names."""
    begun = _begun(tokens)
    named = Counter(token.text for token in tokens if token.kind == "name")
    texts = {token.text for token in tokens}
    return Uses(_called(tokens), named, texts, begun, max(begun.values(), default=0))


def sides_at(cursor: Cursor) -> list[Side]:
    """The left sides that stand here, each behind the =; none if no = follows a name or a call."""
    found: list[Side] = []
    at = cursor.at
    while (side := side_at(cursor, at)) is not None:
        found.append(side)
        at = side.end
    return found


def side_at(cursor: Cursor, at: int) -> Side | None:
    """The left side that starts at a token, or None if no = follows a name or a call there."""
    name = cursor.tokens[at]
    if name.kind != "name":
        return None
    behind, parameters = at + 1, None
    if cursor.tokens[behind].kind == "sign" and cursor.tokens[behind].text == "(":
        inside = behind + 1
        found: list[str] = []
        while cursor.tokens[inside].kind == "name" or cursor.tokens[inside].text in (",", "|", ";"):
            if cursor.tokens[inside].kind == "name":
                found.append(cursor.tokens[inside].text)
            inside += 1
        if cursor.tokens[inside].text != ")" or not found:
            inside, found = _end_of_call(cursor, behind), []
            if not inside:
                return None
        behind, parameters = inside + 1, tuple(found)
        if cursor.tokens[behind].kind == "sub":
            behind += 1
        elif cursor.tokens[behind].kind == "under" and cursor.tokens[behind + 1].kind == "name":
            behind += 2
    sign = cursor.tokens[min(behind, len(cursor.tokens) - 1)]
    if sign.kind == "sign" and sign.text == "=":
        if parameters == ():
            _refuse_formula(cursor, at, behind)
        return Side(name, parameters, behind + 1)
    return None


def _refuse_formula(cursor: Cursor, at: int, equals: int) -> None:
    """Refuse a formula as the value of a function on the left, as in f(x + 1) = x.

    ℓ(w·x + b, y) = … is a value named ℓ where w·x + b stands on the right too. Raises Problem.
    """
    inside = cursor.tokens[at + 2 : equals - 1]
    calculated = any(token.kind == "number" or token.text in ("+", "-") for token in inside)
    if not calculated or any(token.text == "|" for token in inside):
        return
    formula = cursor.text[inside[0].span.start : inside[-1].span.end]
    end = next((t.span.start for t in cursor.tokens[equals:] if t.kind == "end"), len(cursor.text))
    right = cursor.text[cursor.tokens[equals].span.end : end]
    if any(part.replace(" ", "") in right.replace(" ", "") for part in formula.split(",") if len(part) > 1):
        return
    name = cursor.tokens[at].text
    span = cursor.tokens[at].span.to(cursor.tokens[equals - 1].span)
    message = f"Between these brackets stands {formula}, not the name of a value"
    raise Problem(message, span, f"Write {name}(x) = … for a function, or {name} = … for a value")


def _end_of_call(cursor: Cursor, at: int) -> int:
    """Where the bracket at a token closes in its statement, as in p(y | x, θ) = …; 0 if it does not."""
    end = cursor.partner(at)
    inside = cursor.tokens[at : end + 1]
    plain = not any(token.text == "=" or (token.kind == "end" and token.text == "\n") for token in inside)
    return end if cursor.tokens[end].text == ")" and plain else 0


def is_function(cursor: Cursor, side: Side, uses: Uses) -> bool:
    """Whether a left side defines a function.

    It does where it is called somewhere, and where it has names for its values, is neither used as a name nor
    the last line, nor made of names that get their values below.
    """
    name = side.name.text
    if name in uses.called:
        return True
    if uses.named[name] > 1 or not side.parameters:
        return False
    end = side.end
    while cursor.tokens[end].kind not in ("end", "stop"):
        end += 1
    body = {token.text for token in cursor.tokens[side.end : end] if token.kind == "name"}
    return uses.last > end and not any(uses.begun.get(text, 0) > end for text in body)


def _begun(tokens: Sequence[Token]) -> dict[str, int]:
    """The texts with which statements begin, but the first, each with the last place where one does."""
    return {
        token.text: at
        for at, (before, token) in enumerate(pairwise(tokens), start=1)
        if before.kind == "end" and token.kind not in ("end", "stop")
    }


def _called(tokens: list[Token]) -> set[str]:
    """The names that are called somewhere, not only where they are defined."""
    found: set[str] = set()
    for at, token in enumerate(tokens[:-1]):
        behind = at + 2 if tokens[at + 1].kind in ("prime", "sup") else at + 1
        if tokens[behind].text == "^" and tokens[min(behind + 1, len(tokens) - 1)].kind == "number":
            behind += 2
        if token.kind != "name" or tokens[behind].text != "(":
            continue
        starts = at == 0 or tokens[at - 1].kind == "end" or tokens[at - 1].text == "="
        if not (starts and _closes_before_equals(tokens, behind)):
            found.add(token.text.rstrip("′"))
    return found


def _closes_before_equals(tokens: list[Token], at: int) -> bool:
    while at < len(tokens) - 1 and tokens[at].text != ")":
        at += 1
    return tokens[min(at + 1, len(tokens) - 1)].text == "="

"""Trees back to text: the reading, fully bracketed, and the shortest text that reads as the same tree."""

from __future__ import annotations

import re

from core.base.numbers import SUPERSCRIPTS, typed_text
from core.notation.program import Program, Statement
from core.notation.tree import (
    Binary,
    Call,
    Index,
    Indicator,
    Listing,
    Name,
    Negative,
    Number,
    Range,
    Reduction,
    Transposed,
    Tree,
    fold,
    left_over,
)

STRENGTH = {"+": 1, "-": 1, "*": 2, "·": 2, " ": 2, "/": 2, "⊙": 2, "@": 2, "^": 4}
ATOM = 6


def reading(program: Program) -> str:
    """The program as it was understood: every product has its sign, every nesting its brackets."""
    return "; ".join(_statement(statement) for statement in program.statements)


def _statement(statement: Statement) -> str:
    text = expression_text(statement.tree, reading=True)
    if statement.name is None:
        return text
    parameters = f"({', '.join(statement.parameters)})" if statement.parameters else ""
    return f"{statement.name}{parameters} = {text}"


def expression_text(tree: Tree, reading: bool = False) -> str:
    """A tree as text that reads back as the same tree; a reading brackets every product and power in full."""
    return fold(tree, lambda part, found: _print(part, found, reading))[0]


def _print(part: Tree, found: list[tuple[str, int]], reading: bool) -> tuple[str, int]:
    """The text of a part and how strongly it holds together."""
    texts = [text for text, _ in found]
    match part:
        case Number(value):
            text = typed_text(value)
            return (f"−{text[1:]}", 3) if text.startswith("-") else (text, ATOM)
        case Name(name):
            return name, ATOM
        case Negative():
            return "−" + _wrap(found[0], 4), 3
        case Binary(op):
            return _binary(op, found, reading), STRENGTH[op]
        case Call(function):
            return f"{function}({', '.join(texts)})", ATOM
        case Transposed():
            return _wrap(found[0], 5) + "^T", 5
        case Listing(items):
            lone = len(items) == 1 and not isinstance(items[0], Listing)  # [x] alone only groups
            return f"[{', '.join(texts)}{',' * lone}]", ATOM
        case Indicator(relation):
            return f"[{texts[0]} {relation} {texts[1]}]", ATOM
        case Index():
            grouped = part.grouped(texts)
            places = (_range(*own) if isinstance(place, Range) else own[0] for place, own in grouped)
            return f"{_wrap(found[0], 5)}[{', '.join(places)}]", 5
        case Reduction():
            raise left_over(part)


def _range(start: str, stop: str = "") -> str:
    return ":" if (start, stop) == ("0", "") else f"{start}:{stop}"


def _binary(op: str, found: list[tuple[str, int]], reading: bool) -> str:
    left, right = found
    strength = STRENGTH[op]
    if op == "^":
        # after ^ a T would be read as the transpose
        exponent = f"({right[0]})" if right[0].startswith("T") else _wrap(right, 5 if reading else 3)
        if reading and re.fullmatch("−?[0-9]+", right[0]):
            return _wrap(left, 5) + right[0].translate(SUPERSCRIPTS)
        return f"{_wrap(left, 5)}^{exponent}"
    if reading:
        # sums of sums need no brackets to be clear; everything else gets them
        needed = strength if op in "+-" else ATOM - 2
        least = ATOM - 2 if right[0].startswith("−") else max(needed, strength + 1)
        sign = {" ": "·", "-": "−"}.get(op, op)
        return f"{_wrap(left, needed)} {sign} {_wrap(right, least)}"
    if op == " " and right[0][0].isdigit():
        # a number alone in brackets may be that of an equation
        inside = f"({right[0]})" if right[1] > STRENGTH["^"] else right[0]
        return f"{_wrap(left, strength)} ({inside})"
    if op == " " and right[0][0] in "[−|":
        return f"{_wrap(left, strength)} ({right[0]})"
    sign = {" ": " ", "/": "/", "-": " − "}.get(op, f" {op} ")
    return f"{_wrap(left, strength)}{sign}{_wrap(right, strength + 1)}"


def _wrap(printed: tuple[str, int], least: int) -> str:
    text, strength = printed
    return text if strength >= least else f"({text})"

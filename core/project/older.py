"""Programs of older files: their text as it is to be written today, so that it means what it meant.

Until file version 2 a single entry in square brackets was a list, a name could go on behind a subscript in
digits, an unknown LaTeX command was a name, and a number in brackets above a name was a power.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from itertools import pairwise
from typing import Any

from msgspec import Struct

from core.base.errors import Problem
from core.graph.programs import free_names, read_program
from core.notation import commands
from core.notation.lexer import LETTER, SIGN, Token, raw_tokens
from core.notation.names import GREEK, canonical
from core.ops import FUNCTIONS
from core.training.choices import L2, NETWORK

# the commands that had a meaning then; every other one was a name
SILENT = set(
    "left right big Big bigl bigr mathbf mathrm boldsymbol bm text operatorname quad displaystyle".split()
)
SIGNS = set("cdot times odot circ le leq ge geq lVert rVert lvert rvert div | top sqrt frac".split())
OLD_NAME = re.compile(rf"{LETTER}(?:_?{SIGN}|_\{{(?:{SIGN}){{1,40}}\}})*")
LABEL = re.compile(r"[^\W_]+(?:[+-][^\W_]+)?")
VALUE_ENDS = {"name", "number", "sup", "sub", "transpose", "prime", "bars", "bar", "layer", "fraction"}


# of trainings until file version 7: the number that Adagrad added to its root was another than that of others
ADAGRAD_EPSILON = 1e-10


def as_today(lab: Mapping[str, Any]) -> Mapping[str, Any]:
    """The training settings of a file, those of older ones by their names of today.

    Until file version 7 there was one seed for data and weights, and the loss of every sample of a network
    could have the penalty λ ‖W‖²: L2 regularisation at twice the rate, or where the losses of a batch are
    added at that for each of its samples.
    """
    found = {name: value for name, value in lab.items() if name not in ("seed", "decay")}
    if "seed" in lab:
        found = {"data_seed": lab["seed"], "weights_seed": lab["seed"], **found}
        if lab.get("optimizer") == "adagrad":
            found = {"eps": ADAGRAD_EPSILON, **found}
    decay = lab.get("decay", 0)
    if decay != 0 and lab.get("trains", NETWORK) == NETWORK:
        summed = lab["batch"] if lab.get("reduction") == "sum" and type(lab.get("batch")) is int else 1
        rate = 2 * decay * summed if type(decay) in (int, float) else decay
        found = {"regularisation": L2, "l2_rate": rate, **found}
    return found


class Upgraded(Struct, frozen=True):
    """A program's text as it is written today, the new names of those renamed, and what to say of it."""

    text: str
    names: dict[str, str]
    said: str = ""


def upgraded(text: str, names: Collection[str], matrices: Collection[str]) -> Upgraded:
    """The text of an older file for today's reader; `matrices` are the names whose values are matrices.

    A text that could not be read then either is kept as it is.
    """
    renamed = {name: new for name in names if (new := _present_name(name)) != name}
    before = text
    text = _renamed(text)
    try:
        tokens = raw_tokens(text)
    except Problem:
        return Upgraded(before, renamed)
    changes: list[tuple[int, int, str]] = []
    for change in (_lists, _commands, _powers, _points, _lines):
        changes += change(text, tokens)
    changes += _reciprocals(text, tokens, matrices)
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    said = []
    if text != before:
        said.append(
            "The program was saved by an older version and is now in today's notation; it means the same"
        )
    if missing := _without_values(text, [renamed.get(name, name) for name in names]):
        said.append(f"The file has no values for {', '.join(missing)}; new ones were chosen")
    return Upgraded(text, renamed, ". ".join(said))


def _without_values(text: str, names: Collection[str]) -> list[str]:
    """The names of a program that have no value, if it can be read."""
    try:
        program = read_program(text, list(names))
    except Problem:
        return []
    return [name for name in free_names(program) if name not in names]


def _present_name(name: str) -> str:
    """The one spelling that a name of an older file has today."""
    if len(match := [*OLD_NAME.finditer(name)]) == 1 and match[0][0] == name.rstrip("′'"):
        return canonical(_joined(name))
    return name


def _joined(name: str) -> str:
    """`x_1y`, which was one name, without what would end it today."""
    return re.sub(rf"_([0-9]+)(?={LETTER})", r"\1", name)


def _renamed(text: str) -> str:
    """The text with names that would be cut today written so that they are not."""
    remarks = [match.span() for match in re.finditer(r"#[^\n]*", text)]

    def at(match: re.Match[str]) -> str:
        inside = any(start <= match.start() < end for start, end in remarks)
        return match[0] if inside or text[match.start() - 1 : match.start()] == "\\" else _joined(match[0])

    return OLD_NAME.sub(at, text)


Changes = list[tuple[int, int, str]]
Change = Callable[[str, list[Token]], Changes]


def _is(token: Token, *signs: str) -> bool:
    return token.kind == "sign" and token.text in signs


def _partner(tokens: list[Token], at: int) -> int:
    """Where the bracket that opens at a token closes, or −1."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += _is(tokens[place], "(", "[", "{") - _is(tokens[place], ")", "]", "}")
        if not depth:
            return place
    return -1


def _lists(text: str, tokens: list[Token]) -> Changes:
    """`[x]` was a list of one entry: `[x,]` today."""
    found: Changes = []
    for at, token in enumerate(tokens):
        if not _is(token, "[") or (end := _partner(tokens, at)) < 0:
            continue
        before = tokens[at - 1] if at else None
        ends_value = before and (before.kind in VALUE_ENDS or _is(before, ")", "]", "}"))
        called = before and before.kind == "name" and before.text in FUNCTIONS
        if ends_value and not called and not token.spaced:
            continue  # an index
        depth, entries = 0, 1
        relation = False
        for inner in tokens[at + 1 : end]:
            depth += _is(inner, "(", "[", "{") - _is(inner, ")", "]", "}")
            entries += not depth and (_is(inner, ",") or inner.kind == "end")
            relation = relation or (not depth and _is(inner, "<", ">", "≤", "≥", "=", "≠", "=="))
        whole = end == at + 1 or (_is(tokens[at + 1], "[") and _partner(tokens, at + 1) == end - 1)
        if entries == 1 and not relation and not whole:
            start = tokens[end].span.start
            found.append((start, start, ","))
    return found


def _commands(text: str, tokens: list[Token]) -> Changes:
    """`\\foo` was the name foo."""
    found: Changes = []
    for token in tokens:
        if token.kind not in ("latex", "text", "begin", "finish"):
            continue
        match = re.match(r"\\([A-Za-z]+)", text[token.span.start : token.span.end])
        word = match[1] if match else "|"
        known = (
            word in SILENT | SIGNS
            or word in FUNCTIONS
            or (word in GREEK and word not in commands.SIGN_COMMANDS)
        )
        if known and word not in ("ell", "varrho", "varsigma"):
            continue
        start, end = token.span.start, token.span.start + 1 + len(word)
        pad = " " if text[start - 1 : start].isalnum() else ""
        found.append((start, end, pad + word))
    return found


def _powers(text: str, tokens: list[Token]) -> Changes:
    """`x^{(2)}` and `x^(2)` were powers."""
    found: Changes = []
    for at, token in enumerate(tokens):
        if not _is(token, "^"):
            continue
        braced = _is(tokens[at + 1], "{")
        opening = at + 2 if braced else at + 1
        if not _is(tokens[opening], "(") or (closing := _partner(tokens, opening)) < 0:
            continue
        label = text[tokens[opening].span.end : tokens[closing].span.start]
        whole = not braced or _is(tokens[closing + 1], "}")
        if whole and LABEL.fullmatch(label):
            start = tokens[at + 1].span.start
            end = tokens[closing + 1 if braced else closing].span.end
            found.append((start, end, f"({label})" if label.startswith("T") else f"{{{label}}}"))
    return found


def _points(text: str, tokens: list[Token]) -> Changes:
    """`2.x` was 2 times x."""
    return [
        (token.span.start + 1, token.span.start + 1, " ")
        for before, token in pairwise(tokens)
        if token.kind == "method" and before.kind == "number" and not token.spaced
    ]


def _lines(text: str, tokens: list[Token]) -> Changes:
    """A line that began with + was a statement of its own."""
    return [
        (token.span.start, token.span.start, ";")
        for token, behind in pairwise(tokens)
        if token.text == "\n" and _is(behind, "+")
    ]


def _reciprocals(text: str, tokens: list[Token], matrices: Collection[str]) -> Changes:
    """`W^{-1}` of a matrix was 1 divided by each entry."""
    found: Changes = []
    for at, token in enumerate(tokens):
        base = tokens[at - 1] if at else token
        of_matrix = base.text in matrices or (matrices and _is(base, ")"))
        if not of_matrix:
            continue
        if token.kind == "sup" and token.text == "-1":
            found.append((token.span.start, token.span.end, "^(0 - 1)"))
        elif _is(token, "^"):
            match = re.match(
                r"\^\s*(?:-\s*1(?![\d.])|\{\s*-\s*1\s*\}|\(\s*-\s*1\s*\))", text[token.span.start :]
            )
            if match:
                found.append((token.span.start, token.span.start + match.end(), "^(0 - 1)"))
    return found

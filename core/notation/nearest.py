"""Names that were meant: the nearest known one, and what a name that looks like something else is not."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from heapq import nsmallest

from core.notation.lexer import MAX_NAME

LOOKED_AT = 4  # choices that share most pairs of letters with a name are compared letter by letter
SEEMING = (
    (re.compile("Π|PI"), "{0} is a name of its own; the number is written π"),
    (re.compile(r"([^\W\d_]\d*)T([^\W\d_]\d*)"), "{0} is one name; a transpose is written {1}^T {2}"),
)


def seeming(name: str, functions: Collection[str]) -> str:
    """What to say of a name without a value that may not be meant as one, or the empty string."""
    function = name.rstrip("0123456789′")[:-1]
    if len(function) > 1 and function in functions:
        return f"{name} is one name; the function is written {function}({name.removeprefix(function)})"
    for pattern, said in SEEMING:
        if match := pattern.fullmatch(name):
            return said.format(name, *match.groups())
    return ""


def nearest(name: str, choices: Sequence[str]) -> str:
    """The choice a name was meant for, by its look, or the empty string if none is close.

    One slip for every three letters counts as close, and so does a choice that the name is the start of.
    Of choices that are equally near it is the first.
    """
    if len(name) > MAX_NAME:
        return ""
    plain = name.lower()
    likely = nsmallest(LOOKED_AT, choices, key=lambda choice: len(_pairs(choice.lower()) ^ _pairs(plain)))
    slips = {choice: _slips(plain, choice.lower()) for choice in likely}
    close = [choice for choice in likely if slips[choice] <= max(len(name), len(choice)) // 3]
    begun = [choice for choice in choices if len(name) > 2 and choice.startswith(name)]
    return min(close, key=lambda choice: slips[choice], default=min(begun, key=len, default=""))


@lru_cache(1024)
def _pairs(word: str) -> frozenset[str]:
    """The neighbouring letters of a word, its ends included."""
    return frozenset(map(str.__add__, f" {word}", f"{word} "))


def _slips(one: str, other: str) -> int:
    """How many letters must be put in, left out, changed, or swapped with the next to get the other word."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            least = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and wanted == one[i - 2]:
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, above = above, row
    return above[-1]

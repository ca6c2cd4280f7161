"""The space between neighbours in a formula, by TeX's rules (The TeXbook, chapter 18 and appendix G)."""

from __future__ import annotations

from itertools import pairwise

from app.formula.boxes import Class

Classes = tuple[Class, Class]
"""The classes a part shows to its left and to its right neighbour."""

_MU_BY_STEP = (0, 3, 4, 5)
"""Thin, medium and thick space in eighteenths of an em."""

# steps of space after the class of the row and before the class of the column; steps in parentheses are left
# out in scripts, and a star is a pair that cannot occur because the operator counts as an ordinary sign there
_TABLE = """
         ord  op   bin  rel  open close punct inner
 ord      0    1   (2)  (3)   0    0     0    (1)
 op       1    1    *   (3)   0    0     0    (1)
 bin     (2)  (2)   *    *   (2)   *     *    (2)
 rel     (3)  (3)   *    0   (3)   0     0    (3)
 open     0    0    *    0    0    0     0     0
 close    0    1   (2)  (3)   0    0     0    (1)
 punct   (1)  (1)   *   (1)  (1)  (1)   (1)   (1)
 inner   (1)   1   (2)  (3)  (1)   0    (1)   (1)
"""


def _read_table() -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """The table as em per pair of classes, once for text and once for scripts."""
    heading, *lines = (line.split() for line in _TABLE.strip().splitlines())
    in_text: dict[tuple[str, str], float] = {}
    in_scripts: dict[tuple[str, str], float] = {}
    for left, *entries in lines:
        for right, entry in zip(heading, entries, strict=True):
            space = 0.0 if entry == "*" else _MU_BY_STEP[int(entry.strip("()"))] / 18
            in_text[left, right] = space
            in_scripts[left, right] = 0.0 if entry.startswith("(") else space
    return in_text, in_scripts


_IN_TEXT, _IN_SCRIPTS = _read_table()


def spaces(parts: list[Classes], *, script: bool) -> list[float]:
    """The space before each part, in em; the first is 0."""
    table = _IN_SCRIPTS if script else _IN_TEXT
    parts = _signs_demoted(parts)
    return [0.0, *(table[left[1], right[0]] for left, right in pairwise(parts))] if parts else []


def _signs_demoted(parts: list[Classes]) -> list[Classes]:
    """An operator without a left or right operand, as the minus of `−x`, counts as an ordinary sign."""
    result: list[Classes] = []
    for part in parts:
        if part[0] == "bin" and (not result or result[-1][1] in ("bin", "op", "rel", "open", "punct")):
            part = ("ord", "ord")
        if part[0] in ("rel", "close", "punct") and result and result[-1][1] == "bin":
            result[-1] = ("ord", "ord")
        result.append(part)
    if result and result[-1][1] == "bin":
        result[-1] = ("ord", "ord")
    return result

"""Small pieces of mathematics stated as text: what stands in a node's circle, how a formula writes a call.

A single letter is a variable, several are a word. Raised and lowered signs and what follows ^ or _ are
scripts, √ reaches over what follows it, brackets and bars are fences. `{x}` is a part that is given as x; a
hole gets brackets where no fence is around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from core.math.mathtree import Digits, Fenced, Kind, Letter, Math, Root, Scripts, Sign, Word, row
from core.notation.names import SUBSCRIPTS, SUPERSCRIPTS

HOLE = Sign("⋅", "ord")  # a part that has no name
FENCES = {"(": ")", "[": "]", "|": "|", "‖": "‖"}
KINDS: Mapping[str, Kind] = {",": "punct", **dict.fromkeys("><≥≤=", "rel")}
PLAIN = {**SUBSCRIPTS, **SUPERSCRIPTS, "ᵀ": "⊤"}
_RAISED, _LOWERED = "".join({*SUPERSCRIPTS, "ᵀ"}), "".join(SUBSCRIPTS)
_LETTER = rf"[^\W\d_{_RAISED}{_LOWERED}]"
_MARK = re.compile(
    rf"\{{(?P<given>\w+)\}}|(?P<sup>[{_RAISED}]+|\^)|(?P<sub>[{_LOWERED}]+|_)"
    rf"|(?P<word>{_LETTER}{{2,}}(?: {_LETTER}{{2,}})*)|(?P<letter>{_LETTER})|(?P<digits>\d+)|(?P<sign>.)"
)


class _Mark(NamedTuple):
    kind: str
    text: str


def marked(text: str, given: Mapping[str, Math] | None = None, words: Kind = "ord") -> Math:
    """The mathematics that a text says; its words are text, or functions if they are of the kind `op`."""
    return _Reader(_marks(text), given, words).until("") if given else _of_itself(text, words)


@lru_cache(256)
def _of_itself(text: str, words: Kind) -> Math:
    return _Reader(_marks(text), {}, words).until("")


@lru_cache(256)
def _marks(text: str) -> tuple[_Mark, ...]:
    return tuple(_Mark(match.lastgroup or "", match[match.lastgroup or 0]) for match in _MARK.finditer(text))


class _Reader:
    """Reads marks one after the other."""

    def __init__(self, marks: Sequence[_Mark], given: Mapping[str, Math], words: Kind):
        self.marks, self.given, self.words = [*reversed(marks)], given, words
        self.fenced = False

    def until(self, end: str) -> Math:
        """The parts up to a sign, which is taken as well, or up to the end."""
        parts = []
        while self.marks:
            if self.marks[-1].text == end:
                self.marks.pop()
                break
            if self.marks[-1].text == " ":
                self.marks.pop()
            else:
                parts.append(self.part())
        return parts[0] if len(parts) == 1 else row(*parts)

    def part(self) -> Math:
        """One part and its scripts."""
        kind, text = self.marks.pop()
        match kind:
            case "given":
                found = self.given[text]
                if found == HOLE and not self.fenced:
                    found = Fenced("(", HOLE, ")")
            case "word":
                found = Word(text, self.words)
            case "letter":
                found = Letter(text)
            case "digits":
                found = Digits(text)
            case _ if text == "√":
                found = Root(self.part())
            case _ if text in FENCES:
                outside, self.fenced = self.fenced, True
                body = self.until(FENCES[text])
                self.fenced = outside
                found = Fenced(text, row(body) if text == "(" else body, FENCES[text])
            case _:
                found = Sign(text, KINDS.get(text, "ord"))
        while self.marks and self.marks[-1].kind in ("sup", "sub"):
            kind, text = self.marks.pop()
            script = self.until(" ") if text in "^_" else _script(text)
            found = Scripts(found, sup=script) if kind == "sup" else Scripts(found, sub=script)
        return found


def _script(text: str) -> Math:
    """What raised or lowered signs say."""
    plain = "".join(PLAIN[sign] for sign in text)
    return Digits(plain) if plain.isdigit() else Letter(plain) if plain.isalpha() else Sign(plain, "ord")

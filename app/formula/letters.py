"""How a name is written: which letters are italic, which accents and primes it carries."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from msgspec import Struct

_PRIMES = {"'": 1, "\N{RIGHT SINGLE QUOTATION MARK}": 1, "′": 1, "″": 2, "‴": 3}
_DOTLESS = {"i": "ı", "j": "ȷ"}
_ABOVE = 230
"""Unicode's combining class of the accents that stand above a letter."""


def _italics() -> dict[str, str]:
    """The italic of each letter; capital Greek letters stay upright, as in LaTeX."""
    latin = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    table = {letter: chr(0x1D434 + i) for i, letter in enumerate(latin)}
    greek = "αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ"
    table |= {letter: chr(0x1D6FC + i) for i, letter in enumerate(greek)}
    # the italic h was in Unicode before the other italic letters, as Planck's constant
    return table | {"h": "ℎ", "ı": "\U0001d6a4", "ȷ": "\U0001d6a5"}


_ITALICS = _italics()


def italic(character: str) -> str:
    """The mathematical italic of a letter; any other character as it is."""
    return _ITALICS.get(character, character)


def is_accent(character: str) -> bool:
    """Whether this is a combining accent that stands above its letter."""
    return unicodedata.combining(character) == _ABOVE


def _alphabets() -> dict[str, dict[str, str]]:
    """The letters of other alphabets. Bold small Greek letters are slanted as well, as in LaTeX."""
    latin = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    bold = {letter: chr(0x1D400 + i) for i, letter in enumerate(latin)}
    bold |= {digit: chr(0x1D7CE + i) for i, digit in enumerate("0123456789")}
    bold |= {letter: chr(0x1D6A8 + i) for i, letter in enumerate("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡϴΣΤΥΦΧΨΩ")}
    bold |= {letter: chr(0x1D736 + i) for i, letter in enumerate("αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑϰϕϱϖ")}
    script = {letter: chr(0x1D49C + i) for i, letter in enumerate(latin)}
    # these were in Unicode before the others
    script |= dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))
    return {"bold": bold, "calligraphic": script}


ALPHABETS = _alphabets()


class Name(Struct, frozen=True):
    """A name taken apart: `ŷ′` has the stem `y`, the accent U+0302 and one prime."""

    stem: str
    accents: tuple[str, ...] = ()
    primes: int = 0


@lru_cache(maxsize=4096)
def read_name(text: str, face: str = "") -> Name:
    """Take a name apart; the stem is ready to be drawn, a single letter in italics.

    With a `face` it is in that alphabet, if this has all its letters.
    """
    alphabet = ALPHABETS.get(face, {})
    stem, primes = split_primes(text)
    letter, *accents = list(unicodedata.normalize("NFD", stem)) or [""]
    if accents and all(map(is_accent, accents)):
        return Name(alphabet.get(letter) or italic(_DOTLESS.get(letter, letter)), tuple(accents), primes)
    composed = unicodedata.normalize("NFC", stem)
    if composed and all(letter in alphabet for letter in composed):
        return Name("".join(alphabet[letter] for letter in composed), (), primes)
    return Name(italic(composed), (), primes)


def split_primes(text: str) -> tuple[str, int]:
    """A name without the primes at its end, and how many these are."""
    stem = text.rstrip("".join(_PRIMES)) or text
    return stem, count_primes(text[len(stem) :])


def count_primes(text: str) -> int:
    """How many primes a text consists of; 0 if it is anything else."""
    return sum(_PRIMES[mark] for mark in text) if text and all(mark in _PRIMES for mark in text) else 0

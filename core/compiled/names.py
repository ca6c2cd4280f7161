"""Python names for what a program names: safe, and each given once."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

# what every listing uses itself
TAKEN = "np dtype size parameters gradient forward backward step one two half zero".split()


class Names:
    """Gives out identifiers; a wish that is taken gets an underscore, or a number for `numbered` ones."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*TAKEN, *taken}
        self._last: Counter[str] = Counter()

    def new(self, wish: str) -> str:
        """An identifier as near to the wish as can be."""
        name = identifier(wish)
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def numbered(self, stem: str) -> str:
        """The next free of `t1`, `t2`, …"""
        number = self._last[stem] + 1
        while f"{stem}{number}" in self._taken:
            number += 1
        self._last[stem] = number
        return self.new(f"{stem}{number}")


def identifier(text: str) -> str:
    """A valid Python identifier that is no keyword; the text itself if it is one."""
    text = unicodedata.normalize("NFKC", text)
    if not text.isidentifier():
        text = re.sub(r"\W", "_", text)
    if not text.isidentifier() or keyword.iskeyword(text):
        text = f"_{text}"
    return text


def literal(value: object) -> str:
    """A number or nested list of numbers as Python text; infinities and NaN are NumPy's."""
    return re.sub(r"\b(inf|nan)\b", r"np.\1", repr(value))

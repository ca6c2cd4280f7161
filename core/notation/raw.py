"""The tokens of a text as it was typed, from which those who make plain ones of them look around."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from core.base.errors import Problem
from core.notation.cursor import MAX_DEPTH, too_deep
from core.notation.lexer import Token, assigned
from core.notation.names import Parts


class Named(Struct, frozen=True):
    """A name that starts at some token: what it is made of, whether it is one word on purpose, its end."""

    made: Parts
    upright: bool
    end: int
    transposed: bool = False
    face: str = ""


class Raw:
    """Tokens as they were typed in `raw`, in one spelling in `out`.

    `functions` are the names of functions, `known` those that have values. `single_name` says that the
    text is one name: `x^(2)` is no power then.
    """

    def __init__(
        self,
        text: str,
        tokens: list[Token],
        functions: Collection[str],
        known: Collection[str],
        single_name: bool = False,
    ):
        self.text, self.raw, self.functions = text, tokens, functions
        self.known = {*known, *assigned(tokens)}
        self.single_name = single_name
        self.out: list[Token] = []

    def _at(self, at: int) -> Token:
        return self.raw[min(at, len(self.raw) - 1)]

    def _is(self, at: int, *signs: str) -> bool:
        token = self._at(at)
        return token.kind == "sign" and token.text in signs

    def _brace(self, at: int) -> bool:
        """Whether a brace for grouping, not one that is to be seen, opens here."""
        return self._is(at, "{")

    def _group(self, at: int) -> int:
        """Where the brace that opens at a token closes. Raises Problem if it does not, or is too deep."""
        depth = 0
        for place in range(at, len(self.raw)):
            if self._is(place, "{"):
                depth += 1
                if depth > MAX_DEPTH:  # refused here, as each level would look for its end again
                    raise too_deep(self.raw[place])
            elif self._is(place, "}"):
                depth -= 1
                if not depth:
                    return place
        span = self.raw[at].span
        end = len(self.text.rstrip())
        message = f"The '{{' at column {_column(self.text, span.start)} is not closed: expected '}}'"
        raise Problem(message, span, "Add '}'" if end else "")

    def _closing(self, at: int) -> int:
        """Where the brace that opens at a token closes, or the last token."""
        depth = 0
        for place in range(at, len(self.raw)):
            depth += self._is(place, "{") - self._is(place, "}")
            if not depth:
                return place
        return len(self.raw) - 1

    def _emit(self, kind: str, text: str, start: int, behind: int | None = None) -> None:
        last = self._at((start + 1 if behind is None else behind) - 1)
        first = self._at(start)
        self.out.append(Token(kind, text, first.span.to(last.span), first.spaced))


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at)

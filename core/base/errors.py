"""What goes wrong, said so that a user can act on it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct


class Span(Struct, frozen=True):
    """A stretch of the program's text: characters `start` up to, not including, `end`."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The stretch from the start of this one to the end of another."""
        return Span(self.start, other.end)


class Place(Struct, frozen=True):
    """A span as people count: the first line is 1, the first column is 1."""

    line: int
    column: int
    end_column: int


def place(text: str, span: Span) -> Place:
    """Where a span lies; a span that runs over a line's end is cut there."""
    line_start = text.rfind("\n", 0, span.start) + 1
    line_end = text.find("\n", span.start)
    line_end = len(text) if line_end < 0 else line_end
    end = max(min(span.end, line_end), span.start + 1)
    return Place(text.count("\n", 0, span.start) + 1, span.start - line_start + 1, end - line_start + 1)


def cut(text: str, most: int = 40) -> str:
    """Something a user wrote, short enough for a sentence."""
    return text if len(text) <= most else text[: most - 3] + "…"


def either(words: Iterable[str]) -> str:
    """Words to choose from: `a, b or c`."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


LONGEST = 500  # characters of a sentence


def legible(sentence: str, most: int = LONGEST) -> str:
    """A sentence that may quote anything, short enough to be read: a long one loses its middle."""
    if len(sentence) <= most:
        return sentence
    half = most // 2 - 2
    return f"{sentence[:half]} … {sentence[-half:]}"


class Problem(ValueError):
    """A sentence for the user: what is wrong, where in the program, and what would mend it.

    `hint` says what to do; `fix`, where there is one, is the text to put in the span's place.
    """

    def __init__(self, message: str, span: Span | None = None, hint: str = "", fix: str | None = None):
        message = legible(message)
        super().__init__(message)
        self.message, self.span, self.hint, self.fix = message, span, legible(hint), fix

    def at(self, span: Span) -> Problem:
        """The same problem with a place, unless it already has one."""
        return self if self.span else Problem(self.message, span, self.hint, self.fix)

    def __str__(self) -> str:
        stop = "" if self.message.endswith("?") else "."
        return f"{self.message}{stop} {self.hint}" if self.hint else self.message

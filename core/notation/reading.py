"""What all parts of the grammar share: the program read so far, remarks on it, expressions read on demand."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from core.base.errors import Problem, Span
from core.notation.cursor import CLOSING, Cursor
from core.notation.lexer import Token
from core.notation.program import Remark, ShapeCondition
from core.notation.signatures import Signature
from core.notation.tree import Tree

Part = TypeVar("Part")


class Reading(Cursor, ABC):
    """A program being read; `functions` are those known so far, `known` names have values."""

    def __init__(self, text: str, tokens: list[Token], functions: dict[str, Signature], known: set[str]):
        super().__init__(text, tokens)
        self.functions, self.known = functions, known
        self.remarks: dict[Remark, None] = {}  # each once, in their order
        self.conditions: list[ShapeCondition] = []
        self.defined: set[str] = set()  # functions that the program defines
        self.definitions: dict[
            str, tuple[tuple[str, ...], Tree]
        ] = {}  # the same, with parameters and formula
        self.ranks: Mapping[str, int] = {}  # how many axes the values of names have, where they are given
        self.upright: Collection[str] = ()  # names that were written upright, as one word
        # how far the terms behind a sum reach: first and last token, end in the text, by the number of fences
        self.sum_ends: dict[int, tuple[int, int, int]] = {}
        self.newest_names: dict[str, str] = {}  # the newest name of one that was changed with +=

    def remark(self, message: str, span: Span, other: str = "") -> None:
        self.remarks[Remark(message, span, other)] = None

    def source(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def since(self, token: Token) -> Span:
        """From a token to the one taken last."""
        return token.span.to(self.tokens[self.at - 1].span)

    def remark_on_reading(self, tree: Tree, span: Span) -> None:
        """Say what a part of the text is read as, unless it is written just so."""
        written, shown = self.source(span), self.printed(tree)
        if written != shown:
            self.remark(f"{written} is read as {shown}", span)

    def listed(self, opening: Token, what: str, part: Callable[[], Part]) -> tuple[Part, ...]:
        """What stands, between commas, up to the bracket that closes `opening`: at least one part."""
        closing = CLOSING[opening.text]
        if self.at_sign(closing):
            span = opening.span.to(self.token.span)
            raise Problem(f"{what} needs a value between the brackets", span, "Write one there")
        found = []
        with self.level(opening):
            self.fences.append(opening.text)
            while True:
                if self.at_sign(","):
                    raise Problem("A value is missing before this comma", self.token.span, "Delete it", "")
                found.append(part())
                if not self.at_sign(","):
                    break
                self.take()
                if self.at_sign(closing) and opening.text in "[(":
                    break  # [x,] is a list of one entry, and f(x,) is f(x)
            self.close(opening)
        return tuple(found)

    # -- what the grammar reads, and what is printed of it

    @abstractmethod
    def expression(self, binding: int = 0) -> Tree:
        """Read an expression whose signs bind tighter than `binding`."""

    @abstractmethod
    def prefix(self) -> Tree:
        """Read what an expression starts with: a number, a name, a sign, a bracket."""

    @abstractmethod
    def factor(self) -> Tree:
        """Read one factor with its powers, transposes and indices."""

    @abstractmethod
    def operand(self, token: Token) -> Tree:
        """Read what a root without brackets is taken of."""

    @abstractmethod
    def bracketed(self, opening: Token) -> Tree:
        """Read `(…)` or `{…}`: a formula, a comparison, or `{a \\over b}`."""

    @abstractmethod
    def starts_factor(self) -> bool:
        """Whether the next token can start a factor."""

    @abstractmethod
    def printed(self, tree: Tree) -> str:
        """How a remark shows a tree."""

    @abstractmethod
    def slope_of(self, function: str) -> Tree | None:
        """The slope of a function as a formula of x, or None where there is none."""

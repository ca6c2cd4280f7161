"""Every spelling of a formula to the same tokens: LaTeX from a slide, Unicode, NumPy and PyTorch text.

What comes out is names, numbers, signs and a few words of structure; each token keeps the place it has in the
text that was typed, so that a message points at what the user sees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from msgspec import Struct

from core.base.errors import Problem, Span, cut
from core.notation import commands
from core.notation.lexer import Token, raw_tokens, refuse_character
from core.notation.macros import Macros
from core.notation.names import Parts, canonical, parts
from core.notation.statements import set_apart
from core.notation.words import CONDITIONS, FOREIGN


class NormalisedTokens(Struct, frozen=True):
    """Tokens in one spelling, as they are read; `spelled` is how the text spells each name first.

    `upright` are names that were written upright, as one word: they stay one. `faces` are the alphabets of
    names that are not written plainly: bold, calligraphic, or with an arrow.
    """

    tokens: list[Token]
    upright: frozenset[str]
    spelled: dict[str, str]
    faces: dict[str, str]


def normalised(text: str, functions: Collection[str], known: Collection[str]) -> NormalisedTokens:
    """The tokens of a program in one spelling; `known` are names that have values. Raises Problem."""
    formulas = re.sub(r"#[^\n]*", lambda remark: " " * len(remark[0]), text)
    for pattern, message, hint in FOREIGN:
        match = re.search(pattern, formulas)
        if match and match[0].split()[0] not in known:
            raise Problem(message.format(match[0].strip(" (")), Span(match.start(), match.end()), hint)
    return _Normaliser(text, raw_tokens(text), functions, known).result()


def name_of(text: str) -> str:
    """The name a text is, in its one spelling, however it is written. Raises Problem."""
    found = _Normaliser(text, raw_tokens(text), (), (), single_name=True).result().tokens
    if [token.kind for token in found] != ["name", "stop"]:
        hint = "A name is letters and digits, such as w1"
        raise Problem(f"'{cut(text)}' is not a name", Span(0, max(1, len(text))), hint)
    return found[0].text


def node_name(text: str) -> str:
    """The name of a node in its one spelling: a name however it is written, or the text of a constant."""
    try:
        return name_of(text)
    except Problem:
        return canonical(text)


class _Normaliser(Macros):
    """Walks the raw tokens; a method named after a kind of token takes it and returns what comes next."""

    def result(self) -> NormalisedTokens:
        at = 0
        while at < len(self.raw):
            at = self._step(at)
        self._check_ended()
        return NormalisedTokens(set_apart(self.out), frozenset(self.upright), self.spelled, self.faces)

    def _step(self, at: int) -> int:
        token = self.raw[at]
        if reduction := self._reduction_at(at):
            return reduction
        if named := self._name_at(at):
            return self._emit_name(named, at)
        handle: Callable[[int], int] | None = getattr(self, f"_{token.kind}", None)
        if handle:
            return handle(at)
        self._emit(token.kind, token.text, at)
        return at + 1

    def _reduction_at(self, at: int) -> int:
        """`\\sum`, `∑`, `Σ_i` and `sum_i` begin a sum over an index."""
        token = self.raw[at]
        if token.kind == "latex" and token.text in commands.REDUCTIONS:
            self._emit("reduce", commands.REDUCTIONS[token.text], at)
            return at + 1
        if token.kind == "sum":
            self._emit("reduce", token.text, at)
            return at + 1
        if (
            token.kind == "latex"
            and token.text in ("max", "min")
            and self._at(at + 1).kind in ("under", "sub")
        ):
            self._emit("reduce", token.text, at)
            return at + 1
        kinds = {"Σ": "sum", "Π": "prod", **{kind: kind for kind in ("sum", "prod", "max", "min")}}
        if token.kind != "name" or self.single_name or token.text in self.known or self._is(at + 1, "="):
            return 0
        made = parts(token.text)
        if made.base not in kinds or made.accent or made.layer:
            return 0
        most = 3 if made.base in ("Σ", "Π") else 1  # sum_xy is a name
        if made.sub and len(made.sub) <= most and made.sub.isalpha():
            span = token.span
            self.out.append(
                Token("reduce", kinds[made.base], Span(span.start, span.start + len(made.base)), token.spaced)
            )
            self.out.append(Token("sub", made.sub, Span(span.start + len(made.base), span.end)))
            return at + 1
        if not made.sub and self._at(at + 1).kind in ("under", "sub") and not self._at(at + 1).spaced:
            self._emit("reduce", kinds[made.base], at)
            return at + 1
        return 0

    def _text(self, at: int) -> int:
        """Words among formulas: `if` and `otherwise` mean something, others are prose."""
        token = self.raw[at]
        words = token.text.strip(" .,;:").split()
        if words in (["where"], ["with"], ["and"]) and not self._in_table():
            self._emit("gap", "", at)
            return at + 1
        if any(word not in CONDITIONS | {"for", "when"} for word in words) or not words:
            said = f"'{cut(token.text.strip())}' is prose, not a formula"
            raise Problem(said, token.span, "Leave it out", "")
        for word in words:
            self._emit("name", word, at)
        return at + 1

    def _library(self, at: int) -> int:
        self._emit("library", self.raw[at].text, at)
        return at + 1

    def _point(self, at: int) -> int:
        """A point at the end of a formula is the sentence's."""
        following = self._at(at + 1)
        if (
            following.kind == "number"
            and following.text.startswith(".")
            and at
            and self.raw[at - 1].kind == "number"
        ):
            raise Problem("A number can have one point", following.span, "Delete what is too much", "")
        if following.kind not in ("end", "stop", "break", "finish") or not self.out:
            raise refuse_character(self.text, self.raw[at].span.start)
        return at + 1

    def _dots(self, at: int) -> int:
        message, hint = commands.REFUSED["dots"]
        raise Problem(message, self.raw[at].span, hint)

    def _sup(self, at: int) -> int:
        """Raised signs: a number stays a power, letters make an exponent in brackets."""
        token = self.raw[at]
        if re.fullmatch(r"[+-]?[0-9]+", token.text) and not token.text.startswith("+"):
            self._emit("sup", token.text, at)
            return at + 1
        self._emit("sign", "^", at)
        self._emit("sign", "(", at)
        inner = re.findall(r"[0-9]+|[A-Za-z]|[+-]", token.text)
        for part in inner:
            kind = "number" if part.isdigit() else "name" if part.isalpha() else "sign"
            self._emit(kind, part, at)
        self._emit("sign", ")", at)
        return at + 1

    def _end(self, at: int) -> int:
        if self.raw[at].text == "\n":
            if self._in_table():
                return at + 1
            if self._is(at + 1, "+", "=", "·", "*", "/") and self.out and self.out[-1].kind != "end":
                return at + 1  # a formula on several lines
        self._emit("end", self.raw[at].text, at)
        return at + 1

    def _sign(self, at: int) -> int:
        token = self.raw[at]
        if token.text == "&":
            if self._in_table():
                self._emit("align", "&", at)
            elif not self.environments and not self._is(at + 1, "=") and not self._loose_rows():
                raise refuse_character(self.text, token.span.start)
            return at + 1
        if token.text == "∛":
            self._emit("root3", "3", at)
            return at + 1
        if token.text == "^" and (primes := self._layer_at(at, Parts("x"))) and "′" in primes[0]:
            self._emit("prime", primes[0], at, primes[1])
            return primes[1]
        self._emit("sign", token.text, at)
        return at + 1

    def _loose_rows(self) -> bool:
        return any(token.kind == "break" for token in self.raw)

"""Names among raw tokens: letters in any alphabet with their accents, subscripts, layers and primes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from msgspec.structs import replace

from core.base.errors import Problem
from core.notation import commands
from core.notation.labels import Labels
from core.notation.lexer import Token, check_name
from core.notation.names import Parts, canonical, parts
from core.notation.raw import Named
from core.notation.words import CONDITIONS

# commands that only choose the alphabet, with a group or a letter behind them
_STYLES = "|".join(sorted(map(re.escape, commands.STYLES | commands.SWITCHES), key=len, reverse=True))
_STYLED_GROUP = re.compile(rf"\\(?:{_STYLES})(?![A-Za-z])\s*\{{([^{{}}]*)\}}")
_STYLED_LETTER = re.compile(rf"\\(?:{_STYLES})(?![A-Za-z])\s*(\\?\w+)")
_BRACED = re.compile(r"^\{([^{}]*)\}")


class Naming(Labels):
    """Finds names; `whole` are those written as one word on purpose, `spelled` how each is spelled first.

    `faces` are the alphabets of names that are not plain.
    """

    def __init__(
        self,
        text: str,
        tokens: list[Token],
        functions: Collection[str],
        known: Collection[str],
        single_name: bool = False,
    ):
        super().__init__(text, tokens, functions, known, single_name)
        self._swap_scripts()
        self.upright: set[str] = set()
        self.spelled: dict[str, str] = {}
        self.faces: dict[str, str] = {}
        self.layered, self.stems = set(), set()
        if not single_name:
            self.layered = self._layered()
            self.stems = self._stems()

    def _swap_scripts(self) -> None:
        """`x^2_1` as x_1^2, and `\\|x\\|^2_2` likewise: a power above, then what stands below."""
        at = 0
        while at < len(self.raw) - 2:
            at += 1
            if not self._is(at, "^"):
                continue
            first = at + 1
            behind = self._closing(first) + 1 if self._brace(first) else first + 1
            inside = self.raw[first + 1 : behind - 1] if self._brace(first) else self.raw[first:behind]
            if not all(token.kind == "number" for token in inside) or self._at(behind).spaced:
                continue
            if self._at(behind).kind == "sub":
                end = behind + 1
            elif self._at(behind).kind == "under":
                end = self._closing(behind + 1) + 1 if self._brace(behind + 1) else behind + 2
            else:
                continue
            self.raw[at:end] = [*self.raw[behind:end], *self.raw[at:behind]]
            at = end - 1

    def _argument(self, at: int) -> tuple[int, int, int]:
        """The first token, the end and what comes behind of a command's argument: braces or one token."""
        if self._brace(at):
            end = self._group(at)
            return at + 1, end, end + 1
        named = self._name_at(at, attached=False)
        return at, (named.end if named else at + 1), (named.end if named else at + 1)

    def _name_at(self, at: int, attached: bool = True) -> Named | None:
        """The name that starts at a token, with what belongs to it, or None."""
        token = self._at(at)
        found: Named | None = None
        command = token.kind == "latex"
        if token.kind == "name":
            found = Named(parts(token.text), False, at + 1)
        elif token.kind == "text":
            word = token.text.strip()
            if re.fullmatch(r"[^\W\d_][\w]*", word) and word not in CONDITIONS | {
                "where",
                "with",
                "for",
                "when",
            }:
                lower = word.lower()  # \\text{Tanh}(x) is how PyTorch's documents write tanh
                called = self._is(at + 1, "(") or self._at(at + 1).text == "left"
                if called and len(lower) > 2 and word not in self.functions and lower in self.functions:
                    word = lower
                found = Named(parts(canonical(word)), len(word) > 1, at + 1)
        elif command and token.text in commands.LETTERS:
            found = Named(Parts(commands.LETTERS[token.text]), False, at + 1)
        elif command and token.text in commands.STYLES:
            found = self._styled(at)
        elif command and token.text in commands.ACCENT_COMMANDS:
            found = self._accented(at)
        elif command and self._function_command(token.text):
            found = Named(Parts(self._function_command(token.text)), False, at + 1)
        elif (
            self._brace(at)
            and self._at(at + 1).kind == "latex"
            and self._at(at + 1).text in commands.SWITCHES
        ):
            end = self._group(at)
            inner = self._name_at(at + 2)
            if inner and inner.end == end:
                face = commands.FACES.get(self._at(at + 1).text, "")
                found = replace(inner, end=end + 1, face=face or inner.face)
        elif self._brace(at) and (not self.out or self.out[-1].kind not in ("frac", "root")):
            end = self._group(at)
            after = self._at(end + 1)
            if after.kind in ("under", "sub", "layer", "prime") or self._layer_at(end + 1, Parts("x")):
                inner = self._name_at(at + 1)
                if inner and inner.end == end:
                    found = replace(inner, end=end + 1)
        if found and attached:
            found = self._with_attached(found, command)
        return found

    def _function_command(self, command: str) -> str:
        """The function a LaTeX command stands for, such as \\tanh or \\softmax, or ""."""
        name = commands.FUNCTIONS.get(command, command)
        if name == "sqrt":
            return ""
        return name if name in self.functions or (name in ("max", "min") and not self.single_name) else ""

    def _styled(self, at: int) -> Named | None:
        start, end, behind = self._argument(at + 1)
        inner = self._name_at(start, attached=self._brace(at + 1))
        if inner is None or inner.end != end:
            return None
        is_upright = self.raw[at].text in (
            "mathrm",
            "mathsf",
            "text",
            "operatorname",
            "operatorname*",
            "textrm",
        )
        upright = inner.upright or (is_upright and len(inner.made.base) > 1)
        face = commands.FACES.get(self.raw[at].text, "") or inner.face
        return replace(inner, end=behind, upright=upright, face=face)

    def _accented(self, at: int) -> Named | None:
        start, end, behind = self._argument(at + 1)
        inner = self._name_at(start, attached=self._brace(at + 1))
        accent = commands.ACCENT_COMMANDS[self.raw[at].text]
        if inner is None or inner.end != end:
            span = self.raw[at].span.to(self._at(behind - 1).span)
            raise Problem(f"'\\{self.raw[at].text}' stands above a single name", span, "Write \\hat{y} for ŷ")
        return replace(inner, made=replace(inner.made, accent=accent), end=behind)

    def _with_attached(self, found: Named, command: bool) -> Named:
        """A name with the subscripts, layers and primes behind it."""
        if found.made.text in self.functions and not found.upright:
            found = self._function(found)
            if len(found.made.text) > 1 or not self._is_letter(found.end):
                return found
        while True:
            made, end = found.made, found.end
            token = self._at(end)
            if token.kind in ("sub", "layer", "prime") and token.spaced:
                return found
            if token.kind == "sub" and "=" in token.text:
                raise Problem("'₌' stands below the sign of a sum", token.span, "Write ∑ᵢ₌₁ⁿ xᵢ")
            if token.kind == "sub" and not made.sub:
                found = replace(found, made=replace(made, sub=token.text), end=end + 1)
            elif token.kind == "under" and not made.sub:
                sub = self._sub_at(end + 1, command)
                if sub is None:
                    return found
                found = replace(found, made=replace(made, sub=sub[0]), end=sub[1])
            elif token.kind == "prime":
                found = replace(found, made=replace(made, primes=made.primes + len(token.text)), end=end + 1)
            elif layer := self._layer_at(end, made):
                label, behind, transposed = layer
                made = (
                    replace(made, primes=made.primes + label.count("′"))
                    if "′" in label
                    else replace(made, layer=label)
                )
                found = replace(found, made=made, end=behind, transposed=found.transposed or transposed)
            else:
                return found

    def _is_letter(self, at: int) -> bool:
        """Whether a function's letter with a subscript behind it is a name, as in σ_i δ_i."""
        if self._at(at).kind == "sub":
            return not self._is(at + 1, "(", "{")
        if self._at(at).kind != "under":
            return False
        sub = self._sub_at(at + 1, True)
        return sub is not None and not self._is(sub[1], "(", "{")

    def _function(self, found: Named) -> Named:
        """`log_2` is a function of its own; other subscripts stay behind the function."""
        sub = None
        if self._at(found.end).kind == "sub":
            sub = (self._at(found.end).text, found.end + 1)
        elif self._at(found.end).kind == "under":
            sub = self._sub_at(found.end + 1, True)
        if sub:
            made = replace(found.made, sub=sub[0])
            if made.text in self.functions:
                return replace(found, made=made, end=sub[1])
            if found.made.text in ("log", "ln"):
                span = self._at(found.end - 1).span.to(self._at(sub[1] - 1).span)
                if sub[0] == "e":
                    return replace(found, made=Parts("ln"), end=sub[1])
                hint = f"Write ln(x)/ln({sub[0]}), or log2, log10"
                raise Problem(f"There is no logarithm to base {sub[0]}", span, hint)
        return found

    # -- tokens of names

    def _emit_name(self, named: Named, at: int) -> int:
        name = named.made.text
        check_name(self.text, name, self.raw[at].span.to(self._at(named.end - 1).span))
        self._emit("name", name, at, named.end)
        if named.upright:
            self.upright.add(name)
        if name not in self.spelled:
            self.spelled[name] = self._as_typed(at, named.end)
            if face := named.face or _typed_face(self.text[self.raw[at].span.start]):
                self.faces[name] = face
        if named.transposed:
            self._emit("transpose", "⊤", named.end - 1)
        return named.end

    def _as_typed(self, at: int, end: int) -> str:
        """The name as the text spells it, without commands that only choose the alphabet."""
        text = self.text[self.raw[at].span.start : self._at(end - 1).span.end]
        previous = None
        while "\\" in text or "{" in text:
            previous, text = text, _STYLED_GROUP.sub(r"\1", text)
            text = _BRACED.sub(r"\1", _STYLED_LETTER.sub(r"\1", text))
            if text == previous:
                break
        return text.strip()


def _typed_face(letter: str) -> str:
    """The alphabet of a letter that is typed in Unicode, such as 𝐰 or ℒ."""
    called = unicodedata.name(letter, "")
    if letter.isascii() or letter == "ℓ" or unicodedata.normalize("NFKC", letter) == letter:
        return ""
    return "bold" if "BOLD" in called else "calligraphic" if "SCRIPT" in called else ""

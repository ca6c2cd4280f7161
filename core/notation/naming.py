"""Names among raw tokens: letters in any alphabet with their accents, subscripts, layers and primes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from core.dataclass import dataclass, replace
from core.errors import Problem, Span
from core.notation import commands
from core.notation.lexer import Token, check_name
from core.notation.names import Parts, canonical, parts, plain_spellings
from core.notation.raw import Raw
from core.notation.words import CONDITIONS

LABEL = re.compile(r"[^\W_]+(?:[+-][^\W_]+)?")
# commands that only choose the alphabet, with a group or a letter behind them
_STYLES = "|".join(sorted(map(re.escape, commands.STYLES | commands.SWITCHES), key=len, reverse=True))
_STYLED_GROUP = re.compile(rf"\\(?:{_STYLES})(?![A-Za-z])\s*\{{([^{{}}]*)\}}")
_STYLED_LETTER = re.compile(rf"\\(?:{_STYLES})(?![A-Za-z])\s*(\\?\w+)")
_BRACED = re.compile(r"^\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Named:
    """A name that starts at some token: what it is made of, whether it is one word on purpose, its end."""

    made: Parts
    whole: bool
    end: int
    transposed: bool = False
    face: str = ""


class Naming(Raw):
    """Finds names; `whole` are those written as one word on purpose, `spelled` how each is spelled first.

    `faces` are the alphabets of names that are not plain; `layered` are names whose layer may stand in round
    brackets without braces, `stems` the letters that number layers without brackets.
    """

    def __init__(
        self,
        text: str,
        tokens: list[Token],
        functions: Collection[str],
        known: Collection[str],
        alone: bool = False,
    ):
        super().__init__(text, tokens, functions, known, alone)
        self._swap_scripts()
        self.whole: set[str] = set()
        self.spelled: dict[str, str] = {}
        self.faces: dict[str, str] = {}
        self.layered = self._layered() if not alone else set()
        self.stems = self._stems() if not alone else set()

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

    def _closing(self, at: int) -> int:
        """Where the brace that opens at a token closes, or the last token."""
        depth = 0
        for place in range(at, len(self.raw)):
            depth += self._is(place, "{") - self._is(place, "}")
            if not depth:
                return place
        return len(self.raw) - 1

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
        return name if name in self.functions or (name in ("max", "min") and not self.alone) else ""

    def _styled(self, at: int) -> Named | None:
        start, end, behind = self._argument(at + 1)
        inner = self._name_at(start, attached=self._brace(at + 1))
        if inner is None or inner.end != end:
            return None
        upright = self.raw[at].text in ("mathrm", "mathsf", "text", "operatorname", "operatorname*", "textrm")
        whole = inner.whole or (upright and len(inner.made.base) > 1)
        face = commands.FACES.get(self.raw[at].text, "") or inner.face
        return replace(inner, end=behind, whole=whole, face=face)

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
        if found.made.text in self.functions and not found.whole:
            found = self._function(found)
            if len(found.made.text) > 1 or not self._is_letter(found.end):
                return found
        while True:
            made, end = found.made, found.end
            token = self._at(end)
            if token.kind in ("sub", "layer", "prime") and token.spaced:
                return found
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

    def _sub_at(self, at: int, command: bool) -> tuple[str, int] | None:
        """The subscript that starts at a token as (text, what comes behind), or None if it is no label."""
        token = self._at(at)
        if self._brace(at):
            end = self._group(at)
            text = self._label(at + 1, end)
            return (text, end + 1) if text else None
        if self._is(at, "["):
            end = at + 1
            while end < len(self.raw) - 1 and not self._is(end, "]"):
                end += 1
            text = self._label(at + 1, end)
            return (f"[{text}]", end + 1) if text and self._is(end, "]") else None
        if token.kind == "name" and command and len(token.text) > 1:
            self._split_token(at)  # TeX takes one sign: \theta_ix is \theta_i x
            token = self._at(at)
        if token.kind == "name":
            return token.text, at + 1
        if token.kind == "number" and token.text.isdigit():
            return token.text, at + 1
        if named := self._name_at(at, attached=False):
            return named.made.text, named.end
        return None

    def _split_token(self, at: int) -> None:
        """Cut a name token behind its first letter."""
        token = self.raw[at]
        start, end = token.span.start, token.span.end
        length = next((n for n in range(1, end - start) if self.text[start + n].isalnum()), 1)
        if length >= end - start:
            return
        first = Token("name", canonical(self.text[start : start + length]), Span(start, start + length))
        rest = self.text[start + length : end].lstrip("_")
        kind = "number" if rest[:1].isdigit() else "name"
        second = Token(kind, canonical(rest) if kind == "name" else rest, Span(end - len(rest), end))
        self.raw[at : at + 1] = [replace(first, spaced=token.spaced), second]

    def _label(self, start: int, end: int) -> str:
        """The text of a subscript in braces, such as `k,l` or `t-1`; "" if it is more than a label."""
        found: list[str] = []
        at = start
        while at < end:
            token = self._at(at)
            named = self._name_at(at)
            if named:
                letters = self.text[token.span.start : token.span.end]
                two = token.kind == "name" and letters.isascii() and len(letters) == 2 and letters.isalpha()
                found.append(letters if two else named.made.text)  # the p i of t_{pi} is no π
                at = named.end
            elif token.kind == "number" or self._is(at, "+", "-", ",", "[", "]", "(", ")", "/"):
                found.append(token.text)
                at += 1
            elif token.kind == "text":
                found.append(token.text.strip())
                at += 1
            elif token.kind == "latex" and token.text in commands.SILENT:
                at += 1
            else:
                return ""
        return "".join(found)

    # -- layers in brackets above a name

    def _layer_at(self, at: int, made: Parts) -> tuple[str, int, bool] | None:
        """The layer or the primes above a name: the label, what comes behind, and whether ^T is in it too."""
        token = self._at(at)
        if token.kind == "layer" and not made.layer:
            return f"({token.text})", at + 1, False
        if not self._is(at, "^"):
            return None
        if self._at(at + 1).kind == "latex" and self._at(at + 1).text == "prime":
            return "′", at + 2, False
        if self._brace(at + 1):
            end = self._group(at + 1)
            inside = self.raw[at + 2 : end]
            if inside and all(token.kind == "latex" and token.text == "prime" for token in inside):
                return "′" * len(inside), end + 1, False
            layer = self._bracketed_label(at + 2, made)
            if layer is None:
                return self._stem_layer(at + 2, end, end + 1, made)
            label, behind = layer
            if behind == end:
                return label, end + 1, False
            return (label, end + 1, True) if self._only_transpose(behind, end) else None
        if self._is(at + 1, "[") or (self._is(at + 1, "(") and self._is_layered(at + 1, made)):
            layer = self._bracketed_label(at + 1, made)
            return (*layer, False) if layer else None
        return self._stem_layer(at + 1, at + 2, at + 2, made)

    def _is_layered(self, at: int, made: Parts) -> bool:
        layer = self._bracketed_label(at, made)
        if layer is None:
            return False
        return self.alone or replace(made, layer=layer[0]).text in self.layered

    def _bracketed_label(self, at: int, made: Parts) -> tuple[str, int] | None:
        """`(n)` or `[n]` at a token as a label with what comes behind, if it can be a layer of the name."""
        if made.layer or not self._is(at, "(", "[") or (made.text == "e" and "e" not in self.known):
            return None
        closing = ")" if self._is(at, "(") else "]"
        end = at + 1
        while end < len(self.raw) - 1 and not self._is(end, closing):
            if self._is(end, "^", "(", "["):
                return None
            end += 1
        label = self._label(at + 1, end) if self._is(end, closing) else ""
        if not LABEL.fullmatch(label):
            return None
        return (f"({label})" if closing == ")" else f"[{label}]"), end + 1

    def _only_transpose(self, start: int, end: int) -> bool:
        inside = self.raw[start:end]
        if len(inside) == 1 and (
            inside[0].kind == "transpose" or inside[0].text in ("T", *commands.TRANSPOSES)
        ):
            return True
        named = self._name_at(start)
        return named is not None and named.end == end and named.made.text == "T"

    def _layered(self) -> set[str]:
        """Names with a layer in round brackets that the program assigns or that have a value.

        `W^(2)` is one of them in the whole program then; else it is a power.
        """
        found: set[str] = set()
        names = {name for name in self.known if parts(name).layer}
        for at, token in enumerate(self.raw):
            if token.kind != "name" or not self._is(at + 1, "^") or not self._is(at + 2, "("):
                continue
            made = parts(token.text)
            layer = self._bracketed_label(at + 2, made)
            if layer is None:
                continue
            label, behind = layer
            name = replace(made, layer=label).text
            starts = at == 0 or self.raw[at - 1].kind in ("end", "break")
            valued = name in names or (
                token.text not in self.known and any(other in self.known for other in plain_spellings(name))
            )
            if valued or (starts and self._is(behind, "=")):
                found.add(name)
        return found

    def _stems(self) -> set[str]:
        """Letters that number layers without brackets, as in a^l_j, or on the left of = as in z^l."""
        found: set[str] = set()
        at = 0
        while at < len(self.raw) - 1:  # a name may be cut in two on the way
            at += 1
            if not self._is(at, "^") or self.raw[at - 1].kind not in ("name", "latex", "sign"):
                continue
            if self._at(at + 1).kind == "name" and re.fullmatch(r"[lL]_\w+", self._at(at + 1).text):
                self._split_label(at + 1)
            end = self._group(at + 1) if self._brace(at + 1) else at + 1
            inside = self.raw[at + 2 : end] if self._brace(at + 1) else [self._at(at + 1)]
            if not inside or inside[0].kind != "name" or len(inside[0].text) > 1:
                continue
            letter, after = inside[0].text, self._at(end + 1)
            if letter == "T" or letter in self.known or not LABEL.fullmatch("".join(t.text for t in inside)):
                continue
            equals = after.text == "=" or commands.SIGNS.get(after.text) == "="
            starts = (
                at == 1 or self.raw[at - 2].kind not in ("sign", "number", "name") or self._is(at - 2, ",")
            )
            if (after.kind in ("under", "sub") and letter in "lLn") or (
                (starts or self._is(at - 1, "}")) and equals
            ):
                found.add(letter)
        layers = {parts(name).layer.strip("()") for name in self.known}
        return found | (layers & {"l", "L"})

    def _split_label(self, at: int) -> None:
        """Cut `l_j` behind ^ into the layer l and the subscript j, as TeX does."""
        token = self.raw[at]
        start = token.span.start
        letter = Token("name", token.text[0], Span(start, start + 1), token.spaced)
        under = Token("under", "_", Span(start + 1, start + 2))
        rest = token.text[2:]
        sub = Token("number" if rest.isdigit() else "name", rest, Span(start + 2, token.span.end))
        self.raw[at : at + 1] = [letter, under, sub]

    def _stem_layer(self, start: int, end: int, behind: int, made: Parts) -> tuple[str, int, bool] | None:
        """`^l`, `^{l-1}` or `^L` as a layer, where the program numbers layers by letters."""
        if made.layer or not (self.stems or self.alone):
            return None
        label = self._label(start, end) if end > start + 1 else self._at(start).text
        if self.alone:
            return (f"({label})", behind, False) if LABEL.fullmatch(label) else None
        letters = {*self.stems, *(letter.swapcase() for letter in self.stems)}
        if not LABEL.fullmatch(label) or re.split("[+-]", label)[0] not in letters:
            return None
        return f"({label})", behind, False

    # -- plain tokens of names

    def _emit_name(self, named: Named, at: int) -> int:
        name = named.made.text
        check_name(self.text, name, self.raw[at].span.to(self._at(named.end - 1).span))
        self._emit("name", name, at, named.end)
        if named.whole:
            self.whole.add(name)
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

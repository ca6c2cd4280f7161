"""Subscripts and layers of names among raw tokens, as in w_{ij}, W^{(2)} and a^l_j."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from msgspec.structs import replace

from core.base.errors import Span
from core.notation import commands
from core.notation.lexer import Token
from core.notation.names import Parts, canonical, parts, plain_spellings
from core.notation.raw import Named, Raw

LABEL = re.compile(r"[^\W_]+(?:[+-][^\W_]+)?")


class Labels(Raw, ABC):
    """Finds labels; names inside them are found by `_name_at`, which is that of the names around them.

    `layered` are names whose layer may stand in round brackets without braces, `stems` the letters that
    number layers without brackets.
    """

    layered: set[str]
    stems: set[str]

    @abstractmethod
    def _name_at(self, at: int, attached: bool = True) -> Named | None:
        """The name that starts at a token, `attached` with its subscripts and layers, or None."""

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
        return self.single_name or replace(made, layer=layer[0]).text in self.layered

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
            equals = after.text == "=" or commands.SIGN_COMMANDS.get(after.text) == "="
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
        if made.layer or not (self.stems or self.single_name):
            return None
        label = self._label(start, end) if end > start + 1 else self._at(start).text
        if self.single_name:
            return (f"({label})", behind, False) if LABEL.fullmatch(label) else None
        letters = {*self.stems, *(letter.swapcase() for letter in self.stems)}
        if not LABEL.fullmatch(label) or re.split("[+-]", label)[0] not in letters:
            return None
        return f"({label})", behind, False

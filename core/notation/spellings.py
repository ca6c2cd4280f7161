"""Every spelling of a formula to plain tokens: LaTeX as copied from a slide, Unicode, NumPy and PyTorch text.

What comes out is names, numbers, signs and a few words of structure; each token keeps the place it has in the
text that was typed, so that a message points at what the user sees.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from core.dataclass import dataclass, replace
from core.errors import Problem, Span, cut
from core.notation import commands
from core.notation.lexer import Token, assigned, check_name, raw_tokens, refuse_character
from core.notation.names import Parts, canonical, parts, plain_spellings
from core.notation.nearest import nearest
from core.notation.words import CONDITIONS

MATRICES = {"matrix", "bmatrix", "pmatrix", "vmatrix", "Bmatrix", "smallmatrix", "array"}
LAYOUTS = set(
    "equation align aligned alignat gather gathered split multline eqnarray displaymath math flalign".split()
)
OPENING, CLOSING = "([{⟨", ")]}⟩"
LABEL = re.compile(r"[^\W_]+(?:[+-][^\W_]+)?")
# texts of other languages, and what to do about each
FOREIGN = (
    (r"\blambda\s+\w+(?:\s*,\s*\w+)*\s*:", "A lambda is Python", "Write f(x) = … in a line of its own"),
    (r"\bfor\s+\w+\s+in\b", "A loop is not read", "Write a sum, such as ∑_i w_i x_i, or sum(w ⊙ x)"),
    (r"\bdef\s+\w+\s*\(", "'def' is Python", "Write f(x) = … in a line of its own"),
    (r"\b(?:import|from)\s+\w+", "Imports are not needed", "Delete the line; all functions are there"),
    (
        r"\.backward\s*\(|\.grad\b|\bzero_grad\b|\boptim\w*\.step\b",
        "'{0}' is not needed: the program computes all gradients",
        "Delete the line",
    ),
    (r"arg\s*(?:\\[,!;]\s*)?min\b|\\arg\b", "'{0}' asks for the best value", commands.TRAINED),
    (
        r"\breturn\b|\bprint\s*\(|\bassert\b|\bwith\s+torch|\bclass\s+\w+\s*[:(]",
        "'{0}' is Python",
        "Write only formulas",
    ),
)


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain tokens; `whole` are names written as one word on purpose, `spelled` how the text spells each name."""

    tokens: list[Token]
    whole: frozenset[str]
    spelled: dict[str, str]
    said: list[tuple[str, Span]]


def plain(text: str, functions: Collection[str], known: Collection[str]) -> Plain:
    """The plain tokens of a program; `known` are names that have values. Raises Problem with the place."""
    formulas = re.sub(r"#[^\n]*", lambda remark: " " * len(remark[0]), text)
    for pattern, message, hint in FOREIGN:
        match = re.search(pattern, formulas)
        if match and match[0].split()[0] not in known:
            raise Problem(message.format(match[0].strip(" (")), Span(match.start(), match.end()), hint)
    return _Plain(text, raw_tokens(text), functions, known).result()


def name_of(text: str) -> str:
    """The name a text is, in its one spelling, however it is written. Raises Problem."""
    found = _Plain(text, raw_tokens(text), (), (), alone=True).result().tokens
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


@dataclass(frozen=True, slots=True)
class _Named:
    """A name that starts at some token: what it is made of, whether it is one word on purpose, its end."""

    made: Parts
    whole: bool
    end: int
    transposed: bool = False


class _Plain:
    def __init__(
        self,
        text: str,
        tokens: list[Token],
        functions: Collection[str],
        known: Collection[str],
        alone: bool = False,
    ):
        self.text, self.raw, self.functions = text, tokens, functions
        self.known = {*known, *assigned(tokens)}
        self.alone = alone  # the text is one name: x^(2) is no power then
        self.out: list[Token] = []
        self.whole: set[str] = set()
        self.spelled: dict[str, str] = {}
        self.said: list[tuple[str, Span]] = []
        self.environments: list[str] = []
        self.begun: list[int] = []  # the tokens where they begin
        self.layered = self._layered() if not alone else set()
        self.stems = self._stems() if not alone else set()

    def result(self) -> Plain:
        at = 0
        while at < len(self.raw):
            at = self._step(at)
        if self.environments:
            begun = self.raw[self.begun[-1]]
            name = self.environments[-1]
            raise Problem(f"'\\begin{{{name}}}' is not closed", begun.span, f"Add \\end{{{name}}}")
        return Plain(_statements(self.out), frozenset(self.whole), self.spelled, self.said)

    # -- looking around in the raw tokens

    def _at(self, at: int) -> Token:
        return self.raw[min(at, len(self.raw) - 1)]

    def _is(self, at: int, *signs: str) -> bool:
        token = self._at(at)
        return token.kind == "sign" and token.text in signs

    def _brace(self, at: int) -> bool:
        """Whether a brace for grouping, not one that is to be seen, opens here."""
        return self._is(at, "{")

    def _group(self, at: int) -> int:
        """Where the brace that opens at a token closes. Raises Problem where it does not."""
        depth = 0
        for place in range(at, len(self.raw)):
            if self._is(place, "{"):
                depth += 1
            elif self._is(place, "}"):
                depth -= 1
                if not depth:
                    return place
        span = self.raw[at].span
        end = len(self.text.rstrip())
        message = f"The '{{' at column {_column(self.text, span.start)} is not closed: expected '}}'"
        raise Problem(message, span, "Add '}'" if end else "")

    def _argument(self, at: int) -> tuple[int, int, int]:
        """The first token, the end and what comes behind of a command's argument: braces or one token."""
        if self._brace(at):
            end = self._group(at)
            return at + 1, end, end + 1
        named = self._name_at(at, attached=False)
        return at, (named.end if named else at + 1), (named.end if named else at + 1)

    # -- names

    def _name_at(self, at: int, attached: bool = True) -> _Named | None:
        """The name that starts at a token, with what belongs to it, or None."""
        token = self._at(at)
        found: _Named | None = None
        command = token.kind == "latex"
        if token.kind == "name":
            found = _Named(parts(token.text), False, at + 1)
        elif token.kind == "text":
            word = token.text.strip()
            if re.fullmatch(r"[^\W\d_][\w]*", word) and word not in CONDITIONS:
                found = _Named(parts(canonical(word)), len(word) > 1, at + 1)
        elif command and token.text in commands.LETTERS:
            found = _Named(Parts(commands.LETTERS[token.text]), False, at + 1)
        elif command and token.text in commands.STYLES:
            found = self._styled(at)
        elif command and token.text in commands.ACCENT_COMMANDS:
            found = self._accented(at)
        elif command and self._function_command(token.text):
            found = _Named(Parts(self._function_command(token.text)), False, at + 1)
        elif (
            self._brace(at)
            and self._at(at + 1).kind == "latex"
            and self._at(at + 1).text in commands.SWITCHES
        ):
            end = self._group(at)
            inner = self._name_at(at + 2)
            if inner and inner.end == end:
                found = replace(inner, end=end + 1)
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

    def _styled(self, at: int) -> _Named | None:
        start, end, behind = self._argument(at + 1)
        inner = self._name_at(start)
        if inner is None or inner.end != end:
            return None
        upright = self.raw[at].text in ("mathrm", "mathsf", "text", "operatorname", "operatorname*", "textrm")
        return replace(inner, end=behind, whole=inner.whole or (upright and len(inner.made.base) > 1))

    def _accented(self, at: int) -> _Named | None:
        start, end, behind = self._argument(at + 1)
        inner = self._name_at(start)
        accent = commands.ACCENT_COMMANDS[self.raw[at].text]
        if inner is None or inner.end != end:
            span = self.raw[at].span.to(self._at(behind - 1).span)
            raise Problem(f"'\\{self.raw[at].text}' stands above a single name", span, "Write \\hat{y} for ŷ")
        return replace(inner, made=replace(inner.made, accent=accent), end=behind)

    def _with_attached(self, found: _Named, command: bool) -> _Named:
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

    def _function(self, found: _Named) -> _Named:
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
        """The layer, or the primes, above a name at a token: its label, what comes behind, and a transpose."""
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
        label = self._label(at + 1, end)
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

    # -- one token, or a few that belong together, at a time

    def _emit(self, kind: str, text: str, start: int, behind: int | None = None) -> None:
        last = self._at((start + 1 if behind is None else behind) - 1)
        first = self._at(start)
        self.out.append(Token(kind, text, first.span.to(last.span), first.spaced))

    def _step(self, at: int) -> int:
        token = self.raw[at]
        if reduction := self._reduction_at(at):
            return reduction
        if named := self._name_at(at):
            return self._emit_name(named, at)
        handle = getattr(self, f"_{token.kind}", None)
        if handle:
            return handle(at)
        self._emit(token.kind, token.text, at)
        return at + 1

    def _emit_name(self, named: _Named, at: int) -> int:
        name = named.made.text
        check_name(self.text, name, self.raw[at].span.to(self._at(named.end - 1).span))
        self._emit("name", name, at, named.end)
        if named.whole:
            self.whole.add(name)
        if name not in self.spelled:
            self.spelled[name] = self._as_typed(at, named.end)
        if named.transposed:
            self._emit("transpose", "⊤", named.end - 1)
        return named.end

    def _as_typed(self, at: int, end: int) -> str:
        """The name as the text spells it, without commands that only choose the alphabet."""
        text = self.text[self.raw[at].span.start : self._at(end - 1).span.end]
        styles = "|".join(sorted(map(re.escape, commands.STYLES | commands.SWITCHES), key=len, reverse=True))
        previous = None
        while previous != text:
            previous = text
            text = re.sub(rf"\\(?:{styles})(?![A-Za-z])\s*\{{([^{{}}]*)\}}", r"\1", text)
            text = re.sub(rf"\\(?:{styles})(?![A-Za-z])\s*(\\?\w+)", r"\1", text)
            text = re.sub(r"^\{([^{}]*)\}", r"\1", text)
        return text.strip()

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
        kinds = {"Σ": "sum", "Π": "prod", "sum": "sum", "prod": "prod"}
        if token.kind != "name" or self.alone or token.text in self.known or self._is(at + 1, "="):
            return 0
        made = parts(token.text)
        if made.base not in kinds or made.accent or made.layer:
            return 0
        if made.sub and len(made.sub) == 1 and made.sub.isalpha():
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
        if any(word not in CONDITIONS for word in words):
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

    def _begin(self, at: int) -> int:
        name = self.raw[at].text.rstrip("*")
        if name not in MATRICES | LAYOUTS and "cases" not in name:
            meant = nearest(name, MATRICES | LAYOUTS | {"cases"})
            hint = f"Did you mean {meant}?" if meant else "Write the formula alone, or use cases or bmatrix"
            raise Problem(f"'\\begin{{{name}}}' is not known", self.raw[at].span, hint)
        self.environments.append(name)
        self.begun.append(at)
        if name in MATRICES or name in ("cases", "dcases", "rcases"):
            self._emit("begin", "cases" if "cases" in name else "matrix", at)
        return at + 1

    def _finish(self, at: int) -> int:
        name = self.raw[at].text.rstrip("*")
        if not self.environments or self.environments[-1] != name:
            raise Problem(f"'\\end{{{name}}}' closes nothing", self.raw[at].span, f"Add \\begin{{{name}}}")
        self.environments.pop()
        self.begun.pop()
        if name in MATRICES or "cases" in name:
            self._emit("finish", "cases" if "cases" in name else "matrix", at)
        return at + 1

    def _in_table(self) -> bool:
        return bool(self.environments) and (
            self.environments[-1] in MATRICES or "cases" in self.environments[-1]
        )

    def _break(self, at: int) -> int:
        if self._in_table():
            self._emit("break", "\\\\", at)
            return at + 1
        behind = at + 1
        while (
            self._is(behind, "&")
            or self._at(behind).text in ("quad", "qquad")
            or self._at(behind).text == "\n"
        ):
            behind += 1
        if self._is(behind, "+", "-", "=", "·", "*", "/", "≥", "≤"):
            return behind
        self._emit("end", ";", at)
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

    def _latex(self, at: int) -> int:
        token = self.raw[at]
        name = token.text
        if name in ("quad", "qquad"):
            self._emit("gap", "", at)
            return at + 1
        if name == "not" and self._is(at + 1, "="):
            self._emit("sign", "≠", at, at + 2)
            return at + 2
        if name in commands.SILENT or name in commands.SWITCHES:
            if name in ("left", "right", "middle") and self._at(at + 1).kind == "point":
                return at + 2  # an invisible bracket
            self.raw[at + 1] = replace(self._at(at + 1), spaced=True)  # \left[ begins no index
            return at + 1
        if name in commands.SILENT_WITH_ONE:
            return self._group(at + 1) + 1 if self._brace(at + 1) else at + 1
        if name in commands.WRAPPED:
            return self._wrapped(at)
        if name in commands.SIGNS:
            sign = commands.SIGNS[name]
            kind = {"‖": "bars", "|": "bar", "_": "under"}.get(sign, "sign")
            self._emit(kind, sign, at)
            return at + 1
        if name in commands.TRANSPOSES:
            self._emit("transpose", "⊤", at)
            return at + 1
        if name in commands.FRACTIONS:
            return self._fraction(at)
        if name == "sqrt":
            self._emit("root", "√", at)
            return at + 1
        if name == "over":
            self._emit("over", "over", at)
            return at + 1
        if name == "prime":
            self._emit("prime", "′", at)
            return at + 1
        if name == "mathbb":
            return self._blackboard(at)
        if name in commands.STYLES:
            return self._bold_one(at)
        if name in ("max", "min"):
            self._emit("name", name, at)
            return at + 1
        self._refuse_command(at)
        return at + 1

    def _bold_one(self, at: int) -> int:
        """A bold 1 in front of a condition is the indicator; other braces stay and hold together what is inside."""
        start, end, behind = self._argument(at + 1)
        one = end == start + 1 and self._at(start).kind == "number" and self._at(start).text == "1"
        opens = self._at(behind).kind == "under" or self._is(behind, "[", "{", "(")
        opens = opens or self._at(behind).text in ("{", "left", "big", "Big", "bigl", "Bigl")
        if one and opens:
            self._emit("indicator", "𝟙", at, behind)
            return behind
        if one and self.raw[at].text in ("mathbf", "boldsymbol", "bm", "pmb"):
            span = self.raw[at].span.to(self._at(behind - 1).span)
            raise Problem("A bold 1 stands for a vector of ones", span, "Write sum(x) for its product with x")
        return at + 1

    def _wrapped(self, at: int) -> int:
        """\\boxed{…} and the like: what is inside counts; a note below an underbrace does not."""
        behind = at + 1
        for _ in range(commands.WRAPPED[self.raw[at].text]):
            behind = self._group(behind) + 1 if self._brace(behind) else behind + 1
        if not self._brace(behind):
            return behind
        end = self._group(behind)
        after = end + 1
        noted = self.raw[at].text in ("underbrace", "overbrace")
        if noted and (self._at(after).kind == "under" or self._is(after, "^")) and self._brace(after + 1):
            after = self._group(after + 1) + 1
        del self.raw[end:after]
        del self.raw[at : behind + 1]
        return at

    def _fraction(self, at: int) -> int:
        """\\frac12 and \\frac1n take one sign each, as TeX does."""
        self._emit("frac", "frac", at)
        place = at + 1
        for _ in range(2):
            if self._brace(place):
                place = self._group(place) + 1
                continue
            token = self._at(place)
            if token.kind == "number" and len(token.text) > 1 and token.text.isdigit():
                start = token.span.start
                first = Token("number", token.text[0], Span(start, start + 1), token.spaced)
                rest = Token("number", token.text[1:], Span(start + 1, token.span.end))
                self.raw[place : place + 1] = [first, rest]
            elif token.kind == "name" and len(token.text) > 1:
                self._split_token(place)
            place += 1
        return at + 1

    def _blackboard(self, at: int) -> int:
        start, end, behind = self._argument(at + 1)
        inside = self.text[self._at(start).span.start : self._at(end - 1).span.end]
        span = self.raw[at].span.to(self._at(behind - 1).span)
        if inside in ("1", "I"):
            self._emit("indicator", "𝟙", at, behind)
            return behind
        if inside == "E":
            hint = "Write the mean over the data, such as mean(x)"
            raise Problem("An expected value is not computed from a distribution", span, hint)
        if inside == "P":
            raise Problem(*_refused("Pr", "\\mathbb{P}", span))
        raise Problem(f"'\\mathbb{{{inside}}}' names a set", span, "Leave it out and write only the formula")

    def _refuse_command(self, at: int) -> None:
        token = self.raw[at]
        shown = f"\\{token.text}"
        if token.text in commands.REFUSED:
            raise Problem(*_refused(token.text, shown, token.span))
        choices = commands.known_commands() | {name for name in self.functions if name.isalpha()}
        begun = [choice for choice in choices if choice.startswith(token.text)]
        meant = min(begun, key=len, default=nearest(token.text, choices))
        hint = f"Did you mean \\{meant}?" if meant else "Write the formula without it"
        raise Problem(f"'{shown}' is not known", token.span, hint, f"\\{meant}" if meant else None)


def _refused(command: str, shown: str, span: Span) -> tuple[str, Span, str]:
    message, hint = commands.REFUSED[command]
    return message.format(shown), span, hint


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at)


# -- statements


def _statements(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with statements set apart: no line ends in brackets, an end before ', y ='."""
    found: list[Token] = []
    depth: list[str] = []
    last = len(tokens) - 1
    for at, token in enumerate(tokens):
        if token.kind == "end" and token.text == "\n" and depth:
            continue
        if token.kind == "sign" and token.text in OPENING:
            depth.append(token.text)
        elif token.kind == "sign" and token.text in CLOSING and depth:
            depth.pop()
        elif token.kind == "begin":
            depth.append("begin")
        elif token.kind == "finish" and depth:
            depth.pop()
        comma = token.kind == "sign" and token.text == ","
        if (comma or token.kind == "gap") and not depth:
            following = tokens[min(at + 1, last)]
            if comma and following.kind == "gap":
                found.append(Token("end", ";", token.span, token.spaced))
                continue
            if _assigns(tokens, at + 1):
                found.append(Token("end", ";", token.span, token.spaced))
                continue
            if comma and following.kind in ("end", "stop") and found:
                continue
        if token.kind != "gap":
            found.append(token)
    return found


def _assigns(tokens: Sequence[Token], at: int) -> bool:
    """Whether a statement that gives a name a value starts at a token."""
    if at + 1 >= len(tokens) or tokens[at].kind != "name":
        return False
    behind = at + 1
    if tokens[behind].text == "(":
        while behind < len(tokens) - 1 and tokens[behind].text != ")":
            if tokens[behind].kind not in ("name", "sign") or tokens[behind].text == "=":
                return False
            behind += 1
        behind += 1
    return behind < len(tokens) and tokens[behind].kind == "sign" and tokens[behind].text == "="

"""LaTeX among raw tokens: commands, fractions, environments; one that is not known is refused."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from core.base.errors import Problem, Span
from core.notation import commands
from core.notation.lexer import Token
from core.notation.naming import Naming
from core.notation.nearest import nearest

MATRICES = {"matrix", "bmatrix", "pmatrix", "vmatrix", "Bmatrix", "smallmatrix", "array"}
LAYOUTS = set(
    "equation align aligned alignat gather gathered split multline eqnarray displaymath math flalign".split()
)


class Macros(Naming):
    """Makes tokens of commands and environments; a method takes a place and returns the next."""

    def __init__(
        self,
        text: str,
        tokens: list[Token],
        functions: Collection[str],
        known: Collection[str],
        single_name: bool = False,
    ):
        super().__init__(text, tokens, functions, known, single_name)
        self.environments: list[str] = []
        self.opened_cases: list[bool] = []  # arrays behind a brace, which are cases
        self.begun: list[int] = []  # the tokens where they begin

    def _check_ended(self) -> None:
        """Raise a Problem if an environment is not closed."""
        if self.environments:
            begun, name = self.raw[self.begun[-1]], self.environments[-1]
            raise Problem(f"'\\begin{{{name}}}' is not closed", begun.span, f"Add \\end{{{name}}}")

    def _begin(self, at: int) -> int:
        name = self.raw[at].text.rstrip("*")
        if name not in MATRICES | LAYOUTS and "cases" not in name:
            meant = nearest(name, sorted(MATRICES | LAYOUTS | {"cases"}))
            hint = f"Did you mean {meant}?" if meant else "Write the formula alone, or use cases or bmatrix"
            raise Problem(f"'\\begin{{{name}}}' is not known", self.raw[at].span, hint)
        self.environments.append(name)
        self.begun.append(at)
        if name in MATRICES or name in ("cases", "dcases", "rcases"):
            self._emit("begin", "cases" if "cases" in name else "matrix", at)
        return at + 1

    def _finish(self, at: int) -> int:
        name = self.raw[at].text.rstrip("*")
        if name == "array" and self.opened_cases and self.environments[-1:] == ["cases"]:
            self.opened_cases.pop()
            name = "cases"
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
        if name in ("{", "lbrace") and self._at(at + 1).kind == "begin" and self._at(at + 1).text == "array":
            self.raw[at + 1] = replace(self._at(at + 1), text="cases")
            self.opened_cases.append(True)
            return at + 1
        if name in commands.SIGN_COMMANDS:
            sign = commands.SIGN_COMMANDS[name]
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
        """A bold 1 before a condition is the indicator; other braces stay and hold their content together."""
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
        if noted and (self._at(after).kind == "under" or self._is(after, "^")):
            after = self._group(after + 1) + 1 if self._brace(after + 1) else after + 2
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
        functions = {name for name in self.functions if name.isalpha()}
        choices = sorted(commands.known_commands() | functions)
        begun = [choice for choice in choices if choice.startswith(token.text)]
        meant = min(begun, key=len, default=nearest(token.text, choices))
        hint = f"Did you mean \\{meant}?" if meant else "Write the formula without it"
        raise Problem(f"'{shown}' is not known", token.span, hint, f"\\{meant}" if meant else None)


def _refused(command: str, shown: str, span: Span) -> tuple[str, Span, str]:
    message, hint = commands.REFUSED[command]
    return message.format(shown), span, hint

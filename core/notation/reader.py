"""Tokens to tree: a Pratt reader for the notation of the lecture.

Binding, loose to tight: sum, product (with or without a sign, left to right), unary minus, power (right to
left), transpose and index. The reader knows which names are functions, not what they compute nor any shape.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from core.errors import Problem, Span, place
from core.notation.lexer import Token, tokens
from core.notation.tree import (
    Binary,
    Call,
    Index,
    Indicator,
    Listing,
    Name,
    Negative,
    Note,
    Number,
    Program,
    Statement,
    Transposed,
    Tree,
    walk,
)

MAX_DEPTH = 100
SUM, PRODUCT, POWER = 10, 20, 30
BINDING = {"+": SUM, "-": SUM, **dict.fromkeys("*·/⊙@", PRODUCT)}
RELATIONS = "<>≤≥="
CLOSING = {"(": ")", "[": "]", "{": "}", "‖": "‖", "|": "|"}
# functions of other languages, and how the lecture writes them
ELSEWHERE = {
    **dict.fromkeys(["dot", "inner"], "w·x"),
    **dict.fromkeys(["matmul", "mm"], "W x"),
    **dict.fromkeys(["transpose", "trans"], "W^T"),
    **dict.fromkeys(["power", "pow"], "x^2"),
    **dict.fromkeys(["multiply", "hadamard"], "x ⊙ y"),
    "add": "x + y",
    "concat": "[x, y]",
    "vector": "[x, y]",
}


@dataclass(frozen=True, slots=True)
class Signature:
    """What the reader knows of a function: its canonical name and how many values it takes."""

    name: str
    least: int
    most: int


def read(text: str, functions: Mapping[str, Signature], known: Collection[str] = ()) -> Program:
    """Read a program; `known` are names that have values already. Raises Problem with the place."""
    return _Reader(text, functions, known).program()


class _Reader:
    def __init__(self, text: str, functions: Mapping[str, Signature], known: Collection[str]):
        self.text = text
        self.functions = dict(functions)
        self.notes: list[Note] = []
        self.tokens = tokens(text)
        self.assigned = self._assigned()
        self.names_with_values = {*known, *self.assigned}
        self.tokens = self._split_products(self.names_with_values)
        self.at = 0
        self.depth = 0
        self.fences: list[str] = []

    # -- looking at tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, steps: int = 1) -> Token:
        return self.tokens[min(self.at + steps, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        self.at += 1
        return token

    def at_sign(self, *signs: str) -> bool:
        return self.token.kind == "sign" and self.token.text in signs

    def called(self, token: Token) -> str:
        """How a sentence names a token."""
        if token.kind == "stop":
            return "the end of the program"
        if token.text == "\n":
            return "the end of the line"
        return f"'{self.text[token.span.start : token.span.end]}'"

    # -- names, before parsing

    def _assigned(self) -> set[str]:
        starts = [0, *(i + 1 for i, token in enumerate(self.tokens) if token.kind == "end")]
        return {
            self.tokens[i].text
            for i in starts
            if i + 1 < len(self.tokens)
            and self.tokens[i].kind == "name"
            and self.tokens[i + 1].kind == "sign"
            and self.tokens[i + 1].text == "="
        }

    def _split_products(self, known: set[str]) -> list[Token]:
        """Write `xy` as `x y` where xy means nothing and x and y do."""
        used = {t.text for t in self.tokens if t.kind == "name"} - set(self.functions)
        atoms = {"π", *known}
        for name in sorted(used - known, key=lambda name: (len(name), name)):
            if not _factors(name, atoms):
                atoms.update(_numbered_or_pi(name) or [name])
        found: list[Token] = []
        told: set[str] = set()
        for token in self.tokens:
            factors = None
            if token.kind == "name" and token.text not in known and token.text not in self.functions:
                factors = None if token.text in atoms else _factors(token.text, atoms)
                if found and found[-1].text == "^" and re.match(r"T[^\W\d_]", token.text):
                    factors = ["T", token.text[1:]]
                    self.notes.append(Note(f"^{token.text} is read as ^T {factors[1]}", token.span))
                elif token.text not in told and (said := self._said_of(token.text, factors)):
                    told.add(token.text)
                    self.notes.append(Note(said, token.span))
            if not factors:
                found.append(token)
                continue
            found.extend(
                Token("name", factor, token.span, token.spaced and i == 0) for i, factor in enumerate(factors)
            )
        return found

    def _said_of(self, name: str, factors: list[str] | None) -> str:
        """What a reader may want to know of an unknown name: its factors, or that `lnx` is not ln(x)."""
        if factors:
            return f"{name} is read as {' · '.join(factors)}"
        function = name.rstrip("0123456789′")[:-1]
        if len(function) < 2 or function not in self.functions:
            return ""
        return f"{name} is one name; the function is written {function}({name.removeprefix(function)})"

    # -- statements

    def program(self) -> Program:
        statements: list[Statement] = []
        while True:
            while self.token.kind == "end":
                self.take()
            if self.token.kind == "stop":
                break
            statements.append(self.statement())
            if self.token.kind not in ("end", "stop"):
                raise self.unexpected_after_statement(statements[-1])
        if not statements:
            raise Problem(
                "There is no formula yet", Span(0, max(1, len(self.text))), "Type one, such as (x+y)z"
            )
        return Program(self.text, tuple(statements), tuple(self.notes))

    def statement(self) -> Statement:
        start = self.token
        if start.kind == "name" and self.ahead().kind == "sign":
            sign = self.ahead()
            if sign.text == "==":
                raise Problem("'==' compares", sign.span, "Write = to give a name to a value", "=")
            if sign.text == "=":
                return self.assignment()
            if sign.text == "(" and (parameters := self.parameters()):
                return self.definition(parameters)
        tree = self.expression()
        return Statement(tree, span=tree.span)

    def assignment(self) -> Statement:
        name = self.take()
        self.take()
        if name.text in self.functions:
            message = f"'{name.text}' is a function and cannot be given a value"
            raise Problem(message, name.span, "Choose another name")
        tree = self.expression()
        return Statement(tree, name.text, span=name.span.to(tree.span), name_span=name.span)

    def parameters(self) -> tuple[str, ...] | None:
        """The parameters if a definition `f(x, y) =` starts here, else None; nothing is taken."""
        found, at = [], self.at + 2
        while self.tokens[at].kind == "name":
            found.append(self.tokens[at].text)
            at += 1
            if self.tokens[at].text == ")" and self.tokens[at + 1].text == "=":
                return tuple(found)
            if self.tokens[at].text != ",":
                return None
            at += 1
        return None

    def definition(self, parameters: tuple[str, ...]) -> Statement:
        name = self.take()
        if name.text in self.functions:
            raise Problem(f"'{name.text}' is a known function already", name.span, "Choose another name")
        if len(set(parameters)) < len(parameters):
            raise Problem(f"{name.text} names one of its values twice", name.span)
        while self.take().text != "=":
            pass
        tree = self.expression()
        for part in walk(tree):
            if isinstance(part, Name) and part.name == name.text:
                message = f"{name.text} uses itself; a function is made of others"
                raise Problem(message, part.span)
        self.functions[name.text] = Signature(name.text, len(parameters), len(parameters))
        return Statement(tree, name.text, parameters, name.span.to(tree.span), name.span)

    def unexpected_after_statement(self, statement: Statement) -> Problem:
        token = self.token
        if token.text == "=" and statement.name:
            hint = "Give each name its own line, or put ; between them"
            return Problem("A statement can have one =", token.span, hint)
        if token.text == "=":
            return Problem("Only a single name can stand on the left of =", statement.span)
        if token.text == "==":
            return Problem("'==' compares", token.span, "Use [a > b] for a comparison", "=")
        if token.text in (")", "]", "}"):
            return self.closes_nothing(token)
        if token.text == ",":
            return self.stray_comma()
        if token.kind == "sign" and token.text in RELATIONS + "≠":
            hint = "Write it in square brackets, as in [x > 0]: 1 where it holds, else 0"
            return Problem("A comparison needs square brackets", token.span, hint)
        return Problem(f"Did not expect {self.called(token)} here", token.span)

    def stray_comma(self) -> Problem:
        """The problem of a comma outside a function's brackets: a decimal comma, or a list without any."""
        comma = self.token
        around = self.tokens[self.at - 1], self.ahead()
        if all(token.kind == "number" for token in around) and not comma.spaced and not around[1].spaced:
            return Problem("A decimal comma is not understood", comma.span, "Decimals use a point", ".")
        hint = "Write [a, b] for a list; put ; between statements"
        return Problem("This comma is not between the values of a function", comma.span, hint)

    # -- expressions

    def expression(self, binding: int = 0) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Problem(
                f"This is nested deeper than {MAX_DEPTH} levels", self.token.span, "Name a part of it"
            )
        left = self.prefix()
        while (longer := self.extend(left, binding)) is not None:
            left = longer
        self.depth -= 1
        return left

    def extend(self, left: Tree, binding: int) -> Tree | None:
        """The expression made longer by what follows, or None if nothing that binds tighter does."""
        token = self.token
        if token.kind == "sign":
            if token.text in BINDING:
                return self.binary(left, token.text) if BINDING[token.text] > binding else None
            if token.text == "^":
                return self.power(left) if binding < POWER else None
            if token.text == "[" and not token.spaced:
                return self.index(left)
        if token.kind == "sup":
            if binding >= POWER:
                return None
            self.take()
            span = left.span.to(token.span)
            return Binary("^", left, Number(float(token.text), token.span), span)
        if token.kind == "transpose":
            self.take()
            return Transposed(left, left.span.to(token.span))
        if (
            token.kind == "bars"
            and self.fences
            and self.fences[-1] == "|"
            and token.span.end - token.span.start > 1
        ):
            self._split_bars()
        return self.juxtaposed(left) if binding < PRODUCT and self.starts_factor() else None

    def binary(self, left: Tree, sign: str) -> Tree:
        self.take()
        right = self.expression(BINDING[sign])
        return Binary(sign, left, right, left.span.to(right.span))

    def juxtaposed(self, left: Tree) -> Tree:
        token = self.token
        if token.kind == "number":
            hint = "Write · for a product, ^ for a power or _ for an index"
            raise Problem("A number cannot follow directly", token.span, hint, f"·{token.text}")
        right = self.expression(PRODUCT)
        bracketed = self.text[left.span.end - 1] in ")}"
        if isinstance(left, Binary) and left.op == "/" and not token.spaced and not bracketed:
            quotient = self.text[left.span.start : left.span.end]
            factor = self.text[right.span.start : right.span.end]
            self.notes.append(
                Note(f"{quotient}{factor} is read as ({quotient})·{factor}", left.span.to(right.span))
            )
        return Binary(" ", left, right, left.span.to(right.span))

    def starts_factor(self) -> bool:
        token = self.token
        if token.kind in ("number", "name", "frac"):
            return True
        if token.kind in ("bar", "bars"):
            return not (self.fences and self.fences[-1] == token.text)
        return token.kind == "sign" and token.text in "([{√"

    def power(self, left: Tree) -> Tree:
        self.take()
        token = self.token
        braced = token.text == "{" and self.ahead(2).text == "}"
        inner = self.ahead() if braced else token
        if inner.kind == "transpose" or inner.text == "T":
            self.at += 3 if braced else 1
            if "T" in self.names_with_values:
                self.notes.append(Note("^T is the transpose; a variable T cannot be an exponent", inner.span))
            return Transposed(left, left.span.to(inner.span))
        right = self.expression(POWER - 1)
        return Binary("^", left, right, left.span.to(right.span))

    def index(self, left: Tree) -> Tree:
        if isinstance(left, Number):
            raise Problem("A number has no entries", self.token.span, "Put a · before the bracket", "·[")
        opening = self.take()
        places = self.arguments(opening, "an index")
        return Index(left, places, left.span.to(self.tokens[self.at - 1].span))

    # -- what an expression starts with

    def prefix(self) -> Tree:
        token = self.take()
        match token.kind:
            case "number":
                return Number(float(token.text), token.span)
            case "name":
                return self.named(token)
            case "bar" | "bars":
                return self.bars(token)
            case "frac":
                return self.fraction(token)
            case "sign":
                return self.signed(token)
        raise self.value_missing(token)

    def value_missing(self, token: Token) -> Problem:
        """The problem of a token, just taken, that stands where a value should."""
        before = self.tokens[self.at - 2] if self.at > 1 else None
        if before is None or before.kind == "end":
            if token.text == "=":
                return Problem("A name is missing before this '='", token.span, "Write y = …")
            if token.text in (")", "]", "}"):
                return self.closes_nothing(token)
            return Problem(f"A formula cannot begin with {self.called(token)}", token.span)
        if token.kind in ("stop", "end"):
            return Problem(f"A value is missing after {self.called(before)}", before.span)
        message = f"A value is missing between {self.called(before)} and {self.called(token)}"
        return Problem(message, before.span.to(token.span))

    def closes_nothing(self, token: Token) -> Problem:
        return Problem(f"This '{token.text}' closes nothing", token.span, "Delete it", "")

    def named(self, token: Token) -> Tree:
        signature = self.functions.get(token.text)
        if signature is None:
            if self.at_sign("("):
                self._refuse_unknown_function(token)
            return Name(token.text, token.span)
        if not self.at_sign("("):
            raise self.brackets_missing(token)
        args = self.arguments(self.take(), f"{token.text}(…)")
        span = token.span.to(self.tokens[self.at - 1].span)
        if not signature.least <= len(args) <= signature.most:
            takes = str(signature.least)
            if signature.most > signature.least:
                takes += f" to {signature.most}" if signature.most < 99 else " or more"
            plural = "" if takes == "1" else "s"
            raise Problem(f"{token.text} takes {takes} value{plural}; here it has {len(args)}", span)
        return Call(signature.name, args, span)

    def brackets_missing(self, function: Token) -> Problem:
        """The problem of a function without brackets; the fix brackets what follows, up to the next sign."""
        shown = self.text[function.span.start : function.span.end]
        span = function.span
        power_length = 2 if self.at_sign("^") else 1 if self.token.kind == "sup" else 0
        if power_length and self.ahead(power_length).text == "(":
            close = self._partner(self.at + power_length)
            opening, last = self.ahead(power_length).span, self.tokens[close].span
            power = self.text[function.span.end : opening.start]
            mended = f"{shown}{self.text[opening.start : last.end]}{power}"
            message = "The power of a function goes behind its brackets"
            return Problem(message, span.to(last), f"Write {mended}", mended)
        end = self.at
        while self.tokens[end].kind in ("name", "number", "sup", "transpose"):
            end += 1
            if self.tokens[end].text == "[" and not self.tokens[end].spaced:
                end = self._partner(end) + 1
            elif self.tokens[end].text == "^" and self.tokens[end + 1].kind in ("name", "number"):
                end += 1
        argument = "x"
        if end > self.at:
            last = self.tokens[end - 1].span
            argument, span = self.text[self.token.span.start : last.end], span.to(last)
        mended = f"{shown}({argument})"
        return Problem(f"'{shown}' is a function and needs brackets", span, f"Write {mended}", mended)

    def _refuse_unknown_function(self, token: Token) -> None:
        """`f(x)` is a product unless a comma, or a misspelt name, says that a function is meant."""
        meant = nearest(token.text, self.functions)
        if self._has_comma():
            message = f"'{token.text}' is not a function, so it takes no list of values"
            if token.text in ELSEWHERE:
                raise Problem(message, token.span, f"Write {ELSEWHERE[token.text]}")
            raise Problem(message, token.span, _did_you_mean(meant), meant or None)
        misspelt = len(token.text) > 2 and token.text not in self.names_with_values and not self.token.spaced
        if meant and misspelt:
            raise Problem(f"'{token.text}' is not a function", token.span, _did_you_mean(meant), meant)

    def _has_comma(self) -> bool:
        """Whether a comma stands directly in the bracket that opens here."""
        depth = 0
        for token in self.tokens[self.at : self._partner(self.at)]:
            depth += _nesting(token)
            if token.text == "," and depth == 1:
                return True
        return False

    def _partner(self, at: int) -> int:
        """Where the bracket that opens at a token closes, or else the statement's last token."""
        depth = 0
        for last in range(at, len(self.tokens)):
            depth += _nesting(self.tokens[last])
            if depth == 0:
                return last
            if self.tokens[last].kind in ("end", "stop"):
                return last - 1
        return len(self.tokens) - 2

    def arguments(self, opening: Token, what: str) -> tuple[Tree, ...]:
        """The values up to the bracket that closes `opening`, at least one."""
        closing = CLOSING[opening.text]
        if self.at_sign(closing):
            raise Problem(f"{what} needs a value between the brackets", opening.span.to(self.token.span))
        found = []
        self.fences.append(opening.text)
        while True:
            if self.at_sign(","):
                raise Problem("A value is missing before this comma", self.token.span)
            found.append(self.expression())
            if not self.at_sign(","):
                break
            self.take()
        self.close(opening)
        return tuple(found)

    def close(self, opening: Token) -> Token:
        self.fences.pop()
        closing = CLOSING[opening.text]
        if self.token.text == closing and self.token.kind in ("sign", "bar", "bars"):
            return self.take()
        at = place(self.text, opening.span)
        where = (
            f"column {at.column}"
            if at.line == 1 and "\n" not in self.text
            else f"line {at.line}, column {at.column}"
        )
        found = self.called(self.token)
        message = f"The '{opening.text}' at {where} is not closed: expected '{closing}' but found {found}"
        if self.token.kind == "stop":
            end = len(self.text.rstrip())
            raise Problem(
                message, Span(max(0, end - 1), end), f"Add '{closing}'", self.text[end - 1 : end] + closing
            )
        raise Problem(message, self.token.span)

    def signed(self, token: Token) -> Tree:
        match token.text:
            case "-":
                body = self.expression(POWER - 1)
                return Negative(body, token.span.to(body.span))
            case "+":
                return self.expression(POWER - 1)
            case "√":
                body = self.expression(POWER)
                return Call("sqrt", (body,), token.span.to(body.span))
            case "(" | "{":
                return self.bracketed(token)
            case "[":
                return self.square(token)
        raise self.value_missing(token)

    def bracketed(self, opening: Token) -> Tree:
        self.fences.append(opening.text)
        if self.at_sign(CLOSING[opening.text]):
            raise Problem("There is nothing between these brackets", opening.span.to(self.token.span))
        body = self.expression()
        if self.at_sign(","):
            raise self.stray_comma()
        closing = self.close(opening)
        return with_span(body, opening.span.to(closing.span))

    def square(self, opening: Token) -> Tree:
        if not (self.ahead(0).kind == "sign" and self.token.text == "]"):
            self.fences.append("[")
            first = self.expression()
            self.fences.pop()
            if self.at_sign("=="):
                raise Problem("'==' compares with a single = here", self.token.span, "Write [a = b]", "=")
            if self.at_sign("≠"):
                raise Problem("≠ is not among the comparisons", self.token.span, "Write 1 - [a = b]")
            if self.token.kind == "sign" and self.token.text in RELATIONS:
                relation = self.take().text
                self.fences.append("[")
                right = self.expression()
                closing = self.close(opening)
                return Indicator(relation, first, right, opening.span.to(closing.span))
            items = [first]
            if self.at_sign(","):
                self.take()
                items.extend(self.arguments(opening, "A list"))
            else:
                self.fences.append("[")
                self.close(opening)
            return Listing(tuple(items), opening.span.to(self.tokens[self.at - 1].span))
        raise Problem("A list needs at least one value", opening.span.to(self.token.span))

    def bars(self, opening: Token) -> Tree:
        self.fences.append(opening.text)
        body = self.expression()
        closing = self.close(opening)
        function = "norm" if opening.text == "‖" else "abs"
        return Call(function, (body,), opening.span.to(closing.span))

    def _split_bars(self) -> None:
        """`|a||b|`: inside single bars a double bar is one that closes and one that opens."""
        token = self.token
        middle = token.span.start + 1
        self.tokens[self.at : self.at + 1] = [
            Token("bar", "|", Span(token.span.start, middle), token.spaced),
            Token("bar", "|", Span(middle, token.span.end)),
        ]

    def fraction(self, token: Token) -> Tree:
        """`\\frac{a}{b}`, as copied from a slide's source."""
        parts = []
        for _ in range(2):
            if not self.at_sign("{"):
                raise Problem(
                    "\\frac needs two parts in braces", token.span.to(self.token.span), "Write \\frac{a}{b}"
                )
            parts.append(self.bracketed(self.take()))
        return Binary("/", parts[0], parts[1], token.span.to(parts[1].span))


def with_span(tree: Tree, span: Span) -> Tree:
    """The same tree with another span: a bracketed part reaches from bracket to bracket."""
    return replace(tree, span=span)


def nearest(name: str, choices: Collection[str]) -> str:
    """The choice most like a name, or the empty string if none is close."""
    from difflib import get_close_matches

    for choice in choices:
        if choice.lower() == name.lower():
            return choice
    return next(iter(get_close_matches(name, list(choices), 1, 0.6)), "")


def _did_you_mean(meant: str) -> str:
    return f"Did you mean {meant}?" if meant else ""


def _nesting(token: Token) -> int:
    """1 for an opening bracket, −1 for a closing one."""
    if token.kind != "sign":
        return 0
    return (token.text in "([{") - (token.text in ")]}")


def _numbered_or_pi(name: str) -> list[str] | None:
    """The factors of names that are read as products anyhow: `w0x0` and `πr`."""
    if re.fullmatch(r"(?:[^\W\d_][0-9]+){2,}", name):
        return re.findall(r"[^\W\d_][0-9]+", name)
    return ["π", name[1:]] if re.fullmatch("π[^\\W\\d_].*", name) else None


def _factors(name: str, atoms: set[str]) -> list[str] | None:
    """The known names a name is made of, at least two, or None."""
    best: list[list[str] | None] = [[]] + [None] * len(name)
    for end in range(1, len(name) + 1):
        for start in range(end):
            before = best[start]
            if before is not None and name[start:end] in atoms and name[start:end] != name:
                best[end] = [*before, name[start:end]]
                break
    return best[-1]

"""Tokens to tree: a Pratt reader for the notation of the lecture.

Binding, loose to tight: sum, product (with or without a sign, left to right), unary minus, power (right to
left), transpose and index. The reader knows which names are functions, not what they compute nor any shape.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from core.dataclass import dataclass, replace
from core.errors import Problem, Span
from core.notation import mistakes
from core.notation.cursor import CLOSING, RELATIONS, Cursor
from core.notation.factors import assigned, split_products
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
    Range,
    Statement,
    Transposed,
    Tree,
    walk,
)

Part = TypeVar("Part")
MAX_DEPTH = 100
MAX_VALUES = 99  # in the brackets of one call
SUM, PRODUCT, POWER = 10, 20, 30
NORMS = {"1": "l1", "2": "norm"}
BINDING = {"+": SUM, "-": SUM, **dict.fromkeys("*·/⊙@", PRODUCT)}


@dataclass(frozen=True, slots=True)
class Signature:
    """What the reader knows of a function: its canonical name, how many values it takes, how it is called."""

    name: str
    least: int
    most: int
    usage: str = ""


def read(text: str, functions: Mapping[str, Signature], known: Collection[str] = ()) -> Program:
    """Read a program; `known` are names that have values already. Raises Problem with the place."""
    return _Reader(text, functions, known).program()


class _Reader(Cursor):
    def __init__(self, text: str, functions: Mapping[str, Signature], known: Collection[str]):
        written = tokens(text)
        self.functions = dict(functions)
        self.names_with_values = {*known, *assigned(written)}
        mistakes.refuse_derivative(written, self.names_with_values)
        split, self.notes = split_products(written, self.names_with_values, self.functions)
        super().__init__(text, split)
        self.depth = 0
        self.fences: list[str] = []

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
                raise mistakes.unexpected_after_statement(self, statements[-1])
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
            raise Problem(f"{name.text} names one of its values twice", name.span, "Rename one of them")
        while self.take().text != "=":
            pass
        tree = self.expression()
        for part in walk(tree):
            if isinstance(part, Name) and part.name == name.text:
                message = f"{name.text} uses itself; a function is made of others"
                raise Problem(message, part.span, "Write out what it stands for")
        usage = f"{name.text}({', '.join(parameters)})"
        self.functions[name.text] = Signature(name.text, len(parameters), len(parameters), usage)
        return Statement(tree, name.text, parameters, name.span.to(tree.span), name.span)

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
            power = Number(float(token.text.removeprefix("-")), token.span)
            exponent = Negative(power, token.span) if token.text.startswith("-") else power
            return Binary("^", left, exponent, left.span.to(token.span))
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
            before, in_list = self.text[: token.span.start], self.fences[-1:] == ["["]
            raise mistakes.number_follows(token, before, in_list)
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
        places = self.listed(opening, "an index", self.place)
        return Index(left, places, left.span.to(self.tokens[self.at - 1].span))

    def place(self) -> Tree | Range:
        """A number of an entry, or a range such as `1:3`, `:3` or `:`."""
        start = Number(0.0, self.token.span) if self.at_sign(":") else self.expression()
        if not self.at_sign(":"):
            return start
        self.take()
        return Range(start, None if self.at_sign(",", "]") else self.expression())

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
        raise mistakes.value_missing(self, token)

    def named(self, token: Token) -> Tree:
        signature = self.functions.get(token.text)
        if signature is None:
            if self.at_sign("("):
                self._refuse_if_meant_as_function(token)
            return Name(token.text, token.span)
        if not self.at_sign("("):
            raise mistakes.brackets_missing(self, token, signature.most > 1)
        args = self.arguments(self.take(), f"{token.text}(…)")
        span = token.span.to(self.tokens[self.at - 1].span)
        if not signature.least <= len(args) <= signature.most:
            raise mistakes.wrong_count(
                token.text, signature.least, signature.most, signature.usage, len(args), span
            )
        return Call(signature.name, args, span)

    def _refuse_if_meant_as_function(self, token: Token) -> None:
        """`f(x)` is a product, unless there is reason to think otherwise."""
        misspelt = len(token.text) > 2 and token.text not in self.names_with_values and not self.token.spaced
        problem = mistakes.not_a_function(self, token, self.functions, misspelt)
        if problem:
            raise problem

    def arguments(self, opening: Token, what: str) -> tuple[Tree, ...]:
        return self.listed(opening, what, self.expression)

    def listed(self, opening: Token, what: str, part: Callable[[], Part]) -> tuple[Part, ...]:
        """What stands, between commas, up to the bracket that closes `opening`: at least one part."""
        closing = CLOSING[opening.text]
        if self.at_sign(closing):
            span = opening.span.to(self.token.span)
            raise Problem(f"{what} needs a value between the brackets", span, "Write one there")
        found = []
        self.fences.append(opening.text)
        while True:
            if self.at_sign(","):
                raise Problem("A value is missing before this comma", self.token.span, "Delete it", "")
            found.append(part())
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
        raise mistakes.not_closed(self, opening)

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
        raise mistakes.value_missing(self, token)

    def bracketed(self, opening: Token) -> Tree:
        self.fences.append(opening.text)
        if self.at_sign(CLOSING[opening.text]):
            span = opening.span.to(self.token.span)
            raise Problem("There is nothing between these brackets", span, "Write a value there")
        body = self.expression()
        if self.at_sign(","):
            raise mistakes.stray_comma(self)
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
        span = opening.span.to(self.token.span)
        raise Problem("A list needs at least one value", span, "Write its entries, as in [1, 2]")

    def bars(self, opening: Token) -> Tree:
        self.fences.append(opening.text)
        body = self.expression()
        closing = self.close(opening)
        function = "norm" if opening.text == "‖" else "abs"
        if function == "norm" and self.token.kind == "sub" and not self.token.spaced:
            closing = self.take()
            if closing.text not in NORMS:
                hint = "‖x‖₁ adds up the sizes of the entries, ‖x‖₂ is the length"
                raise Problem(f"There is no norm with the number {closing.text}", closing.span, hint)
            function = NORMS[closing.text]
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
                span = token.span.to(self.token.span)
                raise Problem("\\frac needs two parts in braces", span, "Write \\frac{a}{b}")
            parts.append(self.bracketed(self.take()))
        return Binary("/", parts[0], parts[1], token.span.to(parts[1].span))


def with_span(tree: Tree, span: Span) -> Tree:
    """The same tree with another span: a bracketed part reaches from bracket to bracket."""
    return replace(tree, span=span)

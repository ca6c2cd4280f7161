"""Tokens to trees: the reader's grammar of expressions, a Pratt reader for the notation of the lecture.

Binding, loose to tight: sum, product (with or without a sign, left to right), unary minus, power (right to
left), transpose, index and method. It knows which names are functions, not what they compute nor any shape.
"""

from __future__ import annotations

from core.base.errors import Problem
from core.notation import (
    bars,
    calls,
    comparisons,
    fractions,
    lists,
    methods,
    mistaken_calls,
    mistakes,
    subscripts,
    sums,
)
from core.notation.cursor import BINDING, CLOSING, POWER, PRODUCT
from core.notation.lexer import Token
from core.notation.reading import Reading
from core.notation.tree import (
    Binary,
    Call,
    Index,
    Indicator,
    Name,
    Negative,
    Number,
    Range,
    Transposed,
    Tree,
    with_span,
)
from core.notation.words import CONDITIONS


class Expressions(Reading):
    """The grammar: reads one expression at a time."""

    # -- the loop

    def expression(self, binding: int = 0) -> Tree:
        left = self.prefix()
        while (longer := self.extend(left, binding)) is not None:
            left = longer
        return left

    def extend(self, left: Tree, binding: int) -> Tree | None:
        """The expression made longer by what follows, or None if nothing that binds tighter does."""
        token = self.token
        match token.kind:
            case "sign":
                if token.text in BINDING:
                    return self.binary(left, token.text) if BINDING[token.text] > binding else None
                if token.text == "^":
                    return self.power(left) if binding < POWER else None
                if token.text == "[" and not token.spaced and self._can_be_indexed(left):
                    return self.index(left)
            case "sup":
                return self.raised(left) if binding < POWER else None
            case "transpose":
                self.take()
                return Transposed(left, left.span.to(token.span))
            case "method":
                if not token.spaced:
                    return methods.method(self, left)
            case "sub" | "under":
                if (entry := subscripts.entry(self, left)) is not None:
                    return entry
            case "bars" if self.fences[-1:] == ["|"] and token.span.end - token.span.start > 1:
                bars.split_bars(self)
            case "name" if token.text == "if" and not binding and "if" not in self.known:
                return comparisons.conditional(self, left)
        return self.juxtaposed(left) if binding < PRODUCT and self.starts_factor() else None

    def _can_be_indexed(self, left: Tree) -> bool:
        """Whether square brackets right behind an expression hold the number of an entry."""
        if isinstance(left, Number):  # 1[x > 0] is the indicator, 2[a + b] a product, 3[0] a mistake
            return all(token.kind == "number" or token.text in "[:,-" for token in self.inside())
        number = isinstance(left, Name) and self.ranks.get(left.name, 1) == 0
        if (number and any(token.text in "+-*/·<>≤≥≠==" for token in self.inside()[1:])) or lists.has_rows(
            self
        ):
            return False  # η[a - b] of a number η is a product, W[h; x] that with a column
        return self.text[left.span.end - 1] != "}" or isinstance(left, Name | Index)

    def binary(self, left: Tree, sign: str) -> Tree:
        self.take()
        right = self.expression(BINDING[sign])
        return Binary(sign, left, right, left.span.to(right.span))

    def juxtaposed(self, left: Tree) -> Tree:
        token = self.token
        if token.kind == "number":
            before, in_list = self.text[: token.span.start], self.fences[-1:] == ["["]
            raise mistakes.number_follows(token, before, in_list)
        mistakes.refuse_prose(self)
        if token.text == "(" and token.spaced:
            mistakes.refuse_equation_number(self)
        right = self.expression(PRODUCT)
        span = left.span.to(right.span)
        if isinstance(left, Number) and self.source(left.span) == "1" and isinstance(right, Indicator):
            return with_span(right, span)  # 1[x > 0]
        if isinstance(right, Indicator) and token.text == "(":
            self.remark(
                f"{self.source(right.span)} is read as a factor: 1 where it holds, else 0", right.span
            )
        self._remark_on_quotient(left, right, token)
        return Binary(" ", left, right, span)

    def _remark_on_quotient(self, left: Tree, right: Tree, token: Token) -> None:
        """Say of `a/b c` that it is (a/b)·c, unless brackets or a plain number leave no doubt."""
        if not isinstance(left, Binary) or left.op != "/" or left.span.start < left.left.span.start:
            return
        slash = "/" in self.text[left.left.span.end : left.right.span.start]
        clear = self.text[left.right.span.start] in "({" or (token.spaced and isinstance(left.right, Number))
        if not slash or clear:
            return
        span, below = left.span.to(right.span), left.right.span
        said = f"{self.source(span)} is read as ({self.source(left.span)})·{self.source(right.span)}"
        head = self.text[left.span.start : below.start]
        self.remark(said, span, f"{head}({self.source(below)} {self.source(right.span)})")

    def starts_factor(self) -> bool:
        token = self.token
        if token.kind == "name":
            return token.text not in CONDITIONS or token.text in self.known
        if token.kind in ("number", "frac", "root", "root3", "reduce", "indicator", "library"):
            return True
        if token.kind == "begin":
            return True
        if token.kind in ("bar", "bars"):
            return not (self.fences and self.fences[-1] == token.text)
        return token.kind == "sign" and token.text in "([{√⟨"

    # -- powers, transposes, indices

    def raised(self, left: Tree) -> Tree:
        token = self.take()
        power = Number(float(token.text.removeprefix("-")), token.span)
        exponent = Negative(power, token.span) if token.text.startswith("-") else power
        return Binary("^", left, exponent, left.span.to(token.span))

    def power(self, left: Tree) -> Tree:
        self.take()
        token = self.token
        braced = token.text == "{" and self.ahead(2).text == "}"
        inner = self.ahead() if braced else token
        if inner.kind == "transpose" or (inner.kind == "name" and inner.text == "T"):
            self.at += 3 if braced else 1
            if "T" in self.known:
                self.remark("^T is the transpose; a variable T cannot be an exponent", inner.span)
            return Transposed(left, left.span.to(inner.span))
        if token.text in CLOSING:
            right = self.expression(POWER - 1)
        else:
            with self.level(token):
                right = self.expression(POWER - 1)
        match right:
            case Negative(Name("T")) if "T" not in self.known:
                message = "The inverse of a matrix is not computed, nor the transpose of one"
                raise Problem(
                    message, left.span.to(right.span), "Write the system of equations in another way"
                )
        if token.text == "(" and isinstance(left, Name) and isinstance(right, Number):
            shown = self.source(left.span.to(self.tokens[self.at - 1].span))
            layer = f"{self.source(left.span)}^{{({self.source(right.span).strip('()')})}}"
            said = f"{shown} is read as a power; a layer's number is written {layer}"
            self.remark(said, left.span.to(self.tokens[self.at - 1].span), layer)
        return Binary("^", left, right, left.span.to(self.tokens[self.at - 1].span))

    def index(self, left: Tree) -> Tree:
        if isinstance(left, Number):
            raise Problem("A number has no entries", self.token.span, "Put a · before the bracket", "·[")
        opening = self.take()
        places = self.listed(opening, "an index", self.place)
        return Index(left, places, left.span.to(self.tokens[self.at - 1].span))

    def place(self) -> Tree | Range:
        """A number of an entry, or a range such as `1:3`, `:3` or `:`."""
        start = Number(0.0, self.token.span) if self.at_sign(":") else self.expression()
        if self.at_relation():
            raise mistaken_calls.comparison_as_index(self)
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
            case "name" | "library":
                return calls.named(self, token)
            case "bar" | "bars":
                return bars.bars(self, token)
            case "frac":
                return fractions.fraction(self, token)
            case "root":
                return fractions.root(self, token)
            case "root3":
                return fractions.nth_root(self, token, Number(3.0), self.operand(token))
            case "reduce":
                return sums.reduction(self, token)
            case "indicator":
                return lists.indicator(self, token)
            case "begin":
                return lists.environment(self, token)
            case "sign":
                return self.signed(token)
        raise mistakes.value_missing(self, token)

    def signed(self, token: Token) -> Tree:
        match token.text:
            case "-" | "+":
                return self.unary(token)
            case "√":
                body = self.operand(token)
                return Call("sqrt", (body,), token.span.to(body.span))
            case "(" | "{":
                return self.bracketed(token)
            case "[":
                return lists.square(self, token)
            case "⟨":
                return self.angled(token)
        raise mistakes.value_missing(self, token)

    def unary(self, token: Token) -> Tree:
        """Signs in front of a factor, however many."""
        signs = [token]
        while self.at_sign("-", "+"):
            signs.append(self.take())
        body = self.expression(POWER - 1)
        for sign in reversed(signs):
            if sign.text == "-":
                body = Negative(body, sign.span.to(body.span))
        return body

    def factor(self) -> Tree:
        """One factor with its powers, transposes and indices."""
        return self.expression(POWER - 1)

    def operand(self, token: Token) -> Tree:
        """What a root without brackets is taken of."""
        with self.level(token):
            return self.expression(POWER)

    def bracketed(self, opening: Token) -> Tree:
        """`(…)` or `{…}`: a formula, a comparison, or `{a \\over b}`."""
        if self.at_sign(CLOSING[opening.text]):
            span = opening.span.to(self.token.span)
            raise Problem("There is nothing between these brackets", span, "Write a value there")
        with self.level(opening):
            self.fences.append(opening.text)
            body = comparisons.relation(self)
            if self.token.kind == "over":
                self.take()
                below = self.expression()
                body = Binary("/", body, below, body.span.to(below.span))
            if self.at_sign(","):
                raise mistakes.stray_comma(self)
            closing = self.close(opening)
        return with_span(body, opening.span.to(closing.span))

    def angled(self, opening: Token) -> Tree:
        parts = self.listed(opening, "⟨…⟩", self.expression)
        span = opening.span.to(self.tokens[self.at - 1].span)
        if len(parts) != 2:
            raise Problem(f"An inner product has two vectors; here are {len(parts)}", span, "Write ⟨w, x⟩")
        return Binary("·", parts[0], parts[1], span)

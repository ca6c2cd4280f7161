"""Text to a program: its statements, in the order of their use, with every ambiguity noted.

The tokens are made plain in `spellings`, expressions are read in `expressions`, sums over indices are made
operations on whole arrays in `indices`; here statements are read and put together.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from msgspec.structs import replace

from core.base.errors import Problem, Span
from core.notation import mistakes
from core.notation.expressions import Expressions
from core.notation.factors import split_products
from core.notation.free_indices import without_indices
from core.notation.left_sides import Side, is_function, side_at, sides_at, uses_in
from core.notation.lexer import assigned
from core.notation.meanings import aliases_of, without_letters
from core.notation.names import parts
from core.notation.order import in_order
from core.notation.printers import expression_text
from core.notation.program import Program, Statement
from core.notation.signatures import Signature
from core.notation.slopes import slope_of
from core.notation.spellings import normalised
from core.notation.sums import reductions_in
from core.notation.tree import Binary, Name, Tree, substituted, walk

DEEPEST = 20_000  # Python's own limit of calls in calls while a text is read; frames lie on the heap


def read(text: str, functions: Mapping[str, Signature], known: Collection[str] = ()) -> Program:
    """Read a program's text.

    Args:
        text: one statement a line, or several divided by semicolons.
        functions: what may be called, by its names.
        known: names that have values already; a mapping also says how many axes each value has, which the
            meaning of an index or of bars can depend on.

    Returns:
        The statements as trees, with remarks on how ambiguous places were understood and the conditions on
        shapes that this reading needs.

    Raises:
        Problem: what cannot be read, with its place in the text, and a fix where there is one.
    """
    ranks = dict(known) if isinstance(known, Mapping) else {}
    with _deep():
        return _Reader(text, functions, set(known), ranks).program()


@contextmanager
def _deep() -> Iterator[None]:
    """Room for MAX_DEPTH levels of nesting, each of which takes several calls."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Reader(Expressions):
    def __init__(
        self, text: str, functions: Mapping[str, Signature], known: set[str], ranks: Mapping[str, int]
    ):
        found = normalised(text, functions, known)
        given = assigned(found.tokens)
        self.aliases = aliases_of(found.tokens, functions, known)
        named = {*known, *self.aliases.values(), *given}
        usable = without_letters(found.tokens, functions, named)
        mistakes.refuse_derivative(found.tokens, named)
        split, remarks = split_products(found.tokens, named, usable, found.upright, text)
        super().__init__(text, split, usable, named)
        self.remarks |= dict.fromkeys(remarks)
        self.upright, self.ranks = found.upright, ranks
        self.faces = found.faces
        self.spelled = {name: spelled for name, spelled in found.spelled.items() if spelled != name}
        self.uses = uses_in(split)
        self.formulas: dict[str, Tree] = {}
        self._know_definitions()

    def _know_definitions(self) -> None:
        """Make the functions that the program defines known from its first line on."""
        starts = [0, *(at + 1 for at, token in enumerate(self.tokens) if token.kind == "end")]
        for start in starts:
            side = side_at(self, start) if start < len(self.tokens) else None
            if side is None or side.parameters is None or not is_function(self, side, self.uses):
                continue
            name = side.name.text
            if name not in self.functions:
                count = len(side.parameters)
                usage = f"{name}({', '.join(side.parameters)})"
                self.functions[name] = Signature(name, count, count, usage, True)
                self.defined.add(name)

    # -- what expressions ask for

    def printed(self, tree: Tree) -> str:
        if reductions_in(tree):
            return self.source(tree.span)
        return expression_text(tree)

    def slope_of(self, function: str) -> Tree | None:
        if function in self.definitions:
            parameters, tree = self.definitions[function]
            if len(parameters) != 1:
                return None
            found = slope_of(tree, parameters[0], self.functions, self._formula)
            return substituted(found, {parameters[0]: Name("x")})
        slope = self.functions[function].slope
        return self._formula(slope) if slope else None

    def _formula(self, text: str) -> Tree:
        """A formula of x that is no part of the program, such as the slope that a function states."""
        if text not in self.formulas:
            self.formulas[text] = read(text, self.functions, ["x"]).statements[0].tree
        return self.formulas[text]

    # -- statements

    def program(self) -> Program:
        statements: list[Statement] = []
        while True:
            while self.token.kind == "end":
                self.take()
            if self.token.kind == "stop":
                break
            statements += self.statement()
            if self.token.kind not in ("end", "stop"):
                raise mistakes.unexpected_after_statement(self, statements[-1])
        if not statements:
            raise Problem(
                "There is no formula yet", Span(0, max(1, len(self.text))), "Type one, such as (x+y)z"
            )
        lowered = without_indices(self, list(in_order(self, statements)))
        ordered = in_order(self, lowered)
        faces = {replace(parts(name), sub="").text: face for name, face in self.faces.items()} | self.faces
        return Program(
            self.text, ordered, tuple(self.remarks), tuple(self.conditions), self.spelled, self.aliases, faces
        )

    def statement(self) -> list[Statement]:
        start = self.token
        if start.kind == "name" and self.ahead().kind == "sign" and self.ahead().text == "==":
            raise Problem("'==' compares", self.ahead().span, "Write = to give a name to a value", "=")
        if start.kind == "name" and self.ahead().kind == "change":
            return [self.changed()]
        sides = sides_at(self)
        if not sides:
            tree = self.side()
            return [Statement(tree, span=tree.span)]
        self.at = sides[-1].end
        first = sides[0]
        if first.parameters is not None and is_function(self, first, self.uses):
            return [self.definition(first)]
        self._check_target(first)
        return self._assigned(sides, self.side())

    def side(self) -> Tree:
        """A whole formula; `a \\over b` divides all before by all behind."""
        tree = self.expression()
        if self.token.kind != "over":
            return tree
        self.take()
        below = self.expression()
        return Binary("/", tree, below, tree.span.to(below.span))

    def _check_target(self, side: Side) -> None:
        name = side.name
        base = name.text.rstrip("′")
        if side.parameters is not None and base != name.text and base in self.defined:
            message = f"{name.text} is the slope of {base}, which is computed from it"
            raise Problem(message, name.span, "Give this formula another name")
        if name.text not in self.functions:
            return
        if side.parameters is None:
            message = f"'{name.text}' is a function and cannot be given a value"
            raise Problem(message, name.span, "Choose another name")
        body = {token.text for token in self.tokens[side.end :] if token.kind == "name"}
        if any(token.kind == "end" for token in self.tokens[:-1]) or not body & set(side.parameters):
            raise Problem(f"'{name.text}' is a known function already", name.span, "Choose another name")

    def _assigned(self, sides: list[Side], tree: Tree) -> list[Statement]:
        """`a = b = c` and `L(w, b) = c`: names get the last side, calls are left away."""
        first = sides[0]
        span = first.name.span.to(tree.span)
        if len(sides) > 1:
            self.remark(f"{self.source(span)} is read as {first.name.text} = {self.source(tree.span)}", span)
        name = first.name.text if first.name.text not in self.functions else None
        self._check_parameters(first)
        if name and first.parameters and self.uses.named[name] > 1:
            call = f"{name}({', '.join(first.parameters)})"
            self.remark(f"{name} is read as a name; write {call} where it is meant as a function", span)
        found = [Statement(tree, name, span=span, name_span=first.name.span)]
        for side in sides[1:]:
            used = self.uses.named[side.name.text] > 1
            if side.parameters is None and used and side.name.text not in self.functions:
                again = Statement(
                    Name(side.name.text, side.name.span), name, span=span, name_span=first.name.span
                )
                found = [replace(found[0], name=side.name.text, name_span=side.name.span), again]
        return found

    def _check_parameters(self, side: Side) -> None:
        parameters = side.parameters or ()
        if len(set(parameters)) < len(parameters):
            name = side.name
            raise Problem(f"{name.text} repeats a name among its values", name.span, "Rename one of them")

    def changed(self) -> Statement:
        """`L += x`: a new name for the old value and what is added."""
        name, sign = self.take(), self.take()
        old = self.newest_names.get(name.text, name.text)
        tree = self.expression()
        new = old + "′"
        while new in self.uses.texts:
            new += "′"
        self.newest_names[name.text] = new
        span = name.span.to(tree.span)
        self.remark(f"{self.source(span)} makes a new name, {new}; {old} keeps its value", span)
        return Statement(
            Binary(sign.text[0], Name(old, name.span), tree, span), new, span=span, name_span=name.span
        )

    def definition(self, side: Side) -> Statement:
        name, parameters = side.name, side.parameters or ()
        if name.text in self.functions and name.text not in self.defined:
            raise Problem(f"'{name.text}' is a known function already", name.span, "Choose another name")
        if not parameters:
            message = f"{name.text} is called as a function, but here between its brackets stands a formula"
            raise Problem(message, name.span, f"Write {name.text}(x) = … with the names of its values")
        self._check_parameters(side)
        hidden = {name: self.functions.pop(name) for name in parameters if name in self.defined}
        tree = self.expression()
        self.functions |= hidden
        self.definitions[name.text] = (parameters, tree)
        for part in walk(tree):
            if getattr(part, "function", "") == name.text:
                message = f"{name.text} uses itself; a function is made of others"
                raise Problem(message, part.span, "Write out what it stands for")
        return Statement(tree, name.text, parameters, name.span.to(tree.span), name.span)

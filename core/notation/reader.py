"""Text to a program: its statements, in the order of their use, with every ambiguity noted.

The tokens are made plain in `spellings`, expressions are read in `expressions`, sums over indices are made
operations on whole arrays in `indices`; here statements are read and put together.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from core.dataclass import dataclass, replace
from core.errors import Problem, Span
from core.notation import entries, indices, mistakes
from core.notation.entries import Known
from core.notation.expressions import Expressions
from core.notation.factors import split_products
from core.notation.lexer import Token, assigned
from core.notation.names import parts, plain_spellings
from core.notation.printers import expression_text
from core.notation.signatures import MAX_VALUES, Signature
from core.notation.slopes import slope_of
from core.notation.spellings import plain
from core.notation.sums import labels_of, reductions_in
from core.notation.tree import (
    Binary,
    Call,
    Name,
    Needed,
    Note,
    Program,
    Statement,
    Tree,
    names,
    substituted,
    walk,
)

DEEPEST = 20_000  # Python's own limit of calls in calls while a text is read; frames lie on the heap


def read(text: str, functions: Mapping[str, Signature], known: Collection[str] = ()) -> Program:
    """Read a program; `known` are names that have values already, with their number of axes if it is a mapping.

    Raises Problem with the place.
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


@dataclass(frozen=True, slots=True)
class _Side:
    """A name, or a call such as f(x, y), on the left of =; `end` is the number of the token behind the =."""

    name: Token
    parameters: tuple[str, ...] | None
    end: int


class _Reader(Expressions):
    def __init__(
        self, text: str, functions: Mapping[str, Signature], known: set[str], ranks: Mapping[str, int]
    ):
        found = plain(text, functions, known)
        given = assigned(found.tokens)
        self.aliases = _aliases(found.tokens, functions, known)
        named = {*known, *self.aliases.values(), *given}
        own = _as_names(self, text, found.tokens, functions, named)
        mistakes.refuse_derivative(found.tokens, named)
        split, notes = split_products(found.tokens, named, own, found.whole, text)
        super().__init__(text, split, own, named)
        self.notes += notes
        self.whole, self.ranks = found.whole, ranks
        self.faces = found.faces
        self.spelled = {name: spelled for name, spelled in found.spelled.items() if spelled != name}
        self.called_names = _called(split)
        self.own: dict[str, tuple[tuple[str, ...], Tree]] = {}
        self._know_definitions()

    def _know_definitions(self) -> None:
        """Make the functions that the program defines known from its first line on."""
        starts = [0, *(at + 1 for at, token in enumerate(self.tokens) if token.kind == "end")]
        for start in starts:
            side = self._side(start) if start < len(self.tokens) else None
            if side is None or side.parameters is None or not self._is_function(side):
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
        if function in self.own:
            parameters, tree = self.own[function]
            if len(parameters) != 1:
                return None
            found = slope_of(tree, parameters[0], self.functions, self._formula)
            return substituted(found, {parameters[0]: Name("x")})
        slope = self.functions[function].slope
        return self._formula(slope) if slope else None

    def _formula(self, text: str) -> Tree:
        """A formula of x that is no part of the program, such as the slope that a function states."""
        return read(text, self.functions, ["x"]).statements[0].tree

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
        lowered = self._lowered(statements)
        ordered = self._ordered(lowered)
        faces = {replace(parts(name), sub="").text: face for name, face in self.faces.items()} | self.faces
        return Program(
            self.text, ordered, tuple(self.notes), tuple(self.needed), self.spelled, self.aliases, faces
        )

    def statement(self) -> list[Statement]:
        start = self.token
        if start.kind == "name" and self.ahead().kind == "sign" and self.ahead().text == "==":
            raise Problem("'==' compares", self.ahead().span, "Write = to give a name to a value", "=")
        if start.kind == "name" and self.ahead().kind == "change":
            return [self.changed()]
        sides = self._sides()
        if not sides:
            tree = self.side()
            return [Statement(tree, span=tree.span)]
        self.at = sides[-1].end
        first = sides[0]
        if first.parameters is not None and self._is_function(first):
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

    def _sides(self) -> list[_Side]:
        """The left sides that stand here, each behind the =; none if no = follows a name or a call."""
        found: list[_Side] = []
        at = self.at
        while (side := self._side(at)) is not None:
            found.append(side)
            at = side.end
        return found

    def _side(self, at: int) -> _Side | None:
        name = self.tokens[at]
        if name.kind != "name":
            return None
        behind, parameters = at + 1, None
        if self.tokens[behind].kind == "sign" and self.tokens[behind].text == "(":
            inside = behind + 1
            found: list[str] = []
            while self.tokens[inside].kind == "name" or self.tokens[inside].text in (",", "|", ";"):
                if self.tokens[inside].kind == "name":
                    found.append(self.tokens[inside].text)
                inside += 1
            if self.tokens[inside].text != ")" or not found:
                inside, found = self._end_of_call(behind), []
                if not inside:
                    return None
            behind, parameters = inside + 1, tuple(found)
            if self.tokens[behind].kind == "sub":
                behind += 1
            elif self.tokens[behind].kind == "under" and self.tokens[behind + 1].kind == "name":
                behind += 2
        sign = self.tokens[min(behind, len(self.tokens) - 1)]
        if sign.kind == "sign" and sign.text == "=":
            return _Side(name, parameters, behind + 1)
        return None

    def _end_of_call(self, at: int) -> int:
        """Where the bracket that opens at a token closes in its statement, as in p(y | x, θ) = …; 0 if it does not."""
        end = self.partner(at)
        inside = self.tokens[at : end + 1]
        plain = not any(token.text == "=" or (token.kind == "end" and token.text == "\n") for token in inside)
        return end if self.tokens[end].text == ")" and plain else 0

    def _is_function(self, side: _Side) -> bool:
        """Whether a left side defines a function.

        It does where it is called somewhere, and where it is neither used as a name nor the last line, nor
        made of names that get their values below.
        """
        name = side.name.text
        if name in self.called_names:
            return True
        used = sum(token.kind == "name" and token.text == name for token in self.tokens) > 1
        ends = [
            at for at, token in enumerate(self.tokens) if at >= side.end and token.kind in ("end", "stop")
        ]
        starts = [
            token
            for at in ends
            for token in self.tokens[at + 1 : at + 2]
            if token.kind not in ("end", "stop")
        ]
        body = {token.text for token in self.tokens[side.end : ends[0]] if token.kind == "name"}
        return not used and bool(starts) and not {token.text for token in starts} & body

    def _check_target(self, side: _Side) -> None:
        name = side.name
        if name.text not in self.functions:
            return
        if side.parameters is None:
            message = f"'{name.text}' is a function and cannot be given a value"
            raise Problem(message, name.span, "Choose another name")
        body = {token.text for token in self.tokens[side.end :] if token.kind == "name"}
        if any(token.kind == "end" for token in self.tokens[:-1]) or not body & set(side.parameters):
            raise Problem(f"'{name.text}' is a known function already", name.span, "Choose another name")

    def _assigned(self, sides: list[_Side], tree: Tree) -> list[Statement]:
        """`a = b = c` and `L(w, b) = c`: names get the last side, calls are left away."""
        first = sides[0]
        span = first.name.span.to(tree.span)
        if len(sides) > 1:
            self.note(f"{self.source(span)} is read as {self._shown(first)} = {self.source(tree.span)}", span)
        name = first.name.text if first.name.text not in self.functions else None
        self._check_parameters(first)
        if name and first.parameters and sum(token.text == name for token in self.tokens) > 1:
            call = f"{name}({', '.join(first.parameters)})"
            self.note(f"{name} is read as a name; write {call} where it is meant as a function", span)
        found = [Statement(tree, name, span=span, name_span=first.name.span)]
        for side in sides[1:]:
            used = sum(token.text == side.name.text for token in self.tokens if token.kind == "name") > 1
            if side.parameters is None and used and side.name.text not in self.functions:
                again = Statement(
                    Name(side.name.text, side.name.span), name, span=span, name_span=first.name.span
                )
                found = [replace(found[0], name=side.name.text, name_span=side.name.span), again]
        return found

    def _check_parameters(self, side: _Side) -> None:
        parameters = side.parameters or ()
        if len(set(parameters)) < len(parameters):
            name = side.name
            raise Problem(f"{name.text} repeats a name among its values", name.span, "Rename one of them")

    def _shown(self, side: _Side) -> str:
        return side.name.text

    def changed(self) -> Statement:
        """`L += x`: a new name for the old value and what is added."""
        name, sign = self.take(), self.take()
        old = self.current.get(name.text, name.text)
        tree = self.expression()
        new = old + "′"
        while any(token.text == new for token in self.tokens):
            new += "′"
        self.current[name.text] = new
        span = name.span.to(tree.span)
        self.note(f"{self.source(span)} makes a new name, {new}; {old} keeps its value", span)
        return Statement(
            Binary(sign.text[0], Name(old, name.span), tree, span), new, span=span, name_span=name.span
        )

    def definition(self, side: _Side) -> Statement:
        name, parameters = side.name, side.parameters or ()
        if name.text in self.functions and name.text not in self.defined:
            raise Problem(f"'{name.text}' is a known function already", name.span, "Choose another name")
        self._check_parameters(side)
        hidden = {own: self.functions.pop(own) for own in parameters if own in self.defined}
        tree = self.expression()
        self.functions |= hidden
        self.own[name.text] = (parameters, tree)
        for part in walk(tree):
            if getattr(part, "function", "") == name.text:
                message = f"{name.text} uses itself; a function is made of others"
                raise Problem(message, part.span, "Write out what it stands for")
        return Statement(tree, name.text, parameters, name.span.to(tree.span), name.span)

    # -- sums over indices

    def _lowered(self, statements: list[Statement]) -> list[Statement]:
        """The statements without index notation; `z_k = …` gives the whole vector z its value."""
        known = self._known(statements)
        if known is None:
            return statements
        counts: dict[str, Tree] = {}
        found = []
        for statement in statements:
            free = self._free_labels(statement, known)
            wider = replace(known, arrays=known.arrays | self._evidence(statement, free, known))
            made = indices.lowered(statement.tree, free, wider)
            self.needed += made.needed
            counts |= made.counts
            if made.labels and statement.name:
                kept = [label for label in labels_of(parts(statement.name).sub) if label not in made.labels]
                vector = replace(parts(statement.name), sub="".join(kept)).text
                shown = self.source(statement.name_span)
                self.note(f"{shown} = … is read as the whole of {vector}", statement.span)
                known = replace(
                    known, names=known.names - {statement.name} | {vector}, arrays=known.arrays | {vector}
                )
                statement = replace(statement, name=vector)
            found.append(replace(statement, tree=made.tree))
        return self._counted(found, counts)

    def _counted(self, statements: list[Statement], counts: Mapping[str, Tree]) -> list[Statement]:
        """The statements with limits such as n, where n has no value, as the number of entries they stand for."""
        used = {name for statement in statements for name in names(statement.tree)}
        lengths = {name: length for name, length in counts.items() if name in used}
        for name, length in lengths.items():
            self.note(f"{name} is the number of entries, {expression_text(length)}", statements[-1].span)
        return [replace(s, tree=substituted(s.tree, lengths)) for s in statements] if lengths else statements

    def _known(self, statements: list[Statement]) -> Known | None:
        """What is known for index notation; None where the program has none."""
        ranks = {name: rank for name, rank in self.ranks.items() if rank}
        plain_names = {statement.name for statement in statements if statement.name}
        indexed = {name for name in plain_names if labels_of(parts(name).sub)}
        known = Known(frozenset(self.known - indexed), ranks, frozenset(), self.functions)
        sums = any(reductions_in(statement.tree) for statement in statements)
        if not sums and not ranks:
            return None
        arrays: set[str] = set()
        for statement in statements:
            arrays |= entries.indexed_names(statement.tree, known)
        without = not sums and not any(
            entries.plain_entry(part, replace(known, names=frozenset(self.known)))
            for statement in statements
            for part in walk(statement.tree)
            if isinstance(part, Name)
        )
        if without and not any(
            self._free_labels(s, replace(known, arrays=frozenset(arrays))) for s in statements
        ):
            return None
        return replace(known, arrays=frozenset(arrays), names=frozenset(self.known))

    def _free_labels(self, statement: Statement, known: Known) -> tuple[str, ...]:
        """The indices on the left of = that entries on the right carry."""
        if statement.name is None:
            return self._loose_labels(statement, known)
        if statement.parameters is not None:
            return ()
        labels = tuple(label for label in labels_of(parts(statement.name).sub) if not label.isdigit())
        if not labels or len(labels) != len(labels_of(parts(statement.name).sub)):
            return ()
        carried = entries.indexed_names(
            statement.tree, replace(known, names=known.names - {statement.name}), labels
        )
        sums = reductions_in(statement.tree)
        arrays = {name for name in carried if name in known.arrays or known.ranks.get(name)}
        if not carried or not (arrays or sums):
            return ()
        given = {name for name in carried if name in known.names}  # as i_p, of which i_pj is entry j
        fixed = {label for name in given for label in labels_of(parts(name).sub)}
        return tuple(label for label in labels if label not in fixed)

    def _loose_labels(self, statement: Statement, known: Known) -> tuple[str, ...]:
        """The indices without a value that a formula alone carries: `e^{s_k}/∑_j e^{s_j}` is a whole vector."""
        found: list[str] = []
        fixed = {
            name
            for part in reductions_in(statement.tree)
            for limit in (part.excluded, part.start, part.stop)
            if limit is not None
            for name in names(limit)
        }
        for part, bound in entries.with_indices(statement.tree):
            if isinstance(part, Name) and (entry := entries.plain_entry(part, known)):
                if entries.entry_of(part, known, bound):
                    continue
                places = [place for place in getattr(entry, "places", ()) if isinstance(place, Name)]
                found += [place.name for place in places if place.name not in known.names | fixed]
        labels = tuple(dict.fromkeys(label for label in found if len(label) == 1))
        if labels:
            whole = f"all entries, as {' and '.join(labels)} {'has' if len(labels) == 1 else 'have'} no value"
            self.note(f"{self.source(statement.span)} is read for {whole}", statement.span)
        return labels

    def _evidence(self, statement: Statement, free: tuple[str, ...], known: Known) -> set[str]:
        return entries.indexed_names(statement.tree, known, free) if free else set()

    # -- order

    def _ordered(self, statements: list[Statement]) -> tuple[Statement, ...]:
        """The statements so that every name has its value before it is used, where they are out of order."""
        given = {s.name: i for i, s in enumerate(statements) if s.name}
        uses = [
            {given[name] for name in _used(s) if name in given and given[name] != i}
            for i, s in enumerate(statements)
        ]
        once = len(given) == sum(1 for s in statements if s.name)
        if not once or all(used < i for i, row in enumerate(uses) for used in row):
            return tuple(statements)
        order: list[int] = []
        while len(order) < len(statements):
            ready = next((i for i, row in enumerate(uses) if i not in order and row <= set(order)), None)
            if ready is None:
                return tuple(statements)  # a circle; the builder says where
            order.append(ready)
        late = ", ".join(statements[i].name or "" for i in order if statements[i].name)
        self.note(f"The lines are taken in the order of their use: {late}", statements[order[0]].span)
        return tuple(statements[i] for i in order)


def _used(statement: Statement) -> set[str]:
    """The names and functions that a statement uses, less its own parameters."""
    called = {part.function for part in walk(statement.tree) if isinstance(part, Call)}
    return (set(names(statement.tree)) | called) - set(statement.parameters or ())


# -- names that may be one thing or another


def _aliases(tokens: list[Token], functions: Collection[str], known: Collection[str]) -> dict[str, str]:
    """Names under which values were given, such as W2, and the program's names they are meant for, as W⁽²⁾."""
    used = {token.text for token in tokens if token.kind == "name"} - set(functions)
    found: dict[str, str] = {}
    for name in sorted(used - set(known)):
        for other in plain_spellings(name):
            if other in known and other not in used and other not in found:
                found[other] = name
                break
    return found


def _as_names(
    reader: _Reader,
    text: str,
    tokens: list[Token],
    functions: Mapping[str, Signature],
    known: Collection[str],
) -> dict[str, Signature]:
    """The functions less those of one letter that this program uses as a name, as the width σ."""
    own = dict(functions)
    for letter in [name for name in functions if len(name) == 1]:
        places = [i for i, token in enumerate(tokens) if token.kind == "name" and token.text == letter]
        if not places:
            ends = [
                i for i, token in enumerate(tokens) if token.kind == "name" and token.text == "π" + letter
            ]
            if letter in known or any(not _is_applied(tokens, i) for i in ends):
                del own[letter]
            continue
        applied = [i for i in places if _is_applied(tokens, i)]
        bare = [i for i in places if i not in applied]
        if not bare and letter not in known:
            continue
        if applied and any(tokens[i + 1].text in ("(", "{") for i in applied):
            valued = letter in known and not (bare and tokens[bare[0] + 1].text == "=")
            raise mistakes.letter_of_a_function(tokens, bare or places, functions[letter].name, valued=valued)
        del own[letter]
    return own


def _is_applied(tokens: list[Token], at: int) -> bool:
    """Whether a function's sign at a token has a value behind it."""
    following = tokens[at + 1]
    if following.kind == "prime":
        following = tokens[at + 2]
    if following.kind in ("name", "number", "frac", "root", "bar", "bars", "begin", "reduce"):
        return True
    return following.kind == "sign" and following.text in "({["


def _called(tokens: list[Token]) -> set[str]:
    """The names that are called somewhere, not only where they are defined."""
    found: set[str] = set()
    for at, token in enumerate(tokens[:-1]):
        behind = at + 2 if tokens[at + 1].kind in ("prime", "sup") else at + 1
        if tokens[behind].text == "^" and tokens[min(behind + 1, len(tokens) - 1)].kind == "number":
            behind += 2
        if token.kind != "name" or tokens[behind].text != "(":
            continue
        starts = at == 0 or tokens[at - 1].kind == "end" or tokens[at - 1].text == "="
        if not (starts and _closes_before_equals(tokens, behind)):
            found.add(token.text.rstrip("′"))
    return found


def _closes_before_equals(tokens: list[Token], at: int) -> bool:
    while at < len(tokens) - 1 and tokens[at].text != ")":
        at += 1
    return tokens[min(at + 1, len(tokens) - 1)].text == "="


__all__ = ["MAX_VALUES", "Needed", "Note", "Signature", "read"]

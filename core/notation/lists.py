"""Square brackets, matrices and cases: lists, comparisons, brackets that only group, and tables of LaTeX."""

from __future__ import annotations

from core.base.errors import Problem, Span
from core.notation import mistakes
from core.notation.comparisons import comparison, relation
from core.notation.cursor import nesting
from core.notation.lexer import Token
from core.notation.libraries import chosen
from core.notation.reading import Reading
from core.notation.tree import (
    Binary,
    Call,
    Indicator,
    Listing,
    Name,
    Negative,
    Number,
    Tree,
    is_constant,
    with_span,
)

OPPOSITE = {"<": "≥", "≥": "<", ">": "≤", "≤": ">", "=": "≠", "≠": "="}


def square(reader: Reading, opening: Token) -> Tree:
    """`[x > 0]`, `[1, 2]`, `[1 2; 3 4]`, `[w; b]`, or brackets around one formula."""
    if reader.at_sign("]"):
        span = opening.span.to(reader.token.span)
        raise Problem("A list needs at least one value", span, "Write its entries, as in [1, 2]")
    if _has_rows(reader, reader.at):
        return _rows(reader, opening)
    start = reader.at - 1
    with reader.level(opening):
        reader.fences.append("[")
        first, compares = comparison(reader)
        reader.fences.pop()
        if reader.at_sign(","):
            reader.take()
            items = [first]
            if reader.at_sign("]"):
                reader.take()
            else:
                items += reader.listed(opening, "A list", lambda: relation(reader))
            return Listing(tuple(items), reader.since(opening))
        reader.fences.append("[")
        reader.close(opening)
    span = reader.since(opening)
    if not compares and (
        (isinstance(first, Listing) and reader.text[first.span.start] == "[")
        or _is_entry(reader, start)
        or _is_given(reader, start, first)
    ):
        return Listing((first,), span)
    return with_span(first, span)


def _is_entry(reader: Reading, start: int) -> bool:
    """Whether brackets that were just closed are all of an entry of a list, as in `[[2]]`."""
    before = reader.tokens[start - 1] if start else None
    if before is None or before.kind != "sign" or reader.fences[-1:] != ["["]:
        return False
    return before.text in ("[", ",") and reader.at_sign(",", "]")


def _is_given(reader: Reading, start: int, body: Tree) -> bool:
    """Whether brackets are all that stands on the right of =, and numbers alone are in them: `x = [3]`."""
    before = reader.tokens[start - 1] if start else None
    first = before is None or before.kind == "end" or before.text == "="
    return first and reader.token.kind in ("end", "stop") and is_constant(body)


def has_rows(reader: Reading) -> bool:
    """Whether a ; stands directly in the bracket that opens here."""
    return _has_rows(reader, reader.at + 1)


def _has_rows(reader: Reading, start: int) -> bool:
    depth = 0
    for token in reader.tokens[start:]:
        depth += nesting(token)
        if depth < 0 or token.kind == "stop":
            return False
        if not depth and token.kind == "end" and token.text == ";":
            return True
    return False


def _rows(reader: Reading, opening: Token) -> Tree:
    """`[1 2; 3 4]`: rows behind ;, entries apart by blanks or commas."""
    rows: list[list[Tree]] = []
    reader.fences.append("[")
    with reader.level(opening):
        while True:
            rows.append(_blank_row(reader))
            if not (reader.token.kind == "end" and reader.token.text == ";"):
                break
            reader.take()
            if reader.at_sign("]"):
                break
        reader.close(opening)
    return _matrix(rows, reader.since(opening))


def _blank_row(reader: Reading) -> list[Tree]:
    """A row of numbers or names apart by blanks, or of formulas apart by commas."""
    depth = 0
    commas = False
    for token in reader.tokens[reader.at :]:
        depth += nesting(token)
        if depth < 0 or (not depth and token.kind in ("end", "stop")):
            break
        commas = commas or (not depth and token.text == "," and token.kind == "sign")
    found: list[Tree] = []
    while not reader.at_sign("]") and reader.token.kind not in ("end", "stop"):
        if commas:
            found.append(reader.expression())
            if reader.at_sign(","):
                reader.take()
            continue
        found.append(_blank_entry(reader))
    if not found:
        raise Problem("This row has no entries", reader.token.span, "Delete the ;")
    return found


def _blank_entry(reader: Reading) -> Tree:
    """A signed number or name, or a whole formula where it is the row's only entry."""
    start = reader.at
    sign = reader.take() if reader.at_sign("-", "+") else None
    token = reader.token
    following = reader.ahead()
    ends = following.kind in ("end", "stop") or (following.kind == "sign" and following.text == "]")
    simple = token.kind in ("number", "name") and (
        ends or (following.spaced and (following.kind in ("number", "name") or _signed_entry(reader)))
    )
    if simple:
        reader.take()
        part: Tree = (
            Number(float(token.text), token.span) if token.kind == "number" else Name(token.text, token.span)
        )
        return Negative(part, sign.span.to(part.span)) if sign and sign.text == "-" else part
    reader.at = start
    return reader.expression()


def _signed_entry(reader: Reading) -> bool:
    """Whether what follows is an entry with a sign of its own, as the −2 in `[1 -2; 3 4]`."""
    sign, value = reader.ahead(), reader.ahead(2)
    return sign.kind == "sign" and sign.text in "+-" and sign.spaced and not value.spaced


def _matrix(rows: list[list[Tree]], span: Span) -> Tree:
    """A column for rows of one entry each, else a matrix of rows."""
    if all(len(row) == 1 for row in rows) and len(rows) > 1:
        column = tuple(row[0] for row in rows)
        if all(map(is_constant, column)):
            return Listing(column, span)
        return Call("concat", column, span)
    if any(len(row) != len(rows[0]) for row in rows):
        lengths = " and ".join(dict.fromkeys(str(len(row)) for row in rows))
        raise Problem(f"The rows of a matrix must have the same number of entries, not {lengths}", span)
    return Listing(tuple(Listing(tuple(row), row[0].span.to(row[-1].span)) for row in rows), span)


# -- tables of LaTeX


def environment(reader: Reading, opening: Token) -> Tree:
    """`\\begin{bmatrix} … \\end{bmatrix}` or `\\begin{cases} … \\end{cases}`."""
    return _cases(reader, opening) if opening.text == "cases" else _table(reader, opening)


def _table(reader: Reading, opening: Token) -> Tree:
    rows: list[list[Tree]] = [[]]
    with reader.level(opening):
        reader.fences.append("begin")
        while reader.token.kind != "finish":
            if reader.token.kind == "break":
                reader.take()
                if reader.token.kind != "finish":
                    rows.append([])
                continue
            if reader.token.kind == "align":
                sign = reader.take()
                if not rows[-1] or reader.token.kind in ("align", "break", "finish"):
                    raise Problem("An entry of this matrix is empty", sign.span, "Write 0 there")
                continue
            if reader.token.kind in ("end", "stop"):
                raise _not_ended(reader, opening)
            rows[-1].append(reader.expression())
            if reader.token.kind not in ("align", "break", "finish"):
                raise mistakes.unexpected(reader)
        reader.fences.pop()
        reader.take()
    if not all(rows):
        raise Problem("A row of this matrix is empty", reader.since(opening), "Write its entries")
    return _matrix(rows, reader.since(opening))


def _not_ended(reader: Reading, opening: Token) -> Problem:
    said = f"'\\begin{{{opening.text}}}' is not closed"
    return Problem(said, opening.span, f"Add \\end{{{opening.text}}}")


def _cases(reader: Reading, opening: Token) -> Tree:
    """The first case whose condition holds: c·a + (1 − c)·b."""
    found: list[tuple[Tree, Tree | None, str]] = []
    with reader.level(opening):
        reader.fences.append("begin")
        while reader.token.kind != "finish":
            if reader.token.kind in ("stop", "end"):
                raise _not_ended(reader, opening)
            value = reader.expression()
            while reader.at_sign(",") or reader.token.kind == "align":
                reader.take()
            found.append((value, *_condition(reader)))
            while reader.at_sign(",") or (reader.token.kind == "end" and reader.token.text == ";"):
                reader.take()
            if reader.token.kind == "break":
                reader.take()
            elif reader.token.kind != "finish":
                raise mistakes.unexpected(reader)
        reader.fences.pop()
        reader.take()
    span = reader.since(opening)
    if len(found) < 2:
        raise Problem("Cases need two lines at least", span, "Write the other case, with \\text{otherwise}")
    return with_span(_first_that_holds(reader, found, span), span)


def _condition(reader: Reading) -> tuple[Tree | None, str]:
    """The condition of a case, None for `otherwise`; and its relation in words, to find its opposite."""
    while reader.token.kind == "name" and reader.token.text in ("if", "for", "when"):
        reader.take()
    if reader.token.kind == "name" and reader.token.text in ("otherwise", "else"):
        reader.take()
        return None, ""
    if reader.token.kind in ("break", "finish"):
        return None, ""
    condition = relation(reader)
    if reader.token.kind == "name" and reader.token.text == "or":
        raise Problem("'or' between conditions is not read", reader.token.span, "Write a case for each")
    return condition, ""


def _first_that_holds(reader: Reading, found: list[tuple[Tree, Tree | None, str]], span: Span) -> Tree:
    value, condition, _ = found[-1]
    before = found[-2][1]
    rest: Tree
    if condition is None or (before is not None and _are_opposite(before, condition)):
        rest = value
    else:
        rest = chosen(condition, value, Number(0.0))
        reader.remark("Where no case holds the value is 0", span)
    for value, condition, _ in reversed(found[:-1]):
        if condition is None:
            raise Problem("Only the last case can be 'otherwise'", value.span, "Write its condition")
        rest = chosen(condition, value, rest)
    return rest


def _are_opposite(one: Tree, other: Tree) -> bool:
    """Whether one of two conditions holds and not the other, as of x > 0 and x ≤ 0, or of x > 0 and x < 0."""
    if isinstance(one, Indicator) and isinstance(other, Indicator):
        same = (one.left, one.right) == (other.left, other.right)
        if same and other.relation in (OPPOSITE[one.relation], OPPOSITE[one.relation].replace("≥", ">")):
            return True
        turned = {"<": ">", ">": "<", "≤": "≥", "≥": "≤", "=": "="}[other.relation]
        return (one.left, one.right) == (other.right, other.left) and turned == OPPOSITE[one.relation]
    match one, other:
        case Indicator("=", a, b), Binary("-", Number(1.0), Indicator("=", c, d)):
            return (a, b) == (c, d)
        case Binary("-", Number(1.0), Indicator("=", a, b)), Indicator("=", c, d):
            return (a, b) == (c, d)
    return False


# -- the indicator function


def indicator(reader: Reading, token: Token) -> Tree:
    """`𝟙[x > 0]`, `𝟙(x > 0)`, `𝟙_{x > 0}`, `𝟙{x > 0}`."""
    if reader.token.kind == "under":
        reader.take()
    if not reader.at_sign("(", "[", "{"):
        raise Problem("The indicator needs its condition", token.span, "Write [x > 0]")
    opening = reader.take()
    body = reader.bracketed(opening) if opening.text != "[" else square(reader, opening)
    return with_span(body, reader.since(token))

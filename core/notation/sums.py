"""Sums over an index as they are written on paper: `∑_i w_i x_i`, `\\sum_{j≠y} max(0, s_j − s_y + 1)`.

Here they are read, with their limits, into a Reduction; `indices` makes operations on whole arrays of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from core.base.errors import Problem, Span
from core.notation.cursor import SUM, nesting
from core.notation.lexer import Token
from core.notation.names import parts
from core.notation.reading import Reading
from core.notation.tree import Binary, Name, Number, Reduction, Tree, fold, remade, walk

WORDS = {"sum": "sum", "prod": "product", "max": "maximum", "min": "minimum"}


class _Limits(Struct):
    indices: tuple[str, ...] = ()
    start: Tree | None = None
    stop: Tree | None = None
    excluded: Tree | None = None


def reductions_in(tree: Tree) -> list[Reduction]:
    """The sums over an index in a tree, the outer before the inner."""
    return [part for part in walk(tree) if isinstance(part, Reduction)]


def rebuilt_with_sums(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """The tree with every part replaced by its change, the limits of sums as well."""

    def combine(part: Tree, found: list[Tree]) -> Tree:
        if not isinstance(part, Reduction):
            return change(remade(part, found))
        limits = (part.start, part.stop, part.excluded)
        start, stop, excluded = (limit and rebuilt_with_sums(limit, change) for limit in limits)
        return replace(part, body=found[0], start=start, stop=stop, excluded=excluded)

    return fold(tree, combine)


def labels_of(sub: str) -> list[str]:
    """The labels in a subscript: `ij` is i and j, `y_i` is one, `1j` is 1 and j; [] for anything else."""
    found = re.findall(r"[^\W\d_]′*(?:_\{?\w+\}?)?|[0-9]+|,", sub)
    return [label for label in found if label != ","] if "".join(found) == sub else []


def reduction(reader: Reading, token: Token) -> Tree:
    """The sum that a sign begins, over its term; the term ends at + or −, unless the index goes on behind."""
    start = reader.at - 1
    limits = _limits(reader, token)
    with reader.level(token):
        if reader.token.kind in ("stop", "end"):
            raise Problem(
                f"A term is missing after this {WORDS[token.text]}", reader.since(token), "Write x_i"
            )
        body = reader.expression(SUM)
        body = _continued(reader, start, limits, body)
    span = reader.since(token)
    if not limits.indices:
        limits.indices = _guessed_indices(reader, body)
    return Reduction(token.text, limits.indices, body, limits.start, limits.stop, limits.excluded, span)


def _continued(reader: Reading, start: int, limits: _Limits, body: Tree) -> Tree:
    """The term with those behind + and − that still carry an index of the sum."""
    token, first = reader.tokens[start], body
    while reader.at_sign("+", "-") and _carries(reader, limits.indices):
        sign = reader.take()
        if sign.text == "-" and _before(reader.tokens, start) == "-":
            message = "Whether the minus before this sum reaches the terms behind the next minus is not clear"
            hint = "Put brackets around all that the sum is taken of"
            raise Problem(message, token.span.to(sign.span), hint)
        more = reader.expression(SUM)
        body = Binary(sign.text, body, more, body.span.to(more.span))
    over = ", ".join(limits.indices)
    said = f"The {WORDS[token.text]} over {over} is taken of {reader.source(body.span)}"
    if body is not first:
        span = reader.since(token)
        rest = reader.text[first.span.end : span.end]
        reader.remark(said, span, f"({reader.source(token.span.to(first.span))}){rest}")
    elif reader.at_sign("+", "-") and limits.indices:
        end = _end_of_sum(reader)
        head, longer = reader.text[token.span.start : body.span.start], reader.text[body.span.start : end]
        reader.remark(said, Span(token.span.start, end), f"{head}({longer})")
    return body


def _before(tokens: Sequence[Token], at: int) -> str:
    """The sign in front of a sum at a token, over a number or a fraction between them."""
    while at > 0 and (tokens[at - 1].kind in ("number", "frac") or tokens[at - 1].text in "{}/"):
        at -= 1
    return tokens[at - 1].text if at else ""


def _end_of_sum(reader: Reading) -> int:
    """Where the terms behind + and − end that come next."""
    level = len(reader.fences)
    begun, last, end = reader.sum_ends.get(level, (0, 0, 0))
    if begun <= reader.at < last:
        return end
    depth, end, last = 0, reader.token.span.start, reader.at
    for token in reader.tokens[reader.at :]:
        depth += nesting(token)
        ends = token.kind in ("end", "stop", "align", "break", "finish", "bar", "bars")
        if depth < 0 or (not depth and (ends or (token.kind == "sign" and token.text in ",=<>≤≥≠"))):
            break
        end = token.span.end
        last += 1
    reader.sum_ends[level] = reader.at, last, end
    return end


def _carries(reader: Reading, indices: tuple[str, ...]) -> bool:
    """Whether a term behind the next sign has an index of the sum, not only that of a sum of its own."""
    depth = 0
    for at, token in enumerate(reader.tokens[reader.at + 1 :], start=reader.at + 1):
        depth += nesting(token)
        if token.kind == "reduce":
            indices = tuple(set(indices) - _own_indices(reader.tokens[at + 1 : at + 8]))
            if not indices:
                return False
        ends = token.kind in ("end", "stop", "align", "break", "finish") or (
            token.kind == "sign" and token.text in ",=<>≤≥≠"
        )
        if depth < 0 or (not depth and ends):
            return False
        if token.kind == "name" and set(indices) & set(labels_of(parts(token.text).sub)):
            return True
        if token.kind == "name" and token.text in indices:
            return True
    return False


def _own_indices(tokens: Sequence[Token]) -> set[str]:
    """The indices that stand below a sum's sign, given the tokens behind it."""
    found: set[str] = set()
    for token in tokens:
        if token.kind in ("sub", "name"):
            found |= {token.text, *labels_of(token.text)}
            if token.kind == "sub":
                break
        elif token.kind != "under" and token.text not in ("{", ",", "("):
            break
    return found


# -- limits


def _limits(reader: Reading, token: Token) -> _Limits:
    """The index and its limits behind a sum's sign, below and above in either order."""
    limits = _Limits()
    while True:
        if reader.token.kind == "sub":
            label = reader.take()
            index, _, start = label.text.partition("=")
            limits.indices = _split(index, label.span)
            limits.start = _limit(start, label.span) if start else None
        elif reader.token.kind == "under":
            reader.take()
            _below(reader, limits)
        elif reader.at_sign("^") and limits.stop is None:
            reader.take()
            limits.stop = reader.bracketed(reader.take()) if reader.at_sign("{", "(") else reader.prefix()
        elif reader.token.kind == "sup" and limits.stop is None and (limits.indices or limits.start):
            stop = reader.take()
            limits.stop = _limit(stop.text, stop.span)
        else:
            break
    return limits


def _limit(text: str, span: Span) -> Tree:
    """A limit in raised or lowered signs: a number or a letter."""
    if text.isdigit():
        return Number(float(text), span)
    if text.isalpha():
        return Name(text, span)
    raise Problem("A limit in raised or lowered signs is a number or a letter", span, "Write ∑_{i=1}^{n-1}")


def _below(reader: Reading, limits: _Limits) -> None:
    """`i`, `{i=1}`, `{k,l}`, `{j ≠ y}` below a sum's sign."""
    if not reader.at_sign("{", "("):
        name = reader.take()
        if name.kind != "name":
            raise Problem("An index is a letter", name.span, "Write ∑_i")
        limits.indices = _split(name.text, name.span)
        return
    opening = reader.take()
    found: list[str] = []
    reader.fences.append(opening.text)
    while reader.token.kind == "name":
        name = reader.take()
        found += _split(name.text, name.span)
        if reader.at_sign(","):
            reader.take()
    if not found:
        raise Problem("An index is a letter", reader.token.span, "Write ∑_i or ∑_{i=1}^{n}")
    limits.indices = tuple(found)
    if reader.at_sign("="):
        reader.take()
        limits.start = reader.expression()
        if reader.at_sign(",") and reader.ahead().text in found and reader.ahead(2).text == "≠":
            reader.take()
            reader.take()
    if reader.at_sign("≠"):
        reader.take()
        limits.excluded = reader.expression()
        left_out = reader.source(limits.excluded.span)
        reader.remark(f"The entry {left_out} is left out; entries are counted from 0", limits.excluded.span)
    if reader.at_relation() or reader.at_sign(":", ","):
        message = "A condition below this sign is not read"
        hint = "Write the sum over all entries and multiply by the condition, as in ∑_i [x_i > 0] x_i"
        raise Problem(message, reader.token.span, hint)
    reader.close(opening)


def _split(text: str, span: Span) -> tuple[str, ...]:
    labels = labels_of(text) if len(text) > 1 else [text]
    if not labels or any(label.isdigit() for label in labels):
        raise Problem("An index is a letter", span, "Write ∑_i")
    return tuple(labels)


def _guessed_indices(reader: Reading, body: Tree) -> tuple[str, ...]:
    """The one letter that all subscripts in a sum without an index share: `∑ w_i x_i` is a sum over i."""
    subs = [
        set(labels_of(parts(part.name).sub))
        for part in walk(body)
        if isinstance(part, Name) and part.name not in reader.known and not parts(part.name).sub.isdigit()
    ]
    letters = set.union(*subs) if subs else set()
    letters = {letter for letter in letters if not letter.isdigit()}
    return tuple(letters) if len(letters) == 1 else ()

"""Names that are read as products: `wx` is w·x where the program has no wx."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from msgspec.structs import replace

from core.base.errors import Span
from core.notation.lexer import Token
from core.notation.names import MARKS, canonical, parts
from core.notation.nearest import seeming
from core.notation.program import Remark
from core.notation.words import CONDITIONS, PROSE, TWO_LETTERS


def split_products(
    tokens: list[Token], known: set[str], functions: Collection[str], upright: Collection[str], text: str
) -> tuple[list[Token], list[Remark]]:
    """The tokens with `wx` written as `w x` where it has no meaning of its own, and remarks that say so.

    `upright` are names that were written upright, as one word, and stay one.
    """
    atoms = _atoms(tokens, known, functions)
    found: list[Token] = []
    remarks: list[Remark] = []
    told: set[str] = set()
    for at, token in enumerate(tokens):
        name, factors = token.text, None
        if token.kind == "name" and not {name} & {*known, *functions, *upright, *CONDITIONS, *PROSE}:
            called = tokens[at + 1].text == "(" and not tokens[at + 1].spaced
            factors = None if called or name in atoms else _factors(name, atoms)
            factors = factors or (None if called else _by_look(name, atoms))
            if found and found[-1].text == "^" and re.match(r"T[^\W\d_]", name):
                factors = ["T", name[1:]]
                remarks.append(Remark(f"^{name} is read as ^T {factors[1]}", token.span))
            elif name not in told and factors:
                told.add(name)
                shown = text[token.span.start : token.span.end]
                said = f"{shown} is read as {' · '.join(factors)}"
                if factors[0] == "Σ":
                    said += f"; a sum is written sum({factors[1]})"
                below = [token.text for token in tokens[max(at - 2, 0) : at]] == ["_", "{"] and at > 2
                indices = below and tokens[at - 3].kind == "reduce"  # ∑_{ij} is over i and j
                if not indices and not set(factors[:-1]) & set(
                    functions
                ):  # σx is σ(x), as is said where it is read
                    remarks.append(Remark(said, token.span, f"\\mathrm{{{name}}}"))
            elif name not in told and (said := seeming(name, functions)):
                told.add(name)
                remarks.append(Remark(said, token.span))
        pieces = _pieces(token, factors or [], text)
        found.extend(pieces or [token])
    return found, remarks


def _pieces(token: Token, factors: Sequence[str], text: str) -> list[Token]:
    """A token cut into its factors, each with its own place where the text shows it."""
    start, end = token.span.start, token.span.end
    spans: list[Span] = []
    for factor in factors:
        lengths = (n for n in range(end - start, 0, -1) if canonical(text[start : start + n]) == factor)
        length = next(lengths, 0)
        spans.append(Span(start, start + length))
        start += length
    exact = start == end and all(span.end > span.start for span in spans)
    return [
        replace(token, text=factor, span=span if exact else token.span, spaced=token.spaced and i == 0)
        for i, (factor, span) in enumerate(zip(factors, spans, strict=True))
    ]


def _atoms(tokens: list[Token], known: set[str], functions: Collection[str]) -> set[str]:
    """The names that may be factors: known ones, and unknown ones that are no product themselves."""
    used = {token.text for token in tokens if token.kind == "name"} - {*functions, *CONDITIONS, *PROSE}
    atoms = {"π", *known}
    for name in sorted(used - known, key=lambda name: (len(name), name)):
        if not _factors(name, atoms) and not _by_look(name, atoms):
            atoms.add(name)
    return atoms


def _by_look(name: str, atoms: Collection[str]) -> list[str] | None:
    """The factors of a name that looks like a product: `w0x0`, `πr`, `w_ix_i`, or two letters as `wx`."""
    if re.fullmatch(r"(?:[^\W\d_][0-9]+){2,}", name):
        return re.findall(r"[^\W\d_][0-9]+", name)
    if re.fullmatch("π[^\\W\\d_].*", name):
        return ["π", name[1:]]
    if re.fullmatch(r"(?:[^\W\d_]_[^\W\d_]){2,}", name):
        return re.findall(r"[^\W\d_]_[^\W\d_]", name)
    made = parts(name)
    if made.accent or made.layer or made.primes:
        return None
    two = re.fullmatch(rf"([^\W\d_][{MARKS}]?[0-9]*)([^\W\d_][{MARKS}]?)", made.base)
    if two and made.base not in TWO_LETTERS:
        return [canonical(two[1]), replace(made, base=two[2]).text]
    return None


def _factors(name: str, atoms: Collection[str]) -> list[str] | None:
    """The known names a name is made of, at least two, or None."""
    if re.search(r"[_^⁽{\[]", name):
        return None
    best: list[list[str] | None] = [[]] + [None] * len(name)
    for end in range(1, len(name) + 1):
        for start in range(end):
            before = best[start]
            if before is not None and name[start:end] in atoms and name[start:end] != name:
                best[end] = [*before, name[start:end]]
                break
    return best[-1]

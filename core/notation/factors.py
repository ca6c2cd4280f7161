"""Names that stand for products: `xy` is x·y where xy means nothing and x and y do."""

from __future__ import annotations

import re
from collections.abc import Collection

from core.notation.lexer import Token
from core.notation.spelling import seeming
from core.notation.tree import Note


def assigned(tokens: list[Token]) -> set[str]:
    """The names that statements give a value."""
    starts = [0, *(i + 1 for i, token in enumerate(tokens) if token.kind == "end")]
    return {
        tokens[i].text
        for i in starts
        if i + 1 < len(tokens)
        and tokens[i].kind == "name"
        and tokens[i + 1].kind == "sign"
        and tokens[i + 1].text == "="
    }


def split_products(
    tokens: list[Token], known: set[str], functions: Collection[str]
) -> tuple[list[Token], list[Note]]:
    """The tokens with `xy` written as `x y` where only x and y are known, and notes that say so."""
    atoms = _atoms(tokens, known, functions)
    found: list[Token] = []
    notes: list[Note] = []
    told: set[str] = set()
    for token in tokens:
        name, factors = token.text, None
        if token.kind == "name" and name not in known and name not in functions:
            factors = None if name in atoms else _factors(name, atoms)
            if found and found[-1].text == "^" and re.match(r"T[^\W\d_]", name):
                factors = ["T", name[1:]]
                notes.append(Note(f"^{name} is read as ^T {factors[1]}", token.span))
            elif name not in told and (said := _read_as(name, factors) or seeming(name, functions)):
                told.add(name)
                notes.append(Note(said, token.span))
        parts = [
            Token("name", factor, token.span, token.spaced and i == 0)
            for i, factor in enumerate(factors or [])
        ]
        found.extend(parts or [token])
    return found, notes


def _atoms(tokens: list[Token], known: set[str], functions: Collection[str]) -> set[str]:
    """The names that may be factors: known ones, and unknown ones that are no product themselves."""
    used = {token.text for token in tokens if token.kind == "name"} - set(functions)
    atoms = {"π", *known}
    for name in sorted(used - known, key=lambda name: (len(name), name)):
        if not _factors(name, atoms):
            atoms.update(_numbered_or_pi(name) or [name])
    return atoms


def _read_as(name: str, factors: list[str] | None) -> str:
    return f"{name} is read as {' · '.join(factors)}" if factors else ""


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

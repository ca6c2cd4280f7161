"""Python text that a program's text cannot end or change: identifiers, expressions, literals, comments.

Expressions are put together as Python's own syntax trees and printed by `ast.unparse`, which sets the
brackets; the templates they are made from are this program's, never a user's.
"""

from __future__ import annotations

import ast
import builtins
import copy
import keyword
import math
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from core.base.arrays import Value
from core.base.numbers import FIRST_INEXACT
from core.export import one_line
from core.notation.names import GREEK, parts

WIDTH = 100
LETTERS = {letter: name for name, letter in reversed(GREEK.items())}  # ε is epsilon, the first of its names
LETTERS |= {"′": "_prime", "+": "_plus_", "-": "_minus_"}
Parts = Mapping[str, ast.expr]


PYTHON = (*keyword.kwlist, *dir(builtins))


class Identifiers:
    """Gives out identifiers, each once: no keyword, no builtin, nothing the script uses itself."""

    def __init__(self, taken: Iterable[str], reserved: Iterable[str] = PYTHON):
        self._taken = {*reserved, *taken}
        self.renamed: dict[str, str] = {}

    def new(self, wish: str) -> str:
        """An identifier as near to a program's name as can be: `lambda_` for λ, `y_hat` for ŷ."""
        found = identifier(wish)
        while found in self._taken:
            found += "_"
        self._taken.add(found)
        if found != wish:
            self.renamed[wish] = found
        return found


def identifier(wish: str) -> str:
    """Letters, digits and underscores; Greek letters and accents by their names, layers as numbers."""
    plain = unicodedata.normalize("NFKC", "".join(LETTERS.get(char, char) for char in parts(wish).plain))
    plain = re.sub(r"\W", "_", re.sub("[{}]", "", plain))
    return plain if plain.isidentifier() and not plain.startswith("__") else f"v_{plain}"


# -- expressions


@lru_cache(512)
def _template(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class _Filling(ast.NodeTransformer):
    def __init__(self, parts: Parts):
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.parts.get(node.id, node)

    def visit_Starred(self, node: ast.Starred) -> ast.expr | list[ast.expr]:
        """A tuple written out among the arguments."""
        value = self.visit(node.value)
        return value.elts if isinstance(value, ast.Tuple) else ast.Starred(value)


def filled(template: str, parts: Parts) -> ast.expr:
    """The expression a template stands for when its names are replaced."""
    found = _Filling(parts).visit(copy.deepcopy(_template(template)))
    assert isinstance(found, ast.expr)
    return found


def name(text: str) -> ast.expr:
    """An identifier, or one with a point such as `self.W`."""
    first, _, rest = text.partition(".")
    found: ast.expr = ast.Name(first)
    return ast.Attribute(found, rest) if rest else found


def number(value: float, module: str, whole: bool = False) -> ast.expr:
    """A number; infinities and NaN are those of a module. `whole` writes 2.0 as 2."""
    size: ast.expr
    if not math.isfinite(value):
        size = name(f"{module}.{'nan' if math.isnan(value) else 'inf'}")
    else:
        exact = whole and value.is_integer() and abs(value) < FIRST_INEXACT
        size = ast.Constant(int(abs(value)) if exact else abs(value))
    negative = math.copysign(1, value) < 0 and not math.isnan(value)
    return ast.UnaryOp(ast.USub(), size) if negative else size


def printed(expression: ast.expr) -> str:
    """An expression as Python."""
    return ast.unparse(expression)


# -- literals


def literal(value: Value, module: str, indent: int = 0) -> str:
    """A number, or nested lists of numbers over as many lines as it takes; the first stands at `indent`."""
    array = np.asarray(value, np.float64)
    if array.ndim == 0:
        return _numbers([float(value)], module)[0]
    parts = (
        _numbers(array.tolist(), module)
        if array.ndim == 1
        else [literal(part, module, indent + 1) for part in array]
    )
    line = f"[{', '.join(parts)}]"
    if len(line) <= WIDTH - indent and "\n" not in line:
        return line
    room = " " * (indent + 1)
    if array.ndim > 1:
        return "[" + f",\n{room}".join(parts) + "]"
    return "[" + "\n".join(_wrapped(parts, indent + 1)).strip().removesuffix(",") + "]"


def _numbers(values: Sequence[float], module: str) -> list[str]:
    texts = list(map(repr, values))
    if all(map(math.isfinite, values)):
        return texts
    return [re.sub("(inf|nan)", rf"{module}.\1", text) for text in texts]


def _wrapped(parts: Sequence[str], indent: int) -> list[str]:
    """Parts with commas between them, as many on a line as go there."""
    lines, line = [], " " * indent
    for part in parts:
        if line.strip() and len(line) + len(part) > WIDTH:
            lines.append(line.rstrip())
            line = " " * indent
        line += f"{part}, "
    return [*lines, line.rstrip()]


def listed(opening: str, parts: Sequence[str], closing: str, indent: int = 0) -> list[str]:
    """`opening` parts `closing` on one line, or on lines of their own where they are too many."""
    line = " " * indent + opening + ", ".join(parts) + closing
    if len(line) <= WIDTH:
        return [line]
    return [" " * indent + opening, *_wrapped(parts, indent + 4), " " * indent + closing]


# -- comments


def comments(text: str) -> list[str]:
    """A text as comment lines; what could end a line is a space."""
    mark = "#     "
    found = []
    for line in text.strip().splitlines():
        found += textwrap.wrap(one_line(line), WIDTH, initial_indent=mark, subsequent_indent=mark) or ["#"]
    return found


def heading(made: str, text: str, renamed: Mapping[str, str]) -> list[str]:
    """The first lines of a script: what it is, the program, and the names that are written otherwise here."""
    lines = [f"# Made by Chainlight: {made}", "#", *comments(text)]
    if renamed:
        said = ", ".join(f"{one_line(old)} is {new}" for old, new in sorted(renamed.items()))
        lines += ["#", *textwrap.wrap(f"Here {said}.", WIDTH, initial_indent="# ", subsequent_indent="# ")]
    return lines

"""Typeset mathematics as a tree of parts.

The formula painter draws this tree and the LaTeX printer writes it, so the window, the figures and the
exported text cannot show different formulas. Parts are frozen; a tree is built once and shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

Kind = Literal["ord", "bin", "rel", "op", "open", "close", "punct"]


class Letter(Struct, frozen=True):
    """A variable's letter or letters: one letter is set in italics, a longer name upright.

    `face` is another alphabet: `bold`, `calligraphic`, or the empty string for none. Letters that it lacks
    are set as without it.
    """

    text: str
    face: str = ""


class Accented(Struct, frozen=True):
    """A base below an accent: a `hat`, `tilde`, `bar`, `dot`, `ddot` or `arrow`.

    It spreads over a longer name.
    """

    base: Math
    accent: str


class Digits(Struct, frozen=True):
    """A number as it is to be seen, with a true minus sign: `−0.25`, `1.2·10⁻⁵` is a Row of its own."""

    text: str


class Sign(Struct, frozen=True):
    """An operator or relation sign such as `+`, `⋅`, `=`, `∂`, with the spacing class TeX gives it."""

    text: str
    kind: Kind = "bin"


class Word(Struct, frozen=True):
    """An upright word: a function's name (`kind="op"`) or plain text (`kind="ord"`)."""

    text: str
    kind: Kind = "op"


class Row(Struct, frozen=True):
    """Parts side by side."""

    parts: tuple[Math, ...]


class Fraction(Struct, frozen=True):
    """A numerator above a denominator, with a line between them."""

    top: Math
    bottom: Math


class Scripts(Struct, frozen=True):
    """A base with a subscript, a superscript or both."""

    base: Math
    sub: Math | None = None
    sup: Math | None = None


class Fenced(Struct, frozen=True):
    """A body between fences that grow with it: `(`, `[`, `|`, `‖`, `{`, or the empty string for none."""

    left: str
    body: Math
    right: str


class Root(Struct, frozen=True):
    """A square root."""

    body: Math


class Big(Struct, frozen=True):
    """A large operator, `∑` or `∏`; limits are given by Scripts around it."""

    text: str


class Table(Struct, frozen=True):
    """Rows of cells: a `matrix` in square brackets, `aligned` equations, or `cases` behind a brace."""

    rows: tuple[tuple[Math, ...], ...]
    style: Literal["matrix", "aligned", "cases"] = "matrix"


class Tinted(Struct, frozen=True):
    """A part with a meaning the theme gives a colour to, such as `value`, `gradient`, `upstream` or `local`.

    `tag` names what the part stands for (a node's name), for hit tests; it may be empty. One that is `marked`
    tells its role by a line below it too.
    """

    role: str
    body: Math
    tag: str = ""
    marked: bool = False


class Phantom(Struct, frozen=True):
    """The room of a part that is not to be seen yet."""

    body: Math


class Shaped(Struct, frozen=True):
    """An array with its shape below it, rows and columns where it has at most two axes."""

    base: Math
    shape: tuple[int, ...]

    @property
    def below(self) -> Math:
        """The shape as a formula: `3×4`."""
        return shape_math(self.shape)


Math = (
    Letter
    | Accented
    | Digits
    | Sign
    | Word
    | Row
    | Fraction
    | Scripts
    | Fenced
    | Root
    | Big
    | Table
    | Tinted
    | Phantom
    | Shaped
)


def shape_math(shape: tuple[int, ...]) -> Row:
    """The lengths of axes with a × between them."""
    parts = [part for size in shape for part in (Sign("×", "ord"), Digits(str(size)))]
    return Row(tuple(parts[1:]))


def shaped(math: Math, shape: tuple[int, ...]) -> Math:
    """A value with its shape below: a vector is a column, a number has none."""
    return Shaped(math, (*shape, 1) if len(shape) == 1 else shape) if shape else math


def without_shapes(math: Math) -> Math:
    """A formula without the shapes below its parts."""
    match math:
        case Shaped(base):
            return without_shapes(base)
        case Row(parts):
            return Row(tuple(map(without_shapes, parts)))
        case Fraction(top, bottom):
            return Fraction(without_shapes(top), without_shapes(bottom))
        case Scripts(base, sub, sup):
            return Scripts(without_shapes(base), sub and without_shapes(sub), sup and without_shapes(sup))
        case Fenced(left, body, right):
            return Fenced(left, without_shapes(body), right)
        case Root(body):
            return Root(without_shapes(body))
        case Table(rows, style):
            return Table(tuple(tuple(map(without_shapes, line)) for line in rows), style)
        case Tinted(role, body, tag, marked):
            return Tinted(role, without_shapes(body), tag, marked)
        case Phantom(body):
            return Phantom(without_shapes(body))
    return math


def row(*parts: Math) -> Row:
    """Parts side by side; rows within are joined flat."""
    flat: list[Math] = []
    for part in parts:
        flat.extend(part.parts) if isinstance(part, Row) else flat.append(part)
    return Row(tuple(flat))


def parts_of(math: Math) -> Iterator[Math]:
    """Every part of a formula that is seen, the outer before the inner, left to right."""
    waiting: list[Math | None] = [math]
    while waiting:
        part = waiting.pop()
        if part is None:
            continue
        yield part
        match part:
            case Row(parts):
                waiting.extend(reversed(parts))
            case Fraction(top, bottom):
                waiting += [bottom, top]
            case Scripts(base, sub, sup):
                waiting += [sup, sub, base]
            case Fenced(_, body, _) | Root(body) | Tinted(_, body) | Shaped(body):
                waiting.append(body)
            case Table(rows):
                waiting.extend(cell for line in reversed(rows) for cell in reversed(line))

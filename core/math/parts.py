"""Parts of a formula and how strongly they hold together: brackets, products, scripts, lists."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from core.math.mathtree import (
    Accented,
    Digits,
    Fenced,
    Fraction,
    Letter,
    Math,
    Row,
    Scripts,
    Shaped,
    Sign,
    Table,
    Tinted,
    Word,
    row,
    without_shapes,
)

# how strongly a part holds together: a looser part gets brackets
LOOSE, SUM, PRODUCT, SIGNED, POWER, DIVIDED, ATOM = 0, 1, 2, 3, 4, 5, 6
Part = tuple[Math, int]
TOP = Sign("⊤", "ord")
DOT = Sign("⋅", "bin")
SPACE = Word(" ", "ord")
COLON = Sign(":", "ord")
VERTICAL, HORIZONTAL = Sign("⋮", "ord"), Sign("⋯", "ord")


def bracketed(math: Math) -> Math:
    """In round brackets."""
    return Fenced("(", math, ")")


def product(left: Part, right: Part, signed: bool = True) -> Math:
    """Two factors, with a dot between them if `signed` or if they would run together."""
    a, b = wrap(left, PRODUCT), wrap(right, POWER)
    first = b.parts[0] if isinstance(b, Row) and b.parts else b
    base = first.base if isinstance(first, Scripts) else first
    return row(a, DOT, b) if signed or isinstance(base, Digits) else _beside(a, b)


def _beside(*factors: Math) -> Math:
    """Factors side by side, with a space at names of several letters, which would run together."""
    parts = [factors[0]]
    for left, right in pairwise(factors):
        parts += [SPACE, right] if _is_long(left, -1) or _is_long(right, 0) else [right]
    return row(*parts)


def _is_long(math: Math, end: int) -> bool:
    """Whether a name of several letters stands at an end of a formula, 0 or -1."""
    match math:
        case Letter(text):
            return len(text) > 1
        case Row(parts):
            return bool(parts) and _is_long(parts[end], end)
        case Scripts(base) | Accented(base) | Tinted(body=base) | Shaped(base):
            return _is_long(base, end)
    return False


def wrap(part: Part, least: int) -> Math:
    """A part in brackets where it holds together less than is needed."""
    math, strength = part
    if strength >= least:
        return math
    return Shaped(bracketed(math.base), math.shape) if isinstance(math, Shaped) else bracketed(math)


def term(part: Part) -> Math:
    """A term behind a plus or a minus: in brackets if it begins with a sign of its own."""
    first = part[0]
    while isinstance(first, Row) and first.parts:
        first = first.parts[0]
    signed = isinstance(first, Sign | Digits) and first.text.startswith("−")
    return bracketed(part[0]) if signed else wrap(part, PRODUCT)


def added(terms: Sequence[Math]) -> Math:
    """A sum of terms, in which one that begins with a minus is subtracted: a + b − c."""
    parts = list(terms[:1])
    for each in terms[1:]:
        without = _without_minus(each)
        parts += [Sign("+"), each] if without is None else [Sign("−"), without]
    return row(*parts)


def _without_minus(math: Math) -> Math | None:
    """What stands behind the minus with which a formula begins; None if it begins with none."""
    match math:
        case Digits(text) if text.startswith("−"):
            return Digits(text[1:])
        case Row((Sign("−"), *rest)):
            return row(*rest)
        case Row((first, *rest)) if (without := _without_minus(first)) is not None:
            return row(without, *rest)
        case Tinted(role, body, tag, marked) if (without := _without_minus(body)) is not None:
            return Tinted(role, without, tag, marked)
        case Shaped(base, shape) if (without := _without_minus(base)) is not None:
            return Shaped(without, shape)
    return None


def listed(found: Sequence[Part]) -> Math:
    """Parts with commas between them."""
    parts: list[Math] = []
    for math, _ in found:
        parts.extend([Sign(",", "punct"), math] if parts else [math])
    return row(*parts)


def indexed(part: Part, places: Sequence[Part]) -> Part:
    """An entry or a range, as it is typed: `x[0]`, `W[1, 2]`, `x[1:3]`."""
    return row(wrap(part, ATOM), Sign("[", "open"), listed(places), Sign("]", "close")), ATOM


def applied(head: Math, found: Sequence[Part]) -> Math:
    """A function and what it is called with."""
    return row(head, Fenced("(", listed(found), ")"))


def side_by_side(*factors: Part) -> Part:
    """A product of vectors and matrices."""
    return _beside(*(wrap(factor, POWER) for factor in factors)), PRODUCT


def turned(part: Part) -> Part:
    """The transpose."""
    return with_superscript(wrap(part, ATOM), TOP), POWER


def with_superscript(math: Math, sup: Math) -> Math:
    """A superscript above a subscript that is there already, inside a tint if there is one.

    A transpose stands behind a name's layer, as in W with (2)⊤; what is raised to a power gets brackets then.
    The transpose of a matrix of numbers has its rows as columns. Below an array stands the shape that it has
    with its superscript.
    """
    match math:
        case Tinted(role, body, tag, marked):
            if sup == TOP and isinstance(body, Table):  # a matrix of numbers, or a column of them
                turned_ = tuple(tuple(map(_turned_dots, column)) for column in zip(*body.rows, strict=True))
                return Tinted(role, Table(turned_), tag, marked)
            return Tinted(role, with_superscript(body, sup), tag, marked)
        case Shaped(base, shape):
            if sup == TOP:
                return Shaped(with_superscript(base, TOP), shape[::-1])
            power = with_superscript(base, without_shapes(sup))
            return power if isinstance(sup, Shaped) and sup.shape != shape else Shaped(power, shape)
        case Scripts(base, sub, None):
            return Scripts(base, sub, sup)
        case Scripts(base, sub, above) if above and (sup == TOP or _is_prime(above)):
            return Scripts(base, sub, row(above, sup))
        case Scripts():
            return Scripts(bracketed(math), sup=sup)
    return Scripts(math, sup=sup)


def _turned_dots(cell: Math) -> Math:
    """An entry of a transposed matrix: what stands for a row of entries stands for a column of them."""
    return HORIZONTAL if cell == VERTICAL else VERTICAL if cell == HORIZONTAL else cell


def _is_prime(math: Math) -> bool:
    return isinstance(math, Sign) and math.text.startswith("′")


def partial(of: Math, by: Math) -> Math:
    """The partial derivative ∂of/∂by."""
    sign = Sign("∂", "ord")
    return Fraction(row(sign, of), row(sign, by))

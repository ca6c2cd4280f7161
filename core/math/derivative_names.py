"""How derivatives are written: one table of notations, and what each makes of a gradient and of a local one.

NOTATIONS       the notations by the word that settings, files and the command line use
gradient_name   the derivative of the output with respect to a node: ∂L/∂w, δ_w, w̄, L′(w)
local_name      the derivative of a node with respect to one of its inputs: ∂y/∂z, σ′(z), y′(z)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from core.math.mathtree import Accented, Fenced, Letter, Math, Row, Scripts, Sign, Tinted, row
from core.math.parts import POWER, Part, bracketed, partial, with_superscript, wrap

Notation = Literal["partial", "delta", "bar", "lagrange"]
PARTIAL: Notation = "partial"
PRIME = Sign("′", "ord")


class DerivativeNames(Struct, frozen=True):
    """One notation.

    title      an example of it, as a menu shows it
    says       whose it is or what it is called
    gradient   what a gradient is called, of the output and the node's name
    local      what a local derivative is called where the operation is no function of one value, of the
               node's name and that of its input
    primes     the slope of a function of one value is σ′(z)
    defined    a gradient's name does not say what it is the derivative of, so that is said once
    """

    title: str
    says: str
    gradient: Callable[[Part, Math], Math]
    local: Callable[[Math, Math], Math]
    primes: bool = True
    defined: bool = False


def gradient_name(
    of: Part, by: Math, notation: Notation = PARTIAL, taken: Collection[Math] = frozenset()
) -> Math:
    """Write the gradient of the output with respect to a node.

    Args:
        of: what is differentiated, and how strongly it holds together.
        by: the node's name.
        notation: a key of NOTATIONS.
        taken: names as they are printed. Where one is printed as the gradient would be, such as δ_y beside
            y, the gradient is written as a quotient.
    """
    found = NOTATIONS[notation].gradient(of, by)
    if NOTATIONS[notation].defined and found in taken:
        return NOTATIONS[PARTIAL].gradient(of, by)
    return found


def local_name(of: Math, by: Math, call: Math | None = None, notation: Notation = PARTIAL) -> Math:
    """Write the derivative of a node with respect to one of its inputs.

    Args:
        of: the node's name.
        by: the input's name.
        call: where the operation is a function of one value, its call such as σ(z).
        notation: a key of NOTATIONS.
    """
    names = NOTATIONS[notation]
    slope = _primed(call) if names.primes and call else None
    return slope or names.local(of, by)


def _primed(call: Math) -> Math | None:
    """σ′(z) for σ(z); None for what is written in another way, as eˣ is."""
    match call:
        case Row((head, Fenced("(") as inside)):
            return row(with_superscript(head, PRIME), inside)
    return None


def _quotient(of: Part, by: Math) -> Math:
    return partial(wrap(of, POWER), by)


def _error_signal(of: Part, by: Math) -> Math:
    return Scripts(Letter("δ"), sub=by)


def _below_bar(of: Part, by: Math) -> Math:
    """The bar stands over the letter, and not over its subscripts and layers."""
    match by:
        case Tinted(role, body, tag, marked):
            return Tinted(role, _below_bar(of, body), tag, marked)
        case Scripts(base, sub, sup):
            return Scripts(_below_bar(of, base), sub, sup)
    return Accented(by, "bar")


def _slope(of: Math, by: Math) -> Math:
    return row(with_superscript(of, PRIME), bracketed(by))


NOTATIONS: Mapping[Notation, DerivativeNames] = MappingProxyType(
    {
        "partial": DerivativeNames("∂L/∂w", "Leibniz’s quotients", _quotient, partial, primes=False),
        "delta": DerivativeNames("δ", "Error signals", _error_signal, partial, defined=True),
        "bar": DerivativeNames("w̄", "Bar notation", _below_bar, partial, defined=True),
        "lagrange": DerivativeNames(
            "L′(w)", "Lagrange’s primes", lambda of, by: _slope(wrap(of, POWER), by), _slope
        ),
    }
)

"""A listing in every form: as mathematics, in NumPy, in PyTorch; in the window, as text and for files.

FORMS          how lines are written in the window, by name
TEXTS          how the whole listing is written as text, by name
listing_text   the whole listing as text, LaTeX, or a script that runs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct

from core.base.arrays import Value
from core.base.numbers import DIGITS, value_text
from core.math.derivative_names import PARTIAL, Notation
from core.math.latex import latex
from core.math.mathtree import Math, Row, Sign, row
from core.math.plain import plain
from core.passes.listing import Line, Listing, Typeset, listing_of
from core.passes.trace import Trace


class Written(Protocol):
    """A listing in one form: its lines, and what each says."""

    listing: Listing

    def line(self, line: Line) -> Math | str: ...

    def script(self) -> str: ...


class Form(Struct, frozen=True):
    """A form by its title; `make` may raise Problem, and loads what it needs when it is first asked.

    In one `as_computed` steps back read what computing them needs; see `listing_of`.
    """

    title: str
    make: Callable[[Listing, Notation, int], Written]
    as_computed: bool = False


class Mathematics(Typeset):
    """The lines of a listing as mathematics."""

    def __init__(self, listing: Listing, notation: Notation = PARTIAL, digits: int = DIGITS):
        super().__init__(listing.trace, notation, digits)
        self.listing = listing

    def script(self) -> str:
        """The lines as plain text."""
        return "\n".join(plain(self.line(line)) for line in self.listing.lines) + "\n"


def _numpy(listing: Listing, notation: Notation = PARTIAL, digits: int = DIGITS) -> Written:
    from core.export.numpy.listing import NumPyListing

    return NumPyListing(listing)


def _torch(listing: Listing, notation: Notation = PARTIAL, digits: int = DIGITS) -> Written:
    from core.export.torch.listing import TorchListing

    return TorchListing(listing)


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "math": Form("Mathematics", Mathematics),
        "numpy": Form("NumPy", _numpy, as_computed=True),
        "torch": Form("PyTorch", _torch),
    }
)


def listing_text(
    form: str, trace: Trace, notation: Notation = PARTIAL, digits: int = DIGITS, count: int | None = None
) -> str:
    """Write a listing as text.

    Args:
        form: of TEXTS; `math` is a table with values and gradients, `latex` aligned equations, the others are
            scripts that run.
        trace: the trace.
        notation: how derivatives are written.
        digits: how many significant digits numbers are shown with.
        count: after how many steps; what is not known by then is empty and that step's line is marked.
            None is after all, with no mark.

    Raises:
        Problem: an operation that PyTorch has no form for.
    """
    return TEXTS[form].write(listing_of(trace), notation, digits, count)


def _script(form: str) -> Callable[..., str]:
    """Write a form's listing as a script."""

    def text(listing: Listing, notation: Notation, digits: int, count: int | None) -> str:
        return FORMS[form].make(listing, notation, digits).script()

    return text


def _latex(listing: Listing, notation: Notation, digits: int, count: int | None) -> str:
    """The lines as equations, aligned at their signs and numbered as the steps are."""
    written, lines = Mathematics(listing, notation, digits), []
    for line in written.listing.lines:
        if line.part != "given":
            left, sign, right = _sides(written.line(line))
            sides = f"{latex(left)} &{sign} {latex(right)}"
            lines.append(rf"{sides} \tag{{{line.number}}}")
    return "\\begin{align}\n" + " \\\\\n".join(lines) + "\n\\end{align}\n"


def _sides(math: Math) -> tuple[Math, str, Math]:
    """What stands before and behind the first = or +=."""
    parts = math.parts if isinstance(math, Row) else (math,)
    place = next(at for at, part in enumerate(parts) if isinstance(part, Sign) and part.text in ("=", "+="))
    sign = parts[place]
    assert isinstance(sign, Sign)
    return row(*parts[:place]), sign.text, row(*parts[place + 1 :])


def _table(listing: Listing, notation: Notation, digits: int, count: int | None) -> str:
    """The lines with the values and gradients that are known, the present one marked."""
    written, trace = Mathematics(listing, notation, digits), listing.trace.shown
    upto = len(trace) if count is None else count
    snapshot, part = trace.snapshot(upto), ""
    rows: list[tuple[str, str, str, str]] = []
    for line in written.listing.lines:
        if line.part != part:
            part = line.part
            rows.append(("", part, *(("value", "gradient") if not rows else ("", ""))))
        if line.part == "backward":
            done = line.steps[-1] <= upto
            value, gradient = None, trace.snapshot(line.steps[-1]).gradient(line.node) if done else None
        else:
            value, gradient = snapshot.value(line.node), snapshot.gradient(line.node)
        mark = "▶ " if count and count in line.steps else ""
        said = plain(written.line(line))
        rows.append((f"{mark}{line.number}", f"  {said}", _text(value, digits), _text(gradient, digits)))
    widths = [max(len(cells[column]) for cells in rows) for column in range(4)]
    lines = [
        f"{number:>{widths[0]}}  {said:<{widths[1]}}  {value:>{widths[2]}}  {gradient:>{widths[3]}}".rstrip()
        for number, said, value, gradient in rows
    ]
    return "\n".join(lines) + "\n"


def _text(value: Value | None, digits: int) -> str:
    return "" if value is None else value_text(value, digits)


class Text(Struct, frozen=True):
    """A form of the whole listing by its title, and what writes it."""

    title: str
    write: Callable[[Listing, Notation, int, int | None], str]


TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "math": Text("text", _table),
        "latex": Text("LaTeX", _latex),
        **{name: Text(FORMS[name].title, _script(name)) for name in ("numpy", "torch")},
    }
)

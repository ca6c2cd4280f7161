"""How functions of arrays are set that are no calls in mathematics: products, entries, sums, unit vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.math.mathtree import (
    Big,
    Digits,
    Fenced,
    Math,
    Scripts,
    Sign,
    Table,
    Word,
    row,
)
from core.math.parts import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    Part,
    applied,
    bracketed,
    indexed,
    listed,
    product,
    side_by_side,
    turned,
    with_superscript,
    wrap,
)

CORRELATED, CONVOLVED = Sign("⋆", "bin"), Sign("∗", "bin")


def _bold(sign: str, shape: Sequence[Math]) -> Part:
    """𝟏 or 𝟎, of the shape below it."""
    below = [part for size in shape for part in (Sign("×", "ord"), size)][1:]
    return Scripts(Word(sign, "ord"), sub=row(*below)), ATOM


def ones(shape: Sequence[int]) -> Part:
    """An array of ones, its shape below."""
    return _bold("𝟏", [Digits(str(size)) for size in shape])


def _unit_vector(place: Part) -> Part:
    """1 at one place and 0 elsewhere."""
    return Scripts(Word("𝐞", "ord"), sub=place[0]), POWER


def _in_blocks(axis: Part, *blocks: Part) -> Part:
    """Arrays one below the other, or side by side along a later axis."""
    cells = [math for math, _ in blocks]
    return Table(tuple((cell,) for cell in cells) if axis[0] == Digits("0") else (tuple(cells),)), ATOM


def _conv2d(x: Part, w: Part, *settings: Part) -> Part:
    """A convolution by its sign, or by its name where it has a stride or a padding."""
    if settings:
        return applied(Word("conv2d"), [x, w, *settings]), POWER
    return row(wrap(x, POWER), CORRELATED, wrap(w, POWER)), PRODUCT


def added_up(part: Part, *letters: Part) -> Part:
    """The sum of an array's entries over the letters in its index."""
    return row(Scripts(Big("∑"), sub=listed(letters)), part[0]), SUM


def _for_each(entry: Part, letter: Part) -> Part:
    """The vector of an entry for each value of a letter."""
    return Scripts(bracketed(entry[0]), sub=letter[0]), ATOM


def _one_in_each_row(place: Part) -> Part:
    """A matrix with one 1 in each row."""
    return Scripts(Word("𝐄", "ord"), sub=place[0]), POWER


# what is no call in mathematics: products, entries, and arrays made of signs
FORMS: dict[str, Callable[..., Part]] = {
    "power": lambda x, y: (with_superscript(wrap(x, ATOM), y[0]), POWER),
    "dot": lambda x, y: (product(x, y), PRODUCT),
    "matvec": side_by_side,
    "vecmat": lambda x, w: side_by_side(turned(x), w),
    "matmul": side_by_side,
    "outer": lambda x, y: side_by_side(x, turned(y)),
    "matvec_t": lambda w, g: side_by_side(turned(w), g),
    "vecmat_t": lambda g, w: side_by_side(w, g),
    "matmul_t": lambda g, y: side_by_side(g, turned(y)),
    "t_matmul": lambda x, g: side_by_side(turned(x), g),
    "transpose": turned,
    "row": turned,
    "unrow": turned,
    "pick": lambda x, k: indexed(x, [k]),
    "onehot": lambda k, x: _unit_vector(k),
    "choice": lambda k, n: _unit_vector(k),
    "unit_vector": _unit_vector,
    "in_row": lambda unit, g: (row(wrap(unit, POWER), Sign("⊗", "bin"), wrap(g, POWER)), PRODUCT),
    "ones": lambda *shape: _bold("𝟏", [math for math, _ in shape]),
    "zeros": lambda *shape: _bold("𝟎", [math for math, _ in shape]),
    "blocks": _in_blocks,
    "added_up": added_up,
    "for_each": _for_each,
    "put_rows": lambda g, x, k: side_by_side((applied(Word("diag"), [g]), POWER), _one_in_each_row(k)),
    "onehot_rows": lambda k, x: _one_in_each_row(k),
    "conv2d": _conv2d,
    "conv2d_x": lambda g, w: (row(wrap(g, POWER), CONVOLVED, wrap(w, POWER)), PRODUCT),
    "conv2d_W": lambda g, x: (row(wrap(x, POWER), CORRELATED, wrap(g, POWER)), PRODUCT),
    "kept": lambda x, p, seed: (Word("mask", "ord"), ATOM),
    "stack": lambda *parts: (Fenced("[", listed(list(parts)), "]"), ATOM),
}

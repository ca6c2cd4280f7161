"""What the first layer of a network takes: the inputs x1, x2, … themselves, or formulas in them.

OFFERED    formulas that are offered to begin with
names_of   what the inputs are called in these formulas
usual      the inputs themselves
checked    a formula that was typed, or a Problem that says why it is none
maps       what formulas are over the plane
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.base.arrays import Array
from core.base.errors import Problem
from core.data.formulas import evaluated

OFFERED = ("x1", "x2", "x1^2", "x2^2", "x1 x2", "sin(x1)", "sin(x2)")
MOST_INPUTS = 8  # of data whose inputs can be chosen one by one
END = 6.0  # maps go from −6 to 6
TRIED = 5  # points at which a typed formula is tried


def names_of(inputs: int) -> tuple[str, ...]:
    """What so many inputs are called."""
    return tuple(f"x{number}" for number in range(1, inputs + 1))


def usual(inputs: int) -> tuple[str, ...]:
    """The formulas that are the inputs themselves."""
    return names_of(inputs)


def checked(text: str, inputs: int) -> str:
    """A formula that was typed, as it is kept. Raises Problem where it is no formula in the inputs."""
    formula = " ".join(text.split())
    if not formula:
        raise Problem("A feature is a formula", hint=f"Write one in {' and '.join(names_of(inputs))}")
    places = np.linspace(-END, END, TRIED)
    evaluated(formula, names_of(inputs), np.tile(places[:, None], inputs), "The feature")
    return formula


def offered(inputs: int) -> tuple[str, ...]:
    """The formulas that are offered for so many inputs."""
    if inputs > len(names_of(2)):
        return names_of(inputs)
    return tuple(text for text in OFFERED if inputs == 2 or "x2" not in text)


def maps(formulas: Sequence[str], inputs: int, side: int) -> list[Array]:
    """What formulas are over the plane of the first two inputs, the others 0, largest second input first.

    Returns:
        For each formula (side, side) values; those that are infinite or no numbers are 0.
    """
    line = np.linspace(-END, END, side)
    points = np.zeros((side * side, inputs))
    points[:, 0] = np.tile(line, side)
    if inputs > 1:
        points[:, 1] = np.repeat(line[::-1], side)
    found = (evaluated(text, names_of(inputs), points) for text in formulas)
    return [np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).reshape(side, side) for values in found]

"""Programs read for a graph: with the operations as their functions, and values under the names they use."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.base.arrays import Value, shape_of
from core.base.gc_paused import gc_paused
from core.notation.program import Program
from core.notation.reader import read
from core.notation.tree import names
from core.ops import FUNCTIONS

MATH_CONSTANTS = {"e": math.e, "π": math.pi}


@gc_paused
def read_program(text: str, known: Mapping[str, Value] | Sequence[str] = ()) -> Program:
    """Read a program's text with all operations of the engine as its functions.

    Args:
        text: the program, as it was typed.
        known: the values of its names so far, or only the names.

    Returns:
        The statements as trees; no shapes are checked yet.

    Raises:
        Problem: what cannot be read, with its place in the text.
    """
    if isinstance(known, Mapping):
        return read(text, FUNCTIONS, {name: len(shape_of(value)) for name, value in known.items()})
    return read(text, FUNCTIONS, list(known))


def renamed(program: Program, values: Mapping[str, Value]) -> dict[str, Value]:
    """Give values the names that the program uses itself: what is given as W2 is the value of W⁽²⁾.

    Args:
        program: what was read.
        values: numbers or arrays by name, in any of the program's spellings.

    Returns:
        The same values by the names in the program's trees.
    """
    return {program.aliases.get(name, name): value for name, value in values.items()}


def free_names(program: Program, known: Mapping[str, Value] | None = None) -> list[str]:
    """List the names that a program uses without defining them.

    Args:
        program: what was read.
        known: values by name; e and π are constants unless they are among these.

    Returns:
        Each name once, in order of appearance.
    """
    ever = {statement.name for statement in program.statements}
    assigned: set[str] = set()
    found: dict[str, None] = {}
    for statement in program.statements:
        # a function is looked into where it is used, after names it may share with later lines
        valued = assigned if statement.parameters is None else ever.union(statement.parameters)
        for name in names(statement.tree):
            constant = name in MATH_CONSTANTS and name not in (known or {})
            if name not in valued and not constant:
                found[name] = None
        if statement.name:
            assigned.add(statement.name)
    return list(found)

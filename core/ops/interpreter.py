"""What walks a rule's tree: one fold, handed an interpreter that says what each part of a rule becomes.

A rule is made of numbers, names and functions, as each sign and each relation stands for a function. So who
reads a rule, to compute it, to write it in another language or to find something out, says what these three
become.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from core.notation.tree import Binary, Call, Indicator, Name, Negative, Number, Tree, fold
from core.ops.entry_kernels import KERNELS_BY_SIGN

Made = TypeVar("Made")


class Interpreter(Protocol[Made]):
    """What the parts of a rule become; of a function's arguments that is known already."""

    def number(self, value: float) -> Made: ...

    def name(self, name: str) -> Made: ...

    def call(self, function: str, args: Sequence[Made]) -> Made: ...


def interpreted(tree: Tree, by: Interpreter[Made]) -> Made:
    """What a rule's tree becomes by an interpreter."""

    def combine(part: Tree, found: list[Made]) -> Made:
        match part:
            case Number(value):
                return by.number(value)
            case Name(name):
                return by.name(name)
            case Call(function):
                return by.call(function, found)
            case Negative():
                return by.call("negative", found)
            case Binary(sign) | Indicator(sign):
                return by.call(KERNELS_BY_SIGN[sign], found)
        raise TypeError(f"{part} has no place in a rule")

    return fold(tree, combine)

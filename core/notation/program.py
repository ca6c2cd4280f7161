"""A program as it was read: its statements, remarks for its reader, and what it needs of shapes."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import force_setattr

from core.base.errors import Span, legible
from core.notation.tree import NOWHERE, Part, Tree


class Statement(Part, frozen=True):
    """`name = expression`, a bare expression (no name), or `name(parameters) = expression`."""

    tree: Tree
    name: str | None = None
    parameters: tuple[str, ...] | None = None
    span: Span = NOWHERE
    name_span: Span = NOWHERE


class Remark(Struct, frozen=True):
    """Something a reader of the program may want to know: how an ambiguity was understood.

    `other` is the text that, put in the span's place, is read the other way, where there is one.
    """

    message: str
    span: Span
    other: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "message", legible(self.message))


class ShapeCondition(Struct, frozen=True):
    """What the shape of a part must be for the program to mean what was read, checked when shapes are known.

    `tree` is the part itself; it must have `rank` axes (or `at_most` so many), or `length` entries along an
    `axis`, where these are given; with a `letter`, so many more than the letter stands for everywhere.
    `message` and `hint` are what is said otherwise.
    """

    tree: Tree
    message: str
    hint: str = ""
    rank: int | None = None
    at_most: bool = False
    axis: int = 0
    length: Tree | None = None
    letter: str = ""
    span: Span = NOWHERE


class Program(Struct, frozen=True):
    """What was read, with its `conditions` on shapes; `spelled` is how the text spells each name first.

    `aliases` are names under which values were given and the names of the program that they are values of.
    `faces` are the alphabets of names that are not plain: bold, calligraphic, or with an arrow above.
    """

    text: str
    statements: tuple[Statement, ...]
    remarks: tuple[Remark, ...] = ()
    conditions: tuple[ShapeCondition, ...] = ()
    spelled: Mapping[str, str] = {}
    aliases: Mapping[str, str] = {}
    faces: Mapping[str, str] = {}

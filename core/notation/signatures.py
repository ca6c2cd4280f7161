"""What the reader knows of a function."""

from __future__ import annotations

from msgspec import Struct

MAX_VALUES = 99  # in the brackets of one call


class Signature(Struct, frozen=True):
    """A function's canonical name, how many values it takes, and how it is called.

    `elementwise` says that it works entry by entry; `slope` is its derivative as a formula of x, or "" where
    it has none that is a formula of one value.
    """

    name: str
    least: int
    most: int
    usage: str = ""
    elementwise: bool = False
    slope: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of its values, as its usage lists them."""
        inside = self.usage.partition("(")[2].rstrip(")")
        return tuple(part.strip() for part in inside.split(",")) if inside else ()

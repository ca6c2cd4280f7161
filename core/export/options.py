"""How an export is written, as far as one can choose."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Options(Struct, frozen=True):
    """This program's version; the precision, if not the usual one; whether gradients are wanted."""

    version: str
    precision: Literal["", "float32", "float64"] = ""
    gradients: bool = False

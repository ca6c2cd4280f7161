"""The steps of a pass: what each computed. Steps are frozen and know nothing of screens."""

from __future__ import annotations

from msgspec import Struct

from core.base.arrays import Value
from core.graph.plan import Phase


class Computed(Struct, frozen=True):
    """A node got its value."""

    node: str
    value: Value


class Seeded(Struct, frozen=True):
    """The backward pass began: the gradient of the output with respect to itself."""

    node: str
    gradient: Value


class Flowed(Struct, frozen=True):
    """A gradient went back from a node along one edge and was added to what had arrived there before."""

    node: str
    port: int
    arg: str
    contribution: Value
    total: Value


Step = Computed | Seeded | Flowed
PHASES: dict[type, Phase] = {Computed: "forward", Seeded: "seed", Flowed: "backward"}

"""What the hidden units of a network can compute of their sums: one table, taken from the operations."""

from __future__ import annotations

from msgspec import Struct

from core.ops import OPS


class Activation(Struct, frozen=True):
    """A hidden unit's function, and what is written around its sum."""

    title: str
    written: str


ACTIVATIONS = {
    op.name: Activation(op.learning.activation, op.look.form.replace("{x}", "{}") or f"{op.call}({{}})")
    for op in OPS.values()
    if op.learning.activation
} | {"linear": Activation("Linear", "{}")}

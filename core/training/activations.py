"""What the hidden units of a network can compute of their sums: one table, taken from the operations."""

from __future__ import annotations

from msgspec import Struct

from core.base.errors import Problem, cut
from core.ops import OPS

LINEAR = "linear"


class Activation(Struct, frozen=True):
    """A hidden unit's function, and what is written around its sum."""

    title: str
    written: str


ACTIVATIONS = {
    op.name: Activation(op.learning.activation, op.look.form.replace("{x}", "{}") or f"{op.call}({{}})")
    for op in OPS.values()
    if op.learning.activation
} | {LINEAR: Activation("Linear", "{}")}


def activations_for(text: str, layers: int) -> tuple[str, ...]:
    """Say what each hidden layer computes.

    Args:
        text: the name of an activation, or several with blanks between, one for each layer; the last one is
            that of all further layers.
        layers: how many hidden layers there are.

    Returns:
        The name of the activation of each layer.

    Raises:
        Problem: there is no such activation.
    """
    names = text.split()
    for name in names or [text]:
        if name not in ACTIVATIONS:
            raise Problem(f"There is no activation called {cut(name)}; there are {', '.join(ACTIVATIONS)}")
    return tuple(names[min(layer, len(names) - 1)] for layer in range(layers))


def written_as_one(names: tuple[str, ...]) -> str:
    """The activations of all layers as one text: one name where they are the same."""
    return names[0] if len({*names}) == 1 else " ".join(names)

"""What the hidden units of a network can compute of their sums: one table."""

from __future__ import annotations

from core.base.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Activation:
    """A hidden unit's function, and what is written around its sum."""

    title: str
    written: str


ACTIVATIONS = {
    "tanh": Activation("Tanh", "tanh({})"),
    "sigmoid": Activation("Sigmoid", "σ({})"),
    "relu": Activation("ReLU", "relu({})"),
    "leaky_relu": Activation("Leaky ReLU", "leaky_relu({})"),
    "elu": Activation("ELU", "elu({})"),
    "silu": Activation("SiLU", "silu({})"),
    "softplus": Activation("Softplus", "softplus({})"),
    "linear": Activation("Linear", "{}"),
}

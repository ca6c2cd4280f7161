"""What the hidden units of a network can compute of their sums: one table."""

from __future__ import annotations

from msgspec import Struct


class Activation(Struct, frozen=True):
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

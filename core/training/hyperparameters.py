"""The numbers of update rules: each with its letter, its default and the range it is accepted in."""

from __future__ import annotations

import math
import numbers

from msgspec import Struct

from core.base.errors import Problem


class Hyperparameter(Struct, frozen=True):
    """One number (or switch) of a rule: its letter, its default, and the range it is accepted in.

    `below` says that `high` itself is not accepted; `usual` is the range worth offering on a slider. One that
    `decays` reaches only the parameters that an optimizer's mask says. One that is a `penalty` pulls at
    weights as a penalty of the loss does.
    """

    name: str
    symbol: str
    title: str
    default: float
    high: float = math.inf
    below: bool = False
    usual: tuple[float, float] = (0.0, 1.0)
    low: float = 0.0
    decays: bool = False
    penalty: bool = False

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off rather than a number."""
        return isinstance(self.default, bool)

    def checked(self, value: float) -> float:
        """The value, or a Problem that names the range."""
        if isinstance(value, bool) != self.is_switch or not isinstance(value, numbers.Real):
            wanted = "true or false" if self.is_switch else "a number"
            raise Problem(f"The {self.title} ({self.name}) is {wanted}, not {value!r}")
        inside = self.low <= value < self.high if self.below else self.low <= value <= self.high
        if not inside or math.isinf(value):
            raise Problem(f"The {self.title} ({self.name}) must be {self.range()}, not {value:g}")
        return value

    def range(self) -> str:
        """The accepted range in words."""
        if math.isinf(self.high):
            return f"finite and {self.low:g} or more"
        return f"from {self.low:g} to {'below ' if self.below else ''}{self.high:g}"


def learning_rate(default: float) -> Hyperparameter:
    """The learning rate; every rule has one, each with its own default."""
    return Hyperparameter("lr", "η", "learning rate", default, usual=(1e-5, 10))


def weight_decay(default: float = 0.0) -> Hyperparameter:
    """The weight decay that joins the gradient, as the penalty λ/2 ‖w‖² does."""
    return Hyperparameter("weight_decay", "λ", "weight decay", default, usual=(0, 0.1), penalty=True)


def decoupled_decay(default: float) -> Hyperparameter:
    """The weight decay that shrinks the parameters beside the gradient, which no penalty does."""
    return Hyperparameter("weight_decay", "λ", "weight decay", default, usual=(0, 0.1))


def epsilon(default: float) -> Hyperparameter:
    """The small number that keeps a division finite; outside the root."""
    return Hyperparameter("eps", "ε", "epsilon", default, usual=(1e-12, 1e-2))


def _regularisation(name: str, title: str) -> Hyperparameter:
    return Hyperparameter(name, name, title, 0.0, usual=(0, 10), decays=True, penalty=True)


L1_RATE = _regularisation("l1", "L1 regularisation rate")
L2_RATE = _regularisation("l2", "L2 regularisation rate")
CLIP_VALUE = Hyperparameter("clip_value", "c", "largest entry of the gradient, 0 for any", 0.0, usual=(0, 10))
CLIP_NORM = Hyperparameter("clip_norm", "C", "largest norm of the gradient, 0 for any", 0.0, usual=(0, 10))
MOMENTUM = Hyperparameter("momentum", "μ", "momentum", 0.0, high=1)
NESTEROV = Hyperparameter("nesterov", "", "Nesterov momentum", False, high=1)
BETA1 = Hyperparameter("beta1", "β1", "decay of the mean gradient", 0.9, high=1, below=True)
BETA2 = Hyperparameter("beta2", "β2", "decay of the mean square", 0.999, high=1, below=True)
ALPHA = Hyperparameter("alpha", "α", "decay of the mean square", 0.99, high=1)

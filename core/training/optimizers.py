"""Update rules: how a gradient changes the parameters.

OPTIMIZERS          the rules by name, each with its title, its formula and its hyperparameters
make_optimizer      one rule with its hyperparameters set: `make_optimizer("adam", lr=0.01)`
Optimizer.update    one step on the flat vector of all parameters, in place

The rules and their defaults are those documented for torch.optim, so that a run can be compared number by
number; `playground` is TensorFlow Playground's own. In the formulas w are the parameters, g the gradient,
η the learning rate, λ the weight decay, and t counts the updates from 1. `rosenblatt` and `delta` are the
rules of single units: they compare a prediction with its target t, whatever loss the program writes.
"""

from __future__ import annotations

import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from core.base.errors import Problem

Array = npt.NDArray[Any]


class Hyperparameter(Struct, frozen=True):
    """One number (or switch) of a rule: its letter, its default, and the range it is accepted in.

    `below` says that `high` itself is not accepted; `usual` is the range worth offering on a slider.
    """

    name: str
    symbol: str
    title: str
    default: float
    high: float = math.inf
    below: bool = False
    usual: tuple[float, float] = (0.0, 1.0)
    low: float = 0.0

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
    """The weight decay; `decayed` of an optimizer says which parameters it reaches."""
    return Hyperparameter("weight_decay", "λ", "weight decay", default, usual=(0, 0.1))


def epsilon(default: float) -> Hyperparameter:
    """The small number that keeps a division finite; outside the root."""
    return Hyperparameter("eps", "ε", "epsilon", default, usual=(1e-12, 1e-2))


MOMENTUM = Hyperparameter("momentum", "μ", "momentum", 0.0, high=1)
NESTEROV = Hyperparameter("nesterov", "", "Nesterov momentum", False, high=1)
BETA1 = Hyperparameter("beta1", "β1", "decay of the mean gradient", 0.9, high=1, below=True)
BETA2 = Hyperparameter("beta2", "β2", "decay of the mean square", 0.999, high=1, below=True)
ALPHA = Hyperparameter("alpha", "α", "decay of the mean square", 0.99, high=1)


class Optimizer(ABC):
    """One rule at work: its hyperparameters, and what it remembers from update to update.

    hyper    the hyperparameters by name; changed by `set(lr=0.1)`, at any time
    decayed  a mask over the parameters, true where weight decay or regularisation reaches; None reaches all
    state    what is remembered, by the letter of the formula; arrays like the parameters, all 0 at the start
    updates  how many there have been

    A rule may have an `objective` of its own, whose gradient takes the place of the loss's: a formula of the
    target t, the score s that goes into a threshold unit and its answer y; without such a unit s is the
    prediction, and a rule that `thresholds` makes the answer itself (core/training/objectives.py).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    formula: ClassVar[str]
    hyperparameters: ClassVar[tuple[Hyperparameter, ...]]
    remembers: ClassVar[tuple[str, ...]] = ()
    objective: ClassVar[str] = ""
    thresholds: ClassVar[bool] = False

    def __init__(self, decayed: Array | None = None, **hyper: float) -> None:
        self.hyper: Mapping[str, float] = {known.name: known.default for known in self.hyperparameters}
        self.decayed = decayed
        self.set(**hyper)
        self.reset()

    def set(self, **hyper: float) -> None:
        """Change some hyperparameters; what is remembered stays."""
        known = {one.name: one for one in self.hyperparameters}
        for name in hyper:
            if name not in known:
                raise Problem(f"{self.title} has no {name}; it has {', '.join(known)}")
        changed = {**self.hyper, **{name: known[name].checked(value) for name, value in hyper.items()}}
        self._agree(changed)
        self.hyper = changed

    def reset(self) -> None:
        """Forget everything; the next update is the first."""
        self.updates = 0
        self.state: dict[str, Array] = {}

    def update(self, parameters: Array, gradient: Array) -> None:
        """One step in place on a flat float vector; the gradient is not changed.

        After the first update, which makes the buffers, nothing is allocated. Overflow gives inf or NaN, and
        whether numpy warns is up to the caller's `np.errstate`.
        """
        if not self.updates:
            self._prepare(parameters)
        if not parameters.shape == gradient.shape == self._spare.shape:
            raise Problem(
                f"{self.title} began with {self._spare.size} parameters; now there are {parameters.size}, "
                f"and {gradient.size} entries in the gradient"
            )
        self.updates += 1
        self._step(parameters, gradient)

    def _prepare(self, parameters: Array) -> None:
        if parameters.ndim != 1 or not np.issubdtype(parameters.dtype, np.floating):
            raise Problem(f"{self.title} updates one flat vector of floats, not {parameters.dtype} numbers")
        self._spare = np.zeros_like(parameters)
        self._sum = np.zeros_like(parameters)
        self.state = {letter: np.zeros_like(parameters) for letter in self.remembers}
        reached = np.ones_like(parameters) if self.decayed is None else self.decayed
        if reached.shape != parameters.shape:
            raise Problem(f"The mask of decayed parameters has {reached.size} entries for {parameters.size}")
        self._reached = reached.astype(parameters.dtype)

    def _agree(self, hyper: Mapping[str, float]) -> None:  # noqa: B027 (most rules have nothing to object)
        """Raise a Problem when hyperparameters, each good by itself, do not go together."""

    @abstractmethod
    def _step(self, w: Array, g: Array) -> None:
        """Change the parameters w in place, given their gradient g."""

    def _decay_gradient(self, w: Array, g: Array) -> Array:
        """g + λ w, the gradient once the penalty ½ λ w² is added to the loss."""
        if not self.hyper["weight_decay"]:
            return g
        np.multiply(w, self._reached, out=self._sum)
        self._sum *= self.hyper["weight_decay"]
        self._sum += g
        return self._sum

    def _descend(self, w: Array, direction: Array) -> None:
        """w ← w − η direction."""
        np.multiply(direction, self.hyper["lr"], out=self._spare)
        w -= self._spare

    def _average(self, mean: Array, value: Array, keep: float) -> None:
        """mean ← keep · mean + (1 − keep) · value; value may be the spare buffer."""
        mean *= keep
        np.multiply(value, 1 - keep, out=self._spare)
        mean += self._spare


class SGD(Optimizer):
    """Gradient descent, with momentum, with Nesterov's look ahead. Without momentum nothing is remembered."""

    name = "sgd"
    title = "Gradient descent"
    formula = "g ← g + λ w; v ← μ v + g; w ← w − η v    (Nesterov: w ← w − η (g + μ v))"
    hyperparameters = (learning_rate(1e-3), MOMENTUM, NESTEROV, weight_decay())
    remembers = ("v",)

    def _agree(self, hyper: Mapping[str, float]) -> None:
        if hyper["nesterov"] and not hyper["momentum"]:
            raise Problem("Nesterov momentum needs a momentum above 0")

    def _step(self, w: Array, g: Array) -> None:
        g, v, momentum = self._decay_gradient(w, g), self.state["v"], self.hyper["momentum"]
        direction = g
        if momentum:
            v *= momentum
            v += g
            direction = v
        if self.hyper["nesterov"]:
            np.multiply(v, momentum, out=self._spare)
            self._spare += g
            direction = self._spare
        self._descend(w, direction)


class Adam(Optimizer):
    """Kingma and Ba's adaptive moments, corrected for starting at 0."""

    name = "adam"
    title = "Adam"
    formula = (
        "g ← g + λ w; m ← β1 m + (1 − β1) g; s ← β2 s + (1 − β2) g²; "
        "w ← w − η (m / (1 − β1^t)) / (√(s / (1 − β2^t)) + ε)"
    )
    hyperparameters = (learning_rate(1e-3), BETA1, BETA2, epsilon(1e-8), weight_decay())
    remembers = ("m", "s")

    def _step(self, w: Array, g: Array) -> None:
        self._adapt(w, self._decay_gradient(w, g))

    def _adapt(self, w: Array, g: Array) -> None:
        m, s, spare = self.state["m"], self.state["s"], self._spare
        beta1, beta2 = self.hyper["beta1"], self.hyper["beta2"]
        self._average(m, g, beta1)
        np.multiply(g, g, out=spare)
        self._average(s, spare, beta2)
        np.sqrt(s, out=spare)
        spare /= math.sqrt(1 - beta2**self.updates)
        spare += self.hyper["eps"]
        np.divide(m, spare, out=spare)
        spare /= 1 - beta1**self.updates
        self._descend(w, spare)


class AdamW(Adam):
    """Adam with Loshchilov and Hutter's weight decay: it shrinks the parameters, not the gradient."""

    name = "adamw"
    title = "AdamW"
    formula = (
        "w ← w − η λ w; m ← β1 m + (1 − β1) g; s ← β2 s + (1 − β2) g²; "
        "w ← w − η (m / (1 − β1^t)) / (√(s / (1 − β2^t)) + ε)"
    )
    hyperparameters = (learning_rate(1e-3), BETA1, BETA2, epsilon(1e-8), weight_decay(0.01))

    def _step(self, w: Array, g: Array) -> None:
        np.multiply(w, self._reached, out=self._spare)
        self._spare *= self.hyper["lr"] * self.hyper["weight_decay"]
        w -= self._spare
        self._adapt(w, g)


class RMSprop(Optimizer):
    """Hinton's division by the running size of the gradient, with momentum if wanted."""

    name = "rmsprop"
    title = "RMSprop"
    formula = "g ← g + λ w; s ← α s + (1 − α) g²; v ← μ v + g / (√s + ε); w ← w − η v"
    hyperparameters = (learning_rate(1e-2), ALPHA, epsilon(1e-8), MOMENTUM, weight_decay())
    remembers = ("s", "v")

    def _step(self, w: Array, g: Array) -> None:
        g, s, v, spare = self._decay_gradient(w, g), self.state["s"], self.state["v"], self._spare
        np.multiply(g, g, out=spare)
        self._average(s, spare, self.hyper["alpha"])
        np.sqrt(s, out=spare)
        spare += self.hyper["eps"]
        np.divide(g, spare, out=spare)
        direction = spare
        if self.hyper["momentum"]:
            v *= self.hyper["momentum"]
            v += spare
            direction = v
        self._descend(w, direction)


class Adagrad(Optimizer):
    """Duchi, Hazan and Singer's division by the size of all gradients so far."""

    name = "adagrad"
    title = "Adagrad"
    formula = "g ← g + λ w; s ← s + g²; w ← w − η g / (√s + ε)"
    hyperparameters = (learning_rate(1e-2), epsilon(1e-10), weight_decay())
    remembers = ("s",)

    def _step(self, w: Array, g: Array) -> None:
        g, s, spare = self._decay_gradient(w, g), self.state["s"], self._spare
        np.multiply(g, g, out=spare)
        s += spare
        np.sqrt(s, out=spare)
        spare += self.hyper["eps"]
        np.divide(g, spare, out=spare)
        self._descend(w, spare)


class Playground(Optimizer):
    """TensorFlow Playground's rule: a plain step, then a pull towards 0; L1 kills what it would pull across.

    The pull uses the weight before the step, and a dead weight stays 0. Biases are not pulled: see `decayed`.
    """

    name = "playground"
    title = "TF Playground"
    formula = "u ← w − η g; w ← u − η (l1 sign w + l2 w), or 0 for good where l1 makes that cross 0"
    hyperparameters = (
        learning_rate(0.03),
        Hyperparameter("l1", "l1", "L1 regularisation rate", 0.0, usual=(0, 10)),
        Hyperparameter("l2", "l2", "L2 regularisation rate", 0.0, usual=(0, 10)),
    )
    remembers = ("dead",)

    def _agree(self, hyper: Mapping[str, float]) -> None:
        if hyper["l1"] and hyper["l2"]:
            raise Problem("TF Playground regularises by l1 or by l2, not by both")

    def _step(self, w: Array, g: Array) -> None:
        pull, dead, l1 = self._sum, self.state["dead"], self.hyper["l1"]
        if l1:
            # the sign of 0 is 1, as in TF Playground's table; adding 0 turns −0 into 0
            np.add(w, 0.0, out=pull)
            np.copysign(l1, pull, out=pull)
        else:
            np.multiply(w, self.hyper["l2"], out=pull)
        pull *= self._reached
        pull *= self.hyper["lr"]
        self._descend(w, g)
        np.subtract(w, pull, out=pull)
        if l1:
            np.multiply(w, pull, out=self._spare)
            np.less(self._spare, 0, out=self._spare)
            np.maximum(dead, self._spare, out=dead)
        np.subtract(1, dead, out=self._spare)
        np.multiply(pull, self._spare, out=w)


class Delta(Optimizer):
    """Widrow and Hoff's rule (Adaline): down on half the squared difference of prediction and target."""

    name = "delta"
    title = "The delta rule"
    formula = "w ← w + η (t − s) ∂s/∂w, s the prediction before any threshold"
    hyperparameters = (learning_rate(0.1),)
    objective = "1/2 sum((s - t)^2)"

    def _step(self, w: Array, g: Array) -> None:
        self._descend(w, g)


class Rosenblatt(Delta):
    """The perceptron rule: the error of the answer, after the threshold, times the gradient of the score."""

    name = "rosenblatt"
    title = "Rosenblatt's rule"
    formula = "w ← w + η (t − y) ∂s/∂w, y the answer of the threshold unit to its score s"
    hyperparameters = (learning_rate(1.0),)
    objective = "sum(stop_gradient(y - t) ⊙ s)"
    thresholds = True


OPTIMIZERS: dict[str, type[Optimizer]] = {
    rule.name: rule for rule in (SGD, Adam, AdamW, RMSprop, Adagrad, Playground, Rosenblatt, Delta)
}


def make_optimizer(name: str, decayed: Array | None = None, **hyper: float) -> Optimizer:
    """The rule of that name, some hyperparameters set; a Problem says which names and ranges there are."""
    return rule_of(name)(decayed, **hyper)


def rule_of(name: str) -> type[Optimizer]:
    """The rule of that name, or a Problem that says which there are."""
    if name not in OPTIMIZERS:
        raise Problem(f"There is no optimizer called {name}; there are {', '.join(OPTIMIZERS)}")
    return OPTIMIZERS[name]

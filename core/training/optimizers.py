"""Update rules: how a gradient changes the parameters.

OPTIMIZERS          the rules by name, each with its title, its formula and its hyperparameters
make_optimizer      one rule with its hyperparameters set: `make_optimizer("adam", lr=0.01)`
Optimizer.update    one step on the flat vector of all parameters, in place

The rules and their defaults are those documented for torch.optim, so that a run can be compared number by
number; `playground` is TensorFlow Playground's own. In the formulas w are the parameters, g the gradient,
η the learning rate, λ the weight decay, and t counts the updates from 1. `rosenblatt` and `delta` are the
rules of single units: they compare a prediction with its target t, whatever loss the program writes.

Before its own statements every rule can add the gradient of the penalty l1 Σ|w| + l2/2 Σw² to that of the
loss, and clip their sum; `playground` has a regularisation of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar

import numpy as np

from core.base.arrays import Array
from core.base.errors import Problem
from core.training.hyperparameters import (
    ALPHA,
    BETA1,
    BETA2,
    CLIP_NORM,
    CLIP_VALUE,
    L1_RATE,
    L2_RATE,
    MOMENTUM,
    NESTEROV,
    Hyperparameter,
    decoupled_decay,
    epsilon,
    learning_rate,
    weight_decay,
)
from core.training.update_rules import Statement, remembered, settled, statements, updating

PENALTY = "g ← g + l1 sign(w) + l2 w"
CLIPPINGS = {CLIP_VALUE: "g ← max(−c, min(g, c))", CLIP_NORM: "g ← min(1, C / norm(g)) g"}
FOR_ALL = (L1_RATE, L2_RATE, CLIP_VALUE, CLIP_NORM)  # hyperparameters that every rule has


class Optimizer:
    """One rule at work: its hyperparameters, and what it remembers from update to update.

    hyper    the hyperparameters by name; changed by `set(lr=0.1)`, at any time
    decayed  a mask over the parameters, true where l1 and l2 reach; None reaches all
    state    what is remembered, by the letter of the formula; arrays like the parameters, all 0 at the start
    updates  how many there have been

    The `formula` is what is computed (core/training/update_rules.py), unless a class gives `own` statements;
    those of penalty and clipping stand before it where they are asked for. `torch` is the call that makes the
    same rule in torch.optim, its hyperparameters by their names; "" where there is none, and the numbers that
    do not stand in it are 0 there.

    A rule may have an `objective` of its own, whose gradient takes the place of the loss's: a formula of the
    target t, the score s that goes into a threshold unit and its answer y; without such a unit s is the
    prediction, and a rule that `thresholds` makes the answer itself (core/training/objectives.py).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    formula: ClassVar[str]
    hyperparameters: ClassVar[tuple[Hyperparameter, ...]]
    torch: ClassVar[str] = ""
    objective: ClassVar[str] = ""
    thresholds: ClassVar[bool] = False

    def __init__(self, decayed: Array | None = None, **hyper: float) -> None:
        self.hyper: Mapping[str, float] = {known.name: known.default for known in self.all_hyperparameters()}
        self.decayed = decayed
        self.reset()
        self.set(**hyper)

    def set(self, **hyper: float) -> None:
        """Change some hyperparameters; what is remembered stays."""
        known = {one.name: one for one in self.all_hyperparameters()}
        for name in hyper:
            if name not in known:
                raise Problem(f"{self.title} has no {name}; it has {', '.join(known)}")
        changed = {**self.hyper, **{name: known[name].checked(value) for name, value in hyper.items()}}
        self._agree(changed)
        self.hyper = changed
        if self.updates:
            self._make_step()

    def reset(self) -> None:
        """Forget everything; the next update is the first."""
        self.updates = 0
        self.state: dict[str, Array] = {}

    def recall(self, parameters: Array, updates: int, state: Mapping[str, Array]) -> None:
        """Go on as after so many updates of these parameters, which left this to be remembered."""
        self.state = {letter: array.copy() for letter, array in state.items()}
        self._prepare(parameters)
        self.updates = updates

    @classmethod
    def all_hyperparameters(cls) -> tuple[Hyperparameter, ...]:
        """Those of the rule itself and those that every rule has."""
        own = {one.name for one in cls.hyperparameters}
        return (*cls.hyperparameters, *(one for one in FOR_ALL if one.name not in own))

    @classmethod
    def offers(cls, name: str) -> bool:
        """Whether the rule itself has a number that is more than a penalty."""
        return any(one.name == name and not one.penalty for one in cls.hyperparameters)

    @property
    def own(self) -> str:
        """The rule's own statements, with the letters of the hyperparameters."""
        return self.formula

    @property
    def rule(self) -> str:
        """All statements that are computed, those of penalty and clipping first."""
        adds = (self.hyper["l1"] or self.hyper["l2"]) and L1_RATE not in self.hyperparameters
        clips = [text for number, text in CLIPPINGS.items() if self.hyper[number.name]]
        return "; ".join([*[PENALTY] * bool(adds), *clips, self.own])

    def penalty(self, parameters: Array) -> float:
        """The penalty l1 Σ|w| + l2/2 Σw² of the parameters that it reaches."""
        l1, l2 = self.hyper["l1"], self.hyper["l2"]
        if not (l1 or l2):
            return 0.0
        reached = parameters if self.decayed is None else parameters * self.decayed
        return float(l1 * np.abs(reached).sum() + l2 / 2 * reached.dot(reached))

    @property
    def settled(self) -> tuple[Statement, ...]:
        """The rule's statements at the hyperparameters as they are."""
        return settled(self.rule, self._numbers())

    def _numbers(self) -> dict[str, float]:
        return {one.symbol: self.hyper[one.name] for one in self.all_hyperparameters() if one.symbol}

    def update(self, parameters: Array, gradient: Array) -> None:
        """One step in place on a flat float vector; the gradient is not changed.

        The first makes the buffers, and of the rule a function (`updating` in core/training/update_rules.py);
        from then on nothing is allocated. Overflow gives inf or NaN, and whether numpy warns is up to the
        caller's `np.errstate`.
        """
        self.on(parameters, gradient)()

    def on(self, parameters: Array, gradient: Array) -> Callable[[], None]:
        """What makes an `update` of these arrays whenever it is called, until a hyperparameter changes."""
        if not self.updates:
            self._prepare(parameters)
        if not parameters.shape == gradient.shape == self._like.shape:
            raise Problem(
                f"{self.title} began with {self._like.size} parameters; now there are {parameters.size}, "
                f"and {gradient.size} entries in the gradient"
            )
        step = partial(self._step, parameters, gradient, *self._values)

        def update() -> None:
            self.updates += 1
            step(self.updates)

        return update

    def _prepare(self, parameters: Array) -> None:
        if parameters.ndim != 1 or not np.issubdtype(parameters.dtype, np.floating):
            raise Problem(f"{self.title} updates one flat vector of floats, not {parameters.dtype} numbers")
        if self.decayed is not None and self.decayed.shape != parameters.shape:
            said = f"The mask of decayed parameters has {self.decayed.size} entries for {parameters.size}"
            raise Problem(said)
        self._like = np.zeros_like(parameters)
        kept = remembered(statements(self.own))
        self.state = {letter: self.state.get(letter, np.zeros_like(parameters)) for letter in kept}
        self._made: object = None
        self._make_step()

    def _make_step(self) -> None:
        """Make the function of one update, and the values of the hyperparameters it is called with."""
        values, masked = self._numbers(), dict[str, Array]()
        letters = [one.symbol for one in self.all_hyperparameters() if one.decays]
        if self.decayed is not None and any(values[letter] for letter in letters):
            mask = self.decayed.astype(self._like.dtype)
            masked = {letter: mask * values.pop(letter) for letter in letters}
        rule = self.settled
        if (rule, *masked) != self._made:  # other numbers go into the same function
            self._made = (rule, *masked)
            kept = {letter: self.state[letter] for letter in remembered(rule)}
            self._step, self._bare = updating(rule, values, masked, kept, self._like)
        dtype, numbers = self._like.dtype, values.items()
        given = [np.array(value, dtype) if letter in self._bare else value for letter, value in numbers]
        self._values = [*given, *masked.values()]

    def _agree(self, hyper: Mapping[str, float]) -> None:
        """Raise a Problem when hyperparameters, each allowed alone, are not allowed together."""


class SGD(Optimizer):
    """Gradient descent, with momentum, with Nesterov's look ahead. Without momentum nothing is remembered."""

    name = "sgd"
    title = "Gradient descent"
    formula = "g ← g + λ w; v ← μ v + g; w ← w − η v"
    hyperparameters = (learning_rate(1e-3), MOMENTUM, NESTEROV, weight_decay())
    torch = "torch.optim.SGD(lr=lr, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)"

    @property
    def own(self) -> str:
        nesterov = "g ← g + λ w; v ← μ v + g; w ← w − η (g + μ v)"
        return nesterov if self.hyper["nesterov"] else self.formula

    def _agree(self, hyper: Mapping[str, float]) -> None:
        if hyper["nesterov"] and not hyper["momentum"]:
            raise Problem("Nesterov momentum needs a momentum above 0")


class Adam(Optimizer):
    """Kingma and Ba's adaptive moments, corrected for starting at 0."""

    name = "adam"
    title = "Adam"
    formula = (
        "g ← g + λ w; m ← β1 m + (1 − β1) g; s ← β2 s + (1 − β2) g²; "
        "w ← w − η (m / (1 − β1^t)) / (√(s / (1 − β2^t)) + ε)"
    )
    hyperparameters = (learning_rate(1e-3), BETA1, BETA2, epsilon(1e-8), weight_decay())
    torch = "torch.optim.Adam(lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=weight_decay)"


class AdamW(Optimizer):
    """Adam with Loshchilov and Hutter's weight decay: it shrinks the parameters, not the gradient."""

    name = "adamw"
    title = "AdamW"
    formula = (
        "w ← w − η λ w; m ← β1 m + (1 − β1) g; s ← β2 s + (1 − β2) g²; "
        "w ← w − η (m / (1 − β1^t)) / (√(s / (1 − β2^t)) + ε)"
    )
    hyperparameters = (learning_rate(1e-3), BETA1, BETA2, epsilon(1e-8), decoupled_decay(0.01))
    torch = "torch.optim.AdamW(lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=weight_decay)"


class RMSprop(Optimizer):
    """Hinton's division by the running size of the gradient, with momentum if wanted."""

    name = "rmsprop"
    title = "RMSprop"
    formula = "g ← g + λ w; s ← α s + (1 − α) g²; v ← μ v + g / (√s + ε); w ← w − η v"
    hyperparameters = (learning_rate(1e-2), ALPHA, epsilon(1e-8), MOMENTUM, weight_decay())
    torch = "torch.optim.RMSprop(lr=lr, alpha=alpha, eps=eps, momentum=momentum, weight_decay=weight_decay)"


class Adagrad(Optimizer):
    """Duchi, Hazan and Singer's division by the size of all gradients so far."""

    name = "adagrad"
    title = "Adagrad"
    formula = "g ← g + λ w; s ← s + g²; w ← w − η g / (√s + ε)"
    hyperparameters = (learning_rate(1e-2), epsilon(1e-10), weight_decay())
    torch = "torch.optim.Adagrad(lr=lr, eps=eps, weight_decay=weight_decay)"


class Playground(Optimizer):
    """TensorFlow Playground's rule: a plain step, then a pull towards 0; L1 kills what it would pull across.

    The pull uses the weight before the step, the sign of 0 being 1, and a dead weight stays 0.
    """

    name = "playground"
    title = "TF Playground"
    formula = (
        "u ← w − η g; v ← u − η (l1 (1 − 2 [w < 0]) + l2 w); "
        "dead ← max(dead, [l1 > 0] [u v < 0]); w ← (1 − dead) v"
    )
    hyperparameters = (
        learning_rate(0.03),
        L1_RATE,
        L2_RATE,
    )
    torch = "torch.optim.SGD(lr=lr)"

    def _agree(self, hyper: Mapping[str, float]) -> None:
        if hyper["l1"] and hyper["l2"]:
            raise Problem("TF Playground regularises by l1 or by l2, not by both")


class Delta(Optimizer):
    """Widrow and Hoff's rule (Adaline): down on half the squared difference of prediction and target."""

    name = "delta"
    title = "The delta rule"
    formula = "w ← w + η (t − s) ∂s/∂w, s the prediction before any threshold"
    own = "w ← w − η g"
    hyperparameters = (learning_rate(0.1),)
    objective = "1/2 sum((s - t)^2)"
    torch = "torch.optim.SGD(lr=lr)"


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

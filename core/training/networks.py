"""Networks: layers and an activation become a program, as one would write it on the board.

TASKS     what the last layer can do
Network   writes the program and draws the weights to start from; it computes nothing
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from core.base.arrays import Value, frozen
from core.base.errors import Problem
from core.data.examples import Dataset
from core.graph.builder import graph_of
from core.training.activations import ACTIVATIONS, activations_for
from core.training.choices import MAX_LAYERS, MAX_UNITS
from core.training.features import names_of
from core.training.initial import initial_values


class Task(Struct, frozen=True):
    """What the last layer does: its lines, with the sum of that layer in braces, and the target's name."""

    lines: tuple[str, ...]
    target: str = "t"


TASKS = {
    "signs": Task(("y = tanh({})", "L = 1/2 (y - t)^2")),
    "classes": Task(("s = {}", "L = cross_entropy(s, k)"), target="k"),
    "regression": Task(("y = {}", "L = 1/2 (y - t)^2")),
}


def task_for(dataset: Dataset) -> str:
    """The task a data set is for."""
    return {0: "regression", 2: "signs"}.get(dataset.classes, "classes")


class Network(Struct, frozen=True):
    """A chain of fully connected layers.

    `hidden` are the units of each hidden layer, `outputs` the classes of the task "classes" and else 1; of
    several names in `activation` each layer has its own. With `dropout` that share of every hidden layer is
    left out, other units at each update. `features` are formulas in x1, x2, …, the inputs, which the first
    layer takes in their place.
    """

    inputs: int
    hidden: tuple[int, ...] = (4, 2)
    activation: str = "tanh"
    outputs: int = 1
    task: str = "signs"
    dropout: float = 0.0
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise Problem(f"There is no task called {self.task}; there are {', '.join(TASKS)}")
        activations_for(self.activation, len(self.hidden))
        if len(self.hidden) > MAX_LAYERS or not all(1 <= units <= MAX_UNITS for units in self.hidden):
            raise Problem(f"A network has up to {MAX_LAYERS} hidden layers of 1 to {MAX_UNITS} units")
        if self.inputs < 1 or (self.outputs < 2 if self.task == "classes" else self.outputs != 1):
            raise Problem("A network has at least 1 input, and 1 output, or one for each of several classes")

    @classmethod
    def for_data(
        cls,
        dataset: Dataset,
        hidden: tuple[int, ...],
        activation: str = "tanh",
        dropout: float = 0.0,
        features: tuple[str, ...] = (),
    ) -> Network:
        """The network with these hidden layers that fits a data set."""
        task = task_for(dataset)
        outputs = dataset.classes if task == "classes" else 1
        return cls(dataset.inputs.shape[1], hidden, activation, outputs, task, dropout, features)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The units of every layer, inputs first."""
        return (len(self.features) or self.inputs, *self.hidden, self.outputs)

    def _weights(self, layer: int) -> str:
        """The name of a layer's weights; a layer of one output that is a number has a vector."""
        return f"w{layer}" if self._is_last_number(layer) else f"W{layer}"

    def _is_last_number(self, layer: int) -> bool:
        return layer == len(self.hidden) + 1 and self.task != "classes"

    def program_text(self) -> str:
        """The network as a program, a line for each layer, then the loss."""
        lines, before = [], "x"
        if self.features:
            comma = "," if len(self.features) == 1 else ""  # a list even so
            lines.append(f"x = [{', '.join(self.features)}{comma}]")
        for layer, activation in enumerate(activations_for(self.activation, len(self.hidden)), start=1):
            lines.append(
                f"a{layer} = " + ACTIVATIONS[activation].written.format(f"W{layer} {before} + b{layer}")
            )
            before = f"a{layer}"
            if self.dropout:
                lines.append(f"d{layer} = dropout({before}, {self.dropout:g}, {layer})")
                before = f"d{layer}"
        last = len(self.hidden) + 1
        sign = "·" if self._is_last_number(last) else " "
        total = f"{self._weights(last)}{sign}{before} + b{last}"
        lines += [line.format(total) for line in TASKS[self.task].lines]
        return "\n".join(lines)

    def initial_values(self, seed: int = 0, initial: str = "usual", size: float = 0.5) -> dict[str, Value]:
        """Weights and biases to start from (core/training/initial.py), the same for the same seed."""
        zeros: dict[str, Value] = {}
        for layer, (n, m) in enumerate(zip(self.sizes, self.sizes[1:], strict=False), start=1):
            alone = self._is_last_number(layer)
            zeros[self._weights(layer)] = frozen(np.zeros(n if alone else (m, n)))
            zeros[f"b{layer}"] = 0.0 if alone else frozen(np.zeros(m))
        graph = graph_of(self.program_text(), {**zeros, **self.example_values()})
        return initial_values(graph, list(zeros), seed, initial, size)

    def example_values(self) -> dict[str, Value]:
        """Values for the names that take the data, of the right shape."""
        values: dict[str, Value] = {TASKS[self.task].target: 0.0}
        if self.features:
            return dict.fromkeys(names_of(self.inputs), 0.0) | values
        return {"x": frozen(np.zeros(self.inputs))} | values

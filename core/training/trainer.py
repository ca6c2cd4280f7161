"""Training: the same plan the canvas steps through, run at full speed on mini-batches.

Settings   how to train; Progress and Record are the facts told
Trainer    `train()` yields a Progress after every update and never ends, unless the loss overflows
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle

import numpy as np

from core.arrays import Value, frozen
from core.compiled import Compiled, Flat, compile_plan
from core.errors import Problem
from core.graph import Graph
from core.plan import Plan, make_plan
from core.training.data import Array, Dataset
from core.training.optimizers import make_optimizer
from core.training.roles import Roles, check

MOST_AT_ONCE = 1000  # examples evaluated together
MOST_RECORDS = 2000
FEW_FEATURES = 16
DTYPES = ("float64", "float32")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. `batches`, if given, are the examples' numbers of each mini-batch, dealt in turn for ever."""

    optimizer: str = "sgd"
    hyper: Mapping[str, float] = field(default_factory=dict)
    batch_size: int = 10
    seed: int = 0
    test_fraction: float = 0.0
    dtype: str = "float64"
    batches: Sequence[Sequence[int]] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """An update was made: how many there have been, epochs completed, the loss of the batch before it.

    With a `trouble`, a sentence, the update was not made and there will be no other.
    """

    step: int
    epoch: int
    batch_loss: float
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Losses and accuracies over all data after a number of epochs; None where there is nothing to measure."""

    epoch: int
    step: int
    train_loss: float
    test_loss: float | None = None
    train_accuracy: float | None = None
    test_accuracy: float | None = None


class Trainer:
    """Learns the parameters of a program; without data it goes downhill on the program's output.

    parameters, gradient   all of them end to end, changed in place
    train_data, test_data  the parts of the data set
    records                one after every epoch; of a long run every second, every fourth and so on
    trouble                why training stopped, a sentence, or ""
    """

    def __init__(
        self,
        graph: Graph,
        values: Mapping[str, Value],
        roles: Roles,
        dataset: Dataset | None = None,
        settings: Settings | None = None,
    ):
        self.graph, self.roles, self.settings = graph, roles, settings or Settings()
        self.plan = make_plan(graph)
        self._initial = {name: values[name] for name in (*roles.parameters, *roles.fixed)}
        self._check(dataset)
        self.train_data, self.test_data = dataset, None
        if dataset and self.settings.test_fraction:
            self.train_data, self.test_data = dataset.split(1 - self.settings.test_fraction, self.settings.seed)
        self._flat: Flat | None = None
        self._engines: dict[int, Compiled] = {}
        self._fixed = {name: self._initial[name] for name in roles.fixed}
        self._source = self._feed(self.train_data)
        first = self._engine(min(self.settings.batch_size, len(self.train_data)) if self.train_data else 1)
        self.parameters, self.gradient = first.parameters, first.gradient
        self._before = np.zeros_like(self.parameters)
        self._zeros = np.zeros_like(self.parameters)
        self.optimizer = make_optimizer(self.settings.optimizer, self._decayed(first), **self.settings.hyper)
        self._parts = [_Part(self, part) for part in (self.train_data, self.test_data) if part]
        self.reset()

    def _check(self, dataset: Dataset | None) -> None:
        if self.settings.dtype not in DTYPES:
            raise Problem(f"Numbers are {' or '.join(DTYPES)}, not {self.settings.dtype}")
        if self.settings.batch_size < 1:
            raise Problem(f"A mini-batch holds at least 1 example, not {self.settings.batch_size}")
        if dataset:
            check(self.roles, self.graph, dataset)

    def _decayed(self, engine: Compiled) -> Array | None:
        """TensorFlow Playground's rule spares the biases; weight decay elsewhere reaches all parameters."""
        if self.settings.optimizer != "playground":
            return None
        mask = np.ones_like(engine.parameters)
        for name in self.roles.parameters:
            if name.startswith("b"):
                engine.part(mask, name)[...] = 0
        return mask

"""Training: the plan the canvas steps through, run at full speed on mini-batches.

Settings           how to train
Progress, Record   the facts told: an update was made, all data were looked at
Trainer            `train()` yields a Progress after every update and never ends, unless the loss overflows
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from itertools import chain, cycle
from itertools import count as naturals

from core.arrays import Value, frozen
from core.compiled import Compiled
from core.dataclass import dataclass
from core.document import REDUCTIONS
from core.errors import Problem
from core.graph import Graph
from core.late import np
from core.training.batches import Engines, Feed, Fill, Shuffled
from core.training.data import Array, Examples
from core.training.looking import Look
from core.training.objectives import descended
from core.training.optimizers import make_optimizer, rule_of
from core.training.roles import Roles
from core.training.trouble import cause, remedy

MOST_RECORDS = 2000
DTYPES = ("float64", "float32")
MEAN, SUM = REDUCTIONS


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train; `batches`, if given, say how the mini-batches are dealt: shuffled in their own way, or
    the examples' numbers of each, over and over.

    The loss of several examples, and so its gradient, is the `mean` of theirs or their `sum`.
    """

    optimizer: str = "sgd"
    hyper: Mapping[str, float] = field(default_factory=dict)
    batch_size: int = 10
    seed: int = 0
    test_fraction: float = 0.0
    dtype: str = "float64"
    batches: Sequence[Sequence[int]] | Shuffled = ()
    reduction: str = MEAN

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise Problem(f"Numbers are {' or '.join(DTYPES)}, not {self.dtype}")
        if self.reduction not in (MEAN, SUM):
            raise Problem(f"The reduction is {MEAN} or {SUM}, not {self.reduction}")
        if self.batch_size < 1:
            raise Problem(f"A mini-batch holds at least 1 example, not {self.batch_size}")
        if not 0 <= self.test_fraction < 1:
            raise Problem(f"The part kept for testing is from 0 to below 1, not {self.test_fraction:g}")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many updates and whole epochs there have been, and the loss of the last batch before its update.

    With a `trouble`, a sentence, that update was not made and there will be no other.
    """

    step: int
    epoch: int
    batch_loss: float
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Losses and accuracies over all data at some step; None where there is nothing to measure."""

    step: int
    epoch: int
    train_loss: float
    test_loss: float | None = None
    train_accuracy: float | None = None
    test_accuracy: float | None = None


class Trainer:
    """Learns the parameters of a program; without data it goes downhill on the program's output.

    graph                   the program; behind it what its update rule may add, and its output is the loss
    parameters              all of them end to end, changed in place
    train_data, test_data   the parts of the examples, None where there are none
    records                 one after every epoch; in a long run after every second, fourth and so on
    trouble                 the sentence that says why training stopped, or ""; `failed` is the loss there
    """

    def __init__(
        self,
        graph: Graph,
        values: Mapping[str, Value],
        roles: Roles,
        examples: Examples | None = None,
        settings: Settings | None = None,
    ):
        """`values` are those of the parameters to start from, and of the fixed inputs. Raises Problem."""
        self.roles, self.settings = roles, settings or Settings()
        self.train_data, self.test_data = self._split(examples)
        descent = descended(graph, roles, rule_of(self.settings.optimizer), self.train_data)
        self.graph = descent.graph
        self._initial = {name: values[name] for name in (*roles.parameters, *roles.fixed)}
        fixed = {name: values[name] for name in roles.fixed}
        summed = self.settings.reduction == SUM
        self.engines = Engines(self.graph, roles, self.settings.dtype, fixed, descent.objective, summed)
        self._feed = Feed(self.train_data.arrays if self.train_data else {}, self.settings.dtype)
        self._fills: dict[int, tuple[Compiled, list[Fill]]] = {}
        self._batches = self._deal()
        self._first = self.engines.of(len(next(self._batches)))
        self.parameters = self._first.parameters
        self._before, self._zeros = np.zeros_like(self.parameters), np.zeros_like(self.parameters)
        self.optimizer = make_optimizer(self.settings.optimizer, self._decayed(), **self.settings.hyper)
        parts = [part for part in (self.train_data, self.test_data) if part]
        self._looks = [Look(self.engines, roles, part) for part in parts]
        self.reset()

    def _split(self, examples: Examples | None) -> tuple[Examples | None, Examples | None]:
        if examples and self.settings.test_fraction:
            return examples.split(1 - self.settings.test_fraction, self.settings.seed)
        return examples, None

    def _deal(self) -> Iterator[Array]:
        """The examples' numbers of one mini-batch after the other; without data there is one example."""
        data, settings = self.train_data, self.settings
        count = len(data) if data else 1
        if isinstance(settings.batches, Shuffled):
            self.per_epoch = math.ceil(count / settings.batches.size)
            return settings.batches.deal(count)
        if data is None or settings.batches:
            given = [np.asarray(rows, np.intp) for rows in settings.batches or [[0]]]
            if not all(rows.size and rows.min() >= 0 and rows.max() < count for rows in given):
                raise Problem(f"Mini-batches have numbers of examples, 0 to {count - 1}")
            self.per_epoch = len(given)
            return cycle(given)
        self.per_epoch = math.ceil(len(data) / settings.batch_size)
        epochs = (data.batches(settings.batch_size, settings.seed, epoch) for epoch in naturals())
        return chain.from_iterable(epochs)

    def _decayed(self) -> Array | None:
        """TensorFlow Playground's rule spares the biases; the decay of the others reaches all parameters."""
        if self.settings.optimizer != "playground":
            return None
        mask = np.ones_like(self.parameters)
        for name in self.roles.parameters:
            if name.startswith("b"):
                self._first.part(mask, name)[...] = 0
        return mask

    # -- running

    def reset(self) -> None:
        """Back to the start; the next run is the first one bit by bit."""
        self.engines.set(self._initial)
        self.engines.rewind()
        self.optimizer.reset()
        self._batches = self._deal()
        self._before[...] = self._start = self.parameters.copy()
        self.updates, self.trouble, self.failed = 0, "", 0.0
        self.records: list[Record] = []
        self._every = 1

    def train(self, every: int = 1) -> Iterator[Progress]:
        """Updates without end, told after each or after `every` of them; ends only with a trouble."""
        while not self.trouble:
            yield self.step(every)

    def step(self, updates: int = 1) -> Progress:
        """Some updates. Raises Problem if there has been a trouble; `reset` clears it."""
        if self.trouble:
            raise Problem(self.trouble)
        with np.errstate(all="ignore"):
            for _ in range(updates):
                loss = self._update()
                if self.trouble:
                    break
        return Progress(self.updates, self.epoch, loss, self.trouble)

    @property
    def epoch(self) -> int:
        """How many times all training data have been used."""
        return self.updates // self.per_epoch

    def _update(self) -> float:
        """One update; the loss of its batch before it."""
        self._rows = rows = next(self._batches)
        engine, fills = self._ready(len(rows))
        for fill in fills:
            fill(rows)
        engine.step()
        loss = self.engines.loss(engine)
        if not math.isfinite(loss):
            self.failed = loss
            self._stop("The loss", loss, self.graph)
            return loss
        np.copyto(self._before, self.parameters)
        self.optimizer.update(self.parameters, engine.gradient)
        # 0 times infinity is not a number, so one product looks at all parameters
        if not math.isfinite(self.parameters.dot(self._zeros)):
            self.failed = self.record().train_loss
            name, value = self._overflown()
            self.parameters[...] = self._before
            self._stop(name, value, self.graph.with_output(self.engines.objective))
            return loss
        self.updates += 1
        if self.updates % (self.per_epoch * self._every) == 0:
            self._note()
        return loss

    def take_back(self) -> None:
        """Undo the last update; what the rule remembers of it stays."""
        self.parameters[...] = self._before
        self.updates -= 1

    def _ready(self, size: int) -> tuple[Compiled, list[Fill]]:
        """The engine for a batch size, and what brings the data into it."""
        if size not in self._fills:
            engine = self.engines.of(size)
            self._fills[size] = engine, self._feed.into(engine)
        return self._fills[size]

    def _stop(self, what: str, value: float, graph: Graph) -> None:
        """Say why there is no going on: what a pass of the graph meets; keep the parameters before."""
        became = "not a number" if math.isnan(value) else "infinite"
        why = cause(graph, self.values(), self.train_data, self._rows)
        hint = remedy(self.updates, self.optimizer.hyper["lr"], self.parameters, self._start)
        self.trouble = (
            f"{what} became {became} at update {self.updates + 1}{f': {why}' if why else ''}. "
            f"The weights before it are kept. {hint}"
        )
        self.parameters[...] = self._before

    def _overflown(self) -> tuple[str, float]:
        """A parameter that is infinite or not a number, and its value."""
        for name in self.roles.parameters:
            array = self._first.views[name]
            if not np.all(np.isfinite(array)):
                return name, float(array[~np.isfinite(array)].flat[0])
        return "A parameter", math.inf

    # -- what is known

    def values(self) -> dict[str, Value]:
        """The parameters as they are now, and the fixed inputs."""
        views = self._first.views
        learned = {name: frozen(np.array(views[name], np.float64)) for name in self.roles.parameters}
        return {**learned, **self.engines.fixed}

    def example(self, index: int) -> dict[str, Value]:
        """All values of the program at a training example, for the canvas; without data just `values`."""
        return {**self.values(), **(self.train_data.example(index) if self.train_data else {})}

    def losses(self) -> tuple[float, float | None]:
        """The losses over all training data and all test data."""
        record = self.record()
        return record.train_loss, record.test_loss

    def accuracy(self) -> tuple[float | None, float | None]:
        """The parts of the training data and the test data whose class is predicted."""
        record = self.record()
        return record.train_accuracy, record.test_accuracy

    def record(self) -> Record:
        """Losses and accuracies now."""
        if not self._looks:
            return Record(self.updates, self.epoch, self._output())
        train, *test = [look.measure() for look in self._looks]
        test_loss, test_accuracy = test[0] if test else (None, None)
        return Record(self.updates, self.epoch, train[0], test_loss, train[1], test_accuracy)

    def node_values(self, names: Sequence[str]) -> dict[str, Array]:
        """The values of some nodes for every training example, along the first axis; without data for one."""
        if self._looks:
            return self._looks[0].values(names)
        engine = self.engines.of(1, backward=False, watch=names)
        with np.errstate(all="ignore"):
            engine.forward()
        return {name: np.array([engine.values[name]]) for name in names}

    def _output(self) -> float:
        engine = self.engines.of(1, backward=False)
        with np.errstate(all="ignore"):
            engine.forward()
        return engine.loss

    def _note(self) -> None:
        """Add a record; when there are many, every second one goes."""
        self.records.append(self.record())
        if len(self.records) >= MOST_RECORDS:
            self.records, self._every = self.records[1::2], 2 * self._every

    # -- changes while training

    def set_hyper(self, **hyper: float) -> None:
        """Change the learning rate or another number of the optimizer; what it remembers stays."""
        self.optimizer.set(**hyper)

    def start_from(self, values: Mapping[str, Value]) -> None:
        """Give parameters or fixed inputs other values that hold after a reset, too."""
        self._initial |= values
        self.set_values(values)

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Give parameters or fixed inputs other values; a trouble is over with that."""
        self.engines.set(values)
        self._before[...] = self.parameters
        self.trouble = ""

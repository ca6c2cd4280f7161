"""Training: the plan the canvas steps through, run at full speed on mini-batches.

Settings           how to train
Progress, Record   the facts told: an update was made, all data were looked at
Failed             the update whose result was infinite or not a number
Trainer            `train()` yields a Progress after every update and never ends, unless the loss overflows
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, cycle
from itertools import count as naturals

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Value, frozen
from core.base.errors import Problem
from core.compiled import Compiled
from core.data.examples import Array, Examples
from core.graph.graph import Graph
from core.training.batches import Engines, Feed, Fill, Shuffled
from core.training.lab import REDUCTIONS
from core.training.looking import Look
from core.training.objectives import check_targets, descended
from core.training.optimizers import Optimizer, make_optimizer, rule_of
from core.training.roles import Roles
from core.training.trouble import NOT_THE_RATE, cause, remedy

MOST_RECORDS = 2000
DTYPES = ("float64", "float32")
MEAN, SUM = REDUCTIONS


class Settings(Struct, frozen=True):
    """How to train; `batches`, if given, say how the mini-batches are dealt: shuffled in their own way, or
    the examples' numbers of each, over and over.

    The loss of several examples, and so its gradient, is the `mean` of theirs or their `sum`.
    """

    optimizer: str = "sgd"
    hyper: Mapping[str, float] = {}
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


class Progress(Struct, frozen=True):
    """How many updates and whole epochs there have been, and the loss of the last batch before its update.

    With a `trouble`, a sentence, the update that led there is taken back and there will be no other.
    """

    step: int
    epoch: int
    batch_loss: float
    trouble: str = ""


class Record(Struct, frozen=True):
    """Losses and accuracies over all data at some step; None where there is nothing to measure."""

    step: int
    epoch: int
    train_loss: float
    test_loss: float | None = None
    train_accuracy: float | None = None
    test_accuracy: float | None = None


class Failed(Struct, frozen=True):
    """What an update led to that was taken back: the record and the values after it, not all of them finite.

    `record.step` is the number of that update; 0 if the loss was not finite before any.
    """

    record: Record
    values: Mapping[str, Value]


class Trainer:
    """Learns the parameters of a program; without data it goes downhill on the program's output.

    graph                   the program; behind it what its update rule may add, and its output is the loss
    parameters              all of them end to end, changed in place
    train_data, test_data   the parts of the examples, None where there are none
    records                 one at the start and one after every epoch; of a long run every second, fourth …
    trouble                 the sentence that says why training stopped, or ""; `failed` is what was met there
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
        rule = rule_of(self.settings.optimizer)
        descent = descended(graph, roles, rule, self.train_data)
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
        if descent.answer and self.train_data:
            self._check_answers(rule, descent.answer, self.train_data.arrays[roles.target])
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

    @property
    def spared(self) -> list[str]:
        """The parameters that weight decay and regularisation do not reach."""
        biases = [name for name in self.roles.parameters if name.startswith("b")]
        return biases if rule_of(self.settings.optimizer).spares_biases else []

    def _decayed(self) -> Array | None:
        """A mask of the parameters that decay and regularisation reach, or None if that is all."""
        if not self.spared:
            return None
        mask = np.ones_like(self.parameters)
        for name in self.spared:
            self._first.part(mask, name)[...] = 0
        return mask

    def _check_answers(self, rule: type[Optimizer], answer: str, targets: Array) -> None:
        """Raise Problem where a unit gives two or three answers, and not all targets are among them.

        Its answers are those at weights drawn at random and at their opposites, small ones and large ones.
        """
        drawn = np.random.default_rng(0).normal(size=self.parameters.size)
        found = []
        for factor in (1, -1, 1e3, -1e3):
            self.parameters[...] = factor * drawn
            found.append(np.unique(self.node_values([answer])[answer]))
        if len(answers := np.unique(np.concatenate(found))) in (2, 3):
            check_targets(rule, self.roles.target, targets, answers)

    # -- running

    def reset(self) -> None:
        """Back to the start; the next run is the first one bit by bit."""
        self.engines.set(self._initial)
        self.engines.rewind()
        self.optimizer.reset()
        self._batches = self._deal()
        self._set_out()
        self.updates = 0
        self._rows: Sequence[int] | Array = ()
        self._every = 1
        self.records = [self.record()]

    def _set_out(self) -> None:
        """Take the parameters as they are for those to start from."""
        self._before[...] = self._start = self.parameters.copy()
        self._is_fresh = True
        self.trouble = ""
        self.failed: Failed | None = None

    def train(self, every: int = 1) -> Iterator[Progress]:
        """Updates without end, told after each or after `every` of them; ends only with a trouble."""
        while not self.trouble:
            yield self.step(every)

    def step(self, updates: int = 1) -> Progress:
        """Some updates. Raises Problem if there has been a trouble; `reset` clears it."""
        if self.trouble:
            raise Problem(self.trouble)
        loss = self.checked().train_loss if self._is_fresh else 0.0
        with np.errstate(all="ignore"):
            for _ in range(updates):
                if self.trouble:
                    break
                loss = self._update()
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
            self._stop_at_loss(loss)
            return loss
        np.copyto(self._before, self.parameters)
        self.optimizer.update(self.parameters, engine.gradient)
        self.updates += 1
        self._is_fresh = False
        # 0 times infinity is not a number, so one product looks at all parameters
        if not math.isfinite(self.parameters.dot(self._zeros)):
            self._stop_at_parameter(engine)
        elif self.updates % (self.per_epoch * self._every) == 0:
            self._note()
        return loss

    def _ready(self, size: int) -> tuple[Compiled, list[Fill]]:
        """The engine for a batch size, and what brings the data into it."""
        if size not in self._fills:
            engine = self.engines.of(size)
            self._fills[size] = engine, self._feed.into(engine)
        return self._fills[size]

    def _stop_at_loss(self, loss: float) -> None:
        """Say why the loss is not finite, and take the update back that led there, if there was one."""
        record, values = self.record(), self.values()
        if math.isfinite(record.train_loss):  # only the batch's is not, as where the sum over it overflows
            record = replace(record, train_loss=loss)
        why = cause(self.graph, values, self.train_data, [*self._suspects(), *self._rows])
        self._stop("The loss", loss, why, Failed(record, values), not self._is_fresh)

    def _stop_at_parameter(self, engine: Compiled) -> None:
        """Say why an update gave a parameter that is not finite, and take it back."""
        record, values, (name, value) = self.record(), self.values(), self._overflown()
        np.copyto(self.parameters, self._start)
        engine.step()
        was_good = bool(np.all(np.isfinite(engine.gradient)))
        np.copyto(self.parameters, self._before)
        graph = self.graph.with_output(self.engines.objective)
        why = cause(graph, self.values(), self.train_data, self._rows)
        self._stop(name, value, why, Failed(record, values), was_good)

    def _stop(self, what: str, value: float, why: str, failed: Failed, was_good: bool) -> None:
        """End the training with a sentence; `was_good` says that the weights it started from met nothing."""
        kind = "not a number" if math.isnan(value) else "infinite"
        if self._is_fresh:
            said = f"{what} is {kind} before update {self.updates + 1}"
            kept = (
                "The weights are those that were set" if self.updates else "The weights are the initial ones"
            )
        else:
            said, kept = f"{what} became {kind} after update {self.updates}", "The weights before it are kept"
            np.copyto(self.parameters, self._before)
            self.updates -= 1
        self.failed = failed
        self.records = [known for known in self.records if known.step <= self.updates]
        rate = self.optimizer.hyper["lr"]
        hint = NOT_THE_RATE
        if was_good:
            hint = remedy(self.graph, bool(self.roles.target), rate, self.parameters, self._start)
        self.trouble = f"{said}{f': {why}' if why else ''}. {kept}. {hint}"

    def _suspects(self) -> Sequence[int]:
        """The training examples whose loss is not finite."""
        if not self._looks:
            return []
        losses = self.node_values([self.graph.output])[self.graph.output]
        return [int(row) for row in np.flatnonzero(~np.isfinite(losses))]

    def _overflown(self) -> tuple[str, float]:
        """A parameter that is infinite or not a number, and its value."""
        for name in self.roles.parameters:
            array = self._first.views[name]
            if not np.all(np.isfinite(array)):
                return name, float(array[~np.isfinite(array)].flat[0])
        return "A parameter", math.inf

    # -- what is known

    def learned(self) -> dict[str, Value]:
        """The parameters as they are now."""
        views = self._first.views
        return {name: frozen(np.array(views[name], np.float64)) for name in self.roles.parameters}

    def values(self) -> dict[str, Value]:
        """The parameters as they are now, and the fixed inputs."""
        return {**self.learned(), **self.engines.fixed}

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

    def checked(self) -> Record:
        """Losses and accuracies now; if the training loss is not finite, the training stops here."""
        record = self.record()
        if not self.trouble and not math.isfinite(record.train_loss):
            self._stop_at_loss(record.train_loss)
        return record

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
        record = self.checked()
        if self.trouble:
            return
        self.records.append(record)
        if len(self.records) > MOST_RECORDS:
            self.records, self._every = self.records[::2], 2 * self._every

    # -- changes while training

    def set_hyper(self, **hyper: float) -> None:
        """Change the learning rate or another number of the optimizer; what it remembers stays."""
        self.optimizer.set(**hyper)

    def start_from(self, values: Mapping[str, Value]) -> None:
        """Give parameters or fixed inputs other values that hold after a reset, too."""
        self.start_later_from(values)
        self.set_values(values)

    def start_later_from(self, values: Mapping[str, Value]) -> None:
        """Give parameters or fixed inputs the values they have after a reset."""
        self._initial |= values

    @property
    def start(self) -> Mapping[str, Value]:
        """The values of parameters and fixed inputs after a reset."""
        return self._initial

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Give parameters or fixed inputs other values; a trouble is over with that."""
        self.engines.set(values)
        self._set_out()

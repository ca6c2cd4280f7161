"""Training: the plan the canvas steps through, run at full speed on mini-batches."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec.structs import replace

from core.base.arrays import Array, Value, frozen
from core.base.errors import Problem
from core.compiled import Compiled
from core.data.examples import Examples
from core.graph.graph import Graph
from core.training.batches import Batches
from core.training.divergence import NOT_THE_RATE, cause, overflown, remedy, report
from core.training.engines import Engines, Feed
from core.training.evaluation import Evaluation
from core.training.initial import biases
from core.training.limits import Limits, limited
from core.training.objectives import check_targets, descent_of
from core.training.optimizers import Optimizer, make_optimizer, rule_of
from core.training.reached import Reached
from core.training.records import Failed, LastUpdate, Progress, Record
from core.training.roles import Roles
from core.training.stopping import Watched
from core.training.trainer_options import SUM, TrainerOptions

MOST_RECORDS = 2000
MOST_AT_ONCE, ENTRIES_AT_ONCE = 16, 200_000


class Trainer:
    """Learns the parameters of a program; without data it goes downhill on the program's output.

    graph                   the program; behind it what its update rule may add, and its output is the loss
    parameters              all of them end to end, of shape (number of parameters,), changed in place
    train_data, test_data   the parts of the examples, None where there are none
    per_epoch               how many updates use all training data once
    updates, epoch          how many there have been, and how often all training data have been used
    coming                  the numbers of the examples of the next mini-batch
    records                 one at the start and one after every epoch; of a long run every second, fourth …
    why_stopped             a sentence where an update led astray, or ""; `failed` is what was met there
    why_paused              a sentence where it has paused as the options ask, or ""
    """

    def __init__(
        self,
        graph: Graph,
        values: Mapping[str, Value],
        roles: Roles,
        examples: Examples | None = None,
        options: TrainerOptions | None = None,
    ):
        """Compile a program for training.

        Args:
            graph: the program; its output is the loss of one example.
            values: where the parameters start, and the fixed inputs; others are left aside.
            roles: what each of its inputs is for.
            examples: the data, those to be kept for testing too.
            options: how to train; the usual ones if not given.

        Raises:
            Problem: the rule needs a target or a prediction that is not there, or the options do not fit.
        """
        self.roles, self.options = roles, options or TrainerOptions()
        self.train_data, self.test_data = self._split(examples)
        rule = rule_of(self.options.optimizer)
        descent = descent_of(graph, roles, rule, self.train_data)
        self.graph = descent.graph
        self._initial = {name: values[name] for name in (*roles.parameters, *roles.fixed)}
        fixed = {name: values[name] for name in roles.fixed}
        summed = self.options.reduction == SUM
        self.engines = Engines(self.graph, roles, self.options.dtype, fixed, descent.objective, summed)
        self._feed = Feed(self.engines, self.train_data)
        self._deal()
        # of the first mini-batch; all engines share its parameters
        self._engine = self.engines.of(len(self._batches.of_epoch(0)[0]))
        self.parameters = self._engine.parameters
        self._before, self._zeros = np.zeros_like(self.parameters), np.zeros_like(self.parameters)
        self.optimizer = make_optimizer(self.options.optimizer, self._decayed(), **self.options.hyper)
        self._limit()
        self._evaluation = Evaluation(self.engines, roles, self.train_data)
        self._test = Evaluation(self.engines, roles, self.test_data) if self.test_data else None
        if descent.answer and self.train_data:
            self._check_answers(rule, descent.answer, self.train_data.arrays[roles.target])
        self.reset()

    def _split(self, examples: Examples | None) -> tuple[Examples | None, Examples | None]:
        if examples and self.options.test_fraction:
            return examples.split(1 - self.options.test_fraction, self.options.seed)
        return examples, None

    def _deal(self) -> None:
        """Make the mini-batches as the options say."""
        dealt = self.options.batches, self.options.batch_size, self.options.seed
        self._batches = Batches(self.train_data, *dealt)
        self.per_epoch = self._batches.per_epoch

    def _limit(self) -> None:
        """Hold the norms of weights, if the options say so."""
        most, self._limits = self.options.max_norm, None
        if most:
            axes = limited(self.graph, self.roles.parameters)
            self._limits = Limits(self._engine.views, axes, most)

    @property
    def spared(self) -> list[str]:
        """The parameters that regularisation does not reach: biases, which are only added."""
        return biases(self.graph, self.roles.parameters)

    def _decayed(self) -> Array | None:
        """A mask of the parameters that regularisation reaches, or None if that is all."""
        if not self.spared:
            return None
        mask = np.ones_like(self.parameters)
        for name in self.spared:
            self._engine.part(mask, name)[...] = 0
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
        """Go back to the start; the next run repeats the first bit by bit."""
        self.engines.set(self._initial)
        self.optimizer.reset()
        self.updates = self.epoch = 0
        self.watched, self.why_paused = Watched(), ""
        self._begin_epoch(0)
        self._start_here()
        self._every = 1
        self.records = [self.record()]
        self.watched = self.watched.after(self.records[0])

    def _start_here(self) -> None:
        """Take the parameters as they are for those to start from."""
        self._before[...] = self._start = self.parameters.copy()
        self._is_fresh = True
        self._last_rows: Array | None = None
        self.why_stopped = ""
        self.failed: Failed | None = None

    def train(self, every: int = 1) -> Iterator[Progress]:
        """Train until it pauses, if it does.

        Args:
            every: how many updates are made between two facts.

        Yields:
            How far it is, and the loss of the last mini-batch; the last time with why it stopped.
        """
        while not self.why_stopped:
            yield self.step(every)
            if self.why_paused:
                return

    def step(self, updates: int = 1) -> Progress:
        """Make some updates; fewer where it pauses, or the loss or a parameter becomes infinite or no number.

        Args:
            updates: how many.

        Returns:
            How far it is, and the loss of the last mini-batch before its update.

        Raises:
            Problem: it has stopped; `reset` lets it go on.
        """
        if self.why_stopped:
            raise Problem(self.why_stopped)
        loss = self.checked().train_loss if self._is_fresh else 0.0
        self.why_paused = ""
        with np.errstate(all="ignore"):
            if not self.why_stopped:
                loss = self._go(updates, loss)
        return Progress(self.updates, self.epoch, loss, self.why_stopped)

    @property
    def at_once(self) -> int:
        """How many updates are made within about a millisecond or two, by how much there is to compute."""
        nodes = self.graph.nodes.values()
        entries = self.parameters.size + sum(math.prod(node.shape) for node in nodes)
        return max(1, min(MOST_AT_ONCE, ENTRIES_AT_ONCE // (entries * len(self.coming))))

    @property
    def coming(self) -> Array:
        """The numbers of the examples of the next mini-batch."""
        return self._coming[self._at]

    @property
    def left_in_epoch(self) -> int:
        """How many updates there are until all training data have been used."""
        return len(self._coming) - self._at

    @property
    def _place(self) -> int:
        """How much of the present epoch has been used, as `Batches.of_epoch` takes it."""
        return self._begun + sum(map(self._batches.passed, self._coming[: self._at]))

    def _begin_epoch(self, place: int) -> None:
        """Deal what is left of the present epoch, and take its rate."""
        self._begun = place
        self._coming, self._at = self._batches.of_epoch(self.epoch, self._begun), 0
        rate = self.options.schedule.rate(self.rate, self.epoch)
        if rate != self.optimizer.hyper["lr"]:
            self.optimizer.set(lr=rate)

    @property
    def rate(self) -> float:
        """The learning rate that was chosen, of which the schedule makes that of the epoch."""
        usual = next(one.default for one in self.optimizer.hyperparameters if one.name == "lr")
        return self.options.hyper.get("lr", usual)

    def _go(self, updates: int, loss: float) -> float:
        """Make updates, fewer where it stops or pauses; the loss of the last batch before its update."""
        # what is looked up for every update is looked up once: a small net's update takes a few µs
        parameters, before, gradient = self.parameters, self._before, self._engine.gradient
        ready, finite, check, zeros = self._feed.ready, math.isfinite, parameters.dot, self._zeros
        optimizer, limits, size = self.optimizer, self._limits, 0
        while updates > 0:
            update = optimizer.on(parameters, gradient)  # which the rate of each epoch changes
            batches = self._coming[self._at : self._at + updates]
            updates -= len(batches)
            for rows in batches:
                if len(rows) != size:
                    size = len(rows)
                    engine, run, _ = ready(size)
                    drops = engine.drops
                if drops:
                    engine.rewind(self.updates)
                loss = run(rows)
                if not finite(loss):
                    self._stop_at_loss(loss)
                    return loss
                before[...] = parameters
                update()
                if limits:
                    limits.hold()
                self.updates += 1
                self._at += 1
                self._is_fresh = False
                # 0 times infinity is not a number, so one product looks at all parameters
                if not finite(check(zeros)):
                    self._stop_at_parameter(engine, rows)
                    return loss
            self._last_rows = batches[-1]
            if self._at == len(self._coming):
                self._end_epoch()
                if self.why_stopped or self.why_paused:
                    break
        return loss

    def _end_epoch(self) -> None:
        """Go on to the next epoch, with a record of this one, and pause where that was asked for."""
        self.epoch += 1
        self._begin_epoch(0)
        stops, recorded = self.options.stops, self.epoch % self._every == 0
        if not (recorded or stops.look or stops.epoch == self.epoch):
            return
        record = self.checked()
        if self.why_stopped:
            return
        if recorded:
            self._add_record(record)
        self.why_paused = stops.why(record, self.watched)
        self.watched = self.watched.after(record)

    def _stop_at_loss(self, loss: float) -> None:
        """Say why the loss is not finite, and take the update back that led there, if there was one."""
        record, values = self.record(), self.values()
        if math.isfinite(record.train_loss):  # only the batch's is not, as where the sum over it overflows
            record = replace(record, train_loss=loss)
        why = cause(self.graph, values, self.train_data, [*self._suspects(), *self.coming])
        self._stop("The loss", loss, why, Failed(record, values), not self._is_fresh)

    def _stop_at_parameter(self, engine: Compiled, rows: Array) -> None:
        """Say why an update gave a parameter that is not finite, and take it back."""
        record, values = self.record(), self.values()
        name, value = overflown({name: self._engine.views[name] for name in self.roles.parameters})
        np.copyto(self.parameters, self._start)
        engine.step()
        was_good = bool(np.all(np.isfinite(engine.gradient)))
        np.copyto(self.parameters, self._before)
        graph = self.graph.with_output(self.engines.objective)
        why = cause(graph, self.values(), self.train_data, rows)
        self._stop(name, value, why, Failed(record, values), was_good)

    def _stop(self, what: str, value: float, why: str, failed: Failed, was_good: bool) -> None:
        """End the training with a sentence; `was_good` says that the weights it started from met nothing."""
        said = report(what, value, why, self.updates, self._is_fresh)
        if not self._is_fresh:
            np.copyto(self.parameters, self._before)
            self.updates -= 1
        self.failed = failed
        self.records = [known for known in self.records if known.step <= self.updates]
        rate = self.optimizer.hyper["lr"]
        hint = NOT_THE_RATE
        if was_good:
            hint = remedy(self.graph, bool(self.roles.target), rate, self.parameters, self._start)
        self.why_stopped = f"{said} {hint}"

    def _suspects(self) -> Sequence[int]:
        """The training examples whose loss is not finite."""
        if not self.train_data:
            return []
        losses = self.node_values([self.graph.output])[self.graph.output]
        return [int(row) for row in np.flatnonzero(~np.isfinite(losses))]

    # -- what is known

    @property
    def last_update(self) -> LastUpdate | None:
        """What the last update did; None where there was none since its weights were given to it."""
        rows = self._last_rows
        if rows is None or self._is_fresh or self.why_stopped:
            return None
        engine, loss_of, now = (
            self._feed.loaded(rows),
            self._feed.ready(len(rows)).loss,
            self.parameters.copy(),
        )
        found = []
        with np.errstate(all="ignore"):
            for parameters in (self._before, now):
                np.copyto(self.parameters, parameters)
                if engine.drops:
                    engine.rewind(self.updates - 1)
                engine.step()
                found.append((loss_of(), np.array(engine.gradient)))
        (before, gradient), (after, _) = found
        epoch = self.epoch - (self._at == 0)
        rate = self.options.schedule.rate(self.rate, epoch)
        return LastUpdate(len(rows), before, after, rate, self._before.copy(), gradient, now - self._before)

    def named(self, place: int) -> tuple[str, tuple[int, ...]]:
        """The parameter that stands at a place of all of them, and where in it."""
        for name in self.roles.parameters:
            shape = self.graph.nodes[name].shape
            places = self._engine.part(np.arange(self.parameters.size), name)
            at = np.argwhere(np.asarray(places) == place)
            if len(at):
                return name, tuple(int(k) for k in at[0])[: len(shape)]
        raise Problem(f"There is no parameter {place}")

    def learned(self) -> dict[str, Value]:
        """Copy the parameters as they are now, by name and in their shapes."""
        views = self._engine.views
        return {name: frozen(np.array(views[name], np.float64)) for name in self.roles.parameters}

    def values(self) -> dict[str, Value]:
        """Copy the parameters as they are now, and the fixed inputs."""
        return {**self.learned(), **self.engines.fixed}

    def example(self, index: int) -> dict[str, Value]:
        """Collect a value for each input at one training example, counted from 0; without data `values`."""
        return {**self.values(), **(self.train_data.example(index) if self.train_data else {})}

    def record(self) -> Record:
        """Evaluate losses and accuracies over all data with the parameters as they are."""
        with np.errstate(all="ignore"):
            loss, accuracy = self._evaluation.measure()
            test_loss, test_accuracy = self._test.measure() if self._test else (None, None)
        penalty = self.optimizer.penalty(self.parameters)
        return Record(self.updates, self.epoch, loss, test_loss, accuracy, test_accuracy, penalty)

    def checked(self) -> Record:
        """Evaluate as `record` does; if the training loss is not finite, the training stops here."""
        record = self.record()
        if not self.why_stopped and not math.isfinite(record.train_loss):
            self._stop_at_loss(record.train_loss)
        return record

    def node_values(self, names: Sequence[str], tested: bool = False) -> dict[str, Array]:
        """Evaluate some nodes for every training example.

        Args:
            names: the nodes.
            tested: whether to take the examples kept for testing, of which there must be some.

        Returns:
            For each node an array of shape (examples, *its own shape); without data there is one example.
        """
        evaluation = self._test if tested else self._evaluation
        assert evaluation is not None
        return evaluation.values(names)

    def _add_record(self, record: Record) -> None:
        """Add a record; when there are many, every second one goes."""
        self.records.append(record)
        if len(self.records) > MOST_RECORDS:
            self.records, self._every = self.records[::2], 2 * self._every

    # -- changes while training

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
        """Give parameters or fixed inputs other values; a training that stopped can go on with them."""
        self.engines.set(values)
        self._start_here()

    def can_change_to(self, options: TrainerOptions) -> bool:
        """Whether the trainer at work can go over to other options, and need not be made anew for them.

        Raises Problem for options that do not go together.
        """
        old, new = self.options, options
        kept = ("seed", "test_fraction", "dtype", "batches", "reduction")
        same_goal = rule_of(old.optimizer).objective == rule_of(new.optimizer).objective
        make_optimizer(new.optimizer, None, **new.hyper)
        return same_goal and all(getattr(old, name) == getattr(new, name) for name in kept)

    def change(self, options: TrainerOptions) -> None:
        """Go on with other options; what the rule remembers stays where it is the same rule. Raises Problem.

        A training that stopped at something infinite can go on with them.
        """
        rule, before = rule_of(options.optimizer), self.options
        made = make_optimizer(options.optimizer, self._decayed(), **options.hyper)
        self.options = options
        if type(self.optimizer) is rule:
            self.optimizer.set(**made.hyper)
        else:
            self.optimizer = made
        place = self._place
        if (options.batch_size, options.batches) != (before.batch_size, before.batches):
            self._deal()
        self._limit()
        self._begin_epoch(place)
        if self.why_stopped:
            self._start_here()

    def reached(self) -> Reached:
        """How far it has come, and all that is needed to go on from there."""
        return Reached(
            *(self.updates, self.epoch, self._place, self.values(), dict(self._initial)),
            *(self.options.optimizer, self.optimizer.updates, self._memory()),
            *(tuple(self.records), self._every, self.watched),
        )

    def _memory(self) -> dict[str, dict[str, Value]]:
        """What the rule remembers of each parameter, by the letters of its formula."""
        return {
            letter: {
                name: frozen(np.array(self._engine.part(array, name), np.float64))
                for name in self.roles.parameters
            }
            for letter, array in self.optimizer.state.items()
        }

    def go_on_from(self, reached: Reached) -> None:
        """Take over how far a training had come; what its rule remembered counts where it is this one."""
        self._initial |= reached.start
        self.engines.set(reached.values)
        self.optimizer.reset()
        self.updates, self.epoch = reached.updates, reached.epoch
        if reached.optimizer == self.options.optimizer and reached.optimizer_updates:
            self.optimizer.recall(self.parameters, reached.optimizer_updates, self._parted(reached.memory))
        self.watched, self.why_paused = reached.watched, ""
        self._begin_epoch(reached.place)
        self._start_here()
        self._every, self.records = reached.every, list(reached.records)

    def _parted(self, memory: Mapping[str, Mapping[str, Value]]) -> dict[str, Array]:
        """Arrays laid out as the parameters are."""
        found: dict[str, Array] = {}
        for letter, parts in memory.items():
            found[letter] = np.zeros_like(self.parameters)
            for name, value in parts.items():
                self._engine.part(found[letter], name)[...] = value
        return found

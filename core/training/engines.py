"""A program compiled for every batch size that comes up, and its data brought into these engines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from core.base.arrays import Array, Value
from core.compiled import Compiled, Flat, compile_plan
from core.data.examples import Examples
from core.graph.graph import Graph
from core.graph.plan import make_plan
from core.training.roles import Roles

FEW_ENTRIES = 16
Fill = Callable[[Array], object]


class Engines(Struct):
    """A program compiled for each batch size when it is first needed.

    Backward passes start from the `objective`, which is the program's output unless the rule has its own.

    `parameters` and `gradient` are shared by all; `fixed` are the values of inputs that are not learned.
    The loss of a batch is the mean of its examples' losses, or with `summed` their sum.
    `held` says what data are in an engine that only looks, by its id: they need not be brought again.
    """

    graph: Graph
    roles: Roles
    dtype: str
    fixed: Mapping[str, Value]
    objective: str
    summed: bool = False
    held: dict[int, object] = {}
    _flat: Flat | None = None
    _known: dict[tuple[int, bool, tuple[str, ...]], Compiled] = {}

    def of(self, size: int, backward: bool = True, watch: Collection[str] = ()) -> Compiled:
        """The engine for batches of that size; to look only, without a backward pass."""
        graph = self.graph
        if backward and self.objective != graph.output:
            watch, graph = [*watch, graph.output], graph.with_output(self.objective)
        key = (size, backward, tuple(watch))
        if key not in self._known:
            self._known[key] = compiled = compile_plan(
                make_plan(graph),
                self.roles.data,
                size,
                self.dtype,
                self.roles.parameters,
                watch=watch,
                backward=backward,
                summed=self.summed,
                flat=self._flat,
            )
            self._flat = compiled.flat
            compiled.set(self.fixed)
        return self._known[key]

    def loss(self, engine: Compiled) -> Callable[[], float]:
        """What finds the program's loss of the batch an engine has just run on."""
        if self.objective == self.graph.output:
            return engine.finder()
        found, count = engine.values[self.graph.output], engine.size if self.summed else 1
        return lambda: float(found.mean()) * count

    def set(self, values: Mapping[str, Value]) -> None:
        """Give parameters and fixed inputs other values, in every engine."""
        self.fixed = {name: values.get(name, value) for name, value in self.fixed.items()}
        for compiled in self._known.values():
            compiled.set(values)
        self.held.clear()


class Ready(NamedTuple):
    """An engine, what runs it on examples by their numbers and finds their loss, what finds that again."""

    engine: Compiled
    run: Callable[[Array], float]
    loss: Callable[[], float]


class Feed:
    """Examples on their way into engines; without any there is nothing to bring."""

    def __init__(self, engines: Engines, examples: Examples | None):
        self._engines, arrays = engines, examples.arrays if examples else {}
        self._sources = {name: _source(np.asarray(array, engines.dtype)) for name, array in arrays.items()}
        self._known: dict[int, Ready] = {}

    def ready(self, size: int) -> Ready:
        """The engine for so many examples, with what brings them in."""
        if size not in self._known:
            engine = self._engines.of(size)
            loss = self._engines.loss(engine)
            self._known[size] = Ready(engine, _running(self.into(engine), engine.step, loss), loss)
        return self._known[size]

    def loaded(self, rows: Array) -> Compiled:
        """Return the engine for so many examples, with those of these numbers in its inputs."""
        engine = self.ready(len(rows)).engine
        for fill in self.into(engine):
            fill(rows)
        return engine

    def into(self, compiled: Compiled) -> list[Fill]:
        """Functions that bring the examples with the given numbers into the engine's inputs."""
        return [fill(compiled.inputs[n]) for n, fill in self._sources.items() if n in compiled.inputs]


def _running(
    fills: Sequence[Fill], step: Callable[[], None], loss: Callable[[], float]
) -> Callable[[Array], float]:
    """A step on the examples of some numbers, and their loss."""
    if len(fills) == 2:  # features and targets, as nearly always: a loop over both would take a while
        first, second = fills

        def run_on_two(rows: Array) -> float:
            first(rows)
            second(rows)
            step()
            return loss()

        return run_on_two

    def run(rows: Array) -> float:
        for fill in fills:
            fill(rows)
        step()
        return loss()

    return run


def _source(array: Array) -> Callable[[Array], Fill]:
    """How a batch is taken out of an array: small examples entry by entry, large ones as a whole."""
    if array[0].size > FEW_ENTRIES:
        return lambda out: _by_example(np.ascontiguousarray(array), out)
    columns = np.ascontiguousarray(np.moveaxis(array, 0, -1))
    return lambda out: lambda rows: columns.take(rows, -1, out, "clip")


def _by_example(array: Array, out: Array) -> Fill:
    room = np.zeros((out.shape[-1], *out.shape[:-1]), array.dtype)
    turned = np.moveaxis(room, 0, -1)

    def fill(rows: Array) -> None:
        array.take(rows, 0, room, "clip")
        np.copyto(out, turned)

    return fill

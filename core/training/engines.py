"""A program compiled for every batch size that comes up, and its data brought into these engines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
    """

    graph: Graph
    roles: Roles
    dtype: str
    fixed: Mapping[str, Value]
    objective: str
    summed: bool = False
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


class Ready(NamedTuple):
    """An engine, and what is called for each batch: to fill its inputs, to run it, and to find its loss."""

    engine: Compiled
    fills: list[Fill]
    step: Callable[[], None]
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
            self._known[size] = Ready(engine, self.into(engine), engine.step, self._engines.loss(engine))
        return self._known[size]

    def loaded(self, rows: Array) -> Compiled:
        """Return the engine for so many examples, with those of these numbers in its inputs."""
        ready = self.ready(len(rows))
        for fill in ready.fills:
            fill(rows)
        return ready.engine

    def into(self, compiled: Compiled) -> list[Fill]:
        """Functions that bring the examples with the given numbers into the engine's inputs."""
        return [fill(compiled.inputs[n]) for n, fill in self._sources.items() if n in compiled.inputs]


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

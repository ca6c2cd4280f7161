"""Evaluating all data with the parameters as they are: loss, accuracy, and any node for every example."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from core.base.arrays import Array
from core.compiled import Compiled
from core.data.examples import Examples
from core.training.engines import Engines, Feed, Fill
from core.training.roles import Roles

MOST_AT_ONCE = 1000


class Run(NamedTuple):
    """Examples that are evaluated together: what runs on them and finds their loss, numbers, and classes."""

    engine: Compiled
    loss: Callable[[], float]
    rows: Array
    fills: list[Fill]
    labels: Array | None


class Evaluation:
    """One part of the data, evaluated without a backward pass and without disturbing the training.

    Without data there is one example, which consists of the parameters and the fixed inputs alone.
    """

    def __init__(self, engines: Engines, roles: Roles, examples: Examples | None):
        self.engines, self.roles, self._count = engines, roles, len(examples) if examples else 1
        self._feed = Feed(engines, examples)
        self._runs: dict[tuple[str, ...], list[Run]] = {}
        node = engines.graph.nodes.get(roles.prediction)
        scored = node is not None and len(node.shape) <= 1
        self._labels = examples.labels if examples and scored else None
        if self._labels is not None and self._labels.max(initial=0) <= 1:
            self._labels = self._labels.astype(bool)  # as what is found of two classes, so they soon meet
        self._scores = (roles.prediction,) if self._labels is not None else ()

    def measure(self) -> tuple[float, float | None]:
        """The loss, and the part of the examples whose class is predicted, if there are classes.

        NumPy may warn: call it under `np.errstate(all="ignore")`.
        """
        loss = correct = 0.0
        summed = self.engines.summed
        for engine, loss_of, rows, _, labels in self._run(self._scores):
            loss += loss_of() if summed else loss_of() * len(rows)
            if labels is not None:
                correct += self.roles.correct(engine.values[self.roles.prediction], labels)
        whole = loss if summed else loss / self._count
        return whole, None if self._labels is None else correct / self._count

    def values(self, names: Sequence[str]) -> dict[str, Array]:
        """The values of some nodes for every example, along the first axis."""
        found: dict[str, list[Array]] = {name: [] for name in names}
        with np.errstate(all="ignore"):
            for engine, _, rows, *_ in self._run(tuple(names)):
                for name, parts in found.items():
                    array = engine.values[name]
                    each = array.ndim > len(self.engines.graph.nodes[name].shape)
                    parts.append(np.moveaxis(array, -1, 0).copy() if each else np.stack([array] * len(rows)))
        return {name: np.concatenate(parts) for name, parts in found.items()}

    def _run(self, watch: tuple[str, ...]) -> Iterator[Run]:
        """Run through the examples, many at once."""
        if watch not in self._runs:
            self._runs[watch] = [self._prepare(start, watch) for start in range(0, self._count, MOST_AT_ONCE)]
        held = self.engines.held
        for run in self._runs[watch]:
            if held.get(id(run.engine)) is not run:
                for fill in run.fills:
                    fill(run.rows)
                held[id(run.engine)] = run
            run.engine.forward()
            yield run

    def _prepare(self, start: int, watch: tuple[str, ...]) -> Run:
        rows = np.arange(start, min(start + MOST_AT_ONCE, self._count))
        engine = self.engines.of(len(rows), backward=False, watch=watch)
        labels = None if self._labels is None else self._labels[rows]
        return Run(engine, engine.finder(), rows, self._feed.into(engine), labels)

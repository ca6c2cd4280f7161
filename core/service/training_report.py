"""A training that was asked for: made ready, and run to an answer that can be repeated to the last digit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from core.base.arrays import Array, Value
from core.base.errors import Problem
from core.data.examples import Examples
from core.graph.graph import Graph, check_node
from core.graph.json_values import MOST_VALUES, plain_value
from core.graph.nodes import check_index
from core.graph.programs import read_program
from core.notation.program import Remark
from core.passes.stepper import TimeLimit
from core.service.request import Refusal, Request, json_hint
from core.service.training_request import TrainingRequest
from core.training.batches import Shuffled
from core.training.evaluation import MOST_AT_ONCE
from core.training.inferred_roles import is_constant
from core.training.objectives import found_units
from core.training.roles import Roles
from core.training.trainer import Trainer

MOST_SECONDS = 60.0
MOST_NUMBERS = 64_000_000  # computed at once: 0.5 GB
PASSES = 3  # values, gradients and what lies between them


class TrainingReport:
    """A request with its graph and its trainer. Raises Refusal where something does not fit."""

    def __init__(self, request: TrainingRequest):
        self.request = request
        try:
            self._prepare()
        except Problem as problem:
            raise Refusal(problem, request.program) from None

    def _prepare(self) -> None:
        request = self.request
        program = read_program(request.program, {**request.values, **request.data})
        self.data = {program.aliases.get(name, name): array for name, array in request.data.items()}
        firsts = {name: _first(array) for name, array in request.data.items()}
        self.asked = Request(request.program, {**request.values, **firsts}, typed=request.typed)
        self.graph, self.values = self.asked.built(json_hint)
        self.roles = self._roles()
        self.nodes = self._nodes()
        self._check_size()
        examples = Examples(self.data) if self.data else None
        self.trainer = Trainer(self.graph, self.values, self.roles, examples, request.options)
        self._check_indices()

    def _roles(self) -> Roles:
        graph, free = self.graph, self.graph.free
        for name in self.data:
            if name in graph.nodes and name not in free:
                raise Problem(f"{name} is computed by the program and takes no data", graph.nodes[name].span)
        parameters = self._own(self.request.parameters)
        for name in parameters:
            check_node(graph, name)
            if name in self.data:
                raise Problem(f"{name} takes data and cannot be learned", graph.nodes[name].span)
            if name not in free:
                raise Problem(
                    f"{name} is computed by the program and cannot be learned", graph.nodes[name].span
                )
        rest = [name for name in free if name not in self.data]
        parameters = parameters or tuple(n for n in rest if not is_constant(graph, n)) or tuple(rest)
        if not parameters:
            raise Problem("There is nothing to learn", hint='Name the parameters in "parameters"')
        target, prediction = found_units(graph, parameters, list(self.data))
        return Roles(
            parameters,
            tuple(name for name in self.data if name != target),
            target=target,
            fixed=tuple(name for name in rest if name not in parameters),
            prediction=prediction,
        )

    def _own(self, names: Sequence[str]) -> tuple[str, ...]:
        """Names as the program has them, each once."""
        aliases = self.graph.program.aliases
        return tuple(dict.fromkeys(aliases.get(name, name) for name in names))

    def _nodes(self) -> tuple[str, ...]:
        """The nodes to report. Raises Problem where these are too many numbers."""
        graph, wanted = self.graph, self.request.nodes
        if wanted is None:
            found = tuple(
                node.name
                for node in graph.nodes.values()
                if (node.named and not node.is_leaf) or node.name == graph.output
            )
        else:
            found = self._own(wanted)
        for name in found:
            check_node(graph, name)
        count = self._examples * sum(math.prod(graph.nodes[name].shape) for name in found)
        if count > MOST_VALUES:
            said = f"The nodes would be {count:,} numbers; the limit is {MOST_VALUES:,}"
            raise Problem(said, hint='Name fewer of them in "nodes"')
        return found

    @property
    def _examples(self) -> int:
        return next(map(len, self.data.values()), 1)

    def _check_size(self) -> None:
        """Raise Problem where the arrays would need too much room."""
        batches, graph = self.request.options.batches, self.graph
        sizes = batches.sizes(self._examples) if isinstance(batches, Shuffled) else {*map(len, batches)}
        each = sum(_room(graph, name) for name in graph.downstream_of(self.data) if name in graph.nodes)
        count = each * (PASSES * sum(sizes) + 2 * min(self._examples, MOST_AT_ONCE))
        if count > MOST_NUMBERS:
            gigabytes, most = count * 8 / 1e9, MOST_NUMBERS * 8 / 1e9
            raise Problem(
                f"Training would need {gigabytes:,.1f} GB; the limit is {most:.1f} GB",
                hint="Use smaller mini-batches, and few different sizes of them",
            )

    def _check_indices(self) -> None:
        """Raise Problem where an example points at an entry that is not there."""
        graph = self.graph
        fed = graph.downstream_of(self.data)
        for edge in graph.edges:
            into = graph.pointed(edge)
            if into is None or edge.source not in fed:
                continue
            operation = graph.nodes[edge.target].operation
            entries = operation.entries_pointed(into.shape) if into.shape else into.value
            for number, value in enumerate(self.trainer.node_values([edge.source])[edge.source]):
                for index in np.ravel(value):
                    self._check_index(float(index), entries, into.name, f"{edge.source} of example {number}")

    def _check_index(self, index: float, entries: Any, name: str, what: str) -> None:
        try:
            check_index(index, int(entries), lambda: name)
        except Problem as problem:
            raise Problem(f"{what}: {problem.message}", hint=problem.hint) from None

    # -- run

    def answer(
        self, stopped: Callable[[], bool] = lambda: False, limit: TimeLimit | None = None
    ) -> dict[str, Any]:
        """Run the training until it is done, diverges or is `stopped`; the answer as plain data.

        Raises Refusal when the time is over: after MOST_SECONDS, if no limit is given.
        """
        trainer, steps = self.trainer, self.request.steps
        limit, losses, diverged = limit or TimeLimit(MOST_SECONDS), [self._loss()], None
        while not trainer.why_stopped and trainer.updates < steps and not stopped():
            trainer.step()
            if not trainer.why_stopped:
                losses.append(self._loss())
            if limit.is_over():
                raise Refusal(self._too_long(limit), self.request.program)
        if trainer.failed:
            diverged = trainer.failed.record.step
            losses[diverged:] = [trainer.failed.record.train_loss]
        return {
            "ok": True,
            "losses": [plain_value(loss) for loss in losses],
            "values": self._named(trainer.learned()),
            "diverged": diverged,
            "nodes": self._named(trainer.node_values(self.nodes)),
            "warnings": [remark.message for remark in (*self.graph.remarks, *self._unused())],
            "interrupted": diverged is None and trainer.updates < steps,
        }

    def _loss(self) -> float:
        """The loss over all data now, which the trainer may just have noted."""
        records = self.trainer.records
        record = (
            records[-1] if records and records[-1].step == self.trainer.updates else self.trainer.checked()
        )
        return record.train_loss

    def _too_long(self, limit: TimeLimit) -> Problem:
        made = f"step {self.trainer.updates:,} of {self.request.steps:,}"
        said = f"The training takes longer than {limit.seconds:g} s; it was stopped at {made}"
        return Problem(said, hint="Ask for fewer steps, or for fewer examples")

    def _unused(self) -> list[Remark]:
        """A remark for each value that is given for nothing; a target may stand in no formula."""
        values = {name: value for name, value in self.asked.values.items() if name != self.roles.target}
        return replace(self.asked, values=values).unused(self.graph)

    def _named(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values for JSON under the names as the program spells them."""
        program = self.graph.program
        return {self.asked.spelled(program, name): plain_value(value) for name, value in values.items()}


def _first(array: Array) -> Value:
    return float(array[0]) if array.ndim == 1 else array[0]


def _room(graph: Graph, name: str) -> int:
    """How many numbers a node needs for an example; what filters are laid on lies side by side."""
    node = graph.nodes[name]
    windows = 0
    if not node.is_leaf and (fan := node.operation.learning.fan):
        picture, filters = (graph.nodes[arg].shape for arg in node.args[:2])
        windows = fan(picture, filters)[0] * math.prod(node.shape[-2:])
    return math.prod(node.shape) + windows

"""What happened in both passes, and all that is known after any number of steps.

A Trace keeps for every node when its value came and how its gradient grew, so the snapshot after step i is a
look-up and a pass of thousands of nodes costs no copies.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Value, zero_like
from core.base.errors import Problem
from core.graph.plan import Plan
from core.passes.rounding_noise import may_have_noise, noise_as_zero
from core.passes.steps import PHASES, Computed, Flowed, Seeded, Step


class Trace:
    """A plan's steps at given input values; `snapshot(i)` is what is known after i of them."""

    def __init__(self, plan: Plan, inputs: dict[str, Value], steps: Iterable[Step]):
        self.plan, self.inputs = plan, inputs
        self.graph = plan.graph
        self.steps = tuple(steps)
        self._computed: dict[str, tuple[int, Value]] = {name: (0, value) for name, value in inputs.items()}
        self._grew: dict[str, tuple[list[int], list[Value]]] = {}
        self._edges: dict[tuple[str, int], tuple[int, Value]] = {}
        for number, step in enumerate(self.steps, start=1):
            if isinstance(step, Flowed):
                self._edges[step.node, step.port] = (number, step.contribution)
                self._grow(step.arg, number, step.total)
            elif isinstance(step, Computed):
                self._computed[step.node] = (number, step.value)
            elif isinstance(step, Seeded):
                self._grow(step.node, number, step.gradient)
                for name in plan.stopped:
                    self._grow(name, number, zero_like(self._computed[name][1]))

    def _grow(self, node: str, number: int, total: Value) -> None:
        numbers, totals = self._grew.get(node) or self._grew.setdefault(node, ([], []))
        numbers.append(number)
        totals.append(total)

    def __len__(self) -> int:
        return len(self.steps)

    def snapshot(self, count: int) -> Snapshot:
        """Look up all that is known after the first `count` steps, from 0 to all of them."""
        return Snapshot(self, count)

    @cached_property
    def shown(self) -> Trace:
        """The same trace for the screen, with rounding errors next to 0 as 0; nothing is computed from it."""
        if not may_have_noise(self.inputs, self.steps):
            return self
        return Trace(self.plan, *noise_as_zero(self.graph, self.inputs, self.steps))

    @property
    def last(self) -> Snapshot:
        return Snapshot(self, len(self.steps))

    def touched(self, one: int, other: int) -> frozenset[str]:
        """Find the nodes that look different after `one` steps and after `other` steps.

        They are those of the steps in between and of the last one of both, which is lit in one snapshot only.
        """
        low, high = sorted((one, other))
        found: set[str] = set()
        for step in self.steps[max(low - 1, 0) : high]:
            match step:
                case Computed(node):
                    found.add(node)
                case Seeded(node):
                    found.update((node, *self.plan.stopped))
                case Flowed(node, _, arg):
                    found.update((node, arg))
        return frozenset(found)

    @cached_property
    def seed(self) -> Value:
        """The gradient of the output that the backward pass started from, of the output's shape."""
        return next(step.gradient for step in self.steps if isinstance(step, Seeded))

    def arrivals(self, node: str) -> int:
        """Count the gradients that come back to a node over its edges."""
        numbers, _ = self._grew.get(node, ((), ()))
        return sum(isinstance(self.steps[number - 1], Flowed) for number in numbers)

    @cached_property
    def senders(self) -> frozenset[str]:
        """The nodes from which a gradient flows to an input."""
        return frozenset(step.node for step in self.steps if isinstance(step, Flowed))

    @cached_property
    def phases(self) -> tuple[tuple[int, int, str], ...]:
        """The phases in their order: the steps before each, the steps at its end, and its name."""
        ends, before = list[tuple[int, int, str]](), 0
        for kind, steps in groupby(self.steps, type):
            ends.append((before, before := before + len(list(steps)), PHASES[kind]))
        return tuple(ends)

    def phase(self, count: int) -> str:
        """The phase of step number `count` (from 1): forward, seed or backward; `start` for 0."""
        return PHASES[type(self.steps[count - 1])] if count else "start"

    def position(self, name: str) -> int:
        """Count the steps that a name stands for.

        Args:
            name: `start`, `end`, `seed`, `forward:k`, `backward:k`, or a plain number of steps.

        Raises:
            Problem: any other text, and a number that is too large.
        """
        kind, _, number = name.partition(":")
        forward = sum(isinstance(step, Computed) for step in self.steps)
        limits = {"forward": (0, forward), "backward": (forward + 1, len(self) - forward - 1)}
        if kind in ("start", "end", "seed") and not number:
            return {"start": 0, "end": len(self), "seed": forward + 1}[kind]
        if name.isascii() and name.isdigit():
            kind, number, limits = "step", name, {"step": (0, len(self))}
        if kind not in limits or not (number.isascii() and number.isdigit()):
            hint = "Write start, forward:2, seed, backward:3, end or a number"
            raise Problem(f"'{name}' is not a step", hint=hint)
        offset, most = limits[kind]
        if len(number) > 9 or int(number) > most:
            what = "there are" if kind == "step" else f"the {kind} pass has"
            last = f"{kind}:{most}" if kind != "step" and most else "end"
            problem = f"There is no step {name}: {what} {most} step{'s' * (most != 1)}"
            raise Problem(problem, hint=f"Write {last} for the last one")
        return offset + int(number)


class Snapshot(Struct, frozen=True):
    """What is known after `count` steps of a trace; what is not known yet is None.

    One `at_rest` does not say which step was the last.
    """

    trace: Trace
    count: int
    at_rest: bool = False

    @property
    def shown(self) -> Snapshot:
        """The same snapshot with rounding errors next to 0 shown as 0."""
        return replace(self, trace=self.trace.shown)

    @property
    def step(self) -> Step | None:
        """The step that was done last; None before the first, and at rest."""
        return self.trace.steps[self.count - 1] if self.count and not self.at_rest else None

    def value(self, node: str) -> Value | None:
        number, value = self.trace._computed[node]
        return value if number <= self.count else None

    def gradient(self, node: str) -> Value | None:
        """The sum of the contributions so far, of the shape of the node's value; None before the first."""
        numbers, totals = self.trace._grew.get(node, ((), ()))
        arrived = bisect_right(numbers, self.count)
        return totals[arrived - 1] if arrived else None

    def contribution(self, node: str, port: int) -> Value | None:
        """What `node` has sent back to its argument number `port` (from 0); None if nothing so far."""
        number, value = self.trace._edges.get((node, port), (0, None))
        return value if value is not None and number <= self.count else None

    def arrived(self, node: str) -> tuple[Value, ...]:
        """The contributions that a node's gradient is the sum of so far, in the order in which they came."""
        edges = [(self.trace._edges.get((edge.target, edge.port))) for edge in self.trace.graph.users[node]]
        return tuple(
            value
            for number, value in sorted((e for e in edges if e), key=lambda e: e[0])
            if number <= self.count
        )

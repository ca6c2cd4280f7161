"""Both passes as a numbered listing: given values, the forward pass, the seed, the backward pass.

listing_of     the lines of a trace, and what each keeps or reads
shared_steps   the steps back that the gradients of two nodes both need
Listing.folded the same with the lines of some groups as one
Typeset        the lines as mathematics, each when it is asked for
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.base.gc_paused import gc_paused
from core.base.numbers import DIGITS
from core.graph.graph import Graph
from core.graph.plan import OUTPUT
from core.graph.statements import statement_of
from core.math.derivative_names import PARTIAL, Notation
from core.math.mathtree import Math, Row, Sign, row
from core.math.typeset import EQUALS
from core.passes.equations import ADDED, Equations
from core.passes.gradient_names import gradient_math, meaning_math
from core.passes.steps import Computed, Flowed, Seeded
from core.passes.trace import Trace

Part = Literal["given", "forward", "backward"]
COMMA, FROM = Sign(",", "punct"), Sign("←", "rel")


class Line(Struct, frozen=True):
    """One line of a listing.

    part     given values, the forward pass, or the backward pass, which the seed begins
    node     the node whose value or gradient it makes
    steps    the numbers of the trace's steps that it stands for, from 1; a given value has none
    source   in the backward pass the node whose gradient comes back; empty for the seed
    adds     something has arrived before, so this is added to it
    reads    in the backward pass the nodes whose values it needs from the forward pass
    group    the group that it belongs to, where that has several lines in its part of the listing
    makes    of lines folded into one: all nodes whose gradients these make
    """

    part: Part
    node: str
    steps: tuple[int, ...] = ()
    source: str = ""
    adds: bool = False
    reads: tuple[str, ...] = ()
    group: str = ""
    makes: tuple[str, ...] = ()

    @property
    def is_folded(self) -> bool:
        """Whether it stands for several lines."""
        return len(self.steps) > 1

    @property
    def number(self) -> str:
        """Its number as it is printed: that of its step, or of its first and last one."""
        ends = [*self.steps[:1], *self.steps[1:][-1:]]
        return "–".join(map(str, ends))


class Listing(Struct, frozen=True, dict=True):
    """The lines of both passes, in the order in which they are run."""

    trace: Trace
    lines: tuple[Line, ...]

    @cached_property
    def kept(self) -> Mapping[str, tuple[int, ...]]:
        """For each node whose value the backward pass needs, the numbers of the lines that read it."""
        found: dict[str, list[int]] = {}
        for line in self.lines:
            for node in line.reads:
                found.setdefault(node, []).extend(line.steps)
        return {node: tuple(dict.fromkeys(numbers)) for node, numbers in found.items()}

    @cached_property
    def _place_of_node(self) -> Mapping[str, int]:
        forward = [(place, line) for place, line in enumerate(self.lines) if line.part != "backward"]
        return {node: place for place, line in reversed(forward) for node in (*line.makes, line.node)}

    def of_node(self, node: str) -> int:
        """Find the line that gives or computes the value of a node; −1 where it has none."""
        return self._place_of_node.get(node, -1)

    @gc_paused
    def folded(self, groups: Collection[str]) -> Listing:
        """Fold the lines of some groups into one for each pass, where the last of them stands."""
        if not groups:
            return self
        inside: dict[tuple[Part, str], list[Line]] = {}
        for line in self.lines:
            if line.group in groups:
                inside.setdefault((line.part, line.group), []).append(line)
        found = []
        for line in self.lines:
            members = inside.get((line.part, line.group), [line])
            if line is members[-1]:
                found.append(line if len(members) == 1 else _as_one(members))
        return Listing(self.trace, tuple(found))

    def without(self, nodes: Collection[str]) -> Listing:
        """Leave out the lines back to some inputs, such as data and targets."""
        if not nodes:
            return self
        kept = (line for line in self.lines if line.part != "backward" or line.node not in nodes)
        return Listing(self.trace, tuple(kept))


def _as_one(members: Sequence[Line]) -> Line:
    """The line that stands for several of a group."""
    inside = {line.source for line in members}
    made = dict.fromkeys(line.node for line in members)
    leaving = tuple(node for node in made if node not in inside)
    return replace(
        members[-1],
        node=leaving[-1] if members[-1].part == "backward" else members[-1].node,
        steps=tuple(number for line in members for number in line.steps),
        source=members[0].source,
        reads=tuple(dict.fromkeys(node for line in members for node in line.reads)),
        makes=leaving if members[-1].part == "backward" else tuple(made),
    )


@gc_paused
def listing_of(
    trace: Trace, groups: Mapping[str, Collection[str]] | None = None, as_computed: bool = False
) -> Listing:
    """List both passes of a trace, a line for each given value and for each step.

    Args:
        trace: the trace.
        groups: nodes that belong together, by the title of their group; all others are grouped by the
            statement that they are part of.
        as_computed: what a step back reads is what computing it needs, else what its formula says; the slope
            of σ(z) is written as y (1 − y) and computed with z as well, which keeps more digits.
    """
    graph = trace.graph
    group_of = _groups(graph, groups or {})
    lines = [Line("given", name) for name in graph.inputs]
    arrived: set[str] = set()
    for number, step in enumerate(trace.steps, start=1):
        match step:
            case Computed(node):
                lines.append(Line("forward", node, (number,), group=group_of[node]))
            case Seeded(node):
                lines.append(Line("backward", node, (number,)))
                arrived.add(node)
            case Flowed(source, _, node):
                reads, adds = _read(graph, step, as_computed), node in arrived
                lines.append(
                    Line("backward", node, (number,), source, adds, reads=reads, group=group_of[source])
                )
                arrived.add(node)
    return Listing(trace, tuple(_only_groups_of_several(lines)))


def _read(graph: Graph, step: Flowed, as_computed: bool) -> tuple[str, ...]:
    """The nodes whose values a step back needs: those that its rule reads, in the order of its inputs."""
    node = graph.nodes[step.node]
    back, shown = node.operation.back_rule(step.port), node.operation.shows.get(node.ports[step.port])
    assert back is not None
    reads = (shown if shown and not as_computed else back).reads
    ports = {**node.by_port, OUTPUT: step.node}
    read = dict.fromkeys(arg for port, arg in ports.items() if port in reads)
    return tuple(arg for arg in read if not graph.nodes[arg].is_constant)


def _groups(graph: Graph, titled: Mapping[str, Collection[str]]) -> Mapping[str, str]:
    """The group of each node: what an unnamed node is used in alone, it is a part of."""
    title_of = {node: title for title, nodes in titled.items() for node in nodes}
    ends = {name for name, node in graph.nodes.items() if node.named} | {graph.output, graph.own_output}
    return statement_of(
        graph.nodes, lambda name: (edge.target for edge in graph.users[name]), ends, given=title_of
    )


def _only_groups_of_several(lines: Sequence[Line]) -> Iterable[Line]:
    """The lines, without the group where a line would be alone in it."""
    sizes = Counter(line.group for line in lines if line.part == "forward")
    return (line if sizes[line.group] > 1 else replace(line, group="") for line in lines)


def shared_steps(trace: Trace, one: str, other: str) -> frozenset[int]:
    """Find the steps of the backward pass that the gradients of two nodes both need.

    Args:
        trace: the trace.
        one: a node.
        other: another node.

    Returns:
        The numbers of these steps, from 1: the seed, and every step that brings a gradient to what depends
        on both. Empty where a node gets no gradient.
    """
    graph = trace.graph
    if any(trace.last.gradient(node) is None for node in (one, other)):
        return frozenset()
    both = graph.downstream_of([one]) & graph.downstream_of([other])
    return frozenset(
        number
        for number, step in enumerate(trace.steps, start=1)
        if isinstance(step, Seeded) or (isinstance(step, Flowed) and step.arg in both)
    )


class Typeset:
    """The lines of a listing as mathematics."""

    def __init__(self, trace: Trace, notation: Notation = PARTIAL, digits: int = DIGITS):
        self.trace, self.notation = trace, notation
        self.equations = Equations(trace.shown, trace.shown.last, digits, notation, keeps_seed=True)

    def line(self, line: Line) -> Math:
        """A line: `z = w x + b`, `δ_w = δ_z x`, `δ_w += …`; a given value is its name."""
        graph = self.trace.graph
        if line.part == "given":
            return self.equations.name(line.node)[0]
        if line.part == "forward":
            return (
                self._statement(line) if line.is_folded else self.equations.assignment(graph.nodes[line.node])
            )
        if line.is_folded:
            names = [part for node in line.makes for part in (COMMA, self._gradient(node))][1:]
            return row(*names, FROM, self._gradient(line.source))
        step = self.trace.shown.steps[line.steps[0] - 1]
        if isinstance(step, Seeded):
            rule = self.equations.seed(graph.nodes[line.node], step.gradient).rule
            meaning = meaning_math(self.trace, line.node, self.notation)
            return row(meaning, *rule.parts[1:]) if meaning and isinstance(rule, Row) else rule
        assert isinstance(step, Flowed)
        sign = ADDED if line.adds else EQUALS
        return row(self.equations.target(line.node), sign, self.equations.contribution(step))

    def _gradient(self, node: str) -> Math:
        return gradient_math(self.trace, node, self.notation)

    def _statement(self, line: Line) -> Math:
        """The formula of all that is folded into a line."""
        typesetter, node = self.trace.graph.typesetter, self.trace.graph.nodes[line.node]
        return row(typesetter.name(line.node), EQUALS, typesetter.tree(node.tree))

"""How the output depends on a node: a product along each path, and their sum.

Factor, Path, Derivation   the facts
derivation                 the paths of a node, the largest first, and what is left of the sum
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from core.base.arrays import Value, shape_of, sum_to
from core.base.errors import Problem
from core.graph.graph import Edge, Graph, Node, check_node
from core.graph.plan import GRADIENT, OUTPUT
from core.notation.names import in_text
from core.passes.steps import Flowed, Seeded
from core.passes.trace import Trace

MOST_SHOWN = 6
MOST_FOLLOWED = 200  # paths of arrays that are all followed; of more, the largest so far at every node


class Factor(Struct, frozen=True, eq=False):
    """An edge of a path, on which a gradient comes back.

    step      the step of the backward pass that takes this edge
    local     between numbers the local derivative; None where one of the two nodes is an array
    product   what has come along the path after this edge, of the shape of the node it leads to
    """

    step: Flowed
    local: float | None
    product: Value

    @property
    def edge(self) -> Edge:
        return Edge(self.step.arg, self.step.node, self.step.port)


class Path(Struct, frozen=True, eq=False):
    """A way from the output back to a node, with a factor for each of its edges."""

    factors: tuple[Factor, ...]

    @property
    def product(self) -> Value:
        """What comes back on this path alone."""
        return self.factors[-1].product

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(factor.edge for factor in self.factors)

    @property
    def is_scalar(self) -> bool:
        """Whether all nodes on it are numbers, so that it is a product of numbers."""
        return all(factor.local is not None for factor in self.factors)


class Derivation(Struct, frozen=True, eq=False):
    """How the output depends on a node.

    node       the node
    gradient   the gradient of the output with respect to it, of its shape: the sum over all paths
    count      how many paths there are
    paths      some of them, the largest first: those with the largest entry in what comes back
    largest    whether no other path is larger than these
    rest       the sum over the paths that are not among `paths`; None if there are none
    received   the steps that brought it a gradient
    passed     the steps in which it sent its gradient on
    complete   after how many steps its gradient is complete
    """

    trace: Trace
    node: str
    gradient: Value
    count: int
    paths: tuple[Path, ...]
    largest: bool
    rest: Value | None
    received: tuple[Flowed, ...]
    passed: tuple[Flowed, ...]
    complete: int


def derivation(trace: Trace, name: str, most: int = MOST_SHOWN) -> Derivation:
    """Follow the paths from the output back to a node.

    Args:
        trace: the trace of both passes.
        name: the node.
        most: how many paths are kept.

    Raises:
        Problem: an unknown node, or one to which no gradient comes.
    """
    check_node(trace.graph, name)
    shown = trace.shown
    gradient = shown.last.gradient(name)
    if gradient is None:
        raise Problem(_no_gradient(trace.graph, name), trace.graph.nodes[name].span)
    flows: dict[str, list[Flowed]] = {}
    for step in shown.steps:
        if isinstance(step, Flowed):
            flows.setdefault(step.node, []).append(step)
    received = tuple(step for step in shown.steps if isinstance(step, Flowed) and step.arg == name)
    ends = (n for n, step in enumerate(shown.steps, start=1) if _arrives(step, name))
    count = count_paths(trace, name)
    follows = _Follows(trace, flows, name)
    is_scalar = all(not trace.graph.nodes[node].shape for node in follows.between)
    bound = most if is_scalar or count > MOST_FOLLOWED else count
    found = sorted(follows.paths(bound), key=_size, reverse=True)
    paths, left = tuple(found[:most]), found[most:]
    rest: Value | None = None
    if count > len(paths):
        known = [path.product for path in left] if len(found) == count else None
        rest = _total(known) if known else _difference(gradient, _total([path.product for path in paths]))
    return Derivation(
        shown,
        name,
        gradient,
        count,
        paths,
        is_scalar or bound == count,
        rest,
        received,
        tuple(flows.get(name, ())),
        max(ends, default=len(trace)),
    )


def count_paths(trace: Trace, name: str, start: str = "") -> int:
    """Count the paths on which a gradient comes back to a node; every edge counts.

    Args:
        trace: the trace.
        name: the node to which they lead.
        start: the node at which they start; empty for the output.
    """
    return ways_from(trace, start or trace.graph.output).get(name, 0)


def ways_from(trace: Trace, start: str) -> Mapping[str, int]:
    """Count the paths on which a gradient comes back from a node, for each node that they lead to."""
    ways = {start: 1}
    for step in _in_order(trace):
        ways[step.arg] = ways.get(step.arg, 0) + ways.get(step.node, 0)
    del ways[start]
    return ways


def _in_order(trace: Trace) -> Sequence[Flowed]:
    """The steps back, each node's after all that it receives."""
    return [step for step in trace.steps if isinstance(step, Flowed)]


def _arrives(step: object, name: str) -> bool:
    return (isinstance(step, Flowed) and step.arg == name) or (isinstance(step, Seeded) and step.node == name)


def _no_gradient(graph: Graph, name: str) -> str:
    said = in_text(name)
    if graph.nodes[name].is_constant:
        return f"{said} is a constant, so there is nothing to differentiate with respect to"
    if name not in graph.upstream_of([graph.output]):
        return f"{in_text(graph.output)} does not depend on {said}"
    return f"No gradient comes back to {said}"


class _Link(Struct, frozen=True, eq=False):
    """The last factor of a path that is being followed, and what comes before it."""

    factor: Factor
    before: _Link | None

    @property
    def path(self) -> Path:
        factors, link = [self.factor], self.before
        while link:
            factors.append(link.factor)
            link = link.before
        return Path(tuple(reversed(factors)))


class _Follows:
    """Follows paths from the output back to a node."""

    def __init__(self, trace: Trace, flows: Mapping[str, Sequence[Flowed]], name: str):
        self.trace, self.name = trace, name
        graph = trace.graph
        between = graph.downstream_of([name])
        self.flows = {
            node: [step for step in found if step.arg in between]
            for node, found in flows.items()
            if node in between and node != name
        }
        reached = {graph.output}
        for step in _in_order(trace):
            if step.node in reached and step.node in self.flows and step.arg in between:
                reached.add(step.arg)
        self.between = reached & between

    def paths(self, most: int) -> list[Path]:
        """The largest paths, found with no more than so many kept at a node."""
        graph = self.trace.graph
        kept: dict[str, list[_Link]] = {}
        for node in reversed(list(graph.nodes.values())):
            if node.name not in self.between or node.name == self.name:
                continue
            came: list[_Link | None] = [None] if node.name == graph.output else []
            arrived = sorted(kept.pop(node.name, []), key=lambda link: _magnitude(link.factor.product))
            came += arrived[-most:]
            for step in self.flows.get(node.name, ()):
                send = self._edge(node, step)
                kept.setdefault(step.arg, []).extend(_Link(send(link), link) for link in came)
        return [link.path for link in kept.get(self.name, [])]

    def _edge(self, node: Node, step: Flowed) -> Callable[[_Link | None], Factor]:
        """What an edge makes of what came along a path."""
        last = self.trace.last
        rule, arg = node.operation.back_rule(step.port), self.trace.graph.nodes[step.arg]
        assert rule is not None
        known = {port: last.value(name) for port, name in node.by_port.items()}
        known[OUTPUT] = last.value(node.name)
        values = {port: value for port, value in known.items() if value is not None}
        local = None
        if not node.shape and not arg.shape:
            slope = rule.value({**values, GRADIENT: 1.0})
            local = float(slope) if isinstance(slope, float) else None

        def send(link: _Link | None) -> Factor:
            upstream = self.trace.seed if link is None else link.factor.product
            if local is not None and isinstance(upstream, float):
                return Factor(step, local, _times(upstream, local))
            return Factor(step, None, sum_to(rule.value({**values, GRADIENT: upstream}), arg.shape))

        return send


def _times(upstream: float, local: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.multiply(upstream, local))


def _magnitude(value: Value) -> float:
    """The largest entry without its sign; what is not a number counts as infinite."""
    largest = float(np.max(np.abs(value), initial=0.0))
    return math.inf if math.isnan(largest) else largest


def _size(path: Path) -> float:
    return _magnitude(path.product)


def _total(values: Sequence[Value]) -> Value:
    with np.errstate(all="ignore"):
        found = values[0]
        for value in values[1:]:
            found = found + value
        return found


def _difference(whole: Value, part: Value) -> Value:
    """What is left of a sum; what is only rounding is 0."""
    with np.errstate(all="ignore"):
        left = np.subtract(whole, part)
        scale = np.maximum(np.abs(whole), np.abs(part))
        clean = np.where(np.abs(left) <= 1e-12 * scale, 0.0, left)
    return float(clean) if not shape_of(whole) else clean

"""Forward mode: how fast each value changes when the inputs move in a chosen direction.

Beside each value its tangent is carried along the plan's forward instructions. A node's tangent is the sum of
what comes along its edges, by the same declarations that reverse mode reads; four ways, tried in this order:

    stated          where the rules do not show how, the declaration says it
    symmetric       a Jacobian that is its own transpose, as every element-by-element operation has one,
                    takes the tangent as it takes the upstream gradient: the way back is the way forward
    linear          an operation whose way back does not look at an input is linear in it: its own rule is
                    used, with the tangent in that input's place
    entry by entry  else each entry of the output is seeded, and what would come back meets the tangent; for
                    an operation that makes one number this is its gradient times the tangent
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce

import numpy as np
from msgspec import Struct

from core.base.arrays import Value, frozen, shape_of, shape_text, sum_to, zero_like
from core.base.errors import Problem
from core.graph.graph import Edge, Graph, check_node
from core.graph.plan import GRADIENT, OUTPUT
from core.notation.tree import Call, names, walk
from core.ops import OPS, Op
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS
from core.ops.rules import Rule
from core.passes.trace import Trace

TANGENT = "d"


class Pushed(Struct, frozen=True):
    """A node got its value, and its tangent: how fast that value changes in the chosen direction.

    `parts` are what came along the edges, (number of the argument, part), and add up to the tangent.
    """

    node: str
    value: Value
    tangent: Value
    parts: tuple[tuple[int, Value], ...] = ()


def push(trace: Trace, direction: Mapping[str, Value]) -> Iterator[Pushed]:
    """One forward pass, fact by fact: first the nodes of the direction, then all that are computed.

    Args:
        trace: the trace, for the values at which to differentiate.
        direction: a tangent in its shape for some nodes; inputs that are not among them have tangent 0. That
            of a node in between is the one given, not computed.

    Yields:
        Each node with its value and tangent.

    Raises:
        Problem: an unknown node or a tangent of another shape.
    """
    graph, value = trace.graph, trace.last.value
    for name, tangent in direction.items():
        check_node(graph, name)
        if shape_of(tangent) != graph.nodes[name].shape:
            said = shape_text(graph.nodes[name].shape)
            raise Problem(f"A direction of {name} must have its shape, {said}", graph.nodes[name].span)
    tangents = dict(direction)
    for name, tangent in direction.items():
        yield Pushed(name, _known(value(name)), tangent)
    for node in graph.nodes.values():
        if node.is_leaf or node.name in direction:
            continue
        out = _known(value(node.name))
        args = [_known(value(arg)) for arg in node.args]
        arrived = (
            (port, along(node.operation, port, args, out, tangents[arg]))
            for port, arg in enumerate(node.args)
            if arg in tangents
        )
        parts = tuple((port, part) for port, part in arrived if part is not None)
        if parts:
            tangents[node.name] = reduce(_sum, (part for _, part in parts))
        yield Pushed(node.name, out, tangents.get(node.name, zero_like(out)), parts)


def directional(trace: Trace, direction: Mapping[str, Value]) -> Value:
    """The derivative of the output in a direction, in the output's shape."""
    output = trace.graph.output
    at_rest = zero_like(_known(trace.last.value(output)))
    return next((step.tangent for step in push(trace, direction) if step.node == output), at_rest)


def forward_slopes(trace: Trace, name: str) -> Iterator[float]:
    """The entries of a node's gradient by forward mode, one after the other."""
    check_node(trace.graph, name)
    seed = np.asarray(trace.seed)
    return (float(np.sum(seed * directional(trace, {name: unit}))) for unit in units(trace, name))


def units(trace: Trace, name: str) -> Iterator[Value]:
    """The directions that move one entry of a node with speed 1, in the order of its entries."""
    shape = trace.graph.nodes[name].shape
    for entry in range(math.prod(shape)):
        direction = np.zeros(math.prod(shape))
        direction[entry] = 1
        yield frozen(direction.reshape(shape))


def _known(value: Value | None) -> Value:
    assert value is not None
    return value


def _sum(a: Value, b: Value) -> Value:
    with np.errstate(all="ignore"):
        return frozen(np.add(a, b))


# -- along one edge


def along(op: Op, port: int, args: Sequence[Value], out: Value, tangent: Value) -> Value | None:
    """What the tangent of argument number `port` adds to the output's; None where no gradient goes."""
    if op.back_rule(port) is None:
        return None
    known = dict(zip(op.ports(len(args)), args, strict=True)) | {OUTPUT: out}
    return PUSHES[way(op.name, port, len(args))](op, port, known, tangent)


@lru_cache(1024)
def way(name: str, port: int, count: int) -> str:
    """By which of the ways above an operation on `count` values takes the tangent of one of them."""
    op = OPS[name]
    back = op.back_rule(port)
    assert back is not None
    receiver = op.ports(count)[port]
    if receiver in op.tangents:
        return "stated"
    if op.elementwise or op.symmetric:
        return "symmetric"
    return "entry by entry" if {receiver, OUTPUT} & looked_at(back) else "linear"


def looked_at(rule: Rule) -> frozenset[str]:
    """The names whose numbers a rule uses, not only their shape."""
    return interpreted(rule.tree, _LookedAt())


class _LookedAt:
    def number(self, value: float) -> frozenset[str]:
        return frozenset()

    def name(self, name: str) -> frozenset[str]:
        return frozenset([name])

    def call(self, function: str, args: Sequence[frozenset[str]]) -> frozenset[str]:
        unseen = KERNELS[function].shape_only
        return frozenset().union(*(names for i, names in enumerate(args) if i not in unseen))


def _stated(op: Op, port: int, known: Mapping[str, Value], tangent: Value) -> Value:
    return op.tangents[op.inputs[port]].value({**known, TANGENT: tangent})


def _symmetric(op: Op, port: int, known: Mapping[str, Value], tangent: Value) -> Value:
    back = op.back_rule(port)
    assert back is not None
    stretched = frozen(np.broadcast_to(tangent, shape_of(known[OUTPUT])))
    return back.value({**known, GRADIENT: stretched})


def _linear(op: Op, port: int, known: Mapping[str, Value], tangent: Value) -> Value:
    back = op.back_rule(port)
    assert back is not None
    ports = op.ports(len(known) - 1)
    # what the way back does not look at is added to, not multiplied with: it rests
    seen = looked_at(back) | op.settings.keys()
    inputs = {name: known[name] if name in seen else zero_like(known[name]) for name in ports}
    return op.value_rule(len(ports)).value({**inputs, ports[port]: tangent})


def _entry_by_entry(op: Op, port: int, known: Mapping[str, Value], tangent: Value) -> Value:
    back = op.back_rule(port)
    assert back is not None
    shape = shape_of(known[OUTPUT])
    found = np.zeros(math.prod(shape))
    for entry, seed in enumerate(np.eye(found.size)):
        contribution = sum_to(back.value({**known, GRADIENT: frozen(seed.reshape(shape))}), shape_of(tangent))
        with np.errstate(all="ignore"):
            found[entry] = np.sum(np.multiply(contribution, tangent))
    return frozen(found.reshape(shape))


PUSHES: Mapping[str, Callable[[Op, int, Mapping[str, Value], Value], Value]] = {
    "stated": _stated,
    "symmetric": _symmetric,
    "linear": _linear,
    "entry by entry": _entry_by_entry,
}


# -- what it costs


class Cost(Struct, frozen=True):
    """How many multiplications all derivatives of the output take, beside the values themselves.

    Forward mode makes a pass for each of `inputs` entries, reverse mode one for each of `outputs` entries, of
    which a seed makes one.
    """

    forward: int
    reverse: int
    inputs: int
    outputs: int

    @property
    def sentence(self) -> str:
        passes = [f"{count:,} pass{'es' * (count != 1)}" for count in (self.inputs, self.outputs)]
        times, back = (
            f"{count:,} multiplication{'s' * (count != 1)}" for count in (self.forward, self.reverse)
        )
        return (
            f"Forward mode: {passes[0]}, one for each entry of the inputs, {times}. "
            f"Reverse mode: {passes[1]}, one for each entry of the output, {back}"
        )

    @property
    def why(self) -> str:
        """Why reverse mode is used, or is not the better one here."""
        if self.outputs < self.inputs:
            return (
                "That is why reverse mode is used: a loss is one number that depends on many weights, "
                "and one pass back finds the derivatives with respect to all of them"
            )
        if self.inputs < self.outputs:
            return "Forward mode needs fewer passes here: it wins where few inputs make many outputs"
        return "Both modes need as many passes here; reverse mode wins with each further input"


def cost(graph: Graph, by: Iterable[str] = ()) -> Cost:
    """Count what the derivatives of the output cost in forward and in reverse mode.

    Args:
        graph: the graph.
        by: the nodes with respect to which to differentiate; none means all inputs.

    An edge costs the same in both directions, since the way back is the transpose of the way forward; only
    edges on a way from the node to the output are counted.
    """
    needed = graph.upstream_of([graph.output])
    entries = {name: math.prod(graph.nodes[name].shape) for name in tuple(by) or graph.inputs}
    bits = {name: 1 << number for number, name in enumerate(entries)}
    alike = {n: sum(bits[name] for name in bits if entries[name] == n) for n in set(entries.values())}
    depends: dict[str, int] = {}  # for each node the bits of the names it is computed from
    for node in graph.nodes.values():
        depends[node.name] = reduce(operator.or_, map(depends.__getitem__, node.args), bits.get(node.name, 0))
    forward = back = 0
    for edge in graph.edges:
        moving = depends[edge.source]
        if moving and edge.target in needed and graph.nodes[edge.target].operation.back_rule(edge.port):
            price = multiplications(graph, edge)
            back += price
            forward += price * sum(count * (moving & group).bit_count() for count, group in alike.items())
    outputs = math.prod(graph.nodes[graph.output].shape)
    return Cost(forward, outputs * back, sum(entries.values()), outputs)


def multiplications(graph: Graph, edge: Edge) -> int:
    """How many numbers a tangent or a gradient is multiplied with on its way along an edge.

    A product of vectors and matrices multiplies each pair that meets; else each entry of the larger end is
    met once.
    """
    node = graph.nodes[edge.target]
    shapes = {port: graph.nodes[arg].shape for port, arg in node.by_port.items()}
    tree = node.value_rule.tree
    products = (part for part in walk(tree) if isinstance(part, Call) and KERNELS[part.function].einsum)
    product = next(products, None)
    if product is None or graph.port(edge) not in names(product):
        return max(math.prod(graph.nodes[name].shape) for name in (edge.source, edge.target))
    letters = KERNELS[product.function].einsum.partition("->")[0].split(",")
    sizes: dict[str, int] = {}
    for part, port in zip(letters, names(product), strict=True):
        sizes |= zip(part, shapes[port], strict=True)
    return math.prod(sizes.values())

"""The parameters a program starts with: drawn from a seed by what each does and what follows it.

DISTRIBUTIONS    the ways in which weights can be drawn
initial_values   a value for each parameter
biases           the parameters that are only added
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct

from core.base.arrays import Array, Shape, Value, frozen
from core.graph.graph import Edge, Graph
from core.ops import OPS, Op
from core.ops.kernels import KERNELS


class Fan(Struct, frozen=True):
    """How many inputs a sum with a weight has, how many outputs use an input, and the node of the sums."""

    inputs: int
    outputs: int
    node: str


class Distribution(Struct, frozen=True):
    """How weights are drawn: their `spread` from the fan, the gain of what follows and the size asked for.

    The spread is the standard deviation of normal numbers, the largest magnitude where they are `uniform`,
    or the number itself where all are `alike`; biases start at `bias`.
    """

    title: str
    spread: Callable[[Fan, float, float], float]
    uniform: bool = False
    alike: bool = False
    bias: float = 0.0

    def drawn(self, rng: np.random.Generator, fan: Fan, gain: float, size: float, shape: Shape) -> Array:
        """Weights of a shape."""
        spread = self.spread(fan, gain, size)
        if self.alike:
            return np.full(shape, spread)
        return rng.uniform(-spread, spread, shape) if self.uniform else rng.normal(0, spread, shape)


def _glorot(fan: Fan, gain: float, size: float) -> float:
    return math.sqrt(2 / (fan.inputs + fan.outputs))


def _he(fan: Fan, gain: float, size: float) -> float:
    return math.sqrt(2 / fan.inputs)


def _by_what_follows(fan: Fan, gain: float, size: float) -> float:
    return math.sqrt(gain / fan.inputs) if gain else _glorot(fan, gain, size)


DISTRIBUTIONS = {
    "usual": Distribution("by what follows: He or Xavier", _by_what_follows),
    "xavier": Distribution("Xavier: variance 2 / (inputs + outputs)", _glorot),
    "he": Distribution("He: variance 2 / inputs", _he),
    "uniform": Distribution("uniform", lambda fan, gain, size: size, uniform=True),
    "constant": Distribution("constant", lambda fan, gain, size: size, alike=True),
    "zero": Distribution("zero", lambda fan, gain, size: 0.0, alike=True),
    "playground": Distribution(
        "TF Playground: uniform to 1/2, biases 0.1", lambda fan, gain, size: 0.5, uniform=True, bias=0.1
    ),
}


def initial_values(
    graph: Graph, parameters: Sequence[str], seed: int, initial: str = "usual", size: float = 0.5
) -> dict[str, Value]:
    """Random numbers for what multiplies, 0 for what is added; the same numbers at the same seed.

    Usually they are normal, and the variance is gain / inputs (He) where an operation with a gain follows
    (see `Learning`), else 2 / (inputs + outputs) (Glorot). `initial` names one of DISTRIBUTIONS, `size` is
    the number that it may need. What must be positive starts at 1.
    """
    rng, way = np.random.default_rng(seed), DISTRIBUTIONS[initial]
    found: dict[str, Value] = {}
    for name in parameters:
        shape = graph.nodes[name].shape
        fan = _fan(graph, name)
        if fan is None or _must_be_positive(graph, name):
            found[name] = frozen(np.full(shape, way.bias if fan is None else 1.0))
            continue
        found[name] = frozen(way.drawn(rng, fan, _gain(graph, fan.node), size, shape))
    return found


def biases(graph: Graph, parameters: Sequence[str]) -> list[str]:
    """The parameters that are only added, and so multiply nothing."""
    return [name for name in parameters if _fan(graph, name) is None]


def _fan(graph: Graph, name: str) -> Fan | None:
    """The fan of what a value multiplies first; None for what is only added."""
    edge = _first_product(graph, name)
    if edge is None:
        return None
    node, shape = graph.nodes[edge.target], graph.nodes[name].shape
    learning = node.operation.learning
    if learning.rearranges:
        return _fan(graph, node.name)
    if learning.fan and edge.port == 1:
        return Fan(*learning.fan(graph.nodes[node.args[0]].shape, shape), node.name)
    if not shape or not _contracts(node.op):
        return Fan(1, 1, node.name)
    outputs, inputs = (1, *shape) if len(shape) == 1 else shape if edge.port == 0 else shape[::-1]
    return Fan(inputs, outputs, node.name)


def _first_product(graph: Graph, name: str) -> Edge | None:
    """The edge to what a value multiplies first, sums of products before others; None if it is only added."""
    edges = [edge for edge in graph.users[name] if not _is_added(graph, edge)]
    sums = (edge for edge in edges if _sums(graph.nodes[edge.target].operation))
    return next(sums, edges[0] if edges else None)


def _sums(op: Op) -> bool:
    """Return whether an operation adds up products, or rearranges what may be in some."""
    return _contracts(op.name) or op.learning.fan is not None or op.learning.rearranges


@lru_cache
def _contracts(op: str) -> bool:
    """Return whether an operation is made of a product of vectors or matrices."""
    return any(KERNELS[function].summed for function in OPS[op].value_rule(len(OPS[op].inputs)).calls)


def _must_be_positive(graph: Graph, name: str) -> bool:
    """Return whether a value divides something, or stands in a root or a logarithm."""
    uses = [(graph.nodes[edge.target].operation, graph.port(edge)) for edge in graph.users[name]]
    return any(op.learning.positive == port for op, port in uses)


def _is_added(graph: Graph, edge: Edge) -> bool:
    """Return whether a value is added to something, so that its gradient comes back as it is."""
    op = graph.nodes[edge.target].operation
    back = op.back_rule(edge.port)
    return len(op.inputs) > 1 and back is not None and back.text in ("g", "-g")


def _gain(graph: Graph, name: str) -> float:
    """The gain of the first operation that a sum leads to."""
    for edge in graph.users[name]:
        node = graph.nodes[edge.target]
        learning = node.operation.learning
        if learning.gain:
            return learning.gain
        if learning.gain_beside_constant:
            beside = any(graph.nodes[arg].is_constant for arg in node.args)
            return learning.gain_beside_constant if beside else 0.0
        if learning.passes_on:
            return _gain(graph, node.name)
    return 0.0


def incoming(graph: Graph, name: str) -> tuple[int, ...] | None:
    """The axes of a parameter along which the weights of one unit lie; None for what is only added."""
    if _fan(graph, name) is None:
        return None
    axes = tuple(range(len(graph.nodes[name].shape)))
    if len(axes) < 2:
        return axes
    return axes[1:] if _rows_are_units(graph, name) else axes[:1]


def _rows_are_units(graph: Graph, name: str) -> bool:
    """Whether a unit's weights are a row of a matrix, as in W x, and not a column, as in x W."""
    edge = _first_product(graph, name)
    assert edge, f"{name} is only added"
    node = graph.nodes[edge.target]
    if node.operation.learning.rearranges:
        return not _rows_are_units(graph, node.name)
    return edge.port == 0 or len(graph.nodes[name].shape) > 2

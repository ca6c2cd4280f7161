"""The parameters a program starts with: drawn from a seed by what each does and what follows it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct

from core.base.arrays import Value, frozen
from core.graph.graph import Edge, Graph
from core.ops import OPS, Op
from core.ops.kernels import KERNELS


class Fan(Struct, frozen=True):
    """How many inputs a sum with a weight has, how many outputs use an input, and the node of the sums."""

    inputs: int
    outputs: int
    node: str


def initial_values(graph: Graph, parameters: Sequence[str], seed: int) -> dict[str, Value]:
    """Normal numbers for what multiplies, 0 for what is added; the same numbers at the same seed.

    The variance is gain / inputs (He) where an operation with a gain follows (see `Learning`), else
    2 / (inputs + outputs) (Glorot).
    """
    rng = np.random.default_rng(seed)
    found: dict[str, Value] = {}
    for name in parameters:
        shape = graph.nodes[name].shape
        fan = _fan(graph, name)
        if fan is None or _must_be_positive(graph, name):
            found[name] = frozen(np.zeros(shape) if fan is None else np.ones(shape))
            continue
        gain = _gain(graph, fan.node)
        variance = gain / fan.inputs if gain else 2 / (fan.inputs + fan.outputs)
        found[name] = frozen(rng.normal(0, math.sqrt(variance), shape))
    return found


def _fan(graph: Graph, name: str) -> Fan | None:
    """The fan of what a value multiplies first; None for what is only added."""
    edges = [edge for edge in graph.users[name] if not _is_added(graph, edge)]
    if not edges:
        return None
    edge = next((edge for edge in edges if _sums(graph.nodes[edge.target].operation)), edges[0])
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

"""The parameters a program starts with: drawn from a seed by what each does and what follows it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from core.base.arrays import Value, frozen
from core.graph.graph import CONSTANT, Edge, Graph
from core.ops import OPS
from core.ops.base import POSITIVE
from core.ops.image_kernels import filter_stack

PRODUCTS = ("dot", "matvec", "vecmat", "matmul", "affine")
SUMMING = (*PRODUCTS, "conv2d", "transpose")
SUMS = ("add", "sub")
GATE = OPS["relu"].gain  # max(0, z) is a ReLU
BETWEEN = (*SUMS, "flatten", "reshape", "maxpool", "avgpool", "row", "dropout")


class Fan(Struct, frozen=True):
    """How many inputs a sum with a weight has, how many outputs use an input, and the node of the sums."""

    inputs: int
    outputs: int
    node: str


def drawn(graph: Graph, parameters: Sequence[str], seed: int) -> dict[str, Value]:
    """Normal numbers for what multiplies, 0 for what is added; the same numbers at the same seed.

    The variance is gain / inputs (He) where an operation with a gain follows (see `Op.gain`), else
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
    edge = next((edge for edge in edges if graph.nodes[edge.target].op in SUMMING), edges[0])
    node, shape = graph.nodes[edge.target], graph.nodes[name].shape
    if node.op == "transpose":
        return _fan(graph, node.name)
    if node.op == "conv2d" and edge.port == 1:
        filters, channels, *window = filter_stack(graph.nodes[node.args[0]].shape, shape)
        return Fan(channels * math.prod(window), filters * math.prod(window), node.name)
    if node.op in PRODUCTS and len(shape) == 2:
        outputs, inputs = shape if edge.port == 0 else shape[::-1]
        return Fan(inputs, outputs, node.name)
    return Fan(shape[0] if node.op in PRODUCTS and shape else 1, 1, node.name)


def _must_be_positive(graph: Graph, name: str) -> bool:
    """Return whether a value divides something, or stands in a root or a logarithm."""
    uses = [(graph.nodes[edge.target].operation, graph.port(edge)) for edge in graph.users[name]]
    return any(op.domain.get(port) == POSITIVE for op, port in uses if op.name != "pow")


def _is_added(graph: Graph, edge: Edge) -> bool:
    return graph.nodes[edge.target].op in SUMS or graph.port(edge) == "b"


def _gain(graph: Graph, name: str) -> float:
    """The gain of the first operation that a sum leads to."""
    for edge in graph.users[name]:
        node = graph.nodes[edge.target]
        if node.operation.gain:
            return node.operation.gain
        if node.op == "maximum":
            return GATE if any(graph.nodes[arg].op == CONSTANT for arg in node.args) else 0.0
        if node.op in BETWEEN:
            return _gain(graph, node.name)
    return 0.0

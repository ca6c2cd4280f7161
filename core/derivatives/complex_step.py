"""The complex step: the imaginary part of f(x + ih) / h, which subtracts nothing and so loses no digits.

It needs operations that have a value for complex numbers all the way from the node to the output. Source:
Squire and Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 40 (1998).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.base.arrays import Value, frozen, shape_of
from core.base.errors import Problem
from core.derivatives.numerical import Probe, moves
from core.graph.graph import Node
from core.ops import Op
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS
from core.passes.trace import Trace

# so small that its square is nothing beside 1, yet far from underflow
STEP = 1e-20

Complex = NDArray[np.complex128]


def takes_complex(op: Op, count: int) -> bool:
    """Whether an operation on `count` values has a value for complex numbers."""
    return all(KERNELS[call].on_complex for call in op.value_rule(count).calls)


def complex_step(trace: Trace, name: str) -> Value:
    """The gradient of the output, weighted with the trace's seed, for each entry of a node.

    Raises Problem that names the first node on the way that has no value for complex numbers, or a kink here.
    """
    return frozen(np.reshape(list(complex_slopes(trace, name)), trace.graph.nodes[name].shape))


def complex_slopes(trace: Trace, name: str) -> Iterator[float]:
    """The entries of that gradient, one after the other; raises Problem before the first."""
    probe = Probe(trace, name)
    needed, moving = trace.graph.upstream_of([probe.output]), {name}
    nodes = []
    for instruction in probe.forward.instructions:
        node = trace.graph.nodes[instruction.node]
        if node.name in needed and not moving.isdisjoint(node.args):
            _check(node, probe.known, moving)
            nodes.append(node)
            moving.add(node.name)
    seed = 1.0 if probe.seed is None else probe.seed
    for entry in np.ndindex(shape_of(probe.value)):
        moved = np.array(probe.value, dtype=np.complex128)
        moved[entry] += 1j * STEP
        values: dict[str, Any] = {**probe.known, name: moved}
        for node in nodes:
            values[node.name] = _value(node, values, probe.known)
        yield float(np.sum(np.multiply(seed, np.imag(values[probe.output])))) / STEP


def _check(node: Node, known: Mapping[str, Value], moving: set[str]) -> None:
    op, count = node.operation, len(node.args)
    said = ""
    if any(arg in moving and not moves(op, port) for port, arg in enumerate(node.args)):
        said = f"The complex step cannot follow a choice: {node.name} is {op.symbol}"
    elif not takes_complex(op, count):
        said = f"The complex step needs values for complex numbers; {node.name} ({op.symbol}) has none"
    if said:
        raise Problem(said, node.span, "Use centred differences")
    inputs = {port: known[arg] for port, arg in node.by_port.items()}
    if op.kink and np.any(op.kink.at.value(inputs)):
        said = f"The complex step needs a derivative; {node.name} ({op.symbol}) stands at its kink"
        raise Problem(said, node.span)


def _value(node: Node, values: Mapping[str, Any], known: Mapping[str, Value]) -> Complex:
    """A node's value for complex arguments; its real part must be the value it has."""
    inputs = {port: np.asarray(values[arg]) for port, arg in node.by_port.items()}
    with np.errstate(all="ignore"):
        found = np.asarray(interpreted(node.value_rule.computed, _OnComplex(inputs)))
    if not np.allclose(found.real, known[node.name], rtol=1e-9, atol=1e-12) or np.any(np.isnan(found.imag)):
        raise Problem(f"{node.name} has no value for complex numbers here", node.span)
    return found


class _OnComplex:
    """A rule's value for complex numbers."""

    def __init__(self, values: Mapping[str, Any]):
        self.name = values.__getitem__

    def number(self, value: float) -> Any:
        return value

    def call(self, function: str, args: Sequence[Any]) -> Any:
        on_complex = KERNELS[function].on_complex
        assert on_complex
        return on_complex(*args)

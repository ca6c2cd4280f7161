"""The operations, by family. To add one, declare it in its family's file; nothing else needs to change."""

from __future__ import annotations

from collections.abc import Sequence

from core.base.arrays import Shape
from core.notation.signatures import Signature
from core.ops import (  # noqa: F401  (importing a family declares it)
    activations,
    arrays,
    elementwise,
    images,
    linear,
    losses,
    reductions,
)
from core.ops.base import OPS, Op, signatures

__all__ = ["CALLS", "FUNCTIONS", "FUNCTION_LIST", "NUMEL", "OPS", "SHARING", "Op", "operation_of_call"]

# `numel(x)` is no operation: the number of entries of x is known when the graph is built
NUMEL = Signature("numel", 1, 2, "numel(x, axis)")
FUNCTIONS = {**signatures(), NUMEL.name: NUMEL}
# how every function is called, and the sentence that a list of them has for it
FUNCTION_LIST = (
    *((op.usage, op.says) for op in OPS.values() if op.call),
    (NUMEL.usage, "The number of entries is a constant: no gradient passes."),
)
CALLS: dict[tuple[str, int], Op] = {
    (op.call, count): op
    for op in OPS.values()
    if op.call and not op.takes
    for count in range(len(op.inputs) - len(op.defaults), len(op.inputs) + 1)
}
# the operations that share a call with another one and say which shapes they take
SHARING: dict[str, tuple[Op, ...]] = {
    op.call: tuple(other for other in OPS.values() if other.call == op.call and other.takes)
    for op in OPS.values()
    if op.takes
}


def operation_of_call(function: str, shapes: Sequence[Shape]) -> Op | None:
    """The operation that a call on values of these shapes means, or None."""
    usual = CALLS.get((function, len(shapes)))
    if usual is None or function not in SHARING:
        return usual
    return next((op for op in SHARING[function] if op.takes and op.takes(shapes)), usual)


def squashing(*kinds: str) -> frozenset[str]:
    """The operations that make of scores what is one of these; see `Learning.squashes_to`."""
    return frozenset(op.name for op in OPS.values() if op.learning.squashes_to in kinds)

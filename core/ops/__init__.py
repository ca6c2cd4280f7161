"""The operations, by family. To add one, declare it in its family's file; nothing else needs to change."""

from __future__ import annotations

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

FUNCTIONS = signatures()
CALLS: dict[tuple[str, int], Op] = {
    (op.call, count): op
    for op in OPS.values()
    if op.call
    for count in range(len(op.inputs) - len(op.defaults), len(op.inputs) + 1)
}

"""How each function of the rule language is written in ONNX: the one table.

lowered     a rule as operators; NoForm where a function has none
summed      the same, added up over a batch
FORMS       the functions that are no operator entry by entry: each makes operators of tensors

Everything else follows from the operations' rules, the way back too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.base.arrays import Shape
from core.export.onnx import images, layouts
from core.export.onnx.operators import OFF, SEEDED, Operators
from core.export.onnx.tensors import Tensor
from core.notation.tree import Call
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS, place_of_axis
from core.ops.rules import Rule


def lowered(ops: Operators, rule: Rule, binding: Mapping[str, Tensor]) -> Tensor:
    """The tensor of a rule whose names stand for the given ones. Raises NoForm."""
    return interpreted(rule.computed, _AsTensors(ops, binding))


class _AsTensors:
    def __init__(self, ops: Operators, binding: Mapping[str, Tensor]):
        self.number, self.name, self.ops = ops.number, binding.__getitem__, ops

    def call(self, function: str, args: Sequence[Tensor]) -> Tensor:
        if function in FORMS:
            return FORMS[function](self.ops, *args)
        if einsum := KERNELS[function].einsum:
            return _product(self.ops, einsum, *args)
        return self.ops.call(function, *args)


def summed(ops: Operators, rule: Rule, binding: Mapping[str, Tensor]) -> Tensor:
    """The sum of a rule over the examples of a batch; outer products are not made one by one for it."""
    tree = rule.tree
    if isinstance(tree, Call) and tree.function in OVER_BATCH:
        args = [binding[name] for name in rule.names]
        if args[0].batched and args[1].batched:
            return OVER_BATCH[tree.function](ops, *args)
    found = lowered(ops, rule, binding)
    return ops.over_batch("ReduceSum", found) if found.batched else found


# -- entry by entry


def _logarithm(base: float) -> Callable[[Operators, Tensor], Tensor]:
    return lambda ops, x: ops.call("divide", ops.call("log", x), ops.number(math.log(base)))


def _logaddexp(ops: Operators, x: Tensor, y: Tensor) -> Tensor:
    """The larger one takes no part in the exponential: none overflows."""
    apart = ops.call("negative", ops.call("abs", ops.call("subtract", x, y)))
    rest = ops.call("log", ops.call("add", ops.number(1.0), ops.call("exp", apart)))
    return ops.call("add", ops.call("max", x, y), rest)


def _log1p(ops: Operators, x: Tensor) -> Tensor:
    return ops.call("log", ops.call("add", ops.number(1.0), x))


def _gate(ops: Operators, gate: Tensor, x: Tensor) -> Tensor:
    """A product that is 0 where the gate is: what stands there is not looked at."""
    found = ops.call("multiply", gate, x)
    if found.number is not None:
        return found
    return ops.each("Where", ops.each("Equal", gate, ops.number(0.0)), ops.number(0.0), found)


# -- products


def _product(ops: Operators, subscripts: str, x: Tensor, y: Tensor) -> Tensor:
    """What the letters of an einsum say, one of them summed over: MatMul, which works as NumPy's."""
    inputs, output = subscripts.split("->")
    left, right = inputs.split(",")
    inner = "".join(set(left) & set(right) - set(output))
    sizes = dict(zip(left + right, x.shape + y.shape, strict=True))
    shape = tuple(sizes[letter] for letter in output)
    if right == inner and (left != inner or y.batched):
        x, y, left, right = y, x, right, left  # the vectors of a batch are the rows of a matrix
    if left == inner != right and not (x.batched or y.batched):
        return _vector_and_matrix(ops, x, y, right.index(inner), shape)
    if len(left) == 2 and left[0] == inner:
        x = ops.swapped(x)
    if len(right) == 2 and right[1] == inner:
        y = ops.swapped(y)
    if not (x.batched and y.batched):
        return ops.make("MatMul", [x, y], shape)
    vectors = [axis for axis, letters in enumerate((left, right)) if letters == inner]
    x, y = (ops.unsqueezed(part, axis) if axis in vectors else part for axis, part in enumerate((x, y)))
    found = ops.make("MatMul", [x, y], (x.shape[0], y.shape[1]))
    return ops.squeezed(found, *vectors) if vectors else found


def _vector_and_matrix(ops: Operators, vector: Tensor, matrix: Tensor, axis: int, shape: Shape) -> Tensor:
    """Multiplied along an axis of the matrix, which is taken as it was before it was transposed.

    onnxruntime takes it so by mistake where the vector stands behind it.
    """
    if matrix in ops.unswapped:
        matrix, axis = ops.unswapped[matrix], 1 - axis
    return ops.make("MatMul", [matrix, vector] if axis else [vector, matrix], shape)


def _outer(ops: Operators, x: Tensor, y: Tensor) -> Tensor:
    return ops.each("Mul", ops.unsqueezed(x, 1), ops.unsqueezed(y, 0))


def _outers(ops: Operators, x: Tensor, y: Tensor) -> Tensor:
    """The sum of the outer products of two batches of vectors."""
    turned = ops.make("Transpose", [x], x.shape, perm=[1, 0])
    return ops.make("MatMul", [turned, y], x.shape + y.shape, batched=False)


# -- over all entries of an example, or along its first axis


def _reduction(kind: str) -> Callable[[Operators, Tensor], Tensor]:
    return lambda ops, x: ops.reduced(kind, x, range(len(x.shape)))


_sum, _largest = _reduction("ReduceSum"), _reduction("ReduceMax")


def _size(ops: Operators, x: Tensor) -> Tensor:
    return ops.number(float(math.prod(x.shape)))


def _stretch(ops: Operators, g: Tensor, x: Tensor) -> Tensor:
    return ops.expanded(g, x.shape)


def _others(ops: Operators, x: Tensor) -> Tensor:
    """The product of all entries before, times that of all after; in each, what is doubled reaches double."""
    size = math.prod(x.shape)
    if size == 1:
        return ops.expanded(ops.number(1.0), x.shape)
    flat = ops.reshaped(x, (size,))

    def shifted(part: Tensor, by: int) -> Tensor:
        kept = ops.sliced(part, max(0, -by), size - max(0, by))
        return ops.padded(kept, max(0, by), max(0, -by), value=1.0)

    before, after, reach = shifted(flat, 1), shifted(flat, -1), 1
    while reach < size:
        before = ops.call("multiply", before, shifted(before, reach))
        after = ops.call("multiply", after, shifted(after, -reach))
        reach *= 2
    return ops.reshaped(ops.call("multiply", before, after), x.shape)


def _share(ops: Operators, x: Tensor, out: Tensor) -> Tensor:
    hit = ops.call("equal", x, out)
    return ops.call("divide", hit, _sum(ops, hit))


def _norm(ops: Operators, x: Tensor) -> Tensor:
    return ops.call("sqrt", _sum(ops, ops.call("multiply", x, x)))


def _unit(ops: Operators, x: Tensor, out: Tensor) -> Tensor:
    """Where the norm is 0 so is x, and 1 is as good a divisor."""
    divisor = ops.call("add", out, ops.call("equal", out, ops.number(0.0)))
    return ops.call("divide", x, divisor)


def _along(kind: str) -> Callable[[Operators, Tensor], Tensor]:
    return lambda ops, x: ops.make(kind, [x], x.shape, axis=int(x.batched))


def _logsumexp(ops: Operators, x: Tensor) -> Tensor:
    """Shifted by the largest: ONNX does not say that its own ReduceLogSumExp is."""
    top = ops.reduced("ReduceMax", x, [0])
    total = ops.reduced("ReduceSum", ops.call("exp", ops.call("subtract", x, top)), [0])
    return ops.call("add", top, ops.call("log", total))


def _argmax(ops: Operators, x: Tensor) -> Tensor:
    found = ops.make("ArgMax", [x], (), axis=int(x.batched), keepdims=0)
    return ops.cast(found, ops.element)


# -- the rows of a matrix, and its other axis


def _place(axis: Tensor, rank: int) -> int:
    return place_of_axis(layouts.setting(axis), rank)


def _sum_along(ops: Operators, x: Tensor, axis: Tensor) -> Tensor:
    return ops.reduced("ReduceSum", x, [_place(axis, len(x.shape))])


def _size_along(ops: Operators, x: Tensor, axis: Tensor) -> Tensor:
    return ops.number(float(x.shape[_place(axis, len(x.shape))]))


def _spread_along(ops: Operators, g: Tensor, x: Tensor, axis: Tensor) -> Tensor:
    return ops.expanded(ops.unsqueezed(g, _place(axis, len(x.shape))), x.shape)


def _along_rows(kind: str) -> Callable[[Operators, Tensor], Tensor]:
    return lambda ops, x: ops.make(kind, [x], x.shape, axis=1 + int(x.batched))


def _logsumexp_rows(ops: Operators, x: Tensor) -> Tensor:
    top = ops.reduced("ReduceMax", x, [1])
    apart = ops.call("subtract", x, ops.unsqueezed(top, 1))
    return ops.call("add", top, ops.call("log", ops.reduced("ReduceSum", ops.call("exp", apart), [1])))


def _argmax_rows(ops: Operators, x: Tensor) -> Tensor:
    found = ops.make("ArgMax", [x], x.shape[:1], axis=1 + int(x.batched), keepdims=0)
    return ops.cast(found, ops.element)


def _hits(ops: Operators, k: Tensor, x: Tensor) -> Tensor:
    """Where the entry that k tells for each row is; k may be one number for all rows."""
    places = ops.constant(np.arange(x.shape[1]))
    return ops.each("Equal", places, ops.unsqueezed(k, 1) if k.shape else k)


def _choose(ops: Operators, x: Tensor, k: Tensor) -> Tensor:
    chosen = ops.each("Where", _hits(ops, k, x), x, ops.number(0.0))
    return ops.reduced("ReduceSum", chosen, [1])


def _put_rows(ops: Operators, g: Tensor, x: Tensor, k: Tensor) -> Tensor:
    return ops.each("Where", _hits(ops, k, x), ops.unsqueezed(g, 1), ops.number(0.0))


def _onehot_rows(ops: Operators, k: Tensor, x: Tensor) -> Tensor:
    return ops.expanded(ops.cast(_hits(ops, k, x), ops.element), x.shape)


def _kept(ops: Operators, x: Tensor, p: Tensor, seed: Tensor) -> Tensor:
    """The mask of dropout."""
    assert p.number is not None and seed.number is not None
    if ops.dropout == OFF:
        return ops.number(1.0)
    if ops.dropout == SEEDED:
        return ops.constant(KERNELS["kept"].array(np.zeros(x.shape), p.number, seed.number))
    chance = ops.make("RandomUniformLike", [x], x.shape, dtype=ops.element, seed=seed.number)
    kept = ops.call("greater_equal", chance, p)
    return ops.call("divide", kept, ops.number(1 - p.number))


FORMS: dict[str, Callable[..., Tensor]] = {
    "log2": _logarithm(2),
    "log10": _logarithm(10),
    "log1p": _log1p,
    "logaddexp": _logaddexp,
    "gate": _gate,
    "outer": _outer,
    "sum": _sum,
    "mean": _reduction("ReduceMean"),
    "largest": _largest,
    "smallest": _reduction("ReduceMin"),
    "size": _size,
    "stretch": _stretch,
    "share": _share,
    "norm": _norm,
    "unit": _unit,
    "softmax": _along("Softmax"),
    "log_softmax": _along("LogSoftmax"),
    "logsumexp": _logsumexp,
    "sum_along": _sum_along,
    "size_along": _size_along,
    "spread_along": _spread_along,
    "softmax_rows": _along_rows("Softmax"),
    "log_softmax_rows": _along_rows("LogSoftmax"),
    "logsumexp_rows": _logsumexp_rows,
    "argmax_rows": _argmax_rows,
    "choose": _choose,
    "put_rows": _put_rows,
    "onehot_rows": _onehot_rows,
    "prod": _reduction("ReduceProd"),
    "others": _others,
    "argmax": _argmax,
    "kept": _kept,
    **layouts.FORMS,
    **images.FORMS,
}
# what sums over a batch of itself, if the first two arguments come in batches
OVER_BATCH: dict[str, Callable[..., Tensor]] = {"outer": _outers, "conv2d_W": images.conv2d_W}

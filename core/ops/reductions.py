"""Operations that make one number, or one distribution, of a whole array."""

from __future__ import annotations

from collections.abc import Sequence

from core.arrays import Shape, describe
from core.errors import Problem
from core.ops.base import SATURATED, structural


def _number(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    return ()


def _vector(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    if len(shapes[0]) != 1:
        raise Problem(f"A vector of scores is needed here; {describe(names[0], shapes[0])}")
    return shapes[0]


def _weighted(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    if shapes[1]:
        raise Problem(f"A weight is one number; {describe(names[1], shapes[1])}")
    return ()


def _from_vector(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    _vector(names, shapes)
    return ()


sum_ = structural(
    "sum",
    "∑",
    "sum(x)",
    inputs="x",
    shape=_number,
    test_shapes=[(2, 3)],
    x="stretch(g, x)",
    says="Every entry receives the upstream gradient.",
)
mean = structural(
    "mean",
    "mean",
    "mean(x)",
    inputs="x",
    shape=_number,
    test_shapes=[(2, 3)],
    x="stretch(g, x) / size(x)",
    says="Every entry receives an equal share of the upstream gradient.",
)
largest = structural(
    "largest",
    "max",
    "largest(x)",
    inputs="x",
    shape=_number,
    test_shapes=[(4,)],
    call="max",
    x="g * share(x, out)",
    kink=("sum([x = largest(x)]) > 1", "0", "1", "an even share for each"),
    says="The gradient goes to the largest entry, split evenly among ties.",
)
smallest = structural(
    "smallest",
    "min",
    "smallest(x)",
    inputs="x",
    shape=_number,
    test_shapes=[(4,)],
    call="min",
    x="g * share(x, out)",
    kink=("sum([x = smallest(x)]) > 1", "0", "1", "an even share for each"),
    says="The gradient goes to the smallest entry, split evenly among ties.",
)
prod = structural(
    "prod",
    "∏",
    "prod(x)",
    inputs="x",
    shape=_number,
    test_shapes=[(2, 3)],
    x="g * others(x)",
    says="Every entry receives the upstream gradient times the product of all the others.",
)
argmax = structural(
    "argmax",
    "arg max",
    "argmax(x)",
    inputs="x",
    shape=_from_vector,
    test_shapes=[(4,)],
    kink=("sum([x = largest(x)]) > 1", "0", "0", "0"),
    says="The number of the largest entry: it jumps, so no gradient passes.",
)
norm = structural(
    "norm",
    "‖·‖",
    "norm(x)",
    inputs="x",
    shape=_number,
    test_shapes=[(3,)],
    stands_for="sqrt(sum(x ⊙ x))",
    x="g * unit(x, out)",
    kink=("norm(x) = 0", "-1", "1", "0"),
    says="The gradient points along x with length g; at 0 it is taken as 0.",
)
l1 = structural(
    "l1",
    "‖·‖₁",
    "sum(abs(x))",
    inputs="x",
    shape=_number,
    test_shapes=[(3,)],
    stands_for="sum(|x|)",
    x="g * sign(x)",
    kink=("x = 0", "-1", "1", "0"),
    says="Every entry is pulled with the same force towards 0, whatever its size.",
)
l2 = structural(
    "l2",
    "‖·‖²",
    "sum(x^2)",
    inputs="x",
    shape=_number,
    test_shapes=[(3,)],
    stands_for="sum(x ⊙ x)",
    x="2 * g * x",
    says="Every entry is pulled towards 0 in proportion to its size.",
)
elastic = structural(
    "elastic",
    "elastic",
    "β * sum(x^2) + sum(abs(x))",
    inputs="x β",
    shape=_weighted,
    test_shapes=[(3,), ()],
    defaults={"β": 1.0},
    stands_for="β sum(x ⊙ x) + sum(|x|)",
    x="g * (2 * β * x + sign(x))",
    β="g * sum(x^2)",
    kink=("x = 0", "-1", "1", "0"),
    says="The pulls of both penalties added: β times twice the entry, and its sign.",
)
softmax = structural(
    "softmax",
    "softmax",
    "softmax(x)",
    inputs="x",
    shape=_vector,
    test_shapes=[(4,)],
    stands_for="exp(x) / sum(exp(x))",
    x="out * (g - sum(g * out))",
    saturates=SATURATED,
    says="Raising one score lowers all other probabilities: the weighted mean of g is taken off.",
)
log_softmax = structural(
    "log_softmax",
    "log softmax",
    "log_softmax(x)",
    inputs="x",
    shape=_vector,
    test_shapes=[(4,)],
    stands_for="log(softmax(x))",
    x="g - exp(out) * sum(g)",
    saturates=SATURATED,
    says="The gradient minus the probabilities times its sum.",
)
logsumexp = structural(
    "logsumexp",
    "log∑exp",
    "logsumexp(x)",
    inputs="x",
    shape=_from_vector,
    test_shapes=[(4,)],
    stands_for="log(sum(exp(x)))",
    x="g * softmax(x)",
    says="A smooth maximum: the gradient is shared out by softmax.",
)

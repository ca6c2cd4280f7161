"""Operations that make one number, or one distribution, of a whole array."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from core.base.arrays import Shape, Value, describe
from core.base.errors import Problem
from core.base.numbers import typed_text
from core.ops.declarations import structural
from core.ops.facts import A_SCORE_EACH, A_VECTOR, AS_WRITTEN, SATURATED, Learning, Look, kinked


def _number(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    return ()


def _vector(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    if len(shapes[0]) != 1:
        needed = "A vector of scores is needed here, or a matrix with one in each row"
        raise Problem(f"{needed}; {describe(names[0], shapes[0])}")
    return shapes[0]


def _weighted(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    if shapes[1]:
        raise Problem(f"A weight is one number; {describe(names[1], shapes[1])}")
    return ()


def _all_but_one(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    _vector(names, shapes)
    if shapes[1]:
        raise Problem(f"The entry left out is one number; {describe(names[1], shapes[1])}")
    return ()


def _from_vector(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    _vector(names, shapes)
    return ()


def _without_axis(names: Sequence[str], shapes: Sequence[Shape], setting: Value) -> Shape:
    shape, rank = shapes[0], len(shapes[0])
    if not rank:
        raise Problem(f"{names[0]} is a number and has no axes", hint="Leave the axis out")
    if not (isinstance(setting, float) and setting.is_integer() and -rank <= setting < rank):
        axes = " and ".join(map(str, range(rank))) if rank < 3 else f"0 to {rank - 1}"
        has = "has only axis 0" if rank == 1 else f"has the axes {axes}"
        raise Problem(f"{describe(names[0], shape)} and {has}; there is no axis {typed_text(setting)}")
    return tuple(length for place, length in enumerate(shape) if place != int(setting) % rank)


def _each_row(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    return shapes[0][:1]


def _plus(terms: Iterable[str]) -> str:
    return " + ".join(terms)


def _of_entries(function: str, x: Shape) -> Sequence[str]:
    """The entries of a vector, or the function's value for each row of a matrix."""
    return [f"x[{i}]" if len(x) == 1 else f"{function}(x[{i}])" for i in range(x[0])]


def _extreme(function: str, x: Shape) -> str:
    found = _of_entries(function, x)
    return f"{function}({', '.join(found)})" if len(found) > 1 else found[0]


sum_ = structural(
    "sum",
    "∑",
    "sum(x)",
    inputs="x",
    shape=_number,
    test_shapes=[(2, 3)],
    x="stretch(g, x)",
    says="Every entry receives the upstream gradient.",
    guesses=A_VECTOR,
    entries=lambda x: _plus(_of_entries("sum", x)),
)
sum_except = structural(
    "sum_except",
    "∑≠k",
    "sum([onehot(k, x) = 0] * x)",
    inputs="x k",
    shape=_all_but_one,
    test_shapes=[(4,), ()],
    domain={"k": (2.0, 2.0)},
    points=("k", "x"),
    stands_for="sum(x) - x[k]",
    x="[onehot(k, x) = 0] * g",
    says="Every entry but the one left out receives the upstream gradient.",
    look=Look(circle="∑_≠{k}", with_constant={"k": "∑_≠{k}"}),
)
sum_along = structural(
    "sum_along",
    "∑",
    "sum_along(x, axis)",
    inputs="x axis",
    call="sum",
    shape=_without_axis,
    settings={"axis": 1.0},
    test_shapes=[(2, 3), ()],
    more_test_shapes=[[(2, 3, 4), ()]],
    x="spread_along(g, x, axis)",
    says="Every entry receives the upstream gradient of the sum it is part of.",
    look=Look(with_constant={"axis": "∑_{axis}"}),
    guesses=A_VECTOR,
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
    guesses=A_VECTOR,
    entries=lambda x: f"sum(x) / {math.prod(x)}",
)
mean_along = structural(
    "mean_along",
    "mean",
    "sum_along(x, axis) / size_along(x, axis)",
    inputs="x axis",
    call="mean",
    shape=_without_axis,
    settings={"axis": -2.0},
    test_shapes=[(2, 3), ()],
    more_test_shapes=[[(2, 3, 4), ()]],
    x="spread_along(g, x, axis) / size_along(x, axis)",
    says="Every entry receives an equal share of the upstream gradient of the mean it is part of.",
    look=Look(with_constant={"axis": "mean_{axis}"}),
    guesses=A_VECTOR,
    torch="torch.mean(x, dim=axis)",
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
    kink=kinked(
        "sum([x = largest(x)]) > 1",
        "0",
        "1",
        "an even share for each",
        says="largest of n equal entries: 1/n to each",
        x=(3, 3, 1),
    ),
    says="The upstream gradient goes to the largest entry; in a tie it is split evenly.",
    entries=lambda x: _extreme("max", x),
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
    kink=kinked(
        "sum([x = smallest(x)]) > 1",
        "0",
        "1",
        "an even share for each",
        says="smallest of n equal entries: 1/n to each",
        x=(1, 1, 3),
    ),
    says="The upstream gradient goes to the smallest entry; in a tie it is split evenly.",
    entries=lambda x: _extreme("min", x),
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
    guesses=A_VECTOR,
    entries=lambda x: " ".join(_of_entries("prod", x)),
)
argmax = structural(
    "argmax",
    "arg max",
    "argmax(x)",
    inputs="x",
    shape=_from_vector,
    test_shapes=[(4,)],
    kink=kinked(
        "sum([x = largest(x)]) > 1", "0", "0", "0", says="number of the largest entry: no gradient", x=(1, 1)
    ),
    says="The index of the largest entry jumps, so no gradient passes.",
    guesses=A_VECTOR,
)
argmax_rows = structural(
    "argmax_rows",
    "arg max",
    "argmax_rows(X)",
    inputs="X",
    call="argmax",
    rows="X",
    kink=kinked(
        "sum_along([X = spread_along(choose(X, argmax_rows(X)), X, 1)], 1) > 1",
        "0",
        "0",
        "0",
        says="the same for each row of a mini-batch",
        X=((1, 1), (2, 3)),
    ),
    shape=_each_row,
    test_shapes=[(3, 4)],
    says="The index of the largest entry of each row jumps, so no gradient passes.",
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
    kink=kinked("norm(x) = 0", "-1", "1", "0", says="norm of the zero vector: 0", x=(0, 0)),
    says="The upstream gradient times the input scaled to length 1; at the zero vector it is taken as 0.",
    look=Look(circle=AS_WRITTEN, form="‖{x}‖"),
    guesses=A_VECTOR,
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
    kink=kinked("x = 0", "-1", "1", "0", says="sum of absolute values where an entry is 0: 0", x=(0, -2)),
    says="Every entry receives its sign times the upstream gradient, whatever its size.",
    look=Look(circle=AS_WRITTEN, form="‖{x}‖₁"),
    guesses=A_VECTOR,
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
    says="Every entry receives twice itself times the upstream gradient.",
    look=Look(circle=AS_WRITTEN, form="‖{x}‖²"),
    guesses=A_VECTOR,
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
    kink=kinked("x = 0", "-1", "1", "0", says="elastic penalty where an entry is 0: 0", x=(0, -2), β=1),
    says="The gradients of both penalties are added, the squared one's times its weight.",
    guesses=A_VECTOR,
    tangents={"β": "d * sum(x^2)"},
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
    says="Raising one score lowers all other probabilities: a mean of the upstream gradient is taken off.",
    guesses=A_SCORE_EACH,
    symmetric=True,
    learning=Learning(squashes_to="probabilities"),
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
    says="The upstream gradient, minus the probabilities times its sum.",
    guesses=A_SCORE_EACH,
    tangents={"x": "d - sum(exp(out) * d)"},
    learning=Learning(logarithm=True),
    look=Look(circle="ln softmax"),
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
    says="A smooth maximum: the upstream gradient is shared out by softmax.",
    guesses=A_VECTOR,
    look=Look(circle="ln ∑ exp"),
)

# -- the same for a mini-batch, whose examples are the rows of a matrix

softmax_rows = structural(
    "softmax_rows",
    "softmax",
    "softmax_rows(X)",
    inputs="X",
    call="softmax",
    rows="X",
    saturates=SATURATED,
    shape=lambda names, shapes: shapes[0],
    test_shapes=[(3, 4)],
    X="out ⊙ (g - spread_along(sum_along(g ⊙ out, 1), out, 1))",
    says="Row by row: raising one score lowers all other probabilities of its row: "
    "a mean of the row's upstream gradient is taken off.",
    symmetric=True,
    learning=Learning(squashes_to="probabilities"),
)
log_softmax_rows = structural(
    "log_softmax_rows",
    "log softmax",
    "log_softmax_rows(X)",
    inputs="X",
    call="log_softmax",
    rows="X",
    saturates=SATURATED,
    shape=lambda names, shapes: shapes[0],
    test_shapes=[(3, 4)],
    X="g - exp(out) ⊙ spread_along(sum_along(g, 1), out, 1)",
    says="Row by row: the upstream gradient, minus the probabilities times its sum over the row.",
    tangents={"X": "d - spread_along(sum_along(exp(out) * d, 1), out, 1)"},
    learning=Learning(logarithm=True),
    look=Look(circle="ln softmax"),
)
logsumexp_rows = structural(
    "logsumexp_rows",
    "log∑exp",
    "logsumexp_rows(X)",
    inputs="X",
    call="logsumexp",
    rows="X",
    shape=_each_row,
    test_shapes=[(3, 4)],
    X="spread_along(g, X, 1) ⊙ softmax_rows(X)",
    says="Row by row a smooth maximum: the upstream gradient of a row is shared out by its softmax.",
    look=Look(circle="ln ∑ exp"),
)

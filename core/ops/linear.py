"""Products of vectors and matrices, transposition and indexing: each states how the gradient comes back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.base.arrays import Shape, describe, shape_text
from core.base.errors import Problem
from core.ops.declarations import structural
from core.ops.facts import ANY, AS_WRITTEN, Learning, Look


def _fits(names: Sequence[str], shapes: Sequence[Shape], left: int, right: int, need: str) -> None:
    """Axis `left` of the first must equal axis `right` of the second."""
    x, y = shapes
    if x[left] != y[right]:
        raise Problem(f"{describe(names[0], x)} and {describe(names[1], y)}; {need}")


def _dot(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    _fits(names, shapes, 0, 0, "a dot product needs two vectors of the same length")
    return ()


def _matvec(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    _fits(names, shapes, 1, 0, f"the columns of {names[0]} must equal the entries of {names[1]}")
    return (shapes[0][0],)


def _vecmat(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    _fits(names, shapes, 0, 0, f"the entries of {names[0]} must equal the rows of {names[1]}")
    return (shapes[1][1],)


def _matmul(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    _fits(names, shapes, 1, 0, f"the columns of {names[0]} must equal the rows of {names[1]}")
    return (shapes[0][0], shapes[1][1])


def _listed(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


dot = structural(
    "dot",
    "·",
    "dot(x, y)",
    written="x · y",
    inputs="x y",
    shape=_dot,
    test_shapes=[(3,), (3,)],
    call="",
    x="g * y",
    y="g * x",
    says="Each vector receives the other one times the upstream gradient.",
    look=Look(circle="∙", weighs=("x", "y")),
    entries=lambda x, y: " + ".join(f"x[{i}] y[{i}]" for i in range(x[0])),
    learning=Learning(multiplies=True),
)
matvec = structural(
    "matvec",
    "W x",
    "matvec(W, x)",
    written="W x",
    inputs="W x",
    shape=_matvec,
    test_shapes=[(2, 3), (3,)],
    call="",
    W="outer(g, x)",
    x="matvec_t(W, g)",
    says="The upstream gradient is multiplied by the other factor, transposed.",
    look=Look(circle=AS_WRITTEN, weighs=("W", "x")),
    entries=lambda W, x: _listed(f"W[{i}]·x" for i in range(W[0])),
)


def _affine(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    W, x, b = shapes
    if (len(W), len(x), len(b)) != (2, 1, 1):
        said = ", ".join(describe(name, shape) for name, shape in zip(names, shapes, strict=True))
        raise Problem(f"affine takes a matrix and two vectors; {said}")
    _fits(names[:2], shapes[:2], 1, 0, f"the columns of {names[0]} must equal the entries of {names[1]}")
    _fits(names[::2], shapes[::2], 0, 0, f"the rows of {names[0]} must equal the entries of {names[2]}")
    return b


affine = structural(
    "affine",
    "W x + b",
    "matvec(W, x) + b",
    inputs="W x b",
    shape=_affine,
    test_shapes=[(2, 3), (3,), (2,)],
    also="linear",
    stands_for="W x + b",
    W="outer(g, x)",
    x="matvec_t(W, g)",
    b="g",
    says="The bias receives the upstream gradient; matrix and vector, that times the other one, transposed.",
    torch=dict.fromkeys(("", "x"), "F.linear(x, W, b)"),
    look=Look(circle="{W} {x}+{b}"),
)
vecmat = structural(
    "vecmat",
    "xᵀW",
    "vecmat(x, W)",
    written="x^T W",
    inputs="x W",
    shape=_vecmat,
    test_shapes=[(3,), (3, 2)],
    call="",
    x="vecmat_t(g, W)",
    W="outer(x, g)",
    says="The upstream gradient is multiplied by the other factor: for the matrix as an outer product.",
    look=Look(circle=AS_WRITTEN, weighs=("W", "x"), by_columns=True),
    entries=lambda x, W: " + ".join(f"x[{i}] W[{i}]" for i in range(x[0])),
)
matmul = structural(
    "matmul",
    "A B",
    "matmul(X, Y)",
    written="X Y",
    inputs="X Y",
    shape=_matmul,
    test_shapes=[(2, 3), (3, 4)],
    call="",
    X="matmul_t(g, Y)",
    Y="t_matmul(X, g)",
    says="Each matrix receives the upstream gradient multiplied by the other matrix, transposed.",
    look=Look(circle=AS_WRITTEN, weighs=("Y", "X"), by_columns=True),
    entries=lambda X, Y: _listed(f"X[{i}]·Y" for i in range(X[0])),
)
outer = structural(
    "outer",
    "x yᵀ",
    "outer(x, y)",
    inputs="x y",
    shape=lambda names, shapes: (
        _vector(names[0], shapes[0], "outer"),
        _vector(names[1], shapes[1], "outer"),
    ),
    test_shapes=[(3,), (2,)],
    x="matvec(g, y)",
    y="matvec_t(g, x)",
    says="Each vector receives the upstream gradient, for the second one transposed, times the other vector.",
    look=Look(circle=AS_WRITTEN),
    guesses=((ANY,), (ANY,)),
    entries=lambda x, y: _listed(f"x[{i}] y" for i in range(x[0])),
)


def _vector(name: str, shape: Shape, function: str) -> int:
    if len(shape) != 1:
        raise Problem(f"{function} takes a vector; {describe(name, shape)}")
    return shape[0]


def _transpose(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    if len(shapes[0]) != 2:
        raise Problem(f"Only a matrix can be transposed; {describe(names[0], shapes[0])}")
    return shapes[0][::-1]


transpose = structural(
    "transpose",
    "ᵀ",
    "transpose(X)",
    written="X^T",
    inputs="X",
    shape=_transpose,
    test_shapes=[(2, 3)],
    call="",
    X="transpose(g)",
    says="The upstream gradient is transposed back.",
    look=Look(circle=AS_WRITTEN, turns=True),
    entries=lambda X: _listed(_listed(f"X[{i}, {j}]" for i in range(X[0])) for j in range(X[1])),
    learning=Learning(rearranges=True),
)
row = structural(
    "row",
    "xᵀ",
    "row(x)",
    written="x^T",
    inputs="x",
    shape=lambda names, shapes: (1, _vector(names[0], shapes[0], "A transpose")),
    test_shapes=[(3,)],
    call="",
    x="unrow(g)",
    says="The entries are the same in a row: the gradient is turned back into a vector.",
    look=Look(circle=AS_WRITTEN, turns=True),
    entries=lambda x: "[x,]",
    learning=Learning(passes_on=True),
)


def _pick(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    x, k = shapes
    if not x:
        hint = "Put · before the bracket for a product, or give it a list of values"
        raise Problem(f"{names[0]} is a number and has no entries to choose from", hint=hint)
    if k:
        raise Problem(f"An index is one number; {names[1]} has {shape_text(k)}")
    return x[1:]


pick = structural(
    "pick",
    "[k]",
    "pick(x, k)",
    written="x[k]",
    inputs="x k",
    shape=_pick,
    test_shapes=[(4,), ()],
    domain={"k": (2.0, 2.0)},
    call="",
    points=("k", "x"),
    x="put(g, x, k)",
    says="The chosen entry receives the upstream gradient, all others 0.",
    look=Look(circle=AS_WRITTEN, with_constant={"k": AS_WRITTEN}),
)


def _stack(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    for name, shape in zip(names, shapes, strict=True):
        if shape != shapes[0]:
            raise Problem(
                f"The entries of a list must have one shape; "
                f"{describe(names[0], shapes[0])} and {describe(name, shape)}"
            )
    return (len(shapes), *shapes[0])


stack = structural(
    "stack",
    "[…]",
    "stack(x)",
    inputs="x",
    variadic=True,
    shape=_stack,
    test_shapes=[(), (), ()],
    call="",
    x="entry(g, position)",
    says="Every item of the list receives its own part of the upstream gradient.",
    look=Look(circle="[⋯]"),
)

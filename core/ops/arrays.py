"""Putting arrays together, taking them apart, laying them out otherwise; and arrays made of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from core.base.arrays import MAX_ENTRIES, Shape, Value, describe, shape_text
from core.base.errors import Problem
from core.base.numbers import typed_text
from core.ops.declarations import structural
from core.ops.facts import A_VECTOR, ANY, AS_WRITTEN, Learning, Look
from core.ops.rules import Rule


def whole(setting: Value, what: str, least: int = 0, most: int = MAX_ENTRIES) -> int:
    """A setting as a whole number from `least` to `most`. Raises Problem."""
    if not (isinstance(setting, float) and math.isfinite(setting) and setting == int(setting) >= least):
        raise Problem(f"{what} is a whole number from {least}, not {typed_text(setting)}")
    if setting > most:
        raise Problem(
            f"{what} is at most {most:,}; here it is {typed_text(setting)}", hint="Use a smaller one"
        )
    return int(setting)


# -- together and apart


def _concat(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    x, y = (shape or (1,) for shape in shapes)
    if x[1:] != y[1:]:
        both = " and ".join(describe(name, shape) for name, shape in zip(names, shapes, strict=True))
        raise Problem(f"{both}; laid end to end they may differ along the first axis only")
    return (x[0] + y[0], *x[1:])


concat = structural(
    "concat",
    "⧺",
    "concat(x, y)",
    inputs="x y",
    shape=_concat,
    test_shapes=[(3,), (2,)],
    repeats=True,
    x="front(g, x)",
    y="rear(g, y)",
    says="Each part receives the entries of the upstream gradient at its own places.",
    guesses=((ANY,), (ANY,)),
)


def _cut(names: Sequence[str], shapes: Sequence[Shape], *settings: Value) -> Shape:
    shape = shapes[0]
    axis = whole(settings[2], "An axis")
    if axis >= len(shape):
        raise Problem(f"{describe(names[0], shape)} and has no axis {axis} to take a range of")
    start, stop = (whole(setting, "The end of a range") for setting in settings[:2])
    length = shape[axis]
    if not start < stop <= length:
        has = f"{names[0]} has entries 0 to {length - 1}"
        hint = "A range has its first entry and the one behind its last, as in x[1:3]"
        raise Problem(f"{has}; the range {start}:{stop} is empty or goes beyond", hint=hint)
    return (*shape[:axis], stop - start, *shape[axis + 1 :])


def _range(shapes: Sequence[Shape], values: Sequence[Any]) -> Rule:
    """`x[1:3]`, or `x[:, 1:3]` for a range of columns."""
    start, stop, axis = map(int, values[1:])
    return Rule(f"x[{':, ' * axis}{start}:{stop}]")


cut = structural(
    "cut",
    "[a:b]",
    "cut(x, start, stop, axis)",
    inputs="x start stop axis",
    shape=_cut,
    settings={"start": 1.0, "stop": 3.0, "axis": 0.0},
    written=_range,
    test_shapes=[(4,), (), (), ()],
    call="",
    x="paste(g, x, start, stop, axis)",
    says="The entries in the range receive the upstream gradient, all others 0.",
    look=Look(circle=AS_WRITTEN),
)

# -- laid out otherwise


def _reshape(names: Sequence[str], shapes: Sequence[Shape], setting: Value) -> Shape:
    sizes = [setting] if isinstance(setting, float) else list(setting)
    shape = tuple(whole(float(size), "The size of an axis", 1) for size in sizes)
    if math.prod(shape) != math.prod(shapes[0]):
        said, entries = describe(names[0], shapes[0]), math.prod(shape)
        raise Problem(f"{said} and cannot be laid out as {shape_text(shape)}, which takes {entries:,} in all")
    return shape


reshape = structural(
    "reshape",
    "reshape",
    "reshape(x, shape)",
    inputs="x shape",
    shape=_reshape,
    settings={"shape": (3.0, 2.0)},
    test_shapes=[(2, 3), (2,)],
    x="as_shape(g, x)",
    says="The entries are the same in another shape: each gradient goes back to its entry.",
    learning=Learning(passes_on=True),
)
flatten = structural(
    "flatten",
    "flatten",
    "flatten(x)",
    inputs="x",
    shape=lambda names, shapes: (math.prod(shapes[0]),),
    test_shapes=[(2, 3)],
    x="as_shape(g, x)",
    says="The entries are the same in one vector: each gradient goes back to its entry.",
    guesses=((2, 2),),
    learning=Learning(passes_on=True),
)


def _flip(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    if not shapes[0]:
        raise Problem(f"flip turns a vector or a filter; {describe(names[0], ())}")
    return shapes[0]


flip = structural(
    "flip",
    "↻",
    "flip(x)",
    inputs="x",
    shape=_flip,
    test_shapes=[(2, 3)],
    more_test_shapes=[[(3,)], [(2, 2, 3)], [(2, 1, 2, 3)]],
    x="flip(g)",
    says="The input was turned by 180 degrees; the upstream gradient is turned back.",
    guesses=((3, 3),),
)

# -- made of numbers


def _onehot(names: Sequence[str], shapes: Sequence[Shape], setting: Value) -> Shape:
    if shapes[0]:
        raise Problem(f"The number of a class is one number; {describe(names[0], shapes[0])}")
    return (whole(setting, "The number of classes", 1),)


onehot = structural(
    "onehot",
    "one-hot",
    "choice(k, n)",
    inputs="k n",
    shape=_onehot,
    settings={"n": 4.0},
    test_shapes=[(), ()],
    domain={"k": (2.0, 2.0)},
    points=("k", "n"),
    says="The index of a class is a whole number: no gradient passes to it.",
)


def _encoding(names: Sequence[str], shapes: Sequence[Shape], setting: Value) -> Shape:
    octaves = whole(setting, "The number of octaves", 1)
    if octaves > 1000:
        raise Problem(f"Beyond 1,000 octaves the frequencies overflow; here are {octaves:,}")
    if len(shapes[0]) > 1:
        raise Problem(f"positional_encoding takes a number or a vector; {describe(names[0], shapes[0])}")
    return (2 * octaves * math.prod(shapes[0]),)


positional_encoding = structural(
    "positional_encoding",
    "γ",
    "positional_encoding(x, L)",
    inputs="x L",
    shape=_encoding,
    settings={"L": 3.0},
    test_shapes=[(2,), ()],
    domain={"x": (-1.0, 1.0)},
    x="positional_slope(x, g, L)",
    says="Each coordinate adds up what comes back from its sines and cosines, each times its frequency.",
)


def _dropout(names: Sequence[str], shapes: Sequence[Shape], *settings: Value) -> Shape:
    chance, seed = settings
    if not (isinstance(chance, float) and 0 <= chance < 1):
        raise Problem(f"The part that is dropped is from 0 to below 1, not {typed_text(chance)}")
    whole(seed, "A seed", most=10**15 - 1)
    return shapes[0]


dropout = structural(
    "dropout",
    "dropout",
    "x * kept(x, p, seed)",
    inputs="x p seed",
    shape=_dropout,
    settings={"p": 0.5, "seed": 1.0},
    test_shapes=[(5,), (), ()],
    defaults={"p": 0.5, "seed": 0.0},
    x="g * kept(x, p, seed)",
    says="What was dropped receives 0; what was kept was scaled up, and its gradient is by the same factor.",
    guesses=A_VECTOR,
    learning=Learning(passes_on=True),
    torch="F.dropout(x, p, self.training)",
)

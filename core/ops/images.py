"""Convolution and pooling: a picture of rows and columns, or one of several channels."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.base.arrays import Shape, Value, describe
from core.base.errors import Problem
from core.base.numbers import short
from core.ops.arrays import whole
from core.ops.declarations import structural
from core.ops.facts import A_PICTURE, Learning, Look, kinked
from core.ops.image_kernels import filter_stack, is_stack


def _places(name: str, shape: Shape, size: tuple[int, int], stride: int, what: str) -> tuple[int, int]:
    """How many places a window has down and across. Raises Problem where it has none."""
    if shape[-2] < size[0] or shape[-1] < size[1]:
        raise Problem(f"{describe(name, shape)}; {what} of {size[0]}×{size[1]} does not fit into it")
    return ((shape[-2] - size[0]) // stride + 1, (shape[-1] - size[1]) // stride + 1)


def _held(x: Shape, size: Shape, places: Shape, padding: int = 0) -> int:
    """The numbers in the windows of a picture, read, weighed and laid back, and in its padding."""
    padded = (x[-2] + 2 * padding) * (x[-1] + 2 * padding)
    return math.prod(x[:-2]) * (padded + 3 * math.prod(places) * math.prod(size))


def _conv2d(names: Sequence[str], shapes: Sequence[Shape], *settings: Value) -> Shape:
    x, w = shapes[:2]
    stride, padding = whole(settings[0], "A stride", 1), whole(settings[1], "A padding")
    if len(x) not in (2, 3):
        raise Problem(f"{describe(names[0], x)}; conv2d takes a picture (rows × columns) or channels of one")
    channels = x[0] if len(x) == 3 else 1
    if len(w) not in (2, 3, 4) or filter_stack(x, w)[1] != channels:
        raise Problem(
            f"{describe(names[0], x)} and {describe(names[1], w)}; "
            "a filter needs as many channels as the picture",
            hint="A filter is rows × columns or channels × rows × columns; several are a stack of these",
        )
    padded = (x[-2] + 2 * padding, x[-1] + 2 * padding)
    places = _places(names[0], padded, (w[-2], w[-1]), stride, "a filter")
    return (w[0], *places) if is_stack(x, w) else places


def _left_over(name: str, shape: Shape, window: Shape, stride: int, padding: int = 0) -> str:
    """The sentence for rows or columns at the end that no window reaches, or ""."""
    for length, size, what in zip(shape[-2:], window, ("rows", "columns"), strict=True):
        rest = (length - size + 2 * padding) % stride
        if rest:
            places = short((length - size + 2 * padding) / stride + 1)
            sizes = f"({length} − {size} + 2·{padding})/{stride} + 1 = {places}"
            return f"{sizes} is no whole number: at the end {rest} of the {what} of {name} take no part"
    return ""


def _conv2d_remark(names: Sequence[str], shapes: Sequence[Shape], *settings: Value) -> str:
    stride, padding = whole(settings[0], "A stride", 1), whole(settings[1], "A padding")
    return _left_over(names[0], shapes[0], shapes[1][-2:], stride, padding)


def _conv2d_held(shapes: Sequence[Shape], *settings: Value) -> int:
    x, w = shapes[:2]
    places = _conv2d(("x", "W"), shapes, *settings)[-2:]
    return _held(x, w[-2:], places, whole(settings[1], "A padding"))


def _filter_fan(x: Shape, w: Shape) -> tuple[int, int]:
    """How many inputs a sum with a filter's weights has, and how many outputs use an input."""
    filters, channels, *window = filter_stack(x, w)
    return channels * math.prod(window), filters * math.prod(window)


conv2d = structural(
    "conv2d",
    "⋆",
    "conv2d(x, W, stride, padding)",
    inputs="x W stride padding",
    shape=_conv2d,
    settings={"stride": 2.0, "padding": 1.0},
    test_shapes=[(2, 5, 6), (3, 2, 3, 3), (), ()],
    defaults={"stride": 1.0, "padding": 0.0},
    also="conv",
    remark=_conv2d_remark,
    holds=_conv2d_held,
    x="conv2d_x(g, W, x, stride, padding)",
    W="conv2d_W(g, x, W, stride, padding)",
    says="Input and filter meet at every place of the output: what they receive adds up over all places.",
    look=Look(with_constant={"stride": "⋆_↓{stride}"}),
    guesses=(*A_PICTURE, (3, 3)),
    learning=Learning(fan=_filter_fan),
)


def _pool(names: Sequence[str], shapes: Sequence[Shape], *settings: Value) -> Shape:
    x = shapes[0]
    size, stride = whole(settings[0], "A window's size", 1), whole(settings[1], "A stride")
    if len(x) not in (2, 3):
        raise Problem(
            f"{describe(names[0], x)}; pooling takes a picture (rows × columns) or channels of them"
        )
    return (*x[:-2], *_places(names[0], x, (size, size), stride or size, "a window"))


def _pool_remark(names: Sequence[str], shapes: Sequence[Shape], *settings: Value) -> str:
    size, stride = whole(settings[0], "A window's size", 1), whole(settings[1], "A stride")
    return _left_over(names[0], shapes[0], (size, size), stride or size)


def _pool_held(shapes: Sequence[Shape], *settings: Value) -> int:
    size = whole(settings[0], "A window's size", 1)
    return _held(shapes[0], (size, size), _pool(("x",), shapes, *settings)[-2:])


maxpool = structural(
    "maxpool",
    "max pool",
    "maxpool(x, window, stride)",
    inputs="x window stride",
    shape=_pool,
    settings={"window": 2.0, "stride": 1.0},
    test_shapes=[(2, 4, 5), (), ()],
    defaults={"window": 2.0, "stride": 0.0},
    remark=_pool_remark,
    holds=_pool_held,
    x="maxpool_x(g, x, out, window, stride)",
    kink=kinked(
        "counted([windows(x, window, stride) = tops(x, window, stride)]) > 1",
        "0",
        "1",
        "an even share for each",
        says="largest of n equal entries of a window: 1/n to each; PyTorch's `max_pool2d` does otherwise",
        x=((3, 1), (3, 2)),
    ),
    says="In each window the upstream gradient goes to the largest entry; in a tie it is split evenly.",
    guesses=A_PICTURE,
    learning=Learning(passes_on=True),
)
avgpool = structural(
    "avgpool",
    "avg pool",
    "avgpool(x, window, stride)",
    inputs="x window stride",
    shape=_pool,
    settings={"window": 2.0, "stride": 1.0},
    test_shapes=[(2, 4, 5), (), ()],
    defaults={"window": 2.0, "stride": 0.0},
    remark=_pool_remark,
    holds=_pool_held,
    x="avgpool_x(g, x, window, stride)",
    says="Every entry receives an equal share of the upstream gradient of each window that it is in.",
    guesses=A_PICTURE,
    learning=Learning(passes_on=True),
)

"""Values together with the scale of what was added up to make them: whether a small number is rounding noise.

The scale of a number that was typed is its size. A sum has the root of the sum of its terms' squared scales,
so 1 − 1 has √2 and 10⁻²⁰ has 10⁻²⁰; a product has what each factor's scale makes of the other factor. Squares
are added since rounding errors are independent: over many operations the scale stays near the number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from core.base.lazy_numpy import np
from core.ops.kernels import Kernel


class Scaled:
    """A number or an array, and the scale of each entry."""

    __slots__ = ("scale", "value")
    __array_ufunc__ = None  # an array on the left leaves the work to what stands here

    def __init__(self, value: Any, scale: Any = None):
        self.value = value
        self.scale = abs(value) if scale is None else scale

    def __neg__(self) -> Scaled:
        return Scaled(-self.value, self.scale)

    def __add__(self, other: Any) -> Scaled:
        other = scaled(other)
        return Scaled(self.value + other.value, hypot(self.scale, other.scale))

    def __radd__(self, other: Any) -> Scaled:
        return scaled(other) + self

    def __sub__(self, other: Any) -> Scaled:
        return self + -scaled(other)

    def __rsub__(self, other: Any) -> Scaled:
        return scaled(other) - self

    def __mul__(self, other: Any) -> Scaled:
        other = scaled(other)
        parts = self.scale * abs(other.value), other.scale * abs(self.value)
        return Scaled(self.value * other.value, hypot(*parts))

    def __rmul__(self, other: Any) -> Scaled:
        return scaled(other) * self

    def __truediv__(self, other: Any) -> Scaled:
        other = scaled(other)
        divisor = (
            np.float64(other.value) if isinstance(other.value, float) and not other.value else other.value
        )
        value, size = self.value / divisor, abs(divisor)
        return Scaled(value, hypot(self.scale / size, abs(value) * other.scale / size))

    def __rtruediv__(self, other: Any) -> Scaled:
        return scaled(other) / self

    # a comparison is exact, whatever it compares

    def __lt__(self, other: Any) -> Any:
        return self.value < scaled(other).value

    def __le__(self, other: Any) -> Any:
        return self.value <= scaled(other).value

    def __gt__(self, other: Any) -> Any:
        return self.value > scaled(other).value

    def __ge__(self, other: Any) -> Any:
        return self.value >= scaled(other).value

    def __eq__(self, other: object) -> Any:
        return self.value == scaled(other).value

    __hash__ = None  # type: ignore[assignment]


def scaled(part: Any) -> Scaled:
    """A part of a rule with its scale; of plain numbers it is their size."""
    if isinstance(part, Scaled):
        return part
    return Scaled(part if isinstance(part, float) else np.asarray(part, np.float64))


def hypot(one: Any, other: Any) -> Any:
    """The root of the sum of two squares, entry by entry."""
    both = isinstance(one, float) and isinstance(other, float)
    return math.hypot(one, other) if both else np.hypot(one, other)


def on_scaled(kernel: Kernel) -> Callable[..., Scaled]:
    """A kernel on values with their scales."""

    def apply(*parts: Any) -> Scaled:
        args = [scaled(part) for part in parts]
        values = [arg.value for arg in args]
        if kernel.number and all(isinstance(value, float) for value in values):
            try:
                return _of_numbers(kernel.number(*values), kernel, args)
            except (ArithmeticError, ValueError):
                pass  # as in a rule's own value
        found = kernel.array(*map(np.asarray, values))
        return Scaled(found, _scale(kernel, args, found))

    return apply


def _of_numbers(found: float, kernel: Kernel, args: list[Scaled]) -> Scaled:
    if kernel.gate:
        return Scaled(found, abs(args[0].value) * args[1].scale if args[0].value else 0.0)
    return Scaled(found, max([abs(found), *(arg.scale for arg in args if abs(arg.value) == abs(found))]))


def _scale(kernel: Kernel, args: list[Scaled], found: Any) -> Any:
    if kernel.product:
        squares = [np.square(arg.value) if i in kernel.linear else arg.value for i, arg in enumerate(args)]
        parts = (
            kernel.array(
                *(np.square(arg.scale) if i == own else np.asarray(part) for i, part in enumerate(squares))
            )
            for own, arg in enumerate(args)
            if own in kernel.linear
        )
        return np.sqrt(sum(parts))
    if kernel.linear:
        squares = [np.square(arg.scale) if i in kernel.linear else arg.value for i, arg in enumerate(args)]
        return np.sqrt(kernel.array(*map(np.asarray, squares)))
    scale = np.abs(found)
    if kernel.ufunc:  # the larger of two, or the size of one, is that one with its scale
        for arg in args:
            scale = np.where(np.abs(arg.value) == scale, np.maximum(scale, arg.scale), scale)
    return scale

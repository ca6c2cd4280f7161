"""Values together with the scale of what was added up to make them: whether a small number is rounding noise.

The scale of a number that was typed is its size. A sum has the root of the sum of its terms' squared scales,
so 1 − 1 has √2 and 10⁻²⁰ has 10⁻²⁰; a product has what each factor's scale makes of the other factor. Squares
are added since rounding errors are independent: over many operations the scale stays near the number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.late import np
from core.ops.kernels import Kernel


class Scaled:
    """A number or an array, and the scale of each entry."""

    __slots__ = ("scale", "value")
    __array_ufunc__ = None  # an array on the left leaves the work to what stands here

    def __init__(self, value: Any, scale: Any = None):
        self.value = value
        self.scale = np.abs(value) if scale is None else scale

    def __neg__(self) -> Scaled:
        return Scaled(-self.value, self.scale)

    def __add__(self, other: Any) -> Scaled:
        other = scaled(other)
        return Scaled(self.value + other.value, np.hypot(self.scale, other.scale))

    def __radd__(self, other: Any) -> Scaled:
        return scaled(other) + self

    def __sub__(self, other: Any) -> Scaled:
        return self + -scaled(other)

    def __rsub__(self, other: Any) -> Scaled:
        return scaled(other) - self

    def __mul__(self, other: Any) -> Scaled:
        other = scaled(other)
        parts = self.scale * np.abs(other.value), other.scale * np.abs(self.value)
        return Scaled(self.value * other.value, np.hypot(*parts))

    def __rmul__(self, other: Any) -> Scaled:
        return scaled(other) * self

    def __truediv__(self, other: Any) -> Scaled:
        other = scaled(other)
        value, size = self.value / other.value, np.abs(other.value)
        return Scaled(value, np.hypot(self.scale / size, np.abs(value) * other.scale / size))

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
    return part if isinstance(part, Scaled) else Scaled(np.asarray(part, np.float64)[()])


def on_scaled(kernel: Kernel) -> Callable[..., Scaled]:
    """A kernel on values with their scales."""

    def apply(*parts: Any) -> Scaled:
        args = [scaled(part) for part in parts]
        values = [arg.value for arg in args]
        found = kernel.array(*map(np.asarray, values))
        return Scaled(found, _scale(kernel, args, found))

    return apply


def _scale(kernel: Kernel, args: list[Scaled], found: Any) -> Any:
    if kernel.product:
        squares = [np.square(arg.value) if i in kernel.linear else arg.value for i, arg in enumerate(args)]
        parts = (
            kernel.array(*(np.square(arg.scale) if i == own else part for i, part in enumerate(squares)))
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

"""The kernels that work entry by entry: arithmetic, the relations in brackets, and functions of numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from core.base.arrays import Array
from core.base.lazy_numpy import np
from core.notation.tree import PRODUCTS
from core.ops.kernels import KERNELS, Kernel, of_numpy


def _function(
    name: str,
    number: Callable[..., float] | None = None,
    ufunc: str = "",
    on_complex: Callable[..., Any] | None = None,
    **facts: Any,
) -> None:
    """A function of NumPy, and of Python's `math` where no other one of numbers is given."""
    array = of_numpy(ufunc or name)
    KERNELS[name] = Kernel(
        name,
        array,
        number or getattr(math, name),
        ufunc=ufunc or name,
        on_complex=on_complex or array,
        **facts,
    )


def _relation(name: str, sign: str, python: str, onnx: str) -> None:
    """A bracket: 1 where a relation holds, else 0; of complex numbers it compares the real parts."""

    def array(x: Any, y: Any) -> Any:
        return 1.0 * getattr(np, name)(np.real(x), np.real(y))

    KERNELS[name] = Kernel(
        name,
        array,
        lambda x, y: float(array(x, y)),
        signs=sign,
        python=f"(1.0 * ({{0}} {python} {{1}}))",
        ufunc=name,
        onnx=onnx,
        on_complex=array,
        gate=True,
    )


# -- by their signs


def _complex_power(x: Any, y: Any) -> Any:
    return x * x if isinstance(y, float) and y == 2 else np.power(x, y)


_function("negative", operator.neg, python="(-{0})", onnx="Neg", linear=(0,))  # its sign is a difference's
_function("add", operator.add, signs="+", python="({0} + {1})", onnx="Add", linear=(0, 1))
_function("subtract", operator.sub, signs="-", python="({0} - {1})", onnx="Sub", linear=(0, 1))
_function(
    "multiply", operator.mul, signs=PRODUCTS, python="({0} * {1})", onnx="Mul", linear=(0, 1), product=True
)
_function("divide", operator.truediv, signs="/", python="({0} / {1})", onnx="Div", linear=(0,))
_function("power", math.pow, signs="^", on_complex=_complex_power, onnx="Pow")
_relation("greater", ">", ">", "Greater")
_relation("less", "<", "<", "Less")
_relation("greater_equal", "≥", ">=", "GreaterOrEqual")
_relation("less_equal", "≤", "<=", "LessOrEqual")
_relation("equal", "=", "==", "Equal")


# the function that each sign and each relation of a rule stands for
KERNELS_BY_SIGN = {sign: kernel.name for kernel in KERNELS.values() for sign in kernel.signs}
RELATIONS = {kernel.name for kernel in KERNELS.values() if kernel.gate and kernel.signs}


def _gate(gate: Array, x: Array) -> Array:
    return np.where(np.equal(gate, 0), 0.0, np.multiply(gate, x))


# a product that is 0 where the gate is, whatever x is there
KERNELS["gate"] = Kernel(
    "gate",
    _gate,
    lambda gate, x: gate * x if gate else 0.0,
    on_complex=_gate,
    gate=True,
    linear=(0, 1),
    product=True,
)

# -- by their names

for _name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"):
    _function(_name, onnx=_name.capitalize())
for _name in ("log2", "log10", "log1p"):
    _function(_name)
_function("arctan", math.atan, onnx="Atan")


def _larger(x: Any, y: Any) -> Any:
    return np.where(np.real(x) >= np.real(y), x, y)


def _smaller(x: Any, y: Any) -> Any:
    return np.where(np.real(x) <= np.real(y), x, y)


_function("abs", math.fabs, on_complex=lambda x: np.where(np.real(x) < 0, -x, x), onnx="Abs")
_function("max", lambda x, y: max(x, y) if x == x and y == y else math.nan, "maximum", _larger, onnx="Max")
_function("min", lambda x, y: min(x, y) if x == x and y == y else math.nan, "minimum", _smaller, onnx="Min")
_function(
    "sign",
    lambda x: float((x > 0) - (x < 0)) if x == x else math.nan,
    on_complex=lambda x: np.sign(np.real(x)),
    onnx="Sign",
)


def _logaddexp(x: float, y: float) -> float:
    """log(exp(x) + exp(y)) as NumPy does it: the larger one, and what the other adds to it."""
    if x == y:
        return x + math.log(2)
    difference = abs(x - y)
    return max(x, y) + math.log1p(math.exp(-difference)) if difference == difference else math.nan


def _complex_logaddexp(x: Any, y: Any) -> Any:
    return _larger(x, y) + np.log1p(np.exp(_smaller(x, y) - _larger(x, y)))


ERF_IS_ONE = 6.0  # from here on, to the last digit of a double


def _complex_erf(x: Any) -> Any:
    """The error function by a series without cancellation (Abramowitz and Stegun, 7.1.6)."""
    x = np.asarray(x, np.complex128)
    near = np.where(np.abs(x.real) < ERF_IS_ONE, x, 0)
    term = total = near
    for n in range(1, 200):
        term = term * 2 * near * near / (2 * n + 1)
        total = total + term
    series = 2 / math.sqrt(math.pi) * np.exp(-near * near) * total
    # beyond, what is left of the way to 1 changes with the slope of the function
    far = np.sign(x.real) + 2j * x.imag * np.exp(-x.real * x.real) / math.sqrt(math.pi)
    return np.where(np.abs(x.real) < ERF_IS_ONE, series, far)


_function("logaddexp", _logaddexp, on_complex=_complex_logaddexp)
KERNELS["erf"] = Kernel(
    "erf",
    lambda x: np.asarray(np.frompyfunc(math.erf, 1, 1)(x), np.float64),
    math.erf,
    onnx="Erf",
    on_complex=_complex_erf,
)

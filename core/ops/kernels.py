"""The functions that rules are written with, each for numbers, for arrays, and for batches of arrays.

A batch has its examples along the last axis ("features first"), so the axes of one example keep their places:
a kernel that works along axes 0 … rank−1 works unchanged on a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any, overload

from msgspec import Struct

from core.base.arrays import Array
from core.base.lazy_numpy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Kernel(Struct, frozen=True):
    """One function of the rule language.

    `number` takes floats and may raise ArithmeticError or ValueError, after which `array` decides.
    `signs` are those by which a rule writes it in place of a call, and `python` is how Python writes it then,
    with numbers in braces for the arguments. `ufunc` is NumPy's name for an element-by-element kernel,
    `onnx` the operator of ONNX that does the same; `einsum` are the subscripts of a linear one.
    `array` takes arrays of one example, or of a batch when `rank`, the example's number of axes, is given.
    `on_complex` is its value for complex arrays: a kernel of several branches takes the one that the real
    parts choose (Martins, Sturdza and Alonso, "The complex-step derivative approximation", 2003).
    `shape_only` are the arguments of which it uses the shape alone. `gate` says that nothing passes where it
    is 0, as with a bracket [x > 0]. It is `linear` in the arguments of those numbers: in all of them
    together, or in each where it is a `product`; what is called does that with factors of at least 0.
    """

    name: str
    array: Callable[..., Array]
    number: Callable[..., float] | None = None
    signs: str = ""
    python: str = ""
    ufunc: str = ""
    onnx: str = ""
    einsum: str = ""
    on_complex: Callable[..., Any] | None = None
    shape_only: tuple[int, ...] = ()
    gate: bool = False
    linear: Container[int] = ()
    product: bool = False

    @property
    def summed(self) -> str:
        """The letters of the axes along which a product of vectors and matrices is summed."""
        factors, _, result = self.einsum.partition("->")
        return "".join({*factors} - {*result, ","})


BY_NAME = {"maximum", "minimum"}  # ufuncs that take the array for their result by its name alone

KERNELS: dict[str, Kernel] = {}
EVERY = range(1_000_000)  # argument of a kernel


def of_numpy(function: str) -> Callable[..., Array]:
    """A function of NumPy, which is loaded when it is first called."""
    return lambda *args: getattr(np, function)(*args)


Function = Callable[..., Array]


@overload
def kernel(function: Function) -> Function: ...
@overload
def kernel(*, complex_too: bool = False, **facts: Any) -> Callable[[Function], Function]: ...
def kernel(
    function: Function | None = None, *, complex_too: bool = False, **facts: Any
) -> Function | Callable[[Function], Function]:
    """Register a structural kernel under its function's name, with more facts of it; see Kernel.

    `complex_too` says that it takes complex arrays.
    """

    def register(function: Function) -> Function:
        name = function.__name__
        KERNELS[name] = Kernel(name, function, on_complex=function if complex_too else None, **facts)
        return function

    return register(function) if function else register


# -- what kernels of arrays share


def axes_of(x: Array, rank: int | None) -> tuple[int, ...]:
    """The axes of one example."""
    return tuple(range(np.ndim(x) if rank is None else rank))


def place_of_axis(axis: Any, rank: int) -> int:
    """An axis counted from 0; a negative one counts from the end."""
    return int(axis) % rank


def whole_numbers(k: Array) -> NDArray[np.intp]:
    """Numbers of entries, as NumPy takes them."""
    return np.asarray(k).astype(np.intp)

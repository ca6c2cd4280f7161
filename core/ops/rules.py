"""Rules: formulas in the program's own notation for what an operation computes and how its gradient returns.

One text serves three readers: the panel typesets its tree, the stepper calls it, the trainer's compiler turns
its tree into NumPy statements or, where all are numbers, writes its Python into a function of floats. So the
formula shown and the code run cannot disagree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from core.base.arrays import Value, frozen
from core.base.lazy_numpy import np
from core.notation.reader import read
from core.notation.signatures import MAX_VALUES, Signature
from core.notation.tree import (
    Binary,
    Call,
    Indicator,
    Name,
    Negative,
    Number,
    Tree,
    fold,
    names,
    rebuilt,
    walk,
    with_names,
)
from core.ops import array_kernels, image_kernels  # noqa: F401  (importing a family registers it)
from core.ops.kernels import KERNELS
from core.ops.scaled import Scaled, on_scaled, scaled

SIGNATURES = {name: Signature(name, 1, MAX_VALUES) for name in KERNELS}
NUMBERS = {float}
PRODUCTS = "*·⊙ "
PYTHON_RELATION = {"<": "<", ">": ">", "≤": "<=", "≥": ">=", "=": "=="}
# the one name of a rule that stands for a number
CONSTANTS = {"π": math.pi}
ON_NUMBERS = {f"_{name}": kernel.number for name, kernel in KERNELS.items() if kernel.number}
ON_SCALED = {f"_{name}": on_scaled(kernel) for name, kernel in KERNELS.items()}
ON_ARRAYS = {f"_{name}": kernel.array for name, kernel in KERNELS.items()}


class Rule(Struct, frozen=True, dict=True):
    """A formula over an operation's inputs, its output `out` and the upstream gradient `g`."""

    text: str

    @cached_property
    def tree(self) -> Tree:
        return read(self.text, SIGNATURES).statements[0].tree

    @cached_property
    def computed(self) -> Tree:
        """The tree to be computed: a product with brackets such as [x > 0] is a `gate`.

        By Iverson's convention a bracket that is 0 makes even what is infinite or not a number 0.
        """
        return rebuilt(self.tree, _with_gate)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in names(self.tree) if name not in CONSTANTS)

    def value(self, values: Mapping[str, Value]) -> Value:
        """The rule at the given values: a float if all of them are, else a read-only array."""
        args = [values[name] for name in self.names]
        if {*map(type, args)} <= NUMBERS and self._on_numbers:
            try:
                return self._on_numbers(*args)
            except (ArithmeticError, ValueError):
                pass  # Python raises where IEEE arithmetic has inf or NaN
        with np.errstate(all="ignore"):
            return frozen(self._on_arrays(*(np.asarray(arg, dtype=np.float64) for arg in args)))

    def scaled(self, values: Mapping[str, Scaled]) -> Scaled:
        """The rule's value with the scale of what it adds up."""
        return scaled(self._on_scaled(*(values[name] for name in self.names)))

    def python(self, names: Mapping[str, str]) -> str:
        """The rule as a Python expression with other names or literals for its own.

        Its functions are those of ON_NUMBERS or ON_ARRAYS.
        """
        return self._template.format_map(names)

    @cached_property
    def calls(self) -> frozenset[str]:
        """The functions it calls."""
        return frozenset(part.function for part in walk(self.computed) if isinstance(part, Call))

    @cached_property
    def takes_numbers(self) -> bool:
        """Whether it can be computed on floats: all its functions can."""
        return {f"_{function}" for function in self.calls} <= ON_NUMBERS.keys()

    @cached_property
    def _template(self) -> str:
        return fold(with_names(self.computed, CONSTANTS), _python)

    @cached_property
    def _on_numbers(self) -> Callable[..., float] | None:
        return self._function(ON_NUMBERS) if self.takes_numbers else None

    @cached_property
    def _on_arrays(self) -> Callable[..., Any]:
        return self._function(ON_ARRAYS)

    @cached_property
    def _on_scaled(self) -> Callable[..., Any]:
        return self._function(ON_SCALED)

    def _function(self, namespace: Mapping[str, Any]) -> Callable[..., Any]:
        """The rule as a Python function of its names. Rules are this program's own text, never a user's."""
        source = f"lambda {', '.join(self.names)}: {self.python({name: name for name in self.names})}"
        return eval(source, {"__builtins__": {}, **namespace})


def _with_gate(part: Tree) -> Tree:
    """A product with brackets as a gate, any other part of a rule as it is."""
    if isinstance(part, Binary) and part.op in PRODUCTS:
        for gate, other in ((part.left, part.right), (part.right, part.left)):
            if fold(gate, _is_gate):
                return Call("gate", (gate, other))
    return part


def _is_gate(part: Tree, found: list[bool]) -> bool:
    """Whether a part of a rule is made of brackets, so that nothing passes where it is 0."""
    match part:
        case Indicator():
            return True
        case Negative():
            return found[0]
        case Binary("+" | "-"):
            return all(found)
        case Binary("/"):
            return found[0]
        case Binary(op):
            return op in PRODUCTS and any(found)
        case Call(function):
            kernel = KERNELS[function]
            added = [part for i, part in enumerate(found) if i in kernel.linear]
            return kernel.gate or (bool(added) and all(added))
    return False


def _python(part: Tree, found: list[str]) -> str:
    """Python for a part of a rule, with a name in braces where another can be put."""
    match part:
        case Number(value):
            return repr(value)
        case Name(name):
            return f"{{{name}}}"
        case Negative():
            return f"(-{found[0]})"
        case Binary("^", left, Number(2.0)) if isinstance(left, Name):
            return f"({found[0]} * {found[0]})"
        case Binary("^"):
            return f"_power({found[0]}, {found[1]})"
        case Binary(op):
            return f"({found[0]} {'/' if op == '/' else op if op in '+-' else '*'} {found[1]})"
        case Call(function):
            return f"_{function}({', '.join(found)})"
        case Indicator(relation):
            return f"(1.0 * ({found[0]} {PYTHON_RELATION[relation]} {found[1]}))"
    raise TypeError(f"{part} has no place in a rule")

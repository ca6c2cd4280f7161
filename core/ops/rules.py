"""Rules: formulas in the program's own notation for what an operation computes and how its gradient returns.

One text serves three readers: the panel typesets its tree, the stepper calls it, the trainer's compiler turns
its tree into NumPy statements or, where all are numbers, writes its Python into a function of floats. So the
formula shown and the code run cannot disagree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from core.base.arrays import Value, frozen
from core.base.lazy_numpy import np
from core.notation.reader import read
from core.notation.signatures import MAX_VALUES, Signature
from core.notation.tree import Binary, Call, Tree, names, rebuilt, walk, with_names
from core.ops import array_kernels, image_kernels, vector_kernels  # noqa: F401  (registers them)
from core.ops.entry_kernels import KERNELS_BY_SIGN
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS
from core.ops.scaled import Scaled, on_scaled, scaled

SIGNATURES = {name: Signature(name, 1, MAX_VALUES) for name in KERNELS}
NUMBERS = {float}
# the one name of a rule that stands for a number
PI = {"π": math.pi}
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
        """The tree to be computed: π is a number, and a product with brackets such as [x > 0] is a `gate`.

        By Iverson's convention a bracket that is 0 makes even what is infinite or not a number 0.
        """
        return rebuilt(with_names(self.tree, PI), _with_gate)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in names(self.tree) if name not in PI)

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
    def reads(self) -> frozenset[str]:
        """The names whose values it needs; of others it takes the shape alone."""
        return interpreted(self.computed, _Reads())

    @cached_property
    def takes_numbers(self) -> bool:
        """Whether it can be computed on floats: all its functions can."""
        return all(KERNELS[function].number for function in self.calls)

    @cached_property
    def _template(self) -> str:
        return interpreted(self.computed, _Python())

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
        found: Callable[..., Any] = eval(source, {"__builtins__": {}, **namespace})
        return found


def _with_gate(part: Tree) -> Tree:
    """A product with brackets as a gate, any other part of a rule as it is."""
    if isinstance(part, Binary) and KERNELS_BY_SIGN[part.op] == "multiply":
        for gate, other in ((part.left, part.right), (part.right, part.left)):
            if interpreted(gate, _Gates()):
                return Call("gate", (gate, other))
    return part


class _Gates:
    """Whether a part of a rule is made of brackets, so that nothing passes where it is 0."""

    def number(self, value: float) -> bool:
        return False

    def name(self, name: str) -> bool:
        return False

    def call(self, function: str, args: Sequence[bool]) -> bool:
        kernel = KERNELS[function]
        added = [is_gate for i, is_gate in enumerate(args) if i in kernel.linear]
        by_entries = kernel.product and bool(kernel.ufunc)
        return kernel.gate or (bool(added) and (any if by_entries else all)(added))


class _Reads:
    """The names in a part of a rule whose values are needed."""

    def number(self, value: float) -> frozenset[str]:
        return frozenset()

    def name(self, name: str) -> frozenset[str]:
        return frozenset((name,))

    def call(self, function: str, args: Sequence[frozenset[str]]) -> frozenset[str]:
        unread = KERNELS[function].shape_only
        return frozenset().union(*(names for place, names in enumerate(args) if place not in unread))


class _Python:
    """Python for a part of a rule, with a name in braces where another can be put."""

    def number(self, value: float) -> str:
        return repr(value)

    def name(self, name: str) -> str:
        return f"{{{name}}}"

    def call(self, function: str, args: Sequence[str]) -> str:
        if function == "power" and args[0][0] == "{" and args[1] == "2.0":  # of a name
            function, args = "multiply", (args[0], args[0])
        return KERNELS[function].python.format(*args) or f"_{function}({', '.join(args)})"

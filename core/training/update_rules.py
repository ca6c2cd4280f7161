"""Update rules as they are written, such as `m ← β1 m + (1 − β1) g; w ← w − η m`, and what follows from them.

statements   a rule's statements, in order
settled      the same where some numbers are 0, without what these multiply
remembered   the names whose values are kept for the next update
updating     the statements as a function that changes arrays in place

In a rule w are the parameters, g is their gradient, and t counts the updates from 1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from core.base.arrays import Array
from core.notation.tree import (
    PRODUCTS,
    Binary,
    Indicator,
    Name,
    Negative,
    Number,
    Tree,
    names,
    rebuilt,
    substituted,
)
from core.ops.entry_kernels import KERNELS_BY_SIGN
from core.ops.interpreter import interpreted
from core.ops.kernels import BY_NAME, KERNELS
from core.ops.rules import ON_NUMBERS, Rule

PARAMETERS, GRADIENT, COUNT = "w", "g", "t"


class Statement(NamedTuple):
    """`target ← tree`."""

    target: str
    tree: Tree


@lru_cache(64)
def statements(rule: str) -> tuple[Statement, ...]:
    """A rule's statements, in order."""
    parts = (part.split("←") for part in rule.split(";"))
    return tuple(Statement(target.strip(), Rule(text.strip()).tree) for target, text in parts)


def remembered(rule: Sequence[Statement]) -> list[str]:
    """The names that are read before they are assigned, other than parameters and gradient."""
    found: list[str] = []
    assigned = {PARAMETERS, GRADIENT}
    targets = {statement.target for statement in rule}
    for target, tree in rule:
        found += [name for name in names(tree) if name in targets - assigned and name not in found]
        assigned.add(target)
    return found


def settled(rule: str, numbers: Mapping[str, float]) -> tuple[Statement, ...]:
    """A rule's statements at some numbers, without what is multiplied by one that is 0.

    What is then only another name for something is left out as well: with μ = 0 the rule
    `v ← μ v + g; w ← w − η v` is `w ← w − η g`.
    """
    return _without(rule, frozenset(name for name, value in numbers.items() if value == 0))


@lru_cache(64)  # of a schedule every epoch asks, with another rate that is not 0 either
def _without(rule: str, zeros: frozenset[str]) -> tuple[Statement, ...]:
    """A rule's statements without what these names, all of them 0, multiply."""
    zero: dict[str, Tree] = {name: Number(0.0) for name in zeros}
    rest = [
        Statement(target, rebuilt(substituted(tree, zero), _simplified)) for target, tree in statements(rule)
    ]
    kept = {PARAMETERS, *remembered(rest)}
    found: list[Statement] = []
    meant: dict[str, Tree] = {}
    for place, (target, tree) in enumerate(rest):
        tree = substituted(tree, meant)
        meant.pop(target, None)
        later = {statement.target for statement in rest[place + 1 :]}
        if isinstance(tree, Name) and target not in kept and tree.name not in later:
            meant[target] = tree
        elif tree != Name(target):
            found.append(Statement(target, tree))
    return tuple(found)


def _simplified(part: Tree) -> Tree:
    """A part of a rule without its zeros, and without factors that are 1."""
    match part:
        case Binary("+", Number(0), other) | Binary("+" | "-", other, Number(0)):
            return other
        case Binary("-", Number(0), other):
            return Negative(other)
        case Binary("/", Number(0)):
            return Number(0.0)
        case Binary(sign, Number(0)) | Binary(sign, _, Number(0)) if sign in PRODUCTS:
            return Number(0.0)
        case Binary(sign, Number(1), other) | Binary(sign, other, Number(1)) if sign in PRODUCTS:
            return other
        case Indicator(relation, Number(left), Number(right)):
            return Number(float(KERNELS[KERNELS_BY_SIGN[relation]].array(left, right)))
    return part


# -- in place


class _Operand(NamedTuple):
    """A Python expression: a number, or the name of an array."""

    text: str
    is_number: bool = False


class _Call(NamedTuple):
    """A function of NumPy that writes into an array."""

    ufunc: str
    operands: tuple[str, ...]
    out: str

    @property
    def line(self) -> str:
        """The call as Python; a result that is asked for by place is there sooner, where NumPy takes that."""
        word = "out=" if self.ufunc in BY_NAME else ""
        return f"{self.ufunc}({', '.join(self.operands)}, {word}{self.out})"


class _Calls:
    """The calls that compute a rule.

    `own` has the array for each name that is assigned: that of the gradient itself is not changed; `spare`
    are arrays for what lies between.
    """

    def __init__(self, numbers: Collection[str]):
        self.numbers = {COUNT, *numbers}
        self.all: list[_Call] = []
        self.own: dict[str, str] = {}
        self.spare: list[str] = []
        self.wholes: set[str] = set()
        self._free: list[str] = []

    def add(self, target: str, tree: Tree) -> None:
        """Compute a statement."""
        before, self.all = self.all, []
        found = interpreted(tree, self)
        if not self.all:
            self._write("positive", [found])
        self._free = self.spare.copy()
        own = self.own[target] = "own_g" if target == GRADIENT else target
        *first, last = self.all
        self.all = [*before, *_in_place([*first, last._replace(out=own)], own)]

    def number(self, value: float) -> _Operand:
        return _Operand(repr(value), True)

    def name(self, name: str) -> _Operand:
        return _Operand(self.own.get(name, name), name in self.numbers)

    def call(self, function: str, args: Sequence[_Operand]) -> _Operand:
        kernel, texts = KERNELS[function], [arg.text for arg in args]
        if all(arg.is_number for arg in args):
            return _Operand(kernel.python.format(*texts) or f"_{function}({', '.join(texts)})", True)
        if function == "power" and texts[1] == "2.0":
            return self._write("square", args[:1])
        if kernel.ufunc:
            return self._write(kernel.ufunc, args)
        # a number made of a whole array, the gradient or the parameters, which stay until it is used
        assert not kernel.einsum, f"{function} has no place in an update rule"
        self.wholes.add(function)
        return _Operand(f"{function}({texts[0]})", True)

    def _write(self, ufunc: str, args: Sequence[_Operand]) -> _Operand:
        self._free += [arg.text for arg in args if arg.text in self.spare]
        if not self._free:
            self.spare.append(f"spare{len(self.spare)}")
            self._free.append(self.spare[-1])
        out = self._free.pop()
        self.all.append(_Call(ufunc, tuple(arg.text for arg in args), out))
        return _Operand(out)


def _in_place(calls: Sequence[_Call], target: str) -> Sequence[_Call]:
    """A statement's calls, with the target for the first spare array where it is not read after that."""
    first = calls[0].out
    if any(target in call.operands for call in calls[1:]):
        return calls

    def renamed(text: str) -> str:
        return target if text == first else text

    return [_Call(call.ufunc, tuple(map(renamed, call.operands)), renamed(call.out)) for call in calls]


def updating(
    rule: Sequence[Statement],
    numbers: Collection[str],
    more: Collection[str],
    state: Mapping[str, Array],
    like: Array,
) -> tuple[Callable[..., None], frozenset[str]]:
    """The function of w, g, the values of `numbers` and `more`, and t, in this order; it changes w in place.

    `numbers` are plain numbers, `more` arrays `like` w. The arrays of `state`, which hold what is remembered,
    are changed in place, too. All other arrays it needs are made here: calling it allocates nothing.

    With it come those of the `numbers` that only meet arrays: as arrays without axes, of the type of w, they
    give the same in half the time.
    """
    calls = _Calls(numbers)
    for statement in rule:
        calls.add(*statement)
    local = {*calls.own.values(), *calls.spare} - {PARAMETERS, *state}
    space: dict[str, Any] = {**ON_NUMBERS, **state, **{name: np.zeros_like(like) for name in local}}
    space |= {function: KERNELS[function].array for function in calls.wholes}
    space |= {call.ufunc: getattr(np, call.ufunc) for call in calls.all}
    lines = [f"    {call.line}" for call in calls.all]
    head = f"def update({', '.join([PARAMETERS, GRADIENT, *numbers, *more, COUNT])}):"
    # rules are this program's own text, never a user's
    exec("\n".join([head, *(lines or ["    pass"])]), space)
    update: Callable[..., None] = space["update"]
    inside = " ".join(text for call in calls.all for text in call.operands if text not in numbers)
    return update, frozenset(numbers) - set(re.findall(r"\w+", inside))

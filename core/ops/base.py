"""What an operation is. Everything the program knows of one operation is said in its one declaration."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from core.base.arrays import Shape, Value, frozen, joined_shape
from core.base.errors import Problem
from core.base.lazy_numpy import np
from core.notation.signatures import MAX_VALUES, Signature
from core.ops.facts import A_PICTURE, BY_SYMBOL, FLAT, NEUTRAL, Cause, Domain, Guesses, Kink, Learning, Look
from core.ops.rules import Rule

ShapeRule = Callable[..., Shape]


def number_of_pairs(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    """The shape of what makes one number of entries that meet; they must fit. Raises Problem."""
    joined_shape(names, shapes)
    return ()


class Op(Struct, frozen=True):
    """One operation: everything that is known of it.

    Its rules
    value          computes the output from the inputs
    back           for each input that has a gradient, how much of the upstream gradient g comes back
    local          the local derivatives of an element-by-element operation, of which `back` is made; an input
                   whose derivative is 0 everywhere has no `back`: not even an infinite gradient passes it
    shape          the output's shape, from names, shapes and settings; raises Problem where they do not fit
    settings       the inputs that the shape depends on, such as a stride, which are written as numbers, each
                   with a value to test it with
    defaults       the values of the last inputs where none are written
    points         an input that is the number of an entry, and the vector it points into, or how many
                   entries there are
    rows           the inputs that are matrices taken row by row; one of numbers may be one for all rows
    variadic       it takes any number of values, and `repeats`, that more than two are taken two by two
    holds          counts the numbers it works on at once, where these are many more than go in and come out

    How it is written
    call, also     the names a program calls it by
    takes          of operations that share a call, which shapes are for this one; what none takes is for the
                   one that does not say it
    signs          the signs a program writes it by
    symbol, look   how it is drawn and typeset
    written        the notation of what is not called, where its `value` is not that; or a function that tells
                   it from the shapes and the constant values of the inputs
    stands_for     the formula a composite abbreviates
    entries        from the shapes of its inputs, what it does with arrays, entry by entry
    commutative    its inputs may be drawn in any order
    onnx           the operator of ONNX that does the whole of it
    torch          how PyTorch spells it, where that is better known than its rule, or has the slopes of
                   `back` at kinks: an expression of the inputs, or one for each set of those in batches

    Its derivatives
    shows          a local derivative as it is usually written, where that comes to the same as what is
                   computed in a safer form, or for ties too
    closed_forms   the same in the program's notation, for closed forms
    kink           where it has no derivative
    symmetric      its Jacobian is its own transpose, as every element-by-element operation has one
    tangents       what the tangent d of an input adds to that of the output, where forward mode cannot tell

    What is said of it
    says, says_of  the sentence shown when the gradient passes; the one for an input of which another is true
    causes         why its value can be infinite or not a number: the first whose condition holds
    back_causes    the same of what comes back
    remark         what a reader should know of shapes and settings that are accepted all the same, or ""

    What guesses, training and tests need
    guesses        the shapes of its first inputs where a program leaves them open
    saturates      the size of its first input beyond which its slope is small
    learning       what training needs to know
    domain         where the tests draw an input from
    test_shapes    the shapes to test it with, and `more_test_shapes` further ones
    """

    name: str
    symbol: str
    inputs: tuple[str, ...]
    value: Rule
    back: Mapping[str, Rule]
    says: str
    shape: ShapeRule
    local: Mapping[str, Rule] = {}
    settings: Mapping[str, float | Sequence[float]] = {}
    defaults: Mapping[str, float] = {}
    points: tuple[str, str] | None = None
    rows: tuple[str, ...] = ()
    variadic: bool = False
    repeats: bool = False
    holds: Callable[..., int] | None = None
    call: str = ""
    also: tuple[str, ...] = ()
    takes: Callable[[Sequence[Shape]], bool] | None = None
    signs: str = ""
    look: Look = BY_SYMBOL
    written: Rule | Callable[..., Rule] | None = None
    stands_for: str = ""
    entries: Callable[..., str] | None = None
    commutative: bool = False
    onnx: str = ""
    torch: str | Mapping[str, str] = ""
    shows: Mapping[str, Rule] = {}
    closed_forms: Mapping[str, str] = {}
    kink: Kink | None = None
    symmetric: bool = False
    tangents: Mapping[str, Rule] = {}
    says_of: Mapping[str, str] = {}
    causes: tuple[Cause, ...] = ()
    back_causes: tuple[Cause, ...] = ()
    remark: Callable[..., str] | None = None
    guesses: Guesses = ()
    saturates: float = math.inf
    learning: Learning = NEUTRAL
    domain: Mapping[str, Domain] = {}
    test_shapes: tuple[Shape, ...] = ()
    more_test_shapes: tuple[tuple[Shape, ...], ...] = ()

    @property
    def all_test_shapes(self) -> tuple[tuple[Shape, ...], ...]:
        """Every set of shapes to test it with; an operation that works entry by entry has one of numbers."""
        return (self.test_shapes or ((),) * len(self.inputs), *self.more_test_shapes)

    def entries_pointed(self, into: Shape) -> int:
        """How many entries there are to choose from in an array that an input points into, or in each row."""
        assert self.points
        return into[-1] if self.points[1] in self.rows else into[0]

    @property
    def takes_picture(self) -> bool:
        """Whether its first input is a picture."""
        return self.guesses[:1] == A_PICTURE

    @property
    def elementwise(self) -> bool:
        return bool(self.local)

    @property
    def is_function(self) -> bool:
        """Whether it is a function of each entry, such as that of a net's units, and no arithmetic."""
        return self.elementwise and (bool(self.call) or (self.kink is not None and self.kink.jumps))

    @property
    def stretches(self) -> bool:
        """Whether its inputs meet entry by entry, so that one of another shape is stretched."""
        return self.shape in (joined_shape, number_of_pairs)

    @property
    def flat(self) -> frozenset[str]:
        """The inputs whose local derivative is 0 everywhere, so that no gradient passes them."""
        return frozenset(port for port, rule in self.local.items() if rule.text == FLAT)

    @property
    def stops(self) -> bool:
        """Whether it passes its value on, but no gradient."""
        return self.value.text in self.flat

    @property
    def usage(self) -> str:
        """How a program calls it, usual values included, and its other names: `elu(x, α=1)`."""
        shown = [f"{port}={self.defaults[port]:g}" if port in self.defaults else port for port in self.inputs]
        return ", ".join([f"{self.call}({', '.join(shown)}{', …' * self.repeats})", *self.also])

    def at_kink(self) -> dict[str, Value]:
        """Inputs at which it has no derivative: those its kink states, else settings, usual values and 0."""
        assert self.kink
        shapes = dict(zip(self.inputs, self.test_shapes or ((),) * len(self.inputs), strict=True))
        found: dict[str, Any] = {port: np.zeros(shape) for port, shape in shapes.items()}
        found |= {**self.settings, **self.defaults, **self.kink.example}
        return {port: frozen(value) for port, value in found.items()}

    def shape_of(
        self, names: Sequence[str], shapes: Sequence[Shape], constants: Sequence[Value | None]
    ) -> Shape:
        """The output's shape; `constants` are the inputs that are known numbers. Raises Problem."""
        return self.shape(names, shapes, *self._settings(names, constants))

    def remark_on(
        self, names: Sequence[str], shapes: Sequence[Shape], constants: Sequence[Value | None]
    ) -> str:
        """What a reader should know of the shapes and settings, or ""."""
        return self.remark(names, shapes, *self._settings(names, constants)) if self.remark else ""

    def held(self, shapes: Sequence[Shape], constants: Sequence[Value | None]) -> int:
        """How many numbers it works on at once, beside those that go in and come out."""
        return self.holds(shapes, *self._settings(self.inputs, constants)) if self.holds else 0

    def _settings(self, names: Sequence[str], constants: Sequence[Value | None]) -> list[Value]:
        settings: list[Value] = []
        if not self.settings:
            return settings
        for port, name, constant in zip(self.ports(len(names)), names, constants, strict=True):
            if port not in self.settings:
                continue
            if constant is None:
                raise Problem(
                    f"The {port} of {self.call or 'a range'} must be written as a number, not {name}"
                )
            settings.append(constant)
        return settings

    def is_usual(self, port: str, value: Value | None) -> bool:
        """Whether a value is the one number that an input has where nothing is written for it."""
        return isinstance(value, float) and value == self.defaults.get(port)

    def ports(self, count: int) -> tuple[str, ...]:
        """The names of `count` inputs; an operation on any number of values numbers them."""
        return tuple(f"{self.inputs[0]}{i}" for i in range(count)) if self.variadic else self.inputs

    def value_rule(self, count: int) -> Rule:
        """The rule for the output of `count` inputs."""
        return _listed(self.name, self.ports(count)) if self.variadic else self.value

    def back_rule(self, port: int) -> Rule | None:
        """How the gradient comes back to input number `port`, or None if no gradient goes there."""
        if self.variadic:
            return _at_position(self.back[self.inputs[0]], port)
        return self.back.get(self.inputs[port])


@lru_cache(1024)
def _listed(kernel: str, ports: tuple[str, ...]) -> Rule:
    return Rule(f"{kernel}({', '.join(ports)})")


@lru_cache(1024)
def _at_position(rule: Rule, port: int) -> Rule:
    return Rule(rule.text.replace("position", str(port)))


OPS: dict[str, Op] = {}


def signatures() -> dict[str, Signature]:
    """The functions a program may call: names and aliases, and how many values each takes."""
    found: dict[str, Signature] = {}
    for op in OPS.values():
        if not op.call or op.takes:
            continue
        least, most = len(op.inputs) - len(op.defaults), MAX_VALUES if op.repeats else len(op.inputs)
        if op.call in found:
            least, most = min(least, found[op.call].least), max(most, found[op.call].most)
        usage = f"{op.call}({', '.join(op.inputs)})"
        for name in (op.call, *op.also):
            found[name] = Signature(op.call, least, most, usage, op.elementwise, _slope(op))
    return found


def _slope(op: Op) -> str:
    """The derivative of a function of one value as a formula of x, or "" where it has none."""
    if op.inputs != ("x",) or not op.local:
        return ""
    rule = op.shows.get("x", op.local["x"])
    return re.sub(r"\bout\b", f"{op.call}(x)", rule.text)

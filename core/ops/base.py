"""What an operation is. Everything the program knows of one operation is said in its one declaration."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from core.base.arrays import Array, Shape, Value, joined_shape
from core.base.errors import Problem
from core.base.lazy_numpy import np
from core.notation.signatures import MAX_VALUES, Signature
from core.ops.rules import Rule

Domain = tuple[float, float]
Reasons = Sequence[tuple[str, str]]
ShapeRule = Callable[..., Shape]
REAL: Domain = (-3.0, 3.0)
POSITIVE: Domain = (0.1, 3.0)
SATURATED = 3.0  # from here on a sigmoid or a tanh lets less than a twentieth of the gradient pass
FLAT = "0"  # the local derivative of an input that no gradient passes


class Kink(Struct, frozen=True):
    """Where an operation has no derivative: the condition, the slopes on both sides, what is used there.

    The slopes are rules, or "" at the edge of where the operation is defined; `used` is told as it is. In a
    tie it says in words what goes to each.
    """

    at: Rule
    left: str
    right: str
    used: str

    @property
    def is_tie(self) -> bool:
        """Whether several are equal and share what comes back."""
        return self.used.endswith(" each")

    @property
    def jumps(self) -> bool:
        """Whether the value jumps, with slope 0 on both sides."""
        return self.left == self.right == FLAT

    def slopes(self, known: Mapping[str, Value], here: Array) -> tuple[float, ...]:
        """The slopes on both sides at the first entry that is marked `here`; none at an edge."""
        if not self.left:
            return ()
        return tuple(entry_at(Rule(text).value(known), here) for text in (self.left, self.right))


class Cause(Struct, frozen=True):
    """Why a value, or what comes back, is infinite or not a number: a condition, and the words for it."""

    at: Rule
    why: str


class Op(Struct, frozen=True):
    """One operation.

    `value` computes the output from the inputs; `back` says, for each input that has a gradient, how much of
    the upstream gradient g comes back. An element-by-element operation states its derivative in `local`; its
    `back` is g times that, and an input whose derivative is 0 everywhere has none: no gradient passes it, not
    even an infinite one. `says` is the sentence shown when the gradient passes, `says_of` the
    one for an input of which another is true. `call` and `also` are the
    names a program calls it by; `written` is how it is written where it is not called and its `value` is not
    the notation either. `stands_for` is the formula a composite abbreviates. `shows` is how a derivative is
    written where it is computed in a safer form. `repeats` says that more values are taken two by two.
    `settings` are the inputs that the shape depends on, such as a stride, each with the value to test: they
    are written as numbers, and `shape` gets them after names and shapes. `domain` is where the gradient test
    draws the other inputs from. `remark` has a sentence for what a reader should know of shapes and settings
    that are accepted all the same, or "". `holds` counts, from shapes and settings, the numbers it works on
    at once where these are many more than go in and come out. `points` names an input that is the number of
    an entry, and the vector it points into, or the number of entries. `rows` are the inputs that are matrices
    taken row by row; one of numbers may also be one number for all rows. `takes` says, of operations that
    share a call, which shapes are for this one; what none takes is for the one that does not say it.
    `more_test_shapes` are further shapes to test it with. `causes` say why its value can be
    infinite or not a number, `back_causes` why what comes back can be: the first whose condition holds.
    `saturates` is the size of its first input beyond which its slope is small. `gain` is the
    variance times the number of inputs that weights in front of it need to keep a signal's size (He), or 0.
    """

    name: str
    symbol: str
    inputs: tuple[str, ...]
    value: Rule
    back: Mapping[str, Rule]
    says: str
    shape: ShapeRule
    settings: Mapping[str, float | Sequence[float]] = {}
    says_of: Mapping[str, str] = {}
    local: Mapping[str, Rule] = {}
    domain: Mapping[str, Domain] = {}
    defaults: Mapping[str, float] = {}
    written: Rule | None = None
    stands_for: str = ""
    kink: Kink | None = None
    causes: tuple[Cause, ...] = ()
    back_causes: tuple[Cause, ...] = ()
    saturates: float = math.inf
    gain: float = 0.0
    remark: Callable[..., str] | None = None
    holds: Callable[..., int] | None = None
    points: tuple[str, str] | None = None
    rows: tuple[str, ...] = ()
    takes: Callable[[Sequence[Shape]], bool] | None = None
    shows: Mapping[str, Rule] = {}
    call: str = ""
    also: tuple[str, ...] = ()
    variadic: bool = False
    repeats: bool = False
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
    def elementwise(self) -> bool:
        return bool(self.local)

    @property
    def flat(self) -> frozenset[str]:
        """The inputs whose local derivative is 0 everywhere, so that no gradient passes them."""
        return frozenset(port for port, rule in self.local.items() if rule.text == FLAT)

    @property
    def usage(self) -> str:
        """How a program calls it, usual values included, and its other names: `elu(x, α=1)`."""
        shown = [f"{port}={self.defaults[port]:g}" if port in self.defaults else port for port in self.inputs]
        return ", ".join([f"{self.call}({', '.join(shown)}{', …' * self.repeats})", *self.also])

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


def entry_at(value: Value, here: Array) -> float:
    """The entry of a value, stretched to the shape of some marks, at the first that is set."""
    marks = np.asarray(here)
    stretched = np.broadcast_to(value, np.broadcast_shapes(np.shape(value), marks.shape))
    place = np.argmax(np.broadcast_to(marks, stretched.shape) != 0)
    return float(stretched.flat[int(place)])


def declare(op: Op) -> Op:
    """Register an operation under its name."""
    if op.name in OPS:
        raise ValueError(f"{op.name} is declared twice")
    OPS[op.name] = op
    return op


def elementwise(
    name: str,
    symbol: str,
    value: str,
    *,
    says: str,
    says_of: Mapping[str, str] | None = None,
    domain: Mapping[str, Domain] | None = None,
    defaults: Mapping[str, float] | None = None,
    written: str = "",
    stands_for: str = "",
    kink: tuple[str, str, str, str] | None = None,
    causes: Reasons = (),
    back_causes: Reasons = (),
    saturates: float = math.inf,
    gain: float = 0.0,
    call: str | None = None,
    also: str = "",
    shows: Mapping[str, str] | None = None,
    repeats: bool = False,
    **local: str,
) -> Op:
    """Declare an operation that works entry by entry: its value and its local derivative for each input.

    An input without a derivative (an empty text), or with one that is 0 everywhere, gets no gradient. `kink`
    is (condition, left, right, used); `causes` and `back_causes` are pairs of a condition and its words.
    """
    rules = {port: Rule(text) for port, text in local.items() if text}
    back = {port: Rule(_times_g(rule.text)) for port, rule in rules.items() if rule.text != FLAT}
    return declare(
        Op(
            name,
            symbol,
            tuple(local),
            Rule(value),
            back,
            says,
            joined_shape,
            says_of=says_of or {},
            local=rules,
            domain=domain or {},
            defaults=defaults or {},
            written=Rule(written) if written else None,
            stands_for=stands_for,
            kink=Kink(Rule(f"[{kink[0]}]"), *kink[1:]) if kink else None,
            causes=_causes(causes),
            back_causes=_causes(back_causes),
            saturates=saturates,
            gain=gain,
            shows={port: Rule(text) for port, text in (shows or {}).items()},
            call=name if call is None else call,
            also=tuple(also.split()),
            repeats=repeats,
        )
    )


def _times_g(local: str) -> str:
    """The rule of what comes back."""
    return {"1": "g", "-1": "-g"}.get(local, f"g * ({local})")


def _causes(reasons: Reasons) -> tuple[Cause, ...]:
    return tuple(Cause(Rule(f"[{condition}]"), why) for condition, why in reasons)


def structural(
    name: str,
    symbol: str,
    value: str,
    *,
    shape: ShapeRule,
    says: str,
    inputs: str,
    test_shapes: Sequence[Shape],
    domain: Mapping[str, Domain] | None = None,
    settings: Mapping[str, float | Sequence[float]] | None = None,
    defaults: Mapping[str, float] | None = None,
    written: str = "",
    stands_for: str = "",
    call: str | None = None,
    also: str = "",
    variadic: bool = False,
    repeats: bool = False,
    kink: tuple[str, str, str, str] | None = None,
    causes: Reasons = (),
    back_causes: Reasons = (),
    saturates: float = math.inf,
    remark: Callable[..., str] | None = None,
    holds: Callable[..., int] | None = None,
    points: tuple[str, str] | None = None,
    rows: str = "",
    takes: Callable[[Sequence[Shape]], bool] | None = None,
    more_test_shapes: Sequence[Sequence[Shape]] = (),
    **back: str,
) -> Op:
    """Declare an operation on whole vectors and matrices: its value and how g comes back to each input."""
    return declare(
        Op(
            name,
            symbol,
            tuple(inputs.split()),
            Rule(value),
            {port: Rule(text) for port, text in back.items()},
            says,
            shape,
            settings=settings or {},
            domain=domain or {},
            defaults=defaults or {},
            written=Rule(written) if written else None,
            stands_for=stands_for,
            call=name if call is None else call,
            also=tuple(also.split()),
            variadic=variadic,
            repeats=repeats,
            kink=Kink(Rule(f"[{kink[0]}]"), *kink[1:]) if kink else None,
            causes=_causes(causes),
            back_causes=_causes(back_causes),
            saturates=saturates,
            remark=remark,
            holds=holds,
            points=points,
            rows=tuple(rows.split()),
            takes=takes or (_takes_matrix if rows else None),
            test_shapes=tuple(test_shapes),
            more_test_shapes=tuple(map(tuple, more_test_shapes)),
        )
    )


def _takes_matrix(shapes: Sequence[Shape]) -> bool:
    return len(shapes[0]) == 2


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

"""How operations are declared: entry by entry, or on whole vectors and matrices."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from core.base.arrays import Shape, joined_shape
from core.ops.base import OPS, Op, ShapeRule
from core.ops.facts import BY_SYMBOL, FLAT, NEUTRAL, Cause, Domain, Guesses, Kink, Learning, Look
from core.ops.rules import Rule

Reasons = Sequence[tuple[str, str]]


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
    kink: Kink | None = None,
    causes: Reasons = (),
    back_causes: Reasons = (),
    saturates: float = math.inf,
    look: Look = BY_SYMBOL,
    learning: Learning = NEUTRAL,
    signs: str = "",
    commutative: bool = False,
    call: str | None = None,
    also: str = "",
    shows: Mapping[str, str] | None = None,
    closed_forms: Mapping[str, str] | None = None,
    onnx: str = "",
    torch: str = "",
    repeats: bool = False,
    **local: str,
) -> Op:
    """Declare an operation that works entry by entry: its value and its local derivative for each input.

    An input without a derivative (an empty text), or with one that is 0 everywhere, gets no gradient.
    `causes` and `back_causes` are pairs of a condition and its words.
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
            kink=kink,
            causes=_causes(causes),
            back_causes=_causes(back_causes),
            saturates=saturates,
            look=look,
            learning=learning,
            signs=signs,
            commutative=commutative,
            shows={port: Rule(text) for port, text in (shows or {}).items()},
            closed_forms=closed_forms or {},
            onnx=onnx,
            torch=torch,
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
    kink: Kink | None = None,
    causes: Reasons = (),
    back_causes: Reasons = (),
    saturates: float = math.inf,
    look: Look = BY_SYMBOL,
    learning: Learning = NEUTRAL,
    guesses: Guesses = (),
    entries: Callable[..., str] | None = None,
    tangents: Mapping[str, str] | None = None,
    symmetric: bool = False,
    remark: Callable[..., str] | None = None,
    holds: Callable[..., int] | None = None,
    points: tuple[str, str] | None = None,
    rows: str = "",
    takes: Callable[[Sequence[Shape]], bool] | None = None,
    more_test_shapes: Sequence[Sequence[Shape]] = (),
    torch: str | Mapping[str, str] = "",
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
            kink=kink,
            causes=_causes(causes),
            back_causes=_causes(back_causes),
            saturates=saturates,
            look=look,
            learning=learning,
            guesses=guesses,
            entries=entries,
            tangents={port: Rule(text) for port, text in (tangents or {}).items()},
            symmetric=symmetric,
            remark=remark,
            holds=holds,
            points=points,
            rows=tuple(rows.split()),
            takes=takes or (_takes_matrix if rows else None),
            test_shapes=tuple(test_shapes),
            more_test_shapes=tuple(map(tuple, more_test_shapes)),
            torch=torch,
        )
    )


def _takes_matrix(shapes: Sequence[Shape]) -> bool:
    return len(shapes[0]) == 2

"""How operations are declared: entry by entry, or on whole vectors and matrices.

Besides a rule for each input both makers take any field of `Op`. What `KEPT_AS` names is stated in shorter
words than it is kept in: rules as texts, causes as pairs of a condition and words, names between blanks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.base.arrays import Shape, joined_shape
from core.ops.base import OPS, Op, ShapeRule
from core.ops.facts import FLAT, Cause
from core.ops.rules import Rule


def declare(op: Op) -> Op:
    """Register an operation under its name."""
    if op.name in OPS:
        raise ValueError(f"{op.name} is declared twice")
    OPS[op.name] = op
    return op


def elementwise(name: str, symbol: str, value: str, **said: Any) -> Op:
    """Declare an operation that works entry by entry: its value and its local derivative for each input.

    An input without a derivative (an empty text), or with one that is 0 everywhere, gets no gradient.

    Raises:
        ValueError: what is said is neither a field of `Op` nor an input of the value.
    """
    facts, local = _facts_and_rules(name, said, re.findall(r"\w+", value))
    rules = _rules({port: text for port, text in local.items() if text})
    back = {port: Rule(_times_g(rule.text)) for port, rule in rules.items() if rule.text != FLAT}
    facts = {"call": name, **facts, "inputs": tuple(local), "shape": joined_shape, "local": rules}
    return declare(Op(name=name, symbol=symbol, value=Rule(value), back=back, **facts))


def _times_g(local: str) -> str:
    """The rule of what comes back."""
    return {"1": "g", "-1": "-g"}.get(local, f"g * ({local})")


def structural(
    name: str,
    symbol: str,
    value: str,
    *,
    shape: ShapeRule,
    inputs: str,
    test_shapes: Sequence[Shape],
    **said: Any,
) -> Op:
    """Declare an operation on whole vectors and matrices: its value and how g comes back to each input.

    Raises:
        ValueError: what is said is neither a field of `Op` nor one of the inputs.
    """
    facts, back = _facts_and_rules(name, said, inputs.split())
    if "rows" in facts:
        facts.setdefault("takes", _takes_matrix)
    facts = {"call": name, **facts, "inputs": tuple(inputs.split()), "test_shapes": tuple(test_shapes)}
    return declare(Op(name=name, symbol=symbol, value=Rule(value), back=_rules(back), shape=shape, **facts))


def _takes_matrix(shapes: Sequence[Shape]) -> bool:
    return len(shapes[0]) == 2


def _rules(texts: Mapping[str, str]) -> dict[str, Rule]:
    return {port: Rule(text) for port, text in texts.items()}


def _causes(reasons: Sequence[tuple[str, str]]) -> tuple[Cause, ...]:
    return tuple(Cause(Rule(f"[{condition}]"), why) for condition, why in reasons)


KEPT_AS: Mapping[str, Callable[[Any], Any]] = {
    "also": lambda names: tuple(names.split()),
    "rows": lambda names: tuple(names.split()),
    "written": lambda written: Rule(written) if isinstance(written, str) else written,
    "shows": _rules,
    "tangents": _rules,
    "causes": _causes,
    "back_causes": _causes,
    "more_test_shapes": lambda several: tuple(map(tuple, several)),
}


def _facts_and_rules(
    name: str, said: Mapping[str, Any], inputs: Sequence[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """What is said of an operation: the fields of its declaration, and a rule for each input."""
    fields = Op.__struct_fields__
    facts = {key: KEPT_AS.get(key, lambda kept: kept)(fact) for key, fact in said.items() if key in fields}
    rules = {key: rule for key, rule in said.items() if key not in fields}
    for key in rules.keys() - set(inputs):
        raise ValueError(f"{name}: {key} is no field of Op, and no input of it")
    return facts, rules

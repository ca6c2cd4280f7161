"""Why a number of a pass is infinite or not a number: its operation says so, or what it comes from is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.base.arrays import Value, is_finite
from core.base.lazy_numpy import np
from core.base.numbers import short
from core.notation.names import in_text
from core.notation.program import Remark
from core.ops.facts import Cause
from core.passes.steps import Computed, Flowed
from core.passes.trace import Trace

OVERFLOWS = "it is larger than numbers here can be, 1.8·10³⁰⁸"
IN_BETWEEN = "a step on the way to it is larger than numbers here can be, 1.8·10³⁰⁸"
NO_NUMBERS = "; ∞ − ∞, 0 · ∞ and ∞/∞ are not numbers"
ZERO_TIMES_INFINITY = "the upstream gradient is 0, and 0 · ∞ is not a number"


def remarks_on_not_finite(trace: Trace) -> list[Remark]:
    """Find the first value or gradient of a trace that is infinite or not a number.

    Returns:
        One remark with the node, the cause and the place in the text; none where all numbers are finite.
    """
    for count, step in enumerate(trace.steps, start=1):
        if said := why_not_finite(trace, count):
            return [Remark(said, trace.graph.nodes[step.node].span)]
    return []


def why_not_finite(trace: Trace, count: int) -> str:
    """Say why what a step computes is infinite or not a number.

    Args:
        trace: the trace.
        count: the step's number, from 1.

    Returns:
        A sentence that names the cause; "" where the value is finite.
    """
    match trace.steps[count - 1]:
        case Computed(node, value):
            name = in_text(node)
        case Flowed(_, _, arg, _, value):
            name = f"The gradient of {in_text(arg)}"
        case _:
            return ""
    if is_finite(value):
        return ""
    what = "not a number" if _is_nan(value) else "infinite"
    return f"{name} is {what}: {_cause(trace, count)}"


def _cause(trace: Trace, count: int) -> str:
    """Why a step's number is not finite: as its operation declares, by what it comes from, or by kind."""
    step, snapshot = trace.steps[count - 1], trace.snapshot(count)
    assert isinstance(step, Computed | Flowed)
    node = trace.graph.nodes[step.node]
    op = node.operation
    values = [(in_text(name), snapshot.value(name)) for name in node.args]
    known = {port: value for port, arg in node.by_port.items() if (value := snapshot.value(arg)) is not None}
    if isinstance(step, Computed):
        nan = _is_nan(step.value)
        return _declared(op.causes, known) or _inherited(values, nan) or (IN_BETWEEN if nan else OVERFLOWS)
    upstream = snapshot.gradient(step.node)
    assert upstream is not None
    parts = [
        (f"the gradient of {in_text(step.arg)} so far", _before(trace, count)),
        ("what arrives", step.contribution),
    ]
    if is_finite(step.contribution) or (_is_nan(step.total) and not _is_nan(step.contribution)):
        return _inherited(parts, _is_nan(step.total)) or OVERFLOWS
    if not is_finite(upstream):
        return _inherited(
            [(f"the gradient of {in_text(step.node)}", upstream), *values], _is_nan(step.contribution)
        )
    declared = _declared(op.back_causes, known)
    nan = _is_nan(step.contribution)
    if declared and nan and np.any(np.equal(upstream, 0)):
        return f"{declared}; {ZERO_TIMES_INFINITY}"
    inherited = _inherited(values, nan) or _inherited([(in_text(step.node), snapshot.value(step.node))], nan)
    return declared or inherited or (IN_BETWEEN if nan else OVERFLOWS)


def _before(trace: Trace, count: int) -> Value | None:
    """The gradient that a step adds to."""
    step = trace.steps[count - 1]
    assert isinstance(step, Flowed)
    return trace.snapshot(count - 1).gradient(step.arg)


def _is_nan(value: Value) -> bool:
    return bool(np.any(np.isnan(value)))


def _inherited(values: Sequence[tuple[str, Value | None]], nan: bool) -> str:
    """Which of the values that a step is computed from are not finite themselves, if any.

    `nan` says that the step's number is none; where theirs are all infinite, it is said how that comes.
    """
    ends = {name: value for name, value in values if value is not None and not is_finite(value)}
    said = [
        f"{name} = {short(value)}" if isinstance(value, float) else f"{name}, which is not finite"
        for name, value in ends.items()
    ]
    if not said:
        return ""
    why = NO_NUMBERS if nan and not any(map(_is_nan, ends.values())) else ""
    return f"it is computed from {' and '.join(said)}{why}"


def _declared(causes: Sequence[Cause], known: Mapping[str, Value]) -> str:
    return next((cause.why for cause in causes if np.any(cause.at.value(known))), "")

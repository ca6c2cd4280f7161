"""The ways to differentiate side by side: one gradient, many computations, each with its error and its price.

side_by_side   the rows of the comparison as they are found; reverse mode is what the others are measured by
ways_text      the same as lines of text, with the closed form
jacobian_text  a Jacobian as lines of text
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from msgspec import Struct

from core.base.arrays import Value, frozen, shape_of
from core.base.errors import Problem
from core.base.numbers import DIGITS, short, value_text
from core.derivatives.complex_step import complex_slopes
from core.derivatives.forward import Cost, cost, forward_slopes
from core.derivatives.jacobian import Layout, jacobian
from core.derivatives.kinks import Straddled
from core.derivatives.numerical import (
    LEAST,
    MOST_WORK,
    VERDICTS,
    Probe,
    Verdict,
    differences,
    kinks_between,
    relative_error,
    relative_errors,
    verdict,
)
from core.derivatives.symbolic import derivative
from core.graph.graph import check_node
from core.math.derivative_names import PARTIAL, Notation
from core.math.plain import plain
from core.passes.gradient_names import gradient_math
from core.passes.seed import chosen_entry, seeded_text
from core.passes.trace import Trace

# how many operations on numbers one way may take, about five seconds
MOST_WORK_A_WAY = 10 * MOST_WORK


def reverse_gradient(trace: Trace, name: str) -> Value:
    """What the backward pass found; 0 where nothing came back."""
    gradient = trace.last.gradient(name)
    if gradient is None:
        shape = trace.graph.nodes[name].shape
        return frozen(np.zeros(shape)) if shape else 0.0
    return gradient


def _reverse_slopes(trace: Trace, name: str) -> Iterator[float]:
    return iter(np.asarray(reverse_gradient(trace, name)).reshape(-1).tolist())


def _slopes(trace: Trace, name: str, method: str) -> Iterator[float]:
    return (row.slope for row in differences(trace, name, method))


class Method(Struct, frozen=True):
    """A way to a gradient: its entries one after the other, in `passes(entries)` passes over the graph.

    `method` is the kind of difference it takes, if it takes one; `price` what its multiplications are.
    """

    slopes: Callable[[Trace, str], Iterator[float]]
    passes: Callable[[int], int]
    method: str = ""
    price: Callable[[Cost], int] | None = None


METHODS: Mapping[str, Method] = {
    "reverse mode": Method(_reverse_slopes, lambda n: 1, price=lambda cost: cost.reverse // cost.outputs),
    "forward mode": Method(forward_slopes, lambda n: n, price=lambda cost: cost.forward),
    "one-sided": Method(partial(_slopes, method="one-sided"), lambda n: n + 1, "one-sided"),
    "centred": Method(partial(_slopes, method="centred"), lambda n: 2 * n, "centred"),
    "complex step": Method(complex_slopes, lambda n: n),
}


class Found(Struct, frozen=True):
    """A row of the comparison: the gradient by one way, how far it is from reverse mode's, what it costs.

    Where the way cannot be taken `value` is None and `said` tells why. `multiplications` counts those of the
    derivative itself, where the way has any beside those of the values.
    """

    way: str
    value: Value | None
    said: str
    error: float
    passes: int
    multiplications: int | None
    kinks: tuple[Straddled, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """What to think of the error; reverse mode is not compared with itself."""
        return None if self.value is None or self.way == "reverse mode" else verdict(self.error)


def side_by_side(trace: Trace, name: str) -> Iterator[Found | None]:
    """Compute the output's gradient with respect to a node by each way of METHODS.

    Args:
        trace: the trace.
        name: the node.

    Yields:
        What each way found, with its error and price; None while one is still at work.

    Raises:
        Problem: an unknown node.
    """
    check_node(trace.graph, name)
    price = cost(trace.graph, [name])
    work = Probe(trace, name).work
    for way in METHODS:
        yield from _row(trace, name, way, price, work)


def _row(trace: Trace, name: str, way: str, price: Cost, work: float) -> Iterator[Found | None]:
    how, shape = METHODS[way], trace.graph.nodes[name].shape
    passes = how.passes(math.prod(shape))
    multiplications = how.price(price) if how.price else None
    slopes: list[float] = []
    try:
        if passes > 1 and passes * work > MOST_WORK_A_WAY:
            raise Problem(f"Left out: {passes:,} passes would take too long")
        for slope in how.slopes(trace, name):
            slopes.append(slope)
            yield None
    except Problem as problem:
        yield Found(way, None, problem.message, math.nan, passes, multiplications)
        return
    value, exact = frozen(np.reshape(slopes, shape)), reverse_gradient(trace, name)
    error = relative_error(value, exact, LEAST)
    kinks = _kinks(trace, name, how.method, value, exact) if how.method and error > VERDICTS[-2].above else ()
    yield Found(way, value, "", error, passes, multiplications, kinks)


def _kinks(trace: Trace, name: str, method: str, value: Value, exact: Value) -> tuple[Straddled, ...]:
    """The kinks that the worst entry's difference straddles."""
    errors = relative_errors(value, exact, LEAST)
    worst = np.unravel_index(int(np.argmax(errors)), errors.shape) if shape_of(value) else ()
    return kinks_between(trace, name, tuple(int(i) for i in worst), method=method)


def by_error(found: Mapping[str, Found]) -> list[str]:
    """Sort ways by how far they are from reverse mode, which is first; at the end are those left out.

    Args:
        found: what each way found.

    Returns:
        The ways.
    """

    def place(way: str) -> tuple[bool, float]:
        row = found[way]
        return row.value is None, 0.0 if row.value is None else -1.0 if row.verdict is None else row.error

    return sorted(found, key=place)


# -- as text


def ways_text(trace: Trace, names: Sequence[str], digits: int = DIGITS, notation: Notation = PARTIAL) -> str:
    """For each name the closed form and the value by every way; at the end what the two modes cost."""
    blocks = ["\n".join(_lines(trace, name, digits, notation)) for name in names]
    if not trace.graph.nodes[trace.graph.output].shape:
        price = cost(trace.graph, names)
        blocks.append(f"{price.sentence}. {price.why}.")
    return "\n\n".join(blocks)


def _lines(trace: Trace, name: str, digits: int, notation: Notation) -> Iterator[str]:
    of = seeded_text(trace.graph.output, trace.seed, trace.graph.nodes, digits)
    written = f"d{of}/d{name}" if notation == PARTIAL else plain(gradient_math(trace, name, notation))
    yield f"{written} = {_closed_form(trace, name)}"
    width = max(map(len, METHODS))
    kinks: dict[str, None] = {}
    for found in filter(None, side_by_side(trace, name)):
        if found.value is None:
            yield f"  {found.way:<{width}}  {found.said}"
            continue
        off = f"   relative error {short(found.error, 2)}" if found.error else ""
        thought = f" ({found.verdict.words})" if off and found.verdict else ""
        yield f"  {found.way:<{width}}  {value_text(found.value, digits)}{off}{thought}"
        kinks |= dict.fromkeys(kink.sentence for kink in found.kinks)
    yield from (f"  {sentence}" for sentence in kinks)


def _closed_form(trace: Trace, name: str) -> str:
    try:
        found = derivative(trace.graph, name, entry=chosen_entry(trace.seed) or ())
    except Problem as problem:
        return f"? ({problem.message})"
    where = "".join(f"\n  where {line}" for line in found.program.splitlines()[:-1])
    remarks = "".join(f"\n  {remark.message}" for remark in found.remarks)
    return found.text + where + remarks


def jacobian_text(trace: Trace, of: str, by: str, layout: Layout, digits: int = DIGITS) -> str:
    """The Jacobian of a node with respect to another: what it is, and its entries where they fit a page."""
    found = jacobian(trace, of, by, layout)
    rows = [[short(float(entry), digits) for entry in line] for line in found.matrix[:20, :12]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in rows
    )
    whole = found.matrix.shape[0] <= 20 and found.matrix.shape[1] <= 12
    return f"{found.sentence}\n\n{table}" + ("" if whole else "\n…")

"""The four ways to differentiate, side by side: one derivative, four computations, as lines of text."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from core.arrays import Value, frozen
from core.derivatives.complex_step import complex_step
from core.derivatives.forward import cost, forward_gradient
from core.derivatives.jacobian import Layout, jacobian
from core.derivatives.numerical import numerical_gradient, relative_error
from core.derivatives.symbolic import derivative
from core.errors import Problem
from core.numbers import DIGITS, short, value_text
from core.steps import Story


def _reverse(story: Story, name: str) -> Value:
    gradient = story.last.gradient(name)
    if gradient is None:
        shape = story.graph.nodes[name].shape
        return frozen(np.zeros(shape)) if shape else 0.0
    return gradient


WAYS: dict[str, Callable[[Story, str], Value]] = {
    "reverse mode": _reverse,
    "forward mode": lambda story, name: forward_gradient(story, [name])[name],
    "centred differences": numerical_gradient,
    "complex step": complex_step,
}


def ways_text(story: Story, names: Sequence[str], digits: int = DIGITS) -> str:
    """For each name the closed form and the value by every way; at the end what the two modes cost."""
    blocks = ["\n".join(_lines(story, name, digits)) for name in names]
    if not story.graph.nodes[story.graph.output].shape:
        blocks.append(cost(story.graph, names).sentence + ".")
    return "\n\n".join(blocks)


def _lines(story: Story, name: str, digits: int) -> Iterator[str]:
    yield f"d{story.graph.output}/d{name} = {_closed_form(story, name)}"
    exact = _reverse(story, name)
    width = max(map(len, WAYS))
    for way, compute in WAYS.items():
        try:
            value = compute(story, name)
        except Problem as problem:
            yield f"  {way:<{width}}  {problem.message}"
            continue
        error = relative_error(value, exact)
        yield f"  {way:<{width}}  {value_text(value, digits)}" + (
            f"   off by {short(error, 2)}" if error else ""
        )


def _closed_form(story: Story, name: str) -> str:
    try:
        found = derivative(story.graph, name)
    except Problem as problem:
        return f"? ({problem.message})"
    where = "".join(f"\n  where {line}" for line in found.program.splitlines()[:-1])
    notes = "".join(f"\n  {note.message}" for note in found.notes)
    return found.text + where + notes


def jacobian_text(story: Story, of: str, by: str, layout: Layout, digits: int = DIGITS) -> str:
    """The Jacobian of a node with respect to another: what it is, and its entries where they fit a page."""
    found = jacobian(story, of, by, layout)
    rows = [[short(float(entry), digits) for entry in line] for line in found.matrix[:20, :12]]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in rows
    )
    whole = found.matrix.shape[0] <= 20 and found.matrix.shape[1] <= 12
    return f"{found.sentence}\n\n{table}" + ("" if whole else "\n…")

"""Jacobians: how every entry of one node changes with every entry of another, exact and with their structure.

The matrix is made by reverse mode, a row for each entry of `of`, or by forward mode, a column for each entry
of `by`, whichever needs fewer passes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import MAX_ENTRIES, Array, Value, frozen, shape_of
from core.base.errors import Problem
from core.base.slicing import Work, finished
from core.derivatives.forward import push, units
from core.derivatives.structure import Partners, recognition
from core.graph.graph import Graph, Node, check_node
from core.graph.plan import GRADIENT, Instruction, Plan
from core.math.derivative_names import PARTIAL, Notation
from core.math.mathtree import Math, row
from core.math.parts import ATOM, SIGNED, TOP, product, with_superscript, wrap
from core.math.typeset import EQUALS
from core.notation.tree import Call, Name
from core.passes.gradient_names import gradient_math
from core.passes.stepper import steps
from core.passes.steps import Flowed, Seeded
from core.passes.trace import Trace

Layout = Literal["numerator", "denominator"]
LAYOUTS = ("numerator", "denominator")


class Jacobian(Struct, frozen=True, eq=False):
    """The derivatives of a node `of` by a node `by`; entries of matrices are counted row by row.

    matrix     in numerator layout (entries of `of`, entries of `by`), in denominator layout its transpose
    structure  zero, number, W, identity, scaled identity, diagonal, row, column, rank one, block diagonal,
               sparse (half the entries are 0, or more) or dense
    names      of the program's matrix for W, with ᵀ if it stands transposed; of the vectors of a row, column
               or rank one, empty for a vector the program does not have
    vectors    of rank one: the matrix is the outer product of the two
    mode       how it was made: reverse or forward, in so many `passes`
    """

    of: str
    by: str
    layout: Layout
    matrix: Array
    structure: str
    sentence: str
    names: tuple[str, ...]
    vectors: tuple[Array, ...]
    mode: str
    passes: int


def jacobian(
    trace: Trace, of: str, by: str, layout: Layout = "numerator", at_most: int = MAX_ENTRIES
) -> Jacobian:
    """Compute the Jacobian of a node with respect to another one, by whichever mode needs fewer passes.

    Args:
        trace: the trace, for the values at which to differentiate.
        of: the node that is differentiated.
        by: the node with respect to which.
        layout: numerator has a row for each entry of `of`, denominator a column.
        at_most: how many entries there may be.

    Returns:
        The matrix with what its rows and columns are.

    Raises:
        Problem: an unknown node or layout, and before any work more entries than `at_most`.
    """
    return finished(jacobian_work(trace, of, by, layout, at_most))


def jacobian_work(
    trace: Trace, of: str, by: str, layout: Layout = "numerator", at_most: int = MAX_ENTRIES
) -> Work[Jacobian]:
    """Compute a Jacobian row by row or column by column; see `jacobian` for arguments, result and errors."""
    graph = trace.graph
    for name in (of, by):
        check_node(graph, name)
    if layout not in LAYOUTS:
        raise Problem(f"'{layout}' is no layout", hint="Write numerator or denominator")
    rows, columns = (math.prod(graph.nodes[name].shape) for name in (of, by))
    if rows * columns > at_most:
        raise Problem(
            f"The Jacobian of {of} with respect to {by} would have {rows * columns:,} entries; "
            f"the limit is {at_most:,}",
            graph.nodes[of].span,
            f"Ask for one row: the gradient with a seed that is 1 at one entry of {of}",
        )
    mode, passes = ("forward", columns) if columns < rows else ("reverse", rows)
    matrix = np.empty((rows, columns))
    lines = matrix.T if mode == "forward" else matrix
    for number, line in enumerate(_columns(trace, of, by) if mode == "forward" else _rows(trace, of, by)):
        lines[number] = np.reshape(line, -1)
        yield
    shown = matrix if layout == "numerator" else matrix.T
    shown.flags.writeable = False
    found = yield from recognition(shown, _partners(trace, of, by))
    said = f"The Jacobian of {of} with respect to {by} is {found.sentence}"
    return Jacobian(of, by, layout, shown, found.structure, said, found.names, found.vectors, mode, passes)


def _rows(trace: Trace, of: str, by: str) -> Iterator[Value]:
    """What comes back to `by` when one entry of `of` after the other is seeded."""
    known = {name: value for name in trace.graph.nodes if (value := trace.last.value(name)) is not None}
    plan = Plan(trace.graph.with_output(of), tuple(_way_back(trace.graph, of, by)))
    for seed in units(trace, of):
        gradient: Value = frozen(np.zeros(trace.graph.nodes[by].shape))
        for step in steps(plan, known, seed):
            if isinstance(step, Seeded) and of == by:
                gradient = step.gradient
            if isinstance(step, Flowed) and step.arg == by:
                gradient = step.total
        yield gradient


def _way_back(graph: Graph, of: str, by: str) -> Iterator[Instruction]:
    """The instructions that lead from one node back to another, whatever it is."""
    yield Instruction("seed", of)
    between = graph.upstream_of([of]) & graph.downstream_of([by])
    for node in reversed(list(graph.nodes.values())):
        if node.name not in between or node.name == by or node.is_leaf:
            continue
        binding = node.by_port
        for port, arg in enumerate(node.args):
            rule = node.operation.back_rule(port)
            if rule and arg in between:
                yield Instruction("backward", node.name, rule, binding, arg, port)


def _columns(trace: Trace, of: str, by: str) -> Iterator[Value]:
    """The tangent of `of` when one entry of `by` after the other moves."""
    for unit in units(trace, by):
        still: Value = frozen(np.zeros(trace.graph.nodes[of].shape))
        yield next((step.tangent for step in push(trace, {by: unit}) if step.node == of), still)


def _partners(trace: Trace, of: str, by: str) -> Partners:
    """The vectors and matrices that take part on the way and do not depend on `by`."""
    graph, moving = trace.graph, trace.graph.downstream_of([by])
    between = graph.upstream_of([of]) & moving
    used = (arg for node in graph.nodes.values() if node.name in between for arg in node.args)
    still = graph.upstream_of(arg for arg in used if arg not in moving)
    # what the program names comes first: W before the Wᵀ made of it
    nodes = sorted((n for n in graph.nodes.values() if n.name in still), key=lambda n: not _has_name(n))
    found = [(node.name, trace.last.value(node.name)) for node in nodes]
    return [(name, value) for name, value in found if isinstance(value, np.ndarray)]


def _has_name(node: Node) -> bool:
    return node.named or node.is_input


# -- gradients of matrices as outer products


class Factor(Struct, frozen=True, eq=False):
    """A vector of an outer product: a node's value, or its gradient (often written δ)."""

    node: str
    is_gradient: bool
    value: Array

    @property
    def text(self) -> str:
        return f"d{self.node}" if self.is_gradient else self.node


class OuterProduct(Struct, frozen=True, eq=False):
    """The gradient of a matrix is `column` times `row`ᵀ."""

    name: str
    column: Factor
    row: Factor

    @property
    def text(self) -> str:
        return f"d{self.name} = {self.column.text} {self.row.text}ᵀ"

    @property
    def sentence(self) -> str:
        said = " and ".join(
            f"the gradient of {f.node}" if f.is_gradient else f.node for f in (self.column, self.row)
        )
        return f"The gradient of {self.name} is an outer product, of {said}"

    def math(self, trace: Trace, notation: Notation = PARTIAL) -> Math:
        """∂L/∂W = ∂L/∂z · xᵀ"""
        column, row_ = (
            (gradient_math(trace, f.node, notation), SIGNED)
            if f.is_gradient
            else trace.graph.typesetter.named(f.node)
            for f in (self.column, self.row)
        )
        turned = with_superscript(wrap(row_, ATOM), TOP)
        left = gradient_math(trace, self.name, notation)
        return row(left, EQUALS, product(column, (turned, ATOM), signed=False))


def outer_product(trace: Trace, name: str) -> OuterProduct | None:
    """The gradient of a matrix as δ xᵀ, or None where it is none or several of these are added up.

    It is read from the rule that sends the gradient back. Raises Problem for an unknown node.
    """
    check_node(trace.graph, name)
    arrived = [step for step in trace.steps if isinstance(step, Flowed) and step.arg == name]
    if len(arrived) != 1:
        return None
    node, port = trace.graph.nodes[arrived[0].node], arrived[0].port
    rule = node.operation.back_rule(port)
    match rule.tree if rule else None:
        case Call("outer", (Name(left), Name(right))):
            return OuterProduct(name, *(_factor(trace, node, side) for side in (left, right)))
        case Name(name=sent) if sent == GRADIENT and len(node.args) == 1:
            inner = outer_product(trace, node.name)
            return inner and replace(inner, name=name)
        case Call("transpose", (Name(),)):
            inner = outer_product(trace, node.name)
            return inner and OuterProduct(name, inner.row, inner.column)
    return None


def _factor(trace: Trace, node: Node, side: str) -> Factor:
    is_gradient = side == GRADIENT
    name = node.name if is_gradient else node.by_port[side]
    value = trace.last.gradient(name) if is_gradient else trace.last.value(name)
    assert value is not None and shape_of(value)
    return Factor(name, is_gradient, np.asarray(value))

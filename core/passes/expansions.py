"""What an operation stands for: a composite's formula, or an operation on arrays entry by entry.

Every expansion is a formula in the program's own notation over the operation's inputs. A new operation takes
part through its `stands_for`, or through its `entries` if its formula depends on the shapes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from msgspec.structs import replace

from core.base.arrays import Shape, describe
from core.base.errors import Problem
from core.graph.formulas import formula, operation_text
from core.graph.graph import Graph, Node
from core.graph.programs import read_program
from core.notation.tree import Binary, Index, Listing, Name, Number, Tree, rebuilt, substituted

MOST_ENTRIES = 64
LONGEST_NAME = 24


def expansion(graph: Graph, node: Node) -> Tree:
    """Find the formula that a node stands for.

    Args:
        graph: the graph, for the shapes of the arguments.
        node: one of its nodes.

    Returns:
        The formula as a tree over the names of the node's arguments.

    Raises:
        Problem: the node is an input, an operation that is made of nothing simpler, or one on arrays with too
            many entries.
    """
    if node.is_leaf:
        raise Problem(f"{node.name} is an input; there is nothing to unfold", node.span)
    op, shapes = node.operation, [graph.nodes[arg].shape for arg in node.args]
    if op.stands_for:
        found = _composite(op.stands_for, op.inputs, op.elementwise and any(shapes))
    elif op.rows:
        _check_entries(graph, node)
        found = _each_row(node, formula(graph, node), dict(zip(op.inputs, shapes, strict=True)))
    elif op.entries and any(shapes):
        _check_entries(graph, node)
        found = _read(op.entries(*shapes), op.inputs)
    elif op.elementwise and node.shape:
        _check_entries(graph, node)
        found = _each_entry(node, formula(graph, node), dict(zip(op.inputs, shapes, strict=True)))
    else:
        text = operation_text(graph, node)
        raise Problem(f"{text} is not made of anything simpler", node.span)
    return substituted(found, {port: Name(arg) for port, arg in node.by_port.items()})


def menu_name(graph: Graph, node: Node) -> str:
    """What an operation is called in a menu: a function by its sign, else as it is written: `σ`, `w · x`."""
    op = node.operation
    text = op.symbol if op.call else operation_text(graph, node)
    return text if len(text) <= LONGEST_NAME else op.symbol


def _check_entries(graph: Graph, node: Node) -> None:
    """Refuse to write out arrays that are too large to be looked at entry by entry."""
    for part in (*(graph.nodes[arg] for arg in node.args), node):
        if math.prod(part.shape) > MOST_ENTRIES:
            said = f"{describe(part.name, part.shape)}; up to {MOST_ENTRIES} entries are unfolded"
            raise Problem(said, node.span)


@lru_cache(1024)
def _read(text: str, ports: tuple[str, ...]) -> Tree:
    return read_program(text, ports).statements[0].tree


@lru_cache(256)
def _composite(text: str, ports: tuple[str, ...], by_entry: bool) -> Tree:
    """What a composite stands for; on arrays, one that works entry by entry multiplies entry by entry."""

    def multiplied(part: Tree) -> Tree:
        return replace(part, op="⊙") if isinstance(part, Binary) and part.op in " ·" else part

    tree = _read(text, ports)
    return rebuilt(tree, multiplied) if by_entry else tree


def _each_entry(node: Node, tree: Tree, shapes: Mapping[str, Shape]) -> Tree:
    """An operation that works entry by entry as the list of what it makes of each entry, or each row."""

    def at(place: int) -> Tree:
        whole = {port: shape for port, shape in shapes.items() if len(shape) == len(node.shape)}
        return substituted(
            tree, {port: _entry(port, place if shape[0] > 1 else 0) for port, shape in whole.items()}
        )

    return Listing(tuple(at(place) for place in range(node.shape[0])))


def _each_row(node: Node, tree: Tree, shapes: Mapping[str, Shape]) -> Tree:
    """An operation on the rows of a matrix as the list of what it makes of each row."""
    taken = [port for port in node.operation.rows if shapes[port]]
    first = shapes[node.operation.rows[0]]
    return Listing(
        tuple(substituted(tree, {port: _entry(port, row) for port in taken}) for row in range(first[0]))
    )


def _entry(port: str, place: int) -> Tree:
    return Index(Name(port), (Number(float(place)),))

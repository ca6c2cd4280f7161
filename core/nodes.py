"""Nodes as they come: what an operation takes, and the checks before a new node is made of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.arrays import MAX_ENTRIES, Shape, Value, shape_of
from core.dataclass import dataclass
from core.errors import Problem, Span
from core.graph import CONSTANT, Node
from core.notation.printers import expression_text
from core.notation.tree import Binary, Negative, Note, Tree
from core.numbers import typed_text
from core.ops import OPS, Op

MAX_NODES = 10_000
MAX_BYTES = 512_000_000


@dataclass(frozen=True, slots=True)
class Operand:
    """Something an operation can take: a node, or a constant that is not a node yet.

    `row` marks a vector that was transposed: `wᵀx` is a dot product and `x wᵀ` an outer one. `literal` marks
    a constant written in numbers alone, such as `1/2`, which stays one constant.
    """

    tree: Tree
    shape: Shape
    node: str = ""
    constant: Value | None = None
    row: bool = False
    literal: bool = False


class Nodes:
    """The nodes made so far, in computing order; new ones get names that are not `reserved`."""

    def __init__(self, reserved: set[str]):
        self.reserved = reserved
        self.nodes: dict[str, Node] = {}
        self.notes: list[Note] = []
        self.count = 0
        self.bytes = 0

    def apply(self, op: str, operands: list[Operand], part: Tree, row: bool = False) -> Operand:
        """An operation on operands: arithmetic on numbers is done at once, all else is a new node."""
        if isinstance(part, Binary | Negative) and all(operand.literal for operand in operands):
            return self._folded(OPS[op], operands, part)
        if op in ("add", "sub") and all(operand.row for operand in operands):
            row = True
        if op == "neg":
            row = operands[0].row
        keeps_rows = row or op in ("dot", "outer", "vecmat")
        settled = operands if keeps_rows else [self.settled(operand) for operand in operands]
        node = self.nodes[self.add(op, settled, part)]
        return Operand(part, node.shape, node=node.name, row=row)

    def _folded(self, op: Op, operands: list[Operand], part: Tree) -> Operand:
        constants = [operand.constant for operand in operands if operand.constant is not None]
        self.shape(op, operands)
        value = op.value.value(dict(zip(op.inputs, constants, strict=True)))
        if not np.all(np.isfinite(value)) and all(np.all(np.isfinite(c)) for c in constants):
            what = "not a number" if np.any(np.isnan(value)) else "infinite"
            self.notes.append(Note(f"{expression_text(part)} is {what}", part.span))
        return Operand(part, shape_of(value), constant=value, literal=True)

    def shape(self, op: Op, operands: Sequence[Operand]) -> Shape:
        """The shape an operation makes of its operands. Raises Problem where they do not fit."""
        shapes = [operand.shape for operand in operands]
        constants = [operand.constant for operand in operands]
        try:
            return op.shape_of(op.ports(len(operands)), shapes, constants)
        except Problem:
            # only the sentence for the user needs the operands' own names, which take long to print
            return op.shape_of([self.called(operand) for operand in operands], shapes, constants)

    def _remark(self, op: Op, operands: Sequence[Operand], part: Tree) -> None:
        if op.remark:
            names = [self.called(operand) for operand in operands]
            shapes = [operand.shape for operand in operands]
            said = op.remark_on(names, shapes, [operand.constant for operand in operands])
            self.notes.extend([Note(said, part.span)] if said else [])

    def settled(self, operand: Operand) -> Operand:
        """A transposed vector on its own is a matrix of one row."""
        if not operand.row:
            return operand
        plain = Operand(operand.tree, operand.shape, operand.node, operand.constant)
        node = self.nodes[self.add("row", [plain], operand.tree)]
        return Operand(operand.tree, node.shape, node=node.name)

    def add(self, op: str, operands: Sequence[Operand], part: Tree) -> str:
        """A new node for an operation, its shape checked."""
        shape = self.shape(OPS[op], operands)
        self._remark(OPS[op], operands, part)
        if math.prod(shape) > MAX_ENTRIES:
            said = f"{_cut(expression_text(part))} would have {math.prod(shape):,} entries"
            raise Problem(f"{said}; the limit is {MAX_ENTRIES:,}", part.span)
        args = tuple(self.node_of(operand) for operand in operands)
        self.count += 1
        while f"v{self.count}" in self.reserved:
            self.count += 1
        name = f"v{self.count}"
        if len(self.nodes) >= MAX_NODES:
            raise Problem(f"The graph would have more than {MAX_NODES:,} nodes", part.span)
        self.bytes += 16 * math.prod(shape)  # a value and a gradient
        if self.bytes > MAX_BYTES:
            raise Problem(f"The graph would need more than {MAX_BYTES / 1e9:.1f} GB", part.span)
        self.nodes[name] = Node(name, op, args, shape, part)
        return name

    def node_of(self, operand: Operand) -> str:
        """The operand's node; a constant becomes one now, named by its text."""
        if operand.node:
            return operand.node
        text = expression_text(operand.tree)
        if text not in self.nodes:
            self.nodes[text] = Node(text, CONSTANT, (), operand.shape, operand.tree, value=operand.constant)
        return text

    def called(self, operand: Operand) -> str:
        """How a sentence names an operand."""
        named = operand.node and self.nodes[operand.node].named
        return operand.node if named else _cut(expression_text(operand.tree))


def _cut(text: str) -> str:
    """A formula short enough for a sentence."""
    return text if len(text) <= 40 else text[:37] + "…"


def check_index(value: Value, length: int, name: str, span: Span | None = None) -> int:
    """An index as a whole number inside 0 … length−1. Raises Problem."""
    if not isinstance(value, float) or value != int(value if math.isfinite(value) else 0.5):
        raise Problem("An index is a whole number", span)
    if not 0 <= value < length:
        has = f"has entries 0 to {length - 1}" if length > 1 else "has only entry 0"
        raise Problem(f"{name} {has}; there is no entry {typed_text(value)}", span)
    return int(value)

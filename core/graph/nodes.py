"""Nodes as they come: what an operation takes, and the checks before a new node is made of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NoReturn

from msgspec import Struct

from core.base.arrays import MAX_ENTRIES, MAX_RANK, Shape, Value, is_finite, shape_of
from core.base.errors import Problem, Span, cut
from core.base.lazy_numpy import np
from core.base.numbers import typed_text
from core.graph.graph import CONSTANT, Node
from core.notation.printers import expression_text
from core.notation.program import Remark
from core.notation.tree import Binary, Negative, Tree
from core.ops import OPS, Op

MAX_NODES = 10_000
MAX_MEMORY = 512_000_000  # bytes of all values, gradients and their parts
NUMBER = 8  # bytes
SMALLER = "Make the program or its arrays smaller"


class Operand(Struct, frozen=True):
    """Something an operation can take: a node, or a constant that is not a node yet.

    `row` marks a vector that was transposed: `wᵀx` is a dot product and `x wᵀ` an outer one. `literal` marks
    a constant written in numbers alone, such as `1/2`, which stays one constant. `turned` marks a vector
    behind `.T`, which stays a vector: side by side with another it makes a dot or an outer product.
    """

    tree: Tree
    shape: Shape
    node: str = ""
    constant: Value | None = None
    row: bool = False
    literal: bool = False
    turned: bool = False


class Nodes:
    """The nodes made so far, in computing order; new ones get names that are not `reserved`."""

    def __init__(self, reserved: set[str]):
        self.reserved = reserved
        self.nodes: dict[str, Node] = {}
        self.remarks: list[Remark] = []
        self.count = 0
        self.bytes = 0
        self.used: set[str] = set()
        self.texts: dict[int, tuple[Tree, str]] = {}

    def apply(self, op: str, operands: list[Operand], part: Tree, row: bool = False) -> Operand:
        """An operation on operands: arithmetic on numbers is done at once, all else is a new node."""
        if isinstance(part, Binary | Negative) and all(operand.literal for operand in operands):
            return self._folded(OPS[op], operands, part)
        if op in ("add", "sub") and all(operand.row for operand in operands):
            row = True
        if op == "neg":
            row = operands[0].row
        keeps_rows = row or op in ("dot", "outer", "vecmat")
        args = operands if keeps_rows else [self.row_as_matrix(operand) for operand in operands]
        node = self.nodes[self.add(op, args, part)]
        return Operand(part, node.shape, node=node.name, row=row)

    def _folded(self, op: Op, operands: list[Operand], part: Tree) -> Operand:
        constants = [operand.constant for operand in operands if operand.constant is not None]
        if any(operand.shape for operand in operands):
            self.shape(op, operands, part)
        value = op.value.value(dict(zip(op.inputs, constants, strict=True)))
        if not is_finite(value) and all(map(is_finite, constants)):
            what = "not a number" if np.any(np.isnan(value)) else "infinite"
            self.remarks.append(Remark(f"{expression_text(part)} is {what}", part.span))
        return Operand(part, shape_of(value), constant=value, literal=True)

    def shape(self, op: Op, operands: Sequence[Operand], part: Tree) -> Shape:
        """The shape an operation makes of its operands, which must fit. Raises Problem."""
        shapes = [operand.shape for operand in operands]
        constants = [operand.constant for operand in operands]
        try:
            shape = op.shape_of(op.ports(len(operands)), shapes, constants)
        except Problem:
            # only the sentence for the user needs the operands' own names, which take long to print
            shape = op.shape_of([self.display_name(operand) for operand in operands], shapes, constants)
        if shape and math.prod(shape) > MAX_ENTRIES:
            self._refuse(part, f"would have {math.prod(shape):,} entries; the limit is {MAX_ENTRIES:,}")
        if len(shape) > MAX_RANK:
            self._refuse(part, f"would have {len(shape)} axes; the limit is {MAX_RANK}")
        return shape

    def _refuse(self, part: Tree, why: str) -> NoReturn:
        raise Problem(f"{cut(self.text(part))} {why}", part.span, SMALLER)

    def _remark(self, op: Op, operands: Sequence[Operand], part: Tree) -> None:
        names = [self.display_name(operand) for operand in operands]
        shapes = [operand.shape for operand in operands]
        said = op.remark_on(names, shapes, [operand.constant for operand in operands])
        self.remarks.extend([Remark(said, part.span)] if said else [])

    def row_as_matrix(self, operand: Operand) -> Operand:
        """A transposed vector that stands on its own, as a matrix of one row; all else as it is."""
        if not operand.row:
            return operand
        plain = Operand(operand.tree, operand.shape, operand.node, operand.constant)
        node = self.nodes[self.add("row", [plain], operand.tree)]
        return Operand(operand.tree, node.shape, node=node.name)

    def add(self, op: str, operands: Sequence[Operand], part: Tree) -> str:
        """A new node for an operation, its shape checked."""
        rule, held = OPS[op], 0
        shape = self.shape(rule, operands, part)
        if rule.remark:
            self._remark(rule, operands, part)
        if rule.holds:
            held = rule.held([o.shape for o in operands], [o.constant for o in operands])
        args = tuple(self.node_of(operand) for operand in operands)
        name = self.new_name()
        self.keep(Node(name, op, args, shape, part), held)
        return name

    def new_name(self) -> str:
        """The next free of `v1`, `v2`, …"""
        self.count += 1
        while f"v{self.count}" in self.reserved:
            self.count += 1
        return f"v{self.count}"

    def keep(self, node: Node, held: int = 0) -> None:
        """Take a node in. Raises Problem where there is no room for it and for what it works on."""
        if len(self.nodes) >= MAX_NODES:
            raise Problem(f"The graph would have more than {MAX_NODES:,} nodes", node.span, SMALLER)
        self.bytes += NUMBER * (math.prod(node.shape) + self._coming_back(node))
        if self.bytes + NUMBER * held > MAX_MEMORY:
            needed, most = (math.ceil(count / 1e6) for count in (self.bytes + NUMBER * held, MAX_MEMORY))
            self._refuse(node.tree, f"would bring the graph to {needed:,} MB; the limit is {most:,} MB")
        self.nodes[node.name] = node

    def _coming_back(self, node: Node) -> int:
        """How many numbers a node sends back: a part for each argument, and its sum with earlier parts."""
        entries = 0
        for arg in node.args:
            if not self.nodes[arg].is_constant:
                size = math.prod(self.nodes[arg].shape)
                entries += 2 * size if arg in self.used else size
                self.used.add(arg)
        return entries

    def node_of(self, operand: Operand) -> str:
        """The operand's node; a constant becomes one now, named by its text."""
        if operand.node:
            return operand.node
        text = self.text(operand.tree)
        if text not in self.nodes:
            self.keep(Node(text, CONSTANT, (), operand.shape, operand.tree, value=operand.constant))
        return text

    def text(self, tree: Tree) -> str:
        """A tree's text, printed once: a function may use what it is given very often."""
        if id(tree) not in self.texts:
            self.texts[id(tree)] = tree, expression_text(tree)
        return self.texts[id(tree)][1]

    def display_name(self, operand: Operand) -> str:
        """How a sentence names an operand."""
        named = operand.node and self.nodes[operand.node].named
        return operand.node if named else cut(self.text(operand.tree))


def check_index(value: Value, length: int, name: Callable[[], str], span: Span | None = None) -> None:
    """Raise a Problem unless an index is a whole number inside 0 … length−1."""
    if not isinstance(value, float) or not value.is_integer():
        raise Problem("An index is a whole number", span, "Entries are counted 0, 1, 2, …")
    if not 0 <= value < length:
        has = f"has entries 0 to {length - 1}" if length > 1 else "has only entry 0"
        said = f"{name()} {has}; there is no entry {typed_text(value)}"
        raise Problem(said, span, f"The last one is number {length - 1}, as entries are counted from 0")

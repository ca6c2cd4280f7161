"""A graph's statements in PyTorch, for one example or for a batch whose first axis counts the examples."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from functools import cached_property

import numpy as np
from msgspec import Struct

from core.base.arrays import Value
from core.export.cases import Case
from core.export.code import Identifiers, filled, name, number, printed
from core.export.settings import place_of_range, settings_of
from core.export.torch.forms import chosen
from core.export.torch.functions import called_in
from core.export.torch.pieces import JOINED, Piece
from core.graph.graph import Graph, Node
from core.ops.losses import PAIRED

# longer expressions without a name of their own get a line of their own
MOST_CHARACTERS = 50


class TorchText(Struct, dict=True):
    """Writes a graph's statements.

    known       for each leaf that is a tensor its expression; grows by every node that is written
    values      of all nodes that no input reaches: they are written as numbers and constant tensors
    batched     the inputs that differ from example to example
    shown       the nodes that need a name
    constant    the text of a constant tensor's place, given its identifier, such as `self.c1`
    constants   the constant tensors that are needed, by their identifier
    functions   those of `DEFINITIONS` that are called
    """

    graph: Graph
    names: Identifiers
    known: dict[str, ast.expr]
    values: Mapping[str, Value]
    batched: Collection[str] = ()
    shown: Collection[str] = ()
    constant: str = "{}"
    constants: dict[str, Value] = {}
    functions: dict[str, None] = {}

    @cached_property
    def in_batches(self) -> frozenset[str]:
        """The nodes that differ from example to example."""
        return self.graph.downstream_of(self.batched)

    @cached_property
    def numbers(self) -> dict[str, float]:
        """What is written as a number wherever it is used."""
        return {
            node: value
            for node, value in self.values.items()
            if isinstance(value, float) and node not in self.shown
        }

    def lines(self, needed: Collection[str]) -> list[str]:
        """The statements of all needed nodes. Raises Problem for an operation without a PyTorch form."""
        found = []
        for node in self.graph.nodes.values():
            if node.name not in needed or node.name in self.known:
                continue
            if node.name in self.numbers or self.graph.is_setting(node.name):
                continue
            if node.name in self.values:
                self._keep(node)
                continue
            expression = self.expression(node)
            text = printed(expression)
            if self._goes_into_its_user(node, text):
                self.known[node.name] = expression
                continue
            target = self.names.new(node.name)
            self.known[node.name] = name(target)
            found.append(f"{target} = {text}")
        return found

    def _goes_into_its_user(self, node: Node, text: str) -> bool:
        users = self.graph.users[node.name]
        if len(users) != 1 or node.named or node.name in self.shown or len(text) > MOST_CHARACTERS:
            return False
        user = self.graph.nodes[users[0].target]
        if user.op in JOINED:
            return self.case(user).uniform
        port = user.operation.ports(len(user.args))[users[0].port]
        return len(re.findall(rf"\b{port}\b", chosen(user.op, self.case(user)).text)) <= 1

    def _keep(self, node: Node) -> None:
        """A constant tensor for what no input reaches."""
        identifier = self.names.new("c1" if node.is_leaf and not node.named else node.name)
        self.constants[identifier] = self.values[node.name]
        self.known[node.name] = name(self.constant.format(identifier))

    # -- expressions

    def operands(self, node: Node) -> dict[str, str]:
        """For each port that is no setting the node it takes."""
        op = node.operation
        ports = zip(op.ports(len(node.args)), node.args, strict=True)
        return {port: arg for port, arg in ports if port not in op.settings}

    def case(self, node: Node) -> Case:
        """Where the node's operation is used."""
        operands = self.operands(node)
        return Case(
            {port: self.graph.nodes[arg].shape for port, arg in operands.items()},
            frozenset(port for port, arg in operands.items() if arg in self.in_batches),
            frozenset(port for port, arg in operands.items() if arg in self.numbers),
        )

    def expression(self, node: Node) -> ast.expr:
        """A node's operation on the expressions of its operands."""
        case = self.case(node)
        form = chosen(node.op, case)
        self.functions |= dict.fromkeys(called_in(form.text))
        aligned = node.operation.elementwise or node.op in PAIRED
        rank = len(np.broadcast_shapes(*case.shapes.values())) if aligned else max(case.ranks)
        parts = {
            port: self._operand(arg, port in form.plain.split(), rank if aligned else 0)
            for port, arg in self.operands(node).items()
        }
        parts |= {**settings_of(self.graph, node), "dims": _axes(rank)}
        if node.op in JOINED:
            parts |= JOINED[node.op](self._pieces(node, case), len(node.shape))
        if "axis" in parts:  # counted from the end, so that it makes no difference whether there is a batch
            axis = int(ast.literal_eval(parts["axis"]))
            parts["along"] = number(float(axis - rank * (axis >= 0)), "torch", whole=True)
        if node.op == "cut":
            parts["place"] = place_of_range(parts["axis"], parts["start"], parts["stop"], bool(case.batched))
        return filled(form.text, parts)

    def _pieces(self, node: Node, case: Case) -> list[Piece]:
        contents = (self.numbers[arg] if arg in self.numbers else self.known[arg] for arg in node.args)
        return [
            Piece(content, len(shape), port in case.batched)
            for content, (port, shape) in zip(contents, case.shapes.items(), strict=True)
        ]

    def _operand(self, arg: str, plain: bool, rank: int) -> ast.expr:
        """A tensor, or a plain number; a batch of smaller arrays gets axes to meet `rank` axes an example."""
        if arg in self.numbers:
            value = number(self.numbers[arg], "torch", whole=plain)
            return value if plain else filled("torch.tensor(value)", {"value": value})
        missing = rank - len(self.graph.nodes[arg].shape)
        if arg not in self.in_batches or missing <= 0:
            return self.known[arg]
        return filled(f"tensor[:{', None' * missing}]", {"tensor": self.known[arg]})


def _axes(rank: int) -> ast.expr:
    """The last axes of a tensor: -1, or (-2, -1)."""
    axes = [number(float(axis), "torch", whole=True) for axis in range(-rank, 0)]
    return axes[0] if rank == 1 else ast.Tuple(axes)


def followed(graph: Graph, learned: Collection[str]) -> frozenset[str]:
    """The nodes through which PyTorch can send a gradient back to one of the `learned` inputs."""
    found = set(learned)
    for node in graph.nodes.values():
        if node.is_leaf:
            continue
        if any(arg in found and node.operation.back_rule(port) for port, arg in enumerate(node.args)):
            found.add(node.name)
    return frozenset(found)


def entries(values: Collection[Value]) -> int:
    """How many numbers some values hold."""
    return sum(int(np.size(value)) for value in values)

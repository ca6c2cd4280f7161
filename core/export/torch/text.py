"""A graph's statements in PyTorch, for one example or for a batch whose first axis counts the examples."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from functools import cached_property

import numpy as np
from msgspec import Struct

from core.base.arrays import Value
from core.base.errors import Problem
from core.export.code import Identifiers, filled, name, printed
from core.export.settings import settings_of
from core.export.torch.functions import DEFINITIONS
from core.export.torch.kernels import Operand, plain
from core.export.torch.rules import expression, is_known, spelled
from core.graph.graph import Graph, Node

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
        place = ast.Name("operand")
        found = self._written(user, {**dict.fromkeys(user.args, ast.Name("other")), node.name: place})
        return list(ast.walk(found)).count(place) <= 1

    def _keep(self, node: Node) -> None:
        """A constant tensor for what no input reaches."""
        identifier = self.names.new("c1" if node.is_leaf and not node.named else node.name)
        self.constants[identifier] = self.values[node.name]
        self.known[node.name] = name(self.constant.format(identifier))

    # -- expressions

    def expression(self, node: Node) -> ast.expr:
        """A node's operation on the expressions of its operands. Raises Problem."""
        found = self._written(node, self.known)
        called = (part.id for part in ast.walk(found) if isinstance(part, ast.Name))
        self.functions |= dict.fromkeys(name for name in called if name in DEFINITIONS)
        return found

    def _written(self, node: Node, known: Mapping[str, ast.expr]) -> ast.expr:
        """A node's operation where its operands are some expressions, if they are no numbers."""
        op, ports = node.operation, node.by_port
        operands = {port: self._operand(arg, known) for port, arg in ports.items() if port not in op.settings}
        for port, setting in settings_of(self.graph, node).items():
            operands[port] = Operand(setting, plain=True, value=ast.literal_eval(setting))
        if text := spelled(op, operands):
            return text
        rule = node.value_rule
        if not all(is_known(function) for function in rule.calls):
            said = f"{op.call or op.symbol} cannot be written in PyTorch yet"
            raise Problem(said, hint="Export the NumPy script instead")
        found = expression(rule.computed, operands)
        if found.shape == node.shape:
            return found.text
        sizes = f"({', '.join(map(str, (-1,) * found.batched + node.shape))})"
        return filled(f"tensor.expand({sizes})", {"tensor": found.text})

    def _operand(self, arg: str, known: Mapping[str, ast.expr]) -> Operand:
        if arg in self.numbers:
            return plain(self.numbers[arg])
        return Operand(known[arg], self.graph.nodes[arg].shape, arg in self.in_batches)


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

"""An operation as code: its forward and its backward as they are declared, in PyTorch and in NumPy.

operation_code   a `torch.autograd.Function` that keeps what backward needs, or the same as a NumPy class
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Literal

from core.base.arrays import Shape, repeated_axes
from core.base.errors import Problem
from core.export.code import Identifiers, filled, name, printed
from core.export.numpy.helpers import HELPERS
from core.export.numpy.rules import rule_expression
from core.export.settings import settings_of
from core.export.torch.kernels import Operand
from core.export.torch.rules import expression, is_known
from core.graph.graph import Graph, Node
from core.graph.plan import GRADIENT, OUTPUT
from core.notation.tree import Call, Tree, walk
from core.ops.rules import Rule

Language = Literal["torch", "numpy"]
BACKWARD = {
    "matvec_t": "a.T @ b",
    "vecmat_t": "b @ a",
    "matmul_t": "a @ b.T",
    "t_matmul": "a.T @ b",
    "as_shape": "a.reshape(b.shape)",
    "size": "a.numel()",
    "stretch": "a.expand_as(b)",
    "unrow": "a[0]",
    "entry": "a[int(b)]",
    "unit": "torch.where(b == 0, 0.0, a / b)",
}
"""The functions that only rules of the way back call, in PyTorch for one example; a, b are what they take."""
TAKEN = ("np", "torch", "ctx", "math", GRADIENT, OUTPUT, *HELPERS)


def operation_code(graph: Graph, node: Node, language: Language) -> str:
    """Write the operation of a node as a class with a forward and a backward.

    Backward is written from the rules by which the program itself sends gradients back; forward keeps the
    inputs, and the output, that they read.

    Args:
        graph: the graph, for the shapes of the inputs.
        node: a node that is computed.
        language: torch, for a `torch.autograd.Function`, or numpy, for a class that is called alike.

    Raises:
        Problem: the node is no operation, or has no form in PyTorch.
    """
    if node.is_leaf:
        raise Problem(f"{node.name} is not computed, so there is no operation to write", node.span)
    return _Class(graph, node, language).text()


class _Class:
    def __init__(self, graph: Graph, node: Node, language: Language):
        self.graph, self.node, self.language = graph, node, language
        self.settings = settings_of(graph, node)
        names = Identifiers(TAKEN)
        self.inputs = {port: names.new(port) for port in node.ports if port not in self.settings}
        self.rules = {
            port: rule for number, port in enumerate(node.ports) if (rule := node.operation.back_rule(number))
        }
        self.helpers: dict[str, None] = {}

    def text(self) -> str:
        """The whole class, with what it imports and the functions it calls."""
        read = [one for rule in self.rules.values() for one in rule.names]
        kept = {port: kept for port, kept in {**self.inputs, OUTPUT: OUTPUT}.items() if port in read}
        body = self._torch(kept) if self.language == "torch" else self._numpy(kept)
        imports = "import torch" if self.language == "torch" else "import numpy as np"
        if any("F." in line for line in body):
            imports = f"{imports}\nimport torch.nn.functional as F"
        if any("math." in line for line in (*body, *(HELPERS[helper] for helper in self.helpers))):
            imports = f"import math\n\n{imports}"
        return "\n".join([imports, *(f"\n\n{HELPERS[helper]}" for helper in self.helpers), "", "", *body, ""])

    @property
    def title(self) -> str:
        words = (self.node.operation.call or self.node.op).replace("_", " ").split()
        return "".join(word.capitalize() for word in words)

    def _torch(self, kept: Mapping[str, str]) -> list[str]:
        tensors = "".join(f", {one}" for one in kept.values())
        saved = ", ".join(kept.values()) + ("," if len(kept) == 1 else "")
        return [
            f"class {self.title}(torch.autograd.Function):",
            f'    """{self._says()}"""',
            "",
            "    @staticmethod",
            f"    def forward(ctx, {', '.join(self.inputs.values())}):",
            f"        {OUTPUT} = {self._expression(self.node.value_rule)}",
            *([f"        ctx.save_for_backward({tensors[2:]})"] if kept else []),
            f"        return {OUTPUT}",
            "",
            "    @staticmethod",
            f"    def backward(ctx, {GRADIENT}):",
            *([f"        {saved} = ctx.saved_tensors"] if kept else []),
            f"        return {', '.join(self._backward(port) for port in self.inputs)}",
        ]

    def _numpy(self, kept: Mapping[str, str]) -> list[str]:
        saved = ", ".join(kept.values()) + ("," if len(kept) == 1 else "")
        return [
            f"class {self.title}:",
            f'    """{self._says()}"""',
            "",
            f"    def forward(self, {', '.join(self.inputs.values())}):",
            f"        {OUTPUT} = {self._expression(self.node.value_rule)}",
            *([f"        self.saved = ({saved})"] if kept else []),
            f"        return {OUTPUT}",
            "",
            f"    def backward(self, {GRADIENT}):",
            *([f"        {saved} = self.saved"] if kept else []),
            f"        return {', '.join(self._backward(port) for port in self.inputs)}",
        ]

    def _says(self) -> str:
        says = self.node.operation.says
        return says if len(says) < 100 else f"{self.title}: forward and backward."

    def _shape(self, port: str) -> Shape:
        return self.graph.nodes[self.node.by_port[port]].shape

    def _backward(self, port: str) -> str:
        """What comes back to an input; None where nothing does."""
        rule = self.rules.get(port)
        if rule is None:
            return "None"
        return self._summed(self._expression(rule), port)

    def _summed(self, text: str, port: str) -> str:
        """Undo stretching: add up over every axis along which the input was repeated."""
        joint, wanted = self.graph.stretched_shape(self.node), self._shape(port)
        if joint is None or joint == wanted:
            return text
        call = f"{'torch' if self.language == 'torch' else 'np'}.sum(flow"
        flow = {"flow": ast.parse(text, mode="eval").body}
        if not wanted:
            return printed(filled(f"{call})", flow))
        axes = tuple(repeated_axes(joint, wanted))
        total = f"{call}, {'dim' if self.language == 'torch' else 'axis'}={axes})"
        keeps_rank = len(joint) - len(axes) == len(wanted)
        return printed(filled(total if keeps_rank else f"{total}.reshape({wanted})", flow))

    def _expression(self, rule: Rule) -> str:
        write: Callable[[Tree], ast.expr] = self._in_torch if self.language == "torch" else self._in_numpy
        return printed(write(rule.computed))

    def _in_numpy(self, tree: Tree) -> ast.expr:
        parts = {port: name(one) for port, one in self.inputs.items()} | self.settings
        return rule_expression(tree, {**parts, OUTPUT: name(OUTPUT), GRADIENT: name(GRADIENT)}, self.helpers)

    def _in_torch(self, tree: Tree) -> ast.expr:
        called = {part.function for part in walk(tree) if isinstance(part, Call)}
        if not all(is_known(function) or function in BACKWARD for function in called):
            op = self.node.operation
            said = f"{op.call or op.symbol} cannot be written as an autograd.Function yet"
            raise Problem(said, self.node.span, "Take the NumPy class instead")
        operands = {port: Operand(name(one), self._shape(port)) for port, one in self.inputs.items()}
        for port, setting in self.settings.items():
            operands[port] = Operand(setting, plain=True, value=ast.literal_eval(setting))
        operands |= {part: Operand(name(part), self.node.shape) for part in (OUTPUT, GRADIENT)}
        return expression(tree, operands, BACKWARD).text

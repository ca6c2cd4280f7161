"""The statements of both passes in NumPy: the plan's instructions, from the same rules the stepper runs.

Statements   writes one instruction at a time, and the values that they start from
assigned     the statement that gives a name its value
"""

from __future__ import annotations

import ast

from core.base.arrays import Shape, Value, repeated_axes, shape_of
from core.export.code import Identifiers, filled, literal, name, number, printed
from core.export.numpy.helpers import HELPERS
from core.export.numpy.rules import rule_expression
from core.export.settings import settings_of
from core.graph.graph import Node
from core.graph.plan import GRADIENT, OUTPUT, Instruction
from core.notation.tree import with_names
from core.passes.seed import is_chosen
from core.passes.trace import Trace

TAKEN = """np math passes inputs values gradients gradient difference worst places place ends moved moved_by
slope error h name most OUTPUT""".split()


class Statements:
    """Writes the statements of a trace.

    names, gradients   the identifiers of the nodes' values and of their gradients
    renamed            the names that are written otherwise than in the program
    helpers            the functions of HELPERS that what was written so far calls
    """

    def __init__(self, trace: Trace):
        self.trace, self.graph, self.plan = trace, trace.graph, trace.plan
        self.live = self.graph.downstream_of(self.graph.inputs)
        self.helpers: dict[str, None] = {}
        names = Identifiers({*TAKEN, *HELPERS})
        self.names = {
            node.name: names.new("c1" if node.is_constant else node.name)
            for node in self.graph.nodes.values()
            if not node.is_constant or (node.shape and not self.graph.is_setting(node.name))
        }
        backward = [step for step in self.plan.instructions if step.phase == "backward"]
        receiving = dict.fromkeys([self.graph.output, *(step.arg for step in backward), *self.plan.stopped])
        self.renamed = {old: new for old, new in names.renamed.items() if self.graph.nodes.get(old)}
        self.gradients = {node: names.new(f"d{self.names[node]}") for node in receiving if node in self.names}

    # -- expressions

    def operand(self, node: Node) -> ast.expr:
        if node.is_constant and isinstance(node.value, float):
            return number(node.value, "np")
        return name(self.names[node.name])

    def expression(self, step: Instruction) -> ast.expr:
        """An instruction's rule with the names of this script in it; numbers are worked out."""
        assert step.rule and step.binding is not None
        nodes = {port: self.graph.nodes[arg] for port, arg in step.binding.items()}
        settings = settings_of(self.graph, self.graph.nodes[step.node])
        others = {port: node for port, node in nodes.items() if port not in settings}
        numbers = {port: node.value for port, node in others.items() if isinstance(node.value, float)}
        parts = {port: self.operand(node) for port, node in others.items()} | settings
        parts[OUTPUT] = name(self.names[step.node])
        if step.node in self.gradients:
            parts[GRADIENT] = name(self.gradients[step.node])
        return rule_expression(with_names(step.rule.computed, numbers), parts, self.helpers)

    # -- statements

    def forward(self, step: Instruction) -> str:
        """The statement that computes a node."""
        return f"{self.names[step.node]} = {printed(self.expression(step))}"

    def seed(self) -> str:
        """The statement that gives the output its gradient: 1, or the seed that was chosen."""
        target, shape = self.gradients[self.graph.output], self.graph.nodes[self.graph.output].shape
        if is_chosen(self.trace.seed):
            return assigned(target, self.trace.seed)
        return f"{target} = {f'np.ones({shape})' if shape else 'np.float64(1)'}"

    def flow(self, step: Instruction) -> ast.expr:
        """What comes back over an edge, in the shape of the node that receives it."""
        return _summed(self.expression(step), self._flow_shape(step), self.graph.nodes[step.arg].shape)

    def _flow_shape(self, step: Instruction) -> Shape:
        """The shape of what comes back before stretching is undone."""
        node = self.graph.nodes[step.node]
        stretched = self.graph.stretched_shape(node)
        return self.graph.nodes[step.arg].shape if stretched is None else stretched

    def imports(self) -> list[str]:
        wants_math = any("math." in HELPERS[helper] for helper in self.helpers)
        return [*(["import math"] if wants_math else []), "import numpy as np"]


def assigned(target: str, value: Value) -> str:
    """`x = np.float64(-2.0)`, `w = np.array([1.0, 2.0])`."""
    call = "np.array(" if shape_of(value) else "np.float64("
    return f"{target} = {call}{literal(value, 'np', len(target) + len(call) + 3)})"


def _summed(flow: ast.expr, shape: Shape, wanted: Shape) -> ast.expr:
    """Undo stretching: add up over every axis along which the value was repeated."""
    if shape == wanted:
        return flow
    if not wanted:
        return filled("np.sum(flow)", {"flow": flow})
    axes = repeated_axes(shape, wanted)
    along = ast.Tuple([ast.Constant(axis) for axis in axes])
    total = filled("np.sum(flow, axis=axes)", {"flow": flow, "axes": along})
    keeps_rank = len(shape) - len(axes) == len(wanted)
    return total if keeps_rank else filled(f"total.reshape({wanted})", {"total": total})

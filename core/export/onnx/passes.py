"""A plan's instructions as ONNX operators, under the program's names.

Passes   the forward pass; `backward` adds the way back; `model` is what a file holds of it
Model    operators, constants and names; `onnx_model` writes it
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from core.base.arrays import Shape, Value, repeated_axes
from core.base.errors import Problem
from core.export.code import Identifiers, identifier
from core.export.onnx.forms import lowered, summed
from core.export.onnx.operators import SEEDED, Operators
from core.export.onnx.tensors import NoForm, Operator, Tensor
from core.graph.graph import Graph, Node
from core.graph.plan import GRADIENT, OUTPUT, Instruction, make_plan
from core.passes.stepper import input_values

# ONNX takes its names from C90, whose keywords are none
KEYWORDS = """auto break case char const continue default do double else enum extern float for goto if int
long register return short signed sizeof static struct switch typedef union unsigned void volatile
while""".split()
LOSS = "loss"


class Model(Struct, frozen=True):
    """What a file holds. An input that is among the constants has that value where it is not fed.

    `says` is a line of the plan for what an operator computes, and the program's name for an input that is
    called otherwise here; `facts` are told of the whole.
    """

    element: int
    operators: Sequence[Operator]
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    constants: Mapping[Tensor, npt.NDArray[Any]]
    names: Mapping[Tensor, str]
    says: Mapping[Tensor, str]
    facts: Mapping[str, str]


class Passes:
    """A graph at the values of its inputs, of which those that are `batched` are to be fed.

    `tensors` and `gradients` are those of the nodes, by their names in the program.
    """

    def __init__(
        self,
        graph: Graph,
        values: Mapping[str, Value],
        element: int,
        batched: Collection[str] = (),
        dropout: str = SEEDED,
        summed: bool = False,
    ):
        """Raises Problem for an operation without a form.

        The loss of a batch is the mean of its examples' losses, or with `summed` their sum.
        """
        self.summed = summed
        self.graph, self.plan, self.ops = graph, make_plan(graph), Operators(element, dropout)
        self.tensors: dict[str, Tensor] = {}
        self.gradients: dict[str, Tensor] = {}
        self._names: dict[Tensor, str] = {}
        self._says: dict[Tensor, str] = {}
        self._flowed: dict[str, str] = {}  # the last line that added to a gradient
        self._identifiers = Identifiers(KEYWORDS, reserved=[LOSS] * bool(batched))
        nodes = [node.name for node in graph.nodes.values() if not node.is_constant]
        self._called = {name: self._identifiers.new(_ascii(name)) for name in nodes}
        for name, value in input_values(graph, values).items():
            self.tensors[name] = self._leaf(graph.nodes[name], value, name in batched)
        for step in self.plan.instructions:
            if step.phase == "forward":
                self._compute(step)

    def _leaf(self, node: Node, value: Value, batched: bool) -> Tensor:
        if node.is_constant:
            return self.ops.number(value) if isinstance(value, float) else self.ops.constant(value)
        found = Tensor(node.shape, batched)
        self._names[found] = called = self._called[node.name]
        if called != node.name:
            self._says[found] = node.name
        if not batched:
            self.ops.constants[found] = np.asarray(value, self.ops.dtype)
        return found

    # -- forward

    def _compute(self, step: Instruction) -> None:
        node = self.graph.nodes[step.node]
        self.ops.part_of = called = self._called[step.node]
        if node.operation.onnx:
            found = self.ops.each(node.operation.onnx, *(self.tensors[arg] for arg in node.args))
        else:
            found = self._lowered(step)
        if node.named or step.node == self.graph.output:
            found = self._named(found, called, step.text)
        elif found not in self._names and found not in self.ops.constants:
            self._names[found], self._says[found] = called, step.text
        self.tensors[step.node] = found

    def _lowered(self, step: Instruction) -> Tensor:
        """What an instruction computes, or sends back. Raises Problem."""
        assert step.rule and step.binding is not None
        binding = {port: self.tensors[arg] for port, arg in step.binding.items()}
        try:
            if step.phase == "forward":
                return lowered(self.ops, step.rule, binding)
            binding |= {OUTPUT: self.tensors[step.node], GRADIENT: self.gradients[step.node]}
            sent_back = lowered if self.tensors[step.arg].batched else summed
            return sent_back(self.ops, step.rule, binding)
        except NoForm as missing:
            operation = self.graph.nodes[step.node].operation
            called = str(missing) or operation.call or operation.symbol
            if step.phase == "forward":
                hint = "Export the NumPy script instead"
                raise Problem(f"{called} cannot be written in ONNX yet", hint=hint) from None
            said = f"The gradient of {called} cannot be written in ONNX yet"
            raise Problem(said, hint="Leave the gradients out") from None

    def _named(self, found: Tensor, name: str, says: str) -> Tensor:
        """The tensor under that name; what has one already, or is constant, is copied."""
        if found in self._names or found in self.ops.constants:
            found = self.ops.copy(found)
        self._names[found], self._says[found] = name, says
        return found

    def output(self) -> Tensor:
        """The graph's output, which is nothing that is fed."""
        node = self.graph.nodes[self.graph.output]
        found = self.tensors[node.name]
        return self._named(found, self._identifiers.new(node.name), node.name) if node.is_leaf else found

    def loss(self) -> Tensor:
        """The output, or of a batch its mean or its sum."""
        output = self.output()
        if not output.batched:
            return output
        self.ops.part_of = LOSS
        kind, said = ("ReduceSum", "sum") if self.summed else ("ReduceMean", "mean")
        return self._named(self.ops.over_batch(kind, output), LOSS, f"the {said} over the batch")

    # -- backward

    def backward(self, wanted: Sequence[str]) -> list[Tensor]:
        """The gradients of inputs; nothing for one that gets none. Raises Problem."""
        leading = self.graph.downstream_of(wanted)
        for step in self.plan.instructions:
            self.ops.part_of = f"d{self._called[step.arg or step.node]}"
            if step.phase == "seed":
                self.gradients[step.node] = self._seed(self.tensors[step.node])
            elif step.phase == "backward" and step.node in self.gradients and step.arg in leading:
                self._flow(step)
        for name in self.plan.stopped:
            self.gradients[name] = self._zero(self.tensors[name])
        found = [name for name in wanted if name in self.gradients]
        names = [self._identifiers.new(f"d{self._called[name]}") for name in found]
        return [
            self._named(self.gradients[node], name, self._flowed.get(node, ""))
            for node, name in zip(found, names, strict=True)
        ]

    def _zero(self, like: Tensor) -> Tensor:
        zero = self.ops.number(0.0)
        return self.ops.expanded_like(zero, like) if like.batched else self.ops.expanded(zero, like.shape)

    def _seed(self, output: Tensor) -> Tensor:
        """1, or of a batch each example's share in the mean, or 1 for each in the sum."""
        if not output.batched:
            return self.ops.expanded(self.ops.number(1.0), output.shape)
        if self.summed:
            return self.ops.expanded_like(self.ops.number(1.0), output)
        size = self.ops.make("Shape", [output], (1,), batched=False, start=0, end=1)
        share = self.ops.call("divide", self.ops.number(1.0), self.ops.cast(size, self.ops.element))
        return self.ops.expanded_like(share, output)

    def _flow(self, step: Instruction) -> None:
        flow = self._unstretched(self._lowered(step), self.graph.nodes[step.arg].shape)
        before = self.gradients.get(step.arg)
        self.gradients[step.arg] = flow if before is None else self.ops.call("add", before, flow)
        self._flowed[step.arg] = step.text

    def _unstretched(self, flow: Tensor, shape: Shape) -> Tensor:
        """Added up over every axis along which the value was repeated."""
        axes, lead = repeated_axes(flow.shape, shape), len(flow.shape) - len(shape)
        flow = self.ops.reduced("ReduceSum", flow, axes[:lead])
        return self.ops.reduced("ReduceSum", flow, [axis - lead for axis in axes[lead:]], keep=True)

    # -- the whole

    def model(self, fed: Sequence[str], outputs: Sequence[Tensor], facts: Mapping[str, str]) -> Model:
        """What the outputs need; `fed` are the inputs to be fed, in order, if they are needed."""
        operators, needed = _needed(self.ops.all, outputs)
        inputs = [self.tensors[name] for name in fed if self.tensors[name] in needed]
        constants = {tensor: array for tensor, array in self.ops.constants.items() if tensor in needed}
        names, counts = dict(self._names), Counter[str]()
        for operator in operators:
            if operator.output not in names:
                counts[operator.part_of] += 1
                wish = f"{operator.part_of}_{counts[operator.part_of]}"
                names[operator.output] = self._identifiers.new(wish)
        unnamed = [tensor for tensor in constants if tensor not in names]
        names |= {tensor: self._identifiers.new(f"c{n}") for n, tensor in enumerate(unnamed, start=1)}
        return Model(self.ops.element, operators, inputs, outputs, constants, names, self._says, facts)


def _needed(operators: Sequence[Operator], outputs: Sequence[Tensor]) -> tuple[list[Operator], set[Tensor]]:
    """The operators that lead to the outputs, and all tensors of theirs."""
    found, needed = [], set(outputs)
    for operator in reversed(operators):
        if operator.output in needed:
            found.append(operator)
            needed.update(operator.inputs)
    return found[::-1], needed


def _ascii(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", identifier(name))

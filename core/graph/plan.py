"""A plan: the forward and backward pass of a graph as a list of instructions.

The stepper runs the list one instruction at a time and tells what happened; the trainer turns the whole list
into one function. Both read the same rules, so what is shown is what trains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from msgspec import Struct

from core.base.gc_paused import gc_paused
from core.graph.graph import Graph
from core.notation.printers import expression_text
from core.notation.tree import Name, substituted
from core.ops.rules import Rule

Phase = Literal["forward", "seed", "backward"]
GRADIENT, OUTPUT = "g", "out"


class Instruction(Struct, frozen=True):
    """Compute a node, seed the output's gradient, or send a node's gradient back along one edge.

    `binding` says which node each name of the rule stands for; `out` stands for the node itself and `g` for
    its gradient. On the way back `arg` is the node that receives and `port` the number of the argument.
    """

    phase: Phase
    node: str
    rule: Rule | None = None
    binding: Mapping[str, str] | None = None
    arg: str = ""
    port: int = -1

    @property
    def text(self) -> str:
        """The instruction as a line of a listing: `q = x + y`, `dx += dq * y`."""
        if self.rule is None or self.binding is None:
            return f"d{self.node} = 1"
        parts = {name: Name(node) for name, node in self.binding.items()}
        parts |= {OUTPUT: Name(self.node), GRADIENT: Name(f"d{self.node}")}
        formula = expression_text(substituted(self.rule.tree, parts))
        return f"{self.node} = {formula}" if self.phase == "forward" else f"d{self.arg} += {formula}"


class Plan(Struct, frozen=True, dict=True):
    """Both passes of a graph as instructions, in the order in which they are run.

    The instructions of the forward pass come first, then the seed, then those of the backward pass. The
    stepper runs them one at a time (core/passes), the compiler makes one function of them (core/compiled).
    """

    graph: Graph
    instructions: tuple[Instruction, ...]

    @cached_property
    def forward(self) -> Plan:
        """The plan of the forward pass alone."""
        return Plan(self.graph, tuple(one for one in self.instructions if one.phase == "forward"))

    @cached_property
    def stopped(self) -> tuple[str, ...]:
        """The nodes whose gradient is 0, as all their ways to the output are flat somewhere."""
        return stopped(self.graph)

    @cached_property
    def text(self) -> str:
        """The listing, a line for each instruction."""
        return "\n".join(instruction.text for instruction in self.instructions)


@gc_paused
def make_plan(graph: Graph) -> Plan:
    """List the instructions of both passes.

    The forward pass computes each node after its arguments. The backward pass visits the nodes in the
    opposite order, and the arguments of each from the last to the first, as it is done by hand: for
    `f = (x + y) z` it comes to z, x + y, y, x. All that a node receives comes together, when the last of it
    can: so the gradients are complete one after the other. Gradients go only where they lead to an input.

    Args:
        graph: the graph, with its output chosen.

    Returns:
        The plan: one instruction for each operation, one for the seed, one for each edge a gradient travels.

    Source:
        Reverse accumulation; Griewank and Walther, Evaluating Derivatives, 2nd edition, section 3.2.
    """
    forward, flows = [], []
    wanted = receivers(graph)
    for node in graph.nodes.values():
        if node.is_leaf:
            continue
        forward.append(Instruction("forward", node.name, node.value_rule, node.by_port))
    for node in reversed(list(graph.nodes.values())):
        if node.is_leaf or node.name not in wanted:
            continue
        binding = node.by_port
        for port, arg in reversed(list(enumerate(node.args))):
            rule = node.operation.back_rule(port)
            if rule and arg in wanted:
                flows.append(Instruction("backward", node.name, rule, binding, arg, port))
    return Plan(graph, (*forward, Instruction("seed", graph.output), *_gathered(flows)))


def _gathered(flows: Sequence[Instruction]) -> list[Instruction]:
    """The instructions of a backward pass, those to a node together where the last of them stands."""
    arriving: dict[str, list[Instruction]] = {}
    for flow in flows:
        arriving.setdefault(flow.arg, []).append(flow)
    return [one for flow in flows if arriving[flow.arg][-1] is flow for one in arriving[flow.arg]]


def receivers(graph: Graph) -> frozenset[str]:
    """The nodes that get a gradient: on a way from an input to the output that gradients can travel."""
    reached = {graph.output}
    for node in reversed(list(graph.nodes.values())):
        if node.name in reached and not node.is_leaf:
            op = node.operation
            reached.update(arg for port, arg in enumerate(node.args) if op.back_rule(port))
    useful = graph.downstream_of(graph.inputs)
    return frozenset(name for name in reached if not graph.nodes[name].is_constant and name in useful)


def stopped(graph: Graph) -> tuple[str, ...]:
    """The nodes that no gradient travels to because an operation on every way is flat there: theirs is 0."""
    if not any(node.operation.flat for node in graph.nodes.values() if not node.is_leaf):
        return ()
    reached, received, useful = {graph.output}, receivers(graph), graph.downstream_of(graph.inputs)
    for node in reversed(list(graph.nodes.values())):
        if node.name in reached and not node.is_leaf:
            op, ways = node.operation, enumerate(node.by_port.items())
            reached.update(arg for number, (port, arg) in ways if op.back_rule(number) or port in op.flat)
    return tuple(
        name
        for name, node in graph.nodes.items()
        if name in reached and name not in received and not node.is_constant and name in useful
    )

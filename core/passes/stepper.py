"""Running a plan one instruction at a time, telling each fact; numbers are Python floats throughout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from time import monotonic, thread_time

from core.base.arrays import Value, describe, frozen, shape_of, shape_text, sum_to
from core.base.errors import Problem, cut
from core.base.lazy_numpy import np
from core.base.slicing import Work, finished
from core.graph.builder import build
from core.graph.graph import Graph, Node, check_node
from core.graph.nodes import SMALLER, check_index
from core.graph.plan import GRADIENT, OUTPUT, Plan, make_plan
from core.graph.programs import read_program, renamed
from core.notation.printers import expression_text
from core.notation.program import Remark
from core.passes.seed import check_seed, usual_seed
from core.passes.steps import Computed, Flowed, Seeded, Step
from core.passes.trace import Trace

MAX_SECONDS = 2.0


def run(text: str, values: Mapping[str, Value], output: str = "", seed: Value | None = None) -> Trace:
    """Read a program, build its graph and its plan, and run both passes.

    Args:
        text: the program.
        values: a number or an array for each of its inputs.
        output: the node to differentiate; empty for the last statement.
        seed: the gradient of the output to start from, of the output's shape; None is 1 in every entry.

    Returns:
        The trace of both passes.

    Raises:
        Problem: what cannot be read or built, a value or a seed that does not fit, or passes that take too
            long.
    """
    program = read_program(text, values)
    values = renamed(program, values)
    graph = build(program, values)
    if output:
        check_node(graph, output)
        graph = graph.with_output(output)
    return record(make_plan(graph), values, seed)


def as_chosen(
    graph: Graph, output: str, seed: Value | None
) -> tuple[Graph, Value | None, tuple[Remark, ...]]:
    """Choose a graph's output and seed, as far as they still fit it.

    Args:
        graph: the graph of the program as it is now.
        output: the node that was chosen before; empty for the last statement.
        seed: the seed that was chosen before, or None.

    Returns:
        The graph with that output, the seed for it, and a remark on each choice that no longer fits and is
        left out.
    """
    if output and (output not in graph.nodes or graph.nodes[output].is_constant):
        said = f"{output} was differentiated and is no longer there; now it is {graph.output}"
        return graph, None, (Remark(said, graph.nodes[graph.output].span),)
    asked = graph.with_output(output) if output else graph
    node = asked.nodes[asked.output]
    if seed is not None and shape_of(seed) != node.shape:
        said = f"{describe('The seed', shape_of(seed))} and is not used; {describe(node.name, node.shape)}"
        return asked, None, (Remark(said, node.span),)
    return asked, seed, ()


class TimeLimit:
    """So many seconds from now, on the clock and of work.

    On a busy machine the clock goes on while this thread waits, so both are asked.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._clock, self._work = monotonic() + seconds, thread_time() + seconds

    def is_over(self) -> bool:
        return monotonic() > self._clock and thread_time() > self._work  # the first is asked in no time


def record(
    plan: Plan, values: Mapping[str, Value], seed: Value | None = None, limit: TimeLimit | None = None
) -> Trace:
    """Run both passes of a plan.

    Args:
        plan: the instructions.
        values: a number or an array for each input, of the shapes the graph was built with.
        seed: the gradient of the output to start from, of the output's shape; None is 1 in every entry.
        limit: the time after which to give up, asked after each step; None is MAX_SECONDS from now.

    Returns:
        The trace: every step with its numbers.

    Raises:
        Problem: a value or a seed that does not fit, an index outside its array, or passes that take too
            long.
    """
    return finished(recording(plan, values, seed, limit))


def recording(
    plan: Plan, values: Mapping[str, Value], seed: Value | None = None, limit: TimeLimit | None = None
) -> Work[Trace]:
    """Run both passes of a plan in pieces, one step each; see `record` for arguments, result and errors."""
    inputs = input_values(plan.graph, values)
    done: list[Step] = []
    limit = limit or TimeLimit(MAX_SECONDS)
    for step in steps(plan, inputs, seed):
        done.append(step)
        if limit.is_over():
            node = plan.graph.nodes[step.node]
            said = f"The passes take longer than {limit.seconds:g} s; they were stopped at {node.name}"
            raise Problem(said, node.span, SMALLER)
        yield
    return Trace(plan, inputs, done)


def input_values(graph: Graph, values: Mapping[str, Value]) -> dict[str, Value]:
    """Collect the values of a graph's inputs and constants.

    Args:
        graph: the graph.
        values: a number or an array by name; inputs that the program itself gives a value need none.

    Returns:
        The value of every node without arguments.

    Raises:
        Problem: an input without a value, or one whose shape is not the one the graph was built with.
    """
    found: dict[str, Value] = {}
    for node in graph.nodes.values():
        if not node.is_leaf:
            continue
        value = node.value if node.value is not None else graph.stated.get(node.name, values.get(node.name))
        if value is None:
            raise Problem(f"{node.name} has no value", node.span)
        if shape_of(value) != node.shape:
            raise Problem(
                f"{node.name} was {shape_text(node.shape)} and is now {shape_text(shape_of(value))}",
                node.span,
            )
        found[node.name] = value
    return found


def forward_values(plan: Plan, values: Mapping[str, Value]) -> dict[str, Value]:
    """Compute the values of all nodes of a plan by its forward pass alone.

    Args:
        plan: the instructions.
        values: a number or an array by name; inputs that the program itself gives a value need none.

    Returns:
        The value of every node.

    Raises:
        Problem: an input without a value or with one that does not fit, or an index outside its array.
    """
    inputs = input_values(plan.graph, values)
    return inputs | {s.node: s.value for s in steps(plan.forward, inputs) if isinstance(s, Computed)}


def steps(plan: Plan, inputs: Mapping[str, Value], seed: Value | None = None) -> Iterator[Step]:
    """Run both passes, yielding each step as it is done.

    Args:
        plan: the instructions.
        inputs: the value of every node without arguments.
        seed: the gradient of the output to start from, of the output's shape; None is 1 in every entry. 1 at
            one entry of an array differentiates that entry; any other array gives the gradient of `sum(seed ⊙
            output)`.

    Yields:
        What each instruction computed: a value, the seed, or a contribution and the sum so far.

    Raises:
        Problem: an index outside its array, or a seed that does not fit.
    """
    values, gradients = dict(inputs), {}
    nodes = plan.graph.nodes
    for instruction in plan.instructions:
        node, rule, binding = instruction.node, instruction.rule, instruction.binding
        if rule is None or binding is None:
            usual = usual_seed(values[node])
            gradients[node] = usual if seed is None else check_seed(node, shape_of(usual), seed)
            yield Seeded(node, gradients[node])
            continue
        known = {name: values[arg] for name, arg in binding.items()}
        if instruction.phase == "forward":
            if nodes[node].operation.points:
                _check_place(nodes, nodes[node], known)
            values[node] = value = rule.value(known)
            yield Computed(node, value)
        elif node in gradients:
            known[OUTPUT], known[GRADIENT] = values[node], gradients[node]
            arg = instruction.arg
            contribution = sum_to(rule.value(known), shape_of(values[arg]))
            before = gradients.get(arg)
            gradients[arg] = total = contribution if before is None else _sum(before, contribution)
            yield Flowed(node, instruction.port, arg, contribution, total)


def _sum(a: Value, b: Value) -> Value:
    if isinstance(a, float) and isinstance(b, float):
        return a + b
    with np.errstate(all="ignore"):
        return frozen(a + b)


def _check_place(nodes: Mapping[str, Node], node: Node, known: Mapping[str, Value]) -> None:
    """An index that is a variable is checked when its value is known."""
    op = node.operation
    assert op.points
    place, into = op.points
    array, source = known[into], nodes[node.args[op.inputs.index(into)]]

    def name() -> str:
        called = source.name if source.named else cut(expression_text(source.tree))
        if into in op.rows:
            return f"A row of {called}"
        return f"A vector of {called}" if isinstance(array, float) else called

    length = int(array) if isinstance(array, float) else op.entries_pointed(array.shape)
    numbers = known[place]
    if not isinstance(numbers, float):
        wrong = numbers[~((numbers >= 0) & (numbers < length) & (numbers == np.floor(numbers)))]
        numbers = float(wrong[0]) if wrong.size else 0.0
    check_index(numbers, length, name, node.span)

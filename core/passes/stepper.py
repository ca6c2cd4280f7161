"""Running a plan one instruction at a time, telling each fact; numbers are Python floats throughout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic, thread_time

from core.base.arrays import Value, describe, frozen, is_finite, shape_of, shape_text, sum_to
from core.base.errors import Problem, cut
from core.base.lazy_numpy import np
from core.base.numbers import short
from core.base.slicing import Work, finished
from core.graph.builder import graph_of
from core.graph.graph import CONSTANT, Graph, Node
from core.graph.nodes import SMALLER, check_index
from core.graph.plan import GRADIENT, OUTPUT, Plan, make_plan
from core.notation.printers import expression_text
from core.notation.tree import Note
from core.ops.facts import Cause
from core.passes.seed import check_seed, usual_seed
from core.passes.steps import Computed, Flowed, Seeded, Step, Story

Over = Callable[[], bool]
MAX_SECONDS = 2.0


def run(text: str, values: Mapping[str, Value], output: str = "", seed: Value | None = None) -> Story:
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
    graph = graph_of(text, values)
    return tell(make_plan(graph.with_output(output) if output else graph), values, seed)


def as_chosen(graph: Graph, output: str, seed: Value | None) -> tuple[Graph, Value | None, tuple[Note, ...]]:
    """Choose a graph's output and seed, as far as they still fit it.

    Args:
        graph: the graph of the program as it is now.
        output: the node that was chosen before; empty for the last statement.
        seed: the seed that was chosen before, or None.

    Returns:
        The graph with that output, the seed for it, and a note on each choice that no longer fits and is left
        out.
    """
    if output and (output not in graph.nodes or graph.nodes[output].op == CONSTANT):
        said = f"{output} was differentiated and is no longer there; now it is {graph.output}"
        return graph, None, (Note(said, graph.nodes[graph.output].span),)
    asked = graph.with_output(output) if output else graph
    node = asked.nodes[asked.output]
    if seed is not None and shape_of(seed) != node.shape:
        said = f"{describe('The seed', shape_of(seed))} and is not used; {describe(node.name, node.shape)}"
        return asked, None, (Note(said, node.span),)
    return asked, seed, ()


def tell(
    plan: Plan, values: Mapping[str, Value], seed: Value | None = None, over: Over | None = None
) -> Story:
    """Run both passes of a plan.

    Args:
        plan: the instructions.
        values: a number or an array for each input, of the shapes the graph was built with.
        seed: the gradient of the output to start from, of the output's shape; None is 1 in every entry.
        over: asked after each step whether to give up; None gives up after MAX_SECONDS.

    Returns:
        The trace: every step with its numbers.

    Raises:
        Problem: a value or a seed that does not fit, an index outside its array, or passes that take too
            long.
    """
    return finished(telling(plan, values, seed, over))


def telling(
    plan: Plan, values: Mapping[str, Value], seed: Value | None = None, over: Over | None = None
) -> Work[Story]:
    """Run both passes of a plan in pieces, one step each; see `tell` for arguments, result and errors."""
    inputs = input_values(plan.graph, values)
    told: list[Step] = []
    over = over or after(MAX_SECONDS)
    for step in steps(plan, inputs, seed):
        told.append(step)
        if over():
            node = plan.graph.nodes[step.node]  # type: ignore[union-attr]
            said = f"The passes take longer than {MAX_SECONDS:g} s; they were stopped at {node.name}"
            raise Problem(said, node.span, SMALLER)
        yield
    return Story(plan, inputs, told)


def after(seconds: float) -> Over:
    """Return a function that says whether so many seconds have gone by, on the clock and of work.

    On a busy machine the clock goes on while this thread waits, so both are asked.
    """
    late, worked = monotonic() + seconds, thread_time() + seconds
    return lambda: monotonic() > late and thread_time() > worked  # the first is asked in no time


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
        value = node.value if node.value is not None else graph.given.get(node.name, values.get(node.name))
        if value is None:
            raise Problem(f"{node.name} has no value", node.span)
        if shape_of(value) != node.shape:
            raise Problem(
                f"{node.name} was {shape_text(node.shape)} and is now {shape_text(shape_of(value))}",
                node.span,
            )
        found[node.name] = value
    return found


def steps(plan: Plan, inputs: Mapping[str, Value], seed: Value | None = None) -> Iterator[Step]:
    """Run both passes, yielding each step as it is done.

    Args:
        plan: the instructions.
        inputs: the value of every node without arguments.
        seed: the gradient of the output to start from, of the output's shape; None is 1 in every entry. 1 at
            one entry of an array differentiates that entry; any other array gives the gradient of `sum(seed ⊙
            output)`.

    Yields:
        For each instruction what it computed: a value, the seed, or a contribution and the sum so far.

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


def troubles(story: Story) -> list[Note]:
    """Find the first value or gradient of a trace that is infinite or not a number.

    Returns:
        One note with the node, the cause and the place in the text; none where all numbers are finite.
    """
    for count, step in enumerate(story.steps, start=1):
        if said := trouble(story, count):
            return [Note(said, story.graph.nodes[step.node].span)]  # type: ignore[union-attr]
    return []


def trouble(story: Story, count: int) -> str:
    """Say why what step `count` (from 1) computes is infinite or not a number; "" where it is finite."""
    match story.steps[count - 1]:
        case Computed(node, value):
            name = node
        case Flowed(_, _, arg, _, value):
            name = f"The gradient of {arg}"
        case _:
            return ""
    if is_finite(value):
        return ""
    what = "not a number" if _is_nan(value) else "infinite"
    return f"{name} is {what}: {_cause(story, count)}"


OVERFLOWS = "it is larger than numbers here can be, 1.8·10³⁰⁸"
IN_BETWEEN = "a step on the way to it is larger than numbers here can be, 1.8·10³⁰⁸"
NO_NUMBERS = "; ∞ − ∞, 0 · ∞ and ∞/∞ are not numbers"
ZERO_TIMES_INFINITY = "the upstream gradient is 0, and 0 · ∞ is not a number"


def _cause(story: Story, count: int) -> str:
    """Why a step's number is not finite: as its operation declares, by what it comes from, or by kind."""
    step, snapshot = story.steps[count - 1], story.snapshot(count)
    assert isinstance(step, Computed | Flowed)
    node = story.graph.nodes[step.node]
    op = node.operation
    values = [(name, snapshot.value(name)) for name in node.args]
    known = {
        port: value
        for port, (_, value) in zip(op.ports(len(node.args)), values, strict=True)
        if value is not None
    }
    if isinstance(step, Computed):
        nan = _is_nan(step.value)
        return _declared(op.causes, known) or _inherited(values, nan) or (IN_BETWEEN if nan else OVERFLOWS)
    upstream = snapshot.gradient(step.node)
    assert upstream is not None
    parts = [
        (f"the gradient of {step.arg} so far", _before(story, count)),
        ("what arrives", step.contribution),
    ]
    if is_finite(step.contribution) or (_is_nan(step.total) and not _is_nan(step.contribution)):
        return _inherited(parts, _is_nan(step.total)) or OVERFLOWS
    if not is_finite(upstream):
        return _inherited([(f"the gradient of {step.node}", upstream), *values], _is_nan(step.contribution))
    declared = _declared(op.back_causes, known)
    nan = _is_nan(step.contribution)
    if declared and nan and np.any(np.equal(upstream, 0)):
        return f"{declared}; {ZERO_TIMES_INFINITY}"
    inherited = _inherited(values, nan) or _inherited([(step.node, snapshot.value(step.node))], nan)
    return declared or inherited or (IN_BETWEEN if nan else OVERFLOWS)


def _before(story: Story, count: int) -> Value | None:
    """The gradient that a step adds to."""
    step = story.steps[count - 1]
    assert isinstance(step, Flowed)
    return story.snapshot(count - 1).gradient(step.arg)


def _is_nan(value: Value) -> bool:
    return bool(np.any(np.isnan(value)))


def _inherited(values: Sequence[tuple[str, Value | None]], nan: bool) -> str:
    """Which of the values that a step is computed from are not finite themselves, if any.

    `nan` says that the step's number is none; where theirs are all infinite, it is said how that comes.
    """
    ends = {name: value for name, value in values if value is not None and not is_finite(value)}
    said = [
        f"{name} = {short(value)}" if isinstance(value, float) else f"{name}, which is not finite"
        for name, value in ends.items()
    ]
    if not said:
        return ""
    why = NO_NUMBERS if nan and not any(map(_is_nan, ends.values())) else ""
    return f"it is computed from {' and '.join(said)}{why}"


def _declared(causes: Sequence[Cause], known: Mapping[str, Value]) -> str:
    return next((cause.why for cause in causes if np.any(cause.at.value(known))), "")

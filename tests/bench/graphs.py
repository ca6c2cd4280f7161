"""Graphs of plain numbers: the neuron of a lecture, a long graph, and graphs that grow."""

import gc
import math
import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from core.compiled import compile_plan
from core.graph.builder import build, graph_of
from core.graph.graph import Graph
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.passes.stepper import input_values, record, steps
from core.passes.trace import Snapshot
from tests.bench.timing import GROWTH, OURS, Effort, Row, Step, against, installed, interleaved

Gradient = Iterable[Any]
Run = Callable[[], Gradient]

# -- a neuron

NEURON = "1/(1+exp(-(w0 x0 + w1 x1 + w2)))"
NEURON_VALUES = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def rows(effort: Effort) -> Iterator[Row | str]:
    yield from neuron(effort)
    yield from long_graph(effort)
    yield from growth(effort)


def neuron(effort: Effort) -> Iterator[Row]:
    """The neuron of CS231n, twelve operations on numbers: both passes, and what comes before."""
    gradients = {name: NEURONS[name]() for name in installed(NEURONS)}
    for name, run in gradients.items():
        found, expected = ([float(part) for part in one()] for one in (run, gradients[OURS]))
        np.testing.assert_allclose(found, expected, rtol=1e-12, err_msg=name)
    times = interleaved(gradients, effort.rounds, effort.turn)
    yield from against("graphs", f"both passes of {NEURON}", times)
    plan = make_plan(graph_of(NEURON, NEURON_VALUES))
    inputs = input_values(plan.graph, NEURON_VALUES)
    stages: dict[str, Step] = {
        "its reading, graph and plan": lambda: make_plan(graph_of(NEURON, NEURON_VALUES)),
        "its compiling": lambda: compile_plan(plan, parameters=list(NEURON_VALUES)),
        "both its passes, told step by step": lambda: list(steps(plan, inputs)),
    }
    for stage, seconds in interleaved(stages, effort.rounds, effort.turn).items():
        yield Row("graphs", stage, seconds)


def compiled() -> Run:
    """This engine."""
    made = compile_plan(make_plan(graph_of(NEURON, NEURON_VALUES)), parameters=list(NEURON_VALUES))
    made.set(NEURON_VALUES)
    step, gradient = made.step, made.gradient

    def run() -> Gradient:
        step()
        return gradient

    return run


def by_hand() -> Run:
    """The lines a student would write."""
    w0, x0, w1, x1, w2 = NEURON_VALUES.values()

    def run() -> Gradient:
        z = w0 * x0 + w1 * x1 + w2
        f = 1 / (1 + math.exp(-z))
        dz = f * (1 - f)
        return dz * x0, dz * w0, dz * x1, dz * w1, dz

    return run


def autograd() -> Run:
    """HIPS autograd."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    def formula(w0: Any, x0: Any, w1: Any, x1: Any, w2: Any) -> Any:
        return 1 / (1 + anp.exp(-(w0 * x0 + w1 * x1 + w2)))

    both = value_and_grad(formula, argnum=tuple(range(5)))
    return lambda: both(*NEURON_VALUES.values())[1]


def pytorch() -> Run:
    """PyTorch, eager."""
    import torch

    leaves = [
        torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in NEURON_VALUES.values()
    ]
    w0, x0, w1, x1, w2 = leaves

    def run() -> Gradient:
        f = 1 / (1 + torch.exp(-(w0 * x0 + w1 * x1 + w2)))
        return torch.autograd.grad(f, leaves)

    return run


NEURONS: dict[str, Callable[[], Run]] = {
    OURS: compiled,
    "Python by hand": by_hand,
    "autograd": autograd,
    "pytorch": pytorch,
}

# -- long graphs


def nested(nodes: int) -> str:
    """A short program whose graph has 1 + 3 n nodes: functions that use each other ten times."""
    digits = str((nodes - 1) // 3)
    lines = ["f0(x) = sin(exp(-x))"]
    lines += [f"f{i}(x) = " + f"f{i - 1}(" * 10 + "x" + ")" * 10 for i in range(1, len(digits))]
    text = "x"
    for power, digit in enumerate(reversed(digits)):
        text = f"f{power}(" * int(digit) + text + ")" * int(digit)
    return "\n".join([*lines, f"y = {text}"])


LONG = 2_002
STAGES = ["reading", "building", "planning", "telling", "pictures of", "compiling", "a step of"]


def whole_pass(graph: Graph) -> list[Snapshot]:
    """The plan, all steps, and every snapshot from before the first to after the last."""
    trace = record(make_plan(graph), {"x": 0.5})
    return [trace.snapshot(i) for i in range(len(trace) + 1)]


def long_graph(effort: Effort) -> Iterator[Row | str]:
    """The time from a graph to all its pictures, and the memory they take."""
    graph = graph_of(nested(LONG), {"x": 0.5})
    what = f"plan, all steps and all pictures of {len(graph.nodes):,} nodes"
    yield Row("graphs", what, interleaved({OURS: lambda: whole_pass(graph)}, effort.rounds // 4, 0)[OURS])
    tracemalloc.start()
    kept = whole_pass(graph)
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    yield f"Graphs: {len(kept):,} pictures of {len(graph.nodes):,} nodes take {memory / 1e6:.1f} MB."


def growth(effort: Effort) -> Iterator[Row]:
    """Each stage at ten times the nodes, beside ten times its time: above 1 grows more than in proportion."""
    large, small = effort.chain, effort.chain // 10
    found = [(stages(large), stages(small)) for _ in range(max(2, effort.rounds // 12))]
    for stage, *each in zip(STAGES, *(zip(*pair, strict=True) for pair in found), strict=True):
        mine, theirs = zip(*each, strict=True)
        ten_times = [10 * seconds for seconds in theirs]
        yield Row(GROWTH, f"{stage} {large:,} nodes", mine, f"ten times {small:,} nodes", ten_times)


def stages(nodes: int) -> list[float]:
    """The processor's seconds for each stage of a graph of that many nodes: no other program's count."""
    times: list[float] = []
    gc.collect()  # what came before is not cleared away within these times

    def timed(work: Callable[..., Any], *args: Any) -> Any:
        begun = time.process_time()
        result = work(*args)
        times.append(time.process_time() - begun)
        return result

    values = {"x": 0.5}
    program = timed(read_program, nested(nodes), values)
    graph = timed(build, program, values)
    assert len(graph.nodes) == nodes
    plan = timed(make_plan, graph)
    trace = timed(record, plan, values)
    timed(lambda: [trace.snapshot(i).gradient("x") for i in range(len(trace))])
    compiled = timed(lambda: compile_plan(plan, parameters=["x"]))
    timed(compiled.step)
    return times

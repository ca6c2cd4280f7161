"""How fast graphs of plain numbers are: the neuron of a lecture, a long graph, and graphs that grow."""

import math
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from core.builder import build, graph_of, read_program
from core.compiled import compile_plan
from core.graph import Graph
from core.passes import input_values, steps, tell
from core.plan import make_plan
from core.steps import Picture
from tests.timing import Step, installed, interleaved

Gradient = Iterable[Any]
Run = Callable[[], Gradient]

# -- a neuron

NEURON = "1/(1+exp(-(w0 x0 + w1 x1 + w2)))"
NEURON_VALUES = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def neuron(rounds: int, seconds: float) -> None:
    """The neuron of CS231n, twelve operations on numbers: what comes before, and both passes."""
    names = installed(NEURONS)
    gradients = {name: NEURONS[name]() for name in names}
    found = {name: [float(part) for part in run()] for name, run in gradients.items()}
    for name in names:
        np.testing.assert_allclose(found[name], found["by hand"], rtol=1e-12, err_msg=name)
    plan = make_plan(graph_of(NEURON, NEURON_VALUES))
    inputs = input_values(plan.graph, NEURON_VALUES)
    runs: dict[str, Step] = {
        "read, build and plan": lambda: make_plan(graph_of(NEURON, NEURON_VALUES)),
        "compile": lambda: compile_plan(plan, parameters=list(NEURON_VALUES)),
        "both passes, told step by step": lambda: list(steps(plan, inputs)),
        **{f"both passes, {name}": run for name, run in gradients.items()},
    }
    print(f"\nA neuron, {NEURON}: µs\n")
    for name, times in interleaved(runs, rounds, seconds).items():
        print(f"{name:34}{statistics.median(times) * 1e6:10.1f}")


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
    "compiled": compiled,
    "by hand": by_hand,
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


LONG, TURNS = 2_002, 11
STAGES = ["read", "build", "plan", "told", "pictures", "compile", "step"]
# quickest of so many, and how much more than in proportion ten times the nodes may take before it is said
RUNS, SLACK = 3, 1.5


def whole_pass(graph: Graph) -> list[Picture]:
    """The plan, all steps, and every picture from before the first to after the last."""
    story = tell(make_plan(graph), {"x": 0.5})
    return [story.picture(i) for i in range(len(story) + 1)]


def long_graph() -> None:
    """The time from a graph to all its pictures, and the memory they take."""
    graph = graph_of(nested(LONG), {"x": 0.5})
    times = []
    for _ in range(TURNS):
        begun = time.process_time()
        whole_pass(graph)
        times.append(time.process_time() - begun)
    tracemalloc.start()
    kept = whole_pass(graph)
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"\nA graph of {len(graph.nodes):,} nodes: plan, all steps and {len(kept):,} pictures\n")
    print(f"{statistics.median(times) * 1e3:.0f} ms, {memory / 1e6:.1f} MB")


def growth() -> None:
    """How each stage grows with the graph, and which grow faster than it."""
    print("\nA chain of functions: ms of the processor; last line: growth from 1,000 to 10,000 nodes\n")
    print(f"{'nodes':>8}" + "".join(f"{stage:>10}" for stage in STAGES))
    found = {nodes: quickest(nodes) for nodes in (10, 100, 1_000, 10_000)}
    for nodes, times in found.items():
        print(f"{nodes:8,}" + "".join(f"{taken * 1e3:10.2f}" for taken in times))
    grown = [late / early for early, late in zip(found[1_000], found[10_000], strict=True)]
    print(f"{'growth':>8}" + "".join(f"{ratio:9.1f}×" for ratio in grown))
    faster = [stage for stage, ratio in zip(STAGES, grown, strict=True) if ratio > 10 * SLACK]
    print(f"\nMore than in proportion to the graph: {', '.join(faster) or 'none'}")


def quickest(nodes: int) -> list[float]:
    """The shortest time of each stage."""
    return [min(times) for times in zip(*(stages(nodes) for _ in range(RUNS)), strict=True)]


def stages(nodes: int) -> list[float]:
    """The processor's seconds for each stage of a graph of that many nodes: no other program's count."""
    times: list[float] = []

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
    story = timed(tell, plan, values)
    timed(lambda: [story.picture(i).gradient("x") for i in range(len(story))])
    compiled = timed(lambda: compile_plan(plan, parameters=["x"]))
    timed(compiled.step)
    return times

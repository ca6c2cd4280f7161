"""Why a training had to stop: the first node that is infinite or not a number, and the likely cause.

report  what has happened and which weights are kept
cause   which node of which example it was, in the words of the canvas
remedy  what to try, by the loss and how far the weights have grown; NOT_THE_RATE where no rate helps
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from core.base.arrays import Array, Value
from core.base.errors import Problem, cut
from core.data.examples import Examples
from core.graph.graph import Graph
from core.graph.plan import make_plan
from core.notation.names import in_text
from core.notation.printers import expression_text
from core.ops import OPS
from core.ops.facts import PROBABILITY
from core.passes.not_finite import why_not_finite
from core.passes.stepper import record
from core.passes.steps import Computed, Flowed
from core.passes.trace import Trace

MOST_LOOKED_AT = 32  # examples of a batch
# losses made of probabilities, and the logarithms that such losses are made of
OF_PROBABILITIES = {
    op.name
    for op in OPS.values()
    if PROBABILITY in op.domain.values() or (op.learning.logarithm and op.causes)
}
NOT_THE_RATE = (
    "The learning rate is not the cause: change the formula, the data or the values it starts from."
)
GROWN = 100.0  # weights so many times as large as at the start were driven there by the learning rate


def report(what: str, value: float, why: str, updates: int, at_start: bool) -> str:
    """Say what became infinite or not a number after so many updates, or was so from the start."""
    kind = "not a number" if math.isnan(value) else "infinite"
    if not at_start:
        said, kept = f"became {kind} after update {updates}", "The weights before it are kept"
    else:
        said = f"is {kind} before update {updates + 1}"
        kept = "The weights are those that were set" if updates else "The weights are the initial ones"
    return f"{what} {said}{f': {why}' if why else ''}. {kept}."


def overflown(parameters: Mapping[str, Array]) -> tuple[str, float]:
    """The first parameter that is infinite or not a number, and its value."""
    for name, array in parameters.items():
        if not np.all(np.isfinite(array)):
            return name, float(array[~np.isfinite(array)].flat[0])
    return "A parameter", math.inf


def cause(graph: Graph, values: Mapping[str, Value], examples: Examples | None, rows: Iterable[int]) -> str:
    """The first node that is not finite at one of some examples, forwards or backwards, and why; or ""."""
    plan = make_plan(graph)
    try:
        for row in list(rows)[:MOST_LOOKED_AT] if examples else [0]:
            example = examples.example(row) if examples else {}
            if said := _first(record(plan, {**values, **example})):
                return f"in example {row} {said}" if examples else said
    except Problem:
        pass  # the passes would take too long
    return ""


def _first(trace: Trace) -> str:
    """What is said of the first step that is not finite, the formula of a node without a name included."""
    for count, step in enumerate(trace.steps, start=1):
        if said := why_not_finite(trace, count):
            assert isinstance(step, Computed | Flowed)
            node = trace.graph.nodes[step.arg if isinstance(step, Flowed) else step.node]
            name, formula = in_text(node.name), in_text(cut(expression_text(node.tree)))
            is_clear = node.named or node.is_leaf or node.name == trace.graph.output
            return said if is_clear else said.replace(name, f"{name} = {formula}", 1)
    return ""


def remedy(graph: Graph, has_target: bool, rate: float, now: Array, initial: Array) -> str:
    """What to try after an update that led astray, when the parameters are these and were `initial`."""
    smaller = f"try a smaller learning rate than {rate:g}"
    if np.max(np.abs(now), initial=0.0) > GROWN * max(1.0, float(np.max(np.abs(initial), initial=0.0))):
        return f"The weights had grown large: {smaller}."
    if has_target and any(node.op in OF_PROBABILITIES for node in graph.nodes.values()):
        return f"{smaller.capitalize()}, or a loss made of scores, such as bce_logits or cross_entropy."
    return f"{smaller.capitalize()}."

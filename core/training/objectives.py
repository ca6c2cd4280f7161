"""The objectives of Rosenblatt's rule and the delta rule, made of prediction and target alone.

descent_of      a program with the objective of a rule behind its own nodes
check_targets  Problem where a threshold unit cannot answer what it is to learn
found_units    which data name is the target, and which node is compared with it, by who depends on whom
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Array, Shape, Value, describe, frozen
from core.base.errors import Problem
from core.base.numbers import short
from core.data.examples import Examples
from core.graph.builder import graph_of
from core.graph.graph import INPUT, Graph, Node
from core.graph.plan import make_plan
from core.notation.tree import Name
from core.ops import OPS, squashing
from core.ops.facts import SIGNS
from core.passes.stepper import record
from core.training.coding import ONE_HOT_SIGNS
from core.training.inferred_roles import TARGETS
from core.training.optimizers import Optimizer
from core.training.roles import Roles

# the threshold units by entries: which of two values x and y must be the higher one, or their only value
THRESHOLDS = [op for op in OPS.values() if op.elementwise and op.kink and op.kink.jumps]
ABOVE, BELOW = ({op.name for op in THRESHOLDS if {*op.signs} & {*signs}} for signs in (">≥", "<≤"))
ALONE = {op.name for op in THRESHOLDS if not op.signs}
SQUASHED = squashing("probability", "probabilities")
# the answer to a score that the program does not compare with anything, by the targets: 0 and 1, or −1 and 1
ANSWERS = {False: "step(s)", True: "sign(s)"}
SQUARES = "1/2 sum((y - t)^2)"


class Descent(Struct, frozen=True):
    """A program to be trained: the node whose gradient is followed, and as `graph.output` the loss reported.

    `answer` is the node of a threshold unit that is compared with the target; "" where there need be none.
    """

    graph: Graph
    objective: str
    answer: str = ""


def descent_of(graph: Graph, roles: Roles, rule: type[Optimizer], examples: Examples | None) -> Descent:
    """The program with the objective of a rule. Raises Problem where it finds no target or no prediction.

    A rule without an objective of its own goes down on the program's output.
    """
    if not rule.objective:
        return Descent(graph, graph.output)
    if examples is None:
        raise Problem(f"{rule.title} needs examples with targets", hint="Choose a data set")
    if not roles.target:
        raise Problem(
            f"{rule.title} needs a target, and no name of the program takes it",
            hint="Write a loss that compares the prediction with a target t, such as 1/2 (t - y)^2",
        )
    told = roles.target in graph.nodes
    answer = roles.prediction if told else graph.output
    if answer not in graph.downstream_of(roles.parameters):
        raise Problem(
            f"{rule.title} needs a prediction to compare with {roles.target}",
            hint="Give it a line of its own, such as y = step(w·x + b)",
        )
    if not told:
        graph = _with_input(graph, roles.target, examples.arrays[roles.target].shape[1:])
    shapes = {name: graph.nodes[name].shape for name in (roles.target, answer)}
    if len({*shapes.values()}) > 1:
        said = " and ".join(describe(name, shape) for name, shape in shapes.items())
        raise Problem(f"{said}, and there must be a target for each unit")
    return _built(graph, roles, rule, answer, bool(np.any(examples.arrays[roles.target] < 0)))


def check_targets(rule: type[Optimizer], name: str, targets: Array, answers: Array) -> None:
    """Raise Problem where some targets are none of a unit's answers."""
    values = np.unique(targets)
    wrong = values[np.abs(values[:, None] - answers).min(1) > 1e-9]
    if not len(wrong):
        return
    listed = [short(float(answer)) for answer in answers]
    if len(values) > len(answers):
        has = f"{len(values):,} different values"
        hint = "Choose data with two classes, or write a unit for each class, such as y = step(W x + b)"
    else:
        has = f"the value {short(float(wrong[0]))}"
        hint = f"Encode the targets as {' and '.join(listed)}, or change the unit"
    said = f"{rule.title} needs targets that a unit can answer, {' or '.join(listed)}"
    raise Problem(f"{said}; {name} has {has}", hint=hint)


def _built(graph: Graph, roles: Roles, rule: type[Optimizer], answer: str, signs: bool) -> Descent:
    output = graph.output
    score, units = answer, _thresholds(graph, roles.parameters, answer)
    if units:
        slopes = {unit.name: _slope(graph, unit, answer) for unit in units}
        unit = next((unit for unit in units if slopes[unit.name]), units[0])
        graph, score = _scored(graph, roles.parameters, unit, slopes[unit.name] < 0)
    elif rule.thresholds:
        if graph.nodes[answer].op in SQUASHED:
            raise Problem(
                f"{rule.title} needs a threshold unit, and {answer} has no threshold",
                hint="Write step(…) instead, or choose the delta rule",
            )
        graph, answer = _extended(graph, ANSWERS[signs], {"s": score})
    meant = {"s": score, "y": answer, "t": roles.target}
    graph, objective = _extended(graph, rule.objective, meant)
    if graph.nodes[output].shape:
        graph, output = _extended(graph, SQUARES, meant)
    return Descent(graph.with_output(output), objective, answer if rule.thresholds else "")


def _thresholds(graph: Graph, parameters: Collection[str], answer: str) -> list[Node]:
    """The threshold units through which alone an answer depends on the parameters; else none."""
    learned = graph.downstream_of(parameters)
    found: list[Node] = []
    waiting = [answer]
    while waiting:
        node = graph.nodes[waiting.pop()]
        if node.op in (*ALONE, *ABOVE, *BELOW):
            found.append(node)
        elif node.name in parameters:
            return []
        elif node.operation.signs != "=":
            waiting.extend(arg for arg in node.args if arg in learned)
    return found


def _slope(graph: Graph, unit: Node, answer: str) -> float:
    """How the answer changes with what a threshold unit says: 1 − [s ≤ 0] falls where [s ≤ 0] rises."""
    nodes = {**graph.nodes, unit.name: Node(unit.name, INPUT, (), unit.shape, unit.tree)}
    asked = replace(graph, nodes=nodes, output=answer, stated={})
    at = {name: _zeros(asked, name) for name in asked.inputs}
    slope = record(make_plan(asked), at).last.gradient(unit.name)
    return float(np.sum(slope)) if slope is not None else 0.0


def _scored(graph: Graph, parameters: Collection[str], unit: Node, falls: bool) -> tuple[Graph, str]:
    """The score whose threshold the answer is: what is compared, without a bound that is not learned."""
    sides = dict(zip("xy", (unit.args * 2)[:2], strict=True))
    learned = graph.downstream_of(parameters)
    high, low = "xy" if (unit.op in BELOW) == falls else "yx"
    if unit.op in ALONE:
        formula = "-x" if falls else "x"
    else:
        terms = {high: sides[high] in learned, f"-{low}": sides[low] in learned}
        formula = " ".join(term for term, counts in terms.items() if counts)
    return (graph, sides[formula]) if formula in sides else _extended(graph, formula, sides)


def with_error(graph: Graph, roles: Roles, rule: type[Optimizer]) -> Graph:
    """A program without a loss, asked for half the squared error of a rule's answer; its target is new."""
    graph = _with_input(graph, roles.target, graph.nodes[roles.prediction].shape)
    answer, signs = roles.prediction, roles.coding in (SIGNS, ONE_HOT_SIGNS)
    if rule.thresholds and not _thresholds(graph, roles.parameters, answer):
        graph, answer = _extended(graph, ANSWERS[signs], {"s": answer})
    graph, output = _extended(graph, SQUARES, {"y": answer, "t": roles.target})
    return graph.with_output(output)


def _zeros(graph: Graph, name: str) -> Value:
    return frozen(np.zeros(graph.nodes[name].shape))


def _with_input(graph: Graph, name: str, shape: Shape) -> Graph:
    return replace(graph, nodes={name: Node(name, INPUT, (), shape, Name(name), named=True), **graph.nodes})


def _extended(graph: Graph, formula: str, meant: Mapping[str, str]) -> tuple[Graph, str]:
    """The graph with a formula's nodes behind its own, and the formula's last node.

    `meant` says which nodes the names of the formula stand for; what is added has names no program can hold.
    """
    part = graph_of(formula, {name: _zeros(graph, node) for name, node in meant.items()})
    nodes, names = dict(graph.nodes), dict(meant)
    for node in part.nodes.values():
        if node.is_input:
            continue
        name = names[node.name] = f"objective.{len(nodes)}"
        args = tuple(names[arg] for arg in node.args)
        nodes[name] = replace(node, name=name, args=args, named=False)
    return replace(graph, nodes=nodes), names[part.output]


# -- by structure


def found_units(graph: Graph, parameters: Collection[str], data: Collection[str]) -> tuple[str, str]:
    """The target among the names that take data and the node that predicts it; empty texts where none is.

    A prediction is made of parameters and all data but the target, or of some where the target is called so;
    parameters meet the target through it alone. Else a data name in no formula is the target of the output.
    """
    fed = [name for name in data if name in graph.nodes]
    found = {name: _prediction(graph, parameters, fed, name) for name in fed}
    names = [name for name in fed if found[name] and _meets(graph, parameters, found[name], name)]
    unused = [name for name in data if name not in graph.nodes]
    if not names and len(unused) == 1:
        return unused[0], graph.output
    name = next(iter([*(name for name in TARGETS if name in names), *names]), "")
    return name, found.get(name, "")


def _prediction(graph: Graph, parameters: Collection[str], data: Collection[str], target: str) -> str:
    """The last node made of parameters and of data but the target; a named one first."""
    features = set(data) - {target}
    learned = graph.downstream_of(parameters)
    fitting = []
    for node in graph.nodes.values():
        if not node.is_leaf and node.name in learned:
            used = graph.upstream_of([node.name]).intersection(data)
            if used and (used <= features if target in TARGETS else used == features):
                fitting.append(node)
    named = [node for node in fitting if node.named]
    return (named or fitting)[-1].name if fitting else ""


def _meets(graph: Graph, parameters: Collection[str], prediction: str, target: str) -> bool:
    """Whether all that is computed from parameters and the target is computed from the prediction."""
    both = graph.downstream_of(parameters) & graph.downstream_of([target])
    return both <= graph.downstream_of([prediction])

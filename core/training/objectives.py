"""What Rosenblatt's rule and the delta rule go down on: an objective made of prediction and target alone.

descended    a program with the objective of a rule behind its own nodes
found_units  which data name is the target, and which node is compared with it, by who depends on whom
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from core.arrays import Shape, describe, frozen
from core.builder import graph_of
from core.dataclass import dataclass, replace
from core.errors import Problem
from core.graph import INPUT, Graph, Node
from core.late import np
from core.notation.tree import Name
from core.training.data import Examples
from core.training.optimizers import Optimizer
from core.training.roles import TARGETS, Roles

# how the score stands in each threshold unit, x being the first of its values and y the second
RISING, FALLING = ("greater", "at_least"), ("less", "at_most")
ALONE = ("step", "sign")
SQUASHED = ("sigmoid", "softmax")
# the answer to a score that the program does not compare with anything, by the targets: 0 and 1, or −1 and 1
ANSWERS = {False: "step(s)", True: "sign(s)"}
SQUARES = "1/2 sum((y - t)^2)"


@dataclass(frozen=True, slots=True)
class Descent:
    """A program to be trained: the node whose gradient is followed, and as `graph.output` the loss told."""

    graph: Graph
    objective: str


def descended(graph: Graph, roles: Roles, rule: type[Optimizer], examples: Examples | None) -> Descent:
    """The program with what a rule goes down on. Raises Problem where it finds no target or no prediction.

    A rule without an objective of its own goes down on the program's output.
    """
    if not rule.objective:
        return Descent(graph, graph.output)
    if not roles.target or examples is None:
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
        raise Problem(f"{said}; {rule.title} needs a target for each of its units")
    return _built(graph, roles, rule, answer, bool(np.any(examples.arrays[roles.target] < 0)))


def _built(graph: Graph, roles: Roles, rule: type[Optimizer], answer: str, signs: bool) -> Descent:
    output = graph.output
    unit = _threshold(graph, roles.parameters, answer)
    graph, score = _scored(graph, roles.parameters, unit) if unit else (graph, answer)
    if not unit and rule.thresholds:
        if graph.nodes[answer].op in SQUASHED:
            raise Problem(
                f"{rule.title} needs a threshold unit, and {answer} rises without a step",
                hint="Write step(…) instead, or choose the delta rule",
            )
        graph, answer = _extended(graph, ANSWERS[signs], {"s": score})
    meant = {"s": score, "y": answer, "t": roles.target}
    graph, objective = _extended(graph, rule.objective, meant)
    if graph.nodes[output].shape:
        graph, output = _extended(graph, SQUARES, meant)
    return Descent(graph.with_output(output), objective)


def _threshold(graph: Graph, parameters: Collection[str], answer: str) -> Node | None:
    """The threshold unit through which alone an answer depends on the parameters, if there is one."""
    learned = graph.downstream_of(parameters)
    found: list[Node] = []
    waiting = [answer]
    while waiting:
        node = graph.nodes[waiting.pop()]
        if node.op in (*ALONE, *RISING, *FALLING):
            found.append(node)
        elif node.name in parameters:
            return None
        else:
            waiting.extend(arg for arg in node.args if arg in learned)
    rising = [node for node in found if node.op not in FALLING]
    return next(iter(rising or found), None)


def _scored(graph: Graph, parameters: Collection[str], unit: Node) -> tuple[Graph, str]:
    """The score that goes into a threshold unit: what is compared, without a bound that is not learned."""
    sides = dict(zip("xy", unit.args, strict=False))
    learned = graph.downstream_of(parameters)
    high, low = "xy" if unit.op not in FALLING else "yx"
    if unit.op in ALONE or sides[low] not in learned:
        return graph, sides[high]
    formula = f"-{low}" if sides[high] not in learned else f"{high} - {low}"
    return _extended(graph, formula, sides)


def with_error(graph: Graph, roles: Roles) -> Graph:
    """A program without a loss, asked for half the squared error; its target is a new input."""
    graph = _with_input(graph, roles.target, graph.nodes[roles.prediction].shape)
    graph, output = _extended(graph, SQUARES, {"y": roles.prediction, "t": roles.target})
    return graph.with_output(output)


def _with_input(graph: Graph, name: str, shape: Shape) -> Graph:
    return replace(graph, nodes={name: Node(name, INPUT, (), shape, Name(name), named=True), **graph.nodes})


def _extended(graph: Graph, formula: str, meant: Mapping[str, str]) -> tuple[Graph, str]:
    """The graph with a formula's nodes behind its own, and the formula's last node.

    `meant` says which nodes the names of the formula stand for; what is added has names no program can hold.
    """
    part = graph_of(
        formula, {name: frozen(np.zeros(graph.nodes[node].shape)) for name, node in meant.items()}
    )
    nodes, names = dict(graph.nodes), dict(meant)
    for node in part.nodes.values():
        if node.op == INPUT:
            continue
        name = names[node.name] = f"objective.{len(nodes)}"
        args = tuple(names[arg] for arg in node.args)
        nodes[name] = replace(node, name=name, args=args, named=False)
    return replace(graph, nodes=nodes), names[part.output]


# -- by structure


def found_units(graph: Graph, parameters: Collection[str], data: Collection[str]) -> tuple[str, str]:
    """The target among the names that take data and the node that predicts it; empty texts where none is.

    The target is the one name that a prediction, made of parameters and all other data, does not depend on.
    A data name in no formula is the target of the program's output.
    """
    unused = [name for name in data if name not in graph.nodes]
    if unused:
        return (unused[0], graph.output) if len(unused) == 1 else ("", "")
    found = {name: node for name in data for node in _predictions(graph, parameters, data, name)}
    by_convention = [name for name in TARGETS if name in found]
    names = by_convention if len(found) > 1 else list(found)
    return (names[0], found[names[0]]) if names else ("", "")


def _predictions(
    graph: Graph, parameters: Collection[str], data: Collection[str], target: str
) -> Iterator[str]:
    """The nodes computed from parameters and all data but the target; the last of them is its prediction."""
    features = set(data) - {target}
    learned = graph.downstream_of(parameters)
    fitting = [
        node
        for node in graph.nodes.values()
        if not node.is_leaf and node.name in learned
        if features and graph.upstream_of([node.name]) & set(data) == features
    ]
    named = [node for node in fitting if node.named]
    for node in named or fitting:
        yield node.name

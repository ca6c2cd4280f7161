"""Which node of a program is its prediction: what the target meets."""

from __future__ import annotations

from core.graph.graph import Graph
from core.graph.targets import LOGARITHMS
from core.ops import OPS, squashing
from core.training.usage import Usage

# what says the same as the score it is taken of, on a scale that is easier to read
SQUASHING = squashing("probability", "probabilities", "sign")
# what is looked through on the way from the target to the prediction: logarithms, a sign, 1 minus something
PASSED = LOGARITHMS | {op.name for op in OPS.values() if any(rule.text == "-1" for rule in op.local.values())}


def candidates(usage: Usage, target: str) -> list[str]:
    """The nodes that the target may meet, the likeliest first; without one, named nodes before the loss."""
    graph = usage.graph
    pointed = [into.name for edge in graph.users.get(target, ()) if (into := graph.pointed(edge))]
    met = [name for name in pointed if name in usage.feature_dependents] or (
        usage.combined_with(target) if target in graph.nodes else []
    )
    if inner := [_inside(usage, name) for name in reversed(met) if not graph.nodes[name].is_leaf]:
        return [*dict.fromkeys(inner)]
    before = usage.feature_dependents - graph.downstream_of(
        [target if target in graph.nodes else graph.output]
    )
    return [n.name for n in graph.nodes.values() if n.named and not n.is_leaf and n.name in before][::-1]


def _inside(usage: Usage, name: str) -> str:
    """What a logarithm, a sign or 1 minus something is taken of, and the named score of an unnamed σ."""
    graph = usage.graph
    while (node := graph.nodes[name]).op in (*PASSED, *SQUASHING) and not node.named:
        inner = [arg for arg in node.args if arg in usage.feature_dependents and not graph.nodes[arg].is_leaf]
        if len(inner) != 1 or (node.op in SQUASHING and not graph.nodes[inner[0]].named):
            break
        name = inner[0]
    return name if graph.nodes[name].named else _named(usage, name)


def _named(usage: Usage, name: str) -> str:
    """The latest node with a name through which alone a value comes, nothing being learned on the way."""
    graph, upstream = usage.graph, usage.graph.upstream_of([name])
    for node in reversed([*graph.nodes.values()]):
        if node.name in upstream & usage.feature_dependents and node.named and not node.is_leaf:
            behind = upstream & graph.downstream_of([node.name])
            others = {arg for inner in behind - {node.name} for arg in graph.nodes[inner].args} - behind
            if graph.upstream_of(others).isdisjoint({*usage.features, *usage.learned}):
                return node.name
    return name


def readable(graph: Graph, name: str) -> str:
    """A line of the program that squashes a score, such as y = σ(s), in place of the score."""
    users = [graph.nodes[edge.target] for edge in graph.users.get(name, ())]
    lines = [user.name for user in users if user.named and user.op in SQUASHING and user.args == (name,)]
    return lines[0] if lines else name

"""The summands of which a node of a graph is made."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from msgspec import Struct

from core.graph.graph import Graph


class Term(Struct, frozen=True):
    """A summand of the prediction: a node, or an entry of a product of a weight and what it weighs.

    sign    1, or −1 where it is taken away
    weight  the parameter that it is multiplied by, or empty
    node    what is multiplied, or what it is
    """

    sign: int
    weight: str
    node: str


def summands(graph: Graph, name: str, parameters: Collection[str], sign: int = 1) -> Iterator[Term]:
    """Find the summands of a node: those of sums, and products with a parameter.

    Args:
        graph: the graph.
        name: the node.
        parameters: the names of what is learned.
        sign: 1, or −1 where the node is taken away.
    """
    node, nodes = graph.nodes[name], graph.nodes
    if node.op in ("add", "sub") and all(math.prod(nodes[one].shape) == 1 for one in node.args):
        yield from summands(graph, node.args[0], parameters, sign)
        yield from summands(graph, node.args[1], parameters, -sign if node.op == "sub" else sign)
        return
    if node.op in ("dot", "mul", "matvec") and len(node.args) == 2:
        weights = [one for one in node.args if one in parameters]
        if len(weights) == 1:
            other = node.args[0] if node.args[1] == weights[0] else node.args[1]
            if math.prod(nodes[other].shape) == math.prod(nodes[weights[0]].shape):
                yield Term(sign, weights[0], other)
                return
    yield Term(sign, "", name)

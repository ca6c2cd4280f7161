"""Graphs that are nothing but numbered nodes and edges: networks in scalar operations, and random ones."""

import random
from itertools import count

Bare = tuple[int, list[tuple[int, int]]]
"""The number of nodes, and the edges as (source, target)."""


def scalar_net(*widths: int) -> Bare:
    """A fully connected network in which every product, sum and activation is a node."""
    new, edges = count(), list[tuple[int, int]]()

    def node(*inputs: int) -> int:
        made = next(new)
        edges.extend((source, made) for source in inputs)
        return made

    units = [node() for _ in range(widths[0])]
    for width in widths[1:]:
        before, units = units, []
        for _ in range(width):
            first, *products = [node(node(), unit) for unit in before]
            total = first
            for term in (*products, node()):
                total = node(total, term)
            units.append(node(total))
    return next(new), edges


def random_graph(nodes: int, seed: int) -> Bare:
    """A tenth of the nodes are inputs; each further one takes one or two of the nodes before it.

    One with probability ¼; each is one of the last 40 nodes, or with probability 5 % one of all. What is not
    used in the end is added pairwise, so that there are some more nodes.
    """
    dice = random.Random(seed)
    edges = list[tuple[int, int]]()
    for node in range(nodes // 10, nodes):
        for _ in range(1 if dice.random() < 0.25 else 2):
            first = 0 if dice.random() < 0.05 else max(0, node - 40)
            edges.append((dice.randrange(first, node), node))
    used = {source for source, _ in edges}
    loose = [node for node in range(nodes) if node not in used]
    while len(loose) > 1:
        edges += [(loose.pop(0), nodes), (loose.pop(0), nodes)]
        loose.append(nodes)
        nodes += 1
    return nodes, edges

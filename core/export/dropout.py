"""Dropout in scripts: its masks as constants where numbers are compared, or nothing dropped at all."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from core.base.arrays import Value, frozen
from core.graph.graph import CONSTANT, Graph, Node
from core.ops.array_kernels import kept

OP = "dropout"


def random_nodes(graph: Graph) -> list[str]:
    """The nodes that drop."""
    return [node.name for node in graph.nodes.values() if node.op == OP]


def with_masks(graph: Graph) -> Graph:
    """The graph with each dropout as the product with its mask, which follows from the seed."""
    nodes: dict[str, Node] = {}
    for node in graph.nodes.values():
        if node.op == OP:
            mask = f"mask of {node.name}"
            value = _mask(graph, node)
            nodes[mask] = Node(mask, CONSTANT, (), node.shape, node.tree, named=True, value=value)
            node = replace(node, op="mul", args=(node.args[0], mask))
        nodes[node.name] = node
    return replace(graph, nodes=nodes)


def _mask(graph: Graph, node: Node) -> Value:
    x, *settings = (graph.nodes[arg] for arg in node.args)
    return frozen(kept(np.zeros(x.shape), *(setting.value for setting in settings)))


def without_dropout(graph: Graph) -> Graph:
    """The graph as it is where nothing is learned: all is kept."""
    nodes = {
        name: replace(node, op="copy", args=node.args[:1]) if node.op == OP else node
        for name, node in graph.nodes.items()
    }
    return replace(graph, nodes=nodes)

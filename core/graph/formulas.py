"""How a node's operation is written, over its inputs or over its arguments."""

from __future__ import annotations

from core.graph.graph import Graph, Node
from core.notation.printers import expression_text
from core.notation.tree import (
    Call,
    Listing,
    Name,
    Tree,
    substituted,
)


def formula(graph: Graph, node: Node) -> Tree:
    """What a node computes, over its operation's inputs, as it is written rather than computed."""
    op = node.operation
    if op.call:
        values = {port: graph.nodes[arg].value for port, arg in node.by_port.items()}
        shown = list(values)
        while shown and op.is_usual(shown[-1], values[shown[-1]]):
            shown.pop()
        return Call(op.call, tuple(Name(port) for port in shown))
    if op.variadic:
        return Listing(tuple(Name(port) for port in node.ports))
    if callable(op.written):
        args = [graph.nodes[arg] for arg in node.args]
        return op.written([arg.shape for arg in args], [arg.value for arg in args]).tree
    return op.written.tree if op.written else op.value.tree


def operation_text(graph: Graph, node: Node) -> str:
    """What a node computes from its arguments: `v1 · z`, `sigmoid(v4)`, `W x`; nothing for an input."""
    if node.is_leaf:
        return ""
    args = {port: Name(arg) for port, arg in node.by_port.items()}
    return expression_text(substituted(formula(graph, node), args))

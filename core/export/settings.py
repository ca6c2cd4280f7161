"""The settings of operations, such as strides, shapes and ranges, as the plain numbers a script has there.

settings_of   the settings of a node by their names
"""

from __future__ import annotations

import ast

import numpy as np

from core.base.arrays import Value
from core.export.code import number
from core.graph.graph import Graph, Node


def settings_of(graph: Graph, node: Node) -> dict[str, ast.expr]:
    """For each setting of a node its number, or its tuple of numbers."""
    op = node.operation
    values = {port: graph.nodes[arg].value for port, arg in node.by_port.items() if port in op.settings}
    if "window" in values:
        values["stride"] = values["stride"] or values["window"]
    return {port: _plain(value, port == "shape") for port, value in values.items() if value is not None}


def _plain(value: Value, several: bool) -> ast.expr:
    if isinstance(value, float) and not several:
        return number(value, "np", whole=True)
    return ast.Tuple([number(float(size), "np", whole=True) for size in np.ravel(value)])

"""A program as a PyTorch script: the formula with its gradients, proved equal to Chainlight's numbers.

pytorch_script   the formula at the values of a trace; `torch_module` writes what is trained
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from core.base.arrays import Value, shape_of
from core.export.code import Identifiers, heading, literal, name, printed
from core.export.dropout import random_nodes, with_masks
from core.export.torch.functions import DEFINITIONS
from core.export.torch.text import TorchText, followed
from core.graph.graph import Graph
from core.passes.seed import is_chosen
from core.passes.trace import Trace

TAKEN = [*"math torch F check found expected tensor text".split(), *DEFINITIONS]
IMPORTS = {"math": "import math", "F": "import torch.nn.functional as F"}
MASKS = "# dropout is the product with a mask that follows from its seed; torch.nn.Dropout draws others"

CHECK = '''\
def check(name, found, expected):
    """PyTorch's number is the one that Chainlight computed."""
    expected = torch.tensor(expected)
    found = torch.zeros_like(expected) if found is None else found
    assert torch.allclose(found, expected, 1e-6, 1e-8, True), f"{name}: {found} is not {expected}"
    print(f"{name} = {found.tolist()}")
'''


def pytorch_script(trace: Trace) -> str:
    """Write a trace's program as a PyTorch script that prints the output and the gradients of its inputs.

    Args:
        trace: the trace, for its graph and its inputs' values.

    Raises:
        Problem: an operation that PyTorch has no form for.
    """
    graph = with_masks(trace.graph)
    names = Identifiers(TAKEN)
    inputs = {node: names.new(node) for node in graph.inputs}
    live = graph.downstream_of(graph.inputs)
    values = {n: v for n in graph.nodes if n not in live and (v := _known(trace, graph, n)) is not None}
    known = {node: name(identifier) for node, identifier in inputs.items()}
    text = TorchText(graph, names, known, values, shown=[graph.output])
    lines = text.lines(set(graph.nodes))
    learned = followed(graph, graph.inputs)
    given = [given_tensor(identifier, trace.inputs[node], True) for node, identifier in inputs.items()]
    given += [MASKS] if random_nodes(trace.graph) else []
    given += [given_tensor(constant, value) for constant, value in text.constants.items()]
    renamed = {old: new for old, new in names.renamed.items() if _is_named(trace, old)}
    output = printed(text.known[graph.output])
    forward = ["", "# forward pass", *lines] if lines else []
    return "\n".join(
        [
            *heading("this program in PyTorch, with its gradients.", graph.program.text, renamed),
            *imported(lines, "math"),
            "import torch",
            *imported(lines, "F"),
            "",
            "torch.set_default_dtype(torch.float64)  # the precision Chainlight computes in",
            *(line for function in text.functions for line in ("", "", DEFINITIONS[function].rstrip())),
            *([""] if text.functions else []),
            "",
            "# the values",
            *given,
            *forward,
            "",
            "# backward pass",
            backward_statement(trace, output, graph.output in learned),
            "",
            "",
            CHECK,
            "",
            "# the numbers that Chainlight computed",
            *_checks(trace, inputs, output),
            "",
        ]
    )


def imported(lines: Iterable[str], module: str) -> list[str]:
    """The line that imports a module, if some lines use it."""
    return [IMPORTS[module]] if any(re.search(rf"\b{module}\.", line) for line in lines) else []


def _known(trace: Trace, graph: Graph, node: str) -> Value | None:
    constant = graph.nodes[node].value
    return trace.last.value(node) if constant is None else constant


def given_tensor(identifier: str, value: Value, learned: bool = False) -> str:
    """The statement that gives a tensor its value; one that is `learned` gets a gradient."""
    tail = ", requires_grad=True" if learned else ""
    return f"{identifier} = torch.tensor({_value(value, identifier)}{tail})"


def _value(value: Value, target: str) -> str:
    return literal(value, "torch", len(f"{target} = torch.tensor("))


def _is_named(trace: Trace, node: str) -> bool:
    return node in trace.graph.nodes and not trace.graph.nodes[node].is_constant


def backward_statement(trace: Trace, output: str, reached: bool) -> str:
    """The statement that makes all gradients, or a comment where none gets to an input."""
    if not reached:
        return "# nothing to do, for no gradient gets from the output to an input"
    if is_chosen(trace.seed):
        return f"{output}.backward(torch.tensor({_value(trace.seed, output)}))"
    return f"torch.sum({output}).backward()" if shape_of(trace.seed) else f"{output}.backward()"


def _checks(trace: Trace, inputs: dict[str, str], output: str) -> list[str]:
    """A line for the output, and for each gradient that is finite."""
    found = {output: (output, trace.last.value(trace.graph.output))}
    for node, identifier in inputs.items():
        found[f"d{output}/d{identifier}"] = (f"{identifier}.grad", trace.last.gradient(node))
    lines = []
    for title, (tensor, value) in found.items():
        if value is None:
            continue
        if tensor != output and not np.all(np.isfinite(value)):
            lines.append(f"# {title} is not finite and is not compared")
            continue
        opening = f'check("{title}", {tensor}, '
        lines.append(f"{opening}{literal(value, 'torch', len(opening))})")
    return lines

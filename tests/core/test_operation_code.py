"""An operation as code: its NumPy class gives the numbers of the trace, and PyTorch's does what it says."""

import ast
import builtins

import numpy as np
import pytest

from core.base.arrays import frozen, shape_of
from core.base.errors import Problem
from core.derivatives.paths import count_paths
from core.export.operations.code import operation_code
from core.graph.programs import read_program
from core.ops import OPS
from core.passes.guessed_values import with_defaults
from core.passes.stepper import run
from core.passes.steps import Flowed
from tests.exported import NEEDS_TORCH, PROGRAMS, trace_of

SLIDE = '''\
import torch


class Mul(torch.autograd.Function):
    """Each input receives the upstream gradient times the other input."""

    @staticmethod
    def forward(ctx, x, y):
        out = x * y
        ctx.save_for_backward(x, y)
        return out

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * y, g * x
'''
CHAINS = [
    "h = tanh(W1 x + b1); s = W2 h + b2; L = cross_entropy(s, k) + 0.1 ‖W1‖^2",
    "x^T W x + (W x + b)·(W x + 1)",
    "sum((x + W) ⊙ (W - c))",
    "q = x y; f = q / z - q^3",
]


def traces():
    found = [trace_of(program) for program in PROGRAMS]
    return [*found, *(run(text, with_defaults(read_program(text, ()), {})) for text in CHAINS)]


TRACES = traces()


def operations():
    """Every node of the programs that is computed and sends a gradient, with its trace."""
    for trace in TRACES:
        senders = {step.node for step in trace.steps if isinstance(step, Flowed)}
        for name in sorted(senders):
            yield trace, trace.graph.nodes[name]


def class_in(code):
    """The class of some code that imports NumPy and math alone."""
    space = {}
    exec(compile(code, "<class>", "exec"), space)
    (found,) = (
        value for value in space.values() if isinstance(value, type) and value.__module__ == "builtins"
    )
    return found()


def test_the_class_of_the_slide():
    trace = run("z = x y", {"x": 3.0, "y": 4.0})
    assert operation_code(trace.graph, trace.graph.nodes["z"], "torch") == SLIDE


def test_the_numpy_classes_give_the_numbers_of_the_trace():
    used = set()
    for trace, node in operations():
        if node.op == "dropout":
            continue  # its mask is drawn
        made = class_in(operation_code(trace.graph, node, "numpy"))
        ports = [port for port in node.ports if port not in node.operation.settings]
        last = trace.last
        values = [np.asarray(last.value(node.by_port[port])) for port in ports]
        with np.errstate(all="ignore"):
            out = made.forward(*values)
            back = made.backward(np.asarray(last.gradient(node.name)))
        assert np.allclose(out, last.value(node.name)), node.op
        back = back if isinstance(back, tuple) and len(ports) > 1 else (back,)
        for port, found in zip(ports, back, strict=True):
            number = node.ports.index(port)
            sent = last.contribution(node.name, number)
            if sent is not None:
                assert np.shape(found) == shape_of(sent) and np.allclose(found, sent), (node.op, port)
        used.add(node.op)
    senders = {op.name for op in OPS.values() if op.back}
    assert len(senders - used) <= 4, senders - used


def test_the_torch_classes_use_names_that_are_there():
    written, refused = set(), set()
    for trace, node in operations():
        try:
            code = operation_code(trace.graph, node, "torch")
        except Problem as problem:
            assert problem.hint == "Take the NumPy class instead"
            refused.add(node.op)
            continue
        written.add(node.op)
        tree = ast.parse(code)
        parts = list(ast.walk(tree))
        names = [part for part in parts if isinstance(part, ast.Name)]
        known = {a.asname or a.name for part in parts if isinstance(part, ast.Import) for a in part.names}
        known |= {part.arg for part in parts if isinstance(part, ast.arg)} | set(dir(builtins))
        known |= {part.id for part in names if isinstance(part.ctx, ast.Store)}
        used = {part.id for part in names}
        assert used - known <= {"maxpool", "positional_encoding"}, code
    assert {"mul", "add", "matvec", "sigmoid", "tanh", "cross_entropy", "dot", "sum"} <= written
    assert len(written) > 3 * len(refused - written)


def test_backward_keeps_no_more_than_it_reads():
    trace = run("s = x + y; f = σ(s)", {"x": 1.0, "y": 2.0})
    code = operation_code(trace.graph, trace.graph.nodes["s"], "torch")
    assert "save_for_backward" not in code and "saved_tensors" not in code


def test_an_input_has_no_operation():
    trace = run("s = x + y", {"x": 1.0, "y": 2.0})
    with pytest.raises(Problem, match="x is not computed"):
        operation_code(trace.graph, trace.graph.nodes["x"], "torch")


@NEEDS_TORCH
def test_the_torch_classes_give_the_numbers_of_the_trace():
    import torch

    for trace, node in operations():
        if node.op == "dropout" or not count_paths(trace, node.name):
            continue
        try:
            code = operation_code(trace.graph, node, "torch")
        except Problem:
            continue
        space = {}
        exec(compile(code, "<class>", "exec"), space)
        made = next(v for v in space.values() if isinstance(v, type) and v.__module__ == "builtins")
        ports = [port for port in node.ports if port not in node.operation.settings]
        last = trace.last
        given = [torch.tensor(np.asarray(last.value(node.by_port[p])), requires_grad=True) for p in ports]
        made.apply(*given).backward(torch.tensor(np.asarray(last.gradient(node.name))))
        for port, tensor in zip(ports, given, strict=True):
            sent = last.contribution(node.name, node.ports.index(port))
            if sent is not None:
                assert np.allclose(tensor.grad.numpy(), sent), (node.op, port)


def test_a_stretched_input_gets_the_sum():
    trace = run("s = x + b; f = sum(s)", {"x": frozen([1, 2, 3]), "b": 1.0})
    made = class_in(operation_code(trace.graph, trace.graph.nodes["s"], "numpy"))
    made.forward(np.array([1.0, 2, 3]), np.float64(1))
    assert made.backward(np.array([1.0, 2, 3]))[1] == 6

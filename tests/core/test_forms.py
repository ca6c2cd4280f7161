"""Every operation in scripts, generated from its declaration: for numbers, arrays and batches of either."""

from collections.abc import Mapping
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from core.base.arrays import frozen, shape_of
from core.export.code import Identifiers, identifier, name
from core.export.dropout import without_dropout
from core.export.numpy.script import numpy_script
from core.export.torch import text as torch_text
from core.export.torch.functions import DEFINITIONS
from core.export.torch.rules import spelled
from core.export.torch.script import pytorch_script
from core.export.torch.text import TorchText
from core.graph.graph import CONSTANT, INPUT, Graph, Node
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.ops import OPS
from core.passes.stepper import record
from tests.core.test_ops import PAIRS, drawn, name_of
from tests.exported import NEEDS_TORCH, executed, under_torch

ARRAYS = [[()], [(3,)], [(2, 3)]]
PAIRED = [[(), ()], [(2, 3), (3,)], [(), (3,)]]
SETTINGS = [(), ()]
PICTURES = [[(5, 6), *SETTINGS], [(2, 5, 6), *SETTINGS]]
MORE = {
    **dict.fromkeys("sum mean norm prod l1 l2 largest smallest flatten".split(), ARRAYS),
    **dict.fromkeys(["mse", "squared_error"], PAIRED),
    **dict.fromkeys(["maxpool", "avgpool"], PICTURES),
    "conv2d": [
        *([(5, 6), filters, *SETTINGS] for filters in [(2, 3), (4, 2, 3), (4, 1, 2, 3)]),
        *([(2, 5, 6), filters, *SETTINGS] for filters in [(2, 2, 3), (3, 2, 2, 3)]),
        [(1, 5, 6), (2, 3), *SETTINGS],
    ],
    "elastic": [[(), ()], [(2, 3), ()]],
    "concat": [[(), ()], [(), (3,)], [(3,), ()], [(2, 3), (1, 3)], [(2, 1, 3), (1, 1, 3)]],
    "stack": [[(2, 3), (2, 3)]],
    "cut": [[(4, 2), (), *SETTINGS]],
    "dropout": [[(), *SETTINGS]],
    "reshape": [[(6,), (2,)]],
    "positional_encoding": [[(), ()]],
}
CASES = {name: [tuple(shapes) for op, shapes in PAIRS if op.name == name] for name in OPS}
CASES = {name: dict.fromkeys([*found, *map(tuple, MORE.get(name, []))]) for name, found in CASES.items()}
EVERY = pytest.mark.parametrize("op", OPS.values(), ids=name_of)
BATCH = 3
# PyTorch has 1/6 in single precision there
COARSE = {"hard_sigmoid": 1e-7}


def values_of(op, shapes, seed):
    """Inputs drawn from the operation's domain; the number of a class differs from draw to draw."""
    found = drawn(op, shapes, seed)
    return {**found, "k": float(seed % 3)} if "k" in found and not shape_of(found["k"]) else found


def graph_of(op, shapes, values: Mapping, numbers=()):
    """The graph of one operation whose settings and `numbers` are constants."""
    program = read_program("0")
    tree = program.statements[0].tree
    ports = op.ports(len(shapes))
    written = {*op.settings, *numbers}
    nodes = {
        port: Node(port, CONSTANT, (), shape_of(values[port]), tree, value=values[port])
        if port in written
        else Node(port, INPUT, (), shape_of(values[port]), tree, named=True)
        for port in ports
    }
    shape = op.shape_of(ports, shapes, [nodes[port].value for port in ports])
    nodes["out"] = Node("out", op.name, ports, shape, tree, named=True)
    return Graph(program, nodes, "out", {})


def traces_of(op):
    """Both passes of an operation, told for each of its shapes."""
    for shapes in CASES[op.name]:
        values = values_of(op, shapes, 0)
        yield record(make_plan(graph_of(op, shapes, values)), values)


# -- for one example


@EVERY
def test_a_numpy_script_of_one_operation_finds_the_steppers_numbers(op):
    for trace in traces_of(op):
        text = numpy_script(trace)
        values, gradients, _ = executed(text)
        assert ("not compared" in text) == (op.name == "stop_gradient")
        for port in [*trace.graph.inputs, "out"]:
            written = identifier(port)
            np.testing.assert_allclose(values[written], trace.last.value(port), rtol=1e-12, atol=1e-14)
            expected = trace.last.gradient(port)
            assert (written in gradients) == (expected is not None)
            if expected is not None:
                assert np.shape(gradients[written]) == shape_of(expected)
                np.testing.assert_allclose(gradients[written], expected, rtol=1e-10, atol=1e-12)


@pytest.mark.torch
@NEEDS_TORCH
@EVERY
def test_pytorch_finds_the_gradients_of_every_operation(op):
    for trace in traces_of(op):
        lines = under_torch(pytorch_script(trace))
        received = [port for port in trace.graph.inputs if trace.last.gradient(port) is not None]
        assert len(lines) == 1 + len(received)


# -- for a batch


def uses(op):
    """Every way to use an operation: each input an array for all, one for each example, or a number."""
    for shapes in CASES[op.name]:
        ports = zip(op.ports(len(shapes)), shapes, strict=True)
        ranks = {port: len(shape) for port, shape in ports if port not in op.settings}
        choices = [("all", "each", "number") if rank == 0 else ("all", "each") for rank in ranks.values()]
        for ways in product(*choices):
            if set(ways) != {"number"}:
                yield shapes, dict(zip(ranks, ways, strict=True))


def ports_that(ways, way):
    return [port for port, found in ways.items() if found == way]


def written(op, shapes, ways):
    """The graph of a use and its PyTorch text, statement by statement."""
    graph = graph_of(op, shapes, values_of(op, shapes, 0), ports_that(ways, "number"))
    text = TorchText(
        graph,
        Identifiers(["torch", "F", "self", *DEFINITIONS]),
        {port: name(identifier(port)) for port in graph.inputs},
        {node.name: node.value for node in graph.nodes.values() if node.op == CONSTANT},
        ports_that(ways, "each"),
        ["out"],
    )
    return graph, text, text.lines(graph.nodes)


def test_every_use_can_be_written_and_every_spelling_is_taken(monkeypatch):
    """So the runs under PyTorch below prove all of them."""
    taken = {}

    def recorded(op, operands):
        found = spelled(op, operands)
        taken.setdefault(op.name, set()).add(found is not None)
        return found

    monkeypatch.setattr(torch_text, "spelled", recorded)
    for op in OPS.values():
        for shapes, ways in uses(op):
            _, _, lines = written(op, shapes, ways)
            compile("\n".join(lines), "net.py", "exec")
            assert len(lines) == 1 and lines[0].startswith("out = ")
    assert {name for name, found in taken.items() if True in found} == {
        op.name for op in OPS.values() if op.torch
    }


def one_by_one(graph, op, shapes, ways):
    """The values of each example by the stepper, and what comes back from the upstream gradients given."""
    plan, each = make_plan(without_dropout(graph)), ports_that(ways, "each")
    shared = values_of(op, shapes, 0)
    draws = [values_of(op, shapes, seed) for seed in range(BATCH)] if each else [shared]
    shape = graph.nodes["out"].shape
    upstream = [frozen(np.random.default_rng(seed).uniform(0.5, 2, shape)) for seed in range(len(draws))]
    traces = [
        record(plan, {port: (draw if port in each else shared)[port] for port in graph.inputs}, seed=g)
        for draw, g in zip(draws, upstream, strict=True)
    ]
    return traces, upstream


@pytest.fixture
def doubles():
    import torch

    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(usual)


def tensors(parts, batched):
    """A tensor of one value for all, or of one value for each example."""
    import torch

    return torch.tensor(np.stack(parts) if batched else parts[0])


@pytest.mark.torch
@NEEDS_TORCH
@EVERY
def test_a_batch_in_pytorch_is_its_examples(op, doubles):
    import torch
    import torch.nn.functional as F

    for shapes, ways in uses(op):
        graph, text, lines = written(op, shapes, ways)
        traces, upstream = one_by_one(graph, op, shapes, ways)
        each = ports_that(ways, "each")
        values = {
            port: tensors([trace.last.value(port) for trace in traces], port in each).requires_grad_()
            for port in graph.inputs
        }
        space = {"torch": torch, "F": F, "self": SimpleNamespace(training=False)}
        space |= {identifier(port): value for port, value in values.items()}
        space |= {c: torch.tensor(value) for c, value in text.constants.items()}
        exec("\n".join([*DEFINITIONS.values(), *lines]), space)
        found = {"out": space["out"]}
        expected = {"out": tensors([trace.last.value("out") for trace in traces], each)}
        if space["out"].requires_grad:
            space["out"].backward(tensors(upstream, each))
        for port in graph.inputs:
            gradients = [trace.last.gradient(port) for trace in traces]
            gradient = values[port].grad
            if gradients[0] is None:
                assert gradient is None
                continue
            expected[port] = tensors(gradients if port in each else [sum(gradients)], port in each)
            found[port] = torch.zeros_like(expected[port]) if gradient is None else gradient
        for port, tensor in expected.items():
            assert found[port].shape == tensor.shape, (port, ways, lines)
            assert torch.allclose(found[port], tensor, COARSE.get(op.name, 1e-9), 1e-12), (port, ways, lines)

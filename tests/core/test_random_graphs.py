"""On graphs made at random of all operations: reverse mode, forward mode and differences agree."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from core.base.arrays import frozen, same
from core.derivatives.numerical import differences
from core.graph.plan import make_plan
from core.ops import OPS
from core.ops.rules import Rule
from core.passes.stepper import record
from tests.core.test_forward import forward_gradient
from tests.graphs import random_graph

MOST = 60  # nodes


def told(seed, size, first=None):
    """The trace of a random graph, its output weighted with a random seed."""
    chance = random.Random(seed)
    graph, values = random_graph(chance, size, first)
    shape = graph.nodes[graph.output].shape
    weights = frozen(np.random.default_rng(seed).uniform(0.5, 2, shape))
    return record(make_plan(graph), values, weights)


def slopes(trace, name, h):
    """The gradient by centred differences, entry by entry."""
    return np.array([row.slope for row in differences(trace, name, h=h)])


def assert_three_ways_agree(trace):
    last = trace.last
    reverse = {name: last.gradient(name) for name in trace.graph.inputs}
    forward = forward_gradient(trace)
    size = 1 + float(np.max(np.abs(last.value(trace.graph.output))))
    for name, gradient in reverse.items():
        gradient = np.zeros(trace.graph.nodes[name].shape) if gradient is None else gradient
        np.testing.assert_allclose(forward[name], gradient, rtol=1e-9, atol=1e-9 * size, err_msg=name)
        near, far = slopes(trace, name, 1e-5), slopes(trace, name, 2e-5)
        smooth = np.abs(near - far) < 1e-5 * (size + np.abs(near))  # else a corner or a jump is near
        np.testing.assert_allclose(np.ravel(gradient)[smooth], near[smooth], rtol=1e-4, atol=1e-4 * size)


@pytest.mark.parametrize("name", OPS)
def test_every_operation_agrees_among_others(name):
    seed = list(OPS).index(name)
    trace = told(seed, random.Random(seed).randint(1, MOST), OPS[name])
    assert name in {node.op for node in trace.graph.nodes.values()}
    assert_three_ways_agree(trace)


@given(st.integers(0, 10**6), st.integers(1, MOST))
@settings(max_examples=60)
def test_reverse_is_forward_is_centred_differences(seed, size):
    assert_three_ways_agree(told(seed, size))


def test_graphs_hold_together_and_use_nearly_all_operations():
    graphs = [random_graph(random.Random(seed), MOST)[0] for seed in range(120)]
    unused = set(OPS) - {node.op for graph in graphs for node in graph.nodes.values()}
    assert len(unused) <= len(OPS) / 20
    assert np.median([len(graph.upstream_of([graph.output])) for graph in graphs]) > MOST / 4


def test_a_random_graph_is_the_same_again():
    one, two = (told(7, 30) for _ in range(2))
    assert one.graph.nodes == two.graph.nodes
    assert all(same(one.last.value(name), two.last.value(name)) for name in one.graph.nodes)


def test_a_wrong_rule_is_found(monkeypatch):
    wrong = replace(OPS["tanh"], back={"x": Rule("g * (1 - 0.99 * out^2)")})
    monkeypatch.setitem(OPS, "tanh", wrong)
    trace = told(1, 1, wrong)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_three_ways_agree(trace)

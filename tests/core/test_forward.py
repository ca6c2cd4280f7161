"""Forward mode: tangents by the declarations reverse mode reads, and what each mode costs."""

import numpy as np
import pytest

from core.base.arrays import frozen, same, shape_of, sum_to
from core.base.errors import Problem
from core.derivatives.forward import (
    PUSHES,
    Cost,
    Pushed,
    along,
    cost,
    directional,
    forward_slopes,
    push,
    way,
)
from core.ops import OPS
from core.passes.stepper import record, run
from tests.core.test_ops import PAIRS, drawn, forward, name_of
from tests.core.test_passes import EXAMPLES, at_defaults

PUSHING = [(op, shapes) for op, shapes in PAIRS if op.back]


@pytest.mark.parametrize(("op", "shapes"), PUSHING, ids=name_of)
def test_every_operation_pushes_the_transpose_of_its_way_back(op, shapes):
    values = drawn(op, shapes)
    args, out, rng = list(values.values()), forward(op, values), np.random.default_rng(2)
    g = frozen(rng.normal(size=shape_of(out)))
    for port, arg in enumerate(args):
        tangent = frozen(rng.normal(size=shape_of(arg)))
        pushed, back = along(op, port, args, out, tangent), op.back_rule(port)
        assert (pushed is None) == (back is None)
        if back:
            contribution = sum_to(back.value({**values, "out": out, "g": g}), shape_of(arg))
            assert shape_of(pushed) == shape_of(out)
            expected = np.sum(np.multiply(contribution, tangent))
            assert np.sum(np.multiply(g, pushed)) == pytest.approx(expected, rel=1e-11, abs=1e-13)
            slowly = PUSHES["entry by entry"](op, port, {**values, "out": out}, tangent)
            np.testing.assert_allclose(slowly, pushed, rtol=1e-11, atol=1e-13)


def test_every_operation_has_a_way_of_its_own():
    assert {op.name for op, _ in PUSHING} == {op.name for op in OPS.values() if op.back}
    assert along(OPS["pick"], 1, [frozen([1, 2]), 0.0], 1.0, 1.0) is None
    ways = {name: way(name, 0, 2) for name in ("mul", "softmax", "log_softmax", "matvec", "stack", "norm")}
    assert list(ways.values()) == [
        "symmetric",
        "symmetric",
        "stated",
        "linear",
        "linear",
        "entry by entry",
    ]


def forward_gradient(trace, names=()):
    """The gradients of some nodes, or of all inputs, by forward mode alone."""
    return {
        name: frozen(np.reshape(list(forward_slopes(trace, name)), trace.graph.nodes[name].shape))
        for name in names or trace.graph.inputs
    }


@pytest.mark.parametrize("text", EXAMPLES)
def test_forward_is_reverse_on_every_example(text):
    trace = at_defaults(text)
    for name, gradient in forward_gradient(trace).items():
        backward = trace.last.gradient(name)
        expected = np.zeros(trace.graph.nodes[name].shape) if backward is None else backward
        np.testing.assert_allclose(gradient, expected, rtol=1e-10, atol=1e-12)


def test_the_steps_of_the_first_example():
    trace = run("q = x + y; f = q z", {"x": -2.0, "y": 5.0, "z": -4.0})
    assert list(push(trace, {"x": 1.0, "z": 0.5})) == [
        Pushed("x", -2.0, 1.0),
        Pushed("z", -4.0, 0.5),
        Pushed("q", 3.0, 1.0, ((0, 1.0),)),
        Pushed("f", -12.0, -2.5, ((0, -4.0), (1, 1.5))),
    ]


def test_what_does_not_move_has_the_tangent_0():
    trace = run("a = 2 x; b = 3 y; [a, b]", {"x": frozen([1, 2]), "y": frozen([3, 4])})
    tangents = {step.node: step.tangent for step in push(trace, {"x": frozen([1, 0])})}
    assert same(tangents["b"], frozen([0, 0]))
    assert same(tangents[trace.graph.output], frozen([[2, 0], [0, 0]]))


def test_a_value_used_twice_gets_two_parts():
    assert list(push(run("x x", {"x": 3.0}), {"x": 1.0}))[-1] == Pushed("f", 9.0, 6.0, ((0, 3.0), (1, 3.0)))


def test_a_direction_over_several_inputs_is_linear():
    trace = at_defaults("h = σ(W x + b); mse(h, t)")
    rng = np.random.default_rng(3)
    moved = {name: frozen(rng.normal(size=trace.graph.nodes[name].shape)) for name in ("W", "x", "b")}
    expected = sum(np.sum(np.multiply(trace.last.gradient(name), step)) for name, step in moved.items())
    assert directional(trace, moved) == pytest.approx(expected, rel=1e-12)


def test_a_node_in_between_moves_by_itself():
    trace = run("a = 2 x; b = a^2; b + x", {"x": 3.0})
    assert directional(trace, {"a": 1.0}) == 12
    assert directional(trace, {"a": 1.0, "x": 1.0}) == 13
    assert forward_gradient(trace, ["b", "f"]) == {"b": 1.0, "f": 1.0}


def test_a_vector_output_is_weighted_with_the_seed():
    values = {"W": frozen([[1, 2], [3, 4], [5, 6]]), "x": frozen([1, -1])}
    trace = record(run("W x", values).plan, values, frozen([0, 1, 0]))
    assert same(forward_gradient(trace, ["x"])["x"], frozen([3, 4]))


def test_stopped_and_flat_operations_push_0():
    trace = run("stop_gradient(x) + step(y) + z[k]", {"x": 1.0, "y": 2.0, "z": frozen([3]), "k": 0.0})
    assert forward_gradient(trace) == {"x": 0.0, "y": 0.0, "z": frozen([1]), "k": 0.0}


def test_directions_must_fit():
    trace = run("sum(x)", {"x": frozen([1, 2])})
    with pytest.raises(Problem, match="A direction of x must have its shape, 2 entries"):
        directional(trace, {"x": 1.0})
    with pytest.raises(Problem, match="There is no node y"):
        directional(trace, {"y": 1.0})


# -- what it costs

NEURON = "z = w·x + b; y = σ(z); L = 1/2 (y - t)^2"


def test_one_reverse_pass_is_worth_a_forward_pass_for_each_input():
    values = {"w": frozen(np.ones(100)), "x": frozen(np.ones(100)), "b": 0.0, "t": 1.0}
    found = cost(run(NEURON, values).graph)
    # behind w·x lie five edges between numbers: to z, y, y - t, its square, L; b meets five, t three
    assert found == Cost(200 * 105 + 5 + 3, 100 + 100 + 5 + 1 + 1, 202, 1)
    assert found.sentence == (
        "Forward mode: 202 passes, one for each entry of the inputs, 21,008 multiplications. "
        "Reverse mode: 1 pass, one for each entry of the output, 207 multiplications"
    )


def test_many_outputs_of_one_input_are_cheaper_forward():
    values = {"w": frozen(np.ones(50)), "x": 2.0}
    found = cost(run("sin(w x)", values).graph, ["x"])
    assert found == Cost(100, 5000, 1, 50)


PRODUCTS = [
    ("W x", {"W": (4, 3), "x": (3,)}, [12, 12]),
    ("A B", {"A": (2, 3), "B": (3, 4)}, [24, 24]),
    ("outer(x, y)", {"x": (2,), "y": (5,)}, [10, 10]),
    ("x + b", {"x": (2, 3), "b": ()}, [6, 6]),
    ("sum(x)", {"x": (7,)}, [7]),
]


@pytest.mark.parametrize(("text", "shapes", "prices"), PRODUCTS)
def test_an_edge_costs_a_multiplication_for_each_pair_that_meets(text, shapes, prices):
    graph = run(text, {name: frozen(np.ones(shape)) for name, shape in shapes.items()}).graph
    entries = [int(np.prod(shape)) for shape in shapes.values()]
    expected = sum(count * price for count, price in zip(entries, prices, strict=True))
    assert cost(graph).forward == expected

"""Every operation keeps its declaration: its rules are its derivative, its words and formulas hold."""

import ast
import math
from pathlib import Path

import numpy as np
import pytest

from core.base.arrays import frozen, same, shape_of, sum_to
from core.base.numbers import typed_text
from core.ops import CALLS, FUNCTION_LIST, FUNCTIONS, OPS, SHARING
from core.ops.declarations import declare, elementwise, structural
from core.ops.facts import REAL
from core.ops.interpreter import interpreted
from core.ops.kernels import KERNELS
from core.ops.rules import Rule
from core.passes.explain import explain
from core.passes.stepper import run
from core.passes.steps import Flowed

ELEMENTWISE = [op for op in OPS.values() if op.elementwise]
STRUCTURAL = [op for op in OPS.values() if not op.elementwise]
STANDING_FOR = [op for op in OPS.values() if op.stands_for]
SHAPES = {
    1: [[()], [(3,)], [(2, 3)]],
    2: [[(), ()], [(3,), (3,)], [(3,), ()], [(), (3,)], [(2, 3), (3,)], [(3,), (2, 1)], [(2, 1), (2, 3)]],
    3: [[(), (), ()], [(3,), (), ()], [(2, 3), (3,), (2, 1)]],
}
JUMPS = {"sign", "step", "greater", "less", "at_least", "at_most", "equal"}
WITHOUT_GRADIENT = {"argmax", "argmax_rows", "onehot", "stop_gradient"} | JUMPS
PAIRS = [(op, shapes) for op in ELEMENTWISE for shapes in SHAPES[len(op.inputs)]]
PAIRS += [(op, shapes) for op in STRUCTURAL for shapes in op.all_test_shapes]
PAIRS += [
    (OPS["mse"], [(3,), ()]),
    (OPS["mse"], [(), (3,)]),
    (OPS["stack"], [(2,), (2,)]),
    (OPS["sum"], [()]),
]
PAIRS += [(OPS["pick"], [(4, 2), ()]), (OPS["largest"], [(2, 3)]), (OPS["norm"], [()])]


def name_of(part):
    return getattr(part, "name", None) or str(part).replace(" ", "")


def drawn(op, shapes, seed=0):
    """Inputs from the operation's own domain, none of them at a kink."""
    rng = np.random.default_rng(seed)
    ports = op.ports(len(shapes))

    def value(port, shape):
        if port in op.settings:
            return op.settings[port]
        if shape and op.points and port == op.points[0]:  # each row has a place of its own
            return rng.integers(0, shapes[ports.index(op.points[1])][-1], shape)
        return rng.uniform(*op.domain.get(port, REAL), shape)

    return {port: frozen(value(port, shape)) for port, shape in zip(ports, shapes, strict=True)}


def written(op, values):
    """An operation on the names of its inputs; settings are written as numbers."""
    if op.name in ("cut", "stack"):
        return "x[1:3]" if op.name == "cut" else f"[{', '.join(values)}]"
    if not op.call:
        return (op.written if isinstance(op.written, Rule) else op.value).text
    args = (typed_text(values[port]) if port in op.settings else port for port in values)
    return f"{op.call}({', '.join(args)})"


def forward(op, values):
    return op.value_rule(len(values)).value(values)


def gradients(op, values, g):
    """What comes back to each input that gets a gradient, stretching undone."""
    known = {**values, "out": forward(op, values), "g": g}
    rules = {port: op.back_rule(i) for i, port in enumerate(values)}
    return {port: sum_to(rule.value(known), shape_of(values[port])) for port, rule in rules.items() if rule}


def centred(op, values, port, g, step=1e-6):
    """The derivative of sum(g · output) by centred differences, entry by entry."""
    found = np.zeros(shape_of(values[port]))
    for place in np.ndindex(found.shape):
        ends = []
        for sign in (1, -1):
            moved = np.array(values[port], dtype=float)
            moved[place] += sign * step
            ends.append(np.sum(g * forward(op, {**values, port: frozen(moved)})))
        found[place] = (ends[0] - ends[1]) / (2 * step)
    return found


@pytest.mark.parametrize(("op", "shapes"), PAIRS, ids=name_of)
def test_rules_are_the_derivative(op, shapes):
    values = drawn(op, shapes)
    out = forward(op, values)
    assert shape_of(out) == op.shape_of(op.ports(len(shapes)), shapes, list(values.values()))
    g = frozen(np.random.default_rng(1).uniform(0.5, 2, shape_of(out)))
    found = gradients(op, values, g)
    assert bool(found) == (op.name not in WITHOUT_GRADIENT)
    for port, gradient in found.items():
        np.testing.assert_allclose(gradient, centred(op, values, port, g), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("op", ELEMENTWISE, ids=name_of)
def test_numbers_and_arrays_agree(op):
    for seed in range(5):
        values = drawn(op, [()] * len(op.inputs), seed)
        arrays = {port: frozen([value]) for port, value in values.items()}
        assert isinstance(forward(op, values), float)
        np.testing.assert_allclose(forward(op, arrays), [forward(op, values)], rtol=1e-12)
        on_arrays = gradients(op, arrays, frozen([1.5]))
        for port, gradient in gradients(op, values, 1.5).items():
            assert isinstance(gradient, float)
            np.testing.assert_allclose(on_arrays[port], [gradient], rtol=1e-12)


@pytest.mark.parametrize("op", STRUCTURAL, ids=name_of)
def test_results_are_floats_or_read_only_arrays(op):
    values = drawn(op, op.test_shapes)
    for found in (
        forward(op, values),
        *gradients(op, values, frozen(np.ones(shape_of(forward(op, values))))).values(),
    ):
        assert isinstance(found, float) or not found.flags.writeable


@pytest.mark.parametrize("op", STANDING_FOR, ids=name_of)
def test_a_composite_equals_what_it_stands_for(op):
    values = drawn(op, op.test_shapes or [()] * len(op.inputs))
    composite = run(f"sum({written(op, values)})", values).last
    formula = run(f"sum({op.stands_for})", values).last
    np.testing.assert_allclose(composite.value("f"), formula.value("f"), rtol=1e-12)
    for port in op.back:
        np.testing.assert_allclose(composite.gradient(port), formula.gradient(port), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.shows], ids=name_of)
def test_a_derivative_is_shown_as_what_is_computed(op):
    values = drawn(op, [()] * len(op.inputs))
    known = {**values, "out": forward(op, values)}
    for port, shown in op.shows.items():
        assert shown.value(known) == pytest.approx(op.local[port].value(known), rel=1e-12)


@pytest.mark.parametrize("op", OPS.values(), ids=name_of)
def test_every_operation_speaks(op):
    assert op.symbol
    assert op.says[0].isupper() and op.says.endswith(".")
    assert set(op.domain) <= set(op.inputs) and set(op.defaults) <= set(op.inputs)
    assert set(op.back) <= set(op.inputs)
    if op.call:
        signature = FUNCTIONS[op.call]
        assert signature.name == op.call
        assert all(FUNCTIONS[alias].name == op.call for alias in op.also)
        assert op in (CALLS[op.call, len(op.inputs)], *SHARING.get(op.call, ()))


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.commutative], ids=name_of)
def test_what_commutes_has_the_same_value_for_inputs_in_any_order(op):
    values = drawn(op, [()] * len(op.inputs))
    turned = dict(zip(op.inputs, reversed(values.values()), strict=True))
    assert forward(op, values) == forward(op, turned)


def test_every_sign_is_of_one_operation():
    signs = [sign for op in OPS.values() for sign in op.signs]
    assert sorted(signs) == sorted("+-*⊙/^><≥≤=")


def test_an_operation_is_declared_once():
    with pytest.raises(ValueError, match="add is declared twice"):
        declare(OPS["add"])


def test_what_is_neither_a_field_nor_an_input_is_not_declared():
    with pytest.raises(ValueError, match="cube: comutative is no field of Op, and no input of it"):
        elementwise("cube", "x³", "x ^ 3", says="", x="3 x^2", comutative=True)
    with pytest.raises(ValueError, match="third: y is no field of Op, and no input of it"):
        structural("third", "3", "x[2]", inputs="x", shape=lambda *_: (), test_shapes=[(3,)], says="", y="g")


INF, NAN = math.inf, math.nan
CONVENTIONS = [
    ("relu(x)", {"x": 0}, {"x": 0}),
    ("max(0, x)", {"x": 0}, {"x": 0.5}),
    ("|x|", {"x": 0}, {"x": 0}),
    ("sign(x)", {"x": 0}, {"x": 0}),
    ("max(x, y)", {"x": 2, "y": 2}, {"x": 0.5, "y": 0.5}),
    ("min(x, y)", {"x": 2, "y": 2}, {"x": 0.5, "y": 0.5}),
    ("max(x)", {"x": [1, 3, 3]}, {"x": [0, 0.5, 0.5]}),
    ("min(x)", {"x": [1, 1, 3]}, {"x": [0.5, 0.5, 0]}),
    ("clip(x, a, b)", {"x": 1, "a": -1, "b": 1}, {"x": 1, "a": 0, "b": 0}),
    ("clip(x, a, b)", {"x": -1, "a": -1, "b": 1}, {"x": 1, "a": 0, "b": 0}),
    ("clip(x, a, b)", {"x": 2, "a": -1, "b": 1}, {"x": 0, "a": 0, "b": 1}),
    ("leaky_relu(x, α)", {"x": 0, "α": 0.2}, {"x": 0.2, "α": 0}),
    ("leaky_relu(x)", {"x": 0}, {"x": 0.01}),
    ("‖x‖", {"x": [0, 0]}, {"x": [0, 0]}),
    ("‖x‖", {"x": 0}, {"x": 0}),
    ("x^y", {"x": 0, "y": 0}, {"x": 0, "y": 0}),
    ("sum(x^y)", {"x": [0, 2], "y": [0, 0]}, {"x": [0, 0], "y": [0, math.log(2)]}),
    ("x^y", {"x": 0, "y": 1}, {"x": 1, "y": 0}),
    ("x^2", {"x": 0}, {"x": 0}),
    ("x^2", {"x": -3}, {"x": -6}),
    ("x^y", {"x": -3, "y": 2}, {"x": -6, "y": NAN}),
    ("sqrt(x)", {"x": 0}, {"x": INF}),
    ("step(x)", {"x": 0}, {"x": 0}),
    ("step(x)", {"x": 1}, {"x": 0}),
    ("[x > y]", {"x": 1, "y": 1}, {"x": 0, "y": 0}),
    ("bce(p, t)", {"p": 0, "t": 0}, {"p": 0, "t": 100}),
    ("bce(p, t)", {"p": 0, "t": 1}, {"p": -1e12}),
    ("bce(p, t)", {"p": 1, "t": 0}, {"p": 1e12}),
    ("elu(x, α)", {"x": 0, "α": 0.5}, {"x": 0.5, "α": 0}),
    ("elu(x)", {"x": 0}, {"x": 1}),
    ("hinge(y, t)", {"y": 1, "t": 1}, {"y": 0, "t": 0}),
]


@pytest.mark.parametrize(("program", "values", "expected"), CONVENTIONS)
def test_conventions_at_kinks(program, values, expected):
    trace = run(program, {name: frozen(value) for name, value in values.items()})
    found = {name: trace.last.gradient(name) for name in expected}
    assert all(same(found[name], frozen(expected[name])) for name in expected), found


def test_zero_to_the_zero_is_one():
    assert run("x^y", {"x": 0.0, "y": 0.0}).last.value("f") == 1


def test_a_cross_entropy_of_two_classes_stays_finite_where_one_is_certain():
    assert [run("bce(p, t)", {"p": p, "t": t}).last.value("f") for p in (0.0, 1.0) for t in (0.0, 1.0)] == [
        0,
        100,
        100,
        0,
    ]


FLAT = [op for op in OPS.values() if op.flat]


def test_what_is_flat():
    assert {op.name for op in FLAT} == {*JUMPS, "stop_gradient"}


# what is flat is a function of √x, whose slope at 0 is infinite; x itself arrives with slope 1
AT_0 = [f"{op.name}(√x)" for op in FLAT if op.call] + [f"[√x {sign} 1]" for sign in ("<", ">", "≥", "≤", "=")]


@pytest.mark.parametrize("text", AT_0)
@pytest.mark.parametrize("x", [0.0, [0.0, 4.0]])
def test_nothing_at_all_passes_what_is_flat(text, x):
    trace = run(f"a = {text}; L = sum(a + x)", {"x": frozen(x)})
    assert np.all(np.equal(trace.last.gradient("x"), 1))
    assert np.all(np.equal(trace.last.gradient("v1"), 0))  # the root
    assert "v1" not in {step.arg for step in trace.steps if isinstance(step, Flowed)}


def test_behind_what_is_flat_the_gradient_is_0_once_the_way_back_begins():
    trace = run("u = 2 x; f = step(u)", {"x": 3.0})
    assert [trace.snapshot(count).gradient("x") for count in range(len(trace) + 1)] == [None] * 3 + [0]
    assert not any(isinstance(step, Flowed) for step in trace.steps)
    assert trace.last.gradient("u") == 0


def test_where_a_gradient_stops_is_said_at_the_step_there():
    trace = run("f = step(x)", {"x": 3.0})
    assert explain(trace, 1).sentence.endswith(OPS["step"].says)


# a gate that is shut lets nothing pass, not even what is infinite: the program is constant around there
SHUT = [
    ("√(relu(x))", -1.0),
    ("√(max(x, 0))", -1.0),
    ("√(min(x, 0))", 1.0),
    ("√(clip(x, 0, 1))", -1.0),
    ("√(hard_sigmoid(x))", -4.0),
    ("√(hinge(x, 1))", 2.0),
    ("√(perceptron(x, 1))", 2.0),
    ("√(leaky_relu(x, 0))", -1.0),
    ("1/(relu(x) + 0)", -1.0),
]


@pytest.mark.parametrize(("text", "x"), SHUT)
def test_a_shut_gate_lets_nothing_pass(text, x):
    assert run(text, {"x": x}).last.gradient("x") == 0
    assert same(run(f"sum({text})", {"x": frozen([x])}).last.gradient("x"), frozen([0.0]))


def test_the_smaller_entries_of_a_vector_get_nothing_even_of_an_infinite_gradient():
    assert same(run("√(max(x))", {"x": frozen([0, -1])}).last.gradient("x"), frozen([INF, 0]))


@pytest.mark.parametrize("x", [1e155, -1e155, 1e300])
def test_huber_is_a_straight_line_far_out(x):
    last = run("huber(x, 0)", {"x": x}).last
    assert (last.value("f"), last.gradient("x")) == (abs(x) - 0.5, math.copysign(1, x))


@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("p", [1e-60, 1e-300, 1e-20, 1e-5])
def test_a_cross_entropy_of_two_classes_has_the_slope_of_its_own_value_in_the_target(p, t):
    last = run("bce(p, t)", {"p": p, "t": t}).last
    low, high = (run("bce(p, t)", {"p": p, "t": t + by}).last.value("f") for by in (-0.5, 0.5))
    assert last.gradient("t") == pytest.approx(high - low, rel=1e-12)


@pytest.mark.parametrize("alpha", [0.3, 1.0])
@pytest.mark.parametrize("function", ["elu", "leaky_relu"])
def test_a_slope_of_one_on_both_sides_is_no_kink(function, alpha):
    trace = run(f"{function}(x, α)", {"x": 0.0, "α": alpha})
    assert bool(trace.graph.nodes["f"].operation.kink.at.value({"x": 0.0, "α": alpha})) == (alpha != 1)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.kink], ids=name_of)
def test_a_kink_is_seen_where_it_is_and_nowhere_else(op):
    shapes = op.test_shapes or [()] * len(op.inputs)
    assert np.any(op.kink.at.value(op.at_kink()))
    assert not np.any(op.kink.at.value(drawn(op, shapes)))


@pytest.mark.parametrize("program", ["softplus(-x)", "bce_logits(x, 1)"])
def test_small_losses_keep_their_digits(program):
    assert run(program, {"x": 40.0}).last.value("f") == pytest.approx(math.exp(-40), rel=1e-12)


def test_sigmoid_is_precise_where_it_saturates():
    trace = run("sigmoid(x)", {"x": 36.0})
    assert trace.last.gradient("x") == pytest.approx(math.exp(-36), rel=1e-12)


SAFE = [
    ("sigmoid(x)", 800, 1, 0),
    ("sigmoid(x)", -800, 0, 0),
    ("tanh(x)", 800, 1, 0),
    ("tanh(x)", -800, -1, 0),
    ("softplus(x)", 800, 800, 1),
    ("softplus(x)", -800, 0, 0),
    ("silu(x)", 800, 800, 1),
    ("silu(x)", -800, 0, 0),
    ("elu(x)", 800, 800, 1),
    ("elu(x)", -800, -1, 0),
    ("bce_logits(x, 1)", 800, 0, 0),
    ("bce_logits(x, 1)", -800, 800, -1),
    ("sum(softmax(x) ⊙ [1, 0])", [800, -800], 1, [0, 0]),
    ("logsumexp(x)", [800, 800], 800 + math.log(2), [0.5, 0.5]),
    ("logsumexp(x)", [-800, -800], -800 + math.log(2), [0.5, 0.5]),
    ("log_softmax(x)[1]", [800, -800], -1600, [-1, 1]),
    ("cross_entropy(x, 0)", [800, -800], 0, [0, 0]),
    ("cross_entropy(x, 1)", [800, -800], 1600, [1, -1]),
]


@pytest.mark.parametrize(("program", "x", "value", "gradient"), SAFE)
def test_nothing_overflows(program, x, value, gradient):
    last = run(program, {"x": frozen(x)}).last
    np.testing.assert_allclose(last.value("f"), value, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(last.gradient("x"), gradient, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.points], ids=name_of)
@pytest.mark.parametrize("place", [-1.0, 0.5, 4.0, NAN, INF])
def test_a_place_that_is_not_there_is_said(op, place):
    values = drawn(op, op.test_shapes) | {op.points[0]: place}
    call = f"{op.inputs[0]}[{op.inputs[1]}]" if op.name == "pick" else written(op, values)
    with pytest.raises(ValueError, match=r"has entries 0 to 3; there is no entry|An index is a whole number"):
        run(call, values)


IN_ROWS = [
    ("cross_entropy(S, k)", [0, 2, 1], "A row of S has entries 0 to 1; there is no entry 2"),
    ("nll(softmax(S), k)", [0, -1, 1], r"A row of softmax\(S\) has entries 0 to 1; there is no entry -1"),
    ("multiclass_hinge(2 S, k)", [0, 1, 0.5], "An index is a whole number"),
    ("cross_entropy(S, k)", 2.0, "A row of S has entries 0 to 1; there is no entry 2"),
    ("cross_entropy(S, k)", [0, NAN, 1], "An index is a whole number"),
]


@pytest.mark.parametrize(("program", "k", "message"), IN_ROWS)
def test_a_class_that_a_row_does_not_have_is_said(program, k, message):
    with pytest.raises(ValueError, match=message):
        run(program, {"S": frozen(np.ones((3, 2))), "k": frozen(k)})


WRONG_SHAPES = [
    ("softmax(x)", {"x": 1.0}, "A vector of scores is needed here, or a matrix with one in each row; x is"),
    ("outer(x, y)", {"x": 1.0, "y": [1, 2]}, "outer takes a vector; x is a number"),
    ("cross_entropy(x, y)", {"x": [1, 2], "y": [1, 2]}, "the number of the true class"),
    ("softmax(x)", {"x": np.ones((2, 2, 2))}, "or a matrix with one in each row; x is 2×2×2"),
    ("cross_entropy(x, y)", {"x": 1.0, "y": 1.0}, "x is a number and y is a number"),
    (
        "cross_entropy(x, y)",
        {"x": np.ones((3, 2)), "y": [0, 1]},
        "x is 3×2 and y has 2 entries; the true classes are one number for each row, or one number for all",
    ),
    (
        "nll(x, y)",
        {"x": np.ones((3, 2)), "y": np.ones((3, 2))},
        "x is 3×2 and y is 3×2; the true classes are",
    ),
    ("svm(x, y, z)", {"x": np.ones((3, 2)), "y": [0, 1, 1], "z": [1, 2]}, "A margin is one number; z has"),
    ("sum(x, 2)", {"x": np.ones((3, 2))}, "x is 3×2 and has the axes 0 and 1; there is no axis 2"),
    ("mean(x, -2)", {"x": [1, 2]}, "x has 2 entries and has only axis 0; there is no axis -2"),
    ("sum(x, 1/2)", {"x": [1, 2]}, "there is no axis 0.5"),
    ("sum(x, 4)", {"x": np.ones((2, 1, 1))}, "has the axes 0 to 2; there is no axis 4"),
    ("sum(x, 0)", {"x": 1.0}, "x is a number and has no axes"),
    ("sum(x, y)", {"x": [1, 2], "y": 0.0}, "The axis of sum must be written as a number, not y"),
    ("flip(x)", {"x": 1.0}, "flip turns a vector or a filter; x is a number"),
    ("mse(x, y)", {"x": [1, 2], "y": [1, 2, 3]}, "x has 2 entries and y has 3 entries"),
    ("[x, y]", {"x": [1, 2], "y": 1.0}, "The entries of a list must have one shape"),
    ("conv2d(x, y)", {"x": [1, 2], "y": [[1]]}, "x has 2 entries; conv2d takes a picture"),
    ("conv2d(x, y)", {"x": np.ones((2, 3, 3)), "y": np.ones((2, 2))}, "as many channels as the picture"),
    ("conv2d(x, y)", {"x": np.ones((3, 3)), "y": np.ones((4, 2))}, "a filter of 4×2 does not fit into it"),
    (
        "conv2d(x, y, 0)",
        {"x": np.ones((3, 3)), "y": np.ones((2, 2))},
        "A stride is a whole number from 1, not 0",
    ),
    (
        "conv2d(x, y, z)",
        {"x": np.ones((3, 3)), "y": np.ones((2, 2)), "z": 1.0},
        "must be written as a number",
    ),
    ("maxpool(x, 4)", {"x": np.ones((3, 3))}, "a window of 4×4 does not fit into it"),
    ("avgpool(x)", {"x": 1.0}, "x is a number; pooling takes a picture"),
    ("reshape(x, [2, 2])", {"x": [1, 2, 3]}, "x has 3 entries and cannot be laid out as 2×2, which takes 4"),
    ("reshape(x, 1.5)", {"x": [1, 2, 3]}, "The size of an axis is a whole number from 1, not 1.5"),
    ("concat(x, y)", {"x": np.ones((2, 2)), "y": [1, 2]}, "x is 2×2 and y has 2 entries; laid end to end"),
    ("x[2:2]", {"x": [1, 2, 3]}, "x has entries 0 to 2; the range 2:2 is empty or goes beyond"),
    ("x[1:4]", {"x": [1, 2, 3]}, "the range 1:4 is empty or goes beyond"),
    ("x[1:y]", {"x": [1, 2, 3], "y": 2.0}, "The stop of a range must be written as a number, not y"),
    ("x[1:]", {"x": 1.0}, "x is a number and has no entries to take a range of"),
    ("onehot(x, 3)", {"x": [1, 2]}, "The number of a class is one number; x has 2 entries"),
    ("onehot(x, 10000000)", {"x": 1.0}, "The number of classes is at most 1,000,000; here it is"),
    ("positional_encoding(x, 0)", {"x": 1.0}, "The number of octaves is a whole number from 1, not 0"),
    ("positional_encoding(x, 2000)", {"x": 1.0}, "Beyond 1,000 octaves the frequencies overflow"),
    ("positional_encoding(x, 2)", {"x": np.ones((2, 2))}, "takes a number or a vector; x is 2×2"),
    ("dropout(x, 1)", {"x": [1, 2]}, "The part that is dropped is from 0 to below 1, not 1"),
    ("dropout(x, 1/2, -1)", {"x": [1, 2]}, "A seed is a whole number from 0, not -1"),
    ("elastic(x, y)", {"x": [1, 2], "y": [1, 2]}, "A weight is one number; y has 2 entries"),
    ("svm(x, y, z)", {"x": [1, 2], "y": 0.0, "z": [1, 2]}, "A margin is one number; z has 2 entries"),
    ("‖x‖_3", {"x": [1, 2]}, "There is no norm with the number 3"),
    ("affine(x, y, z)", {"x": 1.0, "y": [1, 2], "z": [1, 2]}, "affine takes a matrix and two vectors"),
    ("affine(x, y, z)", {"x": [[1, 2]], "y": [1, 2, 3], "z": [1]}, "the columns of x must equal the entries"),
    ("affine(x, y, z)", {"x": [[1, 2]], "y": [1, 2], "z": [1, 2]}, "the rows of x must equal the entries"),
]


@pytest.mark.parametrize(("program", "values", "message"), WRONG_SHAPES)
def test_shapes_that_do_not_fit_are_said(program, values, message):
    with pytest.raises(ValueError, match=message):
        run(program, {name: frozen(value) for name, value in values.items()})


def test_every_function_that_can_be_called_is_listed():
    """Under its own name or beside it, numel too, which is no operation."""
    listed = {usage.partition("(")[0] for usage, _ in FUNCTION_LIST}
    listed |= {
        other for usage, _ in FUNCTION_LIST for other in usage.rpartition(")")[2].strip(", ").split(", ")
    }
    assert listed - {""} == set(FUNCTIONS)
    assert all(says.endswith(".") for _, says in FUNCTION_LIST)


class InWords:
    """An interpreter that says what it is asked for."""

    def number(self, value):
        return f"{value:g}"

    def name(self, name):
        return name

    def call(self, function, args):
        return f"{function}({' '.join(args)})"


SAID = {
    "x + 2 - y": "subtract(add(x 2) y)",
    "-x / y": "divide(negative(x) y)",
    "x * y · z": "multiply(multiply(x y) z)",
    "x ⊙ 2 y": "multiply(multiply(x 2) y)",
    "x^2": "power(x 2)",
    "max(x, 0)": "max(x 0)",
    "[x > y]": "greater(x y)",
    "[x < y]": "less(x y)",
    "[x ≥ y]": "greater_equal(x y)",
    "[x ≤ y]": "less_equal(x y)",
    "[x = y]": "equal(x y)",
}


@pytest.mark.parametrize("rule", SAID)
def test_signs_and_relations_are_functions(rule):
    assert interpreted(Rule(rule).tree, InWords()) == SAID[rule]


@pytest.mark.parametrize("rule", SAID)
def test_a_function_on_numbers_is_the_one_on_arrays(rule):
    values = {"x": 0.7, "y": 1.3, "z": -2.0}
    for at in (values, dict.fromkeys(values, 1.0)):
        arrays = {name: frozen([value]) for name, value in at.items()}
        assert Rule(rule).value(arrays).tolist() == [Rule(rule).value(at)]


@pytest.mark.parametrize("kernel", [kernel for kernel in KERNELS.values() if kernel.python], ids=name_of)
def test_what_a_sign_stands_for_is_what_python_does_by_it(kernel):
    for x, y in ((0.7, 1.3), (2.0, 2.0), (1.5, -3.0)):
        args = [x, y][: 1 if kernel.name == "negative" else 2]
        found = {kernel.number(*args), float(kernel.array(*args)), float(kernel.on_complex(*args))}
        found.add(eval(kernel.python.format(*args)))
        assert len(found) == 1


def test_what_is_made_of_brackets_is_a_gate():
    gates = ["[x > 0] y", "([x > 0] + [y > 0]) z", "x [y = 1] / 2", "-[x > 0] y", "share(x, y) z"]
    others = ["x y", "([x > 0] + y) z", "[x > 0]^2 y", "2 / [x > 0] y", "[x > 0] + [y > 0]"]
    assert all("gate" in Rule(rule).calls for rule in gates)
    assert not any("gate" in Rule(rule).calls for rule in others)


def constants_in(parts):
    return [part.value for part in parts if isinstance(part, ast.Constant)]


def tables_of_operations(source):
    """The lines of a text in which a collection names several operations that are called."""
    called = {op.name for op in OPS.values() if op.call} - {"step", "sum", "mean"}  # which mean much else
    for part in ast.walk(ast.parse(source)):
        listed = part.keys if isinstance(part, ast.Dict) else getattr(part, "elts", ())
        if len([one for one in constants_in(listed) if one in called]) > 1:
            yield part.lineno


def operations_by_name(source):
    """The lines of a text that ask whether something is a certain operation, or that look one up."""
    for part in ast.walk(ast.parse(source)):
        match part:
            case ast.Compare(left=left, comparators=others):
                named = [left, *others, *(one for other in others for one in getattr(other, "elts", ()))]
            case ast.Subscript(value=ast.Name("OPS"), slice=key):
                named = [key]
            case ast.Tuple(elts=listed) | ast.Set(elts=listed) if any(
                isinstance(one, ast.Starred) for one in listed
            ):
                named = listed  # put together with names that are found
            case _:
                continue
        if any(one in OPS for one in constants_in(named)):
            yield part.lineno


# what has a row for each kernel, and LaTeX's own words
ROWS = {
    f"core/{name}.py"
    for name in ("passes/rule_mathematics", "derivatives/array_forms", "math/array_forms", "math/latex")
}
# kernels again; how programs are written; the declarations
FOLDERS = {"compiled", "export", "notation", "ops"}
# what builds graphs of operations, and takes them apart again
BUILDING = {"graph", "figure", "derivatives", "math"}
# other words, such as the kinds of tokens and of steps, and a workspace
WORDS = {
    *("core/project/older.py", "core/passes/trace.py", "app/cli/figure.py", "app/painting/parts.py"),
    *("app/canvas/scene.py", "app/shell/frame.py", "app/shell/window.py", "app/state/net_session.py"),
}


def test_what_is_known_of_operations_stands_in_their_declarations_alone():
    root = Path(__file__).parents[2]
    paths = [path.relative_to(root) for part in ("core", "app") for path in (root / part).rglob("*.py")]
    asked = [path for path in paths if path.parts[1] not in FOLDERS and path.as_posix() not in ROWS]
    texts = {path.as_posix(): (root / path).read_text("utf-8") for path in asked}
    assert [path for path, text in texts.items() if any(tables_of_operations(text))] == []
    assert list(tables_of_operations('GAINS = {"relu": 2, "elu": 2}\nSHUT = ["relu", x]')) == [1]
    others = [path for path in texts if path.split("/")[1] not in BUILDING and path not in WORDS]
    assert [path for path in others if any(operations_by_name(texts[path]))] == []
    asks = [
        'op.name == "relu"',
        'op in ("conv2d", "elu")',
        'OPS["relu"].gain',
        '(*LOGS, "neg")',
        "op != KNOWN",
    ]
    assert [next(operations_by_name(text), 0) for text in asks] == [1, 1, 1, 1, 0]

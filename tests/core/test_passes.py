"""Both passes, fact by fact: their order, what is known when, and gradients against differences."""

import math
import re
from itertools import groupby

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.base.arrays import frozen, same
from core.base.errors import Problem
from core.graph.builder import build, graph_of
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.passes.guessed_values import with_defaults
from core.passes.not_finite import remarks_on_not_finite
from core.passes.stepper import record, run
from core.passes.steps import Computed, Flowed, Seeded

NEURON = "1/(1 + exp(-(w0 x0 + w1 x1 + w2)))"
AT = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}

EXAMPLES = [
    "(x+y)z",
    "σ(w·x + b)",
    "sigmoid(w·x+b)",
    NEURON,
    "1/(1+exp(-(w0x0 + w1x1 + w2)))",
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; Lreg = L + λ R",
    "p = softmax(W x + b); L = -ln(p[k])",
    "W2 max(0, W1 x + b1) + b2",
    "h = σ(W1 x + b1); y = W2 h + b2; L = 1/2 ‖y - t‖^2",
    "cross_entropy(W x + b, k)",
    "b = a + a; c = b + b",
    "f(x) = x^2; f(3) + f(y)",
    "x^T W x",
    "W^T x",
    "w^\\top x",
    "x W + b",
    "W1 (W2 x)",
    "W V x",
    "(W x)^T y",
    "outer(x, y)",
    "s = W x; L = sum(max(0, s - s[k] + 1)) - 1",
    "p[2] + W[1, 2] + V[0][1]",
    "exp(s)[k]/sum(exp(s))",
    "mse(W x + b, t)",
    "bce(σ(w·x + b), t)",
    "hinge(w·x, t)",
    "softmax(affine(W, x, b))",
    "h1 = tanh(W_hh h + W_xh x + b_h)",
    "e^x/(1 + e^x)",
    "2πr",
    "sqrt(x^2 + y^2)",
    "[x, y]·w",
    "max(x, y, z)",
    "|x| + ‖v - u‖",
    "[x > 0] x",
    "-x^2",
    "9^9",
]


def at_defaults(text):
    program = read_program(text)
    values = with_defaults(program, {})
    return record(make_plan(build(program, values)), values)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_runs_at_its_defaults(text):
    trace = at_defaults(text)
    assert remarks_on_not_finite(trace) == []
    for node in trace.graph.nodes:
        assert np.all(np.isfinite(trace.last.value(node)))
    assert_order(trace)


def test_defaults_keep_what_is_given_and_guess_the_rest():
    program = read_program("W x + b")
    values = with_defaults(program, {"x": frozen([1, 2, 3, 4]), "unused": 1.0})
    assert list(values) == ["W", "x", "b"]
    assert values["W"].shape == (3, 4)
    assert values["b"].shape == (3,)
    assert same(values["x"], frozen([1, 2, 3, 4]))
    assert all(same(values[name], with_defaults(program, {"x": values["x"]})[name]) for name in values)


# -- order


def assert_order(trace):
    """Forward in the order of needs; a gradient leaves a node only when all of it has arrived."""
    graph, computed, left = trace.graph, set(trace.inputs), set()
    phases = [type(step) for step in trace.steps]
    seed = phases.index(Seeded)
    assert set(phases[:seed]) <= {Computed}
    assert set(phases[seed + 1 :]) <= {Flowed}
    for step in trace.steps[:seed]:
        assert computed.issuperset(graph.nodes[step.node].args)
        computed.add(step.node)
    assert computed == set(graph.nodes)
    final = {graph.output: trace.steps[seed].gradient}
    final |= {step.arg: step.total for step in trace.steps[seed + 1 :]}
    for number, step in enumerate(trace.steps[seed + 1 :], start=seed + 2):
        assert step.arg not in left
        left.add(step.node)
        assert same(trace.snapshot(number).gradient(step.node), final[step.node])


def test_the_steps_of_the_first_example():
    trace = run("q = x + y; f = q z", {"x": -2.0, "y": 5.0, "z": -4.0})
    assert trace.steps == (
        Computed("q", 3.0),
        Computed("f", -12.0),
        Seeded("f", 1.0),
        Flowed("f", 1, "z", 3.0, 3.0),
        Flowed("f", 0, "q", -4.0, -4.0),
        Flowed("q", 1, "y", -4.0, -4.0),
        Flowed("q", 0, "x", -4.0, -4.0),
    )
    assert trace.plan.text.splitlines() == [
        "q = x + y",
        "f = q * z",
        "df = 1",
        "dz += df * q",
        "dq += df * z",
        "dy += dq",
        "dx += dq",
    ]


def test_a_gradient_waits_until_it_is_complete():
    trace = run("b = a + a; c = b + b", {"a": 3.0})
    assert trace.last.gradient("a") == 4
    flows = [step for step in trace.steps if isinstance(step, Flowed)]
    assert [(step.node, step.port, step.total) for step in flows] == [
        ("c", 1, 1.0),
        ("c", 0, 2.0),
        ("b", 1, 2.0),
        ("b", 0, 4.0),
    ]


@pytest.mark.parametrize("text", EXAMPLES)
def test_what_a_node_receives_comes_together(text):
    program = read_program(text, ())
    trace = record(make_plan(build(program, values := with_defaults(program, {}))), values)
    receiving = [step.arg for step in trace.steps if isinstance(step, Flowed)]
    assert len([name for name, _ in groupby(receiving)]) == len(set(receiving))


def test_the_plan_goes_back_in_reverse_topological_order():
    graph = graph_of(NEURON, AT)
    flows = [line.node for line in make_plan(graph).instructions if line.phase == "backward"]
    place = {name: i for i, name in enumerate(nx.topological_sort(graph.digraph()))}
    backward = list(dict.fromkeys(flows))
    assert set(backward) <= nx.ancestors(graph.digraph(), graph.output) | {graph.output}
    for edge in graph.edges:
        if edge.source in backward and edge.target in backward:
            assert place[edge.source] < place[edge.target]
            assert backward.index(edge.source) > backward.index(edge.target)


def test_no_gradient_goes_where_it_leads_to_no_input():
    trace = run("2 x + 3^y[1] + sum([1, 2])", {"x": 1.0, "y": frozen([1, 2])})
    reached = {step.arg for step in trace.steps if isinstance(step, Flowed)}
    constants = {name for name, node in trace.graph.nodes.items() if node.op == "constant"}
    assert not reached & constants
    assert {"x", "y"} <= reached


# -- pictures


def test_a_picture_shows_what_is_known_and_nothing_else():
    trace = run("q = x + x; f = q z", {"x": 2.0, "z": 3.0})
    start = trace.snapshot(0)
    assert start.step is None
    assert [start.value(name) for name in ("x", "z", "q", "f")] == [2.0, 3.0, None, None]
    assert start.gradient("f") is None
    assert start.contribution("f", 0) is None
    assert start.arrived("x") == ()
    grown = [trace.snapshot(i).gradient("x") for i in range(len(trace) + 1)]
    assert grown == [None] * 6 + [3.0, 6.0]
    assert [trace.snapshot(i).value("q") for i in range(3)] == [None, 4.0, 4.0]
    assert trace.snapshot(6).arrived("x") == (3.0,)
    assert trace.last.arrived("x") == (3.0, 3.0)
    assert trace.last.contribution("q", 1) == 3.0
    assert trace.last.step is trace.steps[-1]


def test_arrays_in_a_trace_cannot_be_changed():
    trace = run("sum(W x)", {"W": frozen([[1, 2], [3, 4]]), "x": frozen([5, 6])})
    for name in trace.graph.nodes:
        for value in (trace.last.value(name), trace.last.gradient(name)):
            assert value is None or isinstance(value, float) or not value.flags.writeable


def test_running_twice_gives_the_same():
    plan = make_plan(graph_of(NEURON, AT))
    assert record(plan, AT).steps == record(plan, AT).steps


POSITIONS = [
    ("start", 0),
    ("forward:0", 0),
    ("forward:2", 2),
    ("seed", 3),
    ("backward:0", 3),
    ("backward:1", 4),
    ("backward:4", 7),
    ("end", 7),
    ("5", 5),
    ("7", 7),
]


@pytest.mark.parametrize(("words", "position"), POSITIONS)
def test_positions_have_words(words, position):
    trace = run("q = x + y; f = q z", {"x": -2.0, "y": 5.0, "z": -4.0})
    assert trace.position(words) == position
    phase = {0: "start", 1: "forward", 2: "forward", 3: "seed"}.get(position, "backward")
    assert trace.phase(position) == phase


NO_POSITIONS = [
    ("forward:3", "There is no step forward:3: the forward pass has 2 steps"),
    ("backward:5", "There is no step backward:5: the backward pass has 4 steps"),
    ("8", "There is no step 8"),
    ("", "'' is not a step"),
    ("forward", "'forward' is not a step"),
    ("seed:1", "'seed:1' is not a step"),
    ("-1", "'-1' is not a step"),
    ("forward:²", "is not a step"),
    ("forward:" + "9" * 30, "There is no step"),
    ("9" * 5000, "There is no step"),
]


@pytest.mark.parametrize(("words", "message"), NO_POSITIONS, ids=range(len(NO_POSITIONS)))
def test_positions_that_do_not_exist_are_said(words, message):
    trace = run("q = x + y; f = q z", {"x": -2.0, "y": 5.0, "z": -4.0})
    with pytest.raises(Problem, match=re.escape(message)):
        trace.position(words)


def test_the_last_step_is_named_where_there_are_fewer():
    trace = run("q = x + y; f = q z", {"x": -2.0, "y": 5.0, "z": -4.0})
    for words, last in (("forward:3", "forward:2"), ("backward:99", "backward:4"), ("8", "end")):
        with pytest.raises(Problem) as found:
            trace.position(words)
        assert found.value.hint == f"Write {last} for the last one"
        assert trace.position(last) == {"forward:2": 2}.get(last, len(trace))


# -- seeds and values


def test_a_seed_chooses_a_direction():
    values = {"W": frozen([[1, 2], [3, 4], [5, 6]]), "x": frozen([1, -1])}
    plan = make_plan(graph_of("W x", values))
    assert same(record(plan, values).last.gradient("x"), frozen([9, 12]))
    assert same(record(plan, values, frozen([0, 1, 0])).last.gradient("x"), frozen([3, 4]))
    with pytest.raises(Problem, match="The seed is a number; f has 3 entries"):
        record(plan, values, 1.0)


def test_values_must_fit_the_graph():
    plan = make_plan(graph_of("sum(x)", {"x": frozen([1, 2])}))
    with pytest.raises(Problem, match="x was 2 entries and is now 3 entries"):
        record(plan, {"x": frozen([1, 2, 3])})
    with pytest.raises(Problem, match="x has no value"):
        record(plan, {})


def test_an_index_is_checked_when_its_value_is_known():
    values = {"x": frozen([1, 2]), "k": 1.0}
    plan = make_plan(graph_of("x[k]", values))
    assert record(plan, values).last.value("f") == 2
    with pytest.raises(Problem, match="x has entries 0 to 1; there is no entry 5"):
        record(plan, {**values, "k": 5.0})
    with pytest.raises(Problem, match="An index is a whole number"):
        run("cross_entropy(x, k)", {**values, "k": math.nan})


# -- what goes wrong with numbers

TROUBLES = [
    ("1/x", {"x": 0.0}, "f is infinite: the divisor is 0"),
    ("y = ln(x); z = 2 y", {"x": 0.0}, "y is infinite: the logarithm needs a value above 0"),
    ("ln(x)", {"x": -1.0}, "f is not a number: the logarithm needs a value above 0"),
    ("q = sqrt(x); q + 1", {"x": -1.0}, "q is not a number: the root needs a value of at least 0"),
    ("exp(x)", {"x": 710.0}, "f is infinite: the exponential overflows above 709"),
    ("sqrt(x)", {"x": 0.0}, "The gradient of x is infinite: the slope of the root at 0 is infinite"),
    ("sum(1/x)", {"x": frozen([1, 0])}, "v₁ is infinite: the divisor is 0"),
    (
        "x^n",
        {"x": -2.0, "n": 2.0},
        "The gradient of n is not a number: "
        "the slope in the exponent is a logarithm, which needs a base above 0",
    ),
    (
        "max(√x, 1)",
        {"x": 0.0},
        "The gradient of x is not a number: the slope of the root at 0 is infinite; "
        "the upstream gradient is 0, and 0 · ∞ is not a number",
    ),
    ("log2(x)", {"x": 0.0}, "f is infinite: the logarithm needs a value above 0"),
    ("x y", {"x": 1e200, "y": 1e200}, "f is infinite: it is larger than numbers here can be, 1.8·10³⁰⁸"),
    (
        "x + y",
        {"x": math.inf, "y": 1.0},
        "f is infinite: it is computed from x = ∞",
    ),
    (
        "softmax(x)",
        {"x": frozen([math.inf, 1])},
        "f is not a number: it is computed from x, which is not finite; ∞ − ∞, 0 · ∞ and ∞/∞ are not numbers",
    ),
]


@pytest.mark.parametrize(("text", "values", "said"), TROUBLES)
def test_the_first_number_that_is_none_is_named(text, values, said):
    notes = remarks_on_not_finite(run(text, values))
    assert [note.message for note in notes] == [said]
    assert text[notes[0].span.start : notes[0].span.end]


def test_nothing_is_said_of_finite_numbers():
    assert remarks_on_not_finite(run(NEURON, AT)) == []


# -- gradients against differences

SIGNS = st.sampled_from(["{} + {}", "{} - {}", "{} {}", "({})·({})", "max({}, {})", "{}/(2 + {}^2)"])
WRAPS = st.sampled_from(
    ["sin({})", "tanh({})", "σ({})", "exp({}/4)", "{}^3/8", "ln(2 + {}^2)", "softplus({})", "-{}"]
)
FACTORS = st.sampled_from(["x", "y", "z", "2", "0.5"])


def combined(parts):
    pairs = st.builds(lambda form, a, b: f"({form.format(f'({a})', f'({b})')})", SIGNS, parts, parts)
    return pairs | st.builds(lambda form, a: form.format(f"({a})"), WRAPS, parts)


@given(st.recursive(FACTORS, combined, max_leaves=8), st.tuples(*[st.floats(-2, 2)] * 3))
@settings(max_examples=100, deadline=None)
def test_reverse_mode_is_centred_differences(formula, at):
    values = dict(zip("xyz", at, strict=True))
    trace = run(f"x + 0 y + 0 z + {formula}", values)
    step = 1e-5

    def output(name, moved):
        return record(trace.plan, {**values, name: values[name] + moved}).last.value(trace.graph.output)

    for name in "xyz":
        up, here, down = (output(name, moved) for moved in (step, 0, -step))
        slope = (up - down) / (2 * step)
        assume(abs(up - 2 * here + down) < 1e-3 * step * (1 + abs(slope)))  # else a corner of max is near
        assert trace.last.gradient(name) == pytest.approx(slope, rel=1e-3, abs=1e-3)

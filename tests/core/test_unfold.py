"""Folding and unfolding: values and gradients stay, names are stable, everything else still works on them."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.arrays import frozen, shape_of
from core.base.errors import Problem
from core.compiled import compile_plan
from core.export.numpy.script import numpy_script
from core.export.torch.script import pytorch_script
from core.graph.builder import build, graph_of
from core.graph.formulas import operation_text
from core.graph.graph import CONSTANT, INPUT, Graph, Node
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.math.latex import latex
from core.notation.program import Program
from core.notation.tree import Name
from core.ops import OPS
from core.passes.expansions import MOST_ENTRIES, expansion
from core.passes.explain import caveat, explain
from core.passes.guessed_values import with_defaults
from core.passes.not_finite import remarks_on_not_finite
from core.passes.stepper import record
from core.passes.unfold import LEVELS, anything, composite, frame_of, key_of, parent, unfolded
from tests.core.test_explain import PROGRAMS
from tests.core.test_ops import PAIRS, STANDING_FOR, drawn, name_of
from tests.core.test_passes import EXAMPLES
from tests.core.test_random_programs import program as random_program
from tests.exported import executed

CASES = json.loads((Path(__file__).parents[1] / "cases" / "lectures.json").read_text(encoding="utf-8"))


def named(*keys):
    return lambda key, node: key in keys


def of_one(op, shapes):
    """A graph of one operation `f` on inputs of these shapes."""
    ports = op.ports(len(shapes))
    settings = [frozen(op.settings[port]) if port in op.settings else None for port in ports]
    nodes = {
        port: Node(port, INPUT, (), shape, Name(port), named=True)
        if setting is None
        else Node(port, CONSTANT, (), shape, Name(port), value=setting)
        for port, shape, setting in zip(ports, shapes, settings, strict=True)
    }
    nodes["f"] = Node("f", op.name, ports, op.shape_of(ports, shapes, settings), Name("f"), named=True)
    return Graph(Program("f", ()), nodes, "f", {})


def at_defaults(text):
    program = read_program(text)
    values = with_defaults(program, {})
    return build(program, values), values


def at_kinks(trace):
    """The operations that stand where they have no derivative."""
    nodes = (node for node in trace.graph.nodes.values() if not node.is_leaf)
    return {node.op for node in nodes if caveat(trace.last, node)}


def saturates(trace):
    """Whether a value is so large that the spelled-out form of σ, softmax or a loss loses its digits."""
    values = (trace.last.value(name) for name in trace.graph.nodes)
    return any(np.any(np.abs(value) > 12) for value in values)


def a_kink_between(graph, one, other):
    """Whether rounding alone carries an operation across a kink or a jump, from one picture to the other."""
    for node in graph.nodes.values():
        if node.is_leaf or not node.operation.kink:
            continue
        rules = [node.operation.back_rule(port) for port in range(len(node.args))]
        found = []
        for snapshot in (one, other):
            known = {port: snapshot.value(arg) for port, arg in node.by_port.items()}
            known |= {"out": snapshot.value(node.name), "g": frozen(np.ones(node.shape))}
            found.append([snapshot.value(node.name), *(rule.value(known) for rule in rules if rule)])
        if not all(np.allclose(a, b, rtol=1e-6, atol=1e-6) for a, b in zip(*found, strict=True)):
            return True
    return False


def assert_same_facts(graph, other, values, seed=None, tolerance=1e-12):
    """Every node of the first graph has the same value and gradient in the other one."""
    before, after = (record(make_plan(g), values, seed).last for g in (graph, other))
    for name in graph.nodes:
        for fact in ("value", "gradient"):
            expected, found = getattr(before, fact)(name), getattr(after, fact)(name)
            assert (expected is None) == (found is None), (name, fact)
            if expected is not None:
                assert shape_of(found) == shape_of(expected)
                scale = max(1.0, float(np.max(np.abs(expected))))
                np.testing.assert_allclose(
                    found, expected, rtol=tolerance, atol=tolerance * scale, err_msg=f"{fact} of {name}"
                )


def assert_well_made(graph):
    """Every node comes after its arguments, and what is inside an unfolded node is used only there."""
    seen = set()
    for name, node in graph.nodes.items():
        assert node.name == name and seen.issuperset(node.args)
        seen.add(name)
        if not node.is_leaf:
            args = [graph.nodes[arg] for arg in node.args]
            made = node.operation.shape_of(node.args, [a.shape for a in args], [a.value for a in args])
            assert made == node.shape
    for key in graph.folded:
        members = {name for name in graph.nodes if name.startswith(f"{key}.")}
        users = {edge.target for name in members for edge in graph.users[name]}
        assert users <= members | {graph.folded[key].name}


# -- every operation


@pytest.mark.parametrize("wanted", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize(("op", "shapes"), PAIRS, ids=name_of)
def test_unfolding_an_operation_keeps_value_and_gradient(op, shapes, wanted):
    graph = of_one(op, list(shapes))
    other = unfolded(graph, wanted)
    assert_well_made(other)
    for seed in range(3):
        values = drawn(op, shapes, seed)
        g = frozen(np.random.default_rng(seed).uniform(0.5, 2, graph.nodes["f"].shape))
        assert_same_facts(graph, other, values, g)


@pytest.mark.parametrize("op", STANDING_FOR, ids=name_of)
def test_every_composite_unfolds_until_nothing_is_composite(op):
    for shapes in {tuple(shapes) for one, shapes in PAIRS if one is op}:
        other = unfolded(of_one(op, list(shapes)), composite)
        assert other.folded["f"].op == op.name
        assert not any(node.operation.stands_for for node in other.nodes.values() if not node.is_leaf)


NOT_OF_NUMBERS = {"stack", "pick", "row"}  # what puts arrays together and takes them apart


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.entries], ids=name_of)
def test_operations_on_arrays_unfold_to_operations_on_numbers(op):
    other = unfolded(of_one(op, list(op.test_shapes)), anything)
    assert "f" in other.folded
    assert {node.op for node in other.nodes.values() if node.shape} <= {INPUT, *NOT_OF_NUMBERS}


def test_the_composites_of_the_lecture_are_composites():
    assert {"sigmoid", "tanh", "softmax", "cross_entropy", "norm", "mse", "bce", "hinge", "affine"} <= {
        op.name for op in STANDING_FOR
    }


# -- every program


@pytest.mark.parametrize("wanted", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize("text", [*EXAMPLES, *PROGRAMS])
def test_unfolding_a_program_keeps_values_and_gradients(text, wanted):
    graph, values = at_defaults(text)
    other = unfolded(graph, wanted)
    assert_well_made(other)
    assert_same_facts(graph, other, values)


# where a formula written out differs from what stands for it: max(0, x) at its kink, exp above 709
AT_A_KINK = {f"goodfellow_xor_{inputs}" for inputs in ("00", "01", "10")}
OVERFLOWING = {"cs231n_softmax_stable"}


@pytest.mark.parametrize("wanted", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_unfolding_a_worked_example_keeps_its_numbers(case, wanted):
    values = {name: frozen(value) for name, value in case["values"].items()}
    graph = graph_of(case["program"], values)
    other = unfolded(graph, wanted)
    trace = record(make_plan(other), values)
    assert (case["id"] in OVERFLOWING) == bool(remarks_on_not_finite(trace))
    if case["id"] in AT_A_KINK:
        assert "maximum" in at_kinks(trace)
    elif case["id"] not in OVERFLOWING:
        assert_same_facts(graph, other, values, tolerance=1e-11)


@given(st.integers(0, 10_000), st.sampled_from(list(LEVELS)))
@settings(max_examples=60, deadline=None)
def test_unfolding_a_random_program_keeps_values_and_gradients(seed, level):
    _, plan, values = random_program(seed)
    try:
        other = unfolded(plan.graph, LEVELS[level])
    except Problem as problem:
        assert "more than 10,000 nodes" in problem.message
        return
    told = [record(make_plan(graph), values) for graph in (plan.graph, other)]
    safe = not any(remarks_on_not_finite(trace) or at_kinks(trace) or saturates(trace) for trace in told)
    if safe and not a_kink_between(plan.graph, *(trace.last for trace in told)):
        assert_same_facts(plan.graph, other, values, tolerance=1e-7)


# -- what is unfolded


def test_nothing_wanted_leaves_the_graph_itself():
    graph, _ = at_defaults("y = σ(w·x + b)")
    assert unfolded(graph, lambda key, node: False) is graph
    assert unfolded(graph, named("x", "nowhere", "y.1")) is graph


def test_the_sigmoid_of_the_lecture():
    graph, _ = at_defaults("y = σ(z)")
    other = unfolded(graph, named("y"))
    assert {name: operation_text(other, node) for name, node in other.nodes.items() if not node.is_leaf} == {
        "y.1": "−z",
        "y.2": "exp(y.1)",
        "y.3": "1 + y.2",
        "y": "1/y.3",
    }
    assert other.nodes["y"].named and not other.nodes["y.1"].named
    assert other.output == "y" and other.inputs == graph.inputs
    assert [other.nodes[name].span for name in ("y.1", "y.2", "y")] == [graph.nodes["y"].span] * 3


def test_a_dot_product_is_the_sum_of_products_of_entries():
    graph, _ = at_defaults("w·x")
    other = unfolded(graph, anything)
    assert [operation_text(other, n) for n in other.nodes.values() if n.op in ("pick", "mul", "add")] == [
        "w[0]",
        "x[0]",
        "f.1 · f.2",
        "w[1]",
        "x[1]",
        "f.4 · f.5",
        "f.3 + f.6",
    ]


def test_what_appears_twice_in_a_formula_is_computed_once():
    graph, _ = at_defaults("softmax(s)")
    other = unfolded(graph, composite)
    assert [(node.op, node.args) for node in other.nodes.values() if not node.is_leaf] == [
        ("exp", ("s",)),
        ("sum", ("f.1",)),
        ("div", ("f.1", "f.2")),
    ]


def test_names_do_not_depend_on_what_else_is_unfolded():
    graph, _ = at_defaults("h = tanh(W x + b); L = cross_entropy(h, k)")
    everything = unfolded(graph, anything)
    for key in everything.folded:
        around = {key[:at] for at in range(len(key)) if key[:at] in everything.folded}
        alone = unfolded(graph, named(key, *around))
        assert key in alone.folded
        for name in alone.nodes:
            if name.startswith(f"{key}.") and key_of(everything, name) == name:
                assert alone.nodes[name] == everything.nodes[name]


def test_unfolding_in_two_goes_is_unfolding_at_once():
    graph, _ = at_defaults("L = cross_entropy(W x + b, k)")
    once = unfolded(graph, named("L", "L.1"))
    assert dict(unfolded(unfolded(graph, named("L")), named("L.1")).nodes) == dict(once.nodes)
    assert list(once.folded) == ["L", "L.1"]


def test_the_last_operation_of_an_expansion_unfolds_further_under_a_key_of_its_own():
    graph, values = at_defaults("p = softmax(s)")
    other = unfolded(graph, named("p", "p.0"))
    assert [other.folded[key].op for key in ("p", "p.0")] == ["softmax", "div"]
    assert other.nodes["p"].op == "stack" and "p.0.1" in other.nodes and "p.1" in other.nodes
    assert key_of(other, "p") == "p.0.0" and frame_of(other, "p") == "p.0" and parent(other, "p.0") == "p"
    assert frame_of(other, "p.1") == "p" and parent(other, "p") == "" and frame_of(other, "s") == ""
    assert_same_facts(graph, other, values)


def test_a_constant_with_a_point_is_inside_nothing():
    graph, _ = at_defaults("y = leaky_relu(x); z = 0.01 y")
    other = unfolded(graph, composite)
    assert frame_of(other, "0.01") == "" and frame_of(other, "z") == "" and frame_of(other, "y.1") == "y"


@pytest.mark.parametrize("name", ["e", "π"])
def test_a_variable_named_like_a_constant_is_not_taken_for_it(name, monkeypatch):
    monkeypatch.setitem(OPS, "tan", _standing_for(OPS["tan"], f"sin({name} x / {name}) / cos(x)"))
    values = {"x": 0.5, name: 7.0}
    graph = graph_of(f"tan(x) + {name} tan({name})", values)
    assert_same_facts(graph, unfolded(graph, composite), values)


def _standing_for(op, formula):
    from msgspec.structs import replace

    return replace(op, stands_for=formula)


def test_an_operation_that_gets_a_formula_can_be_unfolded(monkeypatch):
    """A new operation takes part by its declaration alone."""
    graph, values = at_defaults("y = tan(x)")
    assert unfolded(graph, anything) is graph
    monkeypatch.setitem(OPS, "tan", _standing_for(OPS["tan"], "sin(x)/cos(x)"))
    other = unfolded(graph, anything)
    assert [node.op for node in other.nodes.values()] == ["input", "sin", "cos", "div"]
    assert_same_facts(graph, other, values)


def test_a_formula_that_is_wrong_is_found_out(monkeypatch):
    monkeypatch.setitem(OPS, "tan", _standing_for(OPS["tan"], "sin(x)/cos(2 x)"))
    graph, values = at_defaults("y = tan(x)")
    with pytest.raises(AssertionError, match="gradient of x"):
        assert_same_facts(graph, unfolded(graph, anything), values)


# -- what cannot be unfolded is said

REASONS = [
    ("y = exp(z)", "y", "exp(z) is not made of anything simpler"),
    ("y = a + b", "y", "a + b is not made of anything simpler"),
    ("y = p[k]; z = p·q", "y", "p[k] is not made of anything simpler"),
    ("y = exp(z)", "z", "z is an input; there is nothing to unfold"),
    ("y = sum(z); w·z", "w", "w is an input"),
]


@pytest.mark.parametrize(("text", "name", "said"), REASONS)
def test_why_a_node_cannot_be_unfolded(text, name, said):
    graph, _ = at_defaults(text)
    with pytest.raises(Problem) as raised:
        expansion(graph, graph.nodes[name])
    assert raised.value.message.startswith(said) and raised.value.span is not None


def test_large_arrays_stay_whole():
    for count, fits in ((MOST_ENTRIES, True), (MOST_ENTRIES + 1, False)):
        values = {"w": frozen(np.ones(count)), "x": frozen(np.ones(count))}
        graph = graph_of("w·x", values)
        assert ("f" in unfolded(graph, anything).folded) == fits
    with pytest.raises(Problem, match="w has 65 entries; up to 64 entries are unfolded"):
        expansion(graph, graph.nodes["f"])
    values = {"W": frozen(np.ones((9, 8))), "x": frozen(np.ones(8))}
    with pytest.raises(Problem, match="W is 9×8; up to 64 entries are unfolded"):
        expansion(graph_of("W x", values), graph_of("W x", values).nodes["f"])


def test_a_composite_of_large_arrays_unfolds_to_operations_on_them():
    values = {"x": frozen(np.linspace(-1, 1, 1000))}
    graph = graph_of("sum(σ(x))", values)
    other = unfolded(graph, anything)
    assert list(other.folded) == ["v1"] and other.nodes["v1.2"].shape == (1000,)
    assert_same_facts(graph, other, values)


def test_too_many_nodes_are_refused():
    values = {"A": frozen(np.ones((8, 8)))}
    graph = graph_of("; ".join(["B0 = A A", *(f"B{i + 1} = B{i} A" for i in range(20))]), values)
    with pytest.raises(Problem, match="more than 10,000 nodes"):
        unfolded(graph, anything)


# -- a lesson, not a mistake


def test_the_spelled_out_form_overflows_where_the_composite_does_not():
    values = {"x": frozen([800.0, 0.0])}
    graph = graph_of("softmax(x)[0]", values)
    other = unfolded(graph, composite)
    traces = [record(make_plan(g), values) for g in (graph, other)]
    assert traces[0].last.value("f") == 1 and math.isnan(traces[1].last.value("f"))
    assert [note.message for note in remarks_on_not_finite(traces[1])] == [
        "v₁.1 is infinite: the exponential overflows above 709"
    ]


# -- all that reads graphs reads these as well


@pytest.mark.parametrize("wanted", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize("text", PROGRAMS)
def test_every_step_of_an_unfolded_program_can_be_explained(text, wanted):
    graph, values = at_defaults(text)
    trace = record(make_plan(unfolded(graph, wanted)), values)
    for count in range(len(trace) + 1):
        found = explain(trace, count)
        assert found.title and found.sentence and found.rule is not None
        for formula in (found.rule, found.numbers):
            if formula is not None:
                assert latex(formula).count("{") == latex(formula).count("}")


@pytest.mark.parametrize("wanted", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize("text", ["L = bce(σ(w·x + b), t)", "cross_entropy(tanh(W x + b), k)", "mse(W x, t)"])
def test_the_compiled_engine_agrees_on_unfolded_graphs(text, wanted):
    graph, values = at_defaults(text)
    other = unfolded(graph, wanted)
    parameter = "W" if "W" in values else "w"
    compiled = compile_plan(make_plan(other), ["x"], 3, parameters=[parameter])
    rng = np.random.default_rng(0)
    examples = [values | {"x": frozen(rng.normal(size=shape_of(values["x"])))} for _ in range(3)]
    compiled.set({name: value for name, value in values.items() if name != "x"})
    compiled.inputs["x"][...] = np.stack([example["x"] for example in examples], axis=-1)
    compiled.step()
    told = [record(make_plan(graph), example).last for example in examples]
    np.testing.assert_allclose(compiled.loss, np.mean([p.value(graph.output) for p in told]), rtol=1e-12)
    expected = np.mean([snapshot.gradient(parameter) for snapshot in told], axis=0)
    found = compiled.part(compiled.gradient, parameter)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("wanted", LEVELS.values(), ids=LEVELS)
@pytest.mark.parametrize("text", ["L = bce(σ(w·x + b), t)", "L = cross_entropy(tanh(W x + b), k)"])
def test_scripts_of_unfolded_programs_find_the_same_gradients(text, wanted):
    graph, values = at_defaults(text)
    trace = record(make_plan(unfolded(graph, wanted)), values)
    found, gradients, _ = executed(numpy_script(trace))
    assert len(found) == len([n for n in trace.graph.nodes.values() if n.op != CONSTANT or n.shape])
    for name in graph.inputs:
        if trace.last.gradient(name) is not None:
            np.testing.assert_allclose(gradients[name], trace.last.gradient(name), rtol=1e-12)
    compile(pytorch_script(trace), "net.py", "exec")

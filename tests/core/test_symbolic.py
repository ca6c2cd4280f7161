"""Closed forms: as a lecturer writes them, and equal to what the backward pass finds."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.base.arrays import frozen
from core.base.errors import Problem
from core.base.slicing import finished
from core.derivatives.symbolic import MAX_SIZE, derivation, derivative
from core.graph.builder import build, graph_of
from core.graph.programs import read_program
from core.math.latex import latex
from core.notation.tree import walk
from core.ops import OPS
from core.passes.guessed_values import with_defaults
from core.passes.seed import entry_seed
from core.passes.stepper import run
from tests.core.test_ops import drawn, written

LECTURES = json.loads((Path(__file__).parents[1] / "cases" / "lectures.json").read_text(encoding="utf-8"))


def closed(text, by, values=None, of=None):
    """The closed form of a program's derivative, at given values or at pleasant ones."""
    program = read_program(text, values or {})
    return derivative(build(program, with_defaults(program, values or {})), by, of)


NUMBERS = {
    ("σ(z)", "z"): "sigmoid(z) (1 − sigmoid(z))",
    ("ln(x^2)", "x"): "2/x",
    ("ln(ln(-2y^3))", "y"): "3/(y log(−2 y^3))",
    ("1/2 (y - t)^2", "y"): "y − t",
    ("tanh(x)", "x"): "1 − tanh(x)^2",
    ("x^n", "x"): "n x^(n − 1)",
    ("x^n", "n"): "x^n log(x)",
    ("e^(-x)", "x"): "−exp(−x)",
    ("x y", "x"): "y",
    ("(x+y)z", "x"): "z",
    ("a^2 + 3a", "a"): "2 a + 3",
    ("relu(x)", "x"): "[x > 0]",
    ("max(x, y)", "x"): "[x > y]",
    ("sqrt(x)", "x"): "1/(2 sqrt(x))",
    ("sin(x)", "x"): "cos(x)",
    ("cos(x)", "x"): "−sin(x)",
    ("1/x", "x"): "−1/x^2",
    ("sin(x^2)", "x"): "2 x cos(x^2)",
    ("softplus(x)", "x"): "sigmoid(x)",
    ("bce(p, t)", "p"): "(p − t)/(p (1 − p))",
    ("|x|", "x"): "sign(x)",
    ("1/2 w^2 + λ w", "w"): "w + λ",
    # what the program names is written by its name
    ("z = w x + b; y = σ(z); L = 1/2 (y - t)^2", "w"): "(y − t) y (1 − y) x",
    ("z = w x + b; y = σ(z)", "z"): "sigmoid(z) (1 − sigmoid(z))",
    ("q = x^2; f = ln(q)", "x"): "2/x",
    ("y = e^x; L = y^2", "x"): "2 y^2",
}
ARRAYS = {
    ("cross_entropy(s, k)", "s"): "softmax(s) − onehot(k, 3)",
    ("cross_entropy(s, 1)", "s"): "softmax(s) − [0, 1, 0]",
    ("p = softmax(W x + b); L = -ln(p[1])", "b"): "p − [0, 1, 0]",
    ("p = softmax(W x + b); L = -ln(p[1])", "W"): "(p − [0, 1, 0]) x^T",
    ("cross_entropy(W x + b, 1)", "x"): "W^T (softmax(W x + b) − [0, 1, 0])",
    ("z = w·x + b; y = σ(z); L = 1/2 (y - t)^2", "w"): "(y − t) y (1 − y) x",
    ("h = tanh(W x + b); L = mse(h, t)", "W"): "2 ((h − t) ⊙ (1 − h^2)) x^T/3",
    ("1/2 ‖W x - y‖^2", "x"): "W^T (W x − y)",
    ("‖w‖^2", "w"): "2 w",
    ("‖w‖", "w"): "w/norm(w)",
    ("x^T W x", "x"): "W x + W^T x",
    ("sum(σ(W x))", "x"): "W^T (sigmoid(W x) ⊙ (1 − sigmoid(W x)))",
    ("sum(W x)", "x"): "W^T ([1, 1, 1])",
    ("sum(x ⊙ x)", "x"): "2 x",
    ("mean(exp(x))", "x"): "exp(x)/3",
    ("logsumexp(s)", "s"): "softmax(s)",
    ("sum(c x)", "c"): "sum(x)",
    ("sum_except(x, k)", "x"): "[onehot(k, 2) = 0]",
}
GIVEN = {
    "mean(exp(x))": {"x": np.array([1.0, 2.0, 0.5])},
    "sum(c x)": {"c": 2.0, "x": np.array([1.0, 2.0, 4.0])},
    "sum(x ⊙ x)": {"x": np.array([1.0, 2.0])},
}


@pytest.mark.parametrize(("what", "text"), (NUMBERS | ARRAYS).items(), ids=str)
def test_a_derivative_is_written_as_a_lecturer_writes_it(what, text):
    program, by = what
    assert closed(program, by, GIVEN.get(program)).text == text


@pytest.mark.parametrize(
    ("program", "by", "formula"),
    [
        ("σ(z)", "z", r"\sigma\left( z \right)\left( 1-\sigma\left( z \right) \right)"),
        ("ln(x^2)", "x", r"\frac{2}{x}"),
        ("1/x", "x", r"-\frac{1}{x^{2}}"),
        ("e^(-x)", "x", r"-e^{-x}"),
        ("cross_entropy(s, k)", "s", r"\operatorname{softmax}\left( s \right)-\mathbf{e}_{k}"),
        ("sum(x)", "x", r"\mathbf{1}"),
        ("L = sum(3x)", "x", r"3\cdot\mathbf{1}"),
    ],
)
def test_the_formula_is_typeset(program, by, formula):
    assert latex(closed(program, by, {by: np.ones(3)} if "sum" in program else None).math).endswith(
        "=" + formula
    )


# -- the same numbers as the backward pass


def agrees(program, values, by, tolerance=1e-9, of=""):
    """Whether the closed form, read back, computes the gradient of the backward pass."""
    trace = run(program, values, of)
    gradient = trace.last.gradient(by)
    if gradient is None or not np.all(np.isfinite(gradient)):
        return None
    found = derivative(trace.graph, by)
    reads = {name: trace.last.value(name) for name in trace.graph.inputs}
    answer = run(found.program, reads)
    value = answer.last.value(answer.graph.output)
    scale = np.maximum(np.abs(gradient), 1e-3 * _largest(trace))
    return bool(np.all(np.abs(np.asarray(value) - gradient) <= tolerance * np.maximum(scale, 1e-9)))


def _largest(trace):
    """The largest value or gradient on the way: rounding is relative to it."""
    names = trace.graph.nodes
    found = [x for n in names for x in (trace.last.value(n), trace.last.gradient(n)) if x is not None]
    return max(float(np.max(np.abs(x))) for x in found)


@pytest.mark.parametrize("case", LECTURES, ids=lambda case: case["id"])
def test_closed_forms_agree_with_the_backward_pass_in_all_lectures(case):
    values = {
        n: v if isinstance(v, float) else np.asarray(v, float) if isinstance(v, list) else float(v)
        for n, v in case["values"].items()
    }
    graph = graph_of(case["program"], values).with_output(case["output"])
    numbers = all(not node.shape for node in graph.nodes.values())
    for by in graph.inputs:
        try:
            assert agrees(case["program"], values, by, of=case["output"]) is not False, by
        except Problem:
            assert not numbers, "a program of numbers has a closed form"


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.back], ids=lambda op: op.name)
def test_the_closed_form_of_every_operation_agrees_with_the_backward_pass_where_there_is_one(op):
    values = drawn(op, op.all_test_shapes[0])
    for port, label in enumerate(op.ports(len(values))):
        if op.back_rule(port):
            try:
                assert agrees(f"sum({written(op, values)})^2", values, label) is not False
            except Problem as problem:
                assert not op.elementwise, problem


@pytest.mark.parametrize(("what", "text"), (NUMBERS | ARRAYS).items(), ids=str)
def test_every_example_agrees_with_the_backward_pass(what, text):
    program, by = what
    read = read_program(program)
    values = with_defaults(read, GIVEN.get(program, {}))
    values |= {"y": -1.3} if "-2y^3" in program else {"p": 0.3} if "bce" in program else {}
    assert agrees(program, values, by)


FUNCTIONS_OF_ONE = [op for op in OPS.values() if op.elementwise and op.call and len(op.ports(1)) == 1]
CALLS = [op.call for op in FUNCTIONS_OF_ONE if op.name not in ("sign", "step")]
EXPRESSIONS = st.recursive(
    st.sampled_from(["x", "y", "z", "2", "0.5", "x", "y"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "·", "/", "·"]), inner),
        st.builds("{}({})".format, st.sampled_from(CALLS), inner),
        st.builds("({})^{}".format, inner, st.sampled_from(["2", "3", "(-1)"])),
        st.builds("(-{})".format, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
    ),
    max_leaves=10,
)
POINTS = st.fixed_dictionaries({name: st.floats(0.2, 2.0) for name in "xyz"})


@settings(max_examples=300, deadline=None)
@given(st.lists(EXPRESSIONS, min_size=1, max_size=3), POINTS)
def test_closed_forms_of_random_programs_agree_with_the_backward_pass(parts, values):
    names = ["u", "v"][: len(parts) - 1]
    lines = [f"{name} = {part}" for name, part in zip(names, parts, strict=False)]
    lines.append("f = " + " + ".join([f"({parts[-1]})", *(f"x·{name}" for name in names)]))
    program = "; ".join(lines)
    try:
        trace = run(program, values)
    except Problem:  # a line of numbers alone
        assume(False)
    finite = [trace.last.value(name) for name in trace.graph.nodes]
    assume(all(math.isfinite(value) and abs(value) < 1e6 for value in finite))
    assume(
        not any(
            node.operation.kink and _near_kink(trace, node)
            for node in trace.graph.nodes.values()
            if not node.is_leaf
        )
    )
    for by in trace.graph.inputs:
        assert agrees(program, values, by) is not False, (program, by)


def _near_kink(trace, node):
    known = {p: trace.last.value(a) for p, a in zip(node.operation.inputs, node.args, strict=True)}
    return bool(node.operation.kink.at.value(known))


SYMPY = [
    "x^3 sin(y) + exp(-x^2)",
    "ln(x + y^2)/(x y)",
    "sqrt(x^2 + y^2)",
    "tanh(x y)^3",
    "x/(1 + x^2)",
    "exp(sin(x) cos(y))",
    "(x + y)^5/(x - 3 y)^2",
    "x^y",
    "1/(1 + exp(-(2 x + y)))",
    "arctan(x/y)",
]


@pytest.mark.parametrize("text", SYMPY)
def test_sympy_finds_the_same(text):
    x, y = sympy.symbols("x y")
    oracle = _for_sympy(text)
    rng = np.random.default_rng(1)
    for point in rng.uniform(0.3, 1.7, (5, 2)).tolist():
        values = dict(zip("xy", point, strict=True))
        for by, symbol in (("x", x), ("y", y)):
            if by not in text.replace("exp", ""):
                continue
            found = closed(text, by, values)
            answer = run(found.program, values)
            expected = float(oracle.diff(symbol).subs({x: point[0], y: point[1]}))
            assert answer.last.value(answer.graph.output) == pytest.approx(expected, rel=1e-9)


def _for_sympy(text):
    from sympy.parsing.sympy_parser import (
        convert_xor,
        implicit_multiplication,
        parse_expr,
        standard_transformations,
    )

    names = {"ln": sympy.log, "arctan": sympy.atan}
    return parse_expr(
        text, names, transformations=(*standard_transformations, convert_xor, implicit_multiplication)
    )


@pytest.mark.parametrize("op", [op for op in OPS.values() if op.closed_forms], ids=lambda op: op.name)
def test_a_closed_form_of_a_local_derivative_has_its_value(op):
    for seed in range(3):
        values = drawn(op, [()] * len(op.inputs), seed)
        known = {**values, "out": op.value.value(values)}
        for port, text in op.closed_forms.items():
            found = run(f"d = {text}", values).last.value("d")
            assert found == pytest.approx(op.local[port].value(known), rel=1e-12)


# -- the steps of the chain rule


def test_the_steps_are_the_chain_rule_as_a_list():
    steps = closed("z = w x + b; y = σ(z); L = 1/2 (y - t)^2", "z").steps
    assert [(step.of, step.by) for step in steps][-2:] == [("L", "y"), ("L", "z")]
    last = latex(steps[-1].math)
    assert r"\frac{\partial L}{\partial y}\cdot\frac{\partial y}{\partial z} \\" in last
    assert r"=\left( y-t \right)y\left( 1-y \right)" in last
    (term,) = steps[-1].terms
    assert (term.node, term.arg) == ("y", "z") and term.product == steps[-1].tree


def test_paths_that_meet_are_summed():
    steps = closed("u = x^2; v = 3x; f = u + v", "x").steps
    assert [term.node for term in steps[-1].terms] == ["u", "v"]
    assert r"\cdot\frac{\partial u}{\partial x}+\frac{\partial f}{\partial v}\cdot" in latex(steps[-1].math)
    assert latex(steps[-1].math).endswith(r"=2x+3 \end{aligned}")


def test_an_operation_on_vectors_has_no_local_factor():
    steps = closed("z = W x; L = sum(z)", "x").steps
    assert steps[-1].terms[0].local is None


# -- notes and refusals


def test_corners_are_said_and_kept_out_of_the_formula():
    found = closed("max(x, y)", "x")
    assert found.text == "[x > y]"
    assert [note.message for note in found.remarks] == [
        "max has no derivative where x = y; the backward pass uses 1/2 to each there"
    ]


def test_what_does_not_depend_has_derivative_zero():
    assert closed("u = y^2; f = x + stop(u)", "y").text == "0"


@pytest.mark.parametrize(
    ("program", "by", "values", "sentence"),
    [
        ("max(x)", "x", {"x": np.array([1.0, 2.0])}, "There is no closed form here yet for max: x has 2"),
        ("x/sum(x)", "x", {"x": np.array([1.0, 2.0])}, "f has 2 entries; its derivative is a matrix"),
        ("W x", "x", None, "f has 3 entries; its derivative is a matrix"),
        ("x y", "q", None, "There is nothing called q to differentiate"),
    ],
)
def test_what_has_no_closed_form_is_refused_in_a_sentence(program, by, values, sentence):
    with pytest.raises(Problem) as caught:
        closed(program, by, values)
    assert sentence in caught.value.message
    assert caught.value.hint


# -- growth


CHAINS = {
    "functions in each other": lambda i, last: f"v{i}_ = σ(w {last} + {i})",
    "every value used twice": lambda i, last: f"v{i}_ = sin({last}) + {last} x",
    "squares": lambda i, last: f"v{i}_ = {last} {last}",
    "doubling": lambda i, last: f"v{i}_ = {last} + {last}",
    "fractions": lambda i, last: f"v{i}_ = 1/(1 + {last}/x)",
}


def chain(rule, length):
    lines, last = [], "x"
    for i in range(length):
        line = rule(i, last).replace("_", "a")
        lines.append(line)
        last = line.split(" = ")[0]
    return "\n".join(lines)


@pytest.mark.parametrize("rule", CHAINS.values(), ids=CHAINS)
def test_long_chains_stay_short(rule):
    values = {"x": 0.7, "w": 0.9}
    lines = 200 * 100 // len(graph_of(chain(rule, 100), values).nodes)
    graph = graph_of(chain(rule, lines), values)
    assert len(graph.nodes) >= 190
    found = derivative(graph, "x")
    assert sum(1 for _ in walk(found.tree)) < 20 * len(graph.nodes) + MAX_SIZE


def test_unnamed_parts_get_names_where_the_formula_would_be_too_long():
    program, values = chain(CHAINS["every value used twice"], 30), {"x": 0.7}
    found = derivative(graph_of(program, values), "x")
    assert agrees(program, values, "x")
    assert found.where


def lanes(count):
    """Two values that are both used for both of the next two: 2^count paths."""
    steps = [f"a{i + 1} = a{i} sin(b{i}); b{i + 1} = a{i} + cos(b{i})" for i in range(count)]
    return "; ".join(["a0 = x y", "b0 = x + y", *steps])


def test_lanes_that_cross_do_not_double_the_formula():
    values = {"x": 0.7, "y": 0.4}
    lengths = [len(derivative(graph_of(lanes(count), values), "x").program) for count in (48, 96)]
    # with every lane, not with every path; below the limit on names formulas still grow
    assert lengths[1] < 2.5 * lengths[0]


def test_names_for_long_parts_keep_the_value_and_are_said():
    values = {"x": 0.7, "y": 0.4}
    found = derivative(graph_of(lanes(16), values), "x")
    assert any("too long to read" in note.message for note in found.remarks)
    assert agrees(lanes(16), values, "x")


def test_an_index_has_the_derivative_0_and_a_step_that_says_so():
    found = closed("x[k] + 0 y", "k", {"x": frozen([1, 2]), "k": 1.0})
    assert found.text == "0"
    assert latex(found.steps[-1].math).endswith(r"\frac{\partial f}{\partial k} & =0 \end{aligned}")


# -- one entry of a vector

ENTRIES = [
    ("p = softmax(W x + b)", "x", "W^T (p[1] ([0, 1, 0]) − p[1] p)"),
    ("p = softmax(W x + b)", "W", "(p[1] ([0, 1, 0]) − p[1] p) x^T"),
    ("softmax(s)", "s", "f[1] ([0, 1]) − f[1] f"),
    ("W x", "x", "W^T ([0, 1, 0])"),
    ("W x", "W", "[0, 1, 0] x^T"),
    ("h = tanh(W x + b)", "x", "(1 − h[1]^2) W^T ([0, 1, 0])"),
    ("x ⊙ y + y", "x", None),
    ("x / ‖x‖ + y", "x", None),
]


@pytest.mark.parametrize(("text", "by", "written"), ENTRIES)
def test_one_entry_of_a_vector_has_a_closed_form(text, by, written):
    given = {name: frozen([0.5, -2.0]) for name in "sxy"} if "W" not in text else {}
    program = read_program(text, given)
    values = with_defaults(program, given)
    graph = build(program, values)
    found = derivative(graph, by, entry=(1,))
    assert written is None or found.text == written
    length = graph.nodes[graph.output].shape
    trace = run(text, values, seed=entry_seed(graph.output, length, (1,)))
    computed = run(found.program, values).last
    np.testing.assert_allclose(
        computed.value(computed.trace.graph.output), trace.last.gradient(by), rtol=1e-12
    )
    assert all(r"[1]}{\partial" in latex(step.math) for step in found.steps)


def test_one_entry_of_a_matrix_has_none_yet():
    with pytest.raises(Problem, match="its derivative is a matrix"):
        closed("A B", "A", {"A": frozen([[1, 2], [3, 4]]), "B": frozen([[1, 0], [0, 1]])})


def test_a_name_of_the_program_stands_for_no_gradient():
    """Beside δ_y the gradient of y is a quotient, in the closed form and in its steps."""
    graph = graph_of("y = w x; L = (y - δ_y)^2", {"w": 2.0, "x": 3.0, "δ_y": 1.0})
    found = finished(derivation(graph, "w", notation="delta"))
    for shown in (found.math, *(step.math for step in found.steps)):
        assert r"\delta_{y}=" not in latex(shown).replace(" & ", "")
    assert any(r"\frac{\partial L}{\partial y}" in latex(step.math) for step in found.steps)
    assert latex(found.math).startswith(r"\delta_{w}=")
    other = finished(
        derivation(graph_of("y = w x; L = (y - t)^2", {"w": 2.0, "x": 3.0, "t": 1.0}), "w", notation="delta")
    )
    assert any(r"\delta_{y}" in latex(step.math) for step in other.steps)

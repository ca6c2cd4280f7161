"""From program to graph: what products are, what the nodes are called, and what does not fit."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.arrays import frozen
from core.base.errors import Problem, place
from core.graph.builder import graph_of
from core.graph.graph import CONSTANT, INPUT, Edge
from core.graph.programs import free_names, read_program
from core.passes.stepper import run

VALUES = {
    "a": 2.0,
    "b": -3.0,
    "k": 1.0,
    "x": frozen([1, 2, 3]),
    "y": frozen([4, 5, 6]),
    "u": frozen([1, -1]),
    "W": frozen([[1, 2, 3], [4, 5, 6]]),
    "V": frozen([[1, 0], [0, 2], [1, 1]]),
    "S": frozen([[2, 0, 1], [0, 1, 0], [1, 0, 3]]),
}
W, V, S = (np.asarray(VALUES[name]) for name in "WVS")
X, Y, U = (np.asarray(VALUES[name]) for name in "xyu")

PRODUCTS = [
    ("a b", "mul", -6.0),
    ("a x", "mul", 2 * X),
    ("x a", "mul", 2 * X),
    ("W a", "mul", 2 * W),
    ("x ⊙ y", "mul", X * Y),
    ("x * y", "mul", X * Y),
    ("W ⊙ x", "mul", W * X),
    ("x·y", "dot", X @ Y),
    ("x @ y", "dot", X @ Y),
    ("x^T y", "dot", X @ Y),
    ("x y^T", "outer", np.outer(X, Y)),
    ("x u^T", "outer", np.outer(X, U)),
    ("outer(x, u)", "outer", np.outer(X, U)),
    ("W x", "matvec", W @ X),
    ("W·x", "matvec", W @ X),
    ("W^T u", "matvec", W.T @ U),
    ("u W", "vecmat", U @ W),
    ("u^T W", "row", (U @ W)[None]),
    ("u^T W + 1", "add", (U @ W)[None] + 1),
    ("x^T S x", "dot", X @ S @ X),
    ("x^T (S x)", "dot", X @ S @ X),
    ("2 x^T S y", "dot", 2 * X @ S @ Y),
    ("(x + y)^T S x", "dot", (X + Y) @ S @ X),
    ("-x^T y", "dot", -X @ Y),
    ("(-x^T) y", "dot", -X @ Y),
    ("(x^T)^T ⊙ y", "mul", X * Y),
    ("W V", "matmul", W @ V),
    ("W V u", "matvec", W @ V @ U),
    ("W^T V^T", "matmul", W.T @ V.T),
    ("W W^T", "matmul", W @ W.T),
    ("x^T", "row", X[None]),
    ("(W x)^T", "row", (W @ X)[None]),
    ("x^T + y^T", "row", (X + Y)[None]),
    ("a^T", "copy", 2.0),
    ("W^T", "transpose", W.T),
    ("x + 1", "add", X + 1),
    ("W + x", "add", W + X),
    ("x^2", "pow", X**2),
    ("x/y", "div", X / Y),
    ("x[k]", "pick", 2.0),
    ("W[1]", "pick", W[1]),
    ("W[1, 2]", "pick", 6.0),
    ("W[1][2]", "pick", 6.0),
    ("[a, b, 1]", "stack", np.array([2.0, -3.0, 1.0])),
    ("[x, y]", "stack", np.array([X, Y])),
    ("[a > b]", "greater", 1.0),
    ("e^a", "exp", np.exp(2)),
    ("max(a, b)", "maximum", 2.0),
    ("max(x)", "largest", 3.0),
    ("max(a, b, 5, 4)", "maximum", 5.0),
    ("leaky_relu(b)", "leaky_relu", -0.03),
]


@pytest.mark.parametrize(("text", "op", "value"), PRODUCTS, ids=[text for text, _, _ in PRODUCTS])
def test_what_an_expression_is_by_the_shapes_of_its_parts(text, op, value):
    trace = run(text, VALUES)
    assert trace.graph.nodes["f"].op == op
    assert trace.graph.nodes["f"].shape == np.shape(value)
    np.testing.assert_allclose(trace.last.value("f"), value, rtol=1e-14)


# text, the sentence (a part), the columns, the hint (a part), the fix
MISFITS = [
    ("x + u", "x has 3 entries and u has 2 entries; element by element they must have", (1, 6), "", None),
    ("x·u", "x has 3 entries and u has 2 entries; a dot product needs", (1, 4), "", None),
    ("W u", "W is 2×3 and u has 2 entries; the columns of W must equal the entries of u", (1, 4), "", None),
    ("1 + W (2 u)", "2 u has 2 entries", (5, 12), "", None),
    ("x W", "x has 3 entries and W is 2×3; the entries of x must equal the rows of W", (1, 4), "", None),
    ("W W", "W is 2×3 and W is 2×3; the columns of W must equal the rows of W", (1, 4), "", None),
    ("x y", "Two vectors stand side by side", (1, 4), "x · y for the dot product or x ⊙ y", "x · y"),
    ("(x + y) y", "Two vectors stand side by side", (1, 10), "(x + y) · y for the dot", "(x + y) · y"),
    ("x^T y^T", "Two transposed vectors", (1, 8), "one of them only", None),
    ("W x^T", "have no product", (1, 6), "⊙", None),
    ("a[0]", "a is a number and has no entries", (1, 5), "", None),
    ("x[3]", "x has entries 0 to 2; there is no entry 3", (1, 5), "", None),
    ("x[-1]", "there is no entry -1", (1, 6), "", None),
    ("x^T[2]", "x^T has only entry 0; there is no entry 2", (1, 7), "", None),
    ("x[0.5]", "An index is a whole number", (1, 7), "", None),
    ("x[u]", "An index is one number; u has 2 entries", (1, 5), "", None),
    ("[1, [2]]", "The rows of a matrix must all have the same number of entries", (1, 9), "", None),
    ("[a, x]", "must have one shape; a is a number and x has 3 entries", (1, 7), "", None),
    (
        "softmax(a)",
        "A vector of scores is needed here, or a matrix with one in each row; a is a number",
        (1, 11),
        "",
        None,
    ),
    ("q", "q has no value", (1, 2), "q = 1", None),
    ("alph a", "alph has no value", (1, 5), "", None),
    ("X·y", "X has no value", (1, 2), "Did you mean x?", "x"),
    ("bias2 = 1; bais2 a", "bais2 has no value", (12, 17), "Did you mean bias2?", "bias2"),
    ("z = c + 1; c = z", "c is used before it is given a value", (5, 6), "Move its line up", None),
    ("z = 1; z = 2", "z already has a meaning", (8, 9), "z1", None),
    ("z1 = a; z1 = z1 + 1", "z1 already has a meaning", (9, 11), "z2", None),
    ("a = a - 0.1 b", "a already has a meaning", (1, 2), "such as a1", None),
    ("new = new + 1", "new is used before it is given a value", (7, 10), "", None),
    ("g(t) = t; g(1) + g", "'g' is a function and needs brackets", (18, 19), "", "g(x)"),
    ("g(s) = s + u; g(x)", "x has 3 entries and u has 2", (8, 13), "", None),
    ("g(s) = s y; g(x)", "Two vectors stand side by side", (8, 11), "s · y for", "s · y"),
]


@pytest.mark.parametrize(
    ("text", "message", "columns", "hint", "fix"), MISFITS, ids=[row[0] for row in MISFITS]
)
def test_what_does_not_fit_is_said_with_both_shapes(text, message, columns, hint, fix):
    with pytest.raises(Problem) as caught:
        graph_of(text, VALUES)
    problem = caught.value
    found = place(text, problem.span)
    assert message in problem.message
    assert (found.column, found.end_column) == columns
    assert hint in problem.hint
    assert problem.fix == fix


@pytest.mark.parametrize("text", [row[0] for row in MISFITS if row[4]])
def test_a_fix_mends_what_does_not_fit(text):
    with pytest.raises(Problem) as caught:
        graph_of(text, VALUES)
    span = caught.value.span
    mended = text[: span.start] + caught.value.fix + text[span.end :]
    if not text.startswith("g("):
        assert run(mended, VALUES)


def test_arguments_keep_their_order_and_number():
    assert graph_of("a - b", VALUES).edges == (Edge("a", "f", 0), Edge("b", "f", 1))
    assert graph_of("b - a", VALUES).edges == (Edge("b", "f", 0), Edge("a", "f", 1))
    graph = graph_of("a + a", VALUES)
    assert graph.edges == graph.users["a"] == (Edge("a", "f", 0), Edge("a", "f", 1))
    assert graph.digraph().number_of_edges("a", "f") == 2


def test_nodes_are_named_by_the_program_and_counted_otherwise():
    graph = graph_of("z = a b + a^2; v2 = 3 z; L = 1/2 v2^2", VALUES)
    assert list(graph.nodes) == ["a", "b", "v1", "2", "v3", "z", "3", "v2", "v4", "1/2", "L"]
    assert [node.name for node in graph.nodes.values() if node.named] == ["a", "b", "z", "v2", "L"]
    assert graph.output == "L"
    assert graph.nodes["1/2"].value == 0.5


def test_numbers_written_out_are_one_constant():
    graph = graph_of("1/2 a^2 + -3^2 b", VALUES)
    constants = {node.name: node.value for node in graph.nodes.values() if node.op == CONSTANT}
    assert constants == {"1/2": 0.5, "2": 2.0, "−3^2": -9.0}


def test_a_statement_of_numbers_is_a_leaf_with_a_value():
    graph = graph_of("x = -2; y = [1, e]; z = 2π; sum(y) x z", {})
    assert graph.inputs == ("x", "y", "z")
    assert graph.free == ()
    assert graph.stated["x"] == -2
    assert graph.stated["z"] == 2 * np.pi
    assert [node.op for node in graph.nodes.values() if node.named] == [INPUT] * 3


def test_known_constants_yield_to_the_program_and_the_values():
    assert run("e^a", VALUES).last.value("f") == pytest.approx(np.exp(2))
    assert run("e = 3; e^a", VALUES).last.value("f") == 9
    assert run("e^a", {**VALUES, "e": 3.0}).last.value("f") == 9
    assert run("π = 3; π a", VALUES).last.value("f") == 6


def test_functions_of_the_program_are_put_in_where_they_are_used():
    trace = run("g(t) = t^2 + a; h(t) = g(t) g(1); f = h(b) - g(2)", VALUES)
    assert trace.last.value("f") == (9 + 2) * (1 + 2) - (4 + 2)
    assert trace.last.gradient("b") == 2 * -3 * 3
    assert trace.last.gradient("a") == 3 + 11 - 1
    assert "t" not in trace.graph.nodes


PARAMETERS_IN_LISTS = [
    ("g(s) = sum([s, 1]); g(2) + g(3)", 7),
    ("g(s) = sum(s^T); g([1, 2]) + g([3, 4])", 10),
    ("g(s) = [[s, 1], [1, s]]; h(s) = sum(g(s)) + sum(g(2 s)); h(1) + h(e)", 14 + 6 * np.e),
    ("g(s) = [s, e][0]; g(2) g(3)", 6),
]


@pytest.mark.parametrize(("text", "value"), PARAMETERS_IN_LISTS)
def test_lists_made_in_a_function_are_made_anew_at_each_use(text, value):
    assert run(text, {}).last.value("f") == pytest.approx(value)


@pytest.mark.parametrize("text", ["g(t) = t + c; c = 2; g(1)", "g(t) = t + c; c = 2 a - 2; g(1)"])
def test_a_function_may_use_names_that_get_their_value_before_it_is_used(text):
    assert "c" not in free_names(read_program(text))
    assert run(text, VALUES).last.value("f") == 3


def test_a_transposed_vector_stays_one_inside_a_function():
    assert run("g(s, t) = s t; g(x^T, y)", VALUES).last.value("f") == X @ Y


def test_an_argument_a_function_does_not_use_disturbs_nothing():
    trace = run("g(s, t) = s; h = g(a + b, a b + b a); q = h a + b; q h", VALUES)
    assert trace.last.value("f") == (2 - 3) * ((2 - 3) * 2 - 3)
    assert_ordered(trace.graph)


def test_a_name_given_twice_over_is_a_copy_each_time():
    trace = run("g(s, t) = s; h(s) = g(s, s^2); p = a; q = g(p, a); r = h(a + b); p q r", VALUES)
    assert [trace.graph.nodes[name].op for name in "pqr"] == ["copy"] * 3
    assert trace.last.value("f") == 2 * 2 * (2 - 3)
    assert_ordered(trace.graph)


def test_output_names_avoid_the_names_in_use():
    assert graph_of("f = a; f b", VALUES).output == "out"
    assert graph_of("f = a; out = b; f out", VALUES).output == "out1"
    assert graph_of("a", VALUES).output == "f"
    many = "f = a; out = a; " + "".join(f"out{i} = a; " for i in range(1, 200))
    assert graph_of(f"{many} a b", VALUES).output == "out200"


def test_another_output_can_be_asked_for():
    trace = run("z = a b; L = z^2", VALUES, output="z")
    assert trace.last.gradient("a") == -3
    assert trace.last.gradient("L") is None
    assert trace.last.value("L") == 36


def assert_ordered(graph):
    """Every node after its arguments, as networkx understands it too."""
    place_of = {name: i for i, name in enumerate(graph.nodes)}
    assert all(place_of[edge.source] < place_of[edge.target] for edge in graph.edges)
    digraph = graph.digraph()
    assert nx.is_directed_acyclic_graph(digraph)
    assert set(digraph) == set(graph.nodes)
    for name in graph.nodes:
        assert graph.upstream_of([name]) == nx.ancestors(digraph, name) | {name}
        assert graph.downstream_of([name]) == nx.descendants(digraph, name) | {name}


FORMS = st.sampled_from(["{} + {}", "{} {}", "{} - {} - 1", "tanh({} {})", "max({}, {})", "{0}", "g({}, {})"])


@st.composite
def programs(draw):
    """Statements that use the names before them, any number of times."""
    known, lines = ["a", "b"], []
    for i in range(draw(st.integers(1, 8))):
        pick = st.sampled_from(known)
        lines.append(f"s{i} = " + draw(FORMS).format(draw(pick), draw(pick)))
        known.append(f"s{i}")
    return "; ".join(["g(p, q) = p", *lines])


@given(programs())
@settings(max_examples=60, deadline=None)
def test_the_order_is_a_topological_order(text):
    assert_ordered(graph_of(text, VALUES))


def test_of_the_power_of_an_entry_no_product_of_matrices_is_spoken():
    values = {"W": frozen([[1, 2], [3, 4]])}
    assert not graph_of("\\sum_{k,l} W_{k,l}^2", values).remarks
    assert "entry by entry" in graph_of("W^2", values).remarks[0].message

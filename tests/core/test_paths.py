"""The paths from the output back to a node: their products, their number, and what is written of them."""

import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from core.base.arrays import frozen
from core.base.errors import Problem
from core.derivatives.jacobian import jacobian
from core.derivatives.path_rows import (
    MOST_FACTORS,
    as_latex,
    as_markdown,
    as_text,
    count_sentence,
    ends_in_a_sum,
    message_lines,
    rows_of,
    sum_math,
)
from core.derivatives.paths import MOST_FOLLOWED, MOST_SHOWN, count_paths, derivation
from core.graph.programs import read_program
from core.math.derivative_names import NOTATIONS
from core.math.mathtree import parts_of
from core.math.plain import plain as plain_text
from core.math.typeset import PLAIN
from core.passes.guessed_values import with_defaults
from core.passes.stepper import record, run
from core.passes.steps import Flowed
from tests.core.test_equations import Jacobian, reader
from tests.core.test_random_programs import program
from tests.mathematics import number, plain, relations

TWICE = run(
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R",
    {"w": 1.0, "x": 2.0, "b": -1.0, "t": 1.0, "λ": 0.1},
)
SCALARS = [
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R",
    "b = a + a; c = b b; d = c + b a",
    "h = tanh(w1 x + w2 y); g = σ(w3 h + w4 x); L = (g - t)^2 + 0.1 w1^2",
    "p = x y; q = p x + p; r = q q p; max(r, x)",
    "u = x - y; v = u/x; f = e^v u",
]
ARRAYS = [
    "h = tanh(W1 x + b1); s = W2 h + b2; L = cross_entropy(s, k) + 0.1 ‖W1‖^2",
    "y = σ(W x + b); L = mse(y, t)",
    "h = x + tanh(W x); k = h + tanh(V h); L = sum(k)",
    "softmax(W x)",
    "x^T W x",
]


def trace_of(text, seed=None):
    return run(text, with_defaults(read_program(text, ()), {}), seed=seed)


def receiving(trace):
    return [name for name in trace.graph.nodes if count_paths(trace, name)]


def added(found):
    total = sum((np.asarray(path.product) for path in found.paths), np.zeros(np.shape(found.gradient)))
    return total if found.rest is None else total + found.rest


@pytest.mark.parametrize("text", SCALARS + ARRAYS)
def test_the_paths_add_up_to_the_gradient(text):
    trace = trace_of(text)
    for name in receiving(trace):
        found = derivation(trace, name)
        assert added(found) == pytest.approx(np.asarray(found.gradient), rel=1e-9, abs=1e-12)
        for path in found.paths if found.count <= MOST_SHOWN else ():
            if path.is_scalar:
                assert math.prod(factor.local for factor in path.factors) == pytest.approx(path.product)


@pytest.mark.parametrize("seed", range(25))
def test_the_paths_of_random_programs_add_up_to_the_gradients(seed):
    _, plan, at = program(seed)
    trace = record(plan, at)
    for name in [name for name in trace.graph.inputs if count_paths(trace, name)][:4]:
        found = derivation(trace, name, most=MOST_FOLLOWED)
        if found.count <= MOST_FOLLOWED:
            assert found.rest is None and len(found.paths) == found.count
            assert added(found) == pytest.approx(np.asarray(found.gradient), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("text", SCALARS + ARRAYS)
def test_paths_are_counted_as_networkx_counts_them(text):
    trace = trace_of(text)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(trace.graph.nodes)
    graph.add_edges_from((step.node, step.arg) for step in trace.steps if isinstance(step, Flowed))
    for name in receiving(trace):
        ways = list(nx.all_simple_edge_paths(graph, trace.graph.output, name))
        assert count_paths(trace, name) == len(ways) == derivation(trace, name).count
        every = derivation(trace, name, most=len(ways)).paths
        assert len({path.edges for path in every}) == len(ways)


def test_thousands_of_paths_are_one_backward_pass():
    lines = ["a1 = a + 1.5 a", *(f"a{i + 1} = a{i} + 0.5 a{i} + 0.1 a{i}" for i in range(1, 8))]
    trace = run("\n".join(lines), {"a": 1.0})
    found = derivation(trace, "a")
    assert found.count == 2 * 3**7 and len(found.paths) == MOST_SHOWN and found.largest
    every = sorted((path.product for path in derivation(trace, "a", most=5000).paths), reverse=True)
    assert len(every) == found.count
    assert [path.product for path in found.paths] == pytest.approx(every[:MOST_SHOWN])
    assert count_sentence(found) == (
        "4,374 paths, one backward pass; 6 are shown, the largest, and the sum of the other 4,368."
    )
    assert added(found) == pytest.approx(found.gradient)


@pytest.mark.parametrize("text", SCALARS + ARRAYS)
def test_the_largest_come_first(text):
    trace = trace_of(text)
    for name in receiving(trace):
        sizes = [np.max(np.abs(path.product)) for path in derivation(trace, name).paths]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("text", SCALARS)
def test_products_hold_with_the_printed_numbers(text, notation):
    trace = trace_of(text)
    for name in receiving(trace):
        found = derivation(trace, name)
        for one in rows_of(found, 4, notation):
            assert one.is_product
            holds(trace, one.equations[0], named=notation == "partial")
        holds(trace, sum_math(found, 4, notation), named=False)


def holds(trace, equation, named):
    """Evaluate the sides that are numbers, and with names the first one."""
    sides, signs = relations(equation)
    read = reader(trace, len(trace), ())
    read.derivative = lambda of, by: derivative(trace, of, by)
    values = [float(read(list(side))) for side in sides[0 if named else 1 :]]
    shown = sides[-1]
    tolerance = unit(shown) if signs[-1] == "=" else 3 * unit(shown)
    assert values == pytest.approx([values[-1]] * len(values), abs=tolerance)


def unit(side):
    """Half of the last digit of a printed number."""
    texts = [part.text for part in side if hasattr(part, "text")]
    digits = texts[0]
    last = len(digits.partition(".")[2])
    power = number(plain(side[-1]).removeprefix("10^")) if len(texts) > 1 else 0
    return 0.5000001 * 10.0 ** (power - last)


def derivative(trace, of, by):
    nodes = {plain(PLAIN.name(name)): name for name in trace.graph.nodes}
    of, by = nodes[of], nodes[by]
    if by in trace.graph.nodes[of].args:
        return float(Jacobian(trace, of, by).array)
    return float(jacobian(trace, of, by).matrix[0, 0])


@pytest.mark.parametrize("text", ARRAYS)
def test_what_comes_along_a_path_of_arrays_is_what_is_written(text):
    trace = trace_of(text)
    for name in receiving(trace):
        for one in rows_of(derivation(trace, name)):
            if not one.is_product:
                check_chain(trace, one)


def check_chain(trace, one):
    """What each equation of a path says is what has come along it, in the order of the path."""
    known, products = {}, [factor.product for factor in one.path.factors]
    for column, equation in zip(one.columns, one.equations, strict=True):
        sides, _ = relations(equation)
        read = reader(trace, len(trace), column.shape)
        read.names |= known
        value = read(list(sides[1]))
        found_there = [p for p in products if np.size(p) == np.size(value) and _same(value, p)]
        assert found_there, plain(equation)
        known[plain(sides[0][0])] = found_there[0]


def _same(value, product):
    return np.allclose(np.reshape(value, np.shape(product)), product)


def test_one_path_of_arrays_ends_with_the_gradient_itself():
    trace = trace_of("p = softmax(W x); L = -ln(p[0])")
    found = derivation(trace, "W")
    (one,) = rows_of(found)
    assert plain_text(one.columns[-1].name).startswith("∂L/∂W = ")
    assert one.columns[-1].size == "×".join(map(str, np.shape(found.gradient)))
    assert one.columns[-2].size.endswith("×1"), "a vector is a column, as in a rule"
    assert not ends_in_a_sum(found) and as_latex(found).count(r"\partial W") == 1
    assert ends_in_a_sum(derivation(TWICE, "x"))


def test_a_chosen_seed_is_the_first_factor():
    trace = run("z = x y", {"x": 3.0, "y": 4.0}, seed=2.0)
    (one,) = rows_of(derivation(trace, "x"))
    assert as_text(derivation(trace, "x")).splitlines()[0] == "2 ⋅ ∂z/∂x = 2 ⋅ 4 = 8"
    assert one.path.product == 8.0


def test_the_text_of_a_weight_that_is_used_twice():
    assert as_text(derivation(TWICE, "w")).splitlines() == [
        "∂J/∂L ⋅ ∂L/∂y ⋅ ∂y/∂z ⋅ ∂z/∂w = 1 ⋅ (−0.26894) ⋅ 0.19661 ⋅ 2 = −0.1058",
        "∂J/∂R ⋅ ∂R/∂w = 0.1 ⋅ 1 = 0.1",
        "∂J/∂w = −0.105754 + 0.1 = −0.005754",
        "2 paths, one backward pass.",
        "Received 0.1 from v₄, −0.1058 from v₁.",
        "Added up 0.1 − 0.105754 = −0.005754.",
    ]


def test_latex_and_markdown_hold_the_same_formulas():
    found = derivation(TWICE, "w")
    lines = as_latex(found).splitlines()
    assert lines[0] == "% 2 paths, one backward pass."
    assert all(line in as_markdown(found) for line in lines[1:])
    assert as_markdown(found).count("$$") == 2 * len(lines[1:])


def test_what_is_received_and_passed_on_follows_the_steps():
    found = derivation(TWICE, "z")
    assert message_lines(found, until=0) == ()
    assert message_lines(found) == ("Received −0.05288 from y.", "Passed on −0.05288 to b, −0.05288 to v₁.")
    lengths = [len(message_lines(found, until=count)) for count in range(len(TWICE) + 1)]
    assert lengths == sorted(lengths) and set(lengths) == {0, 1, 2}
    assert found.complete == next(n for n in range(len(TWICE) + 1) if TWICE.snapshot(n).gradient("z"))


def test_a_gradient_is_complete_with_the_last_that_arrives():
    for name in receiving(TWICE):
        complete = derivation(TWICE, name).complete
        last = TWICE.last.gradient(name)
        assert TWICE.snapshot(complete).gradient(name) == last != TWICE.snapshot(complete - 1).gradient(name)


def test_what_has_no_gradient_is_said():
    trace = run("y = x + 1; f = y c; g = 2 x", {"x": 1.0, "c": 2.0}, "f")
    with pytest.raises(Problem, match="f does not depend on g"):
        derivation(trace, "g")
    with pytest.raises(Problem, match="1 is a constant"):
        derivation(trace, "1")
    with pytest.raises(Problem, match="f does not depend on w₁"):  # as in all sentences
        derivation(run("f = x; g = w1 x", {"x": 1.0, "w1": 2.0}, "f"), "w1")


def test_the_output_has_its_seed_as_gradient():
    assert (
        as_latex(derivation(run("f = x y", {"x": 2.0, "y": 3.0}), "f")) == r"\frac{\partial f}{\partial f}=1"
    )
    assert (
        as_latex(derivation(run("f = 2 s", {"s": frozen(np.ones(6))}), "f")) == ""
    )  # too large to be written


def test_a_large_array_stands_with_its_shape():
    W = frozen(np.ones((5, 6)))
    trace = run("L = sum((W x)^2)", {"W": W, "x": frozen(np.ones(6))})
    text = as_text(derivation(trace, "W"))
    assert "5×6" in text and "[" not in text


def test_every_part_that_stands_for_a_node_says_which():
    for one in rows_of(derivation(TWICE, "w")):
        tags = [
            part.tag for column in one.columns for part in parts_of(column.name) if getattr(part, "tag", "")
        ]
        assert tags and set(tags) <= TWICE.graph.nodes.keys()


def test_factors_meet_end_to_end():
    for path in derivation(TWICE, "w").paths:
        assert path.edges[0].target == "J" and path.edges[-1].source == "w"
        assert all(one.source == other.target for one, other in pairwise(path.edges))


def test_of_a_long_path_the_middle_is_one_number():
    lines = ["a0 = x y", *(f"a{i + 1} = 1.01 a{i}" for i in range(60))]
    trace = run("\n".join(lines), {"x": 0.3, "y": 0.7})
    (one,) = rows_of(derivation(trace, "x"))
    assert len(one.columns) == MOST_FACTORS and [plain(c.name) for c in one.columns].count("⋯") == 1
    holds(trace, one.equations[0], named=False)


def test_of_a_long_chain_the_middle_is_left_out():
    lines = ["a0 = W x", *(f"a{i + 1} = tanh(a{i} ⊙ c)" for i in range(30)), "L = sum(a30)"]
    values = {"W": frozen([[1, 2], [3, -1]]), "x": frozen([0.1, 0.2]), "c": frozen([1.1, 0.9])}
    (one,) = rows_of(derivation(run("\n".join(lines), values), "W"))
    assert len(one.columns) == MOST_FACTORS < len(one.equations)


def test_a_path_of_one_factor_is_written_once():
    found = derivation(run("x y", {"x": 2.0, "y": 3.0}), "x")
    for written in (as_text(found), as_latex(found)):
        lines = written.splitlines()
        assert len(lines) == len(set(lines))

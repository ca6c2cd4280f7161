"""Jacobians against differences and the lecture's, their structures, layouts and limits; dW = δ xᵀ."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.base.arrays import frozen, shape_of
from core.base.errors import Problem
from core.derivatives.jacobian import jacobian, outer_product
from core.derivatives.numerical import Probe
from core.derivatives.structure import recognised
from core.passes.stepper import run
from tests.core.test_ops import PAIRS, drawn, name_of, written
from tests.core.test_passes import EXAMPLES, FACTORS, at_defaults, combined

LECTURES = json.loads((Path(__file__).parents[1] / "cases" / "lectures.json").read_text(encoding="utf-8"))
CASES = [case for case in LECTURES if "jacobians" in case]
RNG = np.random.default_rng(5)
VALUES = {
    "W": frozen(RNG.normal(size=(3, 2))),
    "U": frozen(RNG.normal(size=(2, 3))),
    "x": frozen(RNG.normal(size=2)),
    "v": frozen(RNG.normal(size=2)),
    "b": frozen(RNG.normal(size=3)),
    "u": frozen(RNG.normal(size=3)),
    "c": 2.0,
}


def trace_of(text):
    return run(text, {name: value for name, value in VALUES.items() if name in text})


def by_differences(trace, of, by, h=1e-5):
    """A column for each entry that moves."""
    probe, columns = Probe(trace, by), []
    for entry in np.ndindex(shape_of(probe.value)):
        ahead, behind = (np.asarray(probe.moved(entry, step)[of]) for step in (h, -h))
        columns.append(((ahead - behind) / (2 * h)).reshape(-1))
    return np.array(columns).T


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_lectures_jacobians(case):
    assert {"softmax_jacobian", "elementwise_jacobian", "matvec_jacobian"} <= {case["id"] for case in CASES}
    trace = run(case["program"], {name: frozen(value) for name, value in case["values"].items()})
    for name, expected in case["jacobians"].items():
        found = jacobian(trace, case["output"], name)
        rows = len(case["expected"][case["output"]])
        np.testing.assert_allclose(
            found.matrix, np.reshape(expected, (rows, -1)), rtol=case["tolerance"], atol=case["tolerance"]
        )


def test_structures_of_the_lectures_jacobians():
    found = {}
    for case in CASES:
        trace = run(case["program"], {name: frozen(value) for name, value in case["values"].items()})
        for name in case["jacobians"]:
            found[case["id"], name] = jacobian(trace, case["output"], name).structure
    assert found["softmax_jacobian", "s"] == "dense"
    assert found["elementwise_jacobian", "x"] == "diagonal"
    assert found["matvec_jacobian", "x"] == "W"
    assert found["matvec_jacobian", "W"] == "block diagonal"


TAKEN = [(op, shapes) for op, shapes in PAIRS if op.call and op.back and op.name not in ("stop_gradient",)]


@pytest.mark.parametrize(("op", "shapes"), TAKEN, ids=name_of)
def test_every_operation_by_rows_by_columns_and_by_differences(op, shapes):
    values = drawn(op, shapes)
    trace = run(f"result = {written(op, values)}", values)
    for port, name in enumerate(values):
        if op.back_rule(port):
            found = jacobian(trace, "result", name).matrix
            np.testing.assert_allclose(found, by_differences(trace, "result", name), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_outputs_jacobian_is_the_gradient_of_each_entry(text):
    trace = at_defaults(text)
    output = trace.graph.output
    for name in trace.graph.inputs:
        gradient = trace.last.gradient(name)
        total = jacobian(trace, output, name).matrix.sum(axis=0)
        expected = np.zeros(total.shape) if gradient is None else np.reshape(gradient, -1)
        np.testing.assert_allclose(total, expected, rtol=1e-10, atol=1e-12)


@given(st.recursive(FACTORS, combined, max_leaves=8), st.tuples(*[st.floats(-2, 2)] * 3))
@settings(max_examples=30, deadline=None)
def test_the_chain_rule_multiplies_jacobians(formula, at):
    values = dict(zip("xyz", at, strict=True))
    trace = run(f"a = [x + 0 y + 0 z + {formula}, x, 2 y]; c = tanh(a ⊙ a / (1 + ‖a‖)); d = c·c", values)
    whole = jacobian(trace, "c", "x").matrix
    parts = jacobian(trace, "c", "a").matrix @ jacobian(trace, "a", "x").matrix
    if not np.all(np.isfinite(parts)):
        return
    np.testing.assert_allclose(whole, parts, rtol=1e-9, atol=1e-12)


STRUCTURES = [
    ("y = W x + b", "y", "x", "W", ("W",), "the matrix W"),
    ("y = x U", "y", "x", "W", ("Uᵀ",), "the matrix Uᵀ"),
    ("y = W^T b", "y", "b", "W", ("Wᵀ",), "the matrix Wᵀ"),
    ("y = W x + b", "y", "b", "identity", (), "the identity: each entry passes on unchanged"),
    ("y = W x + b", "y", "y", "identity", (), "the identity: each entry passes on unchanged"),
    ("y = c x", "y", "x", "scaled identity", (), "2 times the identity: each entry is scaled alike"),
    ("y = tanh(b)", "y", "b", "diagonal", (), "diagonal: each entry depends on its own entry alone"),
    ("y = v·x", "y", "x", "row", ("v",), "vᵀ, a row of 2 entries"),
    ("y = ‖x‖", "y", "x", "row", ("",), "a row of 2 entries"),
    ("y = c x", "y", "c", "column", ("x",), "x, a column of 2 entries"),
    ("y = c^2", "y", "c", "number", (), "one number, 4"),
    ("y = W x; z = c^2", "z", "x", "zero", (), "zero: nothing passes from the one to the other"),
    ("y = W x; z = y + b", "y", "z", "zero", (), "zero: nothing passes from the one to the other"),
    ("y = step(x)", "y", "x", "zero", (), "zero: nothing passes from the one to the other"),
    ("y = u (v·x)", "y", "x", "rank one", ("u", "v"), "of rank one, u vᵀ: all rows are multiples of one"),
    ("y = u sin(v·x)", "y", "x", "rank one", ("u", ""), "of rank one, u vᵀ: all rows are multiples of one"),
    (
        "y = [x[0], 2 x[0]]",
        "y",
        "x",
        "rank one",
        ("", ""),
        "of rank one, u vᵀ: all rows are multiples of one",
    ),
    ("y = W x", "y", "W", "block diagonal", (), "block diagonal: 3 blocks of 1×2 alike"),
    ("y = W U", "y", "W", "block diagonal", (), "block diagonal: 3 blocks of 3×2 alike"),
    ("y = sin(W x)", "y", "W", "block diagonal", (), "block diagonal: 3 blocks of 1×2"),
    ("y = x U", "y", "U", "sparse", (), "sparse: 12 of its 18 entries are 0"),
    ("y = softmax(b)", "y", "b", "dense", (), "dense: none of its entries is 0"),
]


@pytest.mark.parametrize(("text", "of", "by", "structure", "names", "sentence"), STRUCTURES)
def test_structures_have_names(text, of, by, structure, names, sentence):
    found = jacobian(trace_of(text), of, by)
    assert (found.structure, found.names) == (structure, names)
    assert found.sentence == f"The Jacobian of {of} with respect to {by} is {sentence}"
    if found.vectors:
        np.testing.assert_allclose(np.outer(*found.vectors), found.matrix, rtol=1e-12)
        for name, vector in zip(names, found.vectors, strict=True):
            if name:
                np.testing.assert_allclose(vector, VALUES[name], rtol=1e-12)


def test_numbers_that_are_none_are_dense():
    assert recognised(np.array([[np.nan, 1], [2, np.inf]])).structure == "dense"
    assert recognised(np.array([[1, 2], [2, 4.000001]])).structure == "dense"
    assert recognised(np.array([[1, 0, 0], [2, 0, 0], [0, 3, 4.0]])).structure == "sparse"


def test_denominator_layout_is_the_transpose():
    trace = trace_of("y = W x + b")
    numerator, denominator = (jacobian(trace, "y", "x", layout) for layout in ("numerator", "denominator"))
    np.testing.assert_array_equal(denominator.matrix, numerator.matrix.T)
    assert denominator.names == ("Wᵀ",)
    assert denominator.layout == "denominator"
    with pytest.raises(Problem, match="'row' is no layout"):
        jacobian(trace, "y", "x", "row")


def test_the_cheaper_mode_is_taken():
    trace = trace_of("y = W x; L = ‖y‖")
    assert (jacobian(trace, "y", "x").mode, jacobian(trace, "y", "x").passes) == ("forward", 2)
    assert (jacobian(trace, "L", "W").mode, jacobian(trace, "L", "W").passes) == ("reverse", 1)
    assert jacobian(trace, "L", "L").mode == "reverse"


def test_a_constant_and_a_node_in_between_have_jacobians():
    trace = trace_of("y = 3 x; z = y ⊙ y")
    np.testing.assert_allclose(jacobian(trace, "z", "y").matrix, np.diag(6 * VALUES["x"]))
    np.testing.assert_allclose(jacobian(trace, "y", "3").matrix, VALUES["x"][:, None])


def test_a_jacobian_cannot_be_changed():
    trace = trace_of("y = W x")
    for layout in ("numerator", "denominator"):
        with pytest.raises(ValueError, match="read-only"):
            jacobian(trace, "y", "x", layout).matrix[0, 0] = 1


def test_limits_at_their_edge():
    trace = run("y = sin(x)", {"x": frozen(np.ones(20))})
    assert jacobian(trace, "y", "x", at_most=400).matrix.shape == (20, 20)
    with pytest.raises(Problem, match="would have 400 entries; the limit is 399") as caught:
        jacobian(trace, "y", "x", at_most=399)
    assert "a seed that is 1 at one entry of y" in caught.value.hint
    large = run("y = sin(x)", {"x": frozen(np.ones(1001))})
    with pytest.raises(Problem, match="would have 1,002,001 entries; the limit is 1,000,000"):
        jacobian(large, "y", "x")
    with pytest.raises(Problem, match="There is no node q"):
        jacobian(trace, "q", "x")
    with pytest.raises(Problem, match="There is no node q"):
        jacobian(trace, "y", "q")


OUTERS = [
    ("L = ‖W x + b‖", "W", "dW = dv1 xᵀ"),
    ("z = W x + b; L = mse(tanh(z), u)", "W", "dW = dv1 xᵀ"),
    ("z = W x; L = ‖z‖", "W", "dW = dz xᵀ"),
    ("z = x U; L = ‖z‖", "U", "dU = x dzᵀ"),
    ("z = W^T b; L = ‖z‖", "W", "dW = b dzᵀ"),
    ("A = W; z = A x; L = ‖z‖", "W", "dW = dz xᵀ"),
    ("h = tanh(x); z = W h; L = ‖z‖", "W", "dW = dz hᵀ"),
]


@pytest.mark.parametrize(("text", "name", "said"), OUTERS)
def test_the_gradient_of_a_matrix_is_an_outer_product(text, name, said):
    trace = trace_of(text)
    found = outer_product(trace, name)
    assert found.text == said
    np.testing.assert_allclose(np.outer(found.column.value, found.row.value), trace.last.gradient(name))


NO_OUTERS = [("L = sum(W x) + sum(W v)", "W"), ("L = sum(W)", "W"), ("L = sum(W U)", "W"), ("L = ‖W x‖", "x")]


@pytest.mark.parametrize(("text", "name"), NO_OUTERS)
def test_what_is_no_outer_product_is_none(text, name):
    assert outer_product(trace_of(text), name) is None


def test_outer_products_of_unknown_nodes_are_refused():
    with pytest.raises(Problem, match="There is no node Q"):
        outer_product(trace_of("W x"), "Q")

"""The simplifier: what a lecturer would write, with the same value."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.graph.programs import read_program
from core.notation.printers import expression_text
from core.notation.simplify import simplified
from core.notation.simplify.writing import on_one_line
from core.notation.tree import Binary, Name, Number, Tree
from core.passes.stepper import run
from core.passes.steps import Computed
from core.passes.trace import Trace
from tests.counting import at_most


def tree_of(text: str) -> Tree:
    return read_program(text, ["a", "b", "n", "x", "y", "t"]).statements[-1].tree


SHORTER = {
    # numbers
    "2·x^(2-1)": "2 x",
    "x + 0": "x",
    "0 - x": "−x",
    "1·x": "x",
    "0·x": "0",
    "x/1": "x",
    "x^0": "1",
    "1/2·2·(y - t)": "y − t",
    "0.1·2·x": "0.2 x",
    "x/3 + x/3": "2 x/3",
    "-(-x)": "x",
    # products
    "x x x": "x^3",
    "x/x^2": "1/x",
    "x^n/x": "x^(n − 1)",
    "x·y·2": "2 x y",
    "(x/y)·(y/t)": "x/t",
    "-x·(-y)": "x y",
    "x·(-1/y)": "−x/y",
    "(t - y)/(y - t)": "−1",
    "(y - t)(t - y)": "−(y − t)^2",
    "(2x + 2)^2/(x + 1)": "4 (x + 1)",
    "(x y)^2/x": "x y^2",
    "sqrt(x) sqrt(x)": "x",
    "sqrt(x^2)": "sqrt(x^2)",
    "sqrt(x^2)^2": "x^2",
    "x/sqrt(x)": "sqrt(x)",
    # sums
    "x + 3x": "4 x",
    "x - (x - 1)": "1",
    "-x + 1": "1 − x",
    "2(x + y) + 3(y + x)": "5 (x + y)",
    "a - (b - a)": "2 a − b",
    # left alone
    "ln(x y)": "log(x y)",
    "exp(x) exp(y)": "exp(x) exp(y)",
    "x (1 - x)": "x (1 − x)",
    "[x > y] + [x = y]/2": "[x > y] + [x = y]/2",
}


@pytest.mark.parametrize(("long", "short"), SHORTER.items())
def test_a_formula_is_written_as_a_lecturer_writes_it(long, short):
    assert expression_text(on_one_line(simplified(tree_of(long), " "))) == short


@pytest.mark.parametrize("short", SHORTER.values())
def test_what_is_simple_stays(short):
    assert expression_text(on_one_line(simplified(tree_of(short), " "))) == short


def test_a_sign_between_factors_is_kept_where_it_is_wanted():
    assert simplified(tree_of("x y·2")) == tree_of("2·x·y")


TREES = st.recursive(
    st.sampled_from([Name("x"), Name("y"), Number(2.0), Number(0.5), Number(-3.0), Number(1.0)]),
    lambda inner: (
        st.builds(Binary, st.sampled_from("+-*/"), inner, inner)
        | st.builds(
            lambda base, n: Binary("^", base, Number(n)), inner, st.sampled_from([2.0, 3.0, -1.0, 0.5])
        )
    ),
    max_leaves=12,
)


def value(tree: Tree) -> float:
    """The value at a point that no small formula is zero at; not a number where a part of it is infinite."""
    trace = run(f"v = 0 x + 0 y + ({expression_text(tree)})", {"x": math.sqrt(2), "y": math.pi})
    found = trace.last.value("v")
    assert isinstance(found, float)
    return math.nan if not_finite(trace) else found


def not_finite(trace: Trace) -> bool:
    return any(isinstance(step, Computed) and not math.isfinite(step.value) for step in trace.steps)


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_the_value_stays(tree):
    before = value(tree)
    if math.isfinite(before) and abs(before) < 1e9:
        assert value(on_one_line(simplified(tree, " "))) == pytest.approx(before, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "text", ["10^300·10^300·x", "x/10^300/10^300", "9^9^9 x", "2^0.5 x", "x/0", "0^(-1)"]
)
def test_numbers_beyond_all_doubles_do_no_harm(text):
    assert expression_text(simplified(tree_of(text)))


def test_a_long_sum_is_neither_too_deep_nor_too_slow():
    tree: Tree = Name("x")
    for i in range(3000):
        tree = Binary("+", tree, Name(f"x{i % 50}"))
    with at_most(2_000_000):
        assert "60·x1" in expression_text(simplified(tree)).replace(" ", "")


def test_repeated_squares_stay_small():
    tree = tree_of("2·x")
    for _ in range(12):
        tree = simplified(Binary("*", tree, tree))
    assert expression_text(tree).replace(" ", "").endswith("x^4096")

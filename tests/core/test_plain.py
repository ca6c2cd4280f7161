"""Mathematics as plain text: names as they are typed, fractions with a slash, brackets where needed."""

import pytest

from core.base.arrays import frozen
from core.graph.programs import read_program
from core.math.plain import plain
from core.math.typeset import PLAIN, number_math, value_math
from core.passes.gradient_names import gradient_math
from core.passes.guessed_values import with_defaults
from core.passes.stepper import run


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[(name, name) for name in ("x", "w0", "ŷ", "y′", "größe", "loss_total", "σ")],
        ("loss_CE", "loss_CE"),
        ("W⁽²⁾", "W^(2)"),
        ("h_{t-1}", "h_(t − 1)"),
    ],
)
def test_names_are_as_they_are_typed(name, text):
    assert plain(PLAIN.name(name)) == text


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("(x+y)/z", "(x + y)/z"),
        ("1/(1+exp(-x))", "1/(1 + e⁻ˣ)"),
        ("x^2", "x²"),
        ("x^(a+b)", "x^(a + b)"),
        ("sqrt(x)", "√x"),
        ("sqrt(x+1)", "√(x + 1)"),
        ("A^T x", "Aᵀ x"),
        ("max(x, 0)", "max(x, 0)"),
        ("w0 x0", "w0 x0"),
        ("1/w_in", "1/w_in"),
        ("2/x^2", "2/x²"),
        ("1/(2 x)", "1/(2 x)"),
        ("(-a)/2", "(−a)/2"),
    ],
)
def test_formulas_are_in_one_line(program, text):
    (statement,) = read_program(program).statements
    assert plain(PLAIN.tree(statement.tree)) == text


def test_values_are_in_one_line():
    assert plain(number_math(-0.25)) == "−0.25"
    assert plain(number_math(1.5e-12)) == "1.5 ⋅ 10⁻¹²"
    assert plain(value_math(frozen([[1.0, 2], [3, 4]]))) == "1, 2; 3, 4"


@pytest.mark.parametrize(
    ("program", "texts"),
    [
        ("L = w x", ["∂L/∂w", "∂L/∂x"]),
        ("loss_CE = w_in ŷ^2", ["∂loss_CE/∂w_in", "∂loss_CE/∂ŷ"]),
        ("y = [1, 2] w", ["(∂∑y)/∂w"]),
    ],
)
def test_derivatives_have_brackets_only_around_what_is_compound(program, texts):
    trace = run(program, with_defaults(read_program(program), {}))
    assert [plain(gradient_math(trace, name)) for name in trace.graph.inputs] == texts

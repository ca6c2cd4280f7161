"""How derivatives are written in each notation."""

import pytest

from core.math.derivative_names import NOTATIONS, gradient_name, local_name
from core.math.latex import latex
from core.math.marks import marked
from core.math.parts import ATOM, SUM
from core.math.plain import plain
from core.math.typeset import Typesetter

NAMES = Typesetter()


@pytest.mark.parametrize(
    ("notation", "gradient", "local"),
    [
        ("partial", r"\frac{\partial L}{\partial w_{1}}", r"\frac{\partial y}{\partial z}"),
        ("delta", r"\delta_{w_{1}}", r"\sigma'\left( z \right)"),
        ("bar", r"\bar{w}_{1}", r"\sigma'\left( z \right)"),
        ("lagrange", r"L'\left( w_{1} \right)", r"\sigma'\left( z \right)"),
    ],
)
def test_each_notation_writes_gradients_and_slopes_of_functions(notation, gradient, local):
    assert latex(gradient_name((NAMES.name("L"), ATOM), NAMES.name("w1"), notation)) == gradient
    call = marked("σ(z)")
    assert latex(local_name(NAMES.name("y"), NAMES.name("z"), call, notation)) == local


@pytest.mark.parametrize("notation", [name for name in NOTATIONS if name != "lagrange"])
def test_other_operations_have_a_quotient_as_local_derivative(notation):
    found = plain(local_name(NAMES.name("q"), NAMES.name("x"), None, notation))
    assert found.replace("(", "").replace(")", "") == "∂q/∂x"


def test_lagrange_names_the_node_where_there_is_no_function():
    assert plain(local_name(NAMES.name("q"), NAMES.name("x"), None, "lagrange")) == "q′(x)"
    assert (
        plain(
            local_name(NAMES.name("y"), NAMES.name("x"), marked("e^{x}", {"x": NAMES.name("x")}), "lagrange")
        )
        == "y′(x)"
    )


def test_what_is_differentiated_gets_brackets_where_it_is_a_sum():
    sum_of = marked("∑f")
    assert plain(gradient_name((sum_of, SUM), NAMES.name("x"), "lagrange")).startswith("(∑f)′(x)")


def test_a_bar_stands_over_the_letter_and_not_over_its_scripts():
    assert latex(gradient_name((NAMES.name("L"), ATOM), NAMES.name("W⁽²⁾"), "bar")) == r"\bar{W}^{(2)}"
    assert (
        latex(gradient_name((NAMES.name("L"), ATOM), NAMES.name("loss"), "bar"))
        == r"\overline{\mathrm{loss}}"
    )

"""Formulas in words."""

import pytest

from core.base.arrays import frozen
from core.math.mathtree import Accented, Digits, Letter, Scripts, row
from core.math.spoken import spoken
from core.passes.explain import explain, typeset_line
from core.passes.stepper import run

PROGRAMS = {
    "q = x + y; f = q z": "q equals x plus y; f equals q z",
    "ln(x^2)": "f equals the logarithm of x squared",
    "1/2 (y - t)^2": "f equals 1 over 2 open bracket y minus t close bracket squared",
    "sqrt(a)/b": "f equals the fraction the square root of a over b end of fraction",
    "sqrt(a/b)": "f equals the square root of a over b end of root",
    "W^T x": "f equals W transposed x",
    "σ(w·x + b)": "f equals sigma open bracket w times x plus b close bracket",
    "|x| + 2^x": "f equals the absolute value of x plus 2 to the power x",
    "|x + 1|": "f equals the absolute value of x plus 1 end of absolute value",
    "x + 1/2": "f equals x plus 1 over 2",
    "(x + 1)/2": "f equals the fraction x plus 1 over 2 end of fraction",
    "x^2/2": "f equals x squared over 2",
    "exp(-x) + 1": "f equals e to the power minus x plus 1",
    "exp(x + 1)": "f equals e to the power x plus 1 end of power",
}


@pytest.mark.parametrize("text", PROGRAMS)
def test_a_program_is_read_in_words(text):
    arrays = {"W": [[1.0, 2.0], [3.0, 4.0]], "x": [1.0, 2.0]} if "W" in text else {}
    from core.graph.programs import read_program
    from core.passes.guessed_values import with_defaults

    values = {name: frozen(value) for name, value in arrays.items()}
    assert (
        spoken(typeset_line(run(text, with_defaults(read_program(text, values), values)).graph))
        == (PROGRAMS[text])
    )


def test_a_power_is_called_squared_where_nothing_else_stands_in_it():
    power = Scripts(Letter("x"), sup=row(Accented(Letter("y"), "hat"), Digits("2")))
    assert spoken(power) == "x to the power y hat 2 end of power"


def test_a_step_is_read_in_words():
    trace = run("q = x + y; f = q z", {"x": -2.0, "y": 5.0, "z": -4.0})
    found = explain(trace, trace.position("backward:2"))
    assert spoken(found.rule).startswith("the derivative of f with respect to q equals ")
    assert "minus 4" in spoken(found.numbers)


def test_the_shape_of_an_array_is_read_behind_it():
    trace = run("h = W x; L = h·h", {"W": frozen([[1, 2], [3, 4], [5, 6]]), "x": frozen([1, -1])})
    assert spoken(explain(trace, 1).rule) == "h, 3 by 1, equals W, 3 by 2, x, 2 by 1,"
    back = spoken(explain(trace, len(trace)).rule)
    assert back.startswith(
        "the derivative of L with respect to W, 3 by 2, equals the derivative of L with respect to h, 3 by 1,"
    )
    assert back.endswith("x transposed, 1 by 2,")

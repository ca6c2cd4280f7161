"""The four ways side by side, as text."""

import pytest

from core.arrays import frozen
from core.derivatives.ways import WAYS, jacobian_text, ways_text
from core.passes import run


def test_a_closed_form_and_every_way_are_shown():
    text = ways_text(run("ln(x^2)", {"x": 3.0}), ["x"])
    assert text.startswith("df/dx = 2/x\n")
    assert all(way in text for way in WAYS)
    assert text.count("0.6667") == len(WAYS)
    assert "Reverse mode: 1 pass" in text


def test_a_way_that_cannot_be_taken_says_why():
    text = ways_text(run("relu(x)", {"x": 1.0}), ["x"])
    assert "The complex step needs smooth operations" in text


def test_an_input_that_does_not_matter_has_derivative_0():
    text = ways_text(run("y = x; f = 2 x", {"x": 1.0, "z": 3.0}), ["y"])
    assert "reverse mode         0" in text


@pytest.mark.parametrize(("layout", "first"), [("numerator", "1  2"), ("denominator", "1  3")])
def test_a_jacobian_is_named_and_listed(layout, first):
    story = run("W x", {"W": frozen([[1, 2], [3, 4]]), "x": frozen([1, 2])})
    text = jacobian_text(story, "f", "x", layout)
    assert "W" in text.splitlines()[0]
    assert text.splitlines()[2] == first


def test_a_large_jacobian_is_shown_in_part():
    story = run("sin(x)", {"x": frozen([0.1] * 30)})
    text = jacobian_text(story, "f", "x", "numerator")
    assert text.endswith("…") and len(text.splitlines()) == 23

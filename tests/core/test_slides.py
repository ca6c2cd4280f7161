"""Formulas as they stand on slides: read as meant, named as typed, with mistakes shown where they are."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.base.errors import Problem
from core.graph.builder import graph_of
from core.graph.programs import read_program
from core.passes.stepper import run
from core.service.report import Report
from core.service.request import Refusal, json_hint, request_from

SLIDES = json.loads((Path(__file__).parents[1] / "cases" / "slides.json").read_text(encoding="utf-8"))


def answer(program, **values):
    request = request_from(json.dumps({"program": program, "values": values}))
    return Report(request, request.trace(json_hint)).answer()


@pytest.mark.parametrize("slide", SLIDES, ids=lambda slide: f"{slide['scene']} {slide['program'][:40]}")
def test_programs_of_the_scenes_are_read_as_meant(slide):
    request = request_from(json.dumps({"program": slide["program"], "values": slide["values"]}))
    found = Report(request, request.trace(json_hint)).answer()
    np.testing.assert_allclose(found["value"], slide["value"], rtol=1e-9, atol=1e-9)


# -- names in answers

SPELLED = [
    ("w_1 x_1", {"w_1": 2, "x_1": 3}, ["w_1", "x_1"]),
    ("w₁ x₁", {"w1": 2, "x1": 3}, ["w₁", "x₁"]),
    ("\\hat{y} t", {"\\hat{y}": 2, "t": 3}, ["\\hat{y}", "t"]),
    ("\\hat{y} t", {"y_hat": 2, "t": 3}, ["y_hat", "t"]),
    ("y_hat t", {"ŷ": 2, "t": 3}, ["y_hat", "t"]),
    ("W^{(2)} x", {"W2": 2, "x": 3}, ["W^{(2)}", "x"]),
    ("W⁽²⁾ x", {"W^(2)": 2, "x": 3}, ["W⁽²⁾", "x"]),
    ("\\lambda x", {"λ": 2, "x": 3}, ["λ", "x"]),
    ("\\mathbf{w} \\mathbf{x}", {"w": 2, "x": 3}, ["w", "x"]),
    ("w_{[1]} x", {"w1": 2, "x": 3}, ["w_{[1]}", "x"]),
]


@pytest.mark.parametrize(("program", "values", "names"), SPELLED)
def test_answers_name_the_inputs_as_they_are_typed(program, values, names):
    found = answer(program, **values)
    assert list(found["grads"].items()) == [(names[0], 3), (names[1], 2)]
    assert [node["name"] for node in found["nodes"]] == [*names, "f"]
    assert found["nodes"][2]["args"] == names


def test_a_plain_spelling_means_its_own_name_where_the_program_has_it():
    found = answer("W^{(2)} + 10 W2", **{"W2": 1, "W^{(2)}": 5})
    assert found["value"] == 15
    with pytest.raises(Refusal, match="no value"):
        answer("W^{(2)} + 10 W2", W2=1)


# -- sums over an index

SUMS = [
    ("\\sum_{i=1}^{3} w_i x_i", "The sum runs from 1 to 3 and w has 2 entries"),
    ("\\sum_{i=0}^{2} w_i", "The sum runs from 0 to 2 and w has 2 entries"),
    ("n = 3; \\sum_{i=1}^{n} w_i", "The sum runs from 1 to n and w has 2 entries"),
    ("\\sum_{i=2}^{3} w_i", "A sum over a part of the entries is not read"),
    ("\\sum_i w_i + x_i - m_i", None),
    ("\\sum_i (w_i - m)", "m stands beside entries and must be a number; m has 2 entries"),
    ("\\sum_k b", "Nothing under this sum carries its index k"),
    ("\\sum_i \\text{softmax}(w_i)", "softmax needs a whole vector; here it has a single entry"),
]


@pytest.mark.parametrize(("program", "message"), SUMS)
def test_what_a_sum_over_an_index_promises_is_checked(program, message):
    values = {"w": np.array([1.0, 2.0]), "x": np.array([3.0, 4.0]), "m": np.array([0.0, 1.0]), "b": 1.0}
    if message is None:
        assert run(program, values).last.value("f") == 9
        return
    with pytest.raises(Problem) as caught:
        graph_of(program, values)
    assert caught.value.message == message
    assert caught.value.hint
    span = caught.value.span
    assert program[span.start : span.end]


# -- messages point at what was typed

PLACES = [
    ("y = \\mathbf{w}^\\top \\foo{x}", "\\foo"),
    ("y = \\hat{y} +* 2", "+*"),
    ("\\frac{a}{b} + \\nabla L", "\\nabla"),
    ("np.exp(x) + np.foo(x)", "foo"),
    ("z = W^{(1)} x\ny = \\sigmoi(z)", "\\sigmoi"),
    ("\\begin{cases} 1 & x > 0 \\end{cases}", "\\begin{cases} 1 & x > 0 \\end{cases}"),
    ("f(x) = x^2; f''(x)", "f''"),
]


@pytest.mark.parametrize(("program", "marked"), PLACES)
def test_a_message_points_at_the_original_text(program, marked):
    with pytest.raises(Problem) as caught:
        read_program(program)
    span = caught.value.span
    assert program[span.start : span.end] == marked


def test_shapes_that_do_not_fit_are_told_in_the_names_of_the_program():
    with pytest.raises(Problem) as caught:
        graph_of("W^{(1)} x", {"W1": np.ones((2, 3)), "x": np.ones(2)})
    assert "W⁽¹⁾ is 2×3 and x has 2 entries" in caught.value.message


def test_the_inverse_of_a_matrix_is_not_taken_entry_by_entry():
    with pytest.raises(Problem, match="the inverse of a matrix is not computed") as caught:
        graph_of("W^{-1} x", {"W": np.ones((2, 2)), "x": np.ones(2)})
    assert caught.value.fix == "1/W"
    assert run("w^{-1}", {"w": 4.0}).last.value("f") == 0.25

"""The explanation of a step: the rule, its numbers, the sentence."""

import numpy as np
import pytest

from core.base.arrays import frozen
from core.graph.builder import build
from core.graph.plan import make_plan
from core.graph.programs import read_program
from core.math.latex import latex
from core.math.plain import plain
from core.passes.explain import explain
from core.passes.guessed_values import with_defaults
from core.passes.stepper import record, run

TRACE = run("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0})


def at(trace, step):
    return explain(trace, trace.position(step))


def test_the_sentence_of_the_lecture():
    assert at(TRACE, "backward:3").sentence.startswith("Upstream −4 × local 1 = −4.")


def test_a_forward_step_shows_names_and_numbers():
    found = at(TRACE, "forward:2")
    assert latex(found.rule) == r"f=v_{1}\cdot z"
    assert latex(found.numbers) == r"f=3\cdot\left( -4 \right)=-12"


def test_of_arrays_that_are_not_written_a_sentence_tells_the_shapes():
    given = {"d": frozen(np.arange(9.0)), "c": 2.0}
    assert explain(run("v = c d; sum(v)", given), 1).sentence == (
        "v (9 entries) is computed from c = 2 and d (9 entries)."
    )


def test_an_input_that_is_stretched_is_said_to_have_the_shape_of_the_result():
    trace = run("x + b", {"x": frozen([1, 2, 3]), "b": 2.0})
    said = {name: at(trace, f"backward:{i}").sentence for i, name in ((1, "b"), (2, "x"))}
    assert said["b"].endswith("b was stretched to 3 entries, so its gradient is summed over it.")
    assert "stretched" not in said["x"]


def test_the_chain_rule_is_written_with_names():
    found = at(TRACE, "backward:2")
    assert r"\frac{\partial f}{\partial v_{1}}=" in latex(found.rule)
    assert latex(found.numbers) == r"=1\cdot\left( -4 \right)=-4"


def test_the_slope_of_sigma_is_written_as_the_lecture_writes_it():
    found = at(run("σ(x)", {"x": 0.0}), "backward:1")
    assert r"f\cdot\left( 1-f \right)" in latex(found.rule)
    assert "0.25" in latex(found.numbers)


def test_a_power_is_simplified():
    found = at(run("x^2", {"x": 3.0}), "backward:1")
    assert latex(found.rule).endswith(r"2\cdot x")


@pytest.mark.parametrize(("y", "rule"), [(1.0, "[x > y]"), (4.0, "[x > y]"), (2.0, "[x > y] + [x = y]/2")])
def test_the_slope_of_a_maximum_speaks_of_ties_only_in_a_tie(y, rule):
    found = explain(trace := run("max(x, y)", {"x": 2.0, "y": y}), len(trace))
    assert plain(found.rule).endswith(f"= {rule}")


def test_gradients_that_meet_are_added_in_words_and_in_the_formula():
    found = at(run("x^2 + 3x", {"x": 2.0}), "end")
    assert "x is used more than once, so its gradients add up: 3 + 4 = 7." in found.sentence
    assert "=3+4=7" in latex(found.numbers)


def test_of_uses_that_do_not_lead_to_the_output_no_gradient_is_counted():
    trace = run("a = x^2; b = 2x; c = 3x; f = a + b", {"x": 3.0})
    found = explain(trace, len(trace), since=len(trace) - 2)
    assert found.sentence == "x is used more than once, so its 2 gradients add up: 2 + 6 = 8."


def test_a_kink_is_named():
    caveat = at(run("relu(x)", {"x": 0.0}), "backward:1").caveat
    assert caveat == "Not differentiable here: slope between 0 and 1. Used: 0."
    assert at(run("relu(x)", {"x": 1.0}), "backward:1").caveat == ""


def test_below_every_array_stands_its_shape():
    trace = run("W x", {"W": frozen([[1, 2], [3, 4], [5, 6]]), "x": frozen([1, -1])})
    found = at(trace, "backward:2")
    named, (target, *_) = latex(found.rule), latex(found.numbers).split("=")[-1:]
    assert named.startswith(r"\underset{3\times2}{\frac{\partial\sum f}{\partial W}}=")
    assert named.endswith(r"\underset{1\times2}{x^{\top}}")
    assert target.startswith(r"\underset{3\times2}{\begin{bmatrix}")
    assert "underset" not in latex(at(TRACE, "backward:2").rule)


def test_a_transposed_matrix_of_numbers_is_written_with_its_rows_as_columns():
    trace = run("W x", {"W": frozen([[1, 2], [3, 4], [5, 6]]), "x": frozen([1, -1])})
    numbers = latex(at(trace, "backward:1").numbers)
    assert r"\underset{2\times3}{\begin{bmatrix} 1 & 3 & 5 \\ 2 & 4 & 6 \end{bmatrix}}" in numbers


def test_an_explanation_comes_about_in_parts():
    found = at(TRACE, "backward:2")
    rule, factors, whole = found.parts
    assert whole is found
    assert (rule.rule, rule.numbers, rule.sentence) == (found.rule, None, "")
    assert latex(factors.numbers) == r"=1\cdot\left( -4 \right)=\phantom{-4}"
    assert plain(factors.numbers) == "=1 ⋅ (−4) ="
    trace = run("x^2 + 3x", {"x": 2.0})
    _, factors, whole = at(trace, "end").parts
    assert "7" in plain(whole.numbers) and "7" not in plain(factors.numbers)
    trace = run("x + b", {"x": 3.0, "b": 2.0})
    assert [len(at(trace, step).parts) for step in ("start", "forward:1", "seed", "backward:1")] == [
        1,
        3,
        1,
        3,
    ]


def test_names_and_numbers_can_stand_in_one_row():
    assert latex(at(TRACE, "forward:2").line) == r"f=v_{1}\cdot z=3\cdot\left( -4 \right)=-12"
    back = at(TRACE, "backward:2")
    assert latex(back.line) == latex(back.rule) + latex(back.numbers)
    assert at(TRACE, "start").line is None and at(TRACE, "seed").line is None
    assert at(run("x^2 + 3x", {"x": 2.0}), "end").line is None  # its numbers have two lines


PROGRAMS = [
    "(x+y)z",
    "sigmoid(w·x+b)",
    "1/(1+exp(-(w0 x0 + w1 x1 + w2)))",
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; Lreg = L + λ R",
    "W2 max(0, W1 x + b1) + b2",
    "cross_entropy(W x + b, k)",
    "p = softmax(W x + b); L = -ln(p[k])",
    "‖W x‖^2 + sum(x)",
    "leaky_relu(x) + clip(x, 0, 1) + [x > 0]",
    "[x, y]·[1, 2]",
    "x^T W x",
]


@pytest.mark.parametrize("text", PROGRAMS)
def test_every_step_of_every_program_can_be_explained(text):
    program = read_program(text)
    values = with_defaults(program, {})
    trace = record(make_plan(build(program, values)), values)
    for count in range(len(trace) + 1):
        found = explain(trace, count)
        assert found.title
        assert found.sentence
        assert found.rule is not None
        for formula in (found.rule, found.numbers):
            if formula is not None:
                assert latex(formula).count("{") == latex(formula).count("}")


def caveats(text, values):
    trace = run(text, values)
    return {found.title: found.caveat for found in (explain(trace, n) for n in range(1, len(trace) + 1))}


def test_every_step_whose_number_is_not_finite_says_where_that_comes_from():
    said = caveats("log(x) + 1/x + log2(u)", {"x": 0.0, "u": 0.0})
    assert said["Forward: v₁"] == "v₁ is infinite: the logarithm needs a value above 0."
    assert said["Forward: v₂"] == "v₂ is infinite: the divisor is 0."
    assert said["Forward: v₃"] == (
        "v₃ is not a number: it is computed from v₁ = −∞ and v₂ = ∞; ∞ − ∞, 0 · ∞ and ∞/∞ are not numbers."
    )
    assert said["Forward: f"] == "f is not a number: it is computed from v₃ = NaN and v₄ = −∞."
    assert said["Seed: f"] == said["Backward: v₃ → v₁"] == ""
    assert said["Backward: v₂ → x"] == "The gradient of x is infinite: the divisor is 0."
    assert said["Backward: v₁ → x"].startswith(
        "The gradient of x is not a number: "
        "it is computed from the gradient of x so far = −∞ and what arrives = ∞"
    )
    assert not any(caveats("log(x) + 1/x", {"x": 2.0}).values())


def test_nothing_is_said_to_be_used_where_no_gradient_flows():
    edge = "Not differentiable here, at the edge of where it is defined"
    assert caveats("stop_gradient(sqrt(x)) + x", {"x": 0.0})["Forward: v₁"] == f"{edge}."
    assert caveats("sqrt(x) + x", {"x": 0.0})["Forward: v₁"] == f"{edge}. Used: ∞."


def said_back(text, values):
    trace = run(text, values)
    found = [explain(trace, n) for n in range(1, len(trace) + 1)]
    return {each.title: each.sentence for each in found if each.title.startswith("Backward")}


def test_a_step_back_says_what_is_true_of_its_input():
    said = said_back("y = x^n", {"x": 2.0, "n": 3.0})
    assert "Power rule" in said["Backward: y → x"] and "exponent the slope" not in said["Backward: y → x"]
    assert "Power rule" not in said["Backward: y → n"] and "logarithm" in said["Backward: y → n"]
    said = said_back("y = bce(p, t)", {"p": 0.5, "t": 1.0})
    assert "prediction is its error" in said["Backward: y → p"]
    assert "slope for the target" in said["Backward: y → t"]


@pytest.mark.parametrize(
    ("notation", "gradient"),
    [
        ("partial", r"-\frac{\partial L}{\partial v}"),
        ("delta", r"-\delta_{v}"),
        ("bar", r"-\bar{v}"),
        ("lagrange", r"-L'\left( v \right)"),
    ],
)
def test_a_factor_minus_one_is_a_sign(notation, gradient):
    trace = run("v = y - t; L = v^2", {"y": 3.0, "t": 1.0})
    found = explain(trace, trace.position("backward:2"), notation=notation)
    assert latex(found.rule).endswith(f"={gradient}")
    assert latex(found.numbers) == r"=4\cdot\left( -1 \right)=-4"
    trace = run("v = y - t; L = v·v", {"y": frozen([3, 1]), "t": frozen([1, 2])})
    found = explain(trace, trace.position("backward:3"), notation=notation)
    assert "-" in latex(found.rule) and "1 \\right)" not in latex(found.rule)
    assert latex(at(run("a - b", {"a": 1.0, "b": 2.0}), "backward:1").rule).endswith("=-1")

"""The engine against two others: HIPS autograd for whole programs, sympy for derivatives of scalars."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy

from core.arrays import frozen
from core.passes import run

RNG = np.random.default_rng(7)
VECTORS = {"x": RNG.normal(size=3), "y": RNG.normal(size=3), "b": RNG.normal(size=2), "c": 0.7}
MATRICES = {"W": RNG.normal(size=(2, 3)), "V": RNG.normal(size=(4, 2)), "U": RNG.normal(size=(3, 2))}
VALUES = VECTORS | MATRICES


def sigmoid(x):
    return 1 / (1 + anp.exp(-x))


PROGRAMS = [
    ("(x·y) c", lambda v: v["x"] @ v["y"] * v["c"]),
    ("sum(x ⊙ y / (1 + x^2))", lambda v: anp.sum(v["x"] * v["y"] / (1 + v["x"] ** 2))),
    ("sum(W x + b)", lambda v: anp.sum(v["W"] @ v["x"] + v["b"])),
    ("x^T U b", lambda v: v["x"] @ v["U"] @ v["b"]),
    ("sum((V W) x)", lambda v: anp.sum(v["V"] @ v["W"] @ v["x"])),
    ("sum(U^T x ⊙ b)", lambda v: anp.sum(v["U"].T @ v["x"] * v["b"])),
    ("sum(x b^T ⊙ U)", lambda v: anp.sum(anp.outer(v["x"], v["b"]) * v["U"])),
    (
        "‖W x + b‖^2 + c sum(W^2)",
        lambda v: anp.sum((v["W"] @ v["x"] + v["b"]) ** 2) + v["c"] * anp.sum(v["W"] ** 2),
    ),
    ("sum(tanh(V σ(W x + b)))", lambda v: anp.sum(anp.tanh(v["V"] @ sigmoid(v["W"] @ v["x"] + v["b"])))),
    ("sum(V max(0, W x + b))", lambda v: anp.sum(v["V"] @ anp.maximum(0, v["W"] @ v["x"] + v["b"]))),
    (
        "cross_entropy(V relu(W x + b), 2)",
        lambda v: anp.log(anp.sum(anp.exp(s := v["V"] @ anp.maximum(v["W"] @ v["x"] + v["b"], 0)))) - s[2],
    ),
    (
        "p = softmax(V b); -ln(p[1]) + c p·p",
        lambda v: (
            -anp.log((p := anp.exp(v["V"] @ v["b"]) / anp.sum(anp.exp(v["V"] @ v["b"])))[1])
            + v["c"] * anp.sum(p**2)
        ),
    ),
    (
        "mean((x - y)^2) + max(x) + |c|",
        lambda v: anp.mean((v["x"] - v["y"]) ** 2) + anp.max(v["x"]) + abs(v["c"]),
    ),
    ("sum([x[0], c, y[2]] ⊙ x)", lambda v: anp.sum(anp.array([v["x"][0], v["c"], v["y"][2]]) * v["x"])),
    ("sum(W + b[0] + W[1])", lambda v: anp.sum(v["W"] + v["b"][0] + v["W"][1])),
    ("f(u) = u^2 + c; sum(f(x)) f(c)", lambda v: anp.sum(v["x"] ** 2 + v["c"]) * (v["c"] ** 2 + v["c"])),
]


@pytest.mark.parametrize(("program", "function"), PROGRAMS, ids=[program for program, _ in PROGRAMS])
def test_whole_programs_against_autograd(program, function):
    story = run(program, {name: frozen(value) for name, value in VALUES.items()})
    np.testing.assert_allclose(story.last.value(story.graph.output), function(VALUES), rtol=1e-12)
    expected = autograd.grad(function)(VALUES)
    for name in story.graph.inputs:
        np.testing.assert_allclose(story.last.gradient(name), expected[name], rtol=1e-10, atol=1e-12)


FORMULAS = [
    "x^3 - 2 x y + y^2",
    "x/y + y/x",
    "x^y",
    "2^x y^3",
    "e^(-x^2/(2 y))",
    "ln(1 + e^(x y))",
    "sin(x) cos(y) tan(x/4)",
    "arctan(x/y) sinh(x) cosh(y)",
    "sqrt(x^2 + y^2)",
    "log2(x) log10(y)",
    "1/(1 + exp(-(2 x - 3 y + 1)))",
    "tanh(x y)^2",
    "(x + y)(x - y)/(1 + x y)",
    "exp(sin(x^2 y))",
    "x^x^y",
    "1/2 (y - x)^2 + 0.1·1/2 x^2",
]
SYMPY_WORDS = {"ln": sympy.log, "arctan": sympy.atan, "e": sympy.E}
SYMPY_WORDS |= {"log2": lambda x: sympy.log(x, 2), "log10": lambda x: sympy.log(x, 10)}


def in_sympy(formula):
    from sympy.parsing.sympy_parser import (
        convert_xor,
        implicit_multiplication,
        parse_expr,
        standard_transformations,
    )

    rules = (*standard_transformations, implicit_multiplication, convert_xor)
    return parse_expr(formula.replace("·", "*"), local_dict=dict(SYMPY_WORDS), transformations=rules)


@pytest.mark.parametrize("formula", FORMULAS)
def test_derivatives_of_scalars_against_sympy(formula):
    values = {"x": 1.3, "y": 0.8}
    last = run(formula, values).last
    expected = in_sympy(formula)
    assert last.value("f") == pytest.approx(float(expected.subs(values)), rel=1e-12)
    for name in values:
        derivative = float(sympy.diff(expected, name).subs(values))
        assert last.gradient(name) == pytest.approx(derivative, rel=1e-11)

"""The engine against two others: HIPS autograd for whole programs, sympy for derivatives of scalars."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy

from core.base.arrays import frozen
from core.passes.stepper import run

RNG = np.random.default_rng(7)
VECTORS = {"x": RNG.normal(size=3), "y": RNG.normal(size=3), "b": RNG.normal(size=2), "c": 0.7}
MATRICES = {"W": RNG.normal(size=(2, 3)), "V": RNG.normal(size=(4, 2)), "U": RNG.normal(size=(3, 2))}
PICTURES = {
    "P": RNG.normal(size=(6, 5)),
    "Q": RNG.normal(size=(2, 6, 5)),
    "K": RNG.normal(size=(3, 2)),
    "F": RNG.normal(size=(3, 2, 3, 2)),
}
VALUES = VECTORS | MATRICES | PICTURES


def sigmoid(x):
    return 1 / (1 + anp.exp(-x))


def windows(x, rows, columns, stride=1):
    """Every window of channels, cut out one by one: (channels, places down, across, rows, columns)."""
    height, width = x.shape[1:]
    cut = [
        [x[:, i : i + rows, j : j + columns] for j in range(0, width - columns + 1, stride)]
        for i in range(0, height - rows + 1, stride)
    ]
    return anp.moveaxis(anp.array(cut), 2, 0)


def conv2d(x, filters, stride, padding):
    framed = anp.pad(x, ((0, 0), (padding, padding), (padding, padding)), "constant")
    return anp.einsum("chwij,fcij->fhw", windows(framed, *filters.shape[2:], stride), filters)


def huber(error, limit):
    size = anp.abs(error)
    return anp.where(size <= limit, error**2 / 2, limit * (size - limit / 2))


def encoding(x, octaves):
    angles = [(2**octave * anp.pi * part) for part in x for octave in range(octaves)]
    return anp.array([turn(angle) for angle in angles for turn in (anp.sin, anp.cos)])


def logs_of_rows(s):
    return s - anp.log(anp.sum(anp.exp(s), axis=1, keepdims=True))


def hinges(s, classes, margin):
    true = s[range(len(s)), classes]
    return anp.sum(anp.maximum(0, s - true[:, None] + margin), axis=1) - anp.maximum(0, margin)


MASK = (np.random.default_rng(5).random(3) >= 0.4) / 0.6
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
    (
        "sum(selu(x)) + sum(hard_sigmoid(y)) c",
        lambda v: (
            1.0507009873554805
            * anp.sum(anp.where(v["x"] > 0, v["x"], 1.6732632423543772 * (anp.exp(v["x"]) - 1)))
            + anp.sum(anp.clip(v["y"] / 6 + 0.5, 0, 1)) * v["c"]
        ),
    ),
    (
        "prod(x) prod(W) + l1(y) + l2(V) + elastic(x, c)",
        lambda v: (
            anp.prod(v["x"]) * anp.prod(v["W"])
            + anp.sum(anp.abs(v["y"]))
            + anp.sum(v["V"] ** 2)
            + v["c"] * anp.sum(v["x"] ** 2)
            + anp.sum(anp.abs(v["x"]))
        ),
    ),
    (
        "nll(softmax(V b), 1) + squared_error(x, y)",
        lambda v: (
            anp.log(anp.sum(anp.exp(v["V"] @ v["b"])))
            - (v["V"] @ v["b"])[1]
            + anp.sum((v["x"] - v["y"]) ** 2)
        ),
    ),
    (
        "multiclass_hinge(V b, 2, c)",
        lambda v: anp.sum(anp.maximum(0, (s := v["V"] @ v["b"]) - s[2] + v["c"])) - anp.maximum(0, v["c"]),
    ),
    (
        "sum(hinge(x, y, c)) + sum(perceptron(x, y)) + sum(huber(x, y, c))",
        lambda v: anp.sum(
            anp.maximum(0, v["c"] - v["x"] * v["y"])
            + anp.maximum(0, -v["x"] * v["y"])
            + huber(v["x"] - v["y"], v["c"])
        ),
    ),
    (
        "z = concat(x, c, y); z[1:4]·z[4:] + sum(W[:, 1:3]^2)",
        lambda v: (
            (z := anp.concatenate([v["x"], anp.array([v["c"]]), v["y"]]))[1:4] @ z[4:]
            + anp.sum(v["W"][:, 1:3] ** 2)
        ),
    ),
    (
        "sum(reshape(W, [3, 2]) ⊙ U) + flatten(U)·flatten(W)",
        lambda v: (
            anp.sum(anp.reshape(v["W"], (3, 2)) * v["U"]) + anp.reshape(v["U"], -1) @ anp.reshape(v["W"], -1)
        ),
    ),
    (
        "p = positional_encoding(x, 2); p[:6]·p[6:]",
        lambda v: (p := encoding(v["x"], 2))[:6] @ p[6:],
    ),
    ("sum(dropout(x, 0.4, 5) ⊙ y)", lambda v: anp.sum(v["x"] * MASK * v["y"])),
    ("sum(conv2d(P, K)^2)", lambda v: anp.sum(conv2d(v["P"][None], v["K"][None, None], 1, 0) ** 2)),
    ("sum(conv2d(Q, F, 2, 1)^2)", lambda v: anp.sum(conv2d(v["Q"], v["F"], 2, 1) ** 2)),
    (
        "sum(maxpool(P)^2) + sum(maxpool(Q, 3, 1)^2)",
        lambda v: (
            anp.sum(anp.max(windows(v["P"][None], 2, 2, 2), axis=(3, 4)) ** 2)
            + anp.sum(anp.max(windows(v["Q"], 3, 3), axis=(3, 4)) ** 2)
        ),
    ),
    (
        "sum(avgpool(P, 3)^2) + sum(avgpool(Q, 2, 1)^2)",
        lambda v: (
            anp.sum(anp.mean(windows(v["P"][None], 3, 3, 3), axis=(3, 4)) ** 2)
            + anp.sum(anp.mean(windows(v["Q"], 2, 2), axis=(3, 4)) ** 2)
        ),
    ),
    (
        "S = U W; cross_entropy(S, [0, 2, 1])·x + nll(softmax(S), 1)·y + sum(log_softmax(S) ⊙ (x + U W))",
        lambda v: (
            (logs := logs_of_rows(s := v["U"] @ v["W"]))[range(3), [0, 2, 1]] @ -v["x"]
            - logs[:, 1] @ v["y"]
            + anp.sum(logs * (v["x"] + s))
        ),
    ),
    (
        "S = U W; multiclass_hinge(S, [2, 0, 1], c)·x + svm(S, 1)·y + logsumexp(S)·x + sum(softmax(S)^2 ⊙ y)",
        lambda v: (
            hinges(s := v["U"] @ v["W"], [2, 0, 1], v["c"]) @ v["x"]
            + hinges(s, [1, 1, 1], 1) @ v["y"]
            + anp.log(anp.sum(anp.exp(s), axis=1)) @ v["x"]
            + anp.sum(anp.exp(logs_of_rows(s)) ** 2 * v["y"])
        ),
    ),
    (
        "sum(Q, 0)[2]·mean(Q, 2)[1, :5] + sum(sum(U, -2)^2) + mean(V, 1)·mean(V, -1)",
        lambda v: (
            anp.sum(v["Q"], axis=0)[2] @ anp.mean(v["Q"], axis=2)[1, :5]
            + anp.sum(anp.sum(v["U"], axis=-2) ** 2)
            + anp.sum(anp.mean(v["V"], axis=1) ** 2)
        ),
    ),
    (
        "sum(conv2d(P, flip(K))^2) + flip(x)·y + sum(flip(F)^3 ⊙ F)",
        lambda v: (
            anp.sum(conv2d(v["P"][None], v["K"][None, None, ::-1, ::-1], 1, 0) ** 2)
            + v["x"][::-1] @ v["y"]
            + anp.sum(v["F"][:, :, ::-1, ::-1] ** 3 * v["F"])
        ),
    ),
    ("f(u) = u^2 + c; sum(f(x)) f(c)", lambda v: anp.sum(v["x"] ** 2 + v["c"]) * (v["c"] ** 2 + v["c"])),
]


@pytest.mark.parametrize(("program", "function"), PROGRAMS, ids=[program for program, _ in PROGRAMS])
def test_whole_programs_against_autograd(program, function):
    trace = run(program, {name: frozen(value) for name, value in VALUES.items()})
    np.testing.assert_allclose(trace.last.value(trace.graph.output), function(VALUES), rtol=1e-12)
    expected = autograd.grad(function)(VALUES)
    for name in trace.graph.inputs:
        np.testing.assert_allclose(trace.last.gradient(name), expected[name], rtol=1e-10, atol=1e-12)


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
    "erf(x y) erf(x/y)",
    "gelu(x - 2 y)",
]
SYMPY_WORDS = {"ln": sympy.log, "arctan": sympy.atan, "e": sympy.E}
SYMPY_WORDS |= {"gelu": lambda x: x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2}
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

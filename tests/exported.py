"""What tests of exported scripts share: programs that use every operation, trainings, running a script."""

import ast
import builtins
import json
import math
import symtable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from core.base.arrays import frozen
from core.passes.stepper import run
from core.training.settings import TrainingSettings

CASES = json.loads((Path(__file__).parent / "cases" / "lectures.json").read_text(encoding="utf-8"))
NEEDS_TORCH = pytest.mark.skipif(not find_spec("torch"), reason="PyTorch is not installed")
RNG = np.random.default_rng(3)
VALUES = {
    "x": RNG.normal(size=3),
    "y": RNG.normal(size=3),
    "b": RNG.normal(size=2),
    "W": RNG.normal(size=(2, 3)),
    "V": RNG.normal(size=(4, 2)),
    "U": RNG.normal(size=(3, 2)),
    "P": RNG.normal(size=(5, 6)),
    "Q": RNG.normal(size=(2, 5, 6)),
    "K": RNG.normal(size=(2, 3)),
    "M": RNG.normal(size=(2, 2, 3)),
    "N": RNG.normal(size=(3, 2, 2, 3)),
    "c": 0.7,
    "p": 0.3,
    "q": 0.6,
    "k": 1.0,
    "α": 0.3,
}
# every operation is in one of these, for numbers or arrays
PROGRAMS = [
    "(x·y) c / p - q",
    "sum(x ⊙ y / (1 + x^2)) + c^p + p^c + 2^c",
    "s = V tanh(W x + b); sum(s ⊙ s)",
    "x^T U b + sum((V W) x) + sum(U^T x ⊙ b) + sum(x b^T ⊙ U)",
    "‖W x + b‖^2 + c sum(W^2) + ‖c‖",
    "cross_entropy(V relu(W x + b), k) + cross_entropy(V b, 2)",
    "r = softmax(V b); -ln(r[1]) + c r·r + r[k]",
    "mean((x - y)^2) + max(x) + min(y) + |c| + mse(x, y) + mse(x, c)",
    "sum([x[0], c, 1, y[2]] ⊙ [1, 2, 3, 4])",
    "sum(W + b[0] + W[1]) + sum([x, y] ⊙ W)",
    "f(u) = u^2 + c; sum(f(x + y)) f(c) + f(2)",
    "bce(p, q) + bce_logits(c, p) + sum(bce_logits(x, p)) + bce(σ(c), 1) + hinge(c, q) + hinge(c, 1)",
    "leaky_relu(-c) + leaky_relu(-c, α) + elu(-c) + elu(-c, α) + silu(c) + softplus(c) + softsign(c)",
    "sum(clip(x, -0.5, p)) + max(c, p) + min(x[0], 0) + max(0, c)",
    "log2(c) + log10(c) + sqrt(c) + exp(-c) + sin(c) cos(c) tan(c) + arctan(c) + sinh(c) cosh(c)",
    "logsumexp(x) + sum(log_softmax(y)) + x[0] stop_gradient(c)",
    "c [c > p] + q [c < p] + [c ≥ p] p + [c ≤ 1] c + [c = p] + step(c) c + sign(c) c + sqrt(2)",
    "W x + b",
    "sum(affine(W, x, b)) + sum(affine(V, b, affine(V, b, [1, 2, 3, 4])))",
    "exp(2)",
    "sum(c x^T) + sum(c (x + y)^T W^T) + sum((x^T)^T)",
    "h = c; a′ = 2h; a′ α",
    "gelu(c) + selu(c) + selu(-p) + erf(p) + gelu(x)·selu(y) + hard_sigmoid(c) + hard_sigmoid(x)·erf(y)",
    "sum_except(y, 1) sum_except(softmax(V b), k)",
    "prod(x) prod(U) + l1(y) + l2(W) + elastic(x, c) + elastic(y) + l1(c) + argmax(x) c + prod(c)",
    "nll(softmax(V b), k) + nll(softmax(y), 2) + multiclass_hinge(V b, k) + multiclass_hinge(y, 1, c)",
    "squared_error(x, y) + squared_error(x, c) + hinge(c, q, p) + hinge(-c, 1, 2) + perceptron(-c, q)",
    "huber(c, p) + sum(huber(x, 2 y, 0.5)) + huber(c, -2, α) + sum(huber(x, c))",
    "z = concat(x, c, 2, y); sum(z^2) + z[1:3]·z[3:5] + sum(concat(U, V)^2) + sum(concat([1, 2], b^2))",
    "sum(W[:, 1:3]^2) + sum(W[1:]) + c W[0, 1:]·x[:2] + ([1, 2, 3][1:] · b) + sum(Q[1:, 2:4]^2)",
    "sum(reshape(W, [3, 2]) ⊙ U) + flatten(U)·flatten(W) + sum(reshape(x, 3) ⊙ y) + flatten(c)·flatten(p)",
    "onehot(k, 4)·(V b) + sum(positional_encoding(x, 2)) c + positional_encoding(c, 3)[1]",
    "sum(dropout(x, 0.5, 3) ⊙ y) + dropout(c, 0.2, 1) + dropout(p, 0.9, 2) + c sum(dropout([1, 2]))",
    "S = U W; cross_entropy(S, [0, 2, 1])·x + cross_entropy(S, 1)·y + nll(softmax(S), k)·x + argmax(S)·x",
    "S = U W; svm(S, [2, 0, 1], c)·x + svm(S, k)·y + svm(S, [0, 1, 1], 0.5)·y + logsumexp(S)·x",
    "S = U W + y; sum(log_softmax(S), 0)·x + mean(sum(S ⊙ x, 1)) + mean(Q, -1)[1]·mean(Q, 2)[0]",
    "sum(conv2d(P, flip(K))^2) + flip(x)·y + sum(conv2d(Q, flip(N))^2) + sum(flip(flip(U)) ⊙ U)",
    "sum(conv2d(P, K)^2) + sum(conv2d(P, M, 2, 1)^2) + sum(conv2d(Q, M, 1, 1)^2) + sum(conv2d(Q, N, 2)^2)",
    "sum(conv2d(P, reshape(M, [2, 1, 2, 3]))^2) + sum(conv2d(reshape(P, [1, 5, 6]), K, 2)^2)",
    "sum(maxpool(P)^2) + sum(maxpool(Q, 3, 1)^2) + sum(avgpool(P, 3)^2) + sum(avgpool(Q, 2, 1)^2)",
]
EDGES = [
    ("1/x", {"x": 0.0}),
    ("sqrt(x) y", {"x": 0.0, "y": 0.0}),
    ("relu(x) + |x| + max(x, 0)", {"x": 0.0}),
    ("clip(x, 0, 2) + clip(y, a, b) + 2 clip(z, a, b)", {"x": 0.0, "y": 1.0, "z": 3.0, "a": 1.0, "b": 3.0}),
    ("elu(x, α) + leaky_relu(x, α) + max(x, y) - 2 min(x, y)", {"x": 0.0, "y": 0.0, "α": 0.5}),
    ("f(u) = 1/u; x f(0)", {"x": 1.0}),
    ("x^y", {"x": -8.0, "y": 1 / 3}),
    ("stop_gradient(x)", {"x": 2.0}),
    ("step(x)", {"x": 2.0}),
    ("x", {"x": np.inf}),
    ("selu(x) + hard_sigmoid(3 - y) + perceptron(x, 1)", {"x": 0.0, "y": 0.0}),
    ("l1(x) + elastic(x, c) + prod(x)", {"x": [0.0, 2.0], "c": 1.5}),
    ("prod(x)", {"x": [0.0, 0.0, 3.0]}),
    ("multiclass_hinge(s, k) + hinge(t, 1)", {"s": [1.0, 2.0, 0.5], "k": 1.0, "t": 1.0}),
    ("huber(y, t, δ)", {"y": 2.0, "t": 1.0, "δ": 1.0}),
    ("sum(maxpool(x)^2)", {"x": [[1.0, 1.0, 0.0], [1.0, 0.5, 2.0]]}),
    ("sum(maxpool(conv2d(x, w), 2, 1)^2)", {"x": np.zeros((4, 4)), "w": np.ones((2, 2))}),
]


def values_of(values):
    return {key: frozen(value) for key, value in values.items()}


def trace_of(program, values=VALUES):
    return run(program, values_of(values))


TRACES = [(program, VALUES) for program in PROGRAMS] + EDGES
TRACES += [(case["program"], case["values"]) for case in CASES]


def titled(part):
    return part.replace("\n", "; ")[:60] if isinstance(part, str) else ""


SOFTMAX = "s = W x + b\nL = cross_entropy(s, k)"
IRIS = TrainingSettings("program", "iris", samples=30, optimizer="adam", rate=0.01, batch=8)


TRAININGS = {
    "signs": (TrainingSettings(samples=40, hidden=(4, 2)), "", {}),
    "classes": (
        TrainingSettings(data="spiral3", samples=60, activation="leaky_relu", optimizer="rmsprop"),
        "",
        {},
    ),
    "digits": (
        TrainingSettings(data="digits", samples=50, hidden=(12,), activation="relu", optimizer="adam"),
        "",
        {},
    ),
    "regression": (
        TrainingSettings(
            data="plane", samples=40, activation="elu", regularisation="l2", l2_rate=0.2, optimizer="adamw"
        ),
        "",
        {},
    ),
    "one feature": (
        TrainingSettings(data="sine", samples=40, activation="silu", optimizer="adagrad"),
        "",
        {},
    ),
    "momentum": (
        TrainingSettings(samples=40, activation="softplus", momentum=0.9, test_percent=0, batch=7),
        "",
        {},
    ),
    "playground": (TrainingSettings(samples=40, activation="linear", optimizer="playground"), "", {}),
    "numbers": (TrainingSettings("program", "gauss", 40), "y = σ(w1 x1 + w2 x2 + b); L = bce(y, t)", {}),
    "scores": (TrainingSettings("program", "gauss", 40), "s = w·x + b; L = bce_logits(s, t) + λ ‖w‖^2", {}),
    "hinge": (
        TrainingSettings("program", "gauss", 40),
        "s = w·[x1, x2, 1]; L = hinge(s, t)",
        {"w": np.ones(3)},
    ),
    "one-hot": (
        TrainingSettings("program", "iris", 40),
        "p = softmax(W x + b); L = -sum(t ⊙ ln(p)) + mse(p, t) + max(p) c - norm(p)",
        {"W": np.ones((3, 4)) / 9, "b": np.zeros(3), "t": np.zeros(3), "c": 0.1},
    ),
    "softmax": (IRIS, "p = softmax(W x + b); L = -ln(p[k])", {"W": np.ones((3, 4)) / 9, "b": np.zeros(3)}),
    "image": (
        TrainingSettings("program", "digits", 40),
        "h = sum(tanh(A x + B) ⊙ C) + (u x)·v + mean(x); s = h w; L = cross_entropy(s, k)",
        {
            "x": np.zeros((8, 8)),
            "A": RNG.normal(size=(8, 8)) / 9,
            "B": np.zeros((8, 8)),
            "C": RNG.normal(size=(8, 8)) / 9,
            "u": RNG.normal(size=8),
            "v": RNG.normal(size=8),
            "w": RNG.normal(size=10),
        },
    ),
    "batches of all": (
        TrainingSettings("program", "gauss", 40, rate=1e-7),
        "a = W x; B = a x^T; d = x·x + a·a; e = B x + x B + (B^T B) x;"
        "L = (d + sum(e) + c - t)^2 + sum(B ⊙ [x, a]) + sum([a[0], 1, c] ⊙ [1, 2, 3]) + W[0]·x + x·W[1]"
        "+ outer(x, x)[0, 1] + logsumexp(a) sum(log_softmax(a)) + sum(d) + max(a) + min(a) + x[k]"
        "+ mean(d) W[1, 0] + max(d) c + min(d) c + sum(affine(W, x, [c, 1])) + sum(affine(B, x, a))"
        "+ ‖d‖ c + mse(x, a) + mse(d, c) + bce(σ(d), σ(c)) + sum(clip(a, -1, c)) + min(B)"
        "+ x[[t > 0]] + [1, 2][[t > 0]] c + cross_entropy(x, 1) + cross_entropy(x, k)"
        "+ cross_entropy([c, 1], [t > 0])",
        {"W": RNG.normal(size=(2, 2)) / 3, "c": 0.1, "k": 1.0},
    ),
    "convolution": (
        TrainingSettings("program", "digits", 40, rate=0.01),
        "h = maxpool(relu(conv2d(x, W, 1, 1) + b)); a = dropout(flatten(h), 0, 3);"
        "s = U a + c a[1:11]; L = cross_entropy(s, k) + λ l2(U) + c mean(W[0, 0] ⊙ x[2:5, 1:4])",
        {
            "x": np.zeros((8, 8)),
            "W": RNG.normal(size=(3, 3, 3)) / 9,
            "b": np.zeros((3, 1, 1)),
            "U": RNG.normal(size=(10, 48)) / 9,
            "c": 0.1,
        },
    ),
    "sum": (
        TrainingSettings("program", "gauss", 40, rate=0.001, reduction="sum"),
        "y = w·x + b; L = (y - t)^2",
        {},
    ),
    "perceptron": (TrainingSettings("program", "gauss", 40, optimizer="rosenblatt"), "y = step(w·x + b)", {}),
    "adaline": (
        TrainingSettings("program", "gauss", 40, optimizer="delta"),
        "s = w·x + b; y = step(s); L = |t - y|",
        {},
    ),
    "no data": (TrainingSettings("program", "none"), "(w1 - 3)^2 + (w2 + 1)^2 w1^2", {"w1": 1.0, "w2": 1.0}),
}


HOSTILE = [
    'x y # """\nimport os',
    "x y # '''\u2028import os; os.system('false')",
    "x y # \\\x0cimport os\r\x85import os",
    "x y # {x} %s \\N{DIGIT ONE} \u202e",
]


def executed(text):
    """A NumPy script's values and gradients and what it printed; run here, to be quick."""
    printed_lines = []
    space = {"print": lambda *words: printed_lines.append(" ".join(map(str, words))), "__name__": "script"}
    with np.errstate(all="ignore"):
        exec(compile(text, "script", "exec"), space)
    return space["values"], space["gradients"], printed_lines


def under_torch(text):
    """The lines a script prints."""
    import torch

    usual, lines = torch.get_default_dtype(), []
    space = {"print": lambda *words: lines.append(" ".join(map(str, words))), "__name__": "__main__"}
    try:
        exec(compile(text, "net.py", "exec"), space)
    finally:
        torch.set_default_dtype(usual)
    return lines


def unknown_names(text):
    """The names that a script uses and nowhere defines or imports, and those that math or NumPy lack."""
    module = symtable.symtable(text, "script.py", "exec")
    waiting, known, used = [module], {*dir(builtins), "__name__"}, set()
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        for symbol in table.get_symbols():
            if table is module and (symbol.is_assigned() or symbol.is_imported()):
                known.add(symbol.get_name())
            if symbol.is_global() or (table is module and symbol.is_referenced()):
                used.add(symbol.get_name())
    modules = {"math": math, "np": np}
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(ast.Name("math" | "np" as called), attribute):
                if not hasattr(modules[called], attribute):
                    used.add(f"{called}.{attribute}")
    return used - known

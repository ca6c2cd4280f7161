"""Losses: a prediction and a target make one number."""

from collections.abc import Sequence

from core.arrays import Shape, describe, joined_shape
from core.errors import Problem
from core.ops.base import elementwise, structural


def _scores(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    if len(shapes[0]) != 1 or shapes[1]:
        raise Problem(
            f"cross_entropy takes a vector of scores and the number of the true class; "
            f"{describe(names[0], shapes[0])} and {describe(names[1], shapes[1])}"
        )
    return ()


def _pairs(names: Sequence[str], shapes: Sequence[Shape]) -> Shape:
    joined_shape(names, shapes)
    return ()


cross_entropy = structural(
    "cross_entropy",
    "−ln softmax",
    "logsumexp(s) - pick(s, k)",
    inputs="s k",
    shape=_scores,
    test_shapes=[(4,), ()],
    domain={"k": (2.0, 2.0)},
    stands_for="-log(softmax(s)[k])",
    s="g * (softmax(s) - onehot(k, s))",
    says="Probabilities minus the one-hot truth: p − y.",
)
mse = structural(
    "mse",
    "MSE",
    "mean(power(y - t, 2))",
    inputs="y t",
    shape=_pairs,
    test_shapes=[(3,), (3,)],
    stands_for="mean((y - t)^2)",
    y="(2 * g / size(y - t)) * (y - t)",
    t="(2 * g / size(y - t)) * (t - y)",
    says="Twice the error, shared among the entries.",
)
bce = elementwise(
    "bce",
    "BCE",
    "-(t * max(log(p), -100) + (1 - t) * max(log(1 - p), -100))",
    p="(p - t) / max(p * (1 - p), 1e-12)",
    shows={"p": "(p - t) / (p * (1 - p))"},
    t="log((1 - p) / p)",
    domain={"p": (0.1, 0.9), "t": (0.1, 0.9)},
    stands_for="-(t log(p) + (1 - t) log(1 - p))",
    says="The error p − t, divided by the variance p(1 − p) of the prediction.",
    kink=("p * (1 - p) = 0", "−∞", "∞", "(p − t)/10⁻¹²"),
)
bce_logits = elementwise(
    "bce_logits",
    "BCE",
    "max(z, 0) - z * t + logaddexp(0, -abs(z))",
    z="1 / (1 + exp(-z)) - t",
    t="-z",
    stands_for="-(t log(sigmoid(z)) + (1 - t) log(1 - sigmoid(z)))",
    says="Prediction minus target: σ(z) − t.",
)
hinge = elementwise(
    "hinge",
    "hinge",
    "max(1 - t * y, 0)",
    y="-(t * [t * y < 1])",
    t="-(y * [t * y < 1])",
    domain={"t": (0.5, 1.0)},
    stands_for="max(0, 1 - t y)",
    says="Inside the margin the gradient is −t; beyond it nothing passes.",
    kink=("t * y = 1", "−t", "0", "0"),
)

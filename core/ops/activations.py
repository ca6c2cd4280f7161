"""Activations, entry by entry: each states its local derivative."""

from __future__ import annotations

from core.ops.declarations import elementwise
from core.ops.facts import SATURATED, Learning, Look, kinked

sigmoid = elementwise(
    "sigmoid",
    "σ",
    "1 / (1 + exp(-x))",
    also="σ logistic",
    x="out * (1 / (1 + exp(x)))",
    shows={"x": "out * (1 - out)"},
    stands_for="1 / (1 + exp(-x))",
    saturates=SATURATED,
    says="The slope σ(1 − σ) is largest at 0, where it is 1/4, and vanishes where σ saturates.",
    look=Look(circle="σ", form="σ({x})"),
    learning=Learning(squashes_to="probability", activation="Sigmoid"),
    onnx="Sigmoid",
    torch="torch.sigmoid(x)",
)
tanh = elementwise(
    "tanh",
    "tanh",
    "tanh(x)",
    x="1 - out^2",
    stands_for="(exp(2 x) - 1) / (exp(2 x) + 1)",
    saturates=SATURATED,
    says="Near 0 the gradient passes almost whole; where tanh saturates, almost nothing passes.",
    learning=Learning(squashes_to="sign", activation="Tanh"),
)
relu = elementwise(
    "relu",
    "ReLU",
    "max(x, 0)",
    also="ReLU",
    x="[x > 0]",
    stands_for="max(0, x)",
    learning=Learning(gain=2.0, activation="ReLU"),
    says="A gate: the gradient passes where the input is positive and stops elsewhere.",
    kink=kinked("x = 0", "0", "1", "0", says="ReLU at 0: 0"),
    onnx="Relu",
)
leaky_relu = elementwise(
    "leaky_relu",
    "LReLU",
    "max(x, 0) + α * min(x, 0)",
    x="[x > 0] + α * [x ≤ 0]",
    α="min(x, 0)",
    defaults={"α": 0.01},
    stands_for="max(0, x) + α min(0, x)",
    learning=Learning(gain=2.0, activation="Leaky ReLU"),
    says="A positive input passes the whole gradient, a negative one the part set by the second argument.",
    kink=kinked(
        "[x = 0] * (1 - [α = 1]) = 1", "α", "1", "α", says="leaky ReLU at 0: α, the slope on the left", α=0.2
    ),
    look=Look(with_constant={"α": "LReLU"}),
    torch="F.leaky_relu(x, α)",
)
elu = elementwise(
    "elu",
    "ELU",
    "max(x, 0) + α * (exp(min(x, 0)) - 1)",
    x="[x > 0] + α * exp(min(x, 0)) * [x ≤ 0]",
    α="exp(min(x, 0)) - 1",
    defaults={"α": 1.0},
    stands_for="max(0, x) + α (exp(min(0, x)) - 1)",
    learning=Learning(gain=2.0, activation="ELU"),
    says="The slope is 1 for a positive input and falls off exponentially for a negative one.",
    kink=kinked(
        "[x = 0] * (1 - [α = 1]) = 1",
        "α",
        "1",
        "α",
        says="ELU at 0, where α is not 1: α, the slope on the left",
        α=0.2,
    ),
    look=Look(with_constant={"α": "ELU"}),
    torch="F.elu(x, α)",
)
silu = elementwise(
    "silu",
    "SiLU",
    "x / (1 + exp(-x))",
    also="swish",
    x="(1 + x / (1 + exp(x))) / (1 + exp(-x))",
    stands_for="x sigmoid(x)",
    learning=Learning(gain=2.0, activation="SiLU"),
    says="The input times its own sigmoid: the product rule gives the slope.",
    closed_forms={"x": "sigmoid(x) (1 + x (1 - sigmoid(x)))"},
    torch="F.silu(x)",
)
softplus = elementwise(
    "softplus",
    "softplus",
    "logaddexp(0, x)",
    x="1 / (1 + exp(-x))",
    stands_for="log(1 + exp(x))",
    learning=Learning(gain=2.0, activation="Softplus"),
    says="A smooth ReLU: its slope is the sigmoid of the input.",
    closed_forms={"x": "sigmoid(x)"},
    torch="F.softplus(x)",
)
softsign = elementwise(
    "softsign",
    "softsign",
    "x / (1 + abs(x))",
    x="1 / power(1 + abs(x), 2)",
    stands_for="x / (1 + |x|)",
    saturates=SATURATED,
    says="The slope falls off more slowly than that of tanh, so more gradient passes far from 0.",
    torch="F.softsign(x)",
)
gelu = elementwise(
    "gelu",
    "GELU",
    "x * (1 + erf(x / sqrt(2))) / 2",
    x="(1 + erf(x / sqrt(2))) / 2 + x * exp(-(x^2) / 2) / sqrt(2 * π)",
    stands_for="x (1 + erf(x / sqrt(2))) / 2",
    learning=Learning(gain=2.0),
    says="The input times the chance that a normal number lies below it: the product rule gives the slope.",
    torch="F.gelu(x)",
)
selu = elementwise(
    "selu",
    "SELU",
    "1.0507009873554805 * (max(x, 0) + 1.6732632423543772 * (exp(min(x, 0)) - 1))",
    x="1.0507009873554805 * ([x > 0] + 1.6732632423543772 * exp(min(x, 0)) * [x ≤ 0])",
    stands_for="1.0507009873554805 elu(x, 1.6732632423543772)",
    learning=Learning(gain=1.0),
    says="An ELU scaled so that layers keep mean 0 and variance 1.",
    kink=kinked(
        "x = 0",
        "1.0507009873554805 * 1.6732632423543772",
        "1.0507009873554805",
        "1.758",
        says="SELU at 0: 1.758, the slope on the left, as PyTorch computes; "
        "its rule would take the smaller, 1.051",
    ),
    torch="F.selu(x)",
)
hard_sigmoid = elementwise(
    "hard_sigmoid",
    "hard σ",
    "min(max(x / 6 + 1 / 2, 0), 1)",
    x="[x > -3] * [x < 3] / 6",
    stands_for="min(max(x/6 + 1/2, 0), 1)",
    saturates=SATURATED,
    says="A sigmoid of three straight lines: the slope is 1/6 from −3 to 3 and 0 beyond.",
    kink=kinked(
        "(x + 3) * (x - 3) = 0", "[x > 0] / 6", "[x < 0] / 6", "0", says="hard sigmoid at −3 and 3: 0", x=3
    ),
    look=Look(word="hard sigmoid"),
    torch="F.hardsigmoid(x)",
)

"""Programs to begin with, with the numbers that lectures give them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from core.graph.typed_value import read_value
from core.project.document import Document


class Example(Struct, frozen=True):
    """A program with its values as they are typed, and what it shows in one sentence."""

    title: str
    says: str
    text: str
    values: Mapping[str, str] = {}

    @property
    def document(self) -> Document:
        """The program and its values as a document."""
        return Document(self.text, {name: read_value(text, name) for name, text in self.values.items()})


EXAMPLES = (
    Example(
        "Product of a sum",
        "A sum hands its gradient on to both inputs, a product exchanges its inputs.",
        "q = x + y; f = q z",
        {"x": "-2", "y": "5", "z": "-4"},
    ),
    Example(
        "A sigmoid neuron in small operations",
        "Every operation of the sigmoid with its own local derivative.",
        "f = 1/(1 + exp(-(w0 + w1 x1 + w2 x2)))",
        {"w0": "-3", "w1": "2", "x1": "-1", "w2": "-3", "x2": "-2"},
    ),
    Example(
        "A neuron with vectors",
        "The same neuron as one inner product: σ(w·x + b).",
        "g = w·x + b; f = σ(g)",
        {"w": "[2, -3]", "x": "[-1, -2]", "b": "-3"},
    ),
    Example(
        "Two layers, one number each",
        "The chain rule as a product of local derivatives: 5 · 1 · 2 · 8 = 80.",
        "f = w1 x; g = max(0, f); h = w2 g; L = 1/2 (h - y)^2",
        {"w1": "1", "x": "5", "w2": "2", "y": "2"},
    ),
    Example(
        "Logistic regression",
        "The gradient of the cross-entropy at the scores is p − y.",
        "z = w·x + b; p = σ(z); L = -(y log(p) + (1 - y) log(1 - p))",
        {"w": "[1, -2]", "x": "[2, 0.5]", "b": "0.5", "y": "1"},
    ),
    Example(
        "Chain rule of one variable",
        "ln(x²) has the derivative 2/x.",
        "u = x^2; z = ln(u)",
        {"x": "3"},
    ),
    Example(
        "Two paths from one input",
        "The gradients of both paths meet at u and add up.",
        "v = u^2; w = 3 u; z = v w",
        {"u": "2"},
    ),
    Example(
        "Squared error of a layer",
        "The weights' gradient is an outer product, δ xᵀ.",
        "h = W x + b; L = 1/2 sum((h - t)^2)",
        {"W": "[[0.5, -1], [1, 2]]", "x": "[1, 2]", "b": "[0, 0.5]", "t": "[0, 1]"},
    ),
    Example(
        "Softmax and cross-entropy",
        "Probabilities, and the loss of the true class; the gradient at the scores is p − y.",
        "p = softmax(s); L = -log(p[0])",
        {"s": "[3.2, 5.1, -1.7]"},
    ),
    Example(
        "A net with a hidden layer",
        "Its units in columns, with the weights on the arrows.",
        "h = tanh(W1 x + b1); y = σ(W2 h + b2); L = 1/2 (y - t)^2",
        {
            "W1": "[[0.5, -1], [1, 0.5], [-0.5, 1]]",
            "x": "[1, -1]",
            "b1": "[0, 0.1, -0.1]",
            "W2": "[[1, -1, 0.5]]",
            "b2": "[0.2]",
            "t": "[1]",
        },
    ),
    Example(
        "Weight decay",
        "A penalty adds its own gradient, 2λw, to that of the loss.",
        "L = 1/2 (w x - t)^2 + λ w^2",
        {"w": "2", "x": "1.5", "t": "1", "λ": "0.1"},
    ),
    Example(
        "A residual block",
        "The gradient takes the short way past the layers, too.",
        "y = x + W2 max(0, W1 x); L = sum(y^2)",
        {"W1": "[[1, -1], [0.5, 1]]", "W2": "[[0.5, 0], [1, -0.5]]", "x": "[1, 2]"},
    ),
)

"""Programs to begin with that are no scenes yet."""

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
        "Logistic regression",
        "The gradient of the cross-entropy at the scores is p − y.",
        "z = w·x + b; p = σ(z); L = -(y log(p) + (1 - y) log(1 - p))",
        {"w": "[1, -2]", "x": "[2, 0.5]", "b": "0.5", "y": "1"},
    ),
    Example(
        "Squared error of a layer",
        "The weights' gradient is an outer product, δ xᵀ.",
        "h = W x + b; L = 1/2 sum((h - t)^2)",
        {"W": "[[0.5, -1], [1, 2]]", "x": "[1, 2]", "b": "[0, 0.5]", "t": "[0, 1]"},
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
        "A residual block",
        "The gradient takes the short way past the layers, too.",
        "y = x + W2 max(0, W1 x); L = sum(y^2)",
        {"W1": "[[1, -1], [0.5, 1]]", "W2": "[[0.5, 0], [1, -0.5]]", "x": "[1, 2]"},
    ),
)

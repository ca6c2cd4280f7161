"""What training settings may be: the names of what is chosen, each with its title, and the reading of tables.

What loads NumPy is loaded when it is asked for: a file with the usual settings is opened without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.base.errors import Problem, cut
from core.graph.json_values import MOST_NAMES, name_from
from core.notation.lexer import MAX_NAME

NETWORK, PROGRAM = "network", "program"  # what is trained
NO_DATA = "none"  # chosen in the place of a data set
REDUCTIONS = ("mean", "sum")
NONE = "none"  # no regularisation, no clipping
L1 = "l1"
L2 = "l2"
ELASTIC, MAX_NORM = "elastic", "max_norm"
BY_VALUE, BY_NORM = "value", "norm"
CONSTANT, STEPS, COSINE, RECIPROCAL = "constant", "step", "cosine", "1/t"
MAX_LAYERS, MAX_UNITS = 6, 512
MOST_FEATURES, LONGEST_FEATURE = 16, 200


def trained() -> Mapping[str, str]:
    return {NETWORK: "a network", PROGRAM: "the typed program"}


def reductions() -> Mapping[str, str]:
    return {name: name for name in REDUCTIONS}


def data_sets() -> Mapping[str, str]:
    from core.data.datasets import DATASETS
    from core.data.table import OWN

    named = {name: source.title for name, source in DATASETS.items()}
    return named | {OWN: "own data", NO_DATA: "none"}


def activations() -> Mapping[str, str]:
    from core.training.activations import ACTIVATIONS

    return {name: activation.title for name, activation in ACTIVATIONS.items()}


def optimizers() -> Mapping[str, str]:
    from core.training.optimizers import OPTIMIZERS

    return {name: rule.title for name, rule in OPTIMIZERS.items()}


def first_weights() -> Mapping[str, str]:
    from core.training.initial import DISTRIBUTIONS

    return {name: drawn.title for name, drawn in DISTRIBUTIONS.items()}


def penalties() -> Mapping[str, str]:
    return {NONE: "none", L1: "L1", L2: "L2", ELASTIC: "elastic net: L1 and L2", MAX_NORM: "max-norm"}


def clippings() -> Mapping[str, str]:
    return {NONE: "none", BY_VALUE: "each entry", BY_NORM: "the norm"}


def schedules() -> Mapping[str, str]:
    return {CONSTANT: "constant", STEPS: "in steps", COSINE: "cosine", RECIPROCAL: "1/t"}


def hidden(value: Any) -> tuple[int, ...]:
    sizes = value if isinstance(value, list) else None
    if (
        sizes is None
        or len(sizes) > MAX_LAYERS
        or any(type(n) is not int or not 1 <= n <= MAX_UNITS for n in sizes)
    ):
        raise Problem(f"Hidden layers: up to {MAX_LAYERS} whole numbers from 1 to {MAX_UNITS}")
    return tuple(sizes)


def activation(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_NAME:
        raise Problem("The training's activation must be a text")
    known = activations()
    for name in value.split() or [value]:
        if name not in known:
            raise unknown("activation", name, known)
    return value


def features(value: Any) -> tuple[str, ...]:
    if (
        not isinstance(value, list)
        or len(value) > MOST_FEATURES
        or any(type(text) is not str or len(text) > LONGEST_FEATURE for text in value)
    ):
        raise Problem(f"Features: up to {MOST_FEATURES} formulas of at most {LONGEST_FEATURE} characters")
    return tuple(value)


def table(value: Any) -> Any:
    from core.data.table import table_from

    return table_from(value)


def roles(value: Any) -> dict[str, str]:
    from core.training.roles import CHOICES

    if not isinstance(value, dict) or len(value) > MOST_NAMES:
        raise Problem("The training's roles must be a table of names")
    found = {name_from(name): role for name, role in value.items()}
    for name, role in found.items():
        if role not in CHOICES:
            raise Problem(
                f"The role of {cut(name)} is {quoted(role)}, which does not exist",
                hint=f"In the file, set it to one of: {', '.join(CHOICES)}",
            )
    return found


def unknown(name: str, value: Any, known: Iterable[str]) -> Problem:
    """The problem that a file chooses for a setting what does not exist."""
    hint = f'In the file, set "{name}" of "lab" to one of: {", ".join(known)}'
    return Problem(f"The training's {name} is {quoted(value)}, which does not exist", hint=hint)


def quoted(value: Any) -> str:
    """A word of a file in quotation marks; of one that cannot be printed only that it is there."""
    return f"'{cut(value)}'" if isinstance(value, str) and value.isprintable() else "something else"

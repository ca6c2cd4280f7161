"""A training asked for on a line of JSON; `training_report` runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from msgspec import Struct

from core.base.arrays import Array, Value
from core.base.errors import Problem, cut
from core.graph.json_values import name_from, value_from, values_from
from core.service.request import Parts, parts_from
from core.training.batches import Shuffled
from core.training.optimizers import rule_of
from core.training.trainer_options import MEAN, TrainerOptions

MOST_STEPS = 1_000_000
EXAMPLE = '{"program": "(w - 3)^2", "values": {"w": 1}, "steps": 10, "optimizer": {"name": "sgd", "lr": 0.1}}'
PARTS: Parts = {
    "program": (str, "a text"),
    "values": (dict, "a table of names and values"),
    "parameters": (list, "a list of names"),
    "data": (dict, "a table of names and lists, an entry for each example"),
    "steps": (int, f"a whole number from 0 to {MOST_STEPS:,}"),
    "optimizer": (dict, 'a table, such as {"name": "sgd", "lr": 0.1}'),
    "batches": ((list, dict), 'a list of mini-batches, or {"size": 5, "seed": 0}'),
    "reduction": (str, '"mean" or "sum"'),
    "nodes": (list, "a list of names"),
}
SHUFFLED = {"size": 1, "seed": 0}  # the parts of shuffled mini-batches, and the least of each
NOT_SHUFFLED = 'Shuffled mini-batches are {"size": 5, "seed": 0}: whole numbers, the size 1 or more'


class TrainingRequest(Struct, frozen=True):
    """A program, the values it starts from, and how it is to be trained.

    `data` has for each name its examples along the first axis. Without `parameters` all names are learned
    that take no data and are no constants by convention, or these where nothing else is left. Without `nodes`
    those that the program computes and names are reported.
    """

    program: str
    values: Mapping[str, Value]
    data: Mapping[str, Array]
    steps: int
    options: TrainerOptions
    parameters: tuple[str, ...] = ()
    nodes: tuple[str, ...] | None = None
    typed: Mapping[str, str] = {}


def training_from(text: str) -> TrainingRequest:
    """The training a line of JSON asks for. Raises Problem."""
    found = parts_from(text, PARTS, EXAMPLE)
    if "steps" not in found:
        raise Problem('The request has no "steps"', hint="Say how many updates are to be made")
    if not 0 <= found["steps"] <= MOST_STEPS:
        raise Problem(f'"steps" must be {PARTS["steps"][1]}')
    if found.get("parameters") == []:
        raise Problem('"parameters" names nothing to learn', hint="Leave it out to learn all there is")
    values = values_from(found.get("values", {}))
    data = _data(found.get("data", {}))
    spellings = {name_from(name): name for name in found.get("data", {})}
    optimizer, hyper = _rule(found.get("optimizer", {}))
    return TrainingRequest(
        found["program"],
        values,
        data,
        found["steps"],
        TrainerOptions(
            optimizer,
            hyper,
            batches=_batches(found.get("batches"), next(map(len, data.values()), 1)),
            reduction=found.get("reduction", MEAN),
        ),
        tuple(name_from(name) for name in found.get("parameters", [])),
        tuple(name_from(name) for name in found["nodes"]) if "nodes" in found else None,
        spellings | dict(zip(values, found.get("values", {}), strict=True)),
    )


def _data(table: Mapping[str, Any]) -> dict[str, Array]:
    for name, plain in table.items():
        if not isinstance(plain, list) or not plain:
            raise Problem(f"The data of {cut(name)} are a list with an entry for each example")
    found = {name: np.asarray(value) for name, value in values_from(table).items()}
    lengths = {name: len(array) for name, array in found.items()}
    if len({*lengths.values()}) > 1:
        said = " and ".join(f"{name} has {length:,}" for name, length in list(lengths.items())[:8])
        raise Problem(f"All data have the same number of examples; {said}")
    return found


def _rule(table: Mapping[str, Any]) -> tuple[str, dict[str, float]]:
    name = table.get("name", "sgd")
    if not isinstance(name, str):
        raise Problem("The name of an optimizer is a text, such as sgd")
    rule = rule_of(name)
    numbers = {key: _hyperparameter(key, plain) for key, plain in table.items() if key != "name"}
    rule(**numbers)
    return name, numbers


def _hyperparameter(name: str, plain: Any) -> Any:
    is_number = isinstance(plain, int | float) and not isinstance(plain, bool)
    return value_from(plain, cut(name)) if is_number else plain


def _batches(plain: Any, count: int) -> Sequence[Sequence[int]] | Shuffled:
    """The mini-batches; all examples at each step where nothing is said."""
    if plain is None:
        return [range(count)]
    if isinstance(plain, dict):
        given = {"seed": 0, **plain}
        if given.keys() != SHUFFLED.keys() or not all(
            _whole(given[key], low) for key, low in SHUFFLED.items()
        ):
            raise Problem(NOT_SHUFFLED)
        return Shuffled(**given)
    if not plain:
        raise Problem('"batches" has no mini-batch', hint="Leave it out to use all examples at each step")
    batches: Sequence[Sequence[int]] = plain
    for rows in batches:
        if not isinstance(rows, list) or not rows or not all(_whole(row, 0) and row < count for row in rows):
            raise Problem(f"A mini-batch is a list of examples' numbers, 0 to {count - 1:,}")
    return batches


def _whole(plain: Any, least: int) -> bool:
    return type(plain) is int and plain >= least

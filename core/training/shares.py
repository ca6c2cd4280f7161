"""Whose gradient: what each sample of a mini-batch gives, and how the gradient of the batch is made of it.

shares            the gradients of a batch's samples at a node, and what the trainer makes of them
batch_gradients   the gradients of the next mini-batch at all nodes
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from core.base.arrays import Array, Value, frozen
from core.base.errors import Problem
from core.graph.plan import make_plan
from core.passes.stepper import record
from core.training.engines import Feed
from core.training.trainer import Trainer
from core.training.trainer_options import SUM

MOST_SAMPLES = 256


class Shares(Struct, frozen=True):
    """The gradient of a mini-batch at a node, as it is made of those of its samples.

    rows     the numbers of the samples among those that are trained on
    each     for every sample its own gradient, of shape (samples, *shape of the node)
    total    their sum
    divisor  by what that is divided: how many there are, or 1 where the losses of a batch are added
    whole    the quotient: of a parameter what the trainer takes, to the last bit
    penalty  what regularisation adds to it before the update; 0 where it does not reach
    """

    node: str
    rows: tuple[int, ...]
    each: Array
    total: Value
    divisor: int
    whole: Value
    penalty: Value


def shares(trainer: Trainer, node: str, rows: Sequence[int] | None = None) -> Shares:
    """Find what the samples of a mini-batch give to the gradient of a node, at the weights as they are.

    Args:
        trainer: it is not changed.
        node: one of its graph.
        rows: the samples; those of the next mini-batch where they are not given. Without data there is one.

    Raises:
        Problem: there is no such node, nothing flows back to it, or there are more than 256 samples.
    """
    graph = trainer.graph.with_output(trainer.engines.objective)
    if node not in graph.nodes:
        raise Problem(f"{node} is not in the program")
    numbers = [int(row) for row in (trainer.coming if rows is None else rows)]
    if not 0 < len(numbers) <= MOST_SAMPLES:
        raise Problem(f"Gradients of single samples are told for 1 to {MOST_SAMPLES}, not {len(numbers):,}")
    plan, found = make_plan(graph), list[Array]()
    for row in numbers:
        gradient = record(plan, trainer.example(row)).last.gradient(node)
        if gradient is None:
            raise Problem(f"No gradient flows back to {node}")
        found.append(np.asarray(gradient))
    each = np.stack(found)
    total = each.sum(axis=0)
    divisor = 1 if trainer.options.reduction == SUM else len(numbers)
    whole = _taken(trainer, node, numbers) if node in trainer.roles.parameters else total / divisor
    return Shares(
        node, tuple(numbers), each, frozen(total), divisor, frozen(whole), frozen(_penalty(trainer, node))
    )


def batch_gradients(trainer: Trainer) -> dict[str, Value]:
    """The gradients of the next mini-batch at the weights as they are; of parameters those the trainer takes.

    Of other nodes they are the means of those of the samples, or their sums where the losses are added; they
    are left out of a mini-batch of more than 256 samples.
    """
    rows = [int(row) for row in trainer.coming]
    found = batch_gradients_of_parameters(trainer)
    if len(rows) > MOST_SAMPLES:
        return found
    graph = trainer.graph.with_output(trainer.engines.objective)
    plan = make_plan(graph)
    ends = [record(plan, trainer.example(row)).last for row in rows]
    divisor = 1 if trainer.options.reduction == SUM else len(rows)
    for name in graph.nodes:
        each = [gradient for end in ends if (gradient := end.gradient(name)) is not None]
        if name not in found and len(each) == len(rows):
            found[name] = frozen(np.stack([np.asarray(one) for one in each]).sum(axis=0) / divisor)
    return found


def batch_gradients_of_parameters(trainer: Trainer) -> dict[str, Value]:
    """What the trainer takes for the gradients of the next mini-batch."""
    taken = _all_taken(trainer, [int(row) for row in trainer.coming])
    return {name: frozen(gradient) for name, gradient in taken.items()}


def place_in_batch(trainer: Trainer, number: int) -> int | None:
    """The place of one of all examples in the next mini-batch, from 0; None if it is not in it."""
    rows = trainer.train_data.rows if trainer.train_data else None
    for place, row in enumerate(trainer.coming):
        if number == (int(row) if rows is None else int(rows[row])):
            return place
    return None


def _taken(trainer: Trainer, node: str, rows: Sequence[int]) -> Array:
    """The part of a parameter in the gradient that the trainer computes of these samples."""
    return _all_taken(trainer, rows)[node]


def _all_taken(trainer: Trainer, rows: Sequence[int]) -> dict[str, Array]:
    """The gradient that the trainer computes of these samples, by its parameters."""
    engine = Feed(trainer.engines, trainer.train_data).loaded(np.asarray(rows, np.intp))
    if engine.drops:
        engine.rewind(trainer.updates)
    with np.errstate(all="ignore"):
        engine.step()
    return {
        name: np.array(engine.part(engine.gradient, name), np.float64) for name in trainer.roles.parameters
    }


def _penalty(trainer: Trainer, node: str) -> Array:
    """The gradient of the penalty at a node: that of parameters that regularisation reaches."""
    hyper = trainer.optimizer.hyper
    if node not in trainer.roles.parameters or node in trainer.spared:
        return np.zeros(trainer.graph.nodes[node].shape)
    w = np.asarray(trainer.learned()[node])
    return np.asarray(hyper["l1"] * np.sign(w) + hyper["l2"] * w)

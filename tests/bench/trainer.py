"""Training as Chainlight does it, beside a loop by hand that does the same work: whole epochs.

Both order the examples of an epoch by its number and the seed, so that one can go on from any, take each
batch out of the data, go forward and backward, keep the parameters, make the update, look whether loss and
parameters are finite, and once an epoch find loss and accuracy over all data, those for testing too. By hand
the data of an epoch are taken in one go, of which every batch is a part. What the trainer does beyond that is
part of its price: it counts, tells how far it is, looks whether it is to pause, and schedules its rate.
"""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from msgspec.structs import replace

from core.data.datasets import DATASETS
from core.data.examples import DEALING, Dataset
from core.graph.builder import graph_of
from core.training.inferred_roles import roles_of
from core.training.networks import Network
from core.training.settings import TrainingSettings
from core.training.setup import TrainingSetup, options_of, setup
from core.training.trainer import Trainer
from tests.bench import byhand
from tests.bench.timing import OURS, Effort, Row, Step, against, interleaved

TRAININGS = {
    "2-4-2-1, batch 10, circle": TrainingSettings(),
    "2-4-2-1, batch 10, circle, Adam": TrainingSettings(optimizer="adam", rate=0.01),
    "2-8-8-8-1, batch 32, spiral": TrainingSettings(data="spiral", hidden=(8, 8, 8), batch=32),
    "64-32-10, batch 64, digits": TrainingSettings(
        data="digits", hidden=(32,), activation="relu", batch=64, samples=1600
    ),
    "784-100-10, batch 128, float32": TrainingSettings(
        data="pixels", hidden=(100,), activation="relu", batch=128, samples=1600
    ),
}
CHECKED = 3  # epochs


def rows(effort: Effort) -> Iterator[Row]:
    """One update, everything that belongs to it included."""
    for title, settings in TRAININGS.items():
        check(settings)
        trainer = made(settings)
        per_epoch = math.ceil(len(trainer.train_data or ()) / settings.batch)
        epoch, _ = by_hand(trainer, settings)
        runs = {OURS: by_trainer(trainer, per_epoch), "NumPy by hand": epoch}
        times = interleaved(runs, effort.rounds, 1.5 * effort.turn)
        assert len(trainer.records) == trainer.epoch + 1, "some epochs had no record"
        each = {name: [taken / per_epoch for taken in found] for name, found in times.items()}
        yield from against("trainer", f"an update of {title}", each)


def made(settings: TrainingSettings) -> Trainer:
    if settings.data in DATASETS:
        return setup(settings, "", {}).trainer()
    # no such pictures are bundled: numbers at random take as long
    chance, count = np.random.default_rng(settings.data_seed), settings.samples
    inputs, classes = chance.normal(size=(count, 784)), chance.integers(10, size=count)
    names = tuple(f"x{k}" for k in range(784))
    dataset = Dataset(settings.data, settings.data, inputs, classes, 10, names, None, "drawn at random")
    network = Network.for_data(dataset, settings.hidden, settings.activation)
    values = network.initial_values(settings.weights_seed) | network.example_values()
    graph = graph_of(network.program_text(), values)
    options = replace(options_of(settings), dtype="float32")
    return TrainingSetup("", graph, values, roles_of(graph, dataset), dataset, options).trainer()


def by_trainer(trainer: Trainer, per_epoch: int) -> Step:
    """An epoch as Chainlight runs it."""
    run = trainer.train(max(n for n in range(1, trainer.at_once + 1) if per_epoch % n == 0))

    def epoch() -> None:
        until = trainer.updates + per_epoch
        while trainer.updates < until:
            next(run)

    return epoch


def by_hand(trainer: Trainer, settings: TrainingSettings) -> tuple[Step, list[tuple[Any, ...]]]:
    """An epoch by hand from the trainer's first parameters, and the records it adds to."""
    train, test = trainer.train_data, trainer.test_data
    assert train is not None and test is not None
    size, names, target = settings.batch, trainer.roles.parameters, trainer.roles.target
    dtype = trainer.parameters.dtype
    x, tested = (byhand.above_ones(part.arrays["x"].T.astype(dtype)) for part in (train, test))
    first = {name: np.asarray(value, dtype) for name, value in trainer.values().items()}
    weights = [np.atleast_2d(first[name]) for name in names if name[0] in "wW"]
    biases = [np.atleast_1d(first[name]) for name in names if name[0] == "b"]
    if target == "k":
        maker, look, deal = byhand.of_classes, byhand.look_at_classes, classes_dealt
        targets = [part.arrays[target].astype(np.intp) for part in (train, test)]
    else:
        maker, look, deal = byhand.OF_SIGNS[len(weights)], byhand.look_at_signs, signs_dealt
        targets = [part.arrays[target].astype(float) for part in (train, test)]
    first_batch = x[:, :size], targets[0][:size]
    if settings.optimizer == "adam":
        update = byhand.adam(len(trainer.parameters), settings.rate)
        hand = byhand.of_two_layers(weights, biases, *first_batch, 1.0, update)
    else:
        hand = maker(weights, biases, *first_batch, settings.rate)
    look_at_train, look_at_test = (
        look(hand.blocks, *part) for part in zip((x, tested), targets, strict=True)
    )
    gather, batches = deal(x, targets[0], size)
    step, finite, records = hand.step, math.isfinite, list[tuple[Any, ...]]()
    parameters, check = hand.parameters, hand.parameters.dot
    kept, zeros = np.zeros_like(parameters), np.zeros_like(parameters)

    count, seed, epochs = len(train), settings.data_seed, itertools.count()
    chance = np.random.default_rng

    def epoch() -> None:
        gather(chance((seed, next(epochs), DEALING)).permutation(count))
        for batch in batches:
            # 0 times infinity is not a number
            kept[...] = parameters
            if not (finite(step(*batch)) and finite(check(zeros))):
                raise ArithmeticError("not finite")
        records.append((*look_at_train(), *look_at_test()))

    return epoch, records


Dealt = tuple[Callable[[Any], object], list[tuple[Any, ...]]]


def signs_dealt(x: Any, t: Any, size: int) -> Dealt:
    """What takes the examples in some order, and the batches that are then there."""
    rows = np.ascontiguousarray(x.T)
    x_room, rows_room, t_room = np.zeros_like(x), np.zeros_like(rows), np.zeros_like(t)
    parts = [slice(start, start + size) for start in range(0, len(t), size)]

    def gather(order: Any) -> None:
        x.take(order, 1, x_room, "clip")
        rows.take(order, 0, rows_room, "clip")
        t.take(order, 0, t_room, "clip")

    return gather, [(x_room[:, part], rows_room[part], t_room[part]) for part in parts]


def classes_dealt(x: Any, k: Any, size: int) -> Dealt:
    """The same for classes: large examples are taken as rows."""
    rows, onehot = np.ascontiguousarray(x.T), byhand.one_hot(k, k.max() + 1, x.dtype)
    rows_room, onehot_room, k_room, places = (np.zeros_like(v) for v in (rows, onehot, k, k))
    within = np.arange(len(k)) % size
    parts = [slice(start, start + size) for start in range(0, len(k), size)]

    def gather(order: Any) -> None:
        rows.take(order, 0, rows_room, "clip")
        onehot.take(order, 1, onehot_room, "clip")
        k.take(order, 0, k_room, "clip")
        np.multiply(k_room, size, places)
        np.add(places, within, places)

    return gather, [
        (rows_room[part].T, rows_room[part], onehot_room[:, part], places[part]) for part in parts
    ]


def check(settings: TrainingSettings) -> None:
    """Both come to the same losses and accuracies."""
    trainer = made(settings)
    data = trainer.train_data
    assert data is not None
    epoch, records = by_hand(trainer, settings)
    run = by_trainer(trainer, math.ceil(len(data) / settings.batch))
    for _ in range(CHECKED):
        run()
        epoch()
    theirs = [(r.train_loss, r.train_accuracy, r.test_loss, r.test_accuracy) for r in trainer.records[1:]]
    close = {"float64": 1e-9, "float32": 1e-4}
    np.testing.assert_allclose(records, theirs, rtol=close[trainer.options.dtype])

"""From the training settings to something that trains: data, a program, its roles, where it starts.

setup           what the settings say -> TrainingSetup; in pieces, setting_up
roles_and_data  roles and data of a program that may not fit its data
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Array, Value
from core.base.errors import Problem
from core.base.slicing import Work, at_once
from core.data.datasets import DATASETS
from core.data.examples import Dataset, Examples, parted
from core.data.table import OWN, Table
from core.graph.builder import build
from core.graph.graph import Graph
from core.graph.programs import read_program
from core.training.choices import ELASTIC, L1, L2, MAX_NORM, NO_DATA, NONE
from core.training.features import checked
from core.training.fitting import fitting, likely_roles
from core.training.inferred_roles import roles_of
from core.training.networks import Network
from core.training.optimizers import rule_of
from core.training.roles import Roles
from core.training.schedules import Schedule
from core.training.settings import SETTINGS, TrainingSettings
from core.training.stopping import Stops
from core.training.trainer import Trainer
from core.training.trainer_options import TrainerOptions


class TrainingSetup(Struct, frozen=True):
    """A program with its data, and how it is trained.

    text, graph   the program as it is written, and built
    values        where its parameters start, its fixed inputs, and values in the shapes of the data
    roles         what each of its inputs is for
    remarks         sentences on choices made automatically
    is_network      whether the settings wrote the program, and not the user
    """

    text: str
    graph: Graph
    values: Mapping[str, Value]
    roles: Roles
    dataset: Dataset | None
    options: TrainerOptions
    remarks: tuple[str, ...] = ()
    is_network: bool = False

    @property
    def examples(self) -> Examples | None:
        """All examples, those kept for testing too; None without data."""
        return self.roles.examples(self.dataset, self.graph) if self.dataset else None

    def trainer(self) -> Trainer:
        """Make a trainer at the start. Raises Problem where it finds nothing to train."""
        return Trainer(self.graph, self.values, self.roles, self.examples, self.options)


def setting_up(
    settings: TrainingSettings, text: str, values: Mapping[str, Value], guessed: Collection[str] = ()
) -> Work[TrainingSetup]:
    """Draw the data, write or fit the program, and find its roles and first weights.

    Args:
        settings: what the training panel says, or the options of a command.
        text: the typed program; it counts only where that is what is trained.
        values: those of its names.
        guessed: names whose values nobody gave; with data, parameters among them are drawn from the seed.

    Returns:
        What is to be trained, as a work that may be left whenever it yields; `setup` does it at once.

    Raises:
        Problem: there is no such data set or rule, or the program does not fit the data.
    """
    dataset, options = dataset_of(settings), options_of(settings)
    yield
    if settings.trains_network:
        if dataset is None:
            raise Problem("A network needs data", hint="Choose a data set, or train the typed program")
        for feature in settings.features:
            checked(feature, dataset.inputs.shape[1])
        network = Network.for_data(
            dataset, settings.hidden, settings.activation, settings.dropout, settings.features
        )
        text = network.program_text()
        drawn = network.initial_values(settings.weights_seed, settings.initial, settings.initial_size)
        values = drawn | network.example_values()
        yield
        graph = build(read_program(text, values), values)
        return TrainingSetup(text, graph, values, roles_of(graph, dataset), dataset, options, (), True)
    rule = rule_of(settings.optimizer)
    made = yield from fitting(text, values, guessed, dataset, settings, rule)
    return TrainingSetup(text, made.graph, made.values, made.roles, dataset, options, made.remarks)


setup = at_once(setting_up)


def roles_and_data(
    settings: TrainingSettings, text: str, values: Mapping[str, Value], guessed: Collection[str] = ()
) -> tuple[Roles | None, Dataset | None]:
    """Find the roles and the data of a typed program that may not fit them, as far as there are any."""
    dataset = None
    with suppress(Problem):
        dataset = dataset_of(settings)
        return likely_roles(text, values, guessed, dataset, settings), dataset
    return None, dataset


def dataset_of(settings: TrainingSettings) -> Dataset | None:
    """Draw the data of the settings; None without data. Raises Problem."""
    if settings.data == NO_DATA:
        return None
    found = replace(_drawn(settings), stratified=settings.stratified)
    if settings.standardise:
        found = found.standardised(rows_trained(settings, found))
    return found


def rows_trained(settings: TrainingSettings, dataset: Dataset) -> Array:
    """The rows of the data that are trained on; the others are kept for testing. Raises Problem for none."""
    kept, count = test_share(settings), len(dataset)
    return parted(count, dataset.strata, 1 - kept, settings.data_seed)[0] if kept else np.arange(count)


def _drawn(settings: TrainingSettings) -> Dataset:
    if settings.data == OWN:
        return (Table() if settings.own is None else settings.own).dataset()
    source = DATASETS.get(settings.data)
    if source is None:
        raise Problem(
            f"There is no data set called {settings.data}",
            hint=f"There are {', '.join([*DATASETS, OWN, NO_DATA])}",
        )
    samples, noise = min(settings.samples, source.n_high), min(settings.noise, source.noise_high)
    return source.make(settings.data_seed, samples, noise, settings.formula)


def test_share(settings: TrainingSettings) -> float:
    """The share of the examples that is kept for testing; 0 of a set that is learned whole."""
    source = DATASETS.get(settings.data)
    return 0.0 if source and not source.has_test else settings.test_percent / 100


def options_of(settings: TrainingSettings) -> TrainerOptions:
    """What the settings tell the trainer. Raises Problem for an unknown optimizer."""
    rule, kind = rule_of(settings.optimizer), settings.regularisation
    hyper: dict[str, float] = {"lr": settings.rate}
    for name, setting in SETTINGS.items():
        if setting.of_rule and rule.offers(setting.of_rule):
            hyper[setting.of_rule] = getattr(settings, name)
    if not settings.momentum:
        hyper.pop("nesterov", None)  # there is nothing to look ahead along
    if kind in (L1, ELASTIC):
        hyper["l1"] = settings.l1_rate
    if kind in (L2, ELASTIC):
        hyper["l2"] = settings.l2_rate
    if settings.clipping != NONE:
        hyper[f"clip_{settings.clipping}"] = settings.clip_at
    return TrainerOptions(
        settings.optimizer,
        hyper,
        settings.batch,
        settings.data_seed,
        test_share(settings),
        reduction=settings.reduction,
        max_norm=settings.max_norm if kind == MAX_NORM else 0.0,
        schedule=Schedule(settings.schedule, settings.schedule_epochs, settings.schedule_factor),
        stops=Stops(settings.stop_epoch, settings.stop_loss, settings.patience),
    )

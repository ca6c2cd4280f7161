"""From the lab's settings to something that trains: data, a program, its roles, where it starts.

setup           what the settings say -> Setup; in pieces, setting_up
roles_and_data  roles and data of a program that may not fit its data
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Value
from core.base.errors import Problem
from core.base.slicing import Work, at_once
from core.data.datasets import DATASETS
from core.data.examples import Dataset, Examples
from core.graph.builder import build
from core.graph.graph import Graph
from core.graph.programs import read_program
from core.training.fitting import fitting, likely_roles
from core.training.inferred_roles import roles_of
from core.training.lab import NO_DATA, Lab
from core.training.networks import Network
from core.training.optimizers import rule_of
from core.training.roles import Roles
from core.training.settings import Settings
from core.training.trainer import Trainer


class Setup(Struct, frozen=True):
    """A program with the data and the settings it is trained with.

    text, graph   the program as it is written, and built
    values        where its parameters start, its fixed inputs, and values in the shapes of the data
    roles         what each of its inputs is for
    notes         sentences on choices made automatically
    """

    text: str
    graph: Graph
    values: Mapping[str, Value]
    roles: Roles
    dataset: Dataset | None
    settings: Settings
    notes: tuple[str, ...] = ()

    @property
    def examples(self) -> Examples | None:
        """All examples, those kept for testing too; None without data."""
        return self.roles.examples(self.dataset, self.graph) if self.dataset else None

    def trainer(self) -> Trainer:
        """Make a trainer at the start. Raises Problem where it finds nothing to train."""
        return Trainer(self.graph, self.values, self.roles, self.examples, self.settings)


def setting_up(
    lab: Lab, text: str, values: Mapping[str, Value], guessed: Collection[str] = ()
) -> Work[Setup]:
    """Draw the data, write or fit the program, and find its roles and first weights.

    Args:
        lab: the settings.
        text: the typed program; it counts only where that is what is trained.
        values: those of its names.
        guessed: names whose values nobody gave; with data, parameters among them are drawn from the seed.

    Returns:
        What is to be trained, as a work that may be left whenever it yields; `setup` does it at once.

    Raises:
        Problem: there is no such data set or rule, or the program does not fit the data.
    """
    dataset, settings = dataset_of(lab), settings_of(lab)
    yield
    if lab.trains_network:
        if dataset is None:
            raise Problem("A network needs data", hint="Choose a data set, or train the typed program")
        network = replace(Network.for_data(dataset, lab.hidden, lab.activation), decay=lab.decay)
        text, values = network.program_text(), network.initial_values(lab.seed) | network.example_values()
        yield
        graph = build(read_program(text, values), values)
        return Setup(text, graph, values, roles_of(graph, dataset), dataset, settings)
    rule = rule_of(lab.optimizer)
    made = yield from fitting(text, values, guessed, dataset, lab.roles, lab.seed, rule)
    return Setup(text, made.graph, made.values, made.roles, dataset, settings, made.notes)


setup = at_once(setting_up)


def roles_and_data(
    lab: Lab, text: str, values: Mapping[str, Value], guessed: Collection[str] = ()
) -> tuple[Roles | None, Dataset | None]:
    """Find the roles and the data of a typed program that may not fit them, as far as there are any."""
    dataset = None
    with suppress(Problem):
        dataset = dataset_of(lab)
        return likely_roles(text, values, guessed, dataset, lab.roles), dataset
    return None, dataset


def dataset_of(lab: Lab) -> Dataset | None:
    """The data the lab's settings draw."""
    if lab.data == NO_DATA:
        return None
    source = DATASETS.get(lab.data)
    if source is None:
        raise Problem(
            f"There is no data set called {lab.data}", hint=f"There are {', '.join([*DATASETS, NO_DATA])}"
        )
    samples = min(lab.samples, source.n_high)
    return source.make(lab.seed, samples, min(lab.noise, source.noise_high))


def settings_of(lab: Lab) -> Settings:
    rule = rule_of(lab.optimizer)
    hyper = {"lr": lab.rate}
    if any(parameter.name == "momentum" for parameter in rule.hyperparameters):
        hyper["momentum"] = lab.momentum
    test = lab.test_percent / 100
    return Settings(lab.optimizer, hyper, lab.batch, lab.seed, test, reduction=lab.reduction)

"""A training run: what is trained, the trainer at work on it, and values changed while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

from msgspec.structs import replace

from core.base.arrays import Value, same, shape_of
from core.base.numbers import short
from core.math.mathtree import Math
from core.training.boundary import Plane, plane_of
from core.training.chart import Chart, chart_of
from core.training.fitted_line import FittedLine, line_of
from core.training.reached import Reached
from core.training.records import Change
from core.training.settings import SETTINGS, TrainingSettings, offered
from core.training.setup import TrainingSetup, options_of


class TrainingRun:
    """What is trained and how far it has come.

    setup     the program with its data, and the values it was made with
    trainer   at work on it; `trainer.records` are the points of the loss curves
    events    the settings that were changed while it ran, each with the number of updates before it
    """

    def __init__(self, setup: TrainingSetup):
        """Raises Problem where the setup cannot be trained."""
        self.setup, self.trainer = setup, setup.trainer()
        self.events: tuple[Change, ...] = ()
        self._chart: Chart | None = None

    @cached_property
    def plane(self) -> Plane | None:
        """The map of what is predicted in the plane looked at, or of two features where these lie.

        None where there is no such map.
        """
        data = self.setup.dataset
        two = data is not None and data.inputs.shape[1] == 2
        chart = chart_of(data) if data is not None and two else self._chart
        return plane_of(self.trainer, chart)

    @cached_property
    def line(self) -> FittedLine | None:
        """What is predicted along the only feature; None where classes are, or more features."""
        data = self.setup.dataset
        if data is None or data.classes or data.inputs.shape[1] != 1:
            return None
        return line_of(self.trainer, data.range(0))

    @property
    def loss(self) -> Math:
        """The loss of one sample as the program states it."""
        graph = self.setup.graph
        statements = graph.program.statements
        stated = next((one for one in statements if one.name == graph.output), statements[-1])
        return graph.typesetter.part(stated.tree)[0]

    def look_over(self, chart: Chart | None) -> None:
        """Look at what is predicted from more than two features over the plane of a chart."""
        self._chart = chart
        self.__dict__.pop("plane", None)

    def present(self) -> TrainingSetup:
        """What is trained, at the weights it has reached."""
        return replace(self.setup, values={**self.setup.values, **self.trainer.values()})

    def inputs(self, number: int) -> dict[str, Value]:
        """A value for each input of the program: the weights reached, and one of all examples."""
        present = self.present()
        example = present.examples.example(number) if present.examples else {}
        values = {**present.values, **example}
        return {name: value for name, value in values.items() if name in present.graph.free}

    def differs(self, shown: Mapping[str, Value]) -> bool:
        """Return whether some parameters are shown with other values than those reached."""
        learned = self.trainer.learned()
        return any(not same(shown[name], value) for name, value in learned.items() if name in shown)

    # -- going on

    def can_change_to(self, settings: TrainingSettings) -> bool:
        """Whether the trainer at work can take over these settings, where only those differ that may."""
        return self.trainer.can_change_to(options_of(settings))

    def change(self, before: TrainingSettings, after: TrainingSettings) -> None:
        """Go on with other settings, which is an event of the run. Raises Problem where they do not fit."""
        options = options_of(after)
        self.trainer.change(options)
        self.setup = replace(self.setup, options=options)
        self.events = with_changes(self.events, self.trainer.updates, before, after)

    def reset(self) -> None:
        """Go back to the first weights, without any events."""
        self.trainer.reset()
        self.events = ()

    def reached(self) -> Reached:
        """How far it has come, with all that is needed to go on from there bit by bit."""
        return replace(self.trainer.reached(), changes=self.events)

    def at_start(self) -> Reached:
        """How far it had come before its first update; the run stays where it is."""
        here = self.reached()
        self.reset()
        start = self.reached()
        self.go_on_from(here)
        return start

    def fits(self, reached: Reached) -> bool:
        """Whether it can go on from there."""
        return reached.fits(self.trainer.values())

    def go_on_from(self, reached: Reached) -> None:
        """Take over how far a run had come."""
        self.trainer.go_on_from(reached)
        self.events = reached.changes

    # -- values changed by hand

    def can_take(self, changed: Collection[str], given: Mapping[str, Value]) -> bool:
        """Return whether the run can go on where only the values of these names are given anew."""
        nodes = self.setup.graph.nodes
        fits = all(
            shape_of(given[name]) == nodes[name].shape for name in changed if name in given and name in nodes
        )
        return fits and {*changed} <= {*self.setup.roles.data, *self.trainer.start}

    def take(
        self,
        changed: Collection[str],
        given: Mapping[str, Value],
        drawn: Callable[[], Mapping[str, Value]],
    ) -> bool:
        """Go on with values that were changed; return whether that has changed the weights.

        A value that is given counts after a reset too. Where one is given no longer the weights stay, and
        after a reset it is what was `drawn` again.
        """
        trainer = self.trainer
        names = [name for name in changed if name not in self.setup.roles.data]
        if left := [name for name in names if name not in given]:
            values = drawn()
            trainer.start_later_from({name: values[name] for name in left})
        present = trainer.values()
        new = {n: given[n] for n in names if n in given and not same(given[n], trainer.start[n])}
        if all(same(value, present[name]) for name, value in new.items()):
            return False
        trainer.start_from(new)
        return True


def lives_through(before: TrainingSettings, after: TrainingSettings) -> bool:
    """Whether a run goes on where the settings become others: none that differs begins it anew."""
    return not any(
        setting.restarts and getattr(before, name) != getattr(after, name)
        for name, setting in SETTINGS.items()
    )


def with_changes(
    events: tuple[Change, ...], step: int, before: TrainingSettings, after: TrainingSettings
) -> tuple[Change, ...]:
    """The events and what has changed now; a setting that is changed twice at one update is one event."""
    found = list(events)
    for name in SETTINGS:
        old, new = getattr(before, name), getattr(after, name)
        if old == new or not (offered(before, name) or offered(after, name)):
            continue
        for known in [one for one in found if (one.step, one.setting) == (step, name)]:
            found.remove(known)
            old = known.before
        if old != new:
            found.append(Change(step, name, old, new))
    return tuple(found)


def change_text(change: Change) -> str:
    """A change as it is marked on the loss, such as "Rate 0.1 → 0.03"."""
    setting = SETTINGS[change.setting]
    titles = setting.choices() if setting.choices else {}

    def shown(value: str | float | bool) -> str:
        if isinstance(value, bool):
            return "on" if value else "off"
        return titles.get(value, value) if isinstance(value, str) else short(value)

    return f"{setting.label} {shown(change.before)} → {shown(change.after)}"


def changed_names(before: Mapping[str, Value], after: Mapping[str, Value]) -> set[str]:
    """The names that have another value in one table than in the other, or are only in one of them."""
    names = before.keys() | after.keys()
    return {n for n in names if n not in before or n not in after or not same(before[n], after[n])}

"""A program made to fit its data: shapes from the data, roles, and parameters to start from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import TypeVar

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from core.base.arrays import Shape, Value, frozen, shape_of, shape_text
from core.base.errors import Problem
from core.base.slicing import Work, finished
from core.data.examples import Dataset
from core.graph.axis_lengths import Lengths
from core.graph.builder import build
from core.graph.graph import Graph
from core.graph.programs import read_program
from core.notation.program import Program
from core.notation.tree import Call, walk
from core.ops import OPS
from core.passes.guessed_values import with_defaults
from core.training.coding import CODINGS, codings_for
from core.training.inferred_roles import VECTOR, inferred, roles_of
from core.training.initial import initial_values
from core.training.objectives import with_error
from core.training.optimizers import SGD, Optimizer
from core.training.roles import Roles
from core.training.settings import TrainingSettings
from core.training.trainable import check_trainable, unreached, whole_shapes

Result = TypeVar("Result")
OF_PICTURES = {op.call for op in OPS.values() if op.takes_picture}
NARROW, FEW_UNITS, MANY_UNITS, FILTERS = 10, 8, 32, 8


class FittedProgram(Struct, frozen=True):
    """A program ready to be trained; `remarks` are sentences on choices made automatically."""

    graph: Graph
    values: Mapping[str, Value]
    roles: Roles
    remarks: tuple[str, ...] = ()


def fitting(
    text: str,
    values: Mapping[str, Value],
    guessed: Collection[str],
    dataset: Dataset | None,
    settings: TrainingSettings,
    rule: type[Optimizer] = SGD,
) -> Work[FittedProgram]:
    """Fit a program to its data; without data it starts from the values it has. Raises Problem.

    Nobody gave the values of `guessed` names: with data, parameters among them are drawn as the settings say,
    which have the chosen roles too. A `rule` with an objective of its own needs no loss.
    """
    program = read_program(text, values)
    if dataset is None:
        found = with_defaults(program, values)
        graph = build(program, found)
        made = FittedProgram(graph, found, roles_of(graph, None, settings.roles))
    else:
        given = {name: value for name, value in values.items() if name not in guessed}
        try:
            made = yield from first_good(
                _Fitting(program, values, given, dataset, settings, rule, lengths).fitting
                for lengths in _lengths(dataset, rule)
            )
        except Problem as problem:
            raise _with_pictures(problem, program, dataset) from None
    if rule.objective:
        return made
    check_trainable(made.graph, made.roles, dataset)
    return replace(made, remarks=(*made.remarks, *unreached(made.graph, made.roles)))


def likely_roles(
    text: str,
    values: Mapping[str, Value],
    guessed: Collection[str],
    dataset: Dataset | None,
    settings: TrainingSettings,
) -> Roles:
    """The roles of a program that may not fit its data, without the target's coding. Raises Problem."""
    program = read_program(text, values)
    if dataset is None:
        return inferred(build(program, with_defaults(program, values)), None, settings.roles)
    given = {name: value for name, value in values.items() if name not in guessed}
    lengths = next(_lengths(dataset, SGD))
    found = _Fitting(program, values, given, dataset, settings, SGD, lengths).likely_roles()
    return replace(found, coding="")


def first_good(attempts: Iterable[Callable[[], Work[Result]]]) -> Work[Result]:
    """What the first attempt returns that raises no Problem; if all do, that of the first is raised."""
    problem: Problem | None = None
    for attempt in attempts:
        yield
        try:
            return (yield from attempt())
        except Problem as one:
            problem = problem or one
    assert problem is not None
    raise problem


def _with_pictures(problem: Problem, program: Program, dataset: Dataset) -> Problem:
    """The problem, with the hint to take pictures where the program wants some and the data have none."""
    calls = {part.function for s in program.statements for part in walk(s.tree) if isinstance(part, Call)}
    if dataset.image_shape or calls.isdisjoint(OF_PICTURES):
        return problem
    return Problem(problem.message, problem.span, "Choose data with pictures, such as Handwritten digits")


def _lengths(dataset: Dataset, rule: type[Optimizer]) -> Iterator[Lengths]:
    """How long the axes may be that the program leaves open; of a layer without a loss, a unit a class."""
    units = FEW_UNITS if dataset.inputs.shape[1] <= NARROW else MANY_UNITS
    filters = FILTERS if dataset.image_shape else 0
    lengths = Lengths(dataset.classes or Lengths().classes, units, filters, dataset.classes > 0)
    yield lengths
    if rule.objective:
        yield replace(lengths, units=lengths.classes)


class _Fitting(Struct, frozen=True, dict=True):
    """A program about to be fitted: `values` are all there are, `given` those that somebody gave."""

    program: Program
    values: Mapping[str, Value]
    given: Mapping[str, Value]
    dataset: Dataset
    settings: TrainingSettings
    rule: type[Optimizer]
    lengths: Lengths

    @property
    def chosen(self) -> Mapping[str, str]:
        """The roles that were chosen."""
        return self.settings.roles

    def fitting(self) -> Work[FittedProgram]:
        names = self.likely_roles()
        attempts = (
            partial(self.attempt, kept, names, as_vector)
            for kept in self.kept_values(names)
            for as_vector in ([True, False] if self.may_be_vector(names) else [False])
        )
        return (yield from first_good(attempts))

    def guessed(self, kept: Mapping[str, Value]) -> dict[str, Value]:
        """Values for all names, some of them kept; only their shapes matter."""
        return with_defaults(self.program, kept, 1, self.lengths)

    def built(self, kept: Mapping[str, Value]) -> Work[Graph]:
        found = self.guessed(kept)
        yield
        return build(self.program, found)

    def likely_roles(self) -> Roles:
        """The roles by the program alone, before its shapes are known. Raises Problem."""
        graph = self.first_graph
        return inferred(graph, self.dataset, {n: self.chosen[n] for n in self.chosen if n in graph.free})

    @cached_property
    def first_graph(self) -> Graph:
        inputs: dict[str, Value] = {VECTOR: frozen(np.zeros(whole_shapes(self.dataset)[0]))}
        tries: list[Mapping[str, Value]] = [self.given, {**self.given, **inputs}, {}]
        return finished(first_good(partial(self.built, kept) for kept in tries))

    def may_be_vector(self, names: Roles) -> bool:
        """Return whether the target meets a vector, so that it may be one although it looks like a number."""
        graph, target = self.first_graph, names.target
        if target not in graph.nodes or not names.prediction or target in self.chosen:
            return False
        pointed = any(graph.pointed(edge) for edge in graph.users[target])
        return not pointed and len(graph.nodes[names.prediction].shape) == 1

    def kept_values(self, names: Roles) -> Iterator[dict[str, Value]]:
        """The values to keep: those given and the constants, those of them that fit, nothing."""
        constants = {name: value for name, value in self.values.items() if name in names.fixed}
        given = {name: value for name, value in self.given.items() if name not in names.data}
        yield constants | given
        usual = self.guessed(self.data_values({}, names, False))
        fitting = {n: v for n, v in (constants | given).items() if shape_of(v) == shape_of(usual.get(n, 0.0))}
        if fitting.keys() != constants.keys() | given.keys():
            yield fitting
        if fitting:
            yield {}

    def attempt(self, kept: Mapping[str, Value], names: Roles, as_vector: bool) -> Work[FittedProgram]:
        """The program with some values kept. Raises Problem where these do not fit."""
        found = self.guessed({**kept, **self.data_values(kept, names, as_vector)})
        yield
        graph, settings = build(self.program, found), self.settings
        roles = roles_of(graph, self.dataset, self.chosen, self.rule)
        if as_vector and (graph.nodes[graph.output].shape or not graph.nodes[roles.target].shape):
            raise Problem(f"{roles.target} is a number for each example")
        start = initial_values(
            graph, roles.parameters, settings.weights_seed, settings.initial, settings.initial_size
        )
        usable = {n: v for n, v in self.given.items() if n in kept and n in roles.parameters}
        lost = [n for n in (*roles.parameters, *roles.fixed) if n in self.given and n not in kept]
        if roles.target and roles.target not in graph.nodes:
            graph = with_error(graph, roles, self.rule)
            found[roles.target] = frozen(np.zeros(graph.nodes[roles.target].shape))
        return FittedProgram(graph, {**found, **start, **usable}, roles, tuple(_said_of_lost(lost, graph)))

    def data_values(self, kept: Mapping[str, Value], names: Roles, as_vector: bool) -> dict[str, Value]:
        """Zeros for the names that take the data, in shapes that the data and the program agree on."""
        dataset, usual = self.dataset, self.guessed(kept)
        found: dict[str, Value] = {}
        for name in names.features:
            shapes: list[Shape] = [()] if names.columns else whole_shapes(dataset)
            found[name] = frozen(np.zeros(_nearest(shapes, self.given.get(name), shape_of(usual[name]))))
        if (target := names.target) in usual:
            wanted = self.chosen.get(target, "").partition(" ")[2]
            fits = CODINGS[wanted].fits if wanted else codings_for
            shape = (0,) if as_vector else shape_of(self.guessed({**kept, **found})[target])
            shapes = [known for known in _target_shapes(dataset, shape) if fits(dataset, known)]
            found[target] = frozen(np.zeros(_nearest(shapes or [shape], self.given.get(target), shape)))
        return found


def _target_shapes(dataset: Dataset, guess: Shape) -> list[Shape]:
    """The shapes a target may have, those of as many axes as was guessed first."""
    pictures = [dataset.image_shape] if dataset.image_shape else []
    known: list[Shape] = [(), (dataset.classes,), (1,), dataset.inputs.shape[1:], *pictures]
    return sorted(known, key=lambda shape: len(shape) != len(guess))


def _nearest(shapes: list[Shape], given: Value | None, guess: Shape) -> Shape:
    """The shape of a given value if it is one of these, else the first of as many axes as was guessed."""
    if given is not None and shape_of(given) in shapes:
        return shape_of(given)
    return next((shape for shape in shapes if len(shape) == len(guess)), shapes[0])


def _said_of_lost(lost: list[str], graph: Graph) -> Iterator[str]:
    if lost:
        shapes = " and ".join(f"{name} ({shape_text(graph.nodes[name].shape)})" for name in lost)
        told, do, start = ("value", "does", "starts") if len(lost) == 1 else ("values", "do", "start")
        yield f"The given {told} of {' and '.join(lost)} {do} not fit the data; {shapes} {start} anew"

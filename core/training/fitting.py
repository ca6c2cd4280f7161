"""A program made to fit its data: shapes from the data, roles, parameters to start from, and what cannot be.

fitted   the graph, the values and the roles a program is trained with
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeVar

from core.arrays import Shape, Value, frozen, shape_of, shape_text
from core.builder import build, read_program
from core.dataclass import dataclass, replace
from core.defaults import Lengths, with_defaults
from core.errors import Problem
from core.graph import Graph
from core.late import np
from core.notation.tree import Program
from core.plan import receivers
from core.training.coding import CODINGS, fitting
from core.training.data import Dataset
from core.training.initial import drawn
from core.training.objectives import with_error
from core.training.optimizers import SGD, Optimizer
from core.training.roles import VECTOR, Roles, roles_of, sorted_out, whole_shapes
from core.training.usage import Usage

Result = TypeVar("Result")
NARROW, FEW_UNITS, MANY_UNITS, FILTERS = 10, 8, 32, 8


@dataclass(frozen=True)
class Fitted:
    """A program ready to be trained; `notes` are sentences on what was done that nobody asked for."""

    graph: Graph
    values: Mapping[str, Value]
    roles: Roles
    notes: tuple[str, ...] = ()


def fitted(
    text: str,
    values: Mapping[str, Value],
    guessed: Collection[str],
    dataset: Dataset | None,
    chosen: Mapping[str, str],
    seed: int,
    rule: type[Optimizer] = SGD,
) -> Fitted:
    """Fit a program to its data; without data it starts from the values it has. Raises Problem.

    Nobody gave the values of `guessed` names: with data, parameters among them are drawn from the seed.
    `chosen` are roles; a `rule` with an objective of its own needs no loss.
    """
    program = read_program(text, values)
    if dataset is None:
        found = with_defaults(program, values)
        graph = build(program, found)
        made = Fitted(graph, found, roles_of(graph, None, chosen))
    else:
        given = {name: value for name, value in values.items() if name not in guessed}
        made = first_good(
            _Fitting(program, values, given, dataset, chosen, seed, rule, lengths).fitted
            for lengths in _lengths(dataset, rule)
        )
    if rule.objective:
        return made
    check_trainable(made.graph, made.roles, dataset)
    return replace(made, notes=(*made.notes, *_unreached(made.graph, made.roles)))


def first_good(attempts: Iterable[Callable[[], Result]]) -> Result:
    """What the first attempt returns that raises no Problem; if all do, that of the first is raised."""
    problem: Problem | None = None
    for attempt in attempts:
        try:
            return attempt()
        except Problem as one:
            problem = problem or one
    assert problem is not None
    raise problem


def _lengths(dataset: Dataset, rule: type[Optimizer]) -> Iterator[Lengths]:
    """How long the axes may be that the program leaves open; of a layer without a loss, a unit a class."""
    units = FEW_UNITS if dataset.inputs.shape[1] <= NARROW else MANY_UNITS
    filters = FILTERS if dataset.image_shape else 0
    lengths = Lengths(dataset.classes or Lengths().classes, units, filters, dataset.classes > 0)
    yield lengths
    if rule.objective:
        yield replace(lengths, units=lengths.classes)


@dataclass(frozen=True)
class _Fitting:
    """A program about to be fitted: `values` are all there are, `given` those that somebody gave."""

    program: Program
    values: Mapping[str, Value]
    given: Mapping[str, Value]
    dataset: Dataset
    chosen: Mapping[str, str]
    seed: int
    rule: type[Optimizer]
    lengths: Lengths

    def fitted(self) -> Fitted:
        names = self.first_sight()
        return first_good(partial(self.with_kept, kept, names) for kept in self.tries(names))

    def guessed(self, kept: Mapping[str, Value]) -> dict[str, Value]:
        """Values for all names, some of them kept; only their shapes matter."""
        return with_defaults(self.program, kept, 1, self.lengths)

    def built(self, kept: Mapping[str, Value]) -> Graph:
        return build(self.program, self.guessed(kept))

    def first_sight(self) -> Roles:
        """The roles by the program alone, before its shapes are known. Raises Problem."""
        inputs: dict[str, Value] = {VECTOR: frozen(np.zeros(whole_shapes(self.dataset)[0]))}
        tries: list[Mapping[str, Value]] = [self.given, {**self.given, **inputs}, {}]
        graph = first_good(partial(self.built, kept) for kept in tries)
        return sorted_out(graph, self.dataset, {n: self.chosen[n] for n in self.chosen if n in graph.free})

    def tries(self, names: Roles) -> Iterator[dict[str, Value]]:
        """The values to keep: what was given and the constants, what was given, nothing."""
        constants = {name: value for name, value in self.values.items() if name in names.fixed}
        weights = {name: value for name, value in self.given.items() if name not in names.data}
        yield constants | weights
        if constants.keys() - weights.keys():
            yield weights
        if weights:
            yield {}

    def with_kept(self, kept: Mapping[str, Value], names: Roles) -> Fitted:
        """The program with some values kept. Raises Problem where these do not fit."""
        found = self.guessed({**kept, **self.data_values(kept, names)})
        graph = build(self.program, found)
        roles = roles_of(graph, self.dataset, self.chosen, self.rule)
        start = drawn(graph, roles.parameters, self.seed)
        usable = {n: v for n, v in self.given.items() if n in kept and n in roles.parameters}
        lost = [name for name in roles.parameters if name in self.given and name not in usable]
        if roles.target and roles.target not in graph.nodes:
            graph = with_error(graph, roles)
            found[roles.target] = frozen(np.zeros(graph.nodes[roles.target].shape))
        return Fitted(graph, {**found, **start, **usable}, roles, tuple(_said_of_lost(lost, graph)))

    def data_values(self, kept: Mapping[str, Value], names: Roles) -> dict[str, Value]:
        """Zeros for the names that take the data, in shapes that the data and the program agree on."""
        dataset, usual = self.dataset, self.guessed(kept)
        found: dict[str, Value] = {}
        for name in names.features:
            shapes: list[Shape] = [()] if names.columns else whole_shapes(dataset)
            found[name] = frozen(np.zeros(_nearest(shapes, self.given.get(name), shape_of(usual[name]))))
        if (target := names.target) in usual:
            wanted = self.chosen.get(target, "").partition(" ")[2]
            fits = CODINGS[wanted].fits if wanted else fitting
            shape = shape_of(self.guessed({**kept, **found})[target])
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
        shapes = ", ".join(f"{name} ({shape_text(graph.nodes[name].shape)})" for name in lost)
        yield f"The values given do not fit the data: {shapes} start from random numbers"


# -- what cannot be trained


def check_trainable(graph: Graph, roles: Roles, dataset: Dataset | None) -> None:
    """Raise Problem, with what to do, where descent on the output could learn nothing."""
    output = graph.nodes[graph.output]
    if output.shape:
        raise Problem(
            f"{output.name} has {shape_text(output.shape)}, and a loss must be one number",
            hint=_one_number(graph, roles, dataset),
        )
    if dataset is not None and not roles.target and not _has_own_target(graph, roles):
        told = "labels" if dataset.classes else "targets"
        line = _loss_line(graph, output.name if output.named else "f", dataset)
        raise Problem(f"The program ignores the {told} of the data: nothing is compared with them", hint=line)
    if not receivers(graph) & set(roles.parameters):
        names = " and ".join(roles.parameters[:3]) + " …" * (len(roles.parameters) > 3)
        if better := _loss_before(graph, roles):
            raise Problem(
                f"The output is {graph.output}, and no gradient reaches {names} from it",
                hint=f"Put the line {better} = … last: the output is the loss",
            )
        flat = _flat_on_the_way(graph, roles)
        if not flat:
            raise Problem(f"{graph.output} does not depend on {names}: there is nothing to learn")
        rules = " or choose Rosenblatt's rule, which needs no slope" if roles.target else ""
        raise Problem(
            f"{flat} has slope 0 everywhere, so no gradient reaches {names}",
            hint=f"Use a smooth function such as σ or tanh in its place{rules}",
        )


def _has_own_target(graph: Graph, roles: Roles) -> bool:
    return Usage(graph, roles.features, roles.parameters, roles.fixed).reconstructs()


def _one_number(graph: Graph, roles: Roles, dataset: Dataset | None) -> str:
    output = graph.nodes[graph.output]
    if dataset is not None and not roles.target:
        return _loss_line(graph, output.name if output.named else "f", dataset)
    for node in graph.nodes.values():
        args = set(node.args)
        if node.op == "mul" and node.shape and args & set(roles.parameters) and args & set(roles.features):
            return f"Write {'·'.join(node.args)} for the sum of the products"
    return f"Add them up, as in sum({output.name})"


def _loss_line(graph: Graph, name: str, dataset: Dataset) -> str:
    """The line to add so that a program's output is compared with the targets."""
    node = graph.nodes[graph.output]
    called, t, k = (
        next((n for n in names if n not in graph.nodes), names[0]) for names in ("LEJC", "tdy", "kcj")
    )
    if node.shape and dataset.classes:
        loss = f"-log({name}[{k}])" if node.op == "softmax" else f"cross_entropy({name}, {k})"
    elif node.op == "sigmoid":
        loss = f"bce({name}, {t})"
    else:
        loss = f"({name} - {t})^2"
    start = "" if node.named else f"Call the output {name}, {name} = …, and add"
    return f"{start or 'Add'} the line {called} = {loss}"


def _loss_before(graph: Graph, roles: Roles) -> str:
    """The last named number before the output that knows the target and lets gradients pass, or ""."""
    told = graph.downstream_of([roles.target]) if roles.target in graph.nodes else frozenset()
    found = [n.name for n in graph.nodes.values() if n.named and not n.is_leaf and not n.shape]
    reaching = (
        name
        for name in reversed(found)
        if name in told and name != graph.output and receivers(graph.with_output(name)) & {*roles.parameters}
    )
    return next(reaching, "")


def _flat_on_the_way(graph: Graph, roles: Roles) -> str:
    """The call of the first operation after the parameters that is flat everywhere."""
    for name, node in graph.nodes.items():
        if name in graph.downstream_of(roles.parameters) and not node.is_leaf:
            ports = node.operation.ports(len(node.args))
            moving = graph.downstream_of(roles.parameters)
            if any(p in node.operation.flat and a in moving for p, a in zip(ports, node.args, strict=True)):
                return node.operation.call or "a comparison"
    return ""


def _unreached(graph: Graph, roles: Roles) -> Iterator[str]:
    """What to say of parameters that no gradient reaches while it reaches others."""
    reached = receivers(graph)
    idle = [name for name in roles.parameters if name not in reached]
    if 0 < len(idle) < len(roles.parameters):
        keeps = "it keeps the value it starts" if len(idle) == 1 else "they keep the values they start"
        yield f"No gradient reaches {' and '.join(idle)}: {keeps} from"

"""What each name of a program is for in training: guessed from how it is used, checked, and open to choice.

Roles      the roles of all free names
roles_of   the roles for a data set; Problem where program and data do not fit
CHOICES    what one may choose for a name
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, count

from core.arrays import Shape, describe
from core.dataclass import dataclass, replace
from core.errors import Problem
from core.graph import Graph
from core.late import np
from core.targets import targets
from core.training.coding import (
    CODINGS,
    INPUTS,
    NUMBER,
    SIGNS,
    coding,
    fitting,
    of_prediction,
    rises,
    threshold,
    told,
)
from core.training.data import Array, Dataset, Examples
from core.training.optimizers import SGD, Optimizer
from core.training.usage import LOGARITHMS, Usage

PARAMETER, CONSTANT, INPUT, TARGET = "parameter", "constant", "input", "target"
CHOICES = (PARAMETER, CONSTANT, INPUT, *[f"{TARGET} {name}" for name in CODINGS])
FIXED = frozenset(["λ", "η", "α", "β", "μ", "ε", "δ", "Δ", "τ", "margin", "N"])
TARGETS = ("t", "k", "target", "y", "d", "label", "labels")
VECTOR, ONE = "x", "x0"
LEARNED = re.compile(r"[wWbθUuVv](_?\w*)$")
NUMBERED = re.compile(r"x(\d+)$")
MASK = re.compile(r"[mM](ask)?$")


@dataclass(frozen=True, slots=True)
class Roles:
    """What each input of a program is for.

    features     the names that take an example's inputs: one array, or numbers
    columns      for features that are numbers, their columns in the data
    target       the name that takes an example's target, or "" if there is none
    coding       how the target is told, a name of CODINGS
    prediction   the node that is compared with the target, or ""
    threshold    between the two classes, where the prediction is one number
    """

    parameters: tuple[str, ...]
    features: tuple[str, ...] = ()
    columns: tuple[int, ...] = ()
    target: str = ""
    coding: str = NUMBER
    fixed: tuple[str, ...] = ()
    prediction: str = ""
    threshold: float = 0.5

    @property
    def data(self) -> tuple[str, ...]:
        """The names that differ from example to example."""
        return (*self.features, *[self.target] * bool(self.target))

    def role(self, name: str) -> str:
        """What a name is for, as it may be chosen."""
        if name == self.target:
            return f"{TARGET} {self.coding}"
        return INPUT if name in self.features else PARAMETER if name in self.parameters else CONSTANT

    def examples(self, dataset: Dataset, graph: Graph) -> Examples:
        """What a data set feeds a program, which must fit."""
        inputs, size = dataset.inputs, len(dataset)
        if self.columns:
            found = {name: inputs[:, i] for name, i in zip(self.features, self.columns, strict=True)}
        else:
            found = {name: inputs.reshape(size, *graph.nodes[name].shape) for name in self.features}
        if self.target:
            found[self.target] = told(self.coding, dataset, _target_shape(graph, self))
        scores = bool(self.prediction and graph.nodes[self.prediction].shape)
        named = self.target and self.coding != INPUTS and (dataset.classes == 2 or scores)
        labels = dataset.targets if dataset.classes and named else None
        return Examples(found, labels, np.arange(size))

    def correct(self, prediction: Array, classes: Array) -> Array:
        """Which predictions (the examples along the last axis) name the class that is the target."""
        found = np.argmax(prediction, axis=0) if prediction.ndim > 1 else prediction > self.threshold
        return np.equal(found, classes)


def offered(dataset: Dataset | None) -> list[str]:
    """The roles that make sense with some data, of CHOICES."""
    if dataset is None:
        return [PARAMETER, CONSTANT]
    shapes: list[Shape] = [(), (dataset.classes,), dataset.inputs.shape[1:]]
    codings = [name for name, one in CODINGS.items() if any(one.fits(dataset, shape) for shape in shapes)]
    return [PARAMETER, CONSTANT, INPUT, *[f"{TARGET} {name}" for name in codings]]


def title(role: str, dataset: Dataset | None) -> str:
    """A role in words, for some data."""
    kind, _, name = role.partition(" ")
    return f"{kind}: {CODINGS[name].title(dataset)}" if name and dataset else kind


def _target_shape(graph: Graph, roles: Roles) -> Shape:
    """The target's shape; one that stands in no formula has the prediction's."""
    return graph.nodes[roles.target if roles.target in graph.nodes else roles.prediction].shape


def roles_of(
    graph: Graph,
    dataset: Dataset | None = None,
    chosen: Mapping[str, str] | None = None,
    rule: type[Optimizer] = SGD,
) -> Roles:
    """The roles of a graph's inputs. Raises Problem where graph and data do not fit.

    `chosen` are the roles given to names, of CHOICES. Without data, or beside names like w, W and b, other
    names keep the values they have. A `rule` with an objective of its own gets a target even if the
    program names none.
    """
    chosen = {name: role for name, role in (chosen or {}).items() if name in graph.free}
    if not any(name not in FIXED or name in chosen for name in graph.free):
        names = [name for name in graph.given if name not in FIXED]
        hint = f"Take out the line {names[0]} = … and give {names[0]} its value beside" if names else ""
        raise Problem("There is nothing to learn: every name has a value in the program", hint=hint)
    found = sorted_out(graph, dataset, chosen)
    if dataset is None:
        return _with_parameters_first(found)
    if rule.objective and not found.target:
        unused = next(name for name in _unused() if name not in graph.nodes)
        found = replace(found, target=unused, prediction=graph.output)
    check(found, graph, dataset, chosen)
    return _told(found, graph, dataset, chosen, rule)


def sorted_out(graph: Graph, dataset: Dataset | None, chosen: Mapping[str, str]) -> Roles:
    """Which names are what; how the target is told is not known yet, nor is anything checked."""
    open_names = [name for name in graph.free if name not in FIXED and name not in chosen]
    features, target = _with_role(chosen, INPUT), next(iter(_with_role(chosen, TARGET)), "")
    learned = [name for name in open_names if LEARNED.match(name)] + _with_role(chosen, PARAMETER)
    usage = Usage(graph, (), learned, [name for name in graph.free if name in FIXED])
    if dataset is not None:
        named = _features(open_names, dataset)
        usage = replace(usage, features=[*named, *features])
        free = [name for name in open_names if name not in usage.features]
        target = target or _target(usage, free)
        rest = [name for name in free if name != target and name not in learned]
        if not usage.features:
            usage = replace(usage, features=_only(graph, rest, dataset))
        features = [name for name in graph.free if name in usage.features]
    taken = (*features, target, *([ONE] if _numbers(features) else []))
    rest = [name for name in open_names if name not in taken and not _is_mask(usage, name)]
    learned = [name for name in rest if name in learned]
    kept = {*(rest if dataset is not None or not learned else learned), *_with_role(chosen, PARAMETER)}
    if not kept and dataset is not None:  # α + β x learns the letters that are constants elsewhere
        kept = {name for name in graph.free if name in FIXED and name not in chosen}
    parameters = tuple(name for name in graph.free if name in kept)
    fixed = tuple(name for name in graph.free if name not in (*parameters, *features, target))
    columns = _columns(graph, features, dataset) if dataset is not None else ()
    prediction = _prediction(graph, features, target)
    return Roles(parameters, tuple(features), columns, target, NUMBER, fixed, prediction)


def _with_role(chosen: Mapping[str, str], role: str) -> list[str]:
    return [name for name, choice in chosen.items() if choice.partition(" ")[0] == role]


def _unused() -> Iterable[str]:
    return chain(["t"], (f"t{number}" for number in count(1)))


def _with_parameters_first(roles: Roles) -> Roles:
    if not roles.parameters:
        raise Problem("There is nothing to learn", hint="Make a name of the program a parameter")
    return roles


def _told(
    roles: Roles, graph: Graph, dataset: Dataset, chosen: Mapping[str, str], rule: type[Optimizer]
) -> Roles:
    """The roles with the way the target is told, and the threshold between two classes."""
    target, prediction = roles.target, roles.prediction
    if not target:
        return roles
    in_graph = target in graph.nodes
    if choice := chosen.get(target, "").partition(" ")[2]:
        means = choice
    elif in_graph:
        means = coding(graph, dataset, target, prediction)
    else:
        means = of_prediction(graph, dataset, prediction)
    both = (-1.0, 1.0) if means == SIGNS else (0.0, 1.0)
    judged = in_graph and dataset.classes == 2 and prediction in graph.upstream_of([graph.output])
    if judged and _is_one_number(graph, target, prediction):
        candidates = [prediction, *_named_before(graph, roles)]
        prediction = next((name for name in candidates if rises(graph, target, name, both)), prediction)
    is_score = rule.thresholds and bool(prediction) and not graph.nodes[prediction].operation.flat
    cut = 0.0 if means == SIGNS or is_score else 0.5
    if judged and not is_score and _is_one_number(graph, target, prediction):
        cut = threshold(graph, target, prediction, both)
    return replace(roles, coding=means, threshold=cut, prediction=prediction)


def _is_one_number(graph: Graph, target: str, prediction: str) -> bool:
    pointed = any(graph.pointed(edge) for edge in graph.users[target])
    return bool(prediction) and not (graph.nodes[prediction].shape or graph.nodes[target].shape or pointed)


# -- guesses


def _features(names: Collection[str], dataset: Dataset) -> list[str]:
    """The names that take an example's inputs by what they are called."""
    if VECTOR in names:
        return [VECTOR]
    numbers = _numbers(names)
    if ONE in numbers and len(numbers) > dataset.inputs.shape[1]:
        del numbers[ONE]  # beside all features there is x0 = 1, whose weight is the bias
    named = [name for name in names if name in dataset.feature_names]
    return list(numbers) if ONE in numbers or not named else named


def _numbers(names: Iterable[str]) -> dict[str, int]:
    return {name: int(match[1]) for name in names if (match := NUMBERED.match(name))}


def _columns(graph: Graph, features: Sequence[str], dataset: Dataset) -> tuple[int, ...]:
    """The columns of features that are numbers, by their names or in their order; none for whole examples."""
    if any(graph.nodes[name].shape for name in features) or VECTOR in features:
        return ()
    numbers, named = _numbers(features), dataset.feature_names
    if ONE in numbers:
        found = dict(numbers)
    else:
        found = {name: number - 1 for name, number in numbers.items()}
        found |= {name: named.index(name) for name in features if name in named}
    for name in features:
        found.setdefault(name, next(i for i in count() if i not in found.values()))
    return tuple(found[name] for name in features)


def _target(usage: Usage, names: Sequence[str]) -> str:
    """The target among some names: what chooses a class, what is called so, or what is used as one."""
    graph = usage.graph
    pointing = [name for name in names if any(graph.pointed(edge) for edge in graph.users[name])]
    called = [name for name in TARGETS if name in names and usage.is_compared(name)]
    open_names = [name for name in names if not LEARNED.match(name)]
    by_pattern = targets(graph.program, {name: graph.nodes[name].shape for name in open_names})
    by_use = [name for name in open_names if usage.is_told(name)]
    return next(iter([*_ranked(pointing), *called, *by_pattern, *by_use[::-1]]), "")


def _ranked(names: Sequence[str]) -> list[str]:
    return sorted(names, key=lambda name: TARGETS.index(name) if name in TARGETS else len(TARGETS))


def _only(graph: Graph, names: Sequence[str], dataset: Dataset) -> list[str]:
    """The one name that is left for the data, masks aside."""
    left = [name for name in names if not MASK.match(name)]
    fits = len(left) == 1 and (graph.nodes[left[0]].shape or dataset.inputs.shape[1] == 1)
    return left if fits else []


def _is_mask(usage: Usage, name: str) -> bool:
    """Whether a name hides parts of what the program is fed."""
    graph = usage.graph
    met = list(usage.meetings(name))
    return bool(MASK.match(name) and graph.nodes[name].shape and met) and all(
        graph.nodes[edge.target].op == "mul" and edge.target not in usage.trained for edge in met
    )


def _prediction(graph: Graph, features: Sequence[str], target: str) -> str:
    """The latest named node that depends on the features and not on the target, or what meets the target."""
    fed = graph.downstream_of(features)
    knowing = graph.downstream_of([target] if target else [graph.output])
    found = [n for n in graph.nodes.values() if not n.is_leaf and n.name in fed and n.name not in knowing]
    named = [node.name for node in found if node.named]
    if named or not target:
        return named[-1] if named else ""
    met = {arg for name in knowing for arg in graph.nodes[name].args}
    name = next((node.name for node in reversed(found) if node.name in met), "")
    while name and (inner := _inside(graph, name, fed)):
        name = inner
    return name


def _named_before(graph: Graph, roles: Roles) -> list[str]:
    """Named numbers before the prediction that could be it, the latest first."""
    found = graph.downstream_of(roles.features) & graph.upstream_of([graph.output])
    found -= graph.downstream_of([roles.target])
    return [n.name for n in reversed([*graph.nodes.values()]) if n.name in found and n.named and not n.shape]


def _inside(graph: Graph, name: str, fed: Collection[str]) -> str:
    """What a logarithm, a sign or 1 minus something is taken of."""
    node = graph.nodes[name]
    if node.op in (*LOGARITHMS, "neg", "sub"):
        inner = [arg for arg in node.args if arg in fed and not graph.nodes[arg].is_leaf]
        return inner[0] if len(inner) == 1 else ""
    return ""


# -- checks


def check(roles: Roles, graph: Graph, dataset: Dataset, chosen: Mapping[str, str]) -> None:
    """Raise Problem where a program and a data set do not fit."""
    if not roles.features:
        raise Problem(
            "No name of the program takes the data", hint="Call the inputs x, a vector, or x1, x2 and so on"
        )
    if not roles.parameters:
        raise Problem("There is nothing to learn", hint="Use a parameter such as w")
    width = dataset.inputs.shape[1]
    if roles.target and roles.target not in graph.nodes and not fitting(dataset, _target_shape(graph, roles)):
        raise Problem(
            f"{describe(roles.prediction, _target_shape(graph, roles))}, which no target of the data fits",
            hint="Make the output one number, or one for each class",
        )
    for name, column in zip(roles.features, roles.columns, strict=False):
        if column >= width:
            raise Problem(f"The data have {_count(width, 'feature')}; there is none for {name}")
    if not roles.columns:
        _check_whole(roles.features, graph, dataset)
    if roles.target in graph.nodes:
        _check_target(roles, graph, dataset, chosen.get(roles.target, "").partition(" ")[2])


def _check_whole(features: Sequence[str], graph: Graph, dataset: Dataset) -> None:
    width = dataset.inputs.shape[1]
    shapes = whole_shapes(dataset)
    for name in features:
        shape = graph.nodes[name].shape
        if shape and len(features) > 1 and NUMBERED.match(name):
            raise Problem(f"{describe(name, shape)} and takes one feature, a number")
        if shape not in shapes:
            raise Problem(f"{describe(name, shape)} and the data have {_count(width, 'feature')}")


def whole_shapes(dataset: Dataset) -> list[Shape]:
    """The shapes that one name can take an example's inputs in, the usual one first."""
    width = dataset.inputs.shape[1]
    found: list[Shape] = [(width,)] if width > 1 else [(), (1,)]
    return [*found, dataset.image_shape] if dataset.image_shape else found


def _check_target(roles: Roles, graph: Graph, dataset: Dataset, choice: str) -> None:
    name, classes = roles.target, dataset.classes
    shape = graph.nodes[name].shape
    if choice and not CODINGS[choice].fits(dataset, shape):
        raise Problem(
            f"{describe(name, shape)}, which does not fit a target told as {CODINGS[choice].title(dataset)}",
            hint=f"Choose another role for {name}",
        )
    if not choice and not fitting(dataset, shape):
        has = _count(classes, "class", "classes") if classes else "one number as the target"
        raise Problem(f"{describe(name, shape)} and the data have {has}")
    kind = targets(graph.program, {name: shape}).get(name)
    if not choice and kind in ("yes or no", "side") and classes != 2 and not shape:
        wanted = "0 or 1" if kind == "yes or no" else "−1 or 1"
        has = _count(classes, "class", "classes") if classes else "numbers as targets"
        hint = "Use softmax and the loss -log(f[k])" if classes else "Use the loss (y - t)^2"
        raise Problem(f"{name} is {wanted} in this loss, and the data have {has}", hint=hint)
    for edge in graph.users[name]:
        into = graph.pointed(edge)
        if into is None:
            continue
        if not classes:
            raise Problem(f"{name} is the number of a class, and these data have no classes")
        user = graph.nodes[edge.target].operation
        entries = user.entries_pointed(into.shape) if into.shape else into.value
        if isinstance(entries, int | float) and entries < classes:
            said = describe(into.name, into.shape) if into.shape else f"onehot makes {into.name} entries"
            raise Problem(f"{said} and the data have {_count(classes, 'class', 'classes')}")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"

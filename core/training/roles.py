"""Which names of a program are learned, take the data, or stay fixed: guessed by convention, and checked.

roles_of     the roles of a graph's inputs for a data set, or Problem where the two do not fit
data_shapes  the shapes the data give to a program's free names, needed before there is a graph
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from core.arrays import Shape, Value, describe, shape_of
from core.dataclass import dataclass
from core.errors import Problem
from core.graph import Graph
from core.late import np
from core.training.data import Array, Dataset, Examples

FIXED = frozenset(["λ", "η", "α", "β", "μ", "ε", "δ", "margin"])
TARGETS = ("t", "k", "target", "y")
VECTOR = "x"
LEARNED = re.compile(r"[wWbθUuVv](_?\w*)$")
NUMBERED = re.compile(r"x(\d+)$")
# predictions that lie between −1 and 1, and losses that want the classes there
SIGNED, WANT_SIGNS = ("tanh", "sign", "softsign", "sin"), ("hinge", "perceptron")
NUMBER, SIGNS, ONE_HOT = "number", "signs", "one-hot"


@dataclass(frozen=True, slots=True)
class Roles:
    """What each input of a program is for.

    features     the names that take an example's inputs: one array, or numbers
    columns      for features that are numbers, their columns in the data
    target       the name that takes an example's target, or "" if the program has none
    encoding     what the target is: its number; −1 and 1 for two classes; or a vector of 0 with a 1
    prediction   the node that is compared with the target, or ""
    threshold    between the two classes, where the prediction is one number
    """

    parameters: tuple[str, ...]
    features: tuple[str, ...] = ()
    columns: tuple[int, ...] = ()
    target: str = ""
    encoding: str = NUMBER
    fixed: tuple[str, ...] = ()
    prediction: str = ""
    threshold: float = 0.5

    @property
    def data(self) -> tuple[str, ...]:
        """The names that differ from example to example."""
        return (*self.features, *[self.target] * bool(self.target))

    def examples(self, dataset: Dataset, graph: Graph) -> Examples:
        """What a data set feeds a program, which must fit."""
        labels = dataset.targets if dataset.classes else None
        return Examples(self._arrays(dataset, graph), labels, np.arange(len(dataset)))

    def _arrays(self, dataset: Dataset, graph: Graph) -> dict[str, Array]:
        if self.columns:
            found = {name: dataset.inputs[:, i] for name, i in zip(self.features, self.columns, strict=True)}
        else:
            found = {
                name: dataset.inputs.reshape(len(dataset), *graph.nodes[name].shape) for name in self.features
            }
        if self.target:
            found[self.target] = self._targets(dataset)
        return found

    def _targets(self, dataset: Dataset) -> Array:
        if self.encoding == SIGNS:
            return 2 * dataset.targets - 1
        if self.encoding == ONE_HOT:
            return np.eye(dataset.classes)[dataset.targets]
        return dataset.targets

    def correct(self, prediction: Array, targets: Array) -> Array:
        """Which predictions (the examples along the last axis) name the class that is the target."""
        found = np.argmax(prediction, axis=0) if prediction.ndim > 1 else prediction > self.threshold
        return np.equal(found, targets)


def data_shapes(
    names: Collection[str], dataset: Dataset, known: Mapping[str, Value] | None = None
) -> dict[str, Shape]:
    """The shapes the data give to free names of a program: a vector x, numbers x1, x2, …, and a target.

    Where a name could have several shapes, that of its `known` value is taken if it is one of them.
    """
    features, columns = _features(names, dataset)
    target = _target(names, features)
    fitting = dict.fromkeys(features, [()] if columns else _vector_shapes(dataset))
    if target:
        fitting[target] = [(), *[(dataset.classes,)] * bool(dataset.classes)]
    found = {name: shapes[0] for name, shapes in fitting.items()}
    for name, value in (known or {}).items():
        if shape_of(value) in fitting.get(name, []):
            found[name] = shape_of(value)
    return found


def roles_of(graph: Graph, dataset: Dataset | None = None) -> Roles:
    """The roles of a graph's inputs by convention. Raises Problem where graph and data do not fit.

    Without data, or beside names like w, W and b, other names keep the values they have.
    """
    free = [name for name in graph.free if name not in FIXED]
    if not free:
        names = [name for name in graph.given if name not in FIXED]
        hint = f"Take out the line {names[0]} = … and give {names[0]} its value beside" if names else ""
        raise Problem("There is nothing to learn: every name has a value in the program", hint=hint)
    features, columns = _features(free, dataset) if dataset else ((), ())
    target = _target(free, features) if dataset else ""
    rest = [name for name in free if name not in (*features, target)]
    learned = [name for name in rest if LEARNED.match(name)]
    parameters = tuple(rest if dataset or not learned else learned)
    fixed = tuple(name for name in graph.free if name not in (*parameters, *features, target))
    prediction = _prediction(graph, features, target)
    encoding, threshold = NUMBER, 0.5
    if dataset and target:
        encoding = _encoding(graph, target, prediction, dataset)
        threshold = 0.0 if encoding == SIGNS or _is_score(graph, prediction) else 0.5
    roles = Roles(parameters, features, columns, target, encoding, fixed, prediction, threshold)
    if dataset:
        check(roles, graph, dataset)
    return roles


def check(roles: Roles, graph: Graph, dataset: Dataset) -> None:
    """Raise Problem where a program and a data set do not fit."""
    if not roles.features:
        raise Problem(
            "No name of the program takes the data", hint="Call the inputs x, a vector, or x1, x2 and so on"
        )
    if not roles.parameters:
        raise Problem("There is nothing to learn", hint="Use a parameter such as w")
    width = dataset.inputs.shape[1]
    for name, column in zip(roles.features, roles.columns, strict=False):
        shape = graph.nodes[name].shape
        if shape:
            raise Problem(f"{describe(name, shape)} and takes one feature, a number")
        if column >= width:
            raise Problem(f"The data have {_count(width, 'feature')}; there is none for {name}")
    if not roles.columns:
        _check_vector(roles.features[0], graph, dataset)
    if roles.target:
        _check_target(roles, graph, dataset)


def _check_vector(name: str, graph: Graph, dataset: Dataset) -> None:
    shape, width = graph.nodes[name].shape, dataset.inputs.shape[1]
    if shape not in _vector_shapes(dataset):
        raise Problem(f"{describe(name, shape)} and the data have {_count(width, 'feature')}")


def _vector_shapes(dataset: Dataset) -> list[Shape]:
    """The shapes that one name can take an example's inputs in, the usual one first."""
    width = dataset.inputs.shape[1]
    found: list[Shape] = [(width,)] if width > 1 else [(), (1,)]
    return [*found, dataset.image_shape] if dataset.image_shape else found


def _check_target(roles: Roles, graph: Graph, dataset: Dataset) -> None:
    name, classes = roles.target, dataset.classes
    shape = graph.nodes[name].shape
    if shape and shape != (classes,):
        has = _count(classes, "class", "classes") if classes else "one number as the target"
        raise Problem(f"{describe(name, shape)} and the data have {has}")
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


def _features(names: Collection[str], dataset: Dataset | None) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The names that take an example's inputs, and their columns if they are numbers."""
    if VECTOR in names:
        return (VECTOR,), ()
    found = {name: int(match[1]) for name in names if (match := NUMBERED.match(name))}
    if 0 not in found.values():
        named = dataset.feature_names if dataset else ()
        by_name = {name: named.index(name) for name in names if name in named}
        found = by_name or {name: number - 1 for name, number in found.items()}
    ordered = sorted(found, key=lambda name: found[name])
    return tuple(ordered), tuple(found[name] for name in ordered)


def _target(names: Collection[str], features: Sequence[str]) -> str:
    return next((name for name in TARGETS if name in names and name not in features), "")


def _prediction(graph: Graph, features: Sequence[str], target: str) -> str:
    """The latest named node that depends on the features and not on the target."""
    fed = graph.downstream_of(features)
    told = graph.downstream_of([target] if target else [graph.output])
    found = ""
    for node in graph.nodes.values():
        if node.named and not node.is_leaf and node.name in fed and node.name not in told:
            found = node.name
    return found


def _encoding(graph: Graph, target: str, prediction: str, dataset: Dataset) -> str:
    """How a class is told to the program."""
    if graph.nodes[target].shape:
        return ONE_HOT
    users = [graph.nodes[edge.target] for edge in graph.users[target]]
    margin = any(user.op == "mul" and prediction in user.args for user in users)
    signed = prediction and graph.nodes[prediction].op in SIGNED
    wanted = margin or signed or any(user.op in WANT_SIGNS for user in users)
    by_number = any(graph.pointed(edge) for edge in graph.users[target])
    return SIGNS if dataset.classes == 2 and wanted and not by_number else NUMBER


def _is_score(graph: Graph, prediction: str) -> bool:
    """Whether the prediction is a score that a loss turns into a probability."""
    return any(graph.nodes[edge.target].op == "bce_logits" for edge in graph.users.get(prediction, ()))

"""What each name of a program is for in training, and what may be chosen for one."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from core.base.arrays import Array, Shape
from core.data.examples import Dataset, Examples
from core.graph.graph import Graph
from core.ops.facts import NUMBER
from core.training.coding import CODINGS, INPUTS, encoded

AS_PARAMETER, AS_CONSTANT, AS_INPUT, AS_TARGET = "parameter", "constant", "input", "target"
CHOICES = (AS_PARAMETER, AS_CONSTANT, AS_INPUT, *[f"{AS_TARGET} {name}" for name in CODINGS])


class Roles(Struct, frozen=True):
    """What each input of a program is for.

    parameters        the names that are learned
    features          the names that take an example's inputs: one array, or numbers
    columns           for features that are numbers, their columns in the data
    target            the name that takes an example's target, or "" if there is none
    coding            how the target is encoded, a name of CODINGS
    fixed             the names that keep their values
    prediction        the node that is compared with the target, or ""
    threshold         between the two classes, where the prediction is one number
    higher_is_second  whether larger predictions speak for the second class
    """

    parameters: tuple[str, ...]
    features: tuple[str, ...] = ()
    columns: tuple[int, ...] = ()
    target: str = ""
    coding: str = NUMBER
    fixed: tuple[str, ...] = ()
    prediction: str = ""
    threshold: float = 0.5
    higher_is_second: bool = True

    @property
    def data(self) -> tuple[str, ...]:
        """The names that differ from example to example."""
        return (*self.features, *[self.target] * bool(self.target))

    def role(self, name: str) -> str:
        """What a name is for, as it may be chosen."""
        if name == self.target:
            return f"{AS_TARGET} {self.coding}".rstrip()
        if name in self.features:
            return AS_INPUT
        return AS_PARAMETER if name in self.parameters else AS_CONSTANT

    def examples(self, dataset: Dataset, graph: Graph) -> Examples:
        """What a data set feeds a program, which must fit."""
        inputs, size = dataset.inputs, len(dataset)
        if self.columns:
            found = {name: inputs[:, i] for name, i in zip(self.features, self.columns, strict=True)}
        else:
            found = {name: inputs.reshape(size, *graph.nodes[name].shape) for name in self.features}
        if self.target:
            found[self.target] = encoded(self.coding, dataset, target_shape(graph, self))
        scores = bool(self.prediction and graph.nodes[self.prediction].shape)
        named = self.target and self.coding != INPUTS and (dataset.classes == 2 or scores)
        labels = dataset.targets if dataset.classes and named else None
        return Examples(found, labels, np.arange(size), dataset.strata)

    def correct(self, prediction: Array, classes: Array) -> int:
        """How many predictions (the examples along the last axis) name the class that is the target."""
        return int(np.count_nonzero(self._named(prediction) == classes))

    def classes(self, prediction: Array) -> Array:
        """The class that each prediction (the examples along the last axis) names, as a whole number."""
        return self._named(prediction).astype(int)

    def _named(self, prediction: Array) -> Array:
        """The same, of two classes as whether it is the second."""
        if prediction.ndim > 1:
            return np.asarray(prediction.argmax(axis=0))
        above = np.asarray(prediction > self.threshold)
        return above if self.higher_is_second else ~above


def offered(dataset: Dataset | None) -> list[str]:
    """The roles that make sense with some data, of CHOICES."""
    if dataset is None:
        return [AS_PARAMETER, AS_CONSTANT]
    shapes: list[Shape] = [(), (dataset.classes,), dataset.inputs.shape[1:]]
    codings = [name for name, one in CODINGS.items() if any(one.fits(dataset, shape) for shape in shapes)]
    return [AS_PARAMETER, AS_CONSTANT, AS_INPUT, *[f"{AS_TARGET} {name}" for name in codings]]


def choices(role: str, chosen: str, dataset: Dataset | None) -> tuple[tuple[str, str], ...]:
    """What may be chosen for a name with some data, each role with its words.

    Args:
        role: the name's role, or "" if it is not known.
        chosen: the role that was chosen for it, or "" where it is left to the program.
        dataset: the data, or None.

    Returns:
        Roles with their words; the first, "", takes a choice back.
    """
    found = title(role, dataset) if role and not chosen else ""
    return ("", f"{found} (auto)".strip()), *((other, title(other, dataset)) for other in offered(dataset))


def title(role: str, dataset: Dataset | None) -> str:
    """A role in words, for some data."""
    kind, _, name = role.partition(" ")
    return f"{kind}: {CODINGS[name].title(dataset)}" if name and dataset else kind


def target_shape(graph: Graph, roles: Roles) -> Shape:
    """The target's shape; one that the program does not use has the prediction's."""
    return graph.nodes[roles.target if roles.target in graph.nodes else roles.prediction].shape

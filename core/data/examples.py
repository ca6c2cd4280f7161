"""Data sets, and the examples a program is fed, split and dealt alike at the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import force_setattr, replace

from core.base.arrays import Array, Value, frozen
from core.base.errors import Problem

Range = tuple[float, float]

# the last number of every seed, so that one seed never gives the same random numbers twice
DRAWING, SPLITTING, DEALING = 1, 2, 3
ROOM = 0.1  # of a feature's range, left free on both sides of it


def with_room(low: float, high: float) -> Range:
    """The range of numbers from `low` to `high`, and some room on both sides."""
    room = ROOM * (high - low) or 1.0
    return low - room, high + room


def seeded_rng(*seed: int) -> np.random.Generator:
    """The generator of a seed, which is any number of whole numbers. Raises Problem where one is below 0."""
    for number in seed:
        if number < 0:
            raise Problem(f"A seed or an epoch must be 0 or more, and this one is {number}")
    # an array is sooner understood than a tuple, and gives the same
    return np.random.default_rng(np.array(seed, np.uint32) if max(seed) < 2**32 else seed)


class Scaling(Struct, frozen=True, eq=False):
    """Features shifted by their `mean` and divided by their `deviation`, both (d,); 1 of a constant."""

    mean: Array
    deviation: Array

    def done(self, inputs: Array) -> Array:
        """Standardised inputs (n, d)."""
        return (inputs - self.mean) / self.deviation

    def undone(self, inputs: Array) -> Array:
        """The inputs (n, d) that were standardised."""
        return inputs * self.deviation + self.mean


class Dataset(Struct, frozen=True, eq=False):
    """Examples with their targets; the arrays are read-only.

    inputs (n, d) float; targets (n,): whole numbers from 0 to classes - 1, or floats where classes is 0;
    image_shape (height, width) when the d inputs are the pixels of an image, row by row; extent: where
    each feature usually lies, or () to find it from the data; scaling: what was done to the inputs;
    stratified: whether the part kept for testing has the same share of each class.
    """

    name: str
    title: str
    inputs: Array
    targets: Array
    classes: int
    feature_names: tuple[str, ...]
    image_shape: tuple[int, ...] | None
    source: str
    class_names: tuple[str, ...] = ()
    extent: tuple[Range, ...] = ()
    scaling: Scaling | None = None
    target_name: str = "target"
    stratified: bool = False

    def __post_init__(self) -> None:
        inputs, targets = np.array(self.inputs, dtype=float), np.asarray(self.targets)
        if inputs.ndim != 2 or targets.shape != inputs.shape[:1]:
            raise Problem(
                f"{self.name}: inputs are {_shape(inputs)} and targets {_shape(targets)}; "
                "there must be one row of inputs for each target"
            )
        if len(self.feature_names) != inputs.shape[1]:
            raise Problem(
                f"{self.name}: {inputs.shape[1]} columns of inputs have {len(self.feature_names)} names"
            )
        size = "×".join(map(str, self.image_shape or ()))
        if self.image_shape is not None and np.prod(self.image_shape) != inputs.shape[1]:
            raise Problem(f"{self.name}: {inputs.shape[1]} inputs do not fill an image of {size}")
        if self.classes and not np.isin(targets, range(self.classes)).all():
            raise Problem(f"{self.name}: targets of {self.classes} classes must be 0 to {self.classes - 1}")
        if not (np.isfinite(inputs).all() and np.isfinite(targets).all()):
            raise Problem(f"{self.name}: inputs and targets must be finite numbers")
        targets = targets.astype(int if self.classes else float)
        for array in (inputs, targets):
            array.setflags(write=False)
        force_setattr(self, "inputs", inputs)
        force_setattr(self, "targets", targets)
        if not self.class_names:
            force_setattr(self, "class_names", tuple(str(k) for k in range(self.classes)))

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def strata(self) -> Array | None:
        """The class of each example, if each part is to have the same share of each class; else None."""
        return self.targets if self.stratified and self.classes else None

    @property
    def as_given(self) -> Array:
        """The inputs (n, d) as they were before they were standardised."""
        return self.scaling.undone(self.inputs) if self.scaling else self.inputs

    def range(self, feature: int) -> Range:
        """Where a feature lies, with some room around it where that is found from the data."""
        if self.extent:
            return self.extent[feature]
        column = self.inputs[:, feature]
        return with_room(float(column.min()), float(column.max()))

    def standardised(self, rows: Array) -> Dataset:
        """The set with each feature shifted and scaled to mean 0 and deviation 1 over the examples `rows`."""
        part = self.inputs[rows]
        deviation = part.std(axis=0)
        scaling = Scaling(part.mean(axis=0), np.where(deviation > 0, deviation, 1.0))
        extent = tuple(
            (float((low - mean) / wide), float((high - mean) / wide))
            for (low, high), mean, wide in zip(self.extent, scaling.mean, scaling.deviation, strict=False)
        )
        return replace(self, inputs=scaling.done(self.inputs), extent=extent, scaling=scaling)


class Examples(Struct, frozen=True, eq=False):
    """What a program is fed: for each name that takes data its values for all examples, along the first axis.

    labels   the class of each example that the program tells, or None where it tells none
    rows     the numbers the examples have in the whole set
    strata   the class of each example, where each part is to have the same share of each class
    """

    arrays: Mapping[str, Array]
    labels: Array | None = None
    rows: Array | None = None
    strata: Array | None = None

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def example(self, number: int) -> dict[str, Value]:
        """The values of one example, to be opened on the canvas."""
        return {name: frozen(array[number]) for name, array in self.arrays.items()}

    def split(self, train_fraction: float, seed: int) -> tuple[Examples, Examples]:
        """The examples shuffled and parted in two, to train on and to test on; neither part is empty."""
        train, test = parted(len(self), self.strata, train_fraction, seed)
        return self._part(train), self._part(test)

    def order(self, seed: int, epoch: int) -> Array:
        """The numbers of all examples in the order of an epoch, fixed by (seed, epoch)."""
        order = seeded_rng(seed, epoch, DEALING).permutation(len(self))
        order.setflags(write=False)
        return order

    def batches(self, size: int, seed: int, epoch: int) -> Iterator[Array]:
        """Indices of the mini-batches of one epoch: every example once, in its order.

        The last batch holds what is left over; a size beyond the number of examples gives one batch.
        """
        if size < 1:
            raise Problem(f"A mini-batch holds at least 1 example, not {size}")
        order = self.order(seed, epoch)
        return (order[start : start + size] for start in range(0, len(self), size))

    def _part(self, rows: Array) -> Examples:
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        labels, strata = (None if a is None else a[rows] for a in (self.labels, self.strata))
        return Examples(arrays, labels, rows, strata)


def parted(count: int, labels: Array | None, train_fraction: float, seed: int) -> tuple[Array, Array]:
    """Shuffle examples and part them in two, to train on and to test on, each class in the same proportion.

    Args:
        count: how many examples there are.
        labels: the class of each, or None where there are no classes.
        train_fraction: the share that is trained on.
        seed: of the order.

    Returns:
        The rows of both parts. Of a class as near to its share as whole examples allow.

    Raises:
        Problem: one part would be empty.
    """
    train = round(train_fraction * count) if 0 < train_fraction < 1 else 0
    if not 0 < train < count:
        raise Problem(
            f"{train_fraction:g} of {count} examples leaves nothing to train on or nothing to test on"
        )
    order = seeded_rng(seed, SPLITTING).permutation(count)
    if labels is None:
        return order[:train], order[train:]
    shuffled = labels[order]
    classes, sizes = np.unique(labels, return_counts=True)
    shares = sizes * (count - train) / count
    kept = np.floor(shares).astype(int)
    largest = np.argsort(kept - shares, kind="stable")  # the largest remainders first
    kept[largest[: count - train - kept.sum()]] += 1
    tested = np.zeros(count, dtype=bool)
    for label, number in zip(classes, kept, strict=True):
        tested[np.flatnonzero(shuffled == label)[::-1][:number]] = True
    return order[~tested], order[tested]


def _shape(array: Array) -> str:
    return "×".join(map(str, array.shape)) or "a number"

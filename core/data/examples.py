"""Data sets, and the examples a program is fed, split and dealt alike at the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import force_setattr

from core.base.arrays import Array, Value, frozen
from core.base.errors import Problem

# the last number of every seed, so that one seed never gives the same random numbers twice
DRAWING, SPLITTING, DEALING = 1, 2, 3


def seeded_rng(*seed: int) -> np.random.Generator:
    """The generator of a seed, which is any number of whole numbers. Raises Problem where one is below 0."""
    for number in seed:
        if number < 0:
            raise Problem(f"A seed or an epoch must be 0 or more, and this one is {number}")
    return np.random.default_rng(seed)


class Dataset(Struct, frozen=True, eq=False):
    """Examples with their targets; the arrays are read-only.

    inputs (n, d) float; targets (n,): whole numbers from 0 to classes - 1, or for regression (classes = 0)
    floats; image_shape (height, width) when the d inputs are the pixels of an image, row by row.
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


class Examples(Struct, frozen=True, eq=False):
    """What a program is fed: for each name that takes data its values for all examples, along the first axis.

    labels   the class of each example as a whole number, or None where there are no classes
    rows     the numbers the examples have in the whole set
    """

    arrays: Mapping[str, Array]
    labels: Array | None = None
    rows: Array | None = None

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def example(self, number: int) -> dict[str, Value]:
        """The values of one example, to be opened on the canvas."""
        return {name: frozen(array[number]) for name, array in self.arrays.items()}

    def split(self, train_fraction: float, seed: int) -> tuple[Examples, Examples]:
        """The examples shuffled and parted in two, to train on and to test on; neither part is empty."""
        train = round(train_fraction * len(self)) if 0 < train_fraction < 1 else 0
        if not 0 < train < len(self):
            raise Problem(
                f"{train_fraction:g} of {len(self)} examples leaves nothing to train on or nothing to test on"
            )
        order = seeded_rng(seed, SPLITTING).permutation(len(self))
        return self._part(order[:train]), self._part(order[train:])

    def batches(self, size: int, seed: int, epoch: int) -> Iterator[Array]:
        """Indices of the mini-batches of one epoch: every example once, in an order fixed by (seed, epoch).

        The last batch holds what is left over; a size beyond the number of examples gives one batch.
        """
        if size < 1:
            raise Problem(f"A mini-batch holds at least 1 example, not {size}")
        order = seeded_rng(seed, epoch, DEALING).permutation(len(self))
        order.setflags(write=False)
        return (order[start : start + size] for start in range(0, len(self), size))

    def _part(self, rows: Array) -> Examples:
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        return Examples(arrays, None if self.labels is None else self.labels[rows], rows)


def _shape(array: Array) -> str:
    return "×".join(map(str, array.shape)) or "a number"

"""A plan ready to run: arrays to fill, functions to call, arrays to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from core.base.arrays import Array, Value
from core.compiled.layout import Slot


def nothing(update: int = 0) -> None:
    """Do nothing: what `rewind` does where no generator of random numbers is to be set back."""


class Flat(Struct, frozen=True):
    """All parameters end to end, and their gradients; engines for several batch sizes may share one."""

    parameters: Array
    gradient: Array

    @classmethod
    def of(cls, count: int, dtype: npt.DTypeLike) -> Flat:
        """Make room for `count` numbers, all 0."""
        return cls(np.zeros(count, dtype), np.zeros(count, dtype))


class Compiled(Struct, frozen=True):
    """A plan ready to run on batches of `size` examples.

    inputs      for each input that is no parameter the array to fill; the batch is the last axis
    views       for each parameter its part of `flat.parameters`
    values      for each node that the output needs, or that is watched, its value after `forward`; a
                product that takes its bias in has none
    forward     computes the values
    step        computes the values and, if there are parameters, `flat.gradient`; raises no floating-point
                error, but NumPy may warn: call it under `np.errstate(all="ignore")`. Both are functions of
                the listing, made by `compile_plan` (core/compiled/engine.py)
    drops       whether there are masks that each update draws anew
    rewind      sets the generators of dropout to where the masks of an update begin, by its number from 0 on
    source      the listing, a script
    """

    size: int
    flat: Flat
    inputs: Mapping[str, Array]
    views: Mapping[str, Array]
    values: Mapping[str, Array]
    forward: Callable[[], None]
    step: Callable[[], None]
    rewind: Callable[[int], None]
    drops: bool
    source: str
    _output: Array
    _share: Array
    _places: Mapping[str, Slot]

    @property
    def parameters(self) -> Array:
        """All parameters end to end, of shape (number of parameters,); writing there changes them."""
        return self.flat.parameters

    @property
    def gradient(self) -> Array:
        """The gradient of the loss with respect to `parameters`, of the same shape, as of the last `step`."""
        return self.flat.gradient

    @property
    def loss(self) -> float:
        """The output's mean over the batch, or its sum, as of the last `forward` or `step`."""
        return self.finder()()

    def finder(self) -> Callable[[], float]:
        """What finds `loss`, for who asks after every step."""
        mean, output = self._share.dot, self._output
        return lambda: float(mean(output))

    def set(self, values: Mapping[str, Value]) -> None:
        """Put values into parameters and inputs.

        Args:
            values: a number or an array by name, of the shape of one example; every example of the batch gets
                it.
        """
        for name, value in values.items():
            if name in self.views:
                self.views[name][...] = value
            elif name in self.inputs:
                array = self.inputs[name]
                whole = np.asarray(value)
                array[...] = whole if array.ndim == whole.ndim else whole[..., None]

    def part(self, vector: Array, name: str) -> Array:
        """View a parameter's part, in its shape, of a vector laid out as `parameters` are."""
        return self._places[name].of(vector)

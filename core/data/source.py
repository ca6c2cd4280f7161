"""One row of the table of data sets: what a set is called, what may be chosen, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from core.base.errors import Problem
from core.data.drawn import Draw
from core.data.examples import DRAWING, Dataset, Range, seeded_rng

MOST_EXAMPLES = 100_000
SQUARE: tuple[Range, ...] = ((-6.0, 6.0), (-6.0, 6.0))


class DatasetSource(Struct, frozen=True):
    """A set that can be made: its words, what it starts with, how far one may go, and how it is drawn.

    noise_high   0 says that the set takes no noise
    n_high       how many examples there are at most
    extent       where its features usually lie
    formula      the usual one of a set that is drawn by a formula; `draw_by` takes it, or another
    has_test     whether some examples may be kept for testing; else it is learned whole
    """

    name: str
    title: str
    sentence: str
    classes: int
    draw: Draw | None = None
    n: int = 200
    n_high: int = MOST_EXAMPLES
    noise: float = 0.0
    noise_high: float = 0.5
    feature_names: tuple[str, ...] = ("x1", "x2")
    class_names: tuple[str, ...] = ()
    image_shape: tuple[int, ...] | None = None
    extent: tuple[Range, ...] = SQUARE
    source: str = "drawn by numpy"
    formula: str = ""
    draw_by: Callable[[str], Draw] | None = None
    has_test: bool = True

    @property
    def kind(self) -> str:
        """What there is to learn: "classification" or "regression"."""
        return "classification" if self.classes else "regression"

    def make(
        self, seed: int = 0, n: int | None = None, noise: float | None = None, formula: str = ""
    ) -> Dataset:
        """The set of `n` examples at a seed; the same arguments give the same numbers."""
        n = self.n if n is None else n
        noise = self.noise if noise is None else noise
        fewest = max(2, self.classes)
        if not fewest <= n <= self.n_high:
            raise Problem(f"{self.title} has {fewest} to {self.n_high} examples, not {n}")
        if not 0 <= noise <= self.noise_high:
            raise Problem(f"The noise of {self.title} is 0 to {self.noise_high:g}, not {noise:g}")
        draw = self.draw_by(formula or self.formula) if self.draw_by else self.draw
        assert draw is not None
        inputs, targets = draw(seeded_rng(seed, DRAWING), n, noise)
        return Dataset(
            self.name,
            self.title,
            inputs,
            targets,
            self.classes,
            self.feature_names,
            self.image_shape,
            self.source,
            self.class_names,
            self.extent,
        )

"""Which class is predicted for which example, how sure the program is of the true one, and what is wrong."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from core.base.arrays import Array
from core.ops import squashing
from core.training.answers import SHARES, shares_of
from core.training.run import TrainingRun
from core.training.shown import Cell, Picked

PROBABILITY = squashing("probability")


class Classified(Struct, frozen=True, eq=False):
    """Examples with classes, as a program tells them.

    tested     whether they are those kept for testing, or those that are trained on
    rows       (n,) the numbers of the examples among all data
    true       (n,) their classes
    predicted  (n,) the classes that are predicted
    sureness   (n,) the probability of the true class; where no probabilities are predicted, how far the
               prediction lies on the side of the true class
    is_share   whether that is a probability
    classes    how many classes there are
    """

    tested: bool
    rows: Array
    true: Array
    predicted: Array
    sureness: Array
    is_share: bool
    classes: int

    @property
    def counts(self) -> Array:
        """How many examples of each class (row) are told to be of each (column), (classes, classes)."""
        found = np.zeros((self.classes, self.classes), int)
        np.add.at(found, (self.true, self.predicted), 1)
        return found

    @property
    def part(self) -> str:
        """Which examples they are, in words."""
        return "test examples" if self.tested else "training examples"

    def wrong(self) -> Array:
        """The places, among these, of those whose class is not predicted, the worst first."""
        (places,) = np.nonzero(self.true != self.predicted)
        return np.asarray(places[np.argsort(self.sureness[places], kind="stable")])

    def picked(self, which: Picked) -> Array:
        """The numbers of those of a cell, or of those whose class is not predicted, in their order."""
        if isinstance(which, Cell):
            return np.asarray(self.rows[(self.true == which.true) & (self.predicted == which.predicted)])
        return np.asarray(self.rows[self.true != self.predicted] if which == "wrong" else self.rows)


def has_classes(run: TrainingRun) -> bool:
    """Whether the program tells classes that are known."""
    data = run.setup.dataset
    return data is not None and data.classes > 1 and run.trainer.records[0].train_accuracy is not None


def classified(run: TrainingRun, of_training: bool = False) -> Classified | None:
    """Find what a run predicts for its examples now.

    Args:
        run: what is trained.
        of_training: whether to take the examples that are trained on; else those kept for testing, if any.

    Returns:
        The examples in the order of the data, or None where no classes are told.
    """
    data, trainer = run.setup.dataset, run.trainer
    if data is None or not has_classes(run):
        return None
    tested = trainer.test_data is not None and not of_training
    examples = trainer.test_data if tested else trainer.train_data
    assert examples is not None and examples.rows is not None and examples.labels is not None
    order, name = np.argsort(examples.rows), trainer.roles.prediction
    answer = np.moveaxis(trainer.node_values([name], tested)[name], 0, -1)[..., order]
    true, op = examples.labels[order].astype(int), trainer.graph.nodes[name].op
    predicted = trainer.roles.classes(answer)
    if answer.ndim > 1:
        shares = answer if op in SHARES else shares_of(answer)
        sureness, is_share = shares[true, np.arange(len(true))], True
    else:
        is_share = op in PROBABILITY
        of_second = answer if trainer.roles.higher_is_second else 2 * trainer.roles.threshold - answer
        if is_share:
            sureness = np.where(true == 1, of_second, 1 - of_second)
        else:
            sureness = (of_second - trainer.roles.threshold) * np.where(true == 1, 1, -1)
    rows = examples.rows[order]
    return Classified(tested, rows, true, predicted, sureness, is_share, data.classes)

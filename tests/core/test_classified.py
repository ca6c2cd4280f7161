"""Which classes are taken for which, and how sure the program is of the true one."""

import numpy as np
import pytest

from core.training.classified import classified
from core.training.confusion_plot import confusion_plot, errors_plot
from core.training.run import TrainingRun
from core.training.settings import TrainingSettings
from core.training.setup import setup
from core.training.shown import Cell
from core.training.views import VIEWS


def run_of(data="iris", updates=30, text="", **settings):
    trains = "program" if text else "network"
    run = TrainingRun(setup(TrainingSettings(trains=trains, data=data, **settings), text, {}))
    run.trainer.step(updates)
    return run


@pytest.fixture(scope="module")
def iris():
    return run_of(hidden=())


def scores(run, rows):
    values = run.trainer.values()
    return run.setup.dataset.inputs[rows] @ values["W1"].T + values["b1"]


@pytest.mark.parametrize("of_training", [False, True])
def test_counts_have_a_row_for_each_true_class(iris, of_training):
    found, data = classified(iris, of_training), iris.setup.dataset
    part = iris.trainer.train_data if of_training else iris.trainer.test_data
    assert sorted(found.rows) == sorted(part.rows)
    wanted = np.zeros((3, 3), int)
    for row, said in zip(found.rows, scores(iris, found.rows).argmax(axis=1), strict=True):
        wanted[data.targets[row], said] += 1
    assert found.counts.tolist() == wanted.tolist() and not np.array_equal(wanted, wanted.T)
    record = iris.trainer.record()
    accuracy = record.train_accuracy if of_training else record.test_accuracy
    assert np.trace(found.counts) / len(found.rows) == pytest.approx(accuracy)


def test_the_worst_error_has_the_least_probability_of_its_class(iris):
    found, data = classified(iris, True), iris.setup.dataset
    e = np.exp(scores(iris, found.rows))
    shares = (e / e.sum(axis=1, keepdims=True))[np.arange(len(e)), data.targets[found.rows]]
    assert found.is_share and found.sureness == pytest.approx(shares)
    wrong = found.wrong()
    assert len(wrong) > 2 and np.all(np.diff(found.sureness[wrong]) >= 0)
    assert {*wrong} == {*np.flatnonzero(found.true != found.predicted)}


@pytest.mark.parametrize(
    ("text", "is_share"),
    [("y = σ(w·x + b); L = bce(y, t)", True), ("s = w·x + b; L = hinge(s, t)", False)],
)
def test_of_two_classes_the_true_one_is_on_its_side(text, is_share):
    found = classified(run_of("moons", 5, text, noise=0.4, rate=0.1))
    assert found.is_share == is_share and 0 < np.trace(found.counts) < len(found.rows)
    middle = 0.5 if is_share else 0.0
    assert ((found.sureness > middle) == (found.true == found.predicted)).all()


def test_without_a_test_share_the_training_examples_are_shown():
    found = classified(run_of(test_percent=0, updates=1))
    assert not found.tested and len(found.rows) == 150 and found.part == "training examples"


def test_the_examples_of_a_cell_are_those_that_it_counts(iris):
    found = classified(iris, True)
    for true, predicted in np.ndindex(3, 3):
        rows = found.picked(Cell(true, predicted))
        assert len(rows) == found.counts[true, predicted]
        assert (iris.setup.dataset.targets[rows] == true).all()


def test_a_confusion_says_what_is_found_of_each_class_and_leaves_zeros_blank(iris):
    (matrix,), counts = confusion_plot(iris, True).matrices, classified(iris, True).counts
    for i, j in np.ndindex(3, 3):
        assert (matrix.cells[i][j] is None) == (counts[i, j] == 0)
        assert matrix.cells[i][j] is None or matrix.cells[i][j].text == str(counts[i, j])
        sign = np.sign(matrix.shares[i, j])
        assert sign == (0 if not counts[i, j] else 1 if i == j else -1)
    assert matrix.ends == tuple(f"{counts[k, k] / counts[k].sum():.0%}" for k in range(3))
    assert matrix.rows == matrix.columns == iris.setup.dataset.class_names


def test_errors_of_digits_are_pictures_of_these_examples():
    run = run_of("digits", 5, hidden=(), samples=200)
    found, plot = classified(run), errors_plot(run)
    wrong = found.wrong()[:12]
    assert [one.examples for one in plot.matrices] == [(row,) for row in found.rows[wrong]]
    first = found.rows[wrong[0]]
    assert np.array_equal(plot.matrices[0].values.ravel(), run.setup.dataset.as_given[first])
    (chosen,) = [one for one in errors_plot(run, sample=first).matrices if one.framed]
    assert chosen.examples == (first,)


def test_no_errors_are_said_in_a_sentence():
    plot = errors_plot(run_of("and", 200, hidden=(), rate=1.0))
    assert not plot.matrices and plot.empty == "All 200 training examples are correct."


def test_numbers_and_programs_without_classes_have_no_confusion():
    for data in ("sine", "plane"):
        run = run_of(data, 1)
        assert not VIEWS["confusion"].is_there(run) and not VIEWS["errors"].is_there(run)
        assert confusion_plot(run) is None and errors_plot(run) is None

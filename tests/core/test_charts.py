"""Planes through data of any number of features, and answers to any inputs."""

import numpy as np
import pytest

from core.base.errors import Problem
from core.data.datasets import DATASETS
from core.training.answers import Answers
from core.training.boundary import Plane
from core.training.chart import chart_of, principal
from core.training.run import TrainingRun
from core.training.settings import TrainingSettings
from core.training.setup import setup

IRIS = DATASETS["iris"].make()


def run_of(**settings):
    run = TrainingRun(setup(TrainingSettings(**settings), "", {}))
    run.trainer.step(50)
    return run


def by_hand(values, inputs, classes):
    """What a network of one tanh layer of 4 units answers to inputs (n, d)."""
    hidden = np.tanh(inputs @ values["W1"].T + values["b1"])
    if classes == 2:
        return np.tanh(hidden @ values["w2"] + values["b2"])
    scores = hidden @ values["W2"].T + values["b2"]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def test_the_plane_of_two_features_holds_the_others_where_one_example_has_them():
    chart = chart_of(IRIS, 2, 0, held_at=60)
    points = np.array([[1.5, 6.0], [5.0, 7.0]])
    inputs = chart.inputs(points)
    assert inputs[2] == pytest.approx(points[0]) and inputs[0] == pytest.approx(points[1])
    for k in (1, 3):
        assert inputs[k] == pytest.approx(IRIS.inputs[60, k])
    assert chart.titles == ("petal length (cm)", "sepal length (cm)")
    assert chart.held == "Held as in example 60: sepal width (cm) = 2, petal width (cm) = 1"
    assert chart.places(IRIS.inputs) == pytest.approx(IRIS.inputs[:, [2, 0]])
    assert (chart.across, chart.up) == (IRIS.range(2), IRIS.range(0))


def test_the_principal_plane_is_that_of_the_covariance_and_goes_through_the_example():
    chart = principal(IRIS, held_at=5)
    values, vectors = np.linalg.eigh(np.cov(IRIS.inputs.T))
    for k, direction in enumerate(chart.directions):
        assert abs(direction @ vectors[:, -1 - k]) == pytest.approx(1)
    assert chart.directions @ chart.directions.T == pytest.approx(np.eye(2))
    assert (
        chart.held == f"{values[-2:].sum() / values.sum():.0%} of the variance; the rest held as in example 5"
    )
    place = chart.places(IRIS.inputs[5:6])
    assert chart.inputs(place.T)[:, 0] == pytest.approx(IRIS.inputs[5])
    places = chart.places(IRIS.inputs)
    for column, (low, high) in zip(places.T, (chart.across, chart.up), strict=True):
        assert low < column.min() and column.max() < high


def test_the_directions_of_the_same_data_are_found_once(monkeypatch):
    """Another example moves the plane; only other data turn it."""
    first = principal(IRIS)
    monkeypatch.setattr(np.linalg, "svd", None)
    second = principal(IRIS, held_at=99)
    assert second.directions == pytest.approx(first.directions) and not np.allclose(
        second.origin, first.origin
    )


@pytest.mark.parametrize("make", [chart_of, principal])
def test_maps_over_a_chart_are_what_the_network_answers_there(make):
    run = run_of(data="iris", samples=150, hidden=(4,))
    chart = make(run.setup.dataset, held_at=70)
    plane = Plane(run.trainer, resolution=12, chart=chart)
    found = plane.prediction()
    x, y = np.linspace(*chart.across, 12), np.linspace(*chart.up, 12)
    for row, column in ((0, 0), (3, 11), (8, 2)):
        inputs = chart.inputs(np.array([[x[column]], [y[row]]])).T
        expected = by_hand(run.trainer.values(), inputs, 3)[0]
        assert found[row, column] == pytest.approx(expected, abs=1e-5)


def test_pictures_are_looked_at_over_their_principal_plane():
    run = run_of(data="digits", samples=200, hidden=())
    chart = principal(run.setup.dataset, held_at=3)
    shares = Plane(run.trainer, resolution=8, chart=chart).prediction()
    assert shares.shape == (8, 8, 10) and shares.sum(axis=2) == pytest.approx(1)


def test_without_a_chart_there_is_no_plane_of_four_features():
    run = run_of(data="iris", samples=150, hidden=(4,))
    with pytest.raises(Problem, match="needs two features"):
        Plane(run.trainer)
    assert run.plane is None


@pytest.mark.parametrize("data", ["and", "cs231n", "circle"])
def test_the_plane_of_a_run_is_where_its_data_lie(data):
    plane = run_of(data=data, samples=DATASETS[data].n).plane
    assert (plane.across, plane.up) == DATASETS[data].extent


@pytest.mark.parametrize("data, classes", [("circle", 2), ("iris", 3)])
def test_answers_are_those_of_the_network(data, classes):
    run = run_of(data=data, samples=60, hidden=(4,))
    inputs = run.setup.dataset.inputs
    answers = Answers(run.trainer, inputs.T, np.float64)
    expected = by_hand(run.trainer.values(), inputs, classes)
    assert pytest.approx(expected) == answers.now().T
    told = expected.argmax(axis=1) if classes == 3 else (expected > 0).astype(int)
    assert np.array_equal(answers.classes(), told)
    run.trainer.step(30)
    assert pytest.approx(by_hand(run.trainer.values(), inputs, classes)) == answers.now().T


def test_answers_count_as_many_errors_as_the_record():
    run = run_of(data="digits", samples=300, hidden=())
    data, kept = run.setup.dataset, run.trainer.test_data.rows
    right = Answers(run.trainer, data.inputs[kept].T, np.float64).classes() == data.targets[kept]
    assert right.mean() == pytest.approx(run.trainer.record().test_accuracy)


def test_pictures_reach_a_convolution_in_their_shape():
    text = "h = relu(conv2d(x, K)); s = W flatten(h) + b; L = cross_entropy(s, k)"
    run = TrainingRun(setup(TrainingSettings("program", "digits", 40, test_percent=0), text, {}))
    data = run.setup.dataset
    right = Answers(run.trainer, data.inputs.T, np.float64).classes() == data.targets
    assert right.mean() == pytest.approx(run.trainer.record().train_accuracy)

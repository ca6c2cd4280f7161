"""What the plane shows besides: margins, contours, the arrows of units, the regions they cut, finer maps."""

import numpy as np
import pytest

from core.base.slicing import finished
from core.figure.plot import Arrows, Curve, Field, Line, placed
from core.training.boundary import NodeMaps
from core.training.plane_plot import nodes_shown, plane_plot
from core.training.run import TrainingRun
from core.training.settings import TrainingSettings
from core.training.setup import setup
from core.training.shown import Shown

ONE = "y = tanh(w·x + b); L = (y - t)^2"


def run_of(text="", data="circle", values=None, updates=0, **settings):
    trains = "program" if text else "network"
    given = {
        name: np.asarray(value, float) if np.ndim(value) else float(value)
        for name, value in (values or {}).items()
    }
    run = TrainingRun(setup(TrainingSettings(trains=trains, data=data, **settings), text, given))
    run.trainer.step(updates)
    return run


def curve(plot, key):
    (found,) = [layer for layer in plot.layers if isinstance(layer, Curve) and layer.key == key]
    return found.points


def answers(run, points):
    return np.array([run.plane.at(*point) for point in points])


LINE = {"w": [1.0, 2.0], "b": -1.0}


@pytest.mark.parametrize(
    ("text", "levels", "said"),
    [
        ("s = w·x + b; L = max(0, 1 - t s)", (-1, 1), "s = −1 and 1"),
        ("s = w·x + b; L = hinge(s, t)", (-1, 1), "s = −1 and 1"),
        ("y = σ(w·x + b); L = bce(y, t)", (0.25, 0.75), "y = 0.25 and 0.75"),
        (ONE, (-0.5, 0.5), "y = −0.5 and 0.5"),
    ],
)
def test_margins_are_where_a_score_is_one_and_where_others_are_halfway_to_sure(text, levels, said):
    run = run_of(text, "gauss", LINE)
    plot = plane_plot(run, shown=Shown(margins=True))
    found = answers(run, curve(plot, "margins"))
    for level in levels:
        assert np.isclose(found, level, atol=0.02).any()
    assert np.isclose(np.abs(found - sum(levels) / 2), (levels[1] - levels[0]) / 2, atol=0.02).all()
    assert said in [entry.text for entry in plot.legend]


def test_the_margin_of_several_scores_is_how_far_the_highest_is_ahead():
    run = run_of("s = W x + b; L = svm(s, k, 0.5)", "spiral3", updates=100)
    plot = plane_plot(run, shown=Shown(margins=True))
    values = run.trainer.values()
    scores = np.sort(curve(plot, "margins") @ values["W"].T + values["b"], axis=1)
    assert scores[:, -1] - scores[:, -2] == pytest.approx(0.5, abs=0.01)
    assert "ahead by 0.5, the margin" in [entry.text for entry in plot.legend]


def test_of_several_classes_margins_are_where_one_has_three_quarters():
    run = run_of(data="spiral3", updates=250, rate=0.3)
    plot = plane_plot(run, shown=Shown(margins=True))
    assert answers(run, curve(plot, "margins")[::7]).max(axis=1) == pytest.approx(0.75, abs=0.03)


def test_contours_are_lines_of_round_numbers():
    run = run_of("y = w·x + b; L = (y - t)^2", "plane", LINE)
    found = answers(run, curve(plane_plot(run, shown=Shown(contours=True)), "contours"))
    steps = np.unique(np.round(found, 3))
    assert 4 <= len(steps) <= 11 and np.allclose(np.diff(steps), steps[1] - steps[0])


def test_arrows_of_units_are_at_right_angles_to_their_lines_and_lead_to_where_they_are_above_0():
    weights = {"W": [[1, 0], [3, -1], [-1, -1]], "c": [1.0, 0.0, 2.0], "v": [1, 1, 1], "b": 0}
    run = run_of("h = tanh(W x + c); y = tanh(v·h + b); L = (y - t)^2", "circle", weights)
    plot = plane_plot(run, shown=Shown(unit_lines=True))
    (arrows,) = [layer for layer in plot.layers if isinstance(layer, Arrows)]
    assert arrows.slopes == pytest.approx(np.array(weights["W"], float), abs=1e-4)
    own = (np.array(weights["W"]) * arrows.at).sum(axis=1) + weights["c"]
    assert own == pytest.approx(0, abs=1e-3), "each begins on the line of its unit"
    sheet = placed(plot, 400, 400, 12)
    shafts = [part for part in sheet.parts if isinstance(part, Line) and part.key == "weights of units"]
    across = 12 / sheet.frame.width
    for shaft, weight in zip(shafts, weights["W"], strict=True):
        way = (shaft.points[1] - shaft.points[0]) * (across, -across)
        assert way @ weight > 0 and abs(way @ (-weight[1], weight[0])) < 1e-3
    lengths = [np.hypot(*np.diff(shaft.points, axis=0)[0]) for shaft in shafts]
    assert np.argsort(lengths).tolist() == np.argsort(np.hypot(*np.array(weights["W"]).T)).tolist()


def test_regions_are_cut_by_the_lines_of_the_units_and_have_their_mean():
    weights = {"W": [[1, 0], [0, 1], [1, 1]], "c": [0.0, 0.0, -3.0], "v": [1, 2, 1], "b": 0}
    run = run_of("h = relu(W x + c); y = tanh(v·h + b); L = (y - t)^2", "circle", weights)
    plot = plane_plot(run, shown=Shown(regions=True))
    assert "7 regions, each with its mean" in [entry.text for entry in plot.legend]
    (field,) = [layer for layer in plot.layers if isinstance(layer, Field)]
    side = len(field.shares)
    x, y = np.meshgrid(np.linspace(-6, 6, side), np.linspace(-6, 6, side))
    patterns = np.stack(
        [(w[0] * x + w[1] * y + c) > 0 for w, c in zip(weights["W"], weights["c"], strict=True)]
    )
    whole = plane_plot(run).layers[0].shares
    for pattern in np.unique(patterns.reshape(3, -1), axis=1).T:
        there = (patterns == pattern[:, None, None]).all(axis=0)
        assert field.shares[there] == pytest.approx(whole[there].mean(), abs=1e-6)


def test_finer_maps_show_the_same_more_finely():
    run = run_of(updates=60)
    names = nodes_shown(run)
    maps = finished(NodeMaps(run.trainer, run.plane, 199).now(names))
    usual, fine = plane_plot(run).layers[0].shares, plane_plot(run, maps=maps).layers[0].shares
    assert fine.shape == (199, 199) and fine[::2, ::2] == pytest.approx(usual, abs=1e-5)
    three = run_of(data="spiral3", updates=10)
    maps = finished(NodeMaps(three.trainer, three.plane, 199, 10_000).now(nodes_shown(three)))
    fine = plane_plot(three, maps=maps).layers[0].shares
    assert fine[::2, ::2] == pytest.approx(plane_plot(three).layers[0].shares, abs=1e-5)

"""A net is built by layers, activations and features; the program it becomes says all of it."""

import numpy as np
import pytest

from core.base.errors import Problem
from core.figure.options import Options
from core.training.activations import activations_for
from core.training.building import with_activation, with_feature, with_layer, with_units
from core.training.choices import MAX_LAYERS
from core.training.features import checked, maps, offered
from core.training.net_figure import columns_of, learned, net_options, net_view
from core.training.run import TrainingRun
from core.training.settings import USUAL, TrainingSettings, settings_from
from core.training.setup import setup

BUILT = with_activation(with_feature(USUAL, "x1^2", 2), 0, "relu")


def run_of(settings):
    return TrainingRun(setup(settings, "", {}))


def first_lines(settings):
    return setup(settings, "", {}).text.splitlines()


def test_each_layer_has_its_activation_and_the_first_its_features():
    assert first_lines(BUILT)[:3] == [
        "x = [x1, x2, x1^2]",
        "a1 = relu(W1 x + b1)",
        "a2 = tanh(W2 a1 + b2)",
    ]
    assert (BUILT.activation, BUILT.features) == ("relu tanh", ("x1", "x2", "x1^2"))


def test_what_is_undone_by_hand_is_as_it_was():
    assert with_feature(with_feature(USUAL, "x1^2", 2), "x1^2", 2) == USUAL
    assert with_activation(with_activation(USUAL, 1, "relu"), 1, "tanh") == USUAL
    assert with_units(with_layer(USUAL, 2), 2, 0) == USUAL


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_layer_is_put_in_and_taken_away_with_its_activation(place):
    before = with_activation(USUAL, 0, "relu")
    after = with_layer(before, place)
    assert after.hidden == {0: (2, 4, 2), 1: (4, 2, 2), 2: (4, 2, 2)}[place]
    assert (
        activations_for(after.activation, 3)
        == {
            0: ("relu", "relu", "tanh"),
            1: ("relu", "tanh", "tanh"),
            2: ("relu", "tanh", "tanh"),
        }[place]
    )
    assert with_units(after, place, 0) == before


def test_there_are_limits():
    settings = USUAL
    for _ in range(2 * MAX_LAYERS):
        settings = with_layer(settings, 0)
    assert len(settings.hidden) == MAX_LAYERS
    with pytest.raises(Problem, match="at least one input"):
        with_feature(with_feature(USUAL, "x1", 2), "x2", 2)


def test_without_hidden_layers_the_next_has_the_activation_of_those_before():
    bare = with_units(with_units(with_activation(USUAL, 0, "relu"), 1, 0), 0, 0)
    assert bare.hidden == () and with_layer(bare, 0).activation == "relu"


def test_one_feature_alone_is_a_list_too():
    only = with_feature(with_feature(with_feature(USUAL, "x1 x2", 2), "x1", 2), "x2", 2)
    assert first_lines(only)[0] == "x = [x1 x2,]"
    run = run_of(only)
    run.trainer.step(20)
    assert run.plane is not None and run.trainer.values()["W1"].shape == (4, 1)


def test_a_net_with_features_trains_as_one_on_data_that_have_them():
    """The same numbers as those of a program whose x are the features themselves."""
    run = run_of(BUILT)
    values = {name: np.array(value) for name, value in run.trainer.values().items()}
    rows = run.trainer.train_data.rows
    data = run.setup.dataset
    rate, first = 0.03, rows[run.trainer.coming]
    x = np.column_stack([data.inputs, data.inputs[:, 0] ** 2])[first]
    t = np.where(data.targets[first] == 1, 1.0, -1.0)
    z1 = x @ values["W1"].T + values["b1"]
    a1 = np.maximum(z1, 0)
    a2 = np.tanh(a1 @ values["W2"].T + values["b2"])
    y = np.tanh(a2 @ values["w3"] + values["b3"])
    dy = (y - t) * (1 - y**2) / len(t)
    d2 = np.outer(dy, values["w3"]) * (1 - a2**2)
    d1 = d2 @ values["W2"] * (z1 > 0)
    run.trainer.step()
    np.testing.assert_allclose(run.trainer.values()["W1"], values["W1"] - rate * d1.T @ x, rtol=1e-12)


def test_the_inputs_of_the_drawing_are_the_features():
    run = run_of(BUILT)
    options = net_options(run, Options())
    view = net_view(run, options)
    columns = [(column.node, column.units, column.activation) for column in columns_of(run, view)]
    assert columns == [("x", 3, ""), ("a1", 4, "relu"), ("a2", 2, "tanh"), ("y", 1, "tanh")]
    assert list(view.nodes)[:4] == ["x[0]", "x[1]", "x[2]", "a1[0]"]
    assert not any(arc.source not in view.nodes for arc in view.arcs)
    given = {"x": np.array([np.full((2, 2), 6.0), np.full((2, 2), 1.0), np.full((2, 2), 36.0)])}
    over = learned(view, options, given, run.trainer.learned()).maps
    assert [float(over[f"x[{k}]"].shares.max()) for k in range(3)] == [1.0, 1.0, 1.0]


def test_units_are_no_features():
    assert "x" not in run_of(BUILT).plane.unit_maps()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x3", "may use x₁ and x₂ only"),
        ("3", "does not depend"),
        ("[x1, x2]", "is no number"),
        (" ", "formula"),
    ],
)
def test_what_is_no_feature_is_said(text, said):
    with pytest.raises(Problem) as found:
        checked(text, 2)
    assert said in str(found.value)


def test_features_of_other_data_are_said_not_to_fit():
    with pytest.raises(Problem, match="The feature uses x₂"):
        setup(TrainingSettings(data="sine", features=("x1", "x2")), "", {})


def test_what_is_offered_fits_the_inputs():
    assert offered(1) == ("x1", "x1^2", "sin(x1)") and len(offered(2)) == 7
    assert offered(4) == ("x1", "x2", "x3", "x4")
    product = maps(["x1 x2"], 2, 3)[0]
    assert product.tolist() == [[-36, 0, 36], [0, 0, 0], [36, 0, -36]]


def test_files_hold_one_activation_or_several():
    assert settings_from({"activation": "relu"}).activation == "relu"
    found = settings_from({"activation": "relu tanh", "features": ["x1", "x1^2"]})
    assert (found.activation, found.features) == ("relu tanh", ("x1", "x1^2"))
    for wrong in ({"activation": "relu tanhh"}, {"activation": 3}, {"features": [3]}, {"features": "x1"}):
        with pytest.raises(Problem):
            settings_from(wrong)

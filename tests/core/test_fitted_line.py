"""The fit of one feature: its parts add up to the function, which is what the trainer predicts."""

import numpy as np
import pytest

from core.base.arrays import frozen
from core.figure.plot import Points
from core.training.fit_plot import fit_plot, has_fit, has_parts, parts_plot
from core.training.run import TrainingRun
from core.training.settings import TrainingSettings
from core.training.setup import setup

NAMES = {
    "": ["w3[0] a2[0]", "w3[1] a2[1]", "b3"],
    "y = w x + b; L = (y - t)^2": ["w x", "b"],
    "h = tanh(u x + c); y = v·h - k - h·r; L = 1/2 (y - t)^2": [
        *(f"v[{i}] h[{i}]" for i in range(8)),
        "k",
        *(f"r[{i}] h[{i}]" for i in range(8)),
    ],
    "y = sin(w x) + b; L = (y - t)^2": ["v2", "b"],
    "y = tanh(w x); L = (y - t)^2": [],
}


def run_of(text="", data="sine", updates=40, values=None):
    trains = "program" if text else "network"
    given = {name: frozen(value) for name, value in (values or {}).items()}
    run = TrainingRun(setup(TrainingSettings(trains=trains, data=data, samples=40), text, given))
    run.trainer.step(updates)
    return run


@pytest.mark.parametrize("text", NAMES)
def test_parts_add_up_to_the_function(text):
    ones = dict.fromkeys("ucvr", np.linspace(-1, 1, 8)) if "u x" in text else {}
    run = run_of(text, values=ones)
    parts = run.line.parts()
    assert [part.name for part in parts] == NAMES[text]
    if parts:
        assert np.allclose(sum(part.values for part in parts), run.line.prediction(), atol=1e-12)
        assert [part.is_constant for part in parts] == [part.name in ("b3", "b", "k") for part in parts]


def test_the_function_is_what_the_program_says():
    run = run_of("y = w x + b; L = (y - t)^2")
    learned = run.trainer.learned()
    assert np.allclose(run.line.prediction(), learned["w"] * run.line.x + learned["b"], atol=1e-12)
    assert run.line.at(1.3) == pytest.approx(learned["w"] * 1.3 + learned["b"])


def test_it_follows_the_training():
    run = run_of()
    before = run.line.prediction()
    run.trainer.step(50)
    assert not np.allclose(before, run.line.prediction())


def test_the_plot_has_every_example_once_and_no_part_far_out_of_view():
    run = run_of("y = w x + b + 50 - 50; L = (y - t)^2", values={"w": 1.0, "b": 0.0})
    shown = fit_plot(run, sample=3)
    points = [layer for layer in shown.layers if isinstance(layer, Points)]
    rows = np.concatenate([layer.rows for layer in points])
    assert sorted(rows) == [*range(40)]
    data = run.setup.dataset
    for layer in points:
        for at, row in zip(layer.at, layer.rows, strict=False):
            assert tuple(at) == (data.inputs[row, 0], data.targets[row])
    spread = data.targets.max() - data.targets.min()
    assert shown.up.high - shown.up.low < 4 * spread
    (chosen,) = (layer for layer in points if layer.key == "chosen")
    assert tuple(chosen.at[0]) == (data.inputs[3, 0], data.targets[3])


@pytest.mark.parametrize("data", ["circle", "iris", "plane"])
def test_there_is_no_fit_of_classes_or_of_several_features(data):
    run = run_of(data=data, updates=0)
    assert not has_fit(run) and fit_plot(run) is None


def test_each_part_has_a_plot_with_its_weight_and_with_the_constant_they_add_up():
    run = run_of(updates=300)
    plot, whole = parts_plot(run), fit_plot(run)
    parts, learned = run.line.parts(), run.trainer.learned()
    shown = {layer.key: layer.role for layer in whole.layers if layer.key.startswith("part")}
    assert [one.key for one in plot.plots] == [f"part {part.name}" for part in parts if not part.is_constant]
    for one, part, weight in zip(plot.plots, parts, np.ravel(learned["w3"]), strict=False):
        assert np.nanmax(np.abs(one.points[:, 1] - part.values)) == 0 and one.role == shown[one.key]
        assert one.number == weight
        assert plot.up.low <= part.values.min() and part.values.max() <= plot.up.high
    constant = float(np.ravel(learned["b3"])[0])
    (said, _) = plot.said
    assert said.text.startswith("with b3 = ") and said.text.endswith(" they add up to y")
    assert float(said.text.split()[3].replace("−", "-")) == pytest.approx(constant, rel=0.01)


def test_what_is_no_sum_has_no_parts():
    run = run_of("y = tanh(w x); L = (y - t)^2")
    assert not has_parts(run) and parts_plot(run) is None

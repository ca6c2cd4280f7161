"""Templates with their gradients: whose these are, and that looking at them disturbs no training."""

import numpy as np
import pytest

from core.training.run import TrainingRun
from core.training.settings import TrainingSettings
from core.training.setup import setup
from core.training.weights_plot import templates_plot


def run_of(updates=3, hidden=()):
    run = TrainingRun(setup(TrainingSettings("network", data="digits", samples=60, hidden=hidden), "", {}))
    run.trainer.step(updates)
    return run


def softmax(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()


def slope(run, row):
    """The gradient of the template of each class at one example, (classes, pixels)."""
    x, values = run.setup.dataset.inputs[row], run.trainer.values()
    shares = softmax(values["W1"] @ x + values["b1"])
    shares[run.setup.dataset.targets[row]] -= 1
    return np.outer(shares, x)


def pictures(plot, key):
    return {one.key: one for one in plot.matrices if one.key.startswith(key)}


@pytest.mark.parametrize("sample", [-1, 7])
def test_below_each_template_is_its_gradient(sample):
    run = run_of()
    plot = templates_plot(run, True, "batch" if sample < 0 else "sample", sample)
    trained = run.trainer.train_data.rows[run.trainer.coming]
    wanted = slope(run, sample) if sample >= 0 else np.mean([slope(run, row) for row in trained], axis=0)
    for k, (key, one) in enumerate(pictures(plot, "gradient").items()):
        assert key == f"gradient W1[{k}]" and one.scale == 1 and one.number < 0
        assert one.values.ravel() == pytest.approx(wanted[k], rel=1e-6, abs=1e-12)
    assert (
        plot.scales[1].span == pytest.approx(np.abs(wanted).max())
        and plot.scales[0].span != plot.scales[1].span
    )
    (said,) = plot.said
    assert said.text == (
        f"gradients of sample {sample}"
        if sample >= 0
        else f"gradients of the next mini-batch, {len(trained)} samples"
    )
    assert [one.key for one in plot.matrices[:10]] == [
        *(f"W1[{k}]" for k in range(5)),
        *(f"gradient W1[{k}]" for k in range(5)),
    ]


def test_looking_at_gradients_disturbs_no_training():
    looked, alone = run_of(0, (4,)), run_of(0, (4,))
    for _ in range(25):
        templates_plot(looked, True)
        looked.trainer.step()
    alone.trainer.step(25)
    assert np.array_equal(looked.trainer.parameters, alone.trainer.parameters)
    assert [one.train_loss for one in looked.trainer.records][-1] == alone.trainer.records[-1].train_loss


def test_the_chosen_template_is_framed():
    assert [one.number for one in templates_plot(run_of(), chosen=3).matrices if one.framed] == [3]

"""What the next update will do is told to the last bit, and the training itself stays as it is."""

import numpy as np
import pytest
from msgspec.structs import replace

from core.training.next_update import Ahead, sum_text
from core.training.optimizers import OPTIMIZERS
from core.training.run import TrainingRun
from core.training.settings import USUAL
from core.training.setup import setup

SMALL = replace(USUAL, samples=40, noise=0.4)


def run_of(settings):
    return TrainingRun(setup(settings, "", {}))


def assert_same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


NETS = [name for name, rule in OPTIMIZERS.items() if rule.title and name not in ("rosenblatt", "delta")]


@pytest.mark.parametrize("optimizer", NETS)
def test_it_is_what_the_training_then_does(optimizer):
    run, beside = (run_of(replace(SMALL, optimizer=optimizer, dropout=0.1, momentum=0.5)) for _ in range(2))
    ahead = Ahead(run)
    for updates in (0, 1, 2, 5):  # the last one within another epoch
        run.trainer.step(updates)
        beside.trainer.step(updates)
        found = ahead.next_update()
        assert_same(found.before, beside.trainer.learned())
        run.trainer.step()
        beside.trainer.step()
        assert_same(found.after, run.trainer.learned())
        assert_same(run.trainer.learned(), beside.trainer.learned())
        assert run.trainer.records == beside.trainer.records


@pytest.mark.parametrize(
    ("changed", "is_product"),
    [
        ({}, True),
        ({"schedule": "step", "schedule_epochs": 1}, True),
        ({"momentum": 0.5}, False),
        ({"optimizer": "adam"}, False),
        ({"regularisation": "l2", "l2_rate": 0.1}, False),
        ({"clipping": "value", "clip_at": 1e-6}, False),
    ],
)
def test_minus_rate_times_gradient_is_said_only_where_it_is_that(changed, is_product):
    run = run_of(replace(SMALL, **changed))
    run.trainer.step(6)
    assert Ahead(run).next_update().is_product == is_product


def test_settings_that_change_while_it_runs_count():
    run = run_of(SMALL)
    ahead = Ahead(run)
    run.trainer.step(3)
    slow = ahead.next_update()
    run.change(SMALL, replace(SMALL, rate=0.3))
    fast = ahead.next_update()
    step = [np.subtract(one.after["W1"], one.before["W1"]) for one in (slow, fast)]
    np.testing.assert_allclose(step[1], 10 * step[0], rtol=1e-9)


def test_a_training_that_has_stopped_goes_nowhere():
    run = TrainingRun(setup(replace(USUAL, trains="program", data="none", rate=10.0), "L = (w - 3)^4", {}))
    run.trainer.step(50)
    assert run.trainer.why_stopped and Ahead(run).next_update() is None


@pytest.mark.parametrize(
    ("before", "change", "after", "said"),
    [
        (0.5321, 0.00214, 0.53424, ("0.5321", "+0.00214", "= 0.5342")),
        (1.0, -0.25, 0.75, ("1", "−0.25", "= 0.75")),
        (0.123449, 0.00004, 0.123489, ("0.1234", "+4·10⁻⁵", "≈ 0.1235")),
    ],
)
def test_a_sum_is_true_with_its_printed_digits_or_says_that_it_is_not(before, change, after, said):
    assert sum_text(before, change, after) == said

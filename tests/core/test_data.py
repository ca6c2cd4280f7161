"""The data sets are what they say: geometry, counts, order, and the same numbers for the same seed."""

import numpy as np
import pytest

from core.base.resources import BrokenInstallation, resource
from core.data.datasets import DATASETS
from core.data.examples import Dataset, Examples

IN_THE_PLANE = [name for name, row in DATASETS.items() if row.feature_names == ("x1", "x2")]
DRAWN = [*IN_THE_PLANE, "sine"]


def tiny(**change):
    fields = {
        "name": "tiny",
        "title": "Tiny",
        "inputs": [[0.0], [1.0], [2.0]],
        "targets": [0, 1, 1],
        "classes": 2,
        "feature_names": ("x",),
        "image_shape": None,
        "source": "here",
    }
    return Dataset(**(fields | change))


@pytest.mark.parametrize("name", DATASETS)
def test_every_row_makes_its_set(name):
    row = DATASETS[name]
    data = row.make()
    assert (data.name, data.title, data.source) == (name, row.title, row.source)
    assert len(data) == row.n == len(data.inputs)
    assert data.inputs.shape[1] == len(row.feature_names)
    assert row.sentence.endswith(".")
    if row.kind == "classification":
        assert np.issubdtype(data.targets.dtype, np.integer)
        assert set(data.targets) == set(range(row.classes))
        assert len(data.class_names) == row.classes
    else:
        assert data.targets.dtype == float
    with pytest.raises(ValueError, match="read-only"):
        data.inputs[0] = 0
    with pytest.raises(AttributeError):
        data.targets = None


@pytest.mark.parametrize("name", DRAWN)
def test_a_seed_is_its_numbers(name):
    one, same, other = (DATASETS[name].make(seed, 60, 0.3) for seed in (1, 1, 2))
    assert np.array_equal(one.inputs, same.inputs) and np.array_equal(one.targets, same.targets)
    assert not (np.array_equal(one.inputs, other.inputs) and np.array_equal(one.targets, other.targets))


@pytest.mark.parametrize("name", IN_THE_PLANE)
@pytest.mark.parametrize("n", [10, 101])
def test_the_usual_view_shows_the_set(name, n):
    data = DATASETS[name].make(3, n)
    assert len(data) == n
    assert np.abs(data.inputs).max() < 6


def test_circle_without_noise():
    data = DATASETS["circle"].make(0, 500, 0)
    radius = np.hypot(*data.inputs.T)
    assert radius[data.targets == 1].max() < 2.5
    assert radius[data.targets == 0].min() > 3.5 and radius.max() < 5
    assert np.bincount(data.targets).tolist() == [250, 250]


def test_xor_without_noise():
    data = DATASETS["xor"].make(0, 500, 0)
    assert np.array_equal(data.targets, data.inputs.prod(axis=1) > 0)
    assert np.abs(data.inputs).min() > 0.3


@pytest.mark.parametrize("name", ["circle", "xor", "plane"])
def test_playground_noise_moves_targets_not_points(name):
    calm, noisy = DATASETS[name].make(0, 300, 0), DATASETS[name].make(0, 300, 0.5)
    assert np.array_equal(calm.inputs, noisy.inputs)
    assert np.count_nonzero(calm.targets != noisy.targets) > 20


def test_gauss_centres_and_spread():
    data = DATASETS["gauss"].make(0, 20_000, 0.5)
    for label, centre in ((0, -2), (1, 2)):
        cloud = data.inputs[data.targets == label]
        assert cloud.mean(axis=0) == pytest.approx([centre, centre], abs=0.1)
        assert cloud.var(axis=0) == pytest.approx([4, 4], rel=0.05)


def test_spiral_is_the_playground_s():
    data = DATASETS["spiral"].make(0, 40, 0)
    for i in range(20):
        radius, angle = i / 20 * 5, 1.75 * i / 20 * 2 * np.pi
        positive, negative = data.inputs[data.targets == 1][i], data.inputs[data.targets == 0][i]
        assert positive == pytest.approx([radius * np.sin(angle), radius * np.cos(angle)])
        assert negative == pytest.approx(-positive)


def test_spiral3_is_that_of_cs231n_five_times_as_large():
    data = DATASETS["spiral3"].make(0, 300, 0)
    for j in range(3):
        radius, angle = np.linspace(0.0, 1, 100), np.linspace(j * 4, (j + 1) * 4, 100)
        arm = np.c_[radius * np.sin(angle), radius * np.cos(angle)]
        assert data.inputs[data.targets == j] == pytest.approx(5 * arm)


def test_moons_are_half_circles():
    data = DATASETS["moons"].make(0, 200, 0)
    for label, centre in ((0, (-1.5, -0.75)), (1, (1.5, 0.75))):
        arc = data.inputs[data.targets == label] - centre
        assert np.hypot(*arc.T) == pytest.approx(3)
        assert (arc[:, 1] * (1 - 2 * label) > -1e-9).all()


def test_regression_targets_without_noise():
    plane, sine = DATASETS["plane"].make(0, 50, 0), DATASETS["sine"].make(0, 50, 0)
    assert plane.targets == pytest.approx(plane.inputs.sum(axis=1) / 10)
    assert sine.targets == pytest.approx(np.sin(sine.inputs[:, 0]))


def test_digits():
    data = DATASETS["digits"].make()
    assert data.inputs.shape == (1797, 64) and data.image_shape == (8, 8)
    assert (data.inputs.min(), data.inputs.max()) == (0, 1)
    assert np.array_equal(data.inputs * 16, np.round(data.inputs * 16))
    assert np.bincount(data.targets).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert data.inputs[0].reshape(8, 8)[0] * 16 == pytest.approx([0, 0, 5, 13, 9, 1, 0, 0])


def test_iris():
    data = DATASETS["iris"].make()
    assert np.bincount(data.targets).tolist() == [50, 50, 50]
    header = resource("data", "iris.csv").read_text().splitlines()[0].split(",")
    assert header == [*data.feature_names, "species"]
    # the two flowers that UCI's file has wrong, as Fisher measured them
    assert data.inputs[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert data.inputs[37].tolist() == [4.9, 3.6, 1.4, 0.1]


def test_some_digits_are_rows_of_all():
    everything, some = (
        [(pixels.tobytes(), label) for pixels, label in zip(data.inputs, data.targets, strict=True)]
        for data in (DATASETS["digits"].make(), DATASETS["digits"].make(5, 50))
    )
    assert len(some) == len(set(some)) == 50
    assert set(some) < set(everything)


def examples_of(data):
    return Examples({"x": data.inputs}, data.targets, np.arange(len(data)))


def test_split_parts_the_examples():
    data = DATASETS["iris"].make()
    examples = examples_of(data)
    train, test = examples.split(0.8, seed=1)
    assert (len(train), len(test)) == (120, 30)
    assert sorted([*train.rows, *test.rows]) == list(range(150))
    for part in (train, test):
        assert np.array_equal(part.arrays["x"], data.inputs[part.rows])
        assert np.array_equal(part.labels, data.targets[part.rows])
    assert np.array_equal(train.rows, examples.split(0.8, seed=1)[0].rows)
    assert not np.array_equal(train.rows, examples.split(0.8, seed=2)[0].rows)


@pytest.mark.parametrize("fraction", [0, 1, 0.001, -2, float("nan")])
def test_split_leaves_no_part_empty(fraction):
    with pytest.raises(ValueError, match="of 150 examples leaves nothing"):
        examples_of(DATASETS["iris"].make()).split(fraction, seed=0)


def test_batches_deal_every_example_once():
    data = examples_of(DATASETS["circle"].make(n=25))
    dealt = list(data.batches(10, seed=4, epoch=2))
    assert [len(batch) for batch in dealt] == [10, 10, 5]
    assert sorted(np.concatenate(dealt)) == list(range(25))
    again = list(data.batches(10, seed=4, epoch=2))
    assert all(np.array_equal(a, b) for a, b in zip(dealt, again, strict=True))
    for seed, epoch in ((4, 3), (5, 2), (2, 4)):
        assert not np.array_equal(dealt[0], next(data.batches(10, seed, epoch)))
    assert [len(batch) for batch in data.batches(100, seed=0, epoch=0)] == [25]


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (lambda: DATASETS["circle"].make(n=1), "Circle has 2 to 100000 examples, not 1"),
        (lambda: DATASETS["digits"].make(n=1798), "has 10 to 1797 examples, not 1798"),
        (lambda: DATASETS["xor"].make(noise=0.6), "noise of XOR is 0 to 0.5, not 0.6"),
        (lambda: DATASETS["xor"].make(noise=float("nan")), "not nan"),
        (lambda: DATASETS["xor"].make(seed=-1), "must be 0 or more, and this one is -1"),
        (lambda: examples_of(DATASETS["xor"].make()).batches(0, 0, 0), "at least 1 example, not 0"),
        (lambda: tiny(targets=[0, 1]), "inputs are 3×1 and targets 2; there must be one row"),
        (lambda: tiny(inputs=[0.0, 1.0, 2.0]), "inputs are 3 and targets 3"),
        (lambda: tiny(feature_names=("x", "y")), "1 columns of inputs have 2 names"),
        (lambda: tiny(image_shape=(2, 2)), "do not fill an image of 2×2"),
        (lambda: tiny(targets=[0, 1, 2]), "must be 0 to 1"),
        (lambda: tiny(targets=[0, 0.5, 1]), "must be 0 to 1"),
        (lambda: tiny(inputs=[[0.0], [1.0], [float("inf")]]), "must be finite"),
        (lambda: tiny(classes=0, targets=[0, 1, float("nan")]), "must be finite"),
    ],
)
def test_refusals_are_sentences(attempt, sentence):
    with pytest.raises(ValueError, match=sentence):
        attempt()


def test_missing_resource_is_a_sentence():
    with pytest.raises(BrokenInstallation, match=r"The file data/none.npz of Chainlight is missing"):
        resource("data", "none.npz")

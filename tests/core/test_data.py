"""The data sets are what they say: geometry, counts, order, and the same numbers for the same seed."""

import numpy as np
import pytest

from core.base.resources import BrokenInstallation, resource
from core.data.datasets import DATASETS
from core.data.examples import Dataset, Examples, parted

IN_THE_PLANE = [name for name, row in DATASETS.items() if row.feature_names == ("x1", "x2")]
DRAWN = [name for name, row in DATASETS.items() if row.noise_high]


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
    for column, (low, high) in zip(data.inputs.T, data.extent, strict=True):
        assert low < column.min() and column.max() < high


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


def test_the_spiral_of_cs231n_is_exact():
    data = DATASETS["cs231n"].make(0, 300, 0)
    for j in range(3):
        radius, angle = np.linspace(0.0, 1, 100), np.linspace(j * 4, (j + 1) * 4, 100)
        arm = np.c_[radius * np.sin(angle), radius * np.cos(angle)]
        assert data.inputs[data.targets == j] == pytest.approx(arm)
    noisy = DATASETS["cs231n"].make(0, 300, 0.2)
    turned = np.arctan2(*noisy.inputs.T) - np.arctan2(*data.inputs.T)
    apart = np.abs((turned + np.pi) % (2 * np.pi) - np.pi)[data.inputs.any(axis=1)]
    assert apart.std() == pytest.approx(0.2 * np.sqrt(1 - 2 / np.pi), rel=0.2)  # of |a normal number|


def kriener_class(x, y, big=0.5, small=0.1):
    """The class of a point in the unit square, as Kriener and others' program tells it."""
    right, left = np.hypot(x - 1.5 * big, y - big), np.hypot(x - 0.5 * big, y - big)
    if right < small or left < small:
        return 2
    return int(right <= small or small < left <= 0.5 * big or (y > big and right > 0.5 * big))


def test_yin_yang_is_that_of_kriener_ten_times_as_large():
    data = DATASETS["yin_yang"].make(0, 600, 0)
    assert np.hypot(*data.inputs.T).max() <= 5
    told = [kriener_class(x / 10 + 0.5, y / 10 + 0.5) for x, y in data.inputs]
    assert told == data.targets.tolist()
    assert np.bincount(data.targets).tolist() == [200, 200, 200]


def test_neighbours_on_the_checkerboard_differ():
    data = DATASETS["checkerboard"].make(0, 2000, 0)
    fields = {}
    for point, label in zip(np.floor((data.inputs + 5) / 2.5).astype(int), data.targets, strict=True):
        fields.setdefault(tuple(point), set()).add(label)
    assert fields == {(i, j): {(i + j + 1) % 2} for i in range(4) for j in range(4)}


@pytest.mark.parametrize(
    ("name", "outputs"), [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor_table", [0, 1, 1, 0])]
)
def test_truth_tables(name, outputs):
    data = DATASETS[name].make(5)
    assert data.inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.targets.tolist() == outputs
    more = DATASETS[name].make(5, 12, 0.1)
    assert more.targets.tolist() == outputs * 3 and not np.array_equal(more.inputs[:4], data.inputs)


def test_hills_and_hollows_are_the_playground_s():
    data = DATASETS["multi_gauss"].make(0, 2000, 0)
    for x, y, sign in ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)):
        far = np.hypot(*(data.inputs - [x, y]).T)
        near = far < 1.5
        assert data.targets[near] == pytest.approx(sign * (1 - far[near] / 2))


@pytest.mark.parametrize(
    ("name", "f"),
    [
        ("line", lambda x: x / 2 + 1),
        ("step", lambda x: (x > 0) * 1.0),
        ("bump", lambda x: np.exp(-(x**2) / 2)),
        ("function", lambda x: x * np.sin(x) / 3),
    ],
)
def test_functions_without_noise_and_with_it(name, f):
    calm, noisy = DATASETS[name].make(0, 400, 0), DATASETS[name].make(0, 400, 0.2)
    assert calm.targets == pytest.approx(f(calm.inputs[:, 0]))
    assert np.std(noisy.targets - f(noisy.inputs[:, 0])) == pytest.approx(0.2, rel=0.1)


def test_a_function_of_one_s_own_is_read_as_programs_are():
    for text in ("y = x^2 + e^{-x}", "x^2 + exp(-x)", r"\frac{1}{e^x} + x²"):
        data = DATASETS["function"].make(1, 50, 0, text)
        assert data.targets == pytest.approx(data.inputs[:, 0] ** 2 + np.exp(-data.inputs[:, 0]))


@pytest.mark.parametrize("text", ["x2 > sin(x1)", "x_2 > sin(x_1)", "[x2 > sin(x1)]", "sin(x1) < x2"])
def test_the_class_is_the_side_of_a_condition(text):
    data = DATASETS["sides"].make(1, 101, 0, text)
    assert np.array_equal(data.targets, data.inputs[:, 1] > np.sin(data.inputs[:, 0]))
    assert np.bincount(data.targets).tolist() == [51, 50]
    blurred = DATASETS["sides"].make(1, 101, 0.3, text)
    assert np.count_nonzero(blurred.targets != (blurred.inputs[:, 1] > np.sin(blurred.inputs[:, 0]))) > 5


def test_standardised_features_have_mean_0_and_deviation_1_where_it_is_trained():
    data = DATASETS["iris"].make()
    rows = np.arange(0, 150, 2)
    done = data.standardised(rows)
    assert done.inputs[rows].mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert done.inputs[rows].std(axis=0) == pytest.approx(1)
    assert done.as_given == pytest.approx(data.inputs)
    digits = DATASETS["digits"].make().standardised(np.arange(1797))
    assert np.isfinite(digits.inputs).all() and (digits.inputs[:, 0] == 0).all()  # paper everywhere
    circle = DATASETS["circle"].make().standardised(np.arange(200))
    (low, high), column = circle.range(0), circle.inputs[:, 0]
    assert low < column.min() and column.max() < high and high - low < 6


def test_a_range_without_one_of_its_own_leaves_room():
    low, high = DATASETS["iris"].make().range(0)
    assert (low, high) == pytest.approx((4.3 - 0.36, 7.9 + 0.36))


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


@pytest.mark.parametrize("fraction", [0.5, 0.8, 0.9])
def test_each_part_has_the_same_share_of_each_class(fraction):
    labels = np.repeat([0, 1, 2], [100, 37, 5])
    for seed in range(5):
        train, test = parted(len(labels), labels, fraction, seed)
        assert sorted([*train, *test]) == list(range(142)) and len(train) == round(fraction * 142)
        shares = np.bincount(labels[test], minlength=3) - len(test) * np.array([100, 37, 5]) / 142
        assert (np.abs(shares) < 1).all()


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
        (
            lambda: DATASETS["function"].make(formula="y = w x"),
            "formula of the data uses w; it may use x only",
        ),
        (lambda: DATASETS["function"].make(formula="y = log(x)"), r"y = log\(x\) has no finite value at x ="),
        (lambda: DATASETS["function"].make(formula="y = 3"), "y = 3 does not depend on x"),
        (lambda: DATASETS["function"].make(formula="y = [x, x]"), "is no number"),
        (lambda: DATASETS["function"].make(formula="y ="), "."),
        (
            lambda: DATASETS["function"].make(formula="x +" * 100 + "x"),
            "has 301 characters; the limit is 200",
        ),
        (lambda: DATASETS["sides"].make(formula="x1 + x2"), r"x1 \+ x2 is no condition on x1 and x2"),
        (lambda: DATASETS["sides"].make(formula="x1 > 9"), "x1 > 9 holds nearly nowhere from −5 to 5"),
        (lambda: DATASETS["sides"].make(formula="x1 < 9"), "holds nearly everywhere"),
        (lambda: DATASETS["sides"].make(formula="x > 0"), "uses x; it may use x₁ and x₂ only"),
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

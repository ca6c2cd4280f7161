"""The training panel: which class has which colour, up is up and left is left, curves and weights."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from app.state.training_session import TrainingSession
from app.training.boundary import BoundaryView, Scale
from app.training.curves import Curves
from app.training.weights import HeatMaps, template_maps, weight_maps
from app.widgets.colours import CLASSES
from app.widgets.theme import LIGHT
from core.base.arrays import frozen
from core.base.numbers import short
from tests.app.seen.pixels import Seen, named, of_classes, of_theme, widget

NEURON = "y = σ(w·x + b); L = bce(y, t)"
NET = "h = tanh(W x + c); y = σ(v·h + b); L = bce(y, t)"
TWO = np.array([[-3.0, -4.0], [3.0, 4.0]])  # a sample at the left below, one at the right above
WHOLE = (-6.0, 6.0, -6.0, 6.0)


@pytest.fixture
def training(session):
    return TrainingSession(session)


@pytest.fixture
def put(fonts):
    """Puts a view of the panel on the screen by itself."""
    there = []

    def put(shown, theme, size=(360, 320)):
        shown.set_theme(theme)
        shown.resize(*size)
        shown.show()
        there.append(shown)
        return shown

    yield put
    for shown in there:
        shown.close()


def look(shown, theme, count=2):
    """A view seen with the colours of classes."""
    return Seen(shown.grab().toImage(), shown.rect(), of_classes(count) | of_theme(theme))


def leans(seen, theme, x, y, colours=CLASSES[:2]):
    """Towards which colour the paper at a place is tinted; −1 where it is not."""
    pixel = seen.rgb[round(y / seen._down), round(x / seen._across)].astype(float)
    paper = np.array(QColor(theme.paper).getRgb()[:3], float)
    tint = pixel - paper
    if np.linalg.norm(tint) < 12:
        return -1
    ways = [np.array(QColor(colour).getRgb()[:3]) - paper for colour in colours]
    return int(np.argmax([tint @ way / np.linalg.norm(way) / np.linalg.norm(tint) for way in ways]))


def corners(shown):
    """Places well inside the plane: at the left, right, above and below the middle, in the widget."""
    rect = QRectF(shown.getPlotItem().getViewBox().sceneBoundingRect())
    x, y, across, down = rect.center().x(), rect.center().y(), rect.width() / 4, rect.height() / 4
    side = min(across, down)
    return {"left": (x - side, y), "right": (x + side, y), "above": (x, y - side), "below": (x, y + side)}


# -- the plane


def test_samples_have_the_colours_of_their_classes_and_stand_where_they_belong(put, training, theme):
    view = put(BoundaryView(training), theme)
    view.show_samples(TWO, np.array([0, 1]), np.array([0, 1]), [False, False], ("x1", "x2"))
    view.setRange(xRange=WHOLE[:2], yRange=WHOLE[2:], padding=0)
    seen = look(view, theme)
    (left, below), (right, above) = seen.middle("class 0"), seen.middle("class 1")
    assert right - left > 50 < below - above


@pytest.mark.parametrize(("axis", "high"), [(0, "right"), (1, "above")])
def test_the_plane_has_its_high_side_where_the_prediction_is_high(put, training, theme, axis, high):
    """A prediction that grows with one feature: rows are those of the second, the least first."""
    view = put(BoundaryView(training), theme)
    ramp = np.linspace(0, 1, 40)
    values = np.tile(ramp, (40, 1)) if axis == 0 else np.tile(ramp[:, None], (1, 40))
    view.show_prediction(values, WHOLE, Scale(0.5, 0.5))
    seen, places = look(view, theme), corners(view)
    low = {"right": "left", "above": "below"}[high]
    assert leans(seen, theme, *places[high]) == 1
    assert leans(seen, theme, *places[low]) == 0


def test_three_classes_have_their_colours_in_the_plane_too(put, training, theme):
    view = put(BoundaryView(training), theme)
    shares = np.zeros((40, 40, 3))
    shares[:20, :, 0], shares[20:, :20, 1], shares[20:, 20:, 2] = 1, 1, 1  # below, left above, right above
    view.show_prediction(shares, WHOLE, Scale(0.5, 0.5))
    seen, places = look(view, theme), corners(view)
    up = places["above"][1]
    found = [
        leans(seen, theme, *place, CLASSES[:3])
        for place in (places["below"], (places["left"][0], up), (places["right"][0], up))
    ]
    assert found == [0, 1, 2]


def test_numbers_as_targets_are_blue_above_0_and_orange_below_in_points_and_plane(put, training, theme):
    view = put(BoundaryView(training), theme)
    view.show_samples(TWO, None, np.array([-1.0, 1.0]), [False, False], ("x1", "x2"))
    view.setRange(xRange=WHOLE[:2], yRange=WHOLE[2:], padding=0)
    seen = widget(view, theme)
    assert seen.middle("negative")[0] < seen.middle("positive")[0]
    values = np.tile(np.linspace(-1, 1, 40), (40, 1))
    view.show_prediction(values, WHOLE, Scale(0.0, 1.0, two_classes=False))
    seen, places = widget(view, theme), corners(view)
    tints = theme.negative, theme.positive
    assert [leans(seen, theme, *places[side], tints) for side in ("left", "right")] == [0, 1]


def test_the_axes_of_the_plane_are_named_after_their_features(put, training):
    view = put(BoundaryView(training), LIGHT)
    view.show_samples(TWO, np.array([0, 1]), np.array([0, 1]), [False, False], ("across", "up"))
    axes = {side: view.getPlotItem().getAxis(side) for side in ("bottom", "left")}
    assert {side: axis.label.toPlainText().strip() for side, axis in axes.items()} == {
        "bottom": "across",
        "left": "up",
    }
    lower, left = (axes[side].sceneBoundingRect() for side in ("bottom", "left"))
    assert lower.center().y() > left.center().y() and left.center().x() < lower.center().x()


# -- the plane of what is trained


@pytest.fixture
def trained(window):
    """The panel open on a typed program whose weights are given: nothing is left to chance."""

    def train(text, theme=LIGHT, data="gauss", **values):
        window.set_theme(theme)
        window.resize(1400, 1000)
        window.session.open_program(text, {name: frozen(value) for name, value in values.items()}, "open")
        window.training.change("train it", trains="program", data=data, samples=80, noise=0.0)
        window.training_pane.open()
        assert window.training.problem is None
        return window

    return train


SIDES = {
    (4, 0): ("right", "left"),
    (0, 4): ("above", "below"),
    (-4, 0): ("left", "right"),
    (0, -4): ("below", "above"),
}


def test_the_plane_is_the_second_class_where_the_program_says_so(trained):
    window = trained(NEURON, w=[1, 1], b=0)
    view = named(window, "Decision boundary")
    for w, (one, zero) in SIDES.items():
        window.session.set_value("w", frozen(w))
        seen, places = look(view, LIGHT), corners(view)
        assert leans(seen, LIGHT, *places[one]) == 1, w
        assert leans(seen, LIGHT, *places[zero]) == 0, w


RIGHT = {
    NEURON: {"w": [2, 2], "b": 0},
    "s = w·x + b; L = max(0, 1 - t s)": {"w": [2, 2], "b": 0},
    "p = softmax(W x + c); L = -ln(p[k])": {"W": [[-2, -2], [2, 2]], "c": [0, 0]},
}


def test_samples_lie_on_the_colour_of_their_class_once_all_is_right(trained, theme):
    """Two round clouds, parted by weights that are right: points and plane must agree."""
    for text, weights in RIGHT.items() if theme is LIGHT else [(NEURON, RIGHT[NEURON])]:
        view = named(trained(text, theme, **weights), "Decision boundary")
        seen, rect = look(view, theme), QRectF(view.getPlotItem().getViewBox().sceneBoundingRect())
        side = 0.13 * min(rect.width(), rect.height())
        clouds = [seen.middle(f"class {k}", within=rect) for k in range(2)]
        for k, outwards in enumerate(((-side, side), (side, -side))):
            assert leans(seen, theme, *(clouds[k] + outwards)) == k, text
        (left, below), (right, above) = clouds
        assert right > left and above < below, "the second cloud is the one above at the right"


def test_the_chosen_sample_is_ringed_where_it_lies_and_a_click_chooses_the_one_under_it(trained):
    window = trained(NEURON, w=[2, 2], b=0)
    window.training.data.show(this_batch=False)
    view, field = named(window, "Decision boundary"), named(window, "Sample")
    rings = []
    for number in range(0, 60, 5):
        field.setValue(number)
        rect = QRectF(view.getPlotItem().getViewBox().sceneBoundingRect()).adjusted(3, 3, -3, -3)
        rings.append(look(view, LIGHT).middle("ink", within=rect))
    across, down = np.ptp(np.array(rings), axis=0)
    assert across > 30 < down
    for ring in rings[3:8:4]:
        field.setValue(0)
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(*map(round, ring)))
        assert np.abs(look(view, LIGHT).middle("ink", within=rect) - ring).max() < 9  # as large as a sample


# -- maps


def shades(shown, theme, places):
    """Which of the colours of maps is seen at places given as shares of a rectangle."""
    seen = widget(shown, theme)
    among = ["negative", "zero", "positive"]
    tinted = [leans(seen, theme, *place, [getattr(theme, part) for part in among]) for place in places]
    return [among[k] for k in tinted]


def inside(rect, *shares):
    return [(rect.left() + x * rect.width(), rect.top() + y * rect.height()) for x, y in shares]


def picture(shown, theme):
    """The rectangle of the only map that is shown, found by its frame."""
    found = widget(shown, theme).places("line")
    (left, top), (right, bottom) = found.min(axis=0), found.max(axis=0)
    return QRectF(left, top, right - left, bottom - top)


QUARTERS = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]  # left above, right above, left below …


def test_hidden_units_are_high_where_they_are_high_in_the_plane(trained, theme):
    """The first unit grows to the right, the second upwards."""
    window = trained(NET, theme, W=[[4, 0], [0, 4]], c=[0, 0], v=[1, 1], b=0)
    units = named(window, "Hidden units")
    frames = widget(units, theme).places("line")
    columns = np.unique(frames[:, 0])
    starts = np.split(columns, np.nonzero(np.diff(columns) > 6)[0] + 1)
    assert len(starts) >= 2, "two maps side by side"
    for number, wanted in ((0, "→"), (1, "↑")):
        own = frames[(frames[:, 0] >= starts[number].min()) & (frames[:, 0] <= starts[number].max())]
        (left, top), (right, bottom) = own.min(axis=0), own.max(axis=0)
        found = shades(units, theme, inside(QRectF(left, top, right - left, bottom - top), *QUARTERS))
        assert (
            found
            == {
                "→": ["negative", "positive"] * 2,
                "↑": ["positive"] * 2 + ["negative"] * 2,
            }[wanted]
        )


def test_a_matrix_of_weights_has_its_first_row_on_top(put, theme):
    view = put(HeatMaps(), theme)
    view.show_maps(weight_maps({"W": frozen([[1, -1], [1, 1]])}))
    found = shades(view, theme, inside(picture(view, theme), *QUARTERS))
    assert found == ["positive", "negative", "positive", "positive"]


def test_a_vector_of_weights_is_a_column_whose_first_entry_is_on_top(put, theme):
    view = put(HeatMaps(), theme)
    view.show_maps(weight_maps({"b": frozen([1, 1, -1, -1])}))
    rect = picture(view, theme)
    assert rect.height() > 2 * rect.width()
    assert shades(view, theme, inside(rect, (0.5, 0.12), (0.5, 0.88))) == ["positive", "negative"]


def test_a_template_is_the_right_way_up(put, theme):
    """A row of a matrix over pixels: line by line from the top, each from the left."""
    view = put(HeatMaps(longest=96), theme)
    row = -np.ones((8, 8))
    row[:4, 4:] = 1  # right above
    view.show_maps(template_maps({"W": frozen([row.reshape(-1)])}, (8, 8), ("0",)))
    found = shades(view, theme, inside(picture(view, theme), *QUARTERS))
    assert found == ["negative", "positive", "negative", "negative"]


def test_all_weights_share_one_scale(put, theme):
    """A weight of a tenth is pale beside one of 1."""
    view = put(HeatMaps(), theme)
    view.show_maps(weight_maps({"a": frozen(1), "b": frozen(0.1)}))
    strong = widget(view, theme).places("positive")
    assert len(strong) > 100 and np.ptp(strong[:, 0]) < 30, "no more than the first map"


@pytest.mark.parametrize("where", QUARTERS)
def test_what_is_told_of_a_weight_is_what_is_seen_there(put, where):
    view = put(HeatMaps(), LIGHT)
    view.show_maps(weight_maps({"W": frozen([[0.75, -1], [-0.5, 1]])}))
    (place,) = inside(picture(view, LIGHT), where)
    said, (shade,) = view.text_at(QPointF(*place)), shades(view, LIGHT, [place])
    number = float(said.split("= ")[1].replace("−", "-"))
    assert said.startswith("W[") and (shade == "positive") == (number > 0)
    assert number == {(0.25, 0.25): 0.75, (0.75, 0.25): -1, (0.25, 0.75): -0.5, (0.75, 0.75): 1}[where]


# -- curves


def test_the_losses_have_their_colours_in_the_plot_and_in_the_legend(put, training, theme):
    view = put(Curves(training), theme)
    view.show_records([0, 10, 20, 30], [8.0] * 4, [2.0] * 4)  # the training's loss stands higher
    view.setYRange(0, 20)
    seen = widget(view, theme)
    legend = view.getPlotItem().legend.sceneBoundingRect()
    plot = QRectF(view.getPlotItem().getViewBox().sceneBoundingRect())
    plot.setRight(legend.left() - 4)
    assert seen.middle("upstream", within=plot)[1] - seen.middle("local", within=plot)[1] > 30
    rows = [seen.middle(part, within=legend)[1] for part in ("local", "upstream")]
    assert rows[0] < rows[1], "training stands first"
    assert [label.text for _, label in view.getPlotItem().legend.items] == ["training", "test"]


def test_the_axes_of_the_losses_are_named(put, training):
    view = put(Curves(training), LIGHT)
    axes = {side: view.getPlotItem().getAxis(side) for side in ("bottom", "left")}
    assert {side: axis.label.toPlainText().strip() for side, axis in axes.items()} == {
        "bottom": "update",
        "left": "loss",
    }


def progress(window):
    """What the bar says, number by number."""
    return named(window, "Progress").text().replace("\N{NO-BREAK SPACE}", " ").split("    ")


def test_the_bar_says_how_far_it_is_and_how_well_it_does(trained):
    """Of (w − 3)² at w = 1: the loss is 4, and after an update against the slope −4 by a tenth 2.56."""
    window = trained("L = (w - 3)^2", data="none", w=1)
    window.training.change("set rate", rate=0.1, optimizer="sgd")
    assert progress(window)[1:3] == ["update 0", "loss 4"]
    window.training.step()
    assert progress(window)[1:3] == ["update 1", "loss 2.56"]
    window = trained(NEURON, w=[1, 1], b=0)
    window.training.step(3)
    assert progress(window)[:2] == ["epoch 0", "update 3"]


def test_the_bar_says_the_losses_and_the_accuracy_of_the_right_data(trained):
    window = trained(NEURON, data="circle", w=[1, -2], b=1)
    record = window.training.record
    assert record.test_accuracy != record.train_accuracy and record.test_loss != record.train_loss
    assert progress(window)[2:] == [
        f"loss {short(record.train_loss)}",
        f"test loss {short(record.test_loss)}",
        f"test accuracy {record.test_accuracy:.0%}",
    ]
    window.training.change("keep none", test_percent=0)
    record = window.training.record
    assert progress(window)[3:] == [f"training accuracy {record.train_accuracy:.0%}"]


def test_the_losses_stand_at_the_updates_after_which_they_were(trained):
    """64 examples in mini-batches of 10: seven updates an epoch."""
    window = trained(NEURON, w=[1, 1], b=0)
    window.training.step(21)
    records = window.training.run.trainer.records
    curves = named(window, "Loss curves")
    for curve, losses in (
        (curves.train, [record.train_loss for record in records]),
        (curves.test, [record.test_loss for record in records]),
    ):
        x, y = curve.getData()
        assert list(x) == [0, 7, 14, 21] and list(y) == losses


def test_the_loss_falls_to_the_right_and_higher_losses_stand_higher(put, training):
    view = put(Curves(training), LIGHT)
    view.show_records([0, 10, 20, 30], [4.0, 3.0, 2.0, 1.0], [float("nan")] * 4)
    plot = QRectF(view.getPlotItem().getViewBox().sceneBoundingRect())
    plot.setRight(view.getPlotItem().legend.sceneBoundingRect().left() - 4)
    found = widget(view, LIGHT).places("local", within=plot)
    first, last = found[found[:, 0].argmin()], found[found[:, 0].argmax()]
    assert last[0] - first[0] > 80 and last[1] - first[1] > 40


def test_one_update_makes_the_curve_of_what_is_trained_longer(trained):
    window = trained(NEURON, w=[0.1, 0.1], b=0)
    view = named(window, "Loss curves")
    plot = QRectF(view.getPlotItem().getViewBox().sceneBoundingRect())
    amounts = []
    for updates in (0, 30):
        window.training.step(updates) if updates else None
        amounts.append(widget(view, LIGHT).amount("local", within=plot))
    assert amounts[1] > amounts[0] + 40

"""The views of a training: which class has which colour, up is up and left is left, curves and weights."""

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from app.formula import measured
from app.painting import plots
from app.painting.plots import paint_sheet, role_colour
from app.painting.still import Still
from app.training.plot_view import MARGIN
from app.widgets.theme import DARK, LIGHT
from core.base.arrays import frozen
from core.base.numbers import short
from core.base.shades import takes_black
from core.data.datasets import DATASETS
from core.figure.plot import (
    Axis,
    Curve,
    Line,
    Matrices,
    Matrix,
    Plot,
    Raster,
    Scale,
    Symbol,
    Text,
    Tile,
    placed,
)
from core.math.mathtree import Letter, Word
from core.training.curve_plot import LOSSES, loss_plot
from core.training.plane_plot import plane_plot
from core.training.run import TrainingRun
from core.training.settings import TrainingSettings
from core.training.setup import setup
from core.training.shown import Shown
from tests.app.seen.pixels import Seen, named, of_classes, of_theme, widget
from tests.counting import at_most

NEURON = "y = σ(w·x + b); L = bce(y, t)"
NET = "h = tanh(W x + c); y = σ(v·h + b); L = bce(y, t)"
SCORES = "s = W x + c; p = softmax(s); L = -ln(p[k])"
SIDE = 420  # of a sheet, in pixels
SIGNS = ("negative", "positive")


def run_of(text="", data="circle", values=None, updates=0, **settings):
    """A run of a built network, or of a typed program with its values."""
    trains = "program" if text else "network"
    asked = TrainingSettings(trains=trains, data=data, samples=120, **settings)
    given = {name: frozen(value) for name, value in (values or {}).items()}
    run = TrainingRun(setup(asked, text, given))
    run.trainer.step(updates)
    return run


@pytest.fixture
def draw(fonts):
    """Draws what a view shows on a sheet; the answer are the sheet and what is seen of it."""

    def draw(shown, theme, width=SIDE, height=SIDE, colours=None):
        sheet = placed(shown, width, height, 13, measured)
        image = QImage(width, round(max(height, sheet.height)), QImage.Format.Format_RGB32)
        image.fill(theme.colour("paper"))
        with QPainter(image) as painter:
            paint_sheet(painter, sheet, theme)
        return sheet, Seen(image, QRectF(image.rect()), colours or of_theme(theme))

    return draw


def axes(sheet):
    """The rectangle of a sheet's axes."""
    frame = sheet.frame
    return QRectF(frame.x, frame.y, frame.width, frame.height)


def leans(seen, theme, x, y, parts=SIGNS):
    """Towards which colour the ground of maps is tinted at a place; −1 where it is not."""
    pixel = seen.rgb[round(y / seen._down), round(x / seen._across)].astype(float)
    ground = np.array(QColor(theme.zero if parts == SIGNS else theme.paper).getRgb()[:3], float)
    tint = pixel - ground
    if np.linalg.norm(tint) < 12:
        return -1
    ways = [np.array(role_colour(theme, part).getRgb()[:3]) - ground for part in parts]
    return int(np.argmax([tint @ way / np.linalg.norm(way) / np.linalg.norm(tint) for way in ways]))


def corners(rect):
    """Places well inside the plane: at the left, right, above and below the middle."""
    x, y, side = rect.center().x(), rect.center().y(), rect.width() / 3
    return {"left": (x - side, y), "right": (x + side, y), "above": (x, y - side), "below": (x, y + side)}


def values_at(sheet, x, y):
    """What is at a place of a sheet with axes from −6 to 6, at its edges too."""
    frame = sheet.frame
    return 12 * (x - frame.x) / frame.width - 6, 6 - 12 * (y - frame.y) / frame.height


def symbols(sheet, key):
    return [part for part in sheet.parts if isinstance(part, Symbol) and part.key.startswith(key)]


# -- the plane


@pytest.mark.parametrize(("w", "high"), [((4, 0), "right"), ((0, 4), "above")])
def test_the_plane_has_its_high_side_where_the_prediction_is_high(draw, theme, w, high):
    """A prediction that grows with one feature: rows are those of the second, the least first."""
    shown = plane_plot(run_of(NEURON, "gauss", {"w": w, "b": 0}))
    sheet, seen = draw(shown, theme)
    places, low = corners(axes(sheet)), {"right": "left", "above": "below"}[high]
    assert leans(seen, theme, *places[high]) == 1
    assert leans(seen, theme, *places[low]) == 0


def test_points_of_two_classes_have_the_colours_of_the_scale_and_stand_where_they_are(draw, theme):
    run = run_of(NEURON, "gauss", {"w": [0, 0], "b": 0}, noise=0.0)
    sheet, seen = draw(plane_plot(run), theme)
    data, rect = run.setup.dataset, axes(sheet)
    for k, part in enumerate(SIGNS):
        x, y = data.inputs[data.targets == k].mean(axis=0)
        wanted = rect.left() + (x + 6) / 12 * rect.width(), rect.bottom() - (y + 6) / 12 * rect.height()
        assert np.abs(seen.middle(part, within=rect) - wanted).max() < 12


def test_three_classes_have_their_own_colours_and_shapes(draw, theme):
    weights = {"W": [[0, -6], [-6, 6], [6, 6]], "c": [0, 0, 0]}  # below, left above, right above
    run = run_of(SCORES, "spiral3", weights)
    shown = plane_plot(run, shown=Shown(this_batch=False))
    sheet, seen = draw(shown, theme, colours=of_classes(3) | of_theme(theme))
    rect, parts = axes(sheet), [f"class {k}" for k in range(3)]
    places = corners(rect)
    up = places["above"][1]
    found = [
        leans(seen, theme, *place, parts)
        for place in (
            (places["below"][0], rect.bottom() - 4),
            (rect.left() + 4, up),
            (rect.right() - 4, up),
        )
    ]
    assert found == [0, 1, 2]
    for k, shape in enumerate(("circle", "triangle", "square")):
        assert {part.shape for part in symbols(sheet, f"training class-{k}")} == {shape}
        assert seen.amount(f"class {k}", within=rect) > 200


def test_numbers_as_targets_have_the_colours_of_the_scale(draw, theme):
    run = run_of("y = w·x + b; L = (y - t)^2", "plane", {"w": [1, 0], "b": 0})
    shown = plane_plot(run, shown=Shown(this_batch=False))
    sheet, seen = draw(shown, theme)
    places = corners(axes(sheet))
    assert [leans(seen, theme, *places[side]) for side in ("left", "right")] == [0, 1]
    data, rows = run.setup.dataset, symbols(sheet, "training")
    assert all(np.sign(part.share) == np.sign(data.targets[part.row]) for part in rows)
    largest = max(rows, key=lambda part: part.share)
    assert data.targets[largest.row] == max(data.targets[part.row] for part in rows)


def test_points_kept_for_testing_are_hollow_and_the_next_mini_batch_is_ringed(draw, theme):
    run = run_of(updates=3)
    sheet, seen = draw(plane_plot(run), theme)
    kept = {int(row) for row in run.trainer.test_data.rows}
    tested, trained = symbols(sheet, "test class"), symbols(sheet, "training class")
    assert {part.row for part in tested} == kept
    assert {part.row for part in trained} == {*range(120)} - kept
    alone = [
        part
        for part in (*tested, *trained)
        if all(
            abs(part.x - other.x) + abs(part.y - other.y) > 25
            for other in sheet.parts
            if isinstance(other, Symbol) and other is not part
        )
    ]
    assert {part.filled for part in alone} == {True, False}
    for part in alone:
        wanted = part.role if part.filled else "paper"
        assert seen.at(part.x, part.y, 2) == wanted
    rings = symbols(sheet, "batch")
    at = run.setup.dataset.inputs[run.trainer.train_data.rows[run.trainer.coming]]
    assert len(rings) == len(at) == 10
    frame = sheet.frame
    for ring, (x, y) in zip(rings, at, strict=True):
        assert np.allclose(frame.values(ring.x, ring.y), (x, y), atol=1e-6)


def test_the_line_of_the_boundary_lies_where_the_class_changes(draw, theme):
    """w·x + b = 0 with w = (2, −1), b = 1: from (−3.5, −6) to (2.5, 6)."""
    sheet, seen = draw(plane_plot(run_of(NEURON, "gauss", {"w": [2, -1], "b": 1})), theme)
    (line,) = [part for part in sheet.parts if part.key == "boundary"]
    found = np.array([values_at(sheet, *place) for place in line.points])
    assert np.allclose(2 * found[:, 0] - found[:, 1] + 1, 0, atol=1e-3)
    assert np.allclose([found[:, 1].min(), found[:, 1].max()], [-6, 6], atol=1e-6)
    x, y = line.points[len(line.points) // 2]
    assert seen.most(QRectF(x - 1, y - 1, 2, 2)) == "ink"


def test_units_of_the_first_layer_have_their_lines(draw):
    values = {"W": [[1, 0], [0, 2]], "c": [-3, 4], "v": [1, 1], "b": 0}
    shown = plane_plot(run_of(NET, "gauss", values), shown=Shown(unit_lines=True))
    first, second = [layer.points for layer in shown.layers if getattr(layer, "dashed", False)]
    assert np.allclose(first[:, 0], 3, atol=1e-4) and np.allclose(second[:, 1], -2, atol=1e-4)
    assert not any(
        getattr(layer, "dashed", False) for layer in plane_plot(run_of(NET, "gauss", values)).layers
    )


def test_classes_alone_are_drawn_in_two_colours(draw, theme):
    run = run_of(NEURON, "gauss", {"w": [0.3, 0], "b": 0})
    sheet, seen = draw(plane_plot(run, shown=Shown(two_colours=True, this_batch=False)), theme)
    (field,) = [part for part in sheet.parts if isinstance(part, Raster) and part.key == "field"]
    assert len(np.unique(field.shares.round(3))) <= 5  # with what lies between along the line
    rect = axes(sheet)
    left, right = (seen.mean(QRectF(x, rect.top() + 3, 4, 4)) for x in (rect.left() + 3, rect.right() - 60))
    middle = seen.mean(QRectF(rect.center().x() + 12, rect.top() + 3, 4, 4))
    assert np.abs(np.subtract(middle, right)).max() < 6 < np.abs(np.subtract(left, right)).max()


def test_the_axes_of_the_plane_are_named_after_their_features():
    run = run_of(NEURON, "gauss", {"w": [1, 1], "b": 0})
    named = replace(run.setup.dataset, feature_names=("length", "width"))
    run.setup = replace(run.setup, dataset=named)
    shown = plane_plot(run)
    assert (shown.across.name, shown.up.name) == (Word("length", "ord"), Word("width", "ord"))
    sheet = placed(shown, SIDE, SIDE, 13)
    lower, left = (
        next(part for part in sheet.parts if isinstance(part, Text) and part.math == axis.name)
        for axis in (shown.across, shown.up)
    )
    assert lower.y > sheet.frame.y + sheet.frame.height > left.y
    assert left.x < sheet.frame.x + sheet.frame.width / 2 < lower.x


def test_the_scale_says_what_its_colours_mean(draw, theme):
    """In the title's line, its low end at the left, named after the prediction."""
    for values, text, ends in (({"w": [1, 1], "b": 0}, NEURON, ("0", "1")),):
        shown = plane_plot(run_of(text, "gauss", values))
        sheet, seen = draw(shown, theme)
        bar = next(part for part in sheet.parts if part.key == "scale" and isinstance(part, Raster))
        inside = [(bar.x + share * bar.width, bar.y + bar.height / 2) for share in (0.05, 0.95)]
        assert [leans(seen, theme, *place) for place in inside] == [0, 1]
        texts = sorted(
            (part for part in sheet.parts if part.key == "scale" and isinstance(part, Text)),
            key=lambda part: part.x,
        )
        assert [getattr(part.math, "text", "") for part in texts] == [*ends, "y"]
        assert texts[0].x < bar.x < bar.x + bar.width < texts[1].x


def test_data_outside_the_usual_plane_are_in_view():
    run = run_of(NEURON, "gauss", {"w": [1, 1], "b": 0})
    far = replace(run.setup.dataset, inputs=run.setup.dataset.inputs * 20 + 100, extent=())
    run.setup = replace(run.setup, dataset=far)
    sheet = placed(plane_plot(run), SIDE, SIDE, 13)
    shown = {part.row for part in symbols(sheet, "t")}
    assert shown >= {*range(len(far))}


# -- the plane of what is trained


@pytest.fixture
def trained(window):
    """The panel open on a typed program whose weights are given: nothing is left to chance."""

    def train(text, theme=LIGHT, data="gauss", **values):
        window.set_theme(theme)
        window.resize(1400, 1000)
        window.session.open_program(text, {name: frozen(value) for name, value in values.items()}, "open")
        window.training.change("train it", trains="program", data=data, samples=80, noise=0.0)
        window.panes["training"].open()
        assert window.training.problem is None
        return window

    return train


SIDES = {
    (4, 0): ("right", "left"),
    (0, 4): ("above", "below"),
    (-4, 0): ("left", "right"),
    (0, -4): ("below", "above"),
}


def look(view, theme=LIGHT):
    """A view of the window with the rectangle of its axes."""
    seen = widget(view, theme)
    return seen, axes(view.sheet).translated(MARGIN, MARGIN)


def test_the_plane_is_the_second_class_where_the_program_says_so(trained):
    window = trained(NEURON, w=[1, 1], b=0)
    view = named(window, "Decision boundary")
    for w, (one, zero) in SIDES.items():
        window.session.set_value("w", frozen(w))
        seen, rect = look(view)
        places = corners(rect)
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
        seen, rect = look(named(trained(text, theme, **weights), "Decision boundary"), theme)
        side = 0.25 * rect.width()
        clouds = [seen.middle(part, within=rect) for part in SIGNS]
        for k, outwards in enumerate(((-side, side), (side, -side))):
            assert leans(seen, theme, *(clouds[k] + outwards)) == k, text
        (left, below), (right, above) = clouds
        assert right > left and above < below, "the second cloud is the one above at the right"


def test_the_chosen_sample_is_ringed_where_it_lies_and_a_click_chooses_the_one_under_it(trained):
    window = trained(NEURON, w=[2, 2], b=0)
    window.training.viewing.show(this_batch=False)
    view, field = named(window, "Decision boundary"), named(window, "Sample")
    for number in range(0, 60, 5):
        field.setValue(number)
        seen, _ = look(view)
        (ring,) = symbols(view.sheet, "chosen")
        at = QPoint(round(ring.x + MARGIN), round(ring.y + MARGIN))
        edge = QRectF(at.x() - 2, at.y() - ring.size / 2 - 2, 4, 4)
        assert seen.amount("ink", within=edge) > 3
        x, y = window.training.run.setup.dataset.inputs[number]
        assert np.allclose(view.sheet.frame.values(ring.x, ring.y), (x, y))
        window.training.choose_sample(1)
        look(view)
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=at)
        chosen = window.training.run.setup.dataset.inputs[window.training.sample]
        assert np.abs(chosen - (x, y)).max() < 0.3


def test_what_is_read_at_the_pointer_is_what_is_predicted_there(trained):
    window = trained(NEURON, w=[2, -1], b=0.5)
    view = named(window, "Decision boundary")
    _, rect = look(view)
    told = view.text_at(QPointF(rect.left() + 0.75 * rect.width(), rect.top() + 0.25 * rect.height()))
    assert told == f"x1 = 3   x2 = 3   y = {short(1 / (1 + np.exp(-3.5)))}"
    assert view.text_at(QPointF(1, 1)) == ""


# -- maps


QUARTERS = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]  # left above, right above, left below …


def shades(seen, theme, rect, places=QUARTERS):
    """Towards which sign the colours lean at places given as shares of a rectangle."""
    inside = [(rect.x + x * rect.width, rect.y + y * rect.height) for x, y in places]
    return ["−+"[leans(seen, theme, *place)] for place in inside]


def matrices(*named_values):
    """Matrices on one scale, as weights are."""
    found = [Matrix(name, Letter(name), np.asarray(values, float)) for name, values in named_values]
    largest = max(np.abs(one.values).max() for one in found)
    return Matrices("weights", "Weights", tuple(found), (Scale(0.0, largest),))


def test_hidden_units_are_high_where_they_are_high_in_the_plane(trained, theme):
    """The first unit grows to the right, the second upwards."""
    window = trained(NET, theme, W=[[4, 0], [0, 4]], c=[0, 0], v=[1, 1], b=0)
    window.panes["training"].made.show_page("units")
    view = named(window, "Hidden units")
    seen = widget(view, theme)
    for cells, wanted in zip(view.sheet.cells, ("−+−+", "++−−"), strict=True):
        rect = QRectF(cells.x + MARGIN, cells.y + MARGIN, cells.width, cells.height)
        moved = type(cells)(cells.key, rect.x(), rect.y(), rect.width(), rect.height(), cells.values)
        assert "".join(shades(seen, theme, moved)) == wanted


def test_a_matrix_of_weights_has_its_first_row_on_top_and_its_numbers_in_their_cells(draw, theme):
    values = [[1, -0.75], [0.5, 0.25]]
    sheet, seen = draw(matrices(("W", values)), theme)
    (cells,) = sheet.cells
    above = [(x, y - 0.19) for x, y in QUARTERS]  # beside the numbers
    assert shades(seen, theme, cells, above) == ["+", "−", "+", "+"]
    written = {}
    for part in sheet.parts:
        if isinstance(part, Text) and part.on is not None:
            written[cells.at(part.x, part.y)] = part
    assert {place: part.math.text for place, part in written.items()} == {
        (0, 0): "1",
        (0, 1): "−0.75",
        (1, 0): "0.5",
        (1, 1): "0.25",
    }
    for part in written.values():
        around = QRectF(part.x - 20, part.y - 12, 40, 15)
        assert len(seen.contrasting(around)) > 3


def test_numbers_in_cells_can_be_read_in_every_shade(draw, theme):
    """Black on pale colours, white on strong ones, 4.5 to 1 at least."""
    sheet, seen = draw(matrices(("b", [[1.0], [-1.0], [0.1]])), theme)
    (cells,) = sheet.cells
    for row in range(3):
        y = cells.y + (row + 0.08) * cells.height / 3
        ground = np.array(seen.mean(QRectF(cells.x + 4, y, 4, 2)), np.uint8)
        cell = seen.rgb[
            round(cells.y + row * cells.height / 3) + 2 : round(cells.y + (row + 1) * cells.height / 3) - 2
        ]
        inside = cell[:, round(cells.x) + 3 : round(cells.x + cells.width) - 3].reshape(-1, 3).astype(int)
        wanted = 0 if takes_black(ground) else 255
        assert np.abs(inside - wanted).sum(axis=1).min() < 120


def test_the_colours_of_many_cells_are_found_at_once(draw, theme):
    """A cell with its number is painted with few calls, whatever its value."""
    values = np.linspace(-1, 1, 280).reshape(40, 7)
    values[3, 4] = np.nan
    draw(matrices(("W", values)), theme)
    with at_most(60 * values.size):
        draw(matrices(("W", values)), theme)


def test_of_a_long_table_only_what_is_seen_is_painted(draw, theme, monkeypatch):
    sheet, _ = draw(matrices(("W", np.linspace(-1, 1, 120).reshape(40, 3))), theme)
    painted = []
    monkeypatch.setattr(plots, "_paint_tile", lambda painter, part, looks: painted.append(part))
    image = QImage(400, 40, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.translate(0, -200)
        paint_sheet(painter, sheet, theme, 200, 240)
    tiles = [part for part in sheet.parts if isinstance(part, Tile)]
    assert 3 <= len(painted) < len(tiles) / 4
    assert all(part in painted for part in tiles if part.y + part.height > 200 and part.y < 240)


def test_a_curve_has_no_more_points_than_the_sheet_is_wide_and_keeps_its_highest_and_lowest():
    chance = np.random.default_rng(3)
    points = np.stack([np.arange(5000.0), chance.uniform(1, 2, 5000)], axis=1)
    points[1234, 1], points[4321, 1] = 0.5, 3.0
    plot = Plot("loss", "Loss", Axis(0, 5000), Axis(0, 4), (Curve("loss", points),))
    sheet = placed(plot, 300, 200, 12)
    (line,) = [part for part in sheet.parts if part.key == "loss" and isinstance(part, Line)]
    assert len(line.points) <= sheet.frame.width + 1
    values = [sheet.frame.values(*place)[1] for place in line.points]
    assert min(values) == pytest.approx(0.5) and max(values) == pytest.approx(3.0)
    assert line.points[-1, 0] == pytest.approx(sheet.frame.x + sheet.frame.width * 4999 / 5000)


def test_what_stays_is_painted_once_and_looks_as_if_it_were_painted_anew(theme, fonts, monkeypatch):
    run, still, painted = run_of(updates=1), Still(), []
    paint = plots._paint_symbol
    monkeypatch.setattr(plots, "_paint_symbol", lambda *given: (painted.append(given), paint(*given)))

    def seen(how, sheet):
        image = QImage(SIDE, SIDE, QImage.Format.Format_RGB32)
        image.fill(theme.colour("paper"))
        with QPainter(image) as painter:
            how(painter, sheet, theme)
        return Seen(image, QRectF(image.rect()), of_theme(theme)).rgb.astype(int)

    for turn in range(4):
        run.trainer.step(20)
        sheet = placed(plane_plot(run, 0), SIDE, SIDE, 13, measured)
        as_ever = seen(paint_sheet, sheet)
        painted.clear()
        assert np.abs(seen(still.paint, sheet) - as_ever).max() <= 4
        few = len([part for part in sheet.parts if isinstance(part, Symbol)]) - len(run.setup.dataset)
        assert turn < 2 or len(painted) == few
    painted.clear()
    other = next(other for other in (LIGHT, DARK) if other is not theme)
    seen(lambda painter, sheet, _: still.paint(painter, sheet, other), sheet)
    assert len(painted) > len(run.setup.dataset), "another theme has other colours"


def test_points_are_placed_once_while_it_trains():
    run = run_of(updates=1)

    def points():
        parts = placed(plane_plot(run, 0), 400, 400, 12).parts
        return [part for part in parts if part.key.startswith(("training", "test"))]

    before = points()
    run.trainer.step(30)
    after = points()
    assert len(before) == len(run.setup.dataset) and all(
        one is other for one, other in zip(before, after, strict=True)
    )
    hidden = placed(plane_plot(run, 0, Shown(test_points=False)), 400, 400, 12).parts
    assert not [part for part in hidden if part.key.startswith("test")]


def test_a_vector_of_weights_is_a_column_whose_first_entry_is_on_top(trained, theme):
    window = trained("y = σ(w·x + b); L = bce(y, t)", theme, w=[1, -1], b=0)
    window.panes["training"].made.show_page("weights")
    view = named(window, "Weights")
    seen = widget(view, theme)
    cells = next(one for one in view.sheet.cells if one.key == "w")
    assert cells.values.shape == (2, 1)
    moved = type(cells)("w", cells.x + MARGIN, cells.y + MARGIN, cells.width, cells.height, cells.values)
    assert shades(seen, theme, moved, [(0.1, 0.25), (0.1, 0.75)]) == ["+", "−"]


def test_a_template_is_the_right_way_up(draw, theme):
    """A picture's rows from the top, each from the left."""
    picture = -np.ones((8, 8))
    picture[:4, 4:] = 1  # right above
    one = Matrix("W", Word("0", "ord"), picture, written=False, picture=True)
    sheet, seen = draw(Matrices("templates", "Templates", (one,), (Scale(0.0, 1.0),)), theme)
    assert shades(seen, theme, sheet.cells[0]) == ["−", "+", "−", "−"]


def test_all_weights_share_one_scale(draw, theme):
    """A weight of a tenth is pale beside one of 1."""
    _, seen = draw(matrices(("a", [[1]]), ("b", [[0.1]])), theme)
    title = QRectF(0, 25, SIDE, SIDE)
    strong = seen.places("positive", within=title)
    assert len(strong) > 100 and np.ptp(strong[:, 0]) < 60, "no more than the first cell"


@pytest.mark.parametrize("where", QUARTERS)
def test_what_is_told_of_a_weight_is_what_is_seen_there(trained, where):
    window = trained(SCORES, W=[[0.75, -1], [-0.5, 1]], c=[0, 0])
    window.panes["training"].made.show_page("weights")
    view = named(window, "Weights")
    widget(view, LIGHT)
    cells = next(one for one in view.sheet.cells if one.key == "W")
    at = QPointF(cells.x + where[0] * cells.width + MARGIN, cells.y + where[1] * cells.height + MARGIN)
    number = {(0.25, 0.25): "0.75", (0.75, 0.25): "−1", (0.25, 0.75): "−0.5", (0.75, 0.75): "1"}[where]
    assert view.text_at(at) == f"W[{int(2 * where[1])}, {int(2 * where[0])}] = {number}"


# -- curves


def test_the_losses_have_their_colours_in_the_plot_and_beside_their_numbers(draw, theme):
    run = run_of(updates=60)
    sheet, seen = draw(loss_plot(run), theme, height=260)
    rect = axes(sheet)
    for name, role, _, number in LOSSES[:2]:
        said = next(
            part for part in sheet.parts if isinstance(part, Text) and part.math.text.startswith(name)
        )
        assert said.math.text == f"{name} {short(number(run.trainer.records[-1]))}"
        assert said.role == role and seen.amount(role, within=rect) > 40


def test_the_axes_of_the_losses_are_named(draw):
    sheet, _ = draw(loss_plot(run_of(updates=60)), LIGHT, height=260)
    texts = {part.math.text: part for part in sheet.parts if isinstance(part, Text) and part.math.text}
    assert texts["update"].y > sheet.frame.y + sheet.frame.height
    assert texts["Loss"].y < sheet.frame.y


def test_the_losses_stand_at_the_updates_after_which_they_were():
    """96 examples in mini-batches of 10: ten updates an epoch."""
    run = run_of(updates=30)
    records = run.trainer.records
    shown = loss_plot(run)
    for curve, losses in zip(
        shown.layers,
        ([record.train_loss for record in records], [record.test_loss for record in records]),
        strict=True,
    ):
        x, y = curve.points.T
        assert list(x) == [0, 10, 20, 30] and list(y) == losses


def test_higher_losses_stand_higher_and_later_ones_further_right(draw, theme):
    for log in (False, True):
        run = run_of(updates=600, rate=0.3)
        sheet, seen = draw(loss_plot(run, log), theme, height=300)
        found = seen.places("local", within=axes(sheet).adjusted(2, 2, -2, -2))
        first, last = found[found[:, 0].argmin()], found[found[:, 0].argmax()]
        assert last[0] - first[0] > 80 and last[1] - first[1] > 40
        record = run.trainer.records[-1]
        line = next(part for part in sheet.parts if part.key == "loss training")
        assert np.allclose(sheet.frame.values(*line.points[-1]), (600, record.train_loss))


def test_before_the_first_update_the_plot_of_losses_says_so(draw):
    run = run_of()
    texts = [part.math for part in draw(loss_plot(run), LIGHT)[0].parts if isinstance(part, Text)]
    assert Word("No update yet", "ord") in texts
    run.trainer.step(3)
    texts = [part.math for part in draw(loss_plot(run), LIGHT)[0].parts if isinstance(part, Text)]
    assert Word("Measured after each epoch, next at update 10", "ord") in texts
    run.trainer.step(27)
    texts = [part.math for part in draw(loss_plot(run), LIGHT)[0].parts if isinstance(part, Text)]
    assert Word("No update yet", "ord") not in texts


def test_a_changed_setting_is_marked_where_it_was_changed(draw, theme):
    run = run_of(updates=40)
    before = TrainingSettings(data="circle", samples=120)
    run.change(before, replace(before, rate=0.3))
    run.trainer.step(60)
    sheet, seen = draw(loss_plot(run), theme, height=260)
    (line,) = [part for part in sheet.parts if part.key == "note" and not isinstance(part, Text)]
    (text,) = [part for part in sheet.parts if part.key == "note" and isinstance(part, Text)]
    x = line.points[0, 0]
    assert sheet.frame.values(x, sheet.frame.y + 1)[0] == pytest.approx(40)
    assert text.math.text == "Rate 0.03 → 0.3" and text.x > x
    strips = [QRectF(at - 1, sheet.frame.y + 90, 3, 100) for at in (x, x + 12)]
    dark, plain = (np.subtract(seen.mean(strip), QColor(theme.paper).getRgb()[:3]) for strip in strips)
    assert np.abs(dark).max() > 15 > np.abs(plain).max()


@pytest.mark.parametrize(("width", "height"), [(474, 360), (584, 520), (700, 790)])
def test_the_plane_leaves_no_room_unused_and_its_legend_is_whole(draw, width, height):
    """Beside the plane where there is room at the side, else below it."""
    sheet, _ = draw(plane_plot(run_of()), LIGHT, width, height)
    frame, legend = sheet.frame, [part for part in sheet.parts if part.key == "legend"]
    assert frame.width >= {474: 285, 584: 420, 700: 600}[width]
    for part in legend:
        wide = measured(part.math, part.size)[0] if isinstance(part, Text) else part.size / 2
        assert part.x >= 0 and part.x + wide <= width and part.y < height
        beside, below = part.x > frame.x + frame.width, part.y > frame.y + frame.height
        assert beside or below


@pytest.mark.parametrize(
    ("axis", "most", "wanted"),
    [
        (Axis(0, 1000), 3, ["0", "500", "1000"]),
        (Axis(0, 100_000), 3, ["0", "50k", "100k"]),
        (Axis(0, 12_500), 5, ["0", "2.5k", "5k", "7.5k", "10k", "12.5k"]),
        (Axis(0, 1_500_000), 4, ["0", "0.5M", "1M", "1.5M"]),
        (Axis(-6, 6), 3, ["−5", "0", "5"]),
        (Axis(0, 0.31), 4, ["0", "0.1", "0.2", "0.3"]),
        (Axis(0.0009, 1.1, log=True), 4, ["0.001", "0.01", "0.1", "1"]),
    ],
)
def test_axes_have_round_numbers(axis, most, wanted):
    from core.figure.plot.ticks import ticks

    assert [text for _, text in ticks(axis, most)] == wanted


def test_every_data_set_of_two_features_fits_its_plane():
    for name in DATASETS:
        run = run_of(data=name)
        shown = plane_plot(run)
        assert (shown is not None) == (run.setup.dataset.inputs.shape[1] == 2), name
        if shown:
            sheet = placed(shown, SIDE, SIDE, 13)
            assert sheet.height <= SIDE and isinstance(shown, Plot)


# -- what the bar says


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

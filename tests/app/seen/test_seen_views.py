"""Views of a training as they are seen, clicked and walked through by keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QScrollArea, QToolButton

from app.formula import measured
from app.training.plot_view import MARGIN, PlotView
from app.training.switches import Switches
from app.widgets.theme import LIGHT
from core.figure.plot import Text, placed
from core.training.classified import classified
from core.training.shown import Cell
from tests.app.seen.pixels import widget
from tests.app.seen.test_seen_results import part_of

Key = Qt.Key


@pytest.fixture
def train(window):
    def train(data, updates, **settings):
        window.resize(1440, 900)
        window.show_workspace("train")
        window.training.change("train", trains="network", data=data, hidden=(), **settings)
        window.training.step(updates)
        return window

    return train


def page(window, name):
    panel = window.panes["training"].made
    panel.show_view(name)
    found = panel.views[name]
    found.grab()
    return found


def click(view, cells, place):
    x, y, wide, high = cells.rectangle(place)
    QTest.mouseClick(
        view,
        Qt.MouseButton.LeftButton,
        pos=QPoint(round(x + wide / 2) + MARGIN, round(y + high / 2) + MARGIN),
    )


def colour(seen, cells, place):
    """The colour of a cell near its corner, as whether it is blue or orange: red less blue."""
    x, y, *_ = cells.rectangle(place)
    red, _, blue = seen.rgb[round(y) + MARGIN + 3, round(x) + MARGIN + 3].astype(int)
    return red - blue


def test_right_is_blue_wrong_is_orange_and_nothing_is_blank(train):
    view = page(train("iris", 30), "confusion")
    (cells,), seen = view.sheet.cells, widget(view, LIGHT)
    counts = classified(view.training.run).counts
    assert (cells.values == counts).all()
    for i, j in np.ndindex(3, 3):
        tint = colour(seen, cells, (i, j))
        assert (tint < -20) if i == j and counts[i, j] else (tint > 20) if counts[i, j] else abs(tint) < 10
    written = {part.entry: part.math for part in view.sheet.parts if isinstance(part, Text) and part.entry}
    assert {*written} == {*zip(*counts.nonzero(), strict=True)}
    assert {entry for entry, math in written.items() if getattr(math, "face", "") == "bold"} == {
        (i, j) for i, j in written if i != j
    }
    said = [part.math.text for part in view.sheet.parts if part.key == "said"]
    assert said[0] == "true ↓ predicted →"


def test_a_click_on_a_cell_shows_its_rows_and_another_shows_all(train):
    window = train("iris", 30)
    view, column = page(window, "confusion"), window.panes["data"].made
    counts = classified(window.training.run).counts
    place = next((i, j) for i, j in zip(*counts.nonzero(), strict=True) if i != j)
    (cells,) = view.sheet.cells
    click(view, cells, place)
    rows = classified(window.training.run).picked(Cell(*map(int, place)))
    shown = [row for row in range(150) if not column.rows.isRowHidden(row)]
    assert shown == [*rows] and window.training.sample == rows[0]
    assert column.filter.currentText().count("→") == 1
    assert any(part.key == "chosen" for part in page(window, "confusion").sheet.parts)
    click(view, cells, place)
    assert not any(column.rows.isRowHidden(row) for row in range(150))
    assert column.filter.currentText() == "all"


def test_a_click_on_a_cell_of_digits_shows_their_pictures_as_long_as_they_are_taken_so(train):
    window = train("digits", 10, samples=300)
    view, sheet = page(window, "confusion"), window.panes["data"].made.pictures.sheet
    counts = classified(window.training.run).counts
    place = next((int(i), int(j)) for i, j in zip(*counts.nonzero(), strict=True) if i != j)
    click(view, view.sheet.cells[0], place)
    assert [*sheet.numbers] == [*classified(window.training.run).picked(Cell(*place))] != []
    window.training.step(600)
    assert [*sheet.numbers] == [*classified(window.training.run).picked(Cell(*place))]
    window.training.choose_data("iris")
    assert window.training.viewing.picked == "all", "cells are of the data that there were"


def test_the_worst_errors_of_digits_are_pictures_and_a_click_puts_one_on_the_canvas(train):
    window = train("digits", 10, samples=300)
    view = page(window, "errors")
    seen = widget(view, LIGHT)
    found, data = classified(window.training.run), window.training.run.setup.dataset
    wrong = found.rows[found.wrong()[:12]]
    assert [cells.examples for cells in view.sheet.cells] == [(row,) for row in wrong]
    for cells in view.sheet.cells[:3]:
        picture = data.as_given[cells.examples[0]].reshape(8, 8)
        dark, pale = (np.unravel_index(pick(picture), (8, 8)) for pick in (np.argmax, np.argmin))
        side = cells.width / 8
        shade = [
            seen.rgb[
                round(cells.y + (i + 0.5) * side) + MARGIN, round(cells.x + (j + 0.5) * side) + MARGIN
            ].mean()
            for i, j in (dark, pale)
        ]
        assert shade[0] < 80 < 200 < shade[1]
    click(view, view.sheet.cells[1], (0, 0))
    assert window.training.sample == wrong[1]
    page(window, "errors")
    assert [part for part in view.sheet.parts if part.key == "chosen"]


def test_arrows_walk_through_the_errors_and_enter_chooses_one(train):
    window = train("iris", 30)
    view = page(window, "errors")
    assert view.focusPolicy() & Qt.FocusPolicy.TabFocus
    before, updates = window.training.sample, window.training.run.trainer.updates
    view.setFocus()
    QTest.keyClick(view, Key.Key_Down)
    assert str(view.sheet.cells[0].examples[1]) in view.accessibleDescription()
    QTest.keyClick(view, Key.Key_Return)
    assert window.training.sample == view.sheet.cells[0].examples[1] != before
    assert window.training.run.trainer.updates == updates


def fineness(window):
    """How many cells the colours of the plane have, for each pixel of its width."""
    view = page(window, "boundary")
    (field,) = [part for part in view.sheet.parts if part.key == "field"]
    return field.shares.shape[0] / view.sheet.frame.width


def test_the_plane_is_refined_to_the_pixels_while_it_is_paused(train, qtbot):
    window = train("circle", 5)
    page(window, "boundary")
    qtbot.waitUntil(lambda: fineness(window) > 0.98, timeout=3000)
    before = window.training.run.trainer.parameters.copy()
    window.training.step()
    assert fineness(window) < 0.5, "the maps are those of other weights"
    qtbot.waitUntil(lambda: fineness(window) > 0.98, timeout=3000)
    assert not np.array_equal(before, window.training.run.trainer.parameters)
    window.training.toggle()
    assert window.training.is_training
    page(window, "boundary")
    assert not window.training.viewing._refiner.running
    window.training.pause()


def test_training_examples_are_shown_where_they_are_asked_for(train):
    window = train("iris", 5)
    view = page(window, "confusion")
    assert view.sheet.cells[0].values.sum() == 30
    (action,) = view.actions()
    action.trigger()
    view.grab()
    assert view.sheet.cells[0].values.sum() == 120


def test_a_confusion_that_nearly_fits_its_page_is_a_little_smaller_and_whole(train, qtbot):
    window = train("digits", 10, samples=300)
    view = PlotView(window.training, "confusion", Switches(window.training.viewing, window), on_page=True)
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidget(view)
    area.setWidgetResizable(True)
    heights = []
    for height in (420, 300, 180):
        area.resize(380, height)
        area.show()
        view.grab()
        (cells,) = view.sheet.cells
        heights.append(cells.height)
        is_in_view = cells.y + cells.height <= area.viewport().height() - 2 * MARGIN
        assert is_in_view == (height > 200), "much smaller it could not be read"
    assert 0.75 * heights[0] < heights[1] < heights[0] == heights[2]


def test_in_a_low_place_templates_stand_in_one_row_where_they_are_larger(train):
    made = train("digits", 5, samples=200).training.viewing.made("templates")
    high, low = (placed(made, 520, height, 13, measured, whole=True) for height in (400, 110))
    rows, row = ({one.y for one in sheet.cells} for sheet in (high, low))
    assert len(rows) == 2 and len(row) == 1
    assert high.height <= 400 and low.height <= 110
    assert low.cells[0].height > 25 and all(one.x + one.width <= 520 for one in low.cells)


@pytest.mark.parametrize("width", [230, 300, 520])
def test_nothing_of_a_table_is_outside_or_on_top_of_something_else(train, width, fonts):
    window = train("iris", 5)
    for name in ("confusion", "errors"):
        sheet = placed(window.training.viewing.made(name), width, 300, 13, measured)
        texts = []
        for part in sheet.parts:
            if isinstance(part, Text):
                wide, up, _ = measured(part.math, part.size)[0], 0.6 * part.size, 0
                left = part.x - wide * {"left": 0, "middle": 0.5, "right": 1}[part.anchor]
                assert left >= -1 and left + wide <= width + 1, part
                texts.append((left, part.y - up, left + wide, part.y))
        for k, (left, top, right, bottom) in enumerate(texts):
            for other in texts[:k]:
                assert not (left < other[2] and other[0] < right and top < other[3] and other[1] < bottom)


def test_a_click_on_a_template_chooses_its_unit_on_the_canvas_and_frames_it(train):
    window = train("digits", 10, samples=200)
    view = page(window, "templates")
    click(view, view.sheet.cells[3], (0, 0))
    assert window.net.view.nodes[window.net.selection].entry == 3
    page(window, "templates")
    (frame,) = [part for part in view.sheet.parts if part.key == "chosen"]
    x, y, *_ = view.sheet.cells[3].rectangle((0, 0))
    assert frame.points.min(axis=0) == pytest.approx((x, y))
    click(view, view.sheet.cells[3], (0, 0))
    assert window.net.selection == "" and not [
        p for p in page(window, "templates").sheet.parts if p.key == "chosen"
    ]


def test_gradients_of_templates_are_those_of_the_canvas_and_all_are_in_view(train):
    window = train("digits", 10, samples=200)
    view = page(window, "templates")
    window.training.viewing.show(gradients=True)
    page(window, "templates")
    assert len(view.sheet.cells) == 20
    assert all(one.y + one.height <= view.height() for one in view.sheet.cells)
    assert part_of(window, view).height() == view.height(), "nothing has to be scrolled"
    assert [part.math.text for part in view.sheet.parts if part.key == "said"] == ["gradients of sample 0"]
    window.net.set_whose("batch")
    page(window, "templates")
    assert "mini-batch" in next(part.math.text for part in view.sheet.parts if part.key == "said")


@pytest.mark.parametrize("width", [120, 150, 184, 260])
def test_what_a_narrow_plot_says_is_not_cut(train, width):
    made = train("circle", 300).training.viewing.made("loss")
    sheet = placed(made, width, 150, 13, measured)
    said = [part for part in sheet.parts if part.key == "said" and isinstance(part, Text)]
    assert len(said) == 2
    for one in said:
        assert one.x <= width and one.x - measured(one.math, one.size)[0] >= -1
    assert said[0].y != said[1].y or said[1].x + 5 < said[0].x - measured(said[0].math, 13)[0]


@pytest.mark.parametrize(("width", "most"), [(230, 1000), (368, 215), (700, 300)])
def test_small_plots_have_the_height_of_their_values_and_their_names_apart(train, width, most):
    window = train("sine", 100)
    window.training.change("train", hidden=(8,))
    run = window.training.run
    run.trainer.step(100)
    made = window.training.viewing.made("parts")
    sheet = placed(made, width, most, 13, measured, whole=True)
    assert sheet.height <= most
    frames = [part for part in sheet.parts if part.key == "frame"]
    curves = [part for part in sheet.parts if part.key.startswith("part ")]
    assert len(frames) == len(curves) == 8
    for frame, curve, part in zip(frames, curves, run.line.parts(), strict=False):
        rises = part.values[-1] > part.values[0]
        assert (curve.points[-1, 1] < curve.points[0, 1]) == rises, "larger values stand higher"
        inside = curve.points[np.isfinite(curve.points).all(axis=1)]
        assert (inside >= (frame.x - 0.1, frame.y - 0.1)).all()
        assert (inside <= (frame.x + frame.width + 0.1, frame.y + frame.height + 0.1)).all()
        assert frame.x + frame.width <= width + 0.1
    numbers = [part for part in sheet.parts if part.key == "number"]
    assert len(numbers) == 8
    for number, name in zip(numbers, [part for part in sheet.parts if part.key == "name"], strict=True):
        assert name.x + measured(name.math, 13)[0] < number.x - measured(number.math, 13)[0]


def test_the_button_views_has_the_views_of_the_training_and_what_they_show(train, monkeypatch):
    window = train("circle", 5)
    menus = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, *args: menus.append(menu))
    (button,) = [one for one in window.findChildren(QToolButton) if one.accessibleName() == "Views"]
    button.click()
    offered = {action.text().replace("&", ""): action for action in menus[0].actions() if action.text()}
    assert {"Decision boundary", "Loss", "Confusion", "Logarithmic axis", "Margins"} <= offered.keys()
    assert not {"Templates", "Gradients", "Fitted function"} & offered.keys()
    offered["Confusion"].trigger()
    panel = window.panes["training"].made
    assert panel.views["confusion"].isVisible() and window.training.viewing.present == "confusion"
    offered["Logarithmic axis"].trigger()
    assert window.training.viewing.made("loss").up.log


def test_two_views_of_one_plane_do_not_refine_it_for_ever(train, qtbot):
    viewing = train("circle", 5).training.viewing
    made = []
    viewing.refined.connect(lambda: made.append(1))
    for side in (300, 500, 300, 500):
        viewing.refine("boundary", side)
        qtbot.waitUntil(lambda: not viewing._refiner.running, timeout=3000)
    assert len(made) == 2, "the finer maps serve both"

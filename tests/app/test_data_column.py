"""The data column: sets chosen, prepared and shown; rows and points of one's own, by mouse, keys and file."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.data import pictures
from app.data.csv_preview import CLASS, FEATURE, LEFT_OUT, NUMBER, CsvPreview
from app.data.points_plane import MOST_STEPS
from app.data.sliders import NumberSlider
from app.data.thumbnails import SHOWN
from app.widgets.theme import LIGHT
from core.data.csv_file import sheet_from
from core.data.datasets import DATASETS
from core.data.table import Table, table_of
from core.figure.plot.facts import Axis
from core.figure.plot.ticks import ticks
from core.training.answers import Answers
from tests.counting import at_most

Key = Qt.Key


@pytest.fixture
def column(window):
    window.resize(1440, 900)
    window.show_workspace("train")
    QApplication.processEvents()
    return window.panes["data"].made


@pytest.fixture
def training(window):
    return window.training


@pytest.fixture
def own(window, column, qtbot):
    """The window for own data, on two points."""
    rows = ((-2.0, 1.0, 0.0), (3.0, -1.0, 1.0))
    window.training.change("keep none for testing", test_percent=0)
    window.training.data.edit("two points", Table(rows=rows))
    column.open_own()
    qtbot.waitExposed(column._own_data)
    return column._own_data


def undo(window):
    window.session.undo_stack.undo()


def choose(field, words):
    place = field.findText(words)
    assert place >= 0, words
    field.setCurrentIndex(place)
    field.activated.emit(place)


# -- which data


def test_the_column_stands_left_where_it_is_trained_and_nowhere_else(window, column):
    pane = window.panes["data"]
    assert pane.seen and not window.panes["algorithm"].seen
    window.show_workspace("step")
    QApplication.processEvents()
    assert not pane.seen and window.panes["program"].seen


def test_a_thumbnail_takes_its_set_in_one_entry_of_undo(window, column, training):
    assert column.thumbnails.buttons["circle"].isChecked()
    QTest.mouseClick(column.thumbnails.buttons["moons"], Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert training.settings.data == "moons" and column.list.currentData() == "moons"
    assert [name for name, one in column.thumbnails.buttons.items() if one.isChecked()] == ["moons"]
    undo(window)
    assert training.settings.data == "circle" and column.thumbnails.buttons["circle"].isChecked()


def test_all_sets_are_in_the_list_and_arrows_go_through_the_thumbnails(column, training):
    assert {column.list.itemData(k) for k in range(column.list.count())} == {*DATASETS, "own", "none"}
    choose(column.list, "Yin-yang")
    assert training.settings.data == "yin_yang"
    assert not any(one.isChecked() for one in column.thumbnails.buttons.values())
    column.thumbnails.buttons["circle"].setFocus()
    QTest.keyClick(column.thumbnails.buttons["circle"], Key.Key_Space)
    QTest.keyClick(column.thumbnails.buttons["circle"], Key.Key_Right)
    assert training.settings.data == "xor"


def test_thumbnails_are_of_the_real_points(column, training):
    training.change("another seed", data_seed=7, noise=0.3)
    for name in SHOWN:
        shown = column.thumbnails.buttons[name]._dataset
        made = DATASETS[name].make(7, DATASETS[name].n, min(0.3, DATASETS[name].noise_high))
        assert np.array_equal(shown.inputs, made.inputs) and np.array_equal(shown.targets, made.targets)


def test_a_thumbnail_shows_its_points_where_they_are(column):
    moons = column.thumbnails.buttons["moons"]
    seen, data = moons.grab().toImage(), moons._dataset
    inner = moons.side - 4
    for number in (20, 50, 150, 180):
        across, up = (data.inputs[number] + 6) / 12
        place = QPoint(round(2 + inner * across), round(2 + inner * (1 - up)))
        found = seen.pixelColor(place)
        wanted = LIGHT.colour("positive" if data.targets[number] else "negative")
        other = LIGHT.colour("negative" if data.targets[number] else "positive")
        assert apart(found, wanted) < apart(found, other) and apart(found, LIGHT.colour("paper")) > 40


def apart(one, other):
    return sum(abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def test_a_drag_of_a_slider_is_one_entry_of_undo(window, column, training):
    slider = column.sliders["noise"].slider
    before = window.session.undo_stack.count()
    slider.setSliderDown(True)
    for place in (40, 60, 80):
        slider.setValue(place)
    assert column.sliders["noise"].field.value() == 0.4 and training.settings.noise == 0.1
    slider.setSliderDown(False)
    assert training.settings.noise == 0.4 and window.session.undo_stack.count() == before + 1
    undo(window)
    assert training.settings.noise == 0.1 and slider.value() == 20


def test_the_number_of_a_slider_can_be_typed_and_moved_by_keys(column, training):
    field = column.sliders["test_percent"].field
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "35")
    QTest.keyClick(field, Key.Key_Return)
    assert training.settings.test_percent == 35
    QTest.keyClick(column.sliders["test_percent"].slider, Key.Key_Home)
    assert training.settings.test_percent == 0


def test_a_slider_by_ratios_has_round_numbers_and_both_ends(qtbot):
    slider = NumberSlider("Samples", 10, 2000, most=5000, by_ratio=True)
    qtbot.addWidget(slider)
    values = [slider._value_at(place) for place in range(101)]
    assert (values[0], values[-1]) == (10, 2000) and values == sorted(values)
    assert all(len(f"{value:.0f}".rstrip("0")) <= 2 for value in values)
    slider.show_value(5000)
    assert slider.field.value() == 5000 and slider.slider.value() == 100


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("circle", {"samples", "noise", "test_percent", "standardise", "stratified"}),
        ("plane", {"samples", "noise", "test_percent", "standardise"}),
        ("and", {"samples", "noise", "standardise", "stratified"}),
        ("iris", {"samples", "test_percent", "standardise", "stratified"}),
        ("none", set()),
    ],
)
def test_what_makes_no_difference_is_not_shown(column, training, data, shown):
    training.choose_data(data)
    parts = {**column.sliders, **column.checks}
    assert {name for name, part in parts.items() if not part.isHidden()} == shown


def test_how_many_are_for_what_and_what_was_done_is_said(column, training):
    assert column.parts.text() == "160 to train on, 40 to test."
    column.checks["standardise"].click()
    assert training.settings.standardise
    assert "mean 0 and deviation 1 over the part that is trained on" in column.parts.text()


def test_a_formula_is_typed_and_a_wrong_one_is_said(window, column, training):
    assert column.formula.isHidden()
    training.choose_data("sides")
    assert column.formula.text() == "x2 > 2 sin(x1)" and not column.formula.isHidden()
    column.formula.setFocus()
    column.formula.selectAll()
    QTest.keyClicks(column.formula, "x2 > x1^2")
    QTest.keyClick(column.formula, Key.Key_Return)
    assert training.settings.formula == "x2 > x1^2" and column.message.isHidden()
    data = training.data.dataset
    across, up = data.inputs.T
    assert np.count_nonzero((data.targets == 1) == (up > across**2)) > 150  # of 200; noise blurs the border
    training.change("a wrong formula", formula="x2 + q")
    assert "uses q; it may use x₁ and x₂ only" in column.message.text() and column.message.isVisible()
    undo(window)
    assert column.message.isHidden()
    training.choose_data("function")
    assert column.formula.text() == "y = x sin(x) / 3" and training.settings.formula == ""


# -- what is shown


def test_what_is_shown_is_switched_in_the_column_and_in_the_menu(window, column, training):
    column.views["unit_lines"].click()
    assert training.viewing.shown.unit_lines and window.actions_by_id["show_unit_lines"].isChecked()
    window.actions_by_id["show_unit_lines"].trigger()
    assert not training.viewing.shown.unit_lines and not column.views["unit_lines"].isChecked()


def test_the_boundary_shows_what_is_switched_on(window, column, training):
    view = window.panes["training"].made.views["boundary"]

    def layers(key):
        return [layer for layer in view.made().layers if getattr(layer, "key", "").startswith(key)]

    (rings,) = layers("batch")
    rows = training.run.trainer.train_data.rows[training.run.trainer.coming]
    assert np.array_equal(rings.at, training.run.setup.dataset.inputs[rows]) and len(rings.at) == 10
    assert layers("test") and not layers("unit")
    view.grab()
    before = view.sheet
    training.viewing.show(this_batch=False, unit_lines=True, test_points=False, two_colours=True)
    assert not layers("batch") and not layers("test")
    weights = training.run.trainer.values()
    for unit, line in enumerate(layers("unit")):
        on_it = line.points @ weights["W1"][unit] + weights["b1"][unit]
        assert on_it == pytest.approx(0, abs=1e-4)
    assert len(np.unique(view.made().layers[0].shares)) == 2
    view.grab()
    assert view.sheet is not before, "it is painted anew"


# -- rows


def test_the_present_example_is_the_chosen_row(column, training):
    training.choose_sample(7)
    assert column.rows.currentIndex().row() == 7
    column.rows.selectRow(3)
    assert training.sample == 3


def test_a_cell_that_is_edited_makes_own_data_and_is_undone(window, column, training):
    index = column.rows.rows.index(2, 0)
    assert column.rows.rows.setData(index, "4,25")
    assert training.settings.data == "own" and training.data.table.rows[2][0] == 4.25
    assert len(training.data.table) == 200 and column.list.currentText() == "own data"
    undo(window)
    assert training.settings.data == "circle"


def test_what_is_no_number_is_said_and_the_cell_is_kept(column, training):
    index = column.rows.rows.index(0, 0)
    before = index.data()
    column.rows.setCurrentIndex(index)
    column.rows.edit(index)
    editor = column.rows.viewport().findChild(QLineEdit)
    editor.setText("many")
    QTest.keyClick(editor, Key.Key_Return)
    QApplication.processEvents()  # the table takes what was typed a moment later
    assert "must be a number, not 'many'" in column.message.text() and column.message.isVisible()
    assert index.data() == before and training.settings.data == "circle"


def test_rows_kept_for_testing_are_marked(column, training):
    model = column.rows.rows
    marked = [model.index(k, 2).data().endswith("○") for k in range(200)]
    kept = training.run.trainer.test_data.rows
    assert sorted(kept) == [k for k in range(200) if marked[k]]


# -- own points


def at(plane, x, y):
    return plane.place_of((x, y, 0.0)).toPoint()


def test_a_click_adds_a_point_of_the_chosen_class(window, own, training):
    QTest.keyClick(own.plane, Key.Key_Delete)  # none is left but the second
    own.plane.give_class(1)
    QTest.mouseClick(own.plane, Qt.MouseButton.LeftButton, pos=at(own.plane, 2.0, 4.0))
    row = training.data.table.rows[-1]
    assert row[:2] == pytest.approx((2.0, 4.0), abs=0.03) and row[2] == 1
    assert training.sample == len(training.data.table) - 1
    undo(window)
    assert len(training.data.table) == 1


def test_a_drag_moves_a_point_in_one_entry_of_undo(window, own, training):
    before = window.session.undo_stack.count()
    QTest.mousePress(own.plane, Qt.MouseButton.LeftButton, pos=at(own.plane, 3, -1))
    for x in (2, 1, -4):
        QTest.mouseMove(own.plane, at(own.plane, x, 2))
    QTest.mouseRelease(own.plane, Qt.MouseButton.LeftButton, pos=at(own.plane, -4, 2))
    assert training.data.table.rows[1][:2] == pytest.approx((-4, 2), abs=0.03)
    assert window.session.undo_stack.count() == before + 1 and training.sample == 1


def test_a_click_on_a_point_chooses_it_and_leaves_it_where_it_is(window, own, training):
    before = window.session.undo_stack.count()
    QTest.mouseClick(own.plane, Qt.MouseButton.LeftButton, pos=at(own.plane, 3, -1) + QPoint(1, 0))
    assert training.sample == 1 and window.session.undo_stack.count() == before


def test_the_right_button_deletes_the_point_under_it(own, training):
    QTest.mouseClick(own.plane, Qt.MouseButton.RightButton, pos=at(own.plane, -2, 1))
    assert training.data.table.rows == ((3.0, -1.0, 1.0),)
    QTest.mouseClick(own.plane, Qt.MouseButton.RightButton, pos=at(own.plane, 0, 5))
    assert len(training.data.table) == 1


def test_the_plane_is_edited_by_keys_alone(own, training):
    plane = own.plane
    plane.setFocus()
    QTest.keyClick(plane, Key.Key_PageDown)
    assert training.sample == 1 and plane.accessibleDescription().startswith("Point 2 of 2: x1 = 3")
    QTest.keyClick(plane, Key.Key_Right)
    QTest.keyClick(plane, Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert training.data.table.rows[1][:2] == pytest.approx((3.12, -0.4), abs=1e-6)
    QTest.keyClick(plane, Key.Key_3)
    assert training.data.table.classes == ("0", "1", "2") and training.data.table.rows[1][2] == 2
    QTest.keyClick(plane, Key.Key_1)
    assert training.data.table.rows[1][2] == 0 and own.label.currentIndex() == 0
    QTest.keyClick(plane, Key.Key_Insert)
    assert training.data.table.rows[2][:2] == pytest.approx((0, 0), abs=0.03) and training.sample == 2
    QTest.keyClick(plane, Key.Key_Delete)
    assert len(training.data.table) == 2


def test_undo_works_in_the_window_of_own_data(own, training):
    QTest.mouseClick(own.plane, Qt.MouseButton.RightButton, pos=at(own.plane, -2, 1))
    own.activateWindow()
    QTest.keyClick(own, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(training.data.table) == 2


def test_axes_and_classes_get_names(own, training):
    for number, name in ((0, "hours"), (2, "result"), (4, "passed")):
        own.names[number].setFocus()
        own.names[number].selectAll()
        QTest.keyClicks(own.names[number], name)
        QTest.keyClick(own.names[number], Key.Key_Return)
    table = training.data.table
    assert table.titles == ("hours", "x2", "result") and table.classes == ("0", "passed")
    assert own.isVisible()  # Enter does not close it
    own.names[1].setText("hours")
    own.names[1].editingFinished.emit()
    assert "There is a column hours already" in own.message.text() and own.names[1].text() == "x2"


def test_one_starts_anew_with_numbers_over_a_line(own, training):
    choose(own.start, "A function of x")
    assert training.data.table.titles == ("x", "y") and not training.data.table.rows
    assert "no rows; at least two are needed" in str(training.data.problem)
    QTest.mouseClick(own.plane, Qt.MouseButton.LeftButton, pos=own.plane.area.center().toPoint())
    assert len(training.data.table) == 1 and training.data.table.rows[0] == pytest.approx((0, 0), abs=0.05)


def test_points_are_painted_where_they_are_in_the_colours_of_their_classes(own):
    picture = own.plane.grab().toImage()
    for row, part in (((-2, 1), "negative"), ((3, -1), "positive")):
        assert picture.pixelColor(at(own.plane, *row)) == LIGHT.colour(part)
    assert picture.pixelColor(at(own.plane, 0, 4)) == LIGHT.colour("paper")


@pytest.mark.parametrize("low, high", [(-6, 6), (0, 1), (-0.5, 1.5), (12, 87_000), (-1e-4, 3e-4)])
def test_ticks_are_round_and_few(low, high):
    found = [number for number, _ in ticks(Axis(low, high), MOST_STEPS)]
    assert 3 <= len(found) <= 8 and low <= found[0] and found[-1] <= high
    assert np.diff(found) == pytest.approx(float(f"{found[1] - found[0]:.0e}"))


def test_ticks_are_painted_at_the_numbers_beside_them(own):
    """Two numbers of each axis, as they are written, stand where points with these numbers stand."""
    for column in (0, 1):
        written = dict(reversed(one) for one in own.plane._ticks(column))
        for text, number in (("−4", -4.0), ("2", 2.0)):
            assert written[text] == pytest.approx(own.plane.place_of((number, number, 0.0)).toTuple()[column])


def test_many_points_are_painted_and_found_in_time(own, training):
    """Painting takes a few calls a point, and finding the one under the mouse none."""
    training.data.edit("2,000 points", table_of(DATASETS["spiral"].make(n=2000)))
    own.plane.grab()
    with at_most(20_000):
        own.plane.grab()
    with at_most(500):
        assert own.plane.nearest(own.plane.place_of(training.data.table.rows[7])) == 7


# -- CSV


CSV = b"hours;room;mark;result\n1,5;A;2;failed\n;B;4;passed\n3;A;3;passed\n"


@pytest.fixture
def preview(qtbot, fonts):
    made = CsvPreview("marks.csv", CSV, sheet_from(CSV), LIGHT)
    qtbot.addWidget(made)
    return made


def take(preview):
    return preview.buttons.button(preview.buttons.StandardButton.Ok)


def test_a_preview_says_what_is_in_the_file_and_what_is_missing(preview):
    assert preview.form.text().startswith("3 rows of 4 columns, semicolons between them, decimal commas")
    assert [use.currentText() for use in preview.uses] == [FEATURE, LEFT_OUT, FEATURE, CLASS]
    assert preview.cells.item(1, 0).text() == "1,5" and preview.cells.item(2, 0).text() == "(missing)"
    assert "A cell is missing: hours in line 3" in preview.message.text()
    assert not take(preview).isEnabled()
    preview.leave_out.click()
    assert take(preview).isEnabled() and preview.message.isHidden()
    assert preview.table.titles == ("hours", "mark", "result") and len(preview.table) == 2


def test_another_target_is_chosen(preview):
    choose(preview.uses[2], NUMBER)
    assert [use.currentText() for use in preview.uses] == [FEATURE, LEFT_OUT, NUMBER, LEFT_OUT]
    preview.leave_out.click()
    assert preview.table.rows == ((1.5, 2.0), (3.0, 3.0)) and preview.table.classes == ()
    choose(preview.uses[2], LEFT_OUT)
    assert "No column is the target" in preview.message.text() and not take(preview).isEnabled()


def test_the_first_line_is_a_row_where_that_is_said(preview):
    preview.header.click()
    assert [use.currentText() for use in preview.uses][:2] == [LEFT_OUT, LEFT_OUT]
    assert preview.cells.item(1, 0).text() == "hours" and preview.cells.rowCount() == 5


def test_a_file_is_taken_or_refused_in_a_sentence(own, training, tmp_path, monkeypatch):
    path = tmp_path / "points.csv"
    path.write_text("a,b,c\n1,2,x\n3,4,y\n")
    monkeypatch.setattr(CsvPreview, "exec", lambda preview: 1)
    own.take_csv(path)
    assert training.data.table.titles == ("a", "b", "c") and training.data.table.classes == ("x", "y")
    assert training.run.setup.dataset.feature_names == ("a", "b")
    path.write_bytes(b"a,b\n1\n")
    own.take_csv(path)
    assert own.message.text().startswith("points.csv: Line 2 has 1 cell, and line 1 has 2.")
    own.take_csv(tmp_path / "none.csv")
    assert own.message.text().startswith("none.csv cannot be read")


def test_own_data_are_taken_from_the_list(window, column, training, qtbot):
    choose(column.list, "own data")
    assert training.settings.data == "own" and len(training.data.table) == 200
    assert column._own_data.isVisible()
    place = column._own_data.plane.place_of(training.data.table.rows[0])
    assert column._own_data.plane.area.contains(QPointF(place))


# -- pictures


@pytest.fixture
def digits(window, column, training):
    training.change("digits", data="digits", samples=300, noise=0.0, hidden=())
    QApplication.processEvents()
    return column.pictures


def test_pictures_take_the_place_of_thumbnails_and_rows(column, digits):
    assert digits.isVisible() and not column.thumbnails.isVisible() and not column.rows.isVisible()
    assert column.list.currentText() == "Handwritten digits"


def test_a_sheet_shows_the_pictures_and_a_click_chooses_one(digits, training):
    sheet = digits.sheet
    seen, data = sheet.grab().toImage(), training.data.dataset
    for place in (0, 7, 39):
        picture, tile = data.inputs[place].reshape(8, 8), sheet.tile(place)
        for row, column in ((0, 3), (3, 3), (4, 6)):
            at_pixel = QPointF((column + 0.5) * tile.width() / 8, (row + 0.5) * tile.height() / 8)
            tone = seen.pixelColor((tile.topLeft() + at_pixel).toPoint()).red()
            assert tone == pytest.approx(
                255 - picture[row, column] * (255 - LIGHT.colour("ink").red()), abs=2
            )
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=sheet.tile(7).center().toPoint())
    assert training.sample == 7
    assert sheet.grab().toImage().pixelColor(
        sheet.tile(7).topLeft().toPoint() + QPoint(1, 9)
    ) == LIGHT.colour("accent")


def test_a_sheet_is_turned_and_walked_by_keys(digits, training):
    sheet = digits.sheet
    sheet.setFocus()
    for key, number in ((Key.Key_Right, 1), (Key.Key_Down, 6), (Key.Key_Up, 1), (Key.Key_Left, 0)):
        QTest.keyClick(sheet, key)
        assert training.sample == number
    QTest.keyClick(sheet, Key.Key_PageDown)
    assert list(sheet.page()) == list(range(40, 80))
    training.choose_sample(123)
    assert 123 in sheet.page() and sheet.accessibleDescription().startswith("300 samples; sample 123")


def test_the_sheet_shows_test_samples_and_those_that_are_wrong(digits, training):
    training.step(60)
    choose(digits.filter, "test")
    kept = sorted(training.run.trainer.test_data.rows)
    assert list(digits.sheet.numbers) == kept and digits.told.text() == "60 of 300 samples"
    choose(digits.filter, "wrong")
    share = 1 - len(digits.sheet.numbers) / 60
    assert share == pytest.approx(training.record.test_accuracy) and {*digits.sheet.numbers} <= {*kept}
    assert digits.told.text() == f"{len(digits.sheet.numbers)} of 300 samples"
    before = list(digits.sheet.numbers)
    training.step(400)
    assert list(digits.sheet.numbers) != before


def test_what_is_wrong_is_found_anew_when_the_column_is_seen_again(window, column, digits, training):
    training.step(20)
    choose(digits.filter, "wrong")
    window.show_workspace("step")
    assert not digits.isVisible()
    training.step(400)
    window.show_workspace("train")
    assert digits.isVisible()
    share = 1 - len(digits.sheet.numbers) / 60
    assert share == pytest.approx(training.record.test_accuracy)


def test_a_drawing_is_answered_by_one_engine_for_as_long_as_a_run_goes_on(digits, training, monkeypatch):
    made = []
    monkeypatch.setattr(pictures, "Answers", lambda *given: made.append(given) or Answers(*given))
    QTest.mouseClick(digits.pad, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    for _ in range(3):
        training.step()
    assert len(made) == 1
    training.change("set weights seed", weights_seed=5)
    assert training.run
    training.step()
    assert len(made) == 2


def test_what_is_drawn_is_averaged_and_answered(digits, training):
    training.step(300)
    pad, side = digits.pad, digits.pad.width()
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(side // 2, 12))
    for y in (30, 60, 98):
        QTest.mouseMove(pad, QPoint(side // 2, y))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(side // 2, 98))
    picture = pad.picture
    assert picture[2:6, 3:5].min() > 0.5 and picture[:, [0, 1, 6, 7]].max() == 0
    assert picture == pytest.approx(pad.strokes.reshape(8, 8, 8, 8).mean(axis=(1, 3)))
    scores = training.run.trainer.values()["W1"] @ picture.ravel() + training.run.trainer.values()["b1"]
    share = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    assert digits.answer.text() == f"{scores.argmax()}\n{share.max():.0%}"
    QTest.mouseClick(pad, Qt.MouseButton.RightButton)
    assert not pad.strokes.any() and digits.answer.text() == ""


def test_one_draws_by_keys(digits):
    pad = digits.pad
    pad.setFocus()
    for key in (Key.Key_Down, Key.Key_Right, Key.Key_Right, Key.Key_Space, Key.Key_Right):
        QTest.keyClick(pad, key)
    assert np.argwhere(pad.picture).tolist() == [[1, 2]] and pad.picture[1, 2] == 1
    assert pad.accessibleDescription() == "Row 1, column 3, ink 0.00"
    QTest.keyClick(pad, Key.Key_Delete)
    assert not pad.picture.any()


# -- planes of more than two features


def test_a_plane_of_two_features_is_chosen_and_the_others_are_held_at_the_sample(column, training):
    training.change("irises", data="iris", samples=150, hidden=(4,))
    plane = column.plane
    assert plane.isVisible() and plane.held.text().startswith("Held as in example 0: petal length (cm) = 1.4")
    assert training.run.plane.chart.titles == ("sepal length (cm)", "sepal width (cm)")
    choose(plane.across, "petal width (cm)")
    assert training.run.plane.chart.titles == ("petal width (cm)", "sepal width (cm)")
    training.choose_sample(60)
    held = training.run.plane.chart.origin
    assert held[0] == training.data.dataset.inputs[60, 0] and "example 60" in plane.held.text()
    choose(plane.up, "petal width (cm)")  # the same as across: another one is taken
    assert len(set(training.run.plane.chart.titles)) == 2


def test_the_principal_plane_is_chosen_for_pictures_too(column, training, digits):
    assert training.run.plane is None and column.plane.across.currentText() == "no plane"
    choose(column.plane.across, "principal directions")
    assert training.run.plane.chart.titles[0] == "1st principal direction"
    assert "of the variance; the rest held as in example 0" in column.plane.held.text()
    choose(column.plane.across, "no plane")
    assert training.run.plane is None
    training.choose_data("circle")
    assert not column.plane.isVisible() and training.run.plane is not None


@pytest.mark.parametrize(("size", "across"), [((1024, 700), 2), ((1440, 900), 3)])
def test_all_thumbnails_are_seen_in_rows_that_begin_at_the_top(window, size, across):
    window.resize(*size)
    window.show_workspace("train")
    QApplication.processEvents()
    thumbnails = window.panes["data"].made.thumbnails
    places = [button.geometry() for button in thumbnails.buttons.values()]
    assert all(thumbnails.rect().contains(place) for place in places)
    assert len({place.left() for place in places}) == across
    below = max(place.bottom() for place in places)
    assert min(place.top() for place in places) == 0 and thumbnails.height() - below <= 2

"""The panel of derivatives as a user has it: what it shows is what the core finds."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTableView,
    QWidget,
)

from app.derivatives.head import read_seed, seed_text
from app.derivatives.matrix import SENSIBLE
from app.derivatives.matrix_map import thinned
from app.derivatives.view import Question
from app.shell.view_commands import scale_text
from app.widgets.theme import THEMES
from core.base.arrays import frozen, same
from core.base.errors import Problem
from core.base.numbers import short
from core.derivatives.methods_compared import METHODS
from core.passes.stepper import record

FORMULA, SIDE_BY_SIDE, BY_HAND, STEP_SIZE, JACOBIAN = range(5)
NEURON = "y = σ(w·x + b); L = 1/2 (y - t)^2"
AT = {"w": frozen([2, -3]), "x": frozen([-1, -2]), "b": -3.0, "t": 1.0}
SOFTMAX = "p = softmax(W x + b); L = -ln(p[0])"


@pytest.fixture
def panel(window):
    return window.panes["derivatives"].open()


def look(qtbot, panel, tab):
    """Open a tab and wait for its answer."""
    panel.tabs.choose(tab)
    qtbot.waitUntil(lambda: panel.view.answered is not None and not panel.ticker.running)
    return panel.view


def cells(table, row):
    return [table.item(row, column).text() for column in range(table.columnCount())]


def model_row(view, row):
    return [view.model.data(view.model.index(row, column)) for column in range(view.model.columnCount())]


# -- the panel


def test_it_opens_and_closes_by_its_key_and_shows_the_example(window, qtbot):
    action = window.actions_by_id["derivatives"]
    action.trigger()
    assert window.panes["derivatives"].seen and action.isChecked()
    view = look(qtbot, window.panes["derivatives"].make(), FORMULA)
    assert view.found.text == "z"
    action.trigger()
    assert not window.panes["derivatives"].seen and not action.isChecked()


def test_it_shares_its_place_with_the_paths_of_a_node(window, qtbot):
    paths = window.panes["derivation"]
    window.session.select("x")
    qtbot.waitUntil(lambda: paths.seen)
    window.panes["derivatives"].open()
    qtbot.waitUntil(lambda: window.panes["derivatives"].seen and not paths.seen)
    window.panes["derivatives"].toggle()
    qtbot.waitUntil(lambda: paths.seen and not window.panes["derivatives"].seen)


def test_it_may_stand_in_a_column_of_its_own(window, qtbot):
    window.session.select("x")
    window.panes["derivatives"].open()
    window.actions_by_id["derivatives_column"].trigger()
    qtbot.waitUntil(lambda: window.panes["derivatives"].seen and window.panes["derivation"].seen)
    assert window.panes["derivatives"].page.height() > window.view.height()
    window.actions_by_id["derivatives_column"].trigger()
    qtbot.waitUntil(lambda: window.panes["derivatives"].seen and not window.panes["derivation"].seen)


def test_what_is_differentiated_by_follows_the_selection(window, panel, qtbot):
    view = look(qtbot, panel, FORMULA)
    window.session.select("z")
    qtbot.waitUntil(lambda: view.found is not None and view.found.by == "z")
    assert panel.head.by.currentText() == "z"
    window.session.select("")
    assert panel.by == "z"
    window.session.select("f")  # the output itself
    assert panel.by == "z"
    panel.head.by.setCurrentText("y")
    panel.head.by.activated.emit(panel.head.by.currentIndex())
    assert window.session.selection == "y"


def test_the_output_is_the_sessions(window, panel, qtbot):
    panel.head.of.setCurrentText("v1")
    panel.head.of.activated.emit(panel.head.of.currentIndex())
    assert window.session.document.output == "v1"
    assert "v1" not in [panel.head.by.itemText(row) for row in range(panel.head.by.count())]
    window.session.undo_stack.undo()
    qtbot.waitUntil(lambda: panel.head.of.currentText() == "f")


def test_a_node_that_does_not_matter_is_said(window, panel):
    window.session.differentiate("v1")
    window.session.select("z")
    assert panel.head.message.text() == "v₁ does not depend on z: the derivative is 0."
    window.session.set_text("x[k] + 0 y")
    window.session.select("k")
    assert panel.head.message.text().startswith("No gradient goes from f to k")


def test_nothing_is_computed_while_it_is_hidden(window, panel, qtbot):
    view = look(qtbot, panel, FORMULA)
    window.panes["derivatives"].toggle()
    answered = view.answered
    window.session.select("z")
    window.session.set_value("x", 3.0)
    assert view.answered is answered and not panel.ticker.running
    window.panes["derivatives"].toggle()
    qtbot.waitUntil(lambda: view.answered is not None and view.answered.by == "z")


def test_a_step_on_the_canvas_asks_for_nothing(window, panel, qtbot):
    view = look(qtbot, panel, SIDE_BY_SIDE)
    answered = view.answered
    window.session.step(1)
    assert view.answered is answered and not panel.ticker.running


def test_numbers_have_the_sessions_digits(window, panel, qtbot):
    window.session.open_program(NEURON, AT, "open")
    window.session.select("b")
    view = look(qtbot, panel, SIDE_BY_SIDE)
    gradient = window.session.trace.last.gradient("b")
    assert cells(view.table, 0)[1] == short(gradient, 4)
    window.session.set_digits(8)
    qtbot.waitUntil(lambda: cells(view.table, 0)[1] == short(gradient, 8))


def test_closing_while_it_is_at_work_ends_cleanly(window, panel):
    panel.tabs.choose(SIDE_BY_SIDE)
    panel.tabs.choose(BY_HAND)
    panel.view.toggle()
    window.session.saved_as(window.session.path)
    assert window.close()
    assert not panel.ticker.running and not panel.view.ticker.running


@pytest.mark.parametrize("tab", range(5))
def test_every_control_has_a_name_and_a_tip(window, panel, qtbot, tab):
    window.session.open_program(SOFTMAX, {}, "open")
    window.session.select("W")
    look(qtbot, panel, tab)
    kinds = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QTableView)
    for control in panel.findChildren(QWidget):
        inside = isinstance(control.parent(), (QComboBox, QAbstractSpinBox, QTableView))
        if isinstance(control, kinds) and control.isVisible() and not inside:
            assert control.accessibleName(), control
            assert control.toolTip(), control


@pytest.mark.parametrize("tab", range(5))
def test_tab_goes_in_the_order_of_reading(window, panel, qtbot, tab):
    window.session.open_program(SOFTMAX, {}, "open")
    window.session.select("W")
    look(qtbot, panel, tab)
    panel.head.of.setFocus()
    passed = []
    for _ in range(20):
        now = QApplication.focusWidget()
        if now is None or not panel.isAncestorOf(now) or now in passed:
            break
        passed.append(now)
        QTest.keyClick(now, Qt.Key.Key_Tab)
    assert len(passed) >= 4
    places = [widget.mapTo(panel, widget.rect().center()) for widget in passed]
    read = sorted(places, key=lambda at: (round(at.y() / 14), at.x()))
    assert places == read


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("tab", range(5))
def test_nothing_is_cut_off_in_a_small_window(window, panel, qtbot, tab, scale):
    window.resize(1024, 700)
    window.session.open_program(SOFTMAX, {}, "open")
    window.session.select("W")
    scale_text(window, scale - 1)
    look(qtbot, panel, tab)
    QApplication.processEvents()
    area = window.panes["derivatives"].page
    assert panel.width() <= area.viewport().width()
    for button in panel.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.minimumSizeHint().width(), button.text()


@pytest.mark.parametrize("name", THEMES)
def test_every_theme_reaches_every_tab(window, panel, qtbot, name):
    window.session.open_program(SOFTMAX, {}, "open")
    for tab in range(5):
        look(qtbot, panel, tab)
    window.set_theme(THEMES[name])
    assert {view.theme.name for view in panel.views} == {name}
    assert panel.views[STEP_SIZE].plot.backgroundBrush().color() == THEMES[name].colour("paper")
    colour = panel.views[SIDE_BY_SIDE].table.item(0, 1).foreground().color()
    assert colour == THEMES[name].colour("ink")


# -- the seed


def test_a_seed_is_chosen_beside_the_output(window, panel, qtbot):
    window.session.open_program("p = softmax(s)", {"s": frozen([1, -2, 0])}, "open")
    field = panel.head.seed
    assert [field.itemText(row) for row in range(field.count())] == ["1", "entry 0", "entry 1", "entry 2"]
    field.setCurrentText("entry 1")
    field.activated.emit(2)
    assert same(window.session.document.seed, frozen([0, 1, 0]))
    view = look(qtbot, panel, FORMULA)
    assert view.found.text == "p[1] ([0, 1, 0]) − p[1] p"
    field.setCurrentText("[1, 0.5, 0]")
    field.lineEdit().editingFinished.emit()
    assert field.currentText() == "[1, 0.5, 0]"
    window.session.undo_stack.undo()
    assert field.currentText() == "entry 1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "The seed has 2 entries; p has 3 entries."),
        ("entry 7", "p has 3 entries; there is no entry [7]."),
        ("abc", "'abc' is no seed."),
    ],
)
def test_a_seed_that_cannot_be_is_answered_and_the_field_shows_what_holds(window, panel, text, message):
    window.session.open_program("p = softmax(s)", {"s": frozen([1, -2, 0])}, "open")
    field = panel.head.seed
    field.setCurrentText(text)
    field.lineEdit().editingFinished.emit()
    assert panel.head.message.text().startswith(message)
    assert field.currentText() == "1" and window.session.document.seed is None


@pytest.mark.parametrize(
    ("text", "seed"),
    [
        ("1", None),
        ("", None),
        ("entry 0,1", frozen([[0, 1], [0, 0]])),
        ("[[1, 2], [3, 4]]", frozen([[1, 2], [3, 4]])),
    ],
)
def test_seeds_are_read_and_written_in_one_way(text, seed):
    found = read_seed(text, "F", (2, 2))
    assert (found is None) == (seed is None)
    if seed is not None:
        assert same(found, seed) and seed_text(found) == text
    with pytest.raises(Problem):
        read_seed("entry", "F", (2, 2))


def test_the_command_for_the_seed_puts_the_cursor_there(window, qtbot):
    window.actions_by_id["seed"].trigger()
    qtbot.waitUntil(lambda: window.panes["derivatives"].make().head.seed.lineEdit().hasFocus())


# -- the canvas' command


def test_a_node_is_differentiated_and_the_programs_output_again(window):
    action = window.actions_by_id["differentiate"]
    action.trigger()
    assert "with respect to inputs" in window.transport.said.text()
    window.session.select("x")
    action.trigger()
    assert window.session.document.output == ""
    window.session.select("v1")
    action.trigger()
    assert window.session.document.output == "v1" and action.isChecked()
    assert window.transport.said.text() == "v₁ is differentiated now"
    action.trigger()
    assert window.session.document.output == "" and not action.isChecked()
    window.session.select("f")
    action.trigger()
    assert window.transport.said.text() == "f is the output already"
    assert window.session.undo_stack.count() == 2


# -- closed form


def test_the_formula_its_definitions_and_the_steps_are_shown_and_copied(window, panel, qtbot):
    window.session.open_program(NEURON, AT, "open")
    window.session.select("w")
    view = look(qtbot, panel, FORMULA)
    assert view.found.text == "(y − t) y (1 − y) x"
    assert [v.isVisible() for v in view.where.views] == [True]
    assert len([v for v in view.steps.views if v.isVisibleTo(view.steps)]) == len(view.found.steps)
    assert view.value.text().startswith("At the present values: [0.0")
    view.copy.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].startswith(r"\frac{\partial L}{\partial w}=") and lines[1].startswith("y=")
    view.copy_chain.click()
    assert QGuiApplication.clipboard().text().count(r"\begin{aligned}") == len(view.found.steps)
    view.copy_text()
    assert QGuiApplication.clipboard().text().endswith("(y − t) y (1 − y) x")


def test_another_value_leaves_the_formula_and_changes_its_number(window, panel, qtbot):
    window.session.select("x")
    view = look(qtbot, panel, FORMULA)
    found = view.found
    window.session.set_value("z", 7.0)
    qtbot.waitUntil(lambda: view.value.text() == "At the present values: 7.")
    assert view.found is found


def test_where_there_is_no_closed_form_it_says_why(window, panel, qtbot):
    window.session.open_program("p = softmax(s)", {"s": frozen([1, -2, 0])}, "open")
    view = look(qtbot, panel, FORMULA)
    assert view.message.text().startswith("p has 3 entries; its derivative is a matrix.")
    assert not view.copy.isEnabled() and view.formula.isHidden()
    view.copy_latex()


def test_a_long_chain_shows_its_last_steps(window, panel, qtbot):
    chain = "h = σ(w x)\n" + "\n".join(f"h{i} = σ(w h{i - 1 if i > 1 else ''} + b)" for i in range(1, 20))
    window.session.open_program(chain, {}, "open")
    window.session.select("w")
    view = look(qtbot, panel, FORMULA)
    shown = [v for v in view.steps.views if v.isVisibleTo(view.steps)]
    assert len(shown) == 24 < len(view.found.steps)
    assert f"{len(view.found.steps) - 24} earlier steps" in view.more.text()


# -- side by side


def test_every_way_has_its_row(window, panel, qtbot):
    window.session.open_program(NEURON, AT, "open")
    window.session.select("w")
    view = look(qtbot, panel, SIDE_BY_SIDE)
    assert view.heading.text() == "Gradient of L with respect to w"
    rows = [cells(view.table, row) for row in range(view.table.rowCount())]
    ways = [row[0].replace("\n", " ") for row in rows]
    assert sorted(ways) == sorted(METHODS) and ways[0] == "reverse mode"
    assert len({row[1] for row in rows}) == 1
    assert rows[0][2] == "—" and all(row[2].endswith("good") for row in rows[1:])
    assert rows[0][3] == "1 pass\n7 ×" and rows[ways.index("centred")][3] == "4 passes"
    assert "That is why reverse mode is used" in view.price.text()
    assert view.message.isHidden()


def test_rows_of_two_questions_never_stand_side_by_side(window, panel, qtbot):
    window.session.open_program(NEURON, AT, "open")
    window.session.select("w")
    view = look(qtbot, panel, SIDE_BY_SIDE)
    before = [cells(view.table, row) for row in range(view.table.rowCount())]
    moved = record(window.session.trace.plan, AT | {"b": -1.0})
    for _ in view.answer(Question(moved, "w", 4)):
        assert [cells(view.table, row) for row in range(view.table.rowCount())] == before
    after = [cells(view.table, row)[1] for row in range(view.table.rowCount())]
    assert len(set(after)) == 1 and after[0] != before[0][1]


def test_a_kink_is_named_in_the_comparison(window, panel, qtbot):
    window.session.open_program("relu(x)", {"x": 0.0}, "open")
    view = look(qtbot, panel, SIDE_BY_SIDE)
    assert view.message.text().startswith("f (ReLU) has a kink between x − h and x + h")
    assert cells(view.table, 3)[2] == "1\nprobably wrong"
    assert cells(view.table, 4)[1].startswith("The complex step needs a derivative")


# -- by hand


def test_the_table_fills_row_by_row(window, panel, qtbot):
    window.session.open_program(SOFTMAX, {}, "open")
    window.session.select("W")
    view = look(qtbot, panel, BY_HAND)
    gradient = window.session.trace.last.gradient("W").reshape(-1)
    assert view.model.rowCount() == 6
    assert model_row(view, 1) == ["[0, 1]", "", "", "", short(gradient[1]), ""]
    view.one.click()
    assert view.count.text() == "1 of 6" and model_row(view, 1)[3] == ""
    entry, before, after, slope, reverse, _ = model_row(view, 0)
    assert (entry, reverse) == ("[0, 0]", short(gradient[0])) and before != after
    assert float(slope.replace("−", "-")) == pytest.approx(gradient[0], rel=1e-2)
    view.run.click()
    qtbot.waitUntil(lambda: view.count.text() == "6 of 6" and not view.ticker.running)
    assert not view.one.isEnabled()
    assert view.message.text().startswith("Largest error")
    view.clear.click()
    assert view.count.text() == "0 of 6" and model_row(view, 0)[3] == ""


def test_the_step_is_typed_and_the_kind_chosen(window, panel, qtbot):
    window.session.open_program("x^2", {"x": 3.0}, "open")
    view = look(qtbot, panel, BY_HAND)
    view.one.click()
    assert model_row(view, 0)[1:5] == ["9", "9.0006", "6", "6"]
    view.step_field.setText("1/10")
    view.step_field.editingFinished.emit()
    view.one.click()
    assert model_row(view, 0)[1:4] == ["9", "9.61", "6.1"]
    view.method.setCurrentText("centred")
    view.method.activated.emit(1)
    view.one.click()
    assert model_row(view, 0)[1:4] == ["8.41", "9.61", "6"]
    assert view.model.headerData(1, Qt.Orientation.Horizontal) == "f(x − h)"


@pytest.mark.parametrize("text", ["0", "-1", "abc", "[1, 2]", ""])
def test_a_step_that_cannot_be_is_answered(window, panel, qtbot, text):
    view = look(qtbot, panel, BY_HAND)
    view.step_field.setText(text)
    view.step_field.editingFinished.emit()
    assert view.message.text().startswith("The step h is a positive number")
    assert view.h == 0.0001


def test_a_kink_between_the_points_is_named(window, panel, qtbot):
    window.session.open_program("sum(relu(x))", {"x": frozen([1, 0.00005, -1])}, "open")
    view = look(qtbot, panel, BY_HAND)
    view.method.setCurrentText("centred")
    view.method.activated.emit(1)
    view.toggle()
    qtbot.waitUntil(lambda: not view.ticker.running)
    assert [model_row(view, row)[5].endswith("kink") for row in range(3)] == [False, True, False]
    assert view.message.text().startswith("v1 (ReLU) has a kink between x − h and x + h")
    assert "at x[1] (probably wrong)." in view.message.text()


def test_another_value_empties_the_table(window, panel, qtbot):
    window.session.select("x")
    view = look(qtbot, panel, BY_HAND)
    view.one.click()
    window.session.set_value("z", 2.0)
    qtbot.waitUntil(lambda: view.count.text() == "0 of 1" and model_row(view, 0)[4] == "2")


# -- step size


def test_the_errors_are_curves_with_the_best_marked(window, panel, qtbot):
    window.session.open_program(NEURON, AT, "open")
    window.session.select("w")
    view = look(qtbot, panel, STEP_SIZE)
    curve = view.plot.curves["centred"].getOriginalDataset()
    assert len(curve[0]) == 15 and curve[1].min() < 1e-9 and curve[1].max() > 1e-4
    assert list(view.plot.best.getOriginalDataset()[0]) == [
        view.found.best_one_sided.h,
        view.found.best_centred.h,
    ]
    assert view.message.text() == view.found.sentence + "."
    view.places.fields[0].setValue(1)
    qtbot.waitUntil(lambda: view.found.entry == (1,) and not panel.ticker.running)
    assert view.heading.text() == "L with respect to w[1]"


def test_at_a_kink_no_step_is_the_best(window, panel, qtbot):
    window.session.open_program("relu(x)", {"x": 0.0}, "open")
    view = look(qtbot, panel, STEP_SIZE)
    assert "However small h is" in view.message.text()
    assert view.plot.best.getOriginalDataset()[0] is None or not len(view.plot.best.getOriginalDataset()[0])
    assert view.places.isHidden()


def test_without_a_gradient_there_is_no_curve(window, panel, qtbot):
    window.session.differentiate("v1")
    window.session.select("z")
    view = look(qtbot, panel, STEP_SIZE)
    assert view.message.text() == "v1 has no gradient for z." and view.plot.isHidden()


# -- Jacobian


def test_a_small_jacobian_is_a_table_in_either_layout(window, panel, qtbot):
    values = {"W": frozen([[1, 2], [3, 4], [5, 6]]), "x": frozen([1, 2])}
    window.session.open_program("W x", values, "open")
    window.session.select("x")
    view = look(qtbot, panel, JACOBIAN)
    assert view.heading.text() == "∂f/∂x: 3×2"
    assert view.message.text().startswith(
        "The Jacobian of f with respect to x is the matrix W. Made in 2 passes"
    )
    assert [cells(view.table, row) for row in range(3)] == [["1", "2"], ["3", "4"], ["5", "6"]]
    assert view.table.verticalHeaderItem(2).text() == "f[2]"
    view.layouts.setCurrentIndex(1)
    view.layouts.activated.emit(1)
    qtbot.waitUntil(lambda: view.table.rowCount() == 2)
    assert cells(view.table, 1) == ["2", "4", "6"]
    assert view.table.item(1, 2).toolTip() == "∂f[2]/∂x[1] = 6"
    assert "the matrix Wᵀ" in view.message.text()


def test_a_larger_jacobian_is_a_heat_map_that_tells_its_entries(window, panel, qtbot):
    window.session.open_program("tanh(x)", {"x": frozen(np.linspace(-1, 1, 20))}, "open")
    view = look(qtbot, panel, JACOBIAN)
    assert view.map.isVisible() and view.table.isHidden()
    assert "diagonal: each entry depends on its own entry alone" in view.message.text()
    area = view.map.area()
    corner = view.map.text_at(area.topLeft() + QPointF(1, 1))
    assert corner.startswith("∂f[0]/∂x[0] = 0.4199")
    assert view.map.text_at(area.topLeft() + QPointF(area.width() - 1, 1)) == "∂f[0]/∂x[19] = 0"
    assert view.map.text_at(QPointF(-5, -5)) == ""


def test_the_gradient_of_a_matrix_is_named_an_outer_product(window, panel, qtbot):
    window.session.open_program(SOFTMAX, {}, "open")
    window.session.select("W")
    view = look(qtbot, panel, JACOBIAN)
    assert view.outer_said.text() == "The gradient of W is an outer product, of the gradient of v1 and x."
    window.session.select("x")
    qtbot.waitUntil(view.outer.isHidden)


def test_a_huge_jacobian_is_made_only_when_asked_for(window, panel, qtbot):
    rng = np.random.default_rng(2)
    values = {"W": frozen(rng.normal(size=(60, 300))), "x": frozen(rng.normal(size=300))}
    window.session.open_program("W x", values, "open")
    window.session.select("W")
    view = look(qtbot, panel, JACOBIAN)
    assert view.message.text() == "It would have 1,080,000 entries, 9 MB."
    assert view.found is None and view.anyway.isVisible()
    view.anyway.click()
    qtbot.waitUntil(lambda: view.found is not None)
    assert view.found.structure == "block diagonal" and view.anyway.isHidden()


def test_what_would_not_fit_is_not_offered(window, panel, qtbot):
    values = {"W": frozen(np.ones((300, 300))), "x": frozen(np.ones(300))}
    window.session.open_program("W x", values, "open")
    window.session.select("W")
    view = look(qtbot, panel, JACOBIAN)
    assert SENSIBLE < 300 * 90_000
    assert (
        "27,000,000 entries" in view.message.text() and "a seed that is 1 at one entry" in view.message.text()
    )
    assert view.anyway.isHidden()


def test_thinning_keeps_what_is_furthest_from_0():
    matrix = np.zeros((600, 600))
    matrix[301, 77], matrix[0, 599] = -3, 2
    small = thinned(matrix, 100)
    assert small.shape == (100, 100)
    assert (small.min(), small.max()) == (-3, 2) and np.count_nonzero(small) == 2


def test_ways_are_sorted_by_their_errors(window, panel, qtbot):
    window.session.open_program("y = exp(sin(x))", {"x": 1.0}, "open")
    view = look(qtbot, panel, SIDE_BY_SIDE)
    ways = [view.table.item(row, 0).text().replace("\n", " ") for row in range(view.table.rowCount())]
    errors = [view.rows[way].error for way in ways[1:]]
    assert ways[0] == "reverse mode" and errors == sorted(errors) and errors[-1] > 0

"""The paths of the selected node: bands on the canvas, and rows with factors in the same colours."""

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.items import STRENGTH
from app.panels.derivation import NOT_YET
from app.widgets.theme import DARK, LIGHT, mixed, rgb
from core.derivatives.path_rows import as_latex, as_markdown, as_text
from core.graph.graph import Edge
from core.layout import point_at
from core.math.plain import plain
from tests.app.seen.pixels import around, widget

TWICE = "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R"
AT = {"w": 1.0, "x": 2.0, "b": -1.0, "t": 1.0, "λ": 0.1}
MIDDLE = 0.75  # of an edge: behind where it parts from others, before its head


def band(theme, path):
    """The colour of a band."""
    return rgb(mixed(theme.colour("paper"), theme.paths[path], STRENGTH))


def beside(canvas, source, target, off):
    """The colour a little off the line of an edge, to its side where no number stands or behind one."""
    arcs = canvas.session.drawing.view.arcs
    arc = next(arc for arc in arcs if (arc.source, arc.target) == (source, target))
    x, y = point_at(canvas.session.drawing.routes[arc], MIDDLE)
    return canvas.look().mean(around(x, y - off, 0.6, 0.6))


def near(colour, wanted, least=24):
    return sum(abs(a - b) for a, b in zip(colour, wanted, strict=True)) < least


def marked(canvas, name):
    canvas.session.select(name)
    canvas.session.show_paths(True)
    return canvas


def test_the_edges_of_each_path_have_a_band_in_its_colour(canvas):
    theme = canvas.theme
    marked(canvas.open(TWICE, "start", **AT), "w")
    assert [path[0] for path in canvas.session.paths] == [Edge("L", "J", 0), Edge("v5", "J", 1)]
    for path, source, target in ((0, "y", "v2"), (0, "z", "y"), (1, "R", "v5"), (1, "v4", "R")):
        assert near(beside(canvas, source, target, 3.5), band(theme, path)), (source, target)
        assert near(beside(canvas, source, target, 7), rgb(theme.colour("paper")))
    for source, target in (("x", "v1"), ("b", "z")):
        assert near(beside(canvas, source, target, 3.5), rgb(theme.colour("paper"))), (source, target)


def test_paths_that_share_an_edge_have_a_band_each(canvas):
    marked(canvas.open("u = a b; v = u u; f = v c", "start", a=1.0, b=2.0, c=3.0), "a")
    assert len(canvas.session.paths) == 2
    assert near(beside(canvas, "v", "f", 3.5), band(canvas.theme, 0))
    assert near(beside(canvas, "v", "f", 7.5), band(canvas.theme, 1))


def test_bands_come_and_go_with_the_selection_and_the_panel(light_canvas):
    canvas = light_canvas.open(TWICE, "start", **AT)
    paper = rgb(LIGHT.colour("paper"))
    canvas.session.select("w")
    assert near(beside(canvas, "z", "y", 3.5), paper)
    canvas.session.show_paths(True)
    assert not near(beside(canvas, "z", "y", 3.5), paper)
    canvas.session.select("λ")
    assert near(beside(canvas, "z", "y", 3.5), paper) and not near(beside(canvas, "v5", "J", 3.5), paper)
    canvas.session.set_value("λ", 0.5)
    assert not near(beside(canvas, "v5", "J", 3.5), paper)
    canvas.session.select("")
    assert near(beside(canvas, "v5", "J", 3.5), paper)
    canvas.session.select("w")
    canvas.session.show_paths(False)
    assert near(beside(canvas, "z", "y", 3.5), paper) and not canvas.scene._halos


def test_bands_take_the_colours_of_another_theme(light_canvas):
    canvas = marked(light_canvas.open(TWICE, "start", **AT), "w")
    canvas.theme = DARK
    canvas.scene.set_theme(DARK)
    assert near(beside(canvas, "z", "y", 3.5), band(DARK, 0))


# -- the panel


@pytest.fixture
def panel(window, qtbot):
    window.session.open_program(TWICE, AT, "open")
    window.session.seek(len(window.session.trace))
    made = window.panes["derivation"].open()
    qtbot.waitUntil(lambda: made.seen)
    window.session.select("w")
    return made


def visible(panel):
    return [row for row in panel.rows if row.isVisible()]


def test_each_path_has_a_row_with_a_bar_in_the_colour_of_its_band(panel):
    first, second = visible(panel)
    for number, row in enumerate((first, second)):
        bar = widget(row, LIGHT).mean(around(2, row.height() / 2, 2, row.height() / 2))
        assert near(bar, rgb(LIGHT.paths[number]))


def test_below_each_factor_stands_its_value_and_last_the_product(panel):
    row = visible(panel)[0]
    cells, _ = row.placed(row.width())
    shown = [
        (plain(placed.cell.name.math), plain(placed.cell.value.math)) for placed in cells if placed.cell.value
    ]
    factors = [("∂J/∂L", "1"), ("∂L/∂y", "−0.26894"), ("∂y/∂z", "0.19661"), ("∂z/∂w", "2")]
    assert [pair for pair in shown if pair[0] not in ("⋅", "")] == factors
    assert shown[-1] == ("", "=−0.1058")
    for placed in cells:
        assert placed.lower - placed.cell.value.ascent >= placed.upper + placed.cell.name.descent - 0.5
    seen = widget(row, LIGHT)
    for placed in cells:
        value = placed.cell.value
        middle = placed.x + placed.cell.width / 2
        if plain(placed.cell.name.math).startswith("("):
            area = around(middle, placed.lower - value.ascent / 2, value.width + 2, value.ascent)
            assert seen.amount("local", within=area) > 5
    assert panel.sum.isVisible() and "−0.005754" in plain(panel.sum.formula())
    assert panel.count.text() == "2 paths, one backward pass."


@pytest.mark.parametrize("width", [200, 320, 700])
def test_nothing_is_cut_off_in_a_narrow_row(panel, width):
    for row in visible(panel):
        cells, height = row.placed(width)
        assert all(placed.x + placed.cell.width <= width + 0.5 for placed in cells)
        assert height <= row.heightForWidth(width)


def test_no_number_is_shown_before_it_is_there(panel):
    session = panel.session
    session.seek(session.derivation.complete - 2)
    assert panel.count.text() == NOT_YET and not panel.sum.isVisible()
    assert all(placed.cell.value is None for row in visible(panel) for placed in row.placed(900)[0])
    session.seek(session.derivation.complete)
    assert panel.sum.isVisible() and panel.count.text() != NOT_YET


def test_nothing_selected_is_one_sentence(panel):
    panel.session.select("")
    assert panel.title.text() == "Select a node to see how the output depends on it."
    assert not visible(panel) and not panel.sum.isVisible() and not panel.messages.isVisible()


def test_what_has_no_gradient_is_one_sentence(panel):
    panel.session.open_program("y = x + 1; f = y c; g = 2 x", {"x": 1.0, "c": 2.0}, "open")
    panel.session.differentiate("f")
    panel.session.select("g")
    assert panel.title.text() == "f does not depend on g."
    assert not visible(panel)


def test_the_output_itself_has_no_path(panel):
    panel.session.select("J")
    assert panel.title.text() == "J is differentiated here" and not visible(panel)
    assert panel.messages.text().startswith("Starts with the seed 1. Passed on")


def test_what_is_copied_is_what_is_shown(panel):
    found, clipboard = panel.session.derivation, QGuiApplication.clipboard()
    for text, wanted in (("Copy as LaTeX", as_latex(found)), ("Copy as Markdown", as_markdown(found))):
        next(action for action in panel.menu().actions() if action.text() == text).trigger()
        assert clipboard.text().strip() == wanted.strip()
    panel.session.select("v1")
    next(a for a in panel.menu().actions() if a.text() == "Copy the operation as PyTorch").trigger()
    assert "ctx.save_for_backward(x, y)" in clipboard.text()
    panel.session.select("w")
    assert not next(a for a in panel.menu().actions() if "PyTorch" in a.text()).isEnabled()


def test_it_follows_notation_and_digits(panel):
    session = panel.session
    session.set_notation("lagrange")
    assert "J′(L)" in visible(panel)[0].accessibleName()
    session.set_digits(6)
    assert "−0.105754" in visible(panel)[0].accessibleName()
    assert as_text(session.derivation, 6, "lagrange").splitlines()[0] == visible(panel)[0].accessibleName()


def test_a_panel_that_is_covered_marks_nothing_and_computes_nothing(window, panel, qtbot, monkeypatch):
    window.panes["derivatives"].open()
    qtbot.waitUntil(lambda: not panel.seen)
    assert window.session.paths == ()
    monkeypatch.setattr(type(window.session), "derivation", property(lambda _: 1 / 0))
    window.session.select("x")
    window.session.seek(3)


def test_larger_text_makes_rows_larger(window, panel):
    before = visible(panel)[0].heightForWidth(900)
    font = panel.font()
    font.setPointSizeF(2 * font.pointSizeF())
    panel.setFont(font)
    QGuiApplication.sendEvent(panel, QEvent(QEvent.Type.FontChange))
    panel.set_theme(LIGHT)
    assert visible(panel)[0].heightForWidth(900) > 1.5 * before


def test_pointing_at_a_factor_or_its_value_lights_its_node_and_selects_nothing(window):
    session = window.session
    session.open_program(TWICE, AT, "open")
    session.seek(len(session.trace))
    session.select("w")
    window.panes["derivation"].open()
    QApplication.processEvents()
    row = window.panes["derivation"].made.rows[0]
    cells = [placed for placed in row.placed(row.width())[0] if placed.cell.name.areas]
    tags = []
    for placed in cells:
        middle = placed.rect.center()
        for y in (placed.upper - 2, placed.lower - 2):
            QTest.mouseMove(row, QPoint(round(middle.x()), round(y)))
            tags.append(session.pointed)
            assert window.scene._pointed
    assert set(tags) == {"J", "L", "v2", "y", "z"} or len(set(tags)) == len(cells)
    assert all(tags) and session.selection == "w"
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert session.pointed == "" and not window.scene._pointed
    total = window.panes["derivation"].made.sum
    area = next(area for area in total.box().areas if area.tag == "w")
    QTest.mouseMove(total, QPoint(round(area.x + 6), total.height() // 2))
    assert session.pointed == "w"

"""The panel of derivatives: which way its maps lie, and which curve and which number has which colour."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from core.base.arrays import frozen
from tests.app.seen.pixels import around, named, widget

FORMULA, SIDE_BY_SIDE, BY_HAND, STEP_SIZE, JACOBIAN = range(5)


@pytest.fixture
def ask(window, qtbot, theme):
    """Opens the panel on a program at one of its tabs, and waits for the answer."""

    def ask(tab, text, by, **values):
        window.set_theme(theme)
        window.resize(1400, 900)
        window.session.open_program(text, {name: frozen(value) for name, value in values.items()}, "open")
        window.session.select(by)
        window.panes["derivatives"].open()
        panel = window.panes["derivatives"].make()
        panel.tabs.choose(tab)
        qtbot.waitUntil(lambda: panel.view.answered is not None and not panel.ticker.running)
        return panel.view

    return ask


def test_the_map_of_a_jacobian_has_a_row_for_each_output_and_a_column_for_each_input(window, ask, theme):
    """Above the diagonal 1, on it 0, below it −1: right above blue, left below orange."""
    matrix = np.triu(np.ones((14, 14)), 1) - np.tril(np.ones((14, 14)), -1)
    ask(JACOBIAN, "W x", "x", W=matrix, x=np.ones(14))
    shown = named(window, "Jacobian as a heat map")
    seen = widget(shown, theme)
    frame = seen.places("line")
    (left, top), (right, bottom) = frame.min(axis=0), frame.max(axis=0)
    across, down = right - left, bottom - top
    found = [
        seen.at(left + x * across, top + y * down, 4)
        for x, y in ((0.9, 0.1), (0.1, 0.9), (0.5 / 14, 0.5 / 14))
    ]
    assert found == ["positive", "negative", "zero"]


def test_by_hand_the_gradient_has_its_colour_and_a_kink_that_of_what_is_wrong(window, ask, theme):
    view = ask(BY_HAND, "relu(x)", "x", x=-0.00001)
    view.step()
    table = named(window, "Gradient by hand")
    seen = widget(table.viewport(), theme)
    titles = [view.model.headerData(n, table.horizontalHeader().orientation()) for n in range(6)]
    inked = {}
    for number, title in enumerate(titles):
        rect = QRectF(table.visualRect(view.model.index(0, number)))
        inked[title] = [part for part in ("ink", "gradient") if seen.amount(part, within=rect) > 3]
    assert inked["reverse"] == ["gradient"] and inked["slope"] == ["ink"]
    assert inked["error"] == ["gradient"], "the colour of what is wrong, which is that of gradients"


def test_the_errors_of_both_differences_have_their_colours_in_plot_and_legend(window, ask, theme):
    """Centred differences are the more exact ones, so their curve lies lower where h is large."""
    view = ask(STEP_SIZE, "exp(x)", "x", x=1.0)
    plot = named(window, "Error of the differences over h")
    seen = widget(plot, theme)
    legend = plot.getPlotItem().legend.sceneBoundingRect()
    assert seen.middle("upstream", within=legend)[1] < seen.middle("local", within=legend)[1]
    assert [label.text for _, label in plot.getPlotItem().legend.items] == ["one-sided", "centred"]
    room = QRectF(plot.getPlotItem().getViewBox().sceneBoundingRect())
    right = around(room.left() + 0.75 * room.width(), room.center().y(), 0.1 * room.width(), room.height())
    assert seen.middle("local", within=right)[1] > seen.middle("upstream", within=right)[1] + 10
    assert view.found is not None


def test_errors_grow_upwards_and_the_largest_h_is_at_the_right(window, ask):
    """For a curve that bends much the largest h has the largest error; the ringed best lies lowest."""
    ask(STEP_SIZE, "exp(x)", "x", x=1.0)
    plot = named(window, "Error of the differences over h")
    seen = widget(plot, window.theme)
    room = QRectF(plot.getPlotItem().getViewBox().sceneBoundingRect())
    curve = seen.places("upstream", within=room.adjusted(3, 3, -3, -3))
    lowest, last = curve[curve[:, 1].argmax()], curve[curve[:, 0].argmax()]
    assert lowest[1] - last[1] > 40
    assert lowest[0] < last[0] - 40, "best at about 1e-8, to the left of 1e-1"
    assert lowest[0] > curve[:, 0].min() + 40


def test_the_closed_form_stands_above_its_chain_of_steps(window, ask):
    view = ask(FORMULA, "exp(sin(x))", "x", x=1.0)
    form, steps = named(window, "Closed form"), view.steps.views
    assert widget(form, window.theme).amount("ink") > 60
    tops = [shown.mapTo(window, shown.rect().topLeft()).y() for shown in (form, *steps) if shown.isVisible()]
    assert len(tops) > 2 and tops == sorted(tops)

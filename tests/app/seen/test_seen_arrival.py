"""While numbers travel on the canvas no panel shows what they bring: that comes when they arrive."""

import pytest
from PySide6.QtWidgets import QApplication

from app.canvas import accessible
from app.panels.algorithm_rows import GRADIENT, VALUE
from core.math.plain import plain
from tests.app.listing_cells import index_of, rect_of, text, tip
from tests.app.seen.pixels import widget

PROGRAM = "v = w x; L = (v - t)^2"
VALUES = {"w": 2.0, "x": 3.0, "t": 1.0}


@pytest.fixture
def moving(window):
    """The window with a program whose steps are animated."""
    window.session.open_program(PROGRAM, VALUES, "open")
    window.session.set_stride("message")
    window.scene.animated = True
    return window


def step_to_its_middle(window, by=1):
    """One step whose numbers stop half on their way."""
    window.session.step(by)
    assert window.scene._token.isVisible(), "nothing travels"
    window.scene._travel.hold(0.5)
    QApplication.processEvents()


def arrive(window):
    window.scene.finish()
    QApplication.processEvents()


def go_before(window, step):
    window.session.seek(window.session.trace.position(step) - 1)


def formulas(panel):
    """The rule and its numbers as they are shown, as text."""
    return [plain(view.formula()) if view.formula() else "" for view in (panel.rule, panel.numbers)]


def ink(window, name, column, part):
    """How much of a cell of the listing has a colour of the theme."""
    panel = window.algorithm
    where = rect_of(panel, index_of(panel, name, column).row(), column)
    return widget(panel.table.viewport(), window.theme).amount(part, within=where)


def test_the_listing_lights_its_line_at_once_and_shows_its_number_on_arrival(moving):
    panel = moving.algorithm
    step_to_its_middle(moving)
    (line,) = [row for row in panel.rows.rows if getattr(row, "node", "") == "v"][:1]
    assert panel.rows.is_lit(line)
    assert (text(panel, "v"), tip(panel, "v")) == ("", "")
    assert ink(moving, "v", VALUE, "lit") > 0 and ink(moving, "v", VALUE, "value") == 0
    arrive(moving)
    assert (text(panel, "v"), tip(panel, "v")) == ("6", "6")
    assert ink(moving, "v", VALUE, "value") > 0


def test_a_gradient_comes_to_the_listing_when_it_comes_to_its_node(moving):
    panel = moving.algorithm
    go_before(moving, "backward:3")
    step_to_its_middle(moving)
    sent = moving.session.trace.steps[moving.session.cursor - 1].arg
    back = panel.rows.index(panel.rows.row_of_step(moving.session.cursor), GRADIENT)
    assert (back.data(), text(panel, sent, GRADIENT)) == ("", "")
    arrive(moving)
    assert back.data() == text(panel, sent, GRADIENT) != ""


def test_the_rule_and_its_factors_are_there_at_once_and_the_result_on_arrival(moving):
    panel = moving.explanation
    step_to_its_middle(moving)
    parts = panel.title, panel.rule, panel.numbers
    before = [part.geometry() for part in parts]
    assert formulas(panel) == ["v = w ⋅ x", "v = 2 ⋅ 3 ="]
    assert panel.title.text() == "Forward: v"
    assert panel.sentence.isHidden()
    half = widget(panel.numbers, moving.theme)
    arrive(moving)
    assert formulas(panel)[1] == "v = 2 ⋅ 3 = 6"
    assert panel.sentence.isVisible() and "6" in panel.sentence.text()
    assert [part.geometry() for part in parts] == before, "what was there has moved"
    whole = widget(panel.numbers, moving.theme)
    assert whole.amount("value") > half.amount("value")


def test_of_a_sum_nothing_is_seen_before_its_last_term(moving):
    moving.session.open_program("x^2 + 3x", {"x": 2.0}, "open")
    moving.session.set_stride("node")
    moving.session.seek(moving.session.stops[-2])
    step_to_its_middle(moving)
    assert formulas(moving.explanation)[1].endswith(" 1 ⋅ 2 ⋅ 2 =")
    arrive(moving)
    assert formulas(moving.explanation)[1].endswith("= 3 + 4 = 7")


def test_the_stage_keeps_its_rule_where_it_is_when_the_result_comes(moving):
    stage = moving.stage
    moving.actions_by_id["present"].trigger()
    QApplication.processEvents()
    go_before(moving, "forward:2")
    step_to_its_middle(moving)
    before = [(view.geometry(), view.box().width, view.box().height) for view in (stage.rule, stage.numbers)]
    assert formulas(stage)[1].endswith("=")
    arrive(moving)
    assert not formulas(stage)[1].endswith("=")
    after = [(view.geometry(), view.box().width, view.box().height) for view in (stage.rule, stage.numbers)]
    assert after == [(place, pytest.approx(wide), pytest.approx(high)) for place, wide, high in before]
    moving.presentation.stop()


def test_the_derivation_has_its_numbers_when_the_gradient_is_complete_on_the_canvas(moving):
    moving.session.select("w")
    moving.panes["derivation"].open()
    panel = moving.panes["derivation"].made
    moving.session.seek(moving.session.derivation.complete - 1)
    step_to_its_middle(moving)
    assert panel.sum.isHidden() and "30" not in panel.messages.text()
    arrive(moving)
    assert panel.sum.isVisible() and "30" in panel.messages.text()


def test_a_step_that_is_cut_off_arrives_at_once_and_nothing_is_shown_twice(moving):
    """As when a key is held down: every number is there by the next step, and only the last one arrives."""
    session, panel, arrivals, changes = moving.session, moving.algorithm, [], []
    session.numbersArrived.connect(lambda: arrivals.append(session.cursor))
    panel.rows.dataChanged.connect(lambda first, last: changes.append(first.row()))
    for _ in range(3):
        step_to_its_middle(moving)
    assert arrivals == [] and text(panel, "v") == "6"
    assert session.arrived == session.cursor - 1
    del changes[:]
    arrive(moving)
    arrive(moving)
    assert arrivals == [3] and 0 < len(changes) == len(set(changes)) <= 4
    assert session.arrived == session.cursor


def test_what_does_not_travel_is_there_at_once(moving):
    session, panel = moving.session, moving.algorithm
    step_to_its_middle(moving)
    session.seek(len(session.trace))
    assert text(panel, "L") == "25" and session.arrived == session.cursor
    step_to_its_middle(moving, by=-1)
    assert session.arrived == session.cursor
    moving.actions_by_id["animate"].trigger()
    session.seek(0)
    session.step(1)
    assert text(panel, "v") == "6" and moving.explanation.sentence.isVisible()


def test_another_trace_or_theme_leaves_nothing_on_its_way(moving):
    session, panel = moving.session, moving.algorithm
    step_to_its_middle(moving)
    session.set_value("w", 4.0)
    assert session.arrived == session.cursor == 1 and text(panel, "v") == "12"
    session.seek(0)
    step_to_its_middle(moving)
    moving.set_theme(moving.theme)
    assert text(panel, "v") == "12"


def test_a_screen_reader_hears_the_result_at_once(moving, monkeypatch):
    said = []
    monkeypatch.setattr(accessible.QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(
        accessible.QAccessible, "updateAccessibility", lambda event: said.append(event.message())
    )
    step_to_its_middle(moving)
    assert said == ["Forward: v. v is computed from w = 2 and x = 3: 6."]

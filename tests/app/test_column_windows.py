"""Columns torn off: the same panels in a window of their own, which come back."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.shell.workspaces import TITLES
from app.state.arrangement import Arrangement, arrangement_text, read_arrangement

ELSEWHERE = (300, 40, 420, 500)


@pytest.fixture
def wide(window):
    window.session.select("x")  # of which there is something to show beside the rule
    window.resize(1440, 900)
    QApplication.processEvents()
    return window


def torn(window, place):
    """Tear a column off by its command; its window."""
    if place == "right":
        window.panes["training"].open()
    window.actions_by_id[f"{place}_window"].trigger()
    QApplication.processEvents()
    return window.arrangement.windows.window_of(place)


def sizes(frame):
    return frame.columns.sizes(), frame.middle.sizes(), frame.band.sizes()


@pytest.mark.parametrize("place", TITLES)
def test_a_column_goes_to_a_window_and_back_with_the_same_panels(wide, place):
    frame = wide.arrangement
    if place == "right":
        wide.panes["training"].open()
    before, tabs = sizes(frame), frame.places[place]
    panels = [tabs.widget(number) for number in range(tabs.count())]
    titles = ", ".join(tabs.tabText(number) for number in range(tabs.count()))
    found = torn(wide, place)
    assert found.isWindow() and found.isVisible() and found.windowTitle() == titles
    assert found.isAncestorOf(tabs) and tabs.isVisible() and wide.view.window() is wide
    assert wide.actions_by_id[f"{place}_window"].isChecked()
    assert wide.view.width() * wide.view.height() > 0 and sizes(frame) != before
    QApplication.sendEvent(found, QCloseEvent())
    QApplication.processEvents()
    assert frame.windows.window_of(place) is None and tabs.window() is wide and tabs.isVisible()
    assert [tabs.widget(number) for number in range(tabs.count())] == panels
    assert sizes(frame) == before
    assert not wide.actions_by_id[f"{place}_window"].isChecked()
    wide.session.set_notation("delta")  # all that is in it lives
    QApplication.processEvents()


def test_keys_in_a_column_window_are_those_of_the_main_one(wide):
    found = torn(wide, "band")
    QTest.keyClick(found, Qt.Key.Key_PageDown)
    assert wide.session.place == 1
    assert set(wide.actions()) <= set(found.actions())  # with their keys


def test_workspaces_keep_a_column_in_its_window(wide):
    found = torn(wide, "right")
    for name, seen in (("train", True), ("lectures", False), ("step", True)):
        wide.show_workspace(name)
        assert found.isVisible() == seen
    left = torn(wide, "left")
    wide.show_workspace("train")
    assert left.isVisible() and left.windowTitle() == "Data"
    wide.show_workspace("step")
    assert left.isVisible() and left.windowTitle() == "Program, Algorithm"
    wide.actions_by_id["left_column"].trigger()
    assert not left.isVisible() and not wide.arrangement.places["left"].isVisible()
    wide.actions_by_id["left_column"].trigger()
    assert left.isVisible()


def test_nothing_lies_over_the_stage_and_all_is_as_before_after_it(wide):
    torn(wide, "right")
    torn(wide, "left")
    kept = dict(wide.arrangement.kept.torn)
    wide.presentation.start(0)
    assert all(wide.arrangement.windows.window_of(place) is None for place in TITLES)
    assert wide.panes["training"].seen and not wide.arrangement.places["left"].isVisible()
    wide.presentation.stop()
    QApplication.processEvents()
    for place in ("left", "right"):
        assert wide.arrangement.windows.window_of(place).isVisible()
    assert wide.arrangement.kept.torn.keys() == kept.keys()


def test_reset_layout_brings_all_back(wide):
    for place in TITLES:
        torn(wide, place)
    wide.actions_by_id["reset_layout"].trigger()
    QApplication.processEvents()
    assert not wide.arrangement.kept.torn
    for place in ("left", "band", "beside"):
        assert wide.arrangement.places[place].isVisible()
        assert wide.arrangement.places[place].window() is wide


def test_its_place_is_remembered(wide, qtbot):
    found = torn(wide, "left")
    found.setGeometry(*ELSEWHERE)
    qtbot.waitUntil(lambda: wide.arrangement.kept.torn["left"] == ELSEWHERE)
    kept = read_arrangement(arrangement_text(wide.arrangement.kept))
    wide.actions_by_id["left_window"].trigger()
    assert not wide.arrangement.kept.torn
    wide.arrangement.restore(kept)
    assert wide.arrangement.windows.window_of("left").geometry().getRect() == ELSEWHERE


def test_a_window_that_would_be_off_every_screen_comes_to_one(wide):
    wide.arrangement.restore(Arrangement(torn={"left": (90_000, 90_000, 300, 300)}))
    found = wide.arrangement.windows.window_of("left")
    assert found.screen().availableGeometry().contains(found.geometry().center())


def test_closing_the_window_takes_its_columns_along_and_keeps_where_they_were(wide):
    found = torn(wide, "left")
    wide.session.undo_stack.setClean()
    wide.close()
    assert not found.isVisible()
    assert "left" in wide.settings.get("arrangement").torn


def test_the_program_is_edited_where_it_is(wide):
    found = torn(wide, "left")
    wide.algorithm.setFocus()
    wide.edit_program()
    assert found.isAncestorOf(wide.program.editor) and wide.program.isVisible()


@pytest.mark.parametrize("part", ["head", "edge"])
def test_a_columns_head_and_its_edge_have_a_menu(wide, part):
    frame = wide.arrangement
    widget = frame.places["left"].tabBar() if part == "head" else frame.columns.handle(1)
    for torn_off in (True, False):
        widget.customContextMenuRequested.emit(QPoint(2, 2))
        menu = QApplication.activePopupWidget()
        menu.actions()[0].trigger()
        menu.close()
        QApplication.processEvents()
        assert (frame.windows.window_of("left") is not None) == torn_off


def test_the_tab_in_front_stays_in_front_in_another_workspace(wide):
    tabs = wide.arrangement.places["left"]
    for pane in ("algorithm", "program"):
        tabs.setCurrentWidget(wide.panes[pane].page)
        wide.show_workspace("train")
        wide.show_workspace("step")
        assert tabs.currentWidget() is wide.panes[pane].page


def test_what_is_no_arrangement_of_windows_is_refused():
    for wrong in (
        '{"torn": {"canvas": [0, 0, 9, 9]}}',
        '{"torn": {"left": [0, 0, 0, 9]}}',
        '{"torn": {"left": [0, 0]}}',
    ):
        with pytest.raises(ValueError):
            read_arrangement(wrong)

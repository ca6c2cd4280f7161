"""The panels beside the canvas: colours of values and gradients, the bar of steps, greys and ticks."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from app.panels.algorithm_rows import GRADIENT, VALUE
from app.widgets.theme import DARK, LIGHT
from tests.app.listing_cells import index_of, lines, rect_of
from tests.app.seen.pixels import named, pixels, widget


def column(table, number):
    """The rectangle of a column of the listing in its viewport."""
    left = table.columnViewportPosition(number)
    return QRectF(left, 0, table.columnWidth(number), table.viewport().height())


def test_the_listing_has_values_and_gradients_in_their_colours(window, theme):
    window.set_theme(theme)
    window.session.seek(len(window.session.trace))
    panel = window.algorithm
    panel.table.scrollToTop()
    seen = widget(panel.table.viewport(), theme)
    for name in "xyz":
        row = index_of(panel, name).row()
        assert seen.amount("value", within=rect_of(panel, row, VALUE)) > 5
        assert seen.amount("gradient", within=rect_of(panel, row, VALUE)) == 0
        assert seen.amount("gradient", within=rect_of(panel, row, GRADIENT)) > 5
        assert seen.amount("value", within=rect_of(panel, row, GRADIENT)) == 0
    heads = rect_of(panel, 0, VALUE), rect_of(panel, 0, GRADIENT)
    for part, other, rect in (("value", "gradient", heads[0]), ("gradient", "value", heads[1])):
        assert seen.amount(part, within=rect) > 0 == seen.amount(other, within=rect)


def test_at_the_start_the_listing_has_the_values_of_inputs_alone(window):
    panel = window.algorithm
    seen = widget(panel.table.viewport(), window.theme)
    inked = [seen.amount("value", within=rect_of(panel, row, VALUE)) > 5 for row, line in lines(panel)[:5]]
    assert inked == [True, True, True, False, False]
    below_heads = column(panel.table, GRADIENT).adjusted(0, rect_of(panel, 0, GRADIENT).bottom(), 0, 0)
    assert seen.amount("gradient", within=below_heads) == 0


def test_every_panel_has_the_paper_of_the_theme(window, theme):
    """Also those that were made before the theme was chosen."""
    window.resize(1400, 900)
    window.panes["training"].open()
    window.panes["algorithm"].open()
    window.panes["derivatives"].open()
    window.set_theme(DARK if theme is LIGHT else LIGHT)
    window.set_theme(theme)
    QApplication.processEvents()
    paper = {
        "Computational graph": "paper",
        "Decision boundary": "paper",
        "Loss": "paper",
        "Algorithm: lines, values and gradients": "panel",
        "Program": "field",
        "Rule": "panel",
        "Steps": "panel",
        "Weights": "paper",
    }
    wanted = {name: QColor(getattr(theme, part)).name() for name, part in paper.items()}
    seen = {}
    for name in paper:
        image = named(window, name).grab().toImage()
        seen[name] = image.pixelColor(image.width() - 6, image.height() - 4).name()
    assert seen == wanted


# -- the bar of steps


def steps(window, theme):
    bar = named(window, "Steps")
    return widget(bar, theme), bar


def test_the_bar_has_the_forward_pass_the_seed_and_the_backward_pass_in_their_colours(window, theme):
    window.set_theme(theme)
    window.session.set_text("exp(sin(x))")
    window.session.seek(len(window.session.trace))
    seen, _ = steps(window, theme)
    found = [seen.middle(part)[0] for part in ("value", "upstream", "gradient")]
    assert found == sorted(found)
    amounts = [seen.amount(part) for part in ("value", "upstream", "gradient")]
    assert amounts[0] > 1.5 * amounts[1] and amounts[2] > amounts[1]  # two steps, one, two


def test_the_handle_goes_right_and_only_what_is_done_has_the_full_colour(window):
    window.session.set_text("exp(sin(x))")
    handles, done = [], []
    for count in range(6):
        window.session.seek(count)
        seen, bar = steps(window, window.theme)
        middle = bar.height() - 13
        ring = QRectF(0, middle - 8, bar.width(), 3.5)  # above the coloured bar stands only the handle
        handles.append(seen.middle("ink", within=ring)[0])
        coloured = QRectF(0, middle - 4, bar.width(), 8)  # the words above it have their colour always
        done.append(seen.amount("value", "upstream", "gradient", within=coloured))
    assert all(after - before > 20 for before, after in pairwise(handles))
    assert done == sorted(done) and done[0] == 0


def test_a_click_at_the_right_goes_to_the_end_and_one_at_the_left_to_the_start(window):
    bar = named(window, "Steps")
    for share, cursor in ((0.99, len(window.session.trace)), (0.01, 0), (0.5, 4)):
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPointF(share * bar.width(), 10).toPoint())
        assert window.session.cursor == cursor


# -- what is greyed, ticked and drawn on buttons


def test_there_is_no_way_back_from_the_start_nor_on_from_the_end(window):
    buttons = [named(window, name, QToolButton) for name in ("Previous step", "Next step")]
    able = []
    for count in (0, 3, len(window.session.trace)):
        window.session.seek(count)
        able.append([button.isEnabled() for button in buttons])
    assert able == [[False, True], [True, True], [True, False]]


def drawn(button):
    return pixels(button.grab().toImage()).tobytes()


def test_a_button_that_plays_shows_what_the_next_press_does(window):
    play = named(window, "Play and pause", QToolButton)
    still = drawn(play)
    window.transport.toggle()
    assert drawn(play) != still
    window.transport.step(1)
    assert drawn(play) == still


def test_a_higher_speed_is_faster(window):
    """Of the steps that it plays, and of the token."""
    speed, paces = named(window, "Speed"), []
    window.scene.animated = True
    for number in range(speed.count()):
        speed.setCurrentIndex(number)
        window.session.seek(0)
        window.transport.toggle()
        (beat,) = (timer for timer in window.transport.findChildren(QTimer) if timer.isActive())
        paces.append((beat.interval(), window.scene._travel.milliseconds))
        window.transport.toggle()
    assert paces == sorted(paces, reverse=True) and len(set(paces)) == speed.count() > 2
    assert [speed.itemText(number) for number in range(2)] == ["½×", "1×"]


def test_the_training_button_shows_what_the_next_press_does(window):
    window.show_workspace("train")
    train = named(window, "Train or pause", QToolButton)
    still = drawn(train)
    window.actions_by_id["train"].trigger()
    assert drawn(train) != still
    window.actions_by_id["train"].trigger()
    assert drawn(train) == still


def test_ticks_in_menus_follow_what_they_stand_for_whoever_changes_it(window):
    def ticked(name):
        return window.actions_by_id[name].isChecked()

    session = window.session
    for _ in range(2):
        window.actions_by_id["animate"].trigger()
        assert ticked("animate") == window.scene.animated
    for name in ("training", "derivatives"):
        assert not ticked(name)
        window.actions_by_id[name].trigger()
        assert ticked(name)
        window.panes[name].close()
        QApplication.processEvents()
        assert not ticked(name), f"the cross of {name} leaves a tick"
    session.select("v1")
    assert not ticked("differentiate")
    window.actions_by_id["differentiate"].trigger()
    assert ticked("differentiate")
    session.select("x")
    assert not ticked("differentiate"), "another node is selected"
    session.select("v1")
    assert ticked("differentiate")
    session.undo_stack.undo()
    assert not ticked("differentiate"), "undone"


def test_undo_and_redo_are_grey_where_there_is_nothing_and_say_what_they_do(window):
    undo, redo = window.actions_by_id["undo"], window.actions_by_id["redo"]
    assert (undo.isEnabled(), redo.isEnabled()) == (False, False)
    window.session.set_value("x", 1.0)
    assert (undo.isEnabled(), redo.isEnabled(), undo.text()) == (True, False, "Undo set x")
    undo.trigger()
    assert (undo.isEnabled(), redo.isEnabled(), redo.text()) == (False, True, "Redo set x")
    assert (undo.text(), window.session.document.values["x"]) == ("Undo", -2)


@pytest.mark.parametrize("name", ["x", "v1"])
def test_pointing_at_a_name_in_the_rule_lights_its_node(window, name):
    window.session.seek(1)
    rule = named(window, "Rule")
    QApplication.processEvents()
    for x in range(0, rule.width(), 3):
        at = QPointF(x, rule.height() / 2)
        move = QMouseEvent(
            *(QEvent.Type.MouseMove, at, rule.mapToGlobal(at)),
            *(Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier),
        )
        QApplication.sendEvent(rule, move)
        if window.session.pointed == name:
            break
    assert window.session.pointed == name and rule.tag_at(at) == name
    assert not window.session.selection, "pointing selects nothing"
    QTest.mouseClick(rule, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert window.session.selection == name
    window.session.step(1)
    assert not window.session.pointed


class Seen(QObject):
    """Counts how often an event of a kind comes to a widget."""

    def __init__(self, watched, kind):
        super().__init__(watched)
        self.kind, self.count = kind, 0
        watched.installEventFilter(self)

    def eventFilter(self, watched, event):
        self.count += event.type() == self.kind
        return False


def test_a_step_paints_its_explanation_once_and_lays_out_no_bar(window):
    """Parts that get their places late are seen at the old ones first, and cost their painting twice."""
    window.session.set_text("h = tanh(w1 x + w2 y); g = σ(w3 h + w4 x); L = (g - t)^2 + 0.1 w1^2")
    window.session.seek(8)
    panel = window.explanation
    panel.window().layout().activate()
    QTest.qWait(50)
    parts = {
        part: Seen(part, QEvent.Type.Paint)
        for part in (panel.title, panel.rule, panel.numbers, panel.sentence)
    }
    laid_out = Seen(window.transport, QEvent.Type.LayoutRequest)
    for steps in range(1, 7):
        window.session.step(1)
        QTest.qWait(30)
        assert max(painted.count for painted in parts.values()) <= steps
    assert min(painted.count for painted in parts.values()) >= 4
    assert laid_out.count == 0

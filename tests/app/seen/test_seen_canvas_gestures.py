"""What stands on the canvas is typed there, nodes stand level with others, and a large graph has a map."""

import random

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.camera import NEARLY_READABLE, READABLE
from app.canvas.items import ArrowItem, BoxItem, LabelItem
from app.canvas.scene import GLIDE
from app.painting.parts import box_rect, label_rect
from core.base.arrays import frozen
from core.figure import Figures
from core.math.mathtree import Tinted, parts_of
from tests.app.seen.pixels import around, widget

LEFT = Qt.MouseButton.LeftButton
LONG = "; ".join(f"h{i} = tanh(w{i} h{i - 1} + b{i})" for i in range(1, 30))


def place_of(window, node, role="value"):
    """Where the middle of a label is on the screen."""
    (item,) = (
        item
        for item in window.scene.items()
        if isinstance(item, LabelItem) and (item.label.node, item.label.role) == (node, role)
    )
    return window.view.mapFromScene(label_rect(item.label).center())


def click(window, at):
    QTest.mouseClick(window.view.viewport(), LEFT, pos=at)


# -- values are typed where they stand


@pytest.mark.parametrize(("typed", "value"), [("7", 7.0), ("-1/4", -0.25), ("2e-3", 0.002)])
def test_a_click_on_a_value_opens_it_for_typing_and_enter_takes_it(window, typed, value):
    at = place_of(window, "y")
    click(window, at)
    field = window.view.value_field
    assert field.isVisible() and field.selectedText() == "5"
    middle = field.mapTo(window.view.viewport(), field.rect().center())
    assert (middle - at).manhattanLength() < 12, "it stands where the number stood"
    QTest.keyClicks(field, typed)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert not field.isVisible()
    assert window.session.document.values["y"] == value
    window.session.undo_stack.undo()
    assert window.session.document.values["y"] == 5


def test_escape_leaves_a_value_as_it_is_and_a_step_key_is_typed(window):
    click(window, place_of(window, "y"))
    field, cursor = window.view.value_field, window.session.cursor
    QTest.keyClicks(field, "8 ")  # the space bar steps, but not here
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible() and window.session.cursor == cursor
    assert window.session.document.values["y"] == 5 and window.session.undo_stack.count() == 0


def test_a_mistake_leaves_what_was_typed_to_be_corrected(window, monkeypatch):
    said = []
    monkeypatch.setattr("app.canvas.value_field.QToolTip.showText", lambda at, text, *rest: said.append(text))
    click(window, place_of(window, "y"))
    field = window.view.value_field
    QTest.keyClicks(field, "[1, 2")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.isVisible() and field.text() == "[1, 2"
    assert len(said) == 1 and "Add ']'" in said[0] and window.session.document.values["y"] == 5
    QTest.keyClick(field, Qt.Key.Key_Escape)


def test_a_small_array_and_a_value_of_the_program_are_typed_there_too(window):
    session = window.session
    session.open_program("a = 3; L = a sum(w)", {"w": frozen([1, 2])}, "open")
    for node, before, typed in (("w", "[1, 2]", "[4, 5]"), ("a", "3", "6")):
        click(window, place_of(window, node))
        field = window.view.value_field
        assert field.selectedText() == before
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert session.trace.last.value("L") == 54
    assert session.document.text.startswith("a = 6")


def test_a_large_array_is_typed_in_the_table(window):
    window.session.open_program("sum(W x)", {"W": frozen(np.ones((5, 5))), "x": frozen(np.ones(5))}, "open")
    asked = []
    window.view.editRequested.connect(asked.append)
    window.session.seek(3)
    click(window, place_of(window, "W"))
    assert asked == ["W"] and not window.view.value_field.isVisible()


def test_a_computed_number_is_not_typed(window):
    window.session.seek(len(window.session.trace))
    click(window, place_of(window, "v1"))
    assert not window.view.value_field.isVisible()


def test_only_a_plain_click_on_a_value_opens_it(window):
    window.session.seek(len(window.session.trace))
    control = Qt.KeyboardModifier.ControlModifier
    QTest.mouseClick(window.view.viewport(), LEFT, control, place_of(window, "y"))
    click(window, place_of(window, "y", "gradient"))
    assert not window.view.value_field.isVisible()


def test_what_is_typed_waits_for_its_own_menu_and_for_a_trace_and_is_saved(window, qtbot):
    click(window, place_of(window, "y"))
    field = window.view.value_field
    QTest.keyClicks(field, "99")
    for reason in (Qt.FocusReason.PopupFocusReason,):
        QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, reason))
    assert field.isVisible() and field.text() == "99", "its own menu closes nothing"
    window.session.set_value("x", 8.0)
    assert field.isVisible() and field.text() == "99", "nor does another number"
    window.take_typing()
    assert window.session.document.values["y"] == 99 and not field.isVisible()


def test_the_entries_of_a_net_are_typed_as_a_whole(window):
    values = {"W": frozen([[1, 2], [3, 4]]), "b": frozen([1, 2]), "x": frozen([1, 2])}
    window.session.open_program("h = tanh(W x + b); L = sum(h)", values, "open")
    window.session.draw_as("draw units", level="units")
    for name, text in (("x", "[1, 2]"), ("W", "[[1, 2], [3, 4]]"), ("b", "[1, 2]")):
        item = next(
            item
            for item in window.scene.items()
            if isinstance(item, LabelItem)
            and item.label.role == "value"
            and window.session.drawing.view.shown_by(item.label.node) == name
        )
        click(window, window.view.mapFromScene(label_rect(item.label).center()))
        assert window.view.value_field.text() == text
        window.view.value_field.leave()


def test_the_field_follows_its_value_when_the_canvas_is_magnified(window):
    click(window, place_of(window, "z"))
    window.view.camera.zoom(0.7)
    field = window.view.value_field
    middle = field.mapTo(window.view.viewport(), field.rect().center())
    assert (middle - place_of(window, "z")).manhattanLength() < 12


def test_f2_brings_the_selected_value_into_view_and_opens_it(window):
    window.session.open_program(LONG, {}, "open")
    window.session.draw_as("draw operations", level="operations")
    window.session.select("w29")
    window.view.setFocus()
    QTest.keyClick(window.view, Qt.Key.Key_F2)
    field = window.view.value_field
    assert field.isVisible()
    assert window.view.viewport().rect().contains(field.geometry())


# -- nodes stand level with others


def test_a_dragged_node_stands_level_with_another_where_it_is_near(window):
    window.session.open_program("(x+y)z", {"x": -2.0, "y": 5.0, "z": -4.0}, "open")
    view, centres = window.view, window.session.drawing.placement.centres
    start = view.mapFromScene(QPointF(*centres["z"]))
    (x, _), (_, y) = centres["v1"], centres["z"]
    near = view.mapFromScene(QPointF(x, y + 70)) + QPoint(4, 0)
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    for at in (start + QPoint(9, 9), near):
        QTest.mouseMove(view.viewport(), at)
    (place,) = window.session.document.moved.values()
    assert place[0] == pytest.approx(x, abs=0.1), "straight below +"
    seen = widget(view.viewport(), window.theme)
    line = view.mapFromScene(QPointF(x, y + 30))
    assert seen.amount("accent", within=around(line.x(), line.y(), 6, 30)) > 8, "a line says with what"
    far = near + QPoint(30, 0)
    QTest.mouseMove(view.viewport(), far)
    (place,) = window.session.document.moved.values()
    assert abs(place[0] - x) > 5
    QTest.mouseRelease(view.viewport(), LEFT, pos=far)
    assert (
        widget(view.viewport(), window.theme).amount("accent", within=around(line.x(), line.y(), 6, 30)) == 0
    )
    assert window.session.undo_stack.count() == 2  # opened and moved


# -- what is new fits, and large graphs have a map


def seen_whole(window):
    shown = window.view.mapToScene(window.view.viewport().rect()).boundingRect()
    return all(shown.contains(box_rect(box)) for box in window.session.figure.boxes)


def test_a_new_program_fits_the_view_although_the_last_one_was_magnified(window):
    window.view.camera.zoom(3.0)
    window.session.set_value("x", 7.0)
    assert not seen_whole(window), "zoom by hand holds while only a number changes"
    window.session.set_text("exp(x) + y")
    assert seen_whole(window)
    window.view.camera.zoom(0.3)
    window.session.draw_as("turn the graph", down=True)
    size = window.view.transform().m11() * window.session.drawing.number_size
    assert seen_whole(window) and size >= NEARLY_READABLE * READABLE


@pytest.mark.parametrize("entries", [0, 2])
def test_numbers_on_the_canvas_can_be_read_and_all_is_seen_where_it_fits(window, entries):
    """Also the entries of arrays: of a long program a part is shown."""
    value = frozen([0.5, -1.5][:entries]) if entries else 0.5
    for count in (2, 4, 8, 16):
        text = "; ".join(f"h{i} = tanh(w{i} * h{i - 1})" for i in range(1, count))
        window.session.open_program(text, {"h0": value, "w1": value}, "open")
        window.session.draw_as("draw operations", level="operations")
        labels = [label for label in window.session.figure.labels if label.role == "value"]
        pixels = window.view.transform().m11() * min(label.size for label in labels)
        assert pixels >= NEARLY_READABLE * READABLE
        assert seen_whole(window) or pixels == pytest.approx(READABLE)
    assert not seen_whole(window)


def test_every_name_in_a_rule_stands_on_the_canvas(window):
    """Also those that the program does not give: who v₁ is can be seen."""
    window.session.set_text("z = w x + b; L = (z - t)^2")
    named = {label.node for label in window.session.figure.labels if label.role == "name"}
    named |= {
        box.node for box in window.session.figure.boxes if window.session.trace.graph.nodes[box.node].is_leaf
    }
    for count in window.session.stops[1:]:
        window.session.seek(count)
        rule = window.explanation.explanation.rule
        assert {part.tag for part in parts_of(rule) if isinstance(part, Tinted)} <= named
    assert {"v1", "v2"} <= named


def test_a_large_graph_that_is_not_seen_whole_has_a_map(window, qtbot):
    view, window.session.measure = window.view, window.session.measure
    assert not view.minimap.isVisible()
    window.session.open_program(LONG, {}, "open")
    window.session.draw_as("draw operations", level="operations")
    qtbot.waitUntil(lambda: len(window.session.figure.boxes) > 60 and view.minimap.isVisible())
    map_ = widget(view.minimap, window.theme)
    assert map_.amount("line", "ink") > 50, "its nodes are dots"
    before = view.mapToScene(view.viewport().rect()).boundingRect().center().x()
    end = view.minimap.rect().center() + QPoint(view.minimap.width() // 2 - 8, 0)
    QTest.mouseClick(view.minimap, LEFT, pos=end)
    after = view.mapToScene(view.viewport().rect()).boundingRect()
    assert after.center().x() > before
    last = max(box.centre[0] for box in window.session.figure.boxes)
    assert after.left() < last, "the end of the graph is seen"
    frame = widget(view.minimap, window.theme).places("accent")
    assert abs(frame[:, 0].mean() - end.x()) < 25, "its frame is where the press was"
    view.camera.fit()
    assert not view.minimap.isVisible(), "all is seen"
    window.session.set_text("(x+y)z")
    assert not view.minimap.isVisible()


def test_nothing_is_left_on_the_canvas_of_what_was_there_before_the_camera_moved(window):
    """What is on the screen is compared with the same painted anew."""
    layers = "; ".join(f"a{i} = σ(W{i} a{i - 1} + b{i})" for i in range(1, 5))
    values = {f"W{i}": frozen([[0.6, -0.7], [0.2, 0.9]]) for i in range(1, 5)}
    values |= {f"b{i}": frozen([0.1, -0.1]) for i in range(1, 5)} | {"a0": frozen([1.0, -0.5])}
    window.scene.animated = False
    window.session.open_program(f"{layers}; l = -log(a4[0])", values, "open")
    viewport, bar = window.view.viewport(), window.view.horizontalScrollBar()

    def on_screen():
        QApplication.processEvents()
        at = viewport.mapTo(window, QPoint())
        size = viewport.width(), viewport.height()
        return window.screen().grabWindow(window.winId(), at.x(), at.y(), *size).toImage()

    moved, last = 0, len(window.session.trace)
    for cursor in [*range(last + 1), *reversed(range(last))]:
        before = bar.value()
        window.session.seek(cursor)
        QApplication.processEvents()
        if bar.value() != before:
            moved += 1
            shown = on_screen()
            viewport.update()
            assert shown == on_screen(), cursor
    assert moved > 2


def test_a_step_is_zoomed_to(window):
    window.session.open_program(LONG, {}, "open")
    window.session.draw_as("draw operations", level="operations")
    window.session.seek(40)
    window.view.camera.fit()
    small = window.view.transform().m11()
    window.actions_by_id["zoom_to_step"].trigger()
    assert window.view.transform().m11() > 3 * small
    shown = window.view.mapToScene(window.view.viewport().rect()).boundingRect()
    lit = [box for box in window.session.figure.boxes if box.mood in ("active", "receiving")]
    assert lit and all(shown.contains(box_rect(box)) for box in lit)


def test_text_of_another_size_reaches_the_canvas(window):
    window.session.open_program(LONG, {}, "open")
    before = window.view.transform().m11()
    window.view.camera.set_text_scale(2.0)
    assert window.view.transform().m11() >= 2.0 > before
    window.view.camera.set_text_scale(1.0)
    assert window.view.transform().m11() == pytest.approx(before)


# -- from one drawing to the next


def glide(window):
    window.scene.animated = True
    window.session.set_text("(x+y)z + x")
    window.scene._gliding.hold(0.0)
    return window.scene._gliding


def boxes(window):
    return {item.box.node: item for item in window.scene.items() if isinstance(item, BoxItem)}


def test_nodes_move_from_where_they_were_in_less_than_a_third_of_a_second(window):
    before = {name: item.sceneBoundingRect().center() for name, item in boxes(window).items()}
    assert 0 < glide(window).milliseconds < 300
    begun = {name: item.sceneBoundingRect().center() for name, item in boxes(window).items()}
    for name in "xyz":
        assert (begun[name] - before[name]).manhattanLength() < 1, name
    window.scene.finish()
    centres = window.session.drawing.placement.centres
    for name, item in boxes(window).items():
        assert (item.sceneBoundingRect().center() - QPointF(*centres[name])).manhattanLength() < 1
        assert item.opacity() == 1.0


def test_nothing_moves_where_motion_is_not_wanted(window):
    assert not window.scene.animated
    window.session.set_text("(x+y)z + x")
    window.session.step(1)
    assert not window.scene._token.isVisible()
    for item in boxes(window).values():
        assert item.pos() == QPointF(0, 0) and item.opacity() == 1.0


def test_far_away_nodes_are_plain_shapes_that_keep_their_light(window):
    window.session.set_text("exp(x)")
    window.session.step(1)
    near = widget(window.view.viewport(), window.theme)
    window.view.camera.zoom(0.1)
    seen = widget(window.view.viewport(), window.theme)
    assert seen.amount("lit") > 5, "what is lit is seen from far"
    assert seen.amount("ink") == 0 < near.amount("ink")


def assert_shown(window):
    """All items are what the present step looks like, where they belong and as dark as they are to be."""
    scene, session = window.scene, window.session
    wanted = Figures(session.drawing, session.trace, session.options.highlight).at(session.cursor)
    items = scene.items()
    assert {i.box.node: i.box for i in items if isinstance(i, BoxItem)} == {b.node: b for b in wanted.boxes}
    assert {i.arrow.edge: i.arrow for i in items if isinstance(i, ArrowItem)} == {
        arrow.edge: arrow for arrow in wanted.arrows
    }
    labels = [item.label for item in items if isinstance(item, LabelItem)]
    assert len(labels) == len(wanted.labels) and all(label in labels for label in wanted.labels)
    assert {item.opacity() for item in items} == {0.35 if session.problem else 1.0}
    assert all(item.pos() == QPointF(0, 0) for item in items)


@pytest.mark.parametrize("level", ["operations", "units", "layers"])
def test_whatever_was_on_its_way_the_canvas_shows_the_step_in_the_end(window, level):
    """Steps forward and back, leaps, each let go on, cut off by the next one, or ended."""
    values = {"W": frozen([[1, 2], [3, 4]]), "b": frozen([1, 2]), "x": frozen([1, 2])}
    window.session.open_program("h = tanh(W x + b); L = sum(h) + sum(h^2)", values, "open")
    window.session.draw_as("draw otherwise", level=level)
    window.scene.animated, dice = True, random.Random(5)
    for _ in range(60):
        here, last = window.session.cursor, len(window.session.trace)
        window.session.seek(dice.choice([here + 1, here + 1, here - 1, here - 1, dice.randrange(last + 1)]))
        if dice.random() < 0.3:
            window.scene._travel.hold(dice.random())
        if dice.random() < 0.1:
            window.session.set_options(highlight=dice.random() < 0.5)
        if dice.random() < 0.5:
            window.scene.finish()
            assert_shown(window)
    window.scene.finish()
    assert_shown(window)


def test_a_glide_begins_where_nodes_were_and_ends_as_dark_as_it_should(window):
    glide(window)
    arrows = [item for item in window.scene.items() if isinstance(item, ArrowItem)]
    assert {item.opacity() for item in arrows} == {0.0}, "not once seen before it begins"
    window.session.set_text("(x+y)z + x +")
    assert window.session.problem is not None
    assert_shown(window)
    window.session.set_text("(x+y)z + x")
    window.scene.finish()
    assert_shown(window)


def test_pan_and_zoom_end_what_the_camera_does(window):
    window.session.open_program(LONG, {}, "open")
    window.session.draw_as("draw operations", level="operations")
    window.scene.animated, camera = True, window.view.camera
    camera.fit()
    camera._motion.hold(0.5)
    middle = camera.seen.center()
    camera.hold()
    QTest.qWait(2 * GLIDE)
    assert camera.seen.center() == middle, "it stays where the hand took hold of it"
    camera.fit()
    window.session.seek(30)  # which follows on the way
    camera._motion.finish()
    assert seen_whole(window), "what it looks at in the end is what counts"


def test_zoom_by_hand_outlives_an_undone_move_and_the_highlight(window):
    window.session.move_node("z", (5.0, 5.0), window.session.gesture())
    window.view.camera.zoom(2.0)
    scale = window.view.transform().m11()
    window.session.undo_stack.undo()
    window.session.set_options(highlight=False)
    window.session.set_value("x", 123456.0)
    assert window.view.transform().m11() == scale
    window.session.set_text("(x y)+z")
    assert seen_whole(window), "with the same names it is another program"


def test_a_place_chosen_on_the_map_stays_when_the_window_changes(window, qtbot):
    window.session.open_program(LONG, {}, "open")
    window.session.draw_as("draw operations", level="operations")
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: window.view.minimap.isVisible())
    QTest.mouseClick(window.view.minimap, LEFT, pos=window.view.minimap.rect().center())
    before = window.view.camera.seen.center().x()
    window.resize(window.width() - 60, window.height())
    QTest.qWait(50)
    assert abs(window.view.camera.seen.center().x() - before) < 100

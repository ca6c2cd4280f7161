"""The canvas: items follow the figure; what the mouse does becomes one edit."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.items import ArrowItem, BoxItem, LabelItem
from app.canvas.scene import MOST_MADE, PIECE
from app.painting.parts import box_rect, label_rect
from app.panels.algorithm_rows import ROW
from app.shell.view_commands import next_theme
from app.widgets.scrubbing import scrub_step, scrubbed

Left = Qt.MouseButton.LeftButton


def items(window, kind):
    return [item for item in window.scene.items() if isinstance(item, kind)]


def drag(view, start, *moves):
    viewport = view.viewport()
    QTest.mousePress(viewport, Left, pos=start)
    for at in moves:
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(at), QPointF(viewport.mapToGlobal(at)), Left, Left,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(viewport, event)
    QTest.mouseRelease(viewport, Left, pos=moves[-1])


def place_of(window, name):
    x, y = window.session.drawing.placement.centres[name]
    return window.view.mapFromScene(QPointF(x, y))


def test_there_is_an_item_for_every_part(window):
    figure = window.session.figure
    assert len(items(window, BoxItem)) == len(figure.boxes) == 5
    assert len(items(window, ArrowItem)) == len(figure.arrows) == 5
    assert len(items(window, LabelItem)) == len(figure.labels)
    window.session.seek(len(window.session.trace))
    assert len(items(window, LabelItem)) == len(window.session.figure.labels)


def test_a_step_keeps_the_items_that_do_not_change(window):
    before = set(items(window, LabelItem))
    window.session.step(1)
    assert before <= set(items(window, LabelItem))


def test_a_step_leaves_the_items_of_other_nodes_alone(window):
    session = window.session
    session.set_text("h = tanh(w1 x + w2 y); g = σ(w3 h + w4 x); L = (g - t)^2 + 0.1 w1^2")
    for before, count in pairwise(session.stops):
        held = {item: item.box for item in items(window, BoxItem)}
        held |= {item: item.arrow for item in items(window, ArrowItem)}
        held |= {item: item.label for item in items(window, LabelItem)}
        session.step(1)
        lit = session.figures.since(before)
        touched = session.trace.touched(lit + 1, count)
        for item in items(window, BoxItem):
            assert item.box is held[item] or item.box.node in touched
        for item in items(window, ArrowItem):
            assert item.arrow is held[item] or {item.arrow.edge.target, item.arrow.edge.source} & touched
        for item in items(window, LabelItem):
            stands_at = item.label.edge.target if item.label.edge else item.label.node
            assert stands_at in touched or item.label is held[item]


def test_the_token_travels_and_arrives(window, qtbot):
    window.scene.animated, window.scene.speed = True, 20.0
    window.session.step(1)
    token = window.scene._token
    qtbot.waitUntil(lambda: not token.isVisible() and token.progress == 1.0)
    assert window.session.snapshot.value("v1") == 3


def test_dragging_a_node_moves_it_as_one_edit(window):
    start = place_of(window, "x")
    drag(window.view, start, start + QPoint(20, 10), start + QPoint(60, 40))
    assert "x" in window.session.document.moved
    assert window.session.undo_stack.count() == 1
    window.session.undo_stack.undo()
    assert window.session.document.moved == {}


def test_clicking_selects_and_the_table_follows(window):
    QTest.mouseClick(window.view.viewport(), Left, pos=place_of(window, "v1"))
    assert window.session.selection == "v1"
    line = window.algorithm.table.currentIndex().data(ROW)
    assert line.node == "v1" and line.part == "forward"


def test_dragging_an_inputs_number_changes_it(window):
    label = next(i for i in items(window, LabelItem) if i.label.node == "y")
    start = window.view.mapFromScene(label.boundingRect().center())
    drag(window.view, start, start + QPoint(8, 0), start + QPoint(20, 0))
    assert window.session.document.values["y"] == pytest.approx(5.5)
    assert window.session.undo_stack.count() == 1


def test_dragging_the_paper_moves_nothing_in_the_document(window):
    at = QPoint(5, 5)
    drag(window.view, at, at + QPoint(30, 30), at + QPoint(60, 60))
    assert window.session.undo_stack.count() == 0


def test_double_click_opens_the_value_for_typing(window):
    QTest.mouseDClick(window.view.viewport(), Left, pos=place_of(window, "z"))
    table = window.algorithm.table
    assert table.currentIndex().data(ROW).node == "z"
    assert table.state() == table.State.EditingState


def test_alt_and_arrows_walk_along_the_edges(window):
    view, alt = window.view, Qt.KeyboardModifier.AltModifier
    for key, expected in [
        (Qt.Key.Key_Left, "f"),
        (Qt.Key.Key_Left, "v1"),
        (Qt.Key.Key_Left, "x"),
        (Qt.Key.Key_Down, "y"),
        (Qt.Key.Key_Right, "v1"),
        (Qt.Key.Key_Right, "f"),
    ]:
        QTest.keyClick(view, key, alt)
        assert window.session.selection == expected
    assert window.session.cursor == 0


def test_the_whole_figure_is_in_view(window):
    seen = window.view.mapToScene(window.view.viewport().rect()).boundingRect()
    assert seen.contains(window.scene.bounds())


def test_a_long_graph_is_scrolled_along_with_the_steps(window):
    window.session.set_text("; ".join(f"a{i + 1} = sin(a{i})" for i in range(30)))
    for _ in range(len(window.session.trace)):
        window.session.step(1)
        lit = [b for b in window.session.figure.boxes if b.mood == "active"]
        seen = window.view.mapToScene(window.view.viewport().rect()).boundingRect()
        assert all(seen.contains(QPointF(*box.centre)) for box in lit)
    assert window.view.transform().m11() >= 0.6


def test_a_sum_of_gradients_is_in_view_when_it_is_told(qtbot, window):
    window.resize(1024, 700)
    window.session.set_text("a = σ(w0 x + b0); c = σ(w1 a + b1 x); L = (c - x)^2 + 0.1 w1^2")
    qtbot.waitUntil(lambda: not window.session.computing)
    told = None
    while told is None:
        window.session.step(1)
        labels = window.session.figure.labels
        told = next((label for label in labels if (label.node, label.role) == ("x", "sum")), None)
    seen = window.view.mapToScene(window.view.viewport().rect()).boundingRect()
    assert told.extent[0] > 150 and seen.contains(label_rect(told))


def test_zoom_has_bounds(window):
    for _ in range(60):
        window.view.camera.zoom(1.5)
    assert window.view.transform().m11() <= 12.001
    for _ in range(90):
        window.view.camera.zoom(0.6)
    assert window.view.transform().m11() >= 0.0499


def test_what_is_hovered_is_told_in_full(window):
    window.session.seek(len(window.session.trace))
    assert window.view.described("v1") == "v₁ = x + y\nvalue 3\ngradient −4"


def test_a_wrong_program_dims_the_figure(window):
    window.session.set_text("(x")
    assert all(item.opacity() < 0.5 for item in items(window, BoxItem))
    window.session.set_text("(x+y)z")
    assert all(item.opacity() == 1 for item in items(window, BoxItem))


@pytest.mark.parametrize(
    ("value", "pixels", "expected"),
    [(5.0, 40, 6.0), (5.0, -40, 4.0), (0.25, 4, 0.26), (-2.0, 0, -2.0), (0.1, -4, 0.0)],
)
def test_scrubbing_goes_in_round_steps(value, pixels, expected):
    assert scrubbed(value, scrub_step(value), pixels) == expected


def coloured(window, name, part):
    """How many pixels around a node have a colour of the theme."""
    item = next(item for item in items(window, BoxItem) if item.box.node == name)
    rect = window.view.mapFromScene(item.sceneBoundingRect()).boundingRect()
    picture = window.view.viewport().grab(rect).toImage()
    wanted = window.theme.colour(part).rgb()
    return sum(picture.pixel(x, y) == wanted for x in range(picture.width()) for y in range(picture.height()))


def test_the_selected_node_is_framed_on_the_canvas(window):
    assert coloured(window, "x", "accent") == 0
    window.session.select("x")
    assert coloured(window, "x", "accent") > 20
    window.session.select("f")
    assert coloured(window, "x", "accent") == 0


def test_a_dimmed_figure_stays_dimmed(window):
    window.session.set_text("(x+")
    window.session.seek(5)
    next_theme(window)
    assert {item.opacity() for item in items(window, LabelItem)} == {0.35}
    window.session.set_text("(x+y)z")
    assert {item.opacity() for item in items(window, LabelItem)} == {1.0}


def test_zooming_keeps_what_is_pointed_at(window):
    at = place_of(window, "x")
    window.view.camera.zoom(1.5, at)
    assert (place_of(window, "x") - at).manhattanLength() <= 3
    middle = window.view.viewport().rect().center()
    before = window.view.mapToScene(middle)
    window.view.camera.zoom(1.25)
    assert (window.view.mapToScene(middle) - before).manhattanLength() <= 3


@pytest.mark.parametrize("text", ["x^2+3x", "softmax(W x + b)", "a+a"])
def test_what_comes_at_the_end_is_in_view_from_the_beginning(window, text):
    window.resize(1000, 640)
    window.session.set_text(text)
    window.session.seek(0)
    window.view.camera.fit()
    window.session.seek(len(window.session.trace))
    seen = window.view.mapToScene(window.view.viewport().rect()).boundingRect()
    assert all(seen.contains(item.sceneBoundingRect()) for item in items(window, LabelItem))


def test_a_sum_of_gradients_is_clear_of_the_edges_that_leave(window):
    window.session.set_text("x^2+3x")
    window.session.seek(len(window.session.trace))
    (total,) = (item.label for item in items(window, LabelItem) if item.label.role == "sum")
    x, _ = total.at
    level = window.session.drawing.placement.centres["x"][1]
    for arrow in window.session.figure.arrows:
        beside = [py for px, py in arrow.route.sampled() if abs(px - x) <= total.extent[0] / 2]
        assert all(abs(py - level) < 0.1 for py in beside)
    assert total.at[1] > level + 12


def test_vectors_that_come_back_to_a_fan_out_cover_no_edge(window):
    window.session.set_text("u = W x; s = norm(u)^2 + sum(u * x1)")
    window.session.seek(len(window.session.trace))
    found = [i.label for i in items(window, LabelItem) if i.label.role == "contribution"]
    assert len(found) == 2
    routes = window.session.drawing.placement.routes
    points = [QPointF(*point) for route in routes for point in route.sampled(12)]
    assert not [point for point in points for label in found if label_rect(label).contains(point)]


@pytest.mark.parametrize("by", [1, -1])
def test_the_camera_moves_seldom_and_shows_every_step(window, by):
    session, camera = window.session, window.view.camera
    session.set_text("; ".join(f"h{i} = tanh(w{i} {'x' if i == 1 else f'h{i - 1}'})" for i in range(1, 41)))
    session.seek(0 if by > 0 else len(session.trace))
    moves, steps = 0, len(session.stops) - 1
    for _ in range(steps):
        before = camera.seen.center()
        session.step(by)
        moves += camera.seen.center() != before
        active = [box for box in session.figure.boxes if box.mood in ("active", "receiving")]
        assert all(camera.seen.contains(box_rect(box)) for box in active)
    assert 5 <= moves <= steps / 5


def test_presenting_fills_the_screen(window):
    window.actions_by_id["present"].trigger()
    window.view.resize(1900, 1000)
    window.view.camera.present(True)
    bounds, seen = window.scene.bounds(), window.view.viewport().rect()
    scale = window.view.transform().m11()
    assert max(bounds.width() * scale / seen.width(), bounds.height() * scale / seen.height()) > 0.9
    window.presentation.stop()


@pytest.mark.parametrize("typed", [r"\mathbf{w}", r"\mathcal{w}", r"\vec{w}"])
def test_a_name_typed_in_another_alphabet_is_drawn_anew_and_undone(window, typed):
    def seen():
        window.scene.clearSelection()
        return window.view.viewport().grab().toImage()

    session = window.session
    session.set_text("w·x", session.gesture())
    plain, drawing = seen(), session.drawing
    session.set_text(f"{typed}·x", session.gesture())
    printed = seen()
    assert session.drawing.symbols["w"] != drawing.symbols["w"]
    assert printed != plain
    session.undo_stack.undo()
    assert seen() == plain
    session.undo_stack.redo()
    assert seen() == printed


def test_a_large_figure_is_made_in_pieces_while_the_window_lives(window, qtbot):
    window.session.set_text(" ".join(["x"] * 400))
    assert not window.session.computing and window.scene._ticker.running
    assert not window.view.viewport().updatesEnabled(), "a growing picture is not painted"
    work = window.scene._update_all(window.session.figures)
    before = len(window.scene.items())
    for _ in work:
        made = len(window.scene.items())
        assert made - before <= 6 * PIECE  # a node has its box, arrows and labels
        before = made
    qtbot.waitUntil(lambda: not window.scene._ticker.running, timeout=120_000)
    figure = window.session.figure
    assert len(items(window, BoxItem)) == len(figure.boxes) > MOST_MADE
    assert len(items(window, LabelItem)) == len(figure.labels)
    assert window.view.viewport().updatesEnabled()
    assert window.view.sceneRect().contains(window.scene.bounds())


def test_another_program_ends_what_is_being_made(window, qtbot):
    window.session.set_text(" ".join(["x"] * 400))
    assert window.scene._ticker.running
    window.session.set_text("u v")
    assert not window.scene._ticker.running and window.view.viewport().updatesEnabled()
    assert len(items(window, BoxItem)) == len(window.session.figure.boxes) == 3

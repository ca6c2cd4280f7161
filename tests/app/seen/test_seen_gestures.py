"""What the hand does is what the eye sees: paper, nodes and numbers follow it, and mistakes are marked."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.items import BoxItem, LabelItem
from core.notation.names import in_text
from tests.app.seen.pixels import around, widget

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def drag(view, start, by):
    """Press, move in two goes and let go."""
    viewport, start = view.viewport(), QPoint(*map(round, start))
    QTest.mousePress(viewport, LEFT, pos=start)
    for share in (0.5, 1.0):
        at = QPointF(start) + share * QPointF(*by)
        move = QMouseEvent(QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), LEFT, LEFT, NONE)
        QApplication.sendEvent(viewport, move)
    QTest.mouseRelease(viewport, LEFT, pos=start + QPoint(*by))


def lit(window):
    """The middle of the lit box, in the canvas as it is on the screen."""
    return widget(window.view.viewport(), window.theme).middle("lit")


@pytest.fixture
def stepped(window):
    """One box is lit, and the figure is larger than the view, so that it can be moved."""
    window.session.set_text("exp(x)")
    window.session.step(1)
    window.view.camera.zoom(1.5)
    return window


def test_the_paper_follows_the_hand(stepped):
    before = lit(stepped)
    drag(stepped.view, (8, 8), (60, 40))
    moved = lit(stepped) - before
    assert moved == pytest.approx([60, 40], abs=4)


def test_a_node_follows_the_hand(stepped):
    before = lit(stepped)
    drag(stepped.view, before, (50, 70))
    assert lit(stepped) - before == pytest.approx([50, 70], abs=6)
    assert stepped.session.undo_stack.undoText() == "move f"


@pytest.mark.parametrize(("turn", "grows"), [(120, True), (-120, False)])
def test_turning_the_wheel_away_magnifies(stepped, turn, grows):
    view, control = stepped.view, Qt.KeyboardModifier.ControlModifier
    before = widget(view.viewport(), stepped.theme).amount("lit")
    at = QPointF(view.viewport().rect().center())
    wheel = QWheelEvent(
        *(at, view.viewport().mapToGlobal(at), QPoint(), QPoint(0, turn)),
        *(Qt.MouseButton.NoButton, control, Qt.ScrollPhase.NoScrollPhase, False),
    )
    QApplication.sendEvent(view.viewport(), wheel)
    after = widget(view.viewport(), stepped.theme).amount("lit")
    assert after > 1.1 * before if grows else after < 0.9 * before


@pytest.mark.parametrize(("by", "grows"), [(40, True), (-40, False)])
def test_a_number_grows_to_the_right_on_the_canvas(window, by, grows):
    (label,) = (
        item for item in window.scene.items() if isinstance(item, LabelItem) and item.label.node == "y"
    )
    at = window.view.mapFromScene(label.sceneBoundingRect().center())
    drag(window.view, (at.x(), at.y()), (by, 0))
    after = window.session.document.values["y"]
    assert after > 5 if grows else after < 5


def test_a_click_selects_the_node_under_it(window):
    for item in [item for item in window.scene.items() if isinstance(item, BoxItem)]:
        at = window.view.mapFromScene(item.sceneBoundingRect().center())
        QTest.mouseClick(window.view.viewport(), LEFT, pos=at)
        assert window.session.selection == item.box.node
        seen = widget(window.view.viewport(), window.theme)
        assert seen.middle("accent") == pytest.approx([at.x(), at.y()], abs=6), "its frame is around it"


@pytest.mark.parametrize(("text", "wrong"), [("1 + 2 + 3 + 4 + foo(", 16), ("a + b c) + 1 + 2", 7)])
def test_a_mistake_is_marked_where_it_is(window, text, wrong):
    """A wash of the colour of what is wrong behind the characters, and no others."""
    window.session.set_text(text)
    assert window.session.problem is not None
    editor = window.program.editor
    cursor = editor.textCursor()
    span = window.session.problem.span
    assert span.start <= wrong <= span.end
    ends = []
    for place in (span.start, max(span.end, span.start + 1)):
        cursor.setPosition(min(place, len(text)))
        ends.append(QRectF(editor.cursorRect(cursor)))
    marks = widget(editor.viewport(), window.theme).places("ground")
    assert len(marks) > 30
    assert marks[:, 0].min() >= ends[0].left() - 3 and marks[:, 0].max() <= ends[1].left() + 3
    line = ends[0].center().y()
    assert abs(marks[:, 1].mean() - line) < ends[0].height()


def test_what_is_pointed_at_is_told(window):
    """The words for a node are those of the box that is painted there."""
    seen = widget(window.view.viewport(), window.theme)
    for item in [item for item in window.scene.items() if isinstance(item, BoxItem)]:
        at = window.view.mapFromScene(item.sceneBoundingRect().center())
        assert window.view.described(window.view.node_under(at)).startswith(in_text(item.box.node))
        assert seen.amount("ink", "line", "faint", within=around(at.x(), at.y(), 30, 30)) > 5

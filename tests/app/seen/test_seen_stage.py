"""The spotlight and the laser pointer of the stage, in pixels."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.canvas.spotlight import Spotlight
from app.shell.laser import DOT, RED
from app.shell.stage import LINES
from tests.app.seen.pixels import around, pixels, widget

PROGRAM = "z = w x + b; y = σ(z); L = (y - t)^2"


@pytest.fixture
def spotlight(canvas):
    return Spotlight(canvas.scene)


def lit_and_dimmed(canvas, names):
    """The nodes that look as without a spotlight, and those that are darker."""
    spots = canvas.scene._spot
    seen = {name: canvas.look().mean(canvas.symbol(name)) for name in names}
    canvas.scene.show_spot(type(spots)())
    plain = {name: canvas.look().mean(canvas.symbol(name)) for name in names}
    canvas.scene.show_spot(spots)
    dark = {name for name in names if sum(seen[name]) < 0.6 * sum(plain[name])}
    return {name for name in names if seen[name] == plain[name]}, dark


def test_the_spotlight_follows_the_step_and_dims_all_else(canvas, spotlight):
    canvas.open(PROGRAM, "start", w=1.0, x=2.0, b=-1.0, t=1.0)
    nodes = set(canvas.session.drawing.sizes)
    graph, forward = canvas.session.trace.graph, canvas.session.trace.phases[0][1]
    spotlight.set_on(True)
    assert lit_and_dimmed(canvas, nodes) == (nodes, set())  # nothing has happened yet
    for step in range(1, len(canvas.session.trace) + 1):
        canvas.session.seek(step)
        fact = canvas.session.trace.steps[step - 1]
        args = [fact.arg] if hasattr(fact, "arg") else graph.nodes[fact.node].args if step <= forward else []
        touched = {fact.node, *args} & nodes
        lit, dark = lit_and_dimmed(canvas, nodes)
        assert touched <= lit and dark == nodes - lit and dark, step
        assert len(lit) <= 3
    spotlight.set_on(False)
    assert lit_and_dimmed(canvas, nodes) == (nodes, set())


def test_the_way_of_a_gradient_and_its_numbers_are_lit(canvas, spotlight):
    canvas.open("y = σ(z); L = y^2", "end", z=1.0)
    way = canvas.gap("y", "L", 18, 18).adjusted(6, 0, -6, 0)
    canvas.go("backward:1")
    plain = canvas.look()
    spotlight.set_on(True)
    lit = canvas.look()
    assert plain.amount("gradient", within=way) == lit.amount("gradient", within=way) > 0
    far = canvas.gap("z", "y", 18, 18).adjusted(6, 0, -6, 0)
    assert lit.mean(far) != plain.mean(far)


@pytest.fixture
def stage(window, qtbot, theme):
    window.set_theme(theme)
    window.session.set_text(PROGRAM)
    window.presentation.start(len(window.session.trace) - 1)
    qtbot.waitUntil(lambda: window.presentation.staging.settled)
    window.showNormal()
    window.resize(1920, 1080)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: window.presentation.staging.settled)
    yield window
    window.presentation.stop()


def reds(window):
    """Where the laser's own red is seen: the middle, and how far it reaches across."""
    image = window.grab().toImage()
    found = (abs(pixels(image).astype(int) - RED.getRgb()[:3]).sum(axis=2) < 12).nonzero()
    assert len(found[0]), "no dot is seen"
    down, across = found
    return across.mean(), down.mean(), float(across.max() - across.min() + 1)


def test_the_dot_is_where_the_pointer_is_and_as_large_as_it_says(stage):
    laser = stage.presentation.laser
    QTest.keyClick(stage.view, Qt.Key.Key_L)
    assert laser.isVisible() and laser.geometry() == stage.rect()
    assert laser.cursor().shape() == Qt.CursorShape.BlankCursor
    for at in (QPoint(300, 150), QPoint(1500, 900)):
        QTest.mouseMove(laser, at - QPoint(200, 100))
        QTest.mouseMove(laser, at)
        x, y, size = reds(stage)
        assert abs(x - at.x()) < 1.5 and abs(y - at.y()) < 1.5
        assert abs(size - DOT * stage.height() / LINES) <= 3
    QTest.keyClick(stage.view, Qt.Key.Key_L)
    assert not laser.isVisible()


def test_the_trail_fades(stage):
    laser = stage.presentation.laser
    empty = pixels(stage.grab().toImage()).astype(int)
    QTest.keyClick(stage.view, Qt.Key.Key_L)
    for x in range(600, 901, 30):
        QTest.mouseMove(laser, QPoint(x, 40))
    amounts = []
    for _ in range(12):
        now = pixels(stage.grab().toImage()).astype(int)
        amounts.append(int((abs(now - empty).sum(axis=2) > 15).sum()))
        laser.fade()
    assert amounts[0] > 3 * amounts[-1] > 0 and amounts == sorted(amounts, reverse=True)
    assert not laser._timer.isActive()


def test_keys_and_steps_go_on_below_the_dot_and_the_mouse_does_nothing(stage):
    QTest.keyClick(stage.view, Qt.Key.Key_L)
    laser, session, place = stage.presentation.laser, stage.session, stage.session.place
    node = next(iter(session.drawing.sizes))
    at = stage.view.mapFromScene(*session.drawing.placement.centres[node])
    over = stage.childAt(stage.view.mapTo(stage, at))
    assert over is laser
    QTest.mouseClick(laser, Qt.MouseButton.LeftButton, pos=stage.view.mapTo(stage, at))
    assert not session.selection
    QTest.keyClick(stage.view, Qt.Key.Key_PageUp)
    assert session.place == place - 1


def test_a_spotlight_is_switched_by_its_key_and_ends_with_the_show(stage):
    def corner():
        return widget(stage.view, stage.theme).mean(around(stage.view.width() - 20, 20, 10, 10))

    bright = corner()
    QTest.keyClick(stage.view, Qt.Key.Key_S)
    dim = corner()
    assert sum(dim) < 0.5 * sum(bright)
    assert stage.grab().toImage().pixelColor(10, stage.height() - 10) == QColor(stage.theme.paper)
    QTest.keyClick(stage.view, Qt.Key.Key_S)
    assert corner() == bright
    QTest.keyClick(stage.view, Qt.Key.Key_S)
    stage.presentation.stop()
    stage.view.camera.fit()
    assert corner() == bright
    assert stage.scene._spot.isEmpty()


def test_the_line_above_the_stage_is_as_high_as_the_program_that_comes(stage, qtbot):
    line = stage.header.line
    plain = line.height()
    stage.session.set_text("L = 1/2 (y - t)^2")
    qtbot.waitUntil(lambda: line.height() > plain)
    assert line.height() >= line.box.height
    ground = stage.theme.colour("paper")
    inked = (
        abs(pixels(line.grab().toImage()).astype(int) - ground.getRgb()[:3]).max(axis=(1, 2)) > 40
    ).nonzero()[0]
    assert inked[0] > 1 and inked[-1] < line.height() - 2

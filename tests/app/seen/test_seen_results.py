"""Results beside the steps: what a lecturer needs of one update is in view without another workspace."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest

from core.figure.plot import Symbol, Text

NEURON = "y = σ(w·x + b); L = bce(y, t)"
NET = "h = tanh(W x + c); y = σ(v·h + b); L = bce(y, t)"


@pytest.fixture
def lesson(window):
    """The window at 1440 × 900, in Step, with a program that has parameters and data."""

    def lesson(text):
        window.resize(1440, 900)
        window.session.set_text(text)
        window.training.change("train on gauss", trains="program", data="gauss", samples=60, rate=0.5)
        QTest.qWait(1)
        return window

    return lesson


def part_of(window, widget):
    """Where a widget is in the window, as far as it is seen."""
    seen = widget.visibleRegion().boundingRect()
    return QRect(widget.mapTo(window, seen.topLeft()), seen.size())


def view(window, name):
    found = window.panes["training"].made.views[name]
    found.grab()
    return found


def points(shown):
    return [part for part in shown.sheet.parts if isinstance(part, Symbol) and part.row >= 0]


def click(shown, part):
    QTest.mouseClick(shown, Qt.MouseButton.LeftButton, pos=QPoint(round(part.x) + 6, round(part.y) + 6))


def numbers_in(shown):
    """The numbers in the cells of matrices, by the keys of these."""
    return {
        (part.key, part.entry): part.math.text
        for part in shown.sheet.parts
        if isinstance(part, Text) and part.entry
    }


def on_plane(shown, key):
    """A line of the plane, in the units of its axes."""
    frame = shown.sheet.frame
    (line,) = (part for part in shown.sheet.parts if part.key == key)
    shares = (line.points - (frame.x, frame.y)) / (frame.width, frame.height)
    return shares * 12 + (-6, -6)


def farthest(one, other):
    """How far the points of a line are from those of another at most, in units of the axes."""
    return np.sqrt(((one[:, None] - other) ** 2).sum(axis=2).min(axis=1).max())


@pytest.mark.parametrize("text", [NEURON, NET])
def test_one_update_is_in_view_from_the_click_on_a_point_to_the_new_boundary(lesson, text):
    window = lesson(text)
    assert window.arrangement.workspace.name == "step" and window.panes["training"].seen
    boundary, weights = view(window, "boundary"), view(window, "weights")
    assert boundary.isVisible() and weights.isVisible()
    assert part_of(window, boundary).height() == boundary.height(), "the plane is whole"
    # a click on a point puts its sample on the canvas
    chosen = next(part for part in points(boundary) if part.row != window.training.sample)
    click(boundary, chosen)
    assert window.training.sample == chosen.row
    data = window.training.run.setup.dataset
    assert np.allclose(window.session.trace.inputs["x"], data.inputs[chosen.row])
    assert any(part.key == "chosen" for part in view(window, "boundary").sheet.parts)
    # forward and back: values and gradients on the canvas
    QTest.keyClick(window.view, Qt.Key.Key_End)
    canvas = part_of(window, window.view.viewport())
    learned = window.training.run.trainer.learned()
    looked_at = [label for label in window.session.figure.labels if label.node in learned]
    assert {label.role for label in looked_at} >= {"value", "gradient"}
    for label in looked_at:
        at = window.view.mapFromScene(*label.at)
        assert canvas.contains(window.view.viewport().mapTo(window, at)), label
    # one update: other weights, other values, the boundary before and after
    line = on_plane(view(window, "boundary"), "boundary")
    before, loss = numbers_in(view(window, "weights")), window.session.trace.last.value("L")
    window.actions_by_id["train_step"].trigger()
    assert window.arrangement.workspace.name == "step" and window.session.cursor == len(window.session.trace)
    was, now = (on_plane(view(window, "boundary"), key) for key in ("before", "boundary"))
    assert farthest(was, line) < 0.02 < farthest(now, line)
    assert numbers_in(view(window, "weights")) != before
    assert window.session.trace.last.value("L") != loss
    learned = window.training.run.trainer.learned()
    for name, value in learned.items():
        assert np.array_equal(np.asarray(window.session.trace.inputs[name]), np.asarray(value)), name
    assert not window.notice.isVisible()

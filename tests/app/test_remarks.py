"""The remarks below the program: how it was read where it could be read otherwise, and that by a click."""

import pytest
from PySide6.QtCore import Qt

from app.panels.program import ProgramPanel
from app.state.session import Session
from app.state.training_session import TrainingSession
from core.notation.printers import reading


@pytest.fixture
def panel(qtbot):
    session = Session()
    panel = ProgramPanel(session, TrainingSession(session))
    qtbot.addWidget(panel)
    panel.resize(280, 400)
    panel.show()
    return panel


def typed(qtbot, panel, text):
    panel.editor.setPlainText(text)
    panel.apply_now()
    qtbot.waitUntil(lambda: not panel.session.computing and not panel._show_problem_later.isActive())


OTHERWISE = [
    ("wx + b", "wx is read as w · x.", "\\mathrm{wx} + b", "wx + b"),
    ("1/2x", "1/2x is read as (1/2)·x.", "1/(2 x)", "1 / (2 · x)"),
    ("y + x^(2)", "x^(2) is read as a power; a layer's number is ", "y + x^{(2)}", "y + x⁽²⁾"),
    ("\\sum_i x_i - 2", "The sum over i is taken of x_i.", "\\sum_i (x_i - 2)", "sum(x − 2)"),
    (
        "2 \\sum_i x_i + w_i",
        "The sum over i is taken of x_i + w_i.",
        "2 (\\sum_i x_i) + w_i",
        "2 · sum(x) + w_i",
    ),
]


@pytest.mark.parametrize(("text", "said", "other", "read"), OTHERWISE)
def test_the_other_reading_is_one_click_away(qtbot, panel, text, said, other, read):
    typed(qtbot, panel, text)
    assert said in panel.remarks.text()
    (button,) = panel.remarks.buttons
    assert button.text().startswith("Write ") and button.text().endswith(" instead")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.session.computing)
    assert panel.session.document.text == panel.editor.toPlainText() == other
    assert reading(panel.session.trace.graph.program) == read
    panel.session.undo_stack.undo()
    assert panel.session.document.text == text


def test_remarks_with_another_reading_come_first_and_the_rest_is_counted(qtbot, panel):
    typed(qtbot, panel, "\\log p + \\ln q + \\exp r + \\tanh s + wx")
    assert panel.remarks.text().splitlines()[0] == "wx is read as w · x."
    assert panel.remarks.more.text() == "… and 2 more" and panel.remarks.more.isVisible()


def test_without_anything_to_say_nothing_is_shown(qtbot, panel):
    typed(qtbot, panel, "x + y")
    assert not panel.remarks.isVisible()


def test_a_problem_hides_the_remarks(qtbot, panel):
    typed(qtbot, panel, "wx")
    typed(qtbot, panel, "wx +")
    assert not panel.remarks.isVisible() and panel.message.isVisible()

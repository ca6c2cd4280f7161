"""The guided steps of a scene: what each does on the canvas, undone and restored, by mouse and keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.painting.parts import LIGHT_BEYOND, box_rect
from app.widgets.theme import LIGHT
from core.lectures.catalogue import scene_file, scene_files
from core.project.document import EXAMPLE
from tests.app.seen.pixels import widget


@pytest.fixture
def guided(window):
    """The window with a scene open, its steps beside the canvas."""

    def open_scene(id):
        window.session.replace_document(scene_file(id).document(), None)
        return window.panes["guide"].made

    return open_scene


def test_a_scene_opens_with_its_first_step_beside_the_canvas(window, guided):
    panel = guided("U6")
    assert window.panes["guide"].seen and panel.guide.place == 0
    assert panel.title.text() == "Backpropagation through a neuron: σ(w·x + b)"
    assert window.session.cursor == window.session.trace.position("forward:5")
    assert window.session.is_saved and not window.session.undo_stack.canUndo()
    assert panel.errata.isVisible() and "0.1966" in panel.errata.text()


def test_next_moves_text_and_canvas_together_and_back_again(window, guided):
    panel, session = guided("U6"), window.session
    QTest.mouseClick(panel.next, Qt.MouseButton.LeftButton)
    assert panel.card.title.text() == "2   One at the output"
    assert session.cursor == session.trace.position("seed")
    QTest.mouseClick(panel.next, Qt.MouseButton.LeftButton)
    assert session.cursor == session.trace.position("backward:1") and session.looked_at == ("g",)
    QTest.mouseClick(panel.back, Qt.MouseButton.LeftButton)
    assert session.cursor == session.trace.position("seed")
    assert not session.undo_stack.canUndo(), "only the place in the passes has changed"


def test_what_changes_something_waits_to_be_shown_and_is_put_back(window, guided):
    panel, session = guided("P9"), window.session
    panel.guide.go(6)
    assert session.document.values["x"] == -2 and session.trace.last.value("f") == -12
    QTest.mouseClick(panel.card.show_me, Qt.MouseButton.LeftButton)
    assert session.document.values["x"] == -1.99
    assert float(session.trace.last.value("f")) == pytest.approx(-12.04)
    assert session.undo_stack.undoText() == "guided step 7"
    QTest.mouseClick(panel.card.put_back, Qt.MouseButton.LeftButton)
    assert session.document.values["x"] == -2
    session.undo_stack.undo()
    assert session.document.values["x"] == -1.99


def test_who_leaves_the_path_finds_it_again(window, guided):
    panel, session = guided("U6"), window.session
    session.set_value("b", 100.0)
    session.seek(0)
    QTest.mouseClick(panel.next, Qt.MouseButton.LeftButton)
    assert session.document.values["b"] == -3 and session.cursor == session.trace.position("seed")
    session.undo_stack.undo()
    assert session.document.values["b"] == 100, "what was done meanwhile is not lost"


def test_steps_after_a_variant_are_of_that_program_and_the_switch_goes_back(window, guided):
    panel, session = guided("U6"), window.session
    panel.guide.go(5)
    panel.guide.show_me()
    assert session.document.scene.named == "as small gates" and "n = -g" in session.document.text
    (first, *_, last) = panel._group.buttons()
    assert last.isChecked() and not first.isChecked()
    first.click()
    assert session.document.text == scene_file("U6").document().text and first.isChecked()
    panel.guide.choose_variant("as vectors")
    assert "w·x" in session.document.text and panel.guide.place == 5


def test_what_a_step_speaks_of_is_lit_and_lines_stay_seen_on_it(window, guided):
    guided("U6")
    scene, theme = window.scene, LIGHT
    lit, dark = scene._nodes["g"].box, scene._nodes["v1"].box
    assert lit.looked_at and not dark.looked_at
    window.view.camera.fit()
    rect = box_rect(lit.box)
    beside = window.view.mapFromScene(rect.left() + rect.width() / 2, rect.bottom() + LIGHT_BEYOND / 2)
    other = box_rect(dark.box)
    plain = window.view.mapFromScene(other.left() + other.width() / 2, other.bottom() + LIGHT_BEYOND / 2)
    seen = window.view.viewport().grab().toImage()
    assert seen.pixelColor(plain) == theme.colour("paper")
    found = seen.pixelColor(beside)
    assert found.blue() > found.red() + 30, "a light in the accent"
    window.panes["guide"].close()
    assert not window.session.looked_at and not lit.looked_at


def test_the_progress_says_what_was_seen(window, guided):
    panel = guided("S10")
    panel.guide.go(1)
    panel.guide.go(2)
    assert [panel.progress.colour(place) for place in range(6)] == ["value", "value", "accent", "", "", ""]
    seen = widget(panel.progress, LIGHT)
    assert seen.amount("accent") > 20 and seen.amount("value") > 20
    marks = [panel._steps_box.itemAt(k).widget() for k in range(6)]
    assert [getattr(part, "mark", "") for part in marks] == ["✓", "✓", "", "4", "5", "6"]


def test_a_program_without_a_scene_has_no_guide(window, guided):
    guided("U6")
    window.session.replace_document(EXAMPLE, None)
    assert not window.panes["guide"].seen and not window.session.looked_at
    window.session.undo_stack.undo()


def test_the_way_on_is_in_view_in_a_small_window_and_so_is_the_present_step(window, guided):
    window.resize(1024, 700)
    panel = guided("U6")
    QApplication.processEvents()
    for place in range(6):
        panel.guide.go(place)
        QApplication.processEvents()
        frame = window.rect()
        for part in (panel.next, panel.card.show_me):
            corner = part.mapTo(window, part.rect().bottomRight())
            assert frame.contains(corner) and part.visibleRegion().boundingRect() == part.rect(), place


def test_without_a_scene_it_says_where_scenes_are(window):
    panel = window.panes["guide"].open()
    assert panel.empty.isVisible() and "Ctrl+3" in panel.empty.text()
    assert not panel.next.isVisible() and not panel.title.isVisible()
    panel.home.click()
    assert window.arrangement.workspace.name == "lectures"


def test_it_is_used_by_keys_alone(window, guided):
    panel = guided("U6")
    panel.next.setFocus()
    QTest.keyClick(panel.next, Qt.Key.Key_Space)
    assert panel.guide.place == 1
    assert panel.next.accessibleName() == "" and panel.next.text() == "Next: through σ"
    panel.card.show_me.setFocus()
    QTest.keyClick(panel.card.show_me, Qt.Key.Key_Space)
    assert window.session.cursor == window.session.trace.position("seed")


@pytest.mark.parametrize("file", scene_files(), ids=lambda file: file.id)
def test_every_guided_step_acts(window, guided, file):
    panel, session = guided(file.id), window.session
    for place in range(len(panel.guide.steps)):
        panel.guide.go(place)
        panel.guide.put_back()
        before = session.document, session.cursor, session.selection
        panel.guide.show_me()
        assert (session.document, session.cursor, session.selection) != before or place == 0
        assert session.problem is None and set(session.looked_at) == set(panel.guide.step.look)

"""Views of a training in the window: a camera on each, and one of them alone on the stage."""

from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from app.formula import measured
from app.shell.figure_dialog import FigureDialog
from core.figure.plot import Line, Text, placed
from core.project.document import EXAMPLE
from core.training.curve_plot import loss_plot


@pytest.fixture
def trained(window):
    """The window in its workspace for training, after an epoch on circle."""
    window.session.replace_document(EXAMPLE, None)
    window.resize(1440, 900)
    window.show()
    window.show_workspace("train")
    window.training.step_epoch()
    yield window
    window.presentation.stop()
    window.show_workspace("step")


@pytest.fixture
def answered(trained, monkeypatch, tmp_path):
    """Its questions are answered: a view is saved as v.svg."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(tmp_path / "v.svg"), ""))
    monkeypatch.setattr(FigureDialog, "exec", lambda dialog: dialog.accept() or dialog.result())
    return tmp_path / "v.svg"


def size_of(path):
    root = ElementTree.parse(path).getroot()
    return [float(root.get(side).removesuffix("pt")) for side in ("width", "height")]


def test_a_view_is_saved_as_large_as_it_is_on_the_screen_or_as_is_chosen(trained, answered):
    shown = trained.panes["training"].made.views["boundary"]
    trained.settings.set("fit", "")
    QTest.mouseClick(shown.camera, Qt.MouseButton.LeftButton)
    width, height = size_of(answered)
    assert width == pytest.approx(0.75 * shown.width(), abs=1) and height <= 0.75 * shown.height() + 1
    trained.settings.set("fit", "8x8cm")
    QTest.mouseClick(shown.camera, Qt.MouseButton.LeftButton)
    assert size_of(answered)[0] == pytest.approx(8 / 2.54 * 72, abs=0.5)
    trained.settings.set("fit", "")


def test_the_dialog_says_how_large_text_becomes(trained, monkeypatch):
    said = []
    monkeypatch.setattr(FigureDialog, "exec", lambda dialog: said.append(dialog.said.text()) or 0)
    for fit in ("", "slide"):
        trained.settings.set("fit", fit)
        trained.training.viewing.save("loss")
    trained.settings.set("fit", "")
    assert said[0].startswith("Text of ") and said[0] != said[1]


def test_the_camera_leaves_the_title_and_its_numbers_free(trained):
    panel = trained.panes["training"].made
    for name in ("boundary", "loss", "weights"):
        panel.show_page("weights" if name == "weights" else "loss")
        view = panel.views[name]
        view.grab()
        corner = view.camera.geometry().translated(-6, -6)
        for part in view.sheet.parts:
            if isinstance(part, Text) and part.anchor == "right":
                assert part.x <= corner.left() or part.y - part.size > corner.bottom(), (name, part.key)


@pytest.mark.parametrize("width", [150, 190, 230, 400])
def test_what_a_narrow_loss_says_is_in_view(trained, width):
    for corner in (0.0, 20.0):
        sheet = placed(loss_plot(trained.training.run), width, 120, 13, measured, corner)
        said = [part for part in sheet.parts if part.key == "said"]
        assert all((part.points >= 0).all() for part in said if isinstance(part, Line))
        if width >= 230:
            assert all(part.x - measured(part.math, 13)[0] >= 0 for part in said if isinstance(part, Text))


def test_the_stage_shows_the_view_that_was_used_alone_and_large(trained):
    trained.panes["training"].made.views["loss"].viewing.use("loss")
    updates = trained.training.run.trainer.updates
    trained.presentation.start(0)
    (stage,) = [
        child for child in trained.children() if getattr(child, "accessibleName", str)() == "Present view"
    ]
    trained.resize(1920, 1080)
    stage.setGeometry(trained.rect())
    view = stage.currentWidget()
    view.grab()
    assert view.view.name == "loss" and stage.isVisible() and stage.geometry() == trained.rect()
    least = min(part.size for part in view.sheet.parts if isinstance(part, Text))
    assert least * 1080 / trained.height() >= 36
    assert view.sheet.frame.height > 0.6 * trained.height()
    QTest.keyClick(trained, Qt.Key.Key_Down)
    assert stage.currentWidget().view.name == "accuracy"
    QTest.keyClick(trained, Qt.Key.Key_PageUp)
    QTest.keyClick(trained, Qt.Key.Key_Up)
    assert stage.currentWidget().view.name == "boundary"
    QTest.keyClick(trained, Qt.Key.Key_Right)
    assert trained.training.run.trainer.updates == updates + 1
    QTest.keyClick(trained, Qt.Key.Key_Escape)
    assert not trained.presentation.active
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    trained.training.viewing.use("loss")  # what has gone is told nothing
    assert not [child for child in trained.children() if child is stage and stage.isVisible()]


def test_matrices_on_a_stage_are_all_in_view(trained):
    trained.training.change("set layers", hidden=(16, 16))
    trained.training.viewing.use("weights")
    trained.presentation.start(0)
    (stage,) = [
        child for child in trained.children() if getattr(child, "accessibleName", str)() == "Present view"
    ]
    view = stage.currentWidget()
    view.grab()
    assert view.view.name == "weights"
    for cells in view.sheet.cells:
        assert cells.y + cells.height <= view.height() and cells.x + cells.width <= view.width()

"""Saving what is on the canvas by the menu: the file that is asked for is written whole."""

import ast
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QProgressDialog

from app.figures import files
from app.figures.kinds import FIGURE_KINDS
from app.shell import saving
from app.shell.exports import EXPORTS
from app.shell.figure_dialog import CHOICES, FigureDialog
from app.shell.file_dialogs import ask_for_kind
from app.shell.fitted import OfGraph
from app.shell.sheets import NOTATION
from core.figure import TARGETS
from core.graph.programs import read_program
from core.project.document import Document


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Answers the question for a file; the dialog itself is the system's."""

    monkeypatch.setattr(FigureDialog, "exec", lambda dialog: dialog.accept() or dialog.result())

    def answer(name, kind=""):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(tmp_path / name), kind))
        return tmp_path / name

    return answer


@pytest.mark.parametrize("kind", FIGURE_KINDS, ids=lambda kind: kind.name)
def test_a_figure_of_the_present_step_is_saved(window, asked, kind):
    path = asked(f"step{kind.suffix}")
    window.actions_by_id["figure"].trigger()
    assert path.stat().st_size > 500


@pytest.mark.parametrize("kind", FIGURE_KINDS, ids=lambda kind: kind.name)
def test_in_train_the_net_is_saved_as_it_was_when_that_was_asked_for(window, asked, monkeypatch, kind):
    window.show_workspace("train")
    window.training.step(40)
    before = window.net.figure
    path, written = asked(f"net{kind.suffix}"), []

    def accept(dialog):
        window.training.step(40)  # which goes on while one is asked
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(FigureDialog, "exec", accept)
    write = files.write_figure
    monkeypatch.setattr(
        files,
        "write_figure",
        lambda figure, *args, **named: written.append(figure) or write(figure, *args, **named),
    )
    window.actions_by_id["figure"].trigger()
    assert path.stat().st_size > 2000
    assert written == [before] and window.net.figure is not before


def test_a_net_fills_the_place_it_is_saved_for(window, asked, monkeypatch):
    window.show_workspace("train")
    path = asked("net.svg")
    monkeypatch.setattr(
        FigureDialog, "exec", lambda dialog: dialog.choice.setCurrentIndex(1) or dialog.accept() or True
    )
    window.actions_by_id["figure"].trigger()
    width, height = size_of(path)
    slide = TARGETS["slide"]
    assert max(width / slide.width, height / slide.height) == pytest.approx(1, abs=0.01)


def test_all_steps_are_saved_as_pages(window, asked):
    path = asked("steps.pdf")
    window.actions_by_id["figures"].trigger()
    assert path.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("overwritten", [False, True])
def test_numbered_files_that_exist_are_asked_about_once(window, asked, tmp_path, monkeypatch, overwritten):
    asked("steps.svg")
    old = [tmp_path / "steps-01.svg", tmp_path / "steps-02.svg"]
    for path in old:
        path.write_bytes(b"before")
    sentences = []

    def ask(parent, sentence, buttons):
        sentences.append(sentence)
        return 0 if overwritten else 1

    monkeypatch.setattr("app.shell.message_boxes.ask", ask)
    window.actions_by_id["figures"].trigger()
    assert sentences == ["steps-01.svg and 1 more exist already. Overwrite them?"]
    assert all((path.read_bytes() == b"before") != overwritten for path in old)
    assert (tmp_path / "steps-00.svg").exists() == overwritten


def test_saving_all_steps_can_be_cancelled_and_leaves_no_file(window, asked, said, qtbot, monkeypatch):
    monkeypatch.setattr(saving, "PATIENCE", 0)
    path = asked("steps.pdf")
    window.session.set_text(" + ".join(f"tanh({i} x)" for i in range(1, 60)))

    def cancel():
        dialogs_shown = window.findChildren(QProgressDialog)
        if dialogs_shown and dialogs_shown[0].value() > 20:
            dialogs_shown[0].cancel()
            timer.stop()

    timer = QTimer(interval=0)
    timer.timeout.connect(cancel)
    timer.start()
    window.actions_by_id["figures"].trigger()
    assert not timer.isActive(), "the window was never asked"
    assert said == ["Saving was cancelled"] and not path.exists()
    qtbot.waitUntil(lambda: not window.findChildren(QProgressDialog))


def test_the_graph_is_saved_for_other_programs(window, asked):
    path = asked("graph.graphml")
    window.actions_by_id["graphml"].trigger()
    nodes = [e.get("id") for e in ElementTree.parse(path).iter() if e.tag.endswith("}node")]
    assert set(nodes) == set(window.session.trace.graph.nodes)


def test_the_figure_goes_to_the_clipboard(window):
    from PySide6.QtGui import QGuiApplication

    window.actions_by_id["copy_figure"].trigger()
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage() and "image/svg+xml" in data.formats()


# -- what figures are for


@pytest.fixture
def figure_dialog(window, qtbot):
    """The dialog that asks what a figure is for."""

    def opened(counts=(7,)):
        dialog = FigureDialog(window, "Save figure", OfGraph(window, counts))
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return opened


def size_of(path):
    text = path.read_text(encoding="utf-8")
    return tuple(map(float, re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', text).groups()))


def test_the_text_of_an_svg_is_outlines_or_text_with_its_fonts(window, asked, monkeypatch):
    path = asked("step.svg")
    for text, has_text in (
        ("Outlines, the same everywhere", False),
        ("Text with its fonts, for browsers", True),
    ):

        def choose(dialog, text=text):
            dialog.text_choice.setCurrentText(text)
            dialog.accept()
            return dialog.result()

        monkeypatch.setattr(FigureDialog, "exec", choose)
        window.actions_by_id["figure"].trigger()
        assert ("<text" in path.read_text(encoding="utf-8")) is has_text
    assert FigureDialog(window, "Save figure", OfGraph(window, (7,))).text == "fonts"  # as it was chosen last


def test_a_figure_is_saved_as_on_the_screen_or_for_a_slide(window, asked):
    path = asked("step.svg")
    window.actions_by_id["figure"].trigger()
    plain = size_of(path)
    window.settings.set("fit", "slide")
    window.actions_by_id["figure"].trigger()
    assert size_of(path)[0] == pytest.approx(888, abs=0.01) and plain[0] < 600


def test_all_steps_are_saved_for_a_column(window, asked):
    path = asked("steps.pdf")
    window.settings.set("fit", "column")
    window.actions_by_id["figures"].trigger()
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ", path.read_bytes()))
    assert [float(width) for width in boxes] == [241.0]


def test_the_clipboard_takes_what_figures_were_last_made_for(window):
    from PySide6.QtGui import QGuiApplication

    window.settings.set("fit", "8.5x6cm")
    window.actions_by_id["copy_figure"].trigger()
    svg = QGuiApplication.clipboard().mimeData().data("image/svg+xml").data()
    width = float(re.search(rb'width="([\d.]+)pt"', svg)[1])
    assert width == pytest.approx(8.5 / 2.54 * 72, abs=0.01)
    assert window.transport.said.text() == "The figure is on the clipboard, fit for: 8.5x6cm"


def test_the_dialog_says_at_once_how_large_the_numbers_will_be(window, figure_dialog):
    dialog = figure_dialog()
    assert (dialog.choice.currentText(), dialog.said.text()) == ("As on the screen", "Numbers of 17 pt.")
    for number, name in enumerate(CHOICES):
        dialog.choice.setCurrentIndex(number)
        if name:
            assert dialog.found.target.name == name
            assert dialog.said.text() == f"{dialog.found.summary}."
    window.session.set_text("w·x + " * 12 + "x[0]")
    window.session.unfold_all("numbers")
    dialog = figure_dialog((len(window.session.trace),))
    dialog.choice.setCurrentIndex(1)
    assert dialog.found.remark and dialog.said.text() == f"{dialog.found.remark}."


def test_the_dialog_takes_a_size_of_ones_own_and_says_what_is_none(figure_dialog):
    dialog = figure_dialog()
    assert not dialog.size_field.isEnabled()
    dialog.choice.setCurrentIndex(len(CHOICES))
    assert dialog.size_field.isEnabled() and dialog.found.target.name == "12x8cm"
    dialog.size_field.setText("12 by 8")
    assert dialog.found is None and not dialog.save.isEnabled()
    assert dialog.said.text().startswith("'12 by 8' is not a size for a figure. Write slide, column")
    dialog.size_field.setText("241x360pt")
    assert dialog.save.isEnabled() and dialog.found.target.width == 241


def test_the_dialog_is_answered_by_keys_and_remembers_the_choice(window, figure_dialog, qtbot):
    dialog = figure_dialog()
    assert dialog.choice.hasFocus() or dialog.focusWidget() is dialog.choice
    qtbot.keyClick(dialog.choice, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.choice, Qt.Key.Key_Return)
    assert not dialog.isVisible() and dialog.result() and window.settings.get("fit") == "slide"
    dialog = figure_dialog()
    assert dialog.choice.currentText() == CHOICES["slide"] and dialog.found.target.name == "slide"
    qtbot.keyClick(dialog.choice, Qt.Key.Key_Down)
    qtbot.keyClick(dialog.choice, Qt.Key.Key_Escape)
    assert not dialog.isVisible() and not dialog.result() and window.settings.get("fit") == "slide"


# -- exports


@pytest.fixture
def said(monkeypatch):
    """What is told in a dialog when something went wrong."""
    sentences = []
    monkeypatch.setattr(saving, "complain", lambda window, sentence: sentences.append(sentence))
    return sentences


def exported(window, asked, kind):
    suffix = EXPORTS[kind].kind.suffix
    path = asked(f"net{suffix}", f"{kind} (*{suffix})")
    window.actions_by_id["export"].trigger()
    return path


@pytest.mark.parametrize("kind", [kind for kind, export in EXPORTS.items() if export.kind.suffix == ".py"])
def test_a_script_is_exported(window, asked, said, kind):
    text = exported(window, asked, kind).read_text(encoding="utf-8")
    ast.parse(text)
    assert said == []
    assert ("class Net(" in text) == kind.startswith("Training")
    assert ("import torch" in text) == ("PyTorch" in kind)


@pytest.fixture
def onnx():
    return pytest.importorskip("onnx", reason="the package onnx is not installed")


def test_the_program_is_exported_as_a_model(window, asked, said, onnx):
    graph = onnx.load(exported(window, asked, "Program as ONNX model")).graph
    assert said == []
    assert [part.name for part in graph.input] == list(window.session.trace.graph.free)


def test_what_is_trained_is_exported_at_its_present_weights(window, asked, said, onnx):
    def weights():
        graph = onnx.load(exported(window, asked, "Trained program as ONNX model")).graph
        return {part.name: onnx.numpy_helper.to_array(part) for part in graph.initializer}

    before = weights()
    window.panes["training"].open()
    np.testing.assert_array_equal(weights()["W1"], before["W1"])
    window.training.step(20)
    after = weights()
    assert said == []
    assert not np.array_equal(after["W1"], before["W1"])
    np.testing.assert_allclose(after["W1"], window.training.run.trainer.values()["W1"], 1e-6)


def test_what_cannot_be_exported_is_told(window, asked, said):
    window.session.edit("edit", Document("q^2 p", {"q": 3.0, "p": 1.0}))
    window.training.change("train the program", trains="program")
    path = exported(window, asked, "Training as PyTorch script")
    assert len(said) == 1 and "No name of the program takes the data" in said[0]
    assert not path.exists()


def test_the_last_typing_is_exported(window, asked, said):
    window.program.editor.setPlainText("x^3")
    assert "f = x ** 3" in exported(window, asked, "Program as PyTorch script").read_text(encoding="utf-8")


KINDS = {"One": ".py", "Two": ".py", "Three": ".onnx"}


@pytest.mark.parametrize(
    ("typed", "chosen", "name", "kind"),
    [
        ("a", "Two (*.py)", "a.py", "Two"),
        ("a.py", "Two (*.py)", "a.py", "Two"),
        ("a.PY", "Three (*.onnx)", "a.PY", "One"),
        ("a.onnx", "One (*.py)", "a.onnx", "Three"),
        ("a.b", "Three (*.onnx)", "a.b.onnx", "Three"),
        ("a", "", "a.py", "One"),
    ],
)
def test_the_typed_suffix_and_the_chosen_kind_agree(asked, tmp_path, typed, chosen, name, kind):
    asked(typed, chosen)
    assert ask_for_kind(None, "Export", tmp_path, KINDS) == (tmp_path / name, kind)


@pytest.mark.parametrize(("answer", "found"), [("Overwrite", ("a.py", "One")), ("Cancel", None)])
def test_a_file_that_only_the_added_suffix_names_is_asked_about(qapp, asked, tmp_path, answer, found):
    asked("a").with_name("a.py").write_text("before")

    def choose():
        box = QApplication.activeModalWidget()
        next(button for button in box.buttons() if answer in button.text()).click()

    QTimer.singleShot(0, choose)
    expected = found and (tmp_path / found[0], found[1])
    assert ask_for_kind(None, "Export", tmp_path, KINDS) == expected


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_turning_back_writes_nothing(monkeypatch, window, answer):
    """At the question for a file, or before it at the one what a figure is for."""

    def choose(dialog):
        getattr(dialog, answer)()
        return dialog.result()

    monkeypatch.setattr(FigureDialog, "exec", choose)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: ("", ""))
    monkeypatch.setattr(saving, "_write", lambda *args: pytest.fail("written"))
    for name in ("export", "figure", "figures", "graphml"):
        window.actions_by_id[name].trigger()


def test_what_the_sheet_of_notation_shows_can_be_typed():
    parts = [part for written, _ in NOTATION for part in re.split("[,;] {2}", written) if "…" not in part]
    assert len(parts) > 40
    for part in parts:
        if not part.startswith("#"):
            assert read_program(part)

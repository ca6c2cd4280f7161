"""Notes and names of entries in the window: written, seen, undone, saved, and left out."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu

from app.canvas.items import MARK
from app.cli.main import main
from core.base.arrays import frozen
from core.base.errors import Problem
from core.project.document import LONGEST_NOTE, Document, Drawn, dumps, loads
from tests.app.seen.pixels import around

NEURON = "s = b + w1 x1 + w2 x2; h = σ(s)"
AT = {"b": 0.5, "w1": 1.0, "x1": 2.0, "w2": -2.0, "x2": 0.5}


def mark(canvas, name):
    """Where the mark of a note is at a node."""
    corner = canvas.box(name).topRight()
    return around(corner.x(), corner.y(), MARK, MARK)


def test_a_note_marks_its_node(canvas):
    canvas.open(NEURON, **AT)
    canvas.session.set_options(note_texts=False)
    assert canvas.look().amount("accent", within=mark(canvas, "s")) == 0
    canvas.session.set_note("s", "the sum")
    seen = canvas.look()
    assert seen.amount("accent", within=mark(canvas, "s")) > 20
    assert seen.amount("accent", within=mark(canvas, "h")) == 0
    canvas.session.undo_stack.undo()
    assert canvas.look().amount("accent", within=mark(canvas, "s")) == 0


def test_its_text_stands_below_its_node_and_in_files(canvas, medium):
    canvas.open(NEURON, **AT)
    canvas.session.set_options(note_texts=True)
    canvas.session.set_note("h", "non-linearity")
    (label,) = (label for label in canvas.session.figure.labels if label.role == "note")
    (x, y), (width, height) = label.at, label.extent
    seen = canvas.look(medium)
    assert seen.amount("faint", "line", within=around(x, y + height / 2, width, height)) > 40
    assert y > canvas.box("h").bottom()
    canvas.session.set_options(note_texts=False)
    assert not [label for label in canvas.session.figure.labels if label.role == "note"]


def test_a_note_is_written_by_key_and_by_the_menu_and_read_by_pointing(window, monkeypatch):
    asked = []
    answer = lambda *args: (asked.append(args[2:]) or "a unit\nof a net", True)  # noqa: E731
    monkeypatch.setattr(QInputDialog, "getMultiLineText", answer)
    session = window.session
    session.open_program(NEURON, AT, "open")
    session.select("s")
    QTest.keyClick(window.view, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert session.note_of("s") == "a unit\nof a net" and asked == [("Note on s", "")]
    assert "a unit\nof a net" in window.view.described("s")
    assert "a unit" not in window.view.described("h")
    centre = window.view.mapFromScene(*session.drawing.placement.centres["h"])
    window._canvas_menu(QPoint(centre))
    (menu,) = (shown for shown in window.findChildren(QMenu) if shown.isVisible())
    next(action for action in menu.actions() if action.text() == "Note…").trigger()
    menu.close()
    assert session.note_of("h") == "a unit\nof a net" and session.undo_stack.undoText() == "note h"
    session.undo_stack.undo()
    assert session.note_of("h") == "" and session.note_of("s")


def test_a_note_on_a_term_goes_with_the_term(window):
    session = window.session
    session.open_program(NEURON, AT, "open")
    name = next(node.name for node in session.trace.graph.nodes.values() if node.args == ("w2", "x2"))
    session.set_note(name, "weighted input")
    session.set_text(NEURON.replace("b +", "b^2 +"))
    other = next(node.name for node in session.trace.graph.nodes.values() if node.args == ("w2", "x2"))
    assert other != name and session.note_of(other) == "weighted input"
    session.set_text("L = mse(W q, t)")
    assert not session.drawn.notes
    session.undo_stack.undo()
    assert session.note_of(other) == "weighted input"


def test_an_empty_note_takes_it_away_and_a_long_one_is_refused(window):
    session = window.session
    session.set_note("x", "  ")
    assert not session.undo_stack.count()
    session.set_note("x", "an input")
    session.set_note("x", "")
    assert session.drawn.notes == {} and session.undo_stack.count() == 2
    with pytest.raises(Problem, match="up to 2,000 characters"):
        session.set_note("x", "a" * (LONGEST_NOTE + 1))


def test_names_of_entries_are_seen_and_explained(window):
    session = window.session
    session.open_program("s = W x; L = sum(s)", {"W": frozen([[1, 2], [3, 4]]), "x": frozen([1, -1])}, "open")
    session.set_class_names("s", ["cat", "dog "])
    assert session.class_names_of("s") == ("cat", "dog")
    session.seek(1)
    assert "The entries of s: 0 cat, 1 dog." in window.explanation.signs.text()
    assert loads(dumps(session.document)).drawing.classes == {"s": ("cat", "dog")}
    with pytest.raises(Problem, match="needs as many names; these are 3"):
        session.set_class_names("s", ["a", "b", "c"])
    with pytest.raises(Problem, match="vectors of up to 12 entries"):
        session.set_class_names("W", ["a"])
    session.set_class_names("s", [])
    assert session.drawn.classes == {}


def test_notes_are_in_figures_of_the_command_line_on_demand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = Document(NEURON, AT, drawing=Drawn(notes={"b": "bias"}))
    (tmp_path / "n.chainlight").write_text(dumps(document), encoding="utf-8")
    for words, there in (([], False), (["--notes"], True)):
        assert main(["figure", "n.chainlight", "--force", "-o", "n.tex", *words]) == 0
        assert ("bias" in (tmp_path / "n.tex").read_text(encoding="utf-8")) is there

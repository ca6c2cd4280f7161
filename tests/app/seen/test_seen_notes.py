"""Notes and names of entries in the window: written, seen, undone, saved, and left out."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QToolTip

from app.canvas.items import MARK
from app.cli.main import main
from app.panels.algorithm_rows import GRADIENT, VALUE
from core.base.arrays import frozen
from core.base.errors import Problem
from core.math.latex import latex
from core.project.document import LONGEST_NOTE, Document, Drawn, dumps, loads
from tests.app.listing_cells import text, tip
from tests.app.seen.pixels import around, widget

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


def middle(line, tag):
    """The middle of a term of the program's line, by the node that it is tagged with."""
    (area,) = (area for area in line.box.areas if area.tag == tag)
    start = line._start
    return QPoint(round(start.x() + area.x + area.width / 2), round(start.y() + area.y + area.height / 2))


def test_a_noted_term_is_marked_in_the_programs_line_where_its_note_is_read(window):
    session, line = window.session, window.header.line
    session.open_program(NEURON, AT, "open")
    term = next(node.name for node in session.trace.graph.nodes.values() if node.args == ("w2", "x2"))
    before = widget(line, window.theme)
    session.set_note(term, "weighted input")
    (area,) = line.box.areas
    start = line._start
    below = QRectF(start.x() + area.x, start.y() + area.y + area.height, area.width, 5)
    assert below.contains(QPointF(*widget(line, window.theme).changed(before)))
    assert line._note_at(middle(line, term)) == "weighted input"
    assert line._note_at(QPoint(4, 10)) == ""
    assert "weighted input" in line.accessibleDescription()
    session.set_note("x1", "a feature")
    assert line._note_at(middle(line, "x1")) == "a feature"
    session.undo_stack.undo()
    session.undo_stack.undo()
    assert not line.box.areas and "weighted" not in line.accessibleDescription()


def test_a_noted_name_is_marked_in_the_rule_of_a_step_and_its_note_is_read_aloud(window):
    session, rule = window.session, window.explanation.rule
    session.open_program(NEURON, AT, "open")
    session.seek(session.trace.position("forward:4"))
    assert "s" in {part.tag for part in rule.box().areas}
    before = widget(rule, window.theme)
    session.set_note("s", "the sum")
    widget(rule, window.theme).changed(before)
    assert rule.accessibleDescription().endswith("Note on s: the sum")
    area = next(area for area in rule.box().areas if area.tag == "s")
    scale, origin = rule._placement(rule.box())
    at = origin + scale * QPointF(area.x + area.width / 2, area.y + area.height / 2)
    QApplication.sendEvent(
        rule, QHelpEvent(QEvent.Type.ToolTip, at.toPoint(), rule.mapToGlobal(at.toPoint()))
    )
    assert QToolTip.text() == "the sum"
    QToolTip.hideText()
    session.seek(session.trace.position("forward:1"))
    assert "the sum" not in rule.accessibleDescription()


def test_the_listing_and_the_results_of_steps_name_entries(window):
    session, panel = window.session, window.algorithm
    session.open_program("s = W x; L = sum(s)", {"W": frozen([[1, 2], [3, 4]]), "x": frozen([1, -1])}, "open")
    session.seek(1)
    assert (text(panel, "s"), tip(panel, "s")) == ("[−1, −1]", "[-1, -1]")
    session.set_class_names("s", ["cat", "dog"])
    assert text(panel, "s") == tip(panel, "s") == "cat −1, dog −1"
    line = panel.rows.rows[panel.rows.row_of("s")]
    assert next(text for text in panel.rows.texts(line, VALUE) if len(text) < 10) == "[−1, −1]"
    assert latex(window.explanation.explanation.numbers).endswith(
        r"=\underset{2\times1}{\begin{bmatrix} \text{cat} & -1 \\ \text{dog} & -1 \end{bmatrix}}"
    )
    session.seek(session.trace.position("backward:1"))
    assert r"\text{cat} & 1" in latex(window.explanation.explanation.numbers)
    assert text(panel, "s", GRADIENT) == "cat 1, dog 1"


def test_notes_are_in_figures_of_the_command_line_on_demand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = Document(NEURON, AT, drawing=Drawn(notes={"b": "threshold"}))
    (tmp_path / "n.chainlight").write_text(dumps(document), encoding="utf-8")
    for words, there in (([], False), (["--notes"], True)):
        assert main(["figure", "n.chainlight", "--force", "-o", "n.tex", *words]) == 0
        assert ("threshold" in (tmp_path / "n.tex").read_text(encoding="utf-8")) is there

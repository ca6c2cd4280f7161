"""Notes on nodes and terms, and names of entries: where they stand, and what they stay with."""

import numpy as np
import pytest
from msgspec.structs import replace

from core.base.arrays import frozen
from core.export.tikz import tikz
from core.figure import Figures, Options, draw
from core.figure.notes import LONGEST_SHOWN, class_names, note_key, note_math, note_of
from core.graph.programs import read_program
from core.math.plain import plain
from core.passes.guessed_values import with_defaults
from core.passes.stepper import run
from core.project.document import Document, Drawn
from core.project.retyping import Retyping
from tests.core.test_faces import COLOURS
from tests.core.test_labels import faults, rect_of

NEURON = run("s = b + w1 x1 + w2 x2\nh = σ(s)", {"b": 0.5, "w1": 1.0, "x1": 2.0, "w2": -2.0, "x2": 0.5})
NOTES = {
    "b": "bias",
    "w1": "weight",
    "x1": "an input feature",
    "w2 * x2": "weighted input",
    "s": "sum",
    "h": "non-linearity and output",
}
SCORES = run(
    "s = W x + b; p = softmax(s)",
    {"W": frozen(np.eye(3)), "x": frozen([1, 2, -1]), "b": frozen([0.1, 0, -0.1])},
)


def labels(figure, role):
    return {label.node: label for label in figure.labels if label.role == role}


def test_the_key_of_a_term_is_the_term():
    keys = {note_key(node) for node in NEURON.graph.nodes.values()}
    assert {"s", "h", "b", "w1", "w2"} <= keys
    assert sum("w2" in key and "x2" in key for key in keys) >= 1


def keyed(trace, notes):
    """Notes with the key of the term that the program itself writes."""
    term = note_key(next(node for node in trace.graph.nodes.values() if node.args == ("w2", "x2")))
    return {term if key == "w2 * x2" else key: text for key, text in notes.items()}


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("at_nodes", [False, True])
def test_notes_stand_beside_their_nodes_and_cover_nothing(down, at_nodes):
    options = Options(notes=keyed(NEURON, NOTES), note_texts=True, down=down, at_nodes=at_nodes)
    figures = Figures(draw(NEURON, options=options), NEURON)
    for count in range(len(NEURON) + 1):
        shown = figures.at(count)
        notes = labels(shown, "note")
        assert {plain(label.math) for label in notes.values()} == set(NOTES.values())
        boxes = {box.node: box for box in shown.boxes}
        for name, label in notes.items():
            left, top, right, bottom = rect_of(label)
            box = boxes[name]
            x, y = box.centre
            if down:
                assert left > x + box.width / 2 and abs((top + bottom) / 2 - y) < 3
            else:
                assert top > y + box.height / 2 - 1 and abs((left + right) / 2 - x) < 3


PROGRAMS = [
    "s = b + w1 x1 + w2 x2; h = σ(s)",
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R",
    "h = tanh(W1 x + b1); s = W2 h + b2; L = cross_entropy(s, k) + 0.1 ‖W1‖^2",
    "b = a + a; c = b b; d = c + b a",
]


@pytest.mark.parametrize("text", PROGRAMS)
@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("at_nodes", [False, True])
def test_notes_on_all_nodes_overlap_nothing_and_no_line_runs_through(text, down, at_nodes):
    trace = run(text, with_defaults(read_program(text, ()), {}))
    notes = {note_key(node): f"note on {node.name}" for node in trace.graph.nodes.values()}
    options = Options(notes=notes, note_texts=True, down=down, at_nodes=at_nodes)
    assert len(labels(Figures(draw(trace, options=options), trace).at(0), "note")) > 4
    assert faults(trace, options) == []


def test_without_texts_a_note_only_marks_its_node():
    options = Options(notes=NOTES)
    shown = Figures(draw(NEURON, options=options), NEURON).at(0)
    assert not labels(shown, "note")
    assert {box.node for box in shown.boxes if box.note} == {"b", "w1", "x1", "s", "h"}
    without = Figures(draw(NEURON), NEURON).at(0)
    assert [replace(box, note="") for box in shown.boxes] == list(without.boxes)


def test_a_long_note_is_shortened_beside_its_node():
    assert len(plain(note_math("a word " * 20))) == LONGEST_SHOWN
    assert plain(note_math("two\nlines")) == "two lines"


def test_tikz_has_the_notes():
    drawing = draw(NEURON, options=Options(notes=NOTES, note_texts=True))
    text = tikz(Figures(drawing, NEURON).at(0), COLOURS)
    assert "note/.style" in text and "bias" in text


def test_entries_stand_with_their_names():
    options = Options(classes={"s": ("cat", "dog", "ship"), "p": ("too", "few")})
    shown = Figures(draw(SCORES, options=options), SCORES).at(len(SCORES))
    for role in ("value", "gradient"):
        found = labels(shown, role)
        names = [plain(line[0]) for line in found["s"].math.rows]
        assert names == ["cat", "dog", "ship"]
        assert len(found["p"].math.rows[0]) == 1
    numbers = [plain(line[1]) for line in labels(shown, "value")["s"].math.rows]
    assert numbers == ["1.1", "2", "−1.1"]


def test_more_entries_than_are_listed_are_listed_with_their_names():
    trace = run("s = 2 x", {"x": frozen(np.arange(10))})
    names = tuple(f"class {number}" for number in range(10))
    bare = labels(Figures(draw(trace), trace).at(1), "value")["s"]
    assert bare.map is not None
    shown = Figures(draw(trace, options=Options(classes={"s": names})), trace).at(1)
    label = labels(shown, "value")["s"]
    assert [plain(line[0]) for line in label.math.rows] == list(names) and label.extent[1] > 100


def test_names_need_a_vector_of_as_many_entries():
    options = Options(classes={"W": ("a", "b", "c"), "x": ("a", "b"), "b": ("a", "b", "c")})
    nodes = SCORES.graph.nodes
    assert class_names(nodes["b"], nodes["b"].shape, options) == ("a", "b", "c")
    assert not class_names(nodes["W"], nodes["W"].shape, options)
    assert not class_names(nodes["x"], nodes["x"].shape, options)


def test_notes_stay_while_the_program_is_edited_and_go_with_another():
    drawn = Drawn(notes={"s": "sum"}, classes={"s": ("a", "b")}, down=True)
    document = Document("s = x + y; h = σ(s)", {"x": 1.0, "y": 2.0}, drawing=drawn)
    graph = run(document.text, document.values).graph
    edited = Retyping().retyped(document, "s = x + y; h = tanh(s)", graph)
    assert edited.drawing == drawn
    another = Retyping().retyped(document, "L = cross_entropy(W q, k)", graph)
    assert another.drawing == Drawn(down=True)


def test_a_note_on_a_term_is_found_wherever_the_term_stands():
    key = note_key(next(node for node in NEURON.graph.nodes.values() if node.args == ("w1", "x1")))
    other = run("q = 3 b; s = w1 x1 + q", {"b": 0.5, "w1": 1.0, "x1": 2.0})
    node = next(node for node in other.graph.nodes.values() if node.args == ("w1", "x1"))
    assert note_of(node, Options(notes={key: "product"})) == "product"

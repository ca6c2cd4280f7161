"""Whatever is typed or chosen can be undone: the field, or the table, then shows again what it did."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QWidget,
)

from app.training.bar_fields import IN_BAR
from app.training.controls import SHOWN
from app.widgets.captioned import Captioned
from core.base.arrays import frozen
from core.training.settings import SETTINGS, USUAL
from tests.app.listing_cells import index_of
from tests.app.listing_cells import text as text_of
from tests.app.seen.test_seen_buttons import place

# -- the values in the listing


def shown(window, name):
    return text_of(window.algorithm, name)


def type_value(window, name, text):
    """Into the cell of a value, as a user does: F2, the keys, Return."""
    panel = window.panes["algorithm"].open()
    panel.table.setCurrentIndex(index_of(panel, name))
    panel.table.edit(index_of(panel, name))
    (field,) = (field for field in panel.table.viewport().findChildren(QLineEdit) if field.isVisible())
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert panel.table.state() != QAbstractItemView.State.EditingState


CELLS = [
    ("(x+y)z", "x", "7", "7"),
    ("(x+y)z", "y", "1/4", "0.25"),
    ("(x+y)z", "z", "-2e-3", "−0.002"),
    ("w·x", "w", "[3, 4]", "[3, 4]"),
    ("a = 3; a x", "a", "5", "5"),  # stated in the program, whose text changes
    ("w = [1, 2]; w·x", "w", "[5, 6]", "[5, 6]"),
]


@pytest.mark.parametrize(("text", "name", "typed", "becomes"), CELLS)
def test_a_typed_value_is_undone_and_done_again(window, text, name, typed, becomes):
    session = window.session
    session.set_text(text)
    session.undo_stack.clear()
    before, document = shown(window, name), session.document
    assert before != becomes
    type_value(window, name, typed)
    assert shown(window, name) == becomes
    window.actions_by_id["undo"].trigger()
    assert (shown(window, name), session.document) == (before, document)
    window.actions_by_id["redo"].trigger()
    assert shown(window, name) == becomes


def test_values_typed_one_after_the_other_are_undone_one_after_the_other(window):
    for name, text in (("x", "1"), ("x", "2"), ("y", "3"), ("x", "4")):
        type_value(window, name, text)
    seen = [(shown(window, "x"), shown(window, "y"))]
    for _ in range(4):
        window.actions_by_id["undo"].trigger()
        seen.append((shown(window, "x"), shown(window, "y")))
    assert seen == [("4", "3"), ("2", "3"), ("2", "5"), ("1", "5"), ("−2", "5")]
    assert not window.session.undo_stack.canUndo()


# -- all other fields

SETTINGS_SHOWN = [name for name in SHOWN if not isinstance(getattr(USUAL, name), bool)]
TRAINING = [*(SETTINGS[name].label for name in SETTINGS_SHOWN), *(f"Role of {name}" for name in "wxbt")]
UNDONE = {("program", "Program"), ("derivatives", "Derivative of"), ("derivatives", "Seed")}
UNDONE |= {("training", name) for name in TRAINING}
UNDONE |= {("bar", SETTINGS[name].label) for name in IN_BAR if name != "loss"}
TYPED_IN_PLACE = {  # there while it is typed: tested with the gestures, and with the net
    ("canvas", "Value on the canvas"),
    ("canvas", "Weight on the canvas"),
}
# what is chosen for a view alone: it is not part of the document
OF_A_VIEW = {
    ("lectures", "Search the scenes"),
    ("bar", "Speed"),
    ("bar", "Training speed"),
    ("bar", "Step length"),
    ("training", "Sample"),
    *[("derivatives", name) for name in ("With respect to", "Kind of difference", "Step h", "Layout")],
}
NEURON = "y = σ(w·x + b); L = bce(y, t)"
FIELDS = QComboBox | QLineEdit | QAbstractSpinBox | QPlainTextEdit


def fields(window):
    """Every field of the window, by its place and its name; the line of text in a field is a part of it."""
    found = {}
    for field in window.findChildren(QWidget):
        inner = isinstance(field.parent(), QComboBox | QAbstractSpinBox)
        if isinstance(field, FIELDS) and not inner and not isinstance(field.parent().parent(), QTableView):
            found[place(field), field.accessibleName()] = field
    return found


@pytest.fixture
def everything(window):
    """The window with every panel open, on a program that can be trained."""
    window.resize(1400, 1000)
    window.show_workspace("train")
    window.show_workspace("step")
    window.panes["training"].open()
    window.panes["derivatives"].open()
    values = {"w": frozen([1, 1]), "b": 0.0, "x": frozen([1, 2]), "t": 1.0}
    window.session.open_program(NEURON, values, "open")
    window.training.change("train", trains="program", data="gauss", samples=20)
    return window


def content(field):
    if isinstance(field, QComboBox):
        return field.currentText()
    return field.toPlainText() if isinstance(field, QPlainTextEdit) else field.text()


def change(field):
    """Choose or type something else."""
    if isinstance(field, QComboBox) and not field.isEditable():
        place = field.currentIndex()
        field.setCurrentIndex(place + 1 if place + 1 < field.count() else place - 1)
        field.activated.emit(field.currentIndex())
    elif isinstance(field, QComboBox):
        field.setEditText("0.5")
        field.lineEdit().editingFinished.emit()
    elif isinstance(field, QAbstractSpinBox):
        field.stepUp()
    elif isinstance(field, QLineEdit):
        field.setText("3 3")
        field.editingFinished.emit()
    else:
        field.setPlainText("y = σ(w·x - b); L = bce(y, t)")


def test_every_field_is_either_undone_or_of_a_view_alone(everything):
    elsewhere = {key for key in fields(everything) if key[0] in ("data", "builder")}  # in files of their own
    assert set(fields(everything)) - elsewhere == UNDONE | OF_A_VIEW | TYPED_IN_PLACE


def of_a_network(key):
    """Whether a field is a training setting; all count where it trains a net of its own."""
    return key[0] == "bar" or (key[0] == "training" and not key[1].startswith("Role"))


def test_whatever_is_chosen_or_typed_is_undone_and_the_field_shows_it(everything):
    session, wrong = everything.session, {}
    for key in sorted(UNDONE, key=of_a_network):
        network = of_a_network(key)
        everything.training.change("train", trains="network" if network else "program")
        QApplication.processEvents()
        session.undo_stack.clear()
        field, document = fields(everything)[key], session.document
        before = content(field)
        change(field)
        everything.program.end_typing()
        after = content(field)
        count = session.undo_stack.count()
        everything.actions_by_id["undo"].trigger()
        field = fields(everything)[key]
        undone = content(field)
        if not (after != before == undone and count == 1 and session.document == document):
            wrong[key] = before, after, undone, count
        elif session.undo_stack.canUndo():
            wrong[key] = "something else was left"
    assert not wrong


CALLED = {
    "Speed": "Training speed",
    "of": "Derivative of",
    "with respect to": "With respect to",
    "seed": "Seed",
    "h": "Step h",
}


def test_every_label_stands_in_front_of_its_field(everything):
    """On one line with it, with no other field between, or in the bar above it; called as the field is."""
    everything.panes["derivatives"].open().tabs.choose(2)
    count = 0
    for name in ("step", "train"):
        everything.show_workspace(name)
        everything.panes["training"].made.show_page("settings")
        QApplication.processEvents()
        count += labels_beside_fields(everything)
    assert count > 18


def labels_beside_fields(everything):
    kinds = everything.findChildren(QCheckBox), fields(everything).values()
    there = [field for kind in kinds for field in kind if field.isVisible()]
    labels = [label for label in everything.findChildren(QLabel) if label.buddy() and label.isVisible()]
    for label in labels:
        middle = label.mapTo(everything, label.rect().center())
        if isinstance(label.parent(), Captioned):
            buddy = label.buddy()
            above = buddy.mapTo(everything, QPoint(0, 0)) - label.mapTo(everything, QPoint(0, 0))
            assert above.x() == 0 < above.y() < 2 * label.height()
            assert buddy.accessibleName() in (label.text(), CALLED.get(label.text()))
            continue
        right = [
            (field.mapTo(everything, field.rect().topLeft()).x() - middle.x(), field)
            for field in there
            if abs(field.mapTo(everything, field.rect().center()).y() - middle.y()) < 8
        ]
        _, nearest = min((pair for pair in right if pair[0] > 0), key=lambda pair: pair[0])
        name, text = nearest.accessibleName(), label.text()
        assert nearest is label.buddy()
        assert name in (text, CALLED.get(text), f"Role of {text}")
    return len(labels)


def test_what_is_chosen_for_a_view_alone_changes_no_document(everything):
    everything.session.undo_stack.clear()
    for key in sorted(OF_A_VIEW):
        field = fields(everything)[key]
        if isinstance(field, QComboBox) and key[1] != "With respect to":
            change(field)
    everything.show_workspace("train")  # beside the steps an example that is chosen goes to the canvas
    fields(everything)["training", "Sample"].setValue(3)
    assert everything.session.undo_stack.count() == 0

"""Folding and unfolding as a user does it: one undo entry each, the place in the trace kept."""

import json

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu

from app.canvas.items import BoxItem, FrameItem
from app.painting.parts import title_rect
from app.shell.canvas_menu import add_folding
from app.shell.view_commands import next_theme
from app.state.session import MOST_AT_ONCE
from core.base.arrays import frozen
from core.base.errors import Problem
from core.passes.steps import Computed, Flowed, Seeded
from core.project.document import Document, dumps, loads

Left, Control = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
NEURON = Document("y = σ(w·x + b)", {"w": frozen([2, -3]), "x": frozen([-1, -2]), "b": -3.0})


@pytest.fixture
def neuron(session):
    session.replace_document(NEURON, None)
    return session


def facts(session):
    """Values and gradients of the program's own nodes at the end."""
    last = session.trace.last
    names = ("w", "x", "b", "v1", "v2", "y")
    return {name: (str(last.value(name)), str(last.gradient(name))) for name in names}


# -- the session


def test_unfolding_and_folding_are_one_undo_entry_each(neuron):
    nodes, before = dict(neuron.trace.graph.nodes), facts(neuron)
    neuron.unfold("y")
    assert neuron.undo_stack.undoText() == "unfold σ" and "y.2" in neuron.trace.graph.nodes
    neuron.unfold("v1")
    assert neuron.undo_stack.undoText() == "unfold w · x"
    assert facts(neuron).keys() == before.keys()
    neuron.fold("y")
    assert neuron.undo_stack.undoText() == "fold σ" and list(neuron.trace.graph.folded) == ["v1"]
    for _ in range(3):
        neuron.undo_stack.undo()
    assert dict(neuron.trace.graph.nodes) == nodes and facts(neuron) == before
    neuron.undo_stack.redo()
    assert list(neuron.trace.graph.folded) == ["y"]


def test_folding_takes_back_what_is_unfolded_inside_as_well(session):
    session.set_text("L = cross_entropy(s, k)")
    for name in ("L", "L.1", "L.1.2", "L"):
        if name != "L" or not session.document.unfolded:
            session.unfold(name)
    session.unfold("L.1")  # its last operation, a quotient of a vector
    assert list(session.trace.graph.folded) == ["L", "L.1", "L.1.2", "L.1.0"]
    session.fold("L.1")
    assert list(session.trace.graph.folded) == ["L"]
    session.unfold("L.1")
    assert list(session.trace.graph.folded) == ["L", "L.1"]


def test_what_cannot_be_unfolded_says_why_and_changes_nothing(neuron):
    for name, said in (("b", "b is an input"), ("v2", "is not made of anything simpler")):
        with pytest.raises(Problem, match=said):
            neuron.unfold(name)
    assert neuron.undo_stack.count() == 0


def test_everything_and_nothing(neuron):
    neuron.fold_all()
    assert neuron.undo_stack.count() == 0
    neuron.unfold_all("all")
    assert list(neuron.trace.graph.folded) == ["y"]
    neuron.unfold_all("numbers")
    assert list(neuron.trace.graph.folded) == ["v1", "y"]
    neuron.fold_all()
    assert not neuron.trace.graph.folded and neuron.undo_stack.count() == 3


def test_more_nodes_than_can_be_looked_at_are_not_unfolded_at_once(session):
    session.set_text("A x")
    session.set_value("A", frozen([[1.0] * 8] * 8))
    session.set_value("x", frozen([1.0] * 8))
    session.set_text("; ".join(["y0 = A x", *(f"y{i + 1} = A y{i}" for i in range(24))]))
    with pytest.raises(Problem, match=f"nodes; up to {MOST_AT_ONCE:,} are unfolded at once"):
        session.unfold_all("numbers")
    assert not session.trace.graph.folded


def test_an_operation_that_became_another_one_is_folded(neuron):
    neuron.unfold("y")
    neuron.set_text("y = tanh(w·x + b)")
    assert not neuron.trace.graph.folded
    neuron.set_text("y = tanh(w·x + b)/2")
    assert not neuron.trace.graph.folded
    neuron.set_text("y = tanh(w·x + b)")
    neuron.set_text("y = σ(w·x + b)")
    assert list(neuron.trace.graph.folded) == ["y"]


def test_what_is_unfolded_is_saved_and_comes_back(neuron):
    neuron.unfold("y")
    neuron.unfold("v1")
    text = dumps(neuron.document)
    assert json.loads(text)["unfolded"] == {"y": "sigmoid", "v1": "dot"}
    neuron.replace_document(loads(text), None)
    assert list(neuron.trace.graph.folded) == ["v1", "y"]


def test_files_without_anything_unfolded_open_and_names_that_are_gone_do_no_harm(session):
    plain = json.loads(dumps(NEURON))
    del plain["unfolded"]
    assert loads(json.dumps(plain)).unfolded == {}
    plain["unfolded"] = {"y": "sigmoid", "gone": "sigmoid", "y.7": "dot", "v2": "softmax", "w": "input"}
    session.replace_document(loads(json.dumps(plain)), None)
    assert session.problem is None and list(session.trace.graph.folded) == ["y"]


def test_a_node_that_goes_away_hands_its_selection_to_the_whole(neuron):
    neuron.unfold("y")
    neuron.select("y.2")
    neuron.fold("y")
    assert neuron.selection == "y"


# -- the place in the trace

PLACES = [
    (Computed, ("v1",), Computed, ("v1",)),
    (Computed, ("y",), Computed, ("y",)),
    (Seeded, ("y",), Seeded, ("y",)),
    (Flowed, ("y", "v2"), Flowed, ("y.1", "v2")),
    (Flowed, ("v2", "v1"), Flowed, ("v2", "v1")),
    (Flowed, ("v1", "w"), Flowed, ("v1", "w")),
]


def fact_of(step):
    return type(step), (step.node, step.arg) if isinstance(step, Flowed) else (step.node,)


def seek_fact(session, kind, names):
    places = [i for i, step in enumerate(session.trace.steps, start=1) if fact_of(step) == (kind, names)]
    session.seek(places[-1])


@pytest.mark.parametrize(("kind", "names", "other_kind", "other_names"), PLACES)
def test_the_same_fact_stays_the_last_one_when_unfolding_and_back(
    neuron, kind, names, other_kind, other_names
):
    seek_fact(neuron, kind, names)
    neuron.unfold("y")
    assert fact_of(neuron.snapshot.step) == (other_kind, other_names)
    neuron.undo_stack.undo()
    assert fact_of(neuron.snapshot.step) == (kind, names)


INSIDE = [
    (Computed, ("y.1",), Computed, ("y",)),
    (Computed, ("y.3",), Computed, ("y",)),
    (Flowed, ("y", "y.3"), Flowed, ("y", "v2")),
    (Flowed, ("y.2", "y.1"), Flowed, ("y", "v2")),
    (Flowed, ("y.1", "v2"), Flowed, ("y", "v2")),
]


@pytest.mark.parametrize(("kind", "names", "other_kind", "other_names"), INSIDE)
def test_a_fact_inside_becomes_the_fact_of_the_whole(neuron, kind, names, other_kind, other_names):
    neuron.unfold("y")
    seek_fact(neuron, kind, names)
    neuron.fold("y")
    assert fact_of(neuron.snapshot.step) == (other_kind, other_names)


def test_start_and_end_stay_start_and_end(neuron):
    neuron.unfold("y")
    assert neuron.cursor == 0
    neuron.seek(len(neuron.trace))
    neuron.unfold("v1")
    assert neuron.cursor == len(neuron.trace)
    neuron.fold_all()
    assert neuron.cursor == len(neuron.trace) == 9


@pytest.mark.parametrize("text", ["tanh(x) + silu(x)", "cross_entropy(W x + b, k)", "‖W x‖ max(b)"])
def test_every_place_of_every_program_has_its_counterpart(session, text):
    session.set_text(text)
    for level in ("all", "numbers"):
        session.fold_all()
        for cursor in range(len(session.trace) + 1):
            session.seek(cursor)
            session.unfold_all(level)
            assert (session.cursor == 0) == (cursor == 0)
            at_end = session.cursor == len(session.trace)  # and there it stays
            session.undo_stack.undo()
            assert session.cursor == (len(session.trace) if at_end else cursor)


# -- the window


@pytest.fixture
def opened(window):
    window.session.replace_document(NEURON, None)
    return window


def place_of(window, name):
    return window.view.mapFromScene(QPointF(*window.session.drawing.placement.centres[name]))


def title_of(window, key):
    frame = next(frame for frame in window.session.figure.frames if frame.key == key)
    return window.view.mapFromScene(title_rect(frame).center())


def test_double_click_unfolds_an_operation_and_its_title_folds_it(opened):
    QTest.mouseDClick(opened.view.viewport(), Left, pos=place_of(opened, "y"))
    assert list(opened.session.trace.graph.folded) == ["y"]
    assert [item.frame.key for item in opened.scene.items() if isinstance(item, FrameItem)] == ["y"]
    QTest.mouseDClick(opened.view.viewport(), Left, pos=title_of(opened, "y"))
    assert not opened.session.trace.graph.folded
    assert not [item for item in opened.scene.items() if isinstance(item, FrameItem)]


def test_double_click_on_an_atom_does_nothing(opened):
    QTest.mouseDClick(opened.view.viewport(), Left, pos=place_of(opened, "v2"))
    assert opened.session.undo_stack.count() == 0


def test_a_title_selects_the_node_and_fold_folds(opened):
    opened.session.unfold("v1")
    QTest.mouseClick(opened.view.viewport(), Left, pos=title_of(opened, "v1"))
    assert opened.session.selection == "v1"
    opened.actions_by_id["fold"].trigger()
    assert not opened.session.trace.graph.folded


def test_the_keys_unfold_and_fold_the_selected_node(opened, qtbot):
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    opened.session.select("y")
    QTest.keyClick(opened.view, Qt.Key.Key_Down, Control)
    assert list(opened.session.trace.graph.folded) == ["y"] and opened.session.cursor == 0
    opened.session.select("y.2")
    QTest.keyClick(opened.view, Qt.Key.Key_Up, Control)
    assert not opened.session.trace.graph.folded


SAID = [
    ("unfold", "", "Select an operation first"),
    ("unfold", "b", "b is an input"),
    ("unfold", "v2", "v1 + b is not made of anything simpler"),
    ("fold", "", "Select an operation first"),
    ("fold", "v2", "v₂ is not inside anything unfolded"),
]


@pytest.mark.parametrize(("command", "selected", "said"), SAID)
def test_what_a_command_cannot_do_it_says(opened, command, selected, said):
    opened.session.select(selected)
    opened.actions_by_id[command].trigger()
    assert said in opened.transport.said.text()
    assert opened.session.undo_stack.count() == 0


def entries(window, node, frame):
    menu = QMenu(window)
    add_folding(menu, window.session, node, frame)
    return {action.text(): action for action in menu.actions() if not action.isSeparator()}


def test_the_menu_on_the_canvas_offers_what_can_be_done(opened):
    assert list(entries(opened, "y", "")) == ["Unfold σ"]
    assert (
        list(entries(opened, "b", ""))
        == list(entries(opened, "v2", ""))
        == list(entries(opened, "", ""))
        == []
    )
    entries(opened, "v1", "")["Unfold w · x"].trigger()
    opened.session.unfold("y")
    inside = place_of(opened, "v1.3") + QPoint(0, 40)
    assert opened.view.frame_under(inside) == "v1" and opened.view.frame_under(QPoint(2, 2)) == ""
    entries(opened, "", "v1")["Fold w · x"].trigger()
    assert list(opened.session.trace.graph.folded) == ["y"]


def test_a_menu_that_was_open_while_another_program_came_does_nothing(opened):
    unfold = entries(opened, "v1", "")["Unfold w · x"]
    opened.session.unfold("y")
    fold = entries(opened, "", "y")["Fold σ"]
    for text in ("v = a b; exp(v)", "x"):
        opened.session.set_text(text)
        count = opened.session.undo_stack.count()
        unfold.trigger()
        fold.trigger()
        assert opened.session.undo_stack.count() == count


def test_the_innermost_frame_is_the_one_pointed_at(window):
    window.session.set_text("y = silu(x)")
    window.session.unfold_all("all")
    assert window.view.frame_under(place_of(window, "y.1.2")) == "y.1"
    assert window.view.frame_under(place_of(window, "y")) == "y"


def test_frames_follow_the_theme_and_the_selection_stays_visible(opened):
    opened.session.unfold("y")
    next_theme(opened)
    frames = [item for item in opened.scene.items() if isinstance(item, FrameItem)]
    assert [item.theme for item in frames] == [opened.theme]
    seen = opened.view.mapToScene(opened.view.viewport().rect()).boundingRect()
    assert all(seen.contains(item.sceneBoundingRect()) for item in frames)


# -- groups


def test_nodes_chosen_with_ctrl_and_a_click_become_one_of_a_name(opened, monkeypatch):
    session, viewport = opened.session, opened.view.viewport()
    for name, keys in (("v1", Qt.KeyboardModifier.NoModifier), ("v2", Control)):
        QTest.mouseClick(viewport, Left, keys, place_of(opened, name))
    QTest.mouseClick(viewport, Left, Control, place_of(opened, "y"))
    assert session.selected == ("v1", "v2", "y")
    monkeypatch.setattr(QInputDialog, "getText", lambda *args, text: ("neuron", True))
    opened.actions_by_id["group"].trigger()
    assert session.drawn.groups == {"neuron": ("v1", "v2", "y")}
    assert "v1" not in session.drawing.sizes and session.group_of("v1") == "neuron"
    boxes = [item.box.node for item in opened.scene.items() if isinstance(item, BoxItem)]
    assert sorted(boxes) == ["b", "w", "x", "y"]
    QTest.mouseDClick(viewport, Left, pos=place_of(opened, "y"))
    assert not session.drawn.groups and "v1" in session.drawing.sizes
    session.undo_stack.undo()
    assert session.group_of("v2") == "neuron"
    assert session.undo_stack.undoText() == "group neuron"


@pytest.mark.parametrize(
    ("names", "title", "said"),
    [
        (("w", "x"), "both", "has those of w and x"),
        (("v1",), "one", "at least two nodes"),
        (("v1", "v2"), "  ", "A group needs a name"),
    ],
)
def test_what_is_no_group_is_said(opened, monkeypatch, names, title, said):
    monkeypatch.setattr(QInputDialog, "getText", lambda *args, text: (title, True))
    for name in names:
        opened.session.select_also(name)
    opened.actions_by_id["group"].trigger()
    assert said in opened.transport.said.text()
    assert not opened.session.drawn.groups


def test_a_click_without_ctrl_selects_one_node_alone_again(opened):
    opened.session.select_also("v1")
    opened.session.select_also("v2")
    opened.session.select_also("v1")
    assert opened.session.selected == ("v2",)
    opened.session.select("y")
    assert opened.session.selected == ("y",)

"""What a screen reader finds: a tree of nodes, steps announced, formulas in words, and names everywhere."""

import gc

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.canvas import accessible
from app.canvas.scene import Scene
from app.canvas.view import View
from app.formula import FormulaView
from app.panels.path_row import PathRowView

Text = QAccessible.Text


def tree(window):
    return QAccessible.queryAccessibleInterface(window.view)


def nodes(window):
    graph = tree(window)
    return {
        child.text(Text.Name): child.text(Text.Description)
        for child in map(graph.child, range(graph.childCount()))
    }


def test_the_canvas_is_a_tree_of_nodes_with_value_and_gradient(window):
    assert tree(window).role() == QAccessible.Role.Tree
    start = "the output: the backward pass starts here"
    inputs = {"x": "value −2", "y": "value 5", "z": "value −4"}
    assert nodes(window) == {**inputs, "v₁ = x + y": "", "f = (x + y) · z": start}
    window.session.seek(len(window.session.trace))
    found = nodes(window)
    assert found["z"] == "value −4, gradient 3"
    assert found["x"].endswith("value −2, gradient −4")
    assert found["v₁ = x + y"].endswith("value 3, gradient −4")
    assert found["f = (x + y) · z"] == f"value −12, gradient 1, {start}"


def test_the_tree_says_how_many_nodes_there_are_and_which_are_selected(window):
    window.session.select("x")
    window.session.select_also("z")
    graph = tree(window)
    states = {child.name: child.state() for child in map(graph.child, range(graph.childCount()))}
    assert {name for name, state in states.items() if state.selected} == {"x", "z"}
    assert graph.text(Text.Description) == "5 nodes"


def test_the_nodes_of_the_present_step_say_what_happens_to_them(window):
    def now():
        graph = tree(window)
        children = {child.name: child for child in map(graph.child, range(graph.childCount()))}
        in_it = {name: child.text(Text.Description).split(", ")[0] for name, child in children.items()}
        assert {name for name, child in children.items() if child.state().active} == {
            name for name, said in in_it.items() if said.endswith("in this step")
        }
        return {name: said for name, said in in_it.items() if said.endswith("in this step")}

    session = window.session
    session.set_stride("node")
    assert now() == {}
    session.seek(1)
    assert now() == {"v1": "computed in this step"}
    session.seek(3)
    assert now() == {"f": "starts the backward pass in this step"}
    session.step(1)
    step = session.trace.steps[session.cursor - 1]
    assert now() == {
        step.node: "sends its gradient back in this step",
        step.arg: "receives a gradient in this step",
    }


def test_a_node_is_where_it_is_seen(window):
    graph = tree(window)
    for index in range(graph.childCount()):
        child = graph.child(index)
        middle = child.rect().center()
        assert graph.childAt(middle.x(), middle.y()).text(Text.Name) == child.text(Text.Name)
        assert graph.indexOfChild(child) == index and child.parent().role() == QAccessible.Role.Tree


def test_the_tree_follows_another_program(window, qtbot):
    before = tree(window).child(0)
    window.session.set_text("tanh(a)")
    qtbot.waitUntil(lambda: not window.session.computing)
    assert [name.split(" ")[0] for name in nodes(window)] == ["a", "f"]
    assert not before.isValid() and before.text(Text.Name) == ""


def test_a_canvas_that_is_thrown_away_takes_its_tree_with_it(qtbot, fonts, session):
    view = View(session, Scene(session))
    assert QAccessible.queryAccessibleInterface(view).childCount() > 0
    view.deleteLater()
    del view
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()


def test_a_step_announces_its_title_and_its_sentence(window, monkeypatch):
    said = []
    monkeypatch.setattr(accessible.QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(
        accessible.QAccessible, "updateAccessibility", lambda event: said.append(event.message())
    )
    window.session.seek(1)
    window.session.seek(len(window.session.trace))
    assert said[0] == "Forward: v₁. v₁ is computed from x = −2 and y = 5: 3."
    assert said[1].startswith("Backward: v₁ → x. ")


def test_formulas_are_described_in_words(window):
    window.session.seek(len(window.session.trace))
    rule = next(view for view in window.findChildren(FormulaView) if view.accessibleName() == "Rule")
    words = rule.accessibleDescription()
    start = "the derivative of f with respect to x equals the derivative of f with respect to v 1 times"
    assert words.startswith(start)
    assert QAccessible.queryAccessibleInterface(rule).text(Text.Description) == words


@pytest.mark.parametrize("name", ("step", "train", "lectures"))
def test_all_that_can_have_the_keys_has_a_name(window, name):
    window.panes["derivatives"].open()
    window.panes["algorithm"].open()
    window.show_workspace(name)
    QApplication.processEvents()
    nameless = [
        part
        for part in window.findChildren(QWidget)
        if part.isVisible()
        and part.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not isinstance(part.focusProxy(), QWidget)
        and not isinstance(part, QLabel)  # one that is empty
        and not QAccessible.queryAccessibleInterface(part).text(Text.Name)
        and not (isinstance(part.parent(), QWidget) and part.parent().focusProxy() is part)
    ]
    assert [(type(part).__name__, type(part.parent()).__name__) for part in nameless] == []


def test_lines_of_the_listing_and_paths_are_read_as_words(window):
    window.session.set_text("(x + y)/2")
    window.session.select("x")
    window.session.seek(len(window.session.trace))
    model, role = window.algorithm.table.model(), Qt.ItemDataRole.AccessibleTextRole
    lines = [model.data(model.index(row, 0), role) for row in range(model.rowCount())]
    assert any(line and "over" in line for line in lines)
    assert not any(line and ("(" in line or "/" in line) for line in lines)
    rows = [row for row in window.findChildren(PathRowView) if row.isVisible()]
    assert rows and all("derivative" in row.accessibleDescription() for row in rows)

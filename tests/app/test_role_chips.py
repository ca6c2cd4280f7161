"""Chips beside the editor say what each name is for in training; a click chooses another role."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from core.math.latex import latex
from tests.app.seen.pixels import widget

NEURON = "z = w_1 x + b; y = σ(z); L = (y - t)^2"


@pytest.fixture
def chips(window, qtbot):
    """The chips of a window with a neuron."""
    window.session.set_text(NEURON)
    settle(window, qtbot)
    return window.program.roles


def settle(window, qtbot):
    qtbot.waitUntil(lambda: not window.session.computing and not window.program.roles._later.isActive())


def roles(chips):
    return {name: chip._role for name, chip in chips.chips.items()}


def choose(qtbot, window, chip, words):
    """Take an entry of a chip's menu, as a user does."""
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    (menu,) = (menu for menu in chip.findChildren(QMenu) if menu.isVisible())
    (action,) = (action for action in menu.actions() if action.text() == words)
    menu.setActiveAction(action)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    settle(window, qtbot)


def test_each_name_has_its_role_and_is_typeset(chips):
    assert roles(chips) == {"w1": "parameter", "x": "input", "b": "parameter", "t": "target"}
    assert latex(chips.chips["w1"]._name) == "w_{1}"
    chip = chips.chips["t"]
    assert chip.accessibleName() == "Role of t"
    assert chip.accessibleDescription() == "target, found from how the program uses it"


def test_a_click_chooses_another_role_which_the_training_has_too_and_undo_takes_back(window, chips, qtbot):
    table = window.panes["training"].make().roles
    window.arrangement.note_choice(
        window.panes["training"]
    )  # results are put away, for the chips stand there
    choose(qtbot, window, chips.chips["b"], "constant")
    assert window.training.settings.roles == {"b": "constant"}
    assert (roles(chips)["b"], window.session.undo_stack.undoText()) == ("constant", "set role of b")
    assert chips.chips["b"].accessibleDescription() == "constant, chosen by you"
    window.training.change("train the program", trains="program")
    qtbot.waitUntil(lambda: table.fields and table.fields["b"].currentData() == "constant")
    window.session.undo_stack.undo()
    window.session.undo_stack.undo()
    settle(window, qtbot)
    assert (roles(chips)["b"], window.training.settings.roles) == ("parameter", {})


def test_a_role_that_is_chosen_elsewhere_is_shown_and_the_first_entry_leaves_it_to_the_program(
    window, chips, qtbot
):
    window.training.choose_role("x", "parameter")
    settle(window, qtbot)
    assert roles(chips)["x"] == "parameter"
    choose(qtbot, window, chips.chips["x"], "(auto)")
    assert window.training.settings.roles == {} and roles(chips)["x"] == "input"


def test_a_chosen_role_stands_out(window, chips, qtbot):
    chip = chips.chips["b"]
    found = widget(chip, window.theme)
    window.training.choose_role("b", "parameter")
    settle(window, qtbot)
    assert widget(chip, window.theme).amount("ink") > found.amount("ink")


def test_chips_follow_what_is_typed_and_wait_while_it_cannot_be_read(window, chips, qtbot):
    window.session.set_text("z = w_1 x +")
    settle(window, qtbot)
    assert list(chips.chips) == ["w1", "x", "b", "t"] and not chips.isEnabled()
    window.session.set_text("z = w_1 x + c")
    settle(window, qtbot)
    assert list(chips.chips) == ["w1", "x", "c"] and chips.isEnabled()
    window.session.set_text("")
    settle(window, qtbot)
    window.session.set_text("1 + 2")
    settle(window, qtbot)
    assert not chips.chips and chips.heading.isHidden()


def test_many_names_push_nothing_out(window, qtbot):
    names = [f"a_{number}" for number in range(30)]
    window.session.set_text("L = " + " + ".join(names))
    settle(window, qtbot)
    QApplication.processEvents()
    chips, panel = window.program.roles, window.program
    assert len(chips.chips) == 24
    for chip in chips.chips.values():
        assert chip.mapTo(panel, chip.rect().bottomRight()).x() < panel.width()
    assert panel.editor.height() >= panel.editor.minimumSizeHint().height()
    assert panel.editor.width() > 200


def test_chips_stand_beside_the_editor_in_the_sheet(window, chips, qtbot):
    window.arrangement.toggle_place("left")
    window.edit_program()
    settle(window, qtbot)
    QApplication.processEvents()
    editor, chip = window.program.editor, chips.chips["x"]
    assert chip.isVisible()
    assert chip.mapTo(window, chip.rect().topLeft()).x() > editor.mapTo(window, editor.rect().topRight()).x()
    assert editor.width() >= 0.45 * window.width()


def test_a_chip_opens_with_the_keyboard(window, chips, qtbot):
    chip = chips.chips["x"]
    window.activateWindow()
    chip.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(chip.hasFocus)
    QTest.keyClick(chip, Qt.Key.Key_Space)
    (menu,) = (menu for menu in chip.findChildren(QMenu) if menu.isVisible())
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["input (auto)"]
    menu.close()

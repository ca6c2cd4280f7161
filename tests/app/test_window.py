"""The window as a user has it: real keys, real clicks, the session looked at."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QTableWidget

from app.painting.parts import frame_rect
from app.shell.commands import COMMANDS
from app.shell.palette import Palette
from app.shell.panels import PANELS
from app.shell.sheets import CANVAS_KEYS, Sheet
from app.shell.view_commands import scale_text
from app.shell.window import TRAINING_KEYS
from app.shell.workspaces import WORKSPACES
from core.base.arrays import frozen
from core.figure import STRIDES
from core.ops import FUNCTION_LIST
from core.project.document import Document
from core.training.choices import PROGRAM
from tests.app.listing_cells import everything, index_of, text, tip, type_value

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier


def type_text(widget, text):
    """Type any characters; keyClicks aborts on letters beyond Latin."""
    for char in text:
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, char))


FORWARD = [
    Key.Key_Space,
    Key.Key_Right,
    Key.Key_Down,
    Key.Key_PageDown,
    Key.Key_Return,
    Key.Key_Enter,
    Key.Key_N,
]
BACK = [Key.Key_Left, Key.Key_Up, Key.Key_PageUp, Key.Key_Backspace, Key.Key_P]


@pytest.mark.parametrize("key", FORWARD)
def test_keys_that_step_forward(window, key):
    QTest.keyClick(window.view, key)
    assert window.session.cursor == 1


@pytest.mark.parametrize("key", BACK)
def test_keys_that_step_back(window, key):
    window.session.seek(3)
    QTest.keyClick(window.view, key)
    assert window.session.cursor == 2


def test_shift_space_home_and_end(window):
    window.session.seek(3)
    QTest.keyClick(window.view, Key.Key_Space, Shift)
    assert window.session.cursor == 2
    QTest.keyClick(window.view, Key.Key_End)
    assert window.session.cursor == len(window.session.trace)
    QTest.keyClick(window.view, Key.Key_Home)
    assert window.session.cursor == 0


def test_each_letter_opens_one_entry_of_a_menu(window):
    menus = [window.menuBar(), *window.menuBar().findChildren(QMenu)]
    assert len(menus) > 8
    for menu in menus:
        texts = [action.text().split("\t")[0] for action in menu.actions()]
        letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
        assert len(set(letters)) == len(letters), texts


NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
LONG = "; ".join(f"a{i + 1} = sin(a{i})" for i in range(30))


def post(widget, key, count=1, repeat=True, modifiers=NONE):
    """Put keys into the program's queue: presses, or repeats of a key that is held down."""
    for _ in range(count):
        event = QKeyEvent(QKeyEvent.Type.KeyPress, key, modifiers, "", repeat)
        QApplication.postEvent(widget, event)


def test_a_held_key_steps_again_only_after_a_rest(window, qtbot):
    window.session.set_text(LONG)
    post(window.view, Key.Key_Right, repeat=False)
    post(window.view, Key.Key_Right, 20)
    QApplication.sendPostedEvents()
    assert window.session.cursor == 1
    qtbot.waitUntil(lambda: not window.key_repeat.resting)
    post(window.view, Key.Key_Right, 20)
    QApplication.sendPostedEvents()
    assert window.session.cursor == 2


@pytest.mark.parametrize("key", [*FORWARD, *BACK])
def test_repeats_that_come_while_a_step_takes_long_are_passed_over(window, qtbot, clock, key):
    """Each step takes ten seconds, in which the held key is repeated and then let go."""
    session = window.session
    session.set_text(LONG)
    session.seek(20)

    def take_long():
        clock.seconds += 10
        post(window.view, key, 40)
        session.cursorMoved.disconnect(take_long)

    session.cursorMoved.connect(take_long)
    post(window.view, key, repeat=False)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: not window.key_repeat.resting)
    QApplication.processEvents()
    assert session.cursor == (21 if key in FORWARD else 19)


def test_every_single_press_counts_however_long_a_step_takes(window, clock):
    session = window.session
    session.set_text(LONG)
    session.cursorMoved.connect(lambda: setattr(clock, "seconds", clock.seconds + 10))
    post(window.view, Key.Key_Right, 12, repeat=False)
    post(window.view, Key.Key_Left, 3, repeat=False)
    QApplication.processEvents()
    assert session.cursor == 9


def test_a_key_held_down_walks_along_one_edge_at_a_time(window):
    post(window.view, Key.Key_Left, repeat=False, modifiers=ALT)
    post(window.view, Key.Key_Left, 20, modifiers=ALT)
    QApplication.sendPostedEvents()
    assert window.session.selection == "f"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_only_commands_that_repeat_run_on_while_their_keys_are_held(window, command):
    assert window.actions_by_id[command.id].autoRepeat() == command.repeats


def test_a_command_that_repeats_rests_but_takes_every_press(window, qtbot):
    action, digits = window.actions_by_id["more_digits"], window.session.digits
    for _ in range(3):
        QTest.keyClick(window, Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert window.session.digits == digits + 3
    assert not action.autoRepeat()
    qtbot.waitUntil(action.autoRepeat)


def test_typing_in_the_program_does_not_step(window, qtbot):
    editor = window.program.editor
    editor.setFocus()
    editor.selectAll()
    type_text(editor, "n p σ(n p)")
    QTest.keyClick(editor, Key.Key_Home)
    assert window.session.cursor == 0
    qtbot.waitUntil(lambda: window.session.document.text == "n p σ(n p)")
    assert set(window.session.document.values) == {"n", "p"}


def test_the_graph_follows_the_typing_and_a_mistake_is_told_beside_it(window, qtbot):
    editor = window.program.editor
    editor.setFocus()
    editor.selectAll()
    type_text(editor, "(a+b")
    qtbot.waitUntil(lambda: "not closed" in window.program.message.text())
    assert window.program.fix.isVisible()
    assert window.session.trace.graph.output == "f" and "x" in window.session.trace.graph.nodes
    assert editor.extraSelections()
    QTest.mouseClick(window.program.fix, Qt.MouseButton.LeftButton)
    assert window.session.document.text == "(a+b)"
    assert window.session.problem is None
    assert not window.program.fix.isVisible()


def test_the_reading_is_shown(window, qtbot):
    window.session.set_text("1/2 x y")
    qtbot.waitUntil(lambda: "(1 / 2) · x" in window.program.reading.text())


def test_undo_brings_the_typed_text_back(window, qtbot):
    window.program.editor.setPlainText("x y")
    qtbot.waitUntil(lambda: window.session.document.text == "x y")
    window.actions_by_id["undo"].trigger()
    assert window.program.editor.toPlainText() == "(x+y)z"
    assert window.session.trace.last.value("f") == -12


def test_values_are_typed_in_the_table(window, qtbot):
    type_value(window.algorithm, "x", "[1, 2")
    assert "x" in window.algorithm.message.text()
    type_value(window.algorithm, "x", "1/2")
    assert window.session.document.values["x"] == 0.5
    assert not window.algorithm.message.isVisible()


def test_a_step_writes_only_the_rows_of_what_it_computes(window):
    session, rows = window.session, window.algorithm.rows
    session.set_text("h = tanh(w1 x + w2 y); g = σ(w3 h + w4 x); L = (g - t)^2 + 0.1 w1^2")
    written = set()
    rows.dataChanged.connect(lambda first, last: written.update(range(first.row(), last.row() + 1)))
    session.set_stride("message")
    for count in range(len(session.trace)):
        written.clear()
        ringed = {rows.row_of(node) for node in rows.read_now()}
        session.step(1)
        ringed |= {rows.row_of(node) for node in rows.read_now()}
        touched = session.trace.touched(count, count + 1)
        lit = {rows.row_of_step(number) for number in (count - 1, count, count + 1)}
        assert written <= {rows.row_of(node) for node in touched} | lit | ringed
        assert rows.row_of_step(count + 1) in written
    written.clear()
    session.select("h")
    assert not written


def test_the_table_is_right_wherever_one_goes(window):
    """What it shows after steps to and fro is what it shows when it is filled anew."""
    session = window.session
    session.set_text("h = tanh(w1 x + w2 y); L = (h - x)^2")
    for count in (3, len(session.trace), 5, 4, 7, 0, 6):
        session.seek(count)
        stepped = everything(window.algorithm)
        window.set_theme(window.theme)
        session.set_digits(session.digits + 1)
        session.set_digits(session.digits - 1)
        assert stepped == everything(window.algorithm)


def test_what_is_typed_for_the_same_value_is_put_right(window):
    type_value(window.algorithm, "x", "-4/2")
    assert text(window.algorithm, "x") == "−2"
    assert window.session.undo_stack.count() == 0


def test_a_number_in_the_table_is_dragged_sideways_as_one_edit(window):
    table = window.algorithm.table
    table.scrollTo(index_of(window.algorithm, "y"))
    viewport, at = table.viewport(), table.visualRect(index_of(window.algorithm, "y")).center()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
    for moved in (8, 20, 40):
        QTest.mouseMove(viewport, at + QPoint(moved, 0))
        QApplication.sendEvent(viewport, _move(viewport, at + QPoint(moved, 0)))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at + QPoint(40, 0))
    assert window.session.document.values["y"] == pytest.approx(6.0)
    assert window.session.undo_stack.count() == 1


def _move(widget, at):
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    left = Qt.MouseButton.LeftButton
    return QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(at),
        QPointF(widget.mapToGlobal(at)),
        left,
        left,
        Qt.KeyboardModifier.NoModifier,
    )


def test_arrow_keys_in_the_table_move_in_the_table(window):
    table = window.algorithm.table
    table.setFocus()
    table.setCurrentIndex(index_of(window.algorithm, "x"))
    QTest.keyClick(table, Key.Key_Down)
    assert table.currentIndex().row() == index_of(window.algorithm, "y").row()
    assert window.session.cursor == 0


def test_the_explanation_follows_the_steps(window):
    window.session.seek(window.session.trace.position("backward:4"))
    assert window.explanation.title.text() == "Backward: v₁ → x"
    assert "Upstream −4 × local 1 = −4" in window.explanation.sentence.text()
    window.actions_by_id["copy_latex"].trigger()
    assert r"\frac{\partial f}{\partial x}" in QGuiApplication.clipboard().text()


def test_playing_goes_to_the_end_and_stops(window, qtbot):
    window.transport.speed.setCurrentText("4×")
    window.transport.toggle()
    assert window.transport.playing
    qtbot.waitUntil(lambda: window.session.cursor == len(window.session.trace))
    assert not window.transport.playing


def test_presenting_leaves_the_canvas_alone_and_esc_comes_back(window):
    window.session.seek(2)
    window.actions_by_id["present"].trigger()
    assert window.presentation.active and window.session.cursor == 0
    assert window.stage.isVisible() and not window.transport.isVisible()
    assert not any(pane.seen for pane in window.panes.values()) and not window.menuBar().isVisible()
    QTest.keyClick(window.view, Key.Key_PageDown)
    assert window.session.cursor == 1
    QTest.keyClick(window.view, Key.Key_B)
    assert window.presentation.black
    QTest.keyClick(window.view, Key.Key_Period)
    assert not window.presentation.black
    QTest.keyClick(window.view, Key.Key_Escape)
    assert not window.presentation.active
    assert window.menuBar().isVisible() and window.panes["program"].seen and not window.stage.isVisible()


def test_a_remote_starts_and_ends_with_the_same_key(window):
    window.actions_by_id["present_here"].trigger()
    assert window.presentation.active
    window.actions_by_id["present_here"].trigger()
    assert not window.presentation.active


def test_every_command_is_in_a_menu_with_a_tip(window):
    for command in COMMANDS:
        action = window.actions_by_id[command.id]
        assert action.toolTip() and command.tip
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


OF_THE_LISTING = {"fold_lines", "show_lines", "data_gradients"}
OF_THE_GRAPH = {command.id for command in COMMANDS if command.needs == "graph"}
OF_STEPS = {"next", "previous", "first", "last", "play", "in_beats", *(f"stride_{name}" for name in STRIDES)}


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_commands_without_effect_in_a_workspace_are_grey_and_say_why(window, workspace):
    window.show_workspace(workspace)
    without = {
        "step": set(),
        "train": {"pin_program", "band_window", "beside_window", *OF_THE_LISTING, *OF_THE_GRAPH, *OF_STEPS},
        "lectures": {command.id for command in COMMANDS if command.needs},
    }[workspace]
    actions = window.actions_by_id
    assert {
        command.id for command in COMMANDS if command.needs and not actions[command.id].isEnabled()
    } == without
    for command in COMMANDS:
        assert actions[command.id].toolTip().startswith("Not in ") == (command.id in without), command.id
    palette = Palette(window, COMMANDS, actions, window.why_not)
    palette.field.setText("Program in the left column")
    (item,) = palette.list.findItems("Program in the left column", Qt.MatchFlag.MatchStartsWith)
    assert ("Not in" in item.text()) == ("pin_program" in without)
    palette.list.setCurrentItem(item)
    before = window.arrangement.kept.pinned
    QTest.keyClick(palette.field, Key.Key_Return)
    assert (window.arrangement.kept.pinned == before) == ("pin_program" in without)
    palette.reject()


def test_what_changes_the_graph_can_be_chosen_in_train_where_it_is_seen_there(window):
    """A program without parameters has nothing to train: the canvas shows its steps."""
    window.show_workspace("train")
    assert {"unfold", "group", "statements", "captions", "arrange"} < OF_THE_GRAPH
    assert not window.actions_by_id["unfold"].isEnabled()
    window.training.change("train the program", trains=PROGRAM)
    assert window.scene.source is window.session
    assert all(window.actions_by_id[name].isEnabled() for name in OF_THE_GRAPH)


def test_the_menu_of_a_net_that_is_trained_does_not_fold_what_is_drawn_in_step(window):
    session = window.session
    session.replace_document(Document("y = sigmoid(x)", {"x": 0.5}), None)
    session.unfold_all("all")
    frame = session.figure.frames[0]
    at = window.view.mapFromScene(frame_rect(frame).center())
    assert window.view.frame_under(at) == frame.key
    window.show_workspace("train")
    side = window.view.viewport().rect()
    points = [QPoint(x, y) for x in range(0, side.width(), 20) for y in range(0, side.height(), 20)]
    assert not any(window.view.frame_under(point) for point in points)


def test_a_canvas_that_is_not_seen_takes_no_commands(window):
    """Nothing of it changes in the workspace of lectures, and Ctrl+B opens no column there."""
    window.show_workspace("lectures")
    needing = {"next", "last", "play", "zoom_in", "fit", "left_column", "unfold_all", "statements", "group"}
    assert needing <= {command.id for command in COMMANDS if command.needs}
    before = window.session.cursor, window.session.document, dict(window.arrangement.kept.open)
    for name in needing:
        window.actions_by_id[name].trigger()
    assert (window.session.cursor, window.session.document, window.arrangement.kept.open) == before
    window.show_workspace("step")
    assert all(window.actions_by_id[name].isEnabled() for name in needing)


def test_the_sheet_names_the_keys_with_which_one_trains():
    """Those that the window takes there, and no others."""
    said = {key for keys, _ in CANVAS_KEYS if keys.endswith(" in Train") for key in keys[:-9].split(", ")}
    taken = {f"{'Shift+' * shift}{key.name.removeprefix('Key_')}" for key, shift in TRAINING_KEYS}
    assert said == taken


def test_keys_where_one_trains(window):
    window.show_workspace("train")
    window.training.change("train", trains="network", data="gauss")
    training, trainer = window.training, window.training.run.trainer
    whole = trainer.left_in_epoch

    def pressed(key, modifiers=NONE):
        QTest.keyClick(window.view, key, modifiers)
        return trainer.updates

    assert pressed(Key.Key_Right) == 1
    assert pressed(Key.Key_Right, Shift) == whole > 2
    assert pressed(Key.Key_Right, Shift) == 2 * whole
    unbound = Key.Key_Left, Key.Key_Home, Key.Key_End, Key.Key_N, Key.Key_Q, Key.Key_Return
    nothing = [(key, NONE) for key in unbound]
    nothing += [(key, Shift) for key in (Key.Key_Left, Key.Key_Space, Key.Key_Home)]
    assert {pressed(*keys) for keys in nothing} == {2 * whole} and not training.is_training
    pressed(Key.Key_Space)
    assert training.is_training
    pressed(Key.Key_Space)
    assert not training.is_training
    assert window.session.cursor == 0


def test_no_two_commands_share_a_key(window):
    seen = {}
    for name, action in window.actions_by_id.items():
        for shortcut in action.shortcuts():
            key = shortcut.toString()
            assert key not in seen, f"{key}: {name} and {seen[key]}"
            seen[key] = name


@pytest.mark.parametrize("name", ["palette", "keys", "notation", "about"])
def test_sheets_open_and_close(window, qtbot, name):
    window.actions_by_id[name].trigger()
    sheet = next(w for w in window.findChildren(QDialog) if w.isVisible())
    qtbot.waitExposed(sheet)
    QTest.keyClick(sheet, Key.Key_Escape)
    qtbot.waitUntil(lambda: not any(w.isVisible() for w in window.findChildren(QDialog)))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_every_panel_of_the_table_has_its_place_and_its_command(window, qtbot, panel):
    there = window.panes[panel.name]
    assert (there.made is None) == (panel.on_demand and not panel.at_first)
    there.open()
    qtbot.waitUntil(lambda: there.seen)
    tabs = window.arrangement.places[panel.place]
    assert tabs.currentWidget() is there.page and tabs.tabText(tabs.currentIndex()) == panel.title
    if panel.menu:
        action = window.actions_by_id[panel.name]
        qtbot.waitUntil(action.isChecked)
        action.trigger()
        assert not there.seen and not action.isChecked()


CONTEXT_MENUS = {
    "canvas": lambda window: window.view.viewport(),
    "explanation": lambda window: window.explanation.viewport(),
    "formula": lambda window: window.panes["derivatives"].make().views[0],
}


@pytest.mark.parametrize("place", CONTEXT_MENUS.values(), ids=CONTEXT_MENUS.keys())
def test_a_context_menu_is_gone_when_it_is_closed(window, place):
    window.panes["derivatives"].open()
    asked, at = place(window), QPoint(5, 5)
    before = window.findChildren(QMenu)
    QApplication.sendEvent(
        asked, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, asked.mapToGlobal(at))
    )
    menu = QApplication.activePopupWidget()
    assert menu not in before and menu.actions()
    QTest.keyClick(menu, Key.Key_Escape)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(QMenu) == before


def test_the_palette_runs_a_command(window, qtbot):
    window.actions_by_id["palette"].trigger()
    palette = next(w for w in window.findChildren(QDialog) if w.isVisible())
    palette.field.setText("next step")
    QTest.keyClick(palette.field, Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.cursor == 1)


def test_focusable_widgets_have_names(window):
    from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QTableWidget, QToolButton

    for kind in (QComboBox, QPlainTextEdit, QTableWidget):
        for widget in window.findChildren(kind):
            assert widget.accessibleName(), widget
    for button in window.transport.findChildren(QToolButton):
        assert button.accessibleName() and button.toolTip()


def test_every_panel_hears_a_step_once(window, monkeypatch):
    calls = []
    for panel in (window.program, window.algorithm, window.explanation, window.transport, window.scene):
        kind = type(panel)
        name = next(name for name in ("_step", "_show_step", "_show") if hasattr(kind, name))
        original = getattr(kind, name)
        monkeypatch.setattr(kind, name, lambda self, original=original: (calls.append(self), original(self)))
    window.session.step(1)
    assert len(calls) == len(set(map(id, calls)))
    assert {type(panel).__name__ for panel in calls} >= {
        "AlgorithmPanel",
        "ExplanationPanel",
        "Transport",
        "Scene",
    }


def test_an_exception_in_a_slot_leaves_the_window_alive(window, qtbot):
    import sys

    from app.shell.crash_report import install_excepthook

    before = sys.excepthook
    reporter = install_excepthook()
    try:
        with qtbot.captureExceptions() as caught:
            window.session.traceChanged.connect(_fail)
            window.session.set_value("x", 1.0)
            window.session.traceChanged.disconnect(_fail)
        assert caught or reporter.dialog is not None
    finally:
        sys.excepthook = before
    assert window.session.trace.last.value("f") == -24


def _fail():
    raise RuntimeError("a slot that fails")


def test_return_in_a_field_does_not_step(window):
    window.panes["training"].toggle()
    field = window.panes["training"].made.controls._fields["hidden"]
    field.setFocus()
    QTest.keyClick(field, Key.Key_Return)
    assert window.session.cursor == 0
    QTest.keyClick(field, Key.Key_Escape)
    assert window.view.hasFocus()


def test_the_scrubber_keeps_its_length_from_step_to_step(window):
    window.session.set_text("loss = 1/(1 + exp(-(weight input + bias)))")
    widths = set()
    for count in range(len(window.session.trace) + 1):
        window.session.seek(count)
        QApplication.processEvents()
        widths.add(window.transport.scrubber.width())
    assert len(widths) == 1


def test_a_presented_number_is_large_and_all_is_in_view(window, qtbot):
    window.session.set_text("1/(1+exp(-(w0 x0 + w1 x1 + w2)))")
    window.presentation.start(0)
    qtbot.waitUntil(lambda: window.presentation.staging.settled)
    pixels = window.session.options.sizes.label * window.view.transform().m11()
    assert pixels >= 0.99 * 36 * window.height() / 1080
    assert window.view.camera.seen.contains(window.scene.bounds().adjusted(2, 2, -2, -2))
    window.presentation.stop()


def test_a_long_hint_stands_in_the_sentence_not_on_the_button(window):
    window.session.set_text("2 3")
    window.program._show_problem()
    assert window.program.fix.text() == "Write ·3 instead"
    assert "Write · for a product, ^ for a power or _ for an index." in window.program.message.text()
    window.session.set_text("x+")
    window.program._show_problem()
    assert window.program.message.text().endswith(".")


def test_a_wrong_value_is_answered_with_how_to_write_one(window):
    type_value(window.algorithm, "x", "abc")
    assert "such as abc" not in window.algorithm.message.text()
    assert "1.5, 1/3, [1, 2]" in window.algorithm.message.text()


def test_larger_text_is_larger_everywhere(window):
    editor, title = window.program.editor, window.arrangement.places["left"].tabBar()
    before = (
        editor.font().pointSizeF(),
        title.font().pointSizeF(),
        window.explanation.rule.sizeHint().height(),
    )
    scale_text(window, 1.0)
    after = editor.font().pointSizeF(), title.font().pointSizeF(), window.explanation.rule.sizeHint().height()
    assert all(b > 1.5 * a for a, b in zip(before, after, strict=True))
    scale_text(window, -1.0)


def test_the_title_of_every_step_has_room(window):
    where = window.transport.where
    for cursor in range(len(window.session.trace) + 1):
        window.session.seek(cursor)
        assert where.fontMetrics().horizontalAdvance(where.text()) <= where.width()


KEYS = {command.plain_text for command in COMMANDS if command.keys}


@pytest.mark.parametrize(
    ("name", "listed"), [("keys", KEYS), ("notation", {says for _, says in FUNCTION_LIST})]
)
def test_a_sheet_lists_what_there_is_and_cuts_nothing_off(window, qtbot, name, listed):
    window.actions_by_id[name].trigger()
    sheet = window.findChild(Sheet)
    qtbot.addWidget(sheet)
    sheet.show()
    (table,) = sheet.findChildren(QTableWidget)
    texts = [table.item(row, 1).text() for row in range(table.rowCount())]
    assert listed <= set(texts)
    assert all(table.rowHeight(row) >= table.sizeHintForRow(row) for row in range(table.rowCount()))


FOUND = {
    "fold everything": ["Fold everything", "Unfold everything"],  # the very name
    "fold": [
        "Fold",
        "Fold everything",
        "Unfold",
    ],  # then names that begin with it, then those that contain it
    "UNFOLD": ["Unfold", "Unfold everything", "Unfold to numbers"],
    "copy": ["Copy figure", "Copy step as LaTeX", "Copy value"],
    "step": ["Save figures of all steps", "Copy step as LaTeX", "Next step"],  # in the order of the menus
    "steps all": ["Save figures of all steps"],
    "theme": ["Next theme"],
    "igit": ["More digits", "Fewer digits"],  # a part of a word
    "optimizer": ["One update"],  # of the description
    "no such command": [],
}


@pytest.mark.parametrize("typed", FOUND)
def test_the_palette_puts_the_best_fit_first(window, typed):
    palette = Palette(window, COMMANDS, window.actions_by_id, window.why_not)
    palette.field.setText(typed)
    names = [palette.list.item(row).text().split("    ")[0] for row in range(palette.list.count())]
    assert sorted(FOUND[typed], key=names.index) == FOUND[typed]
    assert names[:1] == FOUND[typed][:1] and palette.list.currentRow() == (0 if names else -1)
    palette.reject()


def test_an_empty_program_offers_examples_to_click(window, qtbot):
    from PySide6.QtWidgets import QPushButton

    assert not window.program.examples.isVisible()
    window.program.editor.setPlainText("")
    qtbot.waitUntil(window.program.examples.isVisible)
    second = window.program.examples.findChildren(QPushButton)[1]
    QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert window.session.document.text == second.text()
    assert window.session.problem is None
    assert not window.program.examples.isVisible()


def test_rounding_noise_is_0_in_the_table_and_exact_under_the_pointer(window):
    window.session.open_program("softmax(x)", {"x": frozen([1, 2, 3])}, "open")
    window.session.seek(len(window.session.trace))
    assert text(window.algorithm, "x", 2) == "[0, 0, 0]"
    assert "e-" in tip(window.algorithm, "x", 2)
    assert "10⁻" in window.view.described("x")


def test_a_value_that_does_not_fit_is_shown_as_it_was_typed(window):
    window.session.set_text("w·x")
    type_value(window.algorithm, "w", "[1, 2, 3]")
    assert "3 entries" in str(window.session.problem)
    assert text(window.algorithm, "w") == "[1, 2, 3]"


def test_a_message_about_a_value_goes_with_the_next_change(window):
    message = window.algorithm.message
    type_value(window.algorithm, "x", "nonsense")
    assert not message.isHidden()
    window.session.set_text("u v")
    assert message.isHidden()


def test_what_was_said_in_passing_goes_with_the_next_change(window):
    window.show_message("Saved x.json")
    window.session.set_text("u v")
    assert window.transport.said.text() == ""
    window.show_message("The recovery copy cannot be written", lasting=True)
    window.session.set_text("u v w")
    assert window.transport.said.text().startswith("The recovery copy")


def test_recent_files_are_listed_by_their_names_however_long(window):
    paths = ["/home/a&b.chainlight", "/home/" + "x" * 1_000 + ".chainlight", "/home/\u202e\n.chainlight"]
    window.settings.set("recent", paths)
    menu = next(menu for menu in window.findChildren(QMenu) if menu.title() == "Open &recent")
    menu.aboutToShow.emit()
    first, second, third = (action.text() for action in menu.actions())
    assert first == "/home/a&&b.chainlight"
    assert len(second) <= 100 and second.startswith("/home/x") and second.endswith("x.chainlight")
    assert third == "/home/\ufffd\ufffd.chainlight"


def test_a_value_is_edited_though_a_field_was_left_open_on_another(window, qtbot):
    """In a window that is not the active one no field hears that it has lost the focus."""
    sheet = QDialog(window)
    sheet.show()
    sheet.activateWindow()
    qtbot.waitUntil(sheet.isActiveWindow)
    window.panes["algorithm"].open()
    table = window.algorithm.table
    table.edit(index_of(window.algorithm, "x"))
    with QSignalBlocker(table.selectionModel()):
        table.setCurrentIndex(index_of(window.algorithm, "z", 0))
    window.algorithm.edit("y")
    assert [field.text() for field in table.viewport().findChildren(QLineEdit) if field.isVisible()] == ["5"]


def test_commands_are_described_in_plain_words():
    odd = {"stand", "stands", "told", "tells"}
    said = {command.id: f"{command.text} {command.tip}" for command in COMMANDS}
    assert {name: text for name, text in said.items() if odd & {*text.lower().split()}} == {}

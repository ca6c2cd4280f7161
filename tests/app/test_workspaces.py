"""Three workspaces on one document: what stands where, how large, and what is kept of it."""

import pytest
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.panels.program_line import INSET
from app.shell.examples import EXAMPLES
from app.shell.stage import shrunk
from app.shell.window import Window
from app.shell.workspaces import WORKSPACES, band_height, column_width
from app.state.arrangement import Arrangement, arrangement_text, read_arrangement
from app.state.settings import Settings
from core.passes.stepper import run
from tests.app.seen.pixels import widget

Key, Ctrl = Qt.Key, Qt.KeyboardModifier.ControlModifier
SIZES = ((1024, 700), (1440, 900), (1920, 1080))


def resized(window, width, height):
    window.resize(width, height)
    QApplication.processEvents()
    return window


def share_of_canvas(window):
    """How much of the window's width and height the canvas takes."""
    return window.view.width() / window.width(), window.view.height() / window.height()


def test_the_canvas_is_one_widget_that_every_workspace_shows(window, qtbot):
    view, scene = window.view, window.scene
    for name in ("train", "lectures", "step"):
        window.show_workspace(name)
        QApplication.processEvents()
        assert window.view is view and window.view.scene() is scene
        assert view.isVisible() == (name != "lectures")
        assert window.header.switch.buttons[name].isChecked()
        assert window.lectures.isVisible() == (name == "lectures")
        assert window.panes["training"].seen == (name == "train")


def test_the_keys_of_workspaces(window):
    for number, name in enumerate(WORKSPACES, start=1):
        window.actions_by_id[f"workspace_{name}"].trigger()
        assert window.arrangement.workspace.name == name
        assert WORKSPACES[name].key == f"Ctrl+{number}"


@pytest.mark.parametrize("size", SIZES)
def test_the_canvas_keeps_its_share(window, size):
    resized(window, *size)
    across, down = share_of_canvas(window)
    assert across >= 0.74 and down >= 0.44
    window.panes["training"].open()
    QApplication.processEvents()
    across, down = share_of_canvas(window)
    assert across >= 0.59


def test_columns_are_as_wide_as_the_table_says():
    step = WORKSPACES["step"]
    assert [column_width(step, "left", width, 1.0) for width, _ in SIZES] == [256, 300, 340]
    assert column_width(step, "left", 1440, 1.5) == 360  # a quarter of the window, no more
    assert column_width(step, "left", 1440, 1.0, own=350) == 350
    assert band_height(730, 1.0) == 266 and band_height(730, 1.0, own=600) == round(730 * 0.53)


def test_a_narrow_window_has_its_column_closed_and_one_panel_below(window, qtbot):
    resized(window, 1024, 700)
    assert not window.arrangement.places["left"].isVisible()
    assert not window.arrangement.places["beside"].isVisible()
    below = window.arrangement.places["band"]
    qtbot.waitUntil(lambda: below.count() == 2)  # this step, and this node
    window.actions_by_id["left_column"].trigger()
    QApplication.processEvents()
    assert window.arrangement.places["left"].isVisible()
    resized(window, 1440, 900)
    window.session.select("x")
    assert below.count() == 1 and window.arrangement.places["beside"].isVisible()


def test_the_rule_has_the_whole_band_until_a_node_is_selected(window):
    resized(window, 1440, 900)
    session, frame, panel = window.session, window.arrangement, window.explanation
    session.open_program("z = W x + b; p = softmax(z); L = -log(p[0])", {}, "open")
    assert not frame.places["beside"].isVisible() and panel.width() == frame.band.width() > 1000
    session.select("W")
    QApplication.processEvents()
    assert frame.places["beside"].isVisible() and panel.width() < 0.55 * frame.band.width()
    session.select("")
    QApplication.processEvents()
    assert panel.width() == frame.band.width()
    session.select("z")
    session.open_program("a b", {}, "open")
    QApplication.processEvents()
    assert session.selection == "" and panel.width() == frame.band.width()
    window.panes["derivation"].open()
    QApplication.processEvents()
    assert frame.places["beside"].isVisible(), "who asks for the panel is told to select a node"
    window.panes["derivation"].toggle()
    QApplication.processEvents()
    assert not frame.places["beside"].isVisible()


def test_a_window_opens_with_the_panels_and_the_listing_that_were_chosen(qtbot, fonts, session):
    settings = Settings()
    settings.set("arrangement", Arrangement(panels={"training": True, "derivation": False}))
    settings.set("listing", "torch")
    made = Window(session, settings)
    qtbot.addWidget(made)
    made.resize(1440, 900)
    made.show()
    made.make_panes()
    QApplication.processEvents()
    assert made.panes["training"].seen and not made.panes["derivation"].shown
    assert made.algorithm.form == "torch" and made.algorithm.form_button.text().startswith("PyTorch")
    made.panes["training"].close()
    assert made.arrangement.kept.panels == {"derivation": False}
    made.algorithm.choose_form("numpy")
    session.fold_lines(["f"])
    made.panes["training"].open()
    made.arrangement.reset_layout()
    assert not made.panes["training"].shown and made.panes["derivation"].shown
    assert made.arrangement.kept == Arrangement()
    assert (settings.get("listing"), made.algorithm.form, session.drawn.folded) == ("numpy", "numpy", ("f",))
    session.undo_stack.setClean()  # nothing is asked as the window closes


def test_results_take_the_place_of_the_left_column_where_both_have_no_room(window):
    resized(window, 1440, 900)
    window.panes["training"].open()
    QApplication.processEvents()
    assert not window.arrangement.places["left"].isVisible()
    window.panes["training"].toggle()
    QApplication.processEvents()
    assert window.arrangement.places["left"].isVisible()
    resized(window, 1920, 1080)
    window.panes["training"].open()
    QApplication.processEvents()
    assert window.arrangement.places["left"].isVisible()


def test_the_editor_below_the_line_pushes_the_middle_down(window):
    resized(window, 1440, 900)
    window.arrangement.pin_program(False)
    window.arrangement.close_sheet()
    QApplication.processEvents()
    top = window.view.mapTo(window, QPoint(0, 0)).y()
    window.edit_program()
    QApplication.processEvents()
    assert window.program.isVisible() and window.program.editor.hasFocus()
    assert window.view.mapTo(window, QPoint(0, 0)).y() >= top + window.program.height()
    QTest.keyClick(window.program.editor, Key.Key_Escape)
    QApplication.processEvents()
    assert not window.program.isVisible() and window.view.mapTo(window, QPoint(0, 0)).y() == top
    window.edit_program()
    assert window.program.editor.hasFocus()
    window.edit_program()
    assert not window.program.isVisible() and window.view.hasFocus()
    window.arrangement.pin_program(True)
    QApplication.processEvents()
    assert window.panes["program"].seen


def test_play_is_at_the_same_pixel_in_step_and_train(window):
    resized(window, 1440, 900)
    places = []
    for name in ("step", "train"):
        window.show_workspace(name)
        QApplication.processEvents()
        places.append(window.transport.play.mapTo(window, QPoint(0, 0)))
    assert places[0] == places[1]


def test_space_plays_the_training_where_it_is_trained(window, qtbot):
    window.show_workspace("train")
    QTest.keyClick(window.view, Key.Key_Right)
    qtbot.waitUntil(lambda: window.training.record is not None and window.training.record.step == 1)
    QTest.keyClick(window.view, Key.Key_Space)
    assert window.training.is_training and window.session.cursor == 0
    QTest.keyClick(window.view, Key.Key_Space)
    assert not window.training.is_training
    count = window.training.record.step
    QTest.keyClick(window.view, Key.Key_Home)  # which goes to the start of the steps, not of a training
    assert window.training.record.step == count >= 1
    window.actions_by_id["train_reset"].trigger()
    qtbot.waitUntil(lambda: window.training.record is not None and window.training.record.step == 0)


def test_on_the_stage_keys_step_where_nothing_can_be_trained(window):
    window.training.change("train the program", trains="program", data="digits")
    window.show_workspace("train")
    assert window.training.run is None
    window.presentation.start(0)
    for key in (Key.Key_PageDown, Key.Key_Space, Key.Key_Right):
        QTest.keyClick(window.view, key)
    assert window.session.place == 3 and not window.training.is_training
    window.presentation.stop()


@pytest.mark.parametrize("number", [0, -1], ids=["scene", "example"])
def test_a_scene_opens_as_one_edit_of_no_file_and_can_be_stepped(window, tmp_path, number):
    window.session.saved_as(tmp_path / "mine.chainlight")
    window.show_workspace("lectures")
    before, card = window.session.document, window.lectures.cards[number]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert window.arrangement.workspace.name == "step"
    assert window.session.document.text == card.offer.document().text
    assert window.session.path is None and "mine" not in window.windowTitle()
    window.session.undo_stack.undo()
    assert window.session.document == before and not window.session.undo_stack.canUndo()
    assert window.session.path == tmp_path / "mine.chainlight" and "mine" in window.windowTitle()
    window.session.undo_stack.redo()
    assert window.session.path is None


def test_reset_layout_forgets_what_was_dragged(window):
    resized(window, 1440, 900)
    frame = window.arrangement
    usual = frame.columns.sizes()
    frame.kept.sizes["step.left"] = 240
    frame.arrange()
    assert abs(frame.columns.sizes()[0] - 240) <= 2
    window.panes["training"].open()
    window.actions_by_id["reset_layout"].trigger()
    QApplication.processEvents()
    assert frame.columns.sizes() == usual


def test_an_arrangement_is_kept_as_a_line_of_the_settings():
    kept = Arrangement("train", {"step.left": False}, {"train.right": 500}, pinned=False)
    assert read_arrangement(arrangement_text(kept)) == kept
    for wrong in ("", "[]", '{"workspace": "play"}', '{"sizes": {"step.left": -1}}', '{"sizes": 3}'):
        with pytest.raises(ValueError):
            read_arrangement(wrong)


# -- the stage

WIDE = "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R"


@pytest.fixture
def stage(window, qtbot):
    def shown(text, cursor=None):
        window.session.set_text(text)
        qtbot.waitUntil(lambda: not window.session.computing and not window.session.is_outdated)
        window.presentation.start(cursor if cursor is not None else len(window.session.trace) - 1)
        qtbot.waitUntil(lambda: window.presentation.staging.settled)
        return window

    yield shown
    window.presentation.stop()


def test_the_stage_shows_the_rule_the_numbers_and_the_counter(stage):
    window = stage(WIDE)
    assert window.stage.rule.isVisible() and window.stage.numbers.isVisible()
    last = len(window.session.stops) - 1
    assert window.stage.counter.text() == f"{window.session.place} / {last}"
    em = window.stage.rule.box()
    assert em is not None


def test_high_matrices_stand_behind_their_rule_on_the_stage_where_that_makes_them_larger(stage):
    window = stage("z = W x + b; L = z·z")
    window.session.seek(len(window.session.trace))
    found = window.explanation.explanation
    assert window.stage.rule.formula() == found.line and window.stage.numbers.isHidden()
    em, room = 60.0, QSizeF(1820.0, 250.0)
    assert shrunk([found.line], em, room) > 1.5 * shrunk([found.rule, found.numbers], em, room)
    assert shrunk([found.rule], em, QSizeF(1e6, 1e6)) == 1.0


def test_far_parts_are_folded_on_a_stage_and_the_document_stays(stage):
    window = stage(WIDE)
    session, document = window.session, window.session.document
    drawn = set(session.drawing.sizes)
    step = session.trace.steps[session.cursor - 1]
    assert {step.node, step.arg} <= drawn  # what the step is about
    assert len(drawn) < len(session.trace.graph.nodes) - 2  # and not all else
    assert session.document is document
    window.presentation.stop()
    assert len(session.drawing.sizes) > len(drawn)


HALL = QSize(1920, 1080)
LEAST = 36 - 0.1  # pixels, of the numbers there


def seen_on(window):
    """How large the least number of the present figure is, and how much of it is outside of the view."""
    session, view = window.session, window.view
    scale, figure = view.transform().m11(), session.figure
    sizes = [label.map.text if label.map else label.size for label in figure.labels if label.role != "note"]
    place, seen = session.drawing.placement, view.mapToScene(view.viewport().rect()).boundingRect()
    whole = QRectF(place.left, place.top, place.width, place.height)
    return scale * min(sizes, default=LEAST), whole.united(seen).width() - seen.width()


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (WIDE, ""),
        ("J = 1/2 (σ(w x + b) - t)^2 + 1/2 λ w^2", "all"),
        ("h = σ(W1 x + b1); y = softmax(W2 h + b2); L = -log(y[k])", ""),
    ],
)
def test_numbers_are_large_and_nothing_is_cut_at_any_step_of_a_stage(window, stage, text, level):
    window.session.set_text(text)
    if level:
        window.session.unfold_all(level)
    stage(text, 0)
    window.showNormal()
    window.resize(HALL)
    layouts = set()
    for stop in window.session.stops:
        window.session.seek(stop)
        while not window.presentation.staging.settled:
            QTest.qWait(1)
        least, beyond = seen_on(window)
        assert least >= LEAST and beyond < 1, stop
        layouts.add(tuple(window.session.drawing.sizes))
    assert 1 < len(layouts) < 0.5 * len(window.session.stops)


def test_numbers_travel_in_the_drawing_that_a_step_is_seen_in(stage):
    window = stage(WIDE, 0)
    session, scene, changes = window.session, window.scene, 0
    scene.animated = True
    for _ in range(len(session.stops) - 1):
        before = session.drawing
        session.step(1)
        while not window.presentation.staging.settled:
            QTest.qWait(1)
        touched = session.trace.steps[session.cursor - 1]
        if session.drawing is not before and hasattr(touched, "arg"):
            changes += 1
            assert session.arrived == session.since  # what the step makes is not there yet
        scene.finish()
        assert session.arrived == session.cursor
    assert changes


def test_in_three_beats_a_stage_shows_the_step_of_which_the_rule_is_seen(stage):
    window = stage(WIDE, 0)
    session = window.session
    session.set_in_beats(True)
    for by in (1, -1):
        for _ in range(60):
            before = session.cursor, session.part
            session.step(by)
            expected = session.cursor, session.part
            while not window.presentation.staging.settled:
                QTest.qWait(1)
            assert (session.cursor, session.part) == expected != before
            if session.part:
                coming = session.trace.steps[session.stops[session.place + 1] - 1]
                name = getattr(coming, "arg", coming.node)
                assert {name, coming.node} <= session.options.near
    session.set_in_beats(False)


def test_what_is_chosen_on_a_stage_is_seen_there(stage, qtbot):
    window = stage(WIDE)
    window.session.set_notation("bar")
    qtbot.waitUntil(lambda: window.presentation.staging.settled)
    assert window.session.notation == "bar" and window.session.options.near
    window.session.set_options(digits=2)
    qtbot.waitUntil(lambda: window.presentation.staging.settled)
    assert window.session.digits == 2


def test_a_number_and_return_go_to_a_step(stage):
    window = stage(WIDE)
    for key in (Key.Key_1, Key.Key_2):
        QTest.keyClick(window.view, key)
    assert "12" in window.stage.counter.text()
    QTest.keyClick(window.view, Key.Key_Return)
    assert window.session.place == 12
    for key in (Key.Key_9, Key.Key_9, Key.Key_9):
        QTest.keyClick(window.view, key)
    QTest.keyClick(window.view, Key.Key_Return)
    assert window.session.place == len(window.session.stops) - 1


def test_a_key_hides_the_program_on_the_stage(stage):
    window = stage(WIDE)
    assert window.header.line.isVisible()
    QTest.keyClick(window.view, Key.Key_F)
    assert not window.header.line.isVisible()
    QTest.keyClick(window.view, Key.Key_F)
    assert window.header.line.isVisible()


# -- the program in one line


def wave(window):
    """Where the line under a mistake begins and ends, in pixels of the line."""
    seen = widget(window.header.line, window.theme)
    columns = seen.places("wrong", "gradient")[:, 0]  # which have one colour
    return columns.min(), columns.max()


def test_a_mistake_has_a_wave_under_its_place(window, qtbot):
    line = window.header.line
    starts = []
    for text in ("x + ) y", "x + y + z + ) y"):
        window.session.set_text(text)
        qtbot.waitUntil(
            lambda: window.session.problem is not None and window.session.problem.span is not None
        )
        span = window.session.problem.span
        start, end = wave(window)
        expected = INSET + line.fontMetrics().horizontalAdvance(text[: span.start])
        assert abs(start - expected) < 6 and end < line.width() / 2
        starts.append(start)
    assert starts[0] < starts[1]
    window.session.set_text("x + y")
    assert widget(line, window.theme).amount("wrong", "gradient") == 0


@pytest.mark.parametrize("width", (800, 1000, 1400))
def test_what_the_bar_has_no_room_for_is_in_a_menu(window, qtbot, width):
    resized(window, width, 800)
    bar = window.transport
    assert bar.where.width() >= bar.where.sizeHint().width()
    hidden = [part for part in (bar.stride, bar.speed, window.results) if not part.isVisible()]
    assert bar.more.isVisible() == bool(hidden) == (width == 800)
    if hidden:
        QTest.mouseClick(bar.more, Qt.MouseButton.LeftButton)
        assert QApplication.activePopupWidget() is bar.folded and all(part.isVisible() for part in hidden)
        QTest.keyClick(bar.folded, Qt.Key.Key_Escape)
        assert not any(part.isVisible() for part in hidden)


def test_a_line_that_is_too_long_fades_out(window, qtbot):
    line = window.header.line
    window.session.set_text("; ".join(f"a{i + 1} = sin(a{i})" for i in range(40)))
    qtbot.waitUntil(lambda: not window.session.computing)
    assert line.box.width > line.width()
    seen = widget(line, window.theme)
    middle = QRectF(0, 6, line.width(), line.height() - 12)
    left, right = (QRectF(x, middle.top(), 5, middle.height()) for x in (INSET + 1, line.width() - 8))
    assert seen.amount("ink", within=left) > 3 and seen.amount("ink", within=right) == 0


def test_every_step_is_a_stop_on_a_stage_that_folds(stage):
    window = stage(WIDE, 0)
    session = window.session
    places = []
    for _ in range(len(session.stops)):
        QTest.keyClick(window.view, Key.Key_PageDown)
        QTest.qWait(1)
        while not window.presentation.staging.settled:
            QTest.qWait(1)
        places.append(session.cursor)
    window.presentation.stop()
    assert places[:-1] == list(session.stops[1:])


def test_results_stay_beside_the_graph_on_a_stage(window, qtbot):
    window.panes["training"].open()
    window.presentation.start(0)
    QApplication.processEvents()
    assert window.panes["training"].seen and window.stage.isVisible()
    assert not window.panes["training"].made.controls.isVisible() and not window.transport.isVisible()
    assert window.view.width() > window.panes["training"].page.width()
    window.presentation.stop()
    QApplication.processEvents()
    window.show_workspace("train")
    window.panes["training"].made.show_page("settings")
    assert window.panes["training"].made.controls.isVisible()


NUMBERS = {
    "Product of a sum": ({"f": -12.0}, {"x": -4.0, "y": -4.0, "z": 3.0}),
    "A sigmoid neuron in small operations": ({"f": 0.7311}, {"w0": 0.1966, "w1": -0.1966, "x1": 0.3932}),
    "A neuron with vectors": ({"f": 0.7311, "g": 1.0}, {"b": 0.1966}),
    "Two layers, one number each": ({"L": 32.0}, {"w1": 80.0}),
    "Chain rule of one variable": ({}, {"x": 2 / 3}),
    "Two paths from one input": ({"z": 24.0}, {"u": 36.0}),
    "Softmax and cross-entropy": ({"L": 2.0404}, {}),
    "Weight decay": ({"L": 2.4}, {"w": 3.4}),
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_every_example_runs_to_the_numbers_of_its_lecture(example):
    document = example.document
    trace = run(document.text, document.values)
    values, gradients = NUMBERS.get(example.title, ({}, {}))
    for name, number in values.items():
        assert trace.last.value(name) == pytest.approx(number, abs=1e-4)
    for name, number in gradients.items():
        assert trace.last.gradient(name) == pytest.approx(number, abs=1e-4)


def test_the_listing_shows_the_present_line_when_it_comes_to_the_front(window, qtbot):
    window.session.set_text(WIDE)
    qtbot.waitUntil(lambda: not window.session.computing)
    window.session.seek(len(window.session.trace))
    QTest.mouseMove(window.view.viewport())  # a listing that is pointed at stays where it is
    panel = window.panes["algorithm"].open()
    row = panel.rows.row_of_step(window.session.cursor)
    seen = panel.table.viewport()
    qtbot.waitUntil(lambda: panel.table.visualRect(panel.rows.index(row, 0)).bottom() <= seen.height())


def test_in_train_the_results_column_opens_and_closes_and_the_training_goes_on(window):
    window.arrangement.show_workspace("train")
    window.training.toggle()
    action = window.actions_by_id["training"]
    assert window.panes["training"].seen and action.isChecked()
    for seen in (False, True):
        action.trigger()
        assert window.panes["training"].seen == action.isChecked() == seen
        assert window.training.is_training and window.arrangement.workspace.name == "train"
    window.training.pause()


def test_in_lectures_the_keys_of_steps_leave_the_hidden_program_alone(window):
    window.session.seek(2)
    window.arrangement.show_workspace("lectures")
    window.setFocus()
    for key in (Qt.Key.Key_N, Qt.Key.Key_PageDown, Qt.Key.Key_End):
        QTest.keyClick(window, key)
    assert window.session.cursor == 2


def test_on_a_stage_a_key_with_control_is_another_key(window):
    window.presentation.start(0)
    QTest.keyClick(
        window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert not window.presentation.black
    QTest.keyClick(window, Qt.Key.Key_B)
    assert window.presentation.black
    window.presentation.stop()


def test_with_results_the_canvas_of_steps_keeps_its_share_also_in_large_text():
    assert column_width(WORKSPACES["step"], "right", 1024, 1.5) <= 0.4 * 1024 + 1


def test_a_long_training_is_told_whole_in_a_small_window(window):
    window.resize(1024, 700)
    window.show_workspace("train")
    QApplication.processEvents()
    where = window.transport.where
    assert where.width() >= where.fontMetrics().horizontalAdvance("866,945")


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("L = 1/2 (w - 3)^2 + 1", "backward:2"),
        ("y = x^2; z = ln(y)", "backward:1"),
        ("h = max(0, W x + b); L = CE(h, k)", "backward:2"),
        ("y = softmax(W x + b)", "backward:1"),
    ],
)
def test_what_is_said_of_a_step_is_in_view_below_its_rule_in_a_small_window(window, text, step):
    window.resize(1024, 700)
    session, panel = window.session, window.explanation
    session.set_text(text)
    session.seek(session.trace.position(step))
    QApplication.processEvents()
    seen = panel.viewport().rect()
    for part in (panel.title, panel.rule, panel.sentence):
        assert seen.contains(QRect(part.mapTo(panel.viewport(), QPoint()), part.size())), text
    assert panel.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)])
def test_the_editor_below_the_line_is_as_high_as_its_lines_and_a_third_of_the_window_at_most(
    window, qtbot, size
):
    window.resize(*size)
    window.arrangement.pin_program(False)
    sheet, panel = window.arrangement.sheet, window.program

    def height_of(lines):
        panel.editor.setPlainText("\n".join(f"a{line} = x + {line}" for line in range(lines)))
        panel.apply_now()
        QApplication.processEvents()
        return sheet.height()

    line = panel.editor.fontMetrics().lineSpacing()
    window.edit_program()
    qtbot.waitUntil(lambda: sheet.height() < 6 * line)  # the chips have come out of the narrow column
    assert height_of(1) < 0.16 * window.height()
    assert height_of(6) - height_of(5) == line
    assert panel.editor.verticalScrollBar().maximum() == 0
    assert height_of(40) == round(window.arrangement.height() / 3)
    assert panel.editor.verticalScrollBar().maximum() > 0

"""The session: the one place where state changes."""

import gc
import inspect
import subprocess
import sys
import weakref

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest

from app.state.session import Session
from app.state.training_session import TrainingSession
from app.state.undo import Edit
from core.base.arrays import frozen, same
from core.base.errors import Problem
from core.project.document import EXAMPLE, Document, Drawn


def values(session):
    return {name: session.trace.last.value(name) for name in session.trace.graph.nodes}


def test_it_starts_with_a_worked_example_that_can_be_stepped(session):
    assert session.document.text == "(x+y)z"
    assert values(session)["f"] == -12
    assert session.cursor == 0
    session.step(1)
    assert session.snapshot.value("v1") == 3


def test_however_slow_the_machine_there_is_a_trace_from_the_start(slow):
    assert Session().trace.graph.output == "f"


def test_a_new_program_gets_values_for_its_names(session):
    session.set_text("a b + c")
    assert set(session.document.values) == {"a", "b", "c"}
    assert session.problem is None


def test_while_the_text_is_wrong_the_last_good_trace_stays(session):
    before = session.trace
    session.set_text("(x+y z")
    assert session.trace is before
    assert session.document.text == "(x+y z"
    assert "not closed" in str(session.problem)
    session.set_text("(x+y) z")
    assert session.problem is None and session.trace is not before


def test_names_that_come_back_have_their_old_values(session):
    session.set_text("(x+3)z")
    assert "y" not in session.document.values
    session.set_text("(x+y)z")
    assert session.document.values["y"] == 5


# -- another program takes over what was chosen, and nothing else


def test_guesses_of_one_program_do_not_leak_into_another(session):
    session.set_text("y = b x^2")
    session.set_text("conv2d(P, W) + b")
    fresh = Session()
    fresh.set_text("conv2d(P, W) + b")
    assert session.document.values.keys() == fresh.document.values.keys()
    for name, value in fresh.document.values.items():
        assert same(session.document.values[name], value)


def test_a_chosen_value_goes_over_to_another_program(session):
    session.set_text("y = b x^2")
    session.set_value("x", 7.0)
    session.set_text("max(x, u) + b")
    assert session.document.values["x"] == 7
    assert session.document.values["b"] == 0.5


def test_while_one_types_on_the_numbers_stay(session):
    session.set_text("z = w x + b")
    before = dict(session.document.values)
    for more in ("; ", "q = z", "^2", " + u", " - w"):
        session.set_text(session.document.text + more)
        for name, value in before.items():
            assert same(session.document.values[name], value)


def test_a_guess_that_no_longer_serves_gives_way(session):
    session.set_text("z = w x + b")
    assert abs(values(session)["z"]) > 3
    session.set_text("z = w x + b; y = σ(z)")
    assert abs(values(session)["z"]) <= 3
    session.set_value("w", 9.0)
    session.set_text("z = w x + b; y = σ(z); L = (y - t)^2")
    assert session.document.values["w"] == 9  # chosen: it stays whatever it does


def test_another_program_typed_over_the_old_one_is_another_even_through_mistakes(session):
    session.set_text("y = b x^2")
    for count in range(1, len("(x + b) u") + 1):
        session.set_text("(x + b) u"[:count])
    fresh = Session()
    fresh.set_text("(x + b) u")
    assert {n: values(session)[n] for n in "xbu"} == {n: values(fresh)[n] for n in "xbu"}


def test_neither_step_nor_selection_nor_what_was_unfolded_or_moved_leaks(session):
    session.set_text("y = σ(w·x + b)")
    session.unfold("y")
    session.move_node("b", (1.0, 2.0), session.gesture())
    session.differentiate("v1")
    session.set_seed(-2.0)
    session.seek(4)
    session.select("v2")
    session.set_text("p = u v; q = σ(p) + σ(u)")
    assert session.cursor == 0 and session.selection == ""
    document = session.document
    assert (document.unfolded, document.moved, document.output, document.seed) == ({}, {}, "", None)
    assert session.trace.graph.output == "q" and not session.trace.graph.folded
    session.undo_stack.undo()
    assert session.document.seed == -2 and list(session.trace.graph.folded) == ["y"]


def test_an_unfolded_node_that_another_one_took_the_number_of_is_folded(session):
    session.set_text("σ(a) + σ(c)")
    session.unfold("v1")
    session.set_text("σ(a) + σ(c) + 1")
    assert list(session.trace.graph.folded) == ["v1"]
    session.set_text("σ(u) + σ(a) + σ(c) + 1")
    assert session.document.unfolded == {}


def test_the_step_stays_while_the_program_is_edited(session):
    session.seek(2)
    session.set_text("(x+y)z + x")
    assert session.cursor == 2


def test_undo_reaches_text_values_places_and_training_settings(session):
    start = session.document
    session.set_text("x y")
    session.set_value("x", 7.0)
    session.move_node("x", (10.0, 20.0), session.gesture())
    TrainingSession(session).change("choose data", data="xor")
    assert session.undo_stack.count() == 4
    for _ in range(4):
        session.undo_stack.undo()
    assert session.document is start
    assert values(session)["f"] == -12
    for _ in range(4):
        session.undo_stack.redo()
    assert session.document.training.data == "xor" and session.document.moved["x"] == (10.0, 20.0)


def test_a_drag_is_one_undo_entry(session):
    gesture = session.gesture()
    for value in range(10):
        session.set_value("x", float(value), gesture)
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert session.document.values["x"] == -2


def test_changing_a_stated_value_changes_the_text(session):
    session.set_text("x = -2; y = 5; f = x y")
    session.set_value("x", 3.5)
    assert session.document.text == "x = 3.5; y = 5; f = x y"
    assert values(session)["f"] == 17.5


def test_the_same_value_again_is_no_edit(session):
    session.set_value("x", -2.0)
    session.set_text("(x+y)z")
    assert session.undo_stack.count() == 0


def test_the_cursor_stays_where_it_is_when_a_value_changes(session):
    session.seek(4)
    session.set_value("x", 1.0)
    assert session.cursor == 4


def test_at_the_end_it_stays_at_the_end(session):
    session.seek(len(session.trace))
    session.set_text("(x+y)z + x")
    assert session.cursor == len(session.trace)


def test_the_cursor_never_leaves_the_trace(session):
    session.seek(1000)
    assert session.cursor == len(session.trace)
    session.step(1)
    session.seek(-5)
    assert session.cursor == 0


def test_dragging_a_number_does_not_lay_the_graph_out_again(session):
    placement = session.drawing.placement
    session.set_value("x", -1.9)
    assert session.drawing.placement is placement
    session.set_text("(x+y)z + 1")
    assert session.drawing.placement is not placement


def test_a_number_gives_way_to_the_vector_a_program_suggests(session):
    session.set_text("sigmoid(w·x + b)")
    assert session.document.values["x"].shape == (2,)


def test_a_value_the_user_chose_is_kept(session):
    session.set_text("w x")
    session.set_value("x", 3.0)
    session.set_text("w·x")
    assert session.document.values["x"] == 3.0


def test_shapes_may_change_with_a_value(session):
    session.set_text("w·x")
    session.set_value("w", frozen([1, 2, 3]))
    assert "entries" in str(session.problem)
    session.set_value("x", frozen([1, 1, 1]))
    assert session.problem is None
    assert session.trace.last.value(session.trace.graph.output) == 6


def test_an_opened_document_is_clean(session):
    session.set_text("x y")
    session.replace_document(Document("a + b", {"a": 1.0, "b": 2.0}), None)
    assert session.undo_stack.isClean() and not session.undo_stack.canUndo()
    assert values(session)["f"] == 3


def test_signals_carry_no_payload(session):
    meta = session.metaObject()
    own = [meta.method(i) for i in range(QObject.staticMetaObject.methodCount(), meta.methodCount())]
    signals = [bytes(m.methodSignature()).decode() for m in own if m.methodType() == m.MethodType.Signal]
    assert signals and all(signature.endswith("()") for signature in signals)


@pytest.mark.parametrize("text", ["", "   ", "(((((", "1/0", "ln(x)", "9^9^9", "x = 1", "f(x) = x^2"])
def test_no_text_breaks_it(session, text):
    session.set_text(text)
    session.seek(len(session.trace))
    assert session.figure.boxes


def test_trouble_is_told(session):
    session.set_text("1/x")
    session.set_value("x", 0.0)
    assert any("infinite" in note.message for note in session.remarks)


def test_selecting_what_is_not_there_selects_nothing(session):
    session.select("x")
    assert session.selection == "x"
    session.select("nowhere")
    assert session.selection == ""


def test_a_value_given_in_another_program_does_not_spoil_the_next(session):
    session.set_value("x", 7.0)
    session.set_text("softmax(W x + b)")
    assert session.problem is None
    session.set_text("x^2")
    assert isinstance(session.document.values["x"], float)


def test_a_value_given_stays_while_it_fits(session):
    session.set_value("x", 7.0)
    session.set_text("sin(x) + y")
    assert session.document.values["x"] == 7.0


def test_the_worked_example_is_no_choice_of_the_user(session):
    session.replace_document(EXAMPLE, None)
    session.set_text("W2 max(0, W1 x + b1) + b2")
    assert session.trace.graph.nodes["x"].shape == (2,)


# -- the node that is differentiated, and the seed there


def test_another_node_is_differentiated_and_the_programs_own_again(session):
    session.differentiate("v1")
    assert (session.document.output, session.trace.graph.output) == ("v1", "v1")
    assert session.trace.last.gradient("z") is None
    session.differentiate("v1")
    session.differentiate("nowhere")
    assert session.undo_stack.count() == 1
    session.differentiate("f")
    assert (session.document.output, session.trace.graph.output) == ("", "f")
    session.undo_stack.undo()
    assert session.trace.graph.output == "v1"


def test_a_seed_is_undone_like_everything(session):
    session.set_seed(-2.0)
    assert session.trace.last.gradient("z") == -6
    session.set_seed(-2.0)
    assert session.undo_stack.count() == 1
    session.set_seed(1.0)
    assert session.document.seed is None and session.trace.last.gradient("z") == 3
    session.undo_stack.undo()
    assert session.document.seed == -2


def test_a_seed_must_have_the_outputs_shape(session):
    with pytest.raises(Problem, match="The seed has 2 entries; f is a number"):
        session.set_seed(frozen([1, 0]))
    assert session.undo_stack.count() == 0


def test_another_output_starts_with_1_again(session):
    session.set_seed(-2.0)
    session.differentiate("v1")
    assert session.document.seed is None and session.trace.seed == 1


def test_another_program_keeps_the_choice_as_far_as_it_has_it(session):
    session.set_text("p = softmax(s); L = -ln(p[0])")
    session.differentiate("p")
    session.set_seed(frozen([0, 1, 0]))
    session.set_text("p = softmax(s); L = 1 - p[0]")
    assert session.document.output == "p" and same(session.document.seed, frozen([0, 1, 0]))
    session.set_text("q = softmax(s); L = -ln(q[0])")
    assert (session.document.output, session.document.seed, session.remarks) == ("", None, ())
    session.undo_stack.undo()
    assert session.trace.graph.output == "p" and same(session.trace.seed, frozen([0, 1, 0]))


def test_a_node_without_a_name_stays_the_output_while_it_computes_the_same(session):
    session.differentiate("v1")
    session.set_text("(x+y)z + 1")
    assert session.trace.graph.output == "v1"
    session.set_text("(x y)z + 1")
    assert session.document.output == ""


def test_what_a_file_chose_and_the_program_lacks_is_said(session):
    session.replace_document(Document("a + b", {"a": 1.0, "b": 2.0}, output="c", seed=2.0), None)
    assert session.trace.graph.output == "f" and session.trace.seed == 1
    assert any("c was differentiated" in note.message for note in session.remarks)
    session.differentiate("f")
    assert session.document.output == "" and session.remarks == ()


def test_a_seed_that_no_longer_fits_is_said_and_can_be_taken_back(session):
    session.set_text("p = softmax(s)")
    session.set_seed(frozen([0, 1, 0]))
    session.set_value("s", frozen([1, 2]))
    assert any("is not used" in note.message for note in session.remarks)
    session.set_seed(None)
    assert session.remarks == () and session.problem is None


def test_the_figure_follows_the_output(session):
    before = session.drawing
    session.differentiate("v1")
    assert [box.node for box in session.figure.boxes if box.chosen] == ["v1"]
    assert session.drawing is not before


# -- what takes long is computed in slices


def test_what_takes_long_goes_on_in_slices_until_it_is_done(qtbot, session, slow):
    before = session.trace
    session.set_text("x y z")
    assert session.computing and session.trace is before
    qtbot.waitUntil(lambda: not session.computing)
    assert session.problem is None and session.trace.graph.program.text == "x y z"


def test_what_is_computed_can_be_stopped(qtbot, session, slow):
    before = session.trace
    session.set_text("x y z")
    session.stop()
    assert not session.computing and session.trace is before
    assert str(session.problem) == "Computing was stopped. Change the program to compute it again"
    session.stop()
    session.undo_stack.undo()
    qtbot.waitUntil(lambda: not session.computing)
    assert session.problem is None and session.document.text == "(x+y)z"


def lay_out(session):
    """Go on with the work until it lays a graph out."""
    names = []
    while "_place_part" not in names:
        next(session._ticker._work)
        names, inner = [], session._ticker._work
        while inner is not None:
            names.append(inner.gi_code.co_name)
            inner = inner.gi_yieldfrom if inspect.isgenerator(inner.gi_yieldfrom) else None


def test_a_graph_is_laid_out_in_slices_that_can_be_stopped(qtbot, session, slow):
    before = session.drawing
    session.set_text(" ".join("x" * 30))
    lay_out(session)
    assert session.computing and session.drawing is before
    session.stop()
    assert not session.computing and session.drawing is before
    session.set_text(" ".join("x" * 31))
    qtbot.waitUntil(lambda: not session.computing)
    assert len(session.drawing.sizes) == 31


def test_a_layout_is_left_when_the_program_changes(qtbot, session, slow):
    session.set_text(" ".join("x" * 30))
    lay_out(session)
    drawn = []
    session.traceChanged.connect(
        lambda: drawn.append(set(session.drawing.sizes)) if not session.problem else 0
    )
    session.set_text("u v")
    qtbot.waitUntil(lambda: not session.computing)
    assert drawn == [{"u", "v", "f"}]


def test_a_node_that_is_dragged_follows_at_once_however_slow_the_layout(qtbot, session, slow):
    session.set_text("u v")
    qtbot.waitUntil(lambda: not session.computing)
    session.document = session.document.with_moved("u", (500.0, 300.0))
    work = session._computing(session._result)
    told = len(session.trace)
    assert sum(1 for _ in work) <= told + 3
    assert session.drawing.placement.centres["u"] == (500.0, 300.0)


def test_another_program_takes_the_place_of_one_that_is_being_computed(qtbot, session, slow):
    session.set_text("x y z")
    session.set_text("x + y")
    qtbot.waitUntil(lambda: not session.computing)
    assert session.trace.graph.program.text == "x + y"


def test_a_program_that_takes_too_long_is_said_to_and_the_last_good_trace_stays(session, monkeypatch):
    before = session.trace
    monkeypatch.setattr("core.passes.stepper.TimeLimit.is_over", lambda limit: True)
    session.set_text("x y z")
    assert "The passes take longer than 2 s; they were stopped at v1" in session.problem.message
    assert session.problem.span and session.trace is before


def test_the_window_says_that_it_is_busy_and_escape_stops_it(qtbot, window, slow):
    window.session.edit("type", Document("x y z w", dict.fromkeys("xyzw", 2.0)))
    with qtbot.waitSignal(window.session.traceChanged):
        window.session._ticker.progressed.emit()
    assert window.program.message.text() == "The program is being computed and drawn. Esc stops it."
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.session.computing
    assert "was stopped" in window.program.message.text()


def test_a_value_is_not_written_into_a_text_that_has_changed(session):
    session.set_text("x = 2; x y")
    session.set_text("longer = 1; x = 2; x y +")
    assert session.problem
    session.set_value("x", 5.0)
    assert session.document.text == "longer = 1; x = 2; x y +"


GUESSED = [("lnx", "lnx is one name"), ("wTx", "a transpose is written w^T x")]


@pytest.mark.parametrize(("text", "said"), GUESSED)
def test_a_guessed_name_that_may_not_be_meant_as_one_is_said(session, text, said):
    session.set_text(text)
    assert [note.message for note in session.remarks if said in note.message]
    session.set_value(session.trace.graph.inputs[0], 3.0)
    assert not session.remarks


# -- edits of one gesture


def test_edits_of_one_gesture_are_undone_as_one(session):
    for value in (1.0, 2.0, 3.0):
        session.set_value("x", value, gesture=7)
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert session.document.values["x"] == -2
    session.undo_stack.redo()
    assert session.document.values["x"] == 3


def test_a_gesture_that_goes_on_after_saving_or_undoing_is_an_edit_of_its_own(session):
    session.set_value("x", 1.0, gesture=7)
    session.undo_stack.setClean()
    session.set_value("x", 2.0, gesture=7)
    assert session.undo_stack.count() == 2 and not session.undo_stack.isClean()
    session.set_value("x", 3.0, gesture=7)
    assert session.undo_stack.count() == 2
    session.undo_stack.undo()
    session.set_value("x", 4.0, gesture=7)
    assert session.undo_stack.count() == 2
    session.undo_stack.undo()
    assert session.document.values["x"] == 1


def test_a_gesture_leaves_one_command_behind(session):
    def is_here(command):
        show = command._show()
        return show is not None and show.__self__ is session

    def commands():
        gc.collect()
        return sum(isinstance(found, Edit) and is_here(found) for found in gc.get_objects())

    for value in range(50):
        session.set_value("x", float(value), gesture=7)
    assert commands() == 1
    session.undo_stack.clear()
    assert commands() == 0


# -- a session can be thrown away


def test_a_session_that_is_thrown_away_is_gone_with_its_undo_history(qapp):
    made = Session()
    made.set_seed(-2.0)
    made.set_value("x", 1.0, gesture=1)
    made.set_value("x", 2.0, gesture=1)
    made.undo_stack.undo()
    gone = weakref.ref(made)
    del made
    assert gone() is None


def test_a_session_can_be_thrown_away_while_it_computes(qapp, slow):
    made = Session()
    made.set_text("x y z")
    assert made.computing
    gone = weakref.ref(made)
    del made  # gone at once: found among garbage, with its work, it crashed now and then
    assert gone() is None


THROWN_AWAY = """
import gc
from app.state.session import Session

session = Session()
session.set_seed(-2.0)
session.set_seed(1.0)
del session
gc.collect()
"""


def test_throwing_a_session_away_ends_no_process():
    """In a fresh process the collector takes things apart in another order; a killed one says so."""
    assert subprocess.run([sys.executable, "-c", THROWN_AWAY], timeout=300, check=False).returncode == 0


# -- how a program is drawn


def test_how_a_program_is_drawn_is_an_edit_that_can_be_undone(session):
    placement = session.drawing.placement
    session.draw_as("turn the graph", down=True)
    assert session.options.down and session.drawing.options.down
    assert session.drawing.placement.height > placement.height
    assert session.undo_stack.undoText() == "turn the graph"
    session.draw_as("turn the graph", down=True)
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert session.drawing.placement == placement and session.document.drawing is None


def test_nodes_stand_where_another_layout_puts_them(session):
    session.move_node("x", (9.0, 9.0), -1)
    session.draw_as("move numbers", at_nodes=True)
    assert not session.document.moved
    session.undo_stack.undo()
    assert session.document.moved == {"x": (9.0, 9.0)}


def test_what_was_chosen_for_a_program_stays_with_it(session):
    session.draw_as("change sums", sums=False)
    session.set_text("a + b + c + d")
    assert session.document.drawing == Drawn(sums=False)
    session.open_program("x + y + z", {}, "open")
    assert session.document.drawing == Drawn(sums=False)
    session.replace_document(Document("x + y"), None)
    assert session.document.drawing is None and session.options.sums


def test_a_program_that_is_only_drawn_otherwise_is_not_computed_again(session):
    trace = session.trace
    for change in (
        lambda: session.set_options(captions=True),
        lambda: session.draw_as("turn the graph", down=True),
        lambda: session.edit("move", session.document.with_moved("x", (9.0, 9.0))),
    ):
        change()
        assert session.trace is trace
    session.edit("set a value", session.document.with_value("x", 5.0))
    assert session.trace is not trace


def test_what_is_drawn_otherwise_is_shown_once(session):
    shown = []
    session.traceChanged.connect(lambda: shown.append("trace"))
    session.cursorMoved.connect(lambda: shown.append("cursor"))
    for changed, signal in (
        ({"digits": 7}, "trace"),
        ({"captions": True}, "trace"),
        ({"highlight": False}, "cursor"),
    ):
        shown.clear()
        session.set_options(**changed)
        assert shown == [signal]
        session.set_options(**changed)
        assert shown == [signal], "nothing changed"


def test_a_remark_on_restored_work_is_said_once(session):
    session.edit("restore unsaved work", Document("x + 1", {"x": 2.0}, remark="It was an older file"))
    assert "It was an older file" in [note.message for note in session.remarks]
    session.set_value("x", 3.0)
    assert "It was an older file" not in [note.message for note in session.remarks]

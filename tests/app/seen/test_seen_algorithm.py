"""The listing beside the graph: the present line lit as its pass is, clicks, marks, forms, sizes."""

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.formula import formula
from app.formula.widget import BESIDE_TEXT
from app.panels.algorithm import AlgorithmPanel
from app.panels.algorithm_cells import BAR
from app.panels.algorithm_rows import GRADIENT, LINE, ROW, VALUE, Heading
from app.widgets.theme import THEMES, apply_theme
from core.base.arrays import frozen
from core.math.derivative_names import NOTATIONS
from core.project.document import dumps, loads
from tests.app.listing_cells import index_of, lines, rect_of, text
from tests.app.seen.pixels import widget

REGULARISED = "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R"
VALUES = {"w": 1.0, "x": 2.0, "b": -1.0, "t": 1.0, "λ": 0.1}
Left = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qapp, qtbot, fonts, session):
    """The listing alone, tall enough for all of its lines."""
    apply_theme(qapp, THEMES["light"])
    session.open_program(REGULARISED, VALUES, "open")
    session.set_stride("message")
    found = AlgorithmPanel(session)
    qtbot.addWidget(found)
    found.set_theme(THEMES["light"])
    found.resize(320, 1400)
    found.show()
    return found


def looked_at(panel):
    return widget(panel.table.viewport(), panel.theme)


def whole(panel, row):
    return rect_of(panel, row, LINE).united(rect_of(panel, row, GRADIENT))


def test_the_line_of_the_present_step_is_lit_alone_in_the_colour_of_its_pass(panel, session):
    for count in range(1, len(session.trace) + 1):
        session.seek(count)
        seen = looked_at(panel)
        for row, line in lines(panel):
            forward, back = (seen.amount(part, within=whole(panel, row)) for part in ("lit", "lit_back"))
            area = whole(panel, row).width() * whole(panel, row).height()
            if count in line.steps:
                wanted = (back, forward) if line.part == "backward" else (forward, back)
                assert wanted[0] > 0.5 * area and wanted[1] < 0.02 * area
            else:
                assert max(forward, back) < 0.02 * area  # letters may come near these colours


def test_the_lit_line_has_a_bar_at_its_left_in_the_ink_of_its_pass(panel, session):
    for count, part in ((2, "value"), (len(session.trace), "gradient")):
        session.seek(count)
        rect = whole(panel, panel.rows.row_of_step(count))
        bar = QRectF(rect.left(), rect.top() + 1, BAR, rect.height() - 2)
        assert looked_at(panel).most(bar) == part
        behind = bar.translated(BAR, 0)
        assert looked_at(panel).amount(part, within=behind) == 0


def test_a_stride_of_several_messages_lights_all_its_lines(panel, session):
    session.set_stride("node")
    session.seek(len(session.trace))
    seen = looked_at(panel)
    lit = [
        row
        for row, _ in lines(panel)
        if seen.amount("lit_back", within=whole(panel, row)) > 0.4 * whole(panel, row).width() * 20
    ]
    assert len(lit) == len(session.trace) - session.since > 1


def test_a_click_goes_to_the_step_and_selects_its_node(panel, session):
    for row, line in lines(panel):
        at = whole(panel, row).center().toPoint()
        before = session.cursor
        QTest.mouseClick(panel.table.viewport(), Left, pos=at)
        assert session.selection == line.node
        assert session.cursor == (line.steps[-1] if line.steps else before)


def test_numbers_appear_when_their_step_is_done_and_not_before(panel, session):
    for count in range(len(session.trace) + 1):
        session.seek(count)
        for row, line in lines(panel):
            value = panel.rows.index(row, VALUE).data()
            gradient = panel.rows.index(row, GRADIENT).data()
            if line.part == "backward":
                assert value == "" and bool(gradient) == (line.steps[0] <= count)
            else:
                known = not line.steps or line.steps[0] <= count
                assert bool(value) == known
                assert bool(gradient) == (session.snapshot.gradient(line.node) is not None)


def test_every_given_value_has_its_gradient_at_the_end(panel, session):
    session.seek(len(session.trace))
    assert all(text(panel, name, GRADIENT) for name in VALUES)


def test_what_is_kept_is_marked_filled_and_what_reads_it_hollow(panel, session):
    session.seek(0)
    seen, marks = looked_at(panel), {}
    for row, line in lines(panel):
        rect = rect_of(panel, row, LINE)
        gutter, em = panel.table.cells.gutter(), panel.table.cells.em()
        mark = QRectF(rect.left() + gutter - em, rect.top(), em, rect.height())
        marks[line.part, line.node, line.source] = seen.amount("local", within=mark)
    filled = {node for (part, node, _), amount in marks.items() if part != "backward" and amount > 0}
    assert filled == set(panel.rows.kept)
    hollow = {line.node for _, line in lines(panel) if line.part == "backward" and line.reads}
    shown = {node for (part, node, _), amount in marks.items() if part == "backward" and amount > 0}
    assert shown == hollow
    assert marks["given", "w", ""] > max(amount for key, amount in marks.items() if key[0] == "backward")


def test_folding_a_group_leaves_one_line_and_a_click_on_its_triangle_brings_all_back(panel, session):
    before = len(lines(panel))
    row = next(row for row, line in lines(panel) if line.group == "L")
    rect = rect_of(panel, row, LINE)
    triangle = QPoint(round(rect.left() + BAR + 0.5 * panel.table.cells.em()), round(rect.center().y()))
    QTest.mouseClick(panel.table.viewport(), Left, pos=triangle)
    assert len(lines(panel)) < before and session.cursor == 0
    folded = [line for _, line in lines(panel) if line.is_folded]
    assert {line.part for line in folded} == {"forward", "backward"}
    session.seek(len(session.trace))
    row = next(row for row, line in lines(panel) if line.is_folded)
    rect = rect_of(panel, row, LINE)
    QTest.mouseClick(panel.table.viewport(), Left, pos=QPoint(triangle.x(), round(rect.center().y())))
    assert len(lines(panel)) == before


def test_what_is_folded_is_kept_with_the_project_and_undone(panel, session):
    before = len(lines(panel))
    panel.rows.fold_all(True)
    assert len(lines(panel)) < before and session.undo_stack.undoText() == "fold lines"
    saved = loads(dumps(session.document))
    assert saved.drawing.folded == session.drawn.folded != ()
    panel.rows.toggle(session.drawn.folded[0])
    assert session.undo_stack.undoText() == "show lines"
    session.undo_stack.undo()
    session.undo_stack.undo()
    assert len(lines(panel)) == before
    session.replace_document(saved, None)
    assert any(line.is_folded for _, line in lines(panel))
    session.open_program("a b + c", {}, "open")
    assert session.drawn.folded == ()


def test_the_lines_that_two_selected_nodes_share_stand_out(panel, session):
    session.select("w")
    session.select_also("b")
    seen = looked_at(panel)
    lit = {
        line.steps[0]
        for row, line in lines(panel)
        if seen.amount("receiving", within=whole(panel, row)) > 500
    }
    assert lit == panel.rows.shared != set()
    session.select("w")
    assert not panel.rows.shared


@pytest.mark.parametrize("width", [230, 260, 300, 340, 460])
@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_no_number_is_cut_off_and_no_line_meets_its_number(qapp, panel, session, width, scale, notation):
    apply_theme(qapp, THEMES["light"], scale)
    panel.resize(width, 3000)
    session.set_notation(notation)
    session.seek(len(session.trace))
    panel.set_theme(THEMES["light"])
    QApplication.processEvents()
    seen = looked_at(panel)
    viewport = panel.table.viewport().rect()
    for row, _ in lines(panel):
        rect = rect_of(panel, row, GRADIENT)
        assert rect.right() <= viewport.right() + 1
        edge = QRectF(rect.right() - 2, rect.top() + 2, 2, rect.height() - 4)
        assert seen.amount("gradient", "value", within=edge) == 0
    apply_theme(qapp, THEMES["light"], 1)


def test_a_line_of_arrays_is_written_whole_and_its_entries_where_there_is_room(panel, session):
    """A formula needs its room before entries do; those of a gradient may stand below `value`."""
    given = {"w": frozen([[0.5, -0.2, 0.1], [-0.3, 0.8, 0.2]]), "x": frozen([1.0, 2.0, -1.0])}
    given |= {"b": frozen([0.1, -0.2])}
    session.open_program("g = w x + b; f = softmax(g); l = -log(f[0])", given, "open")
    panel.resize(300, 1400)
    session.seek(len(session.trace))
    seen, em = looked_at(panel), panel.table.cells.em()
    for row, line in lines(panel):
        if line.part == "forward":
            width = formula(panel.rows.written(line), BESIDE_TEXT * em).width
            end = rect_of(panel, row, LINE).left() + panel.table.cells.gutter() + width
            rect = whole(panel, row).adjusted(0, 2, 0, -2)
            last = QRectF(end - 0.6 * em, rect.top(), 0.6 * em + 2, rect.height())
            assert seen.amount("ink", within=last), f"{panel.rows.line_text(line)} ends faintly"
    (row,) = (row for row, line in lines(panel) if (line.part, line.node) == ("backward", "b"))
    assert seen.amount("gradient", within=rect_of(panel, row, VALUE)) > 5
    (row,) = (row for row, line in lines(panel) if (line.part, line.node) == ("given", "w"))
    assert seen.amount("gradient", within=rect_of(panel, row, GRADIENT)) > 10


def test_the_forms_write_mathematics_numpy_and_pytorch(panel, session):
    said = {}
    for form in ("numpy", "torch", "math"):
        panel.choose_form(form)
        said[form] = [panel.rows.index(row, LINE).data() for row, _ in lines(panel)]
    assert "1 v1 = w * x" in said["numpy"] and any("dw += " in line for line in said["numpy"])
    assert any(line.endswith("J.backward()") for line in said["torch"])
    assert any("∂J" in line for line in said["math"])


def test_the_listing_is_copied_in_every_form(panel, session):
    holds = {
        "math": "backward",
        "latex": r"\begin{align}",
        "numpy": "import numpy as np",
        "torch": "import torch",
    }
    for form, part in holds.items():
        panel.copy(form)
        assert part in QGuiApplication.clipboard().text()


def test_return_goes_to_a_line_and_edits_a_given_value(panel, session):
    table = panel.table
    row = next(row for row, line in lines(panel) if line.part == "backward" and line.source)
    table.setFocus()
    table.setCurrentIndex(panel.rows.index(row, LINE))
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert session.cursor == panel.rows.index(row, LINE).data(ROW).steps[-1]
    table.setCurrentIndex(index_of(panel, "w", LINE))
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert table.state() == table.State.EditingState


def test_headings_name_the_parts(panel):
    heads = [row.text for row in panel.rows.rows if isinstance(row, Heading)]
    assert heads == ["given", "forward", "backward"]


def test_a_long_program_writes_only_the_lines_that_are_seen(panel, session, monkeypatch):
    written = []
    program = "\n".join(["h0 = w x", *(f"h{n} = tanh(w h{n - 1})" for n in range(1, 400))])
    session.open_program(program, {"w": 1.0, "x": 0.5}, "open")
    while session.computing:
        QApplication.processEvents()
    write = panel.rows.write
    panel.resize(320, 600)
    QApplication.processEvents()
    monkeypatch.setattr(panel.rows, "write", lambda line: (written.append(line), write(line))[1])
    session.seek(len(session.trace) // 2)
    panel.table.viewport().grab()
    assert 0 < len(set(written)) < 60 < len(session.trace)


def test_around_the_passes_of_a_training_its_loop_is_printed(window):
    window.session.set_text("y = σ(w·x + b); L = bce(y, t)")
    window.training.change("train", trains="program", data="gauss")
    assert window.training.run is not None
    window.training.open_on_canvas()
    window.training.runChanged.emit()
    heads = [row.text for row in window.algorithm.rows.rows if isinstance(row, Heading)]
    assert heads[0].startswith("for every mini-batch") and "w ← w − η" in heads[-1]
    window.session.seek(len(window.session.trace))
    row = window.algorithm.rows.row_of_step(window.session.cursor)
    assert window.algorithm.rows.rows[row].part == "backward"
    back = {line.node for _, line in lines(window.algorithm) if line.part == "backward"}
    window.algorithm.show_data_gradients(False)
    rest = {line.node for _, line in lines(window.algorithm) if line.part == "backward"}
    window.algorithm.choose_form("torch")
    heads = [row.text for row in window.algorithm.rows.rows if isinstance(row, Heading)]
    data = window.training.run.setup.roles.data
    assert heads[0].startswith(f"for {', '.join(data)} in batches:")
    assert "optimizer.zero_grad()" in heads and heads[-1] == "optimizer.step()"
    assert {"x", "t"} <= back and back - rest == {"x", "t"} and {"w", "b"} <= rest


def test_the_table_reads_names_values_and_gradients(panel, session):
    session.seek(len(session.trace))
    rows, reads = panel.rows, {}
    assert [rows.headerData(n, Qt.Orientation.Horizontal) for n in range(3)] == ["Line", "Value", "Gradient"]
    for row, line in lines(panel):
        reads[line.part, line.node, line.source] = [rows.index(row, column).data() for column in range(3)]
    assert reads["given", "b", ""] == ["b", "−1", "−0.05288"]
    assert reads["forward", "y", ""] == ["3 y = σ(z)", "0.7311", "−0.2689"]


def test_rows_are_as_high_as_their_own_lines_whatever_stood_there_before(panel, session):
    session.open_program("(x+y)z", {"x": 1.0, "y": 2.0, "z": 3.0}, "open")
    session.open_program(REGULARISED, VALUES, "open")
    forward, backward = (
        {rect_of(panel, row, LINE).height() for row, line in lines(panel) if line.part == part}
        for part in ("forward", "backward")
    )
    assert len(forward) == len(backward) == 1 and max(forward) < min(backward)

"""Names in the table of values: set as on the canvas, with room for all of their ink."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QFont, QImage
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem

from app.panels.names import TYPESET, NameDelegate
from app.panels.values import NAME, Table, ValuesPanel
from app.state.session import Session
from app.widgets.theme import THEMES, apply_theme
from core.math.typeset import PLAIN

NAMES = ["y", "ŷ", "W", "W̃", "x̄1", "h_{t-1}", "W⁽²⁾", "w_[1]", "x1⁽ⁱ⁾", "loss_hat", "measured"]


@pytest.fixture
def table(qtbot, fonts):
    """A table of one column whose names are painted by the delegate, in black on white."""
    found = QTableWidget(len(NAMES), 1)
    qtbot.addWidget(found)
    found.setItemDelegate(NameDelegate(found))
    found.setShowGrid(False)
    found.setFont(QFont("DejaVu Sans", 24))
    for row, name in enumerate(NAMES):
        found.setItem(row, 0, QTableWidgetItem(name))
        found.item(row, 0).setData(TYPESET, PLAIN.name(name))
        found.item(row, 0).setForeground(QColor("black"))
        found.item(row, 0).setBackground(QColor("white"))
    found.resizeRowsToContents()
    found.resize(400, 80 * len(NAMES))
    found.setColumnWidth(0, 300)
    found.setCurrentItem(None)
    found.show()
    return found


def ink(table, name):
    """Which pixels of a name's cell are dark."""
    rect = table.visualItemRect(table.item(NAMES.index(name), 0))
    image = QImage(rect.size(), QImage.Format.Format_Grayscale8)
    table.viewport().render(image, QPoint(), rect)
    lines = np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())
    return lines[:, : image.width()] < 160


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_room_in_its_cell(table, name):
    dark = ink(table, name)
    assert dark.any()
    columns = np.flatnonzero(dark.any(axis=0))
    assert columns[0] > 0 and columns[-1] < table.sizeHintForColumn(0)
    rows = np.flatnonzero(dark.any(axis=1))
    assert rows[0] > 0 and rows[-1] < len(dark) - 1


@pytest.mark.parametrize(("plain", "accented"), [("y", "ŷ"), ("W", "W̃")])
def test_an_accent_is_painted_above_the_same_letter(table, plain, accented):
    bare, whole = (np.flatnonzero(ink(table, name).any(axis=1)) for name in (plain, accented))
    assert whole[-1] - whole[0] > bare[-1] - bare[0] + 3
    assert len(whole) < whole[-1] - whole[0] + 1  # a gap between the letter and its accent


def test_a_row_that_is_not_filled_yet_is_painted_empty(table):
    table.insertRow(0)
    assert table.sizeHintForRow(0) > 0
    table.viewport().grab()


def test_the_table_of_values_paints_names_so_and_keeps_their_text(qtbot, fonts):
    session = Session()
    session.set_text("ŷ = w_hat x; y' = 2 x; f = (ŷ - y')^2", session.gesture())
    table = Table(session)
    qtbot.addWidget(table)
    assert isinstance(table.itemDelegateForColumn(NAME), NameDelegate)
    assert {"ŷ", "y′"} <= set(table.names())


@pytest.fixture
def values(qapp, qtbot, fonts, session):
    """The panel of values, shown in black on white."""
    apply_theme(qapp, THEMES["light"])
    panel = ValuesPanel(session)
    qtbot.addWidget(panel)
    panel.set_theme(THEMES["light"])
    panel.resize(500, 400)
    panel.show()
    return panel


def name_cell(panel, name):
    """The pixels of a name's cell in the panel of values."""
    table = panel.table
    index = table.model().index(table.row_of(name), NAME)
    image = QImage(60, table.visualRect(index).height(), QImage.Format.Format_Grayscale8)
    table.viewport().render(image, QPoint(), QRect(table.visualRect(index).topLeft(), image.size()))
    lines = np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())
    return lines[:, : image.width()].copy()


def test_the_panel_of_values_prints_a_name_as_it_is_typed_at_present(session, values):
    session.set_text("w·x", session.gesture())
    plain = name_cell(values, "w")
    session.set_text(r"\mathbf{w}·x", session.gesture())
    bold = name_cell(values, "w")
    assert (bold < 128).sum() > 1.1 * (plain < 128).sum()
    session.set_text(r"\mathcal{w}·x", session.gesture())
    assert not np.array_equal(name_cell(values, "w"), plain)
    session.undo_stack.undo()
    assert np.array_equal(name_cell(values, "w"), bold)
    session.undo_stack.undo()
    assert np.array_equal(name_cell(values, "w"), plain)
    assert values.table.item(values.table.row_of("w"), NAME).text() == "w"


def test_numbered_nodes_are_fainter_than_named_ones(session, values):
    session.set_text("v = 2x + 1; f = v^2", session.gesture())
    named, numbered = name_cell(values, "v"), name_cell(values, "v1")
    assert named.min() < numbered.min() - 30

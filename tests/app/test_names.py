"""Names in the listing: set as they are printed on the canvas, with room for all of their ink."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from app.panels.algorithm import AlgorithmPanel
from app.panels.algorithm_rows import LINE
from app.widgets.theme import THEMES, apply_theme
from core.base.arrays import frozen
from tests.app.listing_cells import index_of, text

NAMES = ["y", "ŷ", "W", "W̃", "x̄1", "h_{t-1}", "W⁽²⁾", "w_[1]", "x1⁽ⁱ⁾", "loss_hat", "measured"]


@pytest.fixture
def panel(qapp, qtbot, fonts, session):
    """The listing, shown in black on white."""
    apply_theme(qapp, THEMES["light"])
    found = AlgorithmPanel(session)
    qtbot.addWidget(found)
    found.set_theme(THEMES["light"])
    found.resize(500, 700)
    found.show()
    return found


def cell(panel, name):
    """The pixels of the cell in which a node's name stands, behind the marks."""
    index = index_of(panel, name, LINE)
    rect = panel.table.visualRect(index).adjusted(round(panel.table.cells.gutter()), 0, 0, 0)
    image = QImage(rect.size(), QImage.Format.Format_Grayscale8)
    panel.table.viewport().render(image, QPoint(), rect)
    lines = np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())
    return lines[:, : image.width()].copy()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_room_in_its_line(session, panel, name):
    session.open_program(f"{name} + 1", {name: 2.0}, "open")
    (shown,) = session.trace.graph.inputs
    dark = cell(panel, shown) < 160
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    assert len(columns) and columns[-1] < dark.shape[1] - 1
    assert rows[0] > 0 and rows[-1] < len(dark) - 1


def test_a_name_is_printed_as_it_is_typed_at_present(session, panel):
    session.open_program("w·x", {"w": frozen([1, 2]), "x": frozen([3, 4])}, "open")
    plain = cell(panel, "w")
    session.set_text(r"\mathbf{w}·x", session.gesture())
    bold = cell(panel, "w")
    assert (bold < 128).sum() > 1.1 * (plain < 128).sum()
    session.set_text(r"\mathcal{w}·x", session.gesture())
    assert not np.array_equal(cell(panel, "w"), plain)
    session.undo_stack.undo()
    assert np.array_equal(cell(panel, "w"), bold)
    assert text(panel, "w", LINE) == "w"

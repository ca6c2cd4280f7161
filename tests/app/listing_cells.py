"""What tests ask of the listing: cells by the name of their node, values typed as a user types them."""

from PySide6.QtCore import QRectF, Qt

from app.panels.algorithm_rows import GRADIENT, LINE, ROW, VALUE
from core.passes.listing import Line


def index_of(panel, name, column=VALUE):
    """The cell of the row in which a node gets its value."""
    row = panel.rows.row_of(name)
    assert row >= 0, f"{name} has no row"
    return panel.rows.index(row, column)


def text(panel, name, column=VALUE):
    return index_of(panel, name, column).data()


def tip(panel, name, column=VALUE):
    return index_of(panel, name, column).data(Qt.ItemDataRole.ToolTipRole)


def rect_of(panel, row, column):
    """Where a cell is painted, in the viewport of the table."""
    return QRectF(panel.table.visualRect(panel.rows.index(row, column)))


def type_value(panel, name, typed):
    """Give an input a value as the field in its cell does."""
    panel.rows.setData(index_of(panel, name), typed)


def everything(panel):
    """All that the table says: the three cells of every row, with their tooltips."""
    roles = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole
    return [
        [panel.rows.index(row, column).data(role) for column in (LINE, VALUE, GRADIENT) for role in roles]
        for row in range(panel.rows.rowCount())
    ]


def lines(panel):
    """The rows that are lines, with the numbers of their rows."""
    found = ((row, panel.rows.index(row, LINE).data(ROW)) for row in range(panel.rows.rowCount()))
    return [(row, line) for row, line in found if isinstance(line, Line)]


def inks(window, name="x"):
    """The colours of the theme in which the value of a node is painted: of `value` and `faint`."""
    from tests.app.seen.pixels import widget

    panel = window.algorithm
    index = index_of(panel, name)
    panel.table.scrollTo(index)
    seen = widget(panel.table.viewport(), window.theme)
    rect = rect_of(panel, index.row(), VALUE)
    return {part for part in ("value", "faint") if seen.amount(part, within=rect) > 5}

"""The rows of a gradient by hand: every entry from the beginning, its numbers once they are found."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.derivatives.tables import NUMBER, WORDS
from app.derivatives.view import Question
from app.widgets.theme import LIGHT, Theme
from core.base.arrays import shape_of
from core.base.numbers import digits_apart, exact, short
from core.derivatives.kinks import Straddled
from core.derivatives.methods_compared import reverse_gradient
from core.derivatives.numerical import LEAST, Differenced, relative_error
from core.notation.names import in_text
from core.passes.seed import Entry, entry_at, entry_text

Index = QModelIndex | QPersistentModelIndex
ENTRY, FIRST, SECOND, SLOPE, REVERSE, ERROR = range(6)
NOWHERE = QModelIndex()
Role = Qt.ItemDataRole


class Row(Struct, frozen=True):
    """One entry's difference, its relative error against reverse mode, and the kinks it straddles."""

    difference: Differenced
    error: float
    kinks: tuple[Straddled, ...]

    @property
    def entry(self) -> Entry:
        return self.difference.entry


class HandTable(QAbstractTableModel):
    """`worst` is the row with the largest error so far, `kinks` are the sentences of all that were met."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.question: Question | None = None
        self.centred = True
        self.rows: list[Row] = []
        self.worst: Row | None = None
        self.kinks: dict[str, None] = {}
        self._shape: tuple[int, ...] = ()
        self._values = self._reverse = np.zeros(1)

    def ask(self, question: Question, centred: bool) -> None:
        """All entries of the node that moves, nothing found yet."""
        self.beginResetModel()
        self.question, self.centred = question, centred
        self.rows, self.worst, self.kinks = [], None, {}
        value = question.trace.last.value(question.by)
        assert value is not None
        self._shape = shape_of(value)
        self._values = np.asarray(value).reshape(-1)
        self._reverse = np.asarray(reverse_gradient(question.trace, question.by)).reshape(-1)
        self.endResetModel()

    def add(self, difference: Differenced, kinks: tuple[Straddled, ...]) -> None:
        """Fill the next row."""
        number = len(self.rows)
        error = relative_error(difference.slope, float(self._reverse[number]), LEAST)
        row = Row(difference, error, kinks)
        self.rows.append(row)
        if self.worst is None or not error <= self.worst.error:
            self.worst = row
        self.kinks |= dict.fromkeys(kink.sentence for kink in kinks)
        self.dataChanged.emit(self.index(number, 0), self.index(number, ERROR))

    # -- what Qt asks

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return self._values.size if self.question and not parent.isValid() else 0

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else ERROR + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not self.question:
            return None
        of, by = in_text(self.question.of_short), in_text(self.question.by)
        first = f"{of}({by} − h)" if self.centred else f"{of}({by})"
        heads = {
            ENTRY: (by if self._shape else "entry", f"The entry of {by} that moves"),
            FIRST: (first, "The output at the one point, with as many digits as tell the two apart"),
            SECOND: (f"{of}({by} + h)", "The output at the other point"),
            SLOPE: ("slope", "The difference of the two divided by the way between the points"),
            REVERSE: ("reverse", "What the backward pass found for this entry"),
            ERROR: ("error", "The relative error of the slope against reverse mode"),
        }
        return {Role.DisplayRole: heads[section][0], Role.ToolTipRole: heads[section][1]}.get(Role(role))

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        number, column = index.row(), index.column()
        row = self.rows[number] if number < len(self.rows) else None
        match role:
            case Role.DisplayRole:
                return self._text(number, row, column)
            case Role.ToolTipRole:
                return self._tip(number, row, column)
            case Role.TextAlignmentRole:
                return WORDS if column == ENTRY else NUMBER
            case Role.ForegroundRole:
                if column == ERROR and row and row.kinks:
                    return self.theme.colour("wrong")
                return self.theme.colour("gradient" if column == REVERSE else "ink")
        return None

    def entry(self, number: int) -> Entry:
        return entry_at(number, self._shape)

    def _text(self, number: int, row: Row | None, column: int) -> str:
        assert self.question
        digits = self.question.digits
        if column == ENTRY:
            return entry_text(self.entry(number)) or self.question.by
        if column == REVERSE:
            return short(float(self._reverse[number]), digits)
        if row is None:
            return ""
        first, second = _losses(row.difference)
        many = digits_apart(first, second, digits)
        if column == ERROR:
            return f"{short(row.error, 2)}{' kink' if row.kinks else ''}"
        return {
            FIRST: short(first, many),
            SECOND: short(second, many),
            SLOPE: short(row.difference.slope, digits),
        }[column]

    def _tip(self, number: int, row: Row | None, column: int) -> str:
        if column == REVERSE:
            return exact(float(self._reverse[number]))
        if column == ENTRY:
            moved = f", moved by h = {short(row.difference.h)}" if row else ""
            name = f"{in_text(self.question.by)}{entry_text(self.entry(number))}" if self.question else ""
            return f"{name} = {exact(float(self._values[number]))}{moved}"
        if row is None:
            return "not found yet"
        if column == ERROR:
            return "\n".join(kink.sentence for kink in row.kinks) or exact(row.error)
        first, second = _losses(row.difference)
        return {
            FIRST: exact(first),
            SECOND: exact(second),
            SLOPE: exact(row.difference.slope),
        }[column]


def _losses(difference: Differenced) -> tuple[float, float]:
    """The output at the two points of a difference."""
    first = difference.here if difference.behind is None else difference.behind
    return first, difference.ahead

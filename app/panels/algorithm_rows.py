"""The rows of the algorithm: a listing's lines with headings, what each cell says, values that are typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.state.session import Session
from core.base.arrays import Value
from core.base.numbers import exact, short, typed_text, value_text
from core.math.derivative_names import NOTATIONS, PARTIAL
from core.math.mathtree import Math
from core.math.plain import plain
from core.math.spoken import spoken
from core.notation.names import in_text
from core.passes.listing import Line, Listing, Typeset, shared_steps

LINE, VALUE, GRADIENT = range(3)
HEADS = ("Line", "Value", "Gradient")
ROW = Qt.ItemDataRole.UserRole  # the row itself
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
MANY = 200  # rows, above which all are shown anew


class Heading(Struct, frozen=True):
    """A row that says what comes below it, in the colour of a part of the theme."""

    text: str
    part: str = "faint"


Row = Line | Heading
PARTS = {
    "given": Heading("given"),
    "forward": Heading("forward", "value"),
    "backward": Heading("backward", "gradient"),
}


class Loop(Struct, frozen=True):
    """What a training does around both passes: before the given values, before the passes and after them."""

    each: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


NO_LOOP = Loop()
Write = Callable[[Line], Math | str]


class Rows(QAbstractTableModel):
    """The lines of the session's trace at the session's step; nothing is written before it is shown.

    `typed` is called with a name and the text that was typed as its value.
    """

    typed = Signal(str, str)

    def __init__(self, session: Session, parent: QObject | None = None):
        super().__init__(parent)
        self.session = session
        self.rows: tuple[Row, ...] = ()
        self.listing = Listing(session.trace, ())
        self.shown = self.listing
        self.write: Write = Typeset(session.trace).line
        self.kept = self.listing.kept
        self.shared: frozenset[int] = frozenset()
        self.as_code, self.loop = False, NO_LOOP
        self._firsts: frozenset[int] = frozenset()
        self.longest_number = 1  # characters
        self._place: dict[int, int] = {}
        self._marked: frozenset[int] = frozenset()
        self._written: dict[Line, Math | str] = {}
        self.notation = session.notation
        self._arrived = 0

    # -- what is listed

    def show(self, listing: Listing, write: Write, as_code: bool = False, loop: Loop = NO_LOOP) -> None:
        """List other lines, or the same at another trace."""
        self.listing, self.write, self.as_code, self.loop = listing, write, as_code, loop
        self._written, self.notation = {}, self.session.notation
        self.shown = listing.folded(self.session.drawn.folded)
        self.kept = self.shown.kept
        rows = tuple(_with_headings(self.shown.lines, loop))
        groups: dict[tuple[str, str], int] = {}
        for line in self.shown.lines:
            if line.group:
                groups.setdefault((line.part, line.group), line.steps[0])
        self._firsts = frozenset(groups.values())
        self.longest_number = max((len(line.number) for line in self.shown.lines), default=1)
        self._arrived = self.session.arrived
        self.share()
        if rows == self.rows:
            self._marked = self._now_marked()
            self._all_changed()
            return
        self.beginResetModel()
        self.rows = rows
        numbered = ((place, row) for place, row in enumerate(rows) if isinstance(row, Line))
        self._place = {number: place for place, row in numbered for number in row.steps}
        self._marked = self._now_marked()
        self.endResetModel()

    def share(self) -> None:
        """Find the lines that the gradients of the two selected nodes both need."""
        names = self.session.selected
        self.shared = shared_steps(self.session.trace, *names) if len(names) == 2 else frozenset()

    def step(self) -> None:
        """Show another step, and what arrives of it: rows of nodes it touched, and what is lit or ringed."""
        before, self._arrived = self._arrived, self.session.arrived
        low, high = sorted((before, self._arrived))
        changed = {self._place.get(number, -1) for number in range(low + 1, high + 1)}
        changed |= {self.row_of(node) for node in self.session.trace.touched(before, self._arrived)}
        earlier, self._marked = self._marked, self._now_marked()
        changed |= earlier | self._marked
        if len(changed) > MANY:
            self._all_changed()
            return
        for place in changed - {-1}:
            self.dataChanged.emit(self.index(place, LINE), self.index(place, GRADIENT))

    def _all_changed(self) -> None:
        self.dataChanged.emit(self.index(0, LINE), self.index(len(self.rows) - 1, GRADIENT))

    def _now_marked(self) -> frozenset[int]:
        """The rows that are lit, and those of the values that these read."""
        session = self.session
        lit = {self._place.get(number, -1) for number in range(session.since + 1, session.cursor + 1)}
        return frozenset(lit | {self.row_of(node) for node in self.read_now()})

    # -- finding rows

    def row_of(self, node: str) -> int:
        """The row in which a node gets its value; −1 where it has none."""
        place = self.shown.of_node(node)
        return -1 if place < 0 else self._of_line(place)

    def row_of_step(self, count: int) -> int:
        """The row of a step's line, or of the nearest one before it; −1 at the start."""
        found = self._place.get(count)
        while found is None and count > 0:
            count -= 1
            found = self._place.get(count)
        return -1 if found is None else found

    def _of_line(self, place: int) -> int:
        line = self.shown.lines[place]
        if line.steps:
            return self._place[line.steps[0]]
        return next((at for at, row in enumerate(self.rows) if row is line or row == line), -1)

    def is_lit(self, line: Line) -> bool:
        """Whether a line belongs to the stride that was done last."""
        session = self.session
        return any(session.since < number <= session.cursor for number in line.steps)

    def read_now(self) -> frozenset[str]:
        """The nodes whose values the lit lines read from the forward pass."""
        session = self.session
        numbers = range(session.since + 1, session.cursor + 1)
        lit = [self.rows[self._place[number]] for number in numbers if number in self._place]
        return frozenset(node for line in lit if isinstance(line, Line) for node in line.reads)

    def begins_group(self, line: Line) -> bool:
        """Whether a line is the first of several that fold into one, or stands for them."""
        return bool(line.group) and line.steps[0] in self._firsts

    def has_quotients(self, line: Line) -> bool:
        """Whether derivatives are written as quotients in a line, which is higher then."""
        if line.part != "backward" or self.as_code:
            return False
        names = NOTATIONS[self.notation]
        return self.notation == PARTIAL or (names.defined and not line.source)

    def toggle(self, group: str) -> None:
        """Fold the lines of a group into one, or show them again."""
        self.session.fold_lines({group} ^ set(self.session.drawn.folded))

    def fold_all(self, folded: bool) -> None:
        """Fold the lines of all groups, or show all lines."""
        self.session.fold_lines({line.group for line in self.listing.lines if line.group} if folded else ())

    # -- cells

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADS[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.rows[index.row()]
        if isinstance(row, Heading):
            return Qt.ItemFlag.ItemIsEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if row.part == "given" and index.column() == VALUE:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == ROW:
            return row
        if isinstance(row, Heading):
            return row.text if column == LINE and role == Qt.ItemDataRole.DisplayRole else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.line_text(row) if column == LINE else self._shown(row, column)
            case Qt.ItemDataRole.EditRole if column == VALUE:
                value = self.value(row)
                return "" if value is None else typed_text(value)
            case Qt.ItemDataRole.ToolTipRole:
                return self._marks(row) if column == LINE else self._full(row, column)
            case Qt.ItemDataRole.AccessibleTextRole if column == LINE:
                return self.line_text(row, spoken)
            case Qt.ItemDataRole.AccessibleDescriptionRole if column == LINE:
                return self._marks(row)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.rows[index.row()]
        if role != Qt.ItemDataRole.EditRole or not isinstance(row, Line):
            return False
        self.typed.emit(row.node, str(value))
        return True

    def _full(self, line: Line, column: int) -> str:
        """A value or a gradient with every digit, and the names of its entries."""
        value = self._exact(line, column)
        return "" if value is None else self._named(line, value, exact) or _full(value)

    # -- what lines say

    def written(self, line: Line) -> Math | str:
        """What a line says, written when it is first seen."""
        found = self._written.get(line)
        if found is None:
            found = self._written[line] = self.write(line)
        return found

    def line_text(self, line: Line, said: Callable[[Math], str] = plain) -> str:
        """A line as plain text, or in words, with its number."""
        written = self.written(line)
        text = written if isinstance(written, str) else said(written)
        if line.part == "given":
            return line.node
        return f"{line.number} {text}".strip()

    def value(self, line: Line) -> Value | None:
        """The value of a line's node as it was given, or as it is known by now; a line back has none."""
        if line.part == "backward":
            return None
        typed = self.session.typed_value(line.node) if line.part == "given" else None
        return typed if typed is not None else self.session.snapshot.value(line.node)

    def _exact(self, line: Line, column: int) -> Value | None:
        return self.value(line) if column == VALUE else self._gradient(line, exact=True)

    def _gradient(self, line: Line, exact: bool = False) -> Value | None:
        """The gradient of a line's node so far; in a line back, as that line left it."""
        count = self.session.arrived
        if line.part == "backward" and line.steps:
            if line.steps[0] > count or len(line.makes) > 1:
                return None
            count = min(count, line.steps[-1])
        snapshot = self.session.trace.snapshot(count)
        return (snapshot if exact else snapshot.shown).gradient(line.node)

    def _shown(self, line: Line, column: int) -> str:
        """A value or a gradient in the digits that are shown."""
        return next(iter(self.texts(line, column)), "")

    def texts(self, line: Line, column: int, last: bool = False) -> Iterator[str]:
        """A value or a gradient in the digits that are shown, then shorter; of an array its shape at last.

        Args:
            line: the line.
            column: VALUE or GRADIENT.
            last: what it will be after all steps, else by now; nothing is given for what is not known.
        """
        value = self._last(line, column) if last else self._seen(line, column)
        digits = self.session.digits
        if isinstance(value, float):
            yield from (short(value, fewer) for fewer in range(digits, 0, -1))
        elif value is not None:
            for fewer in (digits, 2):
                if named := self._named(line, value, partial(short, digits=fewer)):
                    yield named
            usual = value_text(value, digits)
            if usual.startswith("["):
                yield from (usual, value_text(value, 2))
            yield "×".join(map(str, value.shape if value.ndim > 1 else (*value.shape, 1)))

    def _seen(self, line: Line, column: int) -> Value | None:
        """A value or a gradient by now, without rounding noise."""
        if column == GRADIENT:
            return self._gradient(line)
        value = self.value(line)
        if value is not None and self.session.typed_value(line.node) is None:
            return self.session.snapshot.shown.value(line.node)
        return value

    def _last(self, line: Line, column: int) -> Value | None:
        last = self.session.trace.shown.last
        return last.value(line.node) if column == VALUE else last.gradient(line.node)

    def _named(self, line: Line, value: Value, write: Callable[[float], str]) -> str:
        """The entries of a vector behind their names; "" where they have none."""
        names = self.session.annotations.entries.get(line.node, ())
        if isinstance(value, float) or value.shape != (len(names),):
            return ""
        return ", ".join(f"{name} {write(float(entry))}" for name, entry in zip(names, value, strict=True))

    def _marks(self, line: Line) -> str:
        """What a line keeps for the backward pass or reads from the forward pass, in a sentence."""
        if line.part == "backward":
            said = f"Reads the values of {_listed(line.reads)}, which the forward pass keeps."
            return said if line.reads else ""
        numbers = [n for node in (*line.makes, line.node) for n in self.kept.get(node, ())]
        lines = [str(number) for number in dict.fromkeys(numbers)]
        said = f"Its value is kept for the backward pass: line{'s' * (len(lines) > 1)} {_listed(lines)}."
        return said if lines else ""


def _with_headings(lines: Sequence[Line], loop: Loop) -> list[Row]:
    """The lines of each part below its heading, with what a training does around them."""
    found: list[Row] = [Heading(text) for text in loop.each]
    part = ""
    for line in lines:
        if line.part != part:
            found += [Heading(text) for text in loop.before] if line.part == "forward" else []
            found.append(PARTS[line.part])
            part = line.part
        found.append(line)
    return [*found, *(Heading(text) for text in loop.after)]


def _listed(names: Sequence[str]) -> str:
    names = [*map(in_text, names)]
    return "".join(names) if len(names) < 2 else f"{', '.join(names[:-1])} and {names[-1]}"


def _full(value: Value) -> str:
    if isinstance(value, float):
        return exact(value)
    return typed_text(value) if value.size <= 64 else value_text(value)

"""The window in which own data are put together: points in a plane, rows in a table, CSV files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.data.csv_preview import CsvPreview
from app.data.points_plane import KEYS, PointsPlane
from app.data.rows import RowsView
from app.state.training_session import TrainingSession
from app.widgets.fields import NumberField
from app.widgets.flow_layout import FlowLayout
from app.widgets.labels import plain_label, sentence_of, tint
from app.widgets.theme import LIGHT, Theme
from core.base.errors import Problem
from core.data.csv_file import sheet_from
from core.data.table import LARGEST, Table

MOST_NAMES = 12  # fields for names; of a table with more the names are those of its file
CSV_KINDS = "Tables (*.csv *.tsv *.txt);;All files (*)"
EMPTY = {"Classes": Table(), "Numbers over a plane": Table(target="y", classes=())}
EMPTY["A function of x"] = Table(("x",), "y", (), extent=((-6.0, 6.0),))


class OwnData(QDialog):
    """Shows the present data and edits them; whatever is changed makes them the user's own."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.data, self.theme = training, training.data, LIGHT
        self.setWindowTitle("Own data")
        self.plane = PointsPlane(training)
        self.plane.labelChanged.connect(self._show)
        self.plane.refused.connect(self.say)
        self.rows = RowsView(training)
        self.rows.refused.connect(self.say)
        self.message = plain_label()
        self.label, self.value = QComboBox(), NumberField(-LARGEST, LARGEST, 3)
        self.label.setAccessibleName("Class of new points")
        self.label.setToolTip("The class of new points; keys 1 to 9 choose it, too")
        self.label.activated.connect(self.plane.give_class)
        self.value.setAccessibleName("Target of new points")
        self.value.setToolTip("The target of new points")
        self.value.valueChanged.connect(self._set_value)
        self.names: list[QLineEdit] = []
        self.start = QComboBox()
        self.start.setAccessibleName("Start anew with")
        self.start.addItem("Start anew…")
        self.start.addItems(list(EMPTY))
        self.start.setToolTip("An empty table; undo brings the present rows back")
        self.start.activated.connect(self._start_anew)
        self._lay_out()
        stack = training.session.undo_stack
        for keys, act in (
            (QKeySequence.StandardKey.Undo, stack.undo),
            (QKeySequence.StandardKey.Redo, stack.redo),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        self.data.dataChanged.connect(self._show)
        self._show()

    def _lay_out(self) -> None:
        def button(text: str, tip: str, act: Callable[[], object]) -> QPushButton:
            made = QPushButton(text)
            made.setToolTip(tip)
            made.setAutoDefault(False)
            made.clicked.connect(act)
            return made

        self.new_points = QLabel()
        self.form = QFormLayout()
        self.form.addRow(self.new_points, self.label)
        self.form.addRow("", self.value)
        tools = QWidget()
        row = FlowLayout(tools)
        row.addWidget(button("Open CSV…", "Take the rows of a CSV file", self.open_csv))
        row.addWidget(self.start)
        row.addWidget(button("Add row", "One more row, as the chosen one", self.add_row))
        row.addWidget(button("Delete rows", "Take the chosen rows away (Del)", self.rows.remove_chosen))
        self.names_box = QFormLayout()
        right = QVBoxLayout()
        right.addWidget(tools)
        right.addLayout(self.form)
        right.addLayout(self.names_box)
        right.addWidget(self.rows, 1)
        middle = QHBoxLayout()
        middle.addWidget(self.plane, 3)
        middle.addLayout(right, 2)
        self.help = plain_label()
        self.help.setText(f"{KEYS}.")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        box = QVBoxLayout(self)
        box.addLayout(middle, 1)
        for part in (self.message, self.help, buttons):
            box.addWidget(part)
        self.resize(860, 560)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.plane.set_theme(theme)
        tint(self.message, theme.wrong)
        tint(self.help, theme.faint)

    def say(self, sentence: str) -> None:
        """Say why something is not taken, or "" once it is."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    # -- changes

    def add_row(self) -> None:
        """One more row, with the numbers of the chosen one."""
        table, chosen = self.data.table, self.plane.chosen
        row = table.rows[chosen] if chosen is not None else (0.0,) * len(table.titles)
        self._edit("add a row", lambda: table.with_row(row))

    def open_csv(self) -> None:
        """Ask for a CSV file, show what is in it, and take the chosen columns."""
        found, _ = QFileDialog.getOpenFileName(self, "Open CSV", "", CSV_KINDS)
        if found:
            self.take_csv(Path(found))

    def take_csv(self, path: Path) -> None:
        """Show what is in a CSV file, and take the chosen columns."""
        try:
            data = path.read_bytes()
            preview = CsvPreview(path.name, data, sheet_from(data), self.theme, self)
        except OSError as error:
            self.say(f"{path.name} cannot be read: {error.strerror}.")
            return
        except Problem as problem:
            self.say(f"{path.name}: {sentence_of(problem)}")
            return
        if preview.exec() and preview.table is not None:
            table = preview.table
            self._edit(f"take the rows of {path.name}", lambda: table)

    def _start_anew(self, place: int) -> None:
        if place:
            self.start.setCurrentIndex(0)
            table = list(EMPTY.values())[place - 1]
            self._edit("start own data anew", lambda: table)

    def _set_value(self, value: float) -> None:
        self.plane.value = value

    def _rename(self, number: int) -> None:
        """Take the name in one of the fields: of a column, or of a class."""
        table, field = self.data.table, self.names[number]
        columns = len(table.titles)
        before = [*table.titles, *table.classes][number]
        if field.text().strip() == before:
            return
        if number < columns:
            self._edit("name a column", lambda: table.named(number, field.text()))
        else:
            self._edit("name a class", lambda: table.with_class_named(number - columns, field.text()))
        field.setModified(False)
        self._show_names(self.data.table)

    def _edit(self, label: str, changed: Callable[[], Table]) -> None:
        try:
            self.data.edit(label, changed())
        except Problem as problem:
            self.say(sentence_of(problem))
        else:
            self.say("")

    # -- what is shown

    def _show(self) -> None:
        table = self.data.table
        if self.data.problem and len(table) > 1:
            self.say(sentence_of(self.data.problem))
        elif len(table) > 1:
            self.say("")
        with QSignalBlocker(self.label):
            self.label.clear()
            for number, name in enumerate(table.classes):
                self.label.addItem(f"{number + 1}: {name}")
            self.label.setCurrentIndex(min(self.plane.label, len(table.classes) - 1))
        by_class = bool(table.classes)
        self.new_points.setText("New points" if by_class else "Target of new points")
        self.form.setRowVisible(0, by_class)
        self.form.setRowVisible(1, not by_class and len(table.features) >= 2)
        self._show_names(table)

    def _show_names(self, table: Table) -> None:
        """A field for the name of each column and class, made anew where there are others."""
        names = [*table.titles, *table.classes]
        if len(names) > MOST_NAMES:
            names = []
        if len(names) != len(self.names):
            while self.names_box.rowCount():
                self.names_box.removeRow(0)
            self.names = []
            for number in range(len(names)):
                field = QLineEdit()
                field.editingFinished.connect(lambda number=number: self._rename(number))
                self.names.append(field)
                self.names_box.addRow(" ", field)
        for number, (field, name) in enumerate(zip(self.names, names, strict=True)):
            label = self.names_box.labelForField(field)
            kind = "Axis" if number < len(table.features) else "Class"
            kind = "Target" if number == len(table.features) else kind
            if isinstance(label, QLabel):
                label.setText(kind)
            field.setAccessibleName(f"Name of {kind.lower()} {name}")
            if not field.hasFocus() or not field.isModified():
                field.setText(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes what is typed, and does not close the window."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

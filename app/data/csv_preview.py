"""What is in a CSV file, before it is taken: its first rows, and what each column is for."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.widgets.labels import plain_label, sentence_of, tint
from app.widgets.theme import Theme
from core.base.errors import Problem
from core.data.csv_file import Column, Sheet, sheet_from
from core.data.table import Table

MOST_LINES = 100  # that are shown of a file
FEATURE, CLASS, NUMBER, LEFT_OUT = "feature", "target: class", "target: number", "left out"


class CsvPreview(QDialog):
    """Chooses columns of a sheet; `table` is what they make, None where they make none."""

    def __init__(self, name: str, data: bytes, sheet: Sheet, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle(f"Columns of {name}")
        self._data, self.sheet = data, sheet
        self.table: Table | None = None
        self.form, self.message = QLabel(), plain_label()
        self.form.setTextFormat(Qt.TextFormat.PlainText)
        self.form.setWordWrap(True)
        tint(self.message, theme.wrong)
        self.header = QCheckBox("The first line names the columns")
        self.header.clicked.connect(self._read_anew)
        self.leave_out = QCheckBox("Leave out rows with missing cells")
        self.leave_out.clicked.connect(self._check)
        self.cells = QTableWidget()
        self.cells.setAccessibleName("First rows of the file")
        self.cells.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.uses: list[QComboBox] = []
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Take these rows")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for part in (self.form, self.header):
            box.addWidget(part)
        box.addWidget(self.cells, 1)
        box.addWidget(self.leave_out)
        box.addWidget(self.message)
        box.addWidget(self.buttons)
        self.resize(720, 460)
        self._fill()

    def _read_anew(self, header: bool) -> None:
        try:
            self.sheet = sheet_from(self._data, header)
        except Problem as problem:  # such as no rows below the header
            with QSignalBlocker(self.header):
                self.header.setChecked(self.sheet.header)
            self.message.setText(sentence_of(problem))
            self.message.show()
            return
        self._fill()

    def _fill(self) -> None:
        """The cells of the sheet, above them what each column is for."""
        sheet = self.sheet
        self.form.setText(f"{sheet.said}.")
        self.header.setChecked(sheet.header)
        shown = sheet.rows[:MOST_LINES]
        self.cells.clear()
        self.cells.setColumnCount(len(sheet.columns))
        self.cells.setRowCount(len(shown) + 1)
        self.cells.setHorizontalHeaderLabels([column.name for column in sheet.columns])
        self.cells.setVerticalHeaderLabels(["use", *map(str, sheet.lines[:MOST_LINES])])
        self.uses = [self._use(k, column) for k, column in enumerate(sheet.columns)]
        for k, use in enumerate(self.uses):
            self.cells.setCellWidget(0, k, use)
        for r, row in enumerate(shown):
            for k, cell in enumerate(row):
                self.cells.setItem(r + 1, k, QTableWidgetItem(cell or "(missing)"))
        self.cells.resizeColumnsToContents()
        self._check()

    def _use(self, k: int, column: Column) -> QComboBox:
        """The list of what a column may be for, as it most likely is."""
        field = QComboBox()
        field.setAccessibleName(f"Use of the column {column.name}")
        uses = [LEFT_OUT, CLASS]
        if column.is_number:
            uses = [FEATURE, LEFT_OUT, CLASS, NUMBER]
        field.addItems(uses)
        likely = FEATURE if k in self.sheet.likely_features else LEFT_OUT
        if k == self.sheet.likely_target:
            likely = CLASS if column.is_class or not column.is_number else NUMBER
        field.setCurrentText(likely)
        field.activated.connect(lambda _, k=k: self._chosen(k))
        return field

    def _chosen(self, k: int) -> None:
        """There is one target: another column that was it becomes a feature, or is left out."""
        if self.uses[k].currentText() in (CLASS, NUMBER):
            for other, use in enumerate(self.uses):
                if other != k and use.currentText() in (CLASS, NUMBER):
                    use.setCurrentText(FEATURE if self.sheet.columns[other].is_number else LEFT_OUT)
        self._check()

    def _check(self) -> None:
        """Make the table of what is chosen, or say why there is none."""
        used = [use.currentText() for use in self.uses]
        features = [k for k, use in enumerate(used) if use == FEATURE]
        targets = [k for k, use in enumerate(used) if use in (CLASS, NUMBER)]
        said = ""
        self.table = None
        if targets:
            chosen = [*features, *targets]
            self.leave_out.setVisible(bool(self.sheet.missing(chosen)))
            try:
                self.table = self.sheet.table(
                    features, targets[0], used[targets[0]] == CLASS, self.leave_out.isChecked()
                )
            except Problem as problem:
                said = sentence_of(problem)
        else:
            said = "No column is the target. Choose one to be learned."
        self.message.setText(said)
        self.message.setVisible(bool(said))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(self.table is not None)

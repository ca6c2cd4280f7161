"""What each name of the typed program is for in training: shown, and open to choice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from app.state.training_session import TrainingSession
from core.notation.names import in_text
from core.training.roles import choices

AUTOMATIC = ""  # the choice of a name that is left to the program
MOST_NAMES_SHOWN = 40


class RolesTable(QWidget):
    """A list for each name; a choice is one undo entry, and the first entry, "auto", takes it back."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self.fields: dict[str, QComboBox] = {}
        self._shown: object = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        for column in (1, 3):
            self._grid.setColumnStretch(column, 1)
        training.runChanged.connect(self._show)
        self._show()

    def _show(self) -> None:
        """The roles; where there are none, since something does not fit, the choices."""
        if self.training.settings.trains_network:
            return
        every, roles, dataset = self.training.roles()
        names, chosen = every[:MOST_NAMES_SHOWN], self.training.settings.roles
        found = {name: roles.role(name) if roles else AUTOMATIC for name in names}
        shown = found, dict(chosen), dataset
        if self._shown == shown:
            return
        self._shown = shown
        if list(self.fields) != list(names):
            self._lay_out(names)
        for name, field in self.fields.items():
            field.clear()
            for role, words in choices(found[name], chosen.get(name, AUTOMATIC), dataset):
                field.addItem(words, role)
            field.setItemData(0, "Found from how the program uses the name", Qt.ItemDataRole.ToolTipRole)
            field.setCurrentIndex(max(0, field.findData(chosen.get(name, AUTOMATIC))))

    def _lay_out(self, names: Sequence[str]) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        for place, name in enumerate(names):
            label, field = QLabel(in_text(name)), QComboBox()
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setMinimumContentsLength(8)
            field.setAccessibleName(f"Role of {in_text(name)}")
            field.setToolTip(f"What {in_text(name)} is for in training")
            field.activated.connect(lambda _, name=name: self._choose(name))
            label.setBuddy(field)
            row, column = place // 2, 2 * (place % 2)
            self._grid.addWidget(label, row, column)
            self._grid.addWidget(field, row, column + 1)
            self.fields[name] = field

    def _choose(self, name: str) -> None:
        self.training.choose_role(name, self.fields[name].currentData())

"""The training settings, each with a field, made from their table."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from app.state.training_session import TrainingSession
from app.widgets.fields import NumberField
from app.widgets.labels import tint
from app.widgets.theme import Theme
from core.base.numbers import short
from core.training.choices import MAX_LAYERS, MAX_UNITS, NO_DATA
from core.training.settings import SETTINGS, USUAL, TrainingSettings, offered

# the settings in their order, two in a row where there is room
SHOWN = (
    *("trains", "hidden", "activation", "data_seed"),
    *("initial", "initial_size", "weights_seed", "optimizer", "rate", "momentum", "nesterov", "beta1"),
    *("beta2", "alpha", "eps", "weight_decay", "schedule", "schedule_epochs", "schedule_factor", "batch"),
    *("reduction", "regularisation", "l1_rate", "l2_rate", "max_norm", "dropout", "clipping", "clip_at"),
    *("stop_epoch", "stop_loss", "patience"),
)
RESTARTS = "changing it starts the training anew"


class Controls(QWidget):
    """The training settings in two columns; each change is one undo entry."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self._fields: dict[str, QWidget] = {}
        self._labels: dict[str, QLabel] = {}
        self._places: list[str] = []
        self._in_a_row = 2
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for name in SHOWN:
            setting = SETTINGS[name]
            label = QLabel(setting.label, self)
            field = self._field(name)
            field.setParent(self)
            field.setToolTip(f"{setting.tip}; {RESTARTS}" if setting.restarts else setting.tip)
            field.setAccessibleName(setting.label)
            label.setBuddy(field)
            self._fields[name], self._labels[name] = field, label
        grid.setColumnStretch(1, 1)
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.hide()
        grid.addWidget(self.message, len(SHOWN), 0, 1, 4)
        training.session.documentChanged.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        tint(self.message, theme.wrong)

    def _field(self, name: str) -> QWidget:
        if SETTINGS[name].choices:
            return self._choice(name)
        if isinstance(getattr(USUAL, name), tuple):
            return self._layers(name)
        if isinstance(getattr(USUAL, name), bool):
            return self._switch(name)
        return self._open_list(name) if SETTINGS[name].offers else self._number(name)

    def _choice(self, name: str) -> QComboBox:
        field = QComboBox()
        field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        field.setMinimumContentsLength(8)
        choices = SETTINGS[name].choices
        for choice, title in choices().items() if choices else ():
            field.addItem(title, choice)
        field.activated.connect(lambda: self._set(name, field.currentData()))
        return field

    def _switch(self, name: str) -> QCheckBox:
        field = QCheckBox()
        field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)  # all of it can be clicked
        field.clicked.connect(lambda: self._set(name, field.isChecked()))
        return field

    def _number(self, name: str) -> QWidget:
        setting, kind = SETTINGS[name], type(getattr(USUAL, name))
        field = NumberField(setting.low, setting.high, setting.decimals)
        field.setSingleStep(setting.step)
        field.setKeyboardTracking(False)
        field.valueChanged.connect(lambda value: self._set(name, kind(value)))
        return field

    def _open_list(self, name: str) -> QComboBox:
        """A list of usual numbers that takes any other, too."""
        field = QComboBox()
        field.setEditable(True)
        field.addItems(SETTINGS[name].offers)
        field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        field.activated.connect(lambda: self._set_number(name, field.currentText()))
        edit = field.lineEdit()
        assert edit is not None
        edit.editingFinished.connect(lambda: self._set_number(name, field.currentText()))
        return field

    def _set_number(self, name: str, typed: str) -> None:
        setting, text = SETTINGS[name], typed.strip().replace(",", ".")
        try:
            number = float(text) if text.isascii() else math.nan
        except ValueError:
            number = math.nan
        if setting.low <= number <= setting.high:
            self._set(name, number)
        else:
            between = f"from {short(setting.low)} to {short(setting.high)}"
            self._refuse(f"The {setting.label.lower()} is a number {between}, not '{text[:20]}'.")
        self._show()

    def _layers(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.editingFinished.connect(lambda: self._set_layers(name, field.text()))
        return field

    def _set_layers(self, name: str, text: str) -> None:
        words = text.replace(",", " ").split()
        sizes = tuple(int(word) for word in words if word.isascii() and word.isdigit())
        if len(sizes) == len(words) <= MAX_LAYERS and all(1 <= size <= MAX_UNITS for size in sizes):
            self._set(name, sizes)
        else:
            layers = f"up to {MAX_LAYERS} layers of 1 to {MAX_UNITS} units, such as 4 2"
            self._refuse(f"{SETTINGS[name].label} takes {layers}, not '{text[:20]}'.")
        self._show()

    def _refuse(self, sentence: str) -> None:
        """Say why what was typed is not taken; the field shows again what holds."""
        self.message.setText(sentence)
        self.message.show()

    def _set(self, name: str, value: Any) -> None:
        self.message.hide()
        self.training.change(f"set {SETTINGS[name].label.lower()}", **{name: value})

    def _show(self) -> None:
        settings = self.training.settings
        for name, field in self._fields.items():
            setting = SETTINGS[name]
            with QSignalBlocker(field):
                _show_value(field, getattr(settings, name))
            able = settings.trains_network or not setting.of_network
            able = able and (settings.data != NO_DATA or not setting.of_data)
            field.setEnabled(able)
            self._labels[name].setEnabled(able)
        self._place([name for name in SHOWN if _belongs(settings, name)], self._in_a_row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(self._places, 2 if event.size().width() > self._width_of_two() else 1)

    def _width_of_two(self) -> int:
        """How wide two fields with their labels are, and a little more."""
        labels = max(label.sizeHint().width() for label in self._labels.values())
        fields = max(field.minimumSizeHint().width() for field in self._fields.values())
        return 2 * (labels + fields) + 6 * self._grid.horizontalSpacing()

    def _place(self, names: list[str], in_a_row: int) -> None:
        """Show these fields, so many in a row, and no others."""
        if (names, in_a_row) == (self._places, self._in_a_row):
            return
        self._places, self._in_a_row = names, in_a_row
        self._grid.setColumnStretch(3, in_a_row - 1)
        for name, field in self._fields.items():
            self._grid.removeWidget(self._labels[name])
            self._grid.removeWidget(field)
            self._labels[name].setVisible(name in names)
            field.setVisible(name in names)
        before: QWidget | None = None
        for place, name in enumerate(names):
            row, column = divmod(place, in_a_row)
            field, column = self._fields[name], 2 * column
            self._grid.addWidget(self._labels[name], row, column)
            self._grid.addWidget(field, row, column + 1)
            if before:
                self.setTabOrder(before, field)
            before = field


def _belongs(settings: TrainingSettings, name: str) -> bool:
    """Whether a field is shown: what belongs to another rule or choice is not."""
    setting = SETTINGS[name]
    return offered(settings, name) if setting.of_rule or setting.beside else True


def _show_value(field: QWidget, value: Any) -> None:
    if isinstance(field, QComboBox) and field.isEditable():
        field.setCurrentText(f"{value:g}")
    elif isinstance(field, QComboBox):
        field.setCurrentIndex(field.findData(value))
    elif isinstance(field, QCheckBox):
        field.setChecked(value)
    elif isinstance(field, QLineEdit):
        text = value if isinstance(value, str) else " ".join(map(str, value))
        if field.text() != text:
            field.setText(text)
    elif isinstance(field, NumberField):
        field.setValue(value)

"""Fields for training settings, made from their table: those of the settings page, and those of the bar."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSizePolicy, QWidget

from app.state.training_session import TrainingSession
from app.widgets.fields import DragLabel, NumberField, NumberList
from core.base.numbers import short
from core.training.choices import MAX_LAYERS, MAX_UNITS
from core.training.settings import SETTINGS, USUAL, offered

RESTARTS = "changing it starts the training anew"


class SettingFields(QObject):
    """A field and a label for each of some training settings; each change is one undo entry.

    `refused` says in a sentence why a field does not take what was typed; the empty sentence that it did.
    """

    refused = Signal(str, QWidget)

    def __init__(self, training: TrainingSession, names: Sequence[str], parent: QObject | None = None):
        super().__init__(parent)
        self.training = training
        self.fields = {name: self._made(name) for name in names}
        self.labels = {name: _label(SETTINGS[name].label, field) for name, field in self.fields.items()}
        for name, field in self.fields.items():
            setting = SETTINGS[name]
            field.setToolTip(f"{setting.tip}; {RESTARTS}" if setting.restarts else setting.tip)
            field.setAccessibleName(setting.label)

    def _made(self, name: str) -> QWidget:
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

    def _open_list(self, name: str) -> NumberList:
        """A list of usual numbers that takes any other, too."""
        setting = SETTINGS[name]
        field = NumberList(setting.low, setting.high, setting.offers)
        field.chosen.connect(partial(self._set, name))
        between = f"from {short(setting.low)} to {short(setting.high)}"
        said = f"The {setting.label.lower()} is a number {between}, not "
        field.refused.connect(lambda typed: self.refused.emit(f"{said}'{typed[:20]}'.", field))
        return field

    def _layers(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.editingFinished.connect(lambda: self._set_layers(name, field))
        return field

    def _set_layers(self, name: str, field: QLineEdit) -> None:
        text = field.text()
        words = text.replace(",", " ").split()
        sizes = tuple(int(word) for word in words if word.isascii() and word.isdigit())
        if len(sizes) == len(words) <= MAX_LAYERS and all(1 <= size <= MAX_UNITS for size in sizes):
            self._set(name, sizes)
        else:
            layers = f"up to {MAX_LAYERS} layers of 1 to {MAX_UNITS} units, such as 4 2"
            self.refused.emit(f"{SETTINGS[name].label} takes {layers}, not '{text[:20]}'.", field)
        self.show_now()

    def _set(self, name: str, value: Any) -> None:
        self.refused.emit("", self.fields[name])
        self.training.change(f"set {SETTINGS[name].label.lower()}", **{name: value})

    def show_now(self) -> None:
        """Show what the document says; a field that makes no difference beside the others is grey."""
        settings = self.training.settings
        for name, field in self.fields.items():
            with QSignalBlocker(field):
                _show_value(field, getattr(settings, name))
            able = offered(settings, name)
            field.setEnabled(able)
            self.labels[name].setEnabled(able)

    def shown(self) -> list[str]:
        """The settings whose fields are shown: what belongs to another rule or choice is not."""
        settings = self.training.settings
        return [
            name
            for name in self.fields
            if not (SETTINGS[name].of_rule or SETTINGS[name].beside) or offered(settings, name)
        ]


def _label(text: str, field: QWidget) -> QLabel:
    if isinstance(field, NumberField | NumberList):
        return DragLabel(text, field)
    label = QLabel(text)
    label.setBuddy(field)
    return label


def _show_value(field: QWidget, value: Any) -> None:
    if isinstance(field, NumberField | NumberList):
        field.setValue(value)
    elif isinstance(field, QComboBox):
        field.setCurrentIndex(field.findData(value))
    elif isinstance(field, QCheckBox):
        field.setChecked(value)
    elif isinstance(field, QLineEdit):
        text = value if isinstance(value, str) else " ".join(map(str, value))
        if field.text() != text:
            field.setText(text)

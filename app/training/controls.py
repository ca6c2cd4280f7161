"""The training settings, each with a field; made from a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from app.state.training_session import TrainingSession
from app.widgets.fields import NumberField
from app.widgets.labels import tint
from app.widgets.theme import Theme
from core.base.numbers import short
from core.data.datasets import DATASETS
from core.training.activations import ACTIVATIONS
from core.training.optimizers import OPTIMIZERS
from core.training.settings import LIMITS, MAX_LAYERS, MAX_UNITS, NETWORK, NO_DATA, PROGRAM, REDUCTIONS

RATES = ("0.0001", "0.0003", "0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10")


class Control(Struct, frozen=True):
    """A training setting: its field, label and tip; `choices` for a list, else a number or a text."""

    field: str
    label: str
    tip: str
    choices: Callable[[], dict[str, str]] | None = None
    decimals: int = 0
    step: float = 1
    network_only: bool = False


CONTROLS = (
    Control("data", "Data", "Training data", lambda: _titles(DATASETS) | {NO_DATA: "none"}),
    Control(
        "trains",
        "Train",
        "A net built here, or the typed program itself",
        lambda: {NETWORK: "a network", PROGRAM: "the typed program"},
    ),
    Control("samples", "Samples", "How many samples are drawn"),
    Control("hidden", "Hidden", "Units of each hidden layer, such as 4 2; empty for none", network_only=True),
    Control("noise", "Noise", "Noise added to sample positions", decimals=2, step=0.05),
    Control(
        "activation",
        "Activation",
        "The hidden units' function",
        lambda: _titles(ACTIVATIONS),
        network_only=True,
    ),
    Control("test_percent", "Test %", "Share of the samples kept for testing"),
    Control("optimizer", "Optimizer", "The rule that updates the weights", lambda: _titles(OPTIMIZERS)),
    Control("batch", "Batch", "Samples per update"),
    Control(
        "reduction",
        "Batch loss",
        "The loss of a mini-batch: the mean or the sum of its samples' losses",
        lambda: {name: name for name in REDUCTIONS},
    ),
    Control("rate", "Rate", "The learning rate: how far each update goes"),
    Control("seed", "Seed", "The same seed draws the same data and weights"),
    Control("decay", "L2 (λ)", "Penalty on large weights", decimals=4, step=0.001, network_only=True),
)


def _titles(table: Any) -> dict[str, str]:
    return {name: entry.title for name, entry in table.items()}


# what makes no difference without data
OF_DATA = ("samples", "noise", "test_percent", "batch", "reduction")


class Controls(QWidget):
    """The training settings in two columns; each change is one undo entry."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self._fields: dict[str, QWidget] = {}
        self._labels: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for place, control in enumerate(CONTROLS):
            label = QLabel(control.label)
            field = self._field(control)
            field.setToolTip(control.tip)
            field.setAccessibleName(control.label)
            label.setBuddy(field)
            row, column = place // 2, 2 * (place % 2)
            grid.addWidget(label, row, column)
            grid.addWidget(field, row, column + 1)
            self._fields[control.field], self._labels[control.field] = field, label
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.hide()
        grid.addWidget(self.message, grid.rowCount(), 0, 1, 4)
        training.session.documentChanged.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        tint(self.message, theme.wrong)

    def _field(self, control: Control) -> QWidget:
        if control.choices:
            return self._choice(control)
        if control.field == "hidden":
            return self._text(control)
        if control.field == "rate":
            return self._rate(control)
        return self._number(control)

    def _choice(self, control: Control) -> QComboBox:
        field = QComboBox()
        field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        field.setMinimumContentsLength(8)
        assert control.choices is not None
        for name, title in control.choices().items():
            field.addItem(title, name)
        field.activated.connect(lambda: self._set(control, field.currentData()))
        return field

    def _number(self, control: Control) -> QWidget:
        field = NumberField(*LIMITS[control.field], control.decimals)
        field.setSingleStep(control.step)
        field.setKeyboardTracking(False)
        kind = float if control.decimals else int
        field.valueChanged.connect(lambda value: self._set(control, kind(value)))
        return field

    def _rate(self, control: Control) -> QComboBox:
        """A list of usual rates that takes any other, too."""
        field = QComboBox()
        field.setEditable(True)
        field.addItems(RATES)
        field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        field.activated.connect(lambda: self._set_rate(control, field))
        edit = field.lineEdit()
        assert edit is not None
        edit.editingFinished.connect(lambda: self._set_rate(control, field))
        return field

    def _set_rate(self, control: Control, field: QComboBox) -> None:
        low, high = LIMITS["rate"]
        text = field.currentText().strip().replace(",", ".")
        try:
            rate = float(text) if text.isascii() else 0.0
        except ValueError:
            rate = 0.0
        if low <= rate <= high:
            self._set(control, rate)
        else:
            self._refuse(f"The rate is a number from {short(low)} to {short(high)}, not '{text[:20]}'.")
        self._show()

    def _text(self, control: Control) -> QLineEdit:
        field = QLineEdit()
        field.editingFinished.connect(lambda: self._set_hidden(control, field.text()))
        return field

    def _set_hidden(self, control: Control, text: str) -> None:
        words = text.replace(",", " ").split()
        sizes = tuple(int(word) for word in words if word.isascii() and word.isdigit())
        if len(sizes) == len(words) <= MAX_LAYERS and all(1 <= size <= MAX_UNITS for size in sizes):
            self._set(control, sizes)
        else:
            self._refuse(
                f"Hidden takes up to {MAX_LAYERS} layers of 1 to {MAX_UNITS} units, such as 4 2, "
                f"not '{text[:20]}'."
            )
        self._show()

    def _refuse(self, sentence: str) -> None:
        """Say why what was typed is not taken; the field shows again what holds."""
        self.message.setText(sentence)
        self.message.show()

    def _set(self, control: Control, value: Any) -> None:
        self.message.hide()
        if control.field == "data":
            self.training.choose_data(value)
        else:
            self.training.change(f"set {control.label.lower()}", **{control.field: value})

    def _show(self) -> None:
        settings = self.training.settings
        for control in CONTROLS:
            field, value = self._fields[control.field], getattr(settings, control.field)
            with QSignalBlocker(field):
                _show_value(field, value)
            able = settings.trains_network or not control.network_only
            able = able and (settings.data != NO_DATA or control.field not in OF_DATA)
            field.setEnabled(able)
            self._labels[control.field].setEnabled(able)


def _show_value(field: QWidget, value: Any) -> None:
    if isinstance(field, QComboBox) and field.isEditable():
        field.setCurrentText(f"{value:g}")
    elif isinstance(field, QComboBox):
        field.setCurrentIndex(field.findData(value))
    elif isinstance(field, QLineEdit):
        text = " ".join(map(str, value))
        if field.text() != text:
            field.setText(text)
    elif isinstance(field, NumberField):
        field.setValue(value)

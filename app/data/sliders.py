"""A number that is dragged or typed: its name and value above a slider; a drag is one change."""

from __future__ import annotations

from math import log

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QWidget

from app.widgets.fields import NumberField

STEPS = 100  # of a slider


class NumberSlider(QWidget):
    """A name, a field and a slider for the same number.

    `chosen` tells a number once it is settled: at the end of a drag, or after a key. `low` and `high` are the
    ends of the slider; the field goes as far as `most`. A slider whose numbers span much is by ratios.
    """

    chosen = Signal(float)

    def __init__(
        self,
        name: str,
        low: float,
        high: float,
        decimals: int = 0,
        most: float | None = None,
        suffix: str = "",
        by_ratio: bool = False,
        parent: QWidget | None = None,
    ):
        super().__init__(parent)
        self.low, self.high, self.by_ratio = low, high, by_ratio
        self.field = NumberField(low, most or high, decimals)
        self.field.setButtonSymbols(NumberField.ButtonSymbols.NoButtons)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setSuffix(suffix)
        self.field.setFrame(False)
        self.field.setAccessibleName(name)
        self.field.setKeyboardTracking(False)
        self.field.setSingleStep(10**-decimals if decimals < 2 else 0.05)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setMinimumWidth(40)
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(f"{name}, slider")
        label = QLabel(name)
        label.setBuddy(self.field)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.field, 0, 1)
        grid.addWidget(self.slider, 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        self.field.valueChanged.connect(self.chosen)
        self.slider.valueChanged.connect(self._slid)
        self.slider.sliderReleased.connect(self._settled)

    def set_tip(self, tip: str) -> None:
        for part in (self.field, self.slider):
            part.setToolTip(tip)

    def show_value(self, value: float) -> None:
        """Show a number, without telling of it."""
        with QSignalBlocker(self.field):
            self.field.setValue(value)
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._place_of(value))

    def _slid(self, place: int) -> None:
        if self.slider.isSliderDown():
            with QSignalBlocker(self.field):
                self.field.setValue(self._value_at(place))
        else:
            self.field.setValue(self._value_at(place))

    def _settled(self) -> None:
        self.chosen.emit(self.field.value())

    def _value_at(self, place: int) -> float:
        share = place / STEPS
        if not self.by_ratio:
            return self.low + share * (self.high - self.low)
        value = self.low * float((self.high / self.low) ** share)
        unit: int = 10 ** max(0, len(str(int(value))) - 2)
        return max(self.low, min(self.high, round(value / unit) * unit))  # two digits

    def _place_of(self, value: float) -> int:
        value = min(max(value, self.low), self.high)
        if self.by_ratio:
            return round(STEPS * log(value / self.low) / log(self.high / self.low))
        return round(STEPS * (value - self.low) / (self.high - self.low))

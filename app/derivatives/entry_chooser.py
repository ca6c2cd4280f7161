"""One entry of an array, chosen by a number for each of its axes."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.widgets.fields import NumberField
from core.base.arrays import Shape
from core.passes.seed import Entry

AXES = {1: ("Entry",), 2: ("Row", "Column")}


class EntryChooser(QWidget):
    """Hidden for a number, which has one entry alone."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.shape: Shape = ()
        self.label = QLabel("entry")
        self.fields: list[NumberField] = []
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self.label)
        self.hide()

    @property
    def entry(self) -> Entry:
        return tuple(int(field.value()) for field in self.fields[: len(self.shape)])

    def show_shape(self, shape: Shape) -> None:
        """Offer the entries of an array of a shape; the choice stays where it can."""
        self.shape = shape
        while len(self.fields) < len(shape):
            field = NumberField()
            field.valueChanged.connect(self.changed)
            self.fields.append(field)
            self._box.addWidget(field)
        names = AXES.get(len(shape), tuple(f"Place {axis}" for axis, _ in enumerate(shape, start=1)))
        for axis, field in enumerate(self.fields):
            field.setVisible(axis < len(shape))
            if axis < len(shape):
                with QSignalBlocker(field):
                    field.setRange(0, shape[axis] - 1)
                field.setAccessibleName(names[axis])
                field.setToolTip(f"{names[axis]}, counted from 0 to {shape[axis] - 1}")
        self.setVisible(bool(shape))

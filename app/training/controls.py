"""The training settings, each with a field, made from their table."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.state.training_session import TrainingSession
from app.training.fields import SettingFields
from app.widgets.labels import tint
from app.widgets.theme import Theme

# the settings in their order, two in a row where there is room
SHOWN = (
    *("trains", "hidden", "activation", "data_seed"),
    *("initial", "initial_size", "weights_seed", "optimizer", "rate", "momentum", "nesterov", "beta1"),
    *("beta2", "alpha", "eps", "weight_decay", "schedule", "schedule_epochs", "schedule_factor", "batch"),
    *("reduction", "regularisation", "l1_rate", "l2_rate", "max_norm", "dropout", "clipping", "clip_at"),
    *("stop_epoch", "stop_loss", "patience"),
)


class Controls(QWidget):
    """The training settings in two columns; each change is one undo entry."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self._made = SettingFields(training, SHOWN, self)
        self._fields, self._labels = self._made.fields, self._made.labels
        self._places: list[str] = []
        self._in_a_row = 2
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for part in (*self._labels.values(), *self._fields.values()):
            part.setParent(self)
        grid.setColumnStretch(1, 1)
        self.message = QLabel()
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.hide()
        grid.addWidget(self.message, len(SHOWN), 0, 1, 4)
        self._made.refused.connect(self._say)
        training.session.documentChanged.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        tint(self.message, theme.wrong)

    def _say(self, sentence: str) -> None:
        """Say why what was typed is not taken; the field shows again what holds."""
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _show(self) -> None:
        self._made.show_now()
        self._place(self._made.shown(), self._in_a_row)

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

"""How far the training has come, and the sample that goes to the canvas."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.state.training_session import TrainingSession
from app.widgets.fields import NumberField
from app.widgets.icons import icon
from app.widgets.theme import Theme
from core.base.numbers import short
from core.training.records import Record


class TrainBar(QWidget):
    """The numbers of the last record, and the sample that goes to the canvas."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self.canvas = QToolButton()
        self.canvas.setIconSize(QSize(20, 20))
        self.canvas.setAutoRaise(True)
        self.canvas.setToolTip("Open on canvas, on this sample (Ctrl+Shift+O)")
        self.canvas.setAccessibleName("Open on canvas, on this sample")
        self.canvas.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.canvas.clicked.connect(training.open_on_canvas)
        self.canvas.setText("Open on canvas")
        self.canvas.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.sample = NumberField()
        self.sample.setPrefix("sample ")
        self.sample.setToolTip("The sample that goes to the canvas; or click one in the plane")
        self.sample.setAccessibleName("Sample")
        self.sample.valueChanged.connect(lambda number: training.choose_sample(int(number)))
        self.numbers = QLabel()
        self.numbers.setTextFormat(Qt.TextFormat.PlainText)
        self.numbers.setAccessibleName("Progress")
        self.numbers.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.sample)
        buttons.addWidget(self.canvas)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(buttons)
        box.addWidget(self.numbers)
        for signal in (training.runChanged, training.readable, training.sampleChanged):
            signal.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.canvas.setIcon(icon("external-link"))

    def _show(self) -> None:
        run, record = self.training.run, self.training.record
        self.setEnabled(run is not None)
        count = len(run.setup.dataset) if run and run.setup.dataset else 0
        with QSignalBlocker(self.sample):
            self.sample.setRange(0, max(0, count - 1))
            self.sample.setEnabled(count > 0)
            self.sample.setValue(self.training.sample)
        numbers = _numbers(record) if record else []
        self.numbers.setText(
            "    ".join(f"{name} {value}".replace(" ", "\N{NO-BREAK SPACE}") for name, value in numbers)
        )
        self._keep_height()

    def _keep_height(self) -> None:
        """Keep the line that numbers once needed: else all below it moves up and down as they grow."""
        needed = self.numbers.heightForWidth(self.numbers.width())
        if self.isVisible() and needed > self.numbers.minimumHeight():
            self.numbers.setMinimumHeight(needed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.numbers.setMinimumHeight(0)
            self._keep_height()


def _numbers(record: Record) -> list[tuple[str, str]]:
    """How far the training is, and how well it does."""
    found = [
        ("epoch", f"{record.epoch:,}"),
        ("update", f"{record.step:,}"),
        ("loss", short(record.train_loss)),
    ]
    if record.test_loss is not None:
        found.append(("test loss", short(record.test_loss)))
    if record.test_accuracy is not None:
        found.append(("test accuracy", f"{record.test_accuracy:.0%}"))
    elif record.train_accuracy is not None:
        found.append(("training accuracy", f"{record.train_accuracy:.0%}"))
    return found

"""The bar that runs the training: train or pause, one update, reset, open on canvas; and how far it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.state.training_session import TrainingSession
from app.widgets.fields import NumberField
from app.widgets.icons import icon
from app.widgets.theme import Theme
from core.base.numbers import short
from core.training.records import Record


class TrainBar(QWidget):
    """Train or pause, one update, reset; the numbers; the sample that goes to the canvas."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training = training
        self.train = _button("play", "Train or pause (Ctrl+Return)", lambda: training.toggle())
        self.one = _button("step-forward", "One update (Ctrl+Right)", lambda: training.step())
        self.reset = _button(
            "rotate-ccw", "Reset to the initial weights, same seed (Ctrl+Home)", lambda: training.reset()
        )
        self.canvas = _button(
            "external-link",
            "Open on canvas, on this sample (Ctrl+Shift+O)",
            lambda: training.open_on_canvas(),
        )
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
        for part in (self.train, self.one, self.reset):
            buttons.addWidget(part)
        buttons.addStretch(1)
        buttons.addWidget(self.sample)
        buttons.addWidget(self.canvas)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(buttons)
        box.addWidget(self.numbers)
        self._shows_pause = False
        for signal in (training.runChanged, training.progressed, training.sampleChanged):
            signal.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        for button, name in (
            (self.train, "pause" if self._shows_pause else "play"),
            (self.one, "step-forward"),
            (self.reset, "rotate-ccw"),
            (self.canvas, "external-link"),
        ):
            button.setIcon(icon(name))

    def _show(self) -> None:
        run, record = self.training.run, self.training.record
        self.setEnabled(run is not None)
        if self.training.is_training != self._shows_pause:
            self._shows_pause = self.training.is_training
            self.train.setIcon(icon("pause" if self._shows_pause else "play"))
        count = len(run.setup.dataset) if run and run.setup.dataset else 0
        with QSignalBlocker(self.sample):
            self.sample.setRange(0, max(0, count - 1))
            self.sample.setEnabled(count > 0)
            self.sample.setValue(self.training.sample)
        numbers = _numbers(record) if record else []
        self.numbers.setText(
            "    ".join(f"{name} {value}".replace(" ", "\N{NO-BREAK SPACE}") for name, value in numbers)
        )


def _button(name: str, tip: str, pressed: Callable[[], object]) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setIconSize(QSize(20, 20))
    button.setAutoRaise(True)
    button.setToolTip(tip)
    button.setAccessibleName(tip.split(" (")[0])
    button.clicked.connect(pressed)
    return button


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

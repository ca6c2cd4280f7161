"""The button in the head of the window that says a training runs, and pauses it, in every other workspace."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from app.state.training_session import TrainingSession
from app.widgets.icons import icon
from app.widgets.theme import Theme


class Running(QToolButton):
    """Seen while the training runs and its own workspace is not shown."""

    def __init__(self, training: TrainingSession):
        super().__init__()
        self._training, self._elsewhere, self._presenting = training, False, False
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("A training is running; pause it")
        self.setAccessibleName("Pause the training")
        self.clicked.connect(training.pause)
        for signal in (training.runChanged, training.progressed):
            signal.connect(self._show)
        self._show()

    def set_elsewhere(self, elsewhere: bool) -> None:
        """Whether the workspace that is shown is not the one for training."""
        self._elsewhere = elsewhere
        self._show()

    def set_presenting(self, on: bool) -> None:
        """Leave the room to the program's line while presenting."""
        self._presenting = on
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.setIcon(icon("pause"))

    def _show(self) -> None:
        run = self._training.made if self._training.is_training else None
        if run:
            said = f"Training: update {run.trainer.updates:,}"
            self.setText(said)
            self.setAccessibleDescription(said)
        self.setVisible(run is not None and self._elsewhere and not self._presenting)

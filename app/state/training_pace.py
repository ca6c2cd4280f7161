"""How fast a training goes: as fast as it can, between two pictures, or so many updates a second."""

from __future__ import annotations

import math
from time import process_time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.state.ticker import Ticker

# what trains loads NumPy, so it is imported with the first run
if TYPE_CHECKING:
    from core.training.trainer import Trainer

MOST_TICKS = 30  # a second, at a speed that is chosen
TRAINS = 0.8  # the share of the processor's time that is to go into training, and not into pictures
LEAST_SLICES, MOST_SLICES = 2, 7  # of training between two pictures: there are 10 a second or more


class TrainingPace(QObject):
    """Runs a trainer until it stops or pauses, or `stop` is called.

    `progressed` is emitted when there is something new to show, and when the training has ended;
    `speed` is how many updates there are a second, 0 for as many as there can be.
    """

    progressed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.speed = 0
        self._trainer: Trainer | None = None
        self._slices, self._trained, self._shown = 0, 0.0, 0.0  # since the last picture, and when that was
        self._ticker, self._slow = Ticker(self, rest=0), QTimer(self)
        self._ticker.progressed.connect(self._show_at_times)
        self._ticker.stopped.connect(self.progressed)
        self._slow.timeout.connect(self._tick)

    @property
    def running(self) -> bool:
        return self._ticker.running or self._slow.isActive()

    @property
    def _at_once(self) -> int:
        """How many updates a tick makes at a speed that is chosen."""
        return math.ceil(self.speed / MOST_TICKS)

    def start(self, trainer: Trainer) -> None:
        """Let a trainer go on."""
        self._trainer = trainer
        if self.speed:
            self._slow.start(round(1000 * self._at_once / self.speed))
        else:
            self._slices, self._trained, self._shown = 0, 0.0, process_time()
            self._ticker.start(trainer.train(trainer.at_once))
        self.progressed.emit()

    def stop(self) -> None:
        self._ticker.stop()
        if self._slow.isActive():
            self._slow.stop()
            self.progressed.emit()

    def _tick(self) -> None:
        """The updates of one tick; no others follow where the trainer stops or pauses."""
        assert self._trainer
        self._trainer.step(self._at_once)
        if self._trainer.why_stopped or self._trainer.why_paused:
            self._slow.stop()
        self.progressed.emit()

    def _show_at_times(self) -> None:
        """Show how far it is once enough has been trained for what the last picture took, or it is time."""
        self._slices, self._trained = self._slices + 1, self._trained + self._ticker.spent
        spent = process_time() - self._shown
        is_earned = self._slices >= LEAST_SLICES and self._trained >= TRAINS * spent
        if is_earned or self._slices >= MOST_SLICES:
            self._slices, self._trained, self._shown = 0, 0.0, process_time()
            self.progressed.emit()

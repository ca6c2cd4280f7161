"""How fast a training goes: as fast as it can, between two pictures, or so many updates a second."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.state.ticker import Ticker

# what trains loads NumPy, so it is imported with the first run
if TYPE_CHECKING:
    from core.training.trainer import Trainer

MOST_TICKS = 30  # a second, at a speed that is chosen
SHOWN_EVERY = 4  # slices of training


class TrainingPace(QObject):
    """Lets a trainer go on until it stops, pauses or is told to.

    `progressed` is emitted when there is something new to show, and when the training has ended;
    `speed` is how many updates there are a second, 0 for as many as there can be.
    """

    progressed = Signal()

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.speed = 0
        self._trainer: Trainer | None = None
        self._slices = 0
        self._ticker, self._slow = Ticker(self), QTimer(self)
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
        self._slices += 1
        if self._slices % SHOWN_EVERY == 0:
            self.progressed.emit()

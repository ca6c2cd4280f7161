"""Drives a generator in short slices between two screen refreshes: no threads, no locks."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter, process_time
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.state import clock

SLICE = 0.012  # seconds
REST = 0.004  # seconds between two slices
AT_ONCE = 0.05  # seconds: what takes longer is done in slices


class Ticker(QObject):
    """Runs a generator while the window stays alive; `progressed` tells that a slice was done.

    `stopped` is emitted when a generator that went on in slices ends or fails, and when it is stopped.
    `rest` is how many seconds others have between two slices at least.
    """

    progressed = Signal()
    stopped = Signal()

    def __init__(self, parent: QObject | None = None, rest: float = REST):
        super().__init__(parent)
        self._work: Iterator[Any] | None = None
        self.spent = 0.0  # the processor's seconds in the last slice
        # a timer counts from when it last went off
        self._timer = QTimer(self, interval=round(1000 * (SLICE + rest)) if rest else 0)
        self._timer.timeout.connect(self._slice)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def start(self, work: Iterator[Any]) -> None:
        self._work = work
        self._timer.start()

    def begin(self, work: Iterator[Any], since: float) -> None:
        """Do the work at once, as long as no more than AT_ONCE has passed since then; the rest in slices."""
        self.stop()
        while clock.now() <= since + AT_ONCE:
            if next(work, self) is self:
                return
        self.start(work)

    def finish(self) -> None:
        """Do at once what is left."""
        while self.running:
            self._slice()

    def stop(self) -> None:
        if self.running:
            self._timer.stop()
            self._work = None
            self.stopped.emit()

    def _slice(self) -> None:
        work = self._work
        assert work is not None
        deadline, begun = perf_counter() + SLICE, process_time()
        ended = False
        try:
            while self._work is work and perf_counter() < deadline:  # who hears of it may begin other work
                next(work)
        except StopIteration:
            ended = True
        except BaseException:
            self.stop()
            raise
        self.spent = process_time() - begun
        self.progressed.emit()
        if ended and self._work is work:
            self.stop()

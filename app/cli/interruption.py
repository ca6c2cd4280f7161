"""The first Ctrl+C of long work."""

from __future__ import annotations

import signal
from types import FrameType


class Interruption:
    """While it is entered, the first Ctrl+C is only noted, so that a training ends in good order."""

    def __init__(self) -> None:
        self.noted = False

    def __enter__(self) -> Interruption:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.noted = True
        signal.signal(signal.SIGINT, self._before)  # a second one ends at once

    def __exit__(self, *raised: object) -> None:
        signal.signal(signal.SIGINT, self._before)

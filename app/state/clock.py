"""The clock by which the program decides what is shown at once and what takes so long that it is said.

A lecture has a stopwatch, and the time of the day.

Who asks it writes `clock.now()`, so that a test can put another clock in its place.
"""

from __future__ import annotations

from time import perf_counter as now
from time import strftime

__all__ = ["Stopwatch", "now", "time_of_day"]


def time_of_day() -> str:
    """Hours and minutes, as on the wall."""
    return strftime("%H:%M")


class Stopwatch:
    """How long something has gone on, since it was made or last started again."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Count from 0 again."""
        self._began = now()

    @property
    def text(self) -> str:
        """Minutes and seconds, with hours where there are any."""
        minutes, seconds = divmod(int(now() - self._began), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"

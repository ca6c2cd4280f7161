"""The clock by which the program decides what is shown at once and what takes so long that it is said.

Who asks it writes `clock.now()`, so that a test can put another clock in its place.
"""

from __future__ import annotations

from time import perf_counter as now

__all__ = ["now"]

"""What the exit status of the program says; 0 is success."""

from __future__ import annotations

FAILED = 1  # what was to be checked does not hold
REFUSED = 2
INTERRUPTED = 130  # what a shell shows for a program ended by Ctrl+C
OUTPUT_CLOSED = 141  # and for one whose output is read no more

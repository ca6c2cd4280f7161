"""How much work is done, counted in calls of functions: the same on every machine, however busy it is."""

import sys
from contextlib import contextmanager


@contextmanager
def at_most(calls):
    """End what is done within as a failure once it has called more functions than this."""
    done = 0

    def count(frame, event, argument):
        nonlocal done
        done += event in ("call", "c_call")
        if done > calls:
            raise AssertionError(f"more than {calls:,} calls")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(before)

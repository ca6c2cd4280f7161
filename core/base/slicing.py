"""Long work in pieces: generators that yield between two pieces, so that a window stays alive meanwhile.

finished(work)         does it all at once and returns what the generator returns
at_once(function)      a function that does its work at once, of one that returns a work
watched(work, tell)    the same work; `tell` hears how many pieces are done
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import wraps
from typing import ParamSpec, TypeVar

from core.base.gc_paused import gc_paused

Given = ParamSpec("Given")
Result = TypeVar("Result")
Work = Generator[None, None, Result]


@gc_paused
def finished(work: Work[Result]) -> Result:
    """What a work finds in the end."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            found: Result = stop.value
            return found


def at_once(function: Callable[Given, Work[Result]]) -> Callable[Given, Result]:
    """The function doing all its work at once."""

    @wraps(function)
    def done(*args: Given.args, **named: Given.kwargs) -> Result:
        return finished(function(*args, **named))

    done.__doc__ = f"Do the work of `{function.__name__}`, with the same arguments, and return what it finds."
    return done


def watched(work: Work[Result], tell: Callable[[int], object]) -> Work[Result]:
    """The work itself, telling after each piece how many are done."""
    done = 0
    while True:
        try:
            next(work)
        except StopIteration as stop:
            found: Result = stop.value
            return found
        done += 1
        tell(done)
        yield

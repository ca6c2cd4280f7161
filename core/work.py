"""Long work in pieces: generators that yield between two pieces, so that a window stays alive meanwhile.

finished(work)         does it all at once and returns what the generator returns
watched(work, tell)    the same work; `tell` hears how many pieces are done
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from core.keeping import keeping

Result = TypeVar("Result")
Work = Generator[None, None, Result]


@keeping
def finished(work: Work[Result]) -> Result:
    """What a work finds in the end."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            found: Result = stop.value
            return found


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

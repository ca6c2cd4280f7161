"""Long work in pieces: generators that yield between two pieces, so that a window stays alive meanwhile.

finished(work)   does it all at once and returns what the generator returns
"""

from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")
Work = Generator[None, None, Result]


def finished(work: Work[Result]) -> Result:
    """What a work finds in the end."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            found: Result = stop.value
            return found

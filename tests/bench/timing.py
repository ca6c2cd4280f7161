"""Contenders that take turns, timed by the processor, and the rows of the report that come of it."""

import importlib.util
import math
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

Step = Callable[[], Any]
Timed = Callable[[], float]
OURS = "Chainlight"
GROWTH = "growth"  # the part whose rows set this program beside itself
NEEDS = {"autograd": "autograd", "pytorch": "torch"}


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    rounds, turn   how many rounds there are, and how many seconds a turn takes
    nodes, chain   of the graphs on the canvas, and of the longest chain of functions
    trains         seconds of training with views
    """

    rounds: int
    turn: float
    nodes: tuple[int, ...]
    chain: int
    trains: float


FULL = Effort(61, 0.003, (100, 500, 2_000), 10_000, 1.5)
QUICK = Effort(2, 0.0001, (30,), 1_000, 0.1)


@dataclass(frozen=True)
class Row:
    """What was measured: seconds of the processor for each round, and those of a rival in the same rounds."""

    part: str
    what: str
    ours: Sequence[float]
    rival: str = ""
    theirs: Sequence[float] = ()

    @property
    def ratios(self) -> list[float]:
        """How many times the rival's time this program takes, round by round."""
        return [mine / other for mine, other in zip(self.ours, self.theirs, strict=True)]


def against(part: str, what: str, times: Mapping[str, Sequence[float]], name: str = OURS) -> Iterator[Row]:
    """A row for each rival of the contender of that name, or one without a rival."""
    rivals = [rival for rival in times if rival != name]
    yield from (Row(part, what, times[name], rival, times[rival]) for rival in rivals)
    if not rivals:
        yield Row(part, what, times[name])


def middle(numbers: Sequence[float]) -> tuple[float, float, float]:
    """The median, and between which two numbers the middle half lies."""
    low, _, high = (
        statistics.quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else [numbers[0]] * 3
    )
    return statistics.median(numbers), low, high


def installed(names: Iterable[str]) -> list[str]:
    """Those of the contenders that are there to be timed."""
    return [name for name in names if name not in missing()]


def missing() -> list[str]:
    """The contenders that are not installed."""
    return [name for name, package in NEEDS.items() if not importlib.util.find_spec(package)]


def taken(run: Step, calls: int = 1) -> float:
    """The processor's seconds for one of so many calls."""
    begun = time.process_time()
    for _ in range(calls):
        run()
    return (time.process_time() - begun) / calls


def interleaved(runs: Mapping[str, Step], rounds: int, seconds: float) -> dict[str, list[float]]:
    """The times of each run in seconds, one for each round; a turn takes about `seconds`."""
    calls = {}
    for name, run in runs.items():
        run()
        calls[name] = max(1, round(seconds / max(taken(run), 1e-9)))
    return turns({name: partial(taken, run, calls[name]) for name, run in runs.items()}, rounds)


def turns(acts: Mapping[str, Timed], rounds: int, patience: float = math.inf) -> dict[str, list[float]]:
    """What acts that time themselves return, in an order shuffled anew in each round.

    There are fewer rounds, but three at least, where they would take more than `patience` seconds.
    """
    order, chance = list(acts), random.Random(0)
    found: dict[str, list[float]] = {name: [] for name in acts}
    begun = time.process_time()
    for done in range(max(2, rounds)):
        if done >= 3 and time.process_time() - begun > patience:
            break
        chance.shuffle(order)
        for name in order:
            found[name].append(acts[name]())
    return found

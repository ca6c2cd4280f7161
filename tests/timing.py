"""Contenders that take turns, so that a busy machine is as unfair to one as to the other."""

import importlib.util
import time
from collections.abc import Callable, Iterable, Mapping

Step = Callable[[], object]
NEEDS = {"autograd": "autograd", "pytorch": "torch"}


def installed(names: Iterable[str]) -> list[str]:
    """Those of the contenders that are there to be timed."""
    return [name for name in names if name not in NEEDS or importlib.util.find_spec(NEEDS[name])]


def interleaved(runs: Mapping[str, Step], rounds: int, seconds: float) -> dict[str, list[float]]:
    """The times of each run in seconds, one for each round; they take turns of about `seconds`."""
    numbers = {}
    for name, run in runs.items():
        run()
        begun = time.perf_counter()
        run()
        numbers[name] = max(1, round(seconds / (time.perf_counter() - begun)))
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            begun = time.perf_counter()
            for _ in range(numbers[name]):
                run()
            found[name].append((time.perf_counter() - begun) / numbers[name])
    return found

"""The last results of something long, kept by what they were found for."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Kept(Generic[Result]):
    """At most so many results; of more, the one that was asked for longest ago is left out."""

    def __init__(self, most: int):
        self._most = most
        self._results: dict[Hashable, Result] = {}

    def __len__(self) -> int:
        return len(self._results)

    def get(self, key: Hashable) -> Result | None:
        """Look up the result for a key; None where it is not known."""
        found = self._results.pop(key, None)
        if found is not None:
            self._results[key] = found
        return found

    def keep(self, key: Hashable, result: Result) -> None:
        """Keep a result for a key."""
        self._results[key] = result
        if len(self._results) > self._most:
            del self._results[next(iter(self._results))]

    def clear(self) -> None:
        """Forget all."""
        self._results.clear()

"""What a canvas needs of what it shows: steps of a program, or a net that is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from core.figure import Drawing, Figure, Figures, Options
from core.graph.graph import Edge
from core.passes.trace import Trace


class Shown(Protocol):
    """A drawing, its figures, the step that is seen, and what is marked; signals tell when these change."""

    traceChanged: Any
    cursorMoved: Any
    selectionChanged: Any
    pathsChanged: Any
    pointedChanged: Any
    lookedAtChanged: Any
    pointed: str

    @property
    def looked_at(self) -> Sequence[str]: ...

    @property
    def trace(self) -> Trace: ...
    @property
    def drawing(self) -> Drawing: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def figure(self) -> Figure: ...
    @property
    def cursor(self) -> int: ...
    @property
    def stops(self) -> Sequence[int]: ...
    @property
    def options(self) -> Options: ...
    @property
    def selected(self) -> Sequence[str]: ...
    @property
    def paths(self) -> Sequence[Sequence[Edge]]: ...
    @property
    def shown_whole(self) -> bool: ...
    @property
    def room_below(self) -> float: ...
    def set_travelling(self, travelling: bool) -> None: ...
    def arrive(self) -> None: ...

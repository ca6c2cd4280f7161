"""The nodes that are selected, the one that is pointed at, and the paths to it that are marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.state.stepping import Stepping
from core.base.errors import Problem
from core.graph.graph import Edge
from core.passes.trace import Trace

if TYPE_CHECKING:
    from core.derivatives.paths import Derivation

NOTHING_SELECTED = Problem("Select a node to see how the output depends on it")


class Selecting(Stepping):
    """What is selected of the graph that is shown."""

    selectionChanged = Signal()
    pointedChanged = Signal()  # a term of another node is under the pointer, or of none
    lookedAtChanged = Signal()  # a guided step speaks of other nodes, or of none
    pathsChanged = Signal()  # the paths of the selected node are shown, or are not any longer

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.selection, self.also_selected = "", tuple[str, ...]()
        self.pointed = ""  # the node of which a term is under the pointer
        self.looked_at: tuple[str, ...] = ()  # the nodes that a guided step speaks of
        self._shows_paths = False
        self._derivation: tuple[tuple[Trace, str], Derivation | Problem] | None = None

    def select(self, name: str) -> None:
        """Select a node alone; the empty name selects none."""
        name = name if name in self.trace.graph.nodes else ""
        if name != self.selection or self.also_selected:
            self.selection, self.also_selected = name, ()
            self.selectionChanged.emit()

    def point_at(self, name: str) -> None:
        """Light up a node of which a term is under the pointer; the empty name lights up none."""
        name = name if name in self.trace.graph.nodes else ""
        if name != self.pointed:
            self.pointed = name
            self.pointedChanged.emit()

    def look_at(self, names: Sequence[str]) -> None:
        """Mark the nodes that are spoken of."""
        found = tuple(name for name in names if name in self.trace.graph.nodes)
        if found != self.looked_at:
            self.looked_at = found
            self.lookedAtChanged.emit()

    def select_also(self, name: str) -> None:
        """Select one more node beside those that are, or one of them no longer."""
        if name not in self.trace.graph.nodes:
            return
        chosen = [*self.also_selected, *([self.selection] if self.selection else [])]
        chosen = [other for other in chosen if other != name] if name in chosen else [*chosen, name]
        self.selection, self.also_selected = (chosen or [""])[-1], tuple(chosen[:-1])
        self.selectionChanged.emit()

    @property
    def selected(self) -> tuple[str, ...]:
        """All nodes that are selected."""
        names = (*self.also_selected, self.selection)
        return tuple(name for name in names if name in self.trace.graph.nodes)

    @property
    def derivation(self) -> Derivation | Problem:
        """How the output depends on the selected node, or why there is nothing to say of it."""
        from core.derivatives.paths import derivation  # loads NumPy, which the first picture does not need

        asked = self.trace, self.selection
        if self._derivation is None or self._derivation[0] != asked:
            found: Derivation | Problem = NOTHING_SELECTED
            if self.selection:
                try:
                    found = derivation(*asked)
                except Problem as problem:
                    found = problem
            self._derivation = asked, found
        return self._derivation[1]

    def show_paths(self, shown: bool) -> None:
        """Mark the paths of the selected node on the canvas, or let them be."""
        if shown != self._shows_paths:
            self._shows_paths = shown
            self.pathsChanged.emit()

    @property
    def paths(self) -> tuple[tuple[Edge, ...], ...]:
        """The edges of the paths that are marked, path by path."""
        if not self._shows_paths or isinstance(self.derivation, Problem):
            return ()
        return tuple(path.edges for path in self.derivation.paths)

"""Folding and unfolding from menus: what can be done is done, what cannot is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

from core.base.errors import Problem
from core.passes.expansions import called, expansion
from core.passes.unfold import frame_of

if TYPE_CHECKING:
    from app.shell.window import Window


def unfold_selected(window: Window) -> None:
    """Show what the selected operation is made of."""
    _try(window, lambda: window.session.unfold(_selected(window)))


def fold_selected(window: Window) -> None:
    """Put the frame around the selected node back into one node."""
    _try(window, lambda: window.session.fold(_frame_around(window)))


def unfold_all(window: Window, level: str) -> None:
    _try(window, lambda: window.session.unfold_all(level))


def _try(window: Window, change: Callable[[], None]) -> None:
    try:
        change()
    except Problem as problem:
        window.tell(str(problem))


def _selected(window: Window) -> str:
    if not window.session.selection:
        hint = "Click on it, or walk to it with Alt and the arrow keys"
        raise Problem("Select an operation first", hint=hint)
    return window.session.selection


def _frame_around(window: Window) -> str:
    key = frame_of(window.session.story.graph, _selected(window))
    if not key:
        raise Problem(f"{window.session.selection} is not inside anything unfolded")
    return key


def add_folding(menu: QMenu, window: Window, node: str, frame: str) -> None:
    """The entries for a node and for the frame under the pointer, where there is something to do."""
    session = window.session
    graph = session.story.graph
    if node and _unfolds(window, node):
        menu.addAction(f"Unfold {called(graph, graph.nodes[node])}", lambda: session.unfold(node))
    if frame:
        menu.addAction(f"Fold {called(graph, graph.folded[frame])}", lambda: session.fold(frame))
    if not menu.isEmpty():
        menu.addSeparator()


def _unfolds(window: Window, node: str) -> bool:
    graph = window.session.story.graph
    try:
        expansion(graph, graph.nodes[node])
    except Problem:
        return False
    return True

"""The menu of the canvas: what can be done with the node and the frame under the pointer."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.shell.host import Host
from app.state.session import Session
from core.base.errors import Problem
from core.graph.graph import Graph
from core.passes.expansions import expansion, menu_name

COMMANDS_BELOW = (
    ("note", "class_names"),
    ("differentiate", "seed", "derivatives"),
    ("copy_value", "copy_figure", "copy_latex", "figure"),
    ("fit", "arrange"),
)


def open_canvas_menu(host: Host, actions: Mapping[str, QAction], at: QPoint) -> None:
    """Select the node at a point of the view and show what can be done with it."""
    node = host.view.node_under(at)
    if node:
        host.session.select(node)
    menu = QMenu(host.frame)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    add_folding(menu, host.session, node, host.view.frame_under(at))
    for group in COMMANDS_BELOW:
        menu.addActions([actions[name] for name in group])
        menu.addSeparator()
    menu.popup(host.view.mapToGlobal(at))


def add_folding(menu: QMenu, session: Session, node: str, frame: str) -> None:
    """The entries for a node and for the frame around it, where there is something to do."""
    graph = session.trace.graph
    if node and _unfolds(graph, node):
        menu.addAction(f"Unfold {menu_name(graph, graph.nodes[node])}", lambda: _unfold(session, node))
    if frame:
        menu.addAction(f"Fold {menu_name(graph, graph.folded[frame])}", lambda: _fold(session, frame))
    if not menu.isEmpty():
        menu.addSeparator()


def _unfold(session: Session, node: str) -> None:
    """Unfold a node, unless another program has come while the menu was open."""
    if _unfolds(session.trace.graph, node):
        session.unfold(node)


def _fold(session: Session, frame: str) -> None:
    """Fold what a frame stands around, unless another program has come while the menu was open."""
    if frame in session.trace.graph.folded:
        session.fold(frame)


def _unfolds(graph: Graph, node: str) -> bool:
    if node not in graph.nodes:
        return False
    try:
        expansion(graph, graph.nodes[node])
    except Problem:
        return False
    return True

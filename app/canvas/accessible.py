"""The canvas as a screen reader reads it: a tree of nodes, each with its value and its gradient."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsView, QWidget

from app.painting.parts import box_rect
from app.state.session import Session


class Canvas(QGraphicsView):
    """A view of a session's graph that a screen reader can read."""

    session: Session

    def __init__(self, *args: object):
        super().__init__(*args)  # type: ignore[call-overload]
        self.read_as: QAccessibleInterface | None = None  # Qt keeps no reference that Python knows of
        if not _installed:
            QAccessible.installFactory(_made)
            _installed.append(True)

    def described(self, name: str) -> str:
        """A node in words: a line for its name, and one each for what is known of it."""
        raise NotImplementedError

    def node_under(self, at: QPoint) -> str:
        """The node at a place of the view, or the empty string."""
        raise NotImplementedError


class NodeInterface(QAccessibleInterface):
    """A drawn node: its name, what is known of it, and where it is on the screen."""

    def __init__(self, graph: GraphInterface, view: Canvas, name: str):
        super().__init__()
        self._graph, self._view, self.name = graph, view, name

    def isValid(self) -> bool:
        return self.name in self._view.session.drawing.sizes

    def object(self) -> QObject:
        return None  # type: ignore[return-value]  # a node is no object of Qt's

    def window(self) -> QWindow:
        return None  # type: ignore[return-value]

    def parent(self) -> QAccessibleInterface:
        return self._graph

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def child(self, index: int) -> QAccessibleInterface:
        return None  # type: ignore[return-value]

    def childCount(self) -> int:
        return 0

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return -1

    def text(self, kind: QAccessible.Text) -> str:
        shown = self._view.session.drawing.view.shown_by(self.name)
        if not self.isValid() or not shown:
            return ""
        title, *known = self._view.described(shown).split("\n")
        return title if kind == QAccessible.Text.Name else ", ".join(known)

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """What is said of a node cannot be changed."""

    def rect(self) -> QRect:
        parts = self._view.session.figures.parts(self._view.session.cursor, [self.name])
        area = self._view.mapFromScene(box_rect(parts[self.name].box)).boundingRect()
        return QRect(self._view.viewport().mapToGlobal(area.topLeft()), area.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.TreeItem

    def state(self) -> QAccessible.State:
        return QAccessible.State()


class GraphInterface(QAccessibleWidget):
    """The graph of the canvas: its drawn nodes in the order in which they are computed."""

    def __init__(self, view: Canvas):
        super().__init__(view, QAccessible.Role.Tree, view.accessibleName())
        self._view = view
        self._nodes: dict[str, NodeInterface] = {}

    @property
    def names(self) -> list[str]:
        return list(self._view.session.drawing.sizes)

    def childCount(self) -> int:
        return len(self.names)

    def child(self, index: int) -> QAccessibleInterface:
        name = self.names[index]
        if name not in self._nodes:
            self._nodes[name] = NodeInterface(self, self._view, name)
        return self._nodes[name]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return self.names.index(child.name) if isinstance(child, NodeInterface) and child.isValid() else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        at = self._view.viewport().mapFromGlobal(QPoint(x, y))
        home = self._view.session.drawing.view.home(self._view.node_under(at))
        return self.child(self.names.index(home)) if home in self.names else None  # type: ignore[return-value]

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self._view.accessibleName()
        return f"{self.childCount()} nodes" if kind == QAccessible.Text.Description else ""


_installed: list[bool] = []  # whether canvases are asked for their nodes


def _made(kind: str, asked: QObject) -> QAccessibleInterface | None:
    if not isinstance(asked, Canvas):
        return None
    asked.read_as = GraphInterface(asked)
    return asked.read_as


def announce(widget: QWidget, sentence: str) -> None:
    """Let a screen reader say a sentence, where there is one."""
    if sentence and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))

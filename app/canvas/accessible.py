"""The canvas as a screen reader reads it: a tree of nodes, each with its value and its gradient."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple, Protocol, runtime_checkable

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QWindow,
)
from PySide6.QtWidgets import QAccessibleWidget, QGraphicsView, QWidget

from app.canvas.shown import Shown
from app.painting.parts import box_rect

# what happens to a node in a step, by the fields of Lit
IN_THIS_STEP = {
    "computed": "computed in this step",
    "seeded": "starts the backward pass in this step",
    "senders": "sends its gradient back in this step",
    "receivers": "receives a gradient in this step",
}


class Reads(NamedTuple):
    """What is asked of a canvas: what it shows, a drawn node in words, and the one at a place."""

    shown: Callable[[], Shown]
    described: Callable[[str], str]
    under: Callable[[QPoint], str]


@runtime_checkable
class Readable(Protocol):
    """A canvas that screen readers can ask for its nodes."""

    def readable(self) -> QAccessibleInterface:
        """What is asked in its place; it keeps a reference, for Qt keeps none that Python knows of."""


class NodeInterface(QAccessibleInterface):
    """A drawn node: its name, what is known of it, and where it is on the screen."""

    def __init__(self, graph: GraphInterface, view: QGraphicsView, reads: Reads, name: str):
        super().__init__()
        self._graph, self._view, self._reads, self.name = graph, view, reads, name

    def isValid(self) -> bool:
        return self.name in self._reads.shown().drawing.sizes

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
        if not self.isValid():
            return ""
        title, *known = self._reads.described(self.name).split("\n")
        return title if kind == QAccessible.Text.Name else ", ".join([*self._now(), *known])

    def _now(self) -> list[str]:
        """What happens to the node in the present step, as its light shows."""
        shown = self._reads.shown()
        lit, members = shown.figures.lit(shown.cursor), shown.drawing.view.nodes[self.name].members
        return [said for what, said in IN_THIS_STEP.items() if not getattr(lit, what).isdisjoint(members)]

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """What is said of a node cannot be changed."""

    def rect(self) -> QRect:
        shown = self._reads.shown()
        parts = shown.figures.parts(shown.cursor, [self.name])
        area = self._view.mapFromScene(box_rect(parts[self.name].box)).boundingRect()
        return QRect(self._view.viewport().mapToGlobal(area.topLeft()), area.size())

    def role(self) -> QAccessible.Role:
        return QAccessible.Role.TreeItem

    def state(self) -> QAccessible.State:
        state, selected = QAccessible.State(), self.name in self._reads.shown().selected
        state.selectable, state.selected = True, selected
        state.active = self.isValid() and bool(self._now())
        return state


class GraphInterface(QAccessibleWidget):
    """The graph of the canvas: its drawn nodes in the order in which they are computed."""

    def __init__(self, view: QGraphicsView, reads: Reads):
        super().__init__(view, QAccessible.Role.Tree, view.accessibleName())
        self._view, self._reads = view, reads
        self._nodes: dict[str, NodeInterface] = {}

    @property
    def names(self) -> list[str]:
        return list(self._reads.shown().drawing.sizes)

    def childCount(self) -> int:
        return len(self.names)

    def child(self, index: int) -> QAccessibleInterface:
        name = self.names[index]
        if name not in self._nodes:
            self._nodes[name] = NodeInterface(self, self._view, self._reads, name)
        return self._nodes[name]

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        return self.names.index(child.name) if isinstance(child, NodeInterface) and child.isValid() else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        at = self._view.viewport().mapFromGlobal(QPoint(x, y))
        home = self._reads.under(at)
        return self.child(self.names.index(home)) if home in self.names else None  # type: ignore[return-value]

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Name:
            return self._view.accessibleName()
        return f"{self.childCount()} nodes" if kind == QAccessible.Text.Description else ""


@cache
def install() -> None:
    """Let screen readers ask canvases for their nodes."""
    QAccessible.installFactory(_made)


def _made(kind: str, asked: QObject) -> QAccessibleInterface | None:
    return asked.readable() if isinstance(asked, Readable) else None


def announce(widget: QWidget, sentence: str) -> None:
    """Let a screen reader say a sentence, where there is one."""
    if sentence and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, sentence))

"""What undo goes back to: a document before and a document after."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakMethod

from PySide6.QtGui import QUndoCommand, QUndoStack

from core.project.document import Document


class Edit(QUndoCommand):
    """The only undo command: a document before and a document after, and what shows one or the other."""

    def __init__(
        self, label: str, show: Callable[[Document], None], before: Document, after: Document, gesture: int
    ):
        super().__init__(label)
        # who shows documents owns the stack, and the stack its commands: were they to own it in turn, Python
        # would delete a command that the stack is about to delete
        self._show = WeakMethod(show)
        self._before, self.after, self.gesture = before, after, gesture

    def redo(self) -> None:
        if show := self._show():
            show(self.after)

    def undo(self) -> None:
        if show := self._show():
            show(self._before)


def going_on(stack: QUndoStack, gesture: int) -> Edit | None:
    """Return the last edit if it is one of this gesture, is not saved, and was not followed by others."""
    last = stack.command(stack.index() - 1)
    may_go_on = gesture >= 0 and not stack.canRedo() and not stack.isClean()
    return last if may_go_on and isinstance(last, Edit) and last.gesture == gesture else None

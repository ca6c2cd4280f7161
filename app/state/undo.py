"""What undo goes back to: a document before and a document after, and how far the training had come then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakMethod

from PySide6.QtGui import QUndoCommand, QUndoStack

from core.project.document import Document

if TYPE_CHECKING:
    from core.training.reached import Reached

Show = Callable[[Document, "Reached | None"], None]
Name = Callable[["Path | None"], None]
Keep = Callable[[Document, Document], "Reached | None"]


class Edit(QUndoCommand):
    """The only undo command: a document before and a document after, and what shows one or the other.

    Where the two train differently it keeps how far the training had come whenever it leaves one of them, so
    that it goes on from there when that document comes back.
    """

    def __init__(
        self, label: str, show: Show, keep: Keep, before: Document, after: Document, gesture: int = -1
    ):
        super().__init__(label)
        # who shows documents owns the stack, and the stack its commands: were they to own it in turn, Python
        # would delete a command that the stack is about to delete
        self._show, self._keep = WeakMethod(show), WeakMethod(keep)
        self._before, self.after, self.gesture = before, after, gesture
        self.run_before: Reached | None = None
        self.run_after: Reached | None = None
        self._name: WeakMethod[Name] | None = None
        self._files: tuple[Path | None, Path | None] = (None, None)

    def between_files(self, name: Name, before: Path | None, after: Path | None) -> None:
        """Let the session say which file its document is of: another one after this edit than before it."""
        self._name, self._files = WeakMethod(name), (before, after)

    def redo(self) -> None:
        show, keep = self._show(), self._keep()
        if show and keep:
            self.run_before = keep(self._before, self.after) or self.run_before
            show(self.after, self.run_after)
            self._name_file(1)

    def undo(self) -> None:
        show, keep = self._show(), self._keep()
        if show and keep:
            self.run_after = keep(self.after, self._before) or self.run_after
            show(self._before, self.run_before)
            self._name_file(0)

    def _name_file(self, side: int) -> None:
        if self._name and (name := self._name()):
            name(self._files[side])

    def hold(self, room: int) -> int:
        """Forget runs that take more than so many bytes; what is left of these."""
        for side in ("run_after", "run_before"):
            kept: Reached | None = getattr(self, side)
            if kept is not None:
                room -= kept.size
                if room < 0:
                    setattr(self, side, None)
        return room


def going_on(stack: QUndoStack, gesture: int) -> Edit | None:
    """Return the last edit if it is one of this gesture, is not saved, and was not followed by others."""
    last = stack.command(stack.index() - 1)
    may_go_on = gesture >= 0 and not stack.canRedo() and not stack.isClean()
    return last if may_go_on and isinstance(last, Edit) and last.gesture == gesture else None


def hold_runs(stack: QUndoStack, room: int) -> None:
    """Let the runs that the edits keep, the newest first, take no more than so many bytes."""
    for place in reversed(range(stack.count())):
        command = stack.command(place)
        if isinstance(command, Edit):
            room = command.hold(room)

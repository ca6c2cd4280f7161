"""Keeps a copy of unsaved work beside the program's own files, and finds the copy a crash has left."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer, Signal

from app.state.session import Session
from app.system.disk import lock_of, program_folder, read_text, take_lock, write_atomically
from core.base.errors import Problem
from core.project.document import Document, dumps, loads

AFTER_EDIT, WHILE_MODIFIED = 2_000, 30_000  # milliseconds


class Recovery(QObject):
    """Writes the document while it has unsaved changes; the copy goes when it is saved or the program ends.

    A lock beside the copy says that its program runs. When writing fails, `failure` says why and `failed`
    is emitted once.
    """

    failed = Signal()

    def __init__(self, session: Session, folder: Path | None = None):
        super().__init__(session)
        self.failure = ""
        self._session = session
        place = program_folder(QStandardPaths.StandardLocation.GenericDataLocation)
        self._folder = folder or (place / "recovery" if place else None)
        self._name = f"{os.getpid()}-{os.urandom(4).hex()}.json"
        self._lock: QLockFile | None = None
        self._written: Document | None = None
        self._soon = QTimer(self, interval=AFTER_EDIT, singleShot=True)
        self._often = QTimer(self, interval=WHILE_MODIFIED)
        self._soon.timeout.connect(self.write)
        self._often.timeout.connect(self.write)
        session.documentChanged.connect(self._edited)
        # not the undo stack's cleanChanged: it tells the same while a crashing program takes the stack apart
        session.fileChanged.connect(self._opened_or_saved)

    @property
    def path(self) -> Path | None:
        """Where this program's copy stands, when there is one."""
        return self._folder / self._name if self._folder else None

    def write(self) -> None:
        """Bring the copy up to date now; a document without unsaved changes needs none."""
        document = self._session.document
        if self._session.is_saved:
            if self._written is not None:
                self._forget()
            self._often.stop()
        elif self.path is not None and document is not self._written:
            try:
                self._hold()
                # half a character from the clipboard must not cost the rest
                write_atomically(self.path, dumps(self._session.whole).encode("utf-8", "replace"))
                self._written = document
            except Problem as problem:
                self._complain(problem)

    def offered(self) -> Document | None:
        """The newest work that a crash has left, or None.

        It becomes this program's own copy, so no other start offers it, and it is safe until it is saved,
        declined or lost with this program too. What cannot be read is put aside with the suffix .bad.
        """
        for path in self._left():
            lock = _lock_for(path)
            if not take_lock(lock):
                continue  # its program is still running
            try:
                document = loads(read_text(path))
                self._take_over(path)
                return document
            except Problem:
                with contextlib.suppress(OSError):
                    path.replace(path.with_suffix(".bad"))
            finally:
                lock.unlock()
        return None

    def close(self) -> None:
        """The program ends as the user wanted: nothing is left behind, and nothing written from now on."""
        self._forget()
        self._folder = None

    def _edited(self) -> None:
        if self._folder is not None:
            self._soon.start()
            if not self._often.isActive():
                self._often.start()

    def _opened_or_saved(self) -> None:
        if self._session.undo_stack.isClean():
            self._forget()

    def _forget(self) -> None:
        self._soon.stop()
        self._often.stop()
        self._written = None
        if self.path is not None:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _hold(self) -> None:
        """Say, before there is a copy, that its program runs."""
        assert self.path is not None
        if self._lock is None:
            with contextlib.suppress(OSError):
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = _lock_for(self.path)
            self._lock.tryLock(0)

    def _left(self) -> list[Path]:
        if self._folder is None or self.path is None or self.path.exists():
            return []
        found = []
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.json"):
                with contextlib.suppress(OSError):
                    found.append((path.stat().st_mtime, path))
        return [path for _, path in sorted(found, reverse=True)]

    def _take_over(self, path: Path) -> None:
        assert self.path is not None
        self._hold()
        with contextlib.suppress(OSError):
            path.replace(self.path)

    def _complain(self, problem: Problem) -> None:
        if not self.failure:
            self.failure = f"Unsaved work cannot be kept safe from a crash: {problem}"
            self.failed.emit()


def _lock_for(path: Path) -> QLockFile:
    return lock_of(path.with_suffix(".lock"))

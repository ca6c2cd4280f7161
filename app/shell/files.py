"""Opening and saving projects: what is asked before work is lost, what is said when a file is no use."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, QStandardPaths, QTimer
from PySide6.QtWidgets import QWidget

from app.state.session import Session
from app.state.settings import MAX_RECENT, Settings
from app.system.disk import is_there, lock_of, read_text, shown_name, shown_path, take_lock, write_atomically
from core.base.errors import Problem
from core.project.document import EXAMPLE, SUFFIX, Document, dumps, loads

if TYPE_CHECKING:
    from PySide6.QtCore import QUrl

    from app.shell.message_boxes import Button

FILTER = f"Chainlight projects (*{SUFFIX});;All files (*)"
UNTITLED = "Untitled"


class Files(QObject):
    """The open project's place on the disk. Every question can be left with Esc, and nothing is lost."""

    def __init__(self, session: Session, window: QWidget, settings: Settings):
        super().__init__(window)
        self._session, self._window, self._settings = session, window, settings
        self._lock: QLockFile | None = None

    def title(self) -> str:
        """For the window; Qt shows a star in place of [*] while there are unsaved changes."""
        return f"{self._name().replace('[*]', '[*][*]')}[*] — Chainlight"

    # -- opening

    def new(self) -> bool:
        """Start again with the worked example."""
        if not self.may_close():
            return False
        self.close()
        self._session.replace_document(EXAMPLE, None)
        return True

    def open(self, path: Path | None = None) -> bool:
        """Open a project, asking for one where none is given; the file itself stays as it is."""
        path = path or self._asked_for_open()
        if path is None or self._read(path) is None or not self.may_close():
            return False
        # read again: the answer may just have saved this very file
        document = self._read(path)
        if document is None or (lock := self._claim(path)) is None:
            return False
        self._hold(lock)
        self._session.replace_document(document, path.absolute())
        self._remember(path)
        return True

    def open_recent(self, path: Path) -> bool:
        """Open a project of the list; one that has gone is said and can be taken off the list."""
        if is_there(path):
            return self.open(path)
        sentence = f"{shown_name(path)} is no longer in {shown_path(path.parent)}."
        if self._ask(sentence, ("&Remove from list", "accept"), ("&Keep", "reject")) == 0:
            self._set_recent([other for other in self.recent() if other != path])
        return False

    def recent(self) -> list[Path]:
        return [Path(text) for text in self._settings.get("recent")]

    def dropped(self, urls: Sequence[QUrl]) -> bool:
        """Open the first project among dropped files; False when there is none."""
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        projects = [path for path in paths if path.suffix.lower() == SUFFIX]
        if projects:
            # not here: a question would freeze the program the file was dragged from
            QTimer.singleShot(0, self, partial(self.open, projects[0]))
        return bool(projects)

    def offer(self, document: Document | None) -> bool:
        """Offer work that a crash has left; it comes back as unsaved changes that can be undone."""
        if document is None:
            return False
        first = (document.text.strip().splitlines() or ["(empty)"])[0][:80]
        sentence = f"Chainlight did not end as it should last time. Restore the unsaved work?\n\n{first}"
        if self._ask(sentence, ("&Discard", "destroy"), ("&Restore", "reject")) == 0:
            return False
        self._session.edit("restore unsaved work", document)
        return True

    # -- saving

    def save(self) -> bool:
        path = self._session.path
        return self.save_as() if path is None else self._write(path)

    def save_as(self) -> bool:
        path = self._asked_for_save()
        if path is None or (lock := self._claim(path)) is None or not self._write(path):
            return False
        self._hold(lock)
        return True

    def may_close(self) -> bool:
        """True when there are no unsaved changes, or the user has saved or given them up."""
        if self._session.is_saved:
            return True
        changes = f"Save the changes to {self._name()}?\n\nWithout saving they are lost."
        trained = f"Save the training of {self._name()}?\n\nWithout saving its weights are lost."
        answer = self._ask(
            trained if self._session.undo_stack.isClean() else changes,
            ("&Save", "accept"),
            ("&Discard", "destroy"),
            ("&Cancel", "reject"),
        )
        return self.save() if answer == 0 else answer == 1

    def close(self) -> None:
        """Let go of the file, so that another window can have it."""
        self._hold(None)

    # -- reading and writing

    def _read(self, path: Path) -> Document | None:
        try:
            return loads(read_text(path))
        except Problem as problem:
            self._complain(f"{shown_name(path)} cannot be opened.\n\n{problem}")
            return None

    def _write(self, path: Path) -> bool:
        try:
            text = dumps(self._session.whole)
            loads(text)  # what could not be opened again is not written
            write_atomically(path, text.encode())
        except UnicodeEncodeError:
            self._complain("The project is not saved.\n\nIts text contains an invalid character; delete it.")
            return False
        except Problem as problem:
            self._complain(f"The project is not saved.\n\n{problem}")
            return False
        self._session.saved_as(path)
        self._remember(path)
        return True

    def _claim(self, path: Path) -> QLockFile | None:
        """The lock of a file; when another window holds it the user decides, and None means no."""
        if self._lock is not None and self._lock.fileName() == _lock_name(path):
            return self._lock
        lock = lock_of(Path(_lock_name(path)))
        if not take_lock(lock):
            sentence = f"{shown_name(path)} is open in another window. Who saves last overwrites the other."
            if self._ask(sentence, ("&Go on", "accept"), ("&Cancel", "reject")) != 0:
                return None
        return lock

    def _hold(self, lock: QLockFile | None) -> None:
        if self._lock is not None and self._lock is not lock:
            self._lock.unlock()
        self._lock = lock

    def _name(self) -> str:
        path = self._session.path or Path(UNTITLED)
        return shown_name(path.with_suffix("") if path.suffix.lower() == SUFFIX else path)

    def _remember(self, path: Path) -> None:
        path = path.absolute()
        self._set_recent([path, *(other for other in self.recent() if other != path)])

    def _set_recent(self, paths: Sequence[Path]) -> None:
        self._settings.set("recent", [str(path) for path in paths[:MAX_RECENT]])

    # -- asking: dialogs are loaded when there is something to ask

    def _asked_for_open(self) -> Path | None:
        from app.shell.file_dialogs import ask_for_open

        return ask_for_open(self._window, self._folder(), FILTER)

    def _asked_for_save(self) -> Path | None:
        """A path with the suffix; the dialog asks about overwriting as typed, this about what it became."""
        from app.shell.file_dialogs import ask_for_save
        from app.shell.message_boxes import may_overwrite

        found = ask_for_save(
            self._window, self._session.path or self._folder() / f"{UNTITLED}{SUFFIX}", FILTER
        )
        if found is None or found.name.lower().endswith(SUFFIX):
            return found
        path = found.with_name(found.name + SUFFIX)
        return path if may_overwrite(self._window, path) else None

    def _ask(self, sentence: str, *buttons: Button) -> int:
        from app.shell.message_boxes import ask

        return ask(self._window, sentence, buttons)

    def _complain(self, sentence: str) -> None:
        from app.shell.message_boxes import complain

        complain(self._window, sentence)

    def _folder(self) -> Path:
        """Where the user was last, else where documents are, else the home folder."""
        folders = [path.parent for path in (self._session.path, *self.recent()) if path]
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.HomeLocation)
        return next(filter(is_there, [*folders, Path(documents)]), Path(home))


def _lock_name(path: Path) -> str:
    """A lock in the folder for temporary files: nothing is left beside the users' own."""
    import hashlib  # loads OpenSSL, which the first picture does not need

    real = os.path.normcase(os.path.realpath(path))
    name = hashlib.sha256(real.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    temporary = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.TempLocation)
    return f"{temporary}/chainlight-{name}.lock"

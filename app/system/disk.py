"""Files on the disk: written whole or not at all, read only when they are text of a sane size."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from core.base.errors import Problem
from core.project.document import MAX_BYTES

if TYPE_CHECKING:
    from PySide6.QtCore import QLockFile, QStandardPaths

DISK_FULL = "The disk may be full: free some space or choose another folder."
ELSEWHERE = "Choose another folder or name."
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NO_FSYNC = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)  # file systems that cannot


def write_atomically(path: Path, data: bytes) -> None:
    """Put data in the place of a file, or leave what was there and raise Problem with the reason."""
    check_place(path)
    place = Path(os.path.realpath(path))  # a link stays a link
    draft = place.with_name(f".chainlight-{os.getpid()}-{time.time_ns()}")
    try:
        _write(draft, data, place)
        draft.replace(place)
    except OSError as error:
        hint = DISK_FULL if error.errno in FULL else ELSEWHERE
        raise _not_written(path, error.strerror or str(error), hint) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _write(draft: Path, data: bytes, place: Path) -> None:
    """Write all of a file that will take the place of another, down to the disk.

    Where the system can, the file gets its name when it is whole: a program that is killed leaves no draft.
    """
    mode = _mode(place)
    with contextlib.suppress(OSError), _nameless(draft.parent) as file:
        _fill(file, data)
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.link(f"/proc/self/fd/{file.fileno()}", draft)
        return
    with draft.open("xb") as file:
        _fill(file, data)
    if mode is not None:
        with contextlib.suppress(OSError):  # the file system knows no permissions
            draft.chmod(mode)


def _nameless(folder: Path) -> BinaryIO:
    """A new file in a folder that has no name yet. Raises OSError where there is no such thing."""
    if not hasattr(os, "O_TMPFILE"):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))
    return os.fdopen(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o666), "wb")


def _mode(place: Path) -> int | None:
    """The permissions of the file that will be replaced; None if there is none."""
    try:
        return stat.S_IMODE(place.stat().st_mode)
    except OSError:
        return None


def _fill(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    try:
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in NO_FSYNC:
            raise


def check_place(path: Path) -> None:
    """Raise Problem where no file can be written; what is asked for may take long to make."""
    name, folder = shown_name(path), path.parent
    if "\0" in str(path) or any("\ud800" <= char <= "\udfff" for char in str(path)):
        raise Problem(f"{name} is not a name a file can be written to", hint="Choose another name.")
    try:
        if path.is_dir():
            raise Problem(f"{name} is a folder", hint="Choose the name of a file.")
        if path.exists() and not path.is_file():
            raise Problem(f"{name} is a device, not a file", hint="Choose another name.")
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if not folder.is_dir():
            what = "is not a folder" if folder.exists() else "does not exist"
            raise Problem(f"The folder {shown_path(folder)} {what}", hint="Choose another folder.")
    except OSError as error:
        raise _not_written(path, error.strerror or str(error), ELSEWHERE) from None


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a file. Raises Problem when it is missing, no plain file, too large or not UTF-8."""
    name = shown_name(path)
    try:
        if path.is_dir():
            raise Problem(f"{name} is a folder")
        if not path.exists():
            raise Problem(f"There is no file {name} in {shown_path(path.parent)}")
        # a pipe would keep the program waiting, a device never ends
        if not path.is_file():
            raise Problem(f"{name} is not a plain file")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except PermissionError:
        raise Problem(f"No permission to read {name}") from None
    except OSError as error:
        raise Problem(f"{name} could not be read: {error.strerror}") from None
    if len(data) > limit:
        raise Problem(f"{name} is larger than {limit / 1e6:g} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(f"{name} is not UTF-8 text (byte {error.start + 1:,})") from None


def is_there(path: Path) -> bool:
    """Whether a path leads to something; what may not be looked at is not there."""
    try:
        return path.exists()
    except OSError:
        return False


def shown_name(path: Path) -> str:
    """A file's name for eyes: line breaks and characters that turn the writing direction show as �."""
    name = shown_path(Path(path.name or path))
    return name if len(name) <= 80 else f"{name[:60]}…{name[-16:]}"


def shown_names(paths: Sequence[Path]) -> str:
    """The first of some files, and how many more there are: `a.svg`, `a.svg and 2 more`."""
    more = len(paths) - 1
    return f"{shown_name(paths[0])} and {more} more" if more else shown_name(paths[0])


def shown_path(path: Path) -> str:
    return "".join(char if char.isprintable() else "�" for char in str(path))


def lock_of(path: Path) -> QLockFile:
    """A lock at a path, held for as long as its program runs, however long that is."""
    from PySide6.QtCore import QLockFile

    lock = QLockFile(str(path))
    lock.setStaleLockTime(0)
    return lock


def take_lock(lock: QLockFile) -> bool:
    """Take a lock whose program is gone; False while that program runs.

    What the file says does not decide: a crash may have emptied it, and its process number may be another
    program's by now. A running program holds the file itself, so that it cannot be taken away here.
    """
    if lock.tryLock(0):
        return True
    path = Path(lock.fileName())
    with contextlib.suppress(OSError):
        if path.is_dir() or path.is_symlink():
            path.rename(path.with_suffix(".bad-lock"))
        else:
            path.chmod(0o600)
            lock.removeStaleLockFile()
    # where no lock can be written nobody holds one
    return lock.tryLock(0) or lock.error() != lock.LockError.LockFailedError


def program_folder(kind: QStandardPaths.StandardLocation) -> Path | None:
    """Where the program keeps its own files of a kind; None where the user has no home."""
    from PySide6.QtCore import QStandardPaths

    base = QStandardPaths.writableLocation(kind)
    # without HOME, Qt takes the root of the disk for it
    return None if not base or base.lstrip("/").startswith(".") else Path(base) / "chainlight"


def _not_written(path: Path, reason: str, hint: str) -> Problem:
    return Problem(f"{shown_name(path)} could not be written: {reason}", hint=hint)

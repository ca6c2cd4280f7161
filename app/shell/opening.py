"""From the command line to the window, by the shortest way."""

from __future__ import annotations

import builtins
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.system.qt import ANYWHERE, libraries_of_window, no_screen, not_loaded
from core.base.errors import Problem

if TYPE_CHECKING:
    from core.project.document import Document


def open_window(start: Path | Document | None = None, *, reset: bool = False) -> int:
    """Show the window, on a project or a formula, until it is closed; the exit status.

    Raises Problem without a screen or Qt.
    """
    if no_screen():
        raise Problem("There is no screen to open a window on", hint=ANYWHERE)
    # what is loaded now stays: to look through it for garbage again and again takes a twentieth of the time
    gc.disable()
    with plain_imports():
        from app.shell.main import show_window
    return show_window(start, reset=reset)


@contextmanager
def plain_imports() -> Iterator[None]:
    """Python's own import within: PySide's reads the source of every module, for names we do not use."""
    plain = builtins.__import__
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        raise not_loaded(error, libraries_of_window()) from None

    of_pyside, builtins.__import__ = builtins.__import__, plain
    try:
        yield
    finally:
        builtins.__import__ = of_pyside

"""From the command line to the window, by the shortest way."""

from __future__ import annotations

import builtins
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Problem


def open_window(path: Path | None = None, *, reset: bool = False) -> int:
    """Show the window until it is closed; the exit status. Raises Problem where there is no screen."""
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"} & set(os.environ):
        raise Problem(
            "There is no screen to open a window on", hint="chainlight grad and figure work without one"
        )
    # what is loaded now stays: to look through it for garbage again and again takes a twentieth of the time
    gc.disable()
    with plain_imports():
        from app.main import show_window
    return show_window(path, reset=reset)


@contextmanager
def plain_imports() -> Iterator[None]:
    """Python's own import within: PySide's reads the source of every module, for names we do not use."""
    plain = builtins.__import__
    import PySide6.QtWidgets  # noqa: F401

    of_pyside, builtins.__import__ = builtins.__import__, plain
    try:
        yield
    finally:
        builtins.__import__ = of_pyside

"""From the command line to the window, by the shortest way."""

from __future__ import annotations

import gc
import os
import sys
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
    # PySide reads the source of every module that is loaded after it; of these it need not
    import core.explain
    import core.figure
    import core.notation.latex  # noqa: F401
    from app.main import show_window

    return show_window(path, reset=reset)

"""Qt without a window, for figures made by a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QGuiApplication

from app.system.qt import starting_qt
from app.widgets.theme import load_fonts


@contextmanager
def drawing_program() -> Iterator[None]:
    """A program that may draw: painting text without one would end the process."""
    with starting_qt():
        program = QGuiApplication.instance() or QGuiApplication(["chainlight"])
    load_fonts()
    yield
    del program

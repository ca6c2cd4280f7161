"""Make the two pictures of the window in the README: `python docs/screenshot.py`, wherever the program is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
if not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.formula import measured
from app.shell.window import Window
from app.state.session import Session
from app.state.settings import Settings
from app.widgets.theme import STYLE, load_fonts

SIZE = 1180, 760
TRAINING = 1480, 860


def main() -> None:
    folder = Path(__file__).parent
    QApplication([*sys.argv[:1], *STYLE])
    load_fonts()
    # a settings file that is not there: the picture shows the program as it starts
    window = Window(Session(measure=measured), Settings(folder / "no-settings.ini"))
    window.scene.animated = False
    window.resize(*SIZE)
    window.show()
    QTest.qWaitForWindowExposed(window)
    window.session.seek(window.session.trace.position("backward:3"))
    _take(window, folder / "window.png")
    window.resize(*TRAINING)
    window.training_dock.toggle()
    window.training.step(6000)
    window.training.open_on_canvas()
    window.session.seek(window.session.trace.position("backward:8"))
    _take(window, folder / "training.png")


def _take(window: Window, path: Path) -> None:
    QTest.qWait(300)  # a picture of the window as it looks when all that was asked for is painted
    window.grab().save(str(path))


if __name__ == "__main__":
    main()

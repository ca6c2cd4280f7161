"""Make the pictures of the window in the README: `python docs/screenshot.py`, wherever the program is."""

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
from core.lectures.catalogue import scene_file
from core.project.document import Document

SIZE = 1440, 900
STAGE = 1280, 720
TRAINING = 1480, 860
SHOWN = Document(
    "z = w x + b; y = σ(z); L = 1/2 (y - t)^2; R = 1/2 w^2; J = L + λ R",
    {"w": 1.0, "x": 2.0, "b": -1.0, "t": 1.0, "λ": 0.1},
)


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
    window.make_panes()
    window.session.replace_document(SHOWN, None)
    window.panes["algorithm"].open()
    window.session.seek(len(window.session.trace))
    window.session.select("w")
    _take(window, folder / "window.png")
    window.presentation.start(window.session.trace.position("backward:6"))
    window.showNormal()
    window.resize(*STAGE)
    QTest.qWait(100)
    while not window.presentation.staging.settled:
        QTest.qWait(10)
    _take(window, folder / "stage.png")
    window.presentation.stop()
    window.resize(*TRAINING)
    window.show_workspace("train")
    window.training.step(6000)
    window.view.setFocus()
    QTest.qWait(1000)  # what a paused run shows is refined
    _take(window, folder / "training.png")
    window.resize(*SIZE)
    window.show_workspace("lectures")
    window.lectures.pictures.finish()
    _take(window, folder / "lectures.png")
    window.session.replace_document(scene_file("S10").document(), None)
    window.show_workspace("step")
    window.panes["guide"].made.guide.go(3)
    _take(window, folder / "guide.png")


def _take(window: Window, path: Path) -> None:
    QTest.qWait(300)  # a picture of the window as it looks when all that was asked for is painted
    window.grab().save(str(path))


if __name__ == "__main__":
    main()

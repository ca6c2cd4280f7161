"""How soon the window is there, beside an empty window of Qt with numpy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.timing import OURS, Effort, Row, Timed, against, turns

WHEN_SHOWN = """
import time

def when_shown(window):
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    def look():
        if window.windowHandle().isExposed():
            print(time.process_time())
            QApplication.quit()
        else:
            QTimer.singleShot(1, look)

    QTimer.singleShot(0, look)
"""
EMPTY = f"""{WHEN_SHOWN}
import numpy
from PySide6.QtWidgets import QApplication, QWidget

app = QApplication([])
window = QWidget()
window.resize(1280, 820)
window.show()
when_shown(window)
app.exec()
"""
# what the command does, looking on as the window is shown
CHAINLIGHT = f"""{WHEN_SHOWN}
import gc
import app.cli.main
from app.shell.opening import plain_imports

gc.disable()
with plain_imports():
    from app.shell.main import Window

    def show(window, show=Window.show):
        show(window)
        when_shown(window)

    Window.show = show
raise SystemExit(app.cli.main.main([]))
"""
SCRIPTS = {OURS: CHAINLIGHT, "an empty Qt window with numpy": EMPTY}
COMPILED = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def rows(effort: Effort) -> Iterator[Row | str]:
    """Whole processes, from the start of each until the first picture of its window."""
    acts: dict[str, Timed] = {name: partial(worked, script) for name, script in SCRIPTS.items()}
    for script in SCRIPTS.values():
        worked(script)
    times = turns(acts, effort.rounds // 5)
    yield from against("start", "until the first picture of the window", times)
    yield "Start: without a screen, on compiled modules, as an installed program has them."


def worked(script: str) -> float:
    """The processor's seconds until the first picture of a process's window."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env=COMPILED | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)

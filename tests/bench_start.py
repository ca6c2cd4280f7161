"""How soon the window is there, beside an empty window of Qt with numpy: `python -m tests.bench_start`.

Whole processes, each from its start until the first picture of its window; they take turns. It needs a
screen, or QT_QPA_PLATFORM=offscreen. Both load compiled modules, as an installed program does.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

WHEN_SHOWN = """
import time

def when_shown(window):
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    def look():
        if window.windowHandle().isExposed():
            print(time.perf_counter(), time.process_time())
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
OURS = f"""{WHEN_SHOWN}
import gc
import app.cli
from app.opening import plain_imports

gc.disable()
with plain_imports():
    from app.main import Window

    def show(window, show=Window.show):
        show(window)
        when_shown(window)

    Window.show = show
raise SystemExit(app.cli.main([]))
"""
TURNS = {"the empty window": EMPTY, "Chainlight": OURS}
COMPILED = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def taken(script: str) -> tuple[float, float]:
    """The time and the processor's time until the first picture of a process's window, in seconds."""
    begun = time.perf_counter()
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], env=COMPILED, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise SystemExit(f"the process ended with status {done.returncode}")
    shown, worked = map(float, done.stdout.split())
    return shown - begun, worked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15, help="pairs of processes (default 15)")
    args = parser.parse_args()
    for script in TURNS.values():
        taken(script)
    pairs = [[taken(script) for script in TURNS.values()] for _ in range(args.pairs)]
    for which, kind in enumerate(("wall", "processor")):
        empty, ours = ([times[which] for times in side] for side in zip(*pairs, strict=True))
        ratio = statistics.median(b / a for a, b in zip(empty, ours, strict=True))
        medians = [statistics.median(side) for side in (empty, ours)]
        print(f"{kind:10} empty {medians[0]:.3f} s, Chainlight {medians[1]:.3f} s: {ratio:.2f} times")


if __name__ == "__main__":
    main()

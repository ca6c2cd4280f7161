"""How long the window takes to open, beside an empty window of Qt with numpy: `python -m tests.bench_start`.

Whole processes, each from its start until its window has been shown and painted; they take turns. It needs a
screen, or QT_QPA_PLATFORM=offscreen.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

SHOWN = """
def when_shown(window):
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    def look():
        if window.windowHandle() and window.windowHandle().isExposed():
            QTimer.singleShot(0, QApplication.quit)
        else:
            QTimer.singleShot(1, look)

    QTimer.singleShot(0, look)
"""
EMPTY = f"""{SHOWN}
import numpy
from PySide6.QtWidgets import QApplication, QWidget

app = QApplication([])
window = QWidget()
window.resize(1280, 820)
window.show()
when_shown(window)
app.exec()
"""
OURS = f"""{SHOWN}
import app.cli  # what the command loads, in its order
import core.explain, core.figure, core.notation.latex
import app.main

before = app.main._first_moments

def first_moments(window, recovery, path):
    before(window, recovery, path)
    when_shown(window)

app.main._first_moments = first_moments
raise SystemExit(app.cli.main([]))
"""


def taken(script: str) -> tuple[float, float]:
    """The wall and processor time of a process in seconds."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[1])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the process ended with status {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15, help="pairs of processes (default 15)")
    args = parser.parse_args()
    for script in (EMPTY, OURS):
        taken(script)
    pairs = [(taken(EMPTY), taken(OURS)) for _ in range(args.pairs)]
    for which, name in enumerate(("wall", "processor")):
        empty, ours = ([times[which] for times in side] for side in zip(*pairs, strict=True))
        ratio = statistics.median(b / a for a, b in zip(empty, ours, strict=True))
        medians = [statistics.median(side) for side in (empty, ours)]
        print(f"{name:10} empty {medians[0]:.3f} s, Chainlight {medians[1]:.3f} s: {ratio:.2f} times")


if __name__ == "__main__":
    main()

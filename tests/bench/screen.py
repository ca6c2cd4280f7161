"""A display of the bench's own, and the time until what was asked for is drawn."""

import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.system.qt import X11
from app.widgets.theme import STYLE, load_fonts

FOLDERS = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "HOME")
SIZE = "2600x1800x24"  # so that windows stand beside each other
QUIET = 25  # milliseconds without a picture: all is drawn
PATIENCE = 30_000  # milliseconds


@contextmanager
def screen() -> Iterator[str]:
    """An application on a display of its own, with empty folders for its settings; says which display."""
    with tempfile.TemporaryDirectory() as folder, _display() as said:
        before = dict(os.environ)
        for name in FOLDERS:
            (Path(folder) / name).mkdir(mode=0o700)
            os.environ[name] = str(Path(folder) / name)
        QStandardPaths.setTestModeEnabled(False)
        app = QApplication.instance() or QApplication(["chainlight", *STYLE])
        load_fonts()
        try:
            yield said
        finally:
            app.shutdown()  # before its display is gone
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def _display() -> Iterator[str]:
    with _server() as (number, obstacle):
        if number:
            os.environ |= {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
            yield "Xvfb, a screen in memory; what the X server itself works is not counted"
        else:
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
            yield f"Qt's offscreen platform, which puts nothing on a screen, since {obstacle}"


@contextmanager
def _server() -> Iterator[tuple[str, str]]:
    """The number of a display that lasts as long as this, or why there is none."""
    obstacle = _obstacle()
    if obstacle:
        yield "", obstacle
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SIZE, "-nolisten", "tcp", "-terminate"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()  # nothing, where the server has ended
    try:
        yield number, "Xvfb does not start"
    finally:
        server.terminate()
        server.wait()


def _obstacle() -> str:
    """Why Xvfb cannot be started, or Qt not show anything on it; or nothing."""
    if shutil.which("Xvfb") is None:
        return "Xvfb is not installed"
    for library in X11:
        try:
            ctypes.CDLL(library)
        except OSError:
            return f"the system has no {library}"
    return ""


def rest(milliseconds: int) -> None:
    """Let events come and go for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


class Eye(QObject):
    """Looks at widgets and knows when one has been painted and all are quiet again."""

    def __init__(self, *watched: QWidget):
        super().__init__(watched[0])
        self._seen = type(watched[0]).__name__
        self._loop = QEventLoop()
        self._quiet = QTimer(self, singleShot=True, interval=QUIET)
        self._quiet.timeout.connect(self._loop.quit)
        for widget in watched:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._quiet.start()
        return False

    def drawn(self, act: Callable[[], object]) -> float:
        """The processor's seconds from an action until what it changes is painted; waiting costs none."""
        self._quiet.stop()
        lost = QTimer(singleShot=True, interval=PATIENCE)
        lost.timeout.connect(lambda: self._loop.exit(1))
        lost.start()
        begun = time.process_time()
        act()
        if self._loop.exec():
            raise TimeoutError(f"nothing of {self._seen} was painted")
        return time.process_time() - begun

"""Every test runs without a screen and without touching the user's files."""

import os
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from hypothesis import settings
from PySide6.QtCore import QEvent, QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import Shiboken

from tests.user_folders import put_into

# examples are found by chance, but where tests must repeat themselves; a busy machine is no failure
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")

PATIENCE = 120_000  # milliseconds


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """Settings, recovery files and caches go to a folder of the test's own."""
    put_into(tmp_path, monkeypatch)
    QStandardPaths.setTestModeEnabled(False)


def pytest_addoption(parser):
    parser.addoption(
        "--slices", action="store_true", help="compute every trace in slices, as on a slow machine"
    )


class Clock:
    """A clock that stands still until a test moves it on; `tick` is what it goes on at every look."""

    def __init__(self):
        self.seconds, self.tick = 1000.0, 0.0

    def __call__(self):
        self.seconds += self.tick
        return self.seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch, request):
    """The program's clock stands still: what is done at once does not depend on how busy the machine is."""
    still = Clock()
    monkeypatch.setattr("app.state.clock.now", still)
    if request.config.getoption("slices") and "slow" not in request.fixturenames:
        _always_in_slices(monkeypatch)
    return still


@pytest.fixture
def slow(clock):
    """Everything takes longer than what is done at once, and than what is not said to be busy."""
    clock.tick = 1.0


def _always_in_slices(monkeypatch):
    """Every trace is computed in slices; the test goes on when it is there."""
    from app.state.ticker import Ticker

    def begin_and_wait(ticker, work, since):
        ticker.stop()
        ticker.start(work)
        ticker.finish()

    monkeypatch.setattr(Ticker, "begin", begin_and_wait)


@pytest.fixture(scope="session")
def qapp_args():
    """As the program itself makes its QApplication."""
    from app.widgets.theme import STYLE

    return ["chainlight", *STYLE]


@pytest.fixture(scope="session")
def fonts(qapp):
    """The bundled fonts, loaded once."""
    from app.widgets.theme import load_fonts

    load_fonts()


@pytest.fixture
def qtbot(qtbot):
    """Waits for a fact as long as a busy machine may need for it."""
    for name in ("waitUntil", "waitSignal", "waitExposed"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE))
    return qtbot


@pytest.fixture
def session(qapp):
    from app.formula import measured
    from app.state.session import Session

    return Session(measure=measured)


@pytest.fixture
def window(qtbot, fonts, session):
    """The main window, shown, on the worked example."""
    from app.shell.window import Window
    from app.state.settings import Settings

    made = Window(session, Settings())
    made.scene.animated = False
    qtbot.addWidget(made, before_close_func=_as_if_saved)
    made.resize(1200, 800)
    made.show()
    qtbot.waitExposed(made)
    made.make_panes()
    return made


def _as_if_saved(window):
    """A test's window closes without asking about unsaved work."""
    window.program.apply_now()
    window.session.saved_as(window.session.path)


@pytest.fixture(autouse=True)
def nothing_left_running(request):
    """No timer of a closed window may go on."""
    yield
    app = QApplication.instance()
    if app is None or "qtbot" not in request.fixturenames:
        return
    for widget in QApplication.topLevelWidgets():
        if Shiboken.isValid(widget):  # one may go with another that is closed
            widget.close()
    app.clipboard().clear()  # what Python has put there, Qt would delete after Python has ended: a crash
    running = [
        t
        for w in QApplication.topLevelWidgets()
        for t in w.findChildren(QTimer)
        if t.isActive() and not t.isSingleShot()
    ]
    assert not running, f"still running: {running}"
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or the next theme reaches what is closed, too

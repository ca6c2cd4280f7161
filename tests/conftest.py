"""Every test runs without a screen and without touching the user's files."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from hypothesis import settings
from PySide6.QtCore import QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

# examples are found by chance, but where tests must repeat themselves; a busy machine is no failure
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    """Settings, recovery files and caches go to a folder of the test's own."""
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "HOME"):
        folder = tmp_path / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    QStandardPaths.setTestModeEnabled(False)


@pytest.fixture(scope="session")
def qapp_args():
    """As the program itself makes its QApplication."""
    from app.theme import STYLE

    return ["chainlight", *STYLE]


@pytest.fixture(scope="session")
def fonts(qapp):
    """The bundled fonts, loaded once."""
    from app.theme import load_fonts

    load_fonts()


@pytest.fixture
def session(qapp):
    from app.session import Session

    return Session()


@pytest.fixture
def window(qtbot, fonts, session):
    """The main window, shown, on the worked example."""
    from app.settings import Settings
    from app.window import Window

    made = Window(session, Settings())
    made.scene.animated = False
    qtbot.addWidget(made, before_close_func=_as_if_saved)
    made.resize(1200, 800)
    made.show()
    qtbot.waitExposed(made)
    return made


def _as_if_saved(window):
    """A test's window closes without asking about unsaved work."""
    window.program.take_now()
    window.session.undo_stack.setClean()


@pytest.fixture(autouse=True)
def nothing_left_running(request):
    """No timer of a closed window may go on."""
    yield
    app = QApplication.instance()
    if app is None or "qtbot" not in request.fixturenames:
        return
    for widget in QApplication.topLevelWidgets():
        widget.close()
    running = [
        t
        for w in QApplication.topLevelWidgets()
        for t in w.findChildren(QTimer)
        if t.isActive() and not t.isSingleShot()
    ]
    assert not running, f"still running: {running}"

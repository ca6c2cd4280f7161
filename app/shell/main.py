"""Opens the window: fonts, settings, session, recovery, and what happens on an error."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication

from app.formula import measured
from app.shell.crash_report import check_versions, install_excepthook
from app.shell.window import Window
from app.state.session import Session
from app.state.settings import Settings
from app.system.exit_status import REFUSED
from app.system.qt import starting_qt
from app.widgets.theme import STYLE, load_fonts
from core.base.resources import BrokenInstallation
from core.project.document import Document

if TYPE_CHECKING:
    from app.state.recovery import Recovery

LOOK_AGAIN = 50  # milliseconds between looks whether the window can be seen


def show_window(start: Path | Document | None = None, *, reset: bool = False) -> int:
    """Show the window, on a project or a formula, until it is closed; the exit status.

    With `reset` all settings are forgotten first.
    """
    refusal = check_versions()
    if refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    with starting_qt():
        app = QApplication.instance() or QApplication([*sys.argv[:1], *STYLE])
    assert isinstance(app, QApplication)
    try:
        return _shown(app, start, reset)
    except BrokenInstallation as broken:
        from app.shell.message_boxes import complain

        complain(None, str(broken))  # a terminal may not be there
        raise


def _shown(app: QApplication, start: Path | Document | None, reset: bool) -> int:
    """Show the window of an application until it is closed; the exit status."""
    app.setApplicationName("Chainlight")
    QLocale.setDefault(QLocale.c())  # numbers have a point in every field, as they have in formulas
    app.setDesktopFileName("chainlight")
    load_fonts()
    settings = Settings()
    if reset:
        settings.reset()
    reporter = install_excepthook()
    window = Window(Session(measure=measured), settings)
    settings.restore_window(window)
    window.show()
    recovery: Recovery | None = None

    def look() -> None:
        nonlocal recovery
        if window.windowHandle().isExposed():
            seen.stop()
            from app.state.recovery import Recovery

            recovery = Recovery(window.session)
            reporter.on_report.append(recovery.write)
            _first_moments(window, recovery, start)

    seen = QTimer(window, interval=1 if start else LOOK_AGAIN)
    seen.timeout.connect(look)
    seen.start()
    status = app.exec()
    if status == 0 and recovery is not None:
        recovery.close()  # interrupted, its copy is what is left of unsaved work
    return status


def _first_moments(window: Window, recovery: Recovery, start: Path | Document | None) -> None:
    """After the first picture: what was asked for, or work left by a crash; what the settings have to say."""
    gc.freeze()
    gc.enable()  # see app/shell/opening.py
    from app.shell.sigint import Interrupts

    Interrupts()
    QTimer.singleShot(0, window, window.make_panes)
    window.show_message(window.settings.warning, lasting=True)
    recovery.failed.connect(lambda: window.show_message(recovery.failure, lasting=True))
    if isinstance(start, Path):
        window.open_path(start)
    elif start is not None:
        window.session.replace_document(start, None)
    else:
        window.files.offer(recovery.offered())

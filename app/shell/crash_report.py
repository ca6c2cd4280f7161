"""When the program itself fails: the user's work is saved, one report is shown, and the program continues."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

import PySide6
from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from app.system.exit_status import INTERRUPTED
from core.base.resources import BrokenInstallation

if TYPE_CHECKING:
    from app.shell.report_dialog import ReportDialog

MAX_WAITING, MAX_LETTERS, MAX_TIMES = 20, 20_000, 3


def check_versions(pyside: str = PySide6.__version__, python: tuple[int, ...] = sys.version_info[:2]) -> str:
    """A sentence why the program must not start here, or the empty string."""
    if pyside == "6.12.0" and python < (3, 12):
        return (
            f"PySide6 {pyside} aborts Python {python[0]}.{python[1]} after some thousand calls. "
            'Please install another one: pip install "PySide6-Essentials!=6.12.0"'
        )
    return ""


def install_excepthook(*on_report: Callable[[], None]) -> Reporter:
    """Report every exception that nobody caught; `on_report` are called at once, to keep the work."""
    reporter = Reporter(*on_report)
    sys.excepthook = reporter.take
    threading.excepthook = lambda args: reporter.take(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: reporter.take(args.exc_type, args.exc_value, args.exc_traceback)
    qInstallMessageHandler(_pass_on)
    QCoreApplication.instance().aboutToQuit.connect(reporter.stop)  # type: ignore[union-attr]
    return reporter


class Reporter(QObject):
    """Takes exceptions from any thread and shows them in one dialog, from its own thread's event loop."""

    _arrived = Signal()

    def __init__(self, *on_report: Callable[[], None]):
        super().__init__(QCoreApplication.instance())
        self.on_report = list(on_report)
        self.dialog: ReportDialog | None = None
        self._waiting: deque[str] = deque(maxlen=MAX_WAITING)
        self._times: Counter[str] = Counter()
        # queued: an exception can come from another thread, or from the middle of a paint event
        self._arrived.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def take(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._keep()
            QCoreApplication.exit(INTERRUPTED)
            return
        text = "".join(traceback.format_exception(kind, error, trace))[-MAX_LETTERS:]
        if isinstance(error, BrokenInstallation):  # no mistake of the program: its sentence says it all
            text = f"{error}.\n"
        _print(text)
        if threading.current_thread() is threading.main_thread():
            self._keep()
        self._waiting.append(text)
        if isValid(self):
            self._arrived.emit()

    def stop(self) -> None:
        """Give exceptions back to Python, which prints them; called as the program ends."""
        sys.excepthook, sys.unraisablehook = sys.__excepthook__, sys.__unraisablehook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _keep(self) -> None:
        for keep in self.on_report:
            try:
                keep()
            except Exception:
                _print(traceback.format_exc())

    def _show(self) -> None:
        """Show what has come in; a failure here is printed, or it would call itself for ever."""
        try:
            self._keep()
            while self._waiting:
                self._add(self._waiting.popleft())
        except Exception:
            _print(traceback.format_exc())

    def _add(self, text: str) -> None:
        if self.dialog is None or not isValid(self.dialog) or not self.dialog.isVisible():
            # a view that fails at every repaint must not hold the user in an endless row of dialogs
            cause = re.sub(r"0x[0-9A-Fa-f]+", "", text)
            self._times[cause] += 1
            if self._times[cause] > MAX_TIMES or not isinstance(QCoreApplication.instance(), QApplication):
                return
            from app.shell.report_dialog import ReportDialog

            self.dialog = ReportDialog(QApplication.activeModalWidget() or QApplication.activeWindow())
            self.dialog.show()
        self.dialog.add(text)


def _pass_on(kind: Any, context: Any, text: str) -> None:
    _print(f"Qt: {text}\n")


def _print(text: str) -> None:
    """To stderr, which a windowed program may lack."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)

"""When the program itself fails: the work is kept, one report is shown, and the program goes on."""

import contextlib
import platform
import re
import signal
import socket
import sys
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

import PySide6
from PySide6.QtCore import (
    QCoreApplication,
    QObject,
    QSocketNotifier,
    Qt,
    Signal,
    qInstallMessageHandler,
    qVersion,
)
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.version import program_version

HEADING = "Something went wrong. Your work is kept."
MAX_REPORTS, MAX_LETTERS, MAX_TIMES = 20, 20_000, 3
INTERRUPTED = 130  # what a shell shows for a program ended by Ctrl+C


def check_versions(pyside: str = PySide6.__version__, python: tuple[int, ...] = sys.version_info[:2]) -> str:
    """A sentence why the program must not start here, or the empty string."""
    if pyside == "6.12.0" and python < (3, 12):
        return (
            f"PySide6 {pyside} aborts Python {python[0]}.{python[1]} after some thousand calls. "
            'Please install another one: pip install "PySide6-Essentials!=6.12.0"'
        )
    return ""


def install_excepthook(*on_report: Callable[[], None]) -> "Reporter":
    """Report every exception that nobody caught; `on_report` are called at once, to keep the work."""
    reporter = Reporter(*on_report)
    sys.excepthook = reporter.take
    threading.excepthook = lambda args: reporter.take(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: reporter.take(args.exc_type, args.exc_value, args.exc_traceback)
    qInstallMessageHandler(_pass_on)
    reporter.hear_interrupts()
    QCoreApplication.instance().aboutToQuit.connect(reporter.stop)  # type: ignore[union-attr]
    return reporter


class Reporter(QObject):
    """Takes exceptions from any thread and shows them in one dialog, from its own thread's event loop."""

    _arrived = Signal()

    def __init__(self, *on_report: Callable[[], None]):
        super().__init__(QCoreApplication.instance())
        self.on_report = list(on_report)
        self.dialog: ReportDialog | None = None
        self._sockets: tuple[socket.socket, ...] = ()
        self._waiting: deque[str] = deque(maxlen=MAX_REPORTS)
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
        _print(text)
        if threading.current_thread() is threading.main_thread():
            self._keep()
        self._waiting.append(text)
        if isValid(self):
            self._arrived.emit()

    def hear_interrupts(self) -> None:
        """Wake the event loop on Ctrl+C; Python would notice it only at the next click."""
        heard, told = self._sockets = socket.socketpair()
        for end in self._sockets:
            end.setblocking(False)
        signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
        notifier = QSocketNotifier(heard.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._drain)

    def stop(self) -> None:
        """The program ends: from now on exceptions are printed, as Python does by itself."""
        sys.excepthook, sys.unraisablehook = sys.__excepthook__, sys.__unraisablehook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)
        if self._sockets:
            signal.set_wakeup_fd(-1)
        for notifier in self.findChildren(QSocketNotifier):
            notifier.setEnabled(False)
        for end in self._sockets:
            end.close()
        self._sockets = ()

    def _drain(self) -> None:
        self._sockets[0].recv(64)

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
            self.dialog = ReportDialog(QApplication.activeModalWidget() or QApplication.activeWindow())
            self.dialog.show()
        self.dialog.add(text)


class ReportDialog(QDialog):
    """The reports so far as plain text that can be copied; it stops nothing."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setWindowTitle("Chainlight")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._reports: Counter[str] = Counter()
        heading = QLabel(HEADING)
        heading.setTextFormat(Qt.TextFormat.PlainText)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName("Report")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = buttons.addButton("&Copy report", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setToolTip("Put the whole report on the clipboard, to send to the makers of Chainlight")
        self.copy.clicked.connect(self._copy)
        buttons.rejected.connect(self.close)
        box = QVBoxLayout(self)
        for part in (heading, self.text, buttons):
            box.addWidget(part)
        self.resize(640, 380)
        # a key meant for the window must not press a button that has just appeared under it
        self.text.setFocus()

    def add(self, text: str) -> None:
        """One more report; one that is already there is counted."""
        if text in self._reports or len(self._reports) < MAX_REPORTS:
            self._reports[text] += 1
        self.text.setPlainText("\n".join([environment(), "", *map(self._entry, self._reports)]))

    def _entry(self, text: str) -> str:
        times = self._reports[text]
        return text if times == 1 else f"{text}({times} times)\n"

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())


def environment() -> str:
    """What the program runs on, in one line."""
    return (
        f"Chainlight {program_version()}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"PySide6 {PySide6.__version__}, {platform.platform()}"
    )


def _pass_on(kind: Any, context: Any, text: str) -> None:
    _print(f"Qt: {text}\n")


def _print(text: str) -> None:
    """To stderr, which a windowed program may lack."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)

"""Ctrl+C in the terminal the program was started from."""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier


class Interrupts(QObject):
    """Wakes the event loop on Ctrl+C; Python would notice it only at the next click."""

    def __init__(self) -> None:
        app = QCoreApplication.instance()
        assert app is not None
        super().__init__(app)
        self._read_end, self._write_end = socket.socketpair()
        for end in (self._read_end, self._write_end):
            end.setblocking(False)
        signal.set_wakeup_fd(self._write_end.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._read_end.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        app.aboutToQuit.connect(self.stop)

    def stop(self) -> None:
        """Stop listening: the program ends."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._read_end.close()
        self._write_end.close()

    def _drain(self) -> None:
        self._read_end.recv(64)

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
        self._heard, self._told = socket.socketpair()
        for end in (self._heard, self._told):
            end.setblocking(False)
        signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._heard.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        app.aboutToQuit.connect(self.stop)

    def stop(self) -> None:
        """Stop listening: the program ends."""
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._heard.close()
        self._told.close()

    def _drain(self) -> None:
        self._heard.recv(64)

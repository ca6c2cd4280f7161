"""Keys held down: which of their repeats count.

A press always counts, a repeat only after a rest. A timer ends the rest, and it fires only after the keys
that came before have been handed out. So what queued up while the window was busy is passed over, and it does
not run on when the key is let go.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeyEvent

REST = 100  # milliseconds between two repeats that count


class KeyRepeat(QObject):
    """Which events of keys that step count."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._rest = QTimer(self, singleShot=True, interval=REST)

    @property
    def resting(self) -> bool:
        return self._rest.isActive()

    def counts(self, event: QKeyEvent) -> bool:
        """Whether the event is a press, or a repeat that came after the rest."""
        if event.isAutoRepeat() and self.resting:
            return False
        self._rest.start()
        return True


def rest(action: QAction) -> None:
    """Let a rest pass before the action runs again by a key that is held down."""
    action.setAutoRepeat(False)
    QTimer.singleShot(REST, action, lambda: action.setAutoRepeat(True))

"""Presenting: the canvas alone, large, controlled with a presenter remote; B makes the screen black."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QMainWindow, QWidget

from app.canvas.view import View

HIDE_POINTER = 3000  # milliseconds
BLACK_KEYS = (Qt.Key.Key_B, Qt.Key.Key_Period)


class Presentation(QObject):
    """Switches a window between working and presenting its view; `surroundings` is what presenting hides."""

    def __init__(self, window: QMainWindow, view: View, surroundings: Callable[[], Sequence[QWidget]]):
        super().__init__(window)
        self._window, self._view, self._surroundings = window, view, surroundings
        self.active = False
        self._hidden: list[QWidget] = []
        self._was_full_screen = False
        self._black = QWidget(window)
        self._black.setPalette(QPalette(Qt.GlobalColor.black))
        self._black.setAutoFillBackground(True)
        self._black.hide()
        self._pointer = QTimer(self, singleShot=True, interval=HIDE_POINTER)
        self._pointer.timeout.connect(self._hide_pointer)

    @property
    def black(self) -> bool:
        return self._black.isVisible()

    def start(self, cursor: int | None) -> None:
        """Present from a step, or from the present one. A remote's second press of its start key leaves."""
        if self.active:
            self.stop()
            return
        self.active = True
        self._was_full_screen = self._window.isFullScreen()
        self._hidden = [part for part in self._surroundings() if part.isVisible()]
        for part in self._hidden:
            part.hide()
        self._window.showFullScreen()
        self._view.setFocus()
        if cursor is not None:
            self._view.session.seek(cursor)
        self._view.camera.present(True)
        app = QGuiApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._pointer.start()

    def stop(self) -> None:
        if not self.active:
            return
        self.active = False
        app = QGuiApplication.instance()
        assert app is not None
        app.removeEventFilter(self)
        self._pointer.stop()
        self._black.hide()
        self._view.viewport().unsetCursor()
        for part in self._hidden:
            part.show()
        if not self._was_full_screen:
            self._window.showNormal()
        self._view.camera.present(False)

    def take_key(self, key: Qt.Key) -> bool:
        """Do what a key does while presenting; return whether it does anything."""
        if self.active and key == Qt.Key.Key_Escape:
            self.stop()
        elif self.active and key in BLACK_KEYS:
            self.toggle_black()
        else:
            return False
        return True

    def toggle_black(self) -> None:
        """Make the screen black, or show the canvas again."""
        self._black.setGeometry(self._window.rect())
        self._black.setVisible(not self.black)
        self._black.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove:
            self._view.viewport().unsetCursor()
            self._pointer.start()
        return False

    def _hide_pointer(self) -> None:
        self._view.viewport().setCursor(Qt.CursorShape.BlankCursor)

"""Presenting: graph and rule alone, large, controlled with a presenter's remote or the keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QMainWindow, QWidget

from app.canvas.view import View
from app.shell.frame import Frame
from app.shell.header import Header
from app.shell.stage import StageBand
from app.shell.staging import Staging

HIDE_POINTER = 3000  # milliseconds
DIGITS = Qt.Key.Key_0, Qt.Key.Key_9
BLACK_KEYS = (Qt.Key.Key_B, Qt.Key.Key_Period)


class Presentation(QObject):
    """Switches a window between working and presenting: the graph, the rule of the step, and where we are.

    Results that are open stay beside the graph. `changed` is emitted when it begins and ends.
    """

    changed = Signal()

    def __init__(self, window: QMainWindow, view: View, arrangement: Frame, header: Header, stage: StageBand):
        super().__init__(window)
        self._window, self._view, self._arrangement = window, view, arrangement
        self._header, self._stage, self.staging = header, stage, Staging(view)
        self.active = False
        self._was_full_screen = False
        self._digits = ""
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
        self.changed.emit()
        self._was_full_screen = self._window.isFullScreen()
        self._set_stage(True)
        self._window.showFullScreen()
        self._view.setFocus()
        if cursor is not None:
            self._view.session.seek(cursor)
        self._view.camera.present(True)
        self.staging.start()
        app = QGuiApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._pointer.start()

    def stop(self) -> None:
        if not self.active:
            return
        self.active = False
        self.changed.emit()
        app = QGuiApplication.instance()
        assert app is not None
        app.removeEventFilter(self)
        self._pointer.stop()
        self._black.hide()
        self._view.viewport().unsetCursor()
        self._set_stage(False)
        if not self._was_full_screen:
            self._window.showNormal()
        self.staging.stop()
        self._view.camera.present(False)

    def _set_stage(self, on: bool) -> None:
        """Leave the graph, the rule and the program's line, or show all again."""
        self._window.menuBar().setVisible(not on)
        self._header.set_presenting(on)
        self._stage.setVisible(on)
        self._arrangement.set_presenting(on)
        self._digits = ""

    def take_key(self, key: Qt.Key) -> bool:
        """Do what a key does while presenting; return whether it does anything."""
        if not self.active:
            return False
        if DIGITS[0] <= key <= DIGITS[1]:
            self._digits = (self._digits + chr(key))[-6:]
            self._stage.show_typed(self._digits)
            return True
        typed, self._digits = self._digits, ""
        self._stage.show_typed("")
        if typed and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go_to(int(typed))
        elif key == Qt.Key.Key_Escape:
            self.stop()
        elif key in BLACK_KEYS:
            self.toggle_black()
        elif key == Qt.Key.Key_F:
            self._header.line.setVisible(self._header.line.isHidden())
        elif key == Qt.Key.Key_Z:
            self._view.camera.zoom_to_step()
        else:
            return False
        return True

    def _go_to(self, place: int) -> None:
        """Go to the step of a number, as the counter counts."""
        session = self._view.session
        session.seek(session.stops[min(place, len(session.stops) - 1)])

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

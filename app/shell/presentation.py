"""Presenting: graph and rule alone, large, controlled with a presenter's remote or the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPalette, QScreen
from PySide6.QtWidgets import QMainWindow, QWidget

from app.canvas.camera import LINES
from app.canvas.scene import Scene
from app.canvas.spotlight import Spotlight
from app.canvas.view import View
from app.shell.frame import Frame
from app.shell.header import Header
from app.shell.laser import Laser
from app.shell.stage import StageBand
from app.shell.staging import Staging
from app.state.clock import Stopwatch
from app.state.settings import Settings
from app.state.training_session import TrainingSession

if TYPE_CHECKING:
    from app.shell.presenter import Presenter
    from app.training.stage_views import StageViews

HIDE_POINTER = 3000  # milliseconds
DIGIT_KEYS = Qt.Key.Key_0, Qt.Key.Key_9
VIEW_TEXT = 36  # pixels of the text of a view, on a screen of LINES
VIEW_KEYS = {
    **dict.fromkeys((Qt.Key.Key_Down, Qt.Key.Key_PageDown), 1),
    **dict.fromkeys((Qt.Key.Key_Up, Qt.Key.Key_PageUp), -1),
}
PRESENTER = 0.75  # of the screen that the presenter's view takes where there is only one


class Presentation(QObject):
    """Switches a window between working and presenting: the graph, the rule of the step, and where we are.

    Where a program is trained the view that was used last is alone on the stage; others are a key away.
    Results that are open stay beside the graph. With a second screen the audience has that one, and the
    presenter's view stands on the first. `changed` is emitted when it begins and ends.
    """

    changed = Signal()

    def __init__(
        self,
        window: QMainWindow,
        scene: Scene,
        view: View,
        arrangement: Frame,
        header: Header,
        stage: StageBand,
        settings: Settings,
        training: TrainingSession,
    ):
        super().__init__(window)
        self._window, self._scene, self._view, self._arrangement = window, scene, view, arrangement
        self._header, self._stage, self.staging = header, stage, Staging(view)
        self._settings, self._training = settings, training
        self._views: StageViews | None = None  # in place of the graph where it is trained
        self.active = False
        self.presenter: Presenter | None = None
        self.watch = Stopwatch()
        self._was_full_screen = False
        self._home: QRect | None = None  # where the window was before it went to another screen
        self._digits = ""
        self.spotlight, self.laser = Spotlight(scene), Laser(window)
        self._black = QWidget(window)
        self._black.setPalette(QPalette(Qt.GlobalColor.black))
        self._black.setAutoFillBackground(True)
        self._black.hide()
        self._pointer = QTimer(self, singleShot=True, interval=HIDE_POINTER)
        self._pointer.timeout.connect(self._hide_pointer)
        self._keys: Mapping[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Escape: self.stop,
            Qt.Key.Key_B: self.toggle_black,
            Qt.Key.Key_Period: self.toggle_black,
            Qt.Key.Key_F: lambda: header.line.setVisible(header.line.isHidden()),
            Qt.Key.Key_L: self.toggle_laser,
            Qt.Key.Key_S: lambda: self.spotlight.set_on(not self.spotlight.on),
            Qt.Key.Key_T: self.restart_clock,
            Qt.Key.Key_X: self.swap_screens,
            Qt.Key.Key_Z: view.camera.zoom_to_step,
        }

    @property
    def black(self) -> bool:
        return self._black.isVisible()

    @property
    def shows_steps(self) -> bool:
        """Whether it presents steps, not a view of the training."""
        return self.active and self._views is None

    def start(self, cursor: int | None) -> None:
        """Present from a step, or from the present one. A remote's second press of its start key leaves."""
        if self.active:
            self.stop()
            return
        self.active = True
        self.changed.emit()
        self._was_full_screen = self._window.isFullScreen()
        self._set_stage(True)
        screens = _screens()
        if len(screens) > 1:
            self._home = self._window.geometry()
            _fill(self._window, screens[1])
        else:
            self._window.showFullScreen()
        self._view.setFocus()
        if self._arrangement.workspace.name == "train" and self._training.viewing.present:
            self._show_views()
        elif cursor is not None:
            self._view.session.seek(cursor)
        self._view.camera.present(True)
        self.staging.start()
        self.watch.restart()
        app = QGuiApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._pointer.start()
        if len(screens) > 1 and self._views is None:
            _fill(self._made_presenter(), screens[0])

    def stop(self) -> None:
        if not self.active:
            return
        self.active = False
        self.changed.emit()
        app = QGuiApplication.instance()
        assert app is not None
        app.removeEventFilter(self)
        self._pointer.stop()
        if self.presenter is not None:
            self.presenter.hide()
            self.presenter.setParent(None)
            self.presenter.deleteLater()
            self.presenter = None
        if self._views is not None:
            self._views.hide()
            self._views.deleteLater()
            self._views = None
        self._black.hide()
        self.laser.hide()
        self.spotlight.set_on(False)
        self._view.viewport().unsetCursor()
        self._set_stage(False)
        if self._home is not None:
            self._window.showNormal()
            self._window.setGeometry(self._home)
            self._home = None
            if self._was_full_screen:
                self._window.showFullScreen()
        elif not self._was_full_screen:
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

    def _show_views(self) -> None:
        """Show the view of the training that was used last, alone."""
        from app.training.stage_views import StageViews

        if self._views is None:
            self._views = StageViews(self._training, self._scene.theme, self._window)
        self._views.show_in(self._window, round(VIEW_TEXT * self._window.height() / LINES))

    # -- the presenter's view

    def show_presenter(self) -> None:
        """Show the presenter's view, presenting from here; with one screen in a window of its own on it."""
        if not self.active:
            self.start(None)
        presenter, here = self._made_presenter(), self._window.screen()
        if presenter.isVisible():
            return
        others = [screen for screen in _screens() if screen is not here]
        if others:
            _fill(presenter, others[0])
        else:
            room = here.availableGeometry()
            presenter.resize(room.size() * PRESENTER)
            presenter.move(room.center() - presenter.rect().center())
            presenter.show()

    def _made_presenter(self) -> Presenter:
        if self.presenter is None:
            from app.shell.presenter import Presenter

            self.presenter = Presenter(self._window, self._scene, self._settings, self.watch)
            self.presenter.picture.pointed.connect(self._point)
            self.presenter.opened.connect(self._share_notes)
        self._show_state()
        return self.presenter

    def _share_notes(self, opened: bool) -> None:
        """Notes are for who speaks: the audience sees them while there is no presenter's view."""
        if self.active:
            self.staging.show_notes(not opened)

    def swap_screens(self) -> None:
        """Give the audience the presenter's screen, and the other way round, where there are two."""
        screens = _screens()
        if len(screens) > 1 and self.presenter is not None:
            stage, other = self._window.screen(), self.presenter.screen()
            if stage is other:
                other = next(screen for screen in screens if screen is not stage)
            _fill(self._window, other)
            _fill(self.presenter, stage)

    def restart_clock(self) -> None:
        """Count the time of the presentation from 0."""
        self.watch.restart()
        if self.presenter is not None:
            self.presenter.show_clocks()

    def _show_state(self) -> None:
        if self.presenter is not None:
            self.presenter.show_state(self.black, self.laser.isVisible())

    # -- keys

    def take_key(self, key: Qt.Key) -> bool:
        """Do what a key does while presenting; return whether it does anything."""
        if not self.active:
            return False
        if self._views is not None and key in VIEW_KEYS:
            self._training.viewing.go(VIEW_KEYS[key])
            return True
        if DIGIT_KEYS[0] <= key <= DIGIT_KEYS[1] and self._views is None:
            self._digits = (self._digits + chr(key))[-6:]
            self._stage.show_typed(self._digits)
            return True
        typed, self._digits = self._digits, ""
        self._stage.show_typed("")
        if typed and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go_to(int(typed))
        elif key in self._keys:
            self._keys[key]()
        else:
            return False
        return True

    def _go_to(self, place: int) -> None:
        """Go to the step of a number, as the counter counts."""
        session = self._view.session
        session.seek(session.stops[min(place, len(session.stops) - 1)])

    def toggle_black(self) -> None:
        """Make the stage black, or show it again."""
        self._black.setVisible(not self.black)
        self._cover()
        self._show_state()

    def toggle_laser(self) -> None:
        """Let the mouse move a red dot in place of its pointer, or be a mouse again."""
        self.laser.setVisible(not self.laser.isVisible())
        self._cover()
        self._show_state()

    def _point(self, at: QPointF) -> None:
        """Move the dot to where the presenter points in the picture of the stage."""
        if self.laser.isVisible():
            self.laser.point_at(at)

    def _cover(self) -> None:
        """What lies over the stage covers all of it."""
        if self._views is not None:
            self._show_views()
        for part in (self.laser, self._black):
            part.setGeometry(self._window.rect())
            part.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove:
            self._view.viewport().unsetCursor()
            self._pointer.start()
        elif event.type() == QEvent.Type.Resize and watched is self._window:
            self._cover()
        return False

    def _hide_pointer(self) -> None:
        self._view.viewport().setCursor(Qt.CursorShape.BlankCursor)


def _screens() -> list[QScreen]:
    """All screens, the one that the program's user sits at first."""
    first = QGuiApplication.primaryScreen()
    return [first, *(screen for screen in QGuiApplication.screens() if screen is not first)]


def _fill(window: QWidget, screen: QScreen) -> None:
    """Let a window fill a screen."""
    if window.isFullScreen():
        window.showNormal()
    window.setScreen(screen)
    window.setGeometry(screen.geometry())
    window.showFullScreen()

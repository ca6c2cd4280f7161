"""The main window: canvas, docks, menus and toolbar."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QVBoxLayout, QWidget

from app.canvas.notice import Notice
from app.canvas.scene import Scene
from app.canvas.view import View
from app.panels.algorithm import AlgorithmPanel
from app.panels.explanation import ExplanationPanel
from app.panels.program import ProgramPanel
from app.panels.transport import Transport
from app.shell.canvas_menu import open_canvas_menu
from app.shell.commands import COMMANDS
from app.shell.docks import make_docks
from app.shell.files import Files
from app.shell.menus import ON_TOOLBAR, add_menus, add_toolbar, give_icons, make_actions
from app.shell.presentation import Presentation
from app.state.session import Session
from app.state.settings import Settings
from app.state.training_session import TrainingSession
from app.widgets.fields import CommandKeys
from app.widgets.key_repeat import KeyRepeat
from app.widgets.labels import tint
from app.widgets.theme import THEMES, Theme, apply_theme
from core.base.errors import legible

STEP_KEYS = {
    **dict.fromkeys((Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown), 1),
    **dict.fromkeys((Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_N), 1),
    **dict.fromkeys((Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp), -1),
    **dict.fromkeys((Qt.Key.Key_Backspace, Qt.Key.Key_P), -1),
}


# the options of all figures that the settings keep
KEPT_OPTIONS = ("digits", "notation", "captions", "shapes", "gradient_names", "note_texts")


class Window(QMainWindow):
    """The canvas in the middle, docks around it, everything about the session."""

    def __init__(self, session: Session, settings: Settings):
        super().__init__()
        self.session, self.settings = session, settings
        session.setParent(self)  # so that its signals end with the window
        self.training = TrainingSession(session, self)
        self.theme = THEMES[settings.get("theme")]
        self._dress()
        self.scene = Scene(session)
        self.view = View(session, self.scene)
        self.notice = Notice()
        self.transport = Transport(session)
        self.files = Files(session, self, settings)
        self.presentation = Presentation(self, self.view, self.surroundings)
        self.key_repeat = KeyRepeat(self)
        self._message_lasts = False
        self.setCentralWidget(self._centre())
        self.docks = make_docks(self, session, self.training)
        self.program: ProgramPanel = self.docks["program"].make()
        self.algorithm: AlgorithmPanel = self.docks["algorithm"].make()
        self.explanation: ExplanationPanel = self.docks["explanation"].make()
        self.training_dock, self.derivatives_dock = self.docks["training"], self.docks["derivatives"]
        self.actions_by_id = make_actions(self, self.refresh_actions)
        CommandKeys(self, self.actions_by_id.values())
        add_menus(self, self.actions_by_id, self.files)
        self.toolbar, self._status = add_toolbar(self, self.actions_by_id)
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(720, 480))
        self.resize(1280, 820)
        self._wire()
        self._show_theme()
        self.session.set_options(**{name: settings.get(name) for name in KEPT_OPTIONS})
        self.session.set_stride(settings.get("stride"))
        self.scene.animated = settings.get("animate")
        self._show_file()
        self.refresh_actions()
        self.view.setFocus()

    # -- building

    def _centre(self) -> QWidget:
        centre = QWidget()
        box = QVBoxLayout(centre)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.notice)
        box.addWidget(self.view, 1)
        box.addWidget(self.transport)
        return centre

    def _wire(self) -> None:
        session, training = self.session, self.training
        session.documentChanged.connect(self._show_file)
        session.documentChanged.connect(self._clear_message)
        session.fileChanged.connect(self._show_file)
        session.undo_stack.indexChanged.connect(self.refresh_actions)
        session.undo_stack.cleanChanged.connect(self._show_file)
        session.traceChanged.connect(self._dim_if_wrong)
        session.selectionChanged.connect(self.refresh_actions)
        for signal in (
            session.traceChanged,
            training.runChanged,
            training.progressed,
            self.training_dock.seenChanged,
        ):
            signal.connect(self._show_notice)
        training.opened.connect(self.view.setFocus)  # so that the next key steps
        self.notice.pressed.connect(training.open_on_canvas)
        for dock in self.docks.values():
            dock.seenChanged.connect(self.refresh_actions)
        self.view.editRequested.connect(self._edit_value)
        self.view.customContextMenuRequested.connect(self._canvas_menu)
        self.transport.speedChanged.connect(self._take_speed)
        session.strideChanged.connect(self._keep_stride)

    @property
    def frame(self) -> QMainWindow:
        return self

    def surroundings(self) -> list[QWidget]:
        """What presenting hides."""
        docks = self.findChildren(QDockWidget)
        return [self.menuBar(), self.toolbar, self.notice, self.transport, *docks]

    # -- what is shown

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._dress()
        self._show_theme()

    def _dress(self) -> None:
        """Style, palette and font of the whole program; costs less before there are widgets."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, self.theme, self.settings.get("text_scale"))

    def _show_theme(self) -> None:
        self.view.camera.set_text_scale(self.settings.get("text_scale"))
        for part in (self.scene, self.notice, self.transport):
            part.set_theme(self.theme)
        for dock in self.docks.values():
            dock.set_theme(self.theme)
        give_icons(self.actions_by_id, ON_TOOLBAR)
        tint(self._status, self.theme.faint)

    def show_message(self, sentence: str, lasting: bool = False) -> None:
        self._status.setText(legible(sentence))
        self._message_lasts = lasting

    def _clear_message(self) -> None:
        if not self._message_lasts:
            self.show_message("")

    def refresh_actions(self) -> None:
        """Bring texts, ticks and greys of all commands in line."""
        stack = self.session.undo_stack
        for name, able, text in (
            ("undo", stack.canUndo(), stack.undoText()),
            ("redo", stack.canRedo(), stack.redoText()),
        ):
            self.actions_by_id[name].setEnabled(able)
            self.actions_by_id[name].setText(f"{name.capitalize()} {text}".strip())
        for command in COMMANDS:
            if command.checked:
                self.actions_by_id[command.id].setChecked(command.checked(self))
        self.settings.set("digits", self.session.digits)

    def _show_file(self) -> None:
        self.setWindowTitle(self.files.title())
        self.setWindowModified(not self.session.undo_stack.isClean())

    def _show_notice(self) -> None:
        """Say that canvas and training differ, to who works with both."""
        differ = self.training_dock.seen and self.training.differs
        self.notice.setVisible(differ and not self.presentation.active)

    def _dim_if_wrong(self) -> None:
        """While the text is wrong the last good graph stays, dimmed."""
        self.scene.dim(self.session.problem is not None)

    def _take_speed(self) -> None:
        self.scene.speed = self.transport.factor

    def _keep_stride(self) -> None:
        self.settings.set("stride", self.session.stride)
        self.refresh_actions()

    def _edit_value(self, name: str) -> None:
        self.docks["algorithm"].open()
        self.algorithm.edit(name)

    def _canvas_menu(self, at: QPoint) -> None:
        open_canvas_menu(self, self.actions_by_id, at)

    # -- help

    def show_palette(self) -> None:
        from app.shell.palette import Palette

        Palette(self, COMMANDS, self.actions_by_id).open()

    def show_keys(self) -> None:
        from app.shell.sheets import KeySheet

        KeySheet(self, COMMANDS).open()

    # -- keys that step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.presentation.take_key(key):
            return
        plain = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_Escape:
            self.session.stop()
            self.view.setFocus()
        elif event.modifiers() & ~plain or _types(QApplication.focusWidget()):
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.transport.pause()
            self.session.seek(0 if key == Qt.Key.Key_Home else len(self.session.trace))
        elif key in STEP_KEYS:
            if self.key_repeat.counts(event):
                self._step_by_key(key, event)
        else:
            super().keyPressEvent(event)

    def _step_by_key(self, key: Qt.Key, event: QKeyEvent) -> None:
        backward = key == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.transport.step(-1 if backward else STEP_KEYS[key])

    # -- files dropped, closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.dropped(event.mimeData().urls())

    def take_typing(self) -> None:
        """Let the document have what is being typed, in the program and on the canvas."""
        self.program.apply_now()
        self.view.value_field.take()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.take_typing()
        if not self.files.may_close():
            event.ignore()
            return
        self.session.stop()
        self.training.stop()
        self.presentation.stop()
        self.transport.pause()
        self.scene.finish()
        for dock in self.docks.values():
            dock.pause()
        self.settings.save_window(self)
        self.files.close()
        event.accept()

    def open_path(self, path: Path) -> None:
        self.files.open(path)


def _types(widget: QWidget | None) -> bool:
    """Whether keys belong to what is typed there: a field passes Return on when it has taken it."""
    from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit

    return isinstance(widget, QLineEdit | QAbstractSpinBox | QComboBox)

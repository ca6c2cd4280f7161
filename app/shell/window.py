"""The main window: canvas, docks, menus and toolbar. All wiring between parts stands on this page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QFont,
    QGuiApplication,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from app.canvas.notice import Notice
from app.canvas.scene import Scene
from app.canvas.view import View
from app.panels.explanation import ExplanationPanel
from app.panels.program import ProgramPanel
from app.panels.transport import Transport
from app.panels.values import ValuesPanel
from app.shell.actions import COMMANDS
from app.shell.files import Files
from app.shell.folding import add_folding
from app.shell.late import LateDock
from app.shell.menus import add_menus, add_toolbar, give_icons, make_actions
from app.shell.presentation import Presentation
from app.state.disk import shown_name
from app.state.lab_session import LabSession
from app.state.session import Session
from app.state.settings import Settings
from app.widgets.fields import CommandKeys
from app.widgets.held import Held
from app.widgets.labels import tint
from app.widgets.theme import THEMES, Theme, apply_theme
from core.base.errors import legible
from core.base.numbers import typed_text

if TYPE_CHECKING:
    from app.derivatives.panel import DerivativesPanel
    from app.lab.panel import LabPanel

STEP_KEYS = {
    **dict.fromkeys((Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown), 1),
    **dict.fromkeys((Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_N), 1),
    **dict.fromkeys((Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp), -1),
    **dict.fromkeys((Qt.Key.Key_Backspace, Qt.Key.Key_P), -1),
}
CANVAS_MENU = (
    ("differentiate", "seed", "derivatives"),
    ("copy_value", "copy_figure", "copy_latex", "figure"),
    ("fit", "arrange"),
)


def _title_font() -> QFont:
    """A dock's title keeps the font it was made with unless it gets one that differs from the program's."""
    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() - 0.01)
    return font


def _types(widget: QWidget | None) -> bool:
    """Whether keys belong to what is typed there: a field passes Return on when it has taken it."""
    from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit

    return isinstance(widget, QLineEdit | QAbstractSpinBox | QComboBox)


class Window(QMainWindow):
    """The canvas in the middle, docks around it, everything about the session."""

    session: Session
    scene: Scene
    view: View
    notice: Notice
    transport: Transport
    presentation: Presentation
    files: Files
    explanation: ExplanationPanel
    lab_dock: LateDock[LabPanel]
    derivatives_dock: LateDock[DerivativesPanel]

    def __init__(self, session: Session, settings: Settings):
        super().__init__()
        self.session, self.settings = session, settings
        session.setParent(self)  # so that nothing is heard from it once the window is gone
        self.lab = LabSession(session, self)
        self.theme = THEMES[settings.get("theme")]
        self._dress()
        self.scene = Scene(session)
        self.view = View(session, self.scene)
        self.notice = Notice()
        self.transport = Transport(session)
        self.program = ProgramPanel(session)
        self.values = ValuesPanel(session)
        self.explanation = ExplanationPanel(session)
        self.files = Files(session, self, settings)
        self.presentation = Presentation(self)
        self.lab_dock = LateDock(
            self, "lab", "Training", self._load_lab, lambda panel, seen: self._show_notice()
        )
        self.derivatives_dock = LateDock(
            self,
            "derivatives",
            "Derivatives",
            self._load_derivatives,
            lambda panel, seen: panel.set_seen(seen),
        )
        self.held = Held(self)
        self._lasting = False
        self.setCentralWidget(self._centre())
        self._add_docks()
        self.actions_by_id = make_actions(self)
        CommandKeys(self, self.actions_by_id.values())
        add_menus(self)
        self.toolbar, self._status = add_toolbar(self)
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(720, 480))
        self.resize(1280, 820)
        self._wire()
        self._show_theme()
        self.session.set_digits(settings.get("digits"))
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

    def _add_docks(self) -> None:
        areas = Qt.DockWidgetArea
        self.docks: dict[str, QDockWidget] = {}
        self.add_dock("Program", "program", self.program, areas.LeftDockWidgetArea)
        self.add_dock("Values", "values", self.values, areas.LeftDockWidgetArea)
        self.add_dock("Explanation", "explanation", self.explanation, areas.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomLeftCorner, areas.LeftDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, areas.RightDockWidgetArea)
        self.resizeDocks([self.docks["program"], self.docks["values"]], [190, 330], Qt.Orientation.Vertical)
        self.resizeDocks([self.docks["program"]], [290], Qt.Orientation.Horizontal)
        self.resizeDocks([self.docks["explanation"]], [262], Qt.Orientation.Vertical)

    def add_dock(self, title: str, name: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        self.docks[name] = dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setWidget(widget)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self.addDockWidget(area, dock)
        return dock

    def _wire(self) -> None:
        session = self.session
        session.documentChanged.connect(self._show_file)
        session.documentChanged.connect(self._say_no_more)
        session.fileChanged.connect(self._show_file)
        session.undo_stack.indexChanged.connect(self.refresh_actions)
        session.undo_stack.cleanChanged.connect(self._show_file)
        session.runChanged.connect(self._dim_if_wrong)
        for signal in (session.runChanged, self.lab.runChanged, self.lab.progressed):
            signal.connect(self._show_notice)
        self.lab.opened.connect(self.view.setFocus)  # so that the next key steps
        self.notice.pressed.connect(self.lab.open_on_canvas)
        session.selectionChanged.connect(self.refresh_actions)
        self.view.editRequested.connect(self._edit_value)
        self.view.customContextMenuRequested.connect(self._canvas_menu)
        self.transport.speedChanged.connect(self._take_speed)

    def chrome(self) -> list[QWidget]:
        """What presenting hides."""
        docks = self.findChildren(QDockWidget)
        return [self.menuBar(), self.toolbar, self.notice, self.transport, *docks]

    # -- panels made when first asked for: plots take half a second to load

    def _load_lab(self) -> LabPanel:
        from app.lab.panel import LabPanel

        return LabPanel(self.lab)

    def _show_notice(self) -> None:
        """Say that canvas and training differ, to who works with both."""
        differ = self.lab_dock.seen and self.lab.differs
        self.notice.setVisible(differ and not self.presentation.active)

    def _load_derivatives(self) -> DerivativesPanel:
        from app.derivatives.panel import DerivativesPanel

        return DerivativesPanel(self.session)

    @property
    def derivatives(self) -> DerivativesPanel:
        return self.derivatives_dock.make()

    # -- look

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
        theme = self.theme
        for dock in self.docks.values():
            dock.setFont(_title_font())
        for part in (self.scene, self.notice, self.program, self.values, self.explanation, self.transport):
            part.set_theme(theme)
        for late in (self.lab_dock, self.derivatives_dock):
            if late.made is not None:
                late.made.set_theme(theme)
        give_icons(self.actions_by_id)
        tint(self._status, theme.faint)

    def next_theme(self) -> None:
        names = list(THEMES)
        name = names[(names.index(self.theme.name) + 1) % len(names)]
        self.settings.set("theme", name)
        self.set_theme(THEMES[name])
        self.tell(f"Theme: {name}")

    def scale_text(self, by: float) -> None:
        scale = min(2.0, max(1.0, round(self.settings.get("text_scale") + by, 1)))
        self.settings.set("text_scale", scale)
        self.set_theme(self.theme)
        self.tell(f"Text at {round(scale * 100)} %")

    def toggle_animation(self) -> None:
        self.scene.animated = not self.scene.animated
        self.settings.set("animate", self.scene.animated)

    def toggle_full_screen(self) -> None:
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def tell(self, sentence: str, lasting: bool = False) -> None:
        """Say something in passing, until the document changes; what is `lasting` stays longer."""
        self._status.setText(legible(sentence))
        self._lasting = lasting

    def _say_no_more(self) -> None:
        if not self._lasting:
            self.tell("")

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

    def _dim_if_wrong(self) -> None:
        """While the text is wrong the last good graph stays, dimmed."""
        self.scene.dim(self.session.problem is not None)

    def _take_speed(self) -> None:
        self.scene.speed = self.transport.factor

    # -- commands

    def save(self, anew: bool = False) -> bool:
        """Save the project with what has just been typed; `anew` asks for a name."""
        self.program.take_now()
        saved = self.files.save_as() if anew else self.files.save()
        if saved and self.session.path:
            self.tell(f"Saved {shown_name(self.session.path)}")
        return saved

    def undo(self) -> None:
        """Take the last change back; what has just been typed is one."""
        self.program.end_typing()
        self.session.undo_stack.undo()

    def redo(self) -> None:
        self.program.end_typing()
        self.session.undo_stack.redo()

    def edit_program(self) -> None:
        self.docks["program"].show()
        self.program.editor.setFocus()
        self.program.editor.selectAll()

    def _edit_value(self, name: str) -> None:
        self.docks["values"].show()
        self.values.edit(name)

    def differentiate(self) -> None:
        """Start the backward pass at the selected node, or at the program's output again."""
        graph, name = self.session.story.graph, self.session.selection
        if not name or graph.nodes[name].is_leaf:
            self.tell("Select a computed node first; an input is what it is differentiated by")
        elif name == graph.own_output == graph.output:
            self.tell(f"{name} is the output already")
        else:
            self.session.differentiate(graph.own_output if name == graph.output else name)
            self.tell(f"{self.session.story.graph.output} is differentiated now")

    def copy_value(self) -> None:
        """The selected node's value, or the output's, with every digit."""
        name = self.session.selection or self.session.story.graph.output
        value = self.session.snapshot.value(name)
        if value is None:
            self.tell(f"{name} has no value yet")
        else:
            QGuiApplication.clipboard().setText(typed_text(value))
            self.tell(f"The value of {name} is on the clipboard")

    def copy_figure(self) -> None:
        from app.figures.clipboard import figure_mime

        QGuiApplication.clipboard().setMimeData(figure_mime(self.session.figure, self.theme))
        self.tell("The figure is on the clipboard")

    def save_figure(self) -> None:
        from app.shell.saving import save_figure

        save_figure(self)

    def save_all_figures(self) -> None:
        from app.shell.saving import save_all_figures

        save_all_figures(self)

    def save_graphml(self) -> None:
        from app.shell.saving import save_graphml

        save_graphml(self)

    def export(self) -> None:
        from app.shell.saving import save_export

        save_export(self)

    def show_palette(self) -> None:
        from app.shell.help import Palette

        Palette(self).open()

    def show_keys(self) -> None:
        from app.shell.help import KeySheet

        KeySheet(self).open()

    def show_notation(self) -> None:
        from app.shell.help import NotationSheet

        NotationSheet(self).open()

    def show_about(self) -> None:
        from app.shell.help import About

        About(self).open()

    def _canvas_menu(self, at: QPoint) -> None:
        node = self.view.node_under(at)
        if node:
            self.session.select(node)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        add_folding(menu, self, node, self.view.frame_under(at))
        for group in CANVAS_MENU:
            menu.addActions([self.actions_by_id[name] for name in group])
            menu.addSeparator()
        menu.popup(self.view.mapToGlobal(at))

    # -- keys that step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.presentation.active and self._present_key(key):
            return
        plain = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        if key == Qt.Key.Key_Escape:
            self.session.stop()
            self.view.setFocus()
        elif event.modifiers() & ~plain or _types(QApplication.focusWidget()):
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.transport.pause()
            self.session.seek(0 if key == Qt.Key.Key_Home else len(self.session.story))
        elif key in STEP_KEYS:
            if self.held.counts(event):
                self._step_by_key(key, event)
        else:
            super().keyPressEvent(event)

    def _step_by_key(self, key: Qt.Key, event: QKeyEvent) -> None:
        backward = key == Qt.Key.Key_Space and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self.transport.step(-1 if backward else STEP_KEYS[key])

    def _present_key(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape:
            self.presentation.stop()
        elif key in (Qt.Key.Key_B, Qt.Key.Key_Period):
            self.presentation.toggle_black()
        else:
            return False
        return True

    # -- files dropped, closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.files.dropped(event.mimeData().urls())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.program.take_now()
        if not self.files.may_close():
            event.ignore()
            return
        self.session.stop()
        self.presentation.stop()
        self.transport.pause()
        self.scene.finish()
        self.lab.stop()
        self.derivatives_dock.pause()
        self.settings.save_window(self)
        self.files.close()
        event.accept()

    def open_path(self, path: Path) -> None:
        self.files.open(path)

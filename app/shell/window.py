"""The main window: its parts, what connects them, and the keys that step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QToolButton, QWidget

from app.canvas.accessible import announce
from app.canvas.net_builder import FeatureTiles, NetBuilder
from app.canvas.net_hand import NetHand
from app.canvas.notice import Notice
from app.canvas.scene import Scene
from app.canvas.view import View
from app.panels.algorithm import AlgorithmPanel
from app.panels.explanation import ExplanationPanel
from app.panels.program import ProgramPanel
from app.panels.transport import Transport
from app.shell.canvas_menu import open_canvas_menu
from app.shell.command import Command
from app.shell.commands import COMMANDS
from app.shell.files import Files
from app.shell.frame import Frame
from app.shell.header import Header
from app.shell.lectures import Lectures
from app.shell.menus import IN_HEADER, add_menus, give_icons, make_actions, views_button
from app.shell.panels import PANELS
from app.shell.panes import Pane
from app.shell.presentation import Presentation
from app.shell.stage import StageBand
from app.state.arrangement import WorkspaceName
from app.state.net_building import NetBuilding
from app.state.net_session import NetSession
from app.state.session import Session
from app.state.settings import Settings
from app.state.training_session import TrainingSession
from app.widgets.fields import ENTER, CommandKeys
from app.widgets.key_repeat import KeyRepeat
from app.widgets.theme import THEMES, Theme, apply_theme
from core.base.errors import legible
from core.project.document import Document

if TYPE_CHECKING:
    from app.training.bar_fields import BarFields
    from app.training.update_line import UpdateLine

STEP_KEYS = {
    **dict.fromkeys((Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown), 1),
    **dict.fromkeys((Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_N), 1),
    **dict.fromkeys((Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp), -1),
    **dict.fromkeys((Qt.Key.Key_Backspace, Qt.Key.Key_P), -1),
}

# in the workspace for training, without and with Shift
TRAINING_KEYS: Mapping[tuple[Qt.Key, bool], Callable[[TrainingSession], object]] = {
    (Qt.Key.Key_Space, False): TrainingSession.toggle,
    (Qt.Key.Key_Right, False): TrainingSession.step,
    (Qt.Key.Key_Right, True): TrainingSession.step_epoch,
}


# the options of all figures that the settings keep
KEPT_OPTIONS = ("digits", "notation", "captions", "shapes", "gradient_names", "note_texts")


class Window(QMainWindow):
    """The canvas in the middle, panels around it, everything about the sessions."""

    def __init__(self, session: Session, settings: Settings):
        super().__init__()
        self.setAnimated(False)  # there is nothing to dock
        self.session, self.settings = session, settings
        session.setParent(self)  # so that its signals end with the window
        session.set_options(**{name: settings.get(name) for name in KEPT_OPTIONS})  # before it is shown
        session.set_stride(settings.get("stride"))
        session.set_in_beats(settings.get("in_beats"))
        self.training = TrainingSession(session, self)
        self.net = NetSession(session, self.training, self)
        self.theme = THEMES[settings.get("theme")]
        self._dress()
        self.scene = Scene(session)
        self.view = View(session, self.scene)
        self.hand = NetHand(self.view, self.scene, self.net)
        self.building = NetBuilding(self.net)
        self.builder = NetBuilder(self.building, self.view)
        self.tiles = FeatureTiles(self.building)
        self.notice = Notice()
        self.transport = Transport(session, self.training)
        self.header = Header(session, self.training)
        self.lectures = Lectures()
        self.files = Files(session, self, settings)
        self.stage = StageBand(session)
        self.updates: UpdateLine | None = None  # made when Train is first shown, as
        self.fields: BarFields | None = None
        self.arrangement = Frame(
            (self.header, self.transport),
            (self.notice, self.builder, self.view, self.hand.foot, self.tiles, self.stage),
            self.lectures,
            self.transport.scrubber,
        )
        self.presentation = Presentation(
            self, self.scene, self.view, self.arrangement, self.header, self.stage, settings, self.training
        )
        self.key_repeat = KeyRepeat(self)
        self._message_lasts = False
        self._scene: tuple[str, str] | None = None  # which scene's steps were offered
        self.setCentralWidget(self.arrangement)
        show, arrange = self.arrangement.show_pane, self.arrangement.arrange
        self.panes = {
            panel.name: Pane(panel, session, self.training, show, arrange, self) for panel in PANELS
        }
        self.program: ProgramPanel = self.panes["program"].make()
        self.algorithm: AlgorithmPanel = self.panes["algorithm"].make()
        self.explanation: ExplanationPanel = self.panes["explanation"].make()
        self.arrangement.add_panes(self.panes.values())
        self.actions_by_id = make_actions(self, self.refresh_actions)
        CommandKeys(self, self.actions_by_id.values())
        add_menus(self, self.actions_by_id, self.files)
        self.header.add_actions(self.actions_by_id[command.id] for command in IN_HEADER)
        self.results = QToolButton()
        self.results.setDefaultAction(self.actions_by_id["training"])
        self.results.setAccessibleName("Results column")
        self.results.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.transport.add_buttons(self.results, views_button(self, self.actions_by_id))
        self.setAcceptDrops(True)
        self.setMinimumSize(QSize(720, 480))
        self.resize(1280, 820)
        self._wire()
        self._show_theme()
        self.algorithm.data_gradients = settings.get("data_gradients")
        self.algorithm.choose_form(settings.get("listing"))
        self.transport.set_factor(settings.get("step_speed"))
        self.scene.animated = settings.get("animate")
        self.arrangement.restore(settings.get("arrangement"))
        self._show_workspace()
        self._show_file()
        self.refresh_actions()
        self.view.setFocus()

    # -- building

    def _wire(self) -> None:
        session, training = self.session, self.training
        session.cursorMoved.connect(self._announce)
        session.documentChanged.connect(self._show_file)
        session.documentChanged.connect(self._clear_message)
        session.fileChanged.connect(self._show_file)
        session.undo_stack.indexChanged.connect(self.refresh_actions)
        session.undo_stack.cleanChanged.connect(self._show_file)
        session.traceChanged.connect(self._dim_if_wrong)
        session.selectionChanged.connect(self.refresh_actions)
        for signal in (session.selectionChanged, session.traceChanged):
            signal.connect(self.arrangement.arrange_if_wanted)
        for signal in (
            session.traceChanged,
            training.runChanged,
            training.progressed,
            self.panes["training"].seenChanged,
        ):
            signal.connect(self._show_notice)
        training.runChanged.connect(self._show_file)
        training.progressed.connect(self._show_file)
        training.viewing.changed.connect(self.refresh_actions)
        training.viewing.saveAsked.connect(lambda: self.actions_by_id["save_view"].trigger())
        training.opened.connect(self._show_opened)
        training.arrived.connect(self._follow_training)
        for shown in (session.documentChanged, training.runChanged, training.opened):
            shown.connect(self._offer_results)
        session.traceChanged.connect(self._offer_guide)
        self.notice.pressed.connect(training.open_on_canvas)
        for pane in self.panes.values():
            pane.seenChanged.connect(self.refresh_actions)
        self.panes["guide"].seenChanged.connect(self._follow_guide)
        for signal in (self.panes["training"].seenChanged, self.presentation.changed):
            signal.connect(self._show_settings)
        self.header.switch.chosen.connect(self.show_workspace)
        self.header.line.pressed.connect(self.edit_program)
        self.lectures.chosen.connect(self._open_example)
        self.arrangement.workspaceChanged.connect(self._show_workspace)
        self.view.editRequested.connect(self._edit_value)
        self.view.customContextMenuRequested.connect(self._canvas_menu)
        self.net.isThereChanged.connect(self._look)
        training.runChanged.connect(self._show_program)
        self.hand.opened.connect(self._open_unit)
        self.view.camera.moved.connect(self._tell_magnification)
        self.view.camera.moved.connect(self.builder.place)
        self.view.camera.moved.connect(self.hand.show_numbers)
        self.builder.lowChanged.connect(self._show_builder)
        self.builder.typing.connect(self.tiles.type_own)
        self.tiles.entered.connect(self.view.setFocus)
        self.net.drawn.connect(self._show_builder)
        self.presentation.changed.connect(self._show_builder)
        self.transport.speedChanged.connect(self._take_speed)
        session.strideChanged.connect(self._keep_stride)
        session.beatsChanged.connect(self._keep_beats)
        self.algorithm.chosen.connect(self._keep_listing)

    @property
    def frame(self) -> QMainWindow:
        return self

    # -- workspaces

    def show_workspace(self, name: WorkspaceName) -> None:
        """Arrange the parts as a workspace."""
        self.arrangement.show_workspace(name)

    def _show_workspace(self) -> None:
        name = self.arrangement.workspace.name
        self.header.switch.buttons[name].setChecked(True)
        self.transport.set_training(name == "train")
        self.header.running.set_elsewhere(name != "train")
        self.transport.offer(self.results, name == "step")
        self.net.set_seen(name == "train")
        if name == "train" and self.updates is None:
            self._make_for_training()
        self._look()
        self._show_settings()
        self._show_notice()
        (self.lectures if name == "lectures" else self.view).setFocus()

    def _make_for_training(self) -> None:
        """Make what is seen in the workspace for training alone, which loads NumPy."""
        from app.training.bar_fields import BarFields
        from app.training.update_line import UpdateLine

        self.updates = UpdateLine(self.training)
        self.updates.set_theme(self.theme)
        self.arrangement.updates_box.addWidget(self.updates)
        self.fields = BarFields(self.training, self.actions_by_id["new_weights"], self)
        self.fields.set_theme(self.theme)
        self.fields.changed.connect(self._show_fields)
        self.transport.add_fields([*self.fields.parts.values()], self.fields.leaving)
        self._show_fields()

    def _show_fields(self) -> None:
        """The bar has the fields that make a difference beside the others."""
        assert self.fields
        self.transport.leave_out(self.fields.left_out)

    @property
    def shows_net(self) -> bool:
        """Whether the canvas shows what is trained, and not the steps of the program."""
        return self.net.seen and self.net.is_there

    def _look(self) -> None:
        """The canvas shows what is trained in the workspace for that, and the program's steps elsewhere."""
        self.scene.look_at(self.net if self.shows_net else self.session)
        self._show_builder()
        self._show_program()
        self.refresh_actions()

    def _show_program(self) -> None:
        """Above a net that is trained stands its program; a typed one stands there anyway."""
        run = self.training.run if self.shows_net and self.training.settings.trains_network else None
        self.header.line.show_net(run.setup.graph if run else None)

    def _show_builder(self) -> None:
        """Above and below a net that is trained there is what it is built with; not on a stage."""
        for part in (self.builder, self.tiles):
            part.show_now(self.shows_net and not self.presentation.active)
        self.hand.set_presenting(self.presentation.active)

    def _tell_magnification(self) -> None:
        """Maps of units have as many pixels as are seen of them; numbers are read in a narrow canvas, too."""
        self.net.set_room(self.view.viewport().width() / self.settings.get("text_scale"))
        self.net.set_magnification(self.view.transform().m11() * self.view.devicePixelRatioF())

    def _show_opened(self) -> None:
        """Show in steps what was opened; the next key steps."""
        if self.net.seen:
            self.show_workspace("step")
        self.view.setFocus()

    def _follow_training(self) -> None:
        """Beside results the canvas shows the sample chosen there, and the weights after an update."""
        if self.arrangement.workspace.has_steps and self.panes["training"].seen:
            self.training.show_on_canvas()

    def _offer_results(self) -> None:
        """Results stand beside the steps of what is trained on data, unless they were put away."""
        pane, arrangement = self.panes["training"], self.arrangement
        offers = arrangement.workspace.has_steps and not arrangement.is_put_away
        if offers and not pane.shown and self.training.is_on_canvas:
            pane.open()

    def _offer_guide(self) -> None:
        """The steps of a scene stand beside the canvas when it is opened, and go with it."""
        scene, pane = self.session.document.scene, self.panes["guide"]
        key = (scene.id, scene.title) if scene else None
        if key == self._scene:
            return
        self._scene = key
        if key is None:
            pane.close()
            return
        pane.open().guide.go(0)

    def _follow_guide(self) -> None:
        """The way from the steps of a scene to the others, once they are first seen."""
        pane = self.panes["guide"]
        pane.seenChanged.disconnect(self._follow_guide)
        pane.made.left.connect(lambda: self.show_workspace("lectures"))

    def search_scenes(self) -> None:
        """Show the lectures, and let what is typed find their scenes."""
        self.show_workspace("lectures")
        self.lectures.search.setFocus()
        self.lectures.search.selectAll()

    def _open_unit(self, drawn: str) -> None:
        """Show in steps how a unit is computed of its sample."""
        node = self.net.view.nodes[drawn].node
        self.training.open_on_canvas()
        graph = self.session.trace.graph
        unit = graph.nodes.get(node.name)
        if unit is None:
            return
        total = unit.args[0] if len(unit.args) == 1 and not graph.nodes[unit.args[0]].is_leaf else unit.name
        self.session.select(total)
        steps = self.session.trace.steps
        done = (count for count, step in enumerate(steps, start=1) if getattr(step, "node", "") == total)
        self.session.seek(next(done, 0))

    def _show_settings(self) -> None:
        """What is trained and on what is chosen where it is trained; beside the steps are its results."""
        if self.panes["training"].made is not None:
            trains = self.arrangement.workspace.name == "train"
            self.panes["training"].made.show_settings(trains and not self.presentation.active)

    def edit_program(self) -> None:
        """Put the cursor into the program, with all of it selected; once more, and its editor closes.

        A net that is trained comes into the editor, and with its present weights onto the canvas.
        """
        if self.shows_net and self.training.settings.trains_network:
            self.training.open_on_canvas()
        if self.program.editor.hasFocus() and self.arrangement.close_sheet():
            self.view.setFocus()
            return
        self.arrangement.edit_program()
        self.program.editor.setFocus()
        self.program.editor.selectAll()

    def _open_example(self, document: Document) -> None:
        self.take_typing()
        named = f"open {document.scene.id}" if document.scene else "open an example"
        self.session.seek(0)
        self.show_workspace(document.scene.workspace if document.scene else "step")
        self.session.edit_to_untitled(named, document)

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
        self.setFont(app.font())  # at once: the application's own reaches widgets only with their next events

    def _show_theme(self) -> None:
        self.view.camera.set_text_scale(self.settings.get("text_scale"))
        for part in (
            self.scene,
            self.hand,
            self.builder,
            self.tiles,
            self.notice,
            self.transport,
            self.header,
            self.lectures,
            self.stage,
            self.arrangement,
        ):
            part.set_theme(self.theme)
        for pane in self.panes.values():
            pane.set_theme(self.theme)
        for late in (self.updates, self.fields):
            if late:
                late.set_theme(self.theme)
        give_icons(self.actions_by_id, IN_HEADER)
        self.arrangement.scale = self.settings.get("text_scale")
        self.arrangement.arrange()

    def show_message(self, sentence: str, lasting: bool = False) -> None:
        self.transport.said.setText(legible(sentence))
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
            action = self.actions_by_id[command.id]
            if command.checked:
                action.setChecked(command.checked(self))
            if command.needs:
                lacking = self.why_not(command)
                action.setEnabled(not lacking)
                action.setToolTip(lacking or command.tooltip)
        self.settings.set("digits", self.session.digits)

    def why_not(self, command: Command) -> str:
        """Why a command cannot be chosen in this workspace; empty where it can."""
        return self.arrangement.workspace.lacks(command.needs, self.shows_net)

    def _show_file(self) -> None:
        self.setWindowTitle(self.files.title())
        self.setWindowModified(not self.session.is_saved)

    def _show_notice(self) -> None:
        """Say that canvas and training differ, to who works with both."""
        differ = self.panes["training"].seen and not self.net.seen and self.training.differs
        self.notice.setVisible(differ and not self.presentation.active)

    def _dim_if_wrong(self) -> None:
        """While the text is wrong the last good graph stays, dimmed."""
        self.scene.dim(self.session.problem is not None)

    def _announce(self) -> None:
        """Let a screen reader say the step and its sentence."""
        said = self.session.explanation
        announce(self.view, f"{said.title}. {said.sentence}")

    def _take_speed(self) -> None:
        self.scene.speed = self.transport.factor
        self.settings.set("step_speed", self.transport.factor)

    def _keep_listing(self) -> None:
        self.settings.set("listing", self.algorithm.form)
        self.settings.set("data_gradients", self.algorithm.data_gradients)
        self.refresh_actions()

    def _keep_stride(self) -> None:
        self.settings.set("stride", self.session.stride)
        self.refresh_actions()

    def _keep_beats(self) -> None:
        self.settings.set("in_beats", self.session.in_beats)
        self.refresh_actions()

    def _edit_value(self, name: str) -> None:
        self.panes["algorithm"].open()
        self.algorithm.edit(name)

    def _canvas_menu(self, at: QPoint) -> None:
        open_canvas_menu(self, self.actions_by_id, at)

    # -- help

    def show_palette(self) -> None:
        from app.shell.palette import Palette

        Palette(self, COMMANDS, self.actions_by_id, self.why_not).open()

    def show_keys(self) -> None:
        from app.shell.sheets import KeySheet

        KeySheet(self, COMMANDS).open()

    # -- keys that step

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
        if not event.modifiers() & ~plain and self.presentation.take_key(key):
            return
        if key == Qt.Key.Key_Escape:
            self.session.stop()
            self.arrangement.close_sheet()
            self.view.setFocus()
        elif event.modifiers() & ~plain or _types(QApplication.focusWidget()):
            super().keyPressEvent(event)
            field = QApplication.focusWidget()
            if key in ENTER and field and self.transport.isAncestorOf(field):
                self.view.setFocus()  # a number was entered; the next key trains again
        elif self.transport.trains and not self.presentation.shows_steps:
            act = TRAINING_KEYS.get((key, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)))
            if act and self.key_repeat.counts(event):
                act(self.training)
        elif not (self.arrangement.workspace.has_steps or self.presentation.active):
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

    def make_panes(self) -> None:
        """After the first picture: make the panels that take long to load and are there at first."""
        for pane in self.panes.values():
            if (pane.panel.at_first or pane.shown) and pane.made is None:
                pane.make()
        self.arrangement.arrange()
        self.program.roles.show_now()

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
        self.arrangement.windows.hide()
        self.session.stop()
        self.training.stop()
        self.presentation.stop()
        self.transport.pause()
        self.scene.finish()
        for pane in self.panes.values():
            pane.pause()
        self.settings.set("arrangement", self.arrangement.kept)
        self.settings.save_window(self)
        self.files.close()
        event.accept()

    def open_path(self, path: Path) -> None:
        self.files.open(path)


def _types(widget: QWidget | None) -> bool:
    """Whether keys belong to what is typed there: a field passes Return on when it has taken it."""
    from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit

    return isinstance(widget, QLineEdit | QAbstractSpinBox | QComboBox)

"""What commands, dialogs and the menu of the canvas need of the main window."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QMainWindow

from app.canvas.scene import Scene
from app.canvas.view import View
from app.panels.algorithm import AlgorithmPanel
from app.panels.explanation import ExplanationPanel
from app.panels.program import ProgramPanel
from app.panels.transport import Transport
from app.shell.files import Files
from app.shell.frame import Frame
from app.shell.panes import Pane
from app.shell.presentation import Presentation
from app.state.arrangement import WorkspaceName
from app.state.net_session import NetSession
from app.state.session import Session
from app.state.settings import Settings
from app.state.training_session import TrainingSession
from app.widgets.theme import Theme


class Host(Protocol):
    """The main window as seen by what it does; `panes` are those of the panels, by name."""

    session: Session
    training: TrainingSession
    settings: Settings
    files: Files
    scene: Scene
    view: View
    transport: Transport
    program: ProgramPanel
    algorithm: AlgorithmPanel
    explanation: ExplanationPanel
    panes: dict[str, Pane]
    arrangement: Frame
    presentation: Presentation
    theme: Theme

    net: NetSession

    @property
    def shows_net(self) -> bool:
        """Whether the canvas shows what is trained, and not the steps of the program."""

    @property
    def frame(self) -> QMainWindow:
        """The window itself: the parent of dialogs."""

    def show_workspace(self, name: WorkspaceName) -> None:
        """Arrange the parts as a workspace."""

    def search_scenes(self) -> None:
        """Show the lectures, and let what is typed find their scenes."""

    def edit_program(self) -> None:
        """Put the cursor into the program, with all of it selected."""

    def show_message(self, sentence: str, lasting: bool = False) -> None:
        """Show a short message until the document changes, or until the next one where it is `lasting`."""

    def take_typing(self) -> None:
        """Let the document have what is being typed."""

    def set_theme(self, theme: Theme) -> None:
        """Give the whole program a theme, and its text the size of the settings."""

    def show_palette(self) -> None:
        """Let a command be found by its name."""

    def show_keys(self) -> None:
        """Show the keys of all commands."""

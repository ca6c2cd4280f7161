"""Docks made when they are first asked for: what they show takes long to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDockWidget, QFrame, QScrollArea, QWidget

from app.widgets.theme import Theme

if TYPE_CHECKING:
    from app.shell.window import Window

LEAST_WIDTH, WIDTH = 360, 620
SHARE = 0.48  # of the window, where that is less


class Panel(Protocol):
    """What a late dock shows."""

    def set_theme(self, theme: Theme) -> None: ...

    def pause(self) -> None:
        """Stop what is at work."""


Shown = TypeVar("Shown", bound=Panel)


class LateDock(QObject, Generic[Shown]):
    """A dock at the right of a window; `load` makes its panel; `looked_at` hears when it is seen."""

    def __init__(
        self,
        window: Window,
        name: str,
        title: str,
        load: Callable[[], Shown],
        looked_at: Callable[[Shown, bool], object] = lambda panel, seen: None,
    ):
        super().__init__(window)
        self._window, self._name, self._title = window, name, title
        self._load, self._looked_at = load, looked_at
        self._dock: QDockWidget | None = None
        self.made: Shown | None = None
        self.seen = False

    def make(self) -> Shown:
        """The panel, made and docked if it was not."""
        if self.made is None:
            self.made = self._load()
            self.made.set_theme(self._window.theme)
            self._put(self.made)
        return self.made

    def open(self) -> Shown:
        """Show the panel, in front of others that share its place."""
        panel = self.make()
        assert self._dock is not None
        self._dock.show()
        self._dock.raise_()
        return panel

    def toggle(self) -> None:
        """Show the panel, or hide it; then what is at work stops."""
        if self.seen and self._dock is not None:
            self._dock.hide()
            self.pause()
        else:
            self.open()

    def pause(self) -> None:
        if self.made is not None:
            self.made.pause()

    def _put(self, panel: Shown) -> None:
        assert isinstance(panel, QWidget)
        area = QScrollArea()
        area.setWidget(panel)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setMinimumWidth(LEAST_WIDTH)
        window, right = self._window, Qt.DockWidgetArea.RightDockWidgetArea
        beside = [dock for dock in window.docks.values() if window.dockWidgetArea(dock) == right]
        self._dock = dock = window.add_dock(self._title, self._name, area, right)
        dock.visibilityChanged.connect(self._hear)
        if beside:
            window.tabifyDockWidget(beside[-1], dock)
        window.resizeDocks([dock], [min(WIDTH, round(window.width() * SHARE))], Qt.Orientation.Horizontal)
        self._hear(dock.isVisible())

    def _hear(self, seen: bool) -> None:
        self.seen = seen
        if self.made is not None:
            self._looked_at(self.made, seen)
        self._window.refresh_actions()

"""Panels in docks of a window, some made when they are first asked for."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QDockWidget, QFrame, QMainWindow, QScrollArea, QWidget

from app.shell.panels import BOTTOM, LEFT, PANELS, RIGHT, Panel
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.theme import Theme

LEAST_WIDTH = 360
MOST_OF_THE_WINDOW = 0.48  # that a panel takes when it is made


class PanelDock(QObject):
    """A panel in a dock of a window: `made` is the panel's widget, `dock` the dock, once there are any.

    `seen` says of a panel that is made on demand whether the dock is in front.
    """

    seenChanged = Signal()

    def __init__(self, window: QMainWindow, panel: Panel, session: Session, training: TrainingSession):
        super().__init__(window)
        self.panel = panel
        self.made: Any = None
        self.dock: QDockWidget | None = None
        self.seen = False
        self._window, self._make = window, partial(panel.make, session, training)
        self._theme: Theme | None = None

    def make(self) -> Any:
        """The panel's widget, made and docked if it was not."""
        if self.made is None:
            self.made = self._make()
            if self._theme is not None:
                self.made.set_theme(self._theme)
            self._put(self.made)
        return self.made

    def open(self) -> Any:
        """Show the panel, in front of others that share its place."""
        made = self.make()
        assert self.dock is not None
        self.dock.show()
        self.dock.raise_()
        return made

    def toggle(self) -> None:
        """Show the panel, or hide it and pause its work."""
        if self.seen and self.dock is not None:
            self.dock.hide()
            self.pause()
        else:
            self.open()

    def pause(self) -> None:
        """Pause the work of a panel that is made on demand."""
        if self.panel.on_demand and self.made is not None:
            self.made.pause()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.dock is not None:
            self.dock.setFont(_title_font())
            self.made.set_theme(theme)

    def _put(self, made: QWidget) -> None:
        window, panel = self._window, self.panel
        there = [
            dock for dock in window.findChildren(QDockWidget) if window.dockWidgetArea(dock) == panel.area
        ]
        self.dock = dock = QDockWidget(panel.title, window)
        dock.setObjectName(panel.name)
        dock.setWidget(_scrolled(made) if panel.on_demand else made)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        window.addDockWidget(panel.area, dock)
        if panel.on_demand:
            dock.visibilityChanged.connect(self._see)
            if there:
                window.tabifyDockWidget(there[-1], dock)
            width = min(panel.width, round(window.width() * MOST_OF_THE_WINDOW))
            window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)
            self._see(dock.isVisible())

    def _see(self, seen: bool) -> None:
        self.seen = seen
        self.panel.when_seen(self.made, seen)
        self.seenChanged.emit()


def make_docks(window: QMainWindow, session: Session, training: TrainingSession) -> dict[str, PanelDock]:
    """The docks of all panels by name; those not made on demand have their widgets and their first sizes."""
    docks = {panel.name: PanelDock(window, panel, session, training) for panel in PANELS}
    for dock in docks.values():
        if not dock.panel.on_demand:
            dock.make()
    window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
    window.setCorner(Qt.Corner.BottomRightCorner, RIGHT)
    made = [(dock.dock, dock.panel) for dock in docks.values() if dock.dock is not None]
    for area in (LEFT, BOTTOM):
        heights = {dock: panel.height for dock, panel in made if panel.area == area}
        window.resizeDocks(list(heights), list(heights.values()), Qt.Orientation.Vertical)
    widths = {dock: panel.width for dock, panel in made if panel.width}
    window.resizeDocks(list(widths), list(widths.values()), Qt.Orientation.Horizontal)
    return docks


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setMinimumWidth(LEAST_WIDTH)
    return area


def _title_font() -> QFont:
    """A dock's title keeps the font it was made with unless it gets one that differs from the program's."""
    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() - 0.01)
    return font

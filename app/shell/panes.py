"""Panels in the places around the canvas, some made when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QTabWidget, QWidget

from app.shell.panels import Panel
from app.state.arrangement import Place
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.theme import Theme


class Tabs(QTabWidget):
    """A place for panels: one alone has no tab, of several one is in front."""

    def __init__(self, name: str, parent: QWidget | None = None):
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setTabBarAutoHide(True)
        self.tabBar().setDrawBase(False)
        self.tabBar().setExpanding(False)
        self.setAccessibleName(name)
        self.tabBar().setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(1, 1)


class Pane(QObject):
    """A panel in its place: `made` is its widget and `page` what holds that, once there are any.

    `seen` says whether the user can see it; `shown` whether it stands in its place at all, in front or not.
    """

    seenChanged = Signal()

    def __init__(
        self,
        panel: Panel,
        session: Session,
        training: TrainingSession,
        show: Callable[[Pane], object],
        arrange: Callable[[], object],
        parent: QObject,
    ):
        super().__init__(parent)
        self.panel, self.place = panel, panel.place
        self.made: Any = None
        self.page: QWidget | None = None
        self.seen = False
        self.shown = panel.shown_at_first
        self._session, self._asked = session, False
        self._make = partial(panel.make, session, training)
        self._show, self._arrange = show, arrange
        self._theme: Theme | None = None

    def make(self) -> Any:
        """The panel's widget, made if it was not."""
        if self.made is None:
            self.made = self._make()
            if self._theme is not None:
                self.made.set_theme(self._theme)
            self.page = _scrolled(self.made) if self.panel.on_demand else self.made
            self.page.setObjectName(self.panel.name)
            if not self.page.accessibleName():
                self.page.setAccessibleName(f"Panel {self.panel.title}")
            self.page.installEventFilter(self)
        return self.made

    def open(self) -> Any:
        """Show the panel, in front of others that share its place."""
        made = self.make()
        self.shown = self._asked = True
        self._show(self)
        return made

    def close(self) -> None:
        """Put the panel away, and pause its work."""
        self.shown, self._asked = self.shown and not self.panel.on_demand, False
        self._arrange()
        if not self.seen:  # it stays where the workspace always shows it
            self.pause()

    @property
    def wanted(self) -> bool:
        """Whether it has something to show, or was asked for."""
        return self._asked or self.panel.wanted(self._session)

    def toggle(self) -> None:
        """Show the panel, or put it away."""
        self.close() if self.seen else self.open()

    def pause(self) -> None:
        """Pause the work of a panel that is made on demand."""
        if self.panel.on_demand and self.made is not None:
            self.made.pause()

    def move_to(self, place: Place) -> None:
        """Show the panel in another place."""
        self.place = place
        self.open()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.made is not None:
            self.made.set_theme(theme)

    def eventFilter(self, page: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide) and self.made is not None:
            seen = event.type() == QEvent.Type.Show
            if seen != self.seen:
                self.seen = seen
                self.panel.when_seen(self.made, seen)
                self.seenChanged.emit()
        return False


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumWidth(1)
    return area

"""Columns torn off: the same panels in a window of their own, such as on a second screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from msgspec import Struct
from PySide6.QtCore import QCoreApplication, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget

from app.shell.panes import Tabs
from app.state.arrangement import Place
from app.state.settings import visible_geometry

FIRST_SIZE = QSize(520, 480)  # pixels of a window, or what the column had where that is more
ASIDE = QPoint(60, 60)  # from the column, where there is one screen
IN_A_WINDOW, BACK = "In its own window", "Back beside the canvas"

Geometry = tuple[int, int, int, int]
"""Where the inside of a window is, its width and its height."""


class Column(Struct, frozen=True):
    """A column's tabs, the splitter and the number in that where they stand, and the edge of the column."""

    tabs: Tabs
    splitter: QSplitter
    number: int
    edge: QWidget


class ColumnWindow(QWidget):
    """A window around a column's tabs; its keys and commands are those of the main window."""

    closing = Signal()
    placed = Signal()

    def __init__(self, window: QWidget, tabs: Tabs):
        super().__init__(window, Qt.WindowType.Window)
        self._window, self._tabs = window, tabs
        self.filler = QWidget(self)  # stands in the splitter meanwhile
        self.setAttribute(Qt.WidgetAttribute.WA_WindowPropagation)  # it has the main window's font
        self.setAutoFillBackground(True)
        self.addActions(window.actions())
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)

    def hold(self) -> None:
        """Take the column's tabs in."""
        self._box.addWidget(self._tabs)
        self._tabs.show()

    def name(self) -> None:
        """Call the window after the panels that it holds."""
        title = ", ".join(self._tabs.tabText(number) for number in range(self._tabs.count()))
        self.setWindowTitle(title)
        self.setAccessibleName(title)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        QCoreApplication.sendEvent(self._window, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # it is taken away when its column has gone back
        self.closing.emit()

    def moveEvent(self, event: QMoveEvent) -> None:
        self.placed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.placed.emit()


class ColumnWindows(QObject):
    """The windows of columns.

    `asked` is emitted with a place that is to have a window or to come back from it, `placed` with a place
    and its Geometry when the user has moved its window.
    """

    asked = Signal(str)
    placed = Signal(str, object)

    def __init__(self, frame: QWidget, columns: Mapping[Place, Column]):
        super().__init__(frame)
        self._frame, self._columns = frame, columns
        self._made: dict[Place, ColumnWindow] = {}  # kept: dialogs of panels may belong to them
        self._windows: dict[Place, ColumnWindow] = {}  # those that hold their columns now
        for place, column in columns.items():
            for part in (column.tabs.tabBar(), column.edge):
                part.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                part.customContextMenuRequested.connect(partial(self._offer, place, part))

    def put(self, place: Place, geometry: Geometry | None, shown: bool) -> None:
        """Let a column stand in a window where that is said, or else beside the canvas; seen or not."""
        column = self._columns[place]
        if geometry is not None and place not in self._windows:
            window = self._windows[place] = self._window(place)
            column.splitter.replaceWidget(column.number, window.filler)
            window.filler.hide()
            window.hold()
            screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
            window.setGeometry(visible_geometry(QRect(*geometry), screens))
        elif geometry is None and place in self._windows:
            window = self._windows.pop(place)
            column.tabs.setParent(self._frame)  # PySide does not learn it from the splitter
            column.splitter.replaceWidget(column.number, column.tabs)
            window.filler.setParent(window)
            window.hide()
        if place in self._windows:
            self._windows[place].name()
            self._windows[place].setVisible(shown and self._frame.window().isVisible())
        else:
            column.tabs.setVisible(shown)

    def _window(self, place: Place) -> ColumnWindow:
        """The window of a column, made when it is first needed."""
        if place not in self._made:
            window = self._made[place] = ColumnWindow(self._frame.window(), self._columns[place].tabs)
            window.closing.connect(partial(self.asked.emit, place))
            window.placed.connect(partial(self._tell, place))
        return self._made[place]

    def window_of(self, place: Place) -> ColumnWindow | None:
        """The window of a column, if it has one."""
        return self._windows.get(place)

    def show(self, place: Place) -> None:
        """Bring the window of a column to the front, where it has one."""
        if place in self._windows:
            self._windows[place].raise_()
            self._windows[place].activateWindow()

    def is_on_screen(self, geometry: Geometry) -> bool:
        """Whether a window there is on the screen of the main one."""
        here = self._frame.window().screen()
        return QGuiApplication.screenAt(QRect(*geometry).center()) in (None, here)

    def first_place(self, place: Place) -> Geometry:
        """Where a window comes at first: on another screen if there is one, else aside of its column."""
        tabs, here = self._columns[place].tabs, self._frame.window().screen()
        found = QRect(tabs.mapToGlobal(ASIDE), tabs.size().expandedTo(FIRST_SIZE))
        for screen in QGuiApplication.screens():
            if screen is not here:
                found.moveCenter(screen.availableGeometry().center())
        return _geometry(found)

    def hide(self) -> None:
        """Put all windows away."""
        for window in self._windows.values():
            window.hide()

    def _tell(self, place: Place) -> None:
        window = self._windows.get(place)
        if window is not None and window.isVisible():
            self.placed.emit(place, _geometry(window.geometry()))

    def _offer(self, place: Place, part: QWidget, at: QPoint) -> None:
        """The menu of a column's head, or of its edge."""
        menu = QMenu(part)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        says = BACK if place in self._windows else IN_A_WINDOW
        menu.addAction(says, partial(self.asked.emit, place))
        menu.popup(part.mapToGlobal(at))


def _geometry(rect: QRect) -> Geometry:
    return rect.x(), rect.y(), rect.width(), rect.height()

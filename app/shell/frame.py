"""What the window holds: head, bar, canvas with the places around it, and the steps below; all workspaces.

The canvas is one widget that stays where it is; a workspace shows other neighbours beside it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.shell.column_windows import Column, ColumnWindows
from app.shell.panes import Pane, Tabs
from app.shell.workspaces import NARROW, TITLES, WORKSPACES, Workspace, band_height, column_width
from app.state.arrangement import Arrangement, Place, WorkspaceName
from app.widgets.theme import Theme, mixed

COLUMNS: Sequence[Place] = ("left", "right")
SHEET = 1 / 3  # of the height of the window that the program's editor takes at most


class Frame(QWidget):
    """Places the parts of the window for a workspace, and remembers how the user has arranged them."""

    workspaceChanged = Signal()

    def __init__(self, head: Sequence[QWidget], canvas: Sequence[QWidget], lectures: QWidget, time: QWidget):
        super().__init__()
        self.kept = Arrangement()
        self.scale = 1.0
        self.presenting = False
        self.panes: dict[str, Pane] = {}
        self._latest: Pane | None = None  # that was asked for
        self._program_in_front = True  # of its column, when it left that
        self._fronts: dict[str, QWidget | None] = {}  # of the left column in workspaces that were left
        self.places: dict[Place, Tabs] = {place: Tabs(title) for place, title in TITLES.items()}
        self.sheet = QWidget()
        self.sheet_box = QVBoxLayout(self.sheet)
        self.sheet_box.setContentsMargins(12, 0, 12, 4)
        self.sheet.hide()
        self.time, self.lectures = time, lectures
        self.updates = QWidget()  # what the last update did, and the losses: made when it is first shown
        self.updates_box = _column(self.updates, [])
        centre = QWidget()
        centre.setMinimumSize(1, 1)
        box = _column(centre, canvas)
        box.setStretch(len(canvas) - 1, 1)
        self.band = _splitter(Qt.Orientation.Horizontal, [self.places["band"], self.places["beside"]])
        self.middle = _splitter(Qt.Orientation.Vertical, [centre, self.band])
        self.columns = _splitter(
            Qt.Orientation.Horizontal, [self.places["left"], self.middle, self.places["right"]]
        )
        for splitter in (self.columns, self.middle, self.band):
            splitter.splitterMoved.connect(self._remember_sizes)
            for number in range(1, splitter.count()):
                splitter.handle(number).installEventFilter(self)
                splitter.handle(number).setToolTip("Drag to resize, double-click for the usual size")
        self.windows = ColumnWindows(
            self,
            {
                "left": Column(self.places["left"], self.columns, 0, self.columns.handle(1)),
                "right": Column(self.places["right"], self.columns, 2, self.columns.handle(2)),
                "band": Column(self.places["band"], self.band, 0, self.middle.handle(1)),
                "beside": Column(self.places["beside"], self.band, 1, self.band.handle(1)),
            },
        )
        self.windows.asked.connect(self.toggle_window)
        self.windows.placed.connect(self._remember_window)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.columns)
        self.pages.addWidget(lectures)
        self.rules = [_rule(), _rule(), _rule()]
        first, *self.bars = head
        above, below, last = self.rules
        outer = _column(
            self, [first, self.sheet, above, *self.bars, below, self.pages, last, time, self.updates]
        )
        outer.setStretchFactor(self.pages, 1)

    def set_theme(self, theme: Theme) -> None:
        for rule in self.rules:
            palette = QPalette(rule.palette())
            palette.setColor(
                QPalette.ColorRole.Window, mixed(theme.colour("line"), theme.colour("panel"), 0.7)
            )
            rule.setPalette(palette)

    # -- which workspace, which places

    @property
    def workspace(self) -> Workspace:
        return WORKSPACES[self.kept.workspace]

    @property
    def narrow(self) -> bool:
        """Whether the window has room for one column and one panel below the canvas only."""
        return self.width() < NARROW * self.scale

    def show_workspace(self, name: WorkspaceName) -> None:
        """Arrange the parts as a workspace."""
        if name != self.kept.workspace:
            left = self.places["left"]
            self._fronts[self.kept.workspace] = left.currentWidget()
            self.kept.workspace = name
            self.arrange()
            if (front := self._fronts.get(name)) and left.indexOf(front) >= 0:
                left.setCurrentWidget(front)
            self.workspaceChanged.emit()

    def is_open(self, place: Place) -> bool:
        """Whether a place is open in this workspace, as the user chose or as it is at first."""
        workspace = self.workspace
        if place not in workspace.places:
            return False
        if place == "right" and place not in workspace.open:
            return any(pane.shown and pane.place == place for pane in self.panes.values())
        chosen = self.kept.open.get(self._key(place))
        if chosen is not None or self.is_torn(place):
            return chosen is not False
        if place == "left" and self.width() < self.scale * (
            workspace.left_beside_right if self.is_open("right") else workspace.left_needs
        ):
            return False
        return place in workspace.open

    def note_choice(self, pane: Pane) -> None:
        """Remember whether the user wants a panel in the right column, beside the steps."""
        if pane.place == "right":
            self.kept.open[self._key("right")] = pane.shown

    @property
    def is_put_away(self) -> bool:
        """Whether the user has put away what stands in the right column of this workspace."""
        return self.kept.open.get(self._key("right")) is False

    def toggle_place(self, place: Place) -> None:
        """Open a place, or close it."""
        if place in self.workspace.places:
            self.kept.open[self._key(place)] = not self.is_open(place)
            self.arrange()

    def is_torn(self, place: Place) -> bool:
        """Whether a place has a window of its own; on a stage one that would be covered has none."""
        torn = self.kept.torn.get(place)
        return torn is not None and not (self.presenting and self.windows.is_on_screen(torn))

    def toggle_window(self, place: Place) -> None:
        """Give a place a window of its own, or take it back."""
        if place in self.kept.torn:
            del self.kept.torn[place]
        else:
            self.kept.torn[place] = self.windows.first_place(place)
            self.kept.open.pop(self._key(place), None)
        self.arrange()
        self.windows.show(place)

    def show_pane(self, pane: Pane) -> None:
        """Show a panel in front of the others in its place, in a workspace that has the place."""
        name = pane.panel.name
        if not self.workspace.takes(name, pane.place):
            others = (other.name for other in WORKSPACES.values() if other.takes(name, pane.place))
            self.show_workspace(next(others, "step"))
        if pane.place != "right" and not self.is_open(pane.place):
            self.kept.open[self._key(pane.place)] = True
        self._latest = pane
        self.arrange()
        if pane.page is not None:
            self.places[self._home(pane)].setCurrentWidget(pane.page)
            self.windows.show(self._home(pane))

    def reset_layout(self) -> None:
        """Arrange all as at the first start, in the present workspace."""
        self.kept = Arrangement(workspace=self.workspace.name)
        for pane in self.panes.values():
            pane.place, pane.shown = pane.panel.place, pane.panel.shown_at_first
        self.arrange()

    def _key(self, place: Place) -> str:
        return f"{self.workspace.name}.{place}"

    def set_presenting(self, on: bool) -> None:
        """Leave the canvas and the head's first part alone, or show all again."""
        self.presenting = on
        if on:
            self.close_sheet()
            if not self.workspace.places:
                self.show_workspace("step")
        self.arrange()

    def restore(self, kept: Arrangement) -> None:
        """Arrange all as the user left it."""
        self.kept = copy.deepcopy(kept)
        for name, pane in self.panes.items():
            pane.shown = kept.panels.get(name, pane.panel.shown_at_first)
        self.arrange()

    # -- the program's editor

    @property
    def program_in_sheet(self) -> bool:
        """Whether the program is edited below its line, since the left column is closed or not for it."""
        takes = self.workspace.takes("program", "left")
        return not (self.kept.pinned and takes and self.is_open("left"))

    def edit_program(self) -> None:
        """Show the editor: in the left column, or below the program's line."""
        if self.program_in_sheet:
            self.sheet.show()
        else:
            self.show_pane(self.panes["program"])

    def close_sheet(self) -> bool:
        """Close the editor below the program's line; whether it was open."""
        was_open = not self.sheet.isHidden()
        self.sheet.hide()
        return was_open

    def pin_program(self, pinned: bool) -> None:
        """Edit the program in the left column, or below its line."""
        self.kept.pinned = pinned
        self.arrange()
        self.edit_program()

    def _put_program(self) -> None:
        """The editor stands where it is looked for."""
        pane = self.panes.get("program")
        if pane is None or pane.page is None:
            return
        in_sheet = self.sheet_box.indexOf(pane.page) >= 0
        if self.program_in_sheet and not in_sheet:
            left = self.places["left"]
            if left.indexOf(pane.page) >= 0:
                self._program_in_front = left.currentWidget() is pane.page
                left.removeTab(left.indexOf(pane.page))
            self.sheet_box.addWidget(pane.page)
            pane.page.show()
            pane.made.set_wide(True)
        elif not self.program_in_sheet and in_sheet:
            self.sheet_box.removeWidget(pane.page)
            self.sheet.hide()
            pane.made.set_wide(False)
            self._put(pane)
            if self._program_in_front:
                self.places["left"].setCurrentWidget(pane.page)

    # -- arranging

    def add_panes(self, panes: Iterable[Pane]) -> None:
        """Take the panels of the window, in their order; those that are made stand in their places."""
        self.panes |= {pane.panel.name: pane for pane in panes}
        self.arrange()

    def arrange(self) -> None:
        """Bring all in line with the workspace, the width of the window and what the user chose."""
        for name in self.workspace.panels:
            self.panes[name].make()
        self._put_program()
        self.kept.panels = {
            name: pane.shown for name, pane in self.panes.items() if pane.shown != pane.panel.shown_at_first
        }
        for pane in self.panes.values():
            if pane.panel.name != "program" or not self.program_in_sheet:
                self._put(pane)
        self.pages.setCurrentWidget(self.columns if self.workspace.places else self.lectures)
        works = bool(self.workspace.places) and not self.presenting
        for part in self.bars:
            part.setVisible(works)
        for rule, shown in zip(self.rules, (not self.presenting, works, works), strict=True):
            rule.setVisible(shown)
        self.time.setVisible(self.workspace.has_steps and not self.presenting)
        self.updates.setVisible(self.workspace.trains and not self.presenting)
        for place in self.places:
            torn = self.is_torn(place)
            shown = place == "right" or torn or not self.presenting  # results are shown on a stage, too
            shown = shown and self.is_open(place) and self._is_wanted(place)
            self.windows.put(place, self.kept.torn[place] if torn else None, shown)
        self.band.setVisible(self._stands("band") or self._stands("beside"))
        self.sheet.setMaximumHeight(round(SHEET * self.height()))
        self._set_sizes()

    def _stands(self, place: Place) -> bool:
        """Whether a place is seen in the window itself."""
        return not self.is_torn(place) and not self.places[place].isHidden()

    def _is_wanted(self, place: Place) -> bool:
        """Whether a place holds a panel that has something to show; one with a window of its own is kept."""
        tabs = self.places[place]
        here = [pane for pane in self.panes.values() if pane.page and tabs.indexOf(pane.page) >= 0]
        return any(pane.wanted or self.is_torn(place) for pane in here)

    def arrange_if_wanted(self) -> None:
        """Arrange anew where a place has come to have something to show, or has nothing any longer."""
        shown = self.is_open("beside") and self._is_wanted("beside")
        if not self.presenting and not self.is_torn("beside") and shown == self.places["beside"].isHidden():
            self.arrange()

    def _home(self, pane: Pane) -> Place:
        """Where a panel stands now: in a narrow window there is one place below the canvas."""
        joined = pane.place == "beside" and self.narrow and not self.is_torn("beside")
        return "band" if joined else pane.place

    def _put(self, pane: Pane) -> None:
        """Let a panel stand in its place if it is shown, and in no other."""
        if pane.page is None:
            return
        home = self.places[self._home(pane)]
        name = pane.panel.name
        wanted = pane.shown or name in self.workspace.panels
        elsewhere = self._home(pane) == "left" in self.workspace.places and name not in self.workspace.left
        if not wanted or elsewhere:
            if home.indexOf(pane.page) >= 0:
                home.removeTab(home.indexOf(pane.page))
                pane.page.hide()
            return
        if home.indexOf(pane.page) < 0:
            names = list(self.panes)
            before = sum(
                1
                for other in self.panes.values()
                if other.page is not None
                and home.indexOf(other.page) >= 0
                and names.index(other.panel.name) < names.index(pane.panel.name)
            )
            home.insertTab(before, pane.page, pane.panel.title)
            if pane is self._latest:  # it has come to another place
                home.setCurrentWidget(pane.page)

    def _set_sizes(self) -> None:
        own, workspace, width = self.kept.sizes, self.workspace, self.width()
        left, right = (
            column_width(workspace, place, width, self.scale, own.get(self._key(place), 0))
            if self._stands(place)
            else 0
            for place in COLUMNS
        )
        self.columns.setSizes([left, max(1, width - left - right), right])
        height = self.middle.height()
        band = 0 if self.band.isHidden() else band_height(height, self.scale, own.get(self._key("band"), 0))
        self.middle.setSizes([max(1, height - band), band])
        if self._stands("band") and self._stands("beside"):
            room = self.band.width()
            wanted = own.get(self._key("beside"), 0)
            beside = min(wanted, room - 200) if wanted else room // 2
            self.band.setSizes([room - beside, beside])

    def _remember_sizes(self) -> None:
        """After a drag: what was dragged keeps its size."""
        sizes = self.kept.sizes
        moved = self.sender()
        if moved is self.columns:
            for place, size in zip(COLUMNS, self.columns.sizes()[::2], strict=True):
                if size and self._stands(place):
                    sizes[self._key(place)] = size
        elif moved is self.middle:
            sizes[self._key("band")] = max(1, self.middle.sizes()[1])
        else:
            sizes[self._key("beside")] = max(1, self.band.sizes()[1])

    def _remember_window(self, place: Place, geometry: tuple[int, int, int, int]) -> None:
        if self.is_torn(place):
            self.kept.torn[place] = geometry

    def eventFilter(self, handle: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonDblClick:
            places: Sequence[Place] = COLUMNS if handle.parent() is self.columns else ("band", "beside")
            for place in places:
                self.kept.sizes.pop(self._key(place), None)
            self.arrange()
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()


def _column(parent: QWidget, parts: Iterable[QWidget]) -> QVBoxLayout:
    box = QVBoxLayout(parent)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(0)
    for part in parts:
        box.addWidget(part)
    return box


def _rule() -> QFrame:
    """A hairline between bands of the window."""
    rule = QFrame()
    rule.setFixedHeight(1)
    rule.setAutoFillBackground(True)
    return rule


def _splitter(orientation: Qt.Orientation, parts: Iterable[QWidget]) -> QSplitter:
    found = QSplitter(orientation)
    found.setChildrenCollapsible(False)
    found.setHandleWidth(5)
    found.setMinimumSize(1, 1)
    for part in parts:
        found.addWidget(part)
    return found

"""A view of the run in the window: a plot on a sheet as large as the widget, and what is read from it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontInfo,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QToolTip, QWidget

from app.formula import measured
from app.painting.plots import paint_sheet
from app.painting.still import Still
from app.state.training_session import TrainingSession
from app.training.switches import Switches
from app.widgets.icons import icon
from app.widgets.theme import LIGHT, Theme
from core.figure.plot import Cells, Plot, Sheet, View, placed
from core.training.shown import Cell
from core.training.views import VIEWS, Place

MARGIN = 6  # pixels around the sheet
REACH = 12  # pixels from a point within which a click chooses it
LEAST = QSize(150, 60)
LEAST_SHARE = 0.8  # of its size, to which a view shrinks on a page that is too low for it
BUTTON = 1.9  # in sizes of text
ASIDE = 3.0  # how much farther entries seem that do not lie straight ahead
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
WAYS = {  # to the right, and down
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class PlotView(QWidget):
    """One view of VIEWS, drawn anew when it is next painted after something has changed.

    On a page of its own, whose tab has its name, matrices have no title.

    On a stage all of it is in view, and it has no button. One that is to be `whole` has all in view in the
    window too; `wanted` is the height in which nothing of it need be smaller.
    """

    shown = Signal()  # what is shown has been laid out anew
    wantsHeight = Signal()  # another one than before

    def __init__(
        self,
        training: TrainingSession,
        name: str,
        switches: Switches,
        parent: QWidget | None = None,
        on_stage: bool = False,
        whole: bool = False,
        on_page: bool = False,
    ):
        super().__init__(parent)
        self.training, self.viewing, self.view = training, training.viewing, VIEWS[name]
        self.theme: Theme = LIGHT
        self.sheet: Sheet | None = None
        self._is_old, self._on_stage, self._whole = True, on_stage, whole or on_stage
        self._on_page, self.wanted = on_page, 0
        self._at = 0  # which of the targets the keys are at
        self._still = Still()
        self.setAccessibleName(self.view.title)
        self.setAccessibleDescription(self.view.says)
        self.setMinimumSize(LEAST)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # so that nothing is painted below it
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.camera = QToolButton(self)
        self.camera.setAutoRaise(True)
        self.camera.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.camera.setAccessibleName(f"Save this view: {self.view.title}")
        self.camera.setToolTip("Save this view as a figure…")
        self.camera.clicked.connect(lambda: self.viewing.save(name))
        self.camera.setVisible(not on_stage)
        if offered := switches.of(name):
            self.addActions(offered)
            self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for signal in (
            *(training.runChanged, training.sampleChanged),
            training.readable if self.view.written else training.progressed,
            *(training.data.axesChanged, training.unitShown, self.viewing.changed),
        ):
            signal.connect(self._outdate)
        if name == "boundary":
            self.viewing.refined.connect(self._outdate)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.camera.setIcon(icon("camera"))
        self._outdate()

    @property
    def is_there(self) -> bool:
        """Whether the run has anything of the kind."""
        run = self.training.run
        return run is not None and self.view.is_there(run)

    def made(self) -> View | None:
        """What is to be seen of the run now; None where there is nothing of the kind."""
        return self.viewing.made(self.view.name)

    def _outdate(self) -> None:
        self._is_old = True
        self.update()

    def _lay_out(self) -> None:
        """Bring the sheet up to date."""
        if not self._is_old:
            return
        self._is_old = False
        view = self.made()
        if view and self._on_page and not isinstance(view, Plot):
            view = replace(view, title="")
        width, height = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        size = QFontInfo(self.font()).pixelSize()
        corner = 0.0 if self._on_stage else self._put_camera(size)
        self.sheet = placed(view, width, height, size, measured, corner, self._whole) if view else None
        page = self.parentWidget()
        room = page.height() - 2 * MARGIN if page and self._on_page and self.view.shrinks else 0
        if view and self.sheet and LEAST_SHARE * self.sheet.height <= room < self.sheet.height:
            self.sheet = placed(view, width, room, size, measured, corner, whole=True)
        if not self._on_stage:
            policy = Qt.FocusPolicy.StrongFocus if self.targets else Qt.FocusPolicy.NoFocus
            self.setFocusPolicy(policy)
        if view and not isinstance(view, Plot) and self.sheet and not self._on_stage:
            free = placed(view, width, height, size, measured, corner) if self._whole else self.sheet
            wanted = round(free.height) + 2 * MARGIN
            if wanted != self.wanted:
                self.wanted = wanted
                self.wantsHeight.emit()
                if not self._whole:
                    self.setMinimumHeight(wanted)
        if self.sheet and self.sheet.frame and not self.training.is_training:
            side = round(self.sheet.frame.width * self.devicePixelRatioF())
            self.viewing.refine(self.view.name, side)
        self.shown.emit()

    def _put_camera(self, size: float) -> float:
        """Put the button into the corner beside the title; the answer is what it takes of that line."""
        side = round(BUTTON * size)
        self.camera.setIconSize(QSize(round(size), round(size)))
        self.camera.setGeometry(self.width() - side, 0, side, side)
        return side - MARGIN + 2

    def paintEvent(self, event: QPaintEvent) -> None:
        self._lay_out()
        with QPainter(self) as painter:
            painter.fillRect(QRectF(self.rect()), self.theme.colour("paper"))
            if self.sheet:
                painter.translate(MARGIN, MARGIN)
                if self.training.is_training and self.sheet.frame:
                    self._still.paint(painter, self.sheet, self.theme)
                else:
                    seen = event.rect().translated(-MARGIN, -MARGIN)
                    paint_sheet(painter, self.sheet, self.theme, seen.top(), seen.bottom())
                if self.hasFocus() and (targets := self.targets):
                    cells, place = targets[min(self._at, len(targets) - 1)]
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(self.theme.colour("accent"), 2.0, Qt.PenStyle.DotLine))
                    painter.drawRect(QRectF(*cells.rectangle(place)).adjusted(-2, -2, 2, 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._outdate()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._outdate()
        super().changeEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._is_old = True

    # -- the pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        text = self.text_at(event.position())
        if text:
            QToolTip.showText(event.globalPosition().toPoint() + QPoint(8, 8), text, self)
        else:
            QToolTip.hideText()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.viewing.use(self.view.name)
        if event.button() == Qt.MouseButton.LeftButton and self.sheet:
            at = event.position() - QPointF(MARGIN, MARGIN)
            if point := self.sheet.nearest(at.x(), at.y(), REACH):
                self.training.choose_sample(point.row)
                return
            if found := self._entry_at(at.x(), at.y()):
                self.choose(*found)
        super().mousePressEvent(event)

    def text_at(self, at: QPointF) -> str:
        """What is to be read at a place of the widget: the numbers of a plot there, or a matrix's entry."""
        self._lay_out()
        run, sheet = self.training.run, self.sheet
        if run is None or sheet is None:
            return ""
        x, y = at.x() - MARGIN, at.y() - MARGIN
        if sheet.frame and (values := sheet.frame.values(x, y)):
            return self.view.read(run, *values)
        found = self._entry_at(x, y)
        return self.view.told(run, *found) if found else ""

    def _entry_at(self, x: float, y: float) -> tuple[Cells, Place] | None:
        """The entry at a place of the sheet, with the matrix that it is of."""
        for cells in self.sheet.cells if self.sheet else ():
            if place := cells.at(x, y):
                return cells, place
        return None

    # -- entries that can be chosen

    @property
    def targets(self) -> list[tuple[Cells, Place]]:
        """The entries that a click chooses: those that are examples, and those whose examples are picked."""
        found: list[tuple[Cells, Place]] = []
        for cells in self.sheet.cells if self.sheet else ():
            if len(cells.examples) == 1 or cells.number >= 0:
                found.append((cells, (0, 0)))
            elif cells.examples:
                found += [(cells, (row, 0)) for row in range(len(cells.examples))]
            elif self.view.picks:
                found += [(cells, (int(i), int(j))) for i, j in zip(*cells.values.nonzero(), strict=True)]
        return found

    def choose(self, cells: Cells, place: Place) -> None:
        """Choose the example that an entry is of, or pick out those that it counts."""
        example = cells.example(place[0])
        if cells.number >= 0:
            self.viewing.choose_template(-1 if self.viewing.template == cells.number else cells.number)
        elif example is not None:
            self.training.choose_sample(example)
        elif self.view.picks and cells.values[place]:
            cell = Cell(*place)
            self.viewing.pick("all" if self.viewing.picked == cell else cell)
            if rows := self.viewing.picked != "all" and self.viewing.picked_rows():
                self.training.choose_sample(rows[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows go from one entry that can be chosen to the next, Enter chooses it."""
        targets, key = self.targets, Qt.Key(event.key())
        if not targets or (key not in WAYS and key not in ENTER):
            super().keyPressEvent(event)
            return
        self._at = min(self._at, len(targets) - 1)
        if key in ENTER:
            self.choose(*targets[self._at])
            return
        self._at = _next(targets, self._at, *WAYS[key])
        run = self.training.run
        told = self.view.told(run, *targets[self._at]) if run else ""
        self.setAccessibleDescription(f"{self.view.says} {told}")
        self.update()


def _next(targets: Sequence[tuple[Cells, Place]], at: int, across: int, down: int) -> int:
    """Of several entries the nearest in a direction, or where one is if there is none."""

    def middle(number: int) -> tuple[float, float]:
        cells, place = targets[number]
        x, y, wide, high = cells.rectangle(place)
        return x + wide / 2, y + high / 2

    x, y = middle(at)
    found = []
    for number in range(len(targets)):
        right, below = middle(number)
        ahead = across * (right - x) + down * (below - y)
        aside = abs(down * (right - x)) + abs(across * (below - y))
        if ahead > 0.5:
            found.append((ahead + ASIDE * aside, number))
    return min(found)[1] if found else at

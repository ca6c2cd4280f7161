"""A view of the run in the window: a plot on a sheet as large as the widget, and what is read from it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontInfo, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QToolTip, QWidget

from app.formula import measured
from app.painting.plots import paint_sheet
from app.state.training_session import TrainingSession
from app.widgets.icons import icon
from app.widgets.theme import LIGHT, Theme
from core.base.numbers import short
from core.figure.plot import Matrices, Sheet, View, placed
from core.training.views import VIEWS

MARGIN = 6  # pixels around the sheet
REACH = 12  # pixels from a point within which a click chooses it
LEAST = QSize(150, 90)
BUTTON = 1.9  # in sizes of text


class PlotView(QWidget):
    """One view of VIEWS, drawn anew when it is next painted after something has changed.

    On a stage all of it is in view, and it has no button.
    """

    shown = Signal()  # what is shown has been laid out anew

    def __init__(
        self, training: TrainingSession, name: str, parent: QWidget | None = None, on_stage: bool = False
    ):
        super().__init__(parent)
        self.training, self.viewing, self.view = training, training.viewing, VIEWS[name]
        self.theme: Theme = LIGHT
        self.sheet: Sheet | None = None
        self._is_old, self._on_stage = True, on_stage
        self.setAccessibleName(self.view.title)
        self.setAccessibleDescription(self.view.says)
        self.setMinimumSize(LEAST)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.camera = QToolButton(self)
        self.camera.setAutoRaise(True)
        self.camera.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.camera.setAccessibleName(f"Save this view: {self.view.title}")
        self.camera.setToolTip("Save this view as a figure…")
        self.camera.clicked.connect(lambda: self.viewing.save(name))
        self.camera.setVisible(not on_stage)
        if name == "loss":
            self._offer_logarithm()
        for signal in (
            *(training.runChanged, training.progressed, training.sampleChanged),
            *(training.data.shownChanged, training.unitShown, self.viewing.changed),
        ):
            signal.connect(self._outdate)

    def _offer_logarithm(self) -> None:
        self._log = QAction("Logarithmic axis", self)
        self._log.setCheckable(True)
        self._log.toggled.connect(self.viewing.show_logarithm)
        self.viewing.changed.connect(self._show_log)
        self._show_log()
        self.addAction(self._log)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _show_log(self) -> None:
        self._log.setChecked(self.viewing.log)

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
        width, height = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        size = QFontInfo(self.font()).pixelSize()
        corner = 0.0 if self._on_stage else self._put_camera(size)
        self.sheet = placed(view, width, height, size, measured, corner, self._on_stage) if view else None
        if isinstance(view, Matrices) and self.sheet and not self._on_stage:
            wanted = round(self.sheet.height) + 2 * MARGIN
            if wanted != self.minimumHeight():
                self.setMinimumHeight(wanted)
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
                paint_sheet(painter, self.sheet, self.theme)

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
        for cells in sheet.cells:
            if place := cells.at(x, y):
                return f"{cells.key}[{place[0]}, {place[1]}] = {short(float(cells.values[place]))}"
        return ""

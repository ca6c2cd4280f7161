"""The bar that moves through the steps: buttons, a scrubber coloured by phase, play with a speed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.state.session import Session
from app.widgets.icons import icon
from app.widgets.theme import LIGHT, Theme
from core.figure import Stride
from core.passes.explain import step_title

SPEEDS = {"½×": 0.5, "1×": 1.0, "2×": 2.0, "4×": 4.0}
INTERVAL = 1100  # milliseconds between steps at normal speed
ICONS = {
    "first": "skip-back",
    "previous": "step-back",
    "play": "play",
    "next": "step-forward",
    "last": "skip-forward",
}
MOST_CELLS = 60  # that are set apart
STRIDE_NAMES: Mapping[Stride, tuple[str, str]] = {
    "message": ("Messages", "a value, or a gradient that comes back on one edge"),
    "node": ("Nodes", "a value, or all that a node receives: after it its gradient is complete"),
    "layer": ("Layers", "what a layer of a net, a group or a statement computes or sends back"),
    "phase": ("Passes", "the forward pass, the seed, or the backward pass"),
}
PHASE_COLOURS = {"forward": "value", "seed": "upstream", "backward": "gradient"}


class Scrubber(QWidget):
    """All strides side by side, each in the colour of its phase; drag or click to go to one."""

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(60)
        self.setAccessibleName("Steps")
        self.setToolTip("All steps: the forward pass, then the backward pass. Click or drag to go to one")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        session.traceChanged.connect(self.update)
        session.cursorMoved.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(300, 28)

    @property
    def cells(self) -> int:
        """How many strides there are."""
        return len(self.session.stops) - 1

    def _x(self, place: float) -> float:
        return 9 + (self.width() - 18) * place / max(1, self.cells)

    def paintEvent(self, event: QPaintEvent) -> None:
        session, cells, place = self.session, self.cells, self.session.place
        middle = self.height() / 2
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            for *ends, phase in session.trace.phases:
                first, last = (bisect_left(session.stops, end) for end in ends)
                colour = self.theme.colour(PHASE_COLOURS[phase])
                for start, end, alpha in ((first, min(last, place), 1.0), (max(first, place), last, 0.3)):
                    if start < end:
                        colour.setAlphaF(alpha)
                        painter.setBrush(colour)
                        painter.drawRect(QRectF(self._x(start), middle - 4, self._x(end) - self._x(start), 8))
            if 1 < cells <= MOST_CELLS:
                painter.setPen(QPen(self.theme.colour("panel"), 1.5))
                for count in range(1, cells):
                    painter.drawLine(QPointF(self._x(count), middle - 4), QPointF(self._x(count), middle + 4))
            painter.setPen(QPen(self.theme.colour("ink"), 2))
            painter.setBrush(self.theme.colour("field"))
            x = self._x(place)
            if self.hasFocus():
                painter.setPen(QPen(self.theme.colour("accent"), 3))
            painter.drawEllipse(QPointF(x, middle), 7, 7)

    def _go(self, event: QMouseEvent) -> None:
        share = (event.position().x() - 9) / max(1, self.width() - 18)
        self.session.seek(self.session.stops[min(self.cells, max(0, round(share * self.cells)))])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)


class StepTitle(QLabel):
    """The step's title, with room for the longest title; in a narrow bar its end is cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._expected: Sequence[str] = ()

    def make_room_for(self, texts: Sequence[str]) -> None:
        self._expected = texts
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        # measured now: a widget gets the program's font only after it was made
        needed = max(map(self.fontMetrics().horizontalAdvance, self._expected), default=0) + 4
        return QSize(needed, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        wanted = self.sizeHint()
        return QSize(min(60, wanted.width()), wanted.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip("" if text == self.text() else self.text())
        with QPainter(self) as painter:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


class Transport(QWidget):
    """First, previous, play, next, last; the scrubber; where we are; how far a step goes; the speed."""

    speedChanged = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.scrubber = Scrubber(session)
        self.where = StepTitle()
        self.stride = QComboBox()
        for index, (stride, (name, what)) in enumerate(STRIDE_NAMES.items()):
            self.stride.addItem(name, stride)
            self.stride.setItemData(index, f"A step is {what}", Qt.ItemDataRole.ToolTipRole)
        self.stride.setToolTip("How far a step goes: a message, a node, a layer, or a whole pass")
        self.stride.setAccessibleName("Step length")
        self.stride.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stride.activated.connect(self._stride_chosen)
        self.speed = QComboBox()
        self.speed.addItems(list(SPEEDS))
        self.speed.setCurrentText("1×")
        self.speed.setToolTip("How fast it plays and the token travels")
        self.speed.setAccessibleName("Speed")
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click must not take the stepping keys
        self.speed.currentTextChanged.connect(self._speed_chosen)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._play_step)
        self.buttons = {
            "first": self._button("Back to the start (Home)", lambda: session.seek(0)),
            "previous": self._button("Previous step (Left, PageUp, P)", lambda: self.step(-1)),
            "play": self._button("Play and pause (F8)", self.toggle),
            "next": self._button("Next step (Space, Right, PageDown, N)", lambda: self.step(1)),
            "last": self._button("To the end (End)", lambda: session.seek(len(session.trace))),
        }
        box = QHBoxLayout(self)
        box.setContentsMargins(8, 2, 8, 4)
        box.setSpacing(4)
        for button in self.buttons.values():
            box.addWidget(button)
        box.addSpacing(6)
        box.addWidget(self.scrubber, 1)
        box.addSpacing(6)
        box.addWidget(self.where)
        box.addWidget(self.stride)
        box.addWidget(self.speed)
        session.traceChanged.connect(self._make_room)
        session.cursorMoved.connect(self._show)
        session.strideChanged.connect(self._make_room)

    def set_theme(self, theme: Theme) -> None:
        self.scrubber.theme = theme
        for name, button in self.buttons.items():
            button.setIcon(icon(ICONS[name]))
        self._show_play()
        self._make_room()
        self.scrubber.update()

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def factor(self) -> float:
        return SPEEDS[self.speed.currentText()]

    def step(self, by: int) -> None:
        """Step by hand; playing stops."""
        self.pause()
        self.session.step(by)

    def toggle(self) -> None:
        """Play from here, or from the start when all has been seen; or pause."""
        if self.playing:
            self.pause()
            return
        if self.session.cursor == len(self.session.trace):
            self.session.seek(0)
        self._timer.start(round(INTERVAL / self.factor))
        self.session.step(1)
        self._show_play()

    def pause(self) -> None:
        self._timer.stop()
        self._show_play()

    def _play_step(self) -> None:
        self.session.step(1)
        if self.session.cursor == len(self.session.trace):
            self.pause()

    def _speed_chosen(self) -> None:
        self._timer.setInterval(round(INTERVAL / self.factor))
        self.speedChanged.emit()

    def _stride_chosen(self) -> None:
        self.session.set_stride(self.stride.currentData())

    def _button(self, tip: str, run: object) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(20, 20))
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(" (")[0])
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(run)
        return button

    def _show_play(self) -> None:
        self.buttons["play"].setIcon(icon("pause" if self.playing else "play"))

    def _show(self) -> None:
        session = self.session
        total, cursor = len(session.trace), session.cursor
        for name in ("first", "previous"):
            self.buttons[name].setEnabled(cursor > 0)
        for name in ("next", "last"):
            self.buttons[name].setEnabled(cursor < total)
        self.where.setText(self._step_text(session.place))

    def _step_text(self, place: int) -> str:
        """Where one is after so many strides, at the cursor, which may be within one, else at its end."""
        session, stops = self.session, self.session.stops
        count = session.cursor if place == session.place else stops[place]
        title = step_title(session.trace, count, stops[max(place - 1, 0)])
        return f"{place} of {len(stops) - 1} · {title}"

    def _make_room(self) -> None:
        """As much as the longest title needs: the scrubber keeps its length from step to step."""
        self.stride.setCurrentIndex(self.stride.findData(self.session.stride))
        titles = sorted(map(self._step_text, range(len(self.session.stops))), key=len)
        self.where.make_room_for(titles[-8:])
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

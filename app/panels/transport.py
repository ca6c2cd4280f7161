"""The bar that moves through steps or runs the training: its buttons, where one is, and choices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.scrubber import Scrubber
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.captioned import SMALL, Captioned
from app.widgets.icons import icon
from app.widgets.labels import NARROWEST, ShortenedLabel, tint
from app.widgets.theme import LIGHT, Theme, mixed
from core.figure import Stride
from core.passes.explain import step_title

SPEEDS = {"½×": 0.5, "1×": 1.0, "2×": 2.0, "4×": 4.0}
PACES = {"1/s": 1, "3/s": 3, "10/s": 10, "100/s": 100, "full": 0}  # updates a second
INTERVAL = 1100  # milliseconds between steps at normal speed
Icons = Mapping[str, str]  # of the buttons
ICONS: Icons = {
    "first": "skip-back",
    "previous": "step-back",
    "next": "step-forward",
    "last": "skip-forward",
}
TRAINING_ICONS: Icons = {
    "first": "rotate-ccw",
    "previous": "circle-dot",
    "next": "step-forward",
    "last": "fast-forward",
}
# the keys that step, in the words of tooltips and of the sheet of keys
KEY_NAMES = {
    "first": "Home",
    "previous": "Shift+Space, Left, Up, PageUp, Backspace, P",
    "next": "Space, Right, Down, PageDown, Enter, N",
    "last": "End",
}
NOTHING = "\N{EN DASH}"  # instead of a number, where nothing can be trained
KEPT = 4  # settings of a training that leave a narrow bar after all else
AROUND, AROUND_TRAINING = 120, 70  # pixels of the bar for its margins and a short message
STRIDE_NAMES: Mapping[Stride, tuple[str, str]] = {
    "message": ("Messages", "a value, or a gradient that comes back on one edge"),
    "node": ("Nodes", "a value, or all that a node receives: after it its gradient is complete"),
    "layer": ("Layers", "what a layer of a net, a group or a statement computes or sends back"),
    "phase": ("Passes", "the forward pass, the seed, or the backward pass"),
}


class Position(ShortenedLabel):
    """Where one is, large, with room for the longest text."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Position")
        self._expected: Sequence[str] = ()

    def make_room_for(self, texts: Sequence[str]) -> None:
        self._expected = texts

    def set_size(self, points: float) -> None:
        font = QFont(self.font())
        font.setPointSizeF(points)
        font.setBold(True)
        self.setFont(font)

    def sizeHint(self) -> QSize:
        # measured now: a widget gets the program's font only after it was made
        needed = max(map(self.fontMetrics().horizontalAdvance, self._expected), default=0) + 4
        return QSize(needed, self.fontMetrics().height())


Act = tuple[str, Callable[[], object] | None]


class Acts(NamedTuple):
    """What the buttons of the bar do in a workspace, with their tooltips; some do nothing there."""

    first: Act
    previous: Act
    play: Act
    next: Act
    last: Act


class PlayButton(QToolButton):
    """The most used button: round, and the only one that is filled."""

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self._runs = False

    def set_theme(self, theme: Theme, side: int) -> None:
        self._theme = theme
        self.setFixedSize(side, side)
        self._draw()

    def show_running(self, runs: bool) -> None:
        """Offer to pause, or to play."""
        if runs != self._runs:
            self._runs = runs
            self._draw()

    def _draw(self) -> None:
        self.setIcon(icon("pause" if self._runs else "play", self._theme.paper))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, whole = self._theme, QRectF(self.rect())
        colour = theme.colour("accent" if self.isEnabled() else "line")
        if self.isEnabled() and (self.underMouse() or self.isDown()):
            colour = mixed(colour, theme.colour("ink"), 0.75)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("ink"), 3) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(whole.adjusted(2, 2, -2, -2))
            quarter = round(whole.width() / 4)
            self.icon().paint(painter, self.rect().adjusted(quarter, quarter, -quarter, -quarter))


class Folded(QFrame):
    """What a narrow bar has no room for, below each other, until one clicks elsewhere."""

    def __init__(self, bar: QWidget):
        super().__init__(bar, Qt.WindowType.Popup)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("More")
        self.box = QVBoxLayout(self)

    def show_below(self, button: QWidget) -> None:
        """Open at the right end of a button."""
        self.adjustSize()
        corner = button.mapToGlobal(button.rect().bottomRight())
        self.move(corner - QPoint(self.width(), 0))
        self.show()
        self.setFocus()
        self.focusNextChild()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


class Transport(QWidget):
    """First, previous, play, next, last; where we are; how far a step goes; the speed.

    While the workspace is one for training, the same buttons run the training, and `add_fields` puts its
    settings beside them. `scrubber` stands elsewhere.
    """

    speedChanged = Signal()

    def __init__(self, session: Session, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.session, self.training = session, training
        self.trains = False
        self.scrubber = Scrubber(session)
        self.where = Position()
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
        self.pace = QComboBox()
        for name, updates in PACES.items():
            self.pace.addItem(name, updates)
        self.pace.setToolTip("How many updates a second are made; full: as many as can be")
        self.pace.setAccessibleName("Training speed")
        self.pace.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.pace.activated.connect(lambda: training.set_speed(self.pace.currentData()))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._play_step)
        self._of_steps = Acts(
            (f"Back to the start ({KEY_NAMES['first']})", lambda: session.seek(0)),
            (f"Previous step ({KEY_NAMES['previous']})", lambda: self.step(-1)),
            ("Play and pause (F8)", self.toggle),
            (f"Next step ({KEY_NAMES['next']})", lambda: self.step(1)),
            (f"To the end ({KEY_NAMES['last']})", lambda: session.seek(len(session.trace))),
        )
        self._of_training = Acts(
            ("Reset to the initial weights, same seed (Ctrl+Home)", training.reset),
            ("One sample; the last of its mini-batch makes the update", training.step_sample),
            ("Train or pause (Space)", training.toggle),
            ("One update (Right)", training.step),
            ("One epoch (Shift+Right)", training.step_epoch),
        )
        self.play = PlayButton()
        self.buttons = {
            name: self._prepared(self.play if name == "play" else QToolButton(), name)
            for name in Acts._fields
        }
        self._box = QHBoxLayout(self)
        self.setObjectName("bar")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # what is too much is folded
        self._box.setContentsMargins(12, 4, 8, 4)
        self._box.setSpacing(4)
        for button in self.buttons.values():
            self._box.addWidget(button)
        self._box.addSpacing(12)
        self.above = QLabel("epoch")
        position = QVBoxLayout()
        position.setSpacing(0)
        for part in (self.above, self.where):
            position.addWidget(part)
        self._box.addLayout(position)
        self._left, self._right = QHBoxLayout(), QHBoxLayout()
        self.said = ShortenedLabel()
        self.said.setAlignment(Qt.AlignmentFlag.AlignRight)
        for box in (self._left, self._right):
            box.setSpacing(8)
        self._box.addLayout(self._left)
        self._box.addWidget(self.said, 1)
        self._box.addLayout(self._right)
        self.folded = Folded(self)
        self.more = QToolButton()
        self.more.setText("More ▾")
        self.more.setAccessibleName("More")
        self.more.setToolTip("What there is no room for here")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.clicked.connect(lambda: self.folded.show_below(self.more))
        self.more.hide()
        self._box.addWidget(self.more)
        self.of_steps = [
            _captioned(name, field) for name, field in (("Step length", self.stride), ("Speed", self.speed))
        ]
        self.of_training: list[Captioned] = [_captioned("Speed", self.pace)]
        self._homes: dict[QWidget, QHBoxLayout] = {}  # of what is in the bar where there is room
        self._leaving: list[QWidget] = []  # the same, what leaves the bar first at the front
        self._hidden: list[QWidget] | None = None
        self._left_out: set[QWidget] = set()
        self._unused: set[Captioned] = set()  # settings that make no difference now
        self._add(self.of_training, self._left)
        self._add(self.of_steps, self._right)
        self._leaving = [*reversed(self.of_steps), *self.of_training]
        session.traceChanged.connect(self._make_room)
        session.cursorMoved.connect(self._show)
        session.strideChanged.connect(self._make_room)
        for signal in (training.runChanged, training.progressed):
            signal.connect(self._show_training)

    def _add(self, parts: Sequence[QWidget], home: QHBoxLayout) -> None:
        """Have further parts at the end of one side of the bar."""
        for part in parts:
            part.setParent(self)
            self._homes[part] = home
        self._hidden = None

    def add_buttons(self, *buttons: QToolButton) -> None:
        """Put further buttons at the right end; where the bar is narrow they are found behind `more`."""
        self._add(buttons, self._right)
        self._leaving += buttons

    def add_fields(self, fields: Sequence[Captioned], leaving: Sequence[Captioned]) -> None:
        """Put the settings of a training behind its speed.

        Args:
            fields: in the order in which they stand.
            leaving: the same, those first that leave the bar first where it is narrow.
        """
        self._add(fields, self._left)
        self.of_training += fields
        self._leaving = [*leaving[:-KEPT], *self._leaving, *leaving[-KEPT:]]

    def offer(self, part: QWidget, offered: bool) -> None:
        """Have a choice or a button in this workspace, or not."""
        (self._left_out.discard if offered else self._left_out.add)(part)
        self._fold()

    def leave_out(self, parts: Collection[Captioned]) -> None:
        """Have all settings of a training but these."""
        self._unused = {*parts}
        self._fold()

    def _fold(self) -> None:
        """Show choices and buttons as far as there is room beside the position."""
        elsewhere = self.of_steps if self.trains else self.of_training
        left_out = {*elsewhere, *self._left_out, *self._unused}
        offered = [part for part in self._leaving if part not in left_out]
        needed = sum(button.sizeHint().width() + self._box.spacing() for button in self.buttons.values())
        wanted = self.where.sizeHint()
        room = self.width() - needed - wanted.width()
        room -= AROUND_TRAINING if self.trains else AROUND
        hidden: list[QWidget] = []
        for part in offered:
            more = self.more.sizeHint().width() if hidden else 0
            left = [other for other in offered if other not in hidden]
            if sum(other.sizeHint().width() + self._left.spacing() for other in left) + more > room:
                hidden.append(part)
        # of a fixed size: then another text in it asks for no layout of the window
        self.where.setFixedSize(min(wanted.width(), max(NARROWEST, wanted.width() + room)), wanted.height())
        if hidden != self._hidden:
            self._hidden = hidden
            self._put(hidden)
        for part in self._leaving:
            part.setVisible(part in offered)
        self.more.setVisible(bool(hidden))

    def _put(self, hidden: Sequence[QWidget]) -> None:
        """Let each part stand in the bar or behind `more`, and be reached with Tab in that order."""
        before: QWidget = self.play
        for part, home in self._homes.items():
            (self.folded.box if part in hidden else home).addWidget(part)
            field = part.field if isinstance(part, Captioned) else part
            if part not in hidden:
                self.setTabOrder(before, field)
                before = field

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def set_training(self, trains: bool) -> None:
        """Let the buttons run the training, or move through the steps."""
        self.pause()
        self.trains = trains
        self.above.setVisible(trains)
        self._show_tips()
        self._show_icons()
        self._make_room()

    @property
    def acts(self) -> Acts:
        return self._of_training if self.trains else self._of_steps

    def set_theme(self, theme: Theme) -> None:
        self.scrubber.theme = theme
        points = self.font().pointSizeF()
        side = round(2.2 * points)
        for button in self.buttons.values():
            button.setIconSize(QSize(side, side))
        self._show_icons()
        self.play.set_theme(theme, 2 * side)
        self.where.set_size(1.6 * points)
        small = QFont(self.font())
        small.setPointSizeF(SMALL * points)
        self.above.setFont(small)
        for part in (*self.of_steps, *self.of_training):
            part.set_theme(theme)
        for label in (self.said, self.above):
            tint(label, theme.faint)
        self._show_tips()
        self._make_room()
        self.scrubber.update()

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    @property
    def factor(self) -> float:
        """How many times as fast as usual it plays."""
        return SPEEDS[self.speed.currentText()]

    def set_factor(self, factor: float) -> None:
        """Choose the offered speed that is nearest."""
        self.speed.setCurrentText(min(SPEEDS, key=lambda name: abs(SPEEDS[name] - factor)))

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
        self._show()

    def pause(self) -> None:
        self._timer.stop()
        self._show_play()

    def press(self, name: str) -> None:
        """Do what a button of the bar does in this workspace."""
        _, act = getattr(self.acts, name)
        if act is not None:
            act()

    def _play_step(self) -> None:
        self.session.step(1)
        if self.session.cursor == len(self.session.trace):
            self.pause()

    def _speed_chosen(self) -> None:
        self._timer.setInterval(round(INTERVAL / self.factor))
        self.speedChanged.emit()

    def _stride_chosen(self) -> None:
        self.session.set_stride(self.stride.currentData())

    def _prepared(self, button: QToolButton, name: str) -> QToolButton:
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.press(name))
        return button

    def _show_tips(self) -> None:
        for name, button in self.buttons.items():
            tip, _ = getattr(self.acts, name)
            button.setToolTip(tip)
            button.setAccessibleName(tip.split(" (")[0])

    def _show_icons(self) -> None:
        for name, drawing in (TRAINING_ICONS if self.trains else ICONS).items():
            self.buttons[name].setIcon(icon(drawing))

    def _show_play(self) -> None:
        runs = self.training.is_training if self.trains else self.playing
        self.play.show_running(runs)

    def _show(self) -> None:
        session = self.session
        total, cursor = len(session.trace), session.cursor
        back, on, runs = cursor > 0, cursor < total, total > 0
        if self.trains:  # which it is not asked for elsewhere, for it may take long to make a run
            back = on = runs = self.training.run is not None
        able = {"first": back, "previous": back, "play": runs, "next": on, "last": on}
        for name, button in self.buttons.items():
            button.setEnabled(able[name])
        self._show_play()
        self.where.setText(self._trained if self.trains else self._step_text(session.place))

    def _show_training(self) -> None:
        if self.trains:
            self._show()

    @property
    def _trained(self) -> str:
        """How far the training has come."""
        record = self.training.record
        return f"{record.epoch:,}" if record else NOTHING

    def _step_text(self, place: int) -> str:
        """Where one is after so many strides, at the cursor, which may be within one, else at its end."""
        session, stops = self.session, self.session.stops
        count = session.cursor if place == session.place else stops[place]
        title = step_title(session.trace, count, stops[max(place - 1, 0)])
        return f"{place} of {len(stops) - 1} · {title}"

    def _make_room(self) -> None:
        """As much as the longest title needs: what stands beside it keeps its place from step to step."""
        self.stride.setCurrentIndex(self.stride.findData(self.session.stride))
        if self.trains:
            self.where.make_room_for(["888,888"])
            self.pace.setCurrentIndex(self.pace.findData(self.training.speed))
        else:
            titles = sorted(map(self._step_text, range(len(self.session.stops))), key=len)
            self.where.make_room_for(titles[-8:])
        self._fold()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


def _captioned(name: str, field: QWidget) -> Captioned:
    label = QLabel(name)
    label.setBuddy(field)
    return Captioned(label, field)

"""The bar that moves through steps or runs the training: its buttons, where one is, and choices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from app.panels.scrubber import Scrubber
from app.state.session import Session
from app.state.training_session import TrainingSession
from app.widgets.icons import icon
from app.widgets.labels import NARROWEST, ShortenedLabel, tint
from app.widgets.theme import LIGHT, Theme, mixed
from core.figure import Stride
from core.passes.explain import step_title

SPEEDS = {"½×": 0.5, "1×": 1.0, "2×": 2.0, "4×": 4.0}
INTERVAL = 1100  # milliseconds between steps at normal speed
ICONS = {
    "first": "skip-back",
    "previous": "step-back",
    "next": "step-forward",
    "last": "skip-forward",
}
# the keys that step, in the words of tooltips and of the sheet of keys
KEY_NAMES = {
    "first": "Home",
    "previous": "Shift+Space, Left, Up, PageUp, Backspace, P",
    "next": "Space, Right, Down, PageDown, Enter, N",
    "last": "End",
}
AROUND = 120  # pixels of the bar for its margins and a short message
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
        self.show_running(self._runs)

    def show_running(self, runs: bool) -> None:
        """Offer to pause, or to play."""
        self._runs = runs
        self.setIcon(icon("pause" if runs else "play", self._theme.paper))

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


def _choose(field: QComboBox, index: int) -> None:
    field.setCurrentIndex(index)
    field.activated.emit(index)


class Transport(QWidget):
    """First, previous, play, next, last; where we are; how far a step goes; the speed.

    While the workspace is one for training, the same buttons run the training. `scrubber` stands elsewhere.
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
            ("Updates are not taken back", None),
            ("Train or pause (Space)", training.toggle),
            ("One update (Right)", training.step),
            ("A training has no end", None),
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
        self._box.addWidget(self.where)
        self.said = ShortenedLabel()
        self.said.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._box.addWidget(self.said, 1)
        self._box.addWidget(self.stride)
        self._box.addWidget(self.speed)
        self.more = QToolButton()
        self.more.setText("More ▾")
        self.more.setAccessibleName("More")
        self.more.setToolTip("What there is no room for here")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.clicked.connect(self._show_more)
        self.more.hide()
        self._folding: list[QWidget] = []
        self._folded: list[QWidget] = []
        self._left_out: set[QWidget] = set()
        session.traceChanged.connect(self._make_room)
        session.cursorMoved.connect(self._show)
        session.strideChanged.connect(self._make_room)
        for signal in (training.runChanged, training.progressed):
            signal.connect(self._show_training)

    def add_buttons(self, *buttons: QToolButton) -> None:
        """Put further buttons at the right end; in a narrow bar they are found in a menu, as choices are."""
        for button in buttons:
            self._box.addWidget(button)
        self._folding = [self.speed, self.stride, *buttons]
        self._box.addWidget(self.more)

    def offer(self, part: QWidget, offered: bool) -> None:
        """Have a choice or a button in this workspace, or not."""
        (self._left_out.discard if offered else self._left_out.add)(part)
        self._fold()

    def _fold(self) -> None:
        """Show choices and buttons as far as there is room beside the position."""
        offered = [part for part in self._folding if part not in self._left_out]
        needed = sum(button.sizeHint().width() + self._box.spacing() for button in self.buttons.values())
        wanted = self.where.sizeHint()
        room = self.width() - needed - wanted.width() - AROUND
        hidden: list[QWidget] = []
        for part in offered:
            more = self.more.sizeHint().width() if hidden else 0
            left = [other for other in offered if other not in hidden]
            if sum(other.sizeHint().width() + self._box.spacing() for other in left) + more > room:
                hidden.append(part)
        # of a fixed size: then another text in it asks for no layout of the window
        self.where.setFixedSize(min(wanted.width(), max(NARROWEST, wanted.width() + room)), wanted.height())
        for part in self._folding:
            part.setVisible(part in offered and part not in hidden)
        self.more.setVisible(bool(hidden))
        self._folded = hidden

    def _show_more(self) -> None:
        """What there is no room for, as a menu."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for part in self._folded:
            if isinstance(part, QComboBox):
                choices = menu.addMenu(part.accessibleName())
                for index in range(part.count()):
                    action = choices.addAction(part.itemText(index), partial(_choose, part, index))
                    action.setCheckable(True)
                    action.setChecked(index == part.currentIndex())
            elif isinstance(part, QToolButton) and part.defaultAction():
                menu.addAction(part.defaultAction())
            elif isinstance(part, QToolButton):
                menu.addAction(part.text(), part.click)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def set_training(self, trains: bool) -> None:
        """Let the buttons run the training, or move through the steps."""
        self.pause()
        self.trains = trains
        for part in (self.stride, self.speed):
            self.offer(part, not trains)
        self._show_tips()
        self._make_room()

    @property
    def acts(self) -> Acts:
        return self._of_training if self.trains else self._of_steps

    def set_theme(self, theme: Theme) -> None:
        self.scrubber.theme = theme
        points = self.font().pointSizeF()
        side = round(2.2 * points)
        for name, button in self.buttons.items():
            if name in ICONS:
                button.setIcon(icon(ICONS[name]))
            button.setIconSize(QSize(side, side))
        self.play.set_theme(theme, 2 * side)
        self.where.set_size(1.6 * points)
        tint(self.said, theme.faint)
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

    def _show_play(self) -> None:
        runs = self.training.is_training if self.trains else self.playing
        self.play.show_running(runs)

    def _show(self) -> None:
        session = self.session
        total, cursor = len(session.trace), session.cursor
        back, on, runs = cursor > 0, cursor < total, total > 0
        if self.trains:  # which it is not asked for elsewhere, for it may take long to make a run
            back, on, runs = False, False, self.training.run is not None
        able = {
            "first": runs if self.trains else back,
            "previous": back,
            "play": runs,
            "next": runs if self.trains else on,
            "last": on,
        }
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
        return f"Update {record.step:,} · epoch {record.epoch:,}" if record else "Nothing to train"

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
            self.where.make_room_for(["Update 8,888,888 · epoch 888,888"])
        else:
            titles = sorted(map(self._step_text, range(len(self.session.stops))), key=len)
            self.where.make_room_for(titles[-8:])
        self._fold()
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

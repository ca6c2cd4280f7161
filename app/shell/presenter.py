"""The presenter's view: the stage, what comes next, notes and clocks, on a screen of its own."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QFontInfo, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.canvas.scene import Scene
from app.shell.presenter_parts import NextPicture, ShowButton, StagePicture, StepCells, explained
from app.state import clock
from app.state.settings import Settings
from app.widgets.labels import ShortenedLabel, plain_label, tint
from app.widgets.theme import DARK, mixed, palette_of
from core.notation.names import in_text
from core.passes.explain import Explanation

LEFT, RIGHT = 880, 488  # the shares of the two columns
EDGE, GAP = 24, 12  # pixels
SECOND = 500  # milliseconds after which the clocks are looked at again
SMALL, SENTENCE, LARGE = 0.95, 1.4, 1.35  # times the program's text
CLOCK = 30  # pixels: what is large has at least so many
NOTES = 13, 60, 2  # pixels: the least, the largest, and how much a press changes
NEXT = 0.36  # of the height, for the picture of the next step at most
ROWS = 3  # of cells that are seen at once
KEYS = (
    ("Back", "step-back", Qt.Key.Key_PageUp, "PgUp"),
    ("Next", "step-forward", Qt.Key.Key_PageDown, "PgDn"),
    ("Black", "moon", Qt.Key.Key_B, "B"),
    ("Zoom", "zoom-in", Qt.Key.Key_Z, "Z"),
    ("Pointer", "sun", Qt.Key.Key_L, "L"),
    ("Clock to 0", "rotate-ccw", Qt.Key.Key_T, "T"),
    ("End show", "presentation", Qt.Key.Key_Escape, "Esc"),
)
AT_THE_RIGHT = "Clock to 0"
NO_NOTES = "No notes at this step or the next. A note is written at a node, with a right click on it."
TITLE = "Presenter's view"


class Presenter(QWidget):
    """A window beside that of the stage; its keys and buttons are keys of the stage.

    `opened` carries whether it has been opened or closed.
    """

    opened = Signal(bool)

    def __init__(
        self,
        window: QMainWindow,
        scene: Scene,
        settings: Settings,
        watch: clock.Stopwatch,
    ):
        super().__init__(window, Qt.WindowType.Window)
        session = scene.session
        self._window, self._session, self._settings, self._watch = window, session, settings, watch
        self.setWindowTitle(TITLE)
        self.setAccessibleName(TITLE)
        self.setPalette(palette_of(DARK))
        self.setAutoFillBackground(True)
        self.addActions(window.actions())
        self.place, self.sentence = self._label(LARGE), self._label(SENTENCE)
        self.picture, self.next = StagePicture(window), NextPicture(scene)
        self.cells = StepCells(session)
        self._cells_area = _scrolled(self.cells)
        self.time, self.elapsed = self._label(LARGE), self._label(LARGE)
        self.coming = self._label(SMALL, faint=True)
        self.notes, self.next_notes = self._label(), self._label(faint=True)
        for part, name in (
            (self.place, "Step"),
            (self.sentence, "Sentence of the step"),
            (self.time, "Time"),
            (self.elapsed, "Elapsed time"),
            (self.coming, "What comes next"),
            (self.notes, "Notes"),
            (self.next_notes, "Notes of the next step"),
        ):
            part.setAccessibleName(name)
        self.buttons = {
            text: ShowButton(text, name, key, hint, text == "Next") for text, name, key, hint in KEYS
        }
        for button in self.buttons.values():
            button.clicked.connect(lambda checked=False, key=button.key: self._press(key))
        for name in ("Black", "Pointer"):
            self.buttons[name].setCheckable(True)
        self._arrange()
        self._timer = QTimer(self, interval=SECOND)
        self._timer.timeout.connect(self.show_clocks)
        session.traceChanged.connect(self._show)
        session.cursorMoved.connect(self._show)

    # -- building

    def _label(self, size: float = 1.0, faint: bool = False) -> QLabel:
        label = plain_label(bold=size == LARGE)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        return self._styled(label, size, DARK.faint if faint else DARK.ink)

    def _styled(self, label: QLabel, size: float, colour: str) -> QLabel:
        tint(label, colour)
        font, pixels = label.font(), size * QFontInfo(self.font()).pixelSize()
        font.setPixelSize(round(max(pixels, CLOCK) if size == LARGE else pixels))
        label.setFont(font)
        return label

    def _said(self, text: str) -> QLabel:
        label = self._styled(ShortenedLabel(), SMALL, DARK.faint)
        label.setText(text)
        return label

    def _arrange(self) -> None:
        left, right, columns = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        for label in (self.place, self.time, self.elapsed):
            label.setWordWrap(False)
        left.addLayout(_row([self.place], [self._said("What the audience sees")]))
        left.addWidget(self.picture, 100)
        left.addWidget(self.sentence)
        left.addWidget(self._said("The sentence of this step, which the audience does not see"))
        left.addSpacing(GAP)
        left.addWidget(self._cells_area)
        left.addStretch()
        right.addLayout(_row([self.time], [self._said("elapsed"), self.elapsed]))
        right.addWidget(self.next)
        right.addWidget(self.coming)
        rule = QFrame()
        rule.setFrameShape(QFrame.Shape.HLine)
        rule.setFrameShadow(QFrame.Shadow.Plain)
        tint(rule, mixed(DARK.colour("line"), DARK.colour("panel"), 0.5).name())
        right.addWidget(rule)
        sizes = []
        for text, by in (("A−", -1), ("A+", 1)):
            button = QPushButton(text)
            button.setFlat(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName("Larger notes" if by > 0 else "Smaller notes")
            button.setToolTip(button.accessibleName())
            button.setFixedWidth(button.fontMetrics().horizontalAdvance(text) + 20)
            button.clicked.connect(lambda checked=False, by=by: self._resize_notes(by))
            sizes.append(button)
        right.addLayout(_row([self._said("Notes")], sizes))
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(GAP)
        inside.addWidget(self.notes)
        inside.addWidget(self.next_notes)
        inside.addStretch(1)
        right.addWidget(_scrolled(body), 1)
        columns.setSpacing(EDGE)
        columns.addLayout(left, LEFT)
        columns.addLayout(right, RIGHT)
        buttons = list(self.buttons.values())
        split = list(self.buttons).index(AT_THE_RIGHT)
        box = QVBoxLayout(self)
        box.setContentsMargins(EDGE, EDGE // 2, EDGE, EDGE)
        box.setSpacing(GAP)
        box.addLayout(columns, 1)
        box.addLayout(_row(buttons[:split], buttons[split:]))
        self._resize_notes(0)

    def _resize_notes(self, by: int) -> None:
        least, largest, change = NOTES
        size = min(largest, max(least, self._settings.get("note_size") + by * change))
        self._settings.set("note_size", size)
        for label in (self.notes, self.next_notes):
            font = label.font()
            font.setPixelSize(size)
            label.setFont(font)

    # -- what is shown

    def show_state(self, black: bool, pointing: bool) -> None:
        """Show whether the stage is black, and whether the laser pointer is on."""
        self.buttons["Black"].setChecked(black)
        self.buttons["Pointer"].setChecked(pointing)

    def show_clocks(self) -> None:
        self.time.setText(clock.time_of_day())
        self.elapsed.setText(self._watch.text)

    def _show(self) -> None:
        if not self.isVisible():
            return
        session, place = self._session, self._session.place
        last = len(session.stops) - 1
        self.place.setText(f"Step {place} of {last}")
        found = explained(session, place)
        self.sentence.setText(" ".join(part for part in (found.sentence, found.caveat) if part))
        following = explained(session, place + 1) if place < last else None
        self.coming.setText(_announced(following) if following else "This is the last step")
        self.next.refit(round(NEXT * self.height()))
        self.cells.refit()
        self._cells_area.setFixedHeight(min(self.cells.height(), self.cells.height_of(ROWS)))
        here = self.cells.cell(max(1, place)).center()
        self._cells_area.ensureVisible(here.x(), here.y(), 0, self.cells.cell(1).height())
        here_noted, next_noted = self._touched(place), self._touched(place + 1) if following else []
        now = self._noted(here_noted)
        then = self._noted(name for name in next_noted if name not in here_noted)
        self.notes.setText("\n\n".join(now))
        self.next_notes.setText("\n\n".join(f"Next, {note}" for note in then) if now or then else NO_NOTES)
        for label in (self.notes, self.next_notes):
            label.setVisible(bool(label.text()))

    def _touched(self, place: int) -> list[str]:
        """The nodes of the stride that leads to a place, with what they are computed from."""
        trace, stops = self._session.trace, self._session.stops
        names = trace.touched(stops[place - 1] + 1, stops[place]) if place else trace.graph.inputs
        nodes = trace.graph.nodes
        return list(dict.fromkeys((*names, *(arg for name in names for arg in nodes[name].args))))

    def _noted(self, names: Iterable[str]) -> list[str]:
        return [f"{in_text(name)}: {note}" for name in names if (note := self._session.note_of(name))]

    # -- keys, showing, hiding

    def _press(self, key: Qt.Key) -> None:
        self._pass_on(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._pass_on(event)

    def _pass_on(self, event: QKeyEvent) -> None:
        QCoreApplication.sendEvent(self._window, event)

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()
        self.show_clocks()
        self._show()
        if not event.spontaneous():
            self.opened.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        if not event.spontaneous():  # as it is where the window is minimised
            self.opened.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._show()


def _announced(following: Explanation) -> str:
    """What comes next, and the sentence that is said of it."""
    title = following.title.replace(": ", ", ")
    return f"Next: {title[0].lower()}{title[1:]}. {following.sentence}"


def _row(first: Iterable[QWidget], last: Iterable[QWidget]) -> QHBoxLayout:
    """Parts at the left, and others at the right."""
    box = QHBoxLayout()
    for part in first:
        box.addWidget(part)
    box.addStretch(1)
    for part in last:
        box.addWidget(part)
    return box


def _scrolled(part: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(part)
    return area

"""The workspace of lectures: a card for each example, with its program in mathematics."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.formula import FormulaView
from app.shell.examples import EXAMPLES, Example
from app.widgets.labels import plain_label, tint
from app.widgets.theme import LIGHT, Theme
from core.passes.explain import typeset_line
from core.passes.stepper import run
from core.project.document import Document

CARD = QSize(300, 150)  # pixels at text of 100 %
GAP, EDGE = 12, 24
FORMULA = 1.5  # pixels an em for each point of the text


class Card(QPushButton):
    """An example: its title, its program, and what it shows."""

    def __init__(self, example: Example):
        super().__init__()
        self.example, self.theme = example, LIGHT
        self.title, self.formula, self.says = plain_label(bold=True), FormulaView(), plain_label()
        self.title.setText(example.title)
        self.says.setText(example.says)
        for part in (self.title, self.formula, self.says):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(example.title)
        self.setAccessibleDescription(f"{example.text}. {example.says}")
        self.setToolTip(f"{example.text}\n\nOpen on the canvas")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 8)
        box.addWidget(self.title)
        box.addWidget(self.formula, 1)
        box.addWidget(self.says)

    def set_theme(self, theme: Theme, scale: float) -> None:
        self.setFixedHeight(round(CARD.height() * scale))
        self.formula.set_size(FORMULA * self.font().pointSizeF())
        self.formula.set_colours({}, theme.colour("ink"))
        tint(self.title, theme.ink)
        tint(self.says, theme.faint)
        self.theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, near = self.theme, self.hasFocus() or self.underMouse()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("accent" if near else "line"), 2.5 if near else 1))
            painter.setBrush(theme.colour("field"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)

    def show_formula(self) -> None:
        """Typeset the program, which takes a moment."""
        if self.formula.formula() is None:
            document = self.example.document
            self.formula.set_formula(typeset_line(run(document.text, document.values).graph))


class Lectures(QScrollArea):
    """Cards in as many columns as there is room for; arrow keys walk them, a click or Return opens one."""

    chosen = Signal(Document)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.scale = 1.0
        self.setObjectName("lectures")
        self.setAccessibleName("Lectures")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        self.head = QLabel("Examples to begin with")
        self.cards: list[Card] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        box = QVBoxLayout(body)
        box.setContentsMargins(EDGE, EDGE, EDGE, EDGE)
        box.addWidget(self.head)
        box.addLayout(self._grid)
        box.addStretch(1)
        self.setWidget(body)

    @property
    def columns(self) -> int:
        """How many cards stand in a row."""
        return max(1, (self.viewport().width() - 2 * EDGE + GAP) // (round(CARD.width() * self.scale) + GAP))

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.scale = self.font().pointSizeF() / 10
        font = self.font()
        font.setPointSizeF(1.6 * font.pointSizeF())
        font.setBold(True)
        self.head.setFont(font)
        for card in self.cards:
            card.set_theme(theme, self.scale)
        self._lay_out()

    def setFocus(self) -> None:  # type: ignore[override]  # of the reasons Qt has
        """Let the first card have the keys."""
        self.cards[0].setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the cards when they are first asked for: the window comes sooner without them."""
        super().showEvent(event)
        if not self.cards:
            self.cards = [Card(example) for example in EXAMPLES]
            for card in self.cards:
                card.clicked.connect(partial(self._choose, card.example))
                card.set_theme(self.theme, self.scale)
                card.show_formula()
            self._lay_out()

    def _choose(self, example: Example) -> None:
        self.chosen.emit(example.document)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        columns = self.columns
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, int(column < columns))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self.columns,
            Qt.Key.Key_Down: self.columns,
        }.get(Qt.Key(event.key()))
        here = next((at for at, card in enumerate(self.cards) if card.hasFocus()), None)
        if by is not None and here is not None:
            to = min(max(here + by, 0), len(self.cards) - 1)
            self.cards[to].setFocus()
            self.ensureWidgetVisible(self.cards[to])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and here is not None:
            self.cards[here].click()
        else:
            event.ignore()

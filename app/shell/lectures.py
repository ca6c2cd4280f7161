"""The workspace of lectures: a card for each scene, found by words, formulas and numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.shell.examples import EXAMPLES
from app.widgets.labels import plain_label, tint
from app.widgets.theme import LIGHT, Theme
from core.lectures.catalogue import LECTURES, scene_files
from core.lectures.search import matches, text_of
from core.project.document import Document

# what paints pictures loads NumPy, so it is imported with the first card
if TYPE_CHECKING:
    from app.shell.scene_pictures import ScenePictures

PICTURE = QSize(214, 118)  # pixels at text of 100 %
GAP, EDGE = 16, 24
TRY = "Try softmax, chain rule or 0.73"
OWN = "Examples to begin with"


class Offer(Struct, frozen=True):
    """What a card offers: a scene, or an example, which has no id."""

    id: str
    title: str
    section: str
    says: str
    text: str
    document: Callable[[], Document]


def offers() -> Iterator[Offer]:
    """The scenes lecture by lecture, and the examples."""
    for file in scene_files():
        scene = file.scene
        said = text_of(file.document())
        yield Offer(file.id, scene.title, LECTURES[file.lecture], scene.goal, said, file.document)
    for example in EXAMPLES:
        said = f"{example.title} {example.says} {example.text}".casefold()
        yield Offer("", example.title, OWN, example.says, said, partial(getattr, example, "document"))


class Card(QAbstractButton):
    """A scene: its picture, and below it its id and title."""

    walked = Signal(int, int)  # to the card so many across and down

    def __init__(self, offer: Offer, pictures: ScenePictures):
        super().__init__()
        self.offer, self.theme, self.scale = offer, LIGHT, 1.0
        self._pictures = pictures
        self._asked: object = None  # for which picture
        self.setText(offer.title)
        self.setAccessibleName(f"{offer.id} {offer.title}".strip())
        self.setAccessibleDescription(offer.says)
        self.setToolTip(f"{offer.says}\n\nOpen it (Return)")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def key(self) -> str:
        return self.offer.id or self.offer.title

    @property
    def picture(self) -> QRect:
        """Where the picture stands."""
        return QRect(0, 0, *(round(side * self.scale) for side in PICTURE.toTuple()))

    def set_theme(self, theme: Theme, scale: float) -> None:
        self.theme, self.scale = theme, scale
        self.setFixedSize(self.sizeHint())
        self.ask()

    def ask(self) -> None:
        """Let the picture be painted."""
        if self.isVisible():
            how = self.picture.size(), self.devicePixelRatioF(), self.theme
            if how != self._asked:
                self._asked = how
                self._pictures.ask(self.key, self.offer.document, *how)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk the gallery, Return opens."""
        if event.key() in WAYS:
            self.walked.emit(*WAYS[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        lines = 3 if self.offer.id else 2
        return self.picture.size() + QSize(0, round((lines + 0.6) * self.fontMetrics().height()))

    def title_rect(self) -> QRect:
        """Where the title stands, in two lines at most."""
        line = self.fontMetrics().height()
        top = self.picture.bottom() + round(0.3 * line) + (line if self.offer.id else 0)
        return QRect(0, top, self.width(), 2 * line + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, near = self.theme, self.hasFocus() or self.underMouse()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("accent" if near else "line"), 2.5 if near else 1))
            painter.setBrush(theme.colour("paper"))
            painter.drawRoundedRect(QRectF(self.picture).adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)
            if image := self._pictures.of(self.key):
                painter.drawImage(self.picture.topLeft(), image)
            metrics = QFontMetrics(self.font())
            if self.offer.id:
                painter.setPen(theme.colour("faint"))
                where = QRect(
                    0, self.picture.bottom() + round(0.3 * metrics.height()), self.width(), metrics.height()
                )
                painter.drawText(where, Qt.AlignmentFlag.AlignLeft, self.offer.id)
            painter.setPen(theme.colour("ink"))
            wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
            painter.drawText(self.title_rect(), wrap, self.text())


class Section(QWidget):
    """The cards of one lecture below its title."""

    def __init__(self, title: str, cards: Sequence[Card]):
        super().__init__()
        self.cards = cards
        self.head = QLabel(title)
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, GAP)
        box.addWidget(self.head)
        box.addLayout(self._grid)

    def set_theme(self, theme: Theme) -> None:
        font = self.font()
        font.setPointSizeF(1.2 * font.pointSizeF())
        font.setBold(True)
        self.head.setFont(font)

    def lay_out(self, shown: Sequence[Card], columns: int) -> None:
        """Show some of the cards, so many in a row; without any the section is hidden."""
        for card in self.cards:
            self._grid.removeWidget(card)
            card.setVisible(card in shown)
        for number, card in enumerate(shown):
            self._grid.addWidget(card, number // columns, number % columns)
        self._grid.setColumnStretch(columns, 1)
        self.setVisible(bool(shown))


class Lectures(QWidget):
    """Cards in as many columns as there is room for; arrow keys walk them, a click or Return opens one."""

    chosen = Signal(Document)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.scale = 1.0
        self.setObjectName("lectures")
        self.setAccessibleName("Lectures")
        self.pictures: ScenePictures | None = None
        self.search = QLineEdit()
        self.search.setAccessibleName("Search the scenes")
        self.search.textChanged.connect(self._lay_out)
        self.search.returnPressed.connect(self._open_first)
        self.nothing = plain_label()
        self.sections: Mapping[str, Section] = {}
        self.cards: list[Card] = []
        self._area = QScrollArea()
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._body = QWidget()
        self._box = QVBoxLayout(self._body)
        self._box.setContentsMargins(EDGE, GAP, EDGE, EDGE)
        self._box.addWidget(self.nothing)
        self._box.addStretch(1)
        self._area.setWidget(self._body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, GAP, 0, 0)
        head = QVBoxLayout()
        head.setContentsMargins(EDGE, 0, EDGE, 0)
        head.addWidget(self.search)
        outer.addLayout(head)
        outer.addWidget(self._area, 1)

    @property
    def columns(self) -> int:
        """How many cards stand in a row."""
        width = round(PICTURE.width() * self.scale)
        return max(1, (self._area.viewport().width() - 2 * EDGE + GAP) // (width + GAP))

    @property
    def shown(self) -> list[Card]:
        """The cards that the search finds, in their order."""
        query = self.search.text()
        return [card for card in self.cards if matches(query, card.offer.text)]

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.scale = self.font().pointSizeF() / 10
        tint(self.nothing, theme.faint)
        self.search.setMaximumWidth(round(420 * self.scale))
        for section in self.sections.values():
            section.set_theme(theme)
        for card in self.cards:
            card.set_theme(theme, self.scale)
        self._lay_out()

    def setFocus(self) -> None:  # type: ignore[override]  # of the reasons Qt has
        """Let the search have the keys."""
        self.search.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Make the cards when they are first asked for: the window comes sooner without them."""
        super().showEvent(event)
        if not self.cards:
            self._make()

    def _make(self) -> None:
        from app.shell.scene_pictures import ScenePictures

        found: dict[str, list[Card]] = {}
        self.pictures = pictures = ScenePictures(self)
        pictures.made.connect(self._show_picture)
        for offer in offers():
            card = Card(offer, pictures)
            card.clicked.connect(partial(self._choose, offer))
            card.walked.connect(partial(self._walk, card))
            found.setdefault(offer.section, []).append(card)
        self.sections = {title: Section(title, cards) for title, cards in found.items()}
        self.cards = [card for cards in found.values() for card in cards]
        scenes = sum(bool(card.offer.id) for card in self.cards)
        self.search.setPlaceholderText(f"{scenes} scenes: a word, a formula, a number from the slide")
        for place, section in enumerate(self.sections.values()):
            self._box.insertWidget(1 + place, section)
        self.set_theme(self.theme)

    def _choose(self, offer: Offer) -> None:
        self.chosen.emit(offer.document())

    def _open_first(self) -> None:
        if shown := self.shown:
            shown[0].click()

    def _show_picture(self, key: str) -> None:
        for card in self.cards:
            if card.key == key:
                card.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        shown, columns = self.shown, self.columns
        for section in self.sections.values():
            section.lay_out([card for card in section.cards if card in shown], columns)
        missing = bool(self.cards) and not shown
        self.nothing.setVisible(missing)
        if missing:
            self.nothing.setText(f"No scene has '{self.search.text().strip()[:40]}'. {TRY}.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shown = self.shown
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus() and shown:
            self._go_to(shown[0])
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.search.setFocus()
        else:  # the search has taken Return, which is no step of what it has opened
            event.setAccepted(event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter))

    def _walk(self, card: Card, across: int, down: int) -> None:
        self._go_to(self._beside(card, across, down) or (self.search if down < 0 else card))

    def _beside(self, card: Card, across: int, down: int) -> Card | None:
        """The card next to one, over the ends of rows and lectures."""
        shown = self.shown
        if across:
            place = shown.index(card) + across
            return shown[place] if 0 <= place < len(shown) else None
        middle = card.mapTo(self._body, card.rect().center())
        beyond = [
            (down * (at.y() - middle.y()), abs(at.x() - middle.x()), place)
            for place, other in enumerate(shown)
            if down * ((at := other.mapTo(self._body, other.rect().center())).y() - middle.y())
            > card.height() / 2
        ]
        return shown[min(beyond)[2]] if beyond else None

    def _go_to(self, part: Card | QLineEdit) -> None:
        part.setFocus()
        if isinstance(part, Card):
            self._area.ensureWidgetVisible(part)


WAYS: Mapping[Qt.Key, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}

"""On a net that is paused: at each edge its weight, what the next update adds to it, and what it becomes.

Where units are too many to have their numbers beside them, these stand on their maps, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGraphicsView, QWidget

from app.painting.parts import box_rect, route_path
from app.state.net_session import NetSession
from app.widgets.theme import LIGHT, Theme, mixed
from core.base.numbers import short
from core.figure import Arrow
from core.graph.graph import Edge

MOST = 24  # edges that have numbers; of more, those of the unit that is pointed at or selected
SMALLEST = 9.0  # pixels of the numbers
SIZES = (0.95, 0.85, 0.72)  # of the numbers, next to other text: the largest for which there is room
DIGITS = (4, 3, 2)  # significant digits, as many as there is room for at the smallest
ROOM = 2.0  # pixels around numbers and between two edges' numbers
AWAY = 7.0  # pixels between the numbers and the unit at which their edge arrives
OPAQUE = 0.86  # of the ground of numbers, below which edges are still seen
LEAST_MAP = 4  # lines of text that a map is high, at least, on which numbers stand
ROLES = ("value", "gradient", "ink")


class Card(Struct, frozen=True):
    """The numbers of an edge, where they stand, and the end of the edge to which they belong."""

    lines: tuple[str, str, str]
    rect: QRectF
    at: QPointF


class Number(Struct, frozen=True):
    """A number of a unit on its map, and what it is."""

    text: str
    rect: QRectF
    role: str


class EdgeNumbers(QWidget):
    """Lies over the canvas; where numbers do not fit between two columns there are none."""

    def __init__(self, view: QGraphicsView, net: NetSession):
        super().__init__(view.viewport())
        self.theme: Theme = LIGHT
        self._view, self._net = view, net
        self.cards: list[Card] = []
        self.units: list[Number] = []
        self._font = QFont()
        self._shown: object = None  # for what the numbers were placed last
        self._texts: dict[tuple[Edge, int], tuple[str, str, str]] = {}  # with so many digits
        self._texts_of: object = None  # of which update
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_now(self, wanted: bool) -> None:
        """Show the numbers of the edges of a net that is paused, if it is wanted."""
        net, view = self._net, self._view
        self.setGeometry(view.viewport().rect())
        picture = (net.figures, net.cursor, net.pointed, net.selection) if wanted else None
        shown = picture, net.training.is_training, self.size(), view.viewportTransform(), view.font()
        if shown == self._shown:
            self.update()  # in another theme
            return
        self._shown = shown
        self.cards = self._placed() if wanted else []
        paused = wanted and not self._net.training.is_training
        self.units = self._on_units() if paused and not self._net.options.values else []
        self.setVisible(bool(self.cards or self.units))
        self.update()

    def _sized(self, size: float) -> QFont:
        font = QFont(self._view.font())
        font.setPixelSize(round(max(SMALLEST, size * self._view.fontInfo().pixelSize())))
        return font

    def _on_units(self) -> list[Number]:
        """The value at the upper edge of each map, the gradient at the lower one, where these have room."""
        from app.painting.learned import bias_rect  # loads NumPy

        found, metrics = [], QFontMetricsF(self._sized(SIZES[-1]))
        height = metrics.lineSpacing()
        for box in self._net.figure.boxes:
            seen = self._seen(box_rect(box))
            if box.over is None or seen.height() < LEAST_MAP * height:
                continue
            inside = seen.adjusted(ROOM, ROOM, -ROOM, -ROOM)
            beside = inside.left()
            if box.bias is not None:
                beside = self._seen(bias_rect(box_rect(box))).right()
            rows = (
                QRectF(inside.left(), inside.top(), inside.width(), height),
                QRectF(beside, inside.bottom() - height, inside.right() - beside, height),
            )
            for (what, value), row in zip(self._net.known(box.node), rows, strict=False):
                for text in (short(value, digits) for digits in DIGITS):
                    width = metrics.horizontalAdvance(text) + 2 * ROOM
                    if width <= row.width():
                        left = row.center().x() - width / 2
                        found.append(Number(text, QRectF(left, row.top(), width, height), what))
                        break
        return found

    def _placed(self) -> list[Card]:
        net = self._net
        arrows = [arrow for arrow in net.figure.arrows if arrow.weight is not None]
        if len(arrows) > MOST:
            unit = net.pointed or net.selection
            ends = ((arrow, net.arc_of(arrow)) for arrow in arrows)
            arrows = [arrow for arrow, arc in ends if unit in (arc.source, arc.target)]
        if not 0 < len(arrows) <= MOST or net.next_update is None:
            return []
        boxes = {box.node: self._seen(box_rect(box)) for box in net.figure.boxes}
        gaps: dict[tuple[int, int], list[Arrow]] = {}
        for arrow in arrows:
            gap = round(boxes[net.arc_of(arrow).source].right()), round(boxes[arrow.target].left())
            gaps.setdefault(gap, []).append(arrow)
        found: list[list[Card]] = []
        for size in SIZES:
            self._font = self._sized(size)
            digits = DIGITS if size == SIZES[-1] else DIGITS[:1]
            found = [self._between(left, right, group, digits) for (left, right), group in gaps.items()]
            if all(found):
                break
        return [card for cards in found for card in cards]

    def _seen(self, rect: QRectF) -> QRectF:
        return QRectF(self._view.mapFromScene(rect).boundingRect())

    def _between(
        self, left: float, right: float, arrows: Sequence[Arrow], most_digits: Sequence[int]
    ) -> list[Card]:
        """The numbers of the edges between two columns, none above another; none where they do not fit."""
        metrics = QFontMetricsF(self._font)
        places = [
            QPointF(self._view.mapFromScene(route_path(arrow.route).pointAtPercent(1))) for arrow in arrows
        ]
        height = 3 * metrics.lineSpacing() + 2 * ROOM
        tops = spread(
            [at.y() - height / 2 for at in places], height + ROOM, ROOM, self.height() - height - ROOM
        )
        for digits in most_digits:
            texts = [self._text(arrow, digits) for arrow in arrows]
            width = max(metrics.horizontalAdvance(line) for lines in texts for line in lines) + 2 * ROOM + 2
            if tops and width <= right - left - AWAY:
                return [
                    Card(lines, QRectF(right - AWAY - width, top, width, height), at)
                    for lines, top, at in zip(texts, tops, places, strict=True)
                ]
        return []

    def _text(self, arrow: Arrow, digits: int) -> tuple[str, str, str]:
        """The numbers of an edge, written once for each update."""
        update = self._net.next_update
        if update is not self._texts_of:
            self._texts_of, self._texts = update, {}
        key = arrow.edge, digits
        if key not in self._texts:
            self._texts[key] = self._net.update_text(arrow, digits)
        return self._texts[key]

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._font)
            line = QFontMetricsF(self._font).lineSpacing()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setFont(self._sized(SIZES[-1]))
            for number in self.units:
                painter.fillRect(number.rect, theme.colour("paper"))
                painter.setPen(theme.colour(number.role))
                painter.drawText(number.rect, Qt.AlignmentFlag.AlignCenter, number.text)
            painter.setFont(self._font)
            ground = theme.colour("paper")
            ground.setAlphaF(OPAQUE)
            for card in self.cards:
                painter.setPen(QPen(theme.colour("ink"), 1))
                painter.drawLine(QPointF(card.rect.right(), card.rect.center().y()), card.at)
                painter.setPen(QPen(mixed(theme.colour("paper"), theme.colour("faint"), 0.4), 1))
                painter.setBrush(ground)
                painter.drawRoundedRect(card.rect, 3, 3)
                row = QRectF(card.rect.left(), card.rect.top() + ROOM, card.rect.width() - ROOM - 1, line)
                for text, role in zip(card.lines, ROLES, strict=True):
                    painter.setPen(theme.colour(role))
                    painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
                    row.translate(0, line)


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Move places as little as can be until they are apart, in their order.

    Args:
        wanted: where they would be.
        apart: how far two neighbours are from each other at least.
        low: the least place.
        high: the greatest place.

    Returns:
        A place for each; none where they do not fit.
    """
    count = len(wanted)
    if (count - 1) * apart > high - low:
        return []
    order = sorted(range(count), key=lambda k: wanted[k])
    blocks: list[tuple[float, int]] = []  # the mean place of the first of each, and how many are in it
    for rank, k in enumerate(order):
        mean, size = wanted[k] - rank * apart, 1
        while blocks and blocks[-1][0] > mean:
            before, many = blocks.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        blocks.append((mean, size))
    firsts = [min(max(mean, low), high - (count - 1) * apart) for mean, size in blocks for _ in range(size)]
    found = [0.0] * count
    for rank, k in enumerate(order):
        found[k] = firsts[rank] + rank * apart
    return found

"""Below the canvas while it is trained: the last update in a sentence, and the loss as a track of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.state.training_session import TrainingSession
from app.widgets.heat import covered_image
from app.widgets.theme import LIGHT, Theme, mixed
from core.training.track import Mark, Track, track
from core.training.update_told import Piece, Told, told

LINE, LOW_LINE = 2.7, 2.4  # heights of the sentence, in those of a line of text; in a low window
BAND, LOW_BAND = 4.2, 3.4  # and of the track
LOW = 768  # pixels of a low window
SIDE = 14  # pixels beside the sentence and the track
COLOURS = {"position": "ink", "ink": "ink", "value": "value", "gradient": "gradient"}
APART = 8  # pixels between two texts
MARK = 8  # pixels: how wide and high the triangle of a mark is


class Sentence(QWidget):
    """The last update in words, each number in the colour of what it is; shorter where it has no room."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.theme = training, LIGHT
        self._told: Told | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_now(self) -> None:
        """Say what the last update did."""
        run = self.training.run
        problem = self.training.problem
        stopped = self.training.why_stopped or self.training.why_paused
        self._told = told(run.trainer) if run else None
        text = str(problem) if problem else stopped
        if text:
            position = [self._told.whole[0], Piece("  ")] if self._told else []
            self._told = Told((*position, Piece(text)), (*position, Piece(text)))
        said = self._told.text if self._told else ""
        self.setAccessibleName(said)
        self.setToolTip(said)
        self.update()

    def _font(self, piece: Piece) -> QFont:
        font = QFont(self.font())
        font.setBold(piece.role == "position")
        return font

    def width_of(self, pieces: Sequence[Piece]) -> float:
        """How wide some pieces are, in pixels."""
        return sum(QFontMetricsF(self._font(piece)).horizontalAdvance(piece.text) for piece in pieces)

    @property
    def pieces(self) -> Sequence[Piece]:
        """What is said in the width that there is."""
        if self._told is None:
            return ()
        return self._told.whole if self.width_of(self._told.whole) <= self.width() else self._told.brief

    def paintEvent(self, event: QPaintEvent) -> None:
        pieces = self.pieces
        with QPainter(self) as painter:
            x, room = 0.0, float(self.width())
            for piece in pieces:
                font = self._font(piece)
                metrics = QFontMetricsF(font)
                text = piece.text
                width = metrics.horizontalAdvance(text)
                if x + width > room:
                    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - x)
                painter.setFont(font)
                painter.setPen(self.theme.colour(COLOURS[piece.role]))
                baseline = (self.height() + metrics.ascent() - metrics.descent()) / 2
                painter.drawText(QPointF(x, baseline), text)
                x += width
                if x > room:
                    return


class LossTrack(QWidget):
    """The training loss against updates, logarithmic, with marks and the present update; no handle."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.training, self.theme = training, LIGHT
        self.shown: Track | None = None
        self.setToolTip("The training loss against updates, on a logarithmic scale")

    def show_now(self) -> None:
        """Draw the run as it is."""
        run = self.training.run
        self.shown = track(run) if run else None
        marks = "; ".join(mark.text for mark in self.shown.marks) if self.shown else ""
        at = f"update {self.shown.update:,}" if self.shown else "nothing to train"
        self.setAccessibleName(f"Loss against updates: {at}" + (f"; {marks}" if marks else ""))
        self.update()

    def place(self, at: float, height: float = 0.0) -> QPointF:
        """Where a share of the way and of the height is."""
        top, bottom = self._text_height + 4, self.height() - 6
        return QPointF(SIDE + at * (self.width() - 2 * SIDE), bottom - height * (bottom - top))

    @property
    def _text_height(self) -> float:
        return QFontMetricsF(self.font()).height()

    def placed_marks(self) -> list[tuple[Mark, QRectF]]:
        """The marks, and where their texts stand; one that has no room beside what is there has none."""
        metrics, found = QFontMetricsF(self.font()), list[tuple[Mark, QRectF]]()
        marks = self.shown.marks if self.shown else ()
        now = self.update_rect().adjusted(-APART, 0, APART, 0)
        taken = [now, *map(self.mark_rect, marks)]
        for mark in reversed(marks):
            width, x = metrics.horizontalAdvance(mark.text), self.place(mark.at).x()
            for left in (x + APART, x - APART - width):
                rect = QRectF(left, 2, width, self._text_height)
                beside = all(not rect.intersects(other) for other in taken)
                if beside and left >= SIDE and rect.right() <= self.width() - SIDE:
                    taken.append(rect.adjusted(-APART, 0, APART, 0))
                    found.append((mark, rect))
                    break
            else:
                found.append((mark, QRectF()))
        return found

    def mark_rect(self, mark: Mark) -> QRectF:
        """Where the triangle of a mark stands."""
        return QRectF(self.place(mark.at).x() - MARK / 2, 4, MARK, MARK)

    def _update_text(self) -> str:
        return f"update {self.shown.update:,}" if self.shown else ""

    def update_rect(self) -> QRectF:
        """Where the present update is said: at the right, before the marks that stand there."""
        font = QFont(self.font())
        font.setBold(True)
        width = QFontMetricsF(font).horizontalAdvance(self._update_text())
        rect = QRectF(self.width() - SIDE - width, 2, width, self._text_height)
        for mark in sorted(self.shown.marks if self.shown else (), key=lambda mark: -mark.at):
            triangle = self.mark_rect(mark)
            if triangle.intersects(rect.adjusted(-APART, 0, APART, 0)):
                rect.moveRight(triangle.left() - APART)
        return rect

    def _area(self) -> QImage:
        """What is below the curve, column by column: a polygon of as many corners takes ten times as long."""
        assert self.shown
        corner, end, dots = self.place(0, 1), self.place(1), self.devicePixelRatioF()
        columns, rows = round(dots * (end.x() - corner.x())), round(dots * (end.y() - corner.y()))
        at = (np.arange(columns) + 0.5) / max(columns, 1)
        points = self.shown.points
        heights = rows * np.interp(at, points[:, 0], points[:, 1], right=0.0)
        covered = np.clip(heights - np.arange(rows)[::-1, None], 0, 1)
        image = covered_image(covered, mixed(self.theme.colour("panel"), self.theme.colour("local"), 0.3))
        image.setDevicePixelRatio(dots)
        return image

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.shown is None:
            return
        theme, centre = self.theme, Qt.AlignmentFlag.AlignCenter
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawImage(self.place(0, 1), self._area())
            painter.setPen(QPen(theme.colour("local"), 3))
            painter.drawLine(self.place(0), self.place(1))
            for mark, rect in self.placed_marks():
                triangle = self.mark_rect(mark)
                tip = QPointF(triangle.center().x(), triangle.bottom())
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.colour("ink" if mark.changed else "upstream"))
                painter.drawPolygon(QPolygonF([triangle.topLeft(), triangle.topRight(), tip]))
                if not rect.isEmpty():
                    painter.setPen(theme.colour("faint"))
                    painter.drawText(rect, centre, mark.text)
            font = QFont(self.font())
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(theme.colour("ink"))
            painter.drawText(self.update_rect(), centre, self._update_text())


class UpdateLine(QWidget):
    """The sentence with its link, and the track below it."""

    def __init__(self, training: TrainingSession, parent: QWidget | None = None):
        super().__init__(parent)
        self.sentence, self.track = Sentence(training), LossTrack(training)
        self.link = QToolButton()
        self.link.setText("Open this sample in Step \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}")
        self.link.setAccessibleName("Open this sample in Step")
        self.link.setToolTip("Go through both passes of this sample step by step, with the present weights")
        self.link.setAutoRaise(True)
        self.link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.link.setCursor(Qt.CursorShape.PointingHandCursor)
        self.link.clicked.connect(training.open_on_canvas)
        self.line = QWidget()
        self.line.setAutoFillBackground(True)
        self.line.setBackgroundRole(QPalette.ColorRole.Base)
        row = QHBoxLayout(self.line)
        row.setContentsMargins(SIDE, 0, SIDE // 2, 0)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.link)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.line)
        box.addWidget(self.track)
        self._training, self._is_old = training, True
        for signal in (training.runChanged, training.readable, training.sampleChanged):
            signal.connect(self._outdate)
        self._set_heights()
        self._outdate()

    def set_theme(self, theme: Theme) -> None:
        self.sentence.theme = self.track.theme = theme
        palette = QPalette(self.link.palette())
        palette.setColor(QPalette.ColorRole.ButtonText, theme.colour("accent"))
        self.link.setPalette(palette)
        self._set_heights()
        self.update()

    def _outdate(self) -> None:
        """Say what is new, as long as it is seen."""
        self._is_old = not self.isVisible()
        if not self._is_old:
            self.sentence.show_now()
            self.track.show_now()
            self.link.setEnabled(self._training.made is not None)

    def _set_heights(self) -> None:
        line, low = self.fontMetrics().height(), self.window().height() < LOW
        for part, high, less in ((self.line, LINE, LOW_LINE), (self.track, BAND, LOW_BAND)):
            part.setFixedHeight(round((less if low else high) * line * 12.5 / 15))

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.FontChange):
            self._set_heights()
            self._outdate()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_heights()

    def sizeHint(self) -> QSize:
        return QSize(300, self.line.height() + self.track.height())

"""The parts of the presenter's view: the stage small, the next step, a cell a step, buttons with keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolTip, QWidget

from app.canvas.scene import Scene
from app.formula import layout, paint
from app.painting.parts import paint_figure
from app.panels.scrubber import PHASE_COLOURS
from app.state.session import Session
from app.widgets.icons import icon
from app.widgets.theme import DARK, mixed
from core.math.mathtree import Math
from core.passes.explain import Explanation, step_title

FRAME = 3  # pixels around the picture of the stage
REST = 60  # milliseconds between two pictures of the stage
CELL = QSize(36, 26)
GAP = 4
TO_COME = 0.22  # of the colour of a step that has not been shown
BUTTON, ICON, INSET = 56, 20, 12  # pixels: the height of a button, its icon, and the room beside that
GRAPH, RULES = 0.6, 0.32  # of the height of the picture of the next step


def explained(session: Session, place: int) -> Explanation:
    """The explanation of the stride that leads to a place of the counter."""
    return session.explained(session.stops[place])


class StagePicture(QWidget):
    """What the audience sees; `pointed` tells to which place of the stage the mouse is moved here."""

    pointed = Signal(QPointF)

    def __init__(self, stage: QWidget):
        super().__init__()
        self._stage = stage
        self._picture = QPixmap()
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.take)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 100)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("What the audience sees")
        stage.installEventFilter(self)

    def eventFilter(self, stage: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.UpdateRequest, QEvent.Type.Resize) and not self._rest.isActive():
            self._rest.start()
            self.setMaximumHeight(self._height)
        return False

    @property
    def _height(self) -> int:
        """How high it is where it has the whole width."""
        stage = self._stage
        return max(self.minimumHeight(), round(self.width() * stage.height() / max(1, stage.width())))

    @property
    def area(self) -> QRectF:
        """Where the stage is painted, in its own proportions."""
        room = QRectF(self.rect()).adjusted(FRAME, FRAME, -FRAME, -FRAME)
        size = self._stage.size().scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(room.left(), room.top(), size.width(), size.height())

    def take(self) -> None:
        """Take another picture of the stage as it is now."""
        area, density = self.area, self.devicePixelRatioF()
        self._picture = QPixmap((area.size() * density).toSize())
        self._picture.setDevicePixelRatio(density)
        if self._picture.isNull():
            return
        with QPainter(self._picture) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.scale(area.width() / self._stage.width(), area.height() / self._stage.height())
            self._stage.render(painter, QPoint(), QRegion())
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._rest.start()  # not at once: painting the stage may be what hands this event out
        self.setMaximumHeight(self._height)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area = self.area
        if area.contains(event.position()):
            self.pointed.emit((event.position() - area.topLeft()) * (self._stage.width() / area.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        area, around = self.area, FRAME / 2
        with QPainter(self) as painter:
            painter.drawPixmap(area.topLeft(), self._picture)
            painter.setPen(QPen(DARK.colour("accent"), FRAME))
            painter.drawRect(area.adjusted(-around, -around, around, around))


class NextPicture(QWidget):
    """The step that follows, as the audience will see it: the graph and its rule with names and numbers."""

    def __init__(self, scene: Scene):
        super().__init__()
        self._session, self._scene = scene.session, scene
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The next step")

    def sizeHint(self) -> QSize:
        return QSize(320, 180)

    def refit(self, highest: int) -> None:
        """Show the present state, as high as a slide of this width but no higher than there is room."""
        self.setFixedHeight(min(highest, round(self.width() * 9 / 16)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        session, theme, whole = self._session, self._scene.theme, QRectF(self.rect())
        place = session.place + 1
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if place >= len(session.stops):
                painter.fillRect(whole, mixed(DARK.colour("line"), DARK.colour("paper"), 0.8))
                return
            painter.fillRect(whole, theme.colour("paper"))
            room = QRectF(0, 0, whole.width(), GRAPH * whole.height())
            self._paint_graph(painter, room, session.stops[place])
            found = explained(session, place)
            formulas = [formula for formula in (found.rule, found.numbers) if formula is not None]
            height = RULES * whole.height() / max(1, len(formulas))
            for number, formula in enumerate(formulas):
                self._paint_rule(
                    painter, QRectF(8, room.bottom() + number * height, whole.width() - 16, height), formula
                )

    def _paint_graph(self, painter: QPainter, room: QRectF, count: int) -> None:
        bounds = self._scene.bounds()
        scale = min(room.width() / bounds.width(), room.height() / bounds.height())
        painter.save()
        painter.translate(room.center())
        painter.scale(scale, scale)
        painter.translate(-bounds.center())
        paint_figure(painter, self._session.figures.at(count), self._scene.theme)
        painter.restore()

    def _paint_rule(self, painter: QPainter, room: QRectF, formula: Math) -> None:
        theme = self._scene.theme
        laid = layout(formula, 20.0)
        scale = min(room.width() / max(1.0, laid.width), room.height() / max(1.0, laid.height), 1.0)
        painter.save()
        painter.translate(room.center())
        painter.scale(scale, scale)
        paint(painter, laid, -laid.width / 2, laid.ascent - laid.height / 2, theme.roles, theme.colour("ink"))
        painter.restore()


class StepCells(QWidget):
    """A cell for every stride, in the colour of its pass; a click goes there."""

    def __init__(self, session: Session):
        super().__init__()
        self._session = session
        self.setAccessibleName("Steps")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @property
    def side(self) -> QSize:
        """A cell, with room for the largest number."""
        metrics = self.fontMetrics()
        needed = QSize(
            metrics.horizontalAdvance(str(len(self._session.stops) - 1)) + GAP, metrics.height() + GAP
        )
        return CELL.expandedTo(needed)

    @property
    def columns(self) -> int:
        """How many cells stand in a row."""
        return max(1, (self.width() + GAP) // (self.side.width() + GAP))

    def height_of(self, rows: int) -> int:
        """How high so many rows are."""
        return rows * (self.side.height() + GAP) + GAP

    def refit(self) -> None:
        """Be as high as the rows need."""
        self.setFixedHeight(self.height_of(max(1, -(-(len(self._session.stops) - 1) // self.columns))))
        self.update()

    def cell(self, place: int) -> QRect:
        """Where the cell of a place of the counter, from 1, is painted."""
        row, column = divmod(place - 1, self.columns)
        side = self.side
        return QRect(QPoint(column * (side.width() + GAP), GAP + row * (side.height() + GAP)), side)

    def place_at(self, at: QPoint) -> int:
        """The place whose cell is at a point; 0 where there is none."""
        side = self.side
        row, column = at.y() // (side.height() + GAP), at.x() // (side.width() + GAP)
        place = row * self.columns + column + 1
        there = column < self.columns and 0 < place < len(self._session.stops)
        return place if there and self.cell(place).contains(at) else 0

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.refit()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.place_at(event.pos())
            stops = self._session.stops
            title = step_title(self._session.trace, stops[place], stops[place - 1]) if place else ""
            QToolTip.showText(event.globalPos(), title, self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().toPoint())
        if place and event.button() == Qt.MouseButton.LeftButton:
            self._session.seek(self._session.stops[place])

    def paintEvent(self, event: QPaintEvent) -> None:
        session, paper = self._session, DARK.colour("paper")
        here, per_row = session.place, self.side.height() + GAP
        first = event.rect().top() // per_row * self.columns + 1
        last = (event.rect().bottom() // per_row + 1) * self.columns
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for place in range(max(1, first), min(last, len(session.stops) - 1) + 1):
                rect = QRectF(self.cell(place))
                colour = DARK.colour(PHASE_COLOURS[session.trace.phase(session.stops[place])])
                done = place <= here
                painter.setPen(QPen(DARK.colour("ink"), 2) if place == here else Qt.PenStyle.NoPen)
                painter.setBrush(colour if done else mixed(paper, colour, TO_COME))
                painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
                painter.setPen(paper if done else DARK.colour("ink"))
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(place))


class ShowButton(QPushButton):
    """A large button that does what a key does, with the name of the key."""

    def __init__(self, text: str, name: str, key: Qt.Key, hint: str, filled: bool = False):
        super().__init__(text)
        self.key, self._icon, self._hint, self._filled = key, name, hint, filled
        self.setFixedHeight(BUTTON)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(text)
        self.setToolTip(f"{text} ({hint})")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(self.text()) + metrics.horizontalAdvance(self._hint)
        return QSize(words + ICON + 4 * INSET, BUTTON)

    def minimumSizeHint(self) -> QSize:
        return QSize(ICON + 2 * INSET, BUTTON)

    def paintEvent(self, event: QPaintEvent) -> None:
        filled = self._filled or self.isChecked()
        ground = DARK.colour("accent") if filled else mixed(DARK.colour("panel"), DARK.colour("ink"), 0.14)
        ink = DARK.colour("paper" if filled else "ink")
        if self.isDown() or self.underMouse():
            ground = mixed(ground, ink, 0.15)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(DARK.colour("ink"), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
            icon(self._icon, ink.name()).paint(painter, QRect(INSET, (BUTTON - ICON) // 2, ICON, ICON))
            left, metrics = ICON + 2 * INSET, self.fontMetrics()
            room = self.width() - left - INSET // 2
            words, hint = (metrics.horizontalAdvance(part) for part in (self.text(), self._hint))
            if 2 * room >= words:  # else the icon says it, and the tooltip
                self._write(painter, left, self.text(), ink, room / words)
            if words + INSET + hint <= room:  # else it is in the tooltip
                self._write(painter, left + words + INSET, self._hint, mixed(ink, ground, 0.3))

    def _write(self, painter: QPainter, left: int, text: str, colour: QColor, scale: float = 1.0) -> None:
        """Write a text, smaller where it would not fit otherwise."""
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * min(1.0, scale))
        painter.setFont(font)
        painter.setPen(colour)
        room = QRect(left, 0, self.width() - left, BUTTON)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

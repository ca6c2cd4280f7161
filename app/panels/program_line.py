"""The program in one line of typeset mathematics, or as it is typed where it cannot be read."""

from __future__ import annotations

from collections.abc import Collection
from math import ceil

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.formula import layout, paint, paint_notes
from app.formula.boxes import Box
from app.state.session import Session
from app.widgets.labels import sentence_of
from app.widgets.theme import LIGHT, Theme, mixed
from core.base.errors import Problem
from core.graph.graph import Graph
from core.notation.names import in_text
from core.passes.explain import typeset_line

SIZE = 1.7  # pixels an em for each point of the text beside it
FADE = 32.0  # pixels in which a line that is too long fades out
WAVE, STEEP = 4.0, 1.5  # pixels: half a wave of the line under a mistake, and how far it goes up and down
INSET = 10.0
EMPTY = "Type a formula, such as (x+y)z"


class ProgramLine(QWidget):
    """Shows the session's program, or a net that is trained; a click or Return asks to edit it."""

    pressed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None):
        super().__init__(parent)
        self.session = session
        self.theme: Theme = LIGHT
        self._box: Box | None = None
        self._size = 0.0
        self._net: Graph | None = None
        self.setAccessibleName("Program in one line")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        session.traceChanged.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._show()

    def sizeHint(self) -> QSize:
        return QSize(300, ceil(self.box.height + 12 if self._size else 2.6 * self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    @property
    def text(self) -> str:
        """What is typed, in one line."""
        return _in_one_line(self.session.document.text)

    def show_net(self, net: Graph | None) -> None:
        """Show the program of a net that is trained, or with None that of the session."""
        if net is not self._net:
            self._net = net
            self._show()

    @property
    def _problem(self) -> Problem | None:
        return None if self._net else self.session.problem

    @property
    def _noted(self) -> Collection[str]:
        return () if self._net else self.session.annotations.noted

    def _show(self) -> None:
        self._box = None
        if self._net:
            text = self._net.program.text
            self.setToolTip(f"{text}\n\nThe net that is trained. Click to edit it in Step (Ctrl+L)")
            self.setAccessibleDescription(text)
            self.update()
            return
        said = sentence_of(self.session.problem) if self.session.problem else self.session.document.text
        self.setToolTip(f"{said}\n\nClick to edit the program (Ctrl+L)".strip())
        notes = self.session.notes_on_nodes
        told = (f"Note on {in_text(name)}: {note}" for name, note in notes.items())
        self.setAccessibleDescription("\n".join((self.session.document.text, *told)))
        if self._size:  # a line with a fraction is higher
            self.updateGeometry()
        self.update()

    def set_size(self, size: float) -> None:
        """Set the line at so many pixels an em, or with 0 as large as suits the text around it."""
        self._size = size
        self._show()
        self.updateGeometry()

    @property
    def box(self) -> Box:
        """The line as it is laid out."""
        if self._box is None:
            size = self._size or SIZE * self.font().pointSizeF()
            line = typeset_line(self._net or self.session.trace.graph, self._noted)
            # in the window quotients are set small, so that none touches the edge
            self._box = layout(line, size, display=bool(self._size))
        return self._box

    def event(self, event: QEvent) -> bool:
        """What is noted at the term below the pointer comes before the whole program."""
        if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        note = self._note_at(event.pos())
        if not note:
            return super().event(event)
        QToolTip.showText(event.globalPos(), note, self)
        return True

    def _note_at(self, at: QPoint) -> str:
        if self._problem is not None or not self._noted:
            return ""
        start = self._start
        area = self.box.area_at(at.x() - start.x(), at.y() - start.y())
        return self.session.note_of(area.tag) if area else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self._size:
                painter.setPen(QPen(mixed(self.theme.colour("line"), self.theme.colour("panel"), 0.6), 1))
                painter.setBrush(self.theme.colour("field"))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5), 4, 4)
            painter.setClipRect(self.rect().adjusted(2, 3, -2, -3))
            width = self._paint_mistake(painter) if self._problem else self._paint_line(painter)
            if width > self.width() - INSET:
                self._fade_out(painter)
            painter.setClipping(False)
            if self.hasFocus():
                painter.setPen(QPen(self.theme.colour("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)

    def _paint_line(self, painter: QPainter) -> float:
        box, start = self.box, self._start
        paint(painter, box, start.x(), start.y(), {}, self.theme.colour("ink"))
        paint_notes(painter, box, start.x(), start.y(), self._noted, self.theme.colour("accent"))
        return start.x() + box.width

    @property
    def _start(self) -> QPointF:
        """Where the baseline of the line begins."""
        box = self.box
        left = max(INSET, (self.width() - box.width) / 2) if self._size else INSET
        return QPointF(left, (self.height() - box.height) / 2 + box.ascent)

    def _paint_mistake(self, painter: QPainter) -> float:
        """The text as it is typed, with a wave under the place that is wrong."""
        problem, metrics, text = self.session.problem, self.fontMetrics(), self.text
        baseline = (self.height() + metrics.ascent() - metrics.descent()) / 2
        if not text.strip():
            painter.setPen(self.theme.colour("faint"))
            painter.drawText(QPointF(INSET, baseline), EMPTY)
            return 0.0
        painter.setPen(self.theme.colour("ink"))
        painter.drawText(QPointF(INSET, baseline), text)
        if problem is not None and problem.span is not None:
            span, typed = problem.span, self.session.document.text
            start = INSET + metrics.horizontalAdvance(_in_one_line(typed[: span.start]))
            wide = metrics.horizontalAdvance(_in_one_line(typed[span.start : span.end]))
            end = start + max(2 * WAVE, wide)
            painter.setPen(QPen(self.theme.colour("wrong"), 2.0))
            x, up = start, True
            while x < end:
                y = baseline + 4
                painter.drawLine(
                    QPointF(x, y + (STEEP if up else -STEEP)),
                    QPointF(x + WAVE, y + (-STEEP if up else STEEP)),
                )
                x, up = x + WAVE, not up
        return INSET + metrics.horizontalAdvance(text)

    def _fade_out(self, painter: QPainter) -> None:
        """No sign is cut off: the end of a long line fades into the ground."""
        ground = self.theme.colour("paper" if self._size else "field")
        clear = QColor(ground)
        clear.setAlpha(0)
        fade = QLinearGradient(self.width() - FADE, 0, self.width() - 2, 0)
        fade.setColorAt(0, clear)
        fade.setColorAt(0.9, ground)
        painter.fillRect(QRectF(self.width() - FADE, 3, FADE - 2, self.height() - 6), fade)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed.emit()
        else:
            event.ignore()


def _in_one_line(text: str) -> str:
    return text.replace("\n", "; ")

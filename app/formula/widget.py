"""A widget that shows one formula and tells which of its parts the pointer is on."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontInfo, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.formula.boxes import Box
from app.formula.layout import layout
from app.formula.painter import paint, paint_notes
from core.math.mathtree import Math, Row, Tinted, parts_of
from core.math.spoken import spoken
from core.notation.names import in_text

FORMULA_SIZE = 2.2  # pixels an em for each point of the text beside it
_MARGIN = 4.0
"""Pixels around the formula; the highlight reaches into them."""
_SMALLEST = 0.6
"""A formula that does not fit shrinks down to this part of its size; beyond that its end is cut off."""
BESIDE_TEXT = 1.2
"""STIX letters look as large as the interface's sans-serif ones when they are set this much larger."""
_HIGHLIGHT_ALPHA = 40
_HIGHLIGHT_PADDING = 2.0


class FormulaView(QWidget):
    """Shows a formula at the left, in the middle of the height.

    Its size follows the widget's font until `set_size` names one.
    """

    tagHovered = Signal(str)
    """The tag of the innermost part under the pointer; empty when the pointer leaves it."""

    tagClicked = Signal(str)
    """The tag of the innermost part that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._formula: Math | None = None
        self._colours: Mapping[str, QColor] = {}
        self._default: QColor | None = None
        self._size: float | None = None
        self._smallest, self._centred = _SMALLEST, False
        self._box: Box | None = None
        self._notes: Mapping[str, str] = {}
        self._note_colour = QColor()
        self._highlighted = ""
        self._hovered = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def formula(self) -> Math | None:
        return self._formula

    def set_formula(self, formula: Math | None) -> None:
        """Show a formula, or nothing."""
        if formula != self._formula:
            self._hover("")
        self._formula = formula
        self._describe()
        self._relayout()

    def set_notes(self, notes: Mapping[str, str], colour: QColor) -> None:
        """Mark names that have a note, by their tags, with brackets; a note is read by pointing."""
        self._notes, self._note_colour = notes, colour
        self._describe()
        self.update()

    def _describe(self) -> None:
        """The formula in words, and what is noted at its names."""
        said = [spoken(self._formula)] if self._formula is not None else []
        tags = [part.tag for part in parts_of(self._formula or Row(())) if isinstance(part, Tinted)]
        said += [
            f"Note on {in_text(tag)}: {self._notes[tag]}" for tag in dict.fromkeys(tags) if tag in self._notes
        ]
        self.setAccessibleDescription(". ".join(said))

    def event(self, event: QEvent) -> bool:
        """What is noted at the name below the pointer comes before what is said of all formulas."""
        if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
            return super().event(event)
        note = self._notes.get(self.tag_at(QPointF(event.pos())), "")
        if not note:
            return super().event(event)
        QToolTip.showText(event.globalPos(), note, self)
        return True

    def set_colours(self, colours: Mapping[str, QColor], default: QColor | None = None) -> None:
        """Give each role its colour; a part without one takes the default or the palette's text colour."""
        self._colours = dict(colours)
        self._default = default
        self.update()

    def set_size(self, size: float | None) -> None:
        """Set the formula at `size` pixels per em, or following the widget's font again."""
        self._size = size
        self._relayout()

    def set_fitted(self) -> None:
        """Show the whole formula in the middle, however small it becomes for that."""
        self._smallest, self._centred = 0.05, True
        self._relayout()

    def highlighted(self) -> str:
        return self._highlighted

    def set_highlighted(self, tag: str) -> None:
        """Put a soft background behind all parts with this tag; an empty tag puts it away."""
        if tag != self._highlighted:
            self._highlighted = tag
            self.update()

    @property
    def em(self) -> float:
        """Its full size, in pixels per em."""
        return self._size or BESIDE_TEXT * QFontInfo(self.font()).pixelSize()

    def box(self) -> Box | None:
        """The laid-out formula at its full size, or None without a formula."""
        if self._box is None and self._formula is not None:
            self._box = layout(self._formula, self.em)
        return self._box

    def sizeHint(self) -> QSize:
        return self._hint(1.0)

    def minimumSizeHint(self) -> QSize:
        return self._hint(self._smallest)

    def _hint(self, scale: float) -> QSize:
        box = self.box()
        if box is None:
            return QSize(0, 0)
        return QSize(ceil(scale * box.width + 2 * _MARGIN), ceil(scale * box.height + 2 * _MARGIN))

    def _relayout(self) -> None:
        self._box = None
        self.updateGeometry()
        self.update()

    def _placement(self, box: Box) -> tuple[float, QPointF]:
        """The scale at which the formula fits, and where its baseline begins."""
        across = (self.width() - 2 * _MARGIN) / max(box.width, 1.0)
        down = (self.height() - 2 * _MARGIN) / max(box.height, 1.0)
        scale = max(self._smallest, min(1.0, across, down))
        top = (self.height() - scale * box.height) / 2
        left = (self.width() - scale * box.width) / 2 if self._centred else _MARGIN
        return scale, QPointF(left, top + scale * box.ascent)

    def tag_at(self, position: QPointF) -> str:
        """The tag of the innermost part at a place in the widget, or an empty string."""
        box = self.box()
        if box is None:
            return ""
        scale, origin = self._placement(box)
        place = (position - origin) / scale
        area = box.area_at(place.x(), place.y())
        return area.tag if area else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        box = self.box()
        if box is None:
            return
        scale, origin = self._placement(box)
        default = self._default or self.palette().color(QPalette.ColorRole.WindowText)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(origin)
            painter.scale(scale, scale)
            self._paint_highlight(painter, box, default)
            paint(painter, box, 0.0, 0.0, self._colours, default)
            if self._notes:
                paint_notes(painter, box, 0.0, 0.0, self._notes, self._note_colour)

    def _paint_highlight(self, painter: QPainter, box: Box, default: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        out = _HIGHLIGHT_PADDING
        for area in box.areas:
            if area.tag == self._highlighted:
                colour = QColor(self._colours.get(area.role, default))
                colour.setAlpha(_HIGHLIGHT_ALPHA)
                painter.setBrush(colour)
                around = QRectF(area.x, area.y, area.width, area.height).adjusted(-out, -out, out, out)
                painter.drawRoundedRect(around, 2 * out, 2 * out)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.tag_at(event.position()))
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        tag = self.tag_at(event.position())
        if tag and event.button() == Qt.MouseButton.LeftButton:
            self.tagClicked.emit(tag)
        else:
            super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover("")
        super().leaveEvent(event)

    def _hover(self, tag: str) -> None:
        if tag != self._hovered:
            self._hovered = tag
            self.set_highlighted(tag)
            self.tagHovered.emit(tag)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange and self._size is None:
            self._relayout()
        super().changeEvent(event)

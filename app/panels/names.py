"""Names in a table, set as they are printed on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontInfo, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.formula import Box, paint
from app.formula.widget import BESIDE_TEXT
from app.painting.parts import formula
from core.math.mathtree import Row

PRINTED = Qt.ItemDataRole.UserRole  # a name as typeset mathematics
BASELINE = 0.3  # em below the middle of a row: that of the numbers beside it
NOTHING = Row(())  # what a row has before it is filled
AROUND = 4  # pixels at the left and at the right

Index = QModelIndex | QPersistentModelIndex


class NameDelegate(QStyledItemDelegate):
    """Paints what an item holds as PRINTED; its text stays the name, as it is typed and read out."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        around = QStyleOptionViewItem(option)
        self.initStyleOption(around, index)
        box, size = self._box(around, index)
        around.text = ""
        style = around.widget.style() if around.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, around, painter, around.widget)
        selected = bool(around.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        colour = around.palette.color(role)
        rect = around.rect
        lowest, highest = rect.bottom() - 1 - box.descent, rect.top() + 1 + box.ascent
        baseline = max(highest, min(lowest, rect.center().y() + BASELINE * size))
        painter.save()
        painter.setClipRect(rect)
        paint(painter, box, rect.left() + AROUND, baseline, {}, colour)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        around = QStyleOptionViewItem(option)
        self.initStyleOption(around, index)
        box, size = self._box(around, index)
        usual = super().sizeHint(option, index)
        # the last letter may lean beyond its width
        return QSize(round(box.width + 0.2 * size) + 2 * AROUND, max(usual.height(), round(box.height) + 4))

    def _box(self, option: QStyleOptionViewItem, index: Index) -> tuple[Box, float]:
        size = BESIDE_TEXT * QFontInfo(option.font).pixelSize()
        return formula(index.data(PRINTED) or NOTHING, size), size

"""Names in a table, set as they are printed on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontInfo, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.formula import Box, formula, paint
from app.formula.widget import BESIDE_TEXT
from core.math.mathtree import Row

TYPESET = Qt.ItemDataRole.UserRole  # a name as typeset mathematics
BASELINE = 0.3  # em below the middle of a row: that of the numbers beside it
EMPTY = Row(())  # what a row has before it is filled
MARGIN = 4  # pixels at the left and at the right

Index = QModelIndex | QPersistentModelIndex


class NameDelegate(QStyledItemDelegate):
    """Paints what an item holds as TYPESET; its text stays the name, as it is typed and read out."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        box, size = self._box(styled, index)
        styled.text = ""
        style = styled.widget.style() if styled.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, styled, painter, styled.widget)
        selected = bool(styled.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        colour = styled.palette.color(role)
        rect = styled.rect
        lowest, highest = rect.bottom() - 1 - box.descent, rect.top() + 1 + box.ascent
        baseline = max(highest, min(lowest, rect.center().y() + BASELINE * size))
        painter.save()
        painter.setClipRect(rect)
        paint(painter, box, rect.left() + MARGIN, baseline, {}, colour)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        box, size = self._box(styled, index)
        usual = super().sizeHint(option, index)
        # the last letter may lean beyond its width
        return QSize(round(box.width + 0.2 * size) + 2 * MARGIN, max(usual.height(), round(box.height) + 4))

    def _box(self, option: QStyleOptionViewItem, index: Index) -> tuple[Box, float]:
        size = BESIDE_TEXT * QFontInfo(option.font).pixelSize()
        return formula(index.data(TYPESET) or EMPTY, size), size
